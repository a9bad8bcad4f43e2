//! A first `station.toml`: the shipped file, changed at its keys. Every key keeps its explanation; what comes out is read
//! again and checked like any other file.

use toml_edit::visit_mut::{VisitMut, visit_table_like_kv_mut, visit_table_mut};
use toml_edit::{Decor, DocumentMut, Item, KeyMut, Table, Value};

/// The shipped file, where every key is explained.
const SHIPPED: &str = include_str!("../../config/station.toml");
/// What stands before a key, or the head of a table, that is commented out.
const OFF: char = '#';

/// A `station.toml` in the making. Keys that are commented out are in it like all others: the text before them ends in `#`.
#[derive(Debug, Clone)]
pub struct ConfigTemplate {
    document: DocumentMut,
}

impl Default for ConfigTemplate {
    fn default() -> Self {
        Self::with_all_keys(SHIPPED).unwrap_or_else(|_| Self { document: DocumentMut::new() })
    }
}

impl ConfigTemplate {
    /// A file that somebody has, to be changed at its keys.
    ///
    /// # Errors
    /// It is no TOML; what the reader says.
    pub fn of(text: &str) -> Result<Self, String> {
        // A comment may begin as a key does, and be none.
        Self::with_all_keys(text).or_else(|_| {
            let document: DocumentMut =
                text.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
            Ok(Self { document })
        })
    }

    fn with_all_keys(text: &str) -> Result<Self, toml_edit::TomlError> {
        let line = |line: &str| match line.strip_prefix(OFF) {
            // Put on a line of its own, so that it is read; `Together` takes the end of that line away again.
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '[') => format!("{OFF}\n{rest}\n"),
            _ => format!("{line}\n"),
        };
        let mut document: DocumentMut = text.lines().map(line).collect::<String>().parse()?;
        Together.visit_document_mut(&mut document);
        Ok(Self { document })
    }

    /// The file as it is now.
    pub fn text(&self) -> String {
        self.document.to_string()
    }

    /// What stands at a key of text, unless it is commented out.
    pub fn text_of(&self, table: &str, key: &str) -> Option<&str> {
        self.item(table, key)?.as_str()
    }

    /// What stands at a key that is a list of names, unless it is commented out.
    pub fn list_of(&self, table: &str, key: &str) -> Option<Vec<&str>> {
        Some(self.item(table, key)?.as_array()?.iter().filter_map(Value::as_str).collect())
    }

    fn item(&self, table: &str, key: &str) -> Option<&Item> {
        let mut inner = self.document.as_table();
        for name in table.split('.') {
            inner = match inner.get(name)? {
                Item::ArrayOfTables(tables) => tables.get(0)?,
                item => item.as_table()?,
            };
        }
        let (name, item) = inner.get_key_value(key)?;
        (!before(name.leaf_decor()).ends_with(OFF)).then_some(item)
    }

    /// Sets a key of text, also one that is commented out.
    pub fn set(&mut self, table: &str, key: &str, text: &str) {
        self.put(table, key, serde_json::Value::from(text));
    }

    /// Sets a key that is a list of names.
    pub fn set_list(&mut self, table: &str, key: &str, names: &[String]) {
        self.put(table, key, serde_json::Value::from(names));
    }

    /// Sets a key of text in every table of a list, from the first on; tables that are more than the texts stay.
    pub fn set_each(&mut self, table: &str, key: &str, texts: &[&str]) {
        let Some((parent, list)) = table.rsplit_once('.') else { return };
        let Some(Item::ArrayOfTables(tables)) = self.table(parent).and_then(|parent| parent.get_mut(list)) else {
            return;
        };
        for (table, text) in tables.iter_mut().zip(texts) {
            table[key] = toml_edit::value(*text);
        }
    }

    /// Switches a key on.
    pub fn set_true(&mut self, table: &str, key: &str) {
        self.put(table, key, serde_json::Value::from(true));
    }

    /// Takes a key out, and leaves it there as a comment.
    pub fn leave_out(&mut self, table: &str, key: &str) {
        if let Some(mut key) = self.table(table).and_then(|table| table.key_mut(key)) {
            turn_off(key.leaf_decor_mut());
        }
    }

    /// Takes a whole table out, the same.
    pub fn leave_out_table(&mut self, table: &str) {
        let Some(table) = self.table(table) else { return };
        turn_off(table.decor_mut());
        for (mut key, _) in table.iter_mut() {
            turn_off(key.leaf_decor_mut());
        }
    }

    fn put(&mut self, table: &str, key: &str, value: serde_json::Value) {
        // What JSON has of texts, lists and truth is TOML, too.
        let (Some(table), Ok(mut value)) = (self.table(table), value.to_string().parse::<Value>()) else { return };
        match table.get_mut(key) {
            Some(Item::Value(there)) => {
                *value.decor_mut() = there.decor().clone();
                *there = value;
            }
            _ => {
                table.insert(key, Item::Value(value));
            }
        }
        if let Some(mut key) = table.key_mut(key) {
            let before = before(key.leaf_decor()).trim_end_matches(OFF).to_owned();
            key.leaf_decor_mut().set_prefix(before);
        }
    }

    /// Everything that is in it.
    #[cfg(test)]
    pub(super) fn document(&self) -> &DocumentMut {
        &self.document
    }

    /// The first table of this name.
    fn table(&mut self, path: &str) -> Option<&mut Table> {
        path.split('.').try_fold(self.document.as_table_mut(), |table, name| match table.get_mut(name)? {
            Item::ArrayOfTables(tables) => tables.get_mut(0),
            item => item.as_table_mut(),
        })
    }
}

