//! A real file in a real folder; a full disk is SQLite's own.

use std::path::Path;

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::rating::{Basis, Billable, Decision};
use crate::station::fact::Commitment;
use crate::units::{Date, Money};

const AT: Timestamp = Timestamp(1_795_000_000_000);

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn open(dir: &TempDir) -> Store {
    Store::open(dir.path()).expect("a store")
}

fn opened(parcel: u64) -> Fact {
    Fact::ParcelOpened { parcel: ParcelId(parcel), order_ref: format!("order {parcel}"), rev: 1, operator: None }
}

fn date() -> Date {
    Date::new(2026, 11, 23).expect("a day")
}

fn committed(parcel: u64, tracking: &str) -> Fact {
    let commitment = Commitment {
        marks: Vec::new(),
        service: "ontrac.ground".into(),
        tracking: tracking.into(),
        pool: "ontrac-demo-1".into(),
        serial: parcel,
        ship_date: date(),
        total: Money::new(1013, "USD".parse().expect("a currency")),
        zone: "2".into(),
        billable: Billable { value: "1".into(), unit: "lb".into(), basis: Basis::Actual },
        card: "c0ffee".into(),
        days: None,
        sort_code: None,
        sort_detail: None,
        label_sha256: String::new(),
        destination: ("US".into(), "900".into()),
        supplied: false,
    };
    Fact::Committed { parcel: ParcelId(parcel), commitment: Box::new(commitment) }
}

fn event(seq: u64) -> Announcement {
    Announcement { seq, kind: "parceld.parcel.verified", body: format!("{{\"n\":{seq}}}"), manifest: None }
}

fn facts(store: &Store) -> Vec<Fact> {
    let mut facts = Vec::new();
    store.replay(|fact| facts.push(fact)).expect("readable facts");
    facts
}

fn order(order_ref: &str, rev: u64, keys: &[&str]) -> StoredOrder {
    StoredOrder {
        order_ref: order_ref.into(),
        rev,
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        body: format!("{order_ref} at {rev}"),
        label: None,
    }
}

fn found(store: &Store, code: &str) -> Found {
    store.find_order(&[code.to_owned()]).expect("an answer")
}

/// The database as another program sees it.
fn beside(dir: &Path) -> Connection {
    Connection::open(dir.join(DATABASE)).expect("the database")
}

#[test]
fn what_is_acknowledged_survives_a_power_cut() {
    let dir = folder();
    let store = open(&dir);
    let setting = |name: &str| -> String {
        store.db.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, rusqlite::types::Value>(0)).map_or_else(
            |error| error.to_string(),
            |value| match value {
                rusqlite::types::Value::Integer(number) => number.to_string(),
                rusqlite::types::Value::Text(text) => text,
                other => format!("{other:?}"),
            },
        )
    };
    assert_eq!((setting("journal_mode"), setting("synchronous")), ("wal".into(), "2".into()));
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
        turn: None,
        changes: vec![],
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
    assert_eq!(store.outbox_head().unwrap(), 1);
    assert!(matches!(store.commit(AT, &many, &[event(2)]), Err(StoreError::Full)));
    store.limit_pages(1_000_000).unwrap();
    store.commit(AT, &many, &[event(2)]).unwrap();
    assert_eq!(facts(&store).len(), 399);
    assert_eq!(store.outbox_head().unwrap(), 2);
    let seqs: (u64, u64) =
        store.db.query_row("SELECT count(*), max(seq) FROM journal", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(seqs, (399, 399), "the numbers have no gap");
}

#[test]
fn a_full_disk_takes_no_orders_and_says_so() {
    let dir = folder();
    let mut store = open(&dir);
    let pages: u32 = store.db.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    store.limit_pages(pages).unwrap();
    let orders: Vec<StoredOrder> = (0..400).map(|n| order(&format!("order {n}"), 1, &[])).collect();
    assert!(matches!(store.put_orders(&orders, Some("7")), Err(StoreError::Full)));
    assert_eq!((store.cursor().unwrap().as_str(), store.orders(10).unwrap().len()), ("", 0));
}

