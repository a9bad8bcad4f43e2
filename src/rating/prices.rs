//! A price table: rows up to a bound, one column per zone.

use super::amount::{Amount, Rate};

/// Prices by row and zone.
#[derive(Debug, Clone)]
pub struct Prices<B> {
    bounds: Vec<B>,
    shown: Vec<String>,
    unit: String,
    zones: usize,
    under: bool,
    open: bool,
    fixed: Vec<i64>,
    /// Empty when every price is flat.
    rates: Vec<Option<Rate>>,
}

/// One row of a table as it was read.
#[derive(Debug, Clone)]
pub struct PriceRow<B> {
    /// Its bound; the last row may have none.
    pub bound: Option<B>,
    /// The bound as a person reads it.
    pub shown: String,
    /// One price per zone; `None` where this weight does not go to this zone.
    pub cells: Vec<Option<Amount>>,
}

/// No price has this value.
const NONE: i64 = i64::MIN;

impl<B: Copy + Ord> Prices<B> {
    /// `under`: a bound does not belong to its row (exactly 1 kg is paid with the next one). `None` unless bounds rise,
    /// there is at least one row, only the last has no bound, and every row has `zones` cells.
    pub fn new(unit: &str, zones: usize, under: bool, rows: Vec<PriceRow<B>>) -> Option<Self> {
        let open = rows.last()?.bound.is_none();
        let bounds: Vec<B> = rows.iter().filter_map(|row| row.bound).collect();
        let whole = bounds.len() + usize::from(open) == rows.len();
        if !whole || !bounds.windows(2).all(|pair| pair[0] < pair[1]) || rows.iter().any(|row| row.cells.len() != zones)
        {
            return None;
        }
        let mut table =
            Self { bounds, shown: vec![], unit: unit.to_owned(), zones, under, open, fixed: vec![], rates: vec![] };
        let flat = rows.iter().flat_map(|row| &row.cells).flatten().all(|cell| cell.rate.is_none());
        for row in rows {
            table.shown.push(row.shown);
            table.fixed.extend(row.cells.iter().map(|cell| cell.map_or(NONE, |amount| amount.fixed)));
            if !flat {
                table.rates.extend(row.cells.iter().map(|cell| cell.and_then(|amount| amount.rate)));
            }
        }
        Some(table)
    }

    /// The row a value belongs to; `None` above the last.
    pub(super) fn row(&self, value: B) -> Option<usize> {
        let at = if self.under {
            self.bounds.partition_point(|bound| *bound <= value)
        } else {
            self.bounds.partition_point(|bound| *bound < value)
        };
        (at < self.bounds.len() || self.open).then_some(at)
    }

    /// The price there; `None` where there is none.
    pub(super) fn cell(&self, row: usize, zone: usize) -> Option<Amount> {
        let at = row * self.zones + zone;
        let fixed = self.fixed.get(at).copied().filter(|fixed| *fixed != NONE)?;
        Some(Amount { fixed, rate: self.rates.get(at).copied().flatten() })
    }

    /// The row's bound as a person reads it; empty for a row without one.
    pub(super) fn shown(&self, row: usize) -> &str {
        self.shown.get(row).map_or("", String::as_str)
    }

    /// The greatest value that belongs to the rows below this one.
    pub(super) fn below(&self, row: usize) -> Option<B> {
        self.bounds.get(row.checked_sub(1)?).copied()
    }

    /// The last row's bound; `None` when it has none.
    pub(super) fn last(&self) -> Option<B> {
        self.bounds.last().copied().filter(|_| !self.open)
    }

    /// Whether a bound does not belong to its row.
    pub(super) const fn is_under(&self) -> bool {
        self.under
    }

    /// The unit of the bounds: `lb`, `cuft`.
    pub(super) fn unit(&self) -> &str {
        &self.unit
    }
}
