//! A printer of the bench: where it is, what it speaks, and the question whether it can print.

use std::path::PathBuf;

use hal::port::{Address, PortError};
use hal::printer::{FeedUnit, Known, Language, Problem, Session, Status, StatusError};
use tokio::sync::mpsc;

use crate::station::fact;
use crate::station::fact::Testimony;

/// The label printer of the bench.
#[derive(Debug, Clone)]
pub struct BenchPrinter {
    /// Its name in the configuration.
    pub name: String,
    /// Its address: network, USB or serial line.
    pub address: Address,
    /// Its printer language.
    pub language: Language,
    /// What is known of it from earlier conversations.
    pub known: Known,
    /// File for a recording; `None` for no recording.
    pub record: Option<PathBuf>,
    /// Who hears that it sends without end.
    pub floods: Option<mpsc::Sender<()>>,
}

impl BenchPrinter {
    /// A ZPL printer of which nothing is known.
    pub fn zpl(name: &str, address: Address) -> Self {
        Self {
            name: name.to_owned(),
            address,
            language: Language::Zpl,
            known: Known::default(),
            record: None,
            floods: None,
        }
    }

    /// Opens a connection and begins a conversation.
    pub(super) async fn connect(&self) -> Result<Session, PortError> {
        let mut port = super::open_port(&self.address, self.record.as_deref()).await?;
        if let Some(floods) = &self.floods {
            port.tell_floods(floods.clone());
        }
        Ok(Session::over(port, self.language))
    }

    /// One question: whether it is at rest and can take a label now. Opens the connection if there is none. What it said comes
    /// back; nothing from a printer that does not talk.
    pub(super) async fn ask(
        &mut self,
        session: &mut Option<Session>,
        greeting: Greeting,
    ) -> Result<Option<Status>, Problem> {
        if session.is_none() {
            let mut open = self.connect().await.map_err(|error| {
                tracing::debug!(%error, "printer not reached");
                Problem::from(&error)
            })?;
            if greeting.clear {
                open.clear().await.map_err(|error| Problem::from(&error))?;
            }
            if greeting.mark && self.known.asks() {
                open.mark().await.map_err(|error| Problem::from(&error))?;
            }
            *session = Some(open);
        }
        let Some(open) = session else { return Err(Problem::Absent) };
        match open.status(&mut self.known).await {
            Ok(Some(Status { problem: Some(problem), .. })) => Err(problem),
            Ok(Some(Status { busy: Some(true), .. })) => Err(Problem::Busy),
            Ok(status) => Ok(status),
            Err(error) => {
                let problem = Problem::from(&error);
                if matches!(error, StatusError::Lost(_)) {
                    *session = None;
                }
                Err(problem)
            }
        }
    }

    /// Takes in whether it is remembered to have answered, and its odometer to move with each label.
    pub fn remember(&mut self, has_answered: bool, counts_labels: bool) {
        if self.known.asks() && has_answered {
            self.known = Known::new(true).feeding(counts_labels);
        }
    }

    /// What it says of itself, as the station weighs it; of one that does not talk, only where it is.
    pub(super) fn testimony(&self, status: Option<&Status>) -> Testimony {
        let odometer = |odometer: hal::printer::Odometer| fact::Odometer {
            count: odometer.count,
            unit: match odometer.unit {
                FeedUnit::Inch => fact::FeedUnit::Inch,
                FeedUnit::Centimetre => fact::FeedUnit::Centimetre,
            },
        };
        Testimony {
            address: self.address.to_string(),
            serial: status.and_then(|status| status.serial.clone()),
            odometer: status.and_then(|status| status.odometer).map(odometer),
            empty: status.is_some_and(|status| status.busy == Some(false)),
            stored: status.and_then(|status| status.stored),
        }
    }
}

/// What a printer is sent at the beginning of each conversation, before it is asked.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Greeting {
    /// It forgets what it holds.
    pub(super) clear: bool,
    /// It keeps the mark by which it is known later whether it had power all the time.
    pub(super) mark: bool,
}
