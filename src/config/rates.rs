//! `[rates]`: which cards there are, and which of their services takes a parcel.

use std::path::{Path, PathBuf};

use super::declare::declare;
use super::problem::{Problem, Problems};
use super::read::{folder, wrong_money};
use super::table::Table;
use super::value::NamedValue;
use crate::ids::{CarrierId, ServiceId, ServiceOrCarrier, did_you_mean};
use crate::rating::{
    Allocation, Cap, Cards, CountPeriod, CutOff, Exchange, Expected, Goal, Policy, Share, Trial, TrialGuard,
};
use crate::units::{Currency, Date, Decimal, Money};

declare! {
    /// Rate cards, and the choice among them.
    "[rates]" as RateKeys with expected exchange cap share trial cut_off {
        /// Folder of rate cards, one folder per carrier.
        carriers_dir: PathBuf, required, by folder;
        /// The carriers that are used; every one of the folder when there are none.
        carriers: Vec<CarrierId>, default [];
        /// What counts when several services carry a parcel.
        policy: PolicyName, default "cheapest";
        /// Services in their order, for the policy `preferred`.
        prefer: Vec<ServiceId>, optional;
        /// Services that are used when no other one carries the parcel.
        last_resort: Vec<ServiceId>, default [];
        /// Prices are compared in it (ISO 4217); in that of the first service that collects here without.
        currency: Currency, optional, by currency;
    }
}

declare! {
    /// What going wrong costs, and what is believed of it before anything is known.
    "[rates.expected]" as ExpectedKeys {
        /// What a parcel that comes back costs beside sending it again, in the currency of `[rates]`.
        return_cost: String, required;
        /// What a late parcel costs, in the same currency.
        late_cost: String, required;
        /// Failures, percent; in parts per million.
        prior_failed: i64, required, by self::percent;
        /// Late parcels, percent; in parts per million.
        prior_late: i64, required, by self::percent;
        /// How many parcels that belief is worth.
        prior_parcels: u32, required;
    }
}

declare! {
    /// What money of another currency is worth.
    "[[rates.exchange]]" as ExchangeKeys {
        /// Of the card.
        from: Currency, required;
        /// Of the policy.
        to: Currency, required;
        /// One `from` in `to`, more than nothing.
        rate: Decimal, required, by rate;
        /// The day it was written.
        date: Date, required;
    }
}

declare! {
    /// The most parcels that a carrier or a service gets.
    "[[rates.cap]]" as CapKeys {
        /// A service (`ontrac.ground`) or a carrier (`ontrac`).
        of: ServiceOrCarrier, required;
        /// So many, and no more.
        parcels: u64, required;
        /// In which time.
        per: CountPeriod, required;
    }
}

declare! {
    /// A part of the orders that goes with one service.
    "[[rates.share]]" as ShareKeys {
        /// The service.
        service: ServiceId, required;
        /// Of a hundred orders; all shares together are at most 100.
        percent: u32, required, by hundredth;
    }
}

declare! {
    /// A new service that is tried.
    "[[rates.trial]]" as TrialKeys {
        /// The service.
        service: ServiceId, required;
        /// How many parcels in all each stage goes up to, ascending.
        stages: Vec<u64>, default [10, 50, 200, 500], by stages;
        /// After the first stage, only this part of a hundred orders.
        percent: u32, default 100, by hundredth;
        /// Failures of a good carrier, percent; in parts per million.
        good: i64, required, by self::percent;
        /// Failures of a bad one, percent; in parts per million.
        bad: i64, required, by self::percent;
        /// It stops when a bad carrier is so many times likelier than a good one.
        odds: u64, default 20;
    }
}

declare! {
    /// When a carrier's van leaves.
    "[[rates.cut_off]]" as CutOffKeys {
        /// The carrier.
        carrier: CarrierId, required;
        /// Hours and minutes in the warehouse's zone, `16:30`; as a minute of the day.
        time: u16, required, by minute;
        /// Days without a van.
        closed: Vec<Weekday>, default [], by closed;
    }
}

