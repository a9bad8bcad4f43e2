//! Time: whether the computer's clock may be believed, and the day that labels say.
//!
//! Facts are ordered by their number, never by time. The clock is believed when something vouches for it:
//!
//! ```text
//!  network time ---------------> synced ---+   it is kept no longer: holdover, as long as it only goes on
//!  a clock with a battery -----> holdover -+
//!  the packer: "that is today" > operator -+--- it leaps by more than 12 hours, or shows a day before the last
//!                                          |    ship date: doubt, until it comes back or somebody vouches again
//!  nobody, since the start ----> doubt ----+
//! ```
//!
//! A leap shows against the clock that counts from the computer's start, which nobody can set: across restarts of the
//! program too, as long as the computer runs. In doubt nothing gets a ship date, and nothing personal grows older. A ship
//! date never falls: where the clock was ahead and is right again, the day stays until the clock has caught up.

use serde::{Deserialize, Serialize};

use crate::barcode::Command;
use crate::screen::Sentence;
use crate::station::event::Effect;
use crate::station::fact::{ClockDoubt, ClockVoucher, Fact};
use crate::station::live::Say;
use crate::station::parcels::State;
use crate::station::{Outcome, Rules, Station, World};
use crate::units::{Date, Timestamp};

/// A clock that leaps by more is asked about.
const LEAP_MS: u64 = 12 * 3_600_000;
/// A leap that is worth a record.
const STEP_MS: u64 = 2_000;
/// What does not change whether the clock is believed is recorded this often at most.
const PAUSE_MS: i64 = 600_000;
/// So many days beyond the floor are a supervisor's to allow; and so far back a clock that is right may find itself.
const FAR_DAYS: i64 = 10;

/// What the computer's clocks say beside the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockReading {
    /// A random number of this start of the computer.
    pub boot: u128,
    /// Milliseconds since then, with those that it slept.
    pub since_boot: i64,
    /// What vouches for the time; `None` when nothing does.
    pub vouched: Option<Vouched>,
}

/// What can vouch for the time without a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vouched {
    /// It is kept by network time; or the configuration says that it is right.
    Network,
    /// A clock with a battery has set it.
    Battery,
}

/// What is known of the clock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StationClock {
    judged: Option<ClockJudgement>,
    /// Of which start of the computer, and how far time was ahead of the milliseconds since then, when something vouched.
    anchor: Option<(String, i64)>,
    /// The last day that a label was given in this life of the database.
    day: Option<Date>,
}

/// What was said of the clock last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ClockJudgement {
    state: ClockState,
    boot: String,
    wall: Timestamp,
    since_boot: i64,
}

/// Whether the clock is believed, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockState {
    /// It is.
    Believed(ClockVoucher),
    /// It is not.
    Doubted(ClockDoubt),
}

impl ClockState {
    /// `synced`, `holdover`, `operator` or `doubt`: as events say it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Believed(by) => by.word(),
            Self::Doubted(_) => "doubt",
        }
    }

    const fn is_believed(self) -> bool {
        matches!(self, Self::Believed(_))
    }
}

impl StationClock {
    /// Takes in what was said of the clock.
    pub(super) fn judge(&mut self, fact: &Fact) {
        let (state, boot, wall, since_boot) = match fact {
            Fact::ClockBelieved { by, boot, wall, since_boot, anchor, .. } => {
                self.anchor = Some((boot.clone(), *anchor));
                (ClockState::Believed(*by), boot, wall, since_boot)
            }
            Fact::ClockDoubted { why, boot, wall, since_boot } => (ClockState::Doubted(*why), boot, wall, since_boot),
            _ => return,
        };
        self.judged = Some(ClockJudgement { state, boot: boot.clone(), wall: *wall, since_boot: *since_boot });
    }

    /// A label was given this day.
    pub(super) fn given(&mut self, day: Option<Date>) {
        self.day = self.day.max(day);
    }

    /// Another life of the database begins: what the last one wrote on labels binds it no more.
    pub(super) fn begin_life(&mut self) {
        self.day = None;
    }
}

impl Station {
    /// Whether the clock is believed; `None` before anything was said of it.
    pub fn clock_state(&self) -> Option<ClockState> {
        self.clock.judged.as_ref().map(|judged| judged.state)
    }

