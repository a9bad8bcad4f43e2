//! The label printer at work: ask, send, ask again. One label at a time, on one connection.
//!
//! What became of a label that nobody saw is asked without sending anything: the printer's word is handed on when it is at
//! rest, and weighed by the station.

use std::time::Duration;

use hal::printer::{PrintVerdict, Problem, Proof, SendError, Session, Status, StatusError};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::time::{Instant, sleep};

use super::paper::{self, Hint};
use super::printer::{BenchPrinter, Greeting};
use crate::station::event::{Device, Event, Input, Job, PrinterEvent};

/// What the loop wants of the printer.
#[derive(Debug)]
pub(super) enum PrintTask {
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

struct LabelDriver {
    printer: BenchPrinter,
    tasks: mpsc::Receiver<PrintTask>,
    /// Labels of bags; printed while no parcel's label wants the printer.
    papers: mpsc::Receiver<Vec<u8>>,
    /// One of them that a parcel's label came before.
    kept: Option<Vec<u8>>,
    hint: Hint,
    events: mpsc::Sender<Input>,
    /// The problem that the screen shows of it.
    last_problem: Option<Problem>,
}

pub(super) async fn run(
    mut printer: BenchPrinter,
    tasks: mpsc::Receiver<PrintTask>,
    papers: mpsc::Receiver<Vec<u8>>,
    events: mpsc::Sender<Input>,
) {
    printer.floods = Some(super::flood::watched(&printer.name, &events));
    let hint = Hint::new(Device::BagLabels, events.clone());
    let mut driver = LabelDriver { printer, tasks, papers, kept: None, hint, events, last_problem: None };
    let mut next = driver.meet().await;
    while let Some(task) = next {
        next = match task {
            PrintTask::Prepare { job, clear } => driver.print(job, clear).await,
            PrintTask::Ask(job) => driver.ask(job).await,
            PrintTask::Forget => driver.forget().await,
            PrintTask::Send { job, .. } => {
                let why = "the printer was not asked before".to_owned();
                driver.say(job, PrinterEvent::SendFailed { accepted: 0, why }).await;
                driver.next().await
            }
            PrintTask::Release => driver.next().await,
        };
    }
}

impl LabelDriver {
    /// Learns whether the printer talks, before anything depends on it. Returns the first task.
    async fn meet(&mut self) -> Option<PrintTask> {
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
    async fn next(&mut self) -> Option<PrintTask> {
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
    async fn paper(&mut self, paper: Vec<u8>) -> Option<Option<PrintTask>> {
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
    async fn print(&mut self, job: Job, clear: bool) -> Option<PrintTask> {
        let (mut session, before) = match self.at_rest(job, Greeting { clear, mark: true }).await {
            Ok(rest) => rest,
            Err(other) => return other,
        };
        let says = Box::new(self.printer.testimony(before.as_ref()));
        self.say(job, PrinterEvent::Ready { printer: self.printer.name.clone(), says }).await;
        let bytes = match self.tasks.recv().await {
            Some(PrintTask::Send { job: send, bytes }) if send == job => bytes,
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
    async fn ask(&mut self, job: Job) -> Option<PrintTask> {
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
    async fn forget(&mut self) -> Option<PrintTask> {
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
    async fn at_rest(&mut self, job: Job, greeting: Greeting) -> Result<(Session, Option<Status>), Option<PrintTask>> {
        self.last_problem = None;
        let mut session = None;
        loop {
            let asked = tokio::select! {
                asked = self.printer.ask(&mut session, greeting) => asked,
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
    async fn watch(&mut self, job: Job, session: &mut Session, mut proof: Proof) -> Option<Option<PrintTask>> {
        loop {
            let answer = tokio::select! {
                answer = session.listen(&mut self.printer.known) => answer,
                task = self.tasks.recv() => return Some(task),
            };
            let over = match answer {
                Ok(status) => match proof.take(&status, &mut self.printer.known, Instant::now()) {
                    PrintVerdict::Wait => None,
                    PrintVerdict::Blocked(problem) => {
                        self.blocked(job, problem).await;
                        None
                    }
                    PrintVerdict::Out { rung, evidence } => Some(PrinterEvent::LabelOut { rung, evidence }),
                    PrintVerdict::Vanished => Some(PrinterEvent::Lost { why: "the printer fed no label".to_owned() }),
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
        if self.last_problem != Some(problem) {
            self.last_problem = Some(problem);
            tracing::warn!(printer = self.printer.name, problem = problem.name(), "printer cannot print");
            self.say(job, PrinterEvent::Blocked { problem }).await;
        }
    }

    async fn say(&mut self, job: Job, event: PrinterEvent) {
        if !matches!(event, PrinterEvent::Blocked { .. }) {
            self.last_problem = None;
        }
        super::report(&self.events, Event::Printer(job, event)).await;
    }
}
