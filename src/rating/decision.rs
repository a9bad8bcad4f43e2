//! What is answered: quotes with their lines, refusals with their reasons, and the choice.

use serde::{Deserialize, Serialize};

use crate::ids::{ServiceId, ServiceOrCarrier};
use crate::units::{Date, Money};

/// The choice with everything it was made from; stored with the parcel, shown by `parceld quote`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The day the prices are for.
    pub ship_date: Date,
    /// Country and postcode, `US:90058`; country and region where there is none.
    pub from: String,
    /// Country and first three characters of the postcode, `US:902` (the region where there is none): a decision record
    /// holds no address.
    pub to: String,
    /// The service to use; `None` when every service refused. Of a supplied label it may be only the carrier.
    pub choice: Option<ServiceOrCarrier>,
    /// The policy: `cheapest`, `fastest`, `preferred`, `expected`, or `supplied` where the label came with the order.
    /// Empty in records of versions that knew only one policy.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub policy: String,
    /// Why the choice goes before services that the policy prefers: `parcel 7 of 10 of its trial`.
    #[serde(rename = "turn", default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// Every service that would carry it: the choice first, then in the order of the policy.
    pub quotes: Vec<Quote>,
    /// Every service that would not, by name, with every reason.
    pub refusals: Vec<Refusal>,
    /// Small changes of the parcel that would have made it cheaper.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// It is old, and holds the choice alone: what else was offered and refused is not kept any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub folded: bool,
}

impl Decision {
    /// Keeps the choice alone.
    pub fn fold(&mut self) {
        self.quotes.truncate(usize::from(self.choice.is_some()));
        self.refusals.clear();
        self.changes.clear();
        self.folded = true;
    }
}

/// A small change of the parcel that makes it cheaper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// `weight`, `longest side`.
    pub what: String,
    /// How much less of it: `30 g`.
    pub less: String,
    /// The service to use then.
    pub service: ServiceId,
    /// What it costs then.
    pub total: Money,
    /// How much cheaper that is, in the currency prices are compared in.
    pub saves: Money,
}

/// A priced service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// `ontrac.ground`.
    pub service: ServiceId,
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
    /// The day it leaves, where that is not the parcel's ship date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaves: Option<Date>,
    /// Days on the way, where the card says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
    /// The total in the currency prices are compared in, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared: Option<Money>,
    /// What going wrong is expected to cost beside the total, where that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<ExpectedLoss>,
    /// Routing code for the label, where the zone table has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_code: Option<String>,
    /// What stands beside it, smaller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_detail: Option<String>,
    /// What a person should know of this price: `invented prices`, `zone of VN:*: no row names "Lam Dong"`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What going wrong is expected to cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedLoss {
    /// Added to the price when services are compared.
    pub cost: Money,
    /// Parcels that failed, as counted: `12.00 %`; `None` when nothing is known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// The same as it is believed: drawn toward the prior, the more the less is known.
    pub failed_believed: String,
    /// Late parcels, as counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<String>,
    /// As believed.
    pub late_believed: String,
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
    /// How it comes about, so that it can be checked by hand: `zone 8, not over 3 lb`, `8.25 % of base, residential`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub how: String,
}

/// One reason why a service will not carry the parcel; a service may have several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// `jt.local`.
    pub service: ServiceId,
    /// The rule's name: `outage`, `numbers`, `cap`, `share`, `trial`, `trial_stopped`, `no_card`, `currency`, `origin`,
    /// `zone`, `dg`, `signature`, `insurance`, `cod`, `pod`, `appointment`, `weekend`, `terms`, `amount_currency`,
    /// `dims_needed`, `no_weight`, `max_weight`, `max_longest`, `max_second`, `max_length_plus_girth`,
    /// `max_sum_of_sides`, `max_volume`, `max_value`, `max_insured`, `max_cod`, `no_price`, `fuel`, `overflow`, or the
    /// name that a card gives its rule.
    pub rule: String,
    /// In words, with the margin: `weight is 1.2 kg over the limit of 5 kg`.
    pub reason: String,
}
