//! Copies and damage, on real files.

use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use rusqlite::Connection;
use tempfile::TempDir;

use super::backup::{self, BackupError};
use super::*;
use crate::station::SSCC_POOL;
use crate::station::fact::{CopySign, Fact};

const AT: Timestamp = Timestamp(1_795_000_000_000);
const STATION: &str = "LAX1-ST03";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn data(dir: &TempDir) -> PathBuf {
    dir.path().join("data")
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

/// A station with so many facts, an order with an address, and the mark beside it.
fn station(dir: &TempDir, facts: u64) -> Store {
    let mut store = Store::open(&data(dir)).expect("a store");
    store.recognise(&Machine::new(), mark(dir), &[]).expect("home");
    store.commit(AT, &(1..=facts).map(opened).collect::<Vec<_>>(), &[]).expect("recorded");
    let insert = "INSERT INTO orders (channel, shop, order_ref, erased) VALUES ('', '', 'A', 0), ('', '', 'B', 1)";
    store.db.execute(insert, []).expect("orders");
    store
}

fn mark(dir: &TempDir) -> Option<Mark> {
    Some(Mark::open(&dir.path().join("mark")).expect("a mark"))
}

fn made(dir: &TempDir) -> Result<(PathBuf, Backup), BackupError> {
    made_at(dir, AT, BackupBy::Person)
}

fn made_at(dir: &TempDir, at: Timestamp, by: BackupBy) -> Result<(PathBuf, Backup), BackupError> {
    back_up(&data(dir), &dir.path().join("copies"), STATION, at, by, None)
}

fn restored(dir: &TempDir, copy: &Path) -> Result<PutBack, BackupError> {
    put_back(copy, &data(dir), STATION, false, AT)
}

fn names(dir: &Path) -> Vec<String> {
    let files = std::fs::read_dir(dir).expect("a folder").map(|file| file.expect("a file").file_name());
    let mut names: Vec<String> = files.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Random bytes in the place of a page; pages count from 1.
fn spoil(file: &Path, page: u64) {
    let mut file = File::options().write(true).open(file).expect("a file");
    file.seek(SeekFrom::Start((page - 1) * u64::from(PAGE))).expect("a page");
    let bytes: Vec<u8> = (0..PAGE).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    file.write_all(&bytes).expect("written");
}

fn mode(path: &Path) -> u32 {
    path.metadata().expect("a file").permissions().mode() & 0o777
}

#[test]
fn a_copy_is_made_beside_the_writer_and_says_what_it_is() {
    let dir = folder();
    let mut store = station(&dir, 3);
    let (path, backup) = made(&dir).expect("a copy");
    assert!(matches!(made(&dir), Err(BackupError::Exists(_))), "nothing is written over a backup");
    store.commit(AT, &[opened(4)], &[]).expect("the station goes on");
    let expected = Backup {
        station: Some(STATION.into()),
        incarnation: store.incarnation().into(),
        seq: 3,
        at: Some(AT),
        orders_with_addresses: 0,
        orders_sealed: 0,
        labels: 0,
    };
    assert_eq!(backup, expected);
    let name = format!("parceld-{STATION}-20261118T110640Z-{}-3.db", store.incarnation());
    assert_eq!(names(&dir.path().join("copies")), [name], "nothing else is left there");
    assert_eq!((mode(&path), mode(path.parent().expect("a folder"))), (0o600, 0o700));
}

#[test]
fn nightly_copies_make_room_for_newer_ones_and_a_persons_stay() {
    let dir = folder();
    let _store = station(&dir, 1);
    let copies = dir.path().join("copies");
    made(&dir).expect("a person's");
    let nightly = |day: i64| {
        let (path, _) = made_at(&dir, Timestamp(AT.0 + day * 86_400_000), BackupBy::Clock).expect("a copy");
        sweep(&copies, STATION).expect("swept");
        prune(&copies, STATION, &path, 2).expect("pruned");
        path
    };
    // The clock was wrong once.
    let future = nightly(3_650);
    std::fs::write(copies.join(format!("parceld-{STATION}-20261118T110640Z.part")), "half").expect("written");
    std::fs::write(copies.join("holiday.db"), "not ours").expect("written");
    let made: Vec<PathBuf> = (1..=4).map(nightly).collect();
    assert!(!future.exists() && made[..2].iter().all(|path| !path.exists()), "{:?}", names(&copies));
    assert!(made[2..].iter().all(|path| path.exists()));
    assert_eq!(names(&copies).len(), 4, "{:?}", names(&copies));
    assert_eq!(newest_backup(&copies, STATION).expect("one"), made[3]);
    assert!(matches!(newest_backup(&copies, "LAX1"), Err(BackupError::None { .. })), "a name is not a part of one");
}

#[test]
fn a_copy_that_was_put_back_is_a_copy_and_what_lay_there_stays() {
    let dir = folder();
    let mut store = station(&dir, 3);
    let (copy, _) = made(&dir).expect("a copy");
    store.commit(AT, &[opened(4)], &[]).expect("recorded");
    assert!(matches!(restored(&dir, &copy), Err(BackupError::Store(StoreError::Locked(_)))));
    drop(store);
    let done = restored(&dir, &copy).expect("put back");
    assert_eq!((done.backup.seq, done.backup.at), (3, Some(AT)));
    let before = done.aside.expect("a folder");
    assert_eq!((mode(&before), mode(&data(&dir).join(DATABASE))), (0o700, 0o600));
    let old = Connection::open(before.join(DATABASE)).expect("what lay there");
    assert_eq!(old.query_row("SELECT max(seq) FROM journal", [], |row| row.get(0)), Ok(4));
    let mut store = Store::open(&data(&dir)).expect("a store");
    assert!(store.is_restored().expect("an answer"));
    let found = store.recognise(&Machine::new(), mark(&dir), &[]).expect("an answer");
    assert_eq!(found, Recognised::Copy { why: CopySign::Behind, next: vec![] });
}

#[test]
fn a_copy_is_known_where_no_mark_tells_and_once_it_is_settled_no_longer() {
    let dir = folder();
    drop(station(&dir, 3));
    let (copy, _) = made(&dir).expect("a copy");
    restored(&dir, &copy).expect("put back");
    let mut store = Store::open(&data(&dir)).expect("a store");
    let was = store.incarnation().to_owned();
    let found = store.recognise(&Machine::new(), None, &[]).expect("an answer");
    assert_eq!(found, Recognised::Copy { why: CopySign::Restored, next: vec![] });
    store.begin_life(Some((CopySign::Restored, &was, &[]))).expect("begun");
    store.settle(&Machine::new(), &[]).expect("settled");
    assert!(!store.is_restored().expect("an answer"));
    assert_eq!(store.recognise(&Machine::new(), None, &[]).expect("an answer"), Recognised::Home);
}

#[test]
fn what_is_no_good_copy_is_refused_and_nothing_is_touched() {
    let dir = folder();
    drop(station(&dir, 300));
    let (copy, _) = made(&dir).expect("a copy");
    let before = names(&data(&dir));
    let refused = |copy: &Path| {
        let error = restored(&dir, copy).expect_err("refused");
        assert_eq!(names(&data(&dir)), before, "{error}");
        error
    };
    let file = |name: &str| dir.path().join(name);
    std::fs::write(file("text"), "a letter").expect("written");
    Connection::open(file("empty.db")).expect("a file").execute_batch("CREATE TABLE x (y)").expect("a table");
    assert!(matches!(refused(&file("text")), BackupError::Foreign(_)));
    assert!(matches!(refused(&file("empty.db")), BackupError::Foreign(_)));
    assert!(matches!(refused(&file("nothing")), BackupError::File { .. }));
    let spoilt = |page| {
        std::fs::copy(&copy, file("spoilt.db")).expect("copied");
        spoil(&file("spoilt.db"), page);
        file("spoilt.db")
    };
    let pages = copy.metadata().expect("a file").len() / u64::from(PAGE);
    for page in 2..=pages {
        assert!(matches!(refused(&spoilt(page)), BackupError::Damaged { .. }), "page {page}");
    }
    assert!(matches!(refused(&spoilt(1)), BackupError::Foreign(_)));
    Connection::open(file("newer.db")).expect("a file").pragma_update(None, "user_version", 99).expect("a version");
    assert!(matches!(refused(&file("newer.db")), BackupError::Store(StoreError::Newer { .. })));
    let other = put_back(&copy, &data(&dir), "LAX1-ST04", false, AT).expect_err("another station");
    assert!(other.to_string().contains("it is of LAX1-ST03"), "{other}");
    put_back(&copy, &data(&dir), "LAX1-ST04", true, AT).expect("told");
}

#[test]
fn a_cut_while_files_are_moved_is_noticed_and_the_same_command_mends_it() {
    let dir = folder();
    drop(station(&dir, 3));
    let (copy, _) = made(&dir).expect("a copy");
    std::fs::rename(data(&dir).join(DATABASE), dir.path().join("moved")).expect("moved");
    std::fs::write(data(&dir).join(restore::UNDERWAY), "").expect("written");
    std::fs::write(data(&dir).join("station.db.part"), "half").expect("written");
    assert!(matches!(Store::open(&data(&dir)), Err(StoreError::Underway(_))));
    restored(&dir, &copy).expect("put back");
    assert_eq!(Store::open(&data(&dir)).expect("a store").last_seq, 3);
}

#[test]
fn a_missing_fact_is_found_among_the_newest_at_once_and_anywhere_by_looking_at_all() {
    let dir = folder();
    let store = station(&dir, 9_000);
    store.check_newest().expect("whole");
    store.check_whole().expect("whole");
    store.db.execute("DELETE FROM journal WHERE seq = 2001", []).expect("deleted");
    store.check_newest().expect("it is too old for that");
    let missing = |error: StoreError| match error {
        StoreError::Damaged(Damage::FactMissing(seq)) => seq,
        error => panic!("{error}"),
    };
    assert_eq!(missing(store.check_whole().expect_err("a gap")), 2001);
    store.db.execute("DELETE FROM journal WHERE seq = 8000", []).expect("deleted");
    assert_eq!(missing(store.check_newest().expect_err("a gap")), 8000);
    let error = made(&dir).expect_err("no copy of it");
    assert!(matches!(error, BackupError::Store(StoreError::Damaged(_))), "{error}");
    assert_eq!(names(&dir.path().join("copies")), [""; 0]);
}

#[test]
fn a_number_whose_fact_is_missing_is_found() {
    let dir = folder();
    let store = station(&dir, 3);
    store.db.execute("INSERT INTO numbers VALUES ('usps', 'N1', 2)", []).expect("inserted");
    let found = Damage::NumberWithoutFact { carrier: "usps".into(), number: "N1".into() };
    assert!(matches!(store.check_newest(), Err(StoreError::Damaged(damage)) if damage == found));
    store.db.execute("UPDATE numbers SET carrier = ?1", [SSCC_POOL]).expect("changed");
    store.check_newest().expect("bags are in no index");
    let found = Damage::Containers { facts: 0, numbers: 1 };
    assert!(matches!(store.check_whole(), Err(StoreError::Damaged(damage)) if damage == found));
}

#[test]
fn a_page_of_random_bytes_is_called_damage_wherever_it_is_met() {
    let dir = folder();
    let store = station(&dir, 300);
    drop(store);
    let file = data(&dir).join(DATABASE);
    let pages = file.metadata().expect("a file").len() / u64::from(PAGE);
    let good = std::fs::read(&file).expect("a file");
    for page in 1..=pages {
        std::fs::write(&file, &good).expect("written");
        spoil(&file, page);
        let look = || Store::open(&data(&dir))?.check_whole();
        assert!(matches!(look(), Err(StoreError::Damaged(_))), "page {page}");
    }
}

#[test]
fn work_beside_the_loop_ends_when_it_is_told_to() {
    let dir = folder();
    drop(station(&dir, 20_000));
    let gently = Gently::default();
    let mut reader = Store::read(&data(&dir)).expect("a reader");
    reader.be_gentle(&gently).expect("gentle");
    gently.stop();
    assert!(reader.check_whole().is_err_and(|error| !matches!(error, StoreError::Damaged(_))));
    let copied = back_up(&data(&dir), &dir.path().join("copies"), STATION, AT, BackupBy::Clock, Some(&gently));
    assert!(copied.is_err());
    assert_eq!(names(&dir.path().join("copies")), [""; 0]);
}

#[test]
fn times_in_names_are_read_as_they_are_written() {
    assert_eq!(stamp(AT), "20261118T110640Z");
    assert_eq!(backup::stamp(Timestamp(i64::MAX)), stamp(Timestamp(0)), "a clock that no calendar reaches");
}
