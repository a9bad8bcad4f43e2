//! A descriptor the runtime can wait for.

use std::fs::OpenOptions;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::task::{Context, Poll, ready};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tokio::io::ReadBuf;
use tokio::io::unix::AsyncFd;

/// A character device, a socket or one end of a pty, never blocking.
#[derive(Debug)]
pub(super) struct Node {
    fd: AsyncFd<OwnedFd>,
}

impl Node {
    /// Opens an existing node; `O_CREAT` is never set, because `/dev/usb/lp0` would become a regular file. One that may
    /// only be read (an input device) is opened for that.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let flags = (OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC).bits();
        let open = |write| OpenOptions::new().read(true).write(write).custom_flags(flags).open(path);
        let file = open(true).or_else(|error| match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => open(false).map_err(|_| error),
            _ => Err(error),
        })?;
        Ok(Self { fd: watch(OwnedFd::from(file))? })
    }

    /// The descriptor itself.
    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.fd.get_ref().as_fd()
    }

    pub(super) fn over(fd: OwnedFd) -> io::Result<Self> {
        let flags = OFlag::from_bits_truncate(fcntl(&fd, FcntlArg::F_GETFL)?);
        fcntl(&fd, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
        Ok(Self { fd: watch(fd)? })
    }

    /// What is there now, without waiting.
    pub(super) fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(nix::unistd::read(self.fd.get_ref(), buffer)?)
    }

    pub(super) fn poll_read(&self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut ready = ready!(self.fd.poll_read_ready(cx))?;
            match ready.try_io(|fd| Ok(nix::unistd::read(fd.get_ref(), buffer.initialize_unfilled())?)) {
                Ok(count) => {
                    buffer.advance(count?);
                    return Poll::Ready(Ok(()));
                }
                Err(_would_block) => {}
            }
        }
    }

    /// Whether it would take more now: a USB printer does once its last transfer is through.
    pub(super) fn is_writable(&self) -> bool {
        let mut fds = [PollFd::new(self.descriptor(), PollFlags::POLLOUT)];
        !matches!(poll(&mut fds, PollTimeout::ZERO), Ok(0))
    }

    pub(super) fn poll_write(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            let mut ready = ready!(self.fd.poll_write_ready(cx))?;
            match ready.try_io(|fd| Ok(nix::unistd::write(fd.get_ref(), bytes)?)) {
                Ok(count) => return Poll::Ready(count),
                Err(_would_block) => {}
            }
        }
    }
}

/// Lets the runtime wait for a descriptor that does not block.
#[expect(
    deprecated,
    reason = "its successor is an unsafe function; an `OwnedFd` is neither replaced nor closed while it is owned"
)]
pub(crate) fn watch(fd: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::new(fd).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => io::Error::new(io::ErrorKind::InvalidInput, "a file, not a device"),
        _ => error,
    })
}
