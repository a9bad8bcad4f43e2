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
    /// The nearest step, and of two that are as near the even one.
    HalfEven(i64),
    /// Fractions of a step up to this much do not count, more counts as a whole step.
    Tolerance(i64, i64),
    /// Fractions of a step do not count.
    Down(i64),
}

impl Rounding {
    /// `value` rounded; `None` when it does not fit.
    pub fn apply(self, value: i64) -> Option<i64> {
        let floor = |value: i64, step: i64| value.checked_div_euclid(step)?.checked_mul(step);
        match self {
            Self::Exact => Some(value),
            Self::Up(step) => floor(value.checked_add(step.checked_sub(1)?)?, step),
            Self::Nearest(step) => floor(value.checked_add(step / 2)?, step).filter(|_| step % 2 == 0).or_else(|| {
                // Half of an odd step is no whole number.
                self.quotient(i128::from(value), 1)
            }),
            Self::Down(step) => floor(value, step),
            Self::Tolerance(step, tolerance) => {
                floor(value.checked_add(step.checked_sub(1)?.checked_sub(tolerance)?)?, step)
            }
            Self::HalfEven(_) => self.quotient(i128::from(value), 1),
        }
    }

    /// How many steps `value` is rounded to; `None` when it does not fit.
    pub(super) fn steps(self, value: i64) -> Option<i64> {
        match self {
            Self::Up(step) => value.checked_add(step.checked_sub(1)?)?.checked_div_euclid(step),
            Self::Down(step) => value.checked_div_euclid(step),
            _ => self.apply(value)?.checked_div_euclid(self.step()),
        }
    }

    /// The greatest value that is rounded to less than this multiple of a step; `None` where every value is itself, or it
    /// does not fit.
    pub(super) fn below(self, rounded: i64) -> Option<i64> {
        match self {
            Self::Exact => None,
            Self::Up(step) => rounded.checked_sub(step),
            Self::Tolerance(step, tolerance) => rounded.checked_sub(step)?.checked_add(tolerance),
            Self::Down(_) => rounded.checked_sub(1),
            // Of an even one the half below goes either way.
            Self::Nearest(step) | Self::HalfEven(step) => rounded.checked_sub(step / 2)?.checked_sub(1),
        }
    }

    /// The step; 1 where there is none.
    pub(super) const fn step(self) -> i64 {
        match self {
            Self::Exact => 1,
            Self::Up(step)
            | Self::Nearest(step)
            | Self::Down(step)
            | Self::HalfEven(step)
            | Self::Tolerance(step, _) => step,
        }
    }

    /// `numerator / denominator` (denominator above 0) rounded; `None` when it does not fit.
    pub fn quotient(self, numerator: i128, denominator: i128) -> Option<i64> {
        /// What is smaller can be doubled and added to without leaving 64 bits.
        const SMALL: u64 = 1 << 62;
        let small = |number: i128| u64::try_from(number).ok().filter(|number| *number < SMALL);
        if let (Some(numerator), Some(denominator)) = (small(numerator), small(denominator))
            && let Some(step) = u64::try_from(self.step()).ok().and_then(|step| step.checked_mul(denominator))
            && (1..SMALL).contains(&step)
        {
            // Nearly always.
            let steps = match self {
                Self::Exact | Self::Up(_) => numerator.div_ceil(step),
                Self::Nearest(_) => (2 * numerator + step) / (2 * step),
                Self::Down(_) => numerator / step,
                Self::HalfEven(_) | Self::Tolerance(..) => return self.wide(numerator.into(), denominator.into()),
            };
            return i64::try_from(steps).ok()?.checked_mul(self.step());
        }
        self.wide(numerator, denominator)
    }

    /// `parts` per million of `amount`, rounded; `None` when it does not fit.
    pub(super) fn part_of(self, amount: i64, parts: i64) -> Option<i64> {
        // The product of two 64-bit numbers fits 128 bits.
        self.quotient(i128::from(amount) * i128::from(parts), 1_000_000)
    }

    fn wide(self, numerator: i128, denominator: i128) -> Option<i64> {
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
            Self::HalfEven(step) => {
                let denominator = denominator.checked_mul(i128::from(step))?;
                let (low, rest) =
                    (numerator.checked_div_euclid(denominator)?, numerator.checked_rem_euclid(denominator)?);
                let up = match rest.checked_mul(2)?.cmp(&denominator) {
                    std::cmp::Ordering::Less => 0,
                    std::cmp::Ordering::Equal => low.rem_euclid(2),
                    std::cmp::Ordering::Greater => 1,
                };
                return i64::try_from(low + up).ok()?.checked_mul(step);
            }
            Self::Down(step) => (step, numerator, denominator.checked_mul(i128::from(step))?),
            Self::Tolerance(step, tolerance) => {
                let spared = denominator.checked_mul(i128::from(tolerance))?;
                let denominator = denominator.checked_mul(i128::from(step))?;
                (step, numerator.checked_add(denominator.checked_sub(1)?)?.checked_sub(spared)?, denominator)
            }
        };
        i64::try_from(numerator.checked_div_euclid(denominator)?).ok()?.checked_mul(step)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn steps_round_the_way_they_are_named() {
        let all =
            [Rounding::Exact, Rounding::Up(10), Rounding::Nearest(10), Rounding::Down(10), Rounding::HalfEven(10)];
        let rounded = |value| all.map(|rounding| rounding.apply(value).unwrap());
        assert_eq!(rounded(0), [0, 0, 0, 0, 0]);
        assert_eq!(rounded(10), [10, 10, 10, 10, 10]);
        assert_eq!(rounded(14), [14, 20, 10, 10, 10]);
        assert_eq!(rounded(15), [15, 20, 20, 10, 20]);
        assert_eq!(rounded(19), [19, 20, 20, 10, 20]);
        assert_eq!(rounded(25), [25, 30, 30, 20, 20]);
        assert_eq!(rounded(-15), [-15, -10, -10, -20, -20]);
    }

