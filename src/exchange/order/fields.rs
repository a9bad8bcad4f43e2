//! Typed access to the fields of one JSON object, with the field's full name in every error.

use std::str::FromStr;

use serde_json::{Map, Value};

use super::{MAX_KEPT_TEXT, MAX_TEXT, OrderError};
use crate::units::{Currency, Decimal, Dims, Length, LengthUnit, Mass, MassUnit, Money, QuantityError, Timestamp};

/// An object of the order, or what stands for one that is absent.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a> {
    path: String,
    map: Option<&'a Map<String, Value>>,
}

impl<'a> Fields<'a> {
    /// The order itself.
    pub(super) fn root(value: &'a Value) -> Result<Self, OrderError> {
        let map = value.as_object().ok_or(OrderError::Kind { field: "the order".into(), expected: "a JSON object" })?;
        Ok(Self { path: String::new(), map: Some(map) })
    }

    /// The full name of the field `name`.
    pub(super) fn name(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// `null` is the same as absent.
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.map?.get(name).filter(|value| !value.is_null())
    }

    fn kind(&self, name: &str, expected: &'static str) -> OrderError {
        OrderError::Kind { field: self.name(name), expected }
    }

    fn bad(&self, name: &str, why: impl ToString) -> OrderError {
        OrderError::Value { field: self.name(name), why: why.to_string() }
    }

    pub(super) fn missing(&self, name: &str) -> OrderError {
        OrderError::Missing(self.name(name))
    }

    /// Whether there is anything at all.
    pub(super) fn is_empty(&self) -> bool {
        self.map.is_none_or(Map::is_empty)
    }

    /// The object `name`; an absent one has no fields.
    pub(super) fn object(&self, name: &str) -> Result<Self, OrderError> {
        let map = match self.get(name) {
            None => None,
            Some(Value::Object(map)) => Some(map),
            Some(_) => return Err(self.kind(name, "an object")),
        };
        Ok(Self { path: self.name(name), map })
    }

    /// The objects of the array `name`.
    pub(super) fn objects(&self, name: &str, most: usize) -> Result<Vec<Self>, OrderError> {
        let items = self.array(name, most, "lines")?;
        items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                let path = format!("{}[{}]", self.name(name), index + 1);
                match item {
                    Value::Object(map) => Ok(Self { path, map: Some(map) }),
                    _ => Err(OrderError::Kind { field: path, expected: "an object" }),
                }
            })
            .collect()
    }

    fn array(&self, name: &str, most: usize, of: &'static str) -> Result<&'a [Value], OrderError> {
        match self.get(name) {
            None => Ok(&[]),
            Some(Value::Array(items)) if items.len() > most => {
                Err(OrderError::TooLong { field: self.name(name), most, of })
            }
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(self.kind(name, "a list")),
        }
    }

    /// Text, empty when absent.
    pub(super) fn text(&self, name: &str) -> Result<&'a str, OrderError> {
        self.get(name).map_or(Ok(""), |value| plain(value, &self.name(name)))
    }

    /// Text that must be there.
    pub(super) fn required(&self, name: &str) -> Result<&'a str, OrderError> {
        Some(self.text(name)?).filter(|text| !text.trim().is_empty()).ok_or_else(|| self.missing(name))
    }

    /// A list of texts, without the empty ones.
    pub(super) fn texts(&self, name: &str, most: usize) -> Result<Vec<String>, OrderError> {
        let items = self.array(name, most, "entries")?;
        let texts = items.iter().map(|item| plain(item, &self.name(name)).map(str::to_owned));
        texts.filter(|text| !matches!(text, Ok(text) if text.is_empty())).collect()
    }

    /// Text that a type can read; `None` when empty.
    pub(super) fn parsed<T: FromStr<Err = QuantityError>>(&self, name: &str) -> Result<Option<T>, OrderError> {
        match self.text(name)? {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|error| self.bad(name, error)),
        }
    }

    /// One of a closed list of words; `None` when empty.
    pub(super) fn word<T: Copy>(
        &self,
        name: &str,
        words: &[(&'static str, T)],
        expected: &'static str,
    ) -> Result<Option<T>, OrderError> {
        let text = self.text(name)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() && !text.is_empty() {
            return Err(self.kind(name, expected));
        }
        Ok(found)
    }

    /// A whole number from `least` to `most`; `None` when absent.
    pub(super) fn whole(&self, name: &str, least: u64, most: u64) -> Result<Option<u64>, OrderError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let number = value.as_u64().ok_or_else(|| self.kind(name, "a whole number"))?;
        if (least..=most).contains(&number) {
            Ok(Some(number))
        } else {
            Err(self.bad(name, format!("{number} is not from {least} to {most}")))
        }
    }

    /// True or false; `None` when absent.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, OrderError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(self.kind(name, "true or false")),
        }
    }

    /// An instant with its zone (RFC 3339); `None` when empty.
    pub(super) fn time(&self, name: &str) -> Result<Option<Timestamp>, OrderError> {
        match self.text(name)? {
            "" => Ok(None),
            text => text
                .parse::<jiff::Timestamp>()
                .map(|time| Some(Timestamp(time.as_millisecond())))
                .map_err(|_| self.kind(name, "a time with its zone, such as 2026-01-14T22:01:00Z")),
        }
    }

    /// Whole grams, or text with its unit; `None` when absent or nothing (systems that do not know write 0).
    pub(super) fn mass(&self, name: &str) -> Result<Option<Mass>, OrderError> {
        let mass = match self.get(name) {
            None => None,
            Some(Value::Number(number)) => {
                let grams = number.as_u64().and_then(|grams| i64::try_from(grams).ok());
                let decimal = grams.map(|mantissa| Decimal { mantissa, scale: 0 });
                decimal.and_then(|decimal| Mass::of(decimal, MassUnit::G)).map_or_else(
                    || Err(self.kind(name, "whole grams, or text with a unit, such as \"12oz\"")),
                    |mass| Ok(Some(mass)),
                )?
            }
            Some(_) => self.parsed::<Mass>(name)?,
        };
        match mass {
            Some(mass) if mass < Mass::ZERO => Err(self.bad(name, "less than nothing; write how much one item weighs")),
            Some(mass) if mass > MOST_MASS => Err(self.bad(name, "above 1,000 kg; check the unit")),
            mass => Ok(mass.filter(|mass| *mass > Mass::ZERO)),
        }
    }

    /// Three whole millimetres, or text with its unit; `None` when absent, empty or all nothing.
    pub(super) fn dims(&self, name: &str) -> Result<Option<Dims>, OrderError> {
        let expected = "three whole millimetres, or text with a unit, such as \"12x9x8in\"";
        let Some(Value::Array(sides)) = self.get(name) else { return self.parsed::<Dims>(name) };
        let sides: [u64; 3] = sides
            .iter()
            .map(Value::as_u64)
            .collect::<Option<Vec<_>>>()
            .and_then(|sides| sides.try_into().ok())
            .ok_or_else(|| self.kind(name, expected))?;
        if sides == [0; 3] {
            return Ok(None);
        }
        let length = |side: u64| {
            let mantissa = i64::try_from(side).ok()?;
            Length::of(Decimal { mantissa, scale: 0 }, LengthUnit::Mm)
        };
        let [a, b, c] = sides.map(length);
        let dims = a.zip(b).zip(c).and_then(|((a, b), c)| Dims::new([a, b, c]));
        dims.map(Some).ok_or_else(|| self.bad(name, "each side must be from 1 mm to 10 m"))
    }

    /// A decimal string and its currency (USD when none is given); `None` when the amount is empty.
    pub(super) fn money(&self, name: &str) -> Result<Option<Money>, OrderError> {
        if self.get(name).is_some_and(Value::is_number) {
            return Err(self.kind(name, "text in quotation marks, such as \"12.90\""));
        }
        let text = self.text(name)?;
        let currency = self.parsed::<Currency>("currency")?.unwrap_or(Currency::USD);
        if text.is_empty() {
            return Ok(None);
        }
        let money = Money::parse(text, currency).map_err(|error| self.bad(name, error))?;
        if money.minor < 0 { Err(self.bad(name, "less than nothing")) } else { Ok(Some(money)) }
    }
}

