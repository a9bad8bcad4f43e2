//! One parcel through one card: every reason against it, or its price.

use std::ops::Range;

use super::amount::Amount;
use super::area::Found;
use super::card::Size;
use super::refused::Refused;
use super::surcharge::part_of;
use super::zones::Miss;
use super::{Basis, Card, Cubic, Dg, Extra, Limit, Max, Parcel, Prices, Signature, Target, WithoutDims};
use crate::units::{Currency, Date, Mass, Money};

/// The parcel with what all cards look up alike.
pub(super) struct Asked<'a> {
    pub(super) parcel: &'a Parcel,
    /// Everything the carrier must do beside carrying it.
    pub(super) extras: Vec<Extra>,
    pub(super) from: Found,
    pub(super) to: Found,
}

impl<'a> Asked<'a> {
    /// `named`: whether any card names places.
    pub(super) fn new(parcel: &'a Parcel, named: bool) -> Self {
        let extras = parcel.all_extras().collect();
        Self { parcel, extras, from: Found::new(&parcel.from, named), to: Found::new(&parcel.to, named) }
    }
}

/// What conditions are asked about.
pub(super) struct Known<'k, 'a> {
    pub(super) asked: &'k Asked<'a>,
    pub(super) size: Option<&'k Size>,
    /// A position no zone has when it is not known.
    pub(super) zone: usize,
    pub(super) billable: Mass,
    pub(super) ship_date: Date,
    /// The card's.
    pub(super) currency: Currency,
}

/// One line of a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'c> {
    /// `base`, `fuel`, `volume discount`, `rounding`, or the surcharge's name.
    pub rule: &'c str,
    /// Minor units of the card's currency.
    pub amount: i64,
}

/// A service that carries the parcel, and its price: numbers and positions in the card's tables. What is said of it in
/// words is made when it is recorded.
#[derive(Debug, Clone)]
pub struct Offer<'c> {
    /// Position among the services.
    pub service: u32,
    /// The day it is for.
    pub ship_date: Date,
    /// The card in force that day.
    pub card: &'c Card,
    /// Sum of the lines, in minor units of the card's currency.
    pub total: i64,
    /// The same in the currency prices are compared in.
    pub compared: i64,
    /// Position of the zone in the card.
    pub zone: u32,
    /// Days on the way, where the card says it.
    pub days: Option<u16>,
    /// Routing code for the label.
    pub sort_code: Option<&'c str>,
    /// What stands beside it, smaller.
    pub sort_detail: Option<&'c str>,
    /// The weight that is paid for; where the basis is cubic, what it would be without.
    pub billable: Mass,
    /// The row of the price table (of the cubic one, where that is the basis).
    pub row: u32,
    /// Where the billable weight comes from.
    pub basis: Basis,
    /// Positions of its lines.
    pub lines: Range<u32>,
}

/// Where offers, lines and refusals are written.
#[derive(Debug, Default)]
pub(super) struct Out<'c> {
    pub(super) lines: Vec<Line<'c>>,
    pub(super) refused: Vec<(u32, Refused<'c>)>,
}

#[derive(Debug, Clone, Copy)]
struct Base {
    amount: i64,
    row: usize,
    basis: Basis,
}

/// No card has so many zones.
const NOWHERE: usize = usize::MAX;

