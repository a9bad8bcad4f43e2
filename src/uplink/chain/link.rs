//! The link as the exchanges show it, and when the next may be tried.

use crate::units::Uptime;
use crate::uplink::backoff::Backoff;
use crate::uplink::{CopySign, LinkState};

/// What failed, the lesser first: a success ends the back-off of what is not greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RequestKind {
    /// Finding out where the receiver is.
    Head,
    Append,
}

/// The link to the receiver.
#[derive(Debug)]
pub(in crate::uplink) struct ChainLink {
    /// For the screen; `None` before the first answer.
    pub(in crate::uplink) state: Option<LinkState>,
    failed: Option<RequestKind>,
    retry_at: Option<Uptime>,
    backoff: Backoff,
}

impl ChainLink {
    pub(super) fn new(backoff: Backoff) -> Self {
        Self { state: None, failed: None, retry_at: None, backoff }
    }

    /// Until when nothing is tried; `None` when the back-off is over.
    pub(super) fn wait(&mut self, now: Uptime) -> Option<Uptime> {
        self.retry_at = self.retry_at.filter(|&at| now < at);
        self.retry_at
    }

    /// Ends back-off and stop: a person wants the next try now.
    pub(super) fn retry(&mut self) {
        self.retry_at = None;
        if matches!(self.state, Some(LinkState::Stopped { .. })) {
            self.state = None;
        }
    }

    /// The receiver did what was asked. `orders` says why none are pulled.
    pub(super) fn succeed(&mut self, kind: RequestKind, orders: Option<&str>) {
        if self.failed <= Some(kind) {
            self.failed = None;
            self.backoff.reset();
            self.state = Some(LinkState::Up { orders: orders.map(str::to_owned) });
        }
    }

    /// It did not.
    pub(super) fn fail(&mut self, now: Uptime, kind: RequestKind, why: String, wish_ms: Option<u64>, random: u64) {
        let retry_in_ms = self.backoff.after_failure(random, wish_ms);
        self.failed = self.failed.max(Some(kind));
        self.retry_at = Some(now.plus(retry_in_ms));
        self.state = Some(LinkState::Down { why, retry_in_ms });
    }

    /// Calls a person. The stop outlasts a restart.
    pub(super) fn stop(&mut self, why: String, copy: Option<CopySign>) {
        self.failed = Some(RequestKind::Append);
        self.state = Some(LinkState::Stopped { why, durable: true, copy });
    }

    /// The pull of orders has had its turn.
    pub(super) fn pulled(&mut self, trouble: Option<&str>) {
        if let Some(LinkState::Up { orders }) = &mut self.state {
            *orders = trouble.map(str::to_owned);
        }
    }
}
