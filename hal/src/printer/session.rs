//! One conversation with a printer.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, timeout, timeout_at};

use super::zpl::{ASK, Reader, Status};
use crate::port::{Address, Port, PortError};

/// A printer that answers `~HS` at all does so within some 200 ms.
const ANSWER: Duration = Duration::from_secs(1);
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

/// One conversation. Most printers hold one connection at a time: close it when the job is done.
///
/// At most one question is open at any time. An answer that comes after its question was given up is thrown away, so
/// that what a printer said before a job is never taken for what it says after it.
#[derive(Debug)]
pub struct Session {
    port: Port,
    owed_since: Option<Instant>,
    given_up: bool,
    /// Read together with the last answer and behind it.
    rest: Vec<u8>,
}

impl Session {
    /// Opens the conversation.
    ///
    /// # Errors
    /// As [`Port::open`].
    pub async fn connect(address: &Address) -> Result<Self, PortError> {
        Ok(Self::over(Port::open(address).await?))
    }

    /// A conversation over an open port.
    #[must_use]
    pub fn over(port: Port) -> Self {
        Self { port, owed_since: None, given_up: false, rest: Vec::new() }
    }

    /// Asks the printer for its status; takes 1 s at most.
    ///
    /// # Errors
    /// [`StatusError`]; silence does not mean that the printer is off.
    pub async fn status(&mut self) -> Result<Status, StatusError> {
        let until = Instant::now() + ANSWER;
        self.await_late_answer(until).await?;
        self.throw_away_arrived()?;
        match self.port.transmit_all(ASK, until.saturating_duration_since(Instant::now())).await {
            Ok(()) => self.owed_since = Some(Instant::now()),
            Err((_, cause)) if cause.kind() == crate::port::PortErrorKind::Lost => return Err(cause.into()),
            Err((taken, _)) => {
                self.owed_since = (taken > 0).then(Instant::now);
                return Err(StatusError::Silent);
            }
        }
        let mut answer = self.hear(until).await;
        if self.given_up && answer.is_ok() {
            answer = self.last_of_burst(answer).await;
        }
        answer
    }

    /// Hands the job over; returns when the kernel has taken all of it, which does not mean that it is printed.
    ///
    /// # Errors
    /// [`SendError`], which says how much of it is out of our hands.
    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), SendError> {
        let handed = self.port.transmit_all(bytes, STALL).await;
        handed.map_err(|(accepted, cause)| SendError { accepted, cause })
    }

    /// Ends the conversation so that the printer still gets all that was sent: our half first, then what it has to say.
    /// Bytes left unread would make the kernel reset the connection and throw away what is still on its way.
    pub async fn close(mut self) {
        if self.port.shutdown().await.is_err() {
            return;
        }
        let mut buffer = [0; 256];
        let farewell = async { while self.port.receive(&mut buffer).await.is_ok() {} };
        let _ = timeout(FAREWELL, farewell).await;
    }

    /// Waits for the answer to an earlier question and throws it away. The printer is silent while one is open.
    async fn await_late_answer(&mut self, until: Instant) -> Result<(), StatusError> {
        let Some(since) = self.owed_since else { return Ok(()) };
        let late = since + LATE;
        let answer = self.hear(until.min(late)).await;
        if let Err(StatusError::Lost(_)) = answer {
            return answer.map(|_| ());
        }
        if self.owed_since.is_some() && Instant::now() >= late {
            (self.owed_since, self.given_up) = (None, true);
        }
        if self.owed_since.is_some() || Instant::now() >= until { Err(StatusError::Silent) } else { Ok(()) }
    }

    fn throw_away_arrived(&mut self) -> Result<(), PortError> {
        self.rest.clear();
        let mut buffer = [0; 256];
        while self.port.take_arrived(&mut buffer)?.is_some() {}
        Ok(())
    }

    /// One answer, whole or as much as a clone sends. The question is open until one has come.
    async fn hear(&mut self, until: Instant) -> Result<Status, StatusError> {
        let mut reader = Reader::new();
        let mut buffer = [0; 256];
        let mut arrived = std::mem::take(&mut self.rest);
        loop {
            let mut unread = &arrived[..];
            if reader.push(&mut unread) {
                self.rest = unread.to_vec();
                break;
            }
            let patience = if reader.has_line() { until.min(Instant::now() + LINE_GAP) } else { until };
            let Ok(received) = timeout_at(patience, self.port.receive(&mut buffer)).await else { break };
            arrived = buffer[..received?].to_vec();
        }
        if reader.is_empty() {
            return Err(StatusError::Silent);
        }
        if !reader.is_open() {
            self.owed_since = None;
        }
        reader.finish().map_err(StatusError::Nonsense)
    }

    /// Questions given up as swallowed may be answered after all, in their order, before the one that counts.
    async fn last_of_burst(&mut self, first: Result<Status, StatusError>) -> Result<Status, StatusError> {
        let mut last = first;
        loop {
            match self.hear(Instant::now() + BURST).await {
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

#[cfg(test)]
mod tests;
