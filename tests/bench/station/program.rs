//! The program itself, as systemd starts it.

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The program.
pub fn binary() -> PathBuf {
    std::env::var_os("PARCELD_BIN").map_or_else(|| env!("CARGO_BIN_EXE_parceld").into(), PathBuf::from)
}

/// A running `parceld run`; killed when dropped.
pub struct Program {
    child: Child,
    /// From the start to READY=1.
    pub ready: Duration,
}

impl Program {
    /// Starts it and waits until it says that it is ready.
    pub fn start(config: &Path) -> Self {
        let socket = config.with_extension("notify");
        let _ = std::fs::remove_file(&socket);
        let notify = UnixDatagram::bind(&socket).expect("a socket");
        notify.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
        let mut command = Command::new(binary());
        command.arg("run").arg("--config").arg(config).env("NOTIFY_SOCKET", &socket).env("PARCELD_LOG", "warn");
        let began = Instant::now();
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program");
        let mut program = Self { child, ready: Duration::ZERO };
        let mut said = [0; 256];
        loop {
            let count = notify.recv(&mut said).expect("READY=1 within a minute");
            if said[..count].starts_with(b"READY=1") {
                program.ready = began.elapsed();
                return program;
            }
        }
    }

    /// A number from `/proc/PID/status`: `VmRSS` (kB), `voluntary_ctxt_switches`.
    pub fn status(&self, key: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("its status");
        let value = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
        value.and_then(|value| value.split_whitespace().next()?.parse().ok()).expect("a number")
    }

    /// Processor time used so far: 10 ms ticks.
    pub fn ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("its times");
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        [11, 12].iter().filter_map(|field| fields.get(*field)?.parse::<u64>().ok()).sum()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
