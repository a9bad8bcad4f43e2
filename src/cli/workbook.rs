//! Workbooks, taken apart in a process of its own: a hostile one may ask for all memory and all time there is, and gets
//! little of either.
//!
//! ```text
//!  import --- the file ---> parceld orders unpack     (limits set before the first byte)
//!         <-- a line of JSON for each sheet and row ---
//! ```

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use parceld::exchange::order::MAX_FILE_BYTES;
use parceld::exchange::workbook::{self, SheetEvent, SheetTexts, WorkbookSheet};
use serde::{Deserialize, Serialize};

use super::drawn::bounded;
use super::{CommandResult, Failure, SOFTWARE};

/// A workbook that says nothing for so long was made to.
const SILENCE: Duration = Duration::from_secs(60);
/// All text of a workbook: as much as a file of orders may have.
const MAX_TEXT_BYTES: usize = MAX_FILE_BYTES;
/// Why nothing of it is read, where the process says nothing itself.
const GAVE_UP: &str = "it takes more memory or time to read than a file of orders may; save it as CSV UTF-8";

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum UnpackReply {
    /// A sheet begins.
    Sheet(String),
    /// Its next row.
    Row(Vec<String>),
    /// All was said.
    Done,
    /// Why nothing of it is read.
    Refused(String),
}

/// The sheets of a workbook.
///
/// # Errors
/// Why it cannot be read, and what to do.
pub(super) fn sheets(bytes: Vec<u8>) -> Result<Vec<WorkbookSheet>, String> {
    let started = |error: std::io::Error| format!("it cannot be read: {error}");
    let mut reader = Command::new(std::env::current_exe().map_err(started)?);
    reader.args(["orders", "unpack"]);
    let mut child =
        reader.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(started)?;
    let (mut to, from) = (child.stdin.take(), child.stdout.take());
    std::thread::spawn(move || {
        // A process that has ended reads nothing any more: its silence says so.
        let _ = to.as_mut().map_or(Ok(()), |to| to.write_all(&bytes));
    });
    // A few rows at a time: what is not taken is not read.
    let (tell, replies) = std::sync::mpsc::sync_channel::<UnpackReply>(64);
    std::thread::spawn(move || {
        let lines = from.map(|from| BufReader::new(from).lines()).into_iter().flatten().map_while(Result::ok);
        for reply in lines.filter_map(|line| serde_json::from_str(&line).ok()) {
            if tell.send(reply).is_err() {
                return;
            }
        }
    });
    let (mut texts, mut size) = (SheetTexts::default(), 0_usize);
    let answer = loop {
        match replies.recv_timeout(SILENCE) {
            Ok(UnpackReply::Sheet(name)) => texts.sheet(&name),
            Ok(UnpackReply::Row(cells)) => {
                size += 2 + cells.iter().map(|cell| cell.len() + 1).sum::<usize>();
                if size > MAX_TEXT_BYTES {
                    break Err(format!("it holds more than {} MiB of text; split it", MAX_TEXT_BYTES >> 20));
                }
                texts.row(&cells);
            }
            Ok(UnpackReply::Done) => break Ok(()),
            Ok(UnpackReply::Refused(why)) => break Err(why),
            Err(_) => break Err(GAVE_UP.to_owned()),
        }
    };
    let _ = child.kill();
    let _ = child.wait();
    answer.map(|()| texts.finish())
}

/// `parceld orders unpack`: the process.
pub(super) fn run() -> CommandResult {
    bounded().map_err(|error| Failure::new(SOFTWARE, error))?;
    std::panic::set_hook(Box::new(|_| {}));
    let mut bytes = Vec::new();
    let input = std::io::stdin().lock();
    input.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| Failure::new(SOFTWARE, error))?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    // Whoever does not read any more has ended this process, or will.
    let mut send = |reply: &UnpackReply| {
        let _ = serde_json::to_writer(&mut out, reply).map(|()| out.write_all(b"\n"));
    };
    let read = workbook::read(bytes, |event| match event {
        SheetEvent::Sheet(name) => send(&UnpackReply::Sheet(name.to_owned())),
        SheetEvent::Row(cells) => send(&UnpackReply::Row(cells.to_vec())),
    });
    send(&match read {
        Ok(()) => UnpackReply::Done,
        Err(error) => UnpackReply::Refused(error.to_string()),
    });
    out.flush().map_err(|error| Failure::new(SOFTWARE, error))
}
