//! The database, as other versions of the program leave it.

use rusqlite::Connection;

use super::bench::DATA;
use super::debian::says;
use super::order::order;

fn file() -> String {
    format!("{DATA}/station.db")
}

/// The number of its format.
pub(crate) fn format() -> i64 {
    let db = Connection::open(file()).unwrap();
    db.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}

/// Says that it has another.
pub(crate) fn set_format(number: i64) {
    let db = Connection::open(file()).unwrap();
    db.pragma_update(None, "user_version", number).unwrap();
}

/// Writes everything that is in it into a database of the first format, which takes its place: with its one order as it was
/// said, because what holds of it is sealed now.
pub(crate) fn as_of_the_first_format(order_ref: &str) {
    let (now, first) = (file(), format!("{DATA}/first.db"));
    let db = Connection::open(&first).unwrap();
    db.execute_batch(include_str!("first.sql")).unwrap();
    db.execute("ATTACH ?1 AS now", [&now]).unwrap();
    db.execute_batch(
        "DELETE FROM meta;
         INSERT INTO meta SELECT key, value FROM now.meta WHERE key = 'cursor';
         INSERT INTO meta SELECT 'incarnation', incarnation FROM now.lives;
         INSERT INTO meta SELECT 'confirmed', confirmed FROM now.lives;
         INSERT INTO journal SELECT seq, at, parcel, name,
             CASE name WHEN 'parcel_opened' THEN json_remove(body, '$.channel', '$.shop', '$.version') ELSE body END
             FROM now.journal;
         INSERT INTO numbers SELECT carrier, number, parcel FROM now.numbers;
         INSERT INTO order_keys SELECT key, order_ref FROM now.order_keys JOIN now.orders ON order_id = id;
         INSERT INTO outbox SELECT seq, at, kind, body FROM now.outbox;
         INSERT INTO manifests SELECT id, seq, body, hash FROM now.manifests;
         DETACH now;",
    )
    .unwrap();
    let said = order(order_ref).to_string();
    db.execute("INSERT INTO orders VALUES (?1, 1, ?2)", [order_ref, &said]).unwrap();
    assert!(db.query_row("SELECT count(*) FROM journal", [], |row| row.get::<_, i64>(0)).unwrap() > 0);
    drop(db);
    for side in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{now}{side}"));
    }
    std::fs::rename(first, now).unwrap();
    says("chown", &["-R", "parceld:parceld", DATA]);
    assert_eq!(format(), 1);
}