    /// Why the clock is not believed.
    pub fn clock_doubt(&self) -> Option<ClockDoubt> {
        match self.clock_state()? {
            ClockState::Doubted(why) => Some(why),
            ClockState::Believed(_) => None,
        }
    }

    /// The day for labels and lists: today, but never before the last ship date; in doubt the last one that was known.
    pub(super) fn day(&self, world: &World<'_>) -> Date {
        match self.clock.day {
            Some(day) if self.clock_doubt().is_some() => day,
            day => day.map_or(world.today, |day| day.max(world.today)),
        }
    }

    /// Looks at the clock: a fact where something is to be said of it that was not said before.
    pub(super) fn look_at_clock(&self, world: &World<'_>) -> Outcome {
        let Some(reading) = world.clock else { return Outcome::default() };
        let state = self.judged_now(world, reading);
        if !self.is_news(world, reading, state) {
            return Outcome::default();
        }
        let fact = match state {
            ClockState::Doubted(why) => {
                Fact::ClockDoubted { why, boot: boot_name(reading), wall: world.wall, since_boot: reading.since_boot }
            }
            ClockState::Believed(by) => self.believed(world, reading, by),
        };
        let outcome = Outcome::default().facts([fact]);
        if state.is_believed() { self.go_on(outcome) } else { outcome }
    }

    /// A parcel that waited for the date gets its service now.
    fn go_on(&self, outcome: Outcome) -> Outcome {
        match self.in_hand() {
            Some(parcel) if parcel.state() == State::Weighed => outcome.effect(Effect::Reconsider),
            _ => outcome,
        }
    }

    fn believed(&self, world: &World<'_>, reading: ClockReading, by: ClockVoucher) -> Fact {
        let offset = offset(world.wall, reading);
        let anchor = match by {
            ClockVoucher::Synced => offset,
            ClockVoucher::Holdover | ClockVoucher::Operator => self.anchor(reading).unwrap_or(offset),
        };
        Fact::ClockBelieved {
            by,
            boot: boot_name(reading),
            wall: world.wall,
            since_boot: reading.since_boot,
            anchor,
            operator: None,
            supervisor: None,
        }
    }

    /// How far time was ahead of this start of the computer when something vouched for it.
    fn anchor(&self, reading: ClockReading) -> Option<i64> {
        let (boot, anchor) = self.clock.anchor.as_ref()?;
        (*boot == boot_name(reading)).then_some(*anchor)
    }

    /// The last ship date, and at least the day on which this program was made.
    fn floor(&self, rules: &Rules) -> Date {
        self.clock.day.map_or(rules.released, |day| day.max(rules.released))
    }

    /// The first moment of that day, while the clock is not believed.
    pub fn time_floor(&self, rules: &Rules) -> Option<Timestamp> {
        self.clock_doubt()?;
        Some(Timestamp(self.floor(rules).number() * 86_400_000))
    }

    fn judged_now(&self, world: &World<'_>, reading: ClockReading) -> ClockState {
        let anchor = self.anchor(reading);
        let leaped = anchor.map(|anchor| offset(world.wall, reading).abs_diff(anchor) > LEAP_MS);
        let synced = reading.vouched == Some(Vouched::Network);
        // What vouches for a clock has corrected it: the label's day waits until it has caught up.
        let back = if synced || leaped == Some(false) { FAR_DAYS } else { 0 };
        let beyond = world.today.number() - self.floor(world.rules).number();
        if beyond < -back {
            return ClockState::Doubted(ClockDoubt::Behind);
        }
        match (leaped, reading.vouched) {
            (Some(true), _) => ClockState::Doubted(ClockDoubt::Leaped),
            (_, Some(Vouched::Network)) => ClockState::Believed(ClockVoucher::Synced),
            (Some(false), _) => match self.clock_state() {
                Some(ClockState::Believed(ClockVoucher::Operator)) => ClockState::Believed(ClockVoucher::Operator),
                _ => ClockState::Believed(ClockVoucher::Holdover),
            },
            (None, Some(Vouched::Battery)) if beyond <= FAR_DAYS => ClockState::Believed(ClockVoucher::Holdover),
            (None, _) => ClockState::Doubted(ClockDoubt::Unvouched),
        }
    }

