//! The dialog with a scale that answers when asked.

use std::convert::Infallible;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::codec::{Key, Questions, ScaleAnswer, ScaleCodec};
use super::fault::KeyRefusal;
use super::reading::Stability;
use super::steady::Steady;
use super::{Event, Pace, SILENCE};
use crate::port::{Port, PortError};

/// A scale answers within 100 ms; a busy one says so. After this the question is asked again.
const ANSWER: Duration = Duration::from_millis(500);
/// A key waits for the pan to come to rest, up to the scale's own limit (3 s on most).
const KEY_ANSWER: Duration = Duration::from_secs(5);
/// Bytes of a question nobody takes: the line is held by its handshake.
const TAKEN: Duration = Duration::from_secs(2);

pub(super) struct Dialog<'a, E> {
    pub(super) port: &'a mut Port,
    pub(super) codec: Box<dyn ScaleCodec>,
    pub(super) questions: Questions,
    pub(super) steady: Steady,
    /// Whether the last reading was nothing on a pan at rest.
    pub(super) at_zero: bool,
    pub(super) emit: E,
}

/// What ends the wait for an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Weight,
    Key(Key),
}

/// What came in one read.
#[derive(Default)]
struct Heard {
    answered: bool,
    wants: Option<&'static [u8]>,
}

impl<E: FnMut(Event)> Dialog<'_, E> {
    pub(super) async fn run(
        mut self,
        pace: &mut watch::Receiver<Pace>,
        keys: &mut mpsc::Receiver<Key>,
    ) -> Result<Infallible, PortError> {
        let gap = Duration::from_millis(self.questions.gap_ms);
        let (mut heard, mut silent, mut turn) = (Instant::now(), false, 0);
        loop {
            let asked = Instant::now();
            let question = self.questions.weight[turn % self.questions.weight.len()];
            if self.ask(question, asked + ANSWER, Wanted::Weight).await? {
                (heard, silent) = (Instant::now(), false);
            } else {
                turn += 1;
            }
            if !silent && heard.elapsed() >= SILENCE {
                silent = true;
                (self.emit)(Event::Silent);
            }
            if let Some(key) = self.wait(asked, pace, keys).await? {
                sleep_until(asked + gap).await;
                self.press(key).await?;
                sleep_until(Instant::now() + gap).await;
            }
        }
    }

    /// Waits for the next question's time, which the pace may move, and listens meanwhile: what a scale says unasked
    /// must not lie in the line until it is old. A key is pressed first. A sender that is gone asks for nothing any more.
    async fn wait(
        &mut self,
        asked: Instant,
        pace: &mut watch::Receiver<Pace>,
        keys: &mut mpsc::Receiver<Key>,
    ) -> Result<Option<Key>, PortError> {
        let gap = Duration::from_millis(self.questions.gap_ms);
        let mut buffer = [0; 256];
        loop {
            let due = asked + gap.max(pace.borrow_and_update().period());
            tokio::select! {
                biased;
                Some(key) = keys.recv() => return Ok(Some(key)),
                received = self.port.receive(&mut buffer) => drop(self.take(&buffer[..received?], None)),
                Ok(()) = pace.changed() => {}
                () = sleep_until(due) => return Ok(None),
            }
        }
    }

    /// Sends a question and hears the scale out until the answer or `until`. Whether it was answered.
    async fn ask(&mut self, question: &[u8], until: Instant, wanted: Wanted) -> Result<bool, PortError> {
        self.say(question).await?;
        let mut buffer = [0; 256];
        loop {
            let Ok(received) = timeout_at(until, self.port.receive(&mut buffer)).await else {
                let thrown = self.codec.reset();
                self.report_garbled(thrown);
                return Ok(false);
            };
            let heard = self.take(&buffer[..received?], Some(wanted));
            if let Some(wants) = heard.wants {
                self.say(wants).await?;
            }
            if heard.answered {
                return Ok(true);
            }
        }
    }

    async fn say(&mut self, bytes: &[u8]) -> Result<(), PortError> {
        self.port.transmit_all(bytes, TAKEN).await.map_err(|(_, cause)| cause)
    }

    /// Reports what came. Whatever is garbled in one read is one event.
    fn take(&mut self, bytes: &[u8], wanted: Option<Wanted>) -> Heard {
        let (mut heard, mut garbled) = (Heard::default(), 0);
        let (emit, steady, at_zero) = (&mut self.emit, &mut self.steady, &mut self.at_zero);
        self.codec.push(bytes, &mut |answer| match answer {
            ScaleAnswer::Reading(reading) => {
                heard.answered |= wanted == Some(Wanted::Weight);
                let reading = steady.judge(reading);
                *at_zero = reading.state == Stability::AtZero
                    || (reading.state == Stability::Stable && reading.picograms == 0);
                emit(Event::Reading(reading));
            }
            ScaleAnswer::Done(key) => {
                heard.answered |= wanted == Some(Wanted::Key(key));
                emit(Event::Done(key));
            }
            ScaleAnswer::Refused(key, reason) => {
                heard.answered |= wanted == Some(Wanted::Key(key));
                emit(Event::Refused(key, reason));
            }
            ScaleAnswer::Wants(bytes) => heard.wants = Some(bytes),
            ScaleAnswer::Other => {}
            ScaleAnswer::Garbled(count) => garbled += count,
        });
        self.report_garbled(garbled);
        heard
    }

    async fn press(&mut self, key: Key) -> Result<(), PortError> {
        let bytes = match key {
            Key::Zero => self.questions.zero,
            Key::Tare => self.questions.tare,
        };
        if bytes.is_empty() {
            (self.emit)(Event::Refused(key, KeyRefusal::NotAllowed));
        } else if !self.questions.answers_keys {
            return self.press_unanswered(key, bytes).await;
        } else if !self.ask(bytes, Instant::now() + KEY_ANSWER, Wanted::Key(key)).await? {
            (self.emit)(Event::Refused(key, KeyRefusal::NoAnswer));
        }
        Ok(())
    }

    /// Presses a key of a scale that does not answer keys: a weight of nothing afterwards is the answer.
    async fn press_unanswered(&mut self, key: Key, bytes: &[u8]) -> Result<(), PortError> {
        let until = Instant::now() + KEY_ANSWER;
        self.say(bytes).await?;
        self.at_zero = false;
        let mut turn = 0;
        while Instant::now() < until {
            sleep_until(Instant::now() + Pace::Eager.period().max(Duration::from_millis(self.questions.gap_ms))).await;
            let question = self.questions.weight[turn % self.questions.weight.len()];
            if !self.ask(question, Instant::now() + ANSWER, Wanted::Weight).await? {
                turn += 1;
            }
            if self.at_zero {
                (self.emit)(Event::Done(key));
                return Ok(());
            }
        }
        (self.emit)(Event::Refused(key, KeyRefusal::NoAnswer));
        Ok(())
    }

    fn report_garbled(&mut self, count: usize) {
        if count > 0 {
            self.steady.forget();
            (self.emit)(Event::Garbled(count));
        }
    }
}