    #[test]
    fn a_tolerance_spares_what_is_not_above_it() {
        let kilo = Rounding::Tolerance(1000, 300);
        assert_eq!(
            [0, 1, 300, 301, 1000, 1300, 1301].map(|v| kilo.apply(v).unwrap()),
            [0, 0, 0, 1000, 1000, 1000, 2000]
        );
        assert_eq!(kilo.quotient(2601, 2), Some(2000), "1300.5 is above the tolerance");
        assert_eq!(kilo.quotient(2600, 2), Some(1000));
    }

    #[test]
    fn a_quotient_is_rounded_once() {
        assert_eq!(Rounding::Exact.quotient(29, 2), Some(15));
        assert_eq!(Rounding::Up(10).quotient(21, 2), Some(20));
        assert_eq!(Rounding::Nearest(10).quotient(29, 2), Some(10));
        assert_eq!(Rounding::Nearest(10).quotient(30, 2), Some(20));
        assert_eq!(Rounding::HalfEven(10).quotient(30, 2), Some(20));
        assert_eq!(Rounding::HalfEven(10).quotient(50, 2), Some(20));
        assert_eq!(Rounding::Down(10).quotient(39, 2), Some(10));
    }

    #[test]
    fn what_does_not_fit_is_none() {
        assert_eq!(Rounding::Up(1000).apply(i64::MAX), None);
        assert_eq!(Rounding::Nearest(2).quotient(i128::MAX, 1), None);
        assert_eq!(Rounding::Down(1).quotient(1, 0), None);
        assert_eq!(Rounding::Up(1).apply(i64::MIN), Some(i64::MIN));
    }

    proptest! {
        #[test]
        fn the_short_way_and_the_long_one_round_alike(numerator in 0_i128..1 << 66, denominator in 1_i128..1 << 40, step in 1_i64..1 << 24) {
            for way in [Rounding::Exact, Rounding::Up(step), Rounding::Nearest(step), Rounding::Down(step)] {
                prop_assert_eq!(way.quotient(numerator, denominator), way.wide(numerator, denominator), "{:?}", way);
            }
        }

        #[test]
        fn what_is_below_a_step_is_rounded_to_less_and_hardly_more_is_not(value in 0_i64..1 << 60, step in 1_i64..1 << 40, part in 0_i64..1000) {
            let ways = [Rounding::Up(step), Rounding::Nearest(step), Rounding::Down(step), Rounding::HalfEven(step),
                Rounding::Tolerance(step, part.min(step - 1))];
            for way in ways {
                let rounded = way.apply(value).unwrap();
                let below = way.below(rounded).unwrap();
                prop_assert!(way.apply(below).unwrap() < rounded, "{:?}", way);
                prop_assert!(way.apply(below + 2).unwrap() >= rounded, "{:?}", way);
            }
        }

        #[test]
        fn a_number_and_its_quotient_by_one_are_rounded_alike(value: i64, step in 1_i64..=i64::MAX, part in 0_i64..1000) {
            let ways = [Rounding::Exact, Rounding::Up(step), Rounding::Nearest(step), Rounding::Down(step),
                Rounding::HalfEven(step), Rounding::Tolerance(step, part.min(step - 1))];
            for way in ways {
                if let Some(rounded) = way.apply(value) {
                    prop_assert_eq!(way.quotient(i128::from(value), 1), Some(rounded), "{:?}", way);
                }
            }
        }
    }

    #[test]
    fn a_part_is_rounded_as_the_card_says() {
        let half_up = |amount| Rounding::Nearest(1).part_of(amount, 125_000).unwrap();
        assert_eq!([0, 3, 4, 100, 1000].map(half_up), [0, 0, 1, 13, 125]);
        assert_eq!(Rounding::HalfEven(1).part_of(12, 125_000), Some(2), "1.5");
        assert_eq!(Rounding::HalfEven(1).part_of(20, 125_000), Some(2), "2.5");
        assert_eq!(Rounding::Nearest(1).part_of(i64::MAX, i64::MAX), None);
    }
}
