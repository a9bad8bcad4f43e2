//! The label printer: ask, send, ask again. One label at a time, on one connection.

use std::path::PathBuf;
use std::time::Duration;

use hal::port::{Address, PortError};
use hal::printer::{Known, Language, Problem, Proof, SendError, Session, Status, StatusError, Verdict};
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
    /// What it speaks.
    pub language: Language,
    /// What is known of it from before.
    pub known: Known,
    /// Where what passes is written down.
    pub record: Option<PathBuf>,
}

impl LabelPrinter {
    /// A ZPL printer of which nothing is known.
    pub fn zpl(name: &str, address: Address) -> Self {
        Self { name: name.to_owned(), address, language: Language::Zpl, known: Known::default(), record: None }
    }

    /// Begins a conversation.
    pub(super) async fn connect(&self) -> Result<Session, PortError> {
        Ok(Session::over(super::open_port(&self.address, self.record.as_deref()).await?, self.language))
    }

    /// Takes in whether it is remembered to have answered.
    pub fn remember(&mut self, has_answered: bool) {
        if self.known.asks() && has_answered {
            self.known = Known::new(true);
        }
    }
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
/// How often the printer is asked whether a label is out.
const LOOK_AGAIN: Duration = Duration::from_millis(300);

struct Hand {
    printer: LabelPrinter,
    tasks: mpsc::Receiver<Task>,
    events: mpsc::Sender<Event>,
    /// What the screen was told last.
    told: Option<&'static str>,
}

pub(super) async fn run(printer: LabelPrinter, tasks: mpsc::Receiver<Task>, events: mpsc::Sender<Event>) {
    let mut hand = Hand { printer, tasks, events, told: None };
    let mut next = hand.meet().await;
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
        self.tasks.recv().await
    }

    /// One print from the first question to the last answer. Returns the task that came instead or after.
    async fn print(&mut self, job: Job) -> Option<Task> {
        self.told = None;
        let (mut session, before) = match self.ready(job).await {
            Ok(ready) => ready,
            Err(other) => return other,
        };
        let (bytes, clear) = match self.tasks.recv().await {
            Some(Task::Send { job: send, bytes, clear }) if send == job => (bytes, clear),
            other => return other,
        };
        let id = match session.print(&bytes, clear, true).await {
            Ok(id) => id,
            Err(SendError { accepted, cause }) => {
                self.say(job, PrinterEvent::SendFailed { accepted, why: cause.to_string() }).await;
                return self.tasks.recv().await;
            }
        };
        let proof = Proof::new(Instant::now(), before.as_ref(), id);
        self.say(job, PrinterEvent::Sent).await;
        let after = self.watch(job, &mut session, proof).await;
        session.close().await;
        after
    }

    /// Asks until the printer can print, and keeps what it said; the error is the task that came first.
    async fn ready(&mut self, job: Job) -> Result<(Session, Option<Status>), Option<Task>> {
        let mut session = None;
        loop {
            let asked = tokio::select! {
                asked = ask(&mut self.printer, &mut session) => asked,
                task = self.tasks.recv() => return Err(task),
            };
            match (asked, session.take()) {
                (Ok(status), Some(open)) => {
                    self.say(job, PrinterEvent::Ready { printer: self.printer.name.clone() }).await;
                    return Ok((open, status));
                }
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

    /// Watches a label until the printer says that it is out, the connection breaks, or somebody else wants something.
    async fn watch(&mut self, job: Job, session: &mut Session, mut proof: Proof) -> Option<Task> {
        loop {
            let answer = tokio::select! {
                answer = session.listen(&mut self.printer.known) => answer,
                task = self.tasks.recv() => return task,
            };
            let over = match answer {
                Ok(status) => match proof.take(&status, &mut self.printer.known, Instant::now()) {
                    Verdict::Wait => None,
                    Verdict::Blocked(problem) => {
                        self.blocked(job, problem.name()).await;
                        None
                    }
                    Verdict::Out { rung, evidence } => Some(PrinterEvent::LabelOut { rung, evidence }),
                    Verdict::Vanished => Some(PrinterEvent::Lost { why: "the printer fed no label".to_owned() }),
                },
                Err(StatusError::Lost(error)) => Some(PrinterEvent::Lost { why: error.to_string() }),
                Err(error) => {
                    self.blocked(job, problem_name(&error)).await;
                    None
                }
            };
            if let Some(over) = over {
                self.say(job, over).await;
                return self.tasks.recv().await;
            }
            tokio::select! {
                () = sleep(LOOK_AGAIN) => {}
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

/// One question: whether it can take a label now. Opens the connection if there is none. What it said comes back; nothing
/// from a printer that does not talk.
async fn ask(printer: &mut LabelPrinter, session: &mut Option<Session>) -> Result<Option<Status>, &'static str> {
    if session.is_none() {
        *session = Some(printer.connect().await.map_err(|error| {
            tracing::debug!(%error, "printer not reached");
            Problem::from(&error).name()
        })?);
    }
    let Some(open) = session else { return Err(Problem::Absent.name()) };
    match open.status(&mut printer.known).await {
        Ok(Some(Status { problem: Some(problem), .. })) => Err(problem.name()),
        Ok(Some(Status { busy: Some(true), .. })) => Err(Problem::Busy.name()),
        Ok(status) => Ok(status),
        Err(error) => {
            let name = problem_name(&error);
            if matches!(error, StatusError::Lost(_)) {
                *session = None;
            }
            Err(name)
        }
    }
}

fn problem_name(error: &StatusError) -> &'static str {
    match error {
        StatusError::Silent => Problem::Silent.name(),
        StatusError::Nonsense(_) => Problem::Nonsense.name(),
        StatusError::Lost(_) => Problem::Absent.name(),
    }
}
