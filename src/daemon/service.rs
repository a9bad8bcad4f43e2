//! The loop and its drivers.

mod erasing;
mod exports;
mod folding;
mod imports;
mod reload;
mod upkeep;
mod uplink;

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use erasing::Erasing;
use exports::Exporting;
use imports::{Pending, Waiter};
use reload::Reloaded;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use uplink::{UplinkHandle, start_uplink};

use super::control::{self, Call, Called};
use super::documents::Documents;
use super::import::Import;
use super::inbox::OrdersInbox;
use super::lists::{self, ListQuery};
use super::upkeep::{Upkeep, UpkeepFound};
use super::{Clocks, Core, Moment, Setup, SetupError, answers, identity};
use crate::config::Config;
use crate::devices::{Devices, Drivers};
use crate::screen::{Sentence, View, Words};
use crate::station::event::{Effect, Event, Input, Printout};
use crate::store::StoreError;
use crate::uplink::{Request, TimeFloor};
use crate::web::{self, AskedQuestion, Frame, Question};

/// The size of the page's screen in pixels.
const PANEL: (u32, u32) = (320, 240);
/// Events of the outbox that the page lists at most.
const EVENTS_SHOWN: usize = 200;
/// Parcels that the page finds at most.
const FOUND: usize = 50;
/// Events that may wait for the loop; a device that makes more than the loop takes waits itself.
const EVENTS: usize = 256;
/// Orders that the page lists at most: each may have parcels that are read from the journal, and packing waits meanwhile.
const ORDERS: usize = 200;
/// Manifests that the page lists at most.
const MANIFESTS: usize = 200;
/// Something from a machine that could not be recorded is tried again this often, and so is the mark of copies.
const RETRY: Duration = Duration::from_secs(1);
/// How often somebody looks whether the clock was set.
const LOOK: Duration = Duration::from_secs(1);

/// How the rest of the program reaches the loop.
#[derive(Debug, Clone)]
pub struct ServiceHandle {
    /// Something happened.
    pub events: mpsc::Sender<Input>,
    /// Something is asked.
    pub ask: mpsc::Sender<AskedQuestion>,
    /// Something is to be done.
    pub calls: mpsc::Sender<Called>,
    /// The newest screen.
    pub frames: watch::Receiver<Arc<Frame>>,
}

/// The loop: the one writer of the journal.
#[derive(Debug)]
pub struct StationService {
    core: Core,
    drivers: Drivers,
    words: BTreeMap<String, Arc<Words>>,
    clocks: Clocks,
    events: mpsc::Receiver<Input>,
    asked: mpsc::Receiver<AskedQuestion>,
    called: mpsc::Receiver<Called>,
    requests: mpsc::Receiver<Request>,
    uplink: Option<UplinkHandle>,
    /// The time that the receiver's certificate is judged by.
    floor: TimeFloor,
    frames: watch::Sender<Arc<Frame>>,
    view: View,
    /// Events of machines that could not be recorded: they will not say it again.
    unrecorded: VecDeque<Event>,
    control: PathBuf,
    /// What says where the cards are, and whether they are not those of that place now.
    config: Arc<Config>,
    documents: Arc<Documents>,
    cards_wrong: bool,
    /// How many days the log has said that events wait for the receiver.
    overdue: Option<u64>,
    erasing: Erasing,
    reloads: (mpsc::Sender<Reloaded>, mpsc::Receiver<Reloaded>),
    /// Orders that wait to be taken in, and pages of them that were read beside the loop.
    imports: VecDeque<Pending>,
    pages: (mpsc::Sender<Pending>, mpsc::Receiver<Pending>),
    /// What the uplink is started with again in another life.
    setup: Arc<Setup>,
    /// What looks at the database beside the loop.
    upkeep: Option<Upkeep>,
    exporting: Exporting,
    /// What takes order files beside the loop.
    inbox: Option<OrdersInbox>,
}

