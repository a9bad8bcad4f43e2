//! When the next page of orders is asked for.
//!
//! Its failures have their own back-off: a receiver that cannot hand out orders still takes events.

use std::time::Duration;

use super::backoff::{Backoff, millis};
use crate::units::Uptime;

/// The pull of orders.
#[derive(Debug)]
pub(super) struct OrderPull {
    /// The last cursor that was committed.
    pub(super) cursor: String,
    /// Why none are pulled at present.
    pub(super) trouble: Option<String>,
    /// When to ask; `None` for not at all.
    pub(super) due: Option<Uptime>,
    every_ms: Option<u64>,
    backoff: Backoff,
}

impl OrderPull {
    /// Begins at `cursor`, as soon as the link is up.
    pub(super) fn new(cursor: String, every: Option<Duration>, backoff: Backoff) -> Self {
        let every_ms = every.map(millis);
        Self { cursor, trouble: None, due: every_ms.map(|_| Uptime(0)), every_ms, backoff }
    }

    /// A page came; `committed` says whether the loop keeps it. A page that moves nowhere is not followed at once.
    pub(super) fn came(&mut self, now: Uptime, cursor: String, empty: bool, committed: bool, random: u64) {
        if !committed {
            return self.failed(now, "the station cannot record orders; see to its disk".into(), None, random);
        }
        self.trouble = None;
        self.backoff.reset();
        let more = !empty && cursor != self.cursor;
        self.cursor = cursor;
        self.due = self.every_ms.map(|every| if more { now } else { now.plus(every) });
    }

    /// To be asked again later.
    pub(super) fn failed(&mut self, now: Uptime, why: String, wish_ms: Option<u64>, random: u64) {
        self.trouble = Some(why);
        self.due = Some(now.plus(self.backoff.after_failure(random, wish_ms)));
    }

    /// Not to be asked again until a person says so.
    pub(super) fn refused(&mut self, why: String) {
        self.trouble = Some(why);
        self.due = None;
    }

    /// A person says so.
    pub(super) fn retry(&mut self, now: Uptime) {
        self.due = self.every_ms.map(|_| now);
    }
}
