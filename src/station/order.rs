//! An order: what to ship. Read from outside by `exchange`, kept by `store`, never changed here.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::calendar::Deadlines;
use crate::ids::{ServiceOrCarrier, TrackingNumber};
use crate::rating::{self, Dg, Extra, Place, Signature, Terms};
use crate::units::{Date, Dims, Mass, Money, Timestamp};

/// How an order is known: two shops may have the same number.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OrderId {
    /// Where it was sold: `tiktok_shop`; empty where nobody said it.
    #[serde(default)]
    pub channel: String,
    /// Which shop of the channel; empty where nobody said it.
    #[serde(default)]
    pub shop: String,
    /// The channel's number, `order_ref`; text even where it looks like a number.
    #[serde(rename = "order_ref")]
    pub number: String,
}

/// `tiktok_shop/US-01/576461413038785752`; what nobody said is left out.
impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in [&self.channel, &self.shop] {
            if !part.is_empty() {
                write!(f, "{part}/")?;
            }
        }
        f.write_str(&self.number)
    }
}

impl OrderId {
    /// `US-01/576461413038785752`: finds one order where the number alone finds several. `None` without a shop.
    pub fn with_shop(&self) -> Option<String> {
        (!self.shop.is_empty()).then(|| format!("{}/{}", self.shop, self.number))
    }
}

/// What to ship, as the channel or the warehouse system last said it (`parceld.order/1`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The channel's identifier; a string even where it looks like a number.
    pub order_ref: String,
    /// Rises with every change; 0 where the sender counts none.
    pub rev: u64,
    /// Where it was sold: `tiktok_shop`.
    pub channel: String,
    /// Which shop of the channel.
    pub shop: String,
    /// The warehouse it is to leave from; empty where the order does not say it.
    pub warehouse: String,
    /// Whether it may go out.
    pub state: OrderState,
    /// How many parcels it becomes, at least 1.
    pub parcels_planned: u32,
    /// The country in which the shop sells; empty where the order does not say it, and then the one it goes to.
    pub market: String,
    /// When it was placed.
    pub placed_at: Option<Timestamp>,
    /// It counts from a day that the order does not name.
    pub preorder: bool,
    /// What the order itself says of its deadlines; [`Rules::deadlines_of`](super::Rules::deadlines_of) has all of them.
    pub deadlines: Deadlines,
    /// Where it goes. Personal data: printed, never sent in events or logs.
    pub ship_to: Address,
    /// What the carrier must do.
    pub signature: Signature,
    /// Insured amount.
    pub insure: Option<Money>,
    /// Who pays duty, where the order says it.
    pub terms: Option<Terms>,
    /// What the carrier must do beside carrying it.
    pub extras: BTreeSet<Extra>,
    /// What is inside.
    pub lines: Vec<OrderLine>,
    /// The carton it is planned for.
    pub box_id: Option<String>,
    /// Outside of the parcel, where the order says so itself.
    pub dims: Option<Dims>,
    /// Other references that find this order when scanned, if no other order has them.
    pub references: Vec<String>,
    /// Its label, where that was made elsewhere: it is printed as it is, under its number.
    pub label: Option<Given>,
}

/// What an order says of a label that comes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The number on it.
    pub tracking: TrackingNumber,
    /// The service or the carrier that it counts for, where the order says it.
    pub service: Option<ServiceOrCarrier>,
    /// Any text; it counts where it is the id of a service or a carrier, and no service is given.
    pub hint: String,
}

/// Whether an order may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// May be packed.
    Ready,
    /// Waits for something outside.
    Hold,
    /// The buyer asked to cancel.
    CancelRequested,
    /// Not to be shipped.
    Cancelled,
    /// Its parcels have gone, and all that was personal in it with them.
    Done,
}

