//! Items in: the item master's rows, as CSV or a workbook of ours (one row for each component of a kit; columns are the fields
//! that `parceld items --help` lists) or as other systems write them, by their [`ForeignFormat`](super::ForeignFormat).
//!
//! What a file says of an item is a *patch*: a JSON object with what is said, each value in one spelling, and `null` for what is
//! taken away (`-` in a cell of ours). An empty cell says nothing. [`merge::merged`] puts it over what is known, field by
//! field; barcodes and components are one field each. [`fill`] takes an order line's missing values from the result.

mod fill;
mod kits;
mod merge;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use super::clean::clean_item;
use super::columns::put;
use super::document::{BLOCKED, DG_CLASSES, MAX_COUNT, is_un_number};
use super::fields::{Fields, OrderReading, bound, is_rounded};
use super::{Batch, Formats, OrderError, Reasons, RefusedRow, bounded, csv, decode, records_of, refuse_file};
use crate::barcode::Command;
use crate::exchange::canonical;
use crate::exchange::workbook::WorkbookSheet;
use crate::ids::{country_meant, is_country};
use crate::station::order::Packed;
use crate::units::{Dims, Length, LengthUnit, Mass, MassUnit};

pub use fill::{Filled, FromItems, fill, filled_alike};
pub(super) use fill::{unfill, unmark};
pub use kits::{BadKit, KNOWN_DEPTH, resolved};
pub use merge::{differences, merged};

/// Most barcodes of one item.
const MAX_BARCODES: usize = 50;
/// Most kinds of components of one kit.
pub const MAX_COMPONENTS: usize = 100;
/// Most of one component in a kit.
const MAX_EACH: u64 = 1_000;
/// Longest SKU or barcode, in characters.
const MAX_CODE: usize = 100;

/// What a file says of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingItem {
    /// Its SKU.
    pub sku: String,
    /// What is said of it, the SKU with it, as canonical JSON.
    pub patch: String,
    /// Line of the file it begins on.
    pub row: usize,
    /// Its rows as they stood.
    text: String,
}

impl IncomingItem {
    /// The item as one that is refused after all.
    pub fn refuse(self, reason: impl ToString) -> RefusedRow {
        RefusedRow::new(self.row, &self.text, reason)
    }
}

/// Takes a file of items apart: CSV, of ours or of another system.
pub fn read(bytes: &[u8], formats: Formats<'_>) -> Batch<IncomingItem> {
    let formats = formats.of_items();
    match decode(bytes, formats.kind()) {
        Ok(text) if text.trim_start().starts_with(['{', '[']) => {
            refuse_file("", "items are read from CSV or a workbook, and this is JSON; export a table")
        }
        Ok(text) => {
            let sheet = csv::SheetText { text: &text, by_row: false };
            bounded(csv::read(sheet, formats, &of), formats.kind())
        }
        Err(reason) => refuse_file("", reason),
    }
}

/// The items of a workbook: of the one sheet that has any.
pub fn read_workbook(sheets: &[WorkbookSheet], formats: Formats<'_>) -> Batch<IncomingItem> {
    records_of(sheets, formats.of_items(), &of)
}

/// One item, with everything that is wrong with it.
fn of(value: Value, row: usize, original: &dyn Fn() -> String) -> Result<IncomingItem, Reasons> {
    let Value::Object(mut said) = value else {
        return Err(OrderError::Kind { field: "the item".into(), expected: "an object" }.into());
    };
    clean_item(&mut said);
    let reading = OrderReading::default();
    reading.be_strict();
    let whole = Value::Object(said.clone());
    let fields = Fields::item(&said, &reading);
    bound(&whole, "", None, &fields);
    let patch = patch(&fields, &said);
    let sku = fields.text("sku").to_owned();
    let errors = reading.into_errors();
    if !errors.is_empty() {
        return Err(Reasons(errors));
    }
    Ok(IncomingItem { sku, patch: canonical::text(&Value::Object(patch)), row, text: original() })
}

