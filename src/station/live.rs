//! What is only true now: the pan, the devices, the last message. Lost in a power cut, and nothing is lost with it.

#![deny(clippy::wildcard_enum_match_arm)]

use std::collections::{BTreeMap, BTreeSet};

use crate::barcode::{Command, Confirmation};
use crate::ids::{BagId, ParcelId};
use crate::screen::{Link, Mood, Sentence, Symbol};
use crate::station::event::{
    Device, Effect, Event, NoWeight, PrinterEvent, PrinterProblem, Reading, ScaleKey, WeightState,
};
use crate::station::fact::Fact;
use crate::station::order::OrderId;
use crate::station::{Outcome, Rules};
use crate::units::{Timestamp, Uptime};

/// What is only true now.
#[derive(Debug, Clone, Default)]
pub struct Live {
    /// The last reading and when it came.
    pub reading: Option<(Reading, Uptime)>,
    /// Why there is none.
    pub no_weight: Option<NoWeight>,
    /// Whether the pan was empty since the last weight was taken (or the packer said to take what lies there).
    pub armed: bool,
    /// Devices that are away, and why.
    pub away: BTreeMap<Device, String>,
    /// What keeps the label printer from printing, or what it is waited for.
    pub printer: Option<PrinterWaits>,
    /// How the uplink is, and why when a person must act.
    pub link: Option<(Link, Option<String>)>,
    /// Events that wait for the uplink.
    pub queue: u64,
    /// When the oldest of them was recorded.
    pub waits_since: Option<Timestamp>,
    /// The last message to the packer.
    pub say: Option<(Say, Uptime)>,
    /// A command that waits for its second scan.
    pub confirm: Option<(Command, Uptime)>,
    /// The parcel that the last message is about.
    pub shown: Option<ParcelId>,
    /// The bag or pallet that the last message is about.
    pub container: Option<BagId>,
    /// Why the parcel in hand found no carrier.
    pub stuck: Option<Sentence>,
    /// Every service that refused it, and why.
    pub refusals: Vec<(String, String)>,
    /// Why nothing can be recorded.
    pub cannot_record: Option<String>,
    /// The database is damaged: part of it is missing, or contradicts the rest.
    pub damaged: bool,
    /// The disk has less room than is to stay free: nothing new is begun.
    pub no_room: bool,
    /// The last nightly copy of the database failed.
    pub no_backup: bool,
    /// The mark cannot be opened or written: an older copy of the database would not be noticed.
    pub no_mark: bool,
    /// The last scan of each scanner, to ignore one that repeats itself.
    pub last_scan: BTreeMap<String, (String, Uptime)>,
    /// Parcels verified since the program started.
    pub packed: u64,
    /// Wrong badges since a supervisor's was scanned, or since the last rest.
    pub wrong_badges: u32,
    /// When one too many was scanned.
    pub badges_rest: Option<Uptime>,
    /// Orders of the receiver that could not be kept since then, and have not come right.
    pub refused_orders: BTreeSet<OrderId>,
}

/// What the label printer is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrinterWaits {
    /// It has been asked what became of a label, and has not answered.
    Asked,
    /// It cannot print.
    Blocked(PrinterProblem),
}

/// A message to the packer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    /// Colour.
    pub mood: Mood,
    /// Shape.
    pub symbol: Symbol,
    /// Words.
    pub note: Sentence,
    /// Words below them; without any, the screen says there what is to be done next.
    pub detail: Option<Sentence>,
}

impl Say {
    /// Done.
    pub const fn good(note: Sentence) -> Self {
        Self { mood: Mood::Good, symbol: Symbol::Check, note, detail: None }
    }

    /// Refused.
    pub const fn stop(note: Sentence) -> Self {
        Self { mood: Mood::Stop, symbol: Symbol::Cross, note, detail: None }
    }

    /// Asked.
    pub const fn ask(note: Sentence) -> Self {
        Self { mood: Mood::Ask, symbol: Symbol::Question, note, detail: None }
    }
}

