//! Any GPIO chip, through the kernel's character devices (uAPI v2, Linux 5.10).
//!
//! The kernel debounces: in the chip where it can, else by a timer of its own. It knows which line is low when on, and who
//! holds a line, so that a line that cannot be had is named with its holder.

use std::fmt;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::task::{Context, Poll, ready};

use gpiocdev::line::{Bias, EdgeDetection, Offset, Value};
use gpiocdev::{Chip, Error, Request, chip};
use nix::errno::Errno;
use tokio::io::unix::AsyncFd;

use crate::port::node;

use super::{DEBOUNCE, GpioError, GpioErrorKind, GpioLine, GpioLines, Pins, Signal};

/// What other programs see as the holder of our lines.
const CONSUMER: &str = "parceld";

/// The open lines; they may be on several chips.
#[derive(Debug)]
pub(super) struct Chips {
    outputs: Vec<(Signal, Spot, Request)>,
    button: Option<Button>,
}

#[derive(Debug)]
struct Button {
    spot: Spot,
    request: Request,
    /// The request's descriptor, to be waited for.
    events: AsyncFd<OwnedFd>,
}

/// A line that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Spot {
    chip: PathBuf,
    label: String,
    offset: Offset,
    name: String,
}

/// `GPIO22 (line 22 of gpiochip0, pinctrl-rp1)`.
impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chip = self.chip.file_name().unwrap_or_default().display();
        let Self { offset, label, name, .. } = self;
        match name.as_str() {
            "" => write!(f, "line {offset} of {chip}, {label}"),
            name => write!(f, "{name} (line {offset} of {chip}, {label})"),
        }
    }
}

impl Chips {
    pub(super) fn open(pins: &Pins, chip: Option<&str>) -> Result<Self, GpioError> {
        let chips = KnownChips::of(chip)?;
        let mut outputs = Vec::new();
        for (signal, line) in pins.outputs() {
            let Some(line) = line else { continue };
            let spot = chips.find(line)?;
            let mut wanted = Request::builder();
            wanted.on_chip(&spot.chip).with_consumer(CONSUMER).with_line(spot.offset).as_output(Value::Inactive);
            if pins.active_low {
                wanted.as_active_low();
            }
            let request = wanted.request().map_err(|error| refused(&spot, &error))?;
            outputs.push((signal, spot, request));
        }
        let button = pins.button.as_ref().map(|line| chips.find(line).and_then(watch)).transpose()?;
        Ok(Self { outputs, button })
    }
}

/// Watches a button that pulls its line to ground.
fn watch(spot: Spot) -> Result<Button, GpioError> {
    let mut wanted = Request::builder();
    wanted.on_chip(&spot.chip).with_consumer(CONSUMER).with_line(spot.offset).as_input().as_active_low();
    wanted.with_bias(Bias::PullUp).with_edge_detection(EdgeDetection::RisingEdge).with_debounce_period(DEBOUNCE);
    let request = wanted.request().map_err(|error| refused(&spot, &error))?;
    let events = request.as_fd().try_clone_to_owned().and_then(node::watch).map_err(|error| lost(&error))?;
    Ok(Button { spot, request, events })
}

impl GpioLines for Chips {
    fn set(&mut self, signal: Signal, on: bool) -> Result<(), GpioError> {
        let value = if on { Value::Active } else { Value::Inactive };
        for (_, spot, request) in self.outputs.iter().filter(|(of, ..)| *of == signal) {
            request.set_value(spot.offset, value).map_err(|error| refused(spot, &error))?;
        }
        Ok(())
    }

    fn poll_pressed(&mut self, context: &mut Context<'_>) -> Poll<Result<(), GpioError>> {
        let Some(Button { spot, request, events }) = &self.button else { return Poll::Pending };
        loop {
            let mut ready = ready!(events.poll_read_ready(context)).map_err(|error| lost(&error))?;
            let mut pressed = false;
            // A packer who presses five times means it once.
            while request.has_edge_event().map_err(|error| refused(spot, &error))? {
                request.read_edge_event().map_err(|error| refused(spot, &error))?;
                pressed = true;
            }
            ready.clear_ready();
            if pressed {
                return Poll::Ready(Ok(()));
            }
        }
    }

    fn describe(&self) -> Vec<String> {
        let outputs = self.outputs.iter().map(|(signal, spot, _)| (signal.name(), spot));
        let button = self.button.iter().map(|button| ("button", &button.spot));
        outputs.chain(button).map(|(name, spot)| format!("{name} {spot}")).collect()
    }
}

impl Drop for Chips {
    /// Chips keep the level of a line that is freed: a lamp would stay lit.
    fn drop(&mut self) {
        for (_, spot, request) in &self.outputs {
            let _ = request.set_value(spot.offset, Value::Inactive);
        }
    }
}

/// Chips that may be used.
#[derive(Debug)]
struct KnownChips {
    /// Node, label.
    chips: Vec<(PathBuf, String, Chip)>,
    /// The one that is meant.
    wanted: Option<String>,
}