impl Card {
    /// The offer with its lines; or `None`, and every reason why not. `month`: the account's parcels so far.
    pub(super) fn price<'c>(
        &'c self,
        service: u32,
        asked: &Asked<'_>,
        ship_date: Date,
        month: u64,
        out: &mut Out<'c>,
    ) -> Option<Offer<'c>> {
        let before = out.refused.len();
        let target = self.target(asked);
        if let Err(miss @ Refused::Zone(Miss::Origin)) = target {
            // What else it would not carry from somewhere else is of no interest.
            out.refused.push((service, miss));
            return None;
        }
        let size = self.size_of(asked.parcel, |reason| out.refused.push((service, reason)));
        self.refuse_contents(asked, |reason| out.refused.push((service, reason)));
        let target = target.map_err(|miss| out.refused.push((service, miss))).ok();
        let zone = target.map_or(NOWHERE, |target| target.0);
        let weighed = self.weighed(asked.parcel.mass, size.as_ref());
        let Some((billable, basis)) = weighed else {
            out.refused.push((service, Refused::Arithmetic));
            return None;
        };
        let known = Known { asked, size: size.as_ref(), zone, billable, ship_date, currency: self.currency };
        for limit in &self.limits {
            if limit.zones.is_empty() || limit.zones.contains(&zone) {
                out.refused.extend(limit.broken(&known).map(|reason| (service, reason)));
            }
        }
        for refuse in self.refuses.iter().filter(|refuse| refuse.when.holds(&known)) {
            out.refused.push((service, Refused::Rule(refuse)));
        }
        let (zone, target) = target?;
        if out.refused.len() > before {
            return None;
        }
        let first = out.lines.len();
        let narrow = |position: usize| u32::try_from(position).unwrap_or(u32::MAX);
        match self.total(&known, basis, month, out) {
            Ok((total, base, billable)) => Some(Offer {
                service,
                ship_date,
                card: self,
                total,
                compared: total,
                zone: narrow(zone),
                days: target.and_then(|target| target.days).or_else(|| self.days.get(zone).copied().flatten()),
                sort_code: target.and_then(|target| target.sort_code.as_deref()),
                sort_detail: target.and_then(|target| target.sort_detail.as_deref()),
                billable,
                row: narrow(base.row),
                basis: base.basis,
                lines: narrow(first)..narrow(out.lines.len()),
            }),
            Err(reason) => {
                out.lines.truncate(first);
                out.refused.push((service, reason));
                None
            }
        }
    }

    fn size_of<'c>(&'c self, parcel: &Parcel, mut refuse: impl FnMut(Refused<'c>)) -> Option<Size> {
        let Some(dims) = parcel.dims else {
            if self.size.without == WithoutDims::Refuse {
                refuse(Refused::DimsNeeded);
            }
            return None;
        };
        let size = Size::new(dims, self.size.rounding);
        if size.is_none() {
            refuse(Refused::Arithmetic);
        }
        size
    }

    fn refuse_contents<'c>(&'c self, asked: &Asked<'_>, mut refuse: impl FnMut(Refused<'c>)) {
        let parcel = asked.parcel;
        if parcel.mass <= Mass::ZERO {
            refuse(Refused::NoWeight);
        }
        for class in parcel.dg.iter().filter(|class| **class == Dg::Unknown || self.refused_goods.contains(class)) {
            refuse(Refused::Goods(*class));
        }
        if parcel.signature != Signature::None && !self.signatures.contains(&parcel.signature) {
            refuse(Refused::Signature(parcel.signature));
        }
        for extra in asked.extras.iter().filter(|extra| !self.extras.contains(extra)) {
            refuse(Refused::Extra(*extra));
        }
        if let Some(terms) = parcel.terms_that_matter().filter(|terms| !self.terms.contains(terms)) {
            refuse(Refused::Terms(terms));
        }
        self.refuse_currencies(parcel, refuse);
    }

    /// Amounts in another currency than the card's cannot be compared with its bounds, and no part of them can be paid.
    fn refuse_currencies<'c>(&'c self, parcel: &Parcel, mut refuse: impl FnMut(Refused<'c>)) {
        let foreign = |amount: &Money| amount.minor > 0 && amount.currency != self.currency;
        let value = parcel.value.filter(foreign).filter(|_| self.reads_value());
        let amounts = [parcel.insured.filter(foreign), parcel.cod.filter(foreign), value];
        let currencies = amounts.map(|amount| amount.map(|amount| amount.currency));
        for (at, currency) in currencies.iter().enumerate() {
            if let Some(currency) = currency.filter(|_| !currencies[..at].contains(currency)) {
                refuse(Refused::AmountCurrency(currency));
            }
        }
    }

    fn target<'c>(&'c self, asked: &Asked<'_>) -> Result<(usize, Option<&'c Target>), Refused<'c>> {
        if let Some(name) = &asked.parcel.zone {
            return self.zones.named(name).map(|zone| (zone, None)).ok_or(Refused::ZoneName);
        }
        let target = self.zones.find(&asked.from, &asked.to).map_err(Refused::Zone)?;
        Ok((target.zone, Some(target)))
    }

    /// The billable weight: the greater of the scale's and the volume's, at least the minimum. `None` when it does not
    /// fit.
    fn weighed(&self, mass: Mass, size: Option<&Size>) -> Option<(Mass, Basis)> {
        let actual = Mass::from_picograms(self.weight.rounding_of(mass).apply(mass.picograms())?);
        let dimensional = match (&self.size.dimensional, size) {
            (Some(rule), Some(size)) => rule.weight(size, mass, &self.weight)?.unwrap_or_default(),
            _ => Mass::ZERO,
        };
        let greater = if dimensional > actual { (dimensional, Basis::Dimensional) } else { (actual, Basis::Actual) };
        Some(if greater.0 < self.weight.minimum { (self.weight.minimum, Basis::Minimum) } else { greater })
    }

    /// Which surcharges are added, as bits.
    pub(super) fn added(&self, known: &Known<'_, '_>) -> u64 {
        let (mut added, mut groups) = (0_u64, 0_u64);
        for (at, surcharge) in self.surcharges.iter().enumerate().take(Self::MOST_SURCHARGES) {
            let group = surcharge.group.map_or(0, |group| 1_u64 << (group & 63));
            let needed = surcharge.needs.is_empty() || surcharge.needs.iter().any(|at| added >> at & 1 == 1);
            if groups & group == 0 && needed && surcharge.when.holds(known) {
                added |= 1 << at;
                groups |= group;
            }
        }
        added
    }

    fn total<'c>(
        &'c self,
        known: &Known<'_, '_>,
        basis: Basis,
        month: u64,
        out: &mut Out<'c>,
    ) -> Result<(i64, Base, Mass), Refused<'c>> {
        let added = if self.surcharges.is_empty() { 0 } else { self.added(known) };
        let (mut billable, mut basis) = (known.billable, basis);
        for (at, surcharge) in self.surcharges.iter().enumerate() {
            if added >> at & 1 == 1 && surcharge.minimum > billable {
                (billable, basis) = (surcharge.minimum, Basis::Minimum);
            }
        }
        let base = self.base(known, (billable, basis))?;
        out.lines.push(Line { rule: "base", amount: base.amount });
        let mut net = base.amount;
        if let Some(tier) = self.tiers.iter().rev().find(|tier| month > tier.over) {
            let discount =
                part_of(base.amount, -tier.parts_per_million, self.money.lines).ok_or(Refused::Arithmetic)?;
            out.lines.push(Line { rule: "volume discount", amount: discount });
            net = net.checked_add(discount).ok_or(Refused::Arithmetic)?;
        }
        let fuel = match &self.fuel {
            Some(fuel) => Some((fuel, fuel.on(known.ship_date).ok_or(Refused::NoFuel)?.1)),
            None => None,
        };
        let fuel_on = |carries: bool, amount: i64| match fuel {
            Some((rule, parts)) if carries => part_of(amount, parts, rule.rounding),
            _ => Some(0),
        };
        let mut burnt = fuel_on(fuel.is_some_and(|(rule, _)| rule.on_base), net).ok_or(Refused::Arithmetic)?;
        let mut total = net;
        if added != 0 {
            let known = Known { billable, ..*known };
            let first = out.lines.len();
            for (at, surcharge) in self.surcharges.iter().enumerate().take(Self::MOST_SURCHARGES) {
                if added >> at & 1 == 1 {
                    // The line of an earlier surcharge stands as far down as surcharges before it were added.
                    let before = |line: usize| {
                        let (bit, lines) = (1_u64 << line, &out.lines[first..]);
                        let below = (added & (bit - 1)).count_ones() as usize;
                        if added & bit == 0 { 0 } else { lines.get(below).map_or(0, |line| line.amount) }
                    };
                    let charged = surcharge.charge.on(&known, net, before, self.money.lines);
                    let amount = charged.ok_or(Refused::Arithmetic)?;
                    out.lines.push(Line { rule: &surcharge.name, amount });
                    total = total.checked_add(amount).ok_or(Refused::Arithmetic)?;
                    let carried = fuel_on(surcharge.fuel, amount).ok_or(Refused::Arithmetic)?;
                    burnt = burnt.checked_add(carried).ok_or(Refused::Arithmetic)?;
                }
            }
        }
        if fuel.is_some() {
            out.lines.push(Line { rule: "fuel", amount: burnt });
            total = total.checked_add(burnt).ok_or(Refused::Arithmetic)?;
        }
        let rounded = self.money.total.apply(total).ok_or(Refused::Arithmetic)?;
        if rounded != total {
            out.lines.push(Line { rule: "rounding", amount: rounded - total });
        }
        Ok((rounded, base, billable))
    }

    fn base<'c>(&'c self, known: &Known<'_, '_>, (weight, basis): (Mass, Basis)) -> Result<Base, Refused<'c>> {
        let row = self.prices.row(weight);
        let cell = row.and_then(|row| Some((row, self.prices.cell(row, known.zone)?)));
        let by_weight = match cell {
            Some((row, cell)) => Some(self.based(cell, weight, row, basis)?),
            None => None,
        };
        let by_volume = match &self.cubic {
            Some(cubic) => cubic.cell(known.asked.parcel, known.zone),
            None => None,
        };
        let by_volume = match by_volume {
            Some((row, cell)) => Some(self.based(cell, weight, row, Basis::Cubic)?),
            None => None,
        };
        match (by_weight, by_volume) {
            (Some(weight), Some(volume)) if volume.amount < weight.amount => Ok(volume),
            (Some(weight), _) => Ok(weight),
            (None, Some(volume)) => Ok(volume),
            (None, None) if row.is_some() => Err(Refused::NoPrice(weight)),
            (None, None) => Err(Refused::OverTable(weight)),
        }
    }

    fn based<'c>(&self, cell: Amount, weight: Mass, row: usize, basis: Basis) -> Result<Base, Refused<'c>> {
        let amount = cell.at(weight, self.money.lines).ok_or(Refused::Arithmetic)?;
        Ok(Base { amount: amount.max(self.minimum_charge), row, basis })
    }
}

