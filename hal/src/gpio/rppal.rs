//! The header of a Raspberry Pi, through rppal: it maps the chip's registers, so it knows each model by itself, and does
//! not see who else drives a line.

use std::task::{Context, Poll};

use rppal::gpio::{Error, InputPin, Level, OutputPin, Trigger};
use tokio::sync::mpsc;

use super::{DEBOUNCE, GpioError, GpioErrorKind, GpioLine, GpioLines, Pins, Signal};

impl From<Error> for GpioError {
    fn from(error: Error) -> Self {
        match &error {
            Error::UnknownModel => Self::new(
                GpioErrorKind::Absent,
                "this is no raspberry pi that rppal knows; set `gpio.backend` to \"gpiocdev\" or \"none\"",
            ),
            Error::PinUsed(pin) => {
                Self::new(GpioErrorKind::Busy, format!("line {pin} is taken; give each signal its own line"))
            }
            Error::PinNotAvailable(pin) => {
                Self::new(GpioErrorKind::NoSuchLine, format!("there is no line {pin}; use 0 to 27"))
            }
            Error::PermissionDenied(path) => Self::new(
                GpioErrorKind::Denied,
                format!("{path} is not permitted; put the service's user into the group gpio"),
            ),
            Error::Io(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Self::new(GpioErrorKind::Absent, "there is no gpio chip; set `gpio.backend` to \"none\"")
            }
            Error::Io(error) => Self::new(GpioErrorKind::Other, error.to_string()),
            Error::ThreadPanic => Self::new(GpioErrorKind::Other, "its thread stopped; restart the service"),
        }
    }
}

/// The open header. Dropped, rppal puts every line back as it was.
#[derive(Debug)]
pub(super) struct Header {
    outputs: Vec<(Signal, OutputPin)>,
    active_low: bool,
    presses: mpsc::Receiver<()>,
    button: Option<InputPin>,
}

impl Header {
    pub(super) fn open(pins: &Pins) -> Result<Self, GpioError> {
        let header = rppal::gpio::Gpio::new()?;
        let mut outputs = Vec::new();
        for (signal, line) in pins.outputs() {
            let Some(line) = line else { continue };
            let pin = header.get(number(line)?)?;
            outputs.push((signal, if pins.active_low { pin.into_output_high() } else { pin.into_output_low() }));
        }
        // One press waiting is enough: a packer who presses five times means it once.
        let (pressed, presses) = mpsc::channel(1);
        let button = match &pins.button {
            None => None,
            Some(line) => {
                let mut button = header.get(number(line)?)?.into_input_pullup();
                button.set_async_interrupt(Trigger::FallingEdge, Some(DEBOUNCE), move |_| {
                    let _ = pressed.try_send(());
                })?;
                Some(button)
            }
        };
        Ok(Self { outputs, active_low: pins.active_low, presses, button })
    }
}

fn number(line: &GpioLine) -> Result<u8, GpioError> {
    let number = match line {
        GpioLine::Number(number) => u8::try_from(*number).ok(),
        GpioLine::Name(_) => None,
    };
    number.ok_or_else(|| GpioError::new(GpioErrorKind::NoSuchLine, format!("there is no {line}; use 0 to 27")))
}

impl GpioLines for Header {
    fn set(&mut self, signal: Signal, on: bool) -> Result<(), GpioError> {
        let level = if on != self.active_low { Level::High } else { Level::Low };
        for (_, pin) in self.outputs.iter_mut().filter(|(of, _)| *of == signal) {
            pin.write(level);
        }
        Ok(())
    }

    fn poll_pressed(&mut self, context: &mut Context<'_>) -> Poll<Result<(), GpioError>> {
        match self.presses.poll_recv(context) {
            Poll::Ready(Some(())) => Poll::Ready(Ok(())),
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }

    fn describe(&self) -> Vec<String> {
        let outputs = self.outputs.iter().map(|(signal, pin)| (signal.name(), pin.pin()));
        let button = self.button.iter().map(|button| ("button", button.pin()));
        outputs.chain(button).map(|(name, pin)| format!("{name} GPIO{pin}")).collect()
    }
}
