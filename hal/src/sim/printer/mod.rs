//! A printer on a TCP port: ZPL, TSPL and ESC/POS, told apart job by job.
//!
//! Like a Zebra on port 9100: one connection at a time, `~HS` answered out of turn, labels buffered while it cannot print
//! and printed when it can again, and **silent to `~HS` while its paper is out or its head is open**, as Zebra's manual
//! says of the real one. Switched off, it forgets what it had not printed and the pictures in its memory.

mod draw;
mod engine;
mod files;
mod parse;
mod receipt;
mod render;
mod report;
mod server;

use std::io;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;

pub use draw::{DrawnJob, draw};
use engine::PrinterState;
pub use files::save_labels;
pub use render::Renderer;
pub use report::Report;

use crate::printer::Language;

/// Labels and edges a slow listener may fall behind before it loses some.
const BEHIND: usize = 1024;

/// What the printer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrinterSettings {
    /// Dots per inch: 152, 203, 300 or 600.
    pub dpi: u16,
    /// Label width.
    pub width_mm: u16,
    /// Label height.
    pub height_mm: u16,
    /// Draw each label; `false` leaves [`Printed::png`] empty and costs nothing.
    pub render: bool,
    /// What draws ZPL and TSPL.
    pub renderer: Renderer,
    /// Answers `~HS` even with its paper out or its head open, as some printers do.
    pub tells_faults: bool,
    /// Speaks this language alone; `None` tells them apart.
    pub language: Option<Language>,
    /// Names an ESC/POS job as done when it is asked to (`GS ( H`), as few models do.
    pub names_jobs: bool,
    /// Answers `~HQES`, `~HQOD` and `~HQSN`, as Zebras do and many clones do not.
    pub tells_more: bool,
    /// Its serial number.
    pub serial: u32,
    /// Counts the pictures in its memory, which are gone when it is switched off.
    pub counts_pictures: bool,
    /// Switched off, its odometer forgets the last label: it had not been saved yet.
    pub odometer_forgets: bool,
}

impl Default for PrinterSettings {
    fn default() -> Self {
        Self {
            dpi: 203,
            width_mm: 100,
            height_mm: 150,
            render: true,
            renderer: Renderer::default(),
            tells_faults: false,
            tells_more: true,
            language: None,
            names_jobs: true,
            serial: 41_064_400,
            counts_pictures: true,
            odometer_forgets: false,
        }
    }
}

impl PrinterSettings {
    /// The printer's own resolution; its makers round 203 dpi to 8 dots a millimetre.
    fn dots_per_mm(self) -> i32 {
        match self.dpi {
            0..=175 => 6,
            176..=250 => 8,
            251..=450 => 12,
            _ => 24,
        }
    }
}

/// What is wrong with the printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PrinterFault {
    /// Nothing.
    #[default]
    None,
    /// No labels: takes jobs, prints none, says nothing.
    PaperOut,
    /// Head lifted: takes jobs, prints none, says nothing.
    HeadOpen,
    /// Paused: takes jobs, prints none, says so.
    Paused,
    /// Switched off: refuses connections and forgets its jobs.
    Off,
    /// Prints, and never answers.
    NeverReplies,
    /// Prints, and answers what no printer says.
    Nonsense,
    /// Takes this many bytes of each connection and no more, until the fault is gone.
    StallAfter(usize),
    /// Resets each connection after this many bytes.
    ResetAfter(usize),
    /// Prints, and its odometer stands still.
    OdometerStuck,
    /// Prints, and its odometer counts every label twice.
    OdometerDoubles,
    /// Takes so many bytes a second.
    Slow(u32),
    /// Prints nothing, forgets the job and says that it has nothing left: a label in a format it does not know.
    Swallows,
    /// Ends its half of the conversation when it has received a label, and says no more in it.
    HalfCloses,
}

/// Faults by name; those with a number are named in [`PrinterFault::from_str`].
const FAULTS: [(&str, PrinterFault); 11] = [
    ("none", PrinterFault::None),
    ("paper-out", PrinterFault::PaperOut),
    ("head-open", PrinterFault::HeadOpen),
    ("paused", PrinterFault::Paused),
    ("off", PrinterFault::Off),
    ("never-replies", PrinterFault::NeverReplies),
    ("nonsense", PrinterFault::Nonsense),
    ("odometer-stuck", PrinterFault::OdometerStuck),
    ("odometer-doubles", PrinterFault::OdometerDoubles),
    ("swallows", PrinterFault::Swallows),
    ("half-closes", PrinterFault::HalfCloses),
];

