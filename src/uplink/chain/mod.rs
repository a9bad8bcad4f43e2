//! What the uplink does next, decided from what was answered: no sockets, no clock, no random numbers of its own.
//!
//! ```text
//!          +--------------------------- doubt: after a failure, a restart, a person's retry
//!          v
//!   GET head ──> At(n) ──load──> PUT n+1..m ──200──> At(m) ──> … ──> poll the head until confirmed ──> idle
//!      │            ^                │ 412: the head it names
//!      │            +────────────────+ 400 413 422: halve; alone: is a neighbour taken? then set aside, else stop
//!      └─ speaks of another incarnation ──> Oldest: offer the oldest event kept here
//! ```

mod batch;
#[cfg(test)]
mod hunt_tests;
#[cfg(test)]
mod tests;

use super::answer::{Head, Reply};
use super::backoff::{Backoff, millis};
use super::orders::Orders;
use super::{LinkState, Pace, Row};
use crate::units::Uptime;

pub(super) use batch::{Batch, MAX_BYTES, MAX_EVENTS};

/// What to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Ask for the head, then [`Chain::headed`].
    Head,
    /// Ask the loop for rows, then [`Chain::loaded`].
    Load { after: u64, max: usize },
    /// Put these, then [`Chain::appended`].
    Append(Batch),
    /// Have the loop set the row aside, then [`Chain::set_aside`].
    SetAside { row: Row, reason: String },
    /// Ask for orders, then [`Chain::ordered`] or the methods of [`Orders`].
    Orders,
    /// Nothing before this instant, or a new event, or a person.
    Wait(Option<Uptime>),
    /// Nothing before a person's retry.
    Stopped,
}

/// What the receiver's head is believed to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    /// Not known.
    Doubt,
    /// It speaks of another incarnation.
    Oldest,
    /// It has taken this one, of our incarnation.
    At(u64),
}

/// The search for an event the receiver refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Hunt {
    /// Nothing is refused.
    No,
    /// A batch was refused; since then an event was taken, or not yet.
    Halving { taken: bool },
    /// This one was refused alone, and the row before it must be fetched to see whether it is taken.
    Seeking { row: Row, reason: String },
    /// The last batch that was taken is put again, to see whether it still is.
    Asking { row: Row, reason: String, neighbour: Batch },
    /// It is this one.
    Found { row: Row, reason: String },
    /// One was set aside, and no event has been taken since.
    After,
}

/// What failed, the lesser first: a success ends the back-off of what is not greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Errand {
    Head,
    Append,
}

/// The state of the upload.
#[derive(Debug)]
pub(super) struct Chain {
    /// The link, for the screen; `None` before the first answer.
    pub(super) link: Option<LinkState>,
    /// The head and the confirmation to report; `None` before the receiver has named them.
    pub(super) progress: Option<(u64, u64)>,
    /// The pull of orders.
    pub(super) orders: Orders,
    incarnation: String,
    highest: u64,
    position: Position,
    confirmed: u64,
    batch: Option<Batch>,
    last: Option<Batch>,
    limit: usize,
    hunt: Hunt,
    moves: u32,
    backoff: Backoff,
    failed: Option<Errand>,
    retry_at: Option<Uptime>,
    stopped: bool,
    poll_first_ms: u64,
    poll_most_ms: u64,
    poll_ms: u64,
    poll_at: Uptime,
    ordered_last: bool,
}

impl Chain {
    /// In doubt about everything.
    pub(super) fn new(incarnation: String, cursor: String, pace: &Pace) -> Self {
        let backoff = || Backoff::new(pace.retry_first, pace.retry_most);
        let poll_first_ms = millis(pace.confirm_first).max(1);
        Self {
            link: None,
            progress: None,
            orders: Orders::new(cursor, pace.orders_every, backoff()),
            incarnation,
            highest: 0,
            position: Position::Doubt,
            confirmed: 0,
            batch: None,
            last: None,
            limit: MAX_EVENTS,
            hunt: Hunt::No,
            moves: 0,
            backoff: backoff(),
            failed: None,
            retry_at: None,
            stopped: false,
            poll_first_ms,
            poll_most_ms: millis(pace.confirm_most).max(poll_first_ms),
            poll_ms: poll_first_ms,
            poll_at: Uptime(0),
            ordered_last: false,
        }
    }

