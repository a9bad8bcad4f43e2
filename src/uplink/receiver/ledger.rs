//! What the receiver has taken: one task owns it, and the file it survives in.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::{mpsc, oneshot, watch};

use super::Stored;
use crate::uplink::event;

/// Orders in one answer.
const PAGE: usize = 100;

/// Where a station's chain is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct LedgerPosition {
    pub(super) incarnation: String,
    pub(super) seq: u64,
    pub(super) confirmed: u64,
}

/// A batch that wants to be taken.
#[derive(Debug)]
pub(super) struct Append {
    pub(super) station: String,
    pub(super) incarnation: String,
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) body: String,
    /// An event that is not taken.
    pub(super) reject: Option<u64>,
    /// Whether what is taken is confirmed.
    pub(super) confirm: bool,
}

/// What became of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum AppendOutcome {
    Taken(LedgerPosition),
    /// It was there already, the same.
    Known(LedgerPosition),
    Moved(LedgerPosition),
    Conflict,
    Malformed(&'static str),
    Rejected,
    Broken(String),
}

/// What is asked of the ledger.
#[derive(Debug)]
pub(super) enum Ask {
    Head {
        station: String,
        confirm: bool,
        reply: oneshot::Sender<LedgerPosition>,
    },
    Append {
        append: Append,
        reply: oneshot::Sender<AppendOutcome>,
    },
    Orders {
        cursor: String,
        reply: oneshot::Sender<(usize, Vec<String>)>,
    },
    AddOrders {
        orders: Vec<String>,
    },
    Events {
        reply: oneshot::Sender<Vec<Stored>>,
    },
    /// Forget all but the first `count` events.
    GoBack {
        count: usize,
        reply: oneshot::Sender<()>,
    },
    /// Answer nothing more; what is being written is written.
    End,
}

/// The events of one incarnation of one station.
#[derive(Debug, Default)]
struct StoredChain {
    bodies: Vec<Arc<str>>,
    confirmed: u64,
}

#[derive(Debug)]
pub(super) struct Ledger {
    chains: HashMap<(String, String), StoredChain>,
    newest: HashMap<String, String>,
    stored: Vec<Stored>,
    orders: Vec<String>,
    file: Option<Arc<File>>,
    length: u64,
}

/// What of an event the receiver looks at.
#[derive(Deserialize)]
struct Outline {
    source: String,
    stationseq: u64,
}

impl Ledger {
    /// Reads what was taken before. A last line without its end was never answered for and is cut off.
    pub(super) fn open(data: Option<PathBuf>, orders: Vec<String>) -> io::Result<Self> {
        let mut ledger =
            Self { chains: HashMap::new(), newest: HashMap::new(), stored: Vec::new(), orders, file: None, length: 0 };
        if let Some(path) = data {
            ledger.read(&path)?;
        }
        Ok(ledger)
    }

