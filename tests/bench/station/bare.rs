//! The unit of everything durable: one small row, committed and on the disk.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

/// A database with the station's settings and one table.
pub struct Bare(Connection);

impl Bare {
    pub fn open(dir: &Path) -> Self {
        let db = Connection::open(dir.join("bare.db")).expect("a database");
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE IF NOT EXISTS row (n INTEGER PRIMARY KEY, text TEXT);",
        )
        .expect("a table");
        Self(db)
    }

    /// How long one commit takes.
    pub fn commit(&self) -> Duration {
        let began = Instant::now();
        let mut insert = self.0.prepare_cached("INSERT INTO row (text) VALUES (?1)").expect("a statement");
        insert.execute(["one small row"]).expect("a row");
        began.elapsed()
    }
}
