//! One parcel through one card: every reason against it, or its price.

use super::card::Size;
use super::refused::Refused;
use super::{
    Basis, Billable, Card, Cubic, Dg, Limit, Max, Parcel, PriceLine, Prices, Quote, Signature, Target, WithoutDims,
    postcode,
};
use crate::units::{Length, Mass, Money};

/// The parcel with what all cards look up alike.
pub(super) struct Asked<'a> {
    pub(super) parcel: &'a Parcel,
    pub(super) from: Option<u64>,
    pub(super) to: Option<u64>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(parcel: &'a Parcel) -> Self {
        Self { parcel, from: postcode::pack(&parcel.from), to: postcode::pack(&parcel.to) }
    }
}

/// A price before it is put into words: numbers and positions in the card's tables.
#[derive(Debug, Clone, Copy)]
pub(super) struct Priced<'a> {
    pub(super) total: i64,
    zone: usize,
    sort_code: Option<&'a str>,
    base: Base,
    fuel: i64,
    surcharges: u64,
    size_known: bool,
    zone_by_hand: bool,
}

#[derive(Debug, Clone, Copy)]
struct Base {
    amount: i64,
    row: usize,
    basis: Basis,
}

impl Card {
    /// The price, or every reason why there is none.
    pub(super) fn price<'a>(&'a self, asked: &Asked<'_>) -> Result<Priced<'a>, Vec<Refused<'a>>> {
        let mut reasons = Vec::new();
        let size = self.size_of(asked.parcel, &mut reasons);
        self.refuse_contents(asked.parcel, &mut reasons);
        for limit in &self.limits {
            reasons.extend(limit.broken(asked.parcel.mass, size.as_ref()));
        }
        let zone = self.zone_of(asked).map_err(|reason| reasons.push(reason));
        match zone {
            Ok(zone) if reasons.is_empty() => {
                let base = self.base(asked.parcel, size.as_ref(), zone.0).map_err(|reason| vec![reason])?;
                self.total(asked, size.as_ref(), base, zone).ok_or_else(|| vec![Refused::Arithmetic])
            }
            _ => Err(reasons),
        }
    }

    fn size_of<'a>(&'a self, parcel: &Parcel, reasons: &mut Vec<Refused<'a>>) -> Option<Size> {
        let Some(dims) = parcel.dims else {
            if self.size.without == WithoutDims::Refuse {
                reasons.push(Refused::DimsNeeded);
            }
            return None;
        };
        let size = Size::new(dims, self.size.rounding);
        if size.is_none() {
            reasons.push(Refused::Arithmetic);
        }
        size
    }

    fn refuse_contents<'a>(&'a self, parcel: &Parcel, reasons: &mut Vec<Refused<'a>>) {
        if parcel.mass <= Mass::ZERO {
            reasons.push(Refused::NoWeight);
        }
        let refused = |class: &&Dg| **class == Dg::Unknown || self.refused_goods.contains(class);
        reasons.extend(parcel.dg.iter().filter(refused).map(|class| Refused::Goods(*class)));
        if parcel.signature != Signature::None && !self.signatures.contains(&parcel.signature) {
            reasons.push(Refused::Signature(parcel.signature));
        }
    }

    fn zone_of<'a>(&'a self, asked: &Asked<'_>) -> Result<(usize, Option<&'a str>), Refused<'a>> {
        if let Some(name) = &asked.parcel.zone {
            return self.zones.named(name).map(|zone| (zone, None)).ok_or(Refused::ZoneName);
        }
        let Target { zone, sort_code } = self.zones.find(asked.from, asked.to).map_err(Refused::Zone)?;
        Ok((*zone, sort_code.as_deref()))
    }

    fn base<'a>(&'a self, parcel: &Parcel, size: Option<&Size>, zone: usize) -> Result<Base, Refused<'a>> {
        let (weight, basis) = self.weighed(parcel.mass, size)?;
        let by_weight = Base::new(&self.prices, weight, zone, basis);
        let by_volume = self.cubic.as_ref().and_then(|cubic| cubic.base(parcel, zone));
        match (by_weight, by_volume) {
            (Some(weight), Some(volume)) if volume.amount < weight.amount => Ok(volume),
            (Some(weight), _) => Ok(weight),
            (None, Some(volume)) => Ok(volume),
            (None, None) => Err(Refused::OverTable(weight)),
        }
    }

    /// The billable weight: the greater of the scale's and the volume's, at least the minimum.
    fn weighed<'a>(&self, mass: Mass, size: Option<&Size>) -> Result<(Mass, Basis), Refused<'a>> {
        let rounded = self.weight.rounding.apply(mass.picograms()).map(Mass::from_picograms);
        let actual = rounded.ok_or(Refused::Arithmetic)?;
        let dimensional = match (&self.size.dimensional, size) {
            (Some(rule), Some(size)) => {
                rule.weight(size.volume, self.weight.rounding).ok_or(Refused::Arithmetic)?.unwrap_or_default()
            }
            _ => Mass::ZERO,
        };
        let greater = if dimensional > actual { (dimensional, Basis::Dimensional) } else { (actual, Basis::Actual) };
        Ok(if greater.0 < self.weight.minimum { (self.weight.minimum, Basis::Minimum) } else { greater })
    }

    fn total<'a>(
        &'a self,
        asked: &Asked<'_>,
        size: Option<&Size>,
        base: Base,
        (zone, sort_code): (usize, Option<&'a str>),
    ) -> Option<Priced<'a>> {
        let fuel_on = |carries: bool, amount| match self.fuel {
            Some(fuel) if carries => fuel.on(amount),
            _ => Some(0),
        };
        let mut fuel = fuel_on(self.fuel.is_some_and(|fuel| fuel.on_base), base.amount)?;
        let (mut total, mut surcharges) = (base.amount, 0);
        for (at, surcharge) in self.surcharges.iter().enumerate().take(Self::MOST_SURCHARGES) {
            if surcharge.applies.holds(asked, size) {
                surcharges |= 1_u64 << at;
                total = total.checked_add(surcharge.amount)?;
                fuel = fuel.checked_add(fuel_on(surcharge.fuel, surcharge.amount)?)?;
            }
        }
        total = total.checked_add(fuel)?;
        let (size_known, zone_by_hand) = (asked.parcel.dims.is_some(), asked.parcel.zone.is_some());
        Some(Priced { total, zone, sort_code, base, fuel, surcharges, size_known, zone_by_hand })
    }
}

