//! Quantities: mass, length, money, dates and instants.
//!
//! Every quantity is an exact integer in a unit small enough that pounds, ounces and inches, with their
//! decimals, lose nothing. Arithmetic is checked, or named for its rounding. There is no floating point here,
//! and nothing here reads a clock.

#![deny(clippy::disallowed_methods)]

mod date;
mod decimal;
mod length;
mod mass;
mod money;
mod time;

use std::str::FromStr;

pub use date::Date;
pub use decimal::Decimal;
pub use length::{Dims, Length, LengthUnit};
pub use mass::{Mass, MassUnit};
pub use money::{Currency, Money};
pub use time::{Timestamp, Uptime};

/// A quantity that could not be read from text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not a decimal number.
    #[error("{0:?} is not a number; write digits with at most one decimal point, such as 1.25")]
    NotANumber(String),
    /// No unit, or one that is not known.
    #[error("{text:?} has no known unit; write one of {expected}, such as {example}")]
    Unit {
        /// What was read.
        text: String,
        /// The units that are understood.
        expected: &'static str,
        /// A quantity as it is written.
        example: &'static str,
    },
    /// Nothing at all, where a quantity with its unit belongs.
    #[error("it is empty; write a number and its unit, such as {0}")]
    Empty(&'static str),
    /// Too large for the type, or finer than its smallest step.
    #[error("{0:?} is too large or has too many decimals; check its unit and its digits")]
    Range(String),
    /// An amount with more decimals than its currency has, be they zeros.
    #[error("{text:?} has more decimals than {currency} has; write {instead}")]
    Decimals {
        /// What was read.
        text: String,
        /// The currency.
        currency: Currency,
        /// What to write.
        instead: String,
    },
    /// The same, with a dot before its last three digits: in most countries that is a thousand.
    #[error("{text:?}: three digits after a dot can only be thousands here; write {instead}")]
    Thousands {
        /// What was read.
        text: String,
        /// What to write.
        instead: String,
    },
    /// Not a currency code of ISO 4217.
    #[error("{0:?} is not a currency; write three capital letters, such as USD")]
    Currency(String),
    /// Not a date.
    #[error("{0:?} is not a date; write it as 2026-07-12")]
    Date(String),
    /// Not three lengths.
    #[error("{0:?} is not a size; write three lengths and a unit, such as 12x9x8in")]
    Dims(String),
}

/// `12.5kg` as a number and a unit. An error shows the whole text.
pub(crate) fn measured<U: FromStr<Err = QuantityError>>(text: &str) -> Result<(Decimal, U), QuantityError> {
    let text = text.trim();
    let at = text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len());
    let unit = unit_of(text[at..].trim(), text)?;
    let number = Decimal::parse(text[..at].trim()).map_err(|_| QuantityError::NotANumber(shown(text)))?;
    Ok((number, unit))
}

/// The unit at the end of `whole`.
fn unit_of<U: FromStr<Err = QuantityError>>(unit: &str, whole: &str) -> Result<U, QuantityError> {
    unit.parse().map_err(|error| match error {
        QuantityError::Unit { example, .. } if whole.is_empty() => QuantityError::Empty(example),
        QuantityError::Unit { expected, example, .. } => QuantityError::Unit { text: shown(whole), expected, example },
        other => other,
    })
}

/// As much of a text as an error shows.
fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
