//! What is answered: quotes with their lines, refusals with their reasons, and the choice.

use serde::{Deserialize, Serialize};

use crate::units::{Date, Money};

/// The choice with everything it was made from; stored with the parcel, shown by `parceld quote`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The day the prices are for.
    pub ship_date: Date,
    /// Country and postcode, `US:90058`.
    pub from: String,
    /// Country and first three characters of the postcode, `US:902`: a decision record holds no address.
    pub to: String,
    /// The service to use; `None` when every one refused.
    pub choice: Option<String>,
    /// Every service that would carry it: the choice first, then by price.
    pub quotes: Vec<Quote>,
    /// Every service that would not, by name, with every reason.
    pub refusals: Vec<Refusal>,
}

/// A priced service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// `ontrac.ground`.
    pub service: String,
    /// Sum of the lines.
    pub total: Money,
    /// Zone of the table.
    pub zone: String,
    /// The weight the price was looked up with.
    pub billable: Billable,
    /// What the price is made of.
    pub lines: Vec<PriceLine>,
    /// Hash of the card: the same hash is the same prices and rules.
    pub card: String,
    /// Routing code for the label, where the zone table has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_code: Option<String>,
    /// What a person should know of this price: `invented prices`, `approximate zones`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// The weight (or volume) that was paid for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Billable {
    /// Decimal number, as text.
    pub value: String,
    /// `lb`, `oz`, `kg`, `g`, `cuft`.
    pub unit: String,
    /// Where it comes from.
    pub basis: Basis,
}

/// Where a billable weight comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// The scale.
    Actual,
    /// Volume over the divisor.
    Dimensional,
    /// A cubic tier.
    Cubic,
    /// The card's minimum.
    Minimum,
}

/// One line of a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceLine {
    /// `base`, or the surcharge's name.
    pub rule: String,
    /// What it adds.
    pub amount: Money,
}

/// One reason why a service will not carry the parcel; a service may have several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// `jt.local`.
    pub service: String,
    /// The rule's name: `outage`, `numbers`, `no_card`, `currency`, `origin`, `zone`, `dg`, `signature`, `dims_needed`, `no_weight`,
    /// `max_weight`, `max_longest`, `max_length_plus_girth`, `max_volume`, `no_price` (above the table), `overflow`.
    pub rule: String,
    /// In words, with the margin: `weight is 1.2 kg over the limit of 5 kg`.
    pub reason: String,
}
