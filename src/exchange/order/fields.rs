//! Typed access to the fields of one JSON object. What is wrong is remembered with the field's full name, and reading goes
//! on, so that a person sees every reason at once.

use std::cell::{Cell, RefCell};
use std::str::FromStr;

use serde_json::{Map, Value};

use super::owners::{self, FieldShape, OrderField};
use super::{MAX_KEPT_TEXT, MAX_TEXT, OrderError};
use crate::barcode::Command;
use crate::ids::nearest;
use crate::units::{Currency, Decimal, Dims, Length, LengthUnit, Mass, MassUnit, Money, QuantityError, Timestamp};

/// What has been found wrong with an order so far.
#[derive(Debug, Default)]
pub(super) struct OrderReading {
    errors: RefCell<Vec<OrderError>>,
    strict: Cell<bool>,
}

impl OrderReading {
    /// From here on everything counts that may lead a parcel astray: the order is new here, and ready.
    pub(super) fn be_strict(&self) {
        self.strict.set(true);
    }

    pub(super) fn is_strict(&self) -> bool {
        self.strict.get()
    }

    /// Remembers what is wrong, once.
    pub(super) fn wrong(&self, error: OrderError) {
        let mut errors = self.errors.borrow_mut();
        if !errors.contains(&error) {
            errors.push(error);
        }
    }

    pub(super) fn into_errors(self) -> Vec<OrderError> {
        self.errors.into_inner()
    }
}

/// An object of the order, or what stands for one that is absent.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a> {
    reading: &'a OrderReading,
    /// With places in lists, for people: `lines[2].dg`.
    path: String,
    /// Without, as the table of fields has it.
    scope: &'static str,
    map: Option<&'a Map<String, Value>>,
    /// What is wrong is not said.
    quiet: bool,
}

impl<'a> Fields<'a> {
    /// The order itself.
    pub(super) fn root(value: &'a Value, reading: &'a OrderReading) -> Result<Self, OrderError> {
        let map = value.as_object().ok_or(OrderError::Kind { field: "the order".into(), expected: "a JSON object" })?;
        Ok(Self { reading, path: String::new(), scope: "", map: Some(map), quiet: false })
    }

    /// An item of the item master.
    pub(super) fn item(map: &'a Map<String, Value>, reading: &'a OrderReading) -> Self {
        Self { reading, path: String::new(), scope: owners::ITEM, map: Some(map), quiet: false }
    }

    /// The same object, for fields that older versions did not look at: what is wrong with them is said of a new order that
    /// is ready, and of no other. What was taken once stays readable, and a cancellation never bounces.
    pub(super) fn newly(&self) -> Self {
        Self { quiet: !self.reading.is_strict(), ..self.clone() }
    }

    /// The full name of the field `name`.
    pub(super) fn name(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// `null` is the same as absent. Nothing is read that the table of fields does not have.
    fn get(&self, name: &str) -> Option<&'a Value> {
        let known = owners::find(self.scope, name).is_some();
        debug_assert!(known, "{name:?} of {:?} is read, and no owner of it is named", self.scope);
        self.map?.get(name).filter(|value| known && !value.is_null())
    }

    /// Remembers what is wrong.
    pub(super) fn wrong(&self, error: OrderError) {
        if !self.quiet {
            self.reading.wrong(error);
        }
    }

    pub(super) fn kind(&self, name: &str, expected: &'static str) {
        self.wrong(OrderError::Kind { field: self.name(name), expected });
    }

    /// A word that is not of its list; `meant` is one of the list, where that is plain. The word itself may be a name, where
    /// a row has slipped by a column, and is not shown.
    pub(super) fn unknown(&self, name: &str, expected: &'static str, meant: Option<&'static str>) {
        let field = self.name(name);
        self.wrong(match meant {
            Some(meant) => OrderError::Meant { field, expected, meant },
            None => OrderError::Kind { field, expected },
        });
    }

    pub(super) fn bad(&self, name: &str, why: impl ToString) {
        self.wrong(OrderError::Value { field: self.name(name), why: why.to_string() });
    }

    pub(super) fn missing(&self, name: &str) {
        self.wrong(OrderError::Missing(self.name(name)));
    }

    /// Whether the field is not there, or says nothing.
    pub(super) fn is_absent(&self, name: &str) -> bool {
        self.get(name).is_none_or(|value| match value {
            Value::String(text) => text.trim().is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        })
    }

    /// Whether there is anything at all.
    pub(super) fn is_empty(&self) -> bool {
        self.map.is_none_or(Map::is_empty)
    }

    /// Whether the field says anything that could be a wish.
    pub(super) fn asks(&self, name: &str) -> bool {
        self.get(name).is_some_and(asks)
    }

