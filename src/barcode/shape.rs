//! How a number is written: a pattern that is read from one end to the other, once.
//!
//! ```text
//!  1Z(x{15})c        UPS       A-Z 0-9 -     stand for themselves
//!  \/ \___/ \                  d a x         a digit, a letter, either
//!  |    |    check character   [AFC] [0-8]   one of these
//!  |    what it follows from   {15} {9,38}   so many of what stands before it
//!  itself                      ( ) c         what the check character follows from, and the character itself
//! ```
//! It says how a whole number looks, never a part of it. Only one part may vary in how often it stands, so the length of
//! the number decides how often: nothing is ever tried twice. It knows no alternatives; those are more patterns.

use std::ops::Range;

use super::{Checksum, LONGEST_NUMBER};

/// A pattern that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    parts: Vec<ShapePart>,
    /// Parts that the check character follows from, and the part that is the check character.
    checked: Option<(Range<usize>, usize)>,
    least: usize,
    most: usize,
}

/// So many of one kind of character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ShapePart {
    symbols: Symbols,
    least: usize,
    most: usize,
}

/// A set of the characters that numbers are made of: bits 0 to 9 the digits, then A to Z, then the hyphen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Symbols(u64);

/// Where a number leaves what its carrier says; the later, the nearer it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Misfit {
    /// In its length.
    Length,
    /// In the character at this byte.
    Character(usize),
    /// In what it begins or ends with, which a pattern does not say.
    Ends,
}

/// A pattern that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// A character that means nothing.
    #[error(
        "{character:?} at {at} means nothing; write A-Z 0-9 - d a x [ ] {{ }} ( ) c, capitals for letters of the number"
    )]
    Character {
        /// The character.
        character: char,
        /// Its place, from 1.
        at: usize,
    },
    /// A set that is empty, not closed or falls.
    #[error("the set at {0} is not one; write it as [AFC] or [0-8]")]
    Set(usize),
    /// A count that is none.
    #[error("the count at {0} is none; write {{n}} or {{n,m}} after a character or set, from 1 to {most}, n before m", most = LONGEST_NUMBER)]
    Count(usize),
    /// Two parts of which nobody can say how often they stand.
    #[error("two counts vary; let one vary, and write a pattern for each length of the other")]
    Vary,
    /// Nothing in it, or more than any number has.
    #[error("it is for numbers of no or more than {most} characters; shorten it", most = LONGEST_NUMBER)]
    Length,
    /// The brackets do not match.
    #[error(
        "the round brackets do not stand once, around something; put one pair around what the check digit follows from"
    )]
    Brackets,
    /// A check digit, and no place for it; or a place, and no check digit.
    #[error(
        "the pattern and its check do not agree; write ( ) and c where there is a check digit, neither where there is none"
    )]
    Check,
    /// A letter in what a checksum of digits is computed from.
    #[error("its check is defined for digits only; leave letters outside the round brackets")]
    Letters,
}

impl Symbols {
    const DIGITS: Self = Self((1 << 10) - 1);
    const LETTERS: Self = Self(((1 << 26) - 1) << 10);

    /// Where a character stands among them all.
    fn place(character: u8) -> Option<u32> {
        match character {
            b'0'..=b'9' | b'A'..=b'Z' => char::from(character).to_digit(36),
            b'-' => Some(36),
            _ => None,
        }
    }

    fn one(character: u8) -> Option<Self> {
        Self::place(character).map(|place| Self(1 << place))
    }

    fn has(self, character: u8) -> bool {
        Self::place(character).is_some_and(|place| self.0 >> place & 1 == 1)
    }

    const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }
}

impl Shape {
    /// Reads a pattern for numbers with this check digit.
    pub fn new(pattern: &str, check: &Checksum) -> Result<Self, ShapeError> {
        let shape = ShapeReader { rest: pattern, at: 0 }.shape(check)?;
        if shape.checked.is_none() != (*check == Checksum::None) {
            return Err(ShapeError::Check);
        }
        let defined = if check.takes_letters() { Symbols::DIGITS.or(Symbols::LETTERS) } else { Symbols::DIGITS };
        let covered = shape.checked.as_ref().map_or(0..0, |(covered, _)| covered.clone());
        let suits = shape.parts[covered].iter().all(|part| part.symbols.within(defined));
        if suits { Ok(shape) } else { Err(ShapeError::Letters) }
    }

    /// The fewest and the most characters of its numbers.
    pub(super) const fn lengths(&self) -> (usize, usize) {
        (self.least, self.most)
    }

