//! Full-jitter back-off (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015), with the receiver's own wish.

use std::time::Duration;

/// The longest `Retry-After` that is honoured: a maintenance window. A longer one is more likely a mistake, and the
/// link would look dead.
const LONGEST_WISH_MS: u64 = 3_600_000;

/// Counts failures and says how long to wait after each.
#[derive(Debug)]
pub(super) struct Backoff {
    first_ms: u64,
    most_ms: u64,
    failures: u32,
}

impl Backoff {
    /// Delays between `first` and `most`.
    pub(super) fn new(first: Duration, most: Duration) -> Self {
        let first_ms = millis(first).max(1);
        Self { first_ms, most_ms: millis(most).max(first_ms), failures: 0 }
    }

    /// How many milliseconds to wait after another failure: anywhere between the first delay and a window that
    /// doubles each time, so that a warehouse full of stations does not return at once. `wish_ms` is the receiver's
    /// `Retry-After`; it is never cut short, only bounded.
    pub(super) fn after_failure(&mut self, random: u64, wish_ms: Option<u64>) -> u64 {
        self.failures = self.failures.saturating_add(1);
        let window =
            self.first_ms.saturating_mul(2u64.saturating_pow(self.failures)).clamp(self.first_ms, self.most_ms);
        let own = self.first_ms + random % (window - self.first_ms + 1);
        match wish_ms {
            Some(wish) => own.max(wish.min(LONGEST_WISH_MS) + random % (self.first_ms + 1)),
            None => own,
        }
    }

    /// The receiver did what was asked.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}

/// Whole milliseconds, at most `u64::MAX`.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backoff() -> Backoff {
        Backoff::new(Duration::from_secs(1), Duration::from_secs(300))
    }

    #[test]
    fn delays_lie_between_a_second_and_a_window_that_doubles_to_five_minutes() {
        let mut low = backoff();
        let mut high = backoff();
        for (failure, window) in [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300].into_iter().enumerate() {
            assert_eq!(low.after_failure(0, None), 1_000, "failure {failure}");
            assert_eq!(high.after_failure(window * 1_000 - 1_000, None), window * 1_000, "failure {failure}");
        }
        for random in [u64::MAX, 12_345_678_901, 299_001] {
            assert!((1_000..=300_000).contains(&high.after_failure(random, None)));
        }
    }

    #[test]
    fn delays_start_again_after_a_success() {
        let mut delays = backoff();
        for _ in 0..200 {
            delays.after_failure(u64::MAX, None);
        }
        delays.reset();
        assert!(delays.after_failure(u64::MAX, None) <= 2_000);
    }

    #[test]
    fn the_receivers_wish_is_never_cut_short_but_bounded() {
        for random in [0, 999, 54_321, u64::MAX] {
            assert!((20_000..=21_000).contains(&backoff().after_failure(random, Some(20_000))));
            assert!(backoff().after_failure(random, Some(u64::MAX)) <= LONGEST_WISH_MS + 1_000);
            assert!(backoff().after_failure(random, Some(0)) >= 1_000);
        }
    }
}
