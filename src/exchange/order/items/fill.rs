//! What order lines do not say and the item master does.
//!
//! The values stand in the order's lines as if the order said them, and `from_items` in the line names them, so that what the
//! order said itself can be told from it: `["dg.class=none", "unit_g"]`. Behind `=` stands what the order said and the master
//! knows better.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::exchange::canonical;
use crate::exchange::order::columns::put;

/// The field of a line that names what came from the item master.
const MARK: &str = "from_items";
/// What a line may take from its item, besides dangerous goods.
const PLAIN: [&str; 4] = ["unit_g", "dims_mm", "hs", "origin"];
/// What belongs to a class of dangerous goods.
const OF_CLASS: [&str; 5] = ["un", "pi", "wh", "cells", "batteries"];

/// An order with what the item master knows of its lines.
#[derive(Debug, Default)]
pub struct Filled {
    /// The document; `None` where nothing was taken.
    pub body: Option<String>,
    /// What a person must know, without anything personal.
    pub said: Vec<String>,
    /// Why the order must not go out.
    pub refused: Vec<String>,
}

/// What an order has to do with the item master, for whoever counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromItems {
    /// It took nothing.
    #[default]
    Nothing,
    /// It took something.
    Taken,
    /// It says what it said, and the item master says otherwise than then.
    Changed,
}

impl FromItems {
    /// Whether nothing was taken.
    pub fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }
}

/// Fills the lines of an order; `items` has those that are known, as [`super::resolved`] makes them, by SKU; `coded` has the
/// SKUs that barcodes stand for, for lines that say no SKU.
pub fn fill(body: &str, items: &BTreeMap<String, String>, coded: &BTreeMap<String, String>) -> Filled {
    let mut filled = Filled::default();
    let Ok(mut order) = serde_json::from_str::<Value>(body) else { return filled };
    let read = |text: &String| serde_json::from_str::<Map<String, Value>>(text).ok();
    let items: BTreeMap<&String, Map<String, Value>> =
        items.iter().filter_map(|(sku, text)| Some((sku, read(text)?))).collect();
    let mut took = false;
    for line in lines(&mut order) {
        let sku = line.get("sku").and_then(Value::as_str).map(str::trim).filter(|sku| !sku.is_empty());
        let codes = line.get("barcodes").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let sku = sku.or_else(|| codes.filter_map(|code| coded.get(code)).map(String::as_str).next());
        let Some(item) = sku.and_then(|sku| items.get(&sku.to_owned())) else { continue };
        filled.refused.extend(blocked(item));
        // `null` says nothing.
        if line.get("dg").is_some_and(Value::is_null) {
            line.remove("dg");
        }
        let mut marks: Vec<String> = Vec::new();
        for name in PLAIN {
            // Systems that do not know a weight write 0.
            let says_nothing =
                |said: Option<&Value>| says_nothing(said) || said.is_some_and(|said| said.as_u64() == Some(0));
            if let (true, Some(value)) = (says_nothing(line.get(name)), item.get(name)) {
                line.insert(name.to_owned(), value.clone());
                marks.push(name.to_owned());
            }
        }
        match dangerous(line, item, &mut marks) {
            Ok(said) => filled.said.extend(said),
            Err(why) => filled.refused.push(why),
        }
        if !marks.is_empty() {
            marks.sort_unstable();
            line.insert(MARK.to_owned(), marks.into());
            took = true;
        }
    }
    let mut once = std::collections::BTreeSet::new();
    filled.refused.retain(|why| once.insert(why.clone()));
    filled.body = took.then(|| canonical::text(&order));
    filled
}

/// Why an order must not have an item.
fn blocked(item: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| item.get(name).and_then(Value::as_str);
    let (sku, blocked) = (text("sku")?, text("blocked")?);
    // Why stands in the item master alone: people write names into it, and this is told to the receiver.
    let what = match text("blocked_part") {
        Some(part) => format!("{sku} holds {part}, which is blocked"),
        None => format!("{sku} is blocked"),
    };
    Some(format!(
        "{what} as {blocked}; take it out of the order, or, if that is wrong, import the item with - in its column blocked"
    ))
}

