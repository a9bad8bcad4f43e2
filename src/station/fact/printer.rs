//! What a printer says of itself, as it is recorded with each print.

use serde::{Deserialize, Serialize};

/// What a printer says of itself at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Testimony {
    /// Where it is: `tcp://192.0.2.10:9100`.
    pub address: String,
    /// Its serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// How much it ever fed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub odometer: Option<Odometer>,
    /// It says that nothing is left to print.
    #[serde(default)]
    pub empty: bool,
    /// Pictures in its memory, which it loses with its power.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored: Option<u32>,
}

/// How much a printer ever fed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Odometer {
    /// Whole units.
    pub count: u64,
    /// Which.
    pub unit: FeedUnit,
}

/// What an odometer counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FeedUnit {
    /// 25.4 mm.
    #[serde(rename = "in")]
    Inch,
    /// 10 mm.
    #[serde(rename = "cm")]
    Centimetre,
}

impl FeedUnit {
    /// How long one unit is.
    pub const fn micrometres(self) -> u64 {
        match self {
            Self::Inch => 25_400,
            Self::Centimetre => 10_000,
        }
    }
}

/// What was known before a label was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// What its printer said.
    #[serde(flatten)]
    pub says: Testimony,
    /// How long a label is, millimetres; 0 for paper without an end.
    #[serde(default)]
    pub label_mm: u32,
}
