//! A station for the tests: the loop, its database, and a driver that can be killed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::event::{EventKind, EventSource, cloud_event};
use super::{CopySign, LinkState, OutboxRow, Pace, Past, Request, TimeFloor, UplinkCommand, UplinkSettings, run};

/// Short enough that a test does not wait.
pub(super) const BRISK: Pace = Pace {
    retry_first: Duration::from_millis(1),
    retry_most: Duration::from_millis(8),
    confirm_first: Duration::from_millis(2),
    confirm_most: Duration::from_millis(8),
    orders_every: Some(Duration::from_millis(5)),
    connect: Duration::from_millis(500),
    whole: Duration::from_millis(500),
};

/// One incarnation of the database.
#[derive(Debug, Clone, Default)]
pub(super) struct Life {
    pub(super) incarnation: String,
    /// Every event it ever told under its own number.
    pub(super) made: Vec<String>,
    /// Those that are kept.
    pub(super) rows: Vec<OutboxRow>,
    pub(super) sent: u64,
    pub(super) confirmed: u64,
}

impl Life {
    pub(super) fn last(&self) -> u64 {
        self.made.len() as u64
    }
}

/// What survives when the driver is killed, and what can be copied.
#[derive(Debug, Clone, Default)]
pub(super) struct Database {
    pub(super) present: Life,
    pub(super) past: Vec<Life>,
    pub(super) stopped: Option<String>,
    cursor: String,
    pub(super) aside: Vec<(u64, String)>,
    pub(super) orders: Vec<String>,
}

impl Database {
    fn life(&mut self, incarnation: &str) -> &mut Life {
        let lives = self.past.iter_mut().chain([&mut self.present]);
        lives.into_iter().find(|life| life.incarnation == incarnation).expect("a known incarnation")
    }

    /// Every life, the present one last.
    pub(super) fn lives(&self) -> impl Iterator<Item = &Life> {
        self.past.iter().chain([&self.present])
    }
}

/// The loop and its database.
pub(super) struct Station {
    pub(super) settings: UplinkSettings,
    pub(super) db: Database,
    /// Counts the events of every history, so that no two are the same.
    marks: Arc<AtomicU64>,
    /// Marks of events that got new numbers.
    pub(super) moved: Vec<String>,
    pub(super) copy: Option<CopySign>,
    pub(super) links: Vec<LinkState>,
    driver: Option<RunningDriver>,
}

struct RunningDriver {
    requests: mpsc::Receiver<Request>,
    wake: watch::Sender<u64>,
    commands: mpsc::Sender<UplinkCommand>,
    task: JoinHandle<()>,
}

impl Station {
    pub(super) fn new(addr: SocketAddr, pace: Pace) -> Self {
        Self::at(format!("http://{addr}"), pace)
    }

    pub(super) fn at(url: String, pace: Pace) -> Self {
        let source =
            EventSource { warehouse: "W1".into(), station: "ST03".into(), incarnation: String::new(), clock: None };
        let settings = UplinkSettings {
            url,
            token: None,
            ca_pem: None,
            source,
            confirmed: 0,
            past: vec![],
            stopped: None,
            cursor: String::new(),
            pace,
            floor: TimeFloor::default(),
        };
        let present = Life { incarnation: "a1".into(), ..Life::default() };
        let db = Database { present, ..Database::default() };
        Self { settings, db, marks: Arc::default(), moved: vec![], copy: None, links: vec![], driver: None }
    }

    /// Another station that runs on a copy of a database of this one.
    pub(super) fn on_copy(&self, db: Database) -> Self {
        let (settings, marks) = (self.settings.clone(), self.marks.clone());
        Self { settings, db, marks, moved: vec![], copy: None, links: vec![], driver: None }
    }

    /// Records `count` more events.
    pub(super) fn record(&mut self, count: u64) {
        for _ in 0..count {
            let mark = self.marks.fetch_add(1, Ordering::Relaxed);
            self.tell(&mark.to_string());
        }
        self.wake();
    }

    /// The event of this mark gets the next number.
    fn tell(&mut self, mark: &str) {
        let seq = self.db.present.last() + 1;
        let source = EventSource { incarnation: self.db.present.incarnation.clone(), ..self.settings.source.clone() };
        let data = serde_json::json!({"schema": "parceld.parcel/1", "parcel": mark});
        let body = cloud_event(&source, EventKind::ParcelVerified, seq, 1_794_732_577_042, &data).unwrap();
        self.db.present.rows.push(OutboxRow { seq, body: body.as_str().into() });
        self.db.present.made.push(body);
    }

    fn wake(&self) {
        if let Some(driver) = &self.driver {
            driver.wake.send_replace(self.db.present.last());
        }
    }

