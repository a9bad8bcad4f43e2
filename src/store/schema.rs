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
", "
-- An order is known by channel, shop and number. What was said of it stands in order_versions; the highest holds. Until now
-- a number was one order, and its revisions were its versions: they keep those numbers, which facts refer to.
DROP INDEX orders_kept;
ALTER TABLE orders RENAME TO orders_before;
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, channel TEXT NOT NULL, shop TEXT NOT NULL, order_ref TEXT NOT NULL,
    erased INTEGER NOT NULL DEFAULT 0, UNIQUE (order_ref, shop, channel));
CREATE INDEX orders_kept ON orders (id) WHERE erased = 0;
CREATE TABLE order_versions (
    order_id INTEGER NOT NULL, version INTEGER NOT NULL, rev INTEGER NOT NULL, hash BLOB, body TEXT,
    PRIMARY KEY (order_id, version)) WITHOUT ROWID;
INSERT INTO orders (channel, shop, order_ref, erased)
    SELECT coalesce(CASE WHEN json_valid(body) THEN json_extract(body, '$.channel') END, ''),
           coalesce(CASE WHEN json_valid(body) THEN json_extract(body, '$.shop') END, ''), order_ref, erased
    FROM orders_before b WHERE rev = (SELECT max(rev) FROM orders_before n WHERE n.order_ref = b.order_ref);
INSERT INTO order_versions
    SELECT o.id, b.rev, b.rev, NULL, b.body FROM orders_before b JOIN orders o ON o.order_ref = b.order_ref;
INSERT INTO meta SELECT 'orders_before_shops', coalesce(max(id), 0) FROM orders;
INSERT INTO meta SELECT 'orders_to_compare', '1' FROM orders LIMIT 1;
ALTER TABLE order_keys RENAME TO order_keys_before;
CREATE TABLE order_keys (key TEXT NOT NULL, order_id INTEGER NOT NULL, PRIMARY KEY (key, order_id)) WITHOUT ROWID;
INSERT INTO order_keys SELECT k.key, o.id FROM order_keys_before k JOIN orders o ON o.order_ref = k.order_ref;
INSERT OR IGNORE INTO order_keys SELECT shop || '/' || order_ref, id FROM orders WHERE shop <> '';
CREATE INDEX order_keys_by_order ON order_keys (order_id);
ALTER TABLE labels RENAME TO labels_before;
CREATE TABLE labels (
    order_id INTEGER NOT NULL, number TEXT NOT NULL, dpi INTEGER NOT NULL, width_mm INTEGER NOT NULL,
    height_mm INTEGER NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (order_id, number));
INSERT INTO labels SELECT o.id, l.number, l.dpi, l.width_mm, l.height_mm, l.kind, l.body
    FROM labels_before l JOIN orders o ON o.order_ref = l.order_ref;
DROP TABLE labels_before; DROP TABLE order_keys_before; DROP TABLE orders_before;
-- Each life of the database has an incarnation of its own. Rows of the outbox are counted through all of them: the
-- `stationseq` of an event is its row less the base of its life, and never changes.
CREATE TABLE lives (
    life INTEGER PRIMARY KEY, incarnation TEXT NOT NULL, base INTEGER NOT NULL, confirmed INTEGER NOT NULL);
INSERT INTO lives SELECT 1, (SELECT value FROM meta WHERE key = 'incarnation'), 0, CAST(value AS INTEGER)
    FROM meta WHERE key = 'confirmed';
DELETE FROM meta WHERE key IN ('incarnation', 'confirmed');
-- The fact that an event tells of: its number in the journal.
ALTER TABLE outbox ADD COLUMN fact INTEGER;
CREATE INDEX manifests_by_event ON manifests (seq);
", "
CREATE INDEX journal_operator ON journal (seq) WHERE name = 'operator_changed';
-- A station knows only what is here; whatever it is asked of older parcels is found by these.
CREATE INDEX journal_opened ON journal (CASE WHEN json_valid(body) THEN json_extract(body, '$.order_ref') END)
    WHERE name = 'parcel_opened';
CREATE INDEX journal_manifest ON journal (CASE WHEN json_valid(body) THEN json_extract(body, '$.manifest') END)
    WHERE name IN ('manifest_closed', 'manifest_handed_over', 'manifest_confirmed');
