//! The label printer: ask, send, ask again. One label at a time, on one connection.

use std::time::Duration;

use hal::port::Address;
use hal::printer::{Problem, SendError, Session, StatusError};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use crate::station::event::{Event, Job, PrinterEvent};

/// The label printer of the bench.
#[derive(Debug, Clone)]
pub struct LabelPrinter {
    /// Its name in the configuration.
    pub name: String,
    /// Where it is.
    pub address: Address,
}

/// What the loop wants of the printer.
#[derive(Debug)]
pub(super) enum Task {
    /// Ask until it can print.
    Prepare(Job),
    /// Print.
    Send { job: Job, bytes: Vec<u8>, clear: bool },
    /// Nobody waits for it any more.
    Release,
}

/// A printer that cannot print is asked again this often.
const ASK_AGAIN: Duration = Duration::from_millis(500);
/// An empty queue proves a label only once the printer has had this long to take it in.
const SETTLE: Duration = Duration::from_millis(300);
/// `~JA`: forget every label in the buffer (ZPL II Programming Guide).
const CANCEL_ALL: &[u8] = b"~JA";

struct Hand {
    printer: LabelPrinter,
    tasks: mpsc::Receiver<Task>,
    events: mpsc::Sender<Event>,
    /// What the screen was told last.
    told: Option<&'static str>,
}

pub(super) async fn run(printer: LabelPrinter, tasks: mpsc::Receiver<Task>, events: mpsc::Sender<Event>) {
    let mut hand = Hand { printer, tasks, events, told: None };
    let mut next = hand.tasks.recv().await;
    while let Some(task) = next {
        next = match task {
            Task::Prepare(job) => hand.print(job).await,
            Task::Send { job, .. } => {
                let why = "the printer was not asked before".to_owned();
                hand.say(job, PrinterEvent::SendFailed { accepted: 0, why }).await;
                hand.tasks.recv().await
            }
            Task::Release => hand.tasks.recv().await,
        };
    }
}

impl Hand {
    /// One print from the first question to the last answer. Returns the task that came instead or after.
    async fn print(&mut self, job: Job) -> Option<Task> {
        self.told = None;
        let mut session = match self.ready(job).await {
            Ok(session) => session,
            Err(other) => return other,
        };
        let (bytes, clear) = match self.tasks.recv().await {
            Some(Task::Send { job: send, bytes, clear }) if send == job => (bytes, clear),
            other => return other,
        };
        if let Err(SendError { accepted, cause }) = send(&mut session, &bytes, clear).await {
            self.say(job, PrinterEvent::SendFailed { accepted, why: cause.to_string() }).await;
            return self.tasks.recv().await;
        }
        self.say(job, PrinterEvent::Sent).await;
        let after = self.watch(job, &mut session).await;
        session.close().await;
        after
    }

    /// Asks until the printer can print; the error is the task that came first.
    async fn ready(&mut self, job: Job) -> Result<Session, Option<Task>> {
        let mut session = None;
        loop {
            let asked = tokio::select! {
                asked = ask(&self.printer.address, &mut session) => asked,
                task = self.tasks.recv() => return Err(task),
            };
            match (asked, session.take()) {
                (Ok(()), Some(open)) => {
                    self.say(job, PrinterEvent::Ready { printer: self.printer.name.clone() }).await;
                    return Ok(open);
                }
                (Ok(()), None) => {}
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

    /// Watches a label until the printer says that it is out, the connection breaks, or somebody else wants something.
    async fn watch(&mut self, job: Job, session: &mut Session) -> Option<Task> {
        let sent = Instant::now();
        let mut seen_busy = false;
        loop {
            let answer = tokio::select! {
                answer = session.status() => answer,
                task = self.tasks.recv() => return task,
            };
            match answer {
                Ok(status) => match status.problem() {
                    Some(problem) => self.blocked(job, problem.name()).await,
                    None if !status.idle() => seen_busy = true,
                    None if seen_busy || sent.elapsed() >= SETTLE => {
                        let evidence = format!(
                            "~HS: queue empty, {} formats, {} labels left",
                            status.formats, status.labels_remaining
                        );
                        self.say(job, PrinterEvent::LabelOut { rung: 3, evidence }).await;
                        return self.tasks.recv().await;
                    }
                    None => {}
                },
                Err(StatusError::Lost(error)) => {
                    self.say(job, PrinterEvent::Lost { why: error.to_string() }).await;
                    return self.tasks.recv().await;
                }
                Err(error) => self.blocked(job, problem_name(&error)).await,
            }
            tokio::select! {
                () = sleep(SETTLE) => {}
                task = self.tasks.recv() => return task,
            }
        }
    }

    /// Says a problem once.
    async fn blocked(&mut self, job: Job, problem: &'static str) {
        if self.told != Some(problem) {
            self.told = Some(problem);
            tracing::warn!(printer = self.printer.name, problem, "printer cannot print");
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

/// One question: whether it can take a label now. Opens the connection if there is none.
async fn ask(address: &Address, session: &mut Option<Session>) -> Result<(), &'static str> {
    if session.is_none() {
        *session = Some(Session::connect(address).await.map_err(|error| {
            tracing::debug!(%error, "printer not reached");
            Problem::Absent.name()
        })?);
    }
    let Some(open) = session else { return Err(Problem::Absent.name()) };
    match open.status().await {
        Ok(status) => match status.problem() {
            Some(problem) => Err(problem.name()),
            None if !status.idle() => Err(Problem::Busy.name()),
            None => Ok(()),
        },
        Err(error) => {
            let name = problem_name(&error);
            if matches!(error, StatusError::Lost(_)) {
                *session = None;
            }
            Err(name)
        }
    }
}

async fn send(session: &mut Session, bytes: &[u8], clear: bool) -> Result<(), SendError> {
    if clear {
        session.send(CANCEL_ALL).await.map_err(|error| SendError { accepted: 0, ..error })?;
    }
    session.send(bytes).await
}

fn problem_name(error: &StatusError) -> &'static str {
    match error {
        StatusError::Silent => Problem::Silent.name(),
        StatusError::Nonsense(_) => Problem::Nonsense.name(),
        StatusError::Lost(_) => Problem::Absent.name(),
    }
}
