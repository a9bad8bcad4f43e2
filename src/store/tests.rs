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

const AT: Timestamp = Timestamp(1_795_000_000_000);

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn open(dir: &TempDir) -> Store {
    Store::open(dir.path()).expect("a store")
}

fn opened(parcel: u64) -> Fact {
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

fn event(seq: u64) -> Announcement {
    let (kind, body) = (EventKind::ParcelVerified, format!("{{\"n\":{seq}}}"));
    Announcement { seq, kind, body, fact: None, manifest: None }
}

fn facts(store: &Store) -> Vec<Fact> {
    let mut facts = Vec::new();
    store.replay(|fact| facts.push(fact)).expect("readable facts");
    facts
}

fn of_shop(shop: &str, number: &str) -> OrderId {
    OrderId { channel: "web".into(), shop: shop.into(), number: number.into() }
}

fn id(number: &str) -> OrderId {
    of_shop("S", number)
}

/// A version of an order; its content is its body.
fn order(number: &str, version: u64, keys: &[&str]) -> Put<'static> {
    let body = format!("{number} at {version}");
    let keys = keys.iter().map(|key| (*key).to_owned()).collect();
    let version = NewVersion { version, rev: version, hash: hash(&body), body, keys };
    Put { id: id(number), version: Some(version), label: None }
}

fn hash(body: &str) -> ContentHash {
    use sha2::{Digest, Sha256};
    Sha256::digest(body).into()
}

fn put(store: &mut Store, puts: Vec<Put<'_>>) -> Result<(), StoreError> {
    store.put_orders(&OrderBatch { puts, cursor: None })
}

fn one(number: &str, version: u64) -> FoundOrder {
    FoundOrder::One { body: format!("{number} at {version}"), version }
}

