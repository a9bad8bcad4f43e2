//! Until when an order must be shipped: what the platform says itself, or what a dated rule of its market says.
//!
//! A derived deadline is counted when somebody asks, and never written into the order's document: a rule that is corrected
//! corrects every order, and the same file of orders stays the same order. The rule is the one of the day on which the order
//! was placed, so that a rule that comes later does not change it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::{Calendars, WorkingDays};
use crate::ids::country_meant;
use crate::units::{Date, Timestamp};

/// What must have happened by a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeadlineKind {
    /// The order is ready to ship, as the platform counts it.
    ShipBy,
    /// The carrier has it.
    CollectBy,
    /// The platform cancels it that is not ready to ship.
    AutocancelShip,
    /// The platform cancels it that the carrier has not collected.
    AutocancelCollect,
    /// The buyer has it.
    DeliverBy,
}

impl DeadlineKind {
    /// Every kind with its name in orders and rules.
    pub const NAMES: [(&str, Self); 5] = [
        ("ship_by", Self::ShipBy),
        ("collect_by", Self::CollectBy),
        ("autocancel_ship", Self::AutocancelShip),
        ("autocancel_collect", Self::AutocancelCollect),
        ("deliver_by", Self::DeliverBy),
    ];

    /// Its name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ShipBy => "ship_by",
            Self::CollectBy => "collect_by",
            Self::AutocancelShip => "autocancel_ship",
            Self::AutocancelCollect => "autocancel_collect",
            Self::DeliverBy => "deliver_by",
        }
    }

    const fn matter(self) -> DeadlineMatter {
        match self {
            Self::ShipBy | Self::CollectBy => DeadlineMatter::Leaving,
            Self::AutocancelShip | Self::AutocancelCollect => DeadlineMatter::Cancelling,
            Self::DeliverBy => DeadlineMatter::Arriving,
        }
    }
}

/// What a deadline is about: of one matter, kinds are only compared where one source says them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DeadlineMatter {
    Leaving,
    Cancelling,
    Arriving,
}

/// How sure a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// The platform's own page says so.
    Published,
    /// Others say that the platform says so.
    Reported,
    /// Nobody says so; it is the nearest that somebody says.
    Guessed,
}

impl Certainty {
    /// Every grade with its name in the file.
    pub const NAMES: [(&str, Self); 3] =
        [("published", Self::Published), ("reported", Self::Reported), ("guessed", Self::Guessed)];

    /// Its name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Reported => "reported",
            Self::Guessed => "guessed",
        }
    }
}

/// How long a rule gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountedTime {
    /// Working days behind the day of the order, which is day 0.
    WorkingDays(u16),
    /// Days behind the day of the order, whatever days they are.
    Days(u16),
    /// Hours from the order on.
    Hours(u16),
}

/// How a deadline is counted from the moment at which an order was placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeadlineTerm {
    /// How long it gives.
    pub time: CountedTime,
    /// Minute of the day: an order from then on, or on a day without work, is one of the next working day. Of working days
    /// alone.
    pub cut_off: Option<u16>,
    /// Minute of the last day until which there is time. Not of hours.
    pub until: u16,
}

/// What a platform says of the deadlines of some markets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlineRule {
    /// `channel` of its orders.
    pub channels: Vec<String>,
    /// Countries in which the shop sells.
    pub markets: Vec<String>,
    /// Countries from which the parcels leave; any where it is empty.
    pub from: Vec<String>,
    /// The first and the last day on which the order was placed, in the market's zone; `None`: any.
    pub dates: (Option<Date>, Option<Date>),
    /// Days of the week without work, where the channel has others than the market's calendar: 0 is Monday.
    pub weekend: Option<BTreeSet<u8>>,
    /// What it gives, a kind at most once.
    pub terms: Vec<(DeadlineKind, DeadlineTerm)>,
    /// How sure it is.
    pub certainty: Certainty,
    /// Where it is from.
    pub source: String,
}

