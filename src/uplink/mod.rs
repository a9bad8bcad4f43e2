//! The uplink: events out of the outbox to the receiver, orders back, over HTTP(S).
//!
//! The protocol is *append with an expected head*. Events are dense from 1 within one incarnation of the station;
//! a batch is put with `If-Match: "<the number before it>"`, so a batch whose answer was lost is recognised when it
//! comes again, however many days later: nothing is lost and nothing doubled. Every batch is made of the bytes the
//! outbox holds, never serialized again, and each event keeps the number it was given.
//!
//! **Numbers alone prove nothing.** A database that was restored from an old copy counts on from an old number, and its
//! second history would be taken for the first. So after any doubt the receiver is asked for its head, and the last row
//! that both should have is put again alone. 200 shows that it and all before it are the same; 409 that the histories
//! differ, and then the first row that does is found by halving. Nothing is sent on, and nothing is believed to be
//! confirmed, before that.
//!
//! - [`chain`] decides, [`answer`] reads an HTTP answer, `backoff` counts delays, `orders` paces the pull: all pure.
//! - `client` speaks HTTP; `driver` joins the two and asks the daemon's loop for what it needs through [`Request`].
//! - [`event`] makes the events themselves. `receiver` is a real receiver for the demo and the tests.
//!
//! | what happens | noticed by | what the uplink does |
//! |---|---|---|
//! | an old copy was put back, and more was packed | the last row put again: 409 | finds the fork; durable stop with a [`CopySign`] |
//! | an old copy was put back, and nothing was packed | the last row put again: 200, and the head is beyond it | durable stop with a [`CopySign`] |
//! | a second station runs on a copy | 409 on new events | halves to the fork; durable stop with a [`CopySign`] |
//! | the receiver was restored from a backup | its head is behind; that row put again: 200 | sends again from there; durable stop where a row is no longer kept |
//! | and it lost what past incarnations had told | its head is behind what was confirmed | [`Request::PastLives`]; their last rows are put again, and what is missing is sent, before the present one goes on |
//! | an answer was lost | the connection | head, last row again, then on |
//! | the receiver names another head (412) | the append | that row put again, then on from there; the second time in a row it is left alone for a while |
//! | the receiver names another incarnation in its head | the head | begins with the row that was confirmed last |
//! | the receiver follows another incarnation (412): an old copy was put back once more, or a copy goes on elsewhere | the append | durable stop with a [`CopySign`] |
//! | an event is refused (400, 413, 422) | the append | halves to the event; sets it aside when a neighbour is taken, else durable stop |
//! | a row that is put again for a comparison is refused | the comparison | durable stop; it is not set aside |
//! | an earlier incarnation has rows that are not confirmed | [`UplinkSettings::past`] | they are told first, under their old numbers |
//! | its numbers hold other events, or are no longer wanted | 409, or 412 with another incarnation | [`Request::Move`] from the first such row on, but nothing that was confirmed |
//! | the true history of an earlier incarnation went on | the head is beyond its last row | nothing: its own rows are there |
//! | 401, 403, 404 and what the protocol does not know | any answer | durable stop |
//! | the network, 3xx, 5xx, 408, 425, 429, a sign-in page | any exchange | tries again for ever, with back-off; everything is in doubt |
//! | a restart while a person was called for | [`UplinkSettings::stopped`] | sends nothing before [`UplinkCommand::Retry`], then compares again |
//! | a person retries | [`UplinkCommand::Retry`] | everything is in doubt |
//!
//! What it does where the protocol leaves room:
//!
//! - *While nothing failed*, a head that is asked for its confirmation and stays where it is needs no new proof. A
//!   receiver's `confirmed` is believed as far as rows are proven, and no further.
//! - *A row that is no longer kept* cannot be compared. It counts as the receiver's if it was durably confirmed.
//! - *Another incarnation's head* says nothing about our numbers. Only rows that were confirmed are put again alone then,
//!   and batches that follow them: a row put alone beyond the receiver's last could be taken in another history.
//! - *Past incarnations* are told one after the other, the oldest first; the present one and the pull of orders wait, for
//!   a person too. *Taken* is enough for them: a head may never speak of their confirmation.
//! - *A neighbour is accepted*: an event before it, taken while the refused one was being found; else the last batch
//!   that was taken, put again unchanged. After setting an event aside, none is set aside until another event has
//!   been taken, so a receiver that refuses everything new cannot hollow out the outbox.
//! - *An event that was set aside* is compared as its tombstone, for that is what the receiver has.
//! - *Orders refused* with anything but 401 and 403 stop the pull of orders alone; events go on.
//!
//! It refuses to follow redirects, to drop an event, to send a token over plain HTTP beyond loopback, and to read an
//! answer without a bound. All its state can be rebuilt after a restart from [`UplinkSettings`] and the outbox.

