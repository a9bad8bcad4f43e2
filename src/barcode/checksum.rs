//! Check digits: one character of a number that follows from the others.
//!
//! ```text
//!  mod10-3-1   9 4 0 0 1 1 1 2 0 6 2 0 6 4 0 6 2 6 0 7 8 | 7    USPS, GS1: the sum and the check digit make a ten
//!  weights     3 1 3 1 3 1 3 1 3 1 3 1 3 1 3 1 3 1 3 1 3        from the check digit backwards
//! ```
//! What each of them finds differs, and no more is promised: weights 3 and 1, `luhn` and `mod37-36` find every single
//! wrong character; weights 1 and 2 miss a digit that is off by five where it weighs 2, `mod7` one that is off by seven,
//! `mod11` and `s10` a few, because their last digit stands for two remainders. `none` finds nothing.

use std::str::FromStr;

/// The arithmetic of a check digit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Checksum {
    /// `none`: there is no check digit.
    #[default]
    None,
    /// `mod10-3-1`: the weighted sum and the check digit make a multiple of ten. A letter counts as UPS counts it, A 2,
    /// B 3 … I 0 (OnTrac: C 4, D 5).
    Mod10(Weights),
    /// `mod11-1-3-7`: the weighted sum's remainder by eleven; ten counts as 0 (FedEx Express).
    Mod11(Weights),
    /// `mod7`: the number's remainder by seven (DHL Express).
    Mod7,
    /// `luhn`: every second digit doubled, from the last one on, and the digits of what that makes added (ISO/IEC 7812-1).
    Luhn,
    /// `s10`: eight digits with weights 8 6 4 2 3 5 9 7 by eleven (UPU S10).
    S10,
    /// `mod37-36`: letters and digits, the check character too (ISO/IEC 7064; DPD).
    Mod37And36,
}

/// Weights of 1 to 9, from the check digit backwards, and again from the first when there are more digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights(Vec<u8>);

/// A name of no checksum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no check digit is called {0:?}; write none, mod7, luhn, s10, mod37-36, or mod10 or mod11 with weights, mod10-3-1"
)]
pub struct ChecksumError(String);

impl Checksum {
    /// The check character of `covered`, letters and digits; `None` when there is no check digit, or it is not defined for
    /// these characters.
    pub fn of(&self, covered: &[u8]) -> Option<u8> {
        let digits = covered.iter().map(|character| digit(*character));
        let check = match self {
            Self::None => return None,
            Self::Mod37And36 => return Some(mod37_36(covered)),
            Self::Mod10(weights) => complement(weights.sum(covered.iter().map(|character| ups(*character)))?),
            Self::Mod11(weights) => weights.sum(digits)? % 11 % 10,
            Self::Mod7 => digits.clone().try_fold(0, |rest, digit| Some((rest * 10 + digit?) % 7))?,
            Self::Luhn => complement(luhn(digits)?),
            Self::S10 => s10(digits)?,
        };
        u8::try_from(check).ok().map(|check| b'0' + check)
    }

    /// Whether it is defined for letters.
    pub(super) fn takes_letters(&self) -> bool {
        matches!(self, Self::None | Self::Mod10(_) | Self::Mod37And36)
    }

    /// Whether its check character may be a letter.
    pub(super) fn gives_letters(&self) -> bool {
        matches!(self, Self::Mod37And36)
    }
}

impl FromStr for Checksum {
    type Err = ChecksumError;

    fn from_str(name: &str) -> Result<Self, ChecksumError> {
        let weighted = |name: &str| {
            let (modulus, weights) = name.split_once('-')?;
            match modulus {
                "mod10" => Some(Self::Mod10(Weights::read(weights)?)),
                "mod11" => Some(Self::Mod11(Weights::read(weights)?)),
                _ => None,
            }
        };
        match name {
            "none" => Ok(Self::None),
            "mod7" => Ok(Self::Mod7),
            "luhn" => Ok(Self::Luhn),
            "s10" => Ok(Self::S10),
            "mod37-36" => Ok(Self::Mod37And36),
            _ => weighted(name).ok_or_else(|| ChecksumError(name.chars().take(40).collect())),
        }
    }
}

impl Weights {
    /// `3-1`: at most as many as a number has characters.
    fn read(text: &str) -> Option<Self> {
        let weights = text.split('-').map(|weight| weight.parse().ok().filter(|weight| (1..=9).contains(weight)));
        weights.collect::<Option<Vec<u8>>>().filter(|weights| weights.len() <= super::LONGEST_NUMBER).map(Self)
    }

    fn sum(&self, values: impl DoubleEndedIterator<Item = Option<u32>>) -> Option<u32> {
        values.rev().zip(self.0.iter().cycle()).map(|(value, weight)| Some(value? * u32::from(*weight))).sum()
    }
}

fn digit(character: u8) -> Option<u32> {
    char::from(character).to_digit(10)
}

/// A digit, or a letter as UPS counts it: its ASCII code less three, the last digit of that.
fn ups(character: u8) -> Option<u32> {
    let letter = || character.is_ascii_uppercase().then(|| (u32::from(character) - 3) % 10);
    digit(character).or_else(letter)
}

/// The sum of the digits, every second one doubled and the digits of that added.
fn luhn(digits: impl DoubleEndedIterator<Item = Option<u32>>) -> Option<u32> {
    let products = digits.rev().zip([2, 1].into_iter().cycle()).map(|(digit, times)| Some(digit? * times));
    products.map(|product| product.map(|product| product / 10 + product % 10)).sum()
}

