//! Orders and their keys through power cuts, restores and lost files.

use std::path::Path;

use super::tests::{folder, hash, id, lies_in, open, order, put};
use super::*;
use crate::units::Timestamp;

fn body(store: &Store, number: &str) -> Option<String> {
    store.newest_order(&id(number)).expect("an answer")
}

fn key_gone(store: &Store, number: &str) -> bool {
    store.known_order(&id(number)).expect("an answer").expect("known").key_gone
}

fn remove_keys(dir: &Path) {
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(dir.join(format!("{KEYS}{end}")));
    }
}

fn copy(from: &Path, to: &Path, begins: &str) {
    for file in std::fs::read_dir(from).expect("a folder").map(|file| file.expect("a file").path()) {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        if name.starts_with(begins) {
            std::fs::copy(&file, to.join(name)).expect("copied");
        }
    }
}

fn fault(dir: &Path) -> Option<KeyFault> {
    match Store::open(dir) {
        Err(StoreError::Keys { fault, .. }) => Some(fault),
        Ok(_) => None,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_key_is_on_the_disk_before_what_it_seals() {
    let (dir, cut) = (folder(), folder());
    let mut store = open(&dir);
    let (from, to) = (dir.path().to_owned(), cut.path().to_owned());
    // What the keys' file has when the order is about to be written is what a cut right after it leaves.
    let hook = move || {
        copy(&from, &to, KEYS);
        false
    };
    store.db.commit_hook(Some(hook)).expect("a hook");
    put(&mut store, vec![order("A1", 1, &[])]).expect("kept");
    store.db.commit_hook(None::<fn() -> bool>).expect("none");
    copy(dir.path(), cut.path(), DATABASE);
    drop(store);
    assert_eq!(body(&open(&cut), "A1").as_deref(), Some("A1 at 1"));
}

#[test]
fn a_key_whose_order_was_never_written_is_collected_and_no_other() {
    let dir = folder();
    let mut store = open(&dir);
    put(&mut store, vec![order("A1", 1, &[])]).expect("kept");
    let pages: u32 = store.db.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    store.limit_pages(pages).expect("a full disk");
    let long = (0..400).map(|n| order(&format!("order {n}"), 1, &[])).collect();
    assert!(put(&mut store, long).is_err());
    drop(store);
    let mut store = open(&dir);
    put(&mut store, vec![order("A2", 1, &[])]).expect("kept");
    assert_eq!(store.collect_keys(Timestamp(0)).expect("looked at"), 0, "they are young");
    let mut collected = 0;
    for _ in 0..4 {
        collected += store.collect_keys(Timestamp(1)).expect("looked at");
    }
    assert!(collected >= 400, "{collected}");
    drop(store);
    let store = open(&dir);
    assert_eq!([body(&store, "A1"), body(&store, "A2")].map(|body| body.is_some()), [true, true]);
}

#[test]
fn destroyed_keys_are_nowhere_in_the_files_whatever_was_destroyed_before() {
    let dir = folder();
    let mut store = open(&dir);
    for some in (0..1_500).collect::<Vec<u32>>().chunks(100) {
        put(&mut store, some.iter().map(|n| order(&n.to_string(), 1, &[])).collect()).expect("kept");
    }
    let keys = Connection::open(dir.path().join(KEYS)).expect("the keys");
    let all: Vec<Vec<u8>> = keys
        .prepare("SELECT key FROM keys ORDER BY number")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    drop(keys);
    // Every third, then the others of the first half, then a run in the middle.
    let mut gone = std::collections::BTreeSet::new();
    for turn in [(0..1_500).step_by(3).collect::<Vec<u32>>(), (0..750).collect(), (900..1_100).collect()] {
        let new: Vec<u32> = turn.into_iter().filter(|n| gone.insert(*n)).collect();
        let stubs: Vec<_> = new.iter().map(|n| (id(&n.to_string()), "stub".to_owned())).collect();
        store.erase(&stubs).expect("erased");
        assert!(store.empty_log().expect("an answer"));
    }
    let content = std::fs::read(dir.path().join(KEYS)).expect("readable");
    let places: std::collections::HashSet<&[u8]> = content.windows(32).collect();
    let found: Vec<usize> = (0..1_500).filter(|n| places.contains(all[*n].as_slice())).collect();
    let kept: Vec<usize> = (0..1_500).filter(|n| !gone.contains(&(*n as u32))).collect();
    assert_eq!(found, kept);
}

#[test]
fn keys_that_are_missing_foreign_older_or_damaged_stop_the_start_and_renewing_them_says_what_is_lost() {
    let (dir, other, early) = (folder(), folder(), folder());
    put(&mut open(&other), vec![order("B1", 1, &[])]).expect("kept");
    let mut store = open(&dir);
    drop(std::mem::replace(&mut store, open(&folder())));
    copy(dir.path(), early.path(), KEYS);
    put(&mut open(&dir), vec![order("A1", 1, &[])]).expect("kept");
    let good = folder();
    copy(dir.path(), good.path(), KEYS);

    remove_keys(dir.path());
    assert_eq!(fault(dir.path()), Some(KeyFault::Missing));
    assert!(!dir.path().join(KEYS).exists(), "none is made beside it");
    for (from, expected) in [(&other, KeyFault::Foreign), (&early, KeyFault::Older)] {
        remove_keys(dir.path());
        copy(from.path(), dir.path(), KEYS);
        assert_eq!(fault(dir.path()), Some(expected));
    }
    std::fs::write(dir.path().join(KEYS), b"no database").expect("written");
    assert!(matches!(fault(dir.path()), Some(KeyFault::Damaged(_))));
    // Whoever reads meanwhile is told that it cannot be read, and everything else.
    assert!(key_gone(&Store::read(dir.path()).expect("a reader"), "A1"));

    remove_keys(dir.path());
    copy(good.path(), dir.path(), KEYS);
    assert_eq!(body(&open(&dir), "A1").as_deref(), Some("A1 at 1"));
    assert!(matches!(renew_keys(dir.path(), Timestamp(0)), Err(StoreError::KeysGood(_))));
    remove_keys(dir.path());
    assert_eq!(renew_keys(dir.path(), Timestamp(0)).expect("renewed"), (None, 1));
    let mut store = open(&dir);
    assert!(key_gone(&store, "A1"));
    put(&mut store, vec![order("A1", 2, &[])]).expect("imported again");
    assert_eq!(body(&store, "A1").as_deref(), Some("A1 at 2"));
    assert_eq!(store.order_at(&id("A1"), 1).expect("an answer"), None, "what was sealed before is gone");
}

#[test]
fn no_backup_has_keys_and_a_restored_order_is_read_where_they_are_and_imported_again_where_they_are_not() {
    let (dir, stick, elsewhere) = (folder(), folder(), folder());
    put(&mut open(&dir), vec![order("A1", 1, &[]), order("A2", 1, &[])]).expect("kept");
    let (file, backup) =
        back_up(dir.path(), stick.path(), "S", Timestamp(0), BackupBy::Person, None).expect("a backup");
    assert_eq!((backup.orders_with_addresses, backup.orders_sealed), (0, 2));
    assert!(!lies_in(stick.path(), b"A1 at 1"));
    {
        let mut store = open(&dir);
        let key: Vec<u8> = Connection::open(dir.path().join(KEYS))
            .and_then(|keys| keys.query_row("SELECT key FROM keys LIMIT 1", [], |row| row.get(0)))
            .expect("a key");
        assert!(lies_in(dir.path(), &key) && !lies_in(stick.path(), &key));
        store.erase(&[(id("A2"), "stub".into())]).expect("erased");
    }

    put_back(&file, dir.path(), "S", false, Timestamp(0)).expect("put back");
    let store = open(&dir);
    assert_eq!(body(&store, "A1").as_deref(), Some("A1 at 1"));
    assert!(key_gone(&store, "A2"), "its key was destroyed since: the backup brings nothing back");

    put_back(&file, elsewhere.path(), "S", false, Timestamp(0)).expect("put back");
    let mut store = open(&elsewhere);
    assert!(key_gone(&store, "A1") && key_gone(&store, "A2"));
    assert_eq!(store.find_order(&["A1".into()]).expect("an answer"), FoundOrder::KeyGone(id("A1")));
    put(&mut store, vec![order("A1", 2, &[])]).expect("imported again");
    drop(store);
    assert_eq!(body(&open(&elsewhere), "A1").as_deref(), Some("A1 at 2"));
}

#[test]
fn keys_that_a_backup_was_about_to_destroy_are_none_of_another_file() {
    let (dir, stick, elsewhere) = (folder(), folder(), folder());
    let mut store = open(&dir);
    put(&mut store, vec![order("A1", 1, &[])]).expect("kept");
    // The power goes between an order and its key, and a backup is made before the next start.
    store.db.execute("INSERT INTO keys_to_destroy SELECT sealed_with FROM orders", []).expect("noted");
    drop(store);
    let (file, _) = back_up(dir.path(), stick.path(), "S", Timestamp(0), BackupBy::Person, None).expect("a backup");
    put(&mut open(&elsewhere), vec![order("B1", 1, &[])]).expect("kept");
    let keys = || -> i64 {
        let keys = Connection::open(elsewhere.path().join(KEYS)).expect("the keys");
        keys.query_row("SELECT count(*) FROM keys", [], |row| row.get(0)).expect("a count")
    };
    let before = keys();
    put_back(&file, elsewhere.path(), "S", false, Timestamp(0)).expect("put back");
    drop(open(&elsewhere));
    assert_eq!(keys(), before);
}

#[test]
fn what_earlier_versions_kept_in_plain_text_is_sealed_and_overwritten_also_after_a_cut() {
    let dir = folder();
    let text = |n: u32| format!("MARISOL-VEGA of {n} {}", "x".repeat(n as usize % 2_000));
    {
        let db = Connection::open(dir.path().join(DATABASE)).expect("a database");
        db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON;").expect("set");
        schema::make_older(&db, 4);
        for n in 1..=600 {
            let erased = n % 10 == 0;
            db.execute("INSERT INTO orders VALUES (?1, 'web', 'S', ?2, ?3)", params![n, n.to_string(), erased])
                .unwrap();
            let body = if erased { "stub".to_owned() } else { text(n) };
            db.execute("INSERT INTO order_versions VALUES (?1, 1, 1, ?2, ?3)", params![n, hash(&body), body]).unwrap();
            if n % 7 == 0 && !erased {
                db.execute(
                    "INSERT INTO labels VALUES (?1, 'T', 203, 100, 150, 'zpl', ?2)",
                    params![n, text(n).into_bytes()],
                )
                .unwrap();
            }
        }
    }
    assert!(lies_in(dir.path(), b"MARISOL-VEGA"));
    {
        // The power goes in the middle.
        let mut db = Connection::open(dir.path().join(DATABASE)).expect("a database");
        schema::prepare(&mut db).expect("migrated");
        let mut keyring = sealed::open_keys(&mut db, dir.path()).expect("keys");
        plain::seal_next(&mut db, &mut keyring).expect("some");
    }
    assert!(matches!(Store::read(dir.path()), Err(StoreError::Older { .. })), "no reader sees half of it");
    let mut store = open(&dir);
    assert!(store.empty_log().expect("an answer"));
    assert!(!lies_in(dir.path(), b"MARISOL-VEGA"));
    for n in 1..=600 {
        let expected = if n % 10 == 0 { "stub".to_owned() } else { text(n) };
        assert_eq!(body(&store, &n.to_string()), Some(expected));
    }
    let label = store.label(&id("7"), "T").expect("an answer").expect("one");
    assert_eq!(label.bytes, text(7).into_bytes());
    drop(store);
    assert_eq!(body(&open(&dir), "1"), Some(text(1)));
}
