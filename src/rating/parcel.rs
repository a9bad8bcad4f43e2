//! What is asked: a parcel, where it leaves, where it goes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::units::{Date, Dims, Mass, Money};

/// What is being shipped, as far as a price or a refusal can depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Gross mass.
    pub mass: Mass,
    /// Outside, where known.
    pub dims: Option<Dims>,
    /// Postcode and country it leaves from.
    pub from: Place,
    /// Postcode and country it goes to.
    pub to: Place,
    /// The day it is handed over, in the warehouse's zone.
    pub ship_date: Date,
    /// Dangerous goods inside (without [`Dg::None`]).
    pub dg: BTreeSet<Dg>,
    /// What the recipient must do.
    pub signature: Signature,
    /// Declared value.
    pub value: Option<Money>,
    /// A zone a person gave instead of the one the tables say.
    pub zone: Option<String>,
}

/// One end of a shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// ISO 3166-1 alpha-2, upper case.
    pub country: String,
    /// Upper case, as written otherwise.
    pub postcode: String,
    /// A home.
    pub residential: bool,
}

/// Class of dangerous goods (`dg.class` of an order line).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dg {
    /// Not dangerous.
    #[default]
    None,
    /// Lithium ion cells or batteries.
    LiIon,
    /// Lithium metal cells or batteries.
    LiMetal,
    /// Sodium ion cells or batteries.
    NaIon,
    /// Liquid.
    Liquid,
    /// Powder.
    Powder,
    /// Magnetised material.
    Magnet,
    /// Aerosol.
    Aerosol,
    /// Limited quantity.
    Lq,
    /// Nobody said: refused until somebody does.
    Unknown,
}

/// Signature on delivery.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    /// None asked.
    #[default]
    None,
    /// Anybody's.
    Any,
    /// An adult's, 18 or older.
    Adult18,
    /// An adult's, 21 or older.
    Adult21,
}

impl Dg {
    /// Every class with its name in orders and cards.
    pub const NAMES: [(&str, Self); 10] = [
        ("none", Self::None),
        ("li_ion", Self::LiIon),
        ("li_metal", Self::LiMetal),
        ("na_ion", Self::NaIon),
        ("liquid", Self::Liquid),
        ("powder", Self::Powder),
        ("magnet", Self::Magnet),
        ("aerosol", Self::Aerosol),
        ("lq", Self::Lq),
        ("unknown", Self::Unknown),
    ];

    /// Its name in orders and cards.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, class)| *class == self).map_or("unknown", |(name, _)| name)
    }
}

impl Signature {
    /// Every kind with its name in orders and cards.
    pub const NAMES: [(&str, Self); 4] =
        [("none", Self::None), ("any", Self::Any), ("adult18", Self::Adult18), ("adult21", Self::Adult21)];

    /// Its name in orders and cards.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, kind)| *kind == self).map_or("none", |(name, _)| name)
    }
}