    /// Remembers every name that the table of fields does not have: in objects of wishes, one that nobody knows is lost.
    pub(super) fn nothing_unknown(&self) {
        let names = self.map.into_iter().flat_map(Map::keys);
        for name in names.filter(|name| owners::find(self.scope, name).is_none()) {
            let field = self.name(name).chars().take(80).collect();
            self.wrong(OrderError::Unknown { field, known: owners::names(self.scope) });
        }
    }

    /// Remembers what stands under a name that is not known, where it is plain which field is meant: it would be kept, and
    /// nobody would do it.
    pub(super) fn nothing_misplaced(&self) {
        let stops = |text: &str| ["cancel", "hold"].iter().any(|word| text.to_ascii_lowercase().contains(word));
        for (name, value) in self.map.into_iter().flatten() {
            if owners::find(self.scope, name).is_some() || !asks(value) {
                continue;
            }
            let status = self.scope.is_empty() && name.eq_ignore_ascii_case("status");
            let state = (status && value.as_str().is_some_and(stops)).then_some("state");
            if let Some(meant) = owners::meant(self.scope, name).or(state) {
                self.bad(name, format!("nothing goes by this name; write it as {meant}"));
            }
        }
    }

    /// The object `name`; an absent one has no fields.
    pub(super) fn object(&self, name: &str) -> Self {
        let map = match self.get(name) {
            None => None,
            Some(Value::Object(map)) => Some(map),
            Some(_) => {
                self.kind(name, "an object");
                None
            }
        };
        self.inner(name, self.name(name), map)
    }

    /// The objects of the array `name`.
    pub(super) fn objects(&self, name: &str, most: usize) -> Vec<Self> {
        let mut objects = Vec::new();
        for (item, place) in self.array(name, most, "lines").iter().zip(1..) {
            let path = format!("{}[{place}]", self.name(name));
            match item {
                Value::Object(map) => objects.push(self.inner(name, path, Some(map))),
                _ => self.wrong(OrderError::Kind { field: path, expected: "an object" }),
            }
        }
        objects
    }

    fn inner(&self, name: &str, path: String, map: Option<&'a Map<String, Value>>) -> Self {
        let scope = owners::find(self.scope, name).map_or("", |field| field.path);
        Self { path, scope, map, ..self.clone() }
    }

    fn array(&self, name: &str, most: usize, of: &'static str) -> &'a [Value] {
        match self.get(name) {
            None => {}
            Some(Value::Array(items)) if items.len() > most => {
                self.wrong(OrderError::TooLong { field: self.name(name), most, of });
            }
            Some(Value::Array(items)) => return items,
            Some(_) => self.kind(name, "a list"),
        }
        &[]
    }

    /// Text, empty when absent.
    pub(super) fn text(&self, name: &str) -> &'a str {
        self.get(name).map_or("", |value| self.plain(value, name))
    }

