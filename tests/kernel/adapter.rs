//! A scale behind an FTDI adapter: QEMU's adapter is wired to the machine's second serial port, where the virtual scale is.
//!
//! ```text
//!  parceld -> ttyUSB0 -> ftdi_sio -> xHCI -> the adapter ==wire== ttyS1 <- carry -> the virtual scale's pty
//! ```

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

use hal::scale::ScaleProtocol;
use hal::sim;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use tempfile::TempDir;

use super::printer::{LOOK, write_all};

/// What the adapter says it is.
pub(crate) const SELECTOR: &str = "usb:0403:6001";
pub(crate) const NODE: &str = "/dev/ttyUSB0";
const FAR: &str = "/dev/ttyS1";
const PICOGRAMS: i64 = 1_000_000_000_000;

/// The scale, the wire, the adapter.
#[derive(Debug)]
pub(crate) struct Adapter {
    scale: sim::Scale,
    /// Bytes of the scale that still go over the wire.
    left: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
    worker: Option<JoinHandle<()>>,
    _dir: TempDir,
}

impl Adapter {
    pub(crate) fn with_scale() -> Self {
        let dir = TempDir::new().unwrap();
        let scale = sim::Scale::open_at(dir.path().join("scale"), ScaleProtocol::MtSics).unwrap();
        let (left, over) = (Arc::new(AtomicUsize::new(usize::MAX)), Arc::new(AtomicBool::new(false)));
        let (wire, end) = (raw(Path::new(FAR)), raw(scale.path()));
        let (lets, ends) = (left.clone(), over.clone());
        let worker = std::thread::spawn(move || {
            carry(wire, end, &lets, &ends).unwrap_or_else(|error| panic!("the wire: {error}"));
        });
        Self { scale, left, over, worker: Some(worker), _dir: dir }
    }

    pub(crate) fn put(&self, grams: i64) {
        self.scale.put(grams * PICOGRAMS);
    }

    /// After so many bytes more the wire takes no others.
    pub(crate) fn breaks_after(&self, bytes: usize) {
        self.left.store(bytes, Ordering::Relaxed);
    }

    /// Whether it has broken.
    pub(crate) fn is_broken(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }

    /// Takes the adapter off its bus, as a hand does.
    pub(crate) fn unplug(&self) {
        fs::write(device().join("authorized"), "0").unwrap();
    }

    /// Puts it back; the wire is whole again.
    pub(crate) fn plug(&self) {
        self.left.store(usize::MAX, Ordering::Relaxed);
        fs::write(device().join("authorized"), "1").unwrap();
    }
}

/// The adapter on its bus.
fn device() -> PathBuf {
    let mut devices = fs::read_dir("/sys/bus/usb/devices").unwrap().map(|entry| entry.unwrap().path());
    let ours = |device: &PathBuf| fs::read_to_string(device.join("idVendor")).is_ok_and(|id| id.trim() == "0403");
    devices.find(ours).expect("the adapter")
}

fn raw(node: &Path) -> File {
    let flags = (OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits();
    let line = File::options().read(true).write(true).custom_flags(flags).open(node).unwrap();
    let mut settings = tcgetattr(&line).unwrap();
    cfmakeraw(&mut settings);
    tcsetattr(&line, SetArg::TCSANOW, &settings).unwrap();
    line
}

/// Carries bytes both ways; from the scale only as many as the wire takes.
fn carry(mut wire: File, mut scale: File, left: &AtomicUsize, over: &AtomicBool) -> std::io::Result<()> {
    let mut buffer = [0; 256];
    while !over.load(Ordering::Relaxed) {
        let mut waiting = [PollFd::new(wire.as_fd(), PollFlags::POLLIN), PollFd::new(scale.as_fd(), PollFlags::POLLIN)];
        poll(&mut waiting, LOOK)?;
        let [from_wire, from_scale] = waiting.map(|side| side.any().unwrap_or(false));
        let mut read = |side: &mut File| match side.read(&mut buffer) {
            Ok(count) => Ok(buffer[..count].to_vec()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(Vec::new()),
            Err(error) => Err(error),
        };
        if from_wire {
            let bytes = read(&mut wire)?;
            write_all(&mut scale, &bytes)?;
        }
        if from_scale {
            let mut bytes = read(&mut scale)?;
            bytes.truncate(left.load(Ordering::Relaxed));
            write_all(&mut wire, &bytes)?;
            if left.load(Ordering::Relaxed) != usize::MAX {
                left.fetch_sub(bytes.len(), Ordering::Relaxed);
            }
        }
    }
    Ok(())
}

impl Drop for Adapter {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = self.worker.take().map(JoinHandle::join);
    }
}
