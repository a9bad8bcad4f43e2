//! Orders in: what was said is compared with what holds, and kept with what follows from it in one transaction.
//!
//! Small pieces at a time: whoever brings many orders gives the loop room between them.

use super::begun::{join, stopped};
use super::orders::{self, readable};
pub use super::verdicts::{OrderAnswer, OrderOrigin, OrderVerdict};
use super::{Core, Moment};
use crate::exchange::order;
use crate::exchange::order::items::FromItems;
use crate::station::Outcome;
use crate::station::event::Event;
use crate::station::order::{Order, OrderId, OrderState};
use crate::station::parcels::{Parcel, State};
use crate::store::{KnownOrder, NewVersion, OrderBatch, Put, StoreError, StoredOrder};

/// Orders kept in one transaction at most: a scan waits for no more than these.
pub const AT_ONCE: usize = 8;
/// Highest number that the memory can count to.
const MAX_VERSION: u64 = i64::MAX as u64;

/// What is to be done with one order.
#[derive(Debug)]
struct Judged<'a> {
    answer: OrderAnswer,
    put: Option<Put<'a>>,
    /// As it holds from now on, where that is news.
    holds: Option<Order>,
    /// The order that it may mean, where it calls that one otherwise.
    means: Option<OrderId>,
    /// What the item master and the order say otherwise.
    contradicts: Vec<String>,
}

impl Core {
    /// Takes in at most [`AT_ONCE`] orders, each of them once; `cursor` is kept with them.
    ///
    /// # Errors
    /// [`StoreError`]: then nothing of it is kept.
    pub fn take_orders(
        &mut self,
        moment: Moment,
        orders: &[StoredOrder],
        from: OrderOrigin,
        cursor: Option<&str>,
    ) -> Result<(Vec<OrderAnswer>, Outcome), StoreError> {
        let (mut answers, mut held, mut puts) = (Vec::new(), Vec::new(), Vec::new());
        let (mut whole, mut part) = (Outcome::default(), Outcome::default());
        for order in orders {
            self.recall_order(&order.id.number)?;
            let Judged { mut answer, put, holds, means, contradicts } = self.judge(order, from)?;
            puts.extend(put);
            if let Some(order) = holds {
                answer.kept = true;
                let outcome = self.follow(moment, &order)?;
                if let Some(why) = stopped(self.station(), &outcome.facts) {
                    (answer.verdict, answer.why) = (OrderVerdict::InConflict, Some(why));
                }
                held.push(order.id());
                join(&mut part, outcome);
            }
            if answer.verdict == OrderVerdict::Unchanged {
                held.push(answer.id.clone());
            }
            // What comes with a reason is not done, and the receiver hears of it. It may mean an order that stands here too:
            // the next one is compared with what becomes of that.
            if from == OrderOrigin::Receiver && !answer.kept && answer.why.is_some() {
                self.record(moment, &mut part, &OrderBatch { puts: std::mem::take(&mut puts), cursor: None })?;
                join(&mut whole, std::mem::take(&mut part));
                join(&mut whole, self.refuse_order(moment, &answer, means.as_ref())?);
            }
            contradicts.into_iter().for_each(|said| answer.add(said));
            say_otherwise(order, &mut answer);
            answers.push(answer);
        }
        self.record(moment, &mut part, &OrderBatch { puts, cursor })?;
        join(&mut whole, part);
        for id in &held {
            // What was refused may have called itself by less.
            let said = |ours: &str, theirs: &str| theirs.is_empty() || theirs == ours;
            self.live_mut().refused_orders.retain(|refused| {
                let same = refused.number == id.number && said(&id.channel, &refused.channel);
                !(same && said(&id.shop, &refused.shop))
            });
        }
        Ok((answers, whole))
    }

