//! Why a card does not carry a parcel, and how that is said.

use super::card::{Card, Limit, Maximum, RefusalRule};
use super::when::{Measure, StatedAmount};
use super::zones::ZoneMiss;
use super::{Dg, Extra, ParcelToRate, Place, Signature, Terms, Unavailable, Volume};
use crate::place;
use crate::units::{Currency, Date, Length, Mass, Money};

/// One reason against a service, with its margin. Its text is made only when somebody reads it.
#[derive(Debug, Clone)]
pub(super) enum RefusalReason<'c> {
    Unavailable(Unavailable),
    NoCard,
    Currency(Currency),
    Zone(ZoneMiss),
    ZoneName,
    Goods(Dg),
    Signature(Signature),
    Extra(Extra),
    Terms(Terms),
    AmountCurrency(Currency),
    Rule(&'c RefusalRule),
    DimsNeeded,
    NoWeight,
    Weight(&'c Limit, Mass),
    Length(&'c Limit, Length),
    Volume(&'c Limit, Volume),
    Amount(&'c Limit, i64),
    OverTable(Mass),
    NoPrice(Mass),
    NoFuel,
    Arithmetic,
}

impl<'c> RefusalReason<'c> {
    /// The rule's name; programs may compare it.
    pub(super) fn rule(&self) -> &'c str {
        match self {
            Self::Unavailable(why) => why.rule(),
            Self::NoCard => "no_card",
            Self::Currency(_) => "currency",
            Self::Zone(ZoneMiss::Origin) => "origin",
            Self::Zone(ZoneMiss::Destination | ZoneMiss::Excluded | ZoneMiss::Unclear | ZoneMiss::Half)
            | Self::ZoneName => "zone",
            Self::Goods(_) => "dg",
            Self::Signature(_) => "signature",
            Self::Extra(extra) => extra.name(),
            Self::Terms(_) => "terms",
            Self::AmountCurrency(_) => "amount_currency",
            Self::Rule(rule) => &rule.name,
            Self::DimsNeeded => "dims_needed",
            Self::NoWeight => "no_weight",
            Self::Weight(limit, _) | Self::Length(limit, _) | Self::Volume(limit, _) | Self::Amount(limit, _) => {
                limit.max.rule()
            }
            Self::OverTable(_) | Self::NoPrice(_) => "no_price",
            Self::NoFuel => "fuel",
            Self::Arithmetic => "overflow",
        }
    }

    /// By how much it was missed, in the smallest unit of what was measured; 0 where there is no margin.
    pub(super) fn margin(&self) -> i128 {
        match self {
            Self::Weight(_, over) => i128::from(over.picograms()),
            Self::Length(_, over) => i128::from(over.nanometres()),
            Self::Volume(_, over) => over.cubic_nanometres(),
            Self::Amount(_, over) => i128::from(*over),
            _ => 0,
        }
    }

    /// In words, with the margin. `card` is that of the ship date, and missing only where there is none.
    pub(super) fn reason(&self, parcel: &ParcelToRate, ship_date: Date, card: Option<&Card>) -> String {
        match (self, card) {
            (Self::Unavailable(why), _) => why.reason(),
            (Self::NoCard, _) | (_, None) => format!("no prices for a parcel shipped on {ship_date}"),
            (Self::Currency(compared), Some(card)) => format!(
                "its prices are in {}, prices are compared in {compared}, and no [[rates.exchange]] says what one is in \
                 the other",
                card.currency
            ),
            (Self::Zone(miss), Some(card)) => zone_reason(*miss, parcel, card),
            (Self::ZoneName, Some(card)) => {
                let asked = parcel.zone.as_deref().unwrap_or_default();
                format!("has no zone {asked:?}; its zones are {}", card.zones.names().join(", "))
            }
            (Self::Goods(Dg::Unknown), _) => "nobody said whether the goods are dangerous; say it in the order".into(),
            (Self::Goods(class), _) => format!("does not carry {}", class.name()),
            (Self::Signature(signature), _) => format!("has no signature {:?}", signature.name()),
            (Self::Extra(extra), _) => format!("does not offer {}", extra.name()),
            (Self::Terms(terms), Some(card)) => terms_reason(*terms, parcel, card),
            (Self::AmountCurrency(currency), Some(card)) => {
                format!("an amount of the order is in {currency}, and its prices are in {}", card.currency)
            }
            (Self::Rule(rule), _) => rule.why.clone(),
            (Self::DimsNeeded, _) => "prices by size, and the size is not known; scan the box".into(),
            (Self::NoWeight, _) => "a parcel without weight has no price".into(),
            (Self::OverTable(weight), Some(card)) => over_table(*weight, card),
            (Self::NoPrice(weight), Some(card)) => {
                format!("has no price for {} to this zone", shown(*weight, card))
            }
            (Self::NoFuel, Some(card)) => {
                let first = card.fuel.as_ref().and_then(|fuel| fuel.weeks.first()).map(|(from, _)| from.to_string());
                format!("its fuel table begins on {}; add the week of the ship date", first.unwrap_or_default())
            }
            (Self::Weight(limit, over), Some(card)) => limit.reason(&shown(*over, card), card),
            (Self::Length(limit, over), Some(card)) => limit.reason(&length(*over, card), card),
            (Self::Volume(limit, over), Some(card)) => limit.reason(&over.to_string(), card),
            (Self::Amount(limit, over), Some(card)) => {
                limit.reason(&Money::new(*over, card.currency).to_string(), card)
            }
            (Self::Arithmetic, _) => {
                "the price does not fit a number; look for a mistyped weight, size or price".into()
            }
        }
    }
}

impl Unavailable {
    const fn rule(self) -> &'static str {
        match self {
            Self::Outage => "outage",
            Self::NoNumbers => "numbers",
            Self::Cap { .. } => "cap",
            Self::Share => "share",
            Self::TrialWaits => "trial",
            Self::TrialStopped { .. } => "trial_stopped",
        }
    }

    fn reason(self) -> String {
        match self {
            Self::Outage => "the carrier is switched off for now".into(),
            Self::NoNumbers => "the station has no tracking numbers of this carrier left; start a number pool".into(),
            Self::Cap { parcels, per } => format!("has its {parcels} parcels of this {per}"),
            Self::Share => "this order is not among those that it is tried with".into(),
            Self::TrialWaits => "its trial waits for what becomes of the parcels sent so far; import outcomes".into(),
            Self::TrialStopped { failed, of, odds } => {
                format!("its trial was stopped: {failed} of {of} failed, {odds} to 1 that it is a bad carrier")
            }
        }
    }
}

impl Maximum {
    const fn rule(self) -> &'static str {
        match self {
            Self::Weight(_) => "max_weight",
            Self::Size(Measure::Longest, _) => "max_longest",
            Self::Size(Measure::Second, _) => "max_second",
            Self::Size(Measure::LengthPlusGirth, _) => "max_length_plus_girth",
            Self::Size(Measure::Sum, _) => "max_sum_of_sides",
            Self::Volume(_) => "max_volume",
            Self::Amount(StatedAmount::Value, _) => "max_value",
            Self::Amount(StatedAmount::Insured, _) => "max_insured",
            Self::Amount(StatedAmount::Cod, _) => "max_cod",
        }
    }
}

impl Limit {
    fn reason(&self, over: &str, card: &Card) -> String {
        let (what, max) = match self.max {
            Maximum::Weight(max) => ("weight", shown(max, card)),
            Maximum::Size(measure, max) => (measure.name(), length(max, card)),
            Maximum::Volume(max) => ("volume", max.to_string()),
            Maximum::Amount(worth, max) => (worth.name(), Money::new(max, card.currency).to_string()),
        };
        match &self.why {
            Some(why) => format!("{what} is {over} over the limit of {max}: {why}"),
            None => format!("{what} is {over} over the limit of {max}"),
        }
    }
}

fn terms_reason(terms: Terms, parcel: &ParcelToRate, card: &Card) -> String {
    if !card.terms.is_empty() {
        format!("does not carry under {}", terms.name())
    } else if parcel.is_abroad() {
        format!("its card does not say who pays duty ({})", terms.name())
    } else {
        "no border is crossed, so nobody can pay duty at it; send terms n/a".into()
    }
}

fn shown(mass: Mass, card: &Card) -> String {
    format!("{} {}", mass.display(card.weight.unit, 6), card.weight.unit.symbol())
}

fn length(length: Length, card: &Card) -> String {
    format!("{} {}", length.display(card.size.unit, 4), card.size.unit.symbol())
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

fn zone_reason(miss: ZoneMiss, parcel: &ParcelToRate, card: &Card) -> String {
    let Place { country, postcode, region, .. } = &parcel.to;
    let named = card.zones.is_named_in(country);
    let area = match region.is_empty() {
        false if named => format!("{country}/{region}"),
        _ => parcel.to.shown(3),
    };
    match miss {
        ZoneMiss::Origin => format!("does not collect from {}", parcel.from.shown(usize::MAX)),
        ZoneMiss::Excluded => format!("does not serve {area}: its zone table excludes it"),
        ZoneMiss::Half => {
            let expected = place::wrong(country, postcode).unwrap_or_default();
            format!("its tables tell parts of {country}:{postcode} apart; write {expected}")
        }
        ZoneMiss::Unclear => format!(
            "its zone table names several cities of this name in {area}; write which kind it is, as the table does"
        ),
        ZoneMiss::Destination => {
            let expected = Some(postcode).filter(|code| !code.is_empty()).and_then(|code| place::wrong(country, code));
            let half = place::half(country, postcode).is_some();
            match expected.filter(|_| !half) {
                None if postcode.is_empty() && !named && place::is_needed(country) => {
                    format!("does not serve {area}: its postcode is missing")
                }
                Some(expected) => format!("does not serve {area}: its postcode must be {expected}"),
                None if named && !region.is_empty() => {
                    format!("does not serve {area}: no row of its zone table names it")
                }
                None => format!("does not serve {area}"),
            }
        }
    }
}
