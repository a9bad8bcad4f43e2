//! What the uplink does next, decided from what was answered: no sockets, no clock, no random numbers of its own.
//!
//! ```text
//!      Doubt <── a start, a failure, a person's retry
//!        │ GET head: it has h
//!        v
//!  ┌─> Comparing: put row p = min(h, ours) alone ──409──> halve to the first row that differs: the fork
//!  │     │ 200: rows up to p are ours                       │                        │
//!  │     │  and h is beyond all of them: Stopped            │ present                │ past
//!  │     v                                                  v                        v
//!  │   At(n): PUT n+1..m ──200──> At(m)                   Stopped                 Moving ──> Finished
//!  │     │      │ 409: halve; alone: the fork
//!  │     │      │ 400 413 422: halve; alone: is a neighbour taken? then set aside, else Stopped
//!  ├─────┼──────┘ 412: it has h
//!  │     │ all are taken
//!  │     v
//!  │   present: poll the head until the last is confirmed          past: Finished
//!  └─────┘ it has another h
//! ```
//!
//! A head that speaks of another incarnation names no `h`: what was confirmed before stands in its place.

mod aside;
mod batch;
mod compare;
#[cfg(test)]
mod compare_tests;
mod copies;
mod hunt;
#[cfg(test)]
mod hunt_tests;
mod link;
#[cfg(test)]
mod past_tests;
mod poll;
mod position;
mod progress;
mod reasons;
mod step;
#[cfg(test)]
mod tests;

use super::answer::{Head, ReceiverReply};
use super::backoff::Backoff;
use super::orders::OrderPull;
use super::{CopySign, OutboxRow, Pace, Past};
use crate::units::Uptime;

pub use batch::{EventBatch, MAX_BYTES};
pub use step::Step;

use batch::MAX_EVENTS;

use compare::{Comparison, ComparisonResult};
use hunt::Hunt;
use link::{ChainLink, RequestKind};
use poll::Poll;
use position::{ChainLife, Loss, Position};

/// The reason given for an answer that names another range or incarnation.
const OTHER_EVENTS: &str = "the receiver answered for other events";

/// The state of the upload of one incarnation.
#[derive(Debug)]
pub struct Chain {
    /// The link, for the screen.
    pub(super) link: ChainLink,
    /// What the receiver is known to have of ours and the confirmation, to report; `None` before either is known.
    pub(super) progress: Option<(u64, u64)>,
    /// The pull of orders.
    pub(super) orders: OrderPull,
    /// Whose numbers these are.
    pub(super) incarnation: String,
    life: ChainLife,
    highest: u64,
    position: Position,
    confirmed: u64,
    loss: Loss,
    /// The last event of another incarnation, where the receiver names one.
    elsewhere: u64,
    batch: Option<EventBatch>,
    last: Option<EventBatch>,
    limit: usize,
    hunt: Hunt,
    moves: u32,
    poll: Poll,
    ordered_last: bool,
}

impl Chain {
    /// The present incarnation, in doubt about everything but that events up to `confirmed` were confirmed once.
    pub fn new(incarnation: String, confirmed: u64, cursor: String, pace: &Pace) -> Self {
        Self::begin(ChainLife::Present, incarnation, confirmed, cursor, pace)
    }

    /// A past incarnation: no orders, and nothing after its last event.
    pub fn past(past: Past, pace: &Pace) -> Self {
        let Past { incarnation, confirmed, last } = past;
        let pace = Pace { orders_every: None, ..*pace };
        let mut chain = Self::begin(ChainLife::Past, incarnation, confirmed, String::new(), &pace);
        chain.highest = last;
        chain
    }

    fn begin(life: ChainLife, incarnation: String, confirmed: u64, cursor: String, pace: &Pace) -> Self {
        let backoff = || Backoff::new(pace.retry_first, pace.retry_most);
        Self {
            link: ChainLink::new(backoff()),
            progress: None,
            orders: OrderPull::new(cursor, pace.orders_every, backoff()),
            incarnation,
            life,
            highest: 0,
            position: Position::Doubt,
            confirmed,
            loss: Loss::No,
            elsewhere: 0,
            batch: None,
            last: None,
            limit: MAX_EVENTS,
            hunt: Hunt::No,
            moves: 0,
            poll: Poll::new(pace),
            ordered_last: false,
        }
    }

