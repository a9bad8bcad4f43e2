//! Files of orders, read by this program itself in a process of its own, which acts through the control socket as a person
//! would: one door and one answer, and whatever is in a file, the loop goes on.
//!
//! ```text
//!  stdout of the process: nothing                     the file is being read: what ends it now is the file's doing
//!                         "\n"                        it is read whole, and its orders go to the station
//!                         "\n" one object of JSON     what became of them
//! ```

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::channel;
use std::thread::Builder;
use std::time::Duration;

use serde::de::DeserializeOwned;

/// All that is said of one file.
const MOST_SAID: u64 = 32 << 20;
/// What is said of why nothing could be done.
const MOST_WHY: u64 = 4 << 10;
/// The exit codes of a process that found no station to talk to, or a configuration that is wrong meanwhile.
const AGAIN: [i32; 2] = [75, 78];
/// The exit code of a panic.
const PANIC: i32 = 101;
/// SIGHUP, SIGINT and SIGTERM: the service is ended with all its processes. Any other signal is the file's doing.
const STOPPING: [i32; 3] = [1, 2, 15];

/// What a process that was ended says in its pipes is there at once.
const ENDED: Duration = Duration::from_secs(1);
/// What is said of the file of a process that took too long.
const LATE: &str = "it takes more time to read than a file of orders may; split it, or save it as CSV UTF-8";
/// The same of one that the kernel ended, or somebody.
const KILLED: &str = "the program that reads it was killed, most often for want of memory; try it once more, and where that ends \
                      the same way split it, or save it as CSV UTF-8";
/// The same of one that has a fault.
const FAULT: &str =
    "the program that reads it ended by a fault of its own, and the log has its place; split it, to find the order";

/// What became of a file.
#[derive(Debug)]
pub(super) enum ImportEnd<T> {
    /// It was read, and this is said of it.
    Read(T),
    /// It was not, and why, or the process ended over it: nothing of it was taken in.
    Unread(String),
    /// The station takes nothing now, and why.
    Again(String),
    /// It was read, and the process ended before all was said, and why: what it had given to the station by then is taken
    /// in.
    Broken(String),
}

/// What a process says of its file.
#[derive(Debug)]
enum SaidOfFile<T> {
    Report(T),
    /// Nothing: it is not read whole.
    Nothing,
    /// That it is read whole, and no more.
    Begun,
    /// Something that is no report: it was cut off, or is too long.
    Torn,
}

/// A process that is ended with whoever waits for it.
#[derive(Debug)]
struct ReaderProcess(Child);

impl Drop for ReaderProcess {
    fn drop(&mut self) {
        // One that has been waited for is not there any more.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs `parceld orders ARGS` and reads the JSON that it says. It has the bytes of `input` on its standard input, and is
/// ended when it takes longer than `patience`. Blocks.
///
/// # Errors
/// No process or no thread could be started.
pub(super) fn run<T: DeserializeOwned + Send + 'static>(
    args: &[OsString],
    input: Option<Vec<u8>>,
    patience: Duration,
) -> io::Result<ImportEnd<T>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("orders").args(args);
    run_command(command, input, patience)
}

fn run_command<T: DeserializeOwned + Send + 'static>(
    mut command: Command,
    input: Option<Vec<u8>>,
    patience: Duration,
) -> io::Result<ImportEnd<T>> {
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut reader = ReaderProcess(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?);
    let child = &mut reader.0;
    let (tell, said) = channel();
    let (tell_why, why) = channel();
    let thread = || Builder::new().name("orders".to_owned());
    if let (Some(mut to), Some(bytes)) = (child.stdin.take(), input) {
        thread().spawn(move || {
            // A process that has ended reads nothing any more: its silence says so.
            let _ = to.write_all(&bytes);
        })?;
    }
    if let Some(out) = child.stdout.take() {
        thread().spawn(move || {
            let mut out = BufReader::new(out);
            let begun = matches!(out.fill_buf(), Ok([b'\n', ..]));
            out.consume(usize::from(begun));
            let says = out.fill_buf().is_ok_and(|bytes| !bytes.is_empty());
            let report = serde_json::from_reader::<_, T>((&mut out).take(MOST_SAID));
            let _ = io::copy(&mut out, &mut io::sink());
            let _ = tell.send(match report {
                Ok(report) => SaidOfFile::Report(report),
                Err(_) if says => SaidOfFile::Torn,
                Err(_) if begun => SaidOfFile::Begun,
                Err(_) => SaidOfFile::Nothing,
            });
        })?;
    }
    if let Some(mut error) = child.stderr.take() {
        thread().spawn(move || {
            let mut said = Vec::new();
            let _ = (&mut error).take(MOST_WHY).read_to_end(&mut said);
            let _ = io::copy(&mut error, &mut io::sink());
            let _ = tell_why.send(String::from_utf8_lossy(&said).into_owned());
        })?;
    }
    let mut read = said.recv_timeout(patience);
    let late = read.is_err();
    if late {
        let _ = child.kill();
        read = said.recv_timeout(ENDED);
    }
    let status = child.wait()?;
    let said = match read {
        Ok(SaidOfFile::Report(report)) => return Ok(ImportEnd::Read(report)),
        Ok(said) => said,
        // Something else holds what it says from open: what it gave to the station is unknown.
        Err(_) => SaidOfFile::Begun,
    };
    let why = why.recv_timeout(ENDED).unwrap_or_default();
    if status.code() == Some(PANIC) {
        // Its own words may have a name in them, its place has none.
        let place = why.lines().find(|line| line.contains("panicked at")).unwrap_or_default();
        tracing::error!(place, "the program that reads orders ended by a fault of its own; please report it");
    }
    let why = why.trim_end().lines().map(|line| line.trim_start_matches("parceld: ")).collect::<Vec<_>>().join("\n");
    Ok(if late { ended_over(&said, LATE) } else { without_report(status, &said, why) })
}

