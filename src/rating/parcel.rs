//! A parcel as far as prices and refusals depend on it: its origin, its destination, and what it asks of a carrier.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::place::nation;
use crate::units::{Date, Dims, Mass, Money};

/// A parcel as far as a price or a refusal can depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParcelToRate {
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
    /// What is to be insured.
    pub insured: Option<Money>,
    /// What is to be collected from the recipient.
    pub cod: Option<Money>,
    /// Who pays duty, where that matters.
    pub terms: Option<Terms>,
    /// What the carrier must do beside carrying it ([`Extra::Insurance`] and [`Extra::Cod`] follow from the amounts).
    pub extras: BTreeSet<Extra>,
    /// A zone a person gave instead of the one the tables say.
    pub zone: Option<String>,
}

/// One end of a shipment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// ISO 3166-1 alpha-2, upper case.
    pub country: String,
    /// Upper case, as written otherwise.
    pub postcode: String,
    /// State, province: where tables name areas instead of postcodes.
    pub region: String,
    /// City, district.
    pub city: String,
    /// A home.
    pub residential: bool,
    /// A post-office box.
    pub po_box: bool,
}

impl Place {
    /// Country and the beginning of the postcode, `US:902`; the region where there is no postcode, `VN/Ha Noi`.
    pub(super) fn shown(&self, most: usize) -> String {
        if self.postcode.is_empty() && !self.region.is_empty() {
            return format!("{}/{}", self.country, self.region);
        }
        format!("{}:{}", self.country, self.postcode.chars().take(most).collect::<String>())
    }

    /// A place of which only country and postcode are known, not a home.
    pub fn at(country: &str, postcode: &str) -> Self {
        Self { country: country.to_owned(), postcode: postcode.to_owned(), ..Self::default() }
    }
}

/// Who pays duty and tax at the border.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Terms {
    /// Delivered duty paid.
    #[serde(rename = "DDP")]
    Ddp,
    /// Delivered duty unpaid (DAP).
    #[serde(rename = "DDU")]
    Ddu,
}

/// What a carrier does beside carrying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extra {
    /// Insures the goods.
    Insurance,
    /// Collects money on delivery.
    Cod,
    /// Proof of delivery: a picture or a signature that the seller gets.
    Pod,
    /// Delivers at an appointed time.
    Appointment,
    /// Delivers at the weekend.
    Weekend,
}

impl Extra {
    /// Every extra with its name in cards.
    pub const NAMES: [(&str, Self); 5] = [
        ("insurance", Self::Insurance),
        ("cod", Self::Cod),
        ("pod", Self::Pod),
        ("appointment", Self::Appointment),
        ("weekend", Self::Weekend),
    ];

    /// Its name in cards.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, extra)| *extra == self).map_or("", |(name, _)| name)
    }
}

impl Terms {
    /// Both, with their names in orders and cards.
    pub const NAMES: [(&str, Self); 2] = [("DDP", Self::Ddp), ("DDU", Self::Ddu)];

    /// Its name in orders and cards.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ddp => "DDP",
            Self::Ddu => "DDU",
        }
    }
}

impl ParcelToRate {
    /// Whether it crosses a border. A territory with the postcodes of a country is no other one.
    pub fn is_abroad(&self) -> bool {
        nation(&self.from.country) != nation(&self.to.country)
    }

    /// The terms, where they say anything: without a border there is no duty, and "duty paid" is true of every parcel.
    pub fn terms_that_matter(&self) -> Option<Terms> {
        self.terms.filter(|terms| *terms != Terms::Ddp || self.is_abroad())
    }

    /// Everything the carrier must do beside carrying it.
    pub fn all_extras(&self) -> impl Iterator<Item = Extra> {
        let amounts = [(self.insured, Extra::Insurance), (self.cod, Extra::Cod)];
        let asked = amounts.into_iter().filter(|(amount, _)| amount.is_some_and(|amount| amount.minor > 0));
        let more = asked.map(|(_, extra)| extra).filter(|extra| !self.extras.contains(extra));
        more.chain(self.extras.iter().copied())
    }
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