    /// Text that must be there.
    pub(super) fn required(&self, name: &str) -> &'a str {
        let text = self.text(name);
        if self.is_absent(name) {
            self.missing(name);
        }
        text
    }

    /// Text without blanks that a barcode can carry and that no command barcode begins like.
    pub(super) fn identifier(&self, name: &str) -> &'a str {
        let id = self.required(name);
        self.no_apostrophe(name, id);
        if id.len() > MAX_ID {
            self.wrong(OrderError::TooLong { field: self.name(name), most: MAX_ID, of: "characters" });
        } else if !id.bytes().all(|byte| byte.is_ascii_graphic()) {
            self.kind(name, "letters, digits and signs without blanks");
        } else if is_rounded(id) {
            self.wrong(OrderError::Rounded(self.name(name)));
        } else if id.starts_with(Command::PREFIX) {
            self.kind(name, "something that no command barcode begins with");
        }
        id
    }

    /// A list of texts, without the empty ones.
    pub(super) fn texts(&self, name: &str, most: usize) -> Vec<String> {
        let texts = self.array(name, most, "entries").iter().map(|item| self.plain(item, name));
        texts.filter(|text| !text.is_empty()).map(str::to_owned).collect()
    }

    /// Text of bounded length without control characters; empty where it is none.
    fn plain(&self, value: &'a Value, name: &str) -> &'a str {
        let field = || self.name(name);
        let text = match value {
            Value::String(text) => text,
            Value::Number(_) => {
                self.wrong(OrderError::NumberForText(field()));
                return "";
            }
            _ => {
                self.kind(name, "text");
                return "";
            }
        };
        if text.chars().nth(MAX_TEXT).is_some() {
            self.wrong(OrderError::TooLong { field: field(), most: MAX_TEXT, of: "characters" });
            return "";
        }
        match text.chars().find(|character| character.is_control()) {
            Some(character) => {
                self.wrong(OrderError::Control { field: field(), code: u32::from(character) });
                ""
            }
            None => text,
        }
    }

    /// Whether a text stands behind the apostrophe with which a spreadsheet keeps digits from being a number.
    pub(super) fn no_apostrophe(&self, name: &str, text: &str) {
        if text.strip_prefix('\'').is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit())) {
            self.newly().wrong(OrderError::Apostrophe(self.name(name)));
        }
    }

    /// Text that a type can read; `None` when empty.
    pub(super) fn parsed<T: FromStr<Err = QuantityError>>(&self, name: &str) -> Option<T> {
        match self.text(name) {
            "" => None,
            text => text.parse().map_err(|error| self.bad(name, error)).ok(),
        }
    }

    /// One of a closed list of words; `None` when empty.
    pub(super) fn word<T: Copy + 'static>(
        &self,
        name: &str,
        words: &'static [(&'static str, T)],
        expected: &'static str,
    ) -> Option<T> {
        let text = self.text(name);
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() && !text.is_empty() {
            self.unknown(name, expected, nearest(text, words.iter().map(|(word, _)| *word)));
        }
        found
    }

    /// A whole number from `least` to `most`; `None` when absent.
    pub(super) fn whole(&self, name: &str, least: u64, most: u64) -> Option<u64> {
        let value = self.get(name)?;
        let Some(number) = value.as_u64() else {
            self.wrong(not_whole(self.name(name), value));
            return None;
        };
        let inside = (least..=most).contains(&number);
        if !inside {
            self.bad(name, format!("{number} is not from {least} to {most}; write one inside"));
        }
        inside.then_some(number)
    }

    /// True or false; `None` when absent.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        let value = self.get(name)?;
        if !value.is_boolean() {
            self.kind(name, "true or false");
        }
        value.as_bool()
    }

    /// A number of 0 or more that may have decimals, as a number or as text; absent and empty are fine.
    pub(super) fn decimal(&self, name: &str, expected: &'static str) {
        let text = match self.get(name) {
            Some(Value::Number(number)) => number.to_string(),
            _ => self.text(name).to_owned(),
        };
        let read = || Decimal::parse(&text).ok().filter(|decimal| decimal.mantissa >= 0);
        if !text.is_empty() && read().is_none() {
            self.kind(name, expected);
        }
    }

    /// An instant with its zone (RFC 3339); `None` when empty.
    pub(super) fn time(&self, name: &str) -> Option<Timestamp> {
        let text = self.text(name);
        let read = text.parse::<jiff::Timestamp>().map(|time| Timestamp(time.as_millisecond())).ok();
        if read.is_none() && !text.is_empty() {
            self.kind(name, "a time with its zone, such as 2026-01-14T22:01:00Z");
        }
        read
    }

    /// Whole grams, or text with its unit; `None` when absent or nothing (systems that do not know write 0).
    pub(super) fn mass(&self, name: &str) -> Option<Mass> {
        let mass = match self.get(name) {
            Some(Value::Number(number)) => {
                let grams = number.as_u64().and_then(|grams| i64::try_from(grams).ok());
                let mass = grams.and_then(|mantissa| Mass::of(Decimal { mantissa, scale: 0 }, MassUnit::G));
                if mass.is_none() {
                    self.kind(name, "whole grams, or text with a unit, such as \"12oz\"");
                }
                mass?
            }
            _ => self.parsed::<Mass>(name)?,
        };
        if mass < Mass::ZERO {
            self.bad(name, "less than nothing; write how much one item weighs");
        } else if mass > MOST_MASS {
            self.bad(name, "above 1,000 kg; check the unit");
        }
        Some(mass).filter(|mass| *mass > Mass::ZERO)
    }

    /// Three whole millimetres, or text with its unit; `None` when absent, empty or all nothing.
    pub(super) fn dims(&self, name: &str) -> Option<Dims> {
        let Some(Value::Array(sides)) = self.get(name) else { return self.parsed::<Dims>(name) };
        let sides: Option<Vec<u64>> = sides.iter().map(Value::as_u64).collect();
        let Some(sides) = sides.and_then(|sides| <[u64; 3]>::try_from(sides).ok()) else {
            self.kind(name, "three whole millimetres, or text with a unit, such as \"12x9x8in\"");
            return None;
        };
        if sides == [0; 3] {
            return None;
        }
        let length = |side: u64| {
            let mantissa = i64::try_from(side).ok()?;
            Length::of(Decimal { mantissa, scale: 0 }, LengthUnit::Mm)
        };
        let [a, b, c] = sides.map(length);
        let dims = a.zip(b).zip(c).and_then(|((a, b), c)| Dims::new([a, b, c]));
        if dims.is_none() {
            self.bad(name, "each side must be from 1 mm to 10 m");
        }
        dims
    }

    /// A decimal string and its currency (USD when none is given); `None` when the amount is empty. What was taken before
    /// the currency's decimals were counted is read as it was.
    pub(super) fn money(&self, name: &str) -> Option<Money> {
        if self.get(name).is_some_and(Value::is_number) {
            self.kind(name, "text in quotation marks, such as \"12.90\"");
            return None;
        }
        let text = self.text(name);
        let currency = self.parsed::<Currency>("currency").unwrap_or(Currency::USD);
        if text.is_empty() {
            return None;
        }
        let read = if self.reading.is_strict() { Money::parse } else { Money::parse_stored };
        let money = read(text, currency).map_err(|error| self.bad(name, error)).ok()?;
        if money.minor < 0 {
            self.bad(name, "less than nothing");
        }
        Some(money)
    }
}

