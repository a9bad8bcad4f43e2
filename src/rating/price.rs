//! One parcel through one card: every reason against it, or its price.

use std::ops::Range;

use super::amount::Amount;
use super::billable::{RoundedSize, billable_weight};
use super::refused::RefusalReason;
use super::request::{AssessedParcel, RateRequest};
use super::when::Condition;
use super::zones::ZoneMiss;
use super::{Basis, Card, Cubic, Dg, Fuel, Limit, Maximum, ParcelToRate, Prices, Signature, WithoutDims, ZoneEntry};
use crate::units::{Date, Length, Mass, Money};

/// One line of a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfferLine<'c> {
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

/// Lines and refusals as they are found, of all services together: one allocation instead of one for each service.
#[derive(Debug, Default)]
pub(super) struct Findings<'c> {
    pub(super) lines: Vec<OfferLine<'c>>,
    pub(super) refused: Vec<(u32, RefusalReason<'c>)>,
}

/// The price before surcharges, and the row of the table it stands in.
#[derive(Debug, Clone, Copy)]
struct BasePrice {
    amount: i64,
    row: usize,
    basis: Basis,
}

/// Fuel on a ship date, in parts per million.
#[derive(Clone, Copy)]
struct FuelRate<'c> {
    rule: &'c Fuel,
    parts_per_million: i64,
}

/// The position of a zone that is not known: no card has so many.
const NO_ZONE: usize = usize::MAX;