impl Live {
    /// What waits for the receiver as many days as this is called out: what is personal is kept until it has arrived.
    pub const OVERDUE_DAYS: u64 = 7;
    /// A reading older than this is no weight.
    pub const READING_AGE_MS: u64 = 2_000;
    /// How long a message stays before the screen says again what to do.
    pub const SAY_MS: u64 = 4_000;
    /// How long a command waits for its second scan.
    pub const CONFIRM_MS: u64 = 10_000;
    /// Orders that could not be kept are counted up to this.
    const REFUSED: usize = 1_000;
    /// How long a supervisor is waited for: it is a walk away.
    pub const SUPERVISOR_MS: u64 = 60_000;
    /// So many wrong badges in a row, and supervisors' badges rest.
    pub const WRONG_BADGES: u32 = 5;
    /// For so long.
    pub const BADGES_REST_MS: u64 = 60_000;
    /// The same code from the same scanner within this time is one scan (a scanner held on a label repeats itself).
    pub const REPEAT_MS: u64 = 2_000;
    /// The same for a command: a second scan may be meant, a scanner's own repeat comes within half a second.
    pub const REPEAT_COMMAND_MS: u64 = 700;

    /// Takes in what an event says about the world. Done before the decision, and never undone.
    pub fn observe(&mut self, event: &Event, rules: &Rules) {
        match event {
            Event::Weight { reading, at } => {
                if reading.state == WeightState::Stable && reading.mass < rules.empty_below {
                    self.armed = true;
                }
                self.away.remove(&Device::Scale);
                self.no_weight = None;
                self.reading = Some((reading.clone(), *at));
            }
            Event::NoWeight(why) => {
                self.reading = None;
                self.no_weight = Some(*why);
                // A scale that wakes up may take what lies on it for nothing.
                self.armed &= *why != NoWeight::Silent;
            }
            // What lies there now counts as nothing: the pan is as good as empty.
            Event::ScaleKey { key: ScaleKey::Zero | ScaleKey::Tare, refused } => {
                self.reading = None;
                self.armed |= refused.is_none();
            }
            Event::Device { device, away } => {
                match away {
                    Some(why) => self.away.insert(device.clone(), why.clone()),
                    None => self.away.remove(device),
                };
                if *device == Device::Scale {
                    self.reading = None;
                    self.armed &= away.is_none();
                }
            }
            Event::Printer(_, printer) => {
                self.printer = match printer {
                    PrinterEvent::Blocked { problem } => Some(PrinterWaits::Blocked(*problem)),
                    PrinterEvent::Ready { .. }
                    | PrinterEvent::AtRest { .. }
                    | PrinterEvent::Sent
                    | PrinterEvent::LabelOut { .. } => None,
                    // It is not watched any more, or asked again and says it again.
                    PrinterEvent::SendFailed { .. } | PrinterEvent::Lost { .. } => None,
                };
            }
            Event::Uplink { link, why } => self.link = Some((*link, why.clone())),
            Event::Started
            | Event::Scanned { .. }
            | Event::BadScan { .. }
            | Event::Confirmed { .. }
            | Event::OrderChanged { .. }
            | Event::OrderRefused { .. }
            | Event::Copied { .. }
            | Event::Act(_)
            | Event::Clock
            | Event::Reconsider => {}
        }
    }

    /// Whether this scan only repeats the last one of its scanner. A command that repeats itself waits for a pause, so
    /// that a held scanner confirms nothing; another code counts again after its time, so that a packer who scans it
    /// again and again is heard.
    pub fn repeats(&mut self, now: Uptime, scanner: &str, text: &str) -> bool {
        let command = text.starts_with(Command::PREFIX);
        let window = if command { Self::REPEAT_COMMAND_MS } else { Self::REPEAT_MS };
        let last = self.last_scan.get(scanner).filter(|(last, _)| last == text).map(|(_, at)| *at);
        let repeated = last.is_some_and(|at| now.since(at) < window);
        if command || !repeated {
            self.last_scan.insert(scanner.to_owned(), (text.to_owned(), now));
        }
        repeated
    }

