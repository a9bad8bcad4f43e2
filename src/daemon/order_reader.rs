//! Files of orders, read by this program itself in a process of its own, which acts through the control socket as a person
//! would: one door and one answer, and whatever is in a file, the loop goes on.

use std::ffi::OsString;
use std::io::{self, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use serde::de::DeserializeOwned;

/// All that is said of one file.
const MOST_SAID: u64 = 32 << 20;
/// What is said of why nothing could be done.
const MOST_WHY: u64 = 4 << 10;
/// The exit codes of a process that found no station to talk to, or a configuration that is wrong meanwhile.
const AGAIN: [i32; 2] = [75, 78];
/// SIGHUP, SIGINT and SIGTERM: the service is ended with all its processes. Any other signal is the file's doing.
const STOPPING: [i32; 3] = [1, 2, 15];

/// What became of a file.
#[derive(Debug)]
pub(super) enum ImportEnd<T> {
    /// It was read, and this is said of it.
    Read(T),
    /// It was not, and why.
    Unread(String),
    /// The station takes nothing now, and why.
    Again(String),
}

/// Runs `parceld orders ARGS` and reads the JSON that it says. It has the bytes of `input` on its standard input, and is
/// ended when it takes longer than `patience`. Blocks.
///
/// # Errors
/// No process could be started.
pub(super) fn run<T: DeserializeOwned + Send + 'static>(
    args: &[OsString],
    input: Option<Vec<u8>>,
    patience: Duration,
) -> io::Result<ImportEnd<T>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("orders").args(args);
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (tell, said) = channel();
    let (tell_why, why) = channel();
    if let (Some(mut to), Some(bytes)) = (child.stdin.take(), input) {
        std::thread::spawn(move || {
            // A process that has ended reads nothing any more: its silence says so.
            let _ = to.write_all(&bytes);
        });
    }
    if let Some(out) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut out = BufReader::new(out);
            let report = serde_json::from_reader::<_, T>((&mut out).take(MOST_SAID));
            let _ = io::copy(&mut out, &mut io::sink());
            let _ = tell.send(report.ok());
        });
    }
    if let Some(mut error) = child.stderr.take() {
        std::thread::spawn(move || {
            let mut said = Vec::new();
            let _ = (&mut error).take(MOST_WHY).read_to_end(&mut said);
            let _ = io::copy(&mut error, &mut io::sink());
            let _ = tell_why.send(String::from_utf8_lossy(&said).into_owned());
        });
    }
    let report = said.recv_timeout(patience);
    if report.is_err() {
        let _ = child.kill();
    }
    let status = child.wait()?;
    if let Ok(Some(report)) = report {
        return Ok(ImportEnd::Read(report));
    }
    let why = why.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
    let why = why.trim_end().lines().map(|line| line.trim_start_matches("parceld: ")).collect::<Vec<_>>().join("\n");
    Ok(match (status.code(), status.signal()) {
        (Some(code), _) if AGAIN.contains(&code) => ImportEnd::Again(why),
        (Some(_), _) => ImportEnd::Unread(why),
        (None, Some(signal)) if STOPPING.contains(&signal) => ImportEnd::Again("the station is stopping".to_owned()),
        (None, _) => {
            let what =
                "it takes more memory or time to read than a file of orders may; split it, or save it as CSV UTF-8";
            ImportEnd::Unread(what.to_owned())
        }
    })
}
