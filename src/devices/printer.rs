//! The label printer: ask, send, ask again. One label at a time, on one connection.
//!
//! What became of a label that nobody saw is asked without sending anything: the printer's word is handed on when it is at
//! rest, and weighed by the station.

use std::path::PathBuf;
use std::time::Duration;

use hal::port::{Address, PortError};
use hal::printer::{FeedUnit, Known, Language, Problem, Proof, SendError, Session, Status, StatusError, Verdict};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::time::{Instant, sleep};

use super::paper::{self, Hint};
use crate::station::event::{Device, Event, Job, PrinterEvent};
use crate::station::evidence::{self, Testimony};

/// The label printer of the bench.
#[derive(Debug, Clone)]
pub struct LabelPrinter {
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
}

impl LabelPrinter {
    /// A ZPL printer of which nothing is known.
    pub fn zpl(name: &str, address: Address) -> Self {
        Self { name: name.to_owned(), address, language: Language::Zpl, known: Known::default(), record: None }
    }

    /// Opens a connection and begins a conversation.
    pub(super) async fn connect(&self) -> Result<Session, PortError> {
        Ok(Session::over(super::open_port(&self.address, self.record.as_deref()).await?, self.language))
    }

    /// Takes in whether it is remembered to have answered, and its odometer to move with each label.
    pub fn remember(&mut self, has_answered: bool, counts_labels: bool) {
        if self.known.asks() && has_answered {
            self.known = Known::new(true).feeding(counts_labels);
        }
    }

