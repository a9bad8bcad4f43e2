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
    #[error("{text:?} has no known unit; write one of {expected}")]
    Unit {
        /// What was read.
        text: String,
        /// The units that are understood.
        expected: &'static str,
    },
    /// Too large for the type, or finer than its smallest step.
    #[error("{0:?} is too large or has too many decimals")]
    Range(String),
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

/// Splits `12.5kg` into the number and the unit.
fn split_unit(text: &str) -> (&str, &str) {
    let text = text.trim();
    let at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    (text[..at].trim(), text[at..].trim())
}