    /// Forgets what was scanned last: it could not be recorded, so the packer will scan it again.
    pub fn forget_scan(&mut self) {
        self.last_scan.clear();
    }

    /// Takes in what was decided, once its facts are recorded; `in_hand` is whether a parcel was in hand before.
    pub fn after(&mut self, now: Uptime, event: &Event, outcome: &Outcome, in_hand: bool) {
        if matches!(event, Event::Scanned { .. } | Event::BadScan { .. }) {
            self.say = None;
            self.confirm = None;
            self.shown = outcome.shown;
            self.container = outcome.container;
        }
        // Whoever acts from elsewhere is answered there; the packer's screen speaks to the packer.
        if let Some(say) = &outcome.say
            && !matches!(event, Event::Act(_))
        {
            self.say = Some((say.clone(), now));
        }
        if let Some(command) = &outcome.confirm {
            self.confirm = Some((command.clone(), now));
        }
        self.armed |= outcome.rearm;
        if outcome.wrong_badge {
            self.wrong_badge(now);
        }
        // What it said before is not what it says to a new question.
        for effect in &outcome.effects {
            match effect {
                Effect::Ask(_) => self.printer = Some(PrinterWaits::Asked),
                Effect::Prepare { .. } | Effect::Forget | Effect::Release => self.printer = None,
                Effect::Send { .. }
                | Effect::Print(_)
                | Effect::Press(_)
                | Effect::Verdict { .. }
                | Effect::Reconsider
                | Effect::Sound(_) => {}
            }
        }
        for fact in &outcome.facts {
            self.recorded(fact, outcome, in_hand);
        }
    }

    fn recorded(&mut self, fact: &Fact, outcome: &Outcome, in_hand: bool) {
        match fact {
            Fact::Weighed { .. } => self.armed = false,
            Fact::Decided { decision, .. } => {
                self.stuck = outcome.say.as_ref().map(|say| say.note.clone());
                self.refusals = decision.refusals.iter().map(|r| (r.service.to_string(), r.reason.clone())).collect();
            }
            Fact::Verified { .. } | Fact::Attested { .. } => self.packed += 1,
            Fact::OrderRefused { order_ref, channel, shop, .. } => {
                if self.refused_orders.len() < Self::REFUSED {
                    let (channel, shop) = (channel.clone(), shop.clone());
                    self.refused_orders.insert(OrderId { channel, shop, number: order_ref.clone() });
                }
            }
            Fact::PrintSpoiled { supervisor: Some(_), .. } => self.wrong_badges = 0,
            // Who was asked for one date does not allow another.
            Fact::ClockBelieved { supervisor, .. } => {
                self.confirm.take_if(|(command, _)| *command == Command::DateOk);
                if supervisor.is_some() {
                    self.wrong_badges = 0;
                }
            }
            Fact::ClockDoubted { .. } => {
                self.confirm.take_if(|(command, _)| *command == Command::DateOk);
            }
            Fact::Reopened { .. } => self.packed = self.packed.saturating_sub(1),
            // What lies on the pan belongs to the parcel that leaves: the next one wants an empty pan.
            Fact::Held { .. } | Fact::Voided { .. } => self.armed &= !in_hand,
            Fact::ParcelOpened { .. }
            | Fact::BoxChosen { .. }
            | Fact::Committed { .. }
            | Fact::PrintStarted { .. }
            | Fact::PrintSent { .. }
            | Fact::PrintConfirmed { .. }
            | Fact::PrintAborted { .. }
            | Fact::PrintDoubted { .. }
            | Fact::PrintSpoiled { .. }
            | Fact::Marked { .. }
            | Fact::Resumed { .. }
            | Fact::Intercepted { .. }
            | Fact::Released { .. }
            | Fact::LeftOut { .. }
            | Fact::Copied { .. }
            | Fact::CopySettled
            | Fact::BagOpened { .. }
            | Fact::Palleted { .. }
            | Fact::Bagged { .. }
            | Fact::BagClosed { .. }
            | Fact::Caged { .. }
            | Fact::ManifestClosed { .. }
            | Fact::ManifestHandedOver { .. }
            | Fact::ManifestConfirmed { .. }
            | Fact::PoolStarted { .. }
            | Fact::OutageSet { .. }
            | Fact::Ended { .. }
            | Fact::Returned { .. }
            | Fact::VolumeStated { .. }
            | Fact::OperatorChanged { .. }
            | Fact::LanguageChanged { .. } => {}
        }
    }

