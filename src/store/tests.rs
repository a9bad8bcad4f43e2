//! A real file in a real folder; a full disk is SQLite's own.

use std::path::Path;

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::rating::{Basis, Billable, Decision};
use crate::station::fact::{Commitment, NumberSource};
use crate::station::order::OrderId;
use crate::units::{Date, Money};
use crate::uplink::event::EventKind;

pub(super) const AT: Timestamp = Timestamp(1_795_000_000_000);

pub(super) fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

pub(super) fn open(dir: &TempDir) -> Store {
    Store::open(dir.path()).expect("a store")
}

pub(super) fn opened(parcel: u64) -> Fact {
    Fact::ParcelOpened {
        parcel: ParcelId(parcel),
        order_ref: format!("order {parcel}"),
        rev: 1,
        channel: String::new(),
        shop: String::new(),
        version: Some(1),
        operator: None,
    }
}

fn date() -> Date {
    Date::new(2026, 11, 23).expect("a day")
}

fn committed(parcel: u64, tracking: &str) -> Fact {
    let commitment = Commitment {
        marks: Vec::new(),
        service: "ontrac.ground".into(),
        tracking: tracking.into(),
        source: NumberSource::Drawn { pool: "ontrac-demo-1".into(), serial: parcel },
        ship_date: date(),
        chosen_on: None,
        total: Money::new(1013, "USD".parse().expect("a currency")),
        zone: "2".into(),
        billable: Billable { value: "1".into(), unit: "lb".into(), basis: Basis::Actual },
        card: "c0ffee".into(),
        days: None,
        sort_code: None,
        sort_detail: None,
        label_sha256: String::new(),
        destination: ("US".into(), "900".into()),
    };
    Fact::Committed { parcel: ParcelId(parcel), commitment: Box::new(commitment) }
}

pub(super) fn event(seq: u64) -> Announcement {
    let (kind, body) = (EventKind::ParcelVerified, format!("{{\"n\":{seq}}}"));
    Announcement { seq, kind, body, fact: None, manifest: None }
}

pub(super) fn facts(store: &Store) -> Vec<Fact> {
    let mut facts = Vec::new();
    store.replay(|fact| facts.push(fact)).expect("readable facts");
    facts
}

pub(super) fn of_shop(shop: &str, number: &str) -> OrderId {
    OrderId { channel: "web".into(), shop: shop.into(), number: number.into() }
}

pub(super) fn id(number: &str) -> OrderId {
    of_shop("S", number)
}

/// A version of an order; its content is its body.
pub(super) fn order(number: &str, version: u64, keys: &[&str]) -> Put<'static> {
    let body = format!("{number} at {version}");
    let keys = keys.iter().map(|key| (*key).to_owned()).collect();
    let version = NewVersion { version, rev: version, hash: hash(&body), body, keys };
    Put { id: id(number), version: Some(version), label: None }
}

pub(super) fn hash(body: &str) -> ContentHash {
    use sha2::{Digest, Sha256};
    Sha256::digest(body).into()
}

pub(super) fn put(store: &mut Store, puts: Vec<Put<'_>>) -> Result<(), StoreError> {
    store.put_orders(&OrderBatch { puts, cursor: None })
}

/// Whether any file of a folder has these bytes.
pub(super) fn lies_in(dir: &Path, bytes: &[u8]) -> bool {
    let files = std::fs::read_dir(dir).expect("a folder").map(|file| file.expect("a file").path());
    files.filter(|file| file.is_file() && !file.ends_with("station.lock")).any(|file| {
        let content = std::fs::read(file).expect("readable");
        content.windows(bytes.len()).any(|part| part == bytes)
    })
}

/// The database as another program sees it.
fn beside(dir: &Path) -> Connection {
    Connection::open(dir.join(DATABASE)).expect("the database")
}

#[test]
fn what_is_acknowledged_survives_a_power_cut() {
    let dir = folder();
    let store = open(&dir);
    let journal: String = store.db.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    let synchronous: u32 = store.db.query_row("PRAGMA synchronous", [], |row| row.get(0)).unwrap();
    assert_eq!((journal.as_str(), synchronous), ("wal", 2));
}

