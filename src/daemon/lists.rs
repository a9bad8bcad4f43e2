//! Lists of orders, parcels and manifests that say how much they leave out; and what was done today.
//!
//! A list is read by index, newest first, and ends at its limit: a million parcels cost what a thousand cost.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::answers;
use super::archive::Archive;
use crate::calendar::DeadlineKind;
use crate::ids::ParcelId;
use crate::paper::ShiftSummary;
use crate::rating::Cards;
use crate::station::Rules;
use crate::station::parcels::State;
use crate::store::{StoreError, TimeSpan};
use crate::units::{Date, Timestamp};

/// Entries of a list where nobody says how many.
pub const LISTED: u32 = 1_000;
/// Entries that are looked at for a state, which no index knows.
const LOOKED_AT: usize = 10_000;
/// What an order may be.
pub const ORDER_STATES: [&str; 7] = ["to_pack", "in_hand", "packed", "held", "hold", "cancelled", "import_again"];

/// What a list is to show.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// At most so many.
    pub limit: usize,
    /// How a number of the entry begins: of the order, of its tracking, or another reference.
    pub search: Option<String>,
    /// On which day a parcel was begun, or the newest version of an order came.
    pub day: Option<TimeSpan>,
    /// In which state it is.
    pub state: Option<String>,
    /// Of orders: those that are due first, of the newest 10,000 that are asked for.
    pub by_deadline: bool,
}

/// A list, and what it leaves out.
#[derive(Debug)]
pub struct List {
    /// Its entries, newest first: an array.
    pub rows: Value,
    /// What is not shown, and how to see it; `None` where all is shown.
    pub more: Option<String>,
}

/// The instants of a day of the warehouse.
pub fn span_of(zone: &TimeZone, day: Date) -> TimeSpan {
    TimeSpan { from: start_of(zone, day), to: start_of(zone, day.next()) }
}

/// The first instant of a day in a zone.
pub(super) fn start_of(zone: &TimeZone, day: Date) -> Timestamp {
    let part = |number: u8| i8::try_from(number).unwrap_or(1);
    let year = i16::try_from(day.year()).unwrap_or(1970);
    let start = jiff::civil::Date::new(year, part(day.month()), part(day.day()))
        .and_then(|date| date.to_zoned(zone.clone()))
        .map_or(0, |start| start.timestamp().as_millisecond());
    Timestamp(start)
}