fn s10(digits: impl ExactSizeIterator<Item = Option<u32>>) -> Option<u32> {
    const WEIGHTS: [u32; 8] = [8, 6, 4, 2, 3, 5, 9, 7];
    if digits.len() != WEIGHTS.len() {
        return None;
    }
    let sum: Option<u32> = digits.zip(WEIGHTS).map(|(digit, weight)| Some(digit? * weight)).sum();
    Some(match sum? % 11 {
        0 => 5,
        1 => 0,
        rest => 11 - rest,
    })
}

/// What is missing to a multiple of ten.
fn complement(sum: u32) -> u32 {
    (10 - sum % 10) % 10
}

/// ISO/IEC 7064 MOD 37,36 over the letters and digits of `covered`, upper-cased.
pub(super) fn mod37_36(covered: &[u8]) -> u8 {
    let values = covered.iter().filter_map(|character| char::from(*character).to_digit(36));
    let product = values.fold(36, |product, value| match (product + value) % 36 {
        0 => 36 * 2 % 37,
        sum => sum * 2 % 37,
    });
    let check = char::from_digit((37 - product) % 36, 36).unwrap_or('0');
    u8::try_from(check.to_ascii_uppercase()).unwrap_or(b'0')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(name: &str, covered: &str) -> Option<char> {
        name.parse::<Checksum>().expect("a checksum").of(covered.as_bytes()).map(char::from)
    }

    /// One published number of each, without and with its check digit.
    const KNOWN: [(&str, &str, char); 9] = [
        ("mod10-3-1", "940011120620640626078", '7'), // USPS
        ("mod10-3-1", "04144176022896", '4'),        // FedEx Ground
        ("mod10-1-2", "XX3150YW4407002", '3'),       // UPS
        ("mod10-2-1", "D1001135445370", '7'),        // OnTrac
        ("mod11-1-3-7", "98657878885", '5'),         // FedEx Express
        ("mod7", "331881002", '5'),                  // DHL Express
        ("luhn", "7776755320", '7'),                 // Old Dominion
        ("s10", "12345678", '5'),
        ("mod37-36", "09980000020033", 'F'), // DPD
    ];

    #[test]
    fn published_numbers_keep_their_check_digits() {
        for (name, covered, digit) in KNOWN {
            assert_eq!(check(name, covered), Some(digit), "{name} {covered}");
        }
        assert_eq!(check("none", "1"), None);
    }

    #[test]
    fn a_checksum_is_not_defined_for_what_it_does_not_know() {
        for name in ["mod11-1-3-7", "mod7", "luhn", "s10"] {
            assert_eq!(check(name, "1234567A"), None, "{name}");
        }
        assert_eq!((check("s10", "1234567"), check("mod10-3-1", "1-")), (None, None));
    }

    #[test]
    fn a_name_of_no_checksum_is_refused() {
        let endless = format!("mod10{}", "-1".repeat(65));
        for name in ["", "mod10", "mod10-", "mod10-0", "mod10-10", "mod12-1", "mod10-3-x", "Luhn", &endless] {
            assert!(name.parse::<Checksum>().is_err(), "{name}");
        }
    }

    /// A number, a place in it, and the same number with another digit there.
    fn damaged(digits: impl Into<prop::sample::SizeRange>) -> impl Strategy<Value = (Vec<u8>, usize, Vec<u8>)> {
        let number = prop::collection::vec(b'0'..=b'9', digits);
        (number, any::<prop::sample::Index>(), 1_u8..10).prop_map(|(number, at, by)| {
            let at = at.index(number.len());
            let mut other = number.clone();
            other[at] = b'0' + (other[at] - b'0' + by) % 10;
            (number, at, other)
        })
    }

    fn same(name: &str, one: &[u8], other: &[u8]) -> bool {
        let checksum: Checksum = name.parse().expect("a checksum");
        checksum.of(one) == checksum.of(other)
    }

    fn check_of(name: &str, number: &[u8]) -> Option<char> {
        check(name, str::from_utf8(number).expect("digits"))
    }

    proptest! {
        #[test]
        fn every_single_wrong_digit_is_found_by_those_that_promise_it((number, _, other) in damaged(1..30)) {
            for name in ["mod10-3-1", "luhn", "mod37-36"] {
                prop_assert!(!same(name, &number, &other), "{}", name);
            }
        }

        #[test]
        fn what_others_miss_is_what_their_page_says((number, at, other) in damaged(8..=8)) {
            let off = number[at].abs_diff(other[at]);
            let weighs_two = (number.len() - at).is_multiple_of(2);
            prop_assert_eq!(same("mod10-1-2", &number, &other), weighs_two && off == 5);
            prop_assert_eq!(same("mod7", &number, &other), off == 7);
            prop_assert!(!same("s10", &number, &other) || check_of("s10", &number) == Some('5'));
            prop_assert!(!same("mod11-1-3-7", &number, &other) || check_of("mod11-1-3-7", &number) == Some('0'));
        }

        #[test]
        fn swapped_neighbours_are_found_but_for_those_the_arithmetic_cannot_tell(
            number in prop::collection::vec(b'0'..=b'9', 2..30), at in any::<prop::sample::Index>(),
        ) {
            let at = at.index(number.len() - 1);
            let mut other = number.clone();
            other.swap(at, at + 1);
            let (first, second) = (number[at], number[at + 1]);
            let off = first.abs_diff(second);
            prop_assert!(!same("mod37-36", &number, &other) || off <= 1);
            prop_assert_eq!(same("luhn", &number, &other), off == 0 || off == 9);
            prop_assert_eq!(same("mod10-3-1", &number, &other), off == 0 || off == 5);
            prop_assert_eq!(same("mod10-1-2", &number, &other), off == 0);
        }
    }
}