/// Where rate cards are, and how the choice among them is made.
#[derive(Debug, Clone)]
pub struct Rates {
    /// Folder of rate cards, one folder per carrier.
    pub carriers_dir: PathBuf,
    /// The carriers that are used; every one of the folder when there are none.
    pub carriers: Vec<CarrierId>,
    /// What counts.
    pub policy: Policy,
    /// Who gets how many, whatever they cost.
    pub allocation: Allocation,
}

/// What counts when several services carry a parcel, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyName {
    /// The lowest price.
    Cheapest,
    /// The earliest arrival.
    Fastest,
    /// The first one of a list.
    Preferred,
    /// The lowest price with what going wrong is expected to cost.
    Expected,
}

impl NamedValue for PolicyName {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("cheapest", Self::Cheapest),
        ("fastest", Self::Fastest),
        ("preferred", Self::Preferred),
        ("expected", Self::Expected),
    ];
}

/// A day of the week; 0 is Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weekday(u8);

impl NamedValue for Weekday {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("mon", Self(0)),
        ("tue", Self(1)),
        ("wed", Self(2)),
        ("thu", Self(3)),
        ("fri", Self(4)),
        ("sat", Self(5)),
        ("sun", Self(6)),
    ];
}

impl Weekday {
    /// 0 is Monday.
    pub(super) const fn number(self) -> u8 {
        self.0
    }
}

/// As much of it as could be read: the folder and its carriers, and all of it.
#[derive(Debug, Default)]
pub(super) struct RatesPart {
    pub(super) carriers: Option<(PathBuf, Vec<CarrierId>)>,
    pub(super) rates: Option<Rates>,
}

pub(super) fn rates(root: &Table<'_>) -> RatesPart {
    let Some(table) = root.required_table(RateKeys::TABLE.name()) else { return RatesPart::default() };
    let keys = RateKeys::read(&table);
    let expected = table.table(ExpectedKeys::TABLE.name());
    let expected = expected.map(|inner| self::expected(&inner, table.look("currency")));
    let goal = goal(&table, expected);
    let exchange = table.tables(ExchangeKeys::TABLE.name()).iter().filter_map(exchange).collect();
    let allocation = Allocation {
        caps: table.tables(CapKeys::TABLE.name()).iter().filter_map(cap).collect(),
        shares: shares(&table.tables(ShareKeys::TABLE.name())),
        trials: table.tables(TrialKeys::TABLE.name()).iter().filter_map(trial).collect(),
        cut_offs: table.tables(CutOffKeys::TABLE.name()).iter().filter_map(cut_off).collect(),
    };
    let Some(keys) = keys else { return RatesPart::default() };
    let RateKeys { carriers_dir, carriers, last_resort, currency, .. } = keys;
    RatesPart {
        carriers: Some((carriers_dir.clone(), carriers.clone())),
        rates: goal.map(|goal| Rates {
            carriers_dir,
            carriers,
            policy: Policy { goal, currency, exchange, last_resort },
            allocation,
        }),
    }
}

/// What counts; `expected` is the table of that name, where it is there.
fn goal(table: &Table<'_>, expected: Option<Option<Expected>>) -> Option<Goal> {
    let prefer: Option<Vec<ServiceId>> = table.look("prefer");
    let policy = if table.has("policy") { table.look("policy")? } else { PolicyName::Cheapest };
    if prefer.is_some() && policy != PolicyName::Preferred {
        let todo = "write policy = \"preferred\", or remove it";
        table.error("prefer", "an order of preference, and another policy", todo);
    }
    match (policy, prefer, expected) {
        (PolicyName::Cheapest, ..) => Some(Goal::Cheapest),
        (PolicyName::Fastest, ..) => Some(Goal::Fastest),
        (PolicyName::Preferred, Some(order), _) => Some(Goal::Preferred(order)),
        (PolicyName::Preferred, None, _) => {
            table.error("policy", "no order of preference", "write prefer = [\"usps.ground_advantage\", …]");
            None
        }
        (PolicyName::Expected, _, Some(expected)) => expected.map(Goal::Expected),
        (PolicyName::Expected, _, None) => {
            let todo = "add [rates.expected] with return_cost, late_cost, prior_failed, prior_late, prior_parcels";
            table.error("policy", "nothing is said of what going wrong costs", todo);
            None
        }
    }
}