/// A postal address. Personal data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Person or company.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// Flat, floor, company.
    pub line2: String,
    /// City or town.
    pub city: String,
    /// State or province, as its carriers write it.
    pub region: String,
    /// Postcode as written: `90210`, `90210-1234`, `SW1A 1AA`.
    pub postcode: String,
    /// ISO 3166-1 alpha-2, upper case.
    pub country: String,
    /// Digits, as given.
    pub phone: String,
    /// A home, where that changes the price.
    pub residential: bool,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// The seller's stock-keeping unit.
    pub sku: String,
    /// Codes on the item that mean this line.
    pub barcodes: Vec<String>,
    /// What a person calls it.
    pub title: String,
    /// How many, at least 1.
    pub qty: u32,
    /// Mass of one.
    pub unit_mass: Option<Mass>,
    /// Value of one.
    pub value: Option<Money>,
    /// Dangerous goods class of the item.
    pub dg: Dg,
    /// Its UN number: `UN3481`.
    pub un: Option<String>,
    /// How dangerous goods are packed; `None` where nobody says it.
    pub packed: Option<Packed>,
    /// Cells of one.
    pub cells: Option<u32>,
    /// Batteries of one.
    pub batteries: Option<u32>,
}

/// How a battery travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Packed {
    /// In the equipment it drives.
    Contained,
    /// Beside it.
    PackedWith,
    /// By itself.
    Alone,
}

impl Packed {
    /// Every way with its name in orders and rules.
    pub const NAMES: [(&str, Self); 3] =
        [("contained", Self::Contained), ("packed_with", Self::PackedWith), ("alone", Self::Alone)];
}

impl Address {
    /// What prices depend on.
    pub fn place(&self) -> Place {
        Place {
            country: self.country.clone(),
            postcode: self.postcode.to_uppercase(),
            region: self.region.clone(),
            city: self.city.clone(),
            residential: self.residential,
            po_box: [&self.line1, &self.line2].into_iter().any(|line| is_po_box(line)),
        }
    }
}

/// Whether a line of an address is a post-office box, or ends in one: `PO Box 12`, `P.O. Box 12`, `Apt 3, Post Office Box A`.
/// `12 Depo Boxer Street` is none: the words stand by themselves.
fn is_po_box(line: &str) -> bool {
    let plain: String = line.chars().filter(|c| *c != '.').map(|c| c.to_ascii_uppercase()).collect();
    let words: Vec<&str> = plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    (0..words.len()).any(|at| {
        let known: [&[&str]; 5] =
            [&["PO", "BOX"], &["P", "O", "BOX"], &["POBOX"], &["POST", "OFFICE", "BOX"], &["POB"]];
        known.iter().any(|box_| words[at..].starts_with(box_))
    })
}

impl Order {
    /// Channel, shop and number.
    pub fn id(&self) -> OrderId {
        OrderId { channel: self.channel.clone(), shop: self.shop.clone(), number: self.order_ref.clone() }
    }

    /// Whether a label or a choice made for this order is wrong for its newest revision. Neither goes by what a line says that
    /// an item weighs: the scale says it.
    pub fn is_other(&self, newest: &Self) -> bool {
        let (a, b) = (self, newest);
        let lines = |order: &Self| -> Vec<OrderLine> {
            order.lines.iter().map(|line| OrderLine { unit_mass: None, ..line.clone() }).collect()
        };
        let asked = a.signature != b.signature || a.insure != b.insure || a.terms != b.terms || a.extras != b.extras;
        a.ship_to != b.ship_to || asked || lines(a) != lines(b) || a.label != b.label
    }

    /// The parcel as its price depends on it.
    pub fn parcel(&self, from: &Address, mass: Mass, dims: Option<Dims>, ship_date: Date) -> rating::ParcelToRate {
        rating::ParcelToRate {
            mass,
            dims,
            from: from.place(),
            to: self.ship_to.place(),
            ship_date,
            dg: self.lines.iter().map(|line| line.dg).filter(|dg| *dg != Dg::None).collect(),
            signature: self.signature,
            value: self.value(),
            insured: self.insure,
            cod: None,
            terms: self.terms,
            extras: self.extras.clone(),
            zone: None,
        }
    }

    /// The declared value of everything inside; `None` when any line has none or the currencies differ.
    pub fn value(&self) -> Option<Money> {
        let mut total: Option<Money> = None;
        for line in &self.lines {
            let unit = line.value?;
            let line = Money::new(unit.minor.checked_mul(i64::from(line.qty))?, unit.currency);
            total = Some(total.map_or(Some(line), |sum| sum.checked_add(line))?);
        }
        total
    }

    /// The mass of everything inside without packaging; `None` when any line has none.
    pub fn expected_mass(&self) -> Option<Mass> {
        self.lines.iter().try_fold(Mass::ZERO, |sum, line| {
            line.unit_mass?.checked_mul(i64::from(line.qty)).and_then(|mass| sum.checked_add(mass))
        })
    }
}