impl StationService {
    /// Opens the memory, replays it, starts the drivers. Ready when it returns.
    pub fn new(setup: &Setup, mut devices: Devices) -> Result<(Self, ServiceHandle), SetupError> {
        let setup = Arc::new(setup.clone());
        let data_dir = &setup.config.station.data_dir;
        let clocks = Clocks::new(&setup.config.station);
        let mut core = identity::open(&setup, clocks.moment())?;
        if setup.config.uplink.is_some() {
            core.expect_uplink();
        }
        let (events_in, events) = mpsc::channel(EVENTS);
        let (ask, asked) = mpsc::channel(16);
        let (calls, called) = mpsc::channel(16);
        let floor = TimeFloor::default();
        let (uplink, requests) = start_uplink(&setup, core.store(), &floor)?.unzip();
        // Without an uplink nobody asks.
        let requests = requests.unwrap_or_else(|| mpsc::channel(1).1);
        if let Some(printer) = &mut devices.printer {
            printer.remember(core.station().has_answered(&printer.name), core.station().counts_labels());
        }
        let drivers = Drivers::start(devices, &events_in, clocks.began());
        let view = core.view(clocks.moment());
        let words = setup.words.clone();
        let frame = Frame::of(&view, words_for(&words, &view.language), PANEL, 1);
        drivers.show(&view, words_for(&words, &view.language));
        let (frames, frames_out) = watch::channel(Arc::new(frame));
        let handle = ServiceHandle { events: events_in, ask, calls, frames: frames_out };
        let control = data_dir.join(control::SOCKET);
        control::serve(&control, handle.calls.clone())
            .map_err(|source| SetupError::Control { path: control.clone(), source })?;
        let service = Self {
            core,
            drivers,
            words,
            clocks,
            events,
            asked,
            called,
            requests,
            uplink,
            floor,
            frames,
            view,
            unrecorded: VecDeque::new(),
            control,
            config: Arc::new(setup.config.clone()),
            documents: Arc::new(Documents::of(&setup)),
            cards_wrong: setup.cards_wrong,
            overdue: None,
            erasing: Erasing::default(),
            reloads: mpsc::channel(4),
            imports: VecDeque::new(),
            pages: mpsc::channel(2),
            setup,
            upkeep: None,
            exporting: Exporting::default(),
            inbox: None,
        };
        Ok((service, handle))
    }

