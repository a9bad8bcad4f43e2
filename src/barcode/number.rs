//! Tracking numbers: how a carrier's number is made and checked. The rule is data of the carrier's folder.

/// How a carrier's tracking numbers are built: prefix, serial, check digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRule {
    /// What every number begins with; letters and digits.
    pub prefix: String,
    /// Digits of the serial, zero-filled.
    pub width: u32,
    /// The digit after the serial.
    pub check: CheckDigit,
}

/// A check digit's arithmetic (jkeen/tracking_number_data; USPS Publication 199; OnTrac label specification).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckDigit {
    /// There is none.
    None,
    /// GS1 / USPS: weights 3, 1 from the right, over every digit before it.
    Mod10Weight31,
    /// OnTrac legacy: weights 1, 2 over a leading digit that stands for the letter (C 4, D 5) and the digits after it.
    /// `D` numbers are accepted with either of the two known digits.
    OnTrac,
}

/// A number that breaks its carrier's rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{number:?} is not a number of this carrier: {why}")]
pub struct NumberError {
    /// What was checked.
    pub number: String,
    /// What is wrong with it.
    pub why: &'static str,
}