    /// The outbox has events up to `highest`.
    pub(super) fn woken(&mut self, highest: u64) {
        if highest > self.highest {
            self.highest = highest;
            self.poll_ms = self.poll_first_ms;
        }
    }

    /// A person says: try now.
    pub(super) fn retry(&mut self, now: Uptime) {
        self.stopped = false;
        self.retry_at = None;
        self.orders.retry(now);
    }

    /// What to do now.
    pub(super) fn next(&mut self, now: Uptime) -> Step {
        if self.stopped {
            return Step::Stopped;
        }
        if let Some(at) = self.retry_at.filter(|&at| now < at) {
            return Step::Wait(Some(at));
        }
        self.retry_at = None;
        match (&self.hunt, self.position) {
            (_, Position::Doubt) => return Step::Head,
            (Hunt::Seeking { row, .. }, _) => return Step::Load { after: row.seq.saturating_sub(2), max: 1 },
            (Hunt::Asking { neighbour, .. }, _) => return Step::Append(neighbour.clone()),
            (Hunt::Found { row, reason }, _) => {
                return Step::SetAside { row: row.clone(), reason: reason.clone() };
            }
            (Hunt::No | Hunt::Halving { .. } | Hunt::After, _) => {}
        }
        let unsent = match self.position {
            Position::Doubt => None,
            Position::Oldest => (self.highest > 0).then_some(0),
            Position::At(head) => (self.highest > head).then_some(head),
        };
        let orders_due = self.orders.due.is_some_and(|due| due <= now);
        if orders_due && !(self.ordered_last && unsent.is_some()) {
            return Step::Orders;
        }
        match (unsent, self.batch.take()) {
            (Some(_), Some(batch)) => Step::Append(batch),
            (Some(after), None) => Step::Load { after, max: self.limit },
            (None, _) => self.idle(now),
        }
    }

    /// Everything is sent: wait for the confirmation of the last event, and for orders.
    fn idle(&self, now: Uptime) -> Step {
        let poll = match self.position {
            Position::At(head) if head > self.confirmed => Some(self.poll_at),
            Position::At(_) | Position::Oldest | Position::Doubt => None,
        };
        match poll {
            Some(at) if at <= now => Step::Head,
            poll => Step::Wait([poll, self.orders.due].into_iter().flatten().min()),
        }
    }

    /// The answer to [`Step::Head`].
    pub(super) fn headed(&mut self, now: Uptime, reply: Reply<Head>, random: u64) {
        self.ordered_last = false;
        match reply {
            Reply::Good(head) if head.confirmed.is_some_and(|confirmed| confirmed > head.seq) => {
                self.fail(now, Errand::Head, "the receiver confirms more than it has".into(), None, random);
            }
            Reply::Good(head) if head.incarnation == self.incarnation => {
                self.poll_ms = self.poll_ms.saturating_mul(2).min(self.poll_most_ms);
                self.settle(now, head.seq, head.confirmed);
                if !self.stopped {
                    self.succeed(if head.seq >= self.highest { Errand::Append } else { Errand::Head });
                }
            }
            Reply::Good(head) => {
                if head.incarnation.is_empty() {
                    self.settle(now, 0, None);
                } else {
                    self.position = Position::Oldest;
                }
                self.succeed(if self.highest == 0 { Errand::Append } else { Errand::Head });
            }
            Reply::Moved(_) => {
                self.fail(now, Errand::Head, "the receiver answers 412 to a question".into(), None, random)
            }
            Reply::Later { why, wish_ms } => self.fail(now, Errand::Head, why, wish_ms, random),
            Reply::Refused(why) => {
                self.stop(format!("the receiver refuses to name its head ({why}); have its owner look and retry"))
            }
            Reply::Barred(why) | Reply::Stop(why) => self.stop(why),
        }
    }