/// What an end without a report means. Only a process that ended by itself and said why, or before its file was read whole,
/// has taken nothing in.
fn without_report<T, U>(status: ExitStatus, said: &SaidOfFile<U>, why: String) -> ImportEnd<T> {
    match (status.code(), status.signal()) {
        (Some(code), _) if AGAIN.contains(&code) => ImportEnd::Again(why),
        (Some(PANIC), _) => ended_over(said, FAULT),
        (Some(code), _) if code == 0 || matches!(said, SaidOfFile::Torn) => {
            ImportEnd::Broken("what is said of it is longer than is read here; split it".to_owned())
        }
        (Some(_), _) => ended_over(said, &why),
        (None, Some(signal)) if STOPPING.contains(&signal) => ImportEnd::Again("the station is stopping".to_owned()),
        (None, _) => ended_over(said, KILLED),
    }
}

/// A process that ended over its file, or while it gave its orders to the station.
fn ended_over<T, U>(said: &SaidOfFile<U>, why: &str) -> ImportEnd<T> {
    match said {
        SaidOfFile::Nothing => ImportEnd::Unread(why.to_owned()),
        _ => ImportEnd::Broken(why.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// What a process comes to that does this.
    fn end(script: &str, patience: Duration) -> ImportEnd<Value> {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]);
        run_command(shell, Some(b"orders".to_vec()), patience).expect("a process")
    }

    #[test]
    fn only_an_end_before_the_file_was_read_or_that_says_why_means_that_nothing_was_taken_in() {
        let long = Duration::from_secs(600);
        let what = |script: &str| match end(script, long) {
            ImportEnd::Read(_) => "read",
            ImportEnd::Unread(_) => "unread",
            ImportEnd::Again(_) => "again",
            ImportEnd::Broken(_) => "broken",
        };
        for (script, wanted) in [
            ("echo '{}'", "read"),
            ("echo '{}'; exit 69", "read"),
            ("echo 'parceld: no format x' >&2; exit 64", "unread"),
            ("echo 'the disk is full' >&2; exit 75", "again"),
            ("kill -TERM $$", "again"),
            ("kill -KILL $$", "unread"),
            ("kill -ABRT $$", "unread"),
            ("exit 101", "unread"),
            ("exit 0", "broken"),
            ("echo; echo '{}'", "read"),
            ("echo; kill -KILL $$", "broken"),
            ("echo; kill -TERM $$", "again"),
            ("echo; exit 101", "broken"),
            ("echo; exit 69", "broken"),
            ("echo; echo 'no station' >&2; exit 75", "again"),
            ("printf '{\"said\":['", "broken"),
            ("printf '{\"said\":['; exit 69", "broken"),
            ("echo; printf '{\"said\":['; kill -KILL $$", "broken"),
        ] {
            assert_eq!(what(script), wanted, "{script}");
        }
        assert!(matches!(end("exec sleep 600", Duration::ZERO), ImportEnd::Unread(why) if why == LATE));
        let ImportEnd::Unread(why) = end("echo 'parceld: no format x' >&2; exit 64", long) else { panic!("unread") };
        assert_eq!(why, "no format x");
    }
}
