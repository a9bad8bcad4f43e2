//! A receiver of events, for the demo and the tests: real sockets, real files, and faults on demand.
//!
//! It keeps the protocol strictly: `If-Match`, dense numbers, the identical batch again is 200, other bytes under the
//! same numbers are 409. What it has answered for is on disk, where it was given a file. It hands out orders, knows
//! one token, and does not assign number ranges.

mod ledger;
mod routes;
mod wire;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use ledger::Ask;
use wire::Port;

/// An event as it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Whose it is.
    pub station: String,
    /// Of which database.
    pub incarnation: String,
    /// Its number there.
    pub seq: u64,
    /// Its bytes.
    pub body: String,
}

/// What a receiver begins with.
#[derive(Debug, Clone, Default)]
pub struct ReceiverSettings {
    /// The bearer token every request must show.
    pub token: Option<String>,
    /// `received.jsonl`: each event on a line, synced before the answer. Heads are rebuilt from it.
    pub data: Option<PathBuf>,
    /// Orders to hand out, each a JSON value.
    pub orders: Vec<String>,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReceiverFault {
    /// Nothing.
    #[default]
    None,
    /// Everything is answered with this status.
    Refuse(u16),
    /// As `Refuse`, with a `Retry-After` of so many seconds.
    Busy(u16, u64),
    /// Requests are read and not answered.
    Hang,
    /// Events are stored, then the connection is dropped. The answer to events that it had already arrives.
    LoseAnswer,
    /// Everything is answered with 200 and a sign-in page.
    CaptivePortal,
    /// A batch with this event in it is refused with 422; its tombstone is taken.
    RejectSeq(u64),
    /// Events are stored and not confirmed.
    Unconfirmed,
    /// The head is that of an incarnation nobody here knows; events are taken.
    OtherHead,
    /// Pages of orders come without a cursor.
    NoCursor,
}

/// A running receiver. Dropped, it closes its port and cuts its connections.
#[derive(Debug)]
pub struct Receiver {
    addr: SocketAddr,
    asks: mpsc::Sender<Ask>,
    stored: watch::Receiver<u64>,
    switches: Switches,
    tasks: [JoinHandle<()>; 2],
}

/// What can be switched while it runs.
#[derive(Debug, Clone)]
struct Switches {
    fault: watch::Sender<ReceiverFault>,
    unplugged: watch::Sender<bool>,
    /// Counts up; every connection older than the count is cut.
    cuts: watch::Sender<u64>,
}

impl Switches {
    fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

impl Receiver {
    /// Listens on `addr`; port 0 chooses one.
    ///
    /// # Errors
    /// The port is taken, or the data file cannot be read, or holds something else.
    pub async fn start(addr: SocketAddr, settings: ReceiverSettings) -> io::Result<Self> {
        let switches = Switches::default();
        Self::serve(Port::open(addr, &switches).await?, switches, settings)
    }

    /// As [`start`](Self::start), with a certificate.
    #[cfg(test)]
    pub(super) async fn start_tls(
        addr: SocketAddr,
        settings: ReceiverSettings,
        tls: tokio_rustls::TlsAcceptor,
    ) -> io::Result<Self> {
        let switches = Switches::default();
        Self::serve(Port::open(addr, &switches).await?.with_tls(tls), switches, settings)
    }

    fn serve(port: Port, switches: Switches, settings: ReceiverSettings) -> io::Result<Self> {
        let addr = port.addr();
        let (asks, questions) = mpsc::channel(16);
        let (stored, progress) = watch::channel(0);
        let ledger = ledger::Ledger::open(settings.data, settings.orders)?;
        let ledger = tokio::spawn(ledger.run(questions, stored));
        let router = routes::router(asks.clone(), switches.clone(), settings.token);
        let server = tokio::spawn(async move {
            // Never returns: a port that cannot be opened again is tried until the task ends.
            let _ = axum::serve(port, router).await;
        });
        Ok(Self { addr, asks, stored: progress, switches, tasks: [ledger, server] })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Every event it has, in the order they came.
    pub async fn events(&self) -> Vec<Stored> {
        let (reply, events) = oneshot::channel();
        let asked = self.asks.send(Ask::Events { reply }).await;
        if asked.is_err() { Vec::new() } else { events.await.unwrap_or_default() }
    }

    /// How many events it has; changes as they come.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.stored.clone()
    }

    /// Has more orders to hand out.
    pub async fn add_orders(&self, orders: Vec<String>) {
        // The ledger ends with the receiver alone.
        let _ = self.asks.send(Ask::AddOrders { orders }).await;
    }

    /// It has only the first `count` of the events it had, as after a restore of its own.
    pub async fn go_back(&self, count: usize) {
        let (reply, done) = oneshot::channel();
        if self.asks.send(Ask::GoBack { count, reply }).await.is_ok() {
            let _ = done.await;
        }
    }

    /// From now on this goes wrong. Requests that hang go on.
    pub fn set_fault(&self, fault: ReceiverFault) {
        self.switches.fault.send_replace(fault);
    }

    /// What goes wrong now.
    pub fn fault(&self) -> ReceiverFault {
        *self.switches.fault.borrow()
    }

    /// Pulled, the connections are cut and new ones refused; put back, it listens on the same port.
    pub fn pull_cable(&self, pulled: bool) {
        self.switches.unplugged.send_replace(pulled);
        self.switches.cut();
    }

    /// Ends it, and waits until its port and its file are free.
    pub async fn stop(mut self) {
        let [ledger, server] = &mut self.tasks;
        server.abort();
        // Aborted: there is nothing to learn from it.
        let _ = server.await;
        if self.asks.send(Ask::End).await.is_ok() {
            let _ = ledger.await;
        }
    }
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            fault: watch::Sender::new(ReceiverFault::None),
            unplugged: watch::Sender::new(false),
            cuts: watch::Sender::new(0),
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.switches.cut();
        for task in &self.tasks {
            task.abort();
        }
    }
}
