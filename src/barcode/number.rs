//! Tracking numbers: how a carrier's number is made and checked. The rule is data of the carrier's folder.
//!
//! ```text
//!  USPS     92 612 903456789 | 0000001 | 6     prefix | serial | check digit
//!  OnTrac   D 100113         | 5445370 | 7
//! ```

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
    /// `D` numbers are accepted with either of the two known digits: the specification's figure uses 4, numbers seen
    /// in use 5.
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

impl NumberRule {
    /// The tracking number with this serial; refused from [`NumberRule::capacity`] on, and when the prefix does not
    /// suit the check digit.
    pub fn number(&self, serial: u64) -> Result<String, NumberError> {
        let digits = format!("{serial:0width$}", width = self.width as usize);
        let mut number = format!("{}{digits}", self.prefix);
        if serial >= self.capacity() {
            return Err(refused(&number, "the serial is longer than the rule's width; a new prefix is needed"));
        }
        match self.check {
            CheckDigit::None => {}
            CheckDigit::Mod10Weight31 => number.push(weight31(&number)?),
            CheckDigit::OnTrac => number.push(ontrac(&number, *stands_for(&number)?.last().unwrap_or(&4))?),
        }
        Ok(number)
    }

    /// How many serials there are, from 0.
    pub fn capacity(&self) -> u64 {
        10_u64.checked_pow(self.width).unwrap_or(u64::MAX)
    }

    /// Whether `number` is made by this rule.
    pub fn check(&self, number: &str) -> Result<(), NumberError> {
        let rest = number.strip_prefix(&self.prefix).ok_or_else(|| refused(number, "it has another prefix"))?;
        if !rest.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refused(number, "only digits may follow the prefix"));
        }
        let checked = usize::from(self.check != CheckDigit::None);
        if rest.len() != self.width as usize + checked {
            return Err(refused(number, "it has another length"));
        }
        let (body, digit) = number.split_at(number.len() - checked);
        let right = match self.check {
            CheckDigit::None => true,
            CheckDigit::Mod10Weight31 => digit.starts_with(weight31(body)?),
            CheckDigit::OnTrac => {
                let mut known = stands_for(body)?.iter().map(|letter| ontrac(body, *letter));
                known.try_fold(false, |found, known| known.map(|known| found || digit.starts_with(known)))?
            }
        };
        if right { Ok(()) } else { Err(refused(number, "its check digit is wrong; read it again")) }
    }
}

fn refused(number: &str, why: &'static str) -> NumberError {
    NumberError { number: number.chars().take(64).collect(), why }
}

