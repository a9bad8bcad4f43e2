//! Price tables: `max_lb,1,2,3|4` and rows up to the first column.

use std::path::Path;

use super::super::problem::Problems;
use super::super::read::wrong_money;
use super::files::CarrierFiles;
use super::sheet::{Sheet, SheetRow};
use crate::rating::{self, Amount, PriceCell, Prices, Rate, Rounding, Volume, VolumeUnit};
use crate::units::{Currency, Decimal, Mass, MassUnit};

/// What a price table's rows are bounded by.
pub(super) trait Bound: Copy + Ord {
    type Unit: Copy + 'static;
    /// Names in the header's first cell, after `max_` or `under_`.
    const UNITS: &'static [(&'static str, Self::Unit)];

    fn of(amount: Decimal, unit: Self::Unit) -> Option<Self>;

    /// The weight that a price by weight is computed for at this bound; `None` where bounds are no weights.
    fn weight(self) -> Option<Mass>;
}

impl Bound for Mass {
    type Unit = MassUnit;
    const UNITS: &'static [(&'static str, MassUnit)] =
        &[("g", MassUnit::G), ("kg", MassUnit::Kg), ("oz", MassUnit::Oz), ("lb", MassUnit::Lb)];

    fn of(amount: Decimal, unit: MassUnit) -> Option<Self> {
        Self::of(amount, unit)
    }

    fn weight(self) -> Option<Mass> {
        Some(self)
    }
}

impl Bound for Volume {
    type Unit = VolumeUnit;
    const UNITS: &'static [(&'static str, VolumeUnit)] =
        &[("cm3", VolumeUnit::Cm3), ("in3", VolumeUnit::In3), ("cuft", VolumeUnit::CuFt)];

    fn of(amount: Decimal, unit: VolumeUnit) -> Option<Self> {
        Self::of(amount, unit)
    }

    fn weight(self) -> Option<Mass> {
        None
    }
}

/// What the amounts of a table are read with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pricing {
    pub(super) currency: Currency,
    /// Of what comes out of a rate.
    pub(super) lines: Rounding,
}

/// A price table that was read: its unit, its zones in the order of their columns, its rows.
pub(super) struct PriceSheet<B: Bound> {
    pub(super) sheet: Sheet,
    pub(super) unit: B::Unit,
    unit_name: &'static str,
    under: bool,
    /// Each zone and the column it is priced by; several zones may share a column.
    zones: Vec<(String, usize)>,
    rows: Vec<rating::PriceRow<B>>,
    lines: Vec<usize>,
}

impl<B: Bound> PriceSheet<B> {
    pub(super) fn read(
        path: &Path,
        pricing: Pricing,
        files: &mut CarrierFiles,
        problems: &mut Problems,
    ) -> Option<Self> {
        let sheet = Sheet::read(path, files, problems)?;
        let zones = zones(&sheet, problems);
        let first = sheet.header.cells.first().map_or("", String::as_str);
        let under = first.starts_with("under_");
        let name = first.strip_prefix(if under { "under_" } else { "max_" });
        let unit = B::UNITS.iter().find(|(known, _)| name == Some(known));
        let Some((unit_name, unit)) = unit.copied() else {
            let names: Vec<_> = B::UNITS.iter().map(|(name, _)| format!("max_{name}")).collect();
            let what = format!("the first column is {first:?}");
            let todo =
                format!("name it one of {}, or under_… where a bound belongs to the row after it", names.join(", "));
            problems.push(sheet.error(sheet.header.line, what, todo));
            return None;
        };
        let mut table = Self { sheet, unit, unit_name, under, zones, rows: Vec::new(), lines: Vec::new() };
        for row in &table.sheet.rows {
            let bound = bound::<B>(&table.sheet, row, unit, problems);
            let above = table.rows.last();
            let cells = cells(&table.sheet, row, above, pricing, problems);
            let (Some((bound, shown)), Some(cells)) = (bound, cells) else { continue };
            if above.is_some_and(|above| above.bound.is_none()) {
                let what = "a row below the one without a bound";
                problems.push(table.sheet.error(row.line, what, "the row \"over\" is the last"));
                continue;
            }
            if above.is_some_and(|above| bound.is_some_and(|bound| above.bound >= Some(bound))) {
                let what = format!("{shown} {unit_name} does not come after the row above it");
                problems.push(table.sheet.error(row.line, what, "sort the rows by this column, each bound once"));
            }
            if above.is_some_and(|above| falls(above, &cells)) {
                let what = "more costs less than in the row above it";
                problems.push(table.sheet.error(row.line, what, "check the prices of both rows").warning());
            }
            table.rows.push(rating::PriceRow { bound, shown, cells });
            table.lines.push(row.line);
        }
        for (column, zone) in table.sheet.header.cells.iter().skip(1).enumerate() {
            if !table.rows.is_empty() && table.rows.iter().all(|row| row.cells.get(column).copied().flatten().is_none())
            {
                let what = format!("zone {zone} has no price");
                problems
                    .push(table.sheet.error(table.sheet.header.line, what, "add its prices, or remove it").warning());
            }
        }
        table.warn_of_holes(problems);
        Some(table)
    }

