//! The uplink: what the chain decides is done, with the hub on one side and the station on the other, as the service does.

use std::collections::VecDeque;

use parceld::screen::Link;
use parceld::station::event::Event;
use parceld::store::{UplinkStop, Waiting};
use parceld::units::Uptime;
use parceld::uplink::answer::{Head, OrderPage, ReceiverReply, classify};
use parceld::uplink::chain::{Chain, EventBatch, MAX_BYTES, Step};
use parceld::uplink::event::{EventSource, tombstone};
use parceld::uplink::{LinkState, OutboxRow, Pace, Past};

use super::Day;
use crate::hub::{Network, PutEvents};
use crate::mutations::Mutation;

/// Steps in one turn at most: an exchange takes its time.
const STEPS: usize = 6;
/// Turns of the calm in which everything must have arrived.
const DRAIN: usize = 4_000;

pub(super) struct Upload {
    chain: Chain,
    later: VecDeque<Chain>,
    link: Option<LinkState>,
    progress: Option<(u64, u64)>,
}

impl Day<'_> {
    /// The uplink begins as it does when the program starts.
    pub(super) fn begin_upload(&mut self) {
        let pace = Pace::default();
        let store = self.computer.peek().store();
        let (Ok(mut lives), Ok(cursor), Ok(stop)) = (store.lives(), store.cursor(), store.uplink_stop()) else {
            self.upload = None;
            return;
        };
        lives.pop();
        let past = lives.into_iter().filter(|life| life.last > life.confirmed).map(|life| Past {
            incarnation: life.incarnation,
            confirmed: life.confirmed,
            last: life.last,
        });
        let mut later: VecDeque<Chain> = past.map(|past| Chain::past(past, &pace)).collect();
        later.push_back(Chain::new(store.incarnation().to_owned(), store.confirmed(), cursor, &pace));
        let Some(mut chain) = later.pop_front() else { return };
        if let Some(stop) = stop.filter(|stop| !stop.retried) {
            chain.still_stopped(stop.why);
        }
        self.upload = Some(Upload { chain, later, link: None, progress: None });
    }

    /// A few steps.
    pub(super) fn upload(&mut self) {
        for _ in 0..STEPS {
            if self.upload.is_none() {
                self.begin_upload();
            }
            let Some(mut upload) = self.upload.take() else { return };
            let boot = self.sums.starts;
            self.report(&mut upload);
            if self.sums.starts != boot {
                return;
            }
            upload.chain.woken(self.computer.peek().store().announced());
            let goes_on = self.step(&mut upload);
            if self.sums.starts != boot {
                // The program was restarted meanwhile, and its uplink with it.
                return;
            }
            if upload.chain.finds_loss() {
                let lives = self.computer.peek().store().past_lives().unwrap_or_default();
                for (incarnation, last) in lives.into_iter().rev() {
                    let past = Chain::past(Past { incarnation, confirmed: last, last }, &Pace::default());
                    upload.later.push_front(std::mem::replace(&mut upload.chain, past));
                    upload.progress = None;
                }
            }
            let incarnation = self.computer.peek().store().incarnation();
            let present = upload.later.back().unwrap_or(&upload.chain).incarnation() == incarnation;
            self.upload = present.then_some(upload);
            if !goes_on {
                return;
            }
        }
    }

    /// Does what the chain wants next. Whether there is more to do at once.
    fn step(&mut self, upload: &mut Upload) -> bool {
        let (now, random) = (self.clock.now(), self.random());
        let is_away = self.calm && self.plan.mutation == Some(Mutation::NobodyRetries);
        let network = if is_away { Network::Down } else { self.network };
        let chain = &mut upload.chain;
        match chain.next(now) {
            Step::Head => {
                let answer = self.hub.head(&mut self.dice, network);
                chain.headed(now, classify(answer, Head::read), random);
            }
            Step::Load { after, max } => {
                let rows = self.computer.peek().store().outbox_after(chain.incarnation(), after, max, MAX_BYTES);
                let row = |row: Waiting| OutboxRow { seq: row.seq, body: row.body.into() };
                chain.loaded(now, rows.ok().map(|rows| rows.into_iter().map(row).collect()), random);
            }
            Step::Append(batch) => self.append(chain, &batch, network, now, random),
            Step::SetAside { row, reason } => self.set_aside(chain, &row, &reason, now, random),
            Step::Move { from } => {
                let done = self.computer.core().move_events(chain.incarnation(), from, self.clock.wall());
                chain.moved_on(now, done.is_ok(), random);
                self.restart_if_stopped();
            }
            Step::Orders => {
                let answer = self.hub.page(&mut self.dice, network, chain.cursor());
                self.pulled(chain, classify(answer, OrderPage::read), now, random);
            }
            Step::Wait(_) | Step::Stopped => return false,
            Step::Finished => {
                if let Some(next) = upload.later.pop_front() {
                    let past = std::mem::replace(&mut upload.chain, next).incarnation().to_owned();
                    upload.progress = None;
                    let _ = self.computer.core().store_mut().finish_life(&past);
                    self.restart_if_stopped();
                    self.confirm_manifests();
                }
            }
        }
        true
    }

    fn append(&mut self, chain: &mut Chain, batch: &EventBatch, network: Network, now: Uptime, random: u64) {
        let incarnation = chain.incarnation().to_owned();
        let to = PutEvents { incarnation: &incarnation, from: batch.from(), body: batch.body() };
        let answer = self.hub.append(&mut self.dice, network, &to);
        chain.appended(now, batch, classify(answer, Head::read), random);
    }

    fn set_aside(&mut self, chain: &mut Chain, row: &OutboxRow, reason: &str, now: Uptime, random: u64) {
        let rules = &self.stage.rules;
        let incarnation = chain.incarnation().to_owned();
        let (warehouse, station) = (rules.warehouse.clone(), rules.station.clone());
        let source = EventSource { warehouse, station, incarnation: incarnation.clone(), clock: None };
        let body = tombstone(&source, row.seq, self.clock.wall().0, &row.body).unwrap_or_default();
        let done = self.computer.core().store_mut().set_aside(&incarnation, row.seq, reason, &body);
        chain.set_aside(now, done.is_ok(), random);
        self.restart_if_stopped();
    }

    fn pulled(&mut self, chain: &mut Chain, reply: ReceiverReply<OrderPage>, now: Uptime, random: u64) {
        match reply {
            ReceiverReply::Good(OrderPage { cursor: Some(cursor), orders }) => {
                let empty = orders.is_empty();
                let news = !empty || cursor != chain.cursor();
                let committed = !news || self.take_page(&orders, &cursor);
                chain.pulled(now, cursor, empty, committed, random);
            }
            ReceiverReply::Good(OrderPage { cursor: None, .. }) => {
                let why = "no cursor".to_owned();
                chain.ordered(now, ReceiverReply::<()>::Later { why, wish_ms: None }, random);
            }
            reply => chain.ordered(now, reply, random),
        }
    }

    /// Tells the station what is new of the link.
    fn report(&mut self, upload: &mut Upload) {
        let boot = self.sums.starts;
        if let Some((_, confirmed)) = upload.chain.progress()
            && upload.progress != upload.chain.progress()
        {
            upload.progress = upload.chain.progress();
            let store = self.computer.core().store_mut();
            if upload.chain.incarnation() == store.incarnation() && confirmed > store.confirmed() {
                let _ = store.confirm(confirmed);
                self.restart_if_stopped();
                self.confirm_manifests();
            }
        }
        if self.sums.starts != boot {
            return;
        }
        let Some(link) = upload.chain.link().cloned().filter(|link| upload.link.as_ref() != Some(link)) else { return };
        upload.link = Some(link.clone());
        if self.plan.traced {
            println!("{:>9} link {link:?}", self.clock.now().0 / 1_000);
        }
        match &link {
            LinkState::Stopped { why, copy, .. } => {
                self.sums.stops += 1;
                if let Some(Ok(event)) = copy.map(|copy| self.computer.peek().copied_by_receiver(copy)) {
                    self.event(event);
                }
                if self.sums.starts != boot {
                    return;
                }
                let known = self.computer.peek().store().uplink_stop().ok().flatten().and_then(|stop| stop.fork);
                let fork = copy.map(|copy| copy.fork).or(known);
                let stop = UplinkStop { why: why.clone(), settings: String::new(), fork, retried: false };
                let _ = self.computer.core().store_mut().set_uplink_stop(Some(&stop));
            }
            LinkState::Up { .. } => _ = self.computer.core().store_mut().set_uplink_stop(None),
            LinkState::Down { .. } => {}
        }
        if self.restart_if_stopped() {
            return;
        }
        let (link, why) = match link {
            LinkState::Up { orders } => (Link::Up, orders),
            LinkState::Down { why, .. } => (Link::Down, Some(why)),
            LinkState::Stopped { why, .. } => (Link::Stopped, Some(why)),
        };
        self.event(Event::Uplink { link, why });
    }

    fn confirm_manifests(&mut self) {
        let mut first = None;
        while let Ok(manifests) = self.computer.peek().store().manifests_arrived() {
            if manifests.is_empty() || manifests.first() == first.as_ref() {
                return;
            }
            first = manifests.first().cloned();
            self.event(Event::Confirmed { manifests });
        }
    }

    pub(super) fn upload_is_stopped(&self) -> bool {
        let link = self.upload.as_ref().and_then(|upload| upload.chain.link());
        matches!(link, Some(LinkState::Stopped { .. }))
    }

    pub(super) fn retry_upload(&mut self) {
        let _ = self.computer.core().store_mut().retry_uplink();
        if self.restart_if_stopped() {
            return;
        }
        let now = self.clock.now();
        if let Some(upload) = &mut self.upload {
            upload.chain.retry(now);
            upload.link = None;
        }
    }

    /// Waits until the hub has everything.
    pub(super) fn drain(&mut self) {
        for turn in 0..DRAIN {
            self.clock.pass(2_000);
            self.upload();
            if turn % 100 == 99 {
                self.person();
            }
            if self.waits() == 0 {
                return;
            }
        }
        let link = self.upload.as_ref().and_then(|upload| upload.chain.link()).cloned();
        let waits = self.waits();
        self.find("I12", format!("{waits} events wait, and the link is {link:?}"));
    }

    /// Events that the hub has not confirmed.
    fn waits(&self) -> u64 {
        let lives = self.computer.peek().store().lives().unwrap_or_default();
        let waits = lives.iter().map(|life| life.last.saturating_sub(life.confirmed)).sum();
        // Their manifests are confirmed with them.
        let arrived = self.computer.peek().store().manifests_arrived().unwrap_or_default();
        if arrived.is_empty() { waits } else { waits + 1 }
    }

    fn random(&mut self) -> u64 {
        self.dice.below(usize::MAX) as u64
    }
}