/// GS1 General Specifications 7.9: the last digit before the check digit weighs 3.
fn weight31(body: &str) -> Result<char, NumberError> {
    let digits = digits_of(body, body)?;
    Ok(complement(digits.iter().rev().zip([3, 1].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum()))
}

/// OnTrac's letter as a digit, then every digit after it, weighing 1 and 2 in turn.
fn ontrac(body: &str, letter: u32) -> Result<char, NumberError> {
    let digits = digits_of(body, body.get(1..).unwrap_or(""))?;
    let all = [letter].into_iter().chain(digits);
    Ok(complement(all.zip([1, 2].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum()))
}

/// The digits OnTrac's leading letter is known to stand for; the last one is used for new numbers.
fn stands_for(number: &str) -> Result<&'static [u32], NumberError> {
    match number.chars().next() {
        Some('C') => Ok(&[4]),
        Some('D') => Ok(&[4, 5]),
        _ => Err(refused(number, "an OnTrac number begins with C or D")),
    }
}

fn digits_of(number: &str, part: &str) -> Result<Vec<u32>, NumberError> {
    let digits: Option<Vec<u32>> = part.chars().map(|character| character.to_digit(10)).collect();
    digits.ok_or_else(|| refused(number, "its check digit is defined for digits only"))
}

/// The digit that makes the sum a multiple of ten.
fn complement(sum: u32) -> char {
    char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rule(prefix: &str, width: u32, check: CheckDigit) -> NumberRule {
        NumberRule { prefix: prefix.into(), width, check }
    }

    fn usps() -> NumberRule {
        rule("92612903456789", 7, CheckDigit::Mod10Weight31)
    }

    // jkeen/tracking_number_data (MIT), couriers/usps.json and couriers/ontrac.json.
    const USPS: [&str; 9] = [
        "9400111206206406260787",
        "9200190132607600833457",
        "9400111201080805483016",
        "9405803699300124287899",
        "9434611206206406227577",
        "9505511069605048600624",
        "9361289878700317633795",
        "9261290113185417468510",
        "9101026837331000039521",
    ];
    const ONTRAC: [&str; 8] = [
        "C11031500001879",
        "C10999911320231",
        "C11121552953069",
        "C11121553156000",
        "C11121552829468",
        "D10011354453707",
        "D10011345983010",
        "D10011342332145",
    ];

    #[test]
    fn public_sample_numbers_keep_their_rules() {
        for number in USPS {
            assert_eq!(rule("9", 20, CheckDigit::Mod10Weight31).check(number), Ok(()), "{number}");
        }
        assert_eq!(rule("9", 24, CheckDigit::Mod10Weight31).check("92748931507708513018050063"), Ok(()));
        for number in ONTRAC {
            assert_eq!(rule(&number[..1], 13, CheckDigit::OnTrac).check(number), Ok(()), "{number}");
        }
    }

    #[test]
    fn the_carriers_samples_are_made_again_from_their_serials() {
        let made = rule("9400111206206", 8, CheckDigit::Mod10Weight31).number(40_626_078);
        assert_eq!(made.as_deref(), Ok("9400111206206406260787"));
        assert_eq!(rule("D100113", 7, CheckDigit::OnTrac).number(5_445_370).as_deref(), Ok("D10011354453707"));
        assert_eq!(rule("C110315", 7, CheckDigit::OnTrac).number(187).as_deref(), Ok("C11031500001879"));
        assert_eq!(rule("LX", 8, CheckDigit::None).number(17_635_036).as_deref(), Ok("LX17635036"));
    }

    #[test]
    fn a_d_number_is_accepted_with_the_specifications_digit_too() {
        let specification = "D10734902081420";
        assert_eq!(rule("D", 13, CheckDigit::OnTrac).check(specification), Ok(()));
    }

    #[test]
    fn a_usps_number_has_22_digits() {
        assert_eq!(usps().number(1).map(|number| number.len()), Ok(22));
        assert_eq!(usps().capacity(), 10_000_000);
    }

    #[test]
    fn a_serial_beyond_the_width_is_refused() {
        assert!(usps().number(9_999_999).is_ok());
        assert!(usps().number(10_000_000).is_err());
        assert_eq!(rule("1", 30, CheckDigit::None).capacity(), u64::MAX);
    }

    #[test]
    fn a_prefix_that_does_not_suit_its_check_digit_is_refused() {
        assert!(rule("LX", 7, CheckDigit::Mod10Weight31).number(1).is_err());
        assert!(rule("E1", 7, CheckDigit::OnTrac).number(1).is_err());
        assert!(rule("", 7, CheckDigit::OnTrac).number(1).is_err());
    }

    #[test]
    fn a_foreign_or_damaged_number_is_refused() {
        for number in
            ["", "9261290345678900000013", "9400111206206406260787", "92612903456789000000", "92612903456789é"]
        {
            assert!(usps().check(number).is_err(), "{number}");
        }
    }

    proptest! {
        #[test]
        fn every_number_made_is_accepted_and_no_digit_of_it_can_change(serial in 0_u64..10_000_000, at in 14_usize..22, by in 1_u32..10) {
            let number = usps().number(serial).expect("within the width");
            prop_assert_eq!(usps().check(&number), Ok(()));
            let damaged: String = number
                .chars()
                .enumerate()
                .map(|(i, c)| if i == at { char::from_digit((c.to_digit(10).unwrap() + by) % 10, 10).unwrap() } else { c })
                .collect();
            prop_assert!(usps().check(&damaged).is_err());
        }

        #[test]
        fn any_text_is_checked_without_a_panic(number in ".{0,40}", prefix in "[CD9]?[0-9]{0,4}") {
            for check in [CheckDigit::None, CheckDigit::Mod10Weight31, CheckDigit::OnTrac] {
                let _ = rule(&prefix, 7, check).check(&number);
            }
        }
    }
}
