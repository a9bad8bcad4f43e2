//! One conversation with a printer.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, timeout, timeout_at};

use super::{Known, Language, Listener, Problem, Status, escpos, tspl, zpl};
use crate::port::{Address, Port, PortError, PortErrorKind};

/// A printer that answers at all does so within some 200 ms.
const ANSWER: Duration = Duration::from_secs(1);
/// How long a printer that has just answered may take for a question it may not know; asked once.
const MORE: Duration = Duration::from_millis(400);
/// A printer on USB takes what is still on its way before its file is closed, or has stopped.
const DRAINED: Duration = Duration::from_secs(2);
/// The pause after a line that tells that no further line follows.
const LINE_GAP: Duration = Duration::from_millis(250);
/// A question not answered by now was swallowed (paper out, head open) and may be asked again.
const LATE: Duration = Duration::from_secs(2);
/// How long to listen for a second answer once questions have been given up: they are let go together.
const BURST: Duration = Duration::from_millis(150);
/// A printer takes bytes as it prints; one that takes none for this long will not.
const STALL: Duration = Duration::from_secs(10);
/// How long the far side may take to end the conversation.
const FAREWELL: Duration = Duration::from_millis(500);
/// What a receipt printer says unasked between two questions: a few blocks and a process id.
const UNASKED: usize = 64;

/// Why there is no status.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    /// The connection is open and nothing comes.
    #[error("hear from the printer; load paper and close its head, or set it to answer")]
    Silent,
    /// These bytes came (up to 1 KiB), which are no status.
    #[error("understand the printer ({} bytes that are no status); check `language` and `device`", .0.len())]
    Nonsense(Vec<u8>),
    /// The connection broke.
    #[error(transparent)]
    Lost(#[from] PortError),
}

/// Why a job was not handed over.
#[derive(Debug, thiserror::Error)]
#[error("send the whole job: {accepted} bytes were taken; {cause}")]
pub struct SendError {
    /// Bytes taken by the kernel; the printer has at most these. 0 means that it has none.
    pub accepted: usize,
    /// What happened; `TimedOut` after nothing was taken for 10 s.
    #[source]
    pub cause: PortError,
}

impl From<&StatusError> for Problem {
    fn from(error: &StatusError) -> Self {
        match error {
            StatusError::Silent => Self::Silent,
            StatusError::Nonsense(_) => Self::Nonsense,
            StatusError::Lost(cause) => Self::from(cause),
        }
    }
}

impl From<&SendError> for Problem {
    fn from(error: &SendError) -> Self {
        match error.cause.kind() {
            PortErrorKind::TimedOut => Self::Stalled,
            _ => Self::from(&error.cause),
        }
    }
}

/// One conversation. Most printers hold one connection at a time: close it when the job is done.
///
/// At most one question is open at any time. An answer that comes after its question was given up is thrown away, so
/// that what a printer said before a job is never taken for what it says after it.
#[derive(Debug)]
pub struct Session {
    port: Port,
    language: Language,
    /// Jobs sent, to name each.
    jobs: u32,
    owed_since: Option<Instant>,
    given_up: bool,
    /// Read together with the last answer and behind it.
    rest: Vec<u8>,
    /// ESC/POS: what came unasked, in which the printer may name a job as done; at most [`UNASKED`] bytes.
    unasked: Vec<u8>,
}

impl Session {
    /// Opens the conversation.
    ///
    /// # Errors
    /// As [`Port::open`].
    pub async fn connect(address: &Address, language: Language) -> Result<Self, PortError> {
        Ok(Self::over(Port::open(address).await?, language))
    }

    /// A conversation over an open port.
    #[must_use]
    pub fn over(port: Port, language: Language) -> Self {
        Self { port, language, jobs: 0, owed_since: None, given_up: false, rest: Vec::new(), unasked: Vec::new() }
    }

    /// Asks the printer for its status; takes 1 s at most. `None` from a printer that does not talk: it is asked once, and
    /// never again before a job. The port of a USB printer is asked too, which costs nothing.
    ///
    /// # Errors
    /// [`StatusError`]; silence is one only of a printer that has answered before, and does not mean that it is off.
    pub async fn status(&mut self, known: &mut Known) -> Result<Option<Status>, StatusError> {
        if let Some(blocked) = self.port.printer_status().and_then(Status::of_port) {
            return Ok(Some(blocked));
        }
        if !known.asks() {
            return Ok(None);
        }
        match self.ask(known, ANSWER).await {
            Err(StatusError::Silent) if !known.answers() => {
                known.unheard();
                Ok(None)
            }
            answer => answer.map(Some),
        }
    }

