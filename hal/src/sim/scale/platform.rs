//! What lies on the virtual pan, and what the scale says of it.

use std::time::Duration;

use tokio::time::Instant;

use super::ScaleFault;
use crate::scale::WireUnit;

/// A tenth of a gram: the scale's division.
const DIVISION: i64 = WireUnit::Gram.picograms() / 10;
/// The most it weighs.
const CAPACITY: i64 = 30 * WireUnit::Kilogram.picograms();
/// Zero can be set within 2 % of the capacity, as type-approved scales have it.
const ZERO_RANGE: i64 = CAPACITY / 50;
/// A parcel put down swings for this long, or for this many answers.
const SWING: Duration = Duration::from_millis(200);
const SWING_ANSWERS: u32 = 4;

/// What the display shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// Net, in tenths of a gram.
    Weight { tenths: i64, moving: bool },
    /// More than it can weigh.
    Over,
}

/// The pan and the display.
#[derive(Debug)]
pub(super) struct Platform {
    before: i64,
    load: i64,
    zero: i64,
    tare: i64,
    put_at: Option<Instant>,
    swings: u32,
    fast: bool,
    fault: ScaleFault,
    /// Its plug is being pulled.
    cut: bool,
}

impl Platform {
    pub(super) fn new() -> Self {
        Self {
            before: 0,
            load: 0,
            zero: 0,
            tare: 0,
            put_at: None,
            swings: 0,
            fast: false,
            fault: ScaleFault::None,
            cut: false,
        }
    }

    pub(super) fn put(&mut self, picograms: i64, now: Instant) {
        self.before = self.load;
        self.load = picograms;
        (self.put_at, self.swings) = (Some(now), 0);
    }

    pub(super) fn set_fast(&mut self, fast: bool) {
        self.fast = fast;
    }

    pub(super) fn set_fault(&mut self, fault: ScaleFault) {
        self.fault = fault;
    }

    pub(super) fn set_cut(&mut self, cut: bool) {
        self.cut = cut;
    }

    pub(super) fn rests(&self, now: Instant) -> bool {
        let swung = match self.put_at {
            None => true,
            Some(put_at) => self.swings >= SWING_ANSWERS || now.saturating_duration_since(put_at) >= SWING,
        };
        self.fault != ScaleFault::NeverSettles && (self.fast || swung)
    }

    pub(super) fn fault(&self) -> ScaleFault {
        self.fault
    }

    /// Whether nothing at all can be said.
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    pub(super) fn tare(&self) -> i64 {
        tenths(self.tare)
    }

    pub(super) fn clear_tare(&mut self) {
        self.tare = 0;
    }

    pub(super) fn load(&self) -> i64 {
        self.load
    }

    pub(super) fn net(&self) -> i64 {
        self.load - self.zero - self.tare
    }

    /// What it shows now; a pan that swings comes nearer to rest with each look.
    pub(super) fn show(&mut self, now: Instant) -> Shown {
        if self.fault == ScaleFault::Overload || self.load > CAPACITY {
            return Shown::Over;
        }
        if self.rests(now) {
            return Shown::Weight { tenths: tenths(self.net()), moving: false };
        }
        self.swings = self.swings.wrapping_add(1);
        Shown::Weight { tenths: tenths(self.swinging()), moving: true }
    }

    /// From what lay there before towards what lies there now; for ever around it when it never rests.
    fn swinging(&self) -> i64 {
        if self.fault == ScaleFault::NeverSettles {
            let sway = i64::from(self.swings % 5) - 2;
            return self.net() + sway * 30 * DIVISION;
        }
        let missing = (self.load - self.before) / i64::from(SWING_ANSWERS + 1);
        self.net() - missing * i64::from(SWING_ANSWERS - self.swings.min(SWING_ANSWERS))
    }

    /// Sets zero, or says why not.
    pub(super) fn set_zero(&mut self, now: Instant) -> Result<(), Refusal> {
        match self.load {
            _ if !self.rests(now) => Err(Refusal::Moving),
            load if load > ZERO_RANGE => Err(Refusal::TooMuch),
            load if load < -ZERO_RANGE => Err(Refusal::TooLittle),
            load => {
                (self.zero, self.tare) = (load, 0);
                Ok(())
            }
        }
    }

    /// Takes what lies there for the tare, or says why not.
    pub(super) fn set_tare(&mut self, now: Instant) -> Result<(), Refusal> {
        if !self.rests(now) {
            return Err(Refusal::Moving);
        }
        self.tare = self.load - self.zero;
        Ok(())
    }
}

/// Why a key was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Moving,
    TooMuch,
    TooLittle,
}

/// Tenths of a gram, to the nearest.
fn tenths(picograms: i64) -> i64 {
    (picograms + picograms.signum() * DIVISION / 2) / DIVISION
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRAM: i64 = WireUnit::Gram.picograms();

    fn shown(platform: &mut Platform, now: Instant) -> (i64, bool) {
        match platform.show(now) {
            Shown::Weight { tenths, moving } => (tenths, moving),
            Shown::Over => panic!("over"),
        }
    }

    #[test]
    fn a_parcel_swings_for_four_looks_and_rests_at_its_mass() {
        let now = Instant::now();
        let mut platform = Platform::new();
        platform.put(500 * GRAM, now);
        let seen: Vec<_> = (0..5).map(|_| shown(&mut platform, now)).collect();
        assert_eq!(seen, [(2000, true), (3000, true), (4000, true), (5000, true), (5000, false)]);
    }

    #[test]
    fn a_parcel_rests_after_its_time_even_when_nobody_looks() {
        let now = Instant::now();
        let mut platform = Platform::new();
        platform.put(500 * GRAM, now);
        assert_eq!(shown(&mut platform, now + SWING), (5000, false));
    }

    #[test]
    fn zero_is_refused_for_a_full_pan_and_taken_for_dust() {
        let now = Instant::now();
        let mut platform = Platform::new();
        platform.set_fast(true);
        platform.put(2000 * GRAM, now);
        assert_eq!(platform.set_zero(now), Err(Refusal::TooMuch));
        platform.put(3 * GRAM, now);
        assert_eq!(platform.set_zero(now), Ok(()));
        assert_eq!(shown(&mut platform, now), (0, false));
        platform.put(0, now);
        assert_eq!(shown(&mut platform, now), (-30, false));
    }

    #[test]
    fn ounces_are_shown_to_the_nearest_tenth_of_a_gram() {
        assert_eq!(tenths(12 * WireUnit::Ounce.picograms()), 3402);
        assert_eq!((tenths(-GRAM / 20), tenths(GRAM / 21)), (-1, 0));
    }
}
