//! Price tables: `max_lb,1,2,3|4` and rows "not over" the first column.

use std::path::Path;

use super::super::problem::Problems;
use super::files::Files;
use super::sheet::{Row, Sheet};
use crate::rating::{Prices, Volume, VolumeUnit};
use crate::units::{Currency, Decimal, Mass, MassUnit, Money};

/// What a price table's rows are bounded by.
pub(super) trait Bound: Copy + Ord {
    type Unit: Copy + 'static;
    /// Names in the header's first cell, after `max_`.
    const UNITS: &'static [(&'static str, Self::Unit)];

    fn of(amount: Decimal, unit: Self::Unit) -> Option<Self>;
}

impl Bound for Mass {
    type Unit = MassUnit;
    const UNITS: &'static [(&'static str, MassUnit)] =
        &[("g", MassUnit::G), ("kg", MassUnit::Kg), ("oz", MassUnit::Oz), ("lb", MassUnit::Lb)];

    fn of(amount: Decimal, unit: MassUnit) -> Option<Self> {
        Self::of(amount, unit)
    }
}

impl Bound for Volume {
    type Unit = VolumeUnit;
    const UNITS: &'static [(&'static str, VolumeUnit)] =
        &[("cm3", VolumeUnit::Cm3), ("in3", VolumeUnit::In3), ("cuft", VolumeUnit::CuFt)];

    fn of(amount: Decimal, unit: VolumeUnit) -> Option<Self> {
        Self::of(amount, unit)
    }
}

/// A price table that was read: its unit, its zones in the order of their columns, its rows.
pub(super) struct PriceSheet<B: Bound> {
    pub(super) sheet: Sheet,
    pub(super) unit: B::Unit,
    unit_name: &'static str,
    /// Each zone and the column it is priced by; several zones may share a column.
    zones: Vec<(String, usize)>,
    rows: Vec<(B, String, Vec<i64>)>,
}

impl<B: Bound> PriceSheet<B> {
    pub(super) fn read(path: &Path, currency: Currency, files: &mut Files, problems: &mut Problems) -> Option<Self> {
        let sheet = Sheet::read(path, files, problems)?;
        let zones = zones(&sheet, problems);
        let first = sheet.header.cells.first().map_or("", String::as_str);
        let unit = B::UNITS.iter().find(|(name, _)| first.strip_prefix("max_") == Some(name));
        let Some((unit_name, unit)) = unit.copied() else {
            let names: Vec<_> = B::UNITS.iter().map(|(name, _)| format!("max_{name}")).collect();
            let what = format!("the first column is {first:?}");
            problems.push(sheet.error(sheet.header.line, what, format!("name it one of {}", names.join(", "))));
            return None;
        };
        let mut rows: Vec<(B, String, Vec<i64>)> = Vec::new();
        for row in &sheet.rows {
            let bound = bound::<B>(&sheet, row, unit, problems);
            let cells = cells(&sheet, row, currency, problems);
            let (Some((bound, shown)), Some(cells)) = (bound, cells) else { continue };
            if rows.last().is_some_and(|(last, _, _)| *last >= bound) {
                let what = format!("{shown} {unit_name} does not come after the row above it");
                problems.push(sheet.error(row.line, what, "sort the rows by this column, each bound once"));
            }
            if let Some((_, _, last)) = rows.last()
                && last.iter().zip(&cells).any(|(last, cell)| cell < last)
            {
                let what = "more costs less than in the row above it";
                problems.push(sheet.error(row.line, what, "check the prices of both rows").warning());
            }
            rows.push((bound, shown, cells));
        }
        Some(Self { sheet, unit, unit_name, zones, rows })
    }

    /// The zones, in the order of their columns.
    pub(super) fn zone_names(&self) -> Vec<String> {
        self.zones.iter().map(|(name, _)| name.clone()).collect()
    }

