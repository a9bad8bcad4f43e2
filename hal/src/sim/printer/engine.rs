//! What the virtual printer holds and what comes out of it.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::draw::{DrawnJob, draw};
use super::parse::{Question, copies};
use super::{Printed, PrinterFault, PrinterSettings, Shared};
use crate::printer::Language;

/// Printed labels kept for [`super::Printer::history`].
const HISTORY: usize = 256;
/// Pictures its memory holds.
const PICTURES: usize = 16;
/// Labels the buffer holds before the printer takes no more bytes.
const BUFFER: usize = 1000;

/// A label in the buffer.
#[derive(Debug)]
struct QueuedJob {
    number: u64,
    language: Language,
    bytes: Arc<[u8]>,
    remaining: u32,
}

/// The printer's memory, its switches and its faults.
#[derive(Debug, Default)]
pub(super) struct PrinterState {
    pub(super) fault: PrinterFault,
    pub(super) hold_replies: bool,
    pub(super) listening: bool,
    /// A label is half received.
    pub(super) partial: bool,
    queue: VecDeque<QueuedJob>,
    history: VecDeque<Arc<Printed>>,
    received: u64,
    printed: u64,
    /// Labels that moved the odometer.
    fed: u64,
    /// Names of the pictures in its memory.
    stored: BTreeSet<String>,
    /// ESC/POS: the name to be said when everything is printed.
    owed: Option<[u8; 4]>,
}

impl PrinterState {
    /// Switched off, it forgets what it had not printed.
    pub(super) fn set_fault(&mut self, fault: PrinterFault, settings: PrinterSettings) {
        self.fault = fault;
        if fault == PrinterFault::Off {
            self.queue.clear();
            self.stored.clear();
            self.fed -= u64::from(settings.odometer_forgets && self.fed > 0);
        }
    }

    /// A picture is kept in its memory; there is room for a few.
    pub(super) fn store(&mut self, name: String) {
        if self.stored.len() < PICTURES {
            self.stored.insert(name);
        }
    }

    pub(super) fn is_off(&self) -> bool {
        self.fault == PrinterFault::Off
    }

    pub(super) fn is_settled(&self) -> bool {
        self.listening != self.is_off()
    }

    pub(super) fn is_full(&self) -> bool {
        self.queue.len() >= BUFFER
    }

    pub(super) fn receive(&mut self, language: Language, job: Vec<u8>) {
        self.received += 1;
        if self.fault == PrinterFault::Swallows {
            return;
        }
        let remaining = copies(language, &job);
        self.queue.push_back(QueuedJob { number: self.received, language, remaining, bytes: job.into() });
    }

    pub(super) fn clear(&mut self) {
        self.queue.clear();
    }

    pub(super) fn history(&self) -> Vec<Arc<Printed>> {
        self.history.iter().cloned().collect()
    }

    pub(super) fn printed(&self) -> u64 {
        self.printed
    }

    fn moves_paper(&self) -> bool {
        use PrinterFault::{HeadOpen, Off, PaperOut, Paused};
        !matches!(self.fault, PaperOut | HeadOpen | Paused | Off)
    }

    fn is_printing(&self) -> bool {
        self.moves_paper() && !self.queue.is_empty()
    }

    /// The answer to `~HS`; `None` is silence.
    pub(super) fn status(&self, settings: PrinterSettings) -> Option<Vec<u8>> {
        let fault = self.fault;
        match fault {
            PrinterFault::NeverReplies | PrinterFault::Off => return None,
            PrinterFault::PaperOut | PrinterFault::HeadOpen if !settings.tells_faults => return None,
            PrinterFault::Nonsense => return Some(b"\xfe\x15?? BAD COMMAND\r\n".to_vec()),
            _ => {}
        }
        let bit = |is_so: bool| u8::from(is_so);
        let printing = usize::from(self.is_printing());
        let remaining = if self.is_printing() { self.queue.front().map_or(0, |job| job.remaining) } else { 0 };
        let dots = u32::from(settings.height_mm) * settings.dots_per_mm().unsigned_abs();
        Some(
            format!(
                "\x02030,{},{},{dots:04},{:03},{},0,{},000,0,0,0\x03\r\n\x02001,0,{},0,1,2,4,0,{remaining:08},1,{:03}\x03\r\n\x021234,0\x03\r\n",
                bit(fault == PrinterFault::PaperOut),
                bit(fault == PrinterFault::Paused),
                self.queue.len() - printing,
                bit(self.is_full()),
                bit(self.partial),
                bit(fault == PrinterFault::HeadOpen),
                if settings.counts_pictures { self.stored.len() } else { 0 },
            )
            .into_bytes(),
        )
    }

    /// The answer to `~HQES`, `~HQOD` or `~HQSN`; `None` is silence.
    pub(super) fn more(&self, question: Question, settings: PrinterSettings) -> Option<Vec<u8>> {
        if !settings.tells_more || self.status(settings).is_none() {
            return None;
        }
        let inches = 8_560 + self.fed * u64::from(settings.height_mm) * 10 / 254;
        let bits = match self.fault {
            PrinterFault::PaperOut => 0x1,
            PrinterFault::HeadOpen => 0x4,
            PrinterFault::Paused => 0x10000,
            _ => 0,
        };
        let flag = u8::from(bits != 0);
        let text = match question {
            Question::Errors => format!(
                "\r\n  PRINTER STATUS\r\n   ERRORS:         {flag} 00000000 {bits:08X}\r\n   WARNINGS:       0 00000000 00000000"
            ),
            Question::Odometer => format!("  PRINT METERS\r\n    TOTAL NONRESETTABLE:              {inches} \""),
            _ => format!("\r\n  SERIAL NUMBER\r\n  {}\r\n", settings.serial),
        };
        Some(format!("\x02\r\n{text}\r\n\x03\r\n").into_bytes())
    }

