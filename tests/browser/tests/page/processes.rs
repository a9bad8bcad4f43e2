//! The demo and the driver as processes, gone when the test is.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};

/// A process starts and says where it listens within this time.
const START: Duration = Duration::from_secs(60);

/// A process that is killed when this is dropped, and its first useful line.
pub(crate) struct Running {
    _child: Child,
    /// Where it listens: `http://127.0.0.1:41234`.
    pub(crate) address: String,
}

/// `parceld demo` on a free port and a new folder.
pub(crate) async fn demo(data: &TempDir) -> Running {
    let mut command = Command::new(program());
    command.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(data.path());
    let (child, line) = start(command, "open http://").await;
    let address = line.split_whitespace().find(|word| word.starts_with("http://")).expect("an address");
    Running { _child: child, address: address.trim_end_matches('/').to_owned() }
}

/// `chromedriver` on a free port.
pub(crate) async fn driver() -> Running {
    let mut command = Command::new("chromedriver");
    command.arg("--port=0");
    let (child, line) = start(command, "on port ").await;
    let port: u16 = line
        .split("on port ")
        .filter_map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok())
        .find(|port| *port != 0)
        .unwrap_or_else(|| panic!("chromedriver names no port: {line:?}"));
    Running { _child: child, address: format!("http://127.0.0.1:{port}") }
}

/// The program beside the tests: `target/<profile>/parceld`, or what `PARCELD_BIN` names.
fn program() -> PathBuf {
    if let Some(named) = std::env::var_os("PARCELD_BIN") {
        return named.into();
    }
    let test = std::env::current_exe().expect("the test has a path");
    let program = test.parent().and_then(|deps| deps.parent()).expect("target/<profile>/deps").join("parceld");
    assert!(program.exists(), "{} is missing; run `cargo build -p parceld` first", program.display());
    program
}

/// Starts it and waits for the line that holds `sign` (never the one that ends with port 0).
async fn start(mut command: Command, sign: &str) -> (Child, String) {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| {
            panic!("{command:?} does not start: {error}; run `tests/run`, it installs what it needs")
        });
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let found = tokio::time::timeout(START, async {
        while let Some(line) = lines.next_line().await.expect("a readable line") {
            if line.contains(sign) && !line.trim_end_matches('.').ends_with("on port 0") {
                return Some(line);
            }
        }
        None
    });
    let line = found
        .await
        .ok()
        .flatten()
        .unwrap_or_else(|| panic!("{command:?} never says {sign:?}; was it built with its default features?"));
    tokio::spawn(read_out(lines.into_inner()));
    (child, line)
}

/// A pipe nobody reads stops its writer.
async fn read_out(mut pipe: impl AsyncRead + Unpin) {
    let _ = tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await;
}