#[test]
fn what_was_recorded_is_replayed_in_order_and_decisions_are_left_out() {
    let dir = folder();
    let mut store = open(&dir);
    let decision = Decision {
        ship_date: date(),
        from: "US:90058".into(),
        to: "US:900".into(),
        choice: None,
        policy: String::new(),
        priority: None,
        changes: vec![],
        folded: false,
        quotes: Vec::new(),
        refusals: Vec::new(),
    };
    let decided = Fact::Decided { parcel: ParcelId(1), decision: Box::new(decision) };
    store.commit(AT, &[opened(1), decided.clone()], &[]).unwrap();
    store.commit(AT, &[committed(1, "D1"), opened(2)], &[]).unwrap();
    drop(store);
    let store = open(&dir);
    assert_eq!(facts(&store), [opened(1), committed(1, "D1"), opened(2)]);
    let history = store.history(ParcelId(1)).unwrap();
    assert_eq!(history.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!((&history[1].fact, history[1].at), (&decided, AT));
}

#[test]
fn a_full_disk_records_nothing_and_once_it_is_not_everything() {
    let dir = folder();
    let mut store = open(&dir);
    store.commit(AT, &[opened(1)], &[event(1)]).unwrap();
    let pages: u32 = store.db.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    store.limit_pages(pages).unwrap();
    let many: Vec<Fact> = (2..400).map(opened).collect();
    let error = store.commit(AT, &many, &[event(2)]).unwrap_err();
    assert!(matches!(error, StoreError::Full), "{error:?}");
    assert_eq!(facts(&store), [opened(1)]);
    assert_eq!(store.announced(), 1);
    assert!(matches!(store.commit(AT, &many, &[event(2)]), Err(StoreError::Full)));
    store.limit_pages(1_000_000).unwrap();
    store.commit(AT, &many, &[event(2)]).unwrap();
    assert_eq!(facts(&store).len(), 399);
    assert_eq!(store.announced(), 2);
    let seqs: (u64, u64) =
        store.db.query_row("SELECT count(*), max(seq) FROM journal", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(seqs, (399, 399), "the numbers have no gap");
}

#[test]
fn a_number_is_used_once_whatever_the_program_believes() {
    let dir = folder();
    let mut store = open(&dir);
    store.commit(AT, &[opened(1), committed(1, "D1")], &[]).unwrap();
    assert!(store.commit(AT, &[opened(2), committed(2, "D1")], &[event(1)]).is_err());
    assert_eq!(facts(&store).len(), 2, "nothing of it is recorded");
    assert_eq!(store.announced(), 0);
    store.commit(AT, &[opened(2), committed(2, "D2")], &[event(1)]).unwrap();
}

#[test]
fn an_event_number_is_used_once() {
    let dir = folder();
    let mut store = open(&dir);
    store.commit(AT, &[opened(1)], &[event(1)]).unwrap();
    assert!(store.commit(AT, &[opened(2)], &[event(1)]).is_err());
    assert_eq!(facts(&store), [opened(1)]);
}

#[test]
fn a_second_station_on_the_folder_is_refused_and_a_reader_is_not() {
    let dir = folder();
    let mut store = open(&dir);
    store.commit(AT, &[opened(1)], &[]).unwrap();
    assert!(matches!(Store::open(dir.path()), Err(StoreError::Locked(_))));
    let reader = Store::read(dir.path()).unwrap();
    assert_eq!(facts(&reader), [opened(1)]);
    store.commit(AT, &[opened(2)], &[]).unwrap();
    assert_eq!(facts(&reader), [opened(1), opened(2)]);
    assert_eq!(reader.incarnation(), store.incarnation());
    drop(store);
    assert_eq!(facts(&Store::read(dir.path()).unwrap()).len(), 2, "a reader needs no writer");
    open(&dir);
}

#[test]
fn a_reader_writes_nothing() {
    let dir = folder();
    drop(open(&dir));
    let mut reader = Store::read(dir.path()).unwrap();
    assert!(reader.commit(AT, &[opened(1)], &[]).is_err());
    assert!(put(&mut reader, vec![order("A", 1, &[])]).is_err());
}

#[test]
fn a_folder_without_a_database_has_nothing_to_read() {
    let dir = folder();
    assert!(matches!(Store::read(dir.path()), Err(StoreError::Missing(_))));
}

#[test]
fn a_newer_format_is_refused() {
    let dir = folder();
    drop(open(&dir));
    beside(dir.path()).pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(Store::open(dir.path()), Err(StoreError::Newer { found: 99, known: 8 })));
    assert!(matches!(Store::read(dir.path()), Err(StoreError::Newer { found: 99, known: 8 })));
}

#[test]
fn every_database_is_another_incarnation_and_stays_it() {
    let (one, two) = (folder(), folder());
    let first = open(&one).incarnation().to_owned();
    assert_ne!(first, open(&two).incarnation());
    assert_eq!(first, open(&one).incarnation());
}

#[test]
fn a_damaged_fact_names_its_number() {
    let dir = folder();
    let mut store = open(&dir);
    store.commit(AT, &[opened(1), opened(2), opened(3)], &[]).unwrap();
    store.db.execute("UPDATE journal SET body = '{\"fact\":\"parcel_op' WHERE seq = 2", []).unwrap();
    let error = store.replay(|_| ()).unwrap_err();
    assert!(matches!(error, StoreError::Fact { seq: 2, .. }), "{error:?}");
    assert!(error.to_string().contains("fact 2"), "{error}");
    assert!(matches!(store.history(ParcelId(2)), Err(StoreError::Fact { seq: 2, .. })));
}

#[test]
fn a_fact_of_a_newer_program_is_refused_and_not_left_out() {
    let dir = folder();
    let mut store = open(&dir);
    store.commit(AT, &[opened(1)], &[]).unwrap();
    store.db.execute("INSERT INTO journal VALUES (2, 0, NULL, 'teleported', '{\"fact\":\"teleported\"}')", []).unwrap();
    assert!(matches!(store.replay(|_| ()), Err(StoreError::Fact { seq: 2, .. })));
}

#[test]
fn a_confirmation_is_found_by_its_manifest() {
    let dir = folder();
    let mut store = open(&dir);
    let confirmed = |manifest: &str| Fact::ManifestConfirmed { manifest: manifest.into() };
    store.commit(AT, &[opened(1), confirmed("M1")], &[]).expect("recorded");
    store.commit(Timestamp(AT.0 + 1_000), &[confirmed("M2")], &[]).expect("recorded");
    let at = |manifest: &str| store.manifest_confirmed_at(manifest).expect("an answer");
    assert_eq!([at("M1"), at("M2"), at("M3")], [Some(AT), Some(Timestamp(AT.0 + 1_000)), None]);
}