    /// What [`Core::take_orders`] would make of these orders as things stand, every one with what would change. Nothing is
    /// kept.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn judge_orders(
        &mut self,
        moment: Moment,
        orders: &[StoredOrder],
        from: OrderOrigin,
    ) -> Result<Vec<OrderAnswer>, StoreError> {
        let mut answers = Vec::with_capacity(orders.len());
        for order in orders {
            self.recall_order(&order.id.number)?;
            let Judged { mut answer, put, holds, contradicts, .. } = self.judge(order, from)?;
            if let Some(order) = &holds {
                answer.kept = true;
                let outcome = self.follow(moment, order)?;
                if let Some(why) = stopped(self.station(), &outcome.facts) {
                    (answer.verdict, answer.why) = (OrderVerdict::InConflict, Some(why));
                }
            }
            if answer.why.is_none() {
                let body = put.as_ref().and_then(|put| put.version.as_ref()).map(|version| version.body.as_str());
                answer.why = self.would_change(&answer, body)?;
            }
            contradicts.into_iter().for_each(|said| answer.add(said));
            say_otherwise(order, &mut answer);
            answers.push(answer);
        }
        Ok(answers)
    }

    /// What keeping an order would change, in a few words; nothing personal.
    fn would_change(&self, answer: &OrderAnswer, body: Option<&str>) -> Result<Option<String>, StoreError> {
        Ok(match (answer.verdict, body) {
            (OrderVerdict::Accepted, _) => Some("new here".to_owned()),
            (OrderVerdict::Changed, Some(body)) => {
                let before = self.store().newest_order(&answer.id)?;
                let changes = before.map(|before| order::changes(&before, body)).unwrap_or_default();
                let by_items = answer.from_items == FromItems::Changed;
                let by = if by_items { ", as the item master has them now" } else { "" };
                Some(if changes.is_empty() { "only its revision".to_owned() } else { changes.join(", ") + by })
            }
            _ => None,
        })
    }

    /// Says of an order of the receiver that it is not done. It may have said that the order is cancelled, or goes elsewhere:
    /// what is known of it, or of the one that it means, waits on hold until something comes that can be read.
    ///
    /// # Errors
    /// [`StoreError`]: then nothing of it is kept.
    pub fn refuse_order(
        &mut self,
        moment: Moment,
        answer: &OrderAnswer,
        means: Option<&OrderId>,
    ) -> Result<Outcome, StoreError> {
        let reason = answer.why.clone().unwrap_or_default();
        let mut outcome = self.decide(moment, &Event::OrderRefused { order: answer.id.clone(), reason });
        let mut batch = OrderBatch::default();
        self.recall_order(&means.unwrap_or(&answer.id).number)?;
        if let Some((order, put)) = self.on_hold(means.unwrap_or(&answer.id))? {
            join(&mut outcome, self.follow(moment, &order)?);
            batch.puts.push(put);
        }
        self.record(moment, &mut outcome, &batch)?;
        Ok(outcome)
    }

    /// A known order on hold, unless it is not to be packed or has gone.
    fn on_hold(&self, id: &OrderId) -> Result<Option<(Order, Put<'static>)>, StoreError> {
        let Some(known) = self.store().known_order(id)?.filter(|known| !known.erased && !known.key_gone) else {
            return Ok(None);
        };
        let ready = readable(&known.body).is_some_and(|order| order.state == OrderState::Ready);
        let mut parcels = self.station().of_order(id).peekable();
        let gone = parcels.peek().is_some() && parcels.all(|parcel| self.station().handed_over(parcel));
        if !ready || gone || known.version >= MAX_VERSION {
            return Ok(None);
        }
        let body = order::on_hold(&known.body);
        let Some(order) = readable(&body) else { return Ok(None) };
        let (hash, keys) = (order::content_hash(&body), order.references.clone());
        let new = NewVersion { version: known.version + 1, rev: known.rev, hash, body, keys };
        Ok(Some((order, Put { id: id.clone(), version: Some(new), label: None })))
    }

    /// Takes in orders however many they are, for whoever has nothing else to do meanwhile.
    ///
    /// # Errors
    /// [`StoreError`]: what came before is kept.
    pub fn take_all_orders(&mut self, moment: Moment, orders: &[StoredOrder]) -> Result<(), StoreError> {
        for some in orders.chunks(AT_ONCE) {
            self.take_orders(moment, some, OrderOrigin::File, None)?;
        }
        Ok(())
    }

    fn judge<'a>(&self, stored: &'a StoredOrder, from: OrderOrigin) -> Result<Judged<'a>, StoreError> {
        let mut stored_id = stored.id.clone();
        let answer = |id: &OrderId, verdict, why: Option<String>| Judged {
            answer: OrderAnswer::new(id.clone(), verdict, why),
            put: None,
            holds: None,
            means: None,
            contradicts: Vec::new(),
        };
        let mut body = std::borrow::Cow::Borrowed(&stored.body);
        if stored.shop_of_folder {
            let unnamed = OrderId { shop: String::new(), ..stored.id.clone() };
            if self.store().known_order(&unnamed)?.is_some() {
                body = std::borrow::Cow::Owned(order::without_shop(&stored.body));
                stored_id = unnamed;
            }
        }
        let id = &stored_id;
        let mut order = match order::parse(&body) {
            Ok(order) => order,
            Err(error) => return Ok(answer(id, OrderVerdict::Refused, Some(error.to_string()))),
        };
        // An order is known by what it said itself: what the item master adds is no other word of its sender.
        let hash = order::content_hash(&body);
        let filled = self.fill_from_items(&order, &body)?;
        if !filled.refused.is_empty() {
            return Ok(answer(id, OrderVerdict::Refused, Some(filled.refused.join("; "))));
        }
        let taken = filled.body.is_some();
        if let Some(filled) = filled.body {
            match order::parse(&filled) {
                Ok(whole) => (order, body) = (whole, std::borrow::Cow::Owned(filled)),
                // A cancellation never bounces.
                Err(_) if order.state != OrderState::Ready => {}
                Err(error) => {
                    return Ok(answer(id, OrderVerdict::Refused, Some(format!("with the item master: {error}"))));
                }
            }
        }
        if let Some(why) = self.unfit(&order, stored)? {
            return Ok(answer(id, OrderVerdict::Refused, Some(why)));
        }
        let known = self.store().known_order(id)?;
        let said = match &known {
            Some(known) => self.store().holds_or_held(known, &hash, order::content_hash)?,
            None => None,
        };
        let (verdict, why) = match &known {
            None => match self.elsewhere(stored, &order)? {
                Some((other, why)) => {
                    return Ok(Judged { means: Some(other), ..answer(id, OrderVerdict::InConflict, Some(why)) });
                }
                None => (OrderVerdict::Accepted, None),
            },
            Some(known) => {
                let here = |parcel: &Parcel| parcel.state() != State::Voided && !self.station().handed_over(parcel);
                let here = self.station().of_order(id).any(here);
                compare(known, &order, said, (from, here))
            }
        };
        // The receiver says itself which of its words is the last one.
        let is_lower = |known: &&KnownOrder| order.rev > 0 && order.rev < known.rev;
        let never_held = known
            .as_ref()
            .filter(is_lower)
            .filter(|_| verdict == OrderVerdict::Older && said.is_none() && from != OrderOrigin::Receiver);
        let why = why.or_else(|| Some(lower(order.rev, never_held?.rev)));
        let never_held = never_held.is_some();
        // What has gone is not told anew what it was.
        let gone = |parcel: &Parcel| self.station().handed_over(parcel);
        let refilled = verdict == OrderVerdict::Unchanged
            && !self.station().of_order(id).any(gone)
            && order.state == OrderState::Ready
            && known.as_ref().is_some_and(|known| !known.erased && !order::items::filled_alike(&known.body, &body));
        let verdict = if refilled { OrderVerdict::Changed } else { verdict };
        let from_items = match (refilled, taken) {
            (true, _) => FromItems::Changed,
            (false, true) => FromItems::Taken,
            (false, false) => FromItems::Nothing,
        };
        let label = stored.label.as_ref();
        let put = |version| Some(Put { id: id.clone(), version, label });
        Ok(match verdict {
            OrderVerdict::Accepted | OrderVerdict::Changed => {
                let rev = known.as_ref().map_or(0, |known| known.rev).max(order.rev);
                let number = known.as_ref().map_or(Some(1), |known| known.version.checked_add(1));
                let Some(version) = number.filter(|version| *version <= MAX_VERSION) else {
                    return Ok(answer(id, OrderVerdict::Refused, Some("its revisions have run out".to_owned())));
                };
                let (body, keys) = (body.into_owned(), order.references.clone());
                let put = put(Some(NewVersion { version, rev, hash, body, keys }));
                let judged = answer(id, verdict, why);
                let answer = OrderAnswer { from_items, ..judged.answer };
                Judged { answer, put, holds: Some(order), contradicts: filled.said, ..judged }
            }
            OrderVerdict::Unchanged if label.is_some() && !known.is_some_and(|known| known.erased) => {
                Judged { put: put(None), ..answer(id, verdict, why) }
            }
            _ => {
                let judged = answer(id, verdict, why);
                Judged { answer: OrderAnswer { never_held, ..judged.answer }, ..judged }
            }
        })
    }

    /// Why an order that can be read is none of this station's, or lacks what it needs.
    fn unfit(&self, order: &Order, stored: &StoredOrder) -> Result<Option<String>, StoreError> {
        let mut unfit = orders::unfit(self.rules(), order);
        if let Some(given) = &order.label
            && stored.label.is_none()
            && self.store().label(&order.id(), given.tracking.as_str())?.is_none()
        {
            let why = "it says that its label is supplied, and that label is not here; import it with its label's file, or \
                       send it with label_source \"station\"";
            unfit.push(why.to_owned());
        }
        Ok((!unfit.is_empty()).then(|| unfit.join("; ")))
    }

    /// Why an order that is not known as what it calls itself may be one that is known by more, or by less: it takes
    /// something back, or parcels of that one were begun, and a name less says no other order.
    fn elsewhere(&self, stored: &StoredOrder, order: &Order) -> Result<Option<(OrderId, String)>, StoreError> {
        let takes_back = order.state != OrderState::Ready;
        let others = self.store().orders_called(&order.order_ref)?;
        let others = || others.iter().filter(|other| other.number == order.order_ref);
        if takes_back
            && stored.shop_of_folder
            && let Some(other) = others().next()
        {
            let folder = match &*stored.id.shop {
                "" => String::new(),
                folder => format!(" (its folder is {folder:?})"),
            };
            let why = format!(
                "{} is known as {other}, and this file names no shop{folder}; say its shop: with --shop, on the page, or as \
                 shop of POST /v1/orders",
                order.order_ref
            );
            return Ok(Some((other.clone(), why)));
        }
        let may_be = |one: &str, other: &str| {
            let (one, other) = (one.trim(), other.trim());
            one.eq_ignore_ascii_case(other) || one.is_empty() || other.is_empty()
        };
        let same =
            |other: &&OrderId| may_be(&stored.id.channel, &other.channel) && may_be(&stored.id.shop, &other.shop);
        let begun = |other: &&OrderId| takes_back || self.station().of_order(other).next().is_some();
        Ok(others().find(|other| same(other) && begun(other)).map(|other| {
            let this = &stored.id;
            let why = format!("it is called {this}, and {other} is known here; send it with the same channel and shop");
            (other.clone(), why)
        }))
    }
}

