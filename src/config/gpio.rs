//! `[gpio]` and `[panel]`: what is wired to the computer itself.

use std::path::PathBuf;

use hal::framebuffer::Rotation;
use hal::gpio::GpioLine;

use super::declare::declare;
use super::read::driven;
use super::table::Table;
use super::value::{NamedValue, Value, ValueError, Written};

declare! {
    /// The display of the computer itself.
    "[panel]" as PanelKeys {
        /// What drives it.
        kind: PanelKind, required, by panel_kind;
        /// Its node.
        device: String, default "/dev/fb0", by panel_node;
        /// How far it is turned clockwise, degrees.
        rotate: Rotation, default 0, by turn;
    }
}

declare! {
    /// Lamps, tone and button on lines of the computer.
    #[derive(Default, PartialEq, Eq)]
    "[gpio]" as GpioKeys {
        /// What drives them.
        backend: GpioBackend, required;
        /// The chip whose lines are meant: its name, its node or its label.
        chip: String, optional, by chip;
        /// Lamp: done.
        green: GpioLine, optional, by line;
        /// Lamp: a question.
        amber: GpioLine, optional, by line;
        /// Lamp: stop.
        red: GpioLine, optional, by line;
        /// Buzzer.
        tone: GpioLine, optional, by line;
        /// Button to ground.
        button: GpioLine, optional, by line;
        /// Lamps and buzzer are on when their line is low (relay boards).
        active_low: bool, default false;
    }
}

/// The keys of lines, in the order in which one that is used twice is the later one.
const LINES: [&str; 5] = ["green", "amber", "red", "tone", "button"];

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

impl NamedValue for GpioBackend {
    const NAMES: &'static [(&'static str, Self)] =
        &[("none", Self::None), ("rppal", Self::Rppal), ("gpiocdev", Self::Gpiocdev)];
}

/// What drives the display of the computer itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PanelKind {
    /// Nothing: there is none.
    None,
    /// The kernel, which shows it as a frame buffer.
    Framebuffer,
    /// A controller on SPI; known and not driven by this version.
    St7789,
    /// The same.
    Ili9341,
    /// A controller on I2C or SPI; known and not driven by this version.
    Ssd1306,
}

impl NamedValue for PanelKind {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("none", Self::None),
        ("framebuffer", Self::Framebuffer),
        ("st7789", Self::St7789),
        ("ili9341", Self::Ili9341),
        ("ssd1306", Self::Ssd1306),
    ];
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
    fn expected() -> String {
        "the number of a line, or its \"name\" in quotation marks".to_owned()
    }

    fn read(value: &Written<'_>) -> Result<Self, Vec<ValueError>> {
        let number = u32::read(value).map(Self::Number);
        let line = number.or_else(|_| String::read(value).map(Self::Name));
        line.map_err(|_| vec![ValueError::not_a(&Self::expected(), value)])
    }
}

pub(super) fn panel(root: &Table<'_>) -> Option<Panel> {
    let Some(table) = root.table(PanelKeys::TABLE.name()) else { return Some(Panel::None) };
    let keys = PanelKeys::read(&table)?;
    Some(match keys.kind {
        PanelKind::Framebuffer => Panel::Framebuffer { device: keys.device.into(), turn: keys.rotate },
        PanelKind::None | PanelKind::St7789 | PanelKind::Ili9341 | PanelKind::Ssd1306 => Panel::None,
    })
}

pub(super) fn panel_kind(table: &Table<'_>, key: &'static str, kind: PanelKind) -> Option<PanelKind> {
    driven(table, key, kind, &[PanelKind::None, PanelKind::Framebuffer])
}

pub(super) fn panel_node(table: &Table<'_>, key: &'static str, device: String) -> Option<String> {
    if !device.starts_with('/') {
        table.error(key, format!("device {device:?} is not a device file"), "write one such as /dev/fb0");
        return None;
    }
    Some(device)
}

pub(super) fn turn(table: &Table<'_>, key: &'static str, degrees: u16) -> Option<Rotation> {
    match degrees {
        0 => Some(Rotation::None),
        90 => Some(Rotation::Quarter),
        180 => Some(Rotation::Half),
        270 => Some(Rotation::ThreeQuarters),
        other => {
            table.error(key, format!("a panel is not turned by {other} degrees"), "write 0, 90, 180 or 270");
            None
        }
    }
}

pub(super) fn gpio(root: &Table<'_>) -> Option<GpioKeys> {
    match root.table(GpioKeys::TABLE.name()) {
        Some(table) => GpioKeys::read(&table),
        None => Some(GpioKeys::default()),
    }
}

pub(super) fn chip(table: &Table<'_>, key: &'static str, chip: String) -> Option<String> {
    if table.look("backend") == Some(GpioBackend::Rppal) {
        table.error(key, "rppal finds the header by itself", "remove it, or set backend = \"gpiocdev\"");
    }
    Some(chip)
}

/// A line that its backend has, and that no other key has.
pub(super) fn line(table: &Table<'_>, key: &'static str, line: GpioLine) -> Option<GpioLine> {
    let wrong = match (&line, table.look("backend")) {
        // 0 and 1 belong to the identification memory of an attached board.
        (GpioLine::Number(2..=27), Some(GpioBackend::Rppal)) => None,
        (line, Some(GpioBackend::Rppal)) => {
            Some((format!("{key} is {}, no line of the header", named(line)), "write a BCM number from 2 to 27"))
        }
        (GpioLine::Number(number), Some(GpioBackend::Gpiocdev)) if !table.has("chip") => Some((
            format!("{key} is line {number}, and nothing says of which chip"),
            "add chip = \"gpiochip0\", or write the line's name as `gpioinfo` shows it",
        )),
        (_, Some(GpioBackend::Gpiocdev | GpioBackend::None) | None) => None,
    };
    if let Some((what, todo)) = wrong {
        table.error(key, what, todo);
        return None;
    }
    let mut before = LINES.iter().take_while(|other| **other != key);
    if before.any(|other| table.look::<GpioLine>(other).as_ref() == Some(&line)) {
        table.error(key, format!("line {} is used twice", named(&line)), "give each its own line");
        return None;
    }
    Some(line)
}

fn named(line: &GpioLine) -> String {
    match line {
        GpioLine::Number(number) => number.to_string(),
        GpioLine::Name(name) => format!("{name:?}"),
    }
}