    /// Goes on waiting for a person, for this reason from before a restart.
    pub fn still_stopped(&mut self, why: String) {
        self.halt(why, None);
    }

    /// The outbox has events of the present incarnation up to `highest`.
    pub fn woken(&mut self, highest: u64) {
        if self.life == ChainLife::Present && highest > self.highest {
            self.highest = highest;
            self.poll.soon();
        }
    }

    /// Whether the receiver has lost what it had confirmed, said once: what past incarnations told comes first then.
    pub fn finds_loss(&mut self) -> bool {
        let news = self.loss == Loss::New && self.life == ChainLife::Present;
        if news {
            self.loss = Loss::Known;
            self.moves = 0;
            self.doubt();
        }
        news
    }

    /// A person says: try now. Nothing is believed that was known before.
    pub fn retry(&mut self, now: Uptime) {
        self.link.retry();
        self.orders.retry(now);
        self.doubt();
    }

    /// The next step.
    pub fn next(&mut self, now: Uptime) -> Step {
        match (self.position, self.link.wait(now)) {
            (Position::Stopped, _) => Step::Stopped,
            (_, Some(at)) => Step::Wait(Some(at)),
            (Position::Doubt, None) => Step::Head,
            (Position::Comparing(comparison), None) => match self.batch.take() {
                Some(row) => Step::Append(row),
                None => Step::Load { after: comparison.row().saturating_sub(1), max: 1 },
            },
            (Position::Moving(from), None) => Step::Move { from },
            (Position::Finished, None) => Step::Finished,
            (Position::At(head), None) => self.upload(now, head),
        }
    }

    /// The receiver has our events up to `head`: what comes after them, and orders in turn.
    fn upload(&mut self, now: Uptime, head: u64) -> Step {
        if let Some(step) = self.hunt.step() {
            return step;
        }
        let unsent = self.highest > head;
        let orders_due = self.orders.due.is_some_and(|due| due <= now);
        if orders_due && !(self.ordered_last && unsent) {
            return Step::Orders;
        }
        match self.batch.take() {
            Some(batch) if unsent => Step::Append(batch),
            None if unsent => Step::Load { after: head, max: self.limit },
            _ => self.idle(now, head),
        }
    }

    /// Everything is sent: wait for the confirmation of the last event, and for orders.
    fn idle(&self, now: Uptime, head: u64) -> Step {
        match (head > self.confirmed).then_some(self.poll.at) {
            Some(at) if at <= now => Step::Head,
            poll => Step::Wait([poll, self.orders.due].into_iter().flatten().min()),
        }
    }

    /// The answer to [`Step::Head`].
    pub fn headed(&mut self, now: Uptime, reply: ReceiverReply<Head>, random: u64) {
        self.ordered_last = false;
        match reply {
            ReceiverReply::Good(head) if head.confirmed.is_some_and(|confirmed| confirmed > head.seq) => {
                self.fail(now, RequestKind::Head, "the receiver confirms more than it has".into(), None, random);
            }
            ReceiverReply::Good(head) => {
                self.poll.asked();
                self.elsewhere = if self.is_ours(&head) { 0 } else { head.seq };
                let confirmed = head.confirmed.unwrap_or(0);
                match self.position {
                    Position::At(known) if self.is_ours(&head) && head.seq == known => {
                        self.arrive(now, known, confirmed);
                    }
                    _ if self.is_ours(&head) => self.believe(now, 0, head.seq, confirmed),
                    Position::At(known) => self.believe(now, 0, known, 0),
                    _ => self.believe(now, 0, self.confirmed.min(self.highest), 0),
                }
            }
            ReceiverReply::Moved(_) => {
                self.fail(now, RequestKind::Head, "the receiver answers 412 to a question".into(), None, random)
            }
            ReceiverReply::Later { why, wish_ms } => self.fail(now, RequestKind::Head, why, wish_ms, random),
            ReceiverReply::Refused(why) => self.stop(reasons::no_head(&why)),
            ReceiverReply::Conflict(why) | ReceiverReply::Barred(why) | ReceiverReply::Stop(why) => self.stop(why),
        }
    }

