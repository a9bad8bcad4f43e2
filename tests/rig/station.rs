//! The program as a child process.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::program::{DEADLINE, PARCELD, until};
use super::screen::Screen;

/// A running station. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Station {
    child: Child,
    log: watch::Receiver<String>,
    pub(crate) screen: Screen,
    pub(crate) page: SocketAddr,
}

impl Station {
    /// Starts it and waits for its page.
    pub(crate) async fn start(config: &Path) -> Self {
        let mut run = Command::new(PARCELD);
        run.arg("run").arg("--config").arg(config);
        Self::spawn(run).await
    }

    /// The same on a disk that takes no file larger than so many blocks of 512 bytes.
    pub(crate) async fn start_on_a_full_disk(config: &Path, blocks: u32) -> Self {
        let mut run = Command::new("sh");
        let limits = format!("trap '' XFSZ; exec prlimit --fsize={} \"$0\" run --config \"$1\"", 512 * blocks);
        run.arg("-c").arg(limits).arg(PARCELD).arg(config);
        Self::spawn(run).await
    }

    /// The same with so many files at most.
    pub(crate) async fn start_with_few_files(config: &Path, files: u32) -> Self {
        let mut run = Command::new("prlimit");
        run.arg(format!("--nofile={files}")).arg(PARCELD).arg("run").arg("--config").arg(config);
        Self::spawn(run).await
    }

    async fn spawn(mut run: Command) -> Self {
        run.env_remove("NOTIFY_SOCKET").env_remove("PARCELD_LOG");
        let mut child = run.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (told, log) = watch::channel(String::new());
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                told.send_modify(|log| *log += &format!("{line}\n"));
            }
        });
        let nowhere = (std::net::Ipv4Addr::UNSPECIFIED, 0).into();
        let mut station = Self { child, log, screen: Screen::blank(), page: nowhere };
        let log = station.logged("ready page=").await;
        let (_, page) = log.split_once("ready page=").unwrap();
        station.page = page.split_whitespace().next().unwrap().parse().unwrap();
        station.screen = Screen::of(station.page).await;
        station
    }

    /// Its log so far.
    pub(crate) fn log(&self) -> String {
        self.log.borrow().clone()
    }

    /// Waits until its log says this, and returns all of it.
    pub(crate) async fn logged(&self, words: &str) -> String {
        self.logged_times(words, 1).await
    }

    /// The same, so many times.
    pub(crate) async fn logged_times(&self, words: &str, times: usize) -> String {
        let mut log = self.log.clone();
        let said = timeout(DEADLINE, log.wait_for(|log| log.matches(words).count() >= times)).await;
        match said {
            Ok(Ok(log)) => log.clone(),
            _ => panic!("the log never says {words:?} {times} times:\n{}", *self.log.borrow()),
        }
    }

    /// Pulls the mains plug.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end, as systemd does.
    pub(crate) async fn terminate(mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let mut ended = None;
        until("it ends", || {
            ended = self.child.try_wait().unwrap();
            ended.is_some()
        })
        .await;
        ended.unwrap()
    }

    /// The process of this station that runs a command with these first arguments, once there is one.
    pub(crate) async fn process(&self, args: &[&str]) -> u32 {
        let (parent, wanted) = (format!(" {} ", self.child.id()), args.join("\0"));
        let mut found = None;
        until("the process is there", || {
            let numbers = std::fs::read_dir("/proc").unwrap().flatten();
            found = numbers.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).find(|pid: &u32| {
                let read = |name: &str| std::fs::read_to_string(format!("/proc/{pid}/{name}")).unwrap_or_default();
                // State and parent, after the name in brackets (proc(5)).
                let is_ours = read("stat").rsplit_once(") ").is_some_and(|(_, rest)| rest[1..].starts_with(&parent));
                is_ours && read("cmdline").split_once('\0').is_some_and(|(_, said)| said.starts_with(&wanted))
            });
            found.is_some()
        })
        .await;
        found.unwrap()
    }

    /// Memory it holds, in KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        self.status("VmRSS:").trim_end_matches(" kB").parse().unwrap()
    }

    /// The user it runs as.
    pub(crate) fn user(&self) -> u32 {
        self.status("Uid:").split_whitespace().next().unwrap().parse().unwrap()
    }

    /// The processor's time that it has used.
    pub(crate) fn processor(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let (_, numbers) = stat.rsplit_once(") ").unwrap();
        // utime and stime, in hundredths of a second (proc(5)).
        let ticks: u64 = numbers.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
        Duration::from_millis(ticks * 10)
    }

    /// What the kernel says of it.
    fn status(&self, name: &str) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned()
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