    fn read(&mut self, path: &Path) -> io::Result<()> {
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let wrong = || {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{} holds something else than received events; move it away", path.display()),
            )
        };
        for line in bytes[..whole].split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            let body = std::str::from_utf8(line).map_err(|_| wrong())?;
            let outline: Outline = serde_json::from_str(body).map_err(|_| wrong())?;
            let (station, incarnation) = owner(&outline.source).ok_or_else(wrong)?;
            if outline.stationseq != self.position(station, incarnation).seq + 1 {
                return Err(wrong());
            }
            self.take(station, incarnation, vec![body.into()], true);
        }
        self.length = u64::try_from(whole).map_err(io::Error::other)?;
        file.set_len(self.length)?;
        file.seek(SeekFrom::End(0))?;
        file.sync_all()?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        self.file = Some(Arc::new(file));
        Ok(())
    }

    /// Answers until nobody asks.
    pub(super) async fn run(mut self, mut questions: mpsc::Receiver<Ask>, stored: watch::Sender<u64>) {
        loop {
            let count = self.stored.len() as u64;
            stored.send_if_modified(|known| std::mem::replace(known, count) != count);
            let Some(ask) = questions.recv().await else { return };
            // Whoever asked may have gone.
            let _ = match ask {
                Ask::Head { station, confirm, reply } => reply.send(self.newest(&station, confirm)).is_ok(),
                Ask::Append { append, reply } => reply.send(self.append(append).await).is_ok(),
                Ask::Orders { cursor, reply } => reply.send(self.page(&cursor)).is_ok(),
                Ask::End => return,
                Ask::GoBack { count, reply } => {
                    self.go_back(count);
                    reply.send(()).is_ok()
                }
                Ask::Events { reply } => reply.send(self.stored.clone()).is_ok(),
                Ask::AddOrders { orders } => {
                    self.orders.extend(orders);
                    true
                }
            };
        }
    }

    fn newest(&mut self, station: &str, confirm: bool) -> LedgerPosition {
        let Some(incarnation) = self.newest.get(station).cloned() else { return LedgerPosition::default() };
        if confirm && let Some(chain) = self.chains.get_mut(&(station.to_owned(), incarnation.clone())) {
            chain.confirmed = chain.bodies.len() as u64;
        }
        self.position(station, &incarnation)
    }

    fn position(&self, station: &str, incarnation: &str) -> LedgerPosition {
        let chain = self.chains.get(&(station.to_owned(), incarnation.to_owned()));
        let (seq, confirmed) = chain.map_or((0, 0), |chain| (chain.bodies.len() as u64, chain.confirmed));
        LedgerPosition { incarnation: incarnation.to_owned(), seq, confirmed }
    }

    async fn append(&mut self, append: Append) -> AppendOutcome {
        let Append { station, incarnation, from, to, body, reject, confirm } = append;
        let bodies = match events(&body, &station, &incarnation, from, to) {
            Ok(bodies) => bodies,
            Err(why) => return AppendOutcome::Malformed(why),
        };
        if (from..).zip(&bodies).any(|(seq, body)| reject == Some(seq) && !event::is_tombstone(body)) {
            return AppendOutcome::Rejected;
        }
        let head = self.position(&station, &incarnation);
        let known = self.known(&station, &incarnation, from);
        if known.iter().zip(&bodies).any(|(known, body)| known != body) {
            return AppendOutcome::Conflict;
        }
        if to <= head.seq {
            return AppendOutcome::Known(LedgerPosition { seq: to, ..head });
        }
        if from != head.seq + 1 {
            return AppendOutcome::Moved(head);
        }
        if let Err(error) = self.write(&bodies).await {
            return AppendOutcome::Broken(error.to_string());
        }
        self.take(&station, &incarnation, bodies, confirm);
        AppendOutcome::Taken(self.position(&station, &incarnation))
    }

    /// What is stored from the number `from` on.
    fn known(&self, station: &str, incarnation: &str, from: u64) -> &[Arc<str>] {
        let chain = self.chains.get(&(station.to_owned(), incarnation.to_owned()));
        let start = usize::try_from(from.saturating_sub(1)).unwrap_or(usize::MAX);
        chain.and_then(|chain| chain.bodies.get(start..)).unwrap_or_default()
    }

    /// Appends and syncs; on failure the file is as it was.
    async fn write(&mut self, bodies: &[Arc<str>]) -> io::Result<()> {
        let Some(file) = self.file.clone() else { return Ok(()) };
        let lines: String = bodies.iter().flat_map(|body| [&**body, "\n"]).collect();
        let length = self.length;
        let written = tokio::task::spawn_blocking(move || {
            let mut file = &*file;
            let result = file.write_all(lines.as_bytes()).and_then(|()| file.sync_data());
            if result.is_err() {
                file.set_len(length)?;
                file.seek(SeekFrom::End(0))?;
            }
            result.map(|()| lines.len() as u64)
        });
        self.length += written.await.map_err(io::Error::other)??;
        Ok(())
    }

    fn take(&mut self, station: &str, incarnation: &str, bodies: Vec<Arc<str>>, confirm: bool) {
        self.newest.insert(station.to_owned(), incarnation.to_owned());
        let chain = self.chains.entry((station.to_owned(), incarnation.to_owned())).or_default();
        for body in bodies {
            chain.bodies.push(body.clone());
            self.stored.push(Stored {
                station: station.to_owned(),
                incarnation: incarnation.to_owned(),
                seq: chain.bodies.len() as u64,
                body: body.to_string(),
            });
        }
        if confirm {
            chain.confirmed = chain.bodies.len() as u64;
        }
    }

    /// As it was when it had `count` events, in its file too.
    fn go_back(&mut self, count: usize) {
        self.chains.clear();
        self.newest.clear();
        let kept = std::mem::take(&mut self.stored).into_iter().take(count);
        self.length = 0;
        for Stored { station, incarnation, body, .. } in kept {
            self.length += body.len() as u64 + 1;
            self.take(&station, &incarnation, vec![body.into()], true);
        }
        if let Some(mut file) = self.file.as_deref()
            && let Err(error) = file.set_len(self.length).and_then(|()| file.seek(SeekFrom::End(0)))
        {
            tracing::error!(%error, "the file of received events could not be cut");
        }
    }

    /// Orders after the cursor, and the cursor after them.
    fn page(&self, cursor: &str) -> (usize, Vec<String>) {
        let start = cursor.parse::<usize>().unwrap_or(0).min(self.orders.len());
        let page: Vec<String> = self.orders[start..].iter().take(PAGE).cloned().collect();
        (start + page.len(), page)
    }
}

