//! What the uplink asks of the loop, and what a person tells it.

use tokio::sync::{mpsc, watch};

use super::imports::Waiter;
use super::{SetupError, StationService};
use crate::daemon::Setup;
use crate::daemon::import::Import;
use crate::screen::Link;
use crate::station::event::Event;
use crate::store::{Store, UplinkStop, Waiting};
use crate::uplink::{self, LinkState, OutboxRow, Request, TimeFloor};

/// How the uplink is told that there is news, and that a person wants it to try.
pub(super) type UplinkHandle = (watch::Sender<u64>, mpsc::Sender<uplink::UplinkCommand>);

/// Starts the uplink of the life that is lived, if one is configured.
pub(super) fn start_uplink(
    setup: &Setup,
    store: &Store,
    floor: &TimeFloor,
) -> Result<Option<(UplinkHandle, mpsc::Receiver<Request>)>, SetupError> {
    let Some(mut settings) = setup.uplink(store)? else { return Ok(None) };
    settings.floor = floor.clone();
    let (requests_in, requests) = mpsc::channel(16);
    let (wake, woken) = watch::channel(store.announced());
    let (retry, commands) = mpsc::channel(4);
    tokio::spawn(uplink::run(settings, requests_in, woken, commands));
    Ok(Some(((wake, retry), requests)))
}

impl StationService {
    pub(super) fn wake_uplink(&self) {
        if let Some((wake, _)) = &self.uplink {
            let announced = self.core.store().announced();
            wake.send_if_modified(|now| std::mem::replace(now, announced) != announced);
        }
    }

    /// A person wants it to try again, and to compare everything.
    pub(super) fn retry_uplink(&mut self) -> Result<serde_json::Value, String> {
        let Some((_, retry)) = &self.uplink else {
            return Err("no uplink is configured; add [uplink] to the configuration".to_owned());
        };
        self.core.store_mut().retry_uplink().map_err(|error| error.to_string())?;
        let _ = retry.try_send(uplink::UplinkCommand::Retry);
        Ok(serde_json::json!({ "retrying": true }))
    }

    pub(super) fn request(&mut self, request: Request) {
        match request {
            Request::Rows { incarnation, after, max, max_bytes, reply } => {
                let rows = self.core.store().outbox_after(&incarnation, after, max, max_bytes);
                let rows = rows.inspect_err(|error| tracing::error!(%error, "the outbox cannot be read")).ok();
                let row = |row: Waiting| OutboxRow { seq: row.seq, body: row.body.into() };
                let _ = reply.send(rows.map(|rows| rows.into_iter().map(row).collect()));
            }
            Request::Progress { incarnation, confirmed, .. } => {
                let store = self.core.store();
                if incarnation == store.incarnation() && confirmed > store.confirmed() {
                    if let Err(error) = self.core.store_mut().confirm(confirmed) {
                        tracing::error!(%error, "what the receiver has cannot be recorded");
                    }
                    self.confirm_manifests();
                }
            }
            Request::SetAside { incarnation, seq, reason, tombstone, reply } => {
                let done = self.core.store_mut().set_aside(&incarnation, seq, &reason, &tombstone.body);
                if let Err(error) = &done {
                    tracing::error!(%error, seq, "an event could not be set aside");
                }
                let _ = reply.send(done.is_ok());
            }
            Request::Move { incarnation, from, reply } => {
                let done = self.core.move_events(&incarnation, from, self.moment().wall);
                if let Err(error) = &done {
                    tracing::error!(%error, incarnation, "events cannot be given new numbers");
                }
                let _ = reply.send(done.is_ok());
                self.wake_uplink();
            }
            Request::Finished { incarnation } => {
                if let Err(error) = self.core.store_mut().finish_life(&incarnation) {
                    tracing::error!(%error, incarnation, "that everything has arrived cannot be recorded");
                }
                self.confirm_manifests();
            }
            Request::PastLives { reply } => {
                let lives = self.core.store().past_lives();
                let lives = lives.inspect_err(|error| tracing::error!(%error, "the outbox cannot be read"));
                let past = |(incarnation, last)| uplink::Past { incarnation, confirmed: last, last };
                let _ = reply.send(lives.unwrap_or_default().into_iter().map(past).collect());
            }
            Request::Orders { bodies, cursor, reply } => {
                let pages = self.pages.0.clone();
                tokio::task::spawn_blocking(move || {
                    let page = (Import::of_page(&bodies, cursor), Waiter::Uplink(reply));
                    let _ = pages.blocking_send(page);
                });
            }
            Request::State(state) => {
                match &state {
                    LinkState::Stopped { why, durable: true, copy } => self.stopped(why, *copy),
                    LinkState::Up { .. } => self.no_longer_stopped(),
                    LinkState::Stopped { .. } | LinkState::Down { .. } => {}
                }
                let (link, why) = match state {
                    LinkState::Up { orders } => (Link::Up, orders),
                    LinkState::Down { why, .. } => (Link::Down, Some(why)),
                    LinkState::Stopped { why, .. } => (Link::Stopped, Some(why)),
                };
                self.take(Event::Uplink { link, why });
            }
        }
    }

    /// The upload waits for a person, also after a restart. A receiver with another history shows that this database was
    /// copied; that comes first, because one that waits is not shown it again.
    fn stopped(&mut self, why: &str, copy: Option<uplink::CopySign>) {
        match copy.map(|copy| self.core.copied_by_receiver(copy)).transpose() {
            Ok(copied) => copied.into_iter().for_each(|copied| self.take(copied)),
            Err(error) => tracing::error!(%error, "which numbers were given twice cannot be read"),
        }
        // A stop that is told again after a restart says no more where histories differ, and they still do.
        let known = || self.core.store().uplink_stop().ok().flatten().and_then(|stop| stop.fork);
        let fork = copy.map(|copy| copy.fork).or_else(known);
        let stop = UplinkStop { why: why.to_owned(), settings: self.setup.uplink_hash(), fork, retried: false };
        if let Err(error) = self.core.store_mut().set_uplink_stop(Some(&stop)) {
            tracing::error!(%error, "that the uplink has stopped cannot be recorded");
        }
    }

    /// The receiver answers: what it was stopped for with other settings is over.
    fn no_longer_stopped(&mut self) {
        if let Err(error) = self.core.store_mut().set_uplink_stop(None) {
            tracing::error!(%error, "that the uplink goes on cannot be recorded");
        }
    }

    /// Manifests whose events the receiver has.
    fn confirm_manifests(&mut self) {
        let mut first = None;
        loop {
            match self.core.store().manifests_arrived() {
                // The same again could not be recorded, and is tried with the next receipt.
                Ok(manifests) if manifests.is_empty() || manifests.first() == first.as_ref() => return,
                Ok(manifests) => {
                    first = manifests.first().cloned();
                    self.take(Event::Confirmed { manifests });
                }
                Err(error) => return tracing::error!(%error, "receipts of manifests cannot be read"),
            }
        }
    }

    /// Another life of the database has begun: what is told belongs to it.
    pub(super) fn restart_uplink(&mut self) {
        match start_uplink(&self.setup, self.core.store(), &self.floor) {
            Ok(Some((uplink, requests))) => (self.uplink, self.requests) = (Some(uplink), requests),
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "the uplink cannot be started again; restart the service"),
        }
    }
}
