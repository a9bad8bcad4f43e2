//! From the scale's weight and the measured sides to the weight that is paid for.

use super::{Basis, Rounding, Volume, VolumeUnit};
use crate::units::{Dims, Length, LengthUnit, Mass, MassUnit};

/// How the scale's weight becomes a billable one.
#[derive(Debug, Clone)]
pub struct WeightRule {
    /// Of the actual and of the dimensional weight.
    pub rounding: Rounding,
    /// What is over a weight is rounded another way; ascending.
    pub above: Vec<(Mass, Rounding)>,
    /// Less is paid as this.
    pub minimum: Mass,
    /// The unit weights are shown in.
    pub unit: MassUnit,
}

impl WeightRule {
    /// The rounding of a weight.
    pub(super) fn rounding_of(&self, weight: Mass) -> Rounding {
        self.above.iter().rev().find(|(over, _)| weight > *over).map_or(self.rounding, |(_, rounding)| *rounding)
    }

    /// `numerator / denominator` picograms rounded; `None` when it does not fit.
    pub(super) fn round(&self, numerator: i128, denominator: i128) -> Option<Mass> {
        let rounding = if self.above.is_empty() {
            self.rounding
        } else {
            // Which rounding counts is decided by the weight itself: what is over a bound by anything is over it.
            self.rounding_of(Mass::from_picograms(Rounding::Exact.quotient(numerator, denominator)?))
        };
        rounding.quotient(numerator, denominator).map(Mass::from_picograms)
    }
}

/// How the sides become a volume and a dimensional weight.
#[derive(Debug, Clone)]
pub struct SizeRule {
    /// What happens when nobody knows the sides.
    pub without: WithoutDims,
    /// Of each side, before anything is computed from it.
    pub rounding: Rounding,
    /// The unit lengths are shown in.
    pub unit: LengthUnit,
    /// Weight by volume.
    pub dimensional: Option<Dimensional>,
}

/// What a card does with a parcel whose size nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutDims {
    /// It is priced as if its size did not matter, and the quote says so.
    Price,
    /// It is refused.
    Refuse,
}

/// Volume over a divisor, as a weight.
#[derive(Debug, Clone)]
pub struct Dimensional {
    /// The volume does not count in parcels up to this size.
    pub above: Option<Volume>,
    /// A dimensional weight above this counts as this.
    pub at_most: Option<Mass>,
    /// The volume does not count in parcels that weigh up to this.
    pub actual_above: Option<Mass>,
    /// Which part of what the volume weighs more than the scale says is paid: 100 % everywhere but where half of it is
    /// (半抛).
    pub share: i64,
    /// As a person reads the divisor: `139 in3/lb`.
    pub(super) shown: String,
    /// One cube of a rounding step to each side weighs this many picograms, over this many.
    per_cube: (i128, i128),
}

impl Dimensional {
    /// All of the difference is paid.
    pub const WHOLE: i64 = 100;

    /// `divisor` cubic `volume` units are one `mass` unit, of sides rounded like this. `None` for a divisor of 0 or one
    /// too large to compute with.
    pub fn new(divisor: u32, (volume, mass): (VolumeUnit, MassUnit), sides: Rounding) -> Option<Self> {
        let cube = i128::from(sides.step()).checked_pow(3)?;
        let picograms = i128::from(mass.picograms());
        let cubic_nanometres = volume.cubic_nanometres().checked_mul(i128::from(divisor))?;
        if divisor == 0 {
            return None;
        }
        // Reduced before they are multiplied: a cube of a metre has 10^27 cubic nanometres.
        let shared = greatest_common_divisor(cube, cubic_nanometres);
        let (cube, cubic_nanometres) = (cube / shared, cubic_nanometres / shared);
        let shared = greatest_common_divisor(picograms, cubic_nanometres);
        let per_cube = ((picograms / shared).checked_mul(cube)?, cubic_nanometres / shared);
        let shown = format!("{divisor} {}/{}", volume.symbol(), mass.symbol());
        Some(Self { above: None, at_most: None, actual_above: None, share: Self::WHOLE, shown, per_cube })
    }

