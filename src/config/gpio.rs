//! `[gpio]` and `[panel]`: what is wired to the computer itself.

use std::collections::BTreeSet;

use super::read::driven;
use super::table::Table;

/// Lamps, tone and button on the header of a Raspberry Pi, by BCM number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gpio {
    /// What drives them.
    pub backend: GpioBackend,
    /// Lamp: done.
    pub green: Option<u8>,
    /// Lamp: a question.
    pub amber: Option<u8>,
    /// Lamp: stop.
    pub red: Option<u8>,
    /// Buzzer.
    pub tone: Option<u8>,
    /// Button to ground.
    pub button: Option<u8>,
    /// Lamps and buzzer are on when their line is low (relay boards).
    pub active_low: bool,
}

/// What drives the header's lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GpioBackend {
    /// Nothing: the lines are left alone.
    #[default]
    None,
    /// The rppal library, on a Raspberry Pi.
    Rppal,
}

pub(super) fn panel(root: &Table<'_>) {
    if let Some(table) = root.table("panel") {
        let kinds = [("none", Some(())), ("framebuffer", None), ("st7789", None), ("ili9341", None), ("ssd1306", None)];
        driven(&table, "kind", &kinds);
        table.finish();
    }
}

pub(super) fn gpio(root: &Table<'_>) -> Option<Gpio> {
    let Some(table) = root.table("gpio") else { return Some(Gpio::default()) };
    let backends = [("none", Some(GpioBackend::None)), ("rppal", Some(GpioBackend::Rppal)), ("gpiocdev", None)];
    let backend = driven(&table, "backend", &backends);
    let mut taken = BTreeSet::new();
    let mut line = |key: &'static str| {
        let number = table.optional::<u16>(key)?;
        // 0 and 1 belong to the identification memory of an attached board.
        match u8::try_from(number).ok().filter(|number| (2..=27).contains(number)) {
            None => {
                table.error(key, format!("{key} is {number}, no line of the header"), "write a BCM number from 2 to 27")
            }
            Some(line) if !taken.insert(line) => {
                table.error(key, format!("line {line} is used twice"), "give each its own line");
            }
            Some(line) => return Some(line),
        }
        None
    };
    let [green, amber, red, tone, button] = ["green", "amber", "red", "tone", "button"].map(&mut line);
    let active_low = table.optional("active_low").unwrap_or(false);
    table.finish();
    Some(Gpio { backend: backend?, green, amber, red, tone, button, active_low })
}