    /// The loop's rows, as [`Step::Load`] asked for them; `None` where they could not be read.
    pub fn loaded(&mut self, now: Uptime, rows: Option<Vec<OutboxRow>>, random: u64) {
        let Some(rows) = rows else {
            let why = "the station cannot read the events that wait; see to its disk".into();
            return self.fail(now, RequestKind::Append, why, None, random);
        };
        match self.position {
            Position::Comparing(comparison) => match EventBatch::cut(rows, comparison.row(), 1) {
                Some(row) => self.batch = Some(row),
                None => self.not_kept(now, comparison),
            },
            Position::At(head) => self.loaded_after(head, rows),
            Position::Doubt | Position::Moving(_) | Position::Finished | Position::Stopped => {}
        }
    }

    fn loaded_after(&mut self, head: u64, rows: Vec<OutboxRow>) {
        if let Hunt::Seeking { row, reason } = &self.hunt {
            let Some(neighbour) = EventBatch::cut(rows, row.seq.saturating_sub(1), 1).filter(EventBatch::has_event)
            else {
                return self.stop(reasons::refused_alone(row.seq, reason));
            };
            self.hunt = Hunt::Asking { row: row.clone(), reason: reason.clone(), neighbour };
            return;
        }
        let batch = EventBatch::cut(rows, head + 1, self.limit);
        match batch.as_ref().map(EventBatch::to) {
            Some(to) => {
                self.highest = self.highest.max(to);
                self.batch = batch;
            }
            None => self.stop(reasons::not_kept(head + 1)),
        }
    }

    /// A row that would be compared is not kept here. One that was confirmed was the receiver's; and where a newer row
    /// is known to differ, this one is no longer the station's to tell.
    fn not_kept(&mut self, now: Uptime, mut comparison: Comparison) {
        let row = comparison.row();
        if row > self.confirmed && !comparison.differs() {
            return self.stop(reasons::not_kept(row));
        }
        let verdict = comparison.same();
        self.judge(now, comparison, verdict);
    }

    /// The answer to [`Step::Append`].
    pub fn appended(&mut self, now: Uptime, batch: &EventBatch, reply: ReceiverReply<Head>, random: u64) {
        self.ordered_last = false;
        match (self.position, self.hunt.clone()) {
            (Position::Comparing(comparison), _) => self.compared(now, comparison, batch, reply, random),
            (Position::At(_), Hunt::Asking { row, reason, .. }) => {
                self.neighbour(now, batch, row, reason, reply, random)
            }
            (Position::At(_), _) => self.answered(now, batch, reply, random),
            (Position::Doubt | Position::Moving(_) | Position::Finished | Position::Stopped, _) => {}
        }
    }

    /// The answer to events that follow those the receiver has.
    fn answered(&mut self, now: Uptime, batch: &EventBatch, reply: ReceiverReply<Head>, random: u64) {
        match reply {
            ReceiverReply::Good(head) if self.answers(&head, batch) => self.took(now, batch, head.confirmed),
            ReceiverReply::Good(_) => self.fail(now, RequestKind::Append, OTHER_EVENTS.into(), None, random),
            ReceiverReply::Moved(head) if self.is_ours(&head) => self.moved(now, batch, head.seq, random),
            ReceiverReply::Moved(head) if self.life == ChainLife::Present => self.replaced(&head),
            ReceiverReply::Conflict(_) | ReceiverReply::Moved(_) => self.not_taken(batch),
            ReceiverReply::Refused(reason) => self.refused(batch, reason),
            ReceiverReply::Later { why, wish_ms } => self.fail(now, RequestKind::Append, why, wish_ms, random),
            ReceiverReply::Barred(why) | ReceiverReply::Stop(why) => self.stop(why),
        }
    }

