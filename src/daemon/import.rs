//! A file or a page of orders on its way into the memory, a few orders at a time; and parcels that are compared with them
//! again in the same turns.

use std::collections::{BTreeSet, VecDeque};

use super::intake::{AT_ONCE, OrderAnswer, OrderOrigin, OrderVerdict};
use super::orders::stored;
use super::{Core, Moment};
use crate::exchange::order;
use crate::exchange::order::items::FromItems;
use crate::station::Outcome;
use crate::station::order::OrderId;
use crate::store::{StoreError, StoredOrder};

/// Answers that say why, at most: a file that is wrong as a whole is wrong in every line.
const MOST_ANSWERS: usize = 1_000;

/// One order of a file or a page.
#[derive(Debug)]
enum Item {
    /// It can be read.
    Order(Box<StoredOrder>),
    /// It cannot, and why.
    Refused(OrderId, String),
    /// Its parcels are compared with it.
    Begun(OrderId),
}

/// A file or a page of orders, taken in piece by piece; or the orders whose parcels are compared with them.
#[derive(Debug)]
pub(super) struct Import {
    items: VecDeque<Item>,
    from: OrderOrigin,
    /// Nothing is kept.
    dry_run: bool,
    /// The answer has every order.
    each: bool,
    /// Where the next pull begins, once everything is kept.
    cursor: Option<String>,
    counts: [u64; OrderVerdict::NAMES.len()],
    answers: Vec<OrderAnswer>,
    /// How many have something from the item master, and how many of them changed by that alone.
    from_items: u64,
    changed_by_items: u64,
    /// Where parcels are compared: what stops.
    stopped: Option<Vec<String>>,
}

impl Import {
    fn of(items: VecDeque<Item>, from: OrderOrigin) -> Self {
        Self {
            items,
            from,
            dry_run: false,
            each: false,
            cursor: None,
            counts: Default::default(),
            answers: Vec::new(),
            from_items: 0,
            changed_by_items: 0,
            stopped: None,
        }
    }

    /// No file: what was packed is compared with its orders and the item master as they are now.
    pub(super) fn of_begun(core: &Core) -> Self {
        let items = core.begun_orders().into_iter().map(Item::Begun).collect();
        Self { stopped: Some(Vec::new()), ..Self::of(items, OrderOrigin::File) }
    }

    pub(super) fn of_file(orders: Vec<StoredOrder>, newest: bool, dry_run: bool) -> Self {
        let from = if newest { OrderOrigin::FileAsNewest } else { OrderOrigin::File };
        let items = orders.into_iter().map(|order| Item::Order(Box::new(order))).collect();
        Self { dry_run, ..Self::of(items, from) }
    }

    /// The same, whose answer has every order where `each` says so.
    pub(super) fn with_each(self, each: bool) -> Self {
        Self { each, ..self }
    }

    /// A page of the receiver. Reads it: a long one takes its time, and belongs beside the loop.
    pub(super) fn of_page(bodies: &[String], cursor: String) -> Self {
        let mut items = VecDeque::with_capacity(bodies.len());
        for body in bodies {
            let batch = order::read(body.as_bytes(), "pulled.json");
            let refused = batch.refused.into_iter().map(|refused| Item::Refused(order::named(body), refused.reason));
            items.extend(refused);
            items.extend(batch.accepted.into_iter().map(|order| Item::Order(Box::new(stored(order)))));
        }
        Self { cursor: Some(cursor), ..Self::of(items, OrderOrigin::Receiver) }
    }

