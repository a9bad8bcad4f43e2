//! Packages, and commands of the system.

use std::path::Path;
use std::process::{Command, Stdio};

/// Where `tests/package/run` lays its files.
pub(crate) const FILES: &str = "/run/parceld-tests";

/// Which package.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Version {
    /// The one that was built.
    New,
    /// The same files under a lower number.
    Old,
}

/// Runs a command: what it says, and whether it went well.
pub(crate) fn command(name: &str, args: &[&str]) -> (String, bool) {
    let output = Command::new(name).args(args).stdin(Stdio::null()).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8_lossy(&text).into_owned(), output.status.success())
}

/// What a command says that must go well.
pub(crate) fn says(name: &str, args: &[&str]) -> String {
    let (text, good) = command(name, args);
    assert!(good, "{name} {args:?}: {text}");
    text
}

/// Installs the package, over whatever is there; what was said.
pub(crate) fn install(version: Version) -> String {
    let file = match version {
        Version::New => "new.deb",
        Version::Old => "old.deb",
    };
    says("dpkg", &["-i", &format!("{FILES}/{file}")])
}

/// The package goes; what it would leave stays.
pub(crate) fn remove() {
    says("dpkg", &["-r", "parceld"]);
}

/// Everything of it goes.
pub(crate) fn purge() {
    says("dpkg", &["-P", "parceld"]);
}

/// Whether some version is installed.
pub(crate) fn is_installed() -> bool {
    let (status, known) = command("dpkg-query", &["-Wf", "${db:Status-Status}", "parceld"]);
    known && status == "installed"
}

/// The text of a packed file.
pub(crate) fn unpacked(path: &str) -> String {
    says("gzip", &["-cd", path])
}

pub(crate) fn is_there(path: &str) -> bool {
    Path::new(path).exists()
}