    /// What the check character of `number` follows from, and the check character; `None` where there is none.
    pub(super) fn fit<'a>(&self, number: &'a str) -> Result<Option<(&'a str, u8)>, Misfit> {
        if !(self.least..=self.most).contains(&number.len()) {
            return Err(Misfit::Length);
        }
        let spare = number.len() - self.least;
        let count = |part: &ShapePart| if part.least < part.most { part.least + spare } else { part.least };
        let mut rest = number.as_bytes().iter().enumerate();
        for part in &self.parts {
            let mut piece = rest.by_ref().take(count(part));
            if let Some((at, _)) = piece.find(|(_, character)| !part.symbols.has(**character)) {
                return Err(Misfit::Character(at));
            }
        }
        let begins = |part: usize| self.parts[..part].iter().map(count).sum::<usize>();
        Ok(self.checked.as_ref().and_then(|(covered, check)| {
            let covered = number.get(begins(covered.start)..begins(covered.end))?;
            Some((covered, *number.as_bytes().get(begins(*check))?))
        }))
    }
}

/// A pattern on its way.
struct ShapeReader<'a> {
    rest: &'a str,
    /// Characters taken.
    at: usize,
}

impl ShapeReader<'_> {
    fn shape(mut self, check: &Checksum) -> Result<Shape, ShapeError> {
        let mut parts: Vec<ShapePart> = Vec::new();
        let (mut opened, mut covered, mut digit) = (None, None, None);
        while let Some(character) = self.take() {
            match character {
                '(' if opened.is_none() => opened = Some(parts.len()),
                ')' if opened.is_some() && covered.is_none() => covered = opened.map(|start| start..parts.len()),
                '(' | ')' => return Err(ShapeError::Brackets),
                'c' if digit.is_some() => return Err(ShapeError::Check),
                'c' => {
                    digit = Some(parts.len());
                    let letters = if check.gives_letters() { Symbols::LETTERS } else { Symbols(0) };
                    parts.push(ShapePart { symbols: Symbols::DIGITS.or(letters), least: 1, most: 1 });
                }
                _ => {
                    let symbols = self.symbols(character)?;
                    let (least, most) = self.count()?;
                    parts.push(ShapePart { symbols, least, most });
                }
            }
        }
        let checked = match (opened, covered, digit) {
            (None, None, None) => None,
            (Some(_), Some(covered), Some(digit)) if !covered.is_empty() && !covered.contains(&digit) => {
                Some((covered, digit))
            }
            (Some(_), Some(_), None) | (None, None, Some(_)) => return Err(ShapeError::Check),
            _ => return Err(ShapeError::Brackets),
        };
        let (least, most) = parts.iter().fold((0, 0), |(least, most), part| (least + part.least, most + part.most));
        if parts.iter().filter(|part| part.least < part.most).count() > 1 {
            return Err(ShapeError::Vary);
        }
        if least == 0 || most > LONGEST_NUMBER {
            return Err(ShapeError::Length);
        }
        Ok(Shape { parts, checked, least, most })
    }

    fn take(&mut self) -> Option<char> {
        let character = self.rest.chars().next()?;
        self.rest = &self.rest[character.len_utf8()..];
        self.at += 1;
        Some(character)
    }

    fn symbols(&mut self, character: char) -> Result<Symbols, ShapeError> {
        match character {
            'd' => Ok(Symbols::DIGITS),
            'a' => Ok(Symbols::LETTERS),
            'x' => Ok(Symbols::DIGITS.or(Symbols::LETTERS)),
            '[' => self.set(),
            _ => {
                let itself = u8::try_from(character).ok().and_then(Symbols::one);
                itself.ok_or(ShapeError::Character { character, at: self.at })
            }
        }
    }

    /// `AFC]`, `0-8]`, `A-Z0-9-]`: what stands behind the bracket.
    fn set(&mut self) -> Result<Symbols, ShapeError> {
        let wrong = ShapeError::Set(self.at);
        let Some((inside, rest)) = self.rest.split_once(']') else { return Err(wrong) };
        self.at += inside.chars().count() + 1;
        self.rest = rest;
        let mut symbols = Symbols(0);
        let mut left = inside.as_bytes();
        while let [first, behind @ ..] = left {
            let (last, behind) = match behind {
                [b'-', last, behind @ ..] => (last, behind),
                _ => (first, behind),
            };
            let (Some(from), Some(to)) = (Symbols::place(*first), Symbols::place(*last)) else { return Err(wrong) };
            if from > to {
                return Err(wrong);
            }
            symbols = (from..=to).fold(symbols, |symbols, place| symbols.or(Symbols(1 << place)));
            left = behind;
        }
        if symbols == Symbols(0) { Err(wrong) } else { Ok(symbols) }
    }

    /// `{15}` or `{9,38}` if it stands here; else once.
    fn count(&mut self) -> Result<(usize, usize), ShapeError> {
        let Some(rest) = self.rest.strip_prefix('{') else { return Ok((1, 1)) };
        let wrong = ShapeError::Count(self.at + 1);
        let Some((inside, rest)) = rest.split_once('}') else { return Err(wrong) };
        self.at += inside.chars().count() + 2;
        self.rest = rest;
        let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
        let (Ok(least), Ok(most)) = (least.parse(), most.parse()) else { return Err(wrong) };
        let sound = 1 <= least && least <= most && most <= LONGEST_NUMBER;
        if sound { Ok((least, most)) } else { Err(wrong) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(pattern: &str) -> Result<Shape, ShapeError> {
        Shape::new(pattern, &Checksum::None)
    }

    fn fits(pattern: &str, number: &str) -> Result<(), Misfit> {
        plain(pattern).expect("a pattern").fit(number).map(drop)
    }

    #[test]
    fn every_kind_of_character_stands_for_what_the_page_says() {
        assert_eq!(fits("1Zd[AFC]ax-[0-8A]", "1Z9FQ7-8"), Ok(()));
        assert_eq!(fits("[A-Z0-9-]{3}", "A-9"), Ok(()));
        for (pattern, number) in
            [("d", "A"), ("a", "1"), ("a", "a"), ("x", "-"), ("[0-8]", "9"), ("1", "2"), ("d", "é")]
        {
            let misfit = if number.len() == 1 { Misfit::Character(0) } else { Misfit::Length };
            assert_eq!(fits(pattern, number), Err(misfit), "{pattern} {number}");
        }
        assert_eq!(fits("dd", "é"), Err(Misfit::Character(0)));
    }

    #[test]
    fn a_pattern_is_of_the_whole_number() {
        assert_eq!(fits("d{3}", "1234"), Err(Misfit::Length));
        assert_eq!(fits("d{3}", "12"), Err(Misfit::Length));
        assert_eq!(fits("TBAd{2}", "TBB12"), Err(Misfit::Character(2)));
    }

    #[test]
    fn the_length_says_how_often_the_one_part_stands_that_varies() {
        let shape = Shape::new("J(d{2,4})cGB", &"mod7".parse().expect("a checksum")).expect("a pattern");
        assert_eq!(shape.lengths(), (6, 8));
        assert_eq!(shape.fit("J123GB"), Ok(Some(("12", b'3'))));
        assert_eq!(shape.fit("J12345GB"), Ok(Some(("1234", b'5'))));
        assert_eq!(shape.fit("J123456GB"), Err(Misfit::Length));
        assert_eq!(shape.fit("J1234G5"), Err(Misfit::Character(6)));
    }

    #[test]
    fn the_check_character_may_stand_anywhere_behind_or_before() {
        let luhn: Checksum = "luhn".parse().expect("a checksum");
        let fit = |pattern: &str| Shape::new(pattern, &luhn).expect("a pattern").fit("12345").map(|fit| fit.is_some());
        assert_eq!([fit("c(d{4})"), fit("d(dd)cd"), fit("(d{4})c")], [Ok(true); 3]);
    }

    #[test]
    fn a_pattern_that_cannot_be_used_is_refused_with_the_reason() {
        use ShapeError::{Brackets, Character, Check, Count, Length, Letters, Set, Vary};
        let cases = [
            ("", Length),
            ("x{64}d", Length),
            ("1z", Character { character: 'z', at: 2 }),
            ("d*", Character { character: '*', at: 2 }),
            ("é", Character { character: 'é', at: 1 }),
            ("d{3}{4}", Character { character: '{', at: 5 }),
            ("d[]", Set(2)),
            ("[AB", Set(1)),
            ("[8-0]", Set(1)),
            ("[a]", Set(1)),
            ("d{0}", Count(2)),
            ("d{3,2}", Count(2)),
            ("d{65}", Count(2)),
            ("d{x}", Count(2)),
            ("d{3", Count(2)),
            ("d{1,2}a{1,2}", Vary),
            ("(d)c", Check),
            ("dc", Check),
            ("(d)", Check),
            ("dcc", Check),
            ("()c", Brackets),
            ("(d", Brackets),
            ("d)", Brackets),
            (")(d", Brackets),
            ("(d)(d)c", Brackets),
            ("(dc)", Brackets),
        ];
        for (pattern, error) in cases {
            assert_eq!(plain(pattern), Err(error), "{pattern}");
        }
        let luhn = |pattern: &str| Shape::new(pattern, &"luhn".parse().expect("a checksum"));
        assert_eq!((luhn("(Ad)c"), luhn("A(d)c").is_ok()), (Err(Letters), true));
        assert_eq!(luhn("d{3}"), Err(Check));
        assert_eq!(Shape::new("(x-)c", &"mod37-36".parse().expect("a checksum")), Err(Letters));
    }

    proptest! {
        #[test]
        fn any_pattern_is_read_or_refused_and_any_number_fits_or_does_not(
            pattern in "[dax()c0-9A-C{},\\[\\]-]{0,20}|.{0,20}", number in "[0-9A-C-]{0,24}|.{0,40}",
        ) {
            for check in ["none", "mod10-3-1", "mod37-36"] {
                let Ok(shape) = Shape::new(&pattern, &check.parse().expect("a checksum")) else { continue };
                let (least, most) = shape.lengths();
                prop_assert!(1 <= least && least <= most && most <= LONGEST_NUMBER);
                if let Ok(checked) = shape.fit(&number) {
                    prop_assert!((least..=most).contains(&number.len()));
                    prop_assert_eq!(checked.is_some(), check != "none");
                }
            }
        }
    }
}
