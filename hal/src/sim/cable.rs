//! A pty behind a stable name: what a USB serial device looks like to whoever opens it.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use tokio::io::unix::AsyncFd;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

/// How long a cut waits for the far side to read what was sent before it.
const READ_BEFORE_CUT: Duration = Duration::from_millis(500);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(2);

/// The device's end of a line that is plugged in.
#[derive(Debug)]
pub(super) struct Pty {
    device: AsyncFd<OwnedFd>,
    /// Kept open so that the device sees no hang-up each time the host closes the line.
    host: File,
}

impl Pty {
    fn open() -> io::Result<(Self, PathBuf)> {
        let device = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC)?;
        grantpt(&device)?;
        unlockpt(&device)?;
        let path = PathBuf::from(ptsname_r(&device)?);
        let flags = (OFlag::O_NOCTTY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC).bits();
        let host = File::options().read(true).write(true).custom_flags(flags).open(&path)?;
        // Until a host sets the line, it would echo.
        let mut settings = tcgetattr(&host)?;
        cfmakeraw(&mut settings);
        tcsetattr(&host, SetArg::TCSANOW, &settings)?;
        Ok((Self { device: crate::port::watch(OwnedFd::from(device))?, host }, path))
    }

    /// What the host wrote.
    pub(super) async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut ready = self.device.readable().await?;
            if let Ok(count) = ready.try_io(|fd| Ok(nix::unistd::read(fd.get_ref(), buffer)?)) {
                return count;
            }
        }
    }

    /// What the host will read; waits while the host's buffer is full.
    pub(super) async fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let mut ready = self.device.writable().await?;
            if let Ok(count) = ready.try_io(|fd| Ok(nix::unistd::write(fd.get_ref(), bytes)?)) {
                bytes = &bytes[count?..];
            }
        }
        Ok(())
    }

    /// Waits until the host has read everything, or for half a second: what is unread when the line is cut is lost.
    pub(super) async fn read_out(&self) {
        let until = Instant::now() + READ_BEFORE_CUT;
        // The kernel carries bytes across in the background, so the first look comes after a pause.
        loop {
            sleep(LOOK).await;
            if !self.has_unread() || Instant::now() >= until {
                return;
            }
        }
    }

    fn has_unread(&self) -> bool {
        let mut host = [PollFd::new(self.host.as_fd(), PollFlags::POLLIN)];
        matches!(poll(&mut host, PollTimeout::ZERO), Ok(1..))
    }
}

/// A name that is there while the device is plugged in.
#[derive(Debug)]
pub(super) struct Cable {
    link: PathBuf,
    line: watch::Sender<Option<Arc<Pty>>>,
}

impl Cable {
    /// Plugs in at `link`; a stale link of an earlier run is replaced.
    pub(super) fn plug(link: PathBuf) -> io::Result<Self> {
        let cable = Self { link, line: watch::Sender::new(None) };
        cable.replug()?;
        Ok(cable)
    }

    pub(super) fn path(&self) -> &Path {
        &self.link
    }

    /// The line, and each later one.
    pub(super) fn watch(&self) -> watch::Receiver<Option<Arc<Pty>>> {
        self.line.subscribe()
    }

    /// The line that is plugged in now.
    pub(super) fn line(&self) -> io::Result<Arc<Pty>> {
        self.line.borrow().clone().ok_or_else(|| io::Error::new(io::ErrorKind::NotConnected, "unplugged"))
    }

    /// Writes to the line that is plugged in now, until it is pulled.
    pub(super) async fn write_all(&self, bytes: &[u8]) -> io::Result<()> {
        let mut lines = self.line.subscribe();
        let line = self.line()?;
        tokio::select! {
            done = line.write_all(bytes) => done,
            _ = lines.changed() => Err(io::Error::new(io::ErrorKind::NotConnected, "unplugged")),
        }
    }

    /// The name goes, and whoever has the line open reads its end.
    pub(super) fn unplug(&self) {
        if self.line.borrow().is_some() {
            let _ = std::fs::remove_file(&self.link);
        }
        self.line.send_replace(None);
    }

    /// A new line under the same name.
    pub(super) fn replug(&self) -> io::Result<()> {
        let (line, path) = Pty::open()?;
        let mut aside = self.link.clone().into_os_string();
        aside.push(".new");
        let _ = std::fs::remove_file(&aside);
        symlink(path, &aside)?;
        std::fs::rename(&aside, &self.link)?;
        self.line.send_replace(Some(Arc::new(line)));
        Ok(())
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.unplug();
    }
}