#[test]
fn a_number_is_used_once_whatever_the_program_believes() {
    let dir = folder();
    let mut store = open(&dir);
    store.commit(AT, &[opened(1), committed(1, "D1")], &[]).unwrap();
    assert!(store.commit(AT, &[opened(2), committed(2, "D1")], &[event(1)]).is_err());
    assert_eq!(facts(&store).len(), 2, "nothing of it is recorded");
    assert_eq!(store.outbox_head().unwrap(), 0);
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
    assert!(reader.put_orders(&[order("A", 1, &[])], None).is_err());
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
    assert!(matches!(Store::open(dir.path()), Err(StoreError::Newer { found: 99, known: 2 })));
    assert!(matches!(Store::read(dir.path()), Err(StoreError::Newer { found: 99, known: 2 })));
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
fn the_same_order_is_unchanged_an_older_one_ignored_a_newer_one_taken() {
    let dir = folder();
    let mut store = open(&dir);
    let import = |store: &mut Store, rev| store.put_orders(&[order("A", rev, &[])], None).unwrap();
    assert_eq!(import(&mut store, 2), Import { accepted: 1, ..Import::default() });
    assert_eq!(import(&mut store, 2), Import { unchanged: 1, ..Import::default() });
    assert_eq!(import(&mut store, 1), Import { older: 1, ..Import::default() });
    assert_eq!(found(&store, "A"), Found::One("A at 2".into()));
    assert_eq!(import(&mut store, 3), Import { accepted: 1, ..Import::default() });
    assert_eq!(found(&store, "A"), Found::One("A at 3".into()));
    assert_eq!(store.order_at("A", 2).unwrap().as_deref(), Some("A at 2"), "a parcel keeps its revision");
    assert_eq!(store.order_at("A", 1).unwrap(), None);
}

#[test]
fn an_order_is_found_by_any_unique_reference_and_an_ambiguous_one_is_never_guessed() {
    let dir = folder();
    let mut store = open(&dir);
    store.put_orders(&[order("A", 1, &["a1", "shared"]), order("B", 1, &["b1", "shared"])], None).unwrap();
    assert_eq!(found(&store, "a1"), Found::One("A at 1".into()));
    assert_eq!(found(&store, "shared"), Found::Many);
    assert_eq!(found(&store, "nothing"), Found::None);
    let codes = ["nothing".to_owned(), "b1".to_owned()];
    assert_eq!(store.find_order(&codes).unwrap(), Found::One("B at 1".into()));
    store.put_orders(&[order("B", 2, &["b2"])], None).unwrap();
    assert_eq!(found(&store, "b1"), Found::None, "a reference that a newer revision dropped");
    assert_eq!(found(&store, "shared"), Found::One("A at 1".into()));
}

#[test]
fn an_orders_own_identifier_is_found_however_many_others_refer_to_it() {
    let dir = folder();
    let mut store = open(&dir);
    store.put_orders(&[order("1", 1, &["X"]), order("2", 1, &["X"]), order("X", 1, &[])], None).unwrap();
    assert_eq!(found(&store, "X"), Found::One("X at 1".into()));
}

#[test]
fn the_cursor_is_kept_with_the_orders_it_brought() {
    let dir = folder();
    let mut store = open(&dir);
    store.put_orders(&[order("A", 1, &[])], Some("page 2")).unwrap();
    store.put_orders(&[], None).unwrap();
    drop(store);
    assert_eq!(open(&dir).cursor().unwrap(), "page 2");
}

#[test]
fn the_outbox_is_read_in_pages_of_at_least_one() {
    let dir = folder();
    let mut store = open(&dir);
    let events: Vec<Announcement> = (1..=10).map(event).collect();
    store.commit(AT, &[opened(1)], &events).unwrap();
    let seqs = |after, max, bytes| -> Vec<u64> {
        store.outbox_after(after, max, bytes).unwrap().iter().map(|event| event.seq).collect()
    };
    assert_eq!(seqs(0, 3, 1_000), [1, 2, 3]);
    assert_eq!(seqs(8, 100, 1_000), [9, 10]);
    assert_eq!(seqs(0, 100, 15), [1, 2], "seven bytes each");
    assert_eq!(seqs(4, 100, 1), [5], "one event that is too large goes alone");
    assert!(seqs(10, 100, 1_000).is_empty());
    assert_eq!(store.outbox_after(2, 1, 1_000).unwrap()[0].body, "{\"n\":3}");
}

#[test]
fn an_event_that_is_set_aside_leaves_a_tombstone_and_is_kept() {
    let dir = folder();
    let mut store = open(&dir);
    store.commit(AT, &[opened(1)], &[event(1), event(2)]).unwrap();
    store.set_aside(1, "too odd", "tombstone").unwrap();
    store.set_aside(1, "again", "another").unwrap();
    let aside = store.aside().unwrap();
    assert_eq!(aside, [Aside { seq: 1, reason: "too odd".into(), body: "{\"n\":1}".into() }]);
    let rows = store.outbox_after(0, 10, 1_000).unwrap();
    assert_eq!((rows[0].kind.as_str(), rows[1].body.as_str()), ("parceld.tombstone", "{\"n\":2}"));
    assert_eq!(store.outbox_head().unwrap(), 2);
}

#[test]
fn how_far_the_receiver_is_survives_with_the_next_record_and_never_goes_back() {
    let dir = folder();
    let mut store = open(&dir);
    store.commit(AT, &[opened(1)], &[event(1), event(2), event(3)]).unwrap();
    store.confirm(2).unwrap();
    store.confirm(1).unwrap();
    assert_eq!(store.confirmed(), 2);
    drop(store);
    let mut store = open(&dir);
    assert_eq!(store.confirmed(), 0, "what was not recorded is asked again");
    store.confirm(2).unwrap();
    store.commit(AT, &[opened(2)], &[]).unwrap();
    drop(store);
    assert_eq!(open(&dir).confirmed(), 2);
}

#[test]
fn a_drained_outbox_is_recorded_at_once() {
    let dir = folder();
    let mut store = open(&dir);
    store.commit(AT, &[opened(1)], &[event(1), event(2)]).unwrap();
    store.confirm(2).unwrap();
    drop(store);
    assert_eq!(open(&dir).confirmed(), 2);
}

#[test]
fn manifests_are_kept_with_their_events_and_chained() {
    let dir = folder();
    let mut store = open(&dir);
    assert_eq!(store.last_manifest_hash().unwrap(), None);
    for (seq, id) in [(1, "M.2"), (2, "M.1")] {
        let manifest = Some((id.to_owned(), format!("document {id}"), format!("hash {id}")));
        let event = Announcement { manifest, ..event(seq) };
        store.commit(AT, &[opened(seq)], &[event]).unwrap();
    }
    assert_eq!(store.manifest("M.2").unwrap().as_deref(), Some("document M.2"));
    assert_eq!(store.manifest("M.3").unwrap(), None);
    assert_eq!(store.last_manifest_hash().unwrap().as_deref(), Some("hash M.1"), "the last one closed");
}

const MEDIA: (u32, u32, u32) = (203, 100, 150);

fn labelled(order_ref: &str, rev: u64, number: &str, bytes: &[u8]) -> StoredOrder {
    let label = StoredLabel { number: number.into(), media: MEDIA, kind: "png".into(), bytes: bytes.to_vec() };
    StoredOrder { label: Some(label), ..order(order_ref, rev, &[number]) }
}

fn label(store: &Store, order_ref: &str, number: &str) -> Option<Vec<u8>> {
    store.label(order_ref, number).expect("an answer").map(|label| label.bytes)
}

#[test]
fn a_label_is_kept_with_its_order_and_a_newer_revision_replaces_it() {
    let dir = folder();
    let mut store = open(&dir);
    let wants = |store: &Store, rev, media| store.wants_label("A1", rev, "T1", media).expect("an answer");
    assert!(wants(&store, 1, MEDIA));
    store.put_orders(&[labelled("A1", 1, "T1", b"first")], None).expect("kept");
    drop(store);

    let mut store = open(&dir);
    assert_eq!(label(&store, "A1", "T1").as_deref(), Some(b"first".as_slice()));
    assert_eq!(label(&store, "A1", "T2"), None);
    assert_eq!((wants(&store, 1, MEDIA), wants(&store, 2, MEDIA)), (false, true));
    let again = store.put_orders(&[labelled("A1", 2, "T1", b"second")], None).expect("kept");
    assert_eq!(again.accepted, 1);
    assert_eq!(label(&store, "A1", "T1").as_deref(), Some(b"second".as_slice()));
    // An older revision changes nothing.
    let older = store.put_orders(&[labelled("A1", 1, "T1", b"first")], None).expect("ignored");
    assert_eq!(older.older, 1);
    assert!(!wants(&store, 1, MEDIA));
    assert_eq!(label(&store, "A1", "T1").as_deref(), Some(b"second".as_slice()));
    // The same revision for another printer brings its label alone.
    assert!(wants(&store, 2, (300, 100, 150)));
    let finer = store.put_orders(&[labelled("A1", 2, "T1", b"finer")], None).expect("kept");
    assert_eq!((finer.accepted, finer.unchanged), (0, 1));
    assert_eq!(label(&store, "A1", "T1").as_deref(), Some(b"finer".as_slice()));
}

#[test]
fn what_is_erased_is_nowhere_in_the_files_and_the_same_order_does_not_bring_it_back() {
    let dir = folder();
    let mut store = open(&dir);
    let personal = "MARISOL-VEGA-117-FOXGLOVE";
    let bytes = personal.repeat(400);
    for rev in [1, 2] {
        let body = format!("{personal} at {rev}");
        let with_label = labelled("A1", rev, "T1", bytes.as_bytes());
        store.put_orders(&[StoredOrder { body, ..with_label }, order("A2", rev, &[])], None).expect("kept");
    }
    let holds = || {
        let files = std::fs::read_dir(dir.path()).expect("a folder").map(|file| file.expect("a file").path());
        files.filter(|file| !file.ends_with("station.lock")).any(|file| {
            let bytes = std::fs::read(file).expect("readable");
            bytes.windows(personal.len()).any(|part| part == personal.as_bytes())
        })
    };
    assert!(holds());
    assert_eq!(store.kept_orders().expect("an answer"), ["A1", "A2"]);
    store.erase(&[("A1".into(), 2, "stub".into())]).expect("erased");
    assert!(!holds());
    assert_eq!(store.kept_orders().expect("an answer"), ["A2"]);
    assert_eq!(found(&store, "T1"), Found::One("stub".into()));
    assert_eq!(store.order_at("A1", 1).expect("an answer"), None);
    assert_eq!(label(&store, "A1", "T1"), None);
    assert!(!store.wants_label("A1", 2, "T1", MEDIA).expect("an answer"));

    let again = labelled("A1", 2, "T1", bytes.as_bytes());
    let import = store.put_orders(&[StoredOrder { body: personal.into(), ..again }], None).expect("unchanged");
    assert_eq!((import.accepted, import.unchanged), (0, 1));
    assert!(!holds());
    // What comes later is kept again until it is erased in its turn.
    store.put_orders(&[order("A1", 3, &[])], None).expect("kept");
    assert_eq!(store.kept_orders().expect("an answer"), ["A1", "A2"]);
}

#[test]
fn confirmations_are_found_by_when_they_were_recorded() {
    let dir = folder();
    let mut store = open(&dir);
    let confirmed = |manifest: &str| Fact::ManifestConfirmed { manifest: manifest.into() };
    store.commit(AT, &[opened(1), confirmed("M1")], &[]).expect("recorded");
    store.commit(Timestamp(AT.0 + 1_000), &[confirmed("M2")], &[]).expect("recorded");
    let by = |at: i64| store.manifests_confirmed_by(Timestamp(at)).expect("an answer");
    assert_eq!(by(AT.0 - 1), []);
    assert_eq!(by(AT.0), [confirmed("M1")]);
    assert_eq!(by(AT.0 + 1_000), [confirmed("M1"), confirmed("M2")]);
}

#[test]
fn a_memory_of_the_first_version_is_brought_forward_with_its_orders() {
    let dir = folder();
    drop(open(&dir));
    let db = beside(dir.path());
    db.execute_batch(
        "DROP INDEX orders_kept; DROP INDEX journal_confirmed; DROP TABLE labels; ALTER TABLE orders DROP COLUMN erased;
         INSERT INTO orders VALUES ('A1', 1, 'body'); PRAGMA user_version = 1;",
    )
    .expect("the first version");
    drop(db);
    let store = open(&dir);
    assert_eq!(store.kept_orders().expect("an answer"), ["A1"]);
}