/// It stays where it is wrong, so that what depends on it is looked at, too.
pub(super) fn currency(table: &Table<'_>, key: &'static str, currency: Currency) -> Option<Currency> {
    if !currency.is_known() {
        let todo = "write its code of ISO 4217, such as USD";
        table.error(key, format!("no currency is called {currency}"), todo);
    }
    Some(currency)
}

fn expected(table: &Table<'_>, currency: Option<Currency>) -> Option<Expected> {
    if currency.is_none() {
        table.error("", "amounts without a currency", "write currency = \"USD\" in [rates]");
    }
    let currency = currency.unwrap_or(Currency::USD);
    let keys = ExpectedKeys::read(table);
    let (return_cost, late_cost) = (cost(table, "return_cost", currency), cost(table, "late_cost", currency));
    let ExpectedKeys { prior_failed, prior_late, prior_parcels, .. } = keys?;
    Some(Expected {
        return_cost: return_cost?,
        late_cost: late_cost?,
        prior_failed,
        prior_late,
        prior_parcels: prior_parcels.into(),
    })
}

/// An amount, in minor units.
fn cost(table: &Table<'_>, key: &'static str, currency: Currency) -> Option<i64> {
    let text: String = table.look(key)?;
    let amount = Money::parse(&text, currency).ok().filter(|amount| amount.minor >= 0);
    if amount.is_none() {
        let (what, todo) = wrong_money(key, &text, currency, "");
        table.error(key, what, todo);
    }
    amount.map(|amount| amount.minor)
}

/// A percentage from 0 to 100, in parts per million.
pub(super) fn percent(table: &Table<'_>, key: &'static str, text: String) -> Option<i64> {
    let parts = parts(&text);
    if parts.is_none() {
        let todo = "write a percentage from 0 to 100 with up to 4 decimals, \"2.5\"";
        table.error(key, format!("{key} is {text:?}"), todo);
    }
    parts
}

fn parts(percent: &str) -> Option<i64> {
    let parts = Decimal::parse(percent).ok()?.scaled(10_000)?;
    (0..=1_000_000).contains(&parts).then_some(parts)
}

fn exchange(table: &Table<'_>) -> Option<Exchange> {
    let ExchangeKeys { from, to, rate, date } = ExchangeKeys::read(table)?;
    Some(Exchange { from, to, on: date, rate })
}

pub(super) fn rate(table: &Table<'_>, key: &'static str, text: String) -> Option<Decimal> {
    let rate = Decimal::parse(&text).ok().filter(|rate| rate.mantissa > 0);
    if rate.is_none() {
        table.error(key, format!("rate is {text:?}"), "write what one is worth in the other, \"0.1389\"");
    }
    rate
}

fn cap(table: &Table<'_>) -> Option<Cap> {
    let CapKeys { of, parcels, per } = CapKeys::read(table)?;
    Some(Cap { of, parcels, per })
}