impl Card {
    /// The offer with its lines; or `None`, and every reason why not. `service` is a position among the services, `month`
    /// the account's parcels of this month so far.
    pub(super) fn price<'c>(
        &'c self,
        service: u32,
        request: &RateRequest<'_>,
        ship_date: Date,
        month: u64,
        found: &mut Findings<'c>,
    ) -> Option<Offer<'c>> {
        let before = found.refused.len();
        let target = self.target(request);
        if let Err(miss @ RefusalReason::Zone(ZoneMiss::Origin)) = target {
            // What else it would not carry from somewhere else is of no interest.
            found.refused.push((service, miss));
            return None;
        }
        // From here on nothing returns early: a person is told every reason at once, not one after each correction.
        let size = self.size_of(request.parcel, |reason| found.refused.push((service, reason)));
        self.refuse_contents(request, |reason| found.refused.push((service, reason)));
        let target = target.map_err(|miss| found.refused.push((service, miss))).ok();
        let zone = target.map_or(NO_ZONE, |target| target.0);
        let weighed = billable_weight(&self.weight, &self.size, request.parcel.mass, size.as_ref());
        let Some((billable, basis)) = weighed else {
            // Without a weight no limit can be compared.
            found.refused.push((service, RefusalReason::Arithmetic));
            return None;
        };
        let currency = self.currency;
        let parcel = AssessedParcel { request, size: size.as_ref(), zone, billable, ship_date, currency };
        for limit in &self.limits {
            if limit.zones.is_empty() || limit.zones.contains(&zone) {
                found.refused.extend(limit.exceeded(&parcel).map(|reason| (service, reason)));
            }
        }
        for refuse in self.refuses.iter().filter(|refuse| refuse.when.holds(&parcel)) {
            found.refused.push((service, RefusalReason::Rule(refuse)));
        }
        let (zone, target) = target?;
        if found.refused.len() > before {
            return None;
        }
        let first = found.lines.len();
        let narrow = |position: usize| u32::try_from(position).unwrap_or(u32::MAX);
        match self.total(&parcel, basis, month, &mut found.lines) {
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
                lines: narrow(first)..narrow(found.lines.len()),
            }),
            Err(reason) => {
                found.lines.truncate(first);
                found.refused.push((service, reason));
                None
            }
        }
    }

    fn size_of<'c>(&'c self, parcel: &ParcelToRate, mut refuse: impl FnMut(RefusalReason<'c>)) -> Option<RoundedSize> {
        let Some(dims) = parcel.dims else {
            if self.size.without == WithoutDims::Refuse {
                refuse(RefusalReason::DimsNeeded);
            }
            return None;
        };
        let size = RoundedSize::new(dims, self.size.rounding);
        if size.is_none() {
            refuse(RefusalReason::Arithmetic);
        }
        size
    }

    fn refuse_contents<'c>(&'c self, request: &RateRequest<'_>, mut refuse: impl FnMut(RefusalReason<'c>)) {
        let parcel = request.parcel;
        if parcel.mass <= Mass::ZERO {
            refuse(RefusalReason::NoWeight);
        }
        for class in parcel.dg.iter().filter(|class| **class == Dg::Unknown || self.refused_goods.contains(class)) {
            refuse(RefusalReason::Goods(*class));
        }
        if parcel.signature != Signature::None && !self.signatures.contains(&parcel.signature) {
            refuse(RefusalReason::Signature(parcel.signature));
        }
        for extra in request.extras.iter().filter(|extra| !self.extras.contains(extra)) {
            refuse(RefusalReason::Extra(*extra));
        }
        if let Some(terms) = parcel.terms_that_matter().filter(|terms| !self.terms.contains(terms)) {
            refuse(RefusalReason::Terms(terms));
        }
        self.refuse_currencies(parcel, refuse);
    }

    /// Amounts in another currency than the card's cannot be compared with its bounds, and no part of them can be paid.
    fn refuse_currencies<'c>(&'c self, parcel: &ParcelToRate, mut refuse: impl FnMut(RefusalReason<'c>)) {
        let foreign = |amount: &Money| amount.minor > 0 && amount.currency != self.currency;
        let value = parcel.value.filter(foreign).filter(|_| self.reads_value());
        let amounts = [parcel.insured.filter(foreign), parcel.cod.filter(foreign), value];
        let currencies = amounts.map(|amount| amount.map(|amount| amount.currency));
        for (at, currency) in currencies.iter().enumerate() {
            // Each currency is named once, whatever amounts are in it.
            if let Some(currency) = currency.filter(|_| !currencies[..at].contains(currency)) {
                refuse(RefusalReason::AmountCurrency(currency));
            }
        }
    }

    /// The zone; a zone that a person gave has nothing in the zone table.
    fn target<'c>(&'c self, request: &RateRequest<'_>) -> Result<(usize, Option<&'c ZoneEntry>), RefusalReason<'c>> {
        // Where half of a postcode does not say which zone it is, or whether a surcharge is added, there is no price.
        let half = request.to.is_half();
        let target = match &request.parcel.zone {
            Some(name) => (self.zones.named(name).ok_or(RefusalReason::ZoneName)?, None),
            None if half && self.zones.needs_more(&request.from, &request.to) => {
                return Err(RefusalReason::Zone(ZoneMiss::Half));
            }
            None => {
                let target = self.zones.find(&request.from, &request.to).map_err(RefusalReason::Zone)?;
                (target.zone, Some(target))
            }
        };
        let in_part = |c: &Condition| matches!(c, Condition::Area(area) if area.needs_more(&request.to));
        if half && self.conditions().any(in_part) {
            return Err(RefusalReason::Zone(ZoneMiss::Half));
        }
        Ok(target)
    }

    /// Which surcharges are added, as bits: the lowest is the first of the list.
    pub(super) fn added(&self, parcel: &AssessedParcel<'_, '_>) -> u64 {
        let (mut added, mut groups) = (0_u64, 0_u64);
        for (at, surcharge) in self.surcharges.iter().enumerate().take(Self::MOST_SURCHARGES) {
            // No group is no bit, so that it excludes nothing.
            let group = surcharge.group.map_or(0, |group| 1_u64 << (group & 63));
            // Those that are needed stand earlier in the list: their bits are known by now.
            let needed = surcharge.needs.is_empty() || surcharge.needs.iter().any(|at| added >> at & 1 == 1);
            if groups & group == 0 && needed && surcharge.when.holds(parcel) {
                added |= 1 << at;
                groups |= group;
            }
        }
        added
    }

    /// The total, the base price, and the weight it was looked up with. The lines are written in the order in which they
    /// are charged, because later ones are parts of earlier ones.
    fn total<'c>(
        &'c self,
        parcel: &AssessedParcel<'_, '_>,
        basis: Basis,
        month: u64,
        lines: &mut Vec<OfferLine<'c>>,
    ) -> Result<(i64, BasePrice, Mass), RefusalReason<'c>> {
        let fits = |amount: Option<i64>| amount.ok_or(RefusalReason::Arithmetic);
        // Conditions ask the billable weight before any surcharge raises it. Otherwise one surcharge could bring on another.
        let added = if self.surcharges.is_empty() { 0 } else { self.added(parcel) };
        let (mut billable, mut basis) = (parcel.billable, basis);
        for (at, surcharge) in self.surcharges.iter().enumerate() {
            if added >> at & 1 == 1 && surcharge.minimum > billable {
                (billable, basis) = (surcharge.minimum, Basis::Minimum);
            }
        }
        let base = self.base(parcel, (billable, basis))?;
        lines.push(OfferLine { rule: "base", amount: base.amount });
        // The discount is on the base alone; fuel and surcharges in percent are then of the discounted base.
        let mut net = base.amount;
        if let Some(tier) = self.tiers.iter().rev().find(|tier| month > tier.over) {
            let discount = fits(self.money.lines.part_of(base.amount, -tier.parts_per_million))?;
            lines.push(OfferLine { rule: "volume discount", amount: discount });
            net = fits(net.checked_add(discount))?;
        }
        let fuel = match &self.fuel {
            Some(rule) => {
                let (_, parts_per_million) = rule.on(parcel.ship_date).ok_or(RefusalReason::NoFuel)?;
                Some(FuelRate { rule, parts_per_million })
            }
            None => None,
        };
        // Fuel is rounded on each line by itself, and shown as one line.
        let mut burnt = fits(fuel.filter(|fuel| fuel.rule.on_base).map_or(Some(0), |fuel| fuel.of(net)))?;
        let mut total = net;
        if added != 0 {
            let parcel = AssessedParcel { billable, ..*parcel };
            let first = lines.len();
            for (at, surcharge) in self.surcharges.iter().enumerate().take(Self::MOST_SURCHARGES) {
                if added >> at & 1 == 0 {
                    continue;
                }
                // Only surcharges that are added have a line. The line of an earlier one stands as many lines after the
                // first as bits are set below its own.
                let before = |earlier: usize| {
                    let (bit, lines) = (1_u64 << earlier, &lines[first..]);
                    let below = (added & (bit - 1)).count_ones() as usize;
                    if added & bit == 0 { 0 } else { lines.get(below).map_or(0, |line| line.amount) }
                };
                let amount = fits(surcharge.charge.on(&parcel, net, before, self.money.lines))?;
                lines.push(OfferLine { rule: &surcharge.name, amount });
                total = fits(total.checked_add(amount))?;
                if surcharge.fuel
                    && let Some(fuel) = fuel
                {
                    burnt = fits(burnt.checked_add(fits(fuel.of(amount))?))?;
                }
            }
        }
        if fuel.is_some() {
            lines.push(OfferLine { rule: "fuel", amount: burnt });
            total = fits(total.checked_add(burnt))?;
        }
        // What rounding the sum changes is a line of its own, so that the lines always add up to the total.
        let rounded = fits(self.money.total.apply(total))?;
        if rounded != total {
            lines.push(OfferLine { rule: "rounding", amount: rounded - total });
        }
        Ok((rounded, base, billable))
    }

    /// The cheaper of the price by weight and the price by volume, where the card has both.
    fn base<'c>(
        &'c self,
        parcel: &AssessedParcel<'_, '_>,
        (weight, basis): (Mass, Basis),
    ) -> Result<BasePrice, RefusalReason<'c>> {
        let row = self.prices.row(weight);
        let cell = row.and_then(|row| Some((row, self.prices.cell(row, parcel.zone)?)));
        let by_weight = match cell {
            Some((row, cell)) => Some(self.based(cell, weight, row, basis)?),
            None => None,
        };
        let by_volume = match &self.cubic {
            Some(cubic) => cubic.cell(parcel.request.parcel, parcel.zone),
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
            (None, None) if row.is_some() => Err(RefusalReason::NoPrice(weight)),
            (None, None) => Err(RefusalReason::OverTable(weight)),
        }
    }

    fn based<'c>(&self, cell: Amount, weight: Mass, row: usize, basis: Basis) -> Result<BasePrice, RefusalReason<'c>> {
        let amount = cell.at(weight, self.money.lines).ok_or(RefusalReason::Arithmetic)?;
        Ok(BasePrice { amount: amount.max(self.minimum_charge), row, basis })
    }
}

