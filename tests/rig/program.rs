//! One run of a command to its end.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// The program under test.
pub(crate) const PARCELD: &str = env!("CARGO_BIN_EXE_parceld");
/// Anything that has not happened by then will not: generous, because a loaded machine is no failure of the station.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Its output as JSON, when it went well.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The same, when it went well.
    pub(crate) fn good(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }
}

/// Runs `parceld` with these arguments while the virtual devices go on.
pub(crate) async fn parceld(args: impl IntoIterator<Item = impl Into<OsString>>) -> Ran {
    let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
    let run = move || Command::new(PARCELD).args(args).stdin(Stdio::null()).output();
    let output = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// The same with a configuration.
pub(crate) async fn with_config(config: &Path, args: &[&str]) -> Ran {
    let config = [OsString::from("--config"), config.into()];
    parceld(args.iter().map(OsString::from).chain(config)).await
}

/// A folder of the repository.
pub(crate) fn repository(folder: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

/// Looks until it is so, or fails with `what`. For what can only be seen by looking: files.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let looking = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(DEADLINE, looking).await.is_ok(), "never happened: {what}");
}