/// An instant as a clock on the warehouse's wall shows it, with its distance from UTC: `2026-11-23 14:05:09 -08:00`.
pub fn local(zone: &TimeZone, at: Timestamp) -> String {
    let instant = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    instant.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

/// Orders by what is asked, newest first.
///
/// # Errors
/// [`StoreError`].
pub fn orders(archive: Archive<'_>, rules: &Rules, query: &ListQuery) -> Result<List, StoreError> {
    if query.by_deadline {
        let newest = ListQuery { limit: LOOKED_AT, by_deadline: false, ..query.clone() };
        return Ok(due_first(orders(archive, rules, &newest)?, query.limit));
    }
    let store = archive.store;
    let (numbers, all): (Box<dyn Iterator<Item = i64>>, _) = match (&query.search, query.day) {
        (Some(text), _) => {
            let mut found = store.orders_beginning(text, query.at_most())?;
            for parcel in store.parcels_beginning(text, query.limit.saturating_add(1))? {
                if let Some(parcel) = archive.parcel(parcel)? {
                    found.extend(store.orders_beginning(&parcel.order.number, 1)?);
                }
            }
            found.sort_unstable_by(|one, next| next.cmp(one));
            found.dedup();
            (Box::new(found.into_iter()), None)
        }
        (None, Some(day)) => {
            let (found, count) = store.orders_within(day, query.at_most())?;
            (Box::new(found.into_iter()), Some(count))
        }
        (None, None) => {
            let last = store.last_order()?;
            (Box::new((1..=last).rev()), u64::try_from(last).ok())
        }
    };
    query.list("order", all, numbers, |number| {
        let Some((listed, since)) = store.listed_order(number)? else { return Ok(None) };
        let line = answers::listed_order(archive, rules, listed)?;
        let wanted = query.state.as_ref().is_none_or(|state| line["state"] == state.as_str());
        Ok(query.is_of_its_day(since).then_some(line).filter(|line| wanted && !line.is_null()))
    })
}

/// The orders of a list that are due first, so many; those without a deadline are the last, newest first.
fn due_first(list: List, limit: usize) -> List {
    let List { rows, more } = list;
    let Value::Array(mut rows) = rows else { return List { rows, more } };
    let due = |row: &Value| {
        let kinds = [DeadlineKind::ShipBy, DeadlineKind::CollectBy];
        let ends = kinds.iter().filter_map(|kind| row["deadlines"][kind.word()]["at"].as_str()?.parse().ok());
        ends.min().unwrap_or(jiff::Timestamp::MAX)
    };
    rows.sort_by_cached_key(due);
    let found = rows.len();
    rows.truncate(limit);
    let cut =
        (found > limit).then(|| format!("the {limit} of {found} orders that are due first; --limit N shows more"));
    List { rows: rows.into(), more: cut.or(more) }
}

/// Parcels by what is asked, newest first.
///
/// # Errors
/// [`StoreError`].
pub fn parcels(archive: Archive<'_>, cards: &Cards, query: &ListQuery) -> Result<List, StoreError> {
    let store = archive.store;
    // What has not gone is in the memory, however many have.
    let here = |state: &String| !["manifested", "confirmed", "voided"].contains(&state.as_str());
    let (ids, all): (Box<dyn Iterator<Item = ParcelId> + '_>, _) = match (&query.search, query.day) {
        (Some(text), _) => {
            let mut found = store.parcels_beginning(text, query.at_most())?;
            for order in store.orders_beginning(text, query.limit.saturating_add(1))? {
                if let Some((order, _)) = store.listed_order(order)? {
                    found.extend(store.parcels_of_number(&order.id.number)?);
                }
            }
            found.extend(
                Some(text).filter(|text| text.starts_with(['P', 'p'])).and_then(|text| text.parse::<ParcelId>().ok()),
            );
            found.sort_unstable_by(|one, next| next.cmp(one));
            found.dedup();
            (Box::new(found.into_iter()), None)
        }
        (None, Some(day)) => {
            let (found, count) = store.parcels_within(day, query.at_most())?;
            (Box::new(found.into_iter()), Some(count))
        }
        (None, None) if query.state.as_ref().is_some_and(here) => {
            (Box::new(archive.station.parcels().rev().map(|parcel| parcel.id)), None)
        }
        (None, None) => {
            let begun = archive.station.parcels_begun();
            (Box::new((1..=begun).rev().map(ParcelId)), Some(begun))
        }
    };
    query.list("parcel", all, ids, |id| {
        let Some(parcel) = archive.parcel(id)? else { return Ok(None) };
        let wanted = query.state.as_ref().is_none_or(|state| parcel.state().word() == state);
        if !wanted || query.day.is_some() && !query.is_of_its_day(store.begun_at(id)?.unwrap_or(Timestamp(0))) {
            return Ok(None);
        }
        Ok(Some(answers::parcel_line(cards, &parcel)))
    })
}

/// The newest manifests.
///
/// # Errors
/// [`StoreError`].
pub fn manifests(archive: Archive<'_>, limit: usize) -> Result<List, StoreError> {
    let rows = answers::manifests(archive, limit)?;
    let (all, shown) = (archive.store.manifests_closed()?, rows.as_array().map_or(0, Vec::len) as u64);
    let more = (all > shown).then(|| format!("the newest {shown} of {all} manifests; --limit {all} shows all"));
    Ok(List { rows, more })
}

impl ListQuery {
    /// Candidates of a list, which is a bound of the memory.
    fn at_most(&self) -> usize {
        self.limit.saturating_add(1).max(LOOKED_AT)
    }

    fn is_of_its_day(&self, at: Timestamp) -> bool {
        self.day.is_none_or(|day| day.holds(at))
    }

    /// The entries that `line` makes of these candidates, of which there are `all` where that is known.
    fn list<T>(
        &self,
        what: &str,
        all: Option<u64>,
        candidates: impl Iterator<Item = T>,
        line: impl Fn(T) -> Result<Option<Value>, StoreError>,
    ) -> Result<List, StoreError> {
        let (mut rows, mut looked, mut more) = (Vec::new(), 0, false);
        for candidate in candidates {
            if rows.len() >= self.limit || self.state.is_some() && looked >= LOOKED_AT {
                more = true;
                break;
            }
            looked += 1;
            rows.extend(line(candidate)?);
        }
        let more = more.then(|| self.left_out(what, rows.len(), all, looked));
        Ok(List { rows: rows.into(), more })
    }

    fn left_out(&self, what: &str, shown: usize, all: Option<u64>, looked: usize) -> String {
        match (&self.state, all) {
            (Some(state), _) if shown < self.limit => format!(
                "looked at the newest {looked} {what}s, of which {shown} are {state}; --day YYYY-MM-DD or --search TEXT \
                 finds older ones"
            ),
            (None, Some(all)) => format!(
                "the newest {shown} of {all} {what}s; --limit N shows more, --search TEXT, --day YYYY-MM-DD and --state S \
                 choose some"
            ),
            _ => format!("the newest {shown} {what}s that were found, and there are more; --limit N shows more"),
        }
    }
}

/// What was done on a day, and what is here now.
#[derive(Debug)]
pub struct Today {
    /// The day.
    pub day: String,
    /// The warehouse's zone, and its distance from UTC now.
    pub zone: (String, String),
    /// Parcels closed, by the name of the carrier.
    pub closed: BTreeMap<String, u64>,
    /// Parcels voided after they had a number, labels printed again, parcels put aside.
    pub others: [u64; 3],
    /// What is here now.
    pub counts: StationCounts,
}

impl Today {
    /// From what the day's journal says of all operators together, and what is here.
    pub fn of(shift: ShiftSummary, counts: StationCounts, zone: &TimeZone, now: Timestamp) -> Self {
        let mut today = Self {
            day: shift.day,
            zone: (zone.iana_name().unwrap_or("UTC").to_owned(), local(zone, now)[20..].to_owned()),
            closed: BTreeMap::new(),
            others: [0; 3],
            counts,
        };
        for operator in shift.operators {
            for (carrier, count) in operator.by_carrier {
                *today.closed.entry(carrier).or_default() += count;
            }
            let done = [operator.voids, operator.reprints, operator.held];
            today.others = std::array::from_fn(|at| today.others[at] + done[at]);
        }
        today
    }

    /// Parcels closed.
    fn parcels(&self) -> u64 {
        self.closed.values().sum()
    }

    /// For the page.
    pub fn json(&self) -> Value {
        let [voids, reprints, held] = self.others;
        json!({
            "day": self.day, "zone": self.zone.0, "offset": self.zone.1, "parcels": self.parcels(),
            "by_carrier": self.closed, "voids": voids, "reprints": reprints, "held": held, "here": self.counts.here,
            "begun": self.counts.begun, "manifests": self.counts.manifests,
        })
    }

    /// For the end of a list.
    pub fn lines(&self) -> String {
        let closed = counted(self.closed.iter().map(|(name, count)| (name.as_str(), *count)));
        let here = counted(self.counts.here.iter().map(|(state, count)| (*state, *count)));
        let [voids, reprints, held] = self.others;
        let Self { day, zone: (zone, offset), .. } = self;
        format!(
            "closed on {day} ({zone}, {offset}): {} in all; by carrier: {closed}; voided {voids}, put aside {held}, printed \
             again {reprints}\nhere now, by state: {here}",
            self.parcels()
        )
    }
}

/// `usps 8, ontrac 4`.
fn counted<'a>(counts: impl Iterator<Item = (&'a str, u64)>) -> String {
    let counts: Vec<String> = counts.map(|(name, count)| format!("{name} {count}")).collect();
    if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
}

/// What the station has, counted.
#[derive(Debug)]
pub struct StationCounts {
    /// Parcels in its memory, which are those that are not done with, by state.
    here: BTreeMap<&'static str, u64>,
    /// Parcels that were ever begun.
    begun: u64,
    /// Manifests that were ever closed.
    manifests: u64,
}

impl StationCounts {
    /// As it is now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn of(archive: Archive<'_>) -> Result<Self, StoreError> {
        let mut here = BTreeMap::new();
        for state in State::ALL {
            let count = archive.station.parcels().filter(|parcel| parcel.state() == state).count() as u64;
            if count > 0 {
                here.insert(state.word(), count);
            }
        }
        Ok(Self { here, begun: archive.station.parcels_begun(), manifests: archive.store.manifests_closed()? })
    }
}
