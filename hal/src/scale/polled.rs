//! The dialog with a scale that answers when asked.

use std::convert::Infallible;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::mt_sics::{ASK, Answer, Codec, ZERO};
use super::{Event, Pace, SILENCE};
use crate::port::{Port, PortError};

/// A scale answers `SI` within 100 ms; a busy one says so. After this the question is asked again.
const ANSWER: Duration = Duration::from_millis(500);
/// `Z` waits for the pan to come to rest, up to the scale's own limit (3 s on most).
const ZERO_ANSWER: Duration = Duration::from_secs(5);
/// Bytes of a question nobody takes: the line is held by its handshake.
const TAKEN: Duration = Duration::from_secs(2);

struct Dialog<'a, E> {
    port: &'a mut Port,
    codec: Codec,
    emit: E,
    heard: Instant,
    silent: bool,
}

/// What ends the wait for an answer.
enum Wanted {
    Weight,
    Zero,
}

pub(super) async fn read(
    port: &mut Port,
    pace: &mut watch::Receiver<Pace>,
    zero: &mut mpsc::Receiver<()>,
    emit: impl FnMut(Event),
) -> Result<Infallible, PortError> {
    let mut dialog = Dialog { port, codec: Codec::new(), emit, heard: Instant::now(), silent: false };
    loop {
        let asked = Instant::now();
        dialog.ask(ASK, asked + ANSWER, &Wanted::Weight).await?;
        dialog.notice_silence();
        if next_question(asked, pace, zero).await {
            dialog.zero().await?;
        }
    }
}

/// Waits for the next question's time, which the pace may move; `true` when zero is wanted first. A sender that is gone
/// asks for nothing any more.
async fn next_question(asked: Instant, pace: &mut watch::Receiver<Pace>, zero: &mut mpsc::Receiver<()>) -> bool {
    loop {
        let due = asked + pace.borrow_and_update().period();
        tokio::select! {
            biased;
            Some(()) = zero.recv() => return true,
            Ok(()) = pace.changed() => {}
            () = sleep_until(due) => return false,
        }
    }
}

impl<E: FnMut(Event)> Dialog<'_, E> {
    /// Sends a question and hears the scale out until the answer or `until`. Whether it was answered.
    async fn ask(&mut self, question: &[u8], until: Instant, wanted: &Wanted) -> Result<bool, PortError> {
        match self.port.transmit_all(question, TAKEN).await {
            Ok(()) => {}
            Err((_, cause)) => return Err(cause),
        }
        let mut buffer = [0; 256];
        loop {
            let Ok(received) = timeout_at(until, self.port.receive(&mut buffer)).await else {
                let thrown = self.codec.reset();
                self.report_garbled(thrown);
                return Ok(false);
            };
            if self.take(&buffer[..received?], wanted) {
                return Ok(true);
            }
        }
    }

    /// Reports what came; whether the wanted answer was in it. Whatever is garbled in one read is one event.
    fn take(&mut self, bytes: &[u8], wanted: &Wanted) -> bool {
        let (mut answered, mut garbled) = (false, 0);
        let (emit, heard, silent) = (&mut self.emit, &mut self.heard, &mut self.silent);
        self.codec.push(bytes, &mut |answer| {
            if !matches!(answer, Answer::Garbled(_)) {
                (*heard, *silent) = (Instant::now(), false);
            }
            match answer {
                Answer::Reading(reading) => {
                    answered |= matches!(wanted, Wanted::Weight);
                    emit(Event::Reading(reading));
                }
                Answer::Zeroed => {
                    answered |= matches!(wanted, Wanted::Zero);
                    emit(Event::Zeroed);
                }
                Answer::ZeroRefused(reason) => {
                    answered |= matches!(wanted, Wanted::Zero);
                    emit(Event::ZeroRefused(reason));
                }
                Answer::Other => {}
                Answer::Garbled(count) => garbled += count,
            }
        });
        self.report_garbled(garbled);
        answered
    }

    async fn zero(&mut self) -> Result<(), PortError> {
        let until = Instant::now() + ZERO_ANSWER;
        if !self.ask(ZERO, until, &Wanted::Zero).await? {
            (self.emit)(Event::ZeroRefused("no_answer"));
        }
        Ok(())
    }

    fn report_garbled(&mut self, count: usize) {
        if count > 0 {
            (self.emit)(Event::Garbled(count));
        }
    }

    fn notice_silence(&mut self) {
        if !self.silent && self.heard.elapsed() >= SILENCE {
            self.silent = true;
            (self.emit)(Event::Silent);
        }
    }
}
