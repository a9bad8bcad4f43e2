//! The task: does what the chain decides, with the network on one side and the loop on the other.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use super::answer::{Head, OrderPage, ReceiverReply, classify};
use super::chain::{Chain, EventBatch, MAX_BYTES, Step};
use super::client::Client;
use super::{LinkState, OutboxRow, Request, UplinkCommand, UplinkSettings, event};
use crate::units::Uptime;

/// Uploads events and pulls orders until the loop drops its end of any channel. May be dropped at any await: what
/// must survive is in the database.
///
/// `wake` holds the number of the newest event ever recorded in the present incarnation (0 for none, and not lowered
/// when rows are deleted), published after its commit. `commands` carries a person's [`UplinkCommand::Retry`].
pub async fn run(
    settings: UplinkSettings,
    requests: mpsc::Sender<Request>,
    wake: watch::Receiver<u64>,
    commands: mpsc::Receiver<UplinkCommand>,
) {
    let present =
        Chain::new(settings.source.incarnation.clone(), settings.confirmed, settings.cursor.clone(), &settings.pace);
    let mut chains: VecDeque<Chain> =
        settings.past.iter().map(|past| Chain::past(past.clone(), &settings.pace)).chain([present]).collect();
    let Some(mut chain) = chains.pop_front() else { return };
    if let Some(why) = settings.stopped.clone() {
        chain.still_stopped(why);
    }
    let last_reported = LastReported { link: None, progress: None };
    let mut driver =
        UplinkDriver { settings, chain, later: chains, last_reported, requests, wake, commands, start: Instant::now() };
    match driver.work().await {
        Err(LoopGone) => tracing::debug!("the uplink ends with the loop"),
    }
}

/// The loop has dropped its end.
struct LoopGone;

enum Never {}

/// What was last reported to the loop.
struct LastReported {
    link: Option<LinkState>,
    progress: Option<(u64, u64)>,
}

struct UplinkDriver {
    settings: UplinkSettings,
    chain: Chain,
    /// The chains of later incarnations; the present one is the last.
    later: VecDeque<Chain>,
    last_reported: LastReported,
    requests: mpsc::Sender<Request>,
    wake: watch::Receiver<u64>,
    commands: mpsc::Receiver<UplinkCommand>,
    start: Instant,
}

impl UplinkDriver {
    async fn work(&mut self) -> Result<Never, LoopGone> {
        let client = self.connectable().await?;
        loop {
            self.report().await?;
            let highest = *self.wake.borrow_and_update();
            self.chain.woken(highest);
            match self.chain.next(self.now()) {
                Step::Head => {
                    let reply = classify(client.head().await, Head::read);
                    self.chain.headed(self.now(), reply, random());
                }
                Step::Load { after, max } => {
                    let (incarnation, max_bytes) = (self.chain.incarnation.clone(), MAX_BYTES);
                    let rows = self.ask(|reply| Request::Rows { incarnation, after, max, max_bytes, reply }).await?;
                    self.chain.loaded(self.now(), rows, random());
                }
                Step::Append(batch) => self.append(&client, &batch).await,
                Step::SetAside { row, reason } => self.set_aside(row, reason).await?,
                Step::Move { from } => self.renumber(from).await?,
                Step::Orders => self.pull(&client).await?,
                Step::Wait(until) => self.wait(until).await?,
                Step::Stopped => self.person().await?,
                Step::Finished => self.finish().await?,
            }
            if self.chain.finds_loss() {
                self.repeat_past_lives().await?;
            }
        }
    }

    /// A client, as soon as nothing stands still and the settings allow one; the system's authorities are read anew at
    /// each try.
    async fn connectable(&mut self) -> Result<Client, LoopGone> {
        while self.chain.next(self.now()) == Step::Stopped {
            self.report().await?;
            self.person().await?;
        }
        loop {
            match Client::new(&self.settings) {
                Ok(client) => return Ok(client),
                Err(error) => {
                    let why = error.to_string();
                    self.chain.link.state = Some(LinkState::Stopped { why, durable: false, copy: None });
                    self.report().await?;
                    self.person().await?;
                }
            }
        }
    }

    async fn append(&mut self, client: &Client, batch: &EventBatch) {
        let began = Instant::now();
        let reply = classify(client.append(&self.chain.incarnation, batch).await, Head::read);
        if let ReceiverReply::Good(_) = &reply {
            let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::debug!(from = batch.from(), to = batch.to(), elapsed_ms, "events taken");
        }
        self.chain.appended(self.now(), batch, reply, random());
    }

    async fn set_aside(&mut self, row: OutboxRow, reason: String) -> Result<(), LoopGone> {
        let at = jiff::Timestamp::now().as_millisecond();
        let source = event::EventSource { incarnation: self.chain.incarnation.clone(), ..self.settings.source.clone() };
        let Ok(body) = event::tombstone(&source, row.seq, at, &row.body) else {
            self.chain.set_aside(self.now(), false, random());
            return Ok(());
        };
        let seq = row.seq;
        tracing::warn!(seq, reason, "the receiver refuses an event, which is set aside");
        let tombstone = OutboxRow { seq, body: body.into() };
        let incarnation = source.incarnation;
        let done = self.ask(|reply| Request::SetAside { incarnation, seq, reason, tombstone, reply }).await?;
        self.chain.set_aside(self.now(), done, random());
        Ok(())
    }