-- Which fact put a parcel on a manifest.
CREATE TABLE manifested (parcel INTEGER NOT NULL, fact INTEGER NOT NULL, PRIMARY KEY (parcel, fact)) WITHOUT ROWID;
INSERT OR IGNORE INTO manifested SELECT p.value, j.seq FROM journal j, json_each(j.body, '$.parcels') p
    WHERE j.name = 'manifest_closed' AND json_valid(j.body);
-- Whether a fact says that the receiver has it.
ALTER TABLE manifests ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0;
UPDATE manifests SET confirmed = 1 WHERE id IN (
    SELECT json_extract(body, '$.manifest') FROM journal WHERE name = 'manifest_confirmed' AND json_valid(body));
CREATE INDEX manifests_unconfirmed ON manifests (seq) WHERE confirmed = 0;
-- Bags and pallets that the station has forgotten, as they were last.
CREATE TABLE bags (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
-- The station as of a fact; it can be thrown away.
CREATE TABLE snapshot (
    id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, version INTEGER NOT NULL, sha256 BLOB NOT NULL, body BLOB NOT NULL);
", "
-- What is personal of an order is sealed with a key of its own, by number in another file: 0 for one that is gone, NULL
-- where nothing is sealed. A text is a BLOB then; TEXT is a stub, with nothing personal in it. `since`: when its newest
-- version came, and after which fact.
ALTER TABLE orders ADD COLUMN sealed_with INTEGER;
ALTER TABLE orders ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN since_fact INTEGER NOT NULL DEFAULT 0;
UPDATE orders SET since = CAST(strftime('%s', 'now') AS INTEGER) * 1000,
    since_fact = (SELECT coalesce(max(seq), 0) FROM journal);
CREATE INDEX orders_by_key ON orders (sealed_with) WHERE sealed_with IS NOT NULL;
CREATE TABLE keys_to_destroy (number INTEGER PRIMARY KEY);
-- Orders that somebody had erased: when and by whom.
CREATE TABLE erasures (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, at INTEGER NOT NULL, by_whom TEXT NOT NULL);
CREATE INDEX erasures_by_order ON erasures (order_id);
-- What was kept until now moves into tables of the same shape, sealed, and these are emptied and dropped: so each of their
-- pages is overwritten as a whole.
ALTER TABLE order_versions RENAME TO order_versions_plain;
CREATE TABLE order_versions (
    order_id INTEGER NOT NULL, version INTEGER NOT NULL, rev INTEGER NOT NULL, hash BLOB, body TEXT,
    PRIMARY KEY (order_id, version)) WITHOUT ROWID;
ALTER TABLE labels RENAME TO labels_plain;
CREATE TABLE labels (
    order_id INTEGER NOT NULL, number TEXT NOT NULL, dpi INTEGER NOT NULL, width_mm INTEGER NOT NULL,
    height_mm INTEGER NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (order_id, number));
-- Whether the clock was believed when something was recorded.
CREATE INDEX journal_clock ON journal (seq) WHERE name IN ('clock_believed', 'clock_doubted');
", "
-- What was begun or came on a day, for lists.
CREATE INDEX journal_opened_at ON journal (at) WHERE name = 'parcel_opened';
CREATE INDEX orders_since ON orders (since);
", "
-- What was given back to the seller's systems, for each form of table. Whatever was put on a manifest up to the fact `done` is
-- given, or is not to be; `stops` is the same for what was stopped after it was given. `incarnation`: the life of the last time.
CREATE TABLE exports (
    id INTEGER PRIMARY KEY, format TEXT NOT NULL UNIQUE, done INTEGER NOT NULL, stops INTEGER NOT NULL,
    incarnation TEXT NOT NULL);
-- A parcel that was given, and from which manifest: the fact that closed it. `stopped`: the fact up to which it was said that
-- it does not travel.
CREATE TABLE exported (
    export INTEGER NOT NULL, parcel INTEGER NOT NULL, fact INTEGER NOT NULL, at INTEGER NOT NULL, stopped INTEGER,
    PRIMARY KEY (export, parcel)) WITHOUT ROWID;
CREATE INDEX manifested_by_fact ON manifested (fact, parcel);
CREATE INDEX journal_stops ON journal (seq) WHERE name IN ('voided', 'held', 'left_out', 'intercepted');
", "
-- The item master: what the seller's items are, by SKU. Nothing personal. The barcodes and components of a body stand beside it,
-- to be found.
CREATE TABLE items (sku TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE item_codes (code TEXT NOT NULL, sku TEXT NOT NULL, PRIMARY KEY (code, sku)) WITHOUT ROWID;
CREATE INDEX item_codes_by_sku ON item_codes (sku);
CREATE TABLE item_parts (
    kit TEXT NOT NULL, component TEXT NOT NULL, qty INTEGER NOT NULL, PRIMARY KEY (kit, component)) WITHOUT ROWID;
CREATE INDEX item_parts_by_component ON item_parts (component);
"];

/// How long a statement waits for another process.
pub(super) const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// Bytes of a page of a new database. A commit writes every page that it touches, and a fact is short: with SQLite's own
/// 4,096 a parcel writes two and a half times as much.
pub const PAGE: u32 = 1024;

/// More statements than there are: each is read once by SQLite, and not once a parcel.
pub(super) const STATEMENTS: usize = 256;

/// Settings that durability and erasing hang on, for the database and for its keys.
pub(super) fn settings(db: &Connection) -> Result<(), StoreError> {
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    db.busy_timeout(PATIENCE)?;
    let mode: String = db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::Pragma("journal_mode = WAL"));
    }
    db.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;")?;
    let synchronous: i64 = db.query_row("PRAGMA synchronous", [], |row| row.get(0))?;
    if synchronous != 2 {
        return Err(StoreError::Pragma("synchronous = FULL"));
    }
    Ok(())
}

