//! `[gpio]` and `[panel]`: what is wired to the computer itself.

use std::collections::BTreeSet;
use std::path::PathBuf;

use hal::framebuffer::Rotation;
use hal::gpio::GpioLine;
use toml::de::DeValue;

use super::read::driven;
use super::table::{Table, Value};

/// Lamps, tone and button on lines of the computer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gpio {
    /// What drives them.
    pub backend: GpioBackend,
    /// The chip whose lines are meant: its name, its node or its label.
    pub chip: Option<String>,
    /// Lamp: done.
    pub green: Option<GpioLine>,
    /// Lamp: a question.
    pub amber: Option<GpioLine>,
    /// Lamp: stop.
    pub red: Option<GpioLine>,
    /// Buzzer.
    pub tone: Option<GpioLine>,
    /// Button to ground.
    pub button: Option<GpioLine>,
    /// Lamps and buzzer are on when their line is low (relay boards).
    pub active_low: bool,
}

/// What drives the lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GpioBackend {
    /// Nothing: the lines are left alone.
    #[default]
    None,
    /// The rppal library, on a Raspberry Pi; a line is a BCM number.
    Rppal,
    /// The kernel's character devices; a line is a number on the chip, or a name.
    Gpiocdev,
}

/// The display of the computer itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Panel {
    /// None; the page shows the same screen.
    #[default]
    None,
    /// One that the kernel shows as a frame buffer.
    Framebuffer {
        /// Its node: `/dev/fb0`.
        device: PathBuf,
        /// How it is mounted.
        turn: Rotation,
    },
}

impl Value for GpioLine {
    const EXPECTED: &'static str = "the number of a line, or its \"name\" in quotation marks";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        u32::read(value).map(Self::Number).or_else(|| String::read(value).map(Self::Name))
    }
}

pub(super) fn panel(root: &Table<'_>) -> Option<Panel> {
    let Some(table) = root.table("panel") else { return Some(Panel::None) };
    let kinds =
        [("none", Some(false)), ("framebuffer", Some(true)), ("st7789", None), ("ili9341", None), ("ssd1306", None)];
    let is_framebuffer = driven(&table, "kind", &kinds);
    let device = table.optional::<String>("device").unwrap_or_else(|| "/dev/fb0".to_owned());
    let turn = match table.optional::<u16>("rotate") {
        None | Some(0) => Some(Rotation::None),
        Some(90) => Some(Rotation::Quarter),
        Some(180) => Some(Rotation::Half),
        Some(270) => Some(Rotation::ThreeQuarters),
        Some(other) => {
            table.error("rotate", format!("a panel is not turned by {other} degrees"), "write 0, 90, 180 or 270");
            None
        }
    };
    if !device.starts_with('/') {
        table.error("device", format!("device {device:?} is not a device file"), "write one such as /dev/fb0");
        return None;
    }
    table.finish();
    match is_framebuffer? {
        true => Some(Panel::Framebuffer { device: device.into(), turn: turn? }),
        false => Some(Panel::None),
    }
}

pub(super) fn gpio(root: &Table<'_>) -> Option<Gpio> {
    let Some(table) = root.table("gpio") else { return Some(Gpio::default()) };
    let backends = [("none", GpioBackend::None), ("rppal", GpioBackend::Rppal), ("gpiocdev", GpioBackend::Gpiocdev)];
    let backend = table.required_name("backend", &backends);
    let chip = table.optional::<String>("chip");
    if let (Some(_), Some(GpioBackend::Rppal)) = (&chip, backend) {
        table.error("chip", "rppal finds the header by itself", "remove it, or set backend = \"gpiocdev\"");
    }
    let mut taken = BTreeSet::new();
    let mut line = |key: &'static str| {
        let line = table.optional::<GpioLine>(key)?;
        let wrong = match (&line, backend) {
            // 0 and 1 belong to the identification memory of an attached board.
            (GpioLine::Number(2..=27), Some(GpioBackend::Rppal)) => None,
            (line, Some(GpioBackend::Rppal)) => {
                Some((format!("{key} is {}, no line of the header", named(line)), "write a BCM number from 2 to 27"))
            }
            (GpioLine::Number(number), Some(GpioBackend::Gpiocdev)) if chip.is_none() => Some((
                format!("{key} is line {number}, and nothing says of which chip"),
                "add chip = \"gpiochip0\", or write the line's name as `gpioinfo` shows it",
            )),
            (_, Some(GpioBackend::Gpiocdev | GpioBackend::None) | None) => None,
        };
        if let Some((what, todo)) = wrong {
            table.error(key, what, todo);
            return None;
        }
        if !taken.insert(line.clone()) {
            table.error(key, format!("line {} is used twice", named(&line)), "give each its own line");
            return None;
        }
        Some(line)
    };
    let [green, amber, red, tone, button] = ["green", "amber", "red", "tone", "button"].map(&mut line);
    let active_low = table.optional("active_low").unwrap_or(false);
    table.finish();
    Some(Gpio { backend: backend?, chip, green, amber, red, tone, button, active_low })
}

fn named(line: &GpioLine) -> String {
    match line {
        GpioLine::Number(number) => number.to_string(),
        GpioLine::Name(name) => format!("{name:?}"),
    }
}