/// Heavier than any parcel: a slipped unit.
const MOST_MASS: Mass = Mass::from_grams(1_000_000);

fn plain<'a>(value: &'a Value, field: &str) -> Result<&'a str, OrderError> {
    let text = match value {
        Value::String(text) => text,
        Value::Number(_) => return Err(OrderError::NumberForText(field.to_owned())),
        _ => return Err(OrderError::Kind { field: field.to_owned(), expected: "text" }),
    };
    if text.chars().nth(MAX_TEXT).is_some() {
        return Err(OrderError::TooLong { field: field.to_owned(), most: MAX_TEXT, of: "characters" });
    }
    match text.chars().find(|character| character.is_control()) {
        Some(character) => Err(OrderError::Control { field: field.to_owned(), code: u32::from(character) }),
        None => Ok(text),
    }
}

/// Bounds what is only kept: text of bounded length without controls other than line breaks and tabs, and no number
/// that reading has already rounded.
pub(super) fn bound(value: &Value, path: &str) -> Result<(), OrderError> {
    let field = || if path.is_empty() { "the order".to_owned() } else { path.chars().take(80).collect() };
    let inside = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Null | Value::Bool(_) => Ok(()),
        // Written with an exponent: reading has rounded it, or will.
        Value::Number(number) if number.to_string().contains('e') => Err(OrderError::NumberForText(field())),
        Value::Number(_) => Ok(()),
        Value::String(text) => {
            if text.chars().nth(MAX_KEPT_TEXT).is_some() {
                return Err(OrderError::TooLong { field: field(), most: MAX_KEPT_TEXT, of: "characters" });
            }
            match text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
                Some(character) => Err(OrderError::Control { field: field(), code: u32::from(character) }),
                None => Ok(()),
            }
        }
        Value::Array(items) => {
            items.iter().zip(1..).try_for_each(|(item, place)| bound(item, &format!("{path}[{place}]")))
        }
        Value::Object(map) => map.iter().try_for_each(|(name, item)| {
            if name.chars().nth(MAX_TEXT).is_some() || name.chars().any(char::is_control) {
                return Err(OrderError::Kind { field: field(), expected: "an object with plain, short field names" });
            }
            bound(item, &inside(name))
        }),
    }
}
