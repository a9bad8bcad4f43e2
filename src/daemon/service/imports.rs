//! Orders that wait to be taken in: a few at a time, between what the packer does.

use std::collections::{BTreeSet, VecDeque};

use tokio::sync::oneshot;

use super::Service;
use crate::daemon::Core;
use crate::daemon::intake::{AT_ONCE, Answer, From, Verdict};
use crate::daemon::{Moment, control};
use crate::exchange::order;
use crate::station::Outcome;
use crate::station::event::Event;
use crate::station::order::OrderId;
use crate::store::{StoreError, StoredOrder};

/// Answers that say why, at most: a file that is wrong as a whole is wrong in every line.
const SAID: usize = 1_000;

/// One order of a file or a page.
#[derive(Debug)]
pub(crate) enum Item {
    /// It can be read.
    Order(Box<StoredOrder>),
    /// It cannot, and why.
    Refused(OrderId, String),
}

/// A file or a page of orders, taken in piece by piece.
#[derive(Debug)]
pub(crate) struct Import {
    items: VecDeque<Item>,
    from: From,
    /// Where the next pull begins, once everything is kept.
    cursor: Option<String>,
    counts: [u64; Verdict::NAMES.len()],
    said: Vec<Answer>,
}

/// An import, and who waits for it.
pub(super) type Pending = (Import, Waiter);

/// Who waits for it.
#[derive(Debug)]
pub(super) enum Waiter {
    Command(oneshot::Sender<Result<serde_json::Value, String>>),
    Uplink(oneshot::Sender<bool>),
}

impl Import {
    pub(crate) fn of_file(orders: Vec<StoredOrder>, newest: bool) -> Self {
        let from = if newest { From::FileAsNewest } else { From::File };
        let items = orders.into_iter().map(|order| Item::Order(Box::new(order))).collect();
        Self { items, from, cursor: None, counts: Default::default(), said: Vec::new() }
    }

    /// A page of the receiver. Reads it: a long one takes its time, and belongs beside the loop.
    pub(super) fn of_page(bodies: &[String], cursor: String) -> Self {
        let mut items = VecDeque::with_capacity(bodies.len());
        for body in bodies {
            let batch = order::read(body.as_bytes(), "pulled.json");
            let refused = batch.refused.into_iter().map(|refused| Item::Refused(order::named(body), refused.reason));
            items.extend(refused);
            items.extend(batch.accepted.into_iter().map(|order| Item::Order(Box::new(control::stored(order)))));
        }
        Self { items, from: From::Receiver, cursor: Some(cursor), counts: Default::default(), said: Vec::new() }
    }

    /// Takes the next few in; `None` once there are no more.
    pub(crate) fn advance(&mut self, core: &mut Core, moment: Moment) -> Result<Option<Outcome>, StoreError> {
        if self.items.is_empty() && self.cursor.is_none() {
            return Ok(None);
        }
        let (mut orders, mut seen) = (Vec::new(), BTreeSet::new());
        while orders.len() < AT_ONCE {
            match self.items.front() {
                Some(Item::Order(order)) if seen.insert(order.id.clone()) => {}
                _ => break,
            }
            if let Some(Item::Order(order)) = self.items.pop_front() {
                orders.push(*order);
            }
        }
        if let (true, Some(Item::Refused(..))) = (orders.is_empty(), self.items.front()) {
            let Some(Item::Refused(id, why)) = self.items.pop_front() else { return Ok(None) };
            let answer = Answer { id, verdict: Verdict::Refused, kept: false, why: Some(why) };
            let outcome = core.refuse_order(moment, &answer, None)?;
            self.count(answer);
            return Ok(Some(outcome));
        }
        let cursor = if self.items.is_empty() { self.cursor.take() } else { None };
        let (answers, outcome) = core.take_orders(moment, &orders, self.from, cursor.as_deref())?;
        answers.into_iter().for_each(|answer| self.count(answer));
        Ok(Some(outcome))
    }

    fn count(&mut self, answer: Answer) {
        if let Some(at) = Verdict::NAMES.iter().position(|(_, verdict)| *verdict == answer.verdict) {
            self.counts[at] += 1;
        }
        if let Some(why) = &answer.why {
            let order = answer.id.to_string();
            match (self.from, answer.verdict) {
                (From::Receiver, Verdict::Refused) => {
                    tracing::error!(order, reason = why, "an order from the receiver was refused");
                }
                _ => tracing::warn!(order, why, "an order is not as it was packed, or is not taken"),
            }
            if self.said.len() < SAID {
                self.said.push(answer);
            }
        }
    }

    fn log(&self) {
        let [accepted, unchanged, changed, older, in_conflict, refused] = self.counts;
        match self.from {
            From::Receiver => {
                tracing::info!(accepted, unchanged, changed, older, in_conflict, refused, "orders pulled");
            }
            From::File | From::FileAsNewest => {
                tracing::info!(accepted, unchanged, changed, older, in_conflict, refused, "orders imported");
            }
        }
    }

    /// How many orders came to what, and what a person must know of.
    pub(crate) fn answer(&self) -> serde_json::Value {
        let mut answer = serde_json::Map::new();
        for ((name, _), count) in Verdict::NAMES.iter().zip(self.counts) {
            answer.insert(name.replace(' ', "_"), count.into());
        }
        answer.insert("said".to_owned(), serde_json::json!(self.said));
        answer.into()
    }
}

impl Service {
    /// Takes a few orders in; the next ones come when the loop has seen to everything else.
    pub(super) fn import_some(&mut self) {
        let Some((mut import, waiter)) = self.imports.pop_front() else { return };
        let moment = self.moment();
        match import.advance(&mut self.core, moment) {
            Ok(Some(outcome)) => {
                outcome.effects.into_iter().for_each(|effect| self.perform(effect));
                self.imports.push_front((import, waiter));
            }
            Ok(None) => {
                import.log();
                self.end_import(waiter, Ok(import.answer()));
                self.take(Event::Reconsider);
            }
            Err(error) => {
                tracing::error!(%error, "orders could not be kept");
                self.end_import(waiter, Err(error.to_string()));
            }
        }
        self.wake_uplink();
    }

    fn end_import(&self, waiter: Waiter, answer: Result<serde_json::Value, String>) {
        match waiter {
            Waiter::Command(reply) => drop(reply.send(answer)),
            Waiter::Uplink(reply) => drop(reply.send(answer.is_ok())),
        }
    }
}
