//! Lamp, tone and button on a Raspberry Pi's header, through rppal.
//!
//! Lines are named by their BCM numbers. What a colour means is the caller's. Off a Pi there is no header: opening fails
//! with [`GpioErrorKind::Absent`], and the station works without.

use std::time::Duration;

use rppal::gpio::{Error, InputPin, OutputPin, Trigger};
use tokio::sync::mpsc;

/// Contacts of a push button settle within 5 to 10 ms; nobody presses twice in 30.
const DEBOUNCE: Duration = Duration::from_millis(30);

/// The header's lines, by BCM number; `None` for what is not wired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pins {
    /// The red lamp.
    pub red: Option<u8>,
    /// The amber lamp.
    pub amber: Option<u8>,
    /// The green lamp.
    pub green: Option<u8>,
    /// The buzzer, one that makes its own tone.
    pub buzzer: Option<u8>,
    /// The button, between the line and ground.
    pub button: Option<u8>,
    /// Lamps and buzzer are on when their line is low (relay boards).
    pub active_low: bool,
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

/// What went wrong, coarsely enough to act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GpioErrorKind {
    /// No header: not a Raspberry Pi.
    Absent,
    /// Another program holds the line, or two settings name the same one.
    Busy,
    /// The service may not use the header.
    Denied,
    /// The header has no such line.
    NoSuchLine,
    /// Anything else.
    Other,
}

/// The header could not be used.
#[derive(Debug, thiserror::Error)]
#[error("use the gpio header: {advice}")]
pub struct GpioError {
    kind: GpioErrorKind,
    advice: String,
    #[source]
    source: Error,
}

impl GpioError {
    /// What went wrong, coarsely.
    #[must_use]
    pub fn kind(&self) -> GpioErrorKind {
        self.kind
    }
}

impl From<Error> for GpioError {
    fn from(source: Error) -> Self {
        let (kind, advice) = match &source {
            Error::UnknownModel => {
                (GpioErrorKind::Absent, "this is no raspberry pi; set `gpio.backend` to \"none\"".to_owned())
            }
            Error::PinUsed(pin) => (GpioErrorKind::Busy, format!("line {pin} is taken; give each signal its own line")),
            Error::PinNotAvailable(pin) => (GpioErrorKind::NoSuchLine, format!("there is no line {pin}; use 0 to 27")),
            Error::PermissionDenied(path) => {
                (GpioErrorKind::Denied, format!("{path} is not permitted; put the service's user into the group gpio"))
            }
            Error::Io(error) if error.kind() == std::io::ErrorKind::NotFound => {
                (GpioErrorKind::Absent, "there is no gpio chip; set `gpio.backend` to \"none\"".to_owned())
            }
            Error::Io(error) => (GpioErrorKind::Other, error.to_string()),
            Error::ThreadPanic => (GpioErrorKind::Other, "its thread stopped; restart the service".to_owned()),
        };
        Self { kind, advice, source }
    }
}

/// The open header. Dropping it puts every line back as it was.
#[derive(Debug)]
pub struct Gpio {
    red: Option<OutputPin>,
    amber: Option<OutputPin>,
    green: Option<OutputPin>,
    buzzer: Option<OutputPin>,
    active_low: bool,
    presses: mpsc::Receiver<()>,
    _button: Option<InputPin>,
}

impl Gpio {
    /// Takes the lines: lamps dark, buzzer quiet, button watched.
    ///
    /// # Errors
    /// [`GpioError`]; on anything but a Raspberry Pi its kind is `Absent`.
    pub fn open(pins: Pins) -> Result<Self, GpioError> {
        let header = rppal::gpio::Gpio::new()?;
        let output = |pin: Option<u8>| -> Result<Option<OutputPin>, GpioError> {
            let Some(pin) = pin else { return Ok(None) };
            let pin = header.get(pin)?;
            Ok(Some(if pins.active_low { pin.into_output_high() } else { pin.into_output_low() }))
        };
        // One press waiting is enough: a packer who presses five times means it once.
        let (pressed, presses) = mpsc::channel(1);
        let button = match pins.button {
            None => None,
            Some(pin) => {
                let mut button = header.get(pin)?.into_input_pullup();
                button.set_async_interrupt(Trigger::FallingEdge, Some(DEBOUNCE), move |_| {
                    let _ = pressed.try_send(());
                })?;
                Some(button)
            }
        };
        Ok(Self {
            red: output(pins.red)?,
            amber: output(pins.amber)?,
            green: output(pins.green)?,
            buzzer: output(pins.buzzer)?,
            active_low: pins.active_low,
            presses,
            _button: button,
        })
    }

    /// Lights these lamps and no others.
    pub fn light(&mut self, lamp: Lamp) {
        let active_low = self.active_low;
        set(&mut self.red, lamp.red != active_low);
        set(&mut self.amber, lamp.amber != active_low);
        set(&mut self.green, lamp.green != active_low);
    }

    /// Switches the buzzer on or off.
    pub fn sound(&mut self, on: bool) {
        set(&mut self.buzzer, on != self.active_low);
    }

    /// Waits for a press of the button, for ever where there is none. Safe to cancel.
    pub async fn pressed(&mut self) {
        if self.presses.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

fn set(line: &mut Option<OutputPin>, high: bool) {
    if let Some(line) = line {
        line.write(if high { rppal::gpio::Level::High } else { rppal::gpio::Level::Low });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_header_it_says_so() {
        // On a Raspberry Pi the header opens; nothing is wired in these settings, so nothing is switched.
        if let Err(error) = Gpio::open(Pins::default()) {
            assert!(matches!(error.kind(), GpioErrorKind::Absent | GpioErrorKind::Denied), "{error}");
        }
    }

    #[test]
    fn every_error_says_what_to_do() {
        let taken = GpioError::from(Error::PinUsed(17));
        assert_eq!(taken.kind(), GpioErrorKind::Busy);
        assert!(taken.to_string().contains("give each signal its own line"));
        assert_eq!(GpioError::from(Error::PinNotAvailable(99)).kind(), GpioErrorKind::NoSuchLine);
    }
}