/// What is said, in one spelling.
fn patch(fields: &Fields<'_>, said: &Map<String, Value>) -> Map<String, Value> {
    let mut patch = Map::new();
    let mut set = |path: &str, value: Option<Value>| {
        if is_cleared(said, path) {
            put(&mut patch, path, Value::Null);
        } else if let Some(value) = value {
            put(&mut patch, path, value);
        }
    };
    let text = |text: &str| (!text.is_empty()).then(|| Value::from(text));
    let sku = code(fields, "sku", fields.required("sku"));
    if sku == "-" || fields.is_absent("sku") {
        fields.missing("sku");
    }
    set("sku", Some(sku.into()));
    set("title", text(fields.text("title")));
    set("barcodes", barcodes(fields));
    set("unit_g", fields.mass("unit_g").map(mass));
    set("dims_mm", size(fields, said));
    if ["length", "width", "height"].iter().any(|side| is_cleared(said, side)) {
        set("dims_mm", Some(Value::Null));
    }
    let dg = fields.object("dg");
    let classes = "none, li_ion, li_metal, na_ion, liquid, powder, magnet, aerosol, lq or unknown";
    set("dg.class", dg.word("class", &DG_CLASSES, classes).map(|class| class.name().into()));
    let un = dg.text("un");
    if !un.is_empty() && !is_un_number(un) {
        dg.kind("un", "UN and four digits, such as UN3481");
    }
    set("dg.un", text(un));
    let packed = dg.word("pi", &Packed::NAMES, "contained, packed_with or alone");
    let named = |packed: Packed| Packed::NAMES.iter().find(|(_, way)| *way == packed).map(|(name, _)| (*name).into());
    set("dg.pi", packed.and_then(named));
    dg.decimal("wh", "watt-hours, such as 11.1");
    set("dg.wh", text(dg.text("wh")));
    set("dg.cells", dg.whole("cells", 0, MAX_COUNT).map(Value::from));
    set("dg.batteries", dg.whole("batteries", 0, MAX_COUNT).map(Value::from));
    let hs = fields.text("hs");
    let digits = hs.bytes().filter(u8::is_ascii_digit).count();
    let plain = hs.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b' ');
    if !(hs.is_empty() || plain && (4..=14).contains(&digits)) {
        fields.kind("hs", "the digits of a customs code, such as 8517.13");
    }
    set("hs", text(hs));
    set("origin", origin(fields));
    set("picture", picture(fields));
    let blocked = fields.text("blocked");
    if !blocked.is_empty() && !BLOCKED.contains(&blocked) {
        fields.kind("blocked", "counterfeit or prohibited; or - where it is so no more");
    }
    set("blocked", text(blocked));
    set("blocked_why", text(fields.text("blocked_why")));
    set("components", components(fields, said));
    patch
}

/// Whether what stood at `a.b` is to be taken away.
fn is_cleared(said: &Map<String, Value>, path: &str) -> bool {
    match path.split_once('.') {
        None => said.get(path).is_some_and(Value::is_null),
        Some((first, rest)) => said.get(first).and_then(Value::as_object).is_some_and(|inner| is_cleared(inner, rest)),
    }
}

/// A SKU or a barcode: what a scanner can read and a spreadsheet has not rounded.
fn code<'a>(fields: &Fields<'_>, name: &str, code: &'a str) -> &'a str {
    fields.no_apostrophe(name, code);
    if code.chars().nth(MAX_CODE).is_some() {
        fields.wrong(OrderError::TooLong { field: fields.name(name), most: MAX_CODE, of: "characters" });
    } else if is_rounded(code) {
        fields.wrong(OrderError::Rounded(fields.name(name)));
    } else if code.starts_with(Command::PREFIX) {
        fields.kind(name, "something that no command barcode begins with");
    }
    code
}

