//! A long history, written at once: the same packed day, over and over under other numbers.

use std::path::Path;

use rusqlite::types::Value as Cell;
use rusqlite::{Connection, Transaction, params_from_iter};
use serde_json::Value;

/// Tables of the history, and what each column counts, so that the next day counts on from it.
const TABLES: [(&str, &[Counts]); 8] = [
    ("journal", &[Counts::Facts, Counts::Time, Counts::Parcels, Counts::Nothing, Counts::Json]),
    ("numbers", &[Counts::Nothing, Counts::Text, Counts::Parcels]),
    (
        "orders",
        &[
            Counts::Orders,
            Counts::Nothing,
            Counts::Nothing,
            Counts::Text,
            Counts::Nothing,
            Counts::Nothing,
            Counts::Time,
            Counts::Facts,
        ],
    ),
    ("order_versions", &[Counts::Orders, Counts::Nothing, Counts::Nothing, Counts::Nothing, Counts::Nothing]),
    ("order_keys", &[Counts::Text, Counts::Orders]),
    ("outbox", &[Counts::Events, Counts::Time, Counts::Nothing, Counts::Json, Counts::Facts]),
    ("manifests", &[Counts::Text, Counts::Events, Counts::Json, Counts::Nothing, Counts::Nothing]),
    ("manifested", &[Counts::Parcels, Counts::Facts]),
];
/// Between two days, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

#[derive(Clone, Copy)]
enum Counts {
    Nothing,
    Facts,
    Parcels,
    Orders,
    Events,
    Time,
    /// Numbers of orders, parcels and manifests: each day has its own.
    Text,
    /// A document with parcels and such numbers in it.
    Json,
}

/// How much one day counts.
struct Day {
    facts: i64,
    parcels: i64,
    orders: i64,
    events: i64,
}

/// Repeats what the database has until it has it so many times, and says that the receiver has all of it, or nothing.
pub fn repeat(database: &Path, times: i64, confirmed: bool) {
    let mut db = Connection::open(database).expect("a database");
    for (name, value) in [("synchronous", "OFF"), ("cache_size", "-1000000"), ("journal_mode", "OFF")] {
        db.pragma_update_and_check(None, name, value, |_| Ok(()))
            .or_else(|_| db.pragma_update(None, name, value))
            .expect(name);
    }
    let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a count");
    let day = Day {
        facts: count("SELECT max(seq) FROM journal"),
        parcels: count("SELECT max(parcel) FROM journal"),
        orders: count("SELECT max(id) FROM orders"),
        events: count("SELECT max(seq) FROM outbox"),
    };
    // What is older than a few days holds no names any more.
    db.execute("UPDATE orders SET erased = 1, sealed_with = 0", []).expect("erased");
    db.execute("UPDATE order_versions SET body = NULL", []).expect("erased");
    let templates = TABLES.map(|(table, columns)| (table, columns, rows(&db, table)));
    for n in 1..times {
        let transaction = db.transaction().expect("a transaction");
        for (table, columns, rows) in &templates {
            day.insert(&transaction, table, columns, rows, n);
        }
        transaction.commit().expect("a commit");
    }
    db.execute("DELETE FROM snapshot", []).expect("no snapshot");
    let confirmed = if confirmed { "(SELECT max(seq) FROM outbox)" } else { "0" };
    db.execute(&format!("UPDATE lives SET confirmed = {confirmed}"), []).expect("a receipt");
    db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).expect("WAL");
}

/// What a table holds.
fn rows(db: &Connection, table: &str) -> Vec<Vec<Cell>> {
    let mut select = db.prepare(&format!("SELECT * FROM {table}")).expect(table);
    let columns = select.column_count();
    let row = |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column)).collect();
    select.query_map([], row).expect(table).collect::<Result<_, _>>().expect(table)
}

impl Day {
    fn insert(&self, db: &Transaction<'_>, table: &str, columns: &[Counts], rows: &[Vec<Cell>], n: i64) {
        let places = vec!["?"; columns.len()].join(", ");
        let mut insert = db.prepare_cached(&format!("INSERT INTO {table} VALUES ({places})")).expect(table);
        for row in rows {
            assert_eq!(row.len(), columns.len(), "the columns of {table} have changed");
            let cells = row.iter().zip(columns).map(|(cell, counts)| self.shift(cell, *counts, n));
            insert.execute(params_from_iter(cells)).expect(table);
        }
    }

    fn shift(&self, cell: &Cell, counts: Counts, n: i64) -> Cell {
        let by = match counts {
            Counts::Nothing => 0,
            Counts::Facts => self.facts,
            Counts::Parcels => self.parcels,
            Counts::Orders => self.orders,
            Counts::Events => self.events,
            Counts::Time => DAY,
            Counts::Text | Counts::Json => 1,
        };
        match (counts, cell) {
            (Counts::Text, Cell::Text(text)) => Cell::Text(renamed(text, n)),
            (Counts::Json, Cell::Text(text)) => {
                let mut document = serde_json::from_str(text).expect("a document");
                self.rewrite("", &mut document, n);
                Cell::Text(document.to_string())
            }
            (_, Cell::Integer(value)) => Cell::Integer(value + by * n),
            _ => cell.clone(),
        }
    }

    fn rewrite(&self, key: &str, value: &mut Value, n: i64) {
        match value {
            Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| self.rewrite(key, value, n)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.rewrite(key, item, n)),
            Value::Number(number) if ["parcel", "parcels", "left_out"].contains(&key) => {
                *value = (number.as_i64().expect("a parcel") + self.parcels * n).into();
            }
            Value::String(text) if ["order_ref", "tracking", "manifest"].contains(&key) => *text = renamed(text, n),
            _ => {}
        }
    }
}

/// The number of another day.
fn renamed(text: &str, n: i64) -> String {
    format!("{text}-{n}")
}
