//! What can only be asked of the kernel by `ioctl`: the one place with unsafe code.
//!
//! Each call passes an open descriptor and either a number or a place for one that lives as long as the call; the request
//! numbers are those of `linux/lp.h` and `linux/input.h`, whose arguments are exactly these.

#![expect(unsafe_code, reason = "an ioctl's arguments are the caller's promise; each is kept here, beside the call")]

use std::os::fd::{AsRawFd, BorrowedFd};

mod requests {
    nix::ioctl_read_bad!(lp_get_status, 0x060b, nix::libc::c_int);
    nix::ioctl_write_int_bad!(lp_abort, 0x0604);
    nix::ioctl_write_int!(evdev_grab, b'E', 0x90);
}

/// The port status of a USB printer: bit 5 paper empty, 4 selected, 3 no error.
pub(super) fn printer_status(fd: BorrowedFd<'_>) -> nix::Result<u8> {
    let mut status = 0;
    // SAFETY: `LPGETSTATUS` writes one int, and `status` is one that outlives the call.
    unsafe { requests::lp_get_status(fd.as_raw_fd(), &raw mut status) }?;
    Ok(u8::try_from(status & 0xFF).unwrap_or_default())
}

/// Lets a write to a USB printer without paper return instead of waiting for ever.
pub(super) fn printer_gives_up(fd: BorrowedFd<'_>) -> nix::Result<()> {
    // SAFETY: `LPABORT` takes a number and no pointer.
    unsafe { requests::lp_abort(fd.as_raw_fd(), 1) }.map(drop)
}

/// Takes an input device for ourselves: what it types goes nowhere else until it is closed.
pub(super) fn grab_keys(fd: BorrowedFd<'_>) -> nix::Result<()> {
    // SAFETY: `EVIOCGRAB` takes a number and no pointer.
    unsafe { requests::evdev_grab(fd.as_raw_fd(), 1) }.map(drop)
}
