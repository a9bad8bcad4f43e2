//! No statement of the store reads a whole table that grows with the station's history.
//!
//! Every SQL text in `src/store` is given to SQLite's `EXPLAIN QUERY PLAN`, on a database that the program made.

use std::fs;
use std::path::Path;

use parceld::store::{DATABASE, Store};
use rusqlite::Connection;
use syn::visit::{self, Visit};

/// Tables that grow with every parcel, order, event or manifest.
const GROWING: [&str; 12] = [
    "journal",
    "numbers",
    "orders",
    "order_versions",
    "order_keys",
    "outbox",
    "manifests",
    "manifested",
    "exported",
    "items",
    "item_codes",
    "item_parts",
];

/// Statements that read one on purpose, by how they begin, and why.
const WHOLE: [(&str, &str); 14] = [
    ("SELECT count(DISTINCT order_ref) FROM orders", "what a copy holds, said when it is made"),
    ("SELECT count(*) FROM orders WHERE erased = 0", "the same"),
    ("SELECT count(*) FROM orders WHERE sealed_with > 0", "the same"),
    ("SELECT json_extract(body, '$.source') FROM outbox", "the end of the table"),
    ("SELECT (SELECT count(*) FROM journal WHERE name = ?1 AND instr", "the whole look at night, beside the loop"),
    ("SELECT id FROM manifests ORDER BY seq DESC LIMIT", "the newest ones, from the end of an index"),
    ("SELECT count(*) FROM manifests", "some a day, and from an index alone"),
    ("SELECT hash FROM manifests ORDER BY seq DESC LIMIT 1", "the end of an index"),
    (
        "SELECT channel, shop, order_ref FROM orders WHERE erased = 0",
        "the partial index of orders that are not erased yet",
    ),
    ("SELECT carrier, number, parcel FROM numbers ORDER BY rowid DESC LIMIT", "the newest ones, from the table's end"),
    ("SELECT seq, body FROM journal WHERE name <> ?1", "a start replays the journal"),
    ("SELECT seq, at, body FROM journal WHERE seq > ?1 AND at < ?2", "a day of the journal, from its first fact on"),
    ("SELECT coalesce((SELECT seq FROM journal WHERE at < ?1", "from the journal's end back to a day"),
    (
        "SELECT o.channel, o.shop, o.order_ref, v.body, o.sealed_with",
        "the list of orders, in the order of an index and with a limit",
    ),
];

/// The string literals of a file that are SQL; test code is left out.
struct Statements(Vec<String>);

impl<'ast> Visit<'ast> for Statements {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.ident != "tests" {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        let text = text.value();
        if ["SELECT ", "WITH ", "UPDATE ", "DELETE ", "INSERT "].iter().any(|verb| text.starts_with(verb)) {
            self.0.push(text);
        }
    }
}

fn statements() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut found = Statements(Vec::new());
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        // The mark is a database of its own, with one row; so are the keys, which go by their number. What moves plain text
        // of earlier versions runs once, from one end of its tables.
        if !["tests.rs", "/mark.rs", "/keyring.rs", "/plain.rs"].iter().any(|end| file.to_string_lossy().ends_with(end))
        {
            found.visit_file(&syn::parse_file(&fs::read_to_string(file).unwrap()).unwrap());
        }
    }
    found.0
}

#[test]
fn no_statement_reads_a_whole_table_that_grows() {
    let dir = tempfile::tempdir().unwrap();
    drop(Store::open(dir.path()).unwrap());
    let db = Connection::open(dir.path().join(DATABASE)).unwrap();
    let (statements, mut whole) = (statements(), Vec::new());
    assert!(statements.len() > 40, "only {} statements were found", statements.len());
    for sql in &statements {
        let mut plan =
            db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let nulls = vec![rusqlite::types::Null; plan.parameter_count()];
        let steps: Vec<String> = plan
            .query_map(rusqlite::params_from_iter(nulls), |row| row.get(3))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        // An end of a table is found at once: `SELECT max(seq)`.
        let ends = sql.contains("max(seq)") || sql.contains("max(id)");
        let reads_all = |step: &&String| {
            let Some(table) = step.strip_prefix("SCAN ") else { return false };
            GROWING.iter().any(|name| table.split(' ').next() == Some(name)) || table.starts_with("o ")
        };
        if let Some(step) = steps.iter().find(reads_all).filter(|_| !ends) {
            whole.push(format!("{step}: {sql}"));
        }
    }
    whole.retain(|found| !WHOLE.iter().any(|(begins, _)| found.contains(begins)));
    assert!(whole.is_empty(), "give it an index, or say here why it may:\n{}", whole.join("\n"));
}