fn found(store: &Store, code: &str) -> FoundOrder {
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
        priority: None,
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
fn a_full_disk_takes_no_orders_and_says_so() {
    let dir = folder();
    let mut store = open(&dir);
    let pages: u32 = store.db.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    store.limit_pages(pages).unwrap();
    let puts = (0..400).map(|n| order(&format!("order {n}"), 1, &[])).collect();
    assert!(matches!(store.put_orders(&OrderBatch { puts, cursor: Some("7") }), Err(StoreError::Full)));
    assert_eq!((store.cursor().unwrap().as_str(), store.orders(10).unwrap().len()), ("", 0));
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
    assert!(matches!(Store::open(dir.path()), Err(StoreError::Newer { found: 99, known: 3 })));
    assert!(matches!(Store::read(dir.path()), Err(StoreError::Newer { found: 99, known: 3 })));
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
fn everything_that_was_said_of_an_order_is_kept_and_the_last_holds() {
    let dir = folder();
    let mut store = open(&dir);
    put(&mut store, vec![order("A", 1, &[])]).unwrap();
    put(&mut store, vec![order("A", 2, &[])]).unwrap();
    assert!(put(&mut store, vec![order("A", 2, &[])]).is_err(), "a version is said once");
    assert_eq!(found(&store, "A"), one("A", 2));
    assert_eq!(store.order_at(&id("A"), 1).unwrap().as_deref(), Some("A at 1"), "a parcel keeps what it is packed by");
    let known = store.known_order(&id("A")).unwrap().unwrap();
    assert_eq!((known.version, known.rev, known.body.as_str()), (2, 2, "A at 2"));
    let said = |body: &str| store.holds_or_held(&known, &hash(body), hash).unwrap();
    assert_eq!((said("A at 2"), said("A at 1"), said("A at 3")), (Some(true), Some(false), None));
}

#[test]
fn two_shops_may_have_the_same_number_and_it_alone_is_never_guessed() {
    let dir = folder();
    let mut store = open(&dir);
    let other = Put { id: of_shop("T", "1001"), ..order("1001", 1, &["t-package"]) };
    put(&mut store, vec![order("1001", 1, &["s-package"]), other]).unwrap();
    let both = vec![id("1001"), of_shop("T", "1001")];
    assert_eq!(found(&store, "1001"), FoundOrder::Many(both.clone()));
    assert_eq!(store.orders_called("1001").unwrap(), both);
    for code in ["S/1001", "s-package"] {
        assert_eq!(found(&store, code), one("1001", 1), "{code}");
    }
    assert_eq!(store.orders_called("T/1001").unwrap(), [of_shop("T", "1001")]);
    assert_eq!(store.orders_called("s-package").unwrap(), [], "no name of an order");
    put(&mut store, vec![order("1001", 2, &[])]).unwrap();
    assert_eq!(store.known_order(&of_shop("T", "1001")).unwrap().unwrap().version, 1);
}

#[test]
fn an_order_is_found_by_any_unique_reference_and_an_ambiguous_one_is_never_guessed() {
    let dir = folder();
    let mut store = open(&dir);
    put(&mut store, vec![order("A", 1, &["a1", "shared"]), order("B", 1, &["b1", "shared"])]).unwrap();
    assert_eq!(found(&store, "a1"), one("A", 1));
    assert_eq!(found(&store, "shared"), FoundOrder::Many(vec![id("A"), id("B")]));
    assert_eq!(found(&store, "nothing"), FoundOrder::None);
    let codes = ["nothing".to_owned(), "b1".to_owned()];
    assert_eq!(store.find_order(&codes).unwrap(), one("B", 1));
    put(&mut store, vec![order("B", 2, &["b2"])]).unwrap();
    assert_eq!(found(&store, "b1"), FoundOrder::None, "a reference that a newer version dropped");
    assert_eq!(found(&store, "shared"), one("A", 1));
}

#[test]
fn an_orders_own_identifier_is_found_however_many_others_refer_to_it() {
    let dir = folder();
    let mut store = open(&dir);
    put(&mut store, vec![order("1", 1, &["X"]), order("2", 1, &["X"]), order("X", 1, &[])]).unwrap();
    assert_eq!(found(&store, "X"), one("X", 1));
}

#[test]
fn the_cursor_is_kept_with_the_orders_it_brought() {
    let dir = folder();
    let mut store = open(&dir);
    store.put_orders(&OrderBatch { puts: vec![order("A", 1, &[])], cursor: Some("page 2") }).unwrap();
    store.put_orders(&OrderBatch::default()).unwrap();
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
        store.outbox_after(store.incarnation(), after, max, bytes).unwrap().iter().map(|event| event.seq).collect()
    };
    assert_eq!(seqs(0, 3, 1_000), [1, 2, 3]);
    assert_eq!(seqs(8, 100, 1_000), [9, 10]);
    assert_eq!(seqs(0, 100, 15), [1, 2], "seven bytes each");
    assert_eq!(seqs(4, 100, 1), [5], "one event that is too large goes alone");
    assert!(seqs(10, 100, 1_000).is_empty());
    assert_eq!(store.outbox_after(store.incarnation(), 2, 1, 1_000).unwrap()[0].body, "{\"n\":3}");
}

#[test]
fn an_event_that_is_set_aside_leaves_a_tombstone_and_is_kept() {
    let dir = folder();
    let mut store = open(&dir);
    store.commit(AT, &[opened(1)], &[event(1), event(2)]).unwrap();
    let life = store.incarnation().to_owned();
    store.set_aside(&life, 1, "too odd", "tombstone").unwrap();
    store.set_aside(&life, 1, "again", "another").unwrap();
    let aside = store.aside().unwrap();
    assert_eq!(aside, [Aside { row: 1, reason: "too odd".into(), body: "{\"n\":1}".into() }]);
    let rows = store.outbox_after(&life, 0, 10, 1_000).unwrap();
    assert_eq!((rows[0].kind.as_str(), rows[1].body.as_str()), ("parceld.tombstone", "{\"n\":2}"));
    assert_eq!(store.announced(), 2);
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

fn png(number: &str, bytes: &[u8]) -> StoredLabel {
    StoredLabel { number: number.into(), media: MEDIA, kind: "png".into(), bytes: bytes.to_vec() }
}

fn label(store: &Store, number: &str, tracking: &str) -> Option<Vec<u8>> {
    store.label(&id(number), tracking).expect("an answer").map(|label| label.bytes)
}

#[test]
fn a_label_is_kept_with_its_order_and_a_newer_one_replaces_it() {
    let dir = folder();
    let mut store = open(&dir);
    let (first, second, finer) = (png("T1", b"first"), png("T1", b"second"), png("T1", b"finer"));
    put(&mut store, vec![Put { label: Some(&first), ..order("A1", 1, &["T1"]) }]).expect("kept");
    drop(store);
    let mut store = open(&dir);
    assert_eq!(label(&store, "A1", "T1").as_deref(), Some(b"first".as_slice()));
    assert_eq!(label(&store, "A1", "T2"), None);
    put(&mut store, vec![Put { label: Some(&second), ..order("A1", 2, &["T1"]) }]).expect("kept");
    assert_eq!(label(&store, "A1", "T1").as_deref(), Some(b"second".as_slice()));
    // For another printer the label alone is news.
    put(&mut store, vec![Put { id: id("A1"), version: None, label: Some(&finer) }]).expect("kept");
    assert_eq!(label(&store, "A1", "T1").as_deref(), Some(b"finer".as_slice()));
    assert_eq!(found(&store, "A1"), one("A1", 2));
}

#[test]
fn what_is_erased_is_nowhere_in_the_files_and_is_still_known_by_its_hash() {
    let dir = folder();
    let mut store = open(&dir);
    let personal = "MARISOL-VEGA-117-FOXGLOVE";
    let picture = png("T1", personal.repeat(400).as_bytes());
    let said = |version: u64| {
        let body = format!("{personal} at {version}");
        NewVersion { version, rev: version, hash: hash(&body), body, keys: vec!["T1".into()] }
    };
    for version in [1, 2] {
        let put_one = Put { id: id("A1"), version: Some(said(version)), label: Some(&picture) };
        put(&mut store, vec![put_one, order("A2", version, &[])]).expect("kept");
    }
    let holds = || {
        let files = std::fs::read_dir(dir.path()).expect("a folder").map(|file| file.expect("a file").path());
        files.filter(|file| !file.ends_with("station.lock")).any(|file| {
            let bytes = std::fs::read(file).expect("readable");
            bytes.windows(personal.len()).any(|part| part == personal.as_bytes())
        })
    };
    assert!(holds());
    assert_eq!(store.orders_not_erased().expect("an answer"), [id("A1"), id("A2")]);
    store.erase(&[(id("A1"), "stub".into())]).expect("erased");
    assert!(store.empty_log().expect("an answer"));
    assert!(!holds());
    assert_eq!(store.orders_not_erased().expect("an answer"), [id("A2")]);
    assert_eq!(found(&store, "T1"), FoundOrder::One { body: "stub".into(), version: 2 });
    assert_eq!(store.order_at(&id("A1"), 1).expect("an answer"), None);
    assert_eq!(label(&store, "A1", "T1"), None);
    let known = store.known_order(&id("A1")).expect("an answer").expect("one");
    let before = |version| store.holds_or_held(&known, &said(version).hash, hash).expect("an answer");
    assert!(known.erased);
    assert_eq!((before(2), before(1), before(3)), (Some(true), Some(false), None));
    // What comes later is kept again until it is erased in its turn.
    put(&mut store, vec![order("A1", 3, &[])]).expect("kept");
    assert_eq!(store.orders_not_erased().expect("an answer"), [id("A1"), id("A2")]);
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

fn marked(dir: &TempDir) -> Option<Mark> {
    Some(Mark::open(&dir.path().join("mark")).expect("a mark"))
}

#[test]
fn a_cut_while_a_life_is_left_is_no_copy() {
    let dir = folder();
    let machine = Machine::from([("board".to_owned(), "1".to_owned())]);
    let mut store = open(&dir);
    assert_eq!(store.recognise(&machine, marked(&dir)).expect("an answer"), Recognised::Home);
    store.commit(AT, &[opened(1)], &[event(1)]).expect("recorded");
    store.begin_life(None).expect("begun");
    drop(store);
    let mut store = open(&dir);
    assert_eq!(store.recognise(&machine, marked(&dir)).expect("an answer"), Recognised::Home);
    // From here on the life before is another again.
    let mark = marked(&dir).expect("a mark").read().expect("an answer").expect("a word");
    assert_eq!(mark.incarnation, store.incarnation());
    assert_eq!(store.meta("life_left").expect("an answer"), None);
}

#[test]
fn an_event_that_was_set_aside_is_kept_with_its_tombstone_under_its_new_number() {
    let dir = folder();
    let mut store = open(&dir);
    store.commit(AT, &[opened(1)], &[event(1), event(2)]).expect("recorded");
    let before = store.incarnation().to_owned();
    store.set_aside(&before, 2, "too odd", "tombstone").expect("set aside");
    store.begin_life(None).expect("begun");
    store.commit(AT, &[opened(2)], &[event(1)]).expect("recorded");
    let moved = store.move_events(&before, 2, AT, |body, _, _| Some(body.to_owned())).expect("moved");
    assert_eq!(moved, 1);
    let rows = store.outbox_after(store.incarnation(), 1, 10, 1_000).expect("an answer");
    assert_eq!((rows[0].seq, rows[0].body.as_str()), (2, "tombstone"));
    let aside = store.aside().expect("an answer");
    assert_eq!(aside, [Aside { row: rows[0].row, reason: "too odd".into(), body: "{\"n\":2}".into() }]);
}