    fn wrong_badge(&mut self, now: Uptime) {
        if self.is_last_try() {
            (self.wrong_badges, self.badges_rest) = (0, Some(now));
        } else {
            self.wrong_badges += 1;
        }
    }

    /// Whether the next wrong badge is one too many.
    pub fn is_last_try(&self) -> bool {
        self.wrong_badges + 1 >= Self::WRONG_BADGES
    }

    /// Whether no supervisor's badge counts, because too many wrong ones were scanned.
    pub fn badges_rest(&self, now: Uptime) -> bool {
        self.badges_rest.is_some_and(|since| now.since(since) < Self::BADGES_REST_MS)
    }

    /// The reading, unless it is too old to believe.
    pub fn reading(&self, now: Uptime) -> Option<&Reading> {
        self.reading.as_ref().filter(|(_, at)| now.since(*at) < Self::READING_AGE_MS).map(|(reading, _)| reading)
    }

    /// How many whole days the oldest event has waited for the receiver, once somebody must do something about it.
    pub fn overdue(&self, wall: Timestamp) -> Option<u64> {
        const DAY_MS: i64 = 24 * 3_600_000;
        let days = wall.0.saturating_sub(self.waits_since?.0) / DAY_MS;
        u64::try_from(days).ok().filter(|days| *days >= Self::OVERDUE_DAYS)
    }

    /// The message, while it stands.
    pub fn say(&self, now: Uptime) -> Option<&Say> {
        let (say, at) = self.say.as_ref()?;
        (now.since(*at) < self.stands()).then_some(say)
    }

    /// How long the message stands: a question as long as its answer is taken.
    fn stands(&self) -> u64 {
        self.confirm.as_ref().map_or(Self::SAY_MS, |(command, _)| patience(command))
    }

    /// The command that waits for its second scan, or for a supervisor.
    pub fn waiting(&self, now: Uptime) -> Option<&Command> {
        let (command, at) = self.confirm.as_ref()?;
        (now.since(*at) < patience(command)).then_some(command)
    }

    /// The command that the message on the screen asks about.
    pub fn question(&self, now: Uptime) -> Option<&Command> {
        let asked = |(_, said): &(Say, Uptime)| self.confirm.as_ref().is_some_and(|(_, at)| at == said);
        self.say.as_ref().filter(|say| asked(say)).and_then(|_| self.waiting(now))
    }

    /// Whether this command was scanned a moment ago and waits for its second scan.
    pub fn confirms(&self, now: Uptime, command: &Command) -> bool {
        self.waiting(now) == Some(command)
    }

    /// When the screen changes by itself, unless something happens before.
    pub fn deadline(&self, now: Uptime) -> Option<Uptime> {
        let say = self.say.as_ref().map(|(_, at)| at.plus(self.stands()));
        let reading = self.reading.as_ref().map(|(_, at)| at.plus(Self::READING_AGE_MS));
        [say, reading].into_iter().flatten().filter(|at| *at > now).min()
    }
}

const fn patience(command: &Command) -> u64 {
    match command.spec().confirmation {
        Confirmation::Supervisor => Live::SUPERVISOR_MS,
        Confirmation::SecondScan | Confirmation::AtOnce => Live::CONFIRM_MS,
    }
}
