//! Whose number is it, and is it one at all: every format that is known, published ones and those of the station's own
//! carriers.
//!
//! A number may be several carriers': all of them are named, none is guessed. Blanks in a typed number do not count, nor
//! does the routing code before a USPS number. A number that has the look of a format with a check digit keeps that digit
//! or is refused, whatever else of its carrier's formats it looks like: a format without one is for all others.

use std::fmt;

use super::scan::without_routing;
use super::shape::Misfit;
use super::{Evidence, Format, LONGEST_NUMBER, Shape};
use crate::ids::{CarrierId, TrackingNumber};

/// Who gives numbers out, and how they look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The carrier's id: `ontrac`.
    pub id: CarrierId,
    /// What people call it: `OnTrac`.
    pub name: String,
    /// How its numbers look; none: nobody knows, and none is refused.
    pub formats: Vec<Format>,
}

/// Every carrier whose numbers are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbers {
    /// By id.
    issuers: Vec<Issuer>,
}

/// A format of a carrier that a number looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match<'a> {
    /// The carrier.
    pub issuer: &'a Issuer,
    /// The format.
    pub format: &'a Format,
    /// What speaks for it, or against it.
    pub evidence: Evidence,
    /// The number, without blanks and routing.
    pub number: TrackingNumber,
}

/// A number that is none of a carrier's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{number:?} is no number of {carrier}: {why}")]
pub struct NumberError {
    /// The number, or its beginning.
    pub number: String,
    /// The carrier's name; its id where nobody knows the carrier.
    pub carrier: String,
    /// What is wrong.
    pub why: Why,
}

/// What is wrong with a number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// No such carrier.
    #[error("nobody has said how this carrier's numbers look; write the carrier's id, or declare its formats")]
    Unknown,
    /// It is too long, too short, or of a length between the known ones.
    #[error("it has {found} characters, not {known}; read it again")]
    Length {
        /// Its length.
        found: usize,
        /// The lengths there are.
        known: Lengths,
    },
    /// A character does not belong where it stands.
    #[error("{character:?} at {at} does not belong there; read it again")]
    Character {
        /// The character.
        character: char,
        /// Its place, from 1.
        at: usize,
    },
    /// It begins or ends as none does.
    #[error("none begins and ends like this; read it again, or ask who made it")]
    Ends,
    /// Its check digit does not follow from the rest.
    #[error("its check digit is wrong; read it again, or ask who made it for another")]
    CheckDigit,
}

/// The lengths a carrier's numbers have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lengths(Vec<(usize, usize)>);

impl Numbers {
    /// Of these carriers; of two with one id the first counts.
    pub fn new(mut issuers: Vec<Issuer>) -> Self {
        issuers.sort_by(|a, b| a.id.cmp(&b.id));
        issuers.dedup_by(|later, first| later.id == first.id);
        Self { issuers }
    }

    /// Every carrier, by id.
    pub fn issuers(&self) -> &[Issuer] {
        &self.issuers
    }

    /// Every carrier this number may belong to, those with a right check digit first.
    pub fn whose(&self, text: &str) -> Vec<Match<'_>> {
        let mut found = self.alike(text);
        found.retain(|found| found.evidence != Evidence::WrongCheckDigit);
        found
    }

    /// The same, and every carrier that has numbers of this look with another check digit.
    pub fn alike(&self, text: &str) -> Vec<Match<'_>> {
        let readings = readings(text);
        let mut found: Vec<_> = self.issuers.iter().filter_map(|issuer| issuer.best(&readings).ok()).collect();
        found.sort_by_key(|found| found.evidence);
        found
    }

    /// Whether this can be a number of this carrier, by its id.
    pub fn check(&self, carrier: &CarrierId, text: &str) -> Result<(), NumberError> {
        match self.issuer(carrier) {
            Some(issuer) => issuer.check(text),
            None => Err(refused(text, carrier.as_str(), Why::Unknown)),
        }
    }

    fn issuer(&self, id: &CarrierId) -> Option<&Issuer> {
        let at = self.issuers.binary_search_by(|issuer| issuer.id.cmp(id)).ok()?;
        self.issuers.get(at)
    }
}

impl Issuer {
    /// Whether this can be a number of this carrier. Any can where nobody knows how they look.
    pub fn check(&self, text: &str) -> Result<(), NumberError> {
        if self.formats.is_empty() {
            return Ok(());
        }
        match self.best(&readings(text)) {
            Ok(found) if found.evidence == Evidence::WrongCheckDigit => {
                Err(refused(found.number.as_str(), &self.name, Why::CheckDigit))
            }
            Ok(_) => Ok(()),
            Err((misfit, number)) => Err(refused(number, &self.name, self.why(misfit, number))),
        }
    }

    /// The format that speaks loudest of a number being this carrier's; or how near which reading of it came.
    fn best<'r>(&self, readings: &'r [String]) -> Result<Match<'_>, (Misfit, &'r str)> {
        let mut best: Option<Match<'_>> = None;
        let mut nearest = (Misfit::Length, readings[0].as_str());
        for number in readings {
            for format in &self.formats {
                match format.compare(number) {
                    Ok(evidence) if best.as_ref().is_none_or(|best| evidence < best.evidence) => {
                        best = Some(Match { issuer: self, format, evidence, number: number.as_str().into() });
                    }
                    Err(misfit) if misfit > nearest.0 => nearest = (misfit, number),
                    _ => {}
                }
            }
        }
        best.ok_or(nearest)
    }

    fn why(&self, misfit: Misfit, number: &str) -> Why {
        match misfit {
            Misfit::Length => {
                let shapes = self.formats.iter().flat_map(|format| &format.shapes);
                Why::Length { found: number.chars().count(), known: Lengths::new(shapes.map(Shape::lengths)) }
            }
            Misfit::Character(at) => {
                let character = number.get(at..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
                Why::Character { character, at: at + 1 }
            }
            Misfit::Ends => Why::Ends,
        }
    }
}

impl Lengths {
    /// Lengths that follow on one another become one range.
    fn new(lengths: impl Iterator<Item = (usize, usize)>) -> Self {
        let mut lengths: Vec<_> = lengths.collect();
        lengths.sort_unstable();
        lengths.dedup_by(|next, range| {
            let follows = next.0 <= range.1 + 1;
            if follows {
                range.1 = range.1.max(next.1);
            }
            follows
        });
        Self(lengths)
    }
}

impl fmt::Display for Lengths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (least, most)) in self.0.iter().enumerate() {
            let between = match at {
                0 => "",
                _ if at + 1 == self.0.len() => " or ",
                _ => ", ",
            };
            write!(f, "{between}{least}")?;
            if most > least {
                write!(f, " to {most}")?;
            }
        }
        Ok(())
    }
}

fn refused(number: &str, carrier: &str, why: Why) -> NumberError {
    NumberError { number: number.chars().take(LONGEST_NUMBER).collect(), carrier: carrier.to_owned(), why }
}

/// What may be meant by a text: itself without blanks, and the number behind a USPS routing code.
fn readings(text: &str) -> Vec<String> {
    let bare: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    let inner: Vec<String> = without_routing(&bare).map(str::to_owned).collect();
    [bare].into_iter().chain(inner).collect()
}