fn shares(entries: &[Table<'_>]) -> Vec<Share> {
    let mut shares: Vec<Share> = Vec::new();
    for table in entries {
        let Some(ShareKeys { service, percent }) = ShareKeys::read(table) else { continue };
        if shares.iter().any(|share| share.service == service) {
            table.error("service", format!("a second share of {service}"), "write one share a service");
        }
        shares.push(Share { service, percent });
        let all: u32 = shares.iter().map(|share| share.percent).sum();
        if all > 100 {
            table.error("percent", format!("the shares up to this one are {all} percent"), "write at most 100 in all");
        }
    }
    shares
}

pub(super) fn hundredth(table: &Table<'_>, key: &'static str, percent: u32) -> Option<u32> {
    if percent > 100 {
        table.error(key, format!("{key} is {percent}"), "write 0 to 100");
        return None;
    }
    Some(percent)
}

fn trial(table: &Table<'_>) -> Option<Trial> {
    let keys = TrialKeys::read(table);
    let failures = |key| parts(&table.look::<String>(key)?);
    let odds = table.look::<u64>("odds");
    if let (Some(good), Some(bad)) = (failures("good"), failures("bad"))
        && (good >= bad || good == 0 || bad == 1_000_000 || odds.is_some_and(|odds| odds < 2))
    {
        let todo = "write failures of a good carrier, more of a bad one, and odds of 2 or more";
        table.error("good", "a good and a bad carrier cannot be told apart", todo);
    }
    let TrialKeys { service, stages, percent, good, bad, odds } = keys?;
    Some(Trial { service, stages, percent, guard: TrialGuard { good, bad, odds } })
}

pub(super) fn stages(table: &Table<'_>, key: &'static str, stages: Vec<u64>) -> Option<Vec<u64>> {
    if stages.first().is_none_or(|first| *first == 0) || !stages.is_sorted_by(|one, next| one < next) {
        let todo = "write how many parcels in all, such as [10, 50, 200, 500]";
        table.error(key, "the stages do not rise", todo);
        return None;
    }
    Some(stages)
}

fn cut_off(table: &Table<'_>) -> Option<CutOff> {
    let CutOffKeys { carrier, time, closed } = CutOffKeys::read(table)?;
    Some(CutOff { carrier, minute: time, closed: closed.into_iter().map(|Weekday(day)| day).collect() })
}

pub(super) fn minute(table: &Table<'_>, key: &'static str, text: String) -> Option<u16> {
    let minute = text.split_once(':').and_then(|(hour, minute)| {
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour < 24 && minute < 60).then_some(hour * 60 + minute)
    });
    if minute.is_none() {
        table.error(key, format!("time is {text:?}"), "write hours and minutes, \"16:30\"");
    }
    minute
}

pub(super) fn closed(table: &Table<'_>, key: &'static str, days: Vec<Weekday>) -> Option<Vec<Weekday>> {
    if Weekday::NAMES.iter().all(|(_, day)| days.contains(day)) {
        table.error(key, "no day of the week is left", "leave out a day on which a van comes");
        return None;
    }
    Some(days)
}

/// An error for each service or carrier that `[rates]` names and no card has: misspelt, it would never be capped or tried.
pub(super) fn problems(rates: &Rates, cards: &Cards, file: &Path) -> Problems {
    let has_service = |id: &ServiceId| cards.services().iter().any(|service| service.id == *id);
    let has = |id: &ServiceOrCarrier| match id {
        ServiceOrCarrier::Service(service) => has_service(service),
        ServiceOrCarrier::Carrier(carrier) => cards.carrier(carrier).is_some(),
    };
    let policy = &rates.policy;
    let preferred: &[ServiceId] = match &policy.goal {
        Goal::Preferred(order) => order,
        _ => &[],
    };
    let allocation = &rates.allocation;
    let services = preferred
        .iter()
        .chain(&policy.last_resort)
        .chain(allocation.shares.iter().map(|share| &share.service))
        .chain(allocation.trials.iter().map(|trial| &trial.service))
        .filter(|id| !has_service(id))
        .map(ServiceId::as_str);
    let caps = allocation.caps.iter().map(|cap| &cap.of).filter(|id| !has(id)).map(ServiceOrCarrier::as_str);
    let vans = allocation.cut_offs.iter().map(|cut_off| &cut_off.carrier);
    let vans = vans.filter(|id| cards.carrier(id).is_none()).map(CarrierId::as_str);
    let known: Vec<&str> = cards.services().iter().map(|service| service.id.as_str()).collect();
    let problem = |id: &str| {
        let what = format!("[rates] names {id:?}, and no card has that name");
        let carriers = cards.carriers().iter().map(|carrier| carrier.id.as_str());
        let meant = did_you_mean(id, known.iter().copied().chain(carriers));
        let todo = format!("{meant}write one of {}, or its carrier alone where that is meant", known.join(", "));
        Problem::error(file, what, todo)
    };
    Problems(services.chain(caps).chain(vans).map(problem).collect())
}