/// The station and the incarnation in `parceld/<warehouse>/<station>/<incarnation>`.
fn owner(source: &str) -> Option<(&str, &str)> {
    let mut parts = source.split('/').skip(2);
    let owner = (parts.next()?, parts.next()?);
    parts.next().is_none().then_some(owner)
}

/// The events of a batch, each as it came, if they are what the address says.
fn events(body: &str, station: &str, incarnation: &str, from: u64, to: u64) -> Result<Vec<Arc<str>>, &'static str> {
    let raw: Vec<&RawValue> = serde_json::from_str(body).map_err(|_| "the body is not a JSON array")?;
    if from == 0 || to < from || to - from + 1 != raw.len() as u64 {
        return Err("the range does not count the events");
    }
    for (seq, event) in (from..).zip(&raw) {
        let outline: Outline = serde_json::from_str(event.get()).map_err(|_| "an event has no source or stationseq")?;
        if outline.stationseq != seq || owner(&outline.source) != Some((station, incarnation)) {
            return Err("an event is not the one its place says");
        }
        if event.get().contains('\n') {
            return Err("an event is not on one line");
        }
    }
    Ok(raw.into_iter().map(|event| event.get().into()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uplink::event::{EventKind, EventSource, cloud_event};

    fn body(incarnation: &str, from: u64, to: u64, note: &str) -> String {
        let source =
            EventSource { warehouse: "W".into(), station: "S".into(), incarnation: incarnation.into(), clock: None };
        let data = serde_json::json!({ "note": note });
        let event = |seq| cloud_event(&source, EventKind::ParcelVerified, seq, 0, &data).unwrap();
        format!("[{}]", (from..=to).map(event).collect::<Vec<_>>().join(","))
    }

    fn batch(incarnation: &str, from: u64, to: u64, note: &str) -> Append {
        let body = body(incarnation, from, to, note);
        let (station, incarnation) = ("S".to_owned(), incarnation.to_owned());
        Append { station, incarnation, from, to, body, reject: None, confirm: true }
    }

    fn at(incarnation: &str, seq: u64, confirmed: u64) -> LedgerPosition {
        LedgerPosition { incarnation: incarnation.into(), seq, confirmed }
    }

    #[tokio::test]
    async fn the_identical_batch_again_is_taken_again_and_stored_once() {
        let mut ledger = Ledger::open(None, vec![]).unwrap();
        assert_eq!(ledger.append(batch("a", 1, 3, "x")).await, AppendOutcome::Taken(at("a", 3, 3)));
        assert_eq!(ledger.append(batch("a", 4, 5, "x")).await, AppendOutcome::Taken(at("a", 5, 5)));
        assert_eq!(ledger.append(batch("a", 1, 3, "x")).await, AppendOutcome::Known(at("a", 3, 5)));
        assert_eq!(ledger.append(batch("a", 2, 2, "x")).await, AppendOutcome::Known(at("a", 2, 5)));
        assert_eq!(ledger.stored.len(), 5);
    }

    #[tokio::test]
    async fn other_bytes_under_the_same_numbers_are_a_conflict() {
        let mut ledger = Ledger::open(None, vec![]).unwrap();
        ledger.append(batch("a", 1, 3, "x")).await;
        assert_eq!(ledger.append(batch("a", 1, 3, "y")).await, AppendOutcome::Conflict);
        assert_eq!(ledger.append(batch("a", 3, 4, "y")).await, AppendOutcome::Conflict);
    }

    #[tokio::test]
    async fn a_gap_or_an_overlap_names_the_head() {
        let mut ledger = Ledger::open(None, vec![]).unwrap();
        assert_eq!(ledger.append(batch("a", 2, 3, "x")).await, AppendOutcome::Moved(at("a", 0, 0)));
        ledger.append(batch("a", 1, 3, "x")).await;
        assert_eq!(ledger.append(batch("a", 3, 4, "x")).await, AppendOutcome::Moved(at("a", 3, 3)));
        assert_eq!(ledger.append(batch("a", 5, 6, "x")).await, AppendOutcome::Moved(at("a", 3, 3)));
    }

    #[tokio::test]
    async fn each_incarnation_has_its_own_numbers() {
        let mut ledger = Ledger::open(None, vec![]).unwrap();
        ledger.append(batch("a", 1, 3, "x")).await;
        assert_eq!(ledger.append(batch("b", 1, 1, "x")).await, AppendOutcome::Taken(at("b", 1, 1)));
        assert_eq!(ledger.newest("S", true), at("b", 1, 1));
        assert_eq!(ledger.newest("T", true), LedgerPosition::default());
    }

    #[tokio::test]
    async fn a_batch_that_is_not_what_its_address_says_is_malformed() {
        let mut ledger = Ledger::open(None, vec![]).unwrap();
        for (from, to, body) in [
            (1, 2, body("a", 1, 1, "x")),
            (1, 1, body("b", 1, 1, "x")),
            (2, 2, body("a", 1, 1, "x")),
            (0, 0, body("a", 0, 0, "x")),
            (1, 1, "{}".into()),
            (1, 1, "[{}]".into()),
            (1, 1, body("a", 1, 1, "x").replace(',', ",\n")),
        ] {
            let append = Append { body, ..batch("a", from, to, "x") };
            assert!(matches!(ledger.append(append).await, AppendOutcome::Malformed(_)), "{from}-{to}");
        }
    }

    #[tokio::test]
    async fn heads_are_rebuilt_from_the_file_and_a_torn_line_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("received.jsonl");
        let mut ledger = Ledger::open(Some(path.clone()), vec![]).unwrap();
        ledger.append(batch("a", 1, 3, "x")).await;
        ledger.append(batch("b", 1, 2, "x")).await;
        drop(ledger);
        let whole = std::fs::read_to_string(&path).unwrap();
        assert_eq!(whole.lines().count(), 5);
        std::fs::write(&path, format!("{whole}{}", &whole[..40])).unwrap();
        let mut ledger = Ledger::open(Some(path.clone()), vec![]).unwrap();
        assert_eq!(ledger.newest("S", true), at("b", 2, 2));
        assert_eq!(ledger.append(batch("a", 4, 4, "x")).await, AppendOutcome::Taken(at("a", 4, 4)));
        assert!(std::fs::read_to_string(&path).unwrap().starts_with(&whole));
        std::fs::write(&path, "something else\n").unwrap();
        assert!(Ledger::open(Some(path), vec![]).is_err());
    }

    #[tokio::test]
    async fn restored_to_an_older_state_it_goes_on_from_there_in_its_file_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("received.jsonl");
        let mut ledger = Ledger::open(Some(path.clone()), vec![]).unwrap();
        ledger.append(batch("a", 1, 3, "x")).await;
        ledger.append(batch("b", 1, 2, "x")).await;
        ledger.go_back(2);
        assert_eq!(ledger.newest("S", true), at("a", 2, 2));
        assert_eq!(ledger.append(batch("a", 3, 3, "y")).await, AppendOutcome::Taken(at("a", 3, 3)));
        assert_eq!(ledger.append(batch("b", 1, 1, "y")).await, AppendOutcome::Taken(at("b", 1, 1)));
        let stored: Vec<String> = ledger.stored.iter().map(|event| event.body.clone()).collect();
        drop(ledger);
        assert!(std::fs::read_to_string(&path).unwrap().lines().eq(&stored));
        assert_eq!(Ledger::open(Some(path), vec![]).unwrap().stored.len(), 4);
    }

    #[test]
    fn orders_come_in_pages_until_there_are_no_more() {
        let ledger = Ledger::open(None, (0..150).map(|n| n.to_string()).collect()).unwrap();
        let (cursor, first) = ledger.page("");
        assert_eq!((cursor, first.len()), (100, 100));
        let (cursor, second) = ledger.page("100");
        assert_eq!((cursor, second.len(), second[0].as_str()), (150, 50, "100"));
        assert_eq!(ledger.page("150"), (150, vec![]));
    }
}