/// The rules of every channel, and the clocks of the markets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeadlineRules {
    /// The first that gives a kind of deadline counts for it.
    pub rules: Vec<DeadlineRule>,
    /// The platform's clock in each market.
    pub zones: BTreeMap<String, TimeZone>,
}

/// What a deadline is counted from.
#[derive(Debug, Clone, Copy)]
pub struct PlacedOrder<'a> {
    /// `tiktok_shop`.
    pub channel: &'a str,
    /// The country in which the shop sells.
    pub market: &'a str,
    /// Country and region from which the parcel leaves.
    pub from: (&'a str, &'a str),
    /// When it was placed.
    pub at: Timestamp,
}

/// A moment by which something must have happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// The last moment.
    pub at: Timestamp,
    /// Who says so.
    pub origin: DeadlineOrigin,
}

/// Who says a deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeadlineOrigin {
    /// The order itself; `derived` where it says that its sender has counted it.
    Said {
        /// `deadlines.derived` of the order.
        derived: bool,
    },
    /// It was counted here, by a rule.
    Rule {
        /// How sure the rule is.
        certainty: Certainty,
        /// Where it is from.
        source: String,
        /// Every holiday in that time is known. Where it is not, the real deadline may be later.
        holidays_known: bool,
    },
}

impl DeadlineOrigin {
    /// Whether it was counted, here or by whoever sent the order.
    pub const fn is_derived(&self) -> bool {
        matches!(self, Self::Rule { .. } | Self::Said { derived: true })
    }
}

/// The deadlines of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deadlines(BTreeMap<DeadlineKind, Deadline>);

impl Deadlines {
    /// The one of a kind.
    pub fn get(&self, kind: DeadlineKind) -> Option<&Deadline> {
        self.0.get(&kind)
    }

    /// All there are, in the order of the kinds.
    pub fn all(&self) -> impl Iterator<Item = (DeadlineKind, &Deadline)> {
        self.0.iter().map(|(kind, deadline)| (*kind, deadline))
    }

    /// Puts one in; one that is there stays.
    pub fn add(&mut self, kind: DeadlineKind, deadline: Deadline) {
        self.0.entry(kind).or_insert(deadline);
    }

    /// The moment by which a parcel must have left this station: the earlier of shipping and collection.
    pub fn leave_by(&self) -> Option<&Deadline> {
        let kinds = [DeadlineKind::ShipBy, DeadlineKind::CollectBy];
        kinds.iter().filter_map(|kind| self.get(*kind)).min_by_key(|deadline| deadline.at)
    }
}

impl DeadlineRules {
    /// Whether two rules give one kind of deadline to one order, or would on some day.
    pub fn overlap(one: &DeadlineRule, other: &DeadlineRule) -> Option<DeadlineKind> {
        let share = |one: &[String], other: &[String]| one.iter().any(|name| other.contains(name));
        let from = one.from.is_empty() || other.from.is_empty() || share(&one.from, &other.from);
        let before =
            |last: Option<Date>, first: Option<Date>| last.zip(first).is_some_and(|(last, first)| last < first);
        let apart = before(one.dates.1, other.dates.0) || before(other.dates.1, one.dates.0);
        let same = share(&one.channels, &other.channels) && share(&one.markets, &other.markets) && from && !apart;
        let mut kinds = one.terms.iter().map(|(kind, _)| *kind);
        kinds.find(|kind| same && other.terms.iter().any(|(other, _)| other == kind))
    }