    fn is_news(&self, world: &World<'_>, reading: ClockReading, state: ClockState) -> bool {
        let Some(judged) = &self.clock.judged else { return true };
        if judged.boot != boot_name(reading) {
            return true;
        }
        let step = offset(world.wall, reading).abs_diff(judged.wall.0.saturating_sub(judged.since_boot));
        let same = match (judged.state, state) {
            (ClockState::Believed(_), ClockState::Believed(_)) => true,
            (before, now) => before == now,
        };
        let rested = reading.since_boot.saturating_sub(judged.since_boot) >= PAUSE_MS;
        !same || step > LEAP_MS || rested && (step > STEP_MS || judged.state != state)
    }

    /// What is asked, or said, in place of a label while the clock is not believed.
    pub(super) fn date_question(&self, world: &World<'_>) -> Option<Say> {
        let date = || Box::new(date_words(world.today));
        Some(match self.clock_doubt()? {
            ClockDoubt::Behind => {
                let note = Sentence::ClockWrong { date: date() };
                Say { detail: Some(Sentence::ClockHow), ..Say::stop(note) }
            }
            ClockDoubt::Unvouched | ClockDoubt::Leaped => {
                let note = Sentence::DateAsk { date: date() };
                Say { detail: Some(Sentence::DateAnswer), ..Say::ask(note) }
            }
        })
    }

    /// Whether the date is what the screen asks for, and anybody may answer.
    pub(super) fn asks_date(&self, world: &World<'_>) -> bool {
        let waits = self.in_hand().is_none_or(|parcel| parcel.state() == State::Weighed);
        waits && !self.is_far(world) && self.clock_doubt().is_some_and(|why| why != ClockDoubt::Behind)
    }

    /// Whether the date is so far beyond the last one that was known that it is a supervisor's to say, where there is one.
    fn is_far(&self, world: &World<'_>) -> bool {
        let beyond = world.today.number() - self.floor(world.rules).number();
        beyond > FAR_DAYS && !world.rules.supervisors.is_empty()
    }

    /// That the clock was ahead, as long as the ship date waits for it.
    pub(super) fn held_date(&self, world: &World<'_>) -> Option<Sentence> {
        let day = self.clock.day.filter(|day| *day > world.today && self.clock_doubt().is_none())?;
        Some(Sentence::DateHeld { date: Box::new(date_words(day)) })
    }

    /// Somebody says that the date on the screen is right.
    pub(super) fn confirm_date(&self, world: &World<'_>, supervisor: Option<&str>) -> Outcome {
        let date = || Box::new(date_words(world.today));
        let (Some(why), Some(reading)) = (self.clock_doubt(), world.clock) else {
            return Outcome::say(Say::good(Sentence::DateTaken { date: Box::new(date_words(self.day(world))) }));
        };
        if why == ClockDoubt::Behind {
            return self.date_question(world).map_or_else(Outcome::default, Outcome::say);
        }
        if supervisor.is_none() && self.is_far(world) {
            let question = Sentence::DateSupervisor { date: date() };
            let ask = Outcome::say(Say { detail: Some(Sentence::AnswerBadge), ..Say::ask(question) });
            return Outcome { confirm: Some(Command::DateOk), ..ask };
        }
        let fact = Fact::ClockBelieved {
            by: ClockVoucher::Operator,
            boot: boot_name(reading),
            wall: world.wall,
            since_boot: reading.since_boot,
            anchor: offset(world.wall, reading),
            operator: self.people.operator.clone(),
            supervisor: supervisor.map(str::to_owned),
        };
        self.go_on(Outcome::say(Say::good(Sentence::DateTaken { date: date() })).facts([fact]))
    }
}

/// Milliseconds between the computer's start and 1970.
fn offset(wall: Timestamp, reading: ClockReading) -> i64 {
    wall.0.saturating_sub(reading.since_boot)
}

fn boot_name(reading: ClockReading) -> String {
    format!("{:032x}", reading.boot)
}

/// A date as people say it.
pub(super) fn date_words(date: Date) -> Sentence {
    Sentence::DateWords {
        weekday: u64::from(date.weekday()) + 1,
        day: date.day().into(),
        month: date.month().into(),
        year: date.year().to_string(),
    }
}