    /// Something in the batch is not the receiver's, whose events before it are ours. Halved as long as it is several
    /// rows, and each half put after what is proven: a row put alone beyond the receiver's head would be taken there.
    fn not_taken(&mut self, batch: &EventBatch) {
        match batch.only() {
            Some(row) => self.forked(row.seq, row.seq),
            None => self.limit = batch.len() / 2,
        }
    }

    /// The answer to one row that was put again.
    fn compared(
        &mut self,
        now: Uptime,
        mut comparison: Comparison,
        row: &EventBatch,
        reply: ReceiverReply<Head>,
        random: u64,
    ) {
        let verdict = match reply {
            ReceiverReply::Good(head) if self.answers(&head, row) => {
                head.confirmed.into_iter().for_each(|confirmed| comparison.confirms(confirmed));
                comparison.same()
            }
            ReceiverReply::Conflict(_) => {
                comparison.holds(row.to());
                comparison.other()
            }
            ReceiverReply::Moved(head) if self.is_ours(&head) => return self.moved(now, row, head.seq, random),
            ReceiverReply::Moved(_) if self.life == ChainLife::Past => comparison.other(),
            ReceiverReply::Moved(head) => return self.replaced(&head),
            ReceiverReply::Good(_) => return self.fail(now, RequestKind::Head, OTHER_EVENTS.into(), None, random),
            ReceiverReply::Later { why, wish_ms } => return self.fail(now, RequestKind::Head, why, wish_ms, random),
            ReceiverReply::Refused(why) => return self.stop(reasons::refused_again(row.to(), &why)),
            ReceiverReply::Barred(why) | ReceiverReply::Stop(why) => return self.stop(why),
        };
        self.judge(now, comparison, verdict);
    }

    fn judge(&mut self, now: Uptime, comparison: Comparison, verdict: ComparisonResult) {
        match verdict {
            ComparisonResult::Open => self.position = Position::Comparing(comparison),
            ComparisonResult::Shared(row) => self.believe(now, row, comparison.has(), comparison.confirmed()),
            ComparisonResult::Fork(row) => self.forked(row, comparison.has()),
        }
    }

    /// The receiver has our events up to `proven`, and says that it has events up to `has`. What is beyond `proven` and
    /// here too must be compared; what is beyond everything here is another history.
    fn believe(&mut self, now: Uptime, proven: u64, has: u64, confirmed: u64) {
        let both = has.min(self.highest);
        if both > proven {
            self.drop_work();
            self.position = Position::Comparing(Comparison::new(proven, both, self.confirmed, has, confirmed));
        } else if has > proven && self.life == ChainLife::Present {
            self.ahead(has - proven);
        } else {
            self.arrive(now, proven, confirmed);
        }
    }

    /// The receiver has our events up to `head`, and no others that matter.
    fn arrive(&mut self, now: Uptime, head: u64, confirmed: u64) {
        self.loss = match self.loss {
            _ if head >= self.confirmed => Loss::No,
            Loss::No => Loss::New,
            loss => loss,
        };
        let confirmed = confirmed.min(head);
        if confirmed > self.confirmed {
            self.poll.soon();
        }
        self.confirmed = self.confirmed.max(confirmed);
        self.progress = Some((head, self.confirmed));
        self.poll.set(now);
        let all = head >= self.highest;
        self.position = if all && self.life == ChainLife::Past { Position::Finished } else { Position::At(head) };
        self.succeed(if all { RequestKind::Append } else { RequestKind::Head });
    }

    fn answers(&self, head: &Head, batch: &EventBatch) -> bool {
        head.incarnation == self.incarnation && head.seq == batch.to()
    }

    /// Whether a head speaks of our numbers; a receiver that never heard of the station does.
    fn is_ours(&self, head: &Head) -> bool {
        head.incarnation == self.incarnation || head.incarnation.is_empty()
    }