/// What is said of a known order, against what holds of it. `said` tells whether the same was said before: `Some(true)` holds
/// now, `Some(false)` held once; `here` that parcels of it have not gone with their carrier.
fn compare(
    known: &KnownOrder,
    order: &Order,
    said: Option<bool>,
    (from, here): (OrderOrigin, bool),
) -> (OrderVerdict, Option<String>) {
    let Some(state) = readable(&known.body).filter(|_| !known.key_gone).map(|known| known.state) else {
        return compare_unread(known, order, said, from);
    };
    if from == OrderOrigin::FileAsNewest && !known.erased {
        let verdict = if said == Some(true) { OrderVerdict::Unchanged } else { OrderVerdict::Changed };
        return (verdict, None);
    }
    if order.rev > known.rev {
        return (OrderVerdict::Changed, None);
    }
    if order.rev > 0 && order.rev < known.rev {
        return (OrderVerdict::Older, None);
    }
    match said {
        Some(true) => return (OrderVerdict::Unchanged, None),
        Some(false) => {
            let on_hold = state == OrderState::Hold && order.state == OrderState::Ready;
            let why =
                "it is on hold since this was said; a higher rev, or an import with --newest, makes it ready again";
            return (OrderVerdict::Older, on_hold.then(|| why.to_owned()));
        }
        None => {}
    }
    let asks = matches!(order.state, OrderState::Ready | OrderState::Hold);
    match state {
        OrderState::Done if known.erased && !asks && !here => (OrderVerdict::Unchanged, None),
        OrderState::Done if asks => {
            (OrderVerdict::InConflict, Some("it was shipped; only a higher rev makes it ready again".to_owned()))
        }
        // What the buyer asked for has been done.
        OrderState::Cancelled if order.state == OrderState::CancelRequested => (OrderVerdict::Older, None),
        OrderState::Cancelled if asks => {
            let why = "it is cancelled; only a higher rev, or an import with --newest, makes it ready again";
            (OrderVerdict::InConflict, Some(why.to_owned()))
        }
        _ => (OrderVerdict::Changed, None),
    }
}