pub mod answer;
mod backoff;
pub mod chain;
mod client;
mod driver;
pub mod event;
#[cfg(test)]
mod fault_tests;
mod floor;
mod orders;
pub mod receiver;
#[cfg(test)]
mod test_station;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

pub use client::SetupError;
pub use driver::run;
pub use floor::TimeFloor;
pub use reqwest::Url;

/// One event of the outbox: a CloudEvent as [`event::cloud_event`] wrote it once. These bytes are sent every time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its number, dense and rising from 1 within the incarnation.
    pub seq: u64,
    /// The JSON object, on one line.
    pub body: Arc<str>,
}

/// What the uplink asks of the loop, which owns the database.
///
/// Numbers are those of one *incarnation*: of the present one (`settings.source.incarnation`), or of a past one that
/// [`UplinkSettings::past`] names.
#[derive(Debug)]
pub enum Request {
    /// The rows numbered above `after`, in order: at most `max`, and no more once `max_bytes` are passed, but at
    /// least one where there is one. A row set aside comes as its tombstone.
    Rows {
        /// Whose rows.
        incarnation: String,
        /// The last number not wanted.
        after: u64,
        /// How many rows at most.
        max: usize,
        /// Bytes of bodies that are enough.
        max_bytes: usize,
        /// Takes the rows, empty when none is kept; `None` when they cannot be read, which proves nothing.
        reply: oneshot::Sender<Option<Vec<OutboxRow>>>,
    },
    /// How far the receiver is. Rows up to `confirmed` need not be kept for the uplink.
    Progress {
        /// Whose numbers these are.
        incarnation: String,
        /// The last event that the receiver is known to have as it is here.
        sent: u64,
        /// The last event it will never ask for again. Never above `sent`, except where the receiver lost what it
        /// had confirmed; does not go back while the uplink runs, nor below what it was started with.
        confirmed: u64,
    },
    /// Put the tombstone in the place of the event with its number, and keep the original exportable.
    SetAside {
        /// Whose event.
        incarnation: String,
        /// The event's number.
        seq: u64,
        /// What the receiver said, for people; at most a few hundred printable characters.
        reason: String,
        /// What is sent from now on.
        tombstone: OutboxRow,
        /// True once that is durable.
        reply: oneshot::Sender<bool>,
    },
    /// The receiver will never take the rows numbered `from` and above of a past incarnation under their numbers.
    /// Give their events new numbers in the present incarnation, after those already given; they are sent with the
    /// rest. One transaction, and nothing to do where there are no such rows any more: it may be asked again.
    Move {
        /// The past incarnation.
        incarnation: String,
        /// The first row to be moved.
        from: u64,
        /// True once that is durable.
        reply: oneshot::Sender<bool>,
    },
    /// The receiver has every row that a past incarnation still has; they are confirmed, and it is done with. Comes
    /// again at the next start where that could not be recorded.
    Finished {
        /// The past incarnation.
        incarnation: String,
    },
    /// The receiver has lost what it had confirmed, and with it perhaps what past incarnations had told.
    PastLives {
        /// Takes the past incarnations, the oldest first, with the last row that is kept of each.
        reply: oneshot::Sender<Vec<Past>>,
    },
    /// Orders from the receiver, with the cursor that follows them: one transaction.
    Orders {
        /// Orders as JSON, each as received and not yet checked. May be empty when only the cursor moved.
        bodies: Vec<String>,
        /// Where the next pull begins.
        cursor: String,
        /// True once both are durable.
        reply: oneshot::Sender<bool>,
    },
    /// The link changed.
    State(LinkState),
}

