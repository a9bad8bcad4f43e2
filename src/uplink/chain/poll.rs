//! When the head is asked for a confirmation: more and more rarely while none comes.

use crate::units::Uptime;
use crate::uplink::Pace;
use crate::uplink::backoff::millis;

/// The next question for the head.
#[derive(Debug)]
pub(super) struct Poll {
    first_ms: u64,
    most_ms: u64,
    wait_ms: u64,
    /// When it is due.
    pub(super) at: Uptime,
}

impl Poll {
    pub(super) fn new(pace: &Pace) -> Self {
        let first_ms = millis(pace.confirm_first).max(1);
        Self { first_ms, most_ms: millis(pace.confirm_most).max(first_ms), wait_ms: first_ms, at: Uptime(0) }
    }

    /// Takes in that a head came: the next wait is twice as long, up to the longest.
    pub(super) fn asked(&mut self) {
        self.wait_ms = self.wait_ms.saturating_mul(2).min(self.most_ms);
    }

    /// There is something new to be confirmed, or confirmations come.
    pub(super) fn soon(&mut self) {
        self.wait_ms = self.first_ms;
    }

    /// The next one is due after a wait that begins now.
    pub(super) fn set(&mut self, now: Uptime) {
        self.at = now.plus(self.wait_ms);
    }
}