/// Longest identifier that still fits a barcode on a pick list.
const MAX_ID: usize = 64;
/// Heavier than any parcel: a slipped unit.
const MOST_MASS: Mass = Mass::from_grams(1_000_000);

/// Anything but nothing, no and 0.
fn asks(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_u64() != Some(0),
        Value::String(text) => !matches!(text.trim().to_ascii_lowercase().as_str(), "" | "0" | "no" | "none" | "false"),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

/// `5.76461E+17`: what a spreadsheet makes of a long number.
pub(super) fn is_rounded(id: &str) -> bool {
    let Some((digits, exponent)) = id.split_once("E+").or_else(|| id.split_once("e+")) else { return false };
    let number =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',');
    number(digits) && number(exponent)
}

fn not_whole(field: String, value: &Value) -> OrderError {
    // Where a row has slipped by a column, a name stands here: only what has no letters is shown.
    let number = |text: &str| text.len() <= 40 && !text.chars().any(char::is_alphabetic);
    match value {
        Value::Number(number) => OrderError::Whole { field, shown: format!("{number}") },
        Value::String(text) if number(text) => OrderError::Whole { field, shown: format!("{text:?}") },
        _ => OrderError::Kind { field, expected: "a whole number" },
    }
}

/// Bounds what is only kept: text of bounded length without controls other than line breaks and tabs, and no number
/// that reading has already rounded. `at` is the value's place in the table of fields, if it has one.
pub(super) fn bound(value: &Value, path: &str, at: Option<&'static OrderField>, root: &Fields<'_>) {
    let shape = at.map(|field| field.shape);
    let field = || if path.is_empty() { "the order".to_owned() } else { path.chars().take(80).collect() };
    match value {
        Value::Null | Value::Bool(_) => {}
        // Written with an exponent: reading has rounded it, or will.
        Value::Number(number) if number.to_string().contains('e') => root.wrong(match shape {
            Some(FieldShape::Whole) => not_whole(field(), value),
            _ => OrderError::NumberForText(field()),
        }),
        Value::Number(_) => {}
        Value::String(text) => bound_text(text, field, root),
        Value::Array(items) => {
            for (item, place) in items.iter().zip(1..) {
                bound(item, &format!("{path}[{place}]"), at, root);
            }
        }
        Value::Object(map) => {
            for (name, item) in map {
                if name.chars().nth(MAX_TEXT).is_some() || name.chars().any(char::is_control) {
                    let expected = "an object with plain, short field names";
                    root.wrong(OrderError::Kind { field: field(), expected });
                    continue;
                }
                let inside = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let scope = if path.is_empty() { Some("") } else { at.map(|field| field.path) };
                bound(item, &inside, scope.and_then(|scope| owners::find(scope, name)), root);
                if name.contains(char::REPLACEMENT_CHARACTER) {
                    root.newly().wrong(OrderError::Lost(inside.chars().take(80).collect()));
                }
            }
        }
    }
}

fn bound_text(text: &str, field: impl Fn() -> String, root: &Fields<'_>) {
    if text.chars().nth(MAX_KEPT_TEXT).is_some() {
        root.wrong(OrderError::TooLong { field: field(), most: MAX_KEPT_TEXT, of: "characters" });
    }
    if let Some(character) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        root.wrong(OrderError::Control { field: field(), code: u32::from(character) });
    }
    if text.contains(char::REPLACEMENT_CHARACTER) {
        root.newly().wrong(OrderError::Lost(field()));
    }
}
