//! What a station counts by itself, from 1.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A parcel's number on this station, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ParcelId(pub u64);

/// `P000042`.
impl fmt::Display for ParcelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P{:06}", self.0)
    }
}

impl FromStr for ParcelId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim_start_matches(['P', 'p']).parse().map(Self)
    }
}

/// The number of a bag or a pallet on this station, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BagId(pub u64);

/// `B12`.
impl fmt::Display for BagId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "B{}", self.0)
    }
}

impl FromStr for BagId {
    type Err = std::num::ParseIntError;

    /// Also the name of a pallet: `PAL13`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim_start_matches(|letter: char| letter.is_ascii_alphabetic()).parse().map(Self)
    }
}
