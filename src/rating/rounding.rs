//! Rounding to a step, on exact integers and exact quotients.

/// How a measured quantity becomes the one a price is looked up with. The step is in the quantity's smallest unit
/// (picograms, nanometres) and at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// As measured. A quotient that is not whole counts as the next smallest unit, so "not over" stays exact.
    Exact,
    /// Every fraction of a step counts as a whole one.
    Up(i64),
    /// Half a step or more counts as a whole one, less as none.
    Nearest(i64),
    /// Fractions of a step do not count.
    Down(i64),
}

impl Rounding {
    /// `value` rounded; `None` when it does not fit.
    pub fn apply(self, value: i64) -> Option<i64> {
        self.quotient(i128::from(value), 1)
    }

    /// `numerator / denominator` (neither negative, denominator not 0) rounded; `None` when it does not fit.
    pub fn quotient(self, numerator: i128, denominator: i128) -> Option<i64> {
        let (step, numerator, denominator) = match self {
            Self::Exact => (1, numerator.checked_add(denominator.checked_sub(1)?)?, denominator),
            Self::Up(step) => {
                let denominator = denominator.checked_mul(i128::from(step))?;
                (step, numerator.checked_add(denominator.checked_sub(1)?)?, denominator)
            }
            Self::Nearest(step) => {
                let denominator = denominator.checked_mul(i128::from(step))?;
                (step, numerator.checked_mul(2)?.checked_add(denominator)?, denominator.checked_mul(2)?)
            }
            Self::Down(step) => (step, numerator, denominator.checked_mul(i128::from(step))?),
        };
        i64::try_from(numerator.checked_div_euclid(denominator)?).ok()?.checked_mul(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_round_the_way_they_are_named() {
        let all = [Rounding::Exact, Rounding::Up(10), Rounding::Nearest(10), Rounding::Down(10)];
        let rounded = |value| all.map(|rounding| rounding.apply(value).unwrap());
        assert_eq!(rounded(0), [0, 0, 0, 0]);
        assert_eq!(rounded(10), [10, 10, 10, 10]);
        assert_eq!(rounded(14), [14, 20, 10, 10]);
        assert_eq!(rounded(15), [15, 20, 20, 10]);
        assert_eq!(rounded(19), [19, 20, 20, 10]);
    }

    #[test]
    fn a_quotient_is_rounded_once() {
        assert_eq!(Rounding::Exact.quotient(29, 2), Some(15));
        assert_eq!(Rounding::Up(10).quotient(21, 2), Some(20));
        assert_eq!(Rounding::Nearest(10).quotient(29, 2), Some(10));
        assert_eq!(Rounding::Nearest(10).quotient(30, 2), Some(20));
        assert_eq!(Rounding::Down(10).quotient(39, 2), Some(10));
    }

    #[test]
    fn what_does_not_fit_is_none() {
        assert_eq!(Rounding::Up(1000).apply(i64::MAX), None);
        assert_eq!(Rounding::Nearest(2).quotient(i128::MAX, 1), None);
        assert_eq!(Rounding::Down(1).quotient(1, 0), None);
    }
}
