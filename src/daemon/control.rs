//! The socket in the data folder that commands act through: one JSON line in, one out.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::timeout;

use super::import::Import;
use super::items::ItemPatch;
use super::{Core, Moment, identity};
use crate::ids::{CarrierId, PoolId};
use crate::screen::{Mood, Words};
use crate::station::event::{Act, Effect, Event, Learned, Printout};
use crate::station::order::OrderId;
use crate::store::StoredOrder;
use crate::store::exports::ExportNote;
use crate::web::accept::Acceptor;

/// Its name in the data folder.
pub const SOCKET: &str = "control.sock";
/// Longest line: a few hundred of the largest orders.
const LINE: u64 = 32 << 20;
/// Commands at once; others wait at the door.
const COMMANDS: usize = 8;
/// How long a command may take to say what it wants, and to take its answer.
const LINE_TIME: Duration = Duration::from_secs(10);

/// What a command may ask of the station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
pub enum Call {
    /// Close the manifest of a carrier.
    CloseManifest {
        /// The carrier.
        carrier: CarrierId,
    },
    /// Begin every number pool that waits for a person.
    StartPools,
    /// Begin a number pool.
    StartPool {
        /// The carrier.
        carrier: CarrierId,
        /// The pool.
        pool: PoolId,
        /// First serial to use.
        next: u64,
    },
    /// Learn what became of parcels.
    LearnOutcomes {
        /// As somebody's records say.
        outcomes: Vec<Learned>,
    },
    /// Keep orders.
    Import {
        /// As they were read.
        orders: Vec<StoredOrder>,
        /// A person says that they are the last word, also where the same was said before.
        #[serde(default)]
        newest: bool,
        /// Nothing is kept: the answer says what would become of each.
        #[serde(default)]
        dry_run: bool,
        /// The answer has every order, not only those of which a person must know.
        #[serde(default)]
        each: bool,
    },
    /// Keep items of the item master.
    ImportItems {
        /// What is said of each.
        items: Vec<ItemPatch>,
    },
    /// Compare what was packed with its orders and the item master, which was changed.
    CompareOrders,
    /// Print a document for people.
    Print {
        /// Which.
        printout: Printout,
    },
    /// Erase what is held about the buyer of an order.
    EraseSubject {
        /// The order.
        order: OrderId,
        /// Who says so.
        by: String,
        /// Also where a parcel of it has not gone yet.
        #[serde(default)]
        even_open: bool,
    },
    /// Note what was given to a seller's system.
    NoteExported {
        /// What, in which form.
        note: ExportNote,
    },
    /// Read the rate cards again.
    ReloadCards,
    /// Try the uplink now.
    RetryUplink,
}

/// A call and where its answer goes.
#[derive(Debug)]
pub struct Called {
    /// What is asked.
    pub call: Call,
    /// The answer, or why not.
    pub reply: oneshot::Sender<Result<serde_json::Value, String>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CallAnswer {
    Done(serde_json::Value),
    Refused(String),
}

/// Why a command could not act.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No station runs on this folder.
    #[error("no station is running here")]
    NotRunning,
    /// It runs and does not answer.
    #[error("the running station does not answer: {0}; look at its log")]
    Silent(std::io::Error),
    /// It refused.
    #[error("{0}")]
    Refused(String),
}

/// Does what is asked, with the core in hand: in the running station, or in a command that holds the station's lock. What
/// is to be printed comes back with the answer.
pub fn perform(
    core: &mut Core,
    moment: Moment,
    call: Call,
    words: &Words,
) -> Result<(serde_json::Value, Vec<Printout>), String> {
    let goes_on = matches!(call, Call::StartPools | Call::StartPool { .. });
    let act = match call {
        Call::CloseManifest { carrier } => Act::CloseManifest { carrier },
        Call::StartPools => Act::StartPools,
        Call::StartPool { carrier, pool, next } => Act::StartPool { carrier, pool, next },
        Call::LearnOutcomes { outcomes } => Act::LearnOutcomes { outcomes },
        Call::Import { orders, newest, dry_run, each } => {
            return import_all(core, moment, Import::of_file(orders, newest, dry_run).with_each(each));
        }
        Call::CompareOrders => {
            let import = Import::of_begun(core);
            return import_all(core, moment, import);
        }
        Call::ImportItems { items } => {
            if core.live().no_room {
                let refused = "the disk is nearly full and no item is taken in; free some space, or lower keep_free_mb";
                return Err(refused.to_owned());
            }
            return Ok((core.take_items(&items).map_err(|error| error.to_string())?, Vec::new()));
        }
        Call::EraseSubject { order, by, even_open } => {
            core.erase_subject(moment, &order, &by, even_open).map_err(|error| error.to_string())?;
            let gone = core.store_mut().empty_log().map_err(|error| error.to_string())?;
            let said = match gone {
                true => "erased: its key is destroyed",
                false => {
                    "its key is destroyed; it is still in the write-ahead log, which another program reads. It is tried \
                     again every minute"
                }
            };
            return Ok((serde_json::json!({ "said": said, "order": order, "gone": gone }), Vec::new()));
        }
        Call::NoteExported { note } => {
            core.store_mut().note_exported(moment.wall, &note).map_err(|error| error.to_string())?;
            return Ok((serde_json::json!({ "said": "noted" }), Vec::new()));
        }
        Call::RetryUplink | Call::ReloadCards | Call::Print { .. } => {
            return Err("no station is running here; start it first".to_owned());
        }
    };
    let outcome = core.step(moment, Event::Act(act)).map_err(|error| error.to_string())?;
    if goes_on && core.leave_fork(moment.wall, &identity::machine()).map_err(|error| error.to_string())? {
        let said = "numbers and events go on; what the receiver does not have is told under new numbers";
        return Ok((serde_json::json!({ "said": said, "facts": outcome.facts }), Vec::new()));
    }
    let said = outcome.say.as_ref().map(|say| words.say(&say.note)).unwrap_or_default();
    match &outcome.say {
        Some(say) if say.mood == Mood::Stop => {
            let detail = say.detail.iter().map(|detail| words.say(detail));
            Err(std::iter::once(said).chain(detail).collect::<Vec<_>>().join(". "))
        }
        _ => {
            let printouts = outcome.effects.into_iter().filter_map(|effect| match effect {
                Effect::Print(printout) => Some(printout),
                _ => None,
            });
            Ok((serde_json::json!({ "said": said, "facts": outcome.facts }), printouts.collect()))
        }
    }
}