    /// What can never be told under its number is told under another.
    async fn renumber(&mut self, from: u64) -> Result<(), LoopGone> {
        let incarnation = self.chain.incarnation.clone();
        tracing::warn!(incarnation, from, "the receiver's history went on without these events, which get new numbers");
        let done = self.ask(|reply| Request::Move { incarnation, from, reply }).await?;
        self.chain.moved_on(self.now(), done, random());
        Ok(())
    }

    /// A past incarnation is done with: on to the next.
    async fn finish(&mut self) -> Result<(), LoopGone> {
        if let Some(next) = self.later.pop_front() {
            let incarnation = std::mem::replace(&mut self.chain, next).incarnation;
            self.last_reported.progress = None;
            tracing::info!(incarnation, "everything of an earlier incarnation has arrived");
            self.send(Request::Finished { incarnation }).await?;
        }
        Ok(())
    }

    /// Past incarnations are told again as far as the receiver has lost them, and then the present one.
    async fn repeat_past_lives(&mut self) -> Result<(), LoopGone> {
        let lives = self.ask(|reply| Request::PastLives { reply }).await?;
        for past in lives.into_iter().rev() {
            let past = Chain::past(past, &self.settings.pace);
            self.later.push_front(std::mem::replace(&mut self.chain, past));
            self.last_reported.progress = None;
        }
        Ok(())
    }

    async fn pull(&mut self, client: &Client) -> Result<(), LoopGone> {
        let answer = client.orders(&self.chain.orders.cursor).await;
        // A page may be megabytes long: it is read beside the loop, which runs on this thread too.
        let read = tokio::task::spawn_blocking(move || classify(answer, OrderPage::read));
        match read.await.unwrap_or_else(|error| ReceiverReply::Later { why: error.to_string(), wish_ms: None }) {
            ReceiverReply::Good(OrderPage { cursor: None, .. }) => {
                let why = "the receiver's page of orders has no cursor; have its owner look".into();
                self.chain.orders.failed(self.now(), why, None, random());
                self.chain.after_orders();
            }
            ReceiverReply::Good(OrderPage { cursor: Some(cursor), orders: bodies }) => {
                let empty = bodies.is_empty();
                let news = !empty || cursor != self.chain.orders.cursor;
                let committed = match news {
                    true => {
                        let cursor = cursor.clone();
                        self.ask(|reply| Request::Orders { bodies, cursor, reply }).await?
                    }
                    false => true,
                };
                self.chain.orders.came(self.now(), cursor, empty, committed, random());
                self.chain.after_orders();
            }
            reply => self.chain.ordered(self.now(), reply, random()),
        }
        Ok(())
    }

    async fn wait(&mut self, until: Option<Uptime>) -> Result<(), LoopGone> {
        let start = self.start;
        let timer = async {
            match until {
                Some(Uptime(ms)) => sleep_until(start + Duration::from_millis(ms)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = timer => Ok(()),
            woken = self.wake.changed() => woken.map_err(|_| LoopGone),
            command = self.commands.recv() => self.obey(command),
            () = self.requests.closed() => Err(LoopGone),
        }
    }

    async fn person(&mut self) -> Result<(), LoopGone> {
        tokio::select! {
            command = self.commands.recv() => self.obey(command),
            () = self.requests.closed() => Err(LoopGone),
        }
    }

    fn obey(&mut self, command: Option<UplinkCommand>) -> Result<(), LoopGone> {
        match command {
            Some(UplinkCommand::Retry) => {
                self.chain.retry(self.now());
                // What comes of it is told, even if it is what was told before.
                self.last_reported.link = None;
                Ok(())
            }
            None => Err(LoopGone),
        }
    }

    /// Reports to the loop what is new.
    async fn report(&mut self) -> Result<(), LoopGone> {
        if let Some((sent, confirmed)) = self.chain.progress
            && self.last_reported.progress != self.chain.progress
        {
            self.last_reported.progress = self.chain.progress;
            let incarnation = self.chain.incarnation.clone();
            self.send(Request::Progress { incarnation, sent, confirmed }).await?;
        }
        if let Some(link) = self.chain.link.state.clone()
            && self.last_reported.link.as_ref() != Some(&link)
        {
            match &link {
                LinkState::Up { orders: None } => tracing::info!("the receiver answers"),
                LinkState::Up { orders: Some(why) } => tracing::warn!(why, "no orders are pulled"),
                LinkState::Down { why, retry_in_ms } => {
                    tracing::warn!(why, retry_in_ms, "the receiver is out of reach")
                }
                LinkState::Stopped { why, .. } => tracing::error!(why, "the uplink waits for a person"),
            }
            self.last_reported.link = Some(link.clone());
            self.send(Request::State(link)).await?;
        }
        Ok(())
    }

    async fn send(&self, request: Request) -> Result<(), LoopGone> {
        self.requests.send(request).await.map_err(|_| LoopGone)
    }

    async fn ask<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> Request) -> Result<T, LoopGone> {
        let (reply, answer) = oneshot::channel();
        self.send(request(reply)).await?;
        answer.await.map_err(|_| LoopGone)
    }

    fn now(&self) -> Uptime {
        Uptime(u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX))
    }
}

/// For jitter. A machine without a source of randomness shares the middle of the window with its like.
fn random() -> u64 {
    getrandom::u64().unwrap_or(u64::MAX / 2)
}
