//! What is erased while somebody reads: its key, looked for in the files.

use super::tests::{folder, id, lies_in, open, order, put};
use super::*;

/// The bytes of the key of the only order.
fn key_of(store: &Store) -> Vec<u8> {
    let number: i64 = store.db.query_row("SELECT max(sealed_with) FROM orders", [], |row| row.get(0)).expect("a key");
    let keys = Connection::open(store.db.path().expect("a path").replace(DATABASE, KEYS)).expect("the keys");
    keys.query_row("SELECT key FROM keys WHERE number = ?1", [number], |row| row.get(0)).expect("one")
}

#[test]
fn what_is_erased_while_a_reader_is_open_is_not_called_gone_before_it_is() {
    let dir = folder();
    let mut store = open(&dir);
    put(&mut store, vec![order("A1", 1, &[])]).expect("kept");
    let key = key_of(&store);

    // Another connection, as a command has one, in the middle of reading.
    let reader = Connection::open(dir.path().join(KEYS)).expect("a reader");
    reader.execute_batch("BEGIN; SELECT count(*) FROM keys;").expect("it reads");
    store.erase(&[(id("A1"), "stub".into())]).expect("taken out");
    assert!(!store.empty_log().expect("an answer"), "the reader needs the log");
    assert!(lies_in(dir.path(), &key));

    // Others who only look, and whatever is written meanwhile, change nothing in that.
    put(&mut store, vec![order("A2", 1, &[])]).expect("kept");
    assert!(!store.empty_log().expect("an answer"));
    store.erase(&[(id("A2"), "stub".into())]).expect("taken out");

    reader.execute_batch("COMMIT").expect("it has read");
    assert!(store.empty_log().expect("an answer"));
    assert!(!lies_in(dir.path(), &key));
    for log in ["station.db-wal", "station.keys-wal"] {
        assert_eq!(std::fs::metadata(dir.path().join(log)).expect("a file").len(), 0);
    }
}

#[test]
fn the_same_holds_for_the_log_of_the_database() {
    let dir = folder();
    let mut store = open(&dir);
    put(&mut store, vec![order("A1", 1, &[])]).expect("kept");
    let reader = Connection::open(dir.path().join(DATABASE)).expect("a reader");
    reader.execute_batch("BEGIN; SELECT count(*) FROM order_versions;").expect("it reads");
    store.erase(&[(id("A1"), "stub".into())]).expect("taken out");
    assert!(!store.empty_log().expect("an answer"), "the reader needs the log");
    reader.execute_batch("COMMIT").expect("it has read");
    assert!(store.empty_log().expect("an answer"));
}
