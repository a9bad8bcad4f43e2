//! Long numbers that a spreadsheet has rounded, seen as a column: one number that ends in zeros is a number, several are not.

/// What has been seen of one column.
#[derive(Debug, Default)]
pub(super) struct DigitColumn {
    /// Numbers of 17 digits and more.
    long: u32,
    /// Zeros behind their fifteenth digit, all of them; `None` where one has another digit there.
    behind_15: Zeros,
    /// The same behind the seventeenth: what other programs keep of a number.
    behind_17: Zeros,
    last: String,
}

#[derive(Debug)]
struct Zeros(Option<usize>);

impl Default for Zeros {
    fn default() -> Self {
        Self(Some(0))
    }
}

impl Zeros {
    fn see(&mut self, digits: &[u8], kept: usize) {
        let behind = digits.get(kept..).unwrap_or_default();
        let zeros = behind.iter().all(|digit| *digit == b'0');
        self.0 = self.0.filter(|_| zeros).map(|sum| sum.saturating_add(behind.len()));
    }

    /// Whether chance would do it less than once in ten thousand times.
    fn tell(&self) -> bool {
        self.0.is_some_and(|zeros| zeros >= 4)
    }
}

impl DigitColumn {
    /// Looks at a cell of the column; equal ones below each other are one number.
    pub(super) fn see(&mut self, cell: &str) {
        let digits = cell.as_bytes();
        if digits.len() < 17 || !digits.iter().all(u8::is_ascii_digit) || cell == self.last {
            return;
        }
        cell.clone_into(&mut self.last);
        self.long += 1;
        self.behind_15.see(digits, 15);
        self.behind_17.see(digits, 17);
    }

    /// Whether several numbers have all lost their last digits.
    pub(super) fn is_rounded(&self) -> bool {
        self.long >= 2 && (self.behind_15.tell() || self.behind_17.tell())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded(cells: &[&str]) -> bool {
        let mut column = DigitColumn::default();
        cells.iter().for_each(|cell| column.see(cell));
        column.is_rounded()
    }

    #[test]
    fn numbers_that_have_all_lost_their_last_digits_are_noticed_and_others_are_not() {
        for cells in [
            &["576461413038785000", "576461413038786000"][..],
            &["576461413038785000", "576461413038785000", "576461413038787000", "A-1"],
            &["1729582718312120000", "1729582718312130000"],
            // Doubles keep seventeen digits.
            &["1729582718312120300", "1729582718312120600"],
        ] {
            assert!(rounded(cells), "{cells:?}");
        }
        for cells in [
            &["576461413038785000"][..],
            &["576461413038785000", "576461413038785752"],
            &["576461413038785000"; 5],
            &["2026113000000100", "2026113000000200"],
            &["1000000000", "2000000000"],
            &["576461413038785750", "576461413038785760"],
            &[],
        ] {
            assert!(!rounded(cells), "{cells:?}");
        }
    }
}