    pub(super) fn start(&mut self) {
        self.kill();
        let Database { present, past, stopped, cursor, .. } = &self.db;
        let past = past.iter().filter(|life| life.last() > life.confirmed).map(|life| Past {
            incarnation: life.incarnation.clone(),
            confirmed: life.confirmed,
            last: life.last(),
        });
        let mut settings = UplinkSettings {
            confirmed: present.confirmed,
            past: past.collect(),
            stopped: stopped.clone(),
            cursor: cursor.clone(),
            ..self.settings.clone()
        };
        settings.source.incarnation.clone_from(&present.incarnation);
        let (requests, taken) = mpsc::channel(8);
        let (wake, woken) = watch::channel(present.last());
        let (commands, commanded) = mpsc::channel(1);
        let task = tokio::spawn(run(settings, requests, woken, commanded));
        self.driver = Some(RunningDriver { requests: taken, wake, commands, task });
    }

    /// The database is put back as it was, and nobody notices.
    pub(super) fn put_back(&mut self, db: Database) {
        self.kill();
        self.db = db;
        self.links.clear();
        self.start();
    }

    /// The database becomes a new incarnation.
    pub(super) fn begin_anew(&mut self) {
        self.kill();
        let incarnation = format!("n{}", self.marks.fetch_add(1, Ordering::Relaxed));
        let before = std::mem::replace(&mut self.db.present, Life { incarnation, ..Life::default() });
        self.db.past.push(before);
        self.db.stopped = None;
        self.copy = None;
        self.start();
    }

    /// As a cut of power would.
    fn kill(&mut self) {
        if let Some(driver) = self.driver.take() {
            driver.task.abort();
        }
    }

    pub(super) fn retry(&mut self) {
        self.db.stopped = None;
        self.driver.as_ref().unwrap().commands.try_send(UplinkCommand::Retry).unwrap();
    }

    /// Serves the driver's next request.
    pub(super) async fn serve(&mut self) {
        match self.driver.as_mut().unwrap().requests.recv().await.expect("the driver goes on") {
            Request::Rows { incarnation, after, max, max_bytes, reply } => {
                let mut bytes = 0;
                let within = |row: &&OutboxRow| {
                    let fits = bytes < max_bytes;
                    bytes += row.body.len();
                    fits
                };
                let rows = &self.db.life(&incarnation).rows;
                let rows = rows.iter().filter(|row| row.seq > after).take(max).take_while(within).cloned();
                let _ = reply.send(Some(rows.collect()));
            }
            Request::Progress { incarnation, sent, confirmed } => {
                let life = self.db.life(&incarnation);
                assert!(confirmed >= life.confirmed, "a confirmation was taken back");
                (life.sent, life.confirmed) = (sent, confirmed);
                life.rows.retain(|row| row.seq > confirmed);
            }
            Request::SetAside { incarnation, seq, reason, tombstone, reply } => {
                self.db.aside.push((seq, reason));
                *self.db.life(&incarnation).rows.iter_mut().find(|row| row.seq == seq).unwrap() = tombstone;
                let _ = reply.send(true);
            }
            Request::Move { incarnation, from, reply } => {
                let life = self.db.life(&incarnation);
                assert!(from > life.confirmed, "what was confirmed is told twice");
                life.rows.retain(|row| row.seq < from);
                let moved = life.made.split_off(usize::try_from(from).unwrap() - 1);
                for mark in moved.iter().map(|body| mark(body)) {
                    self.tell(&mark);
                    self.moved.push(mark);
                }
                self.wake();
                let _ = reply.send(true);
            }
            Request::Finished { incarnation } => {
                let life = self.db.life(&incarnation);
                life.confirmed = life.last();
                life.sent = life.confirmed;
                life.rows.clear();
            }
            Request::PastLives { reply } => {
                // What is finished is not kept here.
                let _ = reply.send(Vec::new());
            }
            Request::Orders { bodies, cursor, reply } => {
                self.db.orders.extend(bodies);
                self.db.cursor = cursor;
                let _ = reply.send(true);
            }
            Request::State(link) => {
                if let LinkState::Stopped { why, durable: true, copy } = &link {
                    self.db.stopped = Some(why.clone());
                    self.copy = copy.or(self.copy);
                }
                self.links.push(link);
            }
        }
    }

    /// Serves until `done`.
    pub(super) async fn until(&mut self, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            self.serve().await;
        }
    }

    /// Until everything made is confirmed.
    pub(super) async fn drained(&mut self) {
        self.until(|station| station.db.lives().all(|life| life.confirmed == life.last())).await;
    }

    pub(super) fn down(&self) -> Option<&str> {
        if let Some(LinkState::Down { why, .. }) = self.links.last() { Some(why) } else { None }
    }

    pub(super) fn stopped(&self) -> Option<&str> {
        if let Some(LinkState::Stopped { why, .. }) = self.links.last() { Some(why) } else { None }
    }
}

/// What tells an event from every other, whatever its number.
pub(super) fn mark(body: &str) -> String {
    let event: serde_json::Value = serde_json::from_str(body).unwrap();
    event["data"]["parcel"].as_str().unwrap().to_owned()
}