/// How the link is, for the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// The receiver answers.
    Up {
        /// Why no orders are pulled from it at present.
        orders: Option<String>,
    },
    /// It does not; the uplink tries again by itself.
    Down {
        /// What happened.
        why: String,
        /// When it tries again, in milliseconds from now.
        retry_in_ms: u64,
    },
    /// A person must act, then send [`UplinkCommand::Retry`]. Nothing was dropped.
    Stopped {
        /// What happened and what to do.
        why: String,
        /// Whether it must outlast a restart: keep `why`, and give it back as [`UplinkSettings::stopped`] until a person
        /// retries. True of every stop that came from an answer of the receiver or from the data here; false of
        /// settings that no client can be made of, which are read anew at each start.
        durable: bool,
        /// The receiver has a history that is not the one of this database: numbers that were consumed in it may be
        /// consumed again here. `None` does not take an earlier sign back.
        copy: Option<CopySign>,
    },
}

/// What shows that this database, or another with its name, is a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopySign {
    /// The first event of this database that the receiver does not have as it is here; one above the last when it has
    /// them all.
    pub fork: u64,
    /// How many events the receiver has beyond those that both have; at least, where it did not say.
    pub ahead: u64,
    /// How many it has of another incarnation, where it follows one: a life that went on from this database, or from one
    /// with its name. 0 where it follows ours.
    pub elsewhere: u64,
}

/// What a person may tell the uplink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UplinkCommand {
    /// Try now: out of [`LinkState::Stopped`], or without waiting for the back-off.
    Retry,
}

/// The bearer token. Never shown.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A token as its file holds it; white space around it is dropped.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Everything the uplink needs to know.
#[derive(Debug, Clone)]
pub struct UplinkSettings {
    /// The receiver's address: `https`, or `http` to loopback.
    pub url: String,
    /// Sent as `Authorization: Bearer`.
    pub token: Option<Token>,
    /// A private certificate authority, PEM. When given, no other is trusted.
    pub ca_pem: Option<Vec<u8>>,
    /// Whose events these are.
    pub source: event::EventSource,
    /// The last of these events that was durably confirmed; 0 for none.
    pub confirmed: u64,
    /// Earlier incarnations of this database with events that are not confirmed, the oldest first. Each is finished
    /// before the next, and all before the present one and the pull of orders.
    pub past: Vec<Past>,
    /// Why the uplink stood still for a person before a restart: it sends nothing until [`UplinkCommand::Retry`].
    pub stopped: Option<String>,
    /// Where the pull of orders begins: the last cursor that was committed, or empty.
    pub cursor: String,
    /// Delays and limits.
    pub pace: Pace,
    /// The time that certificates are judged by.
    pub floor: TimeFloor,
}

/// An incarnation that this database had before it was restored or copied, with events that are not confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Its name.
    pub incarnation: String,
    /// The last of its events that was durably confirmed.
    pub confirmed: u64,
    /// The last of its events that is to be told under its number.
    pub last: u64,
}

/// Delays and limits of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The shortest back-off, and the width of the first window.
    pub retry_first: Duration,
    /// The longest back-off that the uplink chooses by itself.
    pub retry_most: Duration,
    /// The first wait before the head is asked for a confirmation; it doubles while none comes.
    pub confirm_first: Duration,
    /// The longest such wait.
    pub confirm_most: Duration,
    /// How often orders are asked for while the link is up; `None` for never.
    pub orders_every: Option<Duration>,
    /// For the connection.
    pub connect: Duration,
    /// For a whole exchange, to the last byte of the answer.
    pub whole: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            retry_first: Duration::from_secs(1),
            retry_most: Duration::from_secs(300),
            confirm_first: Duration::from_secs(1),
            confirm_most: Duration::from_secs(60),
            orders_every: Some(Duration::from_secs(30)),
            connect: Duration::from_secs(5),
            whole: Duration::from_secs(30),
        }
    }
}