    /// The loop's rows, as [`Step::Load`] asked for them.
    pub(super) fn loaded(&mut self, rows: Vec<Row>) {
        if let Hunt::Seeking { row, reason } = &self.hunt {
            let Some(neighbour) = Batch::cut(rows, row.seq.saturating_sub(1), 1).filter(Batch::has_event) else {
                return self.stop(alone(row.seq, reason));
            };
            self.hunt = Hunt::Asking { row: row.clone(), reason: reason.clone(), neighbour };
            return;
        }
        let first = match (self.position, rows.first()) {
            (Position::Doubt, _) => return,
            (Position::At(head), _) => head + 1,
            (Position::Oldest, Some(row)) => row.seq,
            (Position::Oldest, None) => {
                self.confirmed = self.highest;
                self.position = Position::At(self.highest);
                return;
            }
        };
        self.batch = Batch::cut(rows, first, self.limit);
        match self.batch.as_ref().map(Batch::to) {
            Some(to) => self.highest = self.highest.max(to),
            None => self.stop(format!(
                "the receiver wants event {first} again, which is no longer kept here; \
                 have its owner restore it to a later state and retry"
            )),
        }
    }

    /// The answer to [`Step::Append`].
    pub(super) fn appended(&mut self, now: Uptime, batch: &Batch, reply: Reply<Head>, random: u64) {
        self.ordered_last = false;
        if let Hunt::Asking { row, reason, .. } = self.hunt.clone() {
            return self.neighbour(now, batch, row, reason, reply, random);
        }
        match reply {
            Reply::Good(head) if self.answers(&head, batch) => self.took(now, batch, head.confirmed),
            Reply::Good(_) => {
                self.fail(now, Errand::Append, "the receiver answered for other events".into(), None, random)
            }
            Reply::Moved(head) => self.moved(now, batch, &head, random),
            Reply::Refused(reason) => self.refused(batch, reason),
            Reply::Later { why, wish_ms } => self.fail(now, Errand::Append, why, wish_ms, random),
            Reply::Barred(why) | Reply::Stop(why) => self.stop(why),
        }
    }

    fn answers(&self, head: &Head, batch: &Batch) -> bool {
        head.incarnation == self.incarnation && head.seq == batch.to()
    }

    fn took(&mut self, now: Uptime, batch: &Batch, confirmed: Option<u64>) {
        self.moves = 0;
        self.limit = (self.limit * 2).min(MAX_EVENTS);
        if batch.has_event() {
            self.last = Some(batch.clone());
            self.hunt = match self.hunt {
                Hunt::Halving { .. } if self.limit < MAX_EVENTS && batch.to() < self.highest => {
                    Hunt::Halving { taken: true }
                }
                _ => Hunt::No,
            };
        }
        self.settle(now, batch.to(), confirmed);
        if !self.stopped {
            self.succeed(Errand::Append);
        }
    }

    /// 412: go on from the head it names, once; a head that moves without taking anything is a fault.
    fn moved(&mut self, now: Uptime, batch: &Batch, head: &Head, random: u64) {
        self.moves += 1;
        if head.incarnation != self.incarnation && !(head.incarnation.is_empty() && head.seq == 0) {
            self.stop(format!(
                "the receiver now follows incarnation {} of this station; find the other station with this id \
                 or the database that replaced this one, and retry when this one is to go on",
                head.incarnation
            ));
        } else if self.moves > 1 || head.seq + 1 == batch.from() {
            self.fail(now, Errand::Append, "the receiver's head does not stay where it says".into(), None, random);
        } else {
            self.settle(now, head.seq, None);
        }
    }

    fn refused(&mut self, batch: &Batch, reason: String) {
        let Some(row) = batch.only() else {
            self.limit = batch.len() / 2;
            if self.hunt == Hunt::No {
                self.hunt = Hunt::Halving { taken: false };
            }
            return;
        };
        if !batch.has_event() || self.hunt == Hunt::After {
            return self.stop(alone(row.seq, &reason));
        }
        self.limit = 1;
        self.hunt = match (&self.hunt, self.last.clone()) {
            (Hunt::Halving { taken: true }, _) => Hunt::Found { row, reason },
            (_, Some(neighbour)) => Hunt::Asking { row, reason, neighbour },
            (_, None) if row.seq > 1 => Hunt::Seeking { row, reason },
            (_, None) => return self.stop(alone(row.seq, &reason)),
        };
    }

