//! Papers: documents for people, to the receipt printer, and bag labels to the label printer between live labels.
//!
//! A paper is sent when its printer says that it can print, and tried again until it is; printed twice is no harm, and
//! nobody waits for it. What is not printed when the program ends is printed again when the packer asks
//! for it (MANIFEST with nothing to close, BAGCLOSE after the scan of a label in the bag) or by a command.

use std::time::Duration;

use hal::printer::Problem;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::printer::{BenchPrinter, Greeting};
use crate::station::event::{Device, Event, Input};

/// Papers that may wait for a printer: a shift's manifests.
const WAITING: usize = 16;
/// A printer that could not print is asked again this often.
pub(super) const AGAIN: Duration = Duration::from_secs(1);

/// The printer that a paper goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tray {
    /// The receipt printer.
    Receipts,
    /// The label printer.
    Labels,
}

/// Why a paper cannot wait for its printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrayError {
    /// There is no such printer.
    #[error("no printer for it; add a [[printer]] to the configuration, or write it to a file")]
    None,
    /// Too many papers wait for it already.
    #[error("{WAITING} papers wait for the printer already; look at it, then ask for this one again")]
    Full,
}

/// The queues of both printers.
#[derive(Debug, Clone)]
pub struct Trays {
    receipts: Option<mpsc::Sender<Vec<u8>>>,
    labels: Option<mpsc::Sender<Vec<u8>>>,
}

impl Trays {
    pub(super) fn new(receipts: bool, labels: bool) -> (Self, mpsc::Receiver<Vec<u8>>, mpsc::Receiver<Vec<u8>>) {
        let (to_receipts, of_receipts) = mpsc::channel(WAITING);
        let (to_labels, of_labels) = mpsc::channel(WAITING);
        (
            Self { receipts: receipts.then_some(to_receipts), labels: labels.then_some(to_labels) },
            of_receipts,
            of_labels,
        )
    }

    /// Lets a paper wait for its printer.
    ///
    /// # Errors
    /// [`TrayError`]; then it is not printed.
    pub fn put(&self, tray: Tray, paper: Vec<u8>) -> Result<(), TrayError> {
        let queue = match tray {
            Tray::Receipts => &self.receipts,
            Tray::Labels => &self.labels,
        };
        queue.as_ref().ok_or(TrayError::None)?.try_send(paper).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => TrayError::Full,
            mpsc::error::TrySendError::Closed(_) => TrayError::None,
        })
    }
}

/// The receipt printer's driver.
pub(super) async fn run(mut printer: BenchPrinter, mut papers: mpsc::Receiver<Vec<u8>>, events: mpsc::Sender<Input>) {
    printer.floods = Some(super::flood::watched(&printer.name, &events));
    let mut hint = Hint::new(Device::Receipts, events);
    while let Some(paper) = papers.recv().await {
        while let Err(problem) = print(&mut printer, &paper).await {
            hint.waits(&printer.name, problem).await;
            sleep(AGAIN).await;
        }
        hint.over().await;
    }
}

/// One paper, sent once, if the printer says that it can print.
///
/// # Errors
/// What keeps the printer from printing.
pub async fn print(printer: &mut BenchPrinter, paper: &[u8]) -> Result<(), Problem> {
    let mut session = None;
    let asked = printer.ask(&mut session, Greeting::default()).await;
    let Some(mut session) = session else { return Err(asked.err().unwrap_or(Problem::Absent)) };
    let sent = match asked {
        Ok(_) => session.print(paper, false).await.map(drop).map_err(|error| {
            tracing::warn!(printer = printer.name, %error, "a paper was cut off");
            Problem::from(&error.cause)
        }),
        Err(problem) => Err(problem),
    };
    session.close().await;
    sent
}

/// Tells the screen once that papers wait, and once that they no longer do.
pub(super) struct Hint {
    device: Device,
    events: mpsc::Sender<Input>,
    shown: bool,
}

impl Hint {
    pub(super) fn new(device: Device, events: mpsc::Sender<Input>) -> Self {
        Self { device, events, shown: false }
    }

    /// The printer cannot print. One that is busy will be done soon.
    pub(super) async fn waits(&mut self, printer: &str, problem: Problem) {
        if !self.shown && problem != Problem::Busy {
            self.shown = true;
            tracing::warn!(printer, problem = problem.name(), "a paper waits for the printer");
            self.say(Some(problem.name().to_owned())).await;
        }
    }

    pub(super) async fn over(&mut self) {
        if std::mem::take(&mut self.shown) {
            self.say(None).await;
        }
    }

    async fn say(&self, away: Option<String>) {
        super::report(&self.events, Event::Device { device: self.device.clone(), away }).await;
    }
}
