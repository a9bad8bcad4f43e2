//! Files of orders, read by this program itself in a process of its own, which acts through the control socket as a person
//! would: one door and one answer, and whatever is in a file, the loop goes on.

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

/// What became of a file.
#[derive(Debug)]
pub(super) enum ImportEnd<T> {
    /// It was read, and this is said of it.
    Read(T),
    /// It was not, and why: nothing of it was taken in.
    Unread(String),
    /// The station takes nothing now, and why.
    Again(String),
    /// The process ended before all was said, and why: what it had given to the station by then is taken in.
    Broken(String),
}

/// What a process says of its file.
#[derive(Debug)]
enum SaidOfFile<T> {
    Report(T),
    Nothing,
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
            let says = out.fill_buf().is_ok_and(|bytes| !bytes.is_empty());
            let report = serde_json::from_reader::<_, T>((&mut out).take(MOST_SAID));
            let _ = io::copy(&mut out, &mut io::sink());
            let _ = tell.send(match report {
                Ok(report) => SaidOfFile::Report(report),
                Err(_) if says => SaidOfFile::Torn,
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
    let said = said.recv_timeout(patience);
    if said.is_err() {
        let _ = child.kill();
    }
    let status = child.wait()?;
    let said = match said {
        Ok(SaidOfFile::Report(report)) => return Ok(ImportEnd::Read(report)),
        Ok(said) => said,
        Err(_) => SaidOfFile::Nothing,
    };
    let why = why.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
    let why = why.trim_end().lines().map(|line| line.trim_start_matches("parceld: ")).collect::<Vec<_>>().join("\n");
    Ok(without_report(status, matches!(said, SaidOfFile::Torn), why))
}

/// What an end without a report means. Only a process that ended by itself, and said why, has taken nothing in.
fn without_report<T>(status: ExitStatus, torn: bool, why: String) -> ImportEnd<T> {
    match (status.code(), status.signal()) {
        (Some(code), _) if AGAIN.contains(&code) => ImportEnd::Again(why),
        (Some(PANIC), _) => {
            ImportEnd::Broken("the program that reads it ended by a fault of its own; the log has it".to_owned())
        }
        (Some(code), _) if code == 0 || torn => {
            ImportEnd::Broken("what is said of it is longer than is read here; split it".to_owned())
        }
        (Some(_), _) => ImportEnd::Unread(why),
        (None, Some(signal)) if STOPPING.contains(&signal) => ImportEnd::Again("the station is stopping".to_owned()),
        (None, _) => {
            let what =
                "it takes more memory or time to read than a file of orders may; split it, or save it as CSV UTF-8";
            ImportEnd::Broken(what.to_owned())
        }
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
    fn only_an_end_that_says_why_means_that_nothing_was_taken_in() {
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
            ("kill -KILL $$", "broken"),
            ("kill -ABRT $$", "broken"),
            ("exit 101", "broken"),
            ("exit 0", "broken"),
            ("printf '{\"said\":['", "broken"),
            ("printf '{\"said\":['; exit 69", "broken"),
        ] {
            assert_eq!(what(script), wanted, "{script}");
        }
        assert!(matches!(end("exec sleep 600", Duration::ZERO), ImportEnd::Broken(_)), "it took too long");
        let ImportEnd::Unread(why) = end("echo 'parceld: no format x' >&2; exit 64", long) else { panic!("unread") };
        assert_eq!(why, "no format x");
    }
}