    /// Takes the next few in; `None` once there are no more.
    pub(super) fn advance(&mut self, core: &mut Core, moment: Moment) -> Result<Option<Outcome>, StoreError> {
        if self.stopped.is_some() {
            return self.compare(core, moment);
        }
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
        if self.dry_run {
            let answers = core.judge_orders(moment, &orders, self.from)?;
            answers.into_iter().for_each(|answer| self.count(answer));
            return Ok(Some(Outcome::default()));
        }
        if let (true, Some(Item::Refused(..))) = (orders.is_empty(), self.items.front()) {
            let Some(Item::Refused(id, why)) = self.items.pop_front() else { return Ok(None) };
            let answer = OrderAnswer::new(id, OrderVerdict::Refused, Some(why));
            let outcome = core.refuse_order(moment, &answer, None)?;
            self.count(answer);
            return Ok(Some(outcome));
        }
        let cursor = if self.items.is_empty() { self.cursor.take() } else { None };
        let (answers, outcome) = core.take_orders(moment, &orders, self.from, cursor.as_deref())?;
        answers.into_iter().for_each(|answer| self.count(answer));
        Ok(Some(outcome))
    }

    fn compare(&mut self, core: &mut Core, moment: Moment) -> Result<Option<Outcome>, StoreError> {
        let some = self.items.drain(..self.items.len().min(AT_ONCE));
        let orders: Vec<OrderId> =
            some.filter_map(|item| if let Item::Begun(id) = item { Some(id) } else { None }).collect();
        if orders.is_empty() {
            core.store_mut().orders_compared()?;
            return Ok(None);
        }
        let (outcome, said) = core.follow_begun(moment, &orders)?;
        if let Some(stopped) = &mut self.stopped {
            stopped.extend(said);
        }
        Ok(Some(outcome))
    }

    fn count(&mut self, answer: OrderAnswer) {
        if let Some(at) = OrderVerdict::NAMES.iter().position(|(_, verdict)| *verdict == answer.verdict) {
            self.counts[at] += 1;
        }
        self.from_items += u64::from(!answer.from_items.is_nothing());
        self.changed_by_items += u64::from(answer.from_items == FromItems::Changed);
        if let Some(why) = &answer.why {
            let order = answer.id.to_string();
            match (self.from, answer.verdict) {
                _ if self.dry_run => {}
                (OrderOrigin::Receiver, OrderVerdict::Refused) => {
                    tracing::error!(order, reason = why, "an order from the receiver was refused");
                }
                _ => tracing::warn!(order, why, "an order is not as it was packed, or is not taken"),
            }
        }
        if (self.each || answer.why.is_some()) && self.answers.len() < MOST_ANSWERS {
            self.answers.push(answer);
        }
    }

    /// Says in the log how many orders came to what.
    pub(super) fn log(&self) {
        let [accepted, unchanged, changed, older, in_conflict, refused] = self.counts;
        if self.dry_run {
            return;
        }
        if let Some(stopped) = &self.stopped {
            return tracing::info!(stopped = stopped.len(), "parcels compared with their orders");
        }
        match self.from {
            OrderOrigin::Receiver => {
                tracing::info!(accepted, unchanged, changed, older, in_conflict, refused, "orders pulled");
            }
            OrderOrigin::File | OrderOrigin::FileAsNewest => {
                tracing::info!(accepted, unchanged, changed, older, in_conflict, refused, "orders imported");
            }
        }
    }

    /// How many orders came to what, and what a person must know of.
    pub(super) fn answer(&self) -> serde_json::Value {
        let mut answer = serde_json::Map::new();
        if let Some(stopped) = &self.stopped {
            let more = stopped.len().saturating_sub(MOST_ANSWERS);
            let rest = (more > 0).then(|| format!("{more} more orders; `parceld parcels list` has their parcels"));
            let said: Vec<String> = stopped.iter().take(MOST_ANSWERS).cloned().chain(rest).collect();
            answer.insert("stopped".to_owned(), serde_json::json!(said));
            return answer.into();
        }
        for ((name, _), count) in OrderVerdict::NAMES.iter().zip(self.counts) {
            answer.insert(name.replace(' ', "_"), count.into());
        }
        answer.insert("said".to_owned(), serde_json::json!(self.answers));
        answer.insert("from_items".to_owned(), self.from_items.into());
        answer.insert("changed_by_items".to_owned(), self.changed_by_items.into());
        answer.into()
    }
}
