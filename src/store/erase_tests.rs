//! What is erased while somebody reads, looked for in the files.

use std::path::Path;

use super::*;
use crate::station::order::OrderId;

const NAME: &str = "MARISOL-VEGA-117-FOXGLOVE";

fn put(store: &mut Store, number: &str) -> OrderId {
    let id = OrderId { number: number.to_owned(), ..OrderId::default() };
    let body = format!("{NAME} {number}");
    let version = NewVersion { version: 1, rev: 1, hash: [0; 32], body, keys: Vec::new() };
    let puts = vec![Put { id: id.clone(), version: Some(version), label: None }];
    store.commit_with(Timestamp(0), &[], &[], &OrderBatch { puts, ..OrderBatch::default() }).expect("kept");
    id
}

fn holds(file: &Path) -> bool {
    let bytes = std::fs::read(file).expect("readable");
    bytes.windows(NAME.len()).any(|part| part == NAME.as_bytes())
}

#[test]
fn what_is_erased_while_a_reader_is_open_is_not_called_gone_before_it_is() {
    let dir = tempfile::tempdir().expect("a folder");
    let [database, log] = [DATABASE, "station.db-wal"].map(|file| dir.path().join(file));
    let mut store = Store::open(dir.path()).expect("a store");
    let id = put(&mut store, "A1");

    // Another connection, as a command has one, in the middle of reading.
    let reader = Connection::open(&database).expect("a reader");
    reader.execute_batch("BEGIN; SELECT count(*) FROM order_versions;").expect("it reads");
    store.erase(&[(id, "stub".into())]).expect("taken out");
    assert!(!store.empty_log().expect("an answer"), "the reader needs the log");
    assert!(holds(&log));

    // Others who only look, and whatever is written meanwhile, change nothing in that.
    put(&mut store, "A2");
    assert!(!store.empty_log().expect("an answer"));
    let all = [OrderId { number: "A2".into(), ..OrderId::default() }];
    store.erase(&all.map(|id| (id, "stub".into()))).expect("taken out");

    reader.execute_batch("COMMIT").expect("it has read");
    assert!(store.empty_log().expect("an answer"));
    assert!(!holds(&log) && !holds(&database));
    assert_eq!(std::fs::metadata(&log).expect("a file").len(), 0);
}
