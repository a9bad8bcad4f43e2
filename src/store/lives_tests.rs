//! A database and the mark beside it, in real folders.

use tempfile::TempDir;

use super::*;
use crate::station::fact::{CopySign, Fact, PoolNext};
use crate::units::Timestamp;
use crate::uplink::event::EventKind;

const AT: Timestamp = Timestamp(1_795_000_000_000);

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn machine(parts: &[(&str, &str)]) -> Machine {
    parts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn pi(board: &str, id: &str) -> Machine {
    machine(&[(BOARD, board), ("machine_id", id)])
}

fn mark(dir: &TempDir) -> Option<Mark> {
    Some(Mark::open(&dir.path().join("mark")).expect("a mark"))
}

fn open(dir: &TempDir) -> Store {
    Store::open(&dir.path().join("data")).expect("a store")
}

/// What the database finds when it is started on a machine, with what is beside it there.
fn found(data: &TempDir, beside: &TempDir, machine: &Machine) -> Recognised {
    open(data).recognise(machine, mark(beside), &[]).expect("an answer")
}

fn started(next: u64) -> Fact {
    Fact::PoolStarted { carrier: "usps".into(), pool: "one".into(), next }
}

fn event(seq: u64, text: &str) -> Announcement {
    Announcement { seq, kind: EventKind::ParcelVerified, body: body(text), fact: Some(0), manifest: None }
}

fn body(text: &str) -> String {
    format!(r#"{{"type":"x","is":"{text}"}}"#)
}

fn why(recognised: &Recognised) -> Option<CopySign> {
    match recognised {
        Recognised::Copy { why, .. } | Recognised::Begun { why, .. } => Some(*why),
        Recognised::Home | Recognised::Successor { .. } => None,
    }
}

#[test]
fn it_is_at_home_where_it_was_first_started_and_stays_it() {
    let dir = folder();
    for machine in [pi("b1", "m1"), pi("b1", "m1"), pi("b1", "installed anew"), machine(&[(BOARD, "b1")])] {
        assert_eq!(found(&dir, &dir, &machine), Recognised::Home, "{machine:?}");
    }
}

#[test]
fn another_board_or_where_boards_have_no_number_another_system_is_another_machine() {
    for (first, then, sign) in [
        (pi("b1", "m1"), pi("b2", "m1"), Some(CopySign::OtherMachine)),
        (machine(&[("machine_id", "m1")]), machine(&[("machine_id", "m2")]), Some(CopySign::OtherMachine)),
        (machine(&[("machine_id", "m1")]), pi("b1", "m1"), None),
        (machine(&[("machine_id", "m1"), ("product", "p1")]), machine(&[("machine_id", "m1")]), None),
        (machine(&[]), machine(&[]), None),
    ] {
        let dir = folder();
        found(&dir, &dir, &first);
        assert_eq!(why(&found(&dir, &dir, &then)), sign, "{first:?} {then:?}");
    }
}

#[test]
fn a_mark_that_knows_more_or_another_or_nothing_shows_a_copy() {
    let (dir, here) = (folder(), pi("b1", "m1"));
    let mut store = open(&dir);
    store.recognise(&here, mark(&dir), &[]).expect("home");
    store.commit(AT, &[started(5)], &[]).expect("recorded");
    drop(store);
    assert_eq!(found(&dir, &dir, &here), Recognised::Home);
    // The newest facts are lost: the mark still has them.
    let beside = rusqlite::Connection::open(dir.path().join("mark/mark.db")).expect("the mark");
    beside.execute_batch("UPDATE mark SET seq = 9; UPDATE pools SET next = 44;").expect("written");
    let next = vec![PoolNext { carrier: "usps".into(), pool: "one".into(), next: 44 }];
    assert_eq!(found(&dir, &dir, &here), Recognised::Copy { why: CopySign::Behind, next });
    beside.execute_batch("UPDATE mark SET seq = 1").expect("written");
    assert_eq!(found(&dir, &dir, &here), Recognised::Home, "a mark that is behind proves nothing");
    let elsewhere = folder();
    assert_eq!(why(&found(&dir, &elsewhere, &here)), Some(CopySign::NoMark));
    found(&folder(), &elsewhere, &here);
    assert_eq!(why(&found(&dir, &elsewhere, &here)), Some(CopySign::OtherMark));
}

#[test]
fn a_new_database_knows_the_numbers_that_the_one_before_it_used() {
    let (dir, here) = (folder(), pi("b1", "m1"));
    let mut store = open(&dir);
    store.recognise(&here, mark(&dir), &[]).expect("home");
    let was = store.incarnation().to_owned();
    store.commit(AT, &[started(7)], &[]).expect("recorded");
    drop(store);
    let next = vec![PoolNext { carrier: "usps".into(), pool: "one".into(), next: 7 }];
    assert_eq!(found(&folder(), &dir, &here), Recognised::Successor { was, next });
}

#[test]
fn another_life_counts_its_events_anew_and_is_recorded_before_it_is_at_home() {
    let (dir, here) = (folder(), pi("b1", "m1"));
    let mut store = open(&dir);
    store.recognise(&here, mark(&dir), &[]).expect("home");
    store.commit(AT, &[started(1)], &[event(1, "one"), event(2, "two"), event(3, "three")]).expect("recorded");
    store.confirm(1).expect("noted");
    let was = store.incarnation().to_owned();
    store.begin_life(Some((CopySign::Behind, &was, &[]))).expect("begun");
    assert_eq!((store.announced(), store.confirmed(), store.waiting().expect("an answer").0), (0, 0, 2));
    drop(store);
    // The power went before anything was recorded of it.
    let begun = Recognised::Begun { why: CopySign::Behind, was: was.clone(), next: vec![] };
    assert_eq!(found(&dir, &dir, &here), begun);
    let mut store = open(&dir);
    store.recognise(&here, mark(&dir), &[]).expect("an answer");
    store.commit(AT, &[started(2)], &[event(1, "first of the other")]).expect("recorded");
    store.settle(&here, &[]).expect("settled");
    let lives = store.lives().expect("an answer");
    let life = |incarnation: &str, confirmed, last| Life { incarnation: incarnation.into(), confirmed, last };
    assert_eq!(lives, [life(&was, 1, 3), life(store.incarnation(), 0, 1)]);
    let rows = |store: &Store, of: &str| -> Vec<(u64, String)> {
        let rows = store.outbox_after(of, 0, 10, 1_000).expect("rows");
        rows.into_iter().map(|row| (row.seq, row.body)).collect()
    };
    assert_eq!(rows(&store, &was).len(), 3, "under the numbers they had");

    // What can never be told under its number gets another; what was set aside keeps its tombstone, and its original.
    store.set_aside(&was, 3, "odd", &body("tombstone")).expect("set aside");
    let moved = store.move_events(&was, 2, AT, |body, _, seq| Some(format!("{body} as {seq}"))).expect("moved");
    let now = store.incarnation().to_owned();
    assert_eq!((moved, rows(&store, &was)), (2, vec![(1, body("one"))]));
    let told: Vec<String> = rows(&store, &now).into_iter().map(|(_, body)| body).collect();
    let as_number = |text: &str, seq| format!("{} as {seq}", body(text));
    assert_eq!(told, [body("first of the other"), as_number("two", 2), as_number("tombstone", 3)]);
    let last = store.outbox_after(&now, 2, 1, 1_000).expect("rows")[0].row;
    let aside = store.aside().expect("an answer");
    assert_eq!(aside, [Aside { row: last, reason: "odd".into(), body: body("three") }]);
    assert_eq!((store.announced(), store.waiting().expect("an answer").0), (3, 3));
    assert_eq!(store.move_events(&was, 2, AT, |_, _, _| None).expect("nothing to do"), 0);
    drop(store);
    assert_eq!(found(&dir, &dir, &here), Recognised::Home);
    assert_eq!(open(&dir).announced(), 3);
}

#[test]
fn a_cut_while_a_life_is_left_is_no_copy() {
    let (dir, here) = (folder(), pi("b1", "m1"));
    let mut store = open(&dir);
    assert_eq!(store.recognise(&here, mark(&dir), &[]).expect("an answer"), Recognised::Home);
    store.commit(AT, &[started(1)], &[event(1, "one")]).expect("recorded");
    store.begin_life(None).expect("begun");
    drop(store);
    let mut store = open(&dir);
    assert_eq!(store.recognise(&here, mark(&dir), &[]).expect("an answer"), Recognised::Home);
    // From here on the life before is another again.
    let mark = mark(&dir).expect("a mark").read().expect("an answer").expect("a word");
    assert_eq!(mark.incarnation, store.incarnation());
    assert_eq!(store.meta("life_left").expect("an answer"), None);
}

#[test]
fn a_stop_of_the_uplink_is_kept_until_it_is_taken_back() {
    let dir = folder();
    let stop = UplinkStop { why: "409".into(), settings: "abc".into(), fork: Some(7), retried: false };
    open(&dir).set_uplink_stop(Some(&stop)).expect("kept");
    let mut store = open(&dir);
    assert_eq!(store.uplink_stop().expect("an answer"), Some(stop));
    store.set_uplink_stop(None).expect("taken back");
    drop(store);
    assert_eq!(open(&dir).uplink_stop().expect("an answer"), None);
}

/// What the mark says now.
fn marked(dir: &TempDir) -> (String, u64, Vec<u64>) {
    let said = mark(dir).expect("a mark").read().expect("an answer").expect("a word");
    (said.incarnation, said.seq, said.next.into_iter().map(|next| next.next).collect())
}

#[test]
fn a_mark_that_cannot_be_written_is_known_until_it_can_and_misses_nothing_then() {
    let dir = folder();
    let (place, away) = (dir.path().join("mark"), dir.path().join("away"));
    let mut store = open(&dir);
    store.recognise(&pi("b1", "m1"), mark(&dir), &[]).expect("home");
    store.commit(AT, &[started(5)], &[]).expect("recorded");
    assert!(!store.mark_fails());
    std::fs::rename(&place, &away).expect("its medium is away");
    store.commit(AT, &[started(9)], &[]).expect("recorded all the same");
    assert!(store.mark_fails());
    store.retry_mark();
    assert!(store.mark_fails() && !place.exists(), "none is made in its place");
    let mut another = mark(&dir).expect("a mark");
    another.begin("another", 1, &[]).expect("begun");
    store.retry_mark();
    assert!(store.mark_fails() && marked(&dir).0 == "another", "another medium is left alone");
    drop(another);
    std::fs::remove_dir_all(&place).expect("away again");
    std::fs::rename(&away, &place).expect("it is back");
    let closed = Fact::OperatorChanged { operator: None };
    store.commit(AT, std::slice::from_ref(&closed), &[]).expect("recorded");
    assert!(!store.mark_fails());
    assert_eq!(marked(&dir), (store.incarnation().to_owned(), 3, vec![9]));
    // The same content in another file, as after a medium was pulled and put back.
    std::fs::rename(&place, &away).expect("away");
    std::fs::create_dir(&place).expect("a folder");
    for file in ["mark.db", "mark.db-wal"] {
        std::fs::copy(away.join(file), place.join(file)).expect("a copy");
    }
    store.commit(AT, &[closed], &[]).expect("recorded");
    assert_eq!((store.mark_fails(), marked(&dir).1), (false, 4));
}

#[test]
fn a_copy_whose_mark_cannot_be_written_is_found_once_and_another_one_again() {
    let (dir, here) = (folder(), pi("b1", "m1"));
    let mut store = open(&dir);
    store.recognise(&here, mark(&dir), &[]).expect("home");
    store.commit(AT, &[started(5)], &[]).expect("recorded");
    let was = store.incarnation().to_owned();
    drop(store);
    let copy = dir.path().join("copy.db");
    std::fs::copy(dir.path().join("data").join(DATABASE), &copy).expect("a copy");
    let beside = rusqlite::Connection::open(dir.path().join("mark/mark.db")).expect("the mark");
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON mark BEGIN SELECT raise(ABORT, 'read-only'); END;";
    beside.execute_batch(&format!("UPDATE mark SET seq = 9; {refuse}")).expect("written");
    for _ in 0..2 {
        std::fs::copy(&copy, dir.path().join("data").join(DATABASE)).expect("put back");
        let mut store = open(&dir);
        assert_eq!(why(&store.recognise(&here, mark(&dir), &[]).expect("an answer")), Some(CopySign::Behind));
        store.begin_life(Some((CopySign::Behind, &was, &[]))).expect("begun");
        store.settle(&here, &[]).expect("settled");
        assert!(store.mark_fails());
        drop(store);
        let mut store = open(&dir);
        assert_eq!(store.recognise(&here, mark(&dir), &[]).expect("an answer"), Recognised::Home);
        assert!(store.mark_fails() && marked(&dir).1 == 9);
    }
    beside.execute_batch("DROP TRIGGER refuse").expect("written");
    let mut store = open(&dir);
    assert_eq!(store.recognise(&here, mark(&dir), &[]).expect("an answer"), Recognised::Home);
    assert!(!store.mark_fails() && marked(&dir).0 == store.incarnation());
    assert_eq!(store.meta("mark_overruled").expect("an answer"), None);
}

#[test]
fn a_folder_that_is_named_later_takes_the_mark_over() {
    let dir = folder();
    let machine = pi("b1", "m1");
    let (data, named) = (dir.path().join("data"), dir.path().join("stick"));
    let mut store = open(&dir);
    let beside = Mark::open(&Mark::beside(&data)).expect("a mark");
    assert_eq!(store.recognise(&machine, Some(beside), &[]).expect("an answer"), Recognised::Home);
    drop(store);
    let before = Mark::open(&Mark::beside(&data)).expect("a mark").read().expect("an answer");
    let moved = Mark::open_instead(&named, &data).expect("a mark");
    assert_eq!((moved.read().expect("an answer"), before.is_some()), (before, true));
    assert_eq!(open(&dir).recognise(&machine, Some(moved), &[]).expect("an answer"), Recognised::Home);
    assert_eq!(std::fs::read_dir(Mark::beside(&data)).expect("a folder").count(), 0, "one mark, not two");
    // What the folder says already is not overwritten by an old one.
    let mut old = Mark::open(&Mark::beside(&data)).expect("a mark");
    old.begin("another", 1, &[]).expect("begun");
    let kept = Mark::open_instead(&named, &data).expect("a mark");
    assert_ne!(kept.read().expect("an answer").expect("a word").incarnation, "another");
}