    /// Listens to a printer after its job. One that did not talk before is asked once more and waited for without end: it
    /// may have been out of paper. Drop it when something else is to be done.
    ///
    /// # Errors
    /// [`StatusError`], as [`Session::status`].
    pub async fn listen(&mut self, known: &mut Known) -> Result<Status, StatusError> {
        if let Some(blocked) = self.port.printer_status().and_then(Status::of_port) {
            return Ok(blocked);
        }
        if known.answers() {
            return self.ask(known, ANSWER).await;
        }
        if !known.listens() {
            return std::future::pending().await;
        }
        self.ask(known, Duration::from_secs(u64::from(u32::MAX))).await
    }

    async fn ask(&mut self, known: &mut Known, patience: Duration) -> Result<Status, StatusError> {
        let answer = self.question(&StatusQuestion::of(self.language, known), patience).await;
        if answer.is_ok() {
            known.heard();
            if self.language == Language::Tspl && known.tells_more.is_none() {
                let more = self
                    .question(&StatusQuestion { bytes: tspl::ASK_MORE, more: true, language: Language::Tspl }, MORE)
                    .await;
                known.tells_more = Some(more.is_ok());
                // Nobody owes what nobody knows.
                (self.owed_since, self.given_up) = (None, false);
                return more.or(answer);
            }
        }
        answer
    }

    /// One question and its answer.
    async fn question(&mut self, question: &StatusQuestion, patience: Duration) -> Result<Status, StatusError> {
        let until = Instant::now() + patience;
        self.await_late_answer(question, until).await?;
        self.throw_away_arrived()?;
        match self.port.transmit_all(question.bytes, ANSWER.min(until.saturating_duration_since(Instant::now()))).await
        {
            Ok(()) => self.owed_since = Some(Instant::now()),
            Err((_, cause)) if cause.kind() == PortErrorKind::Lost => return Err(cause.into()),
            Err((taken, _)) => {
                self.owed_since = (taken > 0).then(Instant::now);
                return Err(StatusError::Silent);
            }
        }
        let mut answer = self.hear(question, until).await;
        if self.given_up && answer.is_ok() {
            answer = self.last_of_burst(question, answer).await;
        }
        answer
    }

    /// Makes the printer forget every job it holds, where it can be told to. A label that is coming out goes on.
    ///
    /// # Errors
    /// [`SendError`].
    pub async fn clear(&mut self) -> Result<(), SendError> {
        self.send(self.language.clear()).await
    }

    /// Leaves the mark in the printer's memory by which it is known later whether it had power all the time.
    ///
    /// # Errors
    /// [`SendError`].
    pub async fn mark(&mut self) -> Result<(), SendError> {
        self.send(self.language.mark()).await
    }

    /// Hands a job over, and asks the printer to name it when it is done where the language can: then the name comes back.
    ///
    /// # Errors
    /// [`SendError`], which says how much of the job is out of our hands. What the kernel had taken and not yet sent is
    /// thrown away with the session: it cannot come to the printer later.
    pub async fn print(&mut self, job: &[u8], names: bool) -> Result<Option<[u8; 4]>, SendError> {
        self.send(job).await?;
        if self.language != Language::EscPos || !names {
            return Ok(None);
        }
        self.jobs = self.jobs % 9999 + 1;
        let mut id = *b"0000";
        id.copy_from_slice(format!("{:04}", self.jobs).as_bytes());
        let accepted = job.len();
        self.send(&escpos::name_when_done(id)).await.map_err(|error| SendError { accepted, ..error })?;
        Ok(Some(id))
    }

    /// Returns when the kernel has taken all of it, which does not mean that it is printed.
    async fn send(&mut self, bytes: &[u8]) -> Result<(), SendError> {
        let handed = self.port.transmit_all(bytes, STALL).await;
        handed.map_err(|(accepted, cause)| SendError { accepted, cause })
    }

