-- The first format of the database, as it was released.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, parcel INTEGER, name TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX journal_parcel ON journal (parcel, seq) WHERE parcel IS NOT NULL;
CREATE TABLE numbers (carrier TEXT NOT NULL, number TEXT NOT NULL, parcel INTEGER NOT NULL, UNIQUE (carrier, number));
CREATE TABLE orders (
    order_ref TEXT NOT NULL, rev INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (order_ref, rev)) WITHOUT ROWID;
CREATE TABLE order_keys (
    key TEXT NOT NULL, order_ref TEXT NOT NULL, PRIMARY KEY (key, order_ref)) WITHOUT ROWID;
CREATE TABLE outbox (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE aside (seq INTEGER PRIMARY KEY, reason TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE manifests (id TEXT PRIMARY KEY, seq INTEGER NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL) WITHOUT ROWID;
PRAGMA user_version = 1;