impl Cubic {
    fn cell(&self, parcel: &Parcel, zone: usize) -> Option<(usize, Amount)> {
        let dims = parcel.dims?;
        if parcel.mass > self.max_weight || dims.sides()[0] > self.max_longest {
            return None;
        }
        let prices: &Prices<_> = &self.prices;
        let row = prices.row(Size::new(dims, self.rounding)?.volume)?;
        Some((row, prices.cell(row, zone)?))
    }
}

impl Limit {
    fn broken<'c>(&'c self, known: &Known<'_, '_>) -> Option<Refused<'c>> {
        match self.max {
            Max::Weight(max) => {
                let mass = known.asked.parcel.mass.picograms();
                let over = mass.checked_sub(max.picograms()).filter(|over| *over > 0)?;
                Some(Refused::Weight(self, Mass::from_picograms(over)))
            }
            Max::Size(measure, max) => {
                let Some(measured) = measure.of(known.size?) else { return Some(Refused::Arithmetic) };
                let over = measured.nanometres().checked_sub(max.nanometres()).filter(|over| *over > 0)?;
                Some(Refused::Length(self, crate::units::Length::from_nanometres(over)))
            }
            Max::Volume(max) => known.size?.volume.over(max).map(|over| Refused::Volume(self, over)),
            Max::Amount(worth, max) => {
                // One in another currency is refused as that.
                let over = worth.of(known)?.checked_sub(max).filter(|over| *over > 0)?;
                Some(Refused::Amount(self, over))
            }
        }
    }
}
