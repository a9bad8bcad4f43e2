//! What whoever drives the chain is told of it, and the page of orders that it was brought.

use super::Chain;
use crate::units::Uptime;
use crate::uplink::LinkState;

impl Chain {
    /// Whose numbers these are.
    pub fn incarnation(&self) -> &str {
        &self.incarnation
    }

    /// The link, for the screen; `None` before the first answer.
    pub fn link(&self) -> Option<&LinkState> {
        self.link.state.as_ref()
    }

    /// What the receiver is known to have of ours and what it confirmed; `None` before either is known.
    pub fn progress(&self) -> Option<(u64, u64)> {
        self.progress
    }

    /// Where the next pull of orders begins.
    pub fn cursor(&self) -> &str {
        &self.orders.cursor
    }

    /// The answer to [`Step::Orders`](super::Step::Orders) that brings a page; `committed` says whether the loop keeps it.
    pub fn pulled(&mut self, now: Uptime, cursor: String, empty: bool, committed: bool, random: u64) {
        self.orders.came(now, cursor, empty, committed, random);
        self.after_orders();
    }
}