    /// A warning for each zone that has no price for a weight, and has one for less and for more.
    fn warn_of_holes(&self, problems: &mut Problems) {
        for (column, zone) in self.sheet.header.cells.iter().skip(1).enumerate() {
            let priced = |row: &rating::PriceRow<B>| row.cells.get(column).copied().flatten().is_some();
            let (Some(first), Some(last)) = (self.rows.iter().position(priced), self.rows.iter().rposition(priced))
            else {
                continue;
            };
            if let Some(hole) = (first..last).find(|at| !priced(&self.rows[*at])) {
                let what = format!("zone {zone} has a price for less and for more than this row, and none here");
                problems.push(self.sheet.error(self.lines[hole], what, "add the price").warning());
            }
        }
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

    /// A warning for the rows no parcel reaches: their weights are over what is carried, or under what is paid at least.
    pub(super) fn warn_of_unreachable(&self, most: Option<B>, least: Option<B>, problems: &mut Problems) {
        let below = |at: usize| at.checked_sub(1).and_then(|at| self.rows[at].bound);
        let heavy = |at: &usize| most.is_some_and(|most| below(*at).is_some_and(|below| below >= most));
        if let Some(first) = (0..self.rows.len()).find(heavy) {
            let what = "no parcel reaches this row: the one above it holds all that [[limit]] lets through";
            let todo = "raise the limit, or remove the rows from here on";
            problems.push(self.sheet.error(self.lines[first], what, todo).warning());
        }
        let light = |at: &usize| least.is_some_and(|least| self.rows[*at].bound.is_some_and(|bound| bound < least));
        if let Some(last) = (0..self.rows.len()).rfind(light) {
            let what = "no parcel pays this row: less than the minimum weight is paid as that";
            problems.push(
                self.sheet.error(self.lines[last], what, "lower the minimum, or remove the rows up to here").warning(),
            );
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
        let pick = |row: &rating::PriceRow<B>| rating::PriceRow {
            bound: row.bound,
            shown: row.shown.clone(),
            cells: columns.iter().filter_map(|column| row.cells.get(*column).copied()).collect(),
        };
        Prices::new(self.unit_name, zones.len(), self.under, self.rows.iter().map(pick).collect())
    }
}

/// Whether a row begins with a lower price than the row above it ends with.
fn falls<B: Bound>(above: &rating::PriceRow<B>, cells: &[Option<Amount>]) -> bool {
    let ends = above.bound.and_then(Bound::weight).unwrap_or(Mass::ZERO);
    let begins = Mass::from_picograms(ends.picograms().saturating_add(1));
    let at = |cell: &Option<Amount>, weight| cell.and_then(|cell| cell.at(weight, Rounding::Nearest(1)));
    above
        .cells
        .iter()
        .zip(cells)
        .any(|(above, cell)| at(above, ends).zip(at(cell, begins)).is_some_and(|(ends, begins)| begins < ends))
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

/// The bound, and how it is written; no bound for `over`.
fn bound<B: Bound>(
    sheet: &Sheet,
    row: &SheetRow,
    unit: B::Unit,
    problems: &mut Problems,
) -> Option<(Option<B>, String)> {
    let cell = row.cells.first().map_or("", String::as_str);
    if cell == "over" {
        return Some((None, String::new()));
    }
    if cell.is_empty() {
        problems.push(sheet.blank(row, &sheet.header.cells[0]));
        return None;
    }
    let Some(text) = &sheet.number(cell) else {
        let todo = "write it without a separator before the last three digits";
        problems.push(sheet.error(row.line, format!("{cell:?} can be read in two ways"), todo));
        return None;
    };
    let read = Decimal::parse(text).ok().filter(|amount| amount.mantissa > 0).and_then(|amount| B::of(amount, unit));
    if read.is_none() {
        let what = format!("{text:?} is not an amount above 0 that can be computed with exactly");
        problems.push(sheet.error(row.line, what, "write a decimal number, without separators where they are unclear"));
    }
    Some((Some(read?), text.to_owned()))
}

fn cells<B: Bound>(
    sheet: &Sheet,
    row: &SheetRow,
    above: Option<&rating::PriceRow<B>>,
    pricing: Pricing,
    problems: &mut Problems,
) -> Option<Vec<Option<Amount>>> {
    let currency = pricing.currency;
    let mut prices = Vec::new();
    for (column, (cell, zone)) in row.cells.iter().zip(&sheet.header.cells).skip(1).enumerate() {
        if cell.is_empty() {
            problems.push(sheet.blank(row, &format!("the price for zone {zone}")));
            continue;
        }
        if cell == "-" {
            prices.push(None);
            continue;
        }
        match PriceCell::read(cell, currency, |number| sheet.number(number)) {
            Some(PriceCell::Whole(amount)) => prices.push(Some(amount)),
            Some(PriceCell::More(rate)) => {
                let grown = above.and_then(|above| grown(above, column, rate, pricing.lines));
                if grown.is_none() {
                    let what = format!("the price for zone {zone} grows on the row above it, which has none there");
                    problems.push(sheet.error(row.line, what, "give the row above a price and a bound by weight"));
                }
                prices.extend(grown.map(Some));
            }
            None if cell.starts_with('-') => {
                let what = format!("the price for zone {zone} is negative: {cell}");
                problems.push(sheet.error(row.line, what, "write a price of 0 or more"));
            }
            None => {
                let or = ", or one such as \"16.00 + 85.50 per kg\"; - where there is no price";
                let (what, todo) = wrong_money(&format!("the price for zone {zone}"), cell, currency, or);
                problems.push(sheet.error(row.line, what, todo));
            }
        }
    }
    (prices.len() + 1 == row.cells.len()).then_some(prices)
}

/// A price on top of what the row above costs at its bound.
fn grown<B: Bound>(above: &rating::PriceRow<B>, column: usize, rate: Rate, lines: Rounding) -> Option<Amount> {
    let over = above.bound?.weight()?;
    let fixed = above.cells.get(column).copied().flatten()?.at(over, lines)?;
    Some(Amount { fixed, rate: Some(Rate { over, ..rate }) })
}
