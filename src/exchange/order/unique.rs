//! JSON in which no name stands twice in one object: reading it otherwise takes the last, and a person may mean the first.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::OrderError;

/// The value of a text that begins on a line of its file, with the first of each value that stands twice; and every name that
/// does.
pub(super) fn value(text: &str, line: usize) -> Result<(Value, Vec<String>), OrderError> {
    let twice = RefCell::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let read =
        Unique { path: "", twice: &twice }.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    let value = read.map_err(|error| syntax(&error, line))?;
    Ok((value, twice.into_inner()))
}

/// What the parser says of a text that begins on this line, without the text it stumbled over.
pub(super) fn syntax(error: &serde_json::Error, line: usize) -> OrderError {
    let what = if error.is_eof() { "it ends too early" } else { "a sign is wrong" };
    let line = (line + error.line()).saturating_sub(1).max(1);
    OrderError::Syntax(format!("{what} at line {line}, column {}", error.column()))
}

/// A value at a place of the document, and where names that stand twice are written down.
struct Unique<'p> {
    path: &'p str,
    twice: &'p RefCell<Vec<String>>,
}

impl Unique<'_> {
    /// Remembers a name, once, and not more of them than are ever said.
    fn note(&self, path: &str) {
        const MOST: usize = 50;
        let path: String = path.chars().take(80).collect();
        let mut twice = self.twice.borrow_mut();
        if twice.len() < MOST && !twice.contains(&path) {
            twice.push(path);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Unique<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(flag.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let path = format!("{}[{}]", self.path, list.len() + 1);
            match items.next_element_seed(Unique { path: &path, twice: self.twice })? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let path = if self.path.is_empty() { name.clone() } else { format!("{}.{name}", self.path) };
            let value = entries.next_value_seed(Unique { path: &path, twice: self.twice })?;
            if map.contains_key(&name) {
                self.note(&path);
            } else {
                map.insert(name, value);
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_stands_twice_is_named_at_any_depth() {
        for (text, path) in [
            (r#"{"a":1,"a":1}"#, "a"),
            (r#"{"lines":[{"qty":1},{"qty":1,"sku":"S","qty":5}]}"#, "lines[2].qty"),
            (r#"{"a":{"b":{"c":1,"c":2}}}"#, "a.b.c"),
            // The same name in two spellings.
            (r#"{"qty":1,"q\u0074y":2}"#, "qty"),
            (r#"{"qty":1,"qty":2,"qty":3}"#, "qty"),
        ] {
            assert_eq!(value(text, 1).expect("JSON").1, [path], "{text}");
        }
    }

    #[test]
    fn all_else_reads_as_it_always_did() {
        for text in [
            r#"{"a":[1,-2,3.5,1e30,"x\n",true,null,{}],"b":{"a":18446744073709551615}}"#,
            "[]",
            "null",
            "\"text\"",
            "123456789012345678901234",
        ] {
            let plain: Value = serde_json::from_str(text).expect("JSON");
            assert_eq!(value(text, 1), Ok((plain, Vec::new())), "{text}");
        }
        for text in ["", "{", "{\"a\":1}}", "[1,]", &"[".repeat(100_000)] {
            assert!(matches!(value(text, 1), Err(OrderError::Syntax(_))), "{text:.20}");
        }
    }
}
