//! What is old is kept shorter, and only that.

use super::tests::{folder, open, opened};
use super::*;
use crate::rating::{Decision, Refusal};
use crate::units::Date;
use crate::uplink::event::{self, EventKind, EventSource};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// Rows that stay whole.
const NEWEST: u64 = 1_000;

fn decided(parcel: u64) -> Fact {
    let refusal = Refusal { service: "gofo.parcel".into(), rule: "zone".into(), reason: "not served".into() };
    let decision = Decision {
        ship_date: Date::EPOCH,
        from: "US:90058".into(),
        to: "US:900".into(),
        choice: None,
        policy: String::new(),
        priority: None,
        quotes: Vec::new(),
        refusals: vec![refusal],
        changes: Vec::new(),
        folded: false,
    };
    Fact::Decided { parcel: ParcelId(parcel), decision: Box::new(decision) }
}

fn refused(seq: u64) -> Announcement {
    let source = EventSource { station: "ST1".into(), warehouse: "W1".into(), incarnation: "life".into(), clock: None };
    let body = event::tombstone(&source, seq, 0, "x").expect("an event").replace("tombstone", "parcel.committed");
    Announcement { seq, kind: EventKind::ParcelCommitted, body, fact: None, manifest: None }
}

/// A database with one decision and one event a day.
fn aged(days: u64) -> (tempfile::TempDir, Store) {
    let dir = folder();
    let mut store = open(&dir);
    for day in 1..=days {
        let at = Timestamp(day as i64 * DAY);
        store.commit(at, &[opened(day), decided(day)], &[refused(day)]).expect("recorded");
    }
    (dir, store)
}

/// Decisions that are folded, and events.
fn folded(store: &Store) -> (Vec<u64>, Vec<u64>) {
    let is_folded = |entry: &JournalEntry| matches!(&entry.fact, Fact::Decided { decision, .. } if decision.folded);
    let history = |parcel: &u64| store.history(ParcelId(*parcel)).expect("a history");
    let parcels = (1..=store.announced()).filter(|parcel| history(parcel).iter().any(is_folded)).collect();
    let rows = store.outbox_after(store.incarnation(), 0, usize::MAX >> 1, usize::MAX).expect("rows");
    let events = rows.iter().filter(|row| event::is_tombstone(&row.body)).map(|row| row.seq).collect();
    (parcels, events)
}

fn fold(store: &mut Store, before: i64) {
    while store.fold(Timestamp(before), 64).expect("folded") {}
}

#[test]
fn what_is_old_and_confirmed_is_folded_and_what_state_is_made_of_stays() {
    let (_dir, mut store) = aged(NEWEST + 20);
    let whole: Vec<Fact> = super::tests::facts(&store);
    fold(&mut store, 2_000 * DAY);
    assert_eq!(folded(&store), ((1..=520).collect(), vec![]), "no event has arrived; the newest facts stay");
    store.confirm(15).expect("confirmed");
    fold(&mut store, 2_000 * DAY);
    assert_eq!(folded(&store).1, (1..=15).collect::<Vec<_>>());
    store.confirm(NEWEST + 20).expect("confirmed");
    fold(&mut store, 2_000 * DAY);
    assert_eq!(folded(&store).1, (1..=20).collect::<Vec<_>>(), "the newest stay");
    assert_eq!(super::tests::facts(&store), whole);
    assert_eq!(store.announced(), NEWEST + 20);
    let rows = store.outbox_after(store.incarnation(), 0, 1, usize::MAX).expect("rows");
    let tomb: serde_json::Value = serde_json::from_str(&rows[0].body).expect("JSON");
    assert_eq!((&tomb["data"]["seq"], &tomb["stationseq"]), (&1.into(), &1.into()));
    assert_eq!(tomb["data"]["sha256"].as_str().map(str::len), Some(64));
    assert!(!store.fold(Timestamp(2_000 * DAY), 64).expect("folded"), "once");
}

#[test]
fn what_is_young_stays_whole() {
    let (_dir, mut store) = aged(NEWEST + 20);
    store.confirm(NEWEST + 20).expect("confirmed");
    // The row a thousand after it is younger.
    fold(&mut store, 1_010 * DAY);
    assert_eq!(folded(&store).1, (1..=9).collect::<Vec<_>>());
}

#[test]
fn a_clock_that_stood_in_1970_makes_nothing_old() {
    let (_dir, mut store) = aged(5);
    for day in 6..=NEWEST + 20 {
        let at = Timestamp((20_000 + day as i64) * DAY);
        store.commit(at, &[opened(day), decided(day)], &[refused(day)]).expect("recorded");
    }
    store.confirm(NEWEST + 20).expect("confirmed");
    fold(&mut store, 20_000 * DAY);
    assert_eq!(folded(&store), (vec![], vec![]));
}