impl Base {
    fn new<B: Copy + Ord>(prices: &Prices<B>, bound: B, zone: usize, basis: Basis) -> Option<Self> {
        let row = prices.row(bound)?;
        Some(Self { amount: prices.cell(row, zone)?, row, basis })
    }
}

impl Cubic {
    fn base(&self, parcel: &Parcel, zone: usize) -> Option<Base> {
        let dims = parcel.dims?;
        if parcel.mass > self.max_weight || dims.sides()[0] > self.max_longest {
            return None;
        }
        Base::new(&self.prices, Size::new(dims, self.rounding)?.volume, zone, Basis::Cubic)
    }
}

impl Limit {
    fn broken(&self, mass: Mass, size: Option<&Size>) -> Option<Refused<'_>> {
        match self.max {
            Max::Weight(max) => {
                let over = mass.picograms().checked_sub(max.picograms()).filter(|over| *over > 0)?;
                Some(Refused::Weight(self, Mass::from_picograms(over), max))
            }
            Max::Longest(max) => self.length(size?.longest(), max),
            Max::LengthPlusGirth(max) => match size?.length_plus_girth() {
                Some(sum) => self.length(sum, max),
                None => Some(Refused::Arithmetic),
            },
            Max::Volume(max) => size?.volume.over(max).map(|over| Refused::Volume(self, over, max)),
        }
    }

    fn length(&self, measured: Length, max: Length) -> Option<Refused<'_>> {
        let over = measured.nanometres().checked_sub(max.nanometres()).filter(|over| *over > 0)?;
        Some(Refused::Length(self, Length::from_nanometres(over), max))
    }
}

impl Priced<'_> {
    /// The price in words.
    pub(super) fn quote(&self, service: &str, card: &Card) -> Quote {
        let money = |minor| Money::new(minor, card.currency);
        let line = |rule: &str, minor| PriceLine { rule: rule.to_owned(), amount: money(minor) };
        let mut lines = vec![line("base", self.base.amount)];
        for (at, surcharge) in card.surcharges.iter().enumerate().take(Card::MOST_SURCHARGES) {
            if self.surcharges >> at & 1 == 1 {
                lines.push(line(&surcharge.name, surcharge.amount));
            }
        }
        if card.fuel.is_some() {
            lines.push(line("fuel", self.fuel));
        }
        let mut notes = card.notes.clone();
        if !self.size_known {
            notes.push("dimensions unknown".to_owned());
        }
        if self.zone_by_hand {
            notes.push("zone given by hand".to_owned());
        }
        Quote {
            service: service.to_owned(),
            total: money(self.total),
            zone: card.zones.names().get(self.zone).cloned().unwrap_or_default(),
            billable: self.base.billable(card),
            lines,
            card: card.hash.clone(),
            sort_code: self.sort_code.map(str::to_owned),
            notes,
        }
    }
}

impl Base {
    fn billable(&self, card: &Card) -> Billable {
        let (value, unit) = match (self.basis, &card.cubic) {
            (Basis::Cubic, Some(cubic)) => (cubic.prices.shown(self.row), cubic.prices.unit()),
            _ => (card.prices.shown(self.row), card.prices.unit()),
        };
        Billable { value: value.to_owned(), unit: unit.to_owned(), basis: self.basis }
    }
}