    fn took(&mut self, now: Uptime, batch: &EventBatch, confirmed: Option<u64>) {
        self.limit = (self.limit * 2).min(MAX_EVENTS);
        if batch.has_event() {
            self.last = Some(batch.clone());
            self.hunt.taken(self.limit < MAX_EVENTS && batch.to() < self.highest);
        }
        self.succeed(RequestKind::Append);
        let confirmed = confirmed.unwrap_or(0);
        self.believe(now, batch.to(), batch.to().max(confirmed), confirmed);
    }

    /// 412: find out about the head it names, once; a head that moves without taking anything is a fault.
    fn moved(&mut self, now: Uptime, batch: &EventBatch, head: u64, random: u64) {
        self.moves += 1;
        if self.moves > 1 || head + 1 == batch.from() {
            // What comes after the wait is another beginning.
            self.moves = 0;
            self.fail(now, RequestKind::Append, "the receiver's head does not stay where it says".into(), None, random);
        } else {
            self.doubt();
            self.believe(now, 0, head, 0);
        }
    }

    /// Our row `fork` is not the receiver's, and those before it are. It has events up to `has`.
    fn forked(&mut self, fork: u64, has: u64) {
        if self.life == ChainLife::Past {
            let from = fork.max(self.confirmed + 1);
            let left = from <= self.highest;
            self.drop_work();
            self.position = if left { Position::Moving(from) } else { Position::Finished };
            return self.succeed(RequestKind::Append);
        }
        let ahead = (has + 1).saturating_sub(fork);
        self.copied(reasons::forked(fork), fork, ahead);
    }

    /// Whether the loop has given the rows new numbers.
    pub fn moved_on(&mut self, now: Uptime, done: bool, random: u64) {
        if done {
            self.position = Position::Finished;
        } else {
            let why = "the station cannot give events new numbers; see to its disk".into();
            self.fail(now, RequestKind::Append, why, None, random);
        }
    }

    /// The answer to [`Step::Orders`] that brings none. One that may be the link's fault is followed by the head.
    pub fn ordered<T>(&mut self, now: Uptime, reply: ReceiverReply<T>, random: u64) {
        match reply {
            ReceiverReply::Good(_) => {}
            ReceiverReply::Barred(why) => self.stop(why),
            ReceiverReply::Later { why, wish_ms } => {
                self.orders.failed(now, why, wish_ms, random);
                self.doubt();
            }
            ReceiverReply::Moved(_) => self.orders.refused(reasons::no_orders("412")),
            ReceiverReply::Refused(why) => self.orders.refused(reasons::no_orders(&why)),
            ReceiverReply::Conflict(why) | ReceiverReply::Stop(why) => self.orders.refused(why),
        }
        self.after_orders();
    }

    /// The pull of orders has had its turn.
    pub fn after_orders(&mut self) {
        self.ordered_last = true;
        self.link.pulled(self.orders.trouble.as_deref());
    }

    fn succeed(&mut self, kind: RequestKind) {
        if kind == RequestKind::Append {
            self.moves = 0;
        }
        self.link.succeed(kind, self.orders.trouble.as_deref());
    }

    fn fail(&mut self, now: Uptime, kind: RequestKind, why: String, wish_ms: Option<u64>, random: u64) {
        self.link.fail(now, kind, why, wish_ms, random);
        self.doubt();
    }

    fn stop(&mut self, why: String) {
        let why = match self.life {
            ChainLife::Present => why,
            ChainLife::Past => {
                format!("{why} (of incarnation {}, before this database was restored)", self.incarnation)
            }
        };
        self.halt(why, None);
    }

    fn halt(&mut self, why: String, copy: Option<CopySign>) {
        self.link.stop(why, copy);
        self.drop_work();
        self.position = Position::Stopped;
    }

    fn doubt(&mut self) {
        self.drop_work();
        self.position = Position::Doubt;
    }

    /// Drops the batch and the search: they may no longer follow what the receiver has.
    fn drop_work(&mut self) {
        self.batch = None;
        self.hunt.begin_again();
    }
}
