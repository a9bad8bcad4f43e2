//! Lamp, tone and button on lines of the computer itself, through one of two backends.
//!
//! What a colour means is the caller's. Where there is no such chip or line, opening fails with a [`GpioErrorKind`], and
//! the station works without.
//!
//! | backend | drives | a line is |
//! |---|---|---|
//! | [`Backend::Rppal`] | the header of a Raspberry Pi up to the Pi 5 | a BCM number |
//! | [`Backend::Gpiocdev`] | any chip with a node `/dev/gpiochipN` (Linux 5.10 and later) | an offset on a chip, or a name |

mod gpiocdev;
mod rppal;
#[cfg(test)]
mod tests;

use std::fmt;
use std::task::{Context, Poll};
use std::time::Duration;

/// Contacts of a push button settle within 5 to 10 ms; nobody presses twice in 30.
const DEBOUNCE: Duration = Duration::from_millis(30);

/// What drives the lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// The rppal library, on a Raspberry Pi.
    Rppal,
    /// The kernel's character devices.
    Gpiocdev {
        /// `gpiochip0`, `/dev/gpiochip0`, or the label of a chip (`pinctrl-rp1`). Without it every line has a name.
        chip: Option<String>,
    },
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GpioLine {
    /// BCM number, or offset on the chip: on a Raspberry Pi's header the same.
    Number(u32),
    /// Its name on the chip, such as `GPIO17`.
    Name(String),
}

impl fmt::Display for GpioLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "line {number}"),
            Self::Name(name) => write!(f, "line {name}"),
        }
    }
}

/// What is wired; `None` for what is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pins {
    /// What drives it.
    pub backend: Backend,
    /// The red lamp.
    pub red: Option<GpioLine>,
    /// The amber lamp.
    pub amber: Option<GpioLine>,
    /// The green lamp.
    pub green: Option<GpioLine>,
    /// The buzzer, one that makes its own tone.
    pub buzzer: Option<GpioLine>,
    /// The button, between the line and ground.
    pub button: Option<GpioLine>,
    /// Lamps and buzzer are on when their line is low (relay boards).
    pub active_low: bool,
}

impl Pins {
    /// Nothing wired.
    #[must_use]
    pub fn none(backend: Backend) -> Self {
        Self { backend, red: None, amber: None, green: None, buzzer: None, button: None, active_low: false }
    }

    fn outputs(&self) -> [(Signal, Option<&GpioLine>); 4] {
        [
            (Signal::Red, self.red.as_ref()),
            (Signal::Amber, self.amber.as_ref()),
            (Signal::Green, self.green.as_ref()),
            (Signal::Tone, self.buzzer.as_ref()),
        ]
    }
}

/// Which lamps are lit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lamp {
    /// Red.
    pub red: bool,
    /// Amber.
    pub amber: bool,
    /// Green.
    pub green: bool,
}

/// What an output is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Signal {
    Red,
    Amber,
    Green,
    Tone,
}

impl Signal {
    const fn name(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Amber => "amber",
            Self::Green => "green",
            Self::Tone => "tone",
        }
    }
}

/// Open lines. Dropped, every output is off and every line is free.
trait GpioLines: fmt::Debug + Send {
    /// Switches an output; nothing where it is not wired.
    fn set(&mut self, signal: Signal, on: bool) -> Result<(), GpioError>;

    /// Ready once for each press of the button since the last time it was; never where there is none.
    fn poll_pressed(&mut self, context: &mut Context<'_>) -> Poll<Result<(), GpioError>>;

    /// `red GPIO22 (line 22 of gpiochip0, pinctrl-rp1)`, one for each line.
    fn describe(&self) -> Vec<String>;
}

/// The open lines. Dropping it puts every lamp out, silences the buzzer, and frees the lines.
#[derive(Debug)]
pub struct Gpio {
    lines: Box<dyn GpioLines>,
}

impl Gpio {
    /// Takes the lines: lamps dark, buzzer quiet, button watched. Inside a runtime, for the button.
    ///
    /// # Errors
    /// [`GpioError`]; its kind is `Absent` where there is no such chip.
    pub fn open(pins: &Pins) -> Result<Self, GpioError> {
        Ok(match &pins.backend {
            Backend::Rppal => Self { lines: Box::new(rppal::Header::open(pins)?) },
            Backend::Gpiocdev { chip } => Self { lines: Box::new(gpiocdev::Chips::open(pins, chip.as_deref())?) },
        })
    }

    /// Lights these lamps and no others.
    ///
    /// # Errors
    /// The chip went away.
    pub fn light(&mut self, lamp: Lamp) -> Result<(), GpioError> {
        self.lines.set(Signal::Red, lamp.red)?;
        self.lines.set(Signal::Amber, lamp.amber)?;
        self.lines.set(Signal::Green, lamp.green)
    }

    /// Switches the buzzer on or off.
    ///
    /// # Errors
    /// The chip went away.
    pub fn sound(&mut self, on: bool) -> Result<(), GpioError> {
        self.lines.set(Signal::Tone, on)
    }

    /// Waits for a press of the button, for ever where there is none. Safe to cancel.
    ///
    /// # Errors
    /// The chip went away.
    pub async fn pressed(&mut self) -> Result<(), GpioError> {
        std::future::poll_fn(|context| self.lines.poll_pressed(context)).await
    }

    /// The lines that were taken, each for a person: `red GPIO22 (line 22 of gpiochip0, pinctrl-rp1)`.
    #[must_use]
    pub fn describe(&self) -> Vec<String> {
        self.lines.describe()
    }
}

/// What went wrong, coarsely enough to act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GpioErrorKind {
    /// No such chip; for rppal: not a Raspberry Pi.
    Absent,
    /// Another program holds the line, or two settings name the same one.
    Busy,
    /// The service may not use the chip.
    Denied,
    /// The chip has no such line.
    NoSuchLine,
    /// Anything else.
    Other,
}

/// The lines could not be used.
#[derive(Debug, thiserror::Error)]
#[error("use the gpio lines: {advice}")]
pub struct GpioError {
    kind: GpioErrorKind,
    advice: String,
}

impl GpioError {
    fn new(kind: GpioErrorKind, advice: impl Into<String>) -> Self {
        Self { kind, advice: advice.into() }
    }

    /// What went wrong, coarsely.
    #[must_use]
    pub fn kind(&self) -> GpioErrorKind {
        self.kind
    }
}
