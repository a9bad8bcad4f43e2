//! Listening to a scale that sends by itself.

use std::convert::Infallible;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::codec::{Answer, Codec, Key};
use super::hid::{Hid, ZERO};
use super::{Event, SILENCE};
use crate::port::{Port, PortError};

/// The kernel hands a report to the device within its 5 s control timeout; a node that takes none is not a scale.
const TAKEN: Duration = Duration::from_secs(2);

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
    let mut codec = Hid::default();
    let mut buffer = [0; 64];
    let (mut stale, mut silent, mut heard) = (true, false, Instant::now());
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
                Answer::Reading(reading) => {
                    (silent, heard) = (false, Instant::now());
                    if !std::mem::take(&mut stale) {
                        emit(Event::Reading(reading));
                    }
                }
                Answer::Garbled(count) => emit(Event::Garbled(count)),
                Answer::Done(_) | Answer::Refused(..) | Answer::Wants(_) | Answer::Other => {}
            }),
            Happened::Pressed(Key::Tare) => emit(Event::Refused(Key::Tare, "not_allowed")),
            Happened::Pressed(Key::Zero) => {
                if let Err((_, cause)) = port.transmit_all(ZERO, TAKEN).await {
                    tracing::warn!(device = port.what(), %cause, "the scale takes no command; zero it by its own key");
                    emit(Event::Refused(Key::Zero, "no_answer"));
                }
            }
            Happened::Nothing => {
                silent = true;
                emit(Event::Silent);
            }
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
