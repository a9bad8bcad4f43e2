//! One way in which a carrier's numbers look: its patterns, what they begin and end with, and the check digit.

use super::shape::Misfit;
use super::{Checksum, Shape};

/// A format of tracking numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Format {
    /// What people call it: `IMpb`.
    pub name: String,
    /// Its patterns; a number has one of them.
    pub shapes: Vec<Shape>,
    /// What a number begins with, one of these; none: anything.
    pub starts: Vec<String>,
    /// What a number ends with, one of these; none: anything.
    pub ends: Vec<String>,
    /// Its check digit.
    pub check: Checksum,
    /// Digits that are not printed, and that the check digit follows from before all others.
    pub before: String,
}

/// What speaks for a number that looks like one of a format; what speaks loudest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// Its check digit is right.
    CheckDigit,
    /// Its check digit is wrong.
    WrongCheckDigit,
    /// There is no check digit: every number that looks like this will do.
    LookOnly,
}

impl Format {
    /// What speaks for a number, without blanks and routing, being of this format.
    pub(super) fn compare(&self, number: &str) -> Result<Evidence, Misfit> {
        let mut nearest = Misfit::Length;
        for shape in &self.shapes {
            match shape.fit(number) {
                Ok(_) if !self.begins_and_ends(number) => return Err(Misfit::Ends),
                Ok(None) => return Ok(Evidence::LookOnly),
                Ok(Some((covered, check))) => return Ok(self.judge(covered, check)),
                Err(misfit) => nearest = nearest.max(misfit),
            }
        }
        Err(nearest)
    }

    fn begins_and_ends(&self, number: &str) -> bool {
        let (starts, ends) = (&self.starts, &self.ends);
        (starts.is_empty() || starts.iter().any(|start| number.starts_with(start)))
            && (ends.is_empty() || ends.iter().any(|end| number.ends_with(end)))
    }

    fn judge(&self, covered: &str, check: u8) -> Evidence {
        match self.check.of(&[self.before.as_bytes(), covered.as_bytes()].concat()) {
            Some(right) if right == check => Evidence::CheckDigit,
            _ => Evidence::WrongCheckDigit,
        }
    }
}
