//! A first `station.toml`: the shipped file, changed at its keys. It is edited as text, so that every key keeps its
//! explanation; what comes out is read again and checked like any other file.

/// The shipped file, where every key is explained.
const SHIPPED: &str = include_str!("../../config/station.toml");

/// A `station.toml` in the making.
#[derive(Debug, Clone)]
pub struct ConfigTemplate {
    lines: Vec<String>,
}

impl Default for ConfigTemplate {
    fn default() -> Self {
        Self { lines: SHIPPED.lines().map(str::to_owned).collect() }
    }
}

impl ConfigTemplate {
    /// The file as it is now.
    pub fn text(&self) -> String {
        self.lines.join("\n") + "\n"
    }

    /// What the shipped file has at a key of text.
    pub fn text_of(&self, table: &str, key: &str) -> Option<&str> {
        let (_, value) = self.lines[self.find(table, key)?].split_once('=')?;
        value.trim().strip_prefix('"')?.strip_suffix('"')
    }

    /// Sets a key of text, also one that stands there as `#key`.
    pub fn set(&mut self, table: &str, key: &str, text: &str) {
        self.put(table, key, &serde_json::Value::from(text).to_string());
    }

    /// Sets a key that is a list of names.
    pub fn set_list(&mut self, table: &str, key: &str, names: &[String]) {
        self.put(table, key, &serde_json::Value::from(names).to_string());
    }

    /// Switches a key on.
    pub fn set_true(&mut self, table: &str, key: &str) {
        self.put(table, key, "true");
    }

    /// Takes a key out, and leaves it there as a comment.
    pub fn leave_out(&mut self, table: &str, key: &str) {
        if let Some(line) = self.find(table, key) {
            comment(&mut self.lines[line]);
        }
    }

    /// Takes a whole table out, the same.
    pub fn leave_out_table(&mut self, table: &str) {
        for line in self.part(table) {
            comment(&mut self.lines[line]);
        }
    }

    fn put(&mut self, table: &str, key: &str, value: &str) {
        let line = format!("{key} = {value}");
        match self.find(table, key) {
            Some(at) => self.lines[at] = line,
            None => {
                let after = self.part(table).start + 1;
                self.lines.insert(after.min(self.lines.len()), line);
            }
        }
    }

    /// The lines of the first table of this name, its head first.
    fn part(&self, table: &str) -> std::ops::Range<usize> {
        let heads = [format!("[{table}]"), format!("[[{table}]]")];
        let start = self.lines.iter().position(|line| heads.contains(line)).unwrap_or(self.lines.len());
        let is_head = |line: &String| line.trim_start_matches('#').starts_with('[');
        let length = self.lines.iter().skip(start + 1).position(is_head);
        start..length.map_or(self.lines.len(), |length| start + 1 + length)
    }

    fn find(&self, table: &str, key: &str) -> Option<usize> {
        let is_key = |line: &str| {
            let rest = line.strip_prefix('#').unwrap_or(line).strip_prefix(key);
            rest.is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        self.part(table).find(|line| is_key(&self.lines[*line]))
    }
}

fn comment(line: &mut String) {
    if !line.is_empty() && !line.starts_with('#') {
        line.insert(0, '#');
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
}