/// The text before a key or a head.
pub(super) fn before(decor: &Decor) -> &str {
    decor.prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default()
}

fn turn_off(decor: &mut Decor) {
    if !before(decor).ends_with(OFF) {
        decor.set_prefix(format!("{}{OFF}", before(decor)));
    }
}

/// Puts a `#` that has a line of its own before the key or head that it comments out.
struct Together;

impl Together {
    fn put(decor: &mut Decor) {
        if let Some(text) = before(decor).strip_suffix('\n').filter(|text| text.ends_with(OFF)) {
            let text = text.to_owned();
            decor.set_prefix(text);
        }
    }
}

impl VisitMut for Together {
    fn visit_table_mut(&mut self, table: &mut Table) {
        Self::put(table.decor_mut());
        visit_table_mut(self, table);
    }

    fn visit_table_like_kv_mut(&mut self, mut key: KeyMut<'_>, item: &mut Item) {
        if item.is_value() {
            Self::put(key.leaf_decor_mut());
        }
        visit_table_like_kv_mut(self, key, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_set_in_its_own_table_and_every_explanation_stays() {
        let mut template = ConfigTemplate::default();
        template.set("scanner", "device", "usb:0c2e:0b61:A \"B\"");
        template.set("scale", "device", "auto");
        template.leave_out("scale", "baud");
        template.set_list("rates", "carriers", &["usps".to_owned(), "gofo".to_owned()]);
        template.set_true("packing", "specimen");
        template.leave_out_table("uplink");
        let comments = |text: &str| text.lines().filter(|line| line.starts_with("# ")).count();
        let text = template.text();
        assert_eq!(comments(&text), comments(SHIPPED));
        let lines = text.lines().zip(SHIPPED.lines());
        let changed: Vec<&str> = lines.filter(|(now, shipped)| now != shipped).map(|(now, _)| now).collect();
        assert_eq!(
            changed,
            [
                r#"device = "usb:0c2e:0b61:A \"B\"""#,
                r#"device = "auto""#,
                "#baud = 9600",
                r#"carriers = ["usps","gofo"]"#,
                "specimen = true",
                "#[uplink]",
                r#"#url = "https://hub.example/parceld""#,
                r#"#token_file = "/etc/parceld/uplink.token""#,
            ]
        );
        assert_eq!(template.text_of("station.ship_from", "city"), Some("Los Angeles"));
    }

    #[test]
    fn a_file_that_somebody_has_is_changed_at_its_keys_alone() {
        let mut first = ConfigTemplate::default();
        first.leave_out_table("uplink");
        first.set_each("packing.box", "outer", &["20x15x10cm", "30x30x30cm"]);
        let own = first.text().replace("id = \"LAX1-ST03\"", "# as on the door\nid = \"DOOR-3\"");
        let mut again = ConfigTemplate::of(&own).expect("a file");
        assert_eq!(again.text(), own);
        assert_eq!(again.text_of("station", "id"), Some("DOOR-3"));
        assert_eq!(again.text_of("uplink", "url"), None, "it is commented out");
        assert_eq!(again.list_of("rates", "carriers"), None);
        again.set("station", "warehouse", "LEEDS-1");
        again.set_list("rates", "carriers", &["yodel".to_owned()]);
        assert_eq!(again.list_of("rates", "carriers"), Some(vec!["yodel"]));
        let text = again.text();
        let changed = text.lines().zip(own.lines()).filter(|(now, before)| now != before).count();
        assert_eq!((changed, text.lines().count()), (2, own.lines().count()), "{text}");
        assert!(text.contains("\nouter = \"30x30x30cm\"\n"), "{text}");
        // A comment that begins as a key does is none, and stays.
        let noted = "#mind the gap\n[station]\nid = \"A\"\n";
        let mut noted_file = ConfigTemplate::of(noted).expect("a file");
        noted_file.set("station", "id", "B");
        assert_eq!(noted_file.text(), noted.replace("\"A\"", "\"B\""));
        assert!(ConfigTemplate::of("mine").is_err());
    }
}