    /// The dimensional weight, rounded; `Some(None)` where the volume does not count, `None` when it does not fit.
    pub(super) fn weight(&self, size: &RoundedSize, actual: Mass, rule: &WeightRule) -> Option<Option<Mass>> {
        if self.above.is_some_and(|above| size.volume <= above)
            || self.actual_above.is_some_and(|above| actual <= above)
        {
            return Some(None);
        }
        let (picograms, mut denominator) = self.per_cube;
        // Nearly always both fit 64 bits, and then their product fits 128: one multiplication without a check.
        let mut numerator = match (u64::try_from(size.cubes), u64::try_from(picograms)) {
            (Ok(cubes), Ok(picograms)) => i128::try_from(u128::from(cubes) * u128::from(picograms)).ok()?,
            _ => size.cubes.checked_mul(picograms)?,
        };
        if self.share != Self::WHOLE {
            // actual + share of (volume - actual), in one fraction, so that it is rounded once.
            let (share, whole) = (i128::from(self.share), i128::from(Self::WHOLE));
            let scale = i128::from(actual.picograms()).checked_mul(denominator)?.checked_mul(whole - share)?;
            numerator = numerator.checked_mul(share)?.checked_add(scale)?;
            denominator = denominator.checked_mul(whole)?;
        }
        let weight = rule.round(numerator, denominator)?;
        Some(Some(self.at_most.map_or(weight, |most| weight.min(most))))
    }
}

/// The billable weight and where it comes from: the greater of the scale's and the volume's, at least the minimum. `None`
/// when it does not fit.
pub(super) fn billable_weight(
    weight: &WeightRule,
    sides: &SizeRule,
    mass: Mass,
    size: Option<&RoundedSize>,
) -> Option<(Mass, Basis)> {
    let actual = Mass::from_picograms(weight.rounding_of(mass).apply(mass.picograms())?);
    let dimensional = match (&sides.dimensional, size) {
        (Some(rule), Some(size)) => rule.weight(size, mass, weight)?.unwrap_or_default(),
        _ => Mass::ZERO,
    };
    // Both are rounded before they are compared: that is how carriers publish it, and at a tie the scale's counts.
    let greater = if dimensional > actual { (dimensional, Basis::Dimensional) } else { (actual, Basis::Actual) };
    Some(if greater.0 < weight.minimum { (weight.minimum, Basis::Minimum) } else { greater })
}

const fn greatest_common_divisor(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The sides after a card's rounding, longest first, and what follows from them. Rounding keeps the order of [`Dims`].
#[derive(Debug, Clone, Copy)]
pub(super) struct RoundedSize {
    pub(super) sides: [Length; 3],
    pub(super) volume: Volume,
    /// The volume in cubes of one rounding step.
    cubes: i128,
}

impl RoundedSize {
    /// `None` when a rounded side does not fit.
    pub(super) fn new(dims: Dims, rounding: Rounding) -> Option<Self> {
        let [a, b, c] = dims.sides().map(|side| rounding.steps(side.nanometres()));
        let steps = [a?, b?, c?];
        let [a, b, c] = steps.map(|steps| steps.checked_mul(rounding.step()).map(Length::from_nanometres));
        let sides = [a?, b?, c?];
        let [a, b, c] = steps.map(i128::from);
        // Three factors of a parcel's size nearly always fit 64 bits, which is several times faster than 128.
        let cubes = match steps[0].checked_mul(steps[1]).and_then(|base| base.checked_mul(steps[2])) {
            Some(cubes) => i128::from(cubes),
            None => a.checked_mul(b)?.checked_mul(c)?,
        };
        Some(Self { sides, volume: Volume::of_sides(sides)?, cubes })
    }
}
