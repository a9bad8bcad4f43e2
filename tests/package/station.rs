//! The service, as systemd keeps it.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, Stdio};

use super::debian::{command, says};
use super::program::{DEADLINE, until};
use super::screen::Screen;

/// Where the page is unless somebody says otherwise.
const PAGE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// The processes of the unit.
const PROCESSES: &str = "/sys/fs/cgroup/system.slice/parceld.service/cgroup.procs";

/// The running station, seen from its page.
#[derive(Debug)]
pub(crate) struct Station {
    pub(crate) screen: Screen,
}

impl Station {
    /// The station that is running; when it has its scanner and its scale.
    pub(crate) async fn running() -> Self {
        assert_eq!(state(), "active", "{}", journal(&[]));
        logged(&["device opened device=Scanner", "device opened device=Scale"]);
        Self { screen: Screen::of(PAGE).await }
    }

    /// The one that comes after the process `before`.
    pub(crate) async fn after(before: &str) -> Self {
        let first = || std::fs::read_to_string(PROCESSES).ok()?.lines().next().map(str::to_owned);
        until("another process is there", || first().is_some_and(|process| process != before)).await;
        // Waits for the start that systemd is at.
        systemctl(&["start", "parceld"]);
        Self::running().await
    }
}

/// What `systemctl` says.
pub(crate) fn systemctl(args: &[&str]) -> String {
    command("systemctl", args).0
}

/// One property of the unit.
pub(crate) fn property(name: &str) -> String {
    says("systemctl", &["show", "--value", "-p", name, "parceld"]).trim().to_owned()
}

/// active, inactive, failed, activating…
pub(crate) fn state() -> String {
    property("ActiveState")
}

/// The journal of the unit since it was started last, and what systemd says of that.
pub(crate) fn journal(args: &[&str]) -> String {
    let (own, of_systemd) = since_start();
    says("journalctl", &[args, &["--no-pager", "-o", "cat", &own, "+", &of_systemd]].concat())
}

/// Follows the journal since the last start until it has said all of this.
pub(crate) fn logged(words: &[&str]) {
    let (own, of_systemd) = since_start();
    let limit = DEADLINE.as_secs().to_string();
    let mut follow = Command::new("timeout")
        .args([&limit, "journalctl", "-f", "-n", "all", "-o", "cat", &own, "+", &of_systemd])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut missing = words.to_vec();
    let mut log = String::new();
    for line in BufReader::new(follow.stdout.take().unwrap()).lines().map_while(Result::ok) {
        missing.retain(|words| !line.contains(words));
        log += &format!("{line}\n");
        if missing.is_empty() {
            break;
        }
    }
    let _ = follow.kill();
    follow.wait().unwrap();
    assert!(missing.is_empty(), "the journal never says {missing:?}:\n{log}");
}

/// What its own lines and systemd's of it are marked with since the last start.
fn since_start() -> (String, String) {
    let since = property("InvocationID");
    (format!("_SYSTEMD_INVOCATION_ID={since}"), format!("INVOCATION_ID={since}"))
}

/// Memory of its main process, in KiB.
pub(crate) fn resident_kib() -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", property("MainPID"))).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
