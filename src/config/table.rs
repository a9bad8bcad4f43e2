//! Reading TOML so that everything wrong with a file is found in one pass, each with its line.
//!
//! ```text
//! let source = Source::new(path, text);
//! let Some(root) = source.parse() else { return source.into_problems() };
//! let table = Table::root(&source, &root);
//! let id: Option<String> = table.required("id");          // missing or of another type: a problem, and None
//! let tare: Option<Mass> = table.optional_text("tare");   // a string that `FromStr` reads
//! for printer in table.tables("printer") { …; printer.finish(); }
//! table.finish();                                         // every key nobody asked for is a problem
//! ```

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::LazyLock;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Problem, Problems};
use super::value::{Value, ValueError, ValueFault, Written, one_of, text, word};
use crate::ids::did_you_mean;

/// A file's text, and the problems found in it.
#[derive(Debug)]
pub struct Source {
    path: PathBuf,
    text: String,
    problems: RefCell<Problems>,
}

impl Source {
    /// A file that was read.
    pub fn new(path: impl Into<PathBuf>, text: String) -> Self {
        Self { path: path.into(), text, problems: RefCell::default() }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Reads the text as TOML; `None`, and a problem for each fault, when it is not.
    pub fn parse(&self) -> Option<Spanned<DeTable<'_>>> {
        let (root, errors) = DeTable::parse_recoverable(&self.text);
        for error in &errors {
            let what = format!("not TOML: {}", error.message().replace('\n', ", "));
            let problem = Problem::error(&self.path, what, "correct the spelling of this line");
            self.push(match error.span() {
                Some(span) => problem.at(self.line(&span)),
                None => problem,
            });
        }
        errors.is_empty().then_some(root)
    }

    /// Remembers a problem.
    pub fn push(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// All problems that were found.
    pub fn into_problems(self) -> Problems {
        self.problems.into_inner()
    }

    fn line(&self, span: &Range<usize>) -> usize {
        let before = self.text.as_bytes().get(..span.start).unwrap_or_default();
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }
}

/// A table of the file, and which of its keys are known.
#[derive(Debug)]
pub struct Table<'a> {
    source: &'a Source,
    table: &'a DeTable<'a>,
    line: usize,
    name: String,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Table<'a> {
    /// The whole file.
    pub fn root(source: &'a Source, root: &'a Spanned<DeTable<'a>>) -> Self {
        Self { source, table: root.get_ref(), line: 1, name: String::new(), asked: RefCell::default() }
    }

