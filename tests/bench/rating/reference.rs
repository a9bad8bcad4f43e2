//! The same prices computed plainly from the plain data, and a checksum over everything that is said of a parcel.
//!
//! Nothing is shared with the engine but the numbers: tables are searched from the top, fractions are kept as fractions
//! until the carrier rounds them.

use parceld::rating::{Dg, ParcelToRate, RatedParcel};

use super::workload::Service;

/// A checksum over what is said, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Checksum(pub(crate) u64);

impl Checksum {
    pub(crate) fn new() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }

    fn number(&mut self, number: i128) {
        for part in [number as u64, (number >> 64) as u64] {
            self.0 = (self.0 ^ part).wrapping_mul(0x0000_0100_0000_01B3).rotate_left(23);
        }
    }

    fn text(&mut self, text: &str) {
        text.bytes().for_each(|byte| self.number(i128::from(byte)));
    }

    /// What the engine says of a parcel.
    pub(crate) fn engine(&mut self, rated: &RatedParcel<'_>, services: usize) {
        // By service, because the engine says offers and refusals apart.
        for service in 0..services as u32 {
            for offer in rated.offers().filter(|offer| offer.service == service) {
                self.number(i128::from(offer.total));
                self.number(i128::from(offer.zone));
                self.number(i128::from(offer.billable.picograms()));
                self.number(i128::from(offer.row));
                for line in rated.lines(offer) {
                    self.text(line.rule);
                    self.number(i128::from(line.amount));
                }
            }
            for (_, rule, margin) in rated.refused().filter(|(at, _, _)| *at == service) {
                self.text(rule);
                self.number(margin);
            }
        }
        let choice = rated.offers().next();
        self.number(choice.map_or(-1, |offer| i128::from(offer.service)));
    }

    /// What has to be said of it.
    pub(crate) fn reference(&mut self, parcel: &ParcelToRate, services: &[Service]) {
        let mut best: Option<(i64, usize)> = None;
        for (at, service) in services.iter().enumerate() {
            match price(parcel, service) {
                Ok(price) => {
                    let total = price.lines.iter().map(|(_, amount)| amount).sum();
                    self.number(i128::from(total));
                    self.number(price.zone as i128);
                    self.number(price.billable);
                    self.number(price.row as i128);
                    for (rule, amount) in &price.lines {
                        self.text(rule);
                        self.number(i128::from(*amount));
                    }
                    if best.is_none_or(|best| (total, at) < best) {
                        best = Some((total, at));
                    }
                }
                Err(reasons) => {
                    for (rule, margin) in reasons {
                        self.text(rule);
                        self.number(margin);
                    }
                }
            }
        }
        self.number(best.map_or(-1, |(_, at)| at as i128));
    }
}

struct Price {
    zone: usize,
    billable: i128,
    row: usize,
    lines: Vec<(&'static str, i64)>,
}

const POUND: i128 = 453_592_370_000_000;
const KILOGRAM: i128 = 1_000_000_000_000_000;
const INCH: i128 = 25_400_000;
const CENTIMETRE: i128 = 10_000_000;

fn price(parcel: &ParcelToRate, service: &Service) -> Result<Price, Vec<(&'static str, i128)>> {
    let (mass_unit, length_unit) = if service.metric { (KILOGRAM, CENTIMETRE) } else { (POUND, INCH) };
    let zip3: u32 = parcel.to.postcode[..3].parse().expect("a ZIP code");
    let mass = i128::from(parcel.mass.picograms());
    let sides = parcel.dims.expect("a box").sides().map(|side| up(i128::from(side.nanometres()), length_unit));

    let mut reasons = Vec::new();
    if parcel.dg.contains(&Dg::LiIon) && !service.carries_batteries {
        reasons.push(("dg", 0));
    }
    let zone = service.zones.iter().find(|(prefix, _)| *prefix == zip3).map(|(_, zone)| *zone);
    if zone.is_none() {
        reasons.push(("zone", 0));
    }
    if mass > service.heaviest * mass_unit {
        reasons.push(("max_weight", mass - service.heaviest * mass_unit));
    }
    let Some(zone) = zone.filter(|_| reasons.is_empty()) else { return Err(reasons) };

    // In thousandths of the unit times the divisor, so that nothing is lost before the carrier's own rounding.
    let volume = sides.iter().product::<i128>();
    let step = if service.step == 0 { 1 } else { service.step * mass_unit / 1000 };
    let actual = up(mass, step) * step;
    let dimensional = {
        let steps = volume * mass_unit;
        let per_step = service.divisor * step;
        (steps + per_step - 1) / per_step * step
    };
    let billable = actual.max(dimensional);
    let Some(row) = service.bounds.iter().position(|bound| billable <= bound * mass_unit) else {
        return Err(vec![("no_price", 0)]);
    };
    let base = service.prices[row][zone];
    let fuel_of = |amount: i64| (amount * service.fuel + 5_000) / 10_000;
    let mut lines = vec![("base", base)];
    let mut fuel = fuel_of(base);
    if sides.iter().max().is_some_and(|longest| *longest > service.long.0) {
        lines.push(("long", service.long.1));
    }
    if parcel.to.residential {
        lines.push(("home", service.home));
        fuel += fuel_of(service.home);
    }
    if service.remote.0.contains(&zip3) {
        lines.push(("remote", service.remote.1));
    }
    lines.push(("fuel", fuel));
    Ok(Price { zone, billable, row, lines })
}

/// How many whole steps hold it.
fn up(value: i128, step: i128) -> i128 {
    (value + step - 1) / step
}