    /// Runs until `stop`. Tells systemd that it is ready, and feeds its watchdog from here and nowhere else.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        self.take(Event::Started);
        if self.cards_wrong {
            self.say_cards(true);
        } else {
            self.back_up_cards();
        }
        self.publish();
        let mut hangup = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok();
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
        self.start_upkeep();
        self.begin_exports();
        self.start_inbox();
        let mut watchdog =
            tokio::time::interval(sd_notify::watchdog_enabled().map_or(Duration::from_secs(3600), |limit| limit / 3));
        let mut erase = tokio::time::interval(erasing::PAUSE);
        let mut fold = tokio::time::interval(folding::PAUSE);
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut retry = tokio::time::interval(RETRY);
        retry.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let wake = self
                .core
                .live()
                .deadline(self.moment().now)
                .map(|at| self.clocks.began() + Duration::from_millis(at.0));
            tokio::select! {
                // The packer first, orders last.
                biased;
                () = &mut stop => break,
                Some(event) = self.events.recv() => {
                    self.take(event);
                    while let Ok(event) = self.events.try_recv() {
                        self.take(event);
                    }
                }
                Some(asked) = self.asked.recv() => self.answer(asked),
                Some(called) = self.called.recv() => self.call(called),
                Some(request) = self.requests.recv() => self.request(request),
                Some(reloaded) = self.reloads.1.recv() => self.swap(reloaded),
                () = heard(&mut hangup) => self.reload(None),
                () = sleep_until(wake) => {}
                _ = retry.tick(), if !self.unrecorded.is_empty() || self.core.store().mark_fails() => self.retry(),
                _ = look.tick() => self.take(Event::Clock),
                _ = watchdog.tick() => {
                    let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
                }
                _ = erase.tick() => {
                    self.say_overdue();
                    erase.reset_after(self.erase());
                }
                _ = fold.tick() => fold.reset_after(self.fold()),
                () = std::future::ready(()), if self.erasing.is_asked() => erase.reset_after(self.erasing.soon()),
                Some(found) = found(&mut self.upkeep) => self.note_upkeep(found),
                Some(page) = self.pages.1.recv() => self.imports.push_back(page),
                Some(part) = self.exporting.written() => self.note_exports(part),
                () = tokio::task::yield_now(), if !self.imports.is_empty() => self.import_some(),
            }
            self.export();
            self.publish();
        }
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
        let _ = std::fs::remove_file(&self.control);
    }

    fn moment(&self) -> Moment {
        self.clocks.moment()
    }

    /// One event through the core, and what follows from it.
    fn take(&mut self, input: impl Into<Input>) {
        let input = input.into();
        let (scanner, kept) = match &input {
            Input::Scan { scanner, .. } => (Some(scanner.clone()), None),
            Input::Event(
                event @ (Event::Started | Event::Printer(..) | Event::Confirmed { .. } | Event::Copied { .. }),
            ) => (None, Some(event.clone())),
            Input::Event(_) => (None, None),
        };
        match self.core.step(self.moment(), input) {
            Ok(outcome) => {
                if outcome.say.as_ref().is_some_and(|say| say.note == Sentence::BadgesRest) {
                    tracing::warn!("too many wrong badges were scanned: no supervisor's counts for a minute");
                }
                let reconsider = outcome.effects.contains(&Effect::Reconsider);
                for effect in outcome.effects {
                    self.perform(effect);
                }
                if reconsider {
                    self.take(Event::Reconsider);
                }
            }
            Err(_) => {
                self.unrecorded.extend(kept);
                if let Some(scanner) = scanner {
                    self.drivers.perform(Effect::Verdict { scanner, accepted: false });
                }
            }
        }
        self.wake_uplink();
    }

    fn perform(&self, effect: Effect) {
        match effect {
            Effect::Print(printout) if self.documents.prints(&printout) => self.print(printout, None),
            Effect::Print(_) => tracing::debug!("a document has no printer"),
            effect => self.drivers.perform(effect),
        }
    }

    /// Makes a document beside the loop, and lets it wait for its printer.
    fn print(&self, printout: Printout, reply: Option<oneshot::Sender<Result<serde_json::Value, String>>>) {
        let (documents, cards, trays) = (self.documents.clone(), self.core.cards().clone(), self.drivers.trays());
        let language = self.core.station().language(self.core.rules()).to_owned();
        // A bag is as the loop knows it, whatever is recorded next.
        let bag = match printout {
            Printout::Bag { bag } => Some(documents.bag(self.core.station(), &cards, bag, &language)),
            _ => None,
        };
        tokio::task::spawn_blocking(move || {
            let draft = bag.unwrap_or_else(|| documents.draft(&printout, &cards, &language));
            let job = draft.and_then(|draft| documents.job(&draft)).map_err(|error| error.to_string());
            let done = job.and_then(|(tray, job)| trays.put(tray, job).map_err(|error| error.to_string()));
            match (done, reply) {
                (Ok(()), None) => {}
                (Err(error), None) => tracing::warn!(error, "a document is not printed"),
                (Ok(()), Some(reply)) => drop(reply.send(Ok(serde_json::json!({ "said": "at the printer" })))),
                (Err(error), Some(reply)) => drop(reply.send(Err(error))),
            }
        });
    }

    fn retry(&mut self) {
        self.core.retry_mark();
        for event in std::mem::take(&mut self.unrecorded) {
            self.take(event);
        }
    }

    fn publish(&mut self) {
        self.floor.set(self.core.time_floor());
        let view = self.core.view(self.moment());
        if view == self.view {
            return;
        }
        self.drivers.follow(view.mood, self.core.station().in_hand().map(|parcel| parcel.state()));
        let words = words_for(&self.words, &view.language);
        self.drivers.show(&view, words);
        let version = self.frames.borrow().version + 1;
        self.frames.send_replace(Arc::new(Frame::of(&view, words, PANEL, version)));
        self.view = view;
    }

    fn answer(&mut self, AskedQuestion { question, reply }: AskedQuestion) {
        let answer = match question {
            Question::Orders => answers::orders(self.core.archive(), self.core.rules(), ORDERS),
            Question::Parcels { limit } => answers::parcels(self.core.archive(), self.core.cards(), limit as usize),
            Question::Parcel(number) => answers::parcel(self.core.archive(), number),
            Question::Found { text } => self.found(text),
            Question::Today => return self.today(reply),
            Question::Outbox => answers::outbox(self.core.store(), EVENTS_SHOWN),
            Question::Manifests => answers::manifests(self.core.archive(), MANIFESTS),
        };
        match answer {
            Ok(answer) => drop(reply.send(answer)),
            Err(error) => tracing::error!(%error, "a question could not be answered"),
        }
    }

    /// Parcels whose number, or the number of whose order, begins so.
    fn found(&self, text: String) -> Result<serde_json::Value, StoreError> {
        let query = ListQuery { limit: FOUND, search: Some(text), ..ListQuery::default() };
        lists::parcels(self.core.archive(), self.core.cards(), &query).map(|list| list.rows)
    }

    /// What was done today: it is read from the day's journal, beside the loop.
    fn today(&self, reply: oneshot::Sender<serde_json::Value>) {
        let (documents, cards) = (self.documents.clone(), self.core.cards().clone());
        let counts = lists::StationCounts::of(self.core.archive());
        tokio::task::spawn_blocking(move || {
            match counts.map_err(Into::into).and_then(|counts| documents.today(&cards, counts)) {
                Ok(today) => drop(reply.send(today.json())),
                Err(error) => tracing::warn!(%error, "what was done today cannot be read"),
            }
        });
    }

    fn call(&mut self, Called { call, reply }: Called) {
        if call == Call::ReloadCards {
            return self.reload(Some(reply));
        }
        if let Call::Print { printout } = call {
            return self.print(printout, Some(reply));
        }
        if let Call::Import { orders, newest, dry_run, each } = call {
            let import = Import::of_file(orders, newest, dry_run).with_each(each);
            return self.imports.push_back((import, Waiter::Command(reply)));
        }
        if call == Call::CompareOrders {
            return self.imports.push_back((Import::of_begun(&self.core), Waiter::Command(reply)));
        }
        let moment = self.moment();
        let life = self.core.store().incarnation().to_owned();
        let erases = matches!(call, Call::EraseSubject { .. });
        let done = match call {
            Call::RetryUplink => self.retry_uplink(),
            call => {
                control::perform(&mut self.core, moment, call, words_for(&self.words, "en")).map(|(done, papers)| {
                    papers.into_iter().for_each(|printout| self.perform(Effect::Print(printout)));
                    done
                })
            }
        };
        if erases && done.is_ok() {
            self.erasing.expect_one();
        }
        if life != self.core.store().incarnation() {
            self.restart_uplink();
        }
        self.wake_uplink();
        let _ = reply.send(done);
        self.take(Event::Reconsider);
    }
}