    /// A warning for each column none of whose zones is ever used.
    pub(super) fn warn_of_unused(&self, used: impl Fn(&str) -> bool, problems: &mut Problems) {
        for (column, cell) in self.sheet.header.cells.iter().skip(1).enumerate() {
            let mut zones = self.zones.iter().filter(|(_, of)| *of == column);
            if !zones.any(|(name, _)| used(name)) {
                let what = format!("no row of the zone table has zone {cell}");
                let todo = "add its destinations, or remove the column";
                problems.push(self.sheet.error(self.sheet.header.line, what, todo).warning());
            }
        }
    }

    /// The table with one price per zone of `zones`; a zone it does not price is a problem.
    pub(super) fn prices(&self, zones: &[String], problems: &mut Problems) -> Option<Prices<B>> {
        let mut columns = Vec::new();
        for zone in zones {
            match self.zones.iter().find(|(name, _)| name == zone) {
                Some((_, column)) => columns.push(*column),
                None => {
                    let what = format!("zone {zone} has no column");
                    problems.push(self.sheet.error(self.sheet.header.line, what, "add its prices"));
                }
            }
        }
        let pick = |cells: &Vec<i64>| columns.iter().filter_map(|column| cells.get(*column).copied()).collect();
        let rows = self.rows.iter().map(|(bound, shown, cells)| (*bound, shown.clone(), pick(cells))).collect();
        Prices::new(self.unit_name, zones.len(), rows)
    }
}

fn zones(sheet: &Sheet, problems: &mut Problems) -> Vec<(String, usize)> {
    let mut zones: Vec<(String, usize)> = Vec::new();
    for (column, cell) in sheet.header.cells.iter().skip(1).enumerate() {
        for name in cell.split('|').map(str::trim) {
            if name.is_empty() || zones.iter().any(|(other, _)| other == name) {
                let what = format!("the zone of column {} is {name:?}", column + 2);
                let todo = "name every zone once, several in one column with | between them";
                problems.push(sheet.error(sheet.header.line, what, todo));
            } else {
                zones.push((name.to_owned(), column));
            }
        }
    }
    if zones.is_empty() {
        problems.push(sheet.error(sheet.header.line, "no zones", "add a column of prices per zone"));
    }
    zones
}

fn bound<B: Bound>(sheet: &Sheet, row: &Row, unit: B::Unit, problems: &mut Problems) -> Option<(B, String)> {
    let text = &sheet.number(row.cells.first().map_or("", String::as_str));
    if text.is_empty() {
        problems.push(sheet.blank(row, &sheet.header.cells[0]));
        return None;
    }
    let read = Decimal::parse(text).ok().filter(|amount| amount.mantissa > 0).and_then(|amount| B::of(amount, unit));
    if read.is_none() {
        let what = format!("{text:?} is not an amount above 0 that can be computed with exactly");
        problems.push(sheet.error(row.line, what, "write a decimal number, without separators where they are unclear"));
    }
    Some((read?, text.to_owned()))
}

fn cells(sheet: &Sheet, row: &Row, currency: Currency, problems: &mut Problems) -> Option<Vec<i64>> {
    let mut prices = Vec::new();
    for (cell, zone) in row.cells.iter().zip(&sheet.header.cells).skip(1) {
        if cell.is_empty() {
            problems.push(sheet.blank(row, &format!("the price for zone {zone}")));
            continue;
        }
        match Money::parse(&sheet.number(cell), currency) {
            Ok(price) if price.minor >= 0 => prices.push(price.minor),
            Ok(_) => {
                let what = format!("the price for zone {zone} is negative: {cell}");
                problems.push(sheet.error(row.line, what, "write a price of 0 or more"));
            }
            Err(_) => {
                let what = format!("the price for zone {zone} is {cell:?}");
                let todo = format!("write an amount of {currency} with up to {} decimals", currency.exponent());
                problems.push(sheet.error(row.line, what, todo));
            }
        }
    }
    (prices.len() + 1 == row.cells.len()).then_some(prices)
}