    /// Ends the conversation so that the printer still gets all that was sent: our half first, then what it has to say.
    /// Bytes left unread would make the kernel reset the connection and throw away what is still on its way.
    pub async fn close(mut self) {
        self.port.drain(DRAINED).await;
        if self.port.shutdown().await.is_err() {
            return;
        }
        let mut buffer = [0; 256];
        let farewell = async { while self.port.receive(&mut buffer).await.is_ok() {} };
        let _ = timeout(FAREWELL, farewell).await;
    }

    /// Waits for the answer to an earlier question and throws it away. The printer is silent while one is open.
    async fn await_late_answer(&mut self, question: &StatusQuestion, until: Instant) -> Result<(), StatusError> {
        let Some(since) = self.owed_since else { return Ok(()) };
        let late = since + LATE;
        let answer = self.hear(question, until.min(late)).await;
        if let Err(StatusError::Lost(_)) = answer {
            return answer.map(|_| ());
        }
        if self.owed_since.is_some() && Instant::now() >= late {
            (self.owed_since, self.given_up) = (None, true);
        }
        if self.owed_since.is_some() || Instant::now() >= until { Err(StatusError::Silent) } else { Ok(()) }
    }

    /// What arrived before the question is no answer to it. A receipt printer names a job as done whenever it is.
    fn throw_away_arrived(&mut self) -> Result<(), PortError> {
        let mut thrown = std::mem::take(&mut self.rest);
        let mut buffer = [0; 256];
        while let Some(count) = self.port.take_arrived(&mut buffer)? {
            thrown.truncate(UNASKED);
            thrown.extend(&buffer[..count]);
        }
        if self.language == Language::EscPos {
            self.unasked.extend(thrown);
            self.unasked.drain(..self.unasked.len().saturating_sub(UNASKED));
        }
        Ok(())
    }

    /// One answer, whole or as much as a clone sends. The question is open until one has come.
    async fn hear(&mut self, question: &StatusQuestion, until: Instant) -> Result<Status, StatusError> {
        let mut reader = question.listener();
        let mut buffer = [0; 256];
        let mut arrived = std::mem::take(&mut self.rest);
        loop {
            let mut unread = &arrived[..];
            if reader.push(&mut unread) {
                self.rest = unread.to_vec();
                break;
            }
            let patience = if reader.may_be_all() { until.min(Instant::now() + LINE_GAP) } else { until };
            let Ok(received) = timeout_at(patience, self.port.receive(&mut buffer)).await else { break };
            arrived = buffer[..received?].to_vec();
        }
        if reader.is_empty() {
            return Err(StatusError::Silent);
        }
        if !reader.is_open() {
            self.owed_since = None;
        }
        let mut status = reader.finish().map_err(StatusError::Nonsense)?;
        status.done = status.done.or_else(|| escpos::named_as_done(&self.unasked));
        Ok(status)
    }

    /// Questions given up as swallowed may be answered after all, in their order, before the one that counts.
    async fn last_of_burst(
        &mut self,
        question: &StatusQuestion,
        first: Result<Status, StatusError>,
    ) -> Result<Status, StatusError> {
        let mut last = first;
        loop {
            match self.hear(question, Instant::now() + BURST).await {
                Ok(status) => last = Ok(status),
                Err(StatusError::Silent) => {
                    self.given_up = false;
                    return last;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// What is asked, and how its answer is heard.
struct StatusQuestion {
    bytes: &'static [u8],
    /// TSPL: the longer one.
    more: bool,
    language: Language,
}

impl StatusQuestion {
    fn of(language: Language, known: &Known) -> Self {
        let more = known.tells_more == Some(true);
        let bytes = match language {
            Language::Zpl => ZPL_ASK,
            Language::Tspl if more => tspl::ASK_MORE,
            Language::Tspl => tspl::ASK,
            Language::EscPos => escpos::ASK,
        };
        Self { bytes, more, language }
    }

    fn listener(&self) -> Box<dyn Listener> {
        match self.language {
            Language::Zpl => Box::new(zpl::Reader::new()),
            Language::Tspl => Box::new(tspl::TsplAnswer::new(self.more)),
            Language::EscPos => Box::new(escpos::EscposAnswer::default()),
        }
    }
}

/// What a printer may not know stands first: its silence costs nothing, for `~HS` ends the wait.
const ZPL_ASK: &[u8] = b"~HQES~HQOD~HQSN~HS";

#[cfg(test)]
mod tests;
