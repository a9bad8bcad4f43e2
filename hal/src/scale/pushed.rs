//! Listening to a scale that sends by itself.

use std::convert::Infallible;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::codec::{Key, ScaleAnswer, ScaleCodec};
use super::fault::KeyRefusal;
use super::hid::{Hid, WeightLayout};
use super::{Event, SILENCE, Stability};
use crate::port::{Port, PortError};

/// The kernel hands a report to the device within its 5 s control timeout; a node that takes none is not a scale.
const TAKEN: Duration = Duration::from_secs(2);

/// As long as a scale that is asked has for the same.
const KEY_ANSWER: Duration = Duration::from_secs(5);

enum Happened {
    Report(usize),
    Pressed(Key),
    Nothing,
}

pub(super) async fn read(
    port: &mut Port,
    keys: &mut mpsc::Receiver<Key>,
    mut emit: impl FnMut(Event),
) -> Result<Infallible, PortError> {
    let layout =
        port.descriptor().and_then(|descriptor| WeightLayout::of(&descriptor)).unwrap_or_else(WeightLayout::usual);
    let zero = layout.zero().to_vec();
    let mut codec = Hid::new(layout);
    let mut buffer = [0; 64];
    let (mut stale, mut silent, mut heard) = (true, false, Instant::now());
    let mut pressed: Option<Instant> = None;
    loop {
        let happened = tokio::select! {
            biased;
            Some(key) = keys.recv() => Happened::Pressed(key),
            received = hear(port, &mut buffer, (!silent).then_some(heard + SILENCE)) => match received {
                Some(count) => Happened::Report(count?),
                None => Happened::Nothing,
            },
        };
        match happened {
            Happened::Report(count) => codec.push(&buffer[..count], &mut |answer| match answer {
                ScaleAnswer::Reading(reading) => {
                    (silent, heard) = (false, Instant::now());
                    if !std::mem::take(&mut stale) {
                        let at_zero = reading.state == Stability::Stable && reading.picograms == 0;
                        emit(Event::Reading(reading));
                        if at_zero && pressed.take().is_some() {
                            emit(Event::Done(Key::Zero));
                        }
                    }
                }
                ScaleAnswer::Garbled(count) => emit(Event::Garbled(count)),
                ScaleAnswer::Done(_) | ScaleAnswer::Refused(..) | ScaleAnswer::Wants(_) | ScaleAnswer::Other => {}
            }),
            Happened::Pressed(Key::Tare) => emit(Event::Refused(Key::Tare, KeyRefusal::NotAllowed)),
            Happened::Pressed(Key::Zero) => {
                pressed = Some(Instant::now());
                if let Err((_, cause)) = port.transmit_all(&zero, TAKEN).await {
                    tracing::warn!(device = port.what(), %cause, "the scale takes no command; zero it by its own key");
                    pressed = None;
                    emit(Event::Refused(Key::Zero, KeyRefusal::NoAnswer));
                }
            }
            Happened::Nothing => {
                silent = true;
                emit(Event::Silent);
            }
        }
        // Nothing answers the command; a scale that ignores it goes on as before.
        if pressed.is_some_and(|at| at.elapsed() >= KEY_ANSWER) {
            pressed = None;
            emit(Event::Refused(Key::Zero, KeyRefusal::NoAnswer));
        }
    }
}

/// The next report; `None` when none came until then.
async fn hear(port: &mut Port, buffer: &mut [u8], until: Option<Instant>) -> Option<Result<usize, PortError>> {
    match until {
        Some(until) => timeout_at(until, port.receive(buffer)).await.ok(),
        None => Some(port.receive(buffer).await),
    }
}