/// The words of a language; English where there are none of it.
fn words_for<'a>(words: &'a BTreeMap<String, Arc<Words>>, language: &str) -> &'a Arc<Words> {
    static ENGLISH: std::sync::LazyLock<Arc<Words>> = std::sync::LazyLock::new(|| Arc::new(Words::english()));
    words.get(language).unwrap_or(&ENGLISH)
}

/// What the upkeep found next; never, where it does not run.
async fn found(upkeep: &mut Option<Upkeep>) -> Option<UpkeepFound> {
    match upkeep {
        Some(upkeep) => upkeep.found().await,
        None => std::future::pending().await,
    }
}

/// The next SIGHUP; never, where it cannot be heard.
async fn heard(hangup: &mut Option<tokio::signal::unix::Signal>) {
    match hangup {
        Some(hangup) => drop(hangup.recv().await),
        None => std::future::pending().await,
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Serves the page until the program ends.
pub async fn serve_page(
    listen: SocketAddr,
    router: impl FnOnce(SocketAddr) -> axum::Router,
) -> Result<SocketAddr, SetupError> {
    serve_page_at(self::listen(listen).await?, router)
}

/// Takes an address for the page, before anything else is begun.
///
/// # Errors
/// [`SetupError::Listen`]: another program has it, or this machine does not.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, SetupError> {
    let failed = |why| SetupError::Listen { address: address.to_string(), why };
    TcpListener::bind(address).await.map_err(failed)
}

/// Serves the page at an address that was taken.
///
/// # Errors
/// [`SetupError::Listen`]: the address has gone meanwhile.
pub fn serve_page_at(
    listener: TcpListener,
    router: impl FnOnce(SocketAddr) -> axum::Router,
) -> Result<SocketAddr, SetupError> {
    let failed = |why| SetupError::Listen { address: "the page's address".to_owned(), why };
    let bound = listener.local_addr().map_err(failed)?;
    let router = router(bound);
    tokio::spawn(web::serve(listener, router));
    Ok(bound)
}

/// A question to the loop, answered.
pub async fn ask(handle: &ServiceHandle, question: Question) -> Option<serde_json::Value> {
    let (reply, answer) = oneshot::channel();
    handle.ask.send(AskedQuestion { question, reply }).await.ok()?;
    answer.await.ok()
}
