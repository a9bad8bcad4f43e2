//! The file of explanations against the declaration.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{Item, Table};

use super::declare::{DeclaredTable, Presence};
use super::keys::TABLES;
use super::template::{ConfigTemplate, before};
use super::tests::problems_of;

/// A table of the shipped file.
struct Shown {
    /// `[station]`, `[[printer]]`.
    head: String,
    table: Table,
}

impl Shown {
    fn is_off(&self) -> bool {
        before(self.table.decor()).ends_with('#')
    }

    /// The lines that explain a key.
    fn explanation(&self, key: &str) -> &str {
        self.table.key(key).map(|key| before(key.leaf_decor())).unwrap_or_default()
    }
}

/// Every table of the shipped file, also those that are commented out.
fn shown() -> Vec<Shown> {
    let mut all = Vec::new();
    collect("", ConfigTemplate::default().document().as_table(), &mut all);
    all
}

fn collect(path: &str, table: &Table, all: &mut Vec<Shown>) {
    for (name, item) in table.iter() {
        let inner = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let (head, tables): (_, Vec<&Table>) = match item {
            Item::ArrayOfTables(tables) => (format!("[[{inner}]]"), tables.iter().collect()),
            Item::Table(table) => (format!("[{inner}]"), vec![table]),
            Item::Value(_) | Item::None => continue,
        };
        for table in tables {
            all.push(Shown { head: head.clone(), table: table.clone() });
            collect(&inner, table, all);
        }
    }
}

fn keys_of(table: &Table) -> BTreeSet<&str> {
    table.iter().filter(|(_, item)| item.is_value()).map(|(key, _)| key).collect()
}

fn declared(head: &str) -> &'static DeclaredTable {
    TABLES.iter().find(|table| table.head == head).unwrap_or_else(|| panic!("{head} is not declared"))
}

#[test]
fn the_shipped_file_shows_every_declared_key_and_no_other() {
    let shown = shown();
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for table in &shown {
        found.entry(&table.head).or_default().extend(keys_of(&table.table));
    }
    let keys = |table: &&'static DeclaredTable| (table.head, table.keys.iter().map(|key| key.name).collect());
    assert_eq!(found, TABLES.iter().map(keys).collect());
}

#[test]
fn only_what_may_be_left_out_is_commented_out() {
    for table in shown().iter().filter(|table| !table.is_off()) {
        for key in declared(&table.head).keys.iter().filter(|key| key.presence == Presence::Required) {
            assert!(!table.explanation(key.name).ends_with('#'), "{} {}", table.head, key.name);
        }
    }
}

#[test]
fn every_default_is_shown_or_said() {
    let mut seen = BTreeSet::new();
    for table in shown().iter().filter(|table| seen.insert(table.head.clone())) {
        for key in declared(&table.head).keys {
            let Presence::Default(default) = key.presence else { continue };
            let value = |text: &str| format!("x = {text}").parse::<toml::Table>().expect("a value");
            let written = table.table[key.name].to_string();
            let is_shown = value(&written) == value(default);
            let is_said =
                [table.explanation(key.name), &written].iter().any(|text| text.contains(&format!("Default {default}")));
            assert!(is_shown || is_said, "{} {} = {default}", table.head, key.name);
        }
    }
}

#[test]
fn what_is_required_is_enough_and_every_default_can_be_read() {
    let mut text = String::new();
    for table in shown() {
        text += &format!("{}\n", table.head);
        let is_wanted = |name: &str, presence| presence == Presence::Required || ["currency", "region"].contains(&name);
        for key in declared(&table.head).keys.iter().filter(|key| is_wanted(key.name, key.presence)) {
            text += &format!("{} = {}\n", key.name, table.table[key.name].to_string().trim());
        }
    }
    assert_eq!(problems_of(&text), [""; 0], "{text}");
}

#[test]
fn a_table_names_the_tables_inside_it() {
    for table in TABLES {
        let inside = TABLES.iter().filter(|inner| inner.parent() == table.path()).map(|inner| inner.name());
        assert_eq!(table.inner, inside.collect::<Vec<_>>(), "{}", table.head);
    }
}
