//! Which of our rows the receiver has: rows are put again one at a time, and the answers say *the same* or *another*.
//!
//! Two histories of one database have the same rows up to some number and other rows after it. So one row that is the
//! same shows that all before it are; and one that differs shows that there is a first one that does, which is found
//! by halving. Only rows that the receiver says it has are asked about: it would take one that follows its last.

/// A comparison that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Comparison {
    /// The receiver has our rows up to this one as they are here.
    shared: u64,
    /// The row that is asked about; as soon as one `differs`, the first that is known to.
    upto: u64,
    differs: bool,
    /// A row that is likely shared: where halving begins.
    hint: u64,
    /// The last event that the receiver has, as far as it has said.
    has: u64,
    /// The last event that it says it has confirmed.
    confirmed: u64,
}

/// What a comparison has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ComparisonResult {
    /// Another row must be put.
    Open,
    /// The receiver has all rows up to this one, the row that was asked about.
    Shared(u64),
    /// This is the first row that it lacks, or has with other bytes.
    Fork(u64),
}

impl Comparison {
    /// Asks about `upto`, knowing that the rows up to `shared` are the same. `has` and `confirmed` are what the receiver
    /// says of itself.
    pub(super) fn new(shared: u64, upto: u64, hint: u64, has: u64, confirmed: u64) -> Self {
        Self { shared, upto, differs: false, hint, has, confirmed }
    }

    /// The row to be put now.
    pub(super) fn row(&self) -> u64 {
        match self.differs {
            false => self.upto,
            true if self.shared < self.hint && self.hint < self.upto => self.hint,
            true => u64::midpoint(self.shared, self.upto),
        }
    }

    /// The receiver has [`row`](Self::row) as it is here.
    pub(super) fn same(&mut self) -> ComparisonResult {
        self.shared = self.row();
        self.verdict()
    }

    /// The receiver has another in its place, or will never take it there.
    pub(super) fn other(&mut self) -> ComparisonResult {
        self.upto = self.row();
        self.differs = true;
        self.verdict()
    }

    /// Takes in the last event that the receiver says it has confirmed.
    pub(super) fn confirms(&mut self, confirmed: u64) {
        self.confirmed = confirmed;
        self.holds(confirmed);
    }

    /// Takes in that the receiver has an event with this number.
    pub(super) fn holds(&mut self, seq: u64) {
        self.has = self.has.max(seq);
    }

    fn verdict(&self) -> ComparisonResult {
        match self.differs {
            false if self.shared >= self.upto => ComparisonResult::Shared(self.upto),
            true if self.shared + 1 >= self.upto => ComparisonResult::Fork(self.upto),
            _ => ComparisonResult::Open,
        }
    }

    /// Whether a row was found that differs.
    pub(super) fn differs(&self) -> bool {
        self.differs
    }

    pub(super) fn has(&self) -> u64 {
        self.has
    }

    pub(super) fn confirmed(&self) -> u64 {
        self.confirmed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verdict on a history that differs from `fork` on, and how many rows were put.
    fn compare(upto: u64, hint: u64, fork: u64) -> (ComparisonResult, u32) {
        let mut comparison = Comparison::new(0, upto, hint, upto, 0);
        let mut puts = 0;
        loop {
            let row = comparison.row();
            assert!((1..=upto).contains(&row), "row {row} of {upto}");
            puts += 1;
            let verdict = if row < fork { comparison.same() } else { comparison.other() };
            if verdict != ComparisonResult::Open {
                return (verdict, puts);
            }
        }
    }

    #[test]
    fn the_first_differing_row_is_found_wherever_it_is() {
        for upto in 1..=40 {
            for hint in 0..=upto + 1 {
                for fork in 1..=upto {
                    assert_eq!(compare(upto, hint, fork).0, ComparisonResult::Fork(fork), "{upto} {hint} {fork}");
                }
                assert_eq!(compare(upto, hint, upto + 1), (ComparisonResult::Shared(upto), 1));
            }
        }
    }

    #[test]
    fn a_million_rows_take_twenty_questions() {
        assert!(compare(1_000_000, 0, 777_777).1 <= 21);
        assert!(compare(1_000_000, 999_900, 999_950).1 <= 9);
        assert!(compare(u64::MAX - 1, 0, 5).1 <= 66);
    }
}