impl KnownChips {
    /// The chip of this name, node or label; all of them without.
    fn of(wanted: Option<&str>) -> Result<Self, GpioError> {
        let mut denied = None;
        let mut chips = Vec::new();
        for node in chip::chips().unwrap_or_default() {
            match Chip::from_path(&node).and_then(|chip| Ok((chip.info()?.label, chip))) {
                Ok((label, chip)) => chips.push((node, label, chip)),
                Err(error) if errno(&error) == Some(Errno::EACCES) => denied = Some(node),
                Err(_) => {}
            }
        }
        let have: Vec<String> = chips.iter().map(|(node, label, _)| chip_name(node, label)).collect();
        chips.retain(|(node, label, _)| wanted.is_none_or(|wanted| is_meant(wanted, node, label)));
        match (chips.len(), wanted) {
            (0, _) if denied.is_some() => Err(GpioError::new(
                GpioErrorKind::Denied,
                format!(
                    "{} is not permitted; put the service's user into the group gpio",
                    denied.unwrap_or_default().display()
                ),
            )),
            (0, Some(wanted)) if !have.is_empty() => Err(GpioError::new(
                GpioErrorKind::Absent,
                format!("there is no chip {wanted:?}; `gpio.chip` is one of {}", have.join(", ")),
            )),
            (0, _) => Err(GpioError::new(
                GpioErrorKind::Absent,
                "there is no gpio chip; load its driver, or set `gpio.backend` to \"none\"",
            )),
            (1, _) | (_, None) => Ok(Self { chips, wanted: wanted.map(str::to_owned) }),
            (_, Some(wanted)) => Err(GpioError::new(
                GpioErrorKind::Absent,
                format!("several chips are {wanted:?}; write `gpio.chip` as one of {}", have.join(", ")),
            )),
        }
    }

    fn find(&self, line: &GpioLine) -> Result<Spot, GpioError> {
        let mut spots = self.chips.iter().filter_map(|(node, label, chip)| {
            let info = match line {
                GpioLine::Number(_) if self.wanted.is_none() => None,
                GpioLine::Number(offset) => chip.line_info(*offset).ok(),
                GpioLine::Name(name) => chip.find_line_info(name),
            }?;
            Some(Spot { chip: node.clone(), label: label.clone(), offset: info.offset, name: info.name })
        });
        let none = || {
            let have: Vec<String> = self.chips.iter().map(|(node, label, _)| chip_name(node, label)).collect();
            GpioError::new(
                GpioErrorKind::NoSuchLine,
                format!("there is no {line} on {}; see `gpioinfo`", have.join(", ")),
            )
        };
        let spot = spots.next().ok_or_else(none)?;
        match spots.next() {
            None => Ok(spot),
            Some(other) => Err(GpioError::new(
                GpioErrorKind::NoSuchLine,
                format!("{spot} and {other} have one name; say which chip in `gpio.chip`"),
            )),
        }
    }
}

fn chip_name(node: &Path, label: &str) -> String {
    format!("{} ({label})", node.file_name().unwrap_or_default().display())
}

fn is_meant(wanted: &str, node: &Path, label: &str) -> bool {
    let same = |path: &Path| path == node || std::fs::canonicalize(path).is_ok_and(|real| real == node);
    wanted == label
        || node.file_name().is_some_and(|name| name == wanted)
        || (wanted.starts_with('/') && same(Path::new(wanted)))
}

/// Why a line is not to be had; with its holder, where another has it.
fn refused(spot: &Spot, error: &Error) -> GpioError {
    let (kind, why) = match errno(error) {
        Some(Errno::EBUSY) => {
            let info = Chip::from_path(&spot.chip).and_then(|chip| chip.line_info(spot.offset));
            let holder = match info.map(|info| info.consumer) {
                Ok(consumer) if consumer == CONSUMER => {
                    "parceld itself; give each signal its own line, or stop the service that runs".to_owned()
                }
                Ok(consumer) if !consumer.is_empty() => {
                    format!("{consumer:?}; end that program or driver, or wire another line")
                }
                _ => "something without a name; see `gpioinfo`, end it, or wire another line".to_owned(),
            };
            (GpioErrorKind::Busy, format!("{spot} is held by {holder}"))
        }
        Some(Errno::EACCES | Errno::EPERM) => {
            (GpioErrorKind::Denied, format!("{spot} is not permitted; put the service's user into the group gpio"))
        }
        Some(Errno::ENODEV | Errno::ENOENT | Errno::ENXIO) => {
            (GpioErrorKind::Absent, format!("{spot} went away; plug it in again"))
        }
        Some(Errno::EINVAL | Errno::ENOTSUP) => {
            (GpioErrorKind::NoSuchLine, format!("{spot} cannot do that; wire another line"))
        }
        _ => (GpioErrorKind::Other, format!("{spot}: {error}")),
    };
    GpioError::new(kind, why)
}

fn lost(error: &std::io::Error) -> GpioError {
    GpioError::new(GpioErrorKind::Other, error.to_string())
}

fn errno(error: &Error) -> Option<Errno> {
    let number = match error {
        Error::Os(errno) | Error::Uapi(_, gpiocdev_uapi::Error::Os(errno)) => errno.0,
        _ => return None,
    };
    Some(Errno::from_raw(number))
}