/// Why a content that never held here is not taken.
fn lower(rev: u64, holds: u64) -> String {
    format!(
        "it never held here, and its rev {rev} is below {holds}, which does; send it with a higher rev, or import it with \
         --newest"
    )
}

/// The same where what holds cannot be read, because its key is gone or an older program wrote it: what held is known by its
/// hash, and comes back.
fn compare_unread(
    known: &KnownOrder,
    order: &Order,
    said: Option<bool>,
    from: OrderOrigin,
) -> (OrderVerdict, Option<String>) {
    if said == Some(true) || from == OrderOrigin::FileAsNewest || order.rev > known.rev {
        return (OrderVerdict::Changed, None);
    }
    if order.rev > 0 && order.rev < known.rev {
        return (OrderVerdict::Older, None);
    }
    let why = "what holds of it cannot be read any more, and this is not it; send it with a higher rev, or import it with \
               --newest";
    (OrderVerdict::InConflict, Some(why.to_owned()))
}

/// Says of an order that its file says otherwise before, and which of the two it is now.
fn say_otherwise(order: &StoredOrder, answer: &mut OrderAnswer) {
    let Some((before, row)) = order.otherwise else { return };
    let now = if answer.kept { "holds" } else { "is not taken" };
    answer.add(format!("row {row} says something else of it than row {before}; row {row} {now}"));
}
