//! Tracking numbers that are made here: prefix, serial, check digit. The rule is data of the carrier's folder.
//!
//! ```text
//!  USPS     92612903456789 | 0000001 | 6     prefix | serial | check digit
//!  OnTrac   D100113        | 5445370 | 7
//! ```
//! Whether a number is a carrier's is not asked here but of its [`Format`]s.

use super::{Checksum, Format, Shape, ShapeError};
use crate::ids::TrackingNumber;

/// How a station makes a carrier's numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRule {
    /// What every number begins with; letters and digits.
    pub prefix: String,
    /// Digits of the serial, zero-filled.
    pub width: u32,
    /// The digit after the serial, over everything before it.
    pub check: Checksum,
}

/// A serial that makes no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SerialError {
    /// It has more digits than the rule gives it.
    #[error("the serial is longer than the rule's width; a new prefix is needed")]
    TooLong,
    /// The check digit is not defined for the prefix.
    #[error("the check digit is defined for digits only; give the one that suits the prefix")]
    Prefix,
}

impl NumberRule {
    /// The tracking number with this serial; refused from [`NumberRule::capacity`] on, and when the prefix does not
    /// suit the check digit.
    pub fn number(&self, serial: u64) -> Result<TrackingNumber, SerialError> {
        if serial >= self.capacity() {
            return Err(SerialError::TooLong);
        }
        let mut number = format!("{}{serial:0width$}", self.prefix, width = self.width as usize);
        if self.check != Checksum::None {
            let check = self.check.of(number.as_bytes()).ok_or(SerialError::Prefix)?;
            number.push(char::from(check));
        }
        Ok(number.into())
    }

    /// The serial of a number that this rule made; `None` for any other.
    pub fn serial(&self, number: &str) -> Option<u64> {
        let digits = number.strip_prefix(&self.prefix)?.get(..self.width as usize)?;
        let serial: u64 = digits.parse().ok()?;
        self.number(serial).is_ok_and(|made| made.as_str() == number).then_some(serial)
    }

    /// How many serials there are, from 0.
    pub fn capacity(&self) -> u64 {
        10_u64.checked_pow(self.width).unwrap_or(u64::MAX)
    }

    /// What its numbers look like, for a carrier that declares nothing else.
    pub fn format(&self) -> Result<Format, ShapeError> {
        let body = format!("{}d{{{}}}", self.prefix, self.width);
        let pattern = if self.check == Checksum::None { body } else { format!("({body})c") };
        let shapes = vec![Shape::new(&pattern, &self.check)?];
        Ok(Format { name: "made here".to_owned(), shapes, check: self.check.clone(), ..Format::default() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Evidence;
    use super::*;

    fn rule(prefix: &str, width: u32, check: &str) -> NumberRule {
        NumberRule { prefix: prefix.into(), width, check: check.parse().expect("a checksum") }
    }

    #[test]
    fn the_carriers_samples_are_made_again_from_their_serials() {
        let made = rule("9400111206206", 8, "mod10-3-1").number(40_626_078);
        assert_eq!(made, Ok("9400111206206406260787".into()));
        assert_eq!(rule("D100113", 7, "mod10-2-1").number(5_445_370), Ok("D10011354453707".into()));
        assert_eq!(rule("C110315", 7, "mod10-2-1").number(187), Ok("C11031500001879".into()));
        assert_eq!(rule("LX", 8, "none").number(17_635_036), Ok("LX17635036".into()));
    }

    #[test]
    fn a_serial_beyond_the_width_is_refused() {
        let usps = rule("92612903456789", 7, "mod10-3-1");
        assert_eq!(usps.number(9_999_999).map(|number| number.as_str().len()), Ok(22));
        assert_eq!((usps.number(10_000_000), usps.capacity()), (Err(SerialError::TooLong), 10_000_000));
        assert_eq!(rule("1", 30, "none").capacity(), u64::MAX);
    }

    #[test]
    fn a_prefix_that_does_not_suit_its_check_digit_is_refused() {
        assert_eq!(rule("LX", 7, "luhn").number(1), Err(SerialError::Prefix));
        assert_eq!(rule("LX", 7, "s10").number(1), Err(SerialError::Prefix));
        assert_eq!(rule("LX", 7, "luhn").format(), Err(ShapeError::Letters));
    }

    proptest! {
        #[test]
        fn every_number_made_looks_as_its_rule_says(serial in 0_u64..10_000_000) {
            let cases = [("92612903456789", "mod10-3-1"), ("D100113", "mod10-2-1"), ("7", "luhn"), ("Z1", "mod37-36")];
            for (prefix, check) in cases {
                let rule = rule(prefix, 7, check);
                let number = rule.number(serial).expect("within the width");
                prop_assert_eq!(rule.serial(number.as_str()), Some(serial));
                prop_assert_eq!(rule.serial(&format!("{number}0")), None);
                let format = rule.format().expect("a format");
                prop_assert_eq!(format.compare(number.as_str()), Ok(Evidence::CheckDigit), "{}", number);
            }
            let bare = rule("CTL", 10, "none");
            let number = bare.number(serial).expect("within the width");
            prop_assert_eq!(bare.format().expect("a format").compare(number.as_str()), Ok(Evidence::LookOnly));
        }
    }
}