/// Not a fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no fault; write one of {names}, stall-after:BYTES, reset-after:BYTES, slow:BYTES_A_SECOND", names = names())]
pub struct FaultError(String);

fn names() -> String {
    FAULTS.map(|(name, _)| name).join(", ")
}

impl FromStr for PrinterFault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || FaultError(text.chars().take(64).collect());
        if let Some((_, fault)) = FAULTS.iter().find(|(name, _)| *name == text) {
            return Ok(*fault);
        }
        let (name, number) = text.split_once(':').ok_or_else(refused)?;
        let number: u32 = number.parse().map_err(|_| refused())?;
        match name {
            "stall-after" => Ok(Self::StallAfter(number as usize)),
            "reset-after" => Ok(Self::ResetAfter(number as usize)),
            "slow" => Ok(Self::Slow(number)),
            _ => Err(refused()),
        }
    }
}

/// One label that came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// Counted from 1.
    pub index: u64,
    /// Its language.
    pub language: Language,
    /// What was received, from its first byte to its last.
    pub job: Vec<u8>,
    /// What it looks like: black and white, as large as the label. Empty when nothing is drawn.
    pub png: Vec<u8>,
    /// What is wrong with it, and the codes in its picture. Empty when nothing is drawn.
    pub report: Report,
}

/// What happened at the byte edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// A connection is served.
    Connected,
    /// A question was received.
    StatusAsked,
    /// A job began.
    FirstLabelByte,
    /// The last byte was received: the whole label is in the buffer.
    LabelReceived,
    /// An answer was written.
    StatusAnswered,
    /// The connection ended, by either side.
    Disconnected,
}

/// A virtual label printer. Dropping it switches it off.
#[derive(Debug)]
pub struct Printer {
    address: SocketAddr,
    shared: Shared,
    workers: [JoinHandle<()>; 2],
}

/// What the connection, the engine and the handle share.
#[derive(Debug, Clone)]
struct Shared {
    settings: PrinterSettings,
    state: watch::Sender<PrinterState>,
    labels: broadcast::Sender<Arc<Printed>>,
    edges: broadcast::Sender<Edge>,
}

impl Shared {
    fn edge(&self, edge: Edge) {
        let _ = self.edges.send(edge);
    }
}

impl Printer {
    /// Switches one on at `address`; port 0 takes a free one, see [`Printer::addr`].
    ///
    /// # Errors
    /// The address is taken or not ours.
    pub async fn listen(address: SocketAddr, settings: PrinterSettings) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let shared = Shared {
            settings,
            state: watch::Sender::new(PrinterState::default()),
            labels: broadcast::Sender::new(BEHIND),
            edges: broadcast::Sender::new(BEHIND),
        };
        let workers =
            [tokio::spawn(server::run(listener, address, shared.clone())), tokio::spawn(engine::run(shared.clone()))];
        Ok(Self { address, shared, workers })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Sets what is wrong with it. Switching off and on takes a moment, see [`Printer::settled`].
    pub fn set_fault(&self, fault: PrinterFault) {
        self.shared.state.send_modify(|state| state.set_fault(fault, self.shared.settings));
    }

    /// Waits until it listens, or has stopped listening, as its fault says.
    pub async fn settled(&self) {
        let mut state = self.shared.state.subscribe();
        let _ = state.wait_for(PrinterState::is_settled).await;
    }

    /// `true` keeps the answers to questions back, `false` lets them go in their order: a slow network.
    pub fn hold_status_replies(&self, hold: bool) {
        self.shared.state.send_modify(|state| state.hold_replies = hold);
    }

    /// Labels as they come out, from now on.
    #[must_use]
    pub fn labels(&self) -> broadcast::Receiver<Arc<Printed>> {
        self.shared.labels.subscribe()
    }

    /// The labels that came out, oldest first; at most the last 256.
    #[must_use]
    pub fn history(&self) -> Vec<Arc<Printed>> {
        self.shared.state.borrow().history()
    }

    /// How many labels came out since it was made.
    #[must_use]
    pub fn printed(&self) -> u64 {
        self.shared.state.borrow().printed()
    }

    /// What happens at the byte edge, from now on.
    #[must_use]
    pub fn watch_edges(&self) -> broadcast::Receiver<Edge> {
        self.shared.edges.subscribe()
    }
}

impl Drop for Printer {
    fn drop(&mut self) {
        for worker in &self.workers {
            worker.abort();
        }
    }
}