/// Empties the write-ahead log of a database, without waiting for anybody. False when a reader still needs it.
pub(super) fn empty_log(db: &Connection) -> Result<bool, StoreError> {
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    db.busy_timeout(std::time::Duration::ZERO)?;
    let answer = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], row);
    db.busy_timeout(PATIENCE)?;
    // Whether somebody was in the way; how many pages the log has, and how many of them are in the database.
    let (busy, pages, moved): (i64, i64, i64) = answer?;
    Ok(busy == 0 && pages == moved)
}

/// Settings, migrations, and the incarnation of a new database.
pub(super) fn prepare(db: &mut Connection) -> Result<(), StoreError> {
    // A database that has pages keeps their size.
    db.pragma_update(None, "page_size", PAGE)?;
    settings(db)?;
    let version = check_version(db)?;
    for (done, migration) in (1_i64..).zip(MIGRATIONS) {
        if done <= version {
            continue;
        }
        let transaction = db.transaction()?;
        transaction.execute_batch(migration)?;
        if done == 1 {
            transaction.execute("INSERT INTO meta VALUES ('incarnation', ?1)", [new_incarnation()?])?;
        }
        transaction.pragma_update(None, "user_version", done)?;
        transaction.commit()?;
    }
    Ok(())
}

/// A database as an earlier version of the program made it.
#[cfg(test)]
pub(super) fn make_older(db: &Connection, version: usize) {
    for (done, migration) in (1..).zip(&MIGRATIONS[..version]) {
        db.execute_batch(migration).expect("a migration");
        if done == 1 {
            db.execute("INSERT INTO meta VALUES ('incarnation', 'old')", []).expect("a name");
        }
    }
    db.pragma_update(None, "user_version", version).expect("its format");
}

/// A random name for a life of a database.
pub(super) fn new_incarnation() -> Result<String, StoreError> {
    let random = getrandom::u64().map_err(|error| StoreError::Random(error.to_string()))?;
    Ok(format!("{random:016x}"))
}

/// Whether the database has the format of this program.
pub(super) fn check_current(db: &Connection) -> Result<(), StoreError> {
    let found = check_version(db)?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    // A start that was cut off has not sealed everything.
    let is_older = found < known || has_plain(db)?;
    if is_older { Err(StoreError::Older { found, known }) } else { Ok(()) }
}

/// Whether texts of orders that earlier versions kept in plain text have yet to be sealed.
pub(super) fn has_plain(db: &Connection) -> rusqlite::Result<bool> {
    db.query_row("SELECT count(*) > 0 FROM sqlite_master WHERE name = 'order_versions_plain'", [], |row| row.get(0))
}

/// The format of the database, unless it is newer than this program.
pub(super) fn check_version(db: &Connection) -> Result<i64, StoreError> {
    let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known { Err(StoreError::Newer { found, known }) } else { Ok(found) }
}
