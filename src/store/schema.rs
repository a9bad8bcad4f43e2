//! The tables, their migrations, and the settings that durability hangs on.

use rusqlite::Connection;

use super::StoreError;

/// One step a format; never changed once released.
const MIGRATIONS: &[&str] = &["
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, parcel INTEGER, name TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX journal_parcel ON journal (parcel, seq) WHERE parcel IS NOT NULL;
-- A number is used once, whatever the program believes.
CREATE TABLE numbers (carrier TEXT NOT NULL, number TEXT NOT NULL, parcel INTEGER NOT NULL, UNIQUE (carrier, number));
-- Orders hold names and addresses; nothing else does.
CREATE TABLE orders (
    order_ref TEXT NOT NULL, rev INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (order_ref, rev)) WITHOUT ROWID;
CREATE TABLE order_keys (
    key TEXT NOT NULL, order_ref TEXT NOT NULL, PRIMARY KEY (key, order_ref)) WITHOUT ROWID;
CREATE TABLE outbox (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE aside (seq INTEGER PRIMARY KEY, reason TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE manifests (id TEXT PRIMARY KEY, seq INTEGER NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('confirmed', '0'), ('cursor', '');
", "
-- Labels that came with their orders, ready for the printer: they hold names and addresses, as orders do.
CREATE TABLE labels (
    order_ref TEXT NOT NULL, number TEXT NOT NULL, rev INTEGER NOT NULL, dpi INTEGER NOT NULL,
    width_mm INTEGER NOT NULL, height_mm INTEGER NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (order_ref, number));
ALTER TABLE orders ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
CREATE INDEX orders_kept ON orders (order_ref) WHERE erased = 0;
CREATE INDEX journal_confirmed ON journal (at) WHERE name = 'manifest_confirmed';
"];

/// Settings, migrations, and the incarnation of a new database.
pub(super) fn prepare(db: &mut Connection) -> Result<(), StoreError> {
    db.busy_timeout(std::time::Duration::from_secs(5))?;
    let mode: String = db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::Pragma("journal_mode = WAL"));
    }
    db.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;")?;
    let synchronous: i64 = db.query_row("PRAGMA synchronous", [], |row| row.get(0))?;
    if synchronous != 2 {
        return Err(StoreError::Pragma("synchronous = FULL"));
    }
    let version = check_version(db)?;
    for (done, migration) in (1_i64..).zip(MIGRATIONS) {
        if done <= version {
            continue;
        }
        let transaction = db.transaction()?;
        transaction.execute_batch(migration)?;
        if done == 1 {
            let mut random = [0_u8; 8];
            getrandom::fill(&mut random).map_err(|error| StoreError::Random(error.to_string()))?;
            let incarnation = format!("{:016x}", u64::from_be_bytes(random));
            transaction.execute("INSERT INTO meta VALUES ('incarnation', ?1)", [incarnation])?;
        }
        transaction.pragma_update(None, "user_version", done)?;
        transaction.commit()?;
    }
    Ok(())
}

/// The format of the database, unless it is newer than this program.
pub(super) fn check_version(db: &Connection) -> Result<i64, StoreError> {
    let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known { Err(StoreError::Newer { found, known }) } else { Ok(found) }
}