fn barcodes(fields: &Fields<'_>) -> Option<Value> {
    let mut codes = fields.texts("barcodes", MAX_BARCODES);
    codes.iter().for_each(|one| {
        code(fields, "barcodes", one);
    });
    codes.sort_unstable();
    codes.dedup();
    (!codes.is_empty()).then(|| codes.into())
}

/// Whole grams as a number, else text with its unit.
fn mass(mass: Mass) -> Value {
    let grams = mass.grams_rounded();
    if Mass::from_grams(grams) == mass { grams.into() } else { format!("{}g", mass.display(MassUnit::G, 12)).into() }
}

/// The size, from one column or from three.
fn size(fields: &Fields<'_>, said: &Map<String, Value>) -> Option<Value> {
    const SIDES: [&str; 3] = ["length", "width", "height"];
    let whole = fields.dims("dims_mm");
    let sides = SIDES.map(|side| if is_cleared(said, side) { None } else { fields.parsed::<Length>(side) });
    let [Some(a), Some(b), Some(c)] = sides else {
        let some = SIDES.iter().any(|side| !fields.is_absent(side));
        let missing = SIDES.iter().filter(|side| fields.is_absent(side) && !is_cleared(said, side));
        if some {
            missing.for_each(|side| fields.missing(side));
        }
        return whole.map(dims);
    };
    let size = Dims::new([a, b, c]);
    if size.is_none() {
        fields.bad("length", "each side must be from 1 mm to 10 m");
    }
    if whole.is_some() && whole != size {
        fields.bad("length", "dims_mm says otherwise; send one of them");
    }
    size.map(dims)
}

/// Whole millimetres as numbers, else text with its unit.
fn dims(dims: Dims) -> Value {
    let sides = dims.sides();
    let whole = |side: &Length| side.nanometres() % LengthUnit::Mm.nanometres() == 0;
    if sides.iter().all(whole) {
        return json!(sides.map(|side| side.nanometres() / LengthUnit::Mm.nanometres()));
    }
    let [a, b, c] = sides.map(|side| side.display(LengthUnit::Mm, 6).to_string());
    format!("{a}x{b}x{c}mm").into()
}

fn origin(fields: &Fields<'_>) -> Option<Value> {
    let text = fields.text("origin");
    let code = Some(text).filter(|code| is_country(code)).or_else(|| country_meant(text));
    if code.is_none() && !text.is_empty() {
        fields.kind("origin", "two capital letters of a country (ISO 3166), such as CN");
    }
    code.map(Value::from)
}

/// The name of a file below a folder that the station is told of elsewhere.
fn picture(fields: &Fields<'_>) -> Option<Value> {
    let name = fields.text("picture");
    let leads_out = name.starts_with(['/', '\\']) || name.split(['/', '\\']).any(|part| part == "..");
    if leads_out || name.contains("://") {
        fields.kind(
            "picture",
            "the name of a file, with folders where wanted, such as mugs/blue.jpg; nothing is fetched",
        );
    }
    (!name.is_empty()).then(|| name.into())
}

/// The components of a kit by SKU; `null` where it is one no more.
fn components(fields: &Fields<'_>, said: &Map<String, Value>) -> Option<Value> {
    let given = said.get("components").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if let [Value::Object(only)] = given
        && is_cleared(only, "sku")
    {
        return Some(Value::Null);
    }
    let mut components: Vec<(String, u64)> = Vec::new();
    for component in fields.objects("components", MAX_COMPONENTS) {
        let sku = code(&component, "sku", component.required("sku"));
        if component.is_absent("qty") {
            component.missing("qty");
        }
        let qty = component.whole("qty", 1, MAX_EACH).unwrap_or(1);
        if components.iter().any(|(known, _)| known == sku) {
            component.bad("sku", "stands twice in the kit; write it once, with how many there are");
        }
        components.push((sku.to_owned(), qty));
    }
    components.sort_unstable();
    let component = |(sku, qty): &(String, u64)| json!({ "sku": sku, "qty": qty });
    (!components.is_empty()).then(|| components.iter().map(component).collect())
}
