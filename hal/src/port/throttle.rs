//! How much of a device is read: as much as any honest one says, and no more of one that talks for ever.

use std::time::Duration;

/// Bytes that one read costs beside those it brings: a device that sends them one by one costs the most.
const READ: u64 = 64;
/// What may be read in a second, in bytes and reads: a line at 115,200 baud brings a tenth, and as much again for a read each millisecond.
const PER_SECOND: u64 = 128 << 10;
/// What may be read at once after a rest.
const AT_ONCE: u64 = 128 << 10;

/// The longest answer to a question, with its reads.
const ANSWER: u64 = 4 << 10;

/// The account of one port. Its clock counts from any moment.
#[derive(Debug)]
pub(super) struct Throttle {
    left: u64,
    at: Duration,
}

impl Throttle {
    pub(super) fn new() -> Self {
        Self { left: AT_ONCE, at: Duration::ZERO }
    }

    /// How long nothing may be read; `None` when something may.
    pub(super) fn pause(&mut self, now: Duration) -> Option<Duration> {
        let earned = now.saturating_sub(self.at).as_millis() * u128::from(PER_SECOND) / 1_000;
        let earned = u64::try_from(earned).unwrap_or(u64::MAX);
        if earned > 0 {
            (self.left, self.at) = (self.left.saturating_add(earned).min(AT_ONCE), now);
        }
        // Enough for a while, so that the sleep is worth it.
        (self.left == 0).then_some(Duration::from_millis(50))
    }

    /// Something was asked: its answer does not count.
    pub(super) fn asked(&mut self) {
        self.left = (self.left + ANSWER).min(AT_ONCE);
    }

    /// So many bytes were read.
    pub(super) fn take(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes as u64 + READ);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads so many bytes each time as often as it may, for ten seconds. How many reads and bytes there were.
    fn flood(bytes: usize) -> (u64, u64) {
        let (mut throttle, mut now, mut reads) = (Throttle::new(), Duration::ZERO, 0);
        while now < Duration::from_secs(10) {
            match throttle.pause(now) {
                Some(pause) => now += pause,
                None => {
                    throttle.take(bytes);
                    reads += 1;
                }
            }
        }
        (reads, reads * bytes as u64)
    }

    #[test]
    fn a_device_that_talks_for_ever_is_read_at_a_bounded_rate() {
        let (reads, _) = flood(1);
        assert!((10_000..25_000).contains(&reads), "{reads} reads of one byte");
        let (_, bytes) = flood(1_024);
        assert!((1_000_000..1_600_000).contains(&bytes), "{bytes} bytes");
    }

    #[test]
    fn a_device_that_is_asked_without_pause_may_answer_without_pause() {
        let mut throttle = Throttle::new();
        for _ in 0..10_000 {
            throttle.asked();
            for bytes in [1, 1_024, 256] {
                assert_eq!(throttle.pause(Duration::ZERO), None);
                throttle.take(bytes);
            }
        }
    }

    #[test]
    fn an_honest_device_is_never_paused() {
        // A line at 115,200 baud that is never still, read every ten milliseconds; and a scale of 125 reports a second.
        for (bytes, each) in [(116, 10), (6, 8)] {
            let mut throttle = Throttle::new();
            for turn in 0..10_000 {
                assert_eq!(throttle.pause(Duration::from_millis(turn * each)), None);
                throttle.take(bytes);
            }
        }
    }
}