    /// The line the table begins on.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The folder its file is in.
    pub fn folder(&self) -> &'a Path {
        self.source.path.parent().unwrap_or(Path::new(""))
    }

    /// A key that must be there.
    pub fn required<T: Value>(&self, key: &'static str) -> Option<T> {
        self.required_by(key, |_, _, value| Some(value))
    }

    /// A key that may be there.
    pub fn optional<T: Value>(&self, key: &'static str) -> Option<T> {
        self.optional_by(key, |_, _, value| Some(value))
    }

    /// A key that must be there, judged by `check`, which may make something else of it.
    pub(super) fn required_by<R: Value, T>(
        &self,
        key: &'static str,
        check: impl Fn(&Table<'_>, &'static str, R) -> Option<T>,
    ) -> Option<T> {
        let value = self.present(key, &R::expected())?;
        self.taken(key, R::read(value)).and_then(|value| check(self, key, value))
    }

    /// The same for a key that may be there.
    pub(super) fn optional_by<R: Value, T>(
        &self,
        key: &'static str,
        check: impl Fn(&Table<'_>, &'static str, R) -> Option<T>,
    ) -> Option<T> {
        let value = self.find(key)?;
        self.taken(key, R::read(value)).and_then(|value| check(self, key, value))
    }

    /// The same for a key that has a default: one that is left out, or wrong, is read as if `default` stood there.
    pub(super) fn default_by<R: Value, T>(
        &self,
        key: &'static str,
        default: &'static str,
        check: impl Fn(&Table<'_>, &'static str, R) -> Option<T>,
    ) -> Option<T> {
        self.optional_by(key, &check).or_else(|| {
            let value = DeValue::parse(default).ok()?;
            self.taken(key, R::read(&value)).and_then(|value| check(self, key, value))
        })
    }

    /// A key as the check of another one sees it: `None` when it is not there, or wrong, which its own reading remembers.
    pub(super) fn look<T: Value>(&self, key: &'static str) -> Option<T> {
        self.find(key).and_then(|value| T::read(value).ok())
    }

    /// A string that must be there, read as something else: a mass, a date.
    pub fn required_text<T: FromStr<Err: Display>>(&self, key: &'static str) -> Option<T> {
        let value = self.present(key, &String::expected())?;
        self.taken(key, text(value))
    }

    /// A string that may be there, read as something else.
    pub fn optional_text<T: FromStr<Err: Display>>(&self, key: &'static str) -> Option<T> {
        self.find(key).and_then(|value| self.taken(key, text(value)))
    }

    /// A string that must be there and be one of `names`.
    pub fn required_name<T: Copy>(&self, key: &'static str, names: &[(&str, T)]) -> Option<T> {
        let value = self.present(key, &one_of(names))?;
        self.taken(key, word(value, names))
    }

    /// A string that may be there and must be one of `names`.
    pub fn optional_name<T: Copy>(&self, key: &'static str, names: &[(&str, T)]) -> Option<T> {
        self.find(key).and_then(|value| self.taken(key, word(value, names)))
    }

    /// An array of strings, each one of `names`; empty when the key is not there.
    pub fn names<T: Copy>(&self, key: &'static str, names: &[(&str, T)]) -> Vec<T> {
        let Some(value) = self.find(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.refuse(key, &ValueError::not_a("an array of strings", value));
            return Vec::new();
        };
        items.iter().filter_map(|item| self.taken(key, word(item, names))).collect()
    }

    /// A table that may be there.
    pub fn table(&self, key: &'static str) -> Option<Table<'a>> {
        self.find(key).and_then(|value| self.inner(key, value, self.path(key)))
    }

    /// A table that may be there; one that is not has no keys.
    pub(super) fn table_or_empty(&self, key: &'static str) -> Table<'a> {
        static EMPTY: LazyLock<DeTable<'static>> = LazyLock::new(DeTable::new);
        let empty = || Table {
            source: self.source,
            table: &EMPTY,
            line: self.line,
            name: self.path(key),
            asked: RefCell::default(),
        };
        self.table(key).unwrap_or_else(empty)
    }

    /// The table of this path, the first where there are several; nothing is remembered of it.
    pub(super) fn inside(&self, path: &str) -> Option<Table<'a>> {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let (_, value) = self.table.get_key_value(name)?;
        let first = match value.get_ref() {
            DeValue::Array(items) => items.iter().next()?,
            _ => value,
        };
        let DeValue::Table(table) = first.get_ref() else { return None };
        let line = self.source.line(&first.span());
        let inner = Table { source: self.source, table, line, name: name.to_owned(), asked: RefCell::default() };
        if rest.is_empty() { Some(inner) } else { inner.inside(rest) }
    }

    /// Remembers that these keys may be there, whether or not anybody asks for them.
    pub(super) fn knows(&self, keys: impl IntoIterator<Item = &'static str>) {
        self.asked.borrow_mut().extend(keys);
    }

    /// Whether a key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// A table of strings under names of the file's own choosing; empty when it is not there.
    pub fn texts(&self, key: &'static str) -> BTreeMap<String, String> {
        let Some(table) = self.table(key) else { return BTreeMap::new() };
        let entry = |(name, value): (&Spanned<_>, &Written<'_>)| {
            let name: &std::borrow::Cow<'_, str> = name.get_ref();
            Some((name.to_string(), table.taken(name, String::read(value))?))
        };
        table.table.iter().filter_map(entry).collect()
    }

    /// A table that must be there.
    pub fn required_table(&self, key: &'static str) -> Option<Table<'a>> {
        self.present(key, "a table").and_then(|value| self.inner(key, value, self.path(key)))
    }

    /// An array of tables, `[[key]]`; empty when it is not there.
    pub fn tables(&self, key: &'static str) -> Vec<Table<'a>> {
        let Some(value) = self.find(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            let expected = format!("a list of tables, each begun with [[{}]]", self.path(key));
            self.refuse(key, &ValueError::not_a(&expected, value));
            return Vec::new();
        };
        let tables = items.iter().enumerate();
        tables.filter_map(|(at, item)| self.inner(key, item, format!("{}[{}]", self.path(key), at + 1))).collect()
    }

    /// How many of these keys are there.
    pub fn count(&self, keys: &[&str]) -> usize {
        keys.iter().filter(|key| self.table.contains_key(**key)).count()
    }

    /// Remembers an error about a key, on its line (on the table's when the key is not there).
    pub fn error(&self, key: &str, what: impl Into<String>, what_to_do: impl Into<String>) {
        self.push(Problem::error(&self.source.path, what, what_to_do).at(self.line_of(key)));
    }

    /// Remembers a warning about a key.
    pub fn warn(&self, key: &str, what: impl Into<String>, what_to_do: impl Into<String>) {
        self.push(Problem::error(&self.source.path, what, what_to_do).at(self.line_of(key)).warning());
    }

    /// Remembers a problem for every key that was never asked for and is not known otherwise.
    pub fn finish(&self) {
        let asked = self.asked.borrow();
        for key in self.table.keys() {
            if asked.contains(key.get_ref().as_ref()) {
                continue;
            }
            let what = format!("unknown key {}", self.path(key.get_ref()));
            let known: Vec<&str> = asked.iter().copied().collect();
            let meant = did_you_mean(key.get_ref(), asked.iter().copied());
            let todo = format!("{meant}remove it, or write one of {}", known.join(", "));
            self.push(Problem::error(&self.source.path, what, todo).at(self.source.line(&key.span())));
        }
    }

    /// The line a key stands on; the table's when it is not there.
    pub fn line_of(&self, key: &str) -> usize {
        let entry = self.table.get_key_value(key);
        entry.map_or(self.line, |(key, _)| self.source.line(&key.span()))
    }

    fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    fn push(&self, problem: Problem) {
        self.source.push(problem);
    }

    fn find(&self, key: &'static str) -> Option<&'a Written<'a>> {
        self.asked.borrow_mut().insert(key);
        self.table.get(key)
    }

    fn present(&self, key: &'static str, expected: &str) -> Option<&'a Written<'a>> {
        let found = self.find(key);
        if found.is_none() {
            let what = format!("{} is missing", self.path(key));
            let todo = format!("write {key} = {expected}");
            self.push(Problem::error(&self.source.path, what, todo).at(self.line));
        }
        found
    }

    /// The value that was read; what is wrong with it is remembered.
    fn taken<T>(&self, key: &str, read: Result<T, Vec<ValueError>>) -> Option<T> {
        read.map_err(|errors| errors.into_iter().for_each(|error| self.refuse(key, &error))).ok()
    }

    fn refuse(&self, key: &str, error: &ValueError) {
        let name = self.path(key);
        let (what, todo) = match &error.fault {
            ValueFault::NotA(expected) => (format!("{name} is not {expected}"), format!("write {key} = {expected}")),
            ValueFault::Unknown { word, known } => {
                let words = known.split(", ").map(|word| word.trim_matches('"'));
                let meant = did_you_mean(word, words);
                (format!("{name} is {word:?}, which is not known"), format!("{meant}write {known}"))
            }
            ValueFault::Unreadable { what, what_to_do } => (format!("{name}: {what}"), what_to_do.clone()),
        };
        self.push(Problem::error(&self.source.path, what, todo).at(self.source.line(&error.at)));
    }

    fn inner(&self, key: &str, value: &'a Written<'a>, name: String) -> Option<Table<'a>> {
        let DeValue::Table(table) = value.get_ref() else {
            self.refuse(key, &ValueError::not_a("a table", value));
            return None;
        };
        let line = self.source.line(&value.span());
        Some(Table { source: self.source, table, line, name, asked: RefCell::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Mass;

    fn problems(text: &str, read: impl Fn(&Table<'_>)) -> Vec<String> {
        let source = Source::new("a.toml", text.to_owned());
        if let Some(root) = source.parse() {
            let table = Table::root(&source, &root);
            read(&table);
            table.finish();
        }
        source.into_problems().into_iter().map(|problem| problem.to_string()).collect()
    }

    #[test]
    fn every_problem_is_found_with_its_line() {
        let text = "id = 7\nspeed = 9\nbaud = 70000\nmass = \"5\"\nkind = \"x\"\n\n[[part]]\nname = \"a\"\n[[part]]\nsize = 1\n";
        let found = problems(text, |table| {
            assert_eq!(table.required::<String>("id"), None);
            assert_eq!(table.optional::<u16>("baud"), None);
            assert_eq!(table.optional_text::<Mass>("mass"), None);
            assert_eq!(table.required_name("kind", &[("a", 1), ("b", 2)]), None);
            assert_eq!(table.optional::<bool>("absent"), None);
            for part in table.tables("part") {
                part.required::<String>("name");
                part.finish();
            }
        });
        assert_eq!(
            found,
            [
                "a.toml:1: id is not \"text\" in quotation marks; write id = \"text\" in quotation marks",
                "a.toml:3: baud is not a whole number from 0 to 65535; write baud = a whole number from 0 to 65535",
                "a.toml:4: mass: \"5\" has no known unit; write one of mg, g, kg, oz, lb, such as 310g",
                "a.toml:5: kind is \"x\", which is not known; write \"a\", \"b\"",
                "a.toml:9: part[2].name is missing; write name = \"text\" in quotation marks",
                "a.toml:10: unknown key part[2].size; remove it, or write one of name",
                "a.toml:2: unknown key speed; remove it, or write one of absent, baud, id, kind, mass, part",
            ]
        );
    }

    #[test]
    fn what_is_not_toml_is_a_problem_on_its_line() {
        let found = problems("a = 1\nb = \nc = 3\na = 2\n", |_| {});
        assert!(found.iter().any(|problem| problem.starts_with("a.toml:2: not TOML: ")), "{found:?}");
        assert!(found.iter().any(|problem| problem.starts_with("a.toml:4: not TOML: ")), "{found:?}");
    }

    #[test]
    fn whole_files_read_without_a_problem() {
        let found = problems("id = \"a\"\nlist = [\"x\", \"y\"]\n[inner]\ncount = 0x10\n", |table| {
            assert_eq!(table.required::<String>("id").as_deref(), Some("a"));
            assert_eq!(table.names("list", &[("x", 1), ("y", 2)]), [1, 2]);
            let inner = table.required_table("inner").unwrap();
            assert_eq!(inner.required::<u64>("count"), Some(16));
            inner.finish();
        });
        assert!(found.is_empty(), "{found:?}");
    }
}
