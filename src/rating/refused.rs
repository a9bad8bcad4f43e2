//! Why a card does not carry a parcel, and how that is said.

use super::zones::Miss;
use super::{Card, Dg, Limit, Max, Parcel, Signature, Unavailable, Volume};
use crate::units::{Currency, Length, Mass};

/// One reason. Text is made only when somebody reads it.
#[derive(Debug, Clone)]
pub(super) enum Refused<'a> {
    Unavailable(Unavailable),
    NoCard,
    Currency(Currency),
    Zone(Miss),
    ZoneName,
    Goods(Dg),
    Signature(Signature),
    DimsNeeded,
    NoWeight,
    Weight(&'a Limit, Mass, Mass),
    Length(&'a Limit, Length, Length),
    Volume(&'a Limit, Volume, Volume),
    OverTable(Mass),
    Arithmetic,
}

impl Refused<'_> {
    /// The rule's name; programs may compare it.
    pub(super) const fn rule(&self) -> &'static str {
        match self {
            Self::Unavailable(Unavailable::Outage) => "outage",
            Self::Unavailable(Unavailable::NoNumbers) => "numbers",
            Self::NoCard => "no_card",
            Self::Currency(_) => "currency",
            Self::Zone(Miss::Origin) => "origin",
            Self::Zone(Miss::Destination) | Self::ZoneName => "zone",
            Self::Goods(_) => "dg",
            Self::Signature(_) => "signature",
            Self::DimsNeeded => "dims_needed",
            Self::NoWeight => "no_weight",
            Self::Weight(..) => "max_weight",
            Self::Length(Limit { max: Max::LengthPlusGirth(_), .. }, ..) => "max_length_plus_girth",
            Self::Length(..) => "max_longest",
            Self::Volume(..) => "max_volume",
            Self::OverTable(_) => "no_price",
            Self::Arithmetic => "overflow",
        }
    }

    /// In words, with the margin. `card` is missing only where there is none.
    pub(super) fn reason(&self, parcel: &Parcel, card: Option<&Card>) -> String {
        match (self, card) {
            (Self::Unavailable(Unavailable::Outage), _) => "the carrier is switched off for now".into(),
            (Self::Unavailable(Unavailable::NoNumbers), _) => {
                "the station has no tracking numbers of this carrier left; start a number pool".into()
            }
            (Self::NoCard, _) | (_, None) => format!("no prices for a parcel shipped on {}", parcel.ship_date),
            (Self::Currency(compared), Some(card)) => {
                format!("its prices are in {}, and prices are compared in {compared}", card.currency)
            }
            (Self::Zone(Miss::Origin), _) => {
                format!("does not collect from {}:{}", parcel.from.country, parcel.from.postcode)
            }
            (Self::Zone(Miss::Destination), _) => format!("does not serve {}", area(parcel)),
            (Self::ZoneName, Some(card)) => {
                let asked = parcel.zone.as_deref().unwrap_or_default();
                format!("has no zone {asked:?}; its zones are {}", card.zones.names().join(", "))
            }
            (Self::Goods(Dg::Unknown), _) => "nobody said whether the goods are dangerous; say it in the order".into(),
            (Self::Goods(class), _) => format!("does not carry {}", class.name()),
            (Self::Signature(signature), _) => format!("has no signature {:?}", signature.name()),
            (Self::DimsNeeded, _) => "prices by size, and the size is not known; scan the box".into(),
            (Self::NoWeight, _) => "a parcel without weight has no price".into(),
            (Self::OverTable(weight), Some(card)) => over_table(*weight, card),
            (Self::Weight(limit, over, max), Some(card)) => {
                let shown =
                    |mass: &Mass| format!("{} {}", mass.display(card.weight.unit, 6), card.weight.unit.symbol());
                limit.reason(&shown(over), &shown(max), "weight")
            }
            (Self::Length(limit, over, max), Some(card)) => {
                let shown = |it: &Length| format!("{} {}", it.display(card.size.unit, 4), card.size.unit.symbol());
                let what = if matches!(limit.max, Max::Longest(_)) { "longest side" } else { "length plus girth" };
                limit.reason(&shown(over), &shown(max), what)
            }
            (Self::Volume(limit, over, max), _) => limit.reason(&over.to_string(), &max.to_string(), "volume"),
            (Self::Arithmetic, _) => {
                "the price does not fit a number; look for a mistyped weight, size or price".into()
            }
        }
    }
}

impl Limit {
    fn reason(&self, over: &str, max: &str, what: &str) -> String {
        match &self.why {
            Some(why) => format!("{what} is {over} over the limit of {max}: {why}"),
            None => format!("{what} is {over} over the limit of {max}"),
        }
    }
}

fn over_table(weight: Mass, card: &Card) -> String {
    let unit = card.weight.unit;
    let last = card.prices.last().unwrap_or_default();
    format!(
        "billable weight {} {symbol}, and the last price is for {} {symbol}",
        weight.display(unit, 3),
        last.display(unit, 3),
        symbol = unit.symbol()
    )
}

fn area(parcel: &Parcel) -> String {
    let start: String = parcel.to.postcode.chars().take(3).collect();
    format!("{}:{start}", parcel.to.country)
}