    /// Adds the deadlines that rules give an order. Where it says one itself, nothing is derived of the same matter: beside a
    /// longer time that the channel gave to ship it, a derived time to collect it would come first. Without a zone of its market
    /// there is none, and none of working days without a calendar of the market.
    pub fn derive(&self, calendars: &Calendars, order: PlacedOrder<'_>, deadlines: &mut Deadlines) {
        let market = country_meant(order.market).unwrap_or(order.market);
        let Some(zone) = self.zones.get(market) else { return };
        let Some(placed) = local(zone, order.at) else { return };
        // Where the warehouse stands in another country, nobody says in which region of the market.
        let region = if order.from.0 == market { order.from.1 } else { "" };
        let days = calendars.at(market, region);
        let said: Vec<DeadlineMatter> = deadlines.all().map(|(kind, _)| kind.matter()).collect();
        for rule in self.rules.iter().filter(|rule| rule.is_of(&order, market, placed.date().into())) {
            let days = days.map(|days| rule.weekend.as_ref().map_or(days, |weekend| days.with_weekend(weekend)));
            for (kind, term) in rule.terms.iter().filter(|(kind, _)| !said.contains(&kind.matter())) {
                let Some((at, holidays_known)) = term.counted(&placed, days) else { continue };
                let (certainty, source) = (rule.certainty, rule.source.clone());
                let origin = DeadlineOrigin::Rule { certainty, source, holidays_known };
                deadlines.add(*kind, Deadline { at, origin });
            }
        }
    }
}

fn local(zone: &TimeZone, at: Timestamp) -> Option<jiff::Zoned> {
    jiff::Timestamp::from_millisecond(at.0).ok().map(|at| at.to_zoned(zone.clone()))
}

impl DeadlineRule {
    fn is_of(&self, order: &PlacedOrder<'_>, market: &str, day: Date) -> bool {
        let channel = order.channel.trim();
        let (first, last) = self.dates;
        self.channels.iter().any(|name| name.eq_ignore_ascii_case(channel))
            && self.markets.iter().any(|name| name == market)
            && (self.from.is_empty() || self.from.iter().any(|name| name == order.from.0))
            && first.is_none_or(|first| first <= day)
            && last.is_none_or(|last| day <= last)
    }
}

impl DeadlineTerm {
    /// The deadline of an order that was placed then, and whether every holiday in that time is known. `None` without the
    /// calendar that it needs, and beyond what a clock can show.
    fn counted(self, placed: &jiff::Zoned, days: Option<WorkingDays<'_>>) -> Option<(Timestamp, bool)> {
        let placed_on = Date::from(placed.date());
        let last = match self.time {
            CountedTime::Hours(hours) => {
                let at = placed.timestamp().as_millisecond().checked_add(i64::from(hours) * 3_600_000)?;
                return Some((Timestamp(at), true));
            }
            CountedTime::Days(count) => placed_on.plus_days(i16::try_from(count).ok()?),
            CountedTime::WorkingDays(count) => {
                let days = days?;
                let minute = i32::from(placed.hour()) * 60 + i32::from(placed.minute());
                let begins = match self.cut_off {
                    Some(cut_off) if days.is_working_day(placed_on) && minute >= i32::from(cut_off) => {
                        days.add_working_days(placed_on, 1)
                    }
                    Some(_) => days.working_day_from(placed_on),
                    None => placed_on,
                };
                // A day without work is no last one.
                days.working_day_from(days.add_working_days(begins, count))
            }
        };
        let holidays_known = match self.time {
            CountedTime::WorkingDays(_) => days.is_some_and(|days| days.is_known(placed_on) && days.is_known(last)),
            CountedTime::Days(_) | CountedTime::Hours(_) => true,
        };
        let part = |number: u8| i8::try_from(number).ok();
        let day =
            jiff::civil::Date::new(i16::try_from(last.year()).ok()?, part(last.month())?, part(last.day())?).ok()?;
        let (hour, minute) = (i8::try_from(self.until / 60).ok()?, i8::try_from(self.until % 60).ok()?);
        let at = day.at(hour, minute, 0, 0).to_zoned(placed.time_zone().clone()).ok()?;
        Some((Timestamp(at.timestamp().as_millisecond()), holidays_known))
    }
}
