//! Columns that are named as the fields of `parceld.order/1` are, and what stands in their cells.

use csv::{ReaderBuilder, StringRecord};
use serde_json::{Map, Value};

use super::kind::RecordKind;
use super::owners::{self, FieldShape, OrderField};

/// More columns than any export has.
pub(super) const MAX_COLUMNS: usize = 500;
/// What separates several texts of one cell.
const LIST: char = '|';

/// The rows of a sheet, however long each is.
pub(super) fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes())
}

/// Why a file without a column `order_ref` is not read, and which of its columns may be meant.
pub(super) fn no_order_ref(text: &str) -> String {
    const WHERE: &str = "the first row names the columns, such as order_ref, ship_to.name, lines.sku; see `parceld orders \
                         --help`, or /usr/share/doc/parceld/config/orders/README.md";
    let mut header = StringRecord::new();
    let columns = |delimiter: &u8| reader(text, *delimiter).read_record(&mut header).map_or(0, |_| header.len());
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(columns).unwrap_or(b',');
    if !matches!(reader(text, delimiter).read_record(&mut header), Ok(true)) {
        return format!("no column order_ref; {WHERE}");
    }
    let meant = header.iter().map(str::trim).find(|name| owners::called(name) == Some("order_ref"));
    match meant {
        Some(name) => {
            let name: String = name.chars().take(40).collect();
            format!("no column order_ref; {name:?} may be it: name it order_ref; {WHERE}")
        }
        None => format!("no column order_ref, which holds the number of each order; {WHERE}"),
    }
}

/// Why a file of items without a column `sku` is not read.
pub(super) fn no_sku() -> String {
    "no column sku, which names each item; the first row names the columns, such as sku, barcodes, unit_g; see `parceld items \
     --help`, or /usr/share/doc/parceld/config/items/README.md"
        .to_owned()
}

/// A column's name as the schema spells it; an unknown one as it is.
pub(super) fn spelled(kind: RecordKind, name: &str) -> String {
    let path = kind.column(name).map_or(name, |field| field.path);
    match kind {
        RecordKind::Orders => path,
        RecordKind::Items => path.strip_prefix("item.").unwrap_or(path),
    }
    .to_owned()
}

/// Names that can be taken apart: bounded, each once, none inside another (`service` and `service.pod`).
pub(super) fn check_columns(columns: &[String]) -> Result<(), String> {
    if columns.len() > MAX_COLUMNS {
        return Err(format!("more than {MAX_COLUMNS} columns; leave out what is not needed"));
    }
    let mut names: Vec<&str> = columns.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    for (index, name) in names.iter().enumerate() {
        if *name == "lines" || name.split('.').any(str::is_empty) || name.matches('.').count() > 7 {
            return Err(format!("column {name:?} is not a name of parceld.order/1; rename it"));
        }
        let inside =
            |other: &&&str| other.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        if let Some(other) = names[index + 1..].iter().find(inside) {
            return Err(format!("columns {name:?} and {other:?} cannot stand together; leave one out"));
        }
    }
    Ok(())
}

/// Puts `value` at `a.b.c`. The columns have been checked: no step is anything but an object.
pub(super) fn put(map: &mut Map<String, Value>, name: &str, value: Value) {
    match name.split_once('.') {
        None => {
            map.insert(name.to_owned(), value);
        }
        Some((first, rest)) => {
            if let Value::Object(inner) = map.entry(first).or_insert_with(|| Value::Object(Map::new())) {
                put(inner, rest, value);
            }
        }
    }
}

/// A cell as the schema has it. What does not look like what its column holds stays text and is refused with its name.
pub(super) fn typed(field: Option<&OrderField>, cell: &str) -> Value {
    let text = || Value::String(cell.to_owned());
    match field.map(|field| field.shape) {
        Some(FieldShape::Texts) => cell.split(LIST).map(|code| Value::String(code.trim().to_owned())).collect(),
        Some(FieldShape::Sides) => {
            let sides: Option<Vec<u64>> = cell.split(['x', 'X', '*']).map(|side| side.trim().parse().ok()).collect();
            sides.map_or_else(text, Value::from)
        }
        Some(FieldShape::Whole | FieldShape::Mass) => whole(cell).map_or_else(text, Value::from),
        Some(FieldShape::Flag) => match cell.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Value::Bool(true),
            "false" | "no" | "0" => Value::Bool(false),
            _ => text(),
        },
        _ => text(),
    }
}

/// `2` and, as some programs write it, `2.0` and `2.00`. Three zeros may be thousands.
fn whole(cell: &str) -> Option<u64> {
    let digits = cell.strip_suffix(".00").or_else(|| cell.strip_suffix(".0")).unwrap_or(cell);
    digits.parse().ok()
}