/// All of an import, where nobody packs meanwhile.
fn import_all(
    core: &mut Core,
    moment: Moment,
    mut import: Import,
) -> Result<(serde_json::Value, Vec<Printout>), String> {
    while import.advance(core, moment).map_err(|error| error.to_string())?.is_some() {}
    Ok((import.answer(), Vec::new()))
}

/// Listens on the socket. Whoever may open it may act: it belongs to the station's user alone.
pub(super) fn serve(path: &Path, calls: mpsc::Sender<Called>) -> std::io::Result<()> {
    let _ = std::fs::remove_file(path);
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    tokio::spawn(take_commands(listener, calls, LINE_TIME));
    Ok(())
}

/// Takes commands as long as the program runs, so many at once.
async fn take_commands(listener: UnixListener, calls: mpsc::Sender<Called>, patience: Duration) {
    let mut acceptor = Acceptor::of("control socket");
    let places = Arc::new(Semaphore::new(COMMANDS));
    while let Ok(place) = places.clone().acquire_owned().await {
        let (stream, _) = acceptor.next(|| listener.accept()).await;
        let calls = calls.clone();
        tokio::spawn(async move {
            converse(stream, calls, patience).await;
            drop(place);
        });
    }
}

/// One command, as long as it says what it wants in time.
async fn converse(stream: UnixStream, calls: mpsc::Sender<Called>, patience: Duration) {
    let (read, mut write) = stream.into_split();
    let mut lines = tokio::io::BufReader::new(read.take(LINE)).lines();
    while let Ok(Ok(Some(line))) = timeout(patience, lines.next_line()).await {
        let Ok(mut text) = serde_json::to_string(&answered(line, &calls).await) else { return };
        text.push('\n');
        if !matches!(timeout(patience, write.write_all(text.as_bytes())).await, Ok(Ok(()))) {
            return;
        }
    }
}

/// What the loop answers to a line.
async fn answered(line: String, calls: &mpsc::Sender<Called>) -> CallAnswer {
    let call = match parsed(line).await {
        Ok(call) => call,
        Err(error) => return CallAnswer::Refused(format!("not a call: {error}")),
    };
    let (reply, answer) = oneshot::channel();
    let sent = calls.send(Called { call, reply }).await;
    match (sent, answer.await) {
        (Ok(()), Ok(Ok(done))) => CallAnswer::Done(done),
        (Ok(()), Ok(Err(why))) => CallAnswer::Refused(why),
        _ => CallAnswer::Refused("the station is stopping; try again".to_owned()),
    }
}

/// A call from its line, read beside the loop: it may be hundreds of orders long.
async fn parsed(line: String) -> Result<Call, String> {
    let parse = move || serde_json::from_str(&line).map_err(|error| error.to_string());
    tokio::task::spawn_blocking(parse).await.unwrap_or_else(|error| Err(error.to_string()))
}

/// Whether a station runs on `data_dir`.
pub fn is_running(data_dir: &Path) -> bool {
    std::os::unix::net::UnixStream::connect(data_dir.join(SOCKET)).is_ok()
}

/// Asks the station that runs on `data_dir`.
pub fn call(data_dir: &Path, call: &Call) -> Result<serde_json::Value, CallError> {
    let mut stream =
        std::os::unix::net::UnixStream::connect(data_dir.join(SOCKET)).map_err(|_| CallError::NotRunning)?;
    let mut exchange = || -> std::io::Result<CallAnswer> {
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let mut line = serde_json::to_string(call)?;
        line.push('\n');
        stream.write_all(line.as_bytes())?;
        let mut answer = String::new();
        BufReader::new(&stream).read_line(&mut answer)?;
        Ok(serde_json::from_str(&answer)?)
    };
    match exchange().map_err(CallError::Silent)? {
        CallAnswer::Done(done) => Ok(done),
        CallAnswer::Refused(why) => Err(CallError::Refused(why)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_command_is_heard_while_others_hold_the_socket_and_say_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join(SOCKET);
        let (calls, mut called) = mpsc::channel(1);
        let listener = UnixListener::bind(&path).expect("a socket");
        tokio::spawn(take_commands(listener, calls, Duration::from_millis(50)));
        tokio::spawn(async move {
            while let Some(Called { reply, .. }) = called.recv().await {
                let _ = reply.send(Ok("done".into()));
            }
        });
        let mut silent = Vec::new();
        for _ in 0..4 * COMMANDS {
            silent.push(UnixStream::connect(&path).await.expect("a connection"));
        }
        let folder = dir.path().to_owned();
        let answer = tokio::task::spawn_blocking(move || call(&folder, &Call::RetryUplink)).await.expect("it ran");
        assert_eq!(answer.expect("an answer"), "done");
        // Whoever said nothing is not waited for.
        silent[0].read_to_end(&mut Vec::new()).await.expect("closed");
    }
}