impl FuelRate<'_> {
    /// On a line; `None` when it does not fit.
    fn of(self, amount: i64) -> Option<i64> {
        self.rule.rounding.part_of(amount, self.parts_per_million)
    }
}

impl Cubic {
    /// The price by volume, and its row. It rounds the sides in its own way, not as the dimensional weight does.
    fn cell(&self, parcel: &ParcelToRate, zone: usize) -> Option<(usize, Amount)> {
        let dims = parcel.dims?;
        if parcel.mass > self.max_weight || dims.sides()[0] > self.max_longest {
            return None;
        }
        let prices: &Prices<_> = &self.prices;
        let row = prices.row(RoundedSize::new(dims, self.rounding)?.volume)?;
        Some((row, prices.cell(row, zone)?))
    }
}

impl Limit {
    /// By how much the parcel is over it, if it is; what nobody knows is not over anything.
    fn exceeded<'c>(&'c self, parcel: &AssessedParcel<'_, '_>) -> Option<RefusalReason<'c>> {
        match self.max {
            Maximum::Weight(max) => {
                let mass = parcel.request.parcel.mass.picograms();
                let over = mass.checked_sub(max.picograms()).filter(|over| *over > 0)?;
                Some(RefusalReason::Weight(self, Mass::from_picograms(over)))
            }
            Maximum::Size(measure, max) => {
                let Some(measured) = measure.of(parcel.size?) else { return Some(RefusalReason::Arithmetic) };
                let over = measured.nanometres().checked_sub(max.nanometres()).filter(|over| *over > 0)?;
                Some(RefusalReason::Length(self, Length::from_nanometres(over)))
            }
            Maximum::Volume(max) => parcel.size?.volume.over(max).map(|over| RefusalReason::Volume(self, over)),
            Maximum::Amount(worth, max) => {
                // One in another currency is refused as that.
                let over = worth.of(parcel)?.checked_sub(max).filter(|over| *over > 0)?;
                Some(RefusalReason::Amount(self, over))
            }
        }
    }
}