    /// What it says of itself, as the station weighs it; of one that does not talk, only where it is.
    fn testimony(&self, status: Option<&Status>) -> Testimony {
        let odometer = |odometer: hal::printer::Odometer| evidence::Odometer {
            count: odometer.count,
            unit: match odometer.unit {
                FeedUnit::Inch => evidence::FeedUnit::Inch,
                FeedUnit::Centimetre => evidence::FeedUnit::Centimetre,
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

/// What the loop wants of the printer.
#[derive(Debug)]
pub(super) enum Task {
    /// Ask until it can print; what it holds is forgotten first, if so told.
    Prepare { job: Job, clear: bool },
    /// Print.
    Send { job: Job, bytes: Vec<u8> },
    /// Ask until it is at rest.
    Ask(Job),
    /// What it holds must not come out.
    Forget,
    /// Nobody waits for it any more.
    Release,
}

/// A printer that cannot print is asked again this often.
const ASK_AGAIN: Duration = Duration::from_millis(500);
/// How often the printer is asked whether a label is out.
const LOOK_AGAIN: Duration = Duration::from_millis(300);

struct Hand {
    printer: LabelPrinter,
    tasks: mpsc::Receiver<Task>,
    /// Labels of bags; printed while no parcel's label wants the printer.
    papers: mpsc::Receiver<Vec<u8>>,
    /// One of them that a parcel's label came before.
    kept: Option<Vec<u8>>,
    hint: Hint,
    events: mpsc::Sender<Event>,
    /// What the screen was told last.
    told: Option<Problem>,
}

pub(super) async fn run(
    printer: LabelPrinter,
    tasks: mpsc::Receiver<Task>,
    papers: mpsc::Receiver<Vec<u8>>,
    events: mpsc::Sender<Event>,
) {
    let hint = Hint::new(Device::BagLabels, events.clone());
    let mut hand = Hand { printer, tasks, papers, kept: None, hint, events, told: None };
    let mut next = hand.meet().await;
    while let Some(task) = next {
        next = match task {
            Task::Prepare { job, clear } => hand.print(job, clear).await,
            Task::Ask(job) => hand.ask(job).await,
            Task::Forget => hand.forget().await,
            Task::Send { job, .. } => {
                let why = "the printer was not asked before".to_owned();
                hand.say(job, PrinterEvent::SendFailed { accepted: 0, why }).await;
                hand.next().await
            }
            Task::Release => hand.next().await,
        };
    }
}

impl Hand {
    /// Learns whether the printer talks, before anything depends on it. Returns the first task.
    async fn meet(&mut self) -> Option<Task> {
        let asked = async {
            let mut session = self.printer.connect().await.ok()?;
            let status = session.status(&mut self.printer.known).await;
            session.close().await;
            status.ok().flatten()
        };
        tokio::select! {
            biased;
            task = self.tasks.recv() => return task,
            status = asked => tracing::info!(printer = self.printer.name, says = status.map(|status| status.text), "printer met"),
        }
        self.next().await
    }

    /// The next task; papers are printed while there is none.
    async fn next(&mut self) -> Option<Task> {
        loop {
            let paper = match self.kept.take() {
                Some(paper) => paper,
                None => tokio::select! {
                    biased;
                    task = self.tasks.recv() => return task,
                    Some(paper) = self.papers.recv() => paper,
                },
            };
            if let Some(task) = self.paper(paper).await {
                return task;
            }
        }
    }

    /// One paper, until it is out or a task comes; then it is kept. A task that comes while it is sent waits for its end.
    async fn paper(&mut self, paper: Vec<u8>) -> Option<Option<Task>> {
        loop {
            let task = match self.tasks.try_recv() {
                Ok(task) => Some(task),
                Err(TryRecvError::Disconnected) => None,
                Err(TryRecvError::Empty) => match paper::print(&mut self.printer, &paper).await {
                    Ok(()) => {
                        self.hint.over().await;
                        return None;
                    }
                    Err(problem) => {
                        self.hint.waits(&self.printer.name, problem).await;
                        tokio::select! {
                            () = sleep(paper::AGAIN) => continue,
                            task = self.tasks.recv() => task,
                        }
                    }
                },
            };
            self.kept = Some(paper);
            return Some(task);
        }
    }

    /// One print from the first question to the last answer. Returns the task that came instead or after.
    async fn print(&mut self, job: Job, clear: bool) -> Option<Task> {
        let (mut session, before) = match self.at_rest(job, Greeting { clear, mark: true }).await {
            Ok(rest) => rest,
            Err(other) => return other,
        };
        let says = Box::new(self.printer.testimony(before.as_ref()));
        self.say(job, PrinterEvent::Ready { printer: self.printer.name.clone(), says }).await;
        let bytes = match self.tasks.recv().await {
            Some(Task::Send { job: send, bytes }) if send == job => bytes,
            other => return other,
        };
        let id = match session.print(&bytes, true).await {
            Ok(id) => id,
            Err(SendError { accepted, cause }) => {
                self.say(job, PrinterEvent::SendFailed { accepted, why: cause.to_string() }).await;
                drop(session);
                return self.next().await;
            }
        };
        let proof = Proof::new(Instant::now(), before.as_ref(), id, &mut self.printer.known);
        self.say(job, PrinterEvent::Sent).await;
        let after = self.watch(job, &mut session, proof).await;
        session.close().await;
        match after {
            Some(task) => task,
            None => self.next().await,
        }
    }

    /// Hears what the printer says once it is at rest, and sends it nothing. Returns the task that came instead or after.
    async fn ask(&mut self, job: Job) -> Option<Task> {
        let (session, status) = match self.at_rest(job, Greeting::default()).await {
            Ok(rest) => rest,
            Err(other) => return other,
        };
        session.close().await;
        let says = Box::new(self.printer.testimony(status.as_ref()));
        self.say(job, PrinterEvent::AtRest { says }).await;
        self.tasks.recv().await
    }

    /// Lets the printer forget what it holds, as soon as it can be reached. Returns the task that came instead or after.
    async fn forget(&mut self) -> Option<Task> {
        let forgotten = async {
            loop {
                if let Ok(mut session) = self.printer.connect().await {
                    let cleared = session.clear().await;
                    session.close().await;
                    if cleared.is_ok() {
                        return;
                    }
                }
                sleep(ASK_AGAIN).await;
            }
        };
        tokio::select! {
            biased;
            task = self.tasks.recv() => return task,
            () = forgotten => {}
        }
        self.tasks.recv().await
    }

    /// Asks until the printer is at rest and nothing is wrong with it, and keeps what it said; the error is the task that
    /// came first.
    async fn at_rest(&mut self, job: Job, greeting: Greeting) -> Result<(Session, Option<Status>), Option<Task>> {
        self.told = None;
        let mut session = None;
        loop {
            let asked = tokio::select! {
                asked = ask(&mut self.printer, &mut session, greeting) => asked,
                task = self.tasks.recv() => return Err(task),
            };
            match (asked, session.take()) {
                (Ok(status), Some(open)) => return Ok((open, status)),
                (Ok(_), None) => {}
                (Err(problem), kept) => {
                    session = kept;
                    self.blocked(job, problem).await;
                    tokio::select! {
                        () = sleep(ASK_AGAIN) => {}
                        task = self.tasks.recv() => return Err(task),
                    }
                }
            }
        }
    }

    /// Watches a label until the printer says that it is out, the connection breaks, or a task comes, which it returns.
    async fn watch(&mut self, job: Job, session: &mut Session, mut proof: Proof) -> Option<Option<Task>> {
        loop {
            let answer = tokio::select! {
                answer = session.listen(&mut self.printer.known) => answer,
                task = self.tasks.recv() => return Some(task),
            };
            let over = match answer {
                Ok(status) => match proof.take(&status, &mut self.printer.known, Instant::now()) {
                    Verdict::Wait => None,
                    Verdict::Blocked(problem) => {
                        self.blocked(job, problem).await;
                        None
                    }
                    Verdict::Out { rung, evidence } => Some(PrinterEvent::LabelOut { rung, evidence }),
                    Verdict::Vanished => Some(PrinterEvent::Lost { why: "the printer fed no label".to_owned() }),
                },
                Err(StatusError::Lost(error)) => Some(PrinterEvent::Lost { why: error.to_string() }),
                Err(error) => {
                    self.blocked(job, Problem::from(&error)).await;
                    None
                }
            };
            if let Some(over) = over {
                self.say(job, over).await;
                return None;
            }
            tokio::select! {
                () = sleep(LOOK_AGAIN) => {}
                task = self.tasks.recv() => return Some(task),
            }
        }
    }

    /// Says a problem once.
    async fn blocked(&mut self, job: Job, problem: Problem) {
        if self.told != Some(problem) {
            self.told = Some(problem);
            tracing::warn!(printer = self.printer.name, problem = problem.name(), "printer cannot print");
            self.say(job, PrinterEvent::Blocked { problem }).await;
        }
    }

    async fn say(&mut self, job: Job, event: PrinterEvent) {
        if !matches!(event, PrinterEvent::Blocked { .. }) {
            self.told = None;
        }
        super::report(&self.events, Event::Printer(job, event)).await;
    }
}

/// What a printer is sent at the beginning of each conversation, before it is asked.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Greeting {
    /// It forgets what it holds.
    clear: bool,
    /// It keeps the mark by which it is known later whether it had power all the time.
    mark: bool,
}

/// One question: whether it is at rest and can take a label now. Opens the connection if there is none. What it said comes
/// back; nothing from a printer that does not talk.
pub(super) async fn ask(
    printer: &mut LabelPrinter,
    session: &mut Option<Session>,
    greeting: Greeting,
) -> Result<Option<Status>, Problem> {
    if session.is_none() {
        let mut open = printer.connect().await.map_err(|error| {
            tracing::debug!(%error, "printer not reached");
            Problem::from(&error)
        })?;
        if greeting.clear {
            open.clear().await.map_err(|error| Problem::from(&error))?;
        }
        if greeting.mark && printer.known.asks() {
            open.mark().await.map_err(|error| Problem::from(&error))?;
        }
        *session = Some(open);
    }
    let Some(open) = session else { return Err(Problem::Absent) };
    match open.status(&mut printer.known).await {
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
