//! A price table: rows "not over" a bound, one column per zone.

/// Prices by row and zone. A row's bound belongs to the row: exactly 1 lb is paid as 1 lb.
#[derive(Debug, Clone)]
pub struct Prices<B> {
    bounds: Vec<B>,
    shown: Vec<String>,
    unit: String,
    zones: usize,
    cells: Vec<i64>,
}

impl<B: Copy + Ord> Prices<B> {
    /// Rows of bound, the bound as a person reads it, and one price per zone in minor units. `None` unless bounds
    /// rise, there is at least one row, and every row has `zones` prices.
    pub fn new(unit: &str, zones: usize, rows: Vec<(B, String, Vec<i64>)>) -> Option<Self> {
        let rising = rows.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if rows.is_empty() || !rising || rows.iter().any(|(_, _, cells)| cells.len() != zones) {
            return None;
        }
        let mut table = Self { bounds: vec![], shown: vec![], unit: unit.to_owned(), zones, cells: vec![] };
        for (bound, shown, cells) in rows {
            table.bounds.push(bound);
            table.shown.push(shown);
            table.cells.extend(cells);
        }
        Some(table)
    }

    /// The first row that is not under `value`; `None` above the last.
    pub(super) fn row(&self, value: B) -> Option<usize> {
        let at = self.bounds.partition_point(|bound| *bound < value);
        (at < self.bounds.len()).then_some(at)
    }

    /// The price, in minor units.
    pub(super) fn cell(&self, row: usize, zone: usize) -> Option<i64> {
        self.cells.get(row * self.zones + zone).copied()
    }

    /// The row's bound as a person reads it.
    pub(super) fn shown(&self, row: usize) -> &str {
        self.shown.get(row).map_or("", String::as_str)
    }

    /// The last row's bound.
    pub(super) fn last(&self) -> Option<B> {
        self.bounds.last().copied()
    }

    /// The unit of the bounds: `lb`, `cuft`.
    pub(super) fn unit(&self) -> &str {
        &self.unit
    }
}