/// Dangerous goods: what one of the two says and the other denies is there. Two classes are a question for a person.
fn dangerous(
    line: &mut Map<String, Value>,
    item: &Map<String, Value>,
    marks: &mut Vec<String>,
) -> Result<Option<String>, String> {
    let Some(known) = item.get("dg").and_then(Value::as_object) else { return Ok(None) };
    let sku = item.get("sku").and_then(Value::as_str).unwrap_or_default();
    let goods = line.get("dg").and_then(Value::as_object).cloned().unwrap_or_default();
    let class = |goods: &Map<String, Value>| goods.get("class").and_then(Value::as_str).unwrap_or_default().to_owned();
    let (ours, theirs) = (class(known), class(&goods));
    let mut said = None;
    match (ours.as_str(), theirs.as_str()) {
        ("" | "none", _) => {
            // The order knows of goods that the master does not: what it says counts.
            if !theirs.is_empty() || ours.is_empty() {
                return Ok(None);
            }
        }
        (_, "") => {}
        (_, "none") => {
            said = Some(format!(
                "{sku}: the order says that it is no dangerous goods, the item master {ours}; it is taken as {ours}"
            ));
        }
        (_, _) if ours == theirs => {}
        // The order says more than that nobody knows.
        ("unknown", _) => return Ok(None),
        // The order says that there is something, and the master knows what.
        (_, "unknown") => {}
        _ => {
            return Err(format!(
                "{sku} is {theirs} as the order says and {ours} as the item master does; correct the one that is wrong (dg.class)"
            ));
        }
    }
    if ours != theirs {
        put(line, "dg.class", ours.into());
        marks.push(if theirs.is_empty() { "dg.class".to_owned() } else { format!("dg.class={theirs}") });
    }
    for name in OF_CLASS {
        if let (true, Some(value)) = (says_nothing(goods.get(name)), known.get(name)) {
            let path = format!("dg.{name}");
            put(line, &path, value.clone());
            marks.push(path);
        }
    }
    Ok(said)
}

fn says_nothing(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(Value::Array(items)) => items.is_empty() || items.iter().all(|item| item.as_u64() == Some(0)),
        Some(_) => false,
    }
}

fn lines(order: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    let lines = order.get_mut("lines").and_then(Value::as_array_mut);
    lines.into_iter().flatten().filter_map(Value::as_object_mut)
}

/// Whether two documents that say the same took the same from the item master.
pub fn filled_alike(one: &str, other: &str) -> bool {
    let value = |line: &Map<String, Value>, path: &str| match path.strip_prefix("dg.") {
        None => line.get(path).cloned(),
        Some(name) => line.get("dg").and_then(|goods| goods.get(name)).cloned(),
    };
    let taken = |body: &str| {
        let mut order: Value = serde_json::from_str(body).unwrap_or_default();
        let of_line = |line: &mut Map<String, Value>| {
            let marks = line.get(MARK).and_then(Value::as_array).cloned().unwrap_or_default();
            let with_value = |mark: Value| {
                let found = mark.as_str().and_then(|mark| value(line, mark.split('=').next().unwrap_or_default()));
                (mark, found)
            };
            marks.into_iter().map(with_value).collect::<Vec<_>>()
        };
        lines(&mut order).map(of_line).collect::<Vec<_>>()
    };
    taken(one) == taken(other)
}

/// Takes out of the lines which values came from the item master; the values stay.
pub(in crate::exchange::order) fn unmark(order: &mut Value) {
    lines(order).for_each(|line| {
        line.remove(MARK);
    });
}

/// Takes out of the lines what came from the item master.
pub(in crate::exchange::order) fn unfill(order: &mut Value) {
    for line in lines(order) {
        let Some(Value::Array(marks)) = line.remove(MARK) else { continue };
        for mark in marks.iter().filter_map(Value::as_str) {
            let (path, said) = mark.split_once('=').map_or((mark, None), |(path, said)| (path, Some(said)));
            match path.strip_prefix("dg.") {
                None => drop(line.remove(path)),
                Some(name) => {
                    if let Some(Value::Object(goods)) = line.get_mut("dg") {
                        goods.remove(name);
                        goods.extend(said.map(|said| (name.to_owned(), said.into())));
                    }
                }
            }
        }
        if line.get("dg").and_then(Value::as_object).is_some_and(Map::is_empty) {
            line.remove("dg");
        }
    }
}