    /// The answer about the neighbour of `row`.
    fn neighbour(&mut self, now: Uptime, batch: &Batch, row: Row, reason: String, reply: Reply<Head>, random: u64) {
        match reply {
            Reply::Good(head) if self.answers(&head, batch) => self.hunt = Hunt::Found { row, reason },
            Reply::Later { why, wish_ms } => self.fail(now, Errand::Append, why, wish_ms, random),
            Reply::Good(_) | Reply::Moved(_) | Reply::Refused(_) => self.stop(alone(row.seq, &reason)),
            Reply::Barred(why) | Reply::Stop(why) => self.stop(why),
        }
    }

    /// Whether the loop has put the tombstone in place.
    pub(super) fn set_aside(&mut self, now: Uptime, done: bool, random: u64) {
        if done {
            self.hunt = Hunt::After;
        } else {
            let why = "the station cannot record that an event is set aside; see to its disk".into();
            self.fail(now, Errand::Append, why, None, random);
        }
    }

    /// The answer to [`Step::Orders`] that brings none. One that may be the link's fault is followed by the head.
    pub(super) fn ordered<T>(&mut self, now: Uptime, reply: Reply<T>, random: u64) {
        match reply {
            Reply::Good(_) => {}
            Reply::Barred(why) => self.stop(why),
            Reply::Later { why, wish_ms } => {
                self.orders.failed(now, why, wish_ms, random);
                self.doubt();
            }
            Reply::Moved(_) => self
                .orders
                .refused("the receiver answers 412 to a pull of orders; have its owner look and retry".into()),
            Reply::Refused(why) => {
                self.orders
                    .refused(format!("the receiver refuses the pull of orders ({why}); have its owner look and retry"));
            }
            Reply::Stop(why) => self.orders.refused(why),
        }
        self.after_orders();
    }

    /// The pull of orders has had its turn.
    pub(super) fn after_orders(&mut self) {
        self.ordered_last = true;
        if let Some(LinkState::Up { orders }) = &mut self.link {
            orders.clone_from(&self.orders.trouble);
        }
    }

    /// The receiver's head of our incarnation is known.
    fn settle(&mut self, now: Uptime, head: u64, confirmed: Option<u64>) {
        if head.max(confirmed.unwrap_or(0)) > self.highest {
            return self.stop(format!(
                "the receiver has event {head} of this database, which ends at {}: an old copy was put back; \
                 start the station with a new database, or bring back the newest copy, and retry",
                self.highest
            ));
        }
        if confirmed > Some(self.confirmed) {
            self.poll_ms = self.poll_first_ms;
        }
        self.confirmed = self.confirmed.max(confirmed.unwrap_or(0));
        self.position = Position::At(head);
        self.progress = Some((head, self.confirmed));
        self.poll_at = now.plus(self.poll_ms);
    }

    fn succeed(&mut self, errand: Errand) {
        if self.failed <= Some(errand) {
            self.failed = None;
            self.backoff.reset();
            self.link = Some(LinkState::Up { orders: self.orders.trouble.clone() });
        }
    }

    fn fail(&mut self, now: Uptime, errand: Errand, why: String, wish_ms: Option<u64>, random: u64) {
        let retry_in_ms = self.backoff.after_failure(random, wish_ms);
        self.failed = self.failed.max(Some(errand));
        self.retry_at = Some(now.plus(retry_in_ms));
        self.link = Some(LinkState::Down { why, retry_in_ms });
        self.doubt();
    }

    fn stop(&mut self, why: String) {
        self.stopped = true;
        self.failed = Some(Errand::Append);
        self.link = Some(LinkState::Stopped { why, durable: true, copy: None });
        self.doubt();
    }

    fn doubt(&mut self) {
        self.position = Position::Doubt;
        self.batch = None;
        if matches!(self.hunt, Hunt::Seeking { .. } | Hunt::Asking { .. } | Hunt::Found { .. }) {
            self.hunt = Hunt::Halving { taken: false };
        }
    }
}

fn alone(seq: u64, reason: &str) -> String {
    format!(
        "the receiver refuses event {seq} ({reason}) and nothing shows that it takes others; \
         have its owner look at the event and retry"
    )
}