    /// The answer to a question; `None` is silence.
    pub(super) fn answer(&mut self, question: Question, settings: PrinterSettings) -> Option<Vec<u8>> {
        match question {
            Question::HostStatus => self.status(settings),
            Question::Errors | Question::Odometer | Question::Serial => self.more(question, settings),
            Question::Identification => {
                let model = format!("\x02PARCELD-VIRTUAL,V1.0.0,{},8192KB\x03\r\n", settings.dots_per_mm());
                self.talks().then(|| model.into_bytes())
            }
            Question::TsplStatus => self.says(|fault, printing| {
                vec![match fault {
                    PrinterFault::PaperOut => 0x04,
                    PrinterFault::HeadOpen => 0x01,
                    PrinterFault::Paused => 0x10,
                    _ if printing => 0x20,
                    _ => 0x00,
                }]
            }),
            Question::TsplMore if !settings.tells_more => None,
            Question::TsplMore => self.says(|fault, printing| {
                let (first, last) = match fault {
                    PrinterFault::PaperOut => (b'E', b'A'),
                    PrinterFault::HeadOpen => (b'F', b'@'),
                    PrinterFault::Paused => (b'`', b'@'),
                    _ if printing => (b'P', b'@'),
                    _ => (b'@', b'@'),
                };
                vec![0x02, first, b'@', b'@', last, 0x03, b'\r', b'\n']
            }),
            Question::RealTime(n) => self.says(|fault, _| {
                let stopped = matches!(fault, PrinterFault::PaperOut | PrinterFault::HeadOpen | PrinterFault::Paused);
                let bits = match (n, fault) {
                    (1, _) if stopped => 0x08,
                    (2, PrinterFault::HeadOpen) => 0x04,
                    (2, PrinterFault::PaperOut) => 0x20,
                    (4, PrinterFault::PaperOut) => 0x6C,
                    _ => 0x00,
                };
                vec![0x12 | bits]
            }),
            Question::NameWhenDone(id) => {
                self.owed = Some(id);
                None
            }
        }
    }

    /// The process id that is owed, once everything is printed.
    pub(super) fn named(&mut self, settings: PrinterSettings) -> Option<Vec<u8>> {
        let id = self.owed.take()?;
        (settings.names_jobs && self.talks()).then(|| [&[0x37, 0x22][..], &id, &[0]].concat())
    }

    /// Whether everything is printed and a name is to be said.
    pub(super) fn owes(&self) -> bool {
        self.owed.is_some() && self.queue.is_empty()
    }

    fn talks(&self) -> bool {
        !matches!(self.fault, PrinterFault::NeverReplies | PrinterFault::Off)
    }

    fn says(&self, answer: impl Fn(PrinterFault, bool) -> Vec<u8>) -> Option<Vec<u8>> {
        match self.fault {
            PrinterFault::NeverReplies | PrinterFault::Off => None,
            PrinterFault::Nonsense => Some(b"\xfe\x15??".to_vec()),
            fault => Some(answer(fault, self.is_printing())),
        }
    }

    /// The job that is to come out next.
    fn next(&self) -> Option<(u64, Language, Arc<[u8]>)> {
        let job = self.queue.front().filter(|_| self.moves_paper())?;
        Some((job.number, job.language, Arc::clone(&job.bytes)))
    }

    /// One copy comes out, unless something came between: the buffer cleared, the paper gone.
    fn finish(&mut self, number: u64, drawn: &DrawnJob) -> Option<Arc<Printed>> {
        let can = self.moves_paper();
        let job = self.queue.front_mut().filter(|job| can && job.number == number)?;
        job.remaining -= 1;
        let (language, bytes, done) = (job.language, job.bytes.to_vec(), job.remaining == 0);
        if done {
            self.queue.pop_front();
        }
        self.printed += 1;
        self.fed += match self.fault {
            PrinterFault::OdometerStuck => 0,
            PrinterFault::OdometerDoubles => 2,
            _ => 1,
        };
        let printed = Arc::new(Printed {
            index: self.printed,
            language,
            job: bytes,
            png: drawn.png.clone(),
            report: drawn.report.clone(),
        });
        if self.history.len() == HISTORY {
            self.history.pop_front();
        }
        self.history.push_back(Arc::clone(&printed));
        Some(printed)
    }
}

/// Prints what is in the buffer, one copy after the other.
pub(super) async fn run(shared: Shared) {
    let mut seen = shared.state.subscribe();
    let mut drawn: Option<(u64, DrawnJob)> = None;
    loop {
        let next = match seen.wait_for(|state| state.next().is_some()).await {
            Ok(state) => state.next(),
            Err(_) => return,
        };
        let Some((number, language, job)) = next else { continue };
        let now = match drawn.take() {
            Some((of, drawn)) if of == number => drawn,
            _ => on_paper(language, job, shared.settings).await,
        };
        let mut came_out = None;
        shared.state.send_modify(|state| came_out = state.finish(number, &now));
        if let Some(label) = came_out {
            let _ = shared.labels.send(label);
        }
        drawn = Some((number, now));
    }
}

async fn on_paper(language: Language, job: Arc<[u8]>, settings: PrinterSettings) -> DrawnJob {
    if !settings.render {
        return DrawnJob::default();
    }
    match tokio::task::spawn_blocking(move || draw(language, &job, settings)).await {
        Ok(drawn) => {
            if let Some(error) = &drawn.report.error {
                tracing::warn!(error, "the virtual printer cannot draw this label");
            }
            drawn
        }
        Err(error) => {
            tracing::warn!(%error, "the virtual printer stumbled over this label");
            DrawnJob::default()
        }
    }
}
