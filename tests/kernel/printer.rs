//! The virtual printer behind a USB cable: what usblp takes it is sent, what it answers usblp gives.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::thread::JoinHandle;

use hal::sim::{self, PrinterSettings};
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::gadget::{Gadget, Identity};

/// What it is.
pub(crate) const PRINTER: Identity = Identity { vendor: 0x0a5f, product: 0x0120, serial: "PRINTER1" };
/// How long it waits for bytes before it looks whether the test is over, milliseconds.
pub(crate) const LOOK: u16 = 50;

/// A printer and its cable.
#[derive(Debug)]
pub(crate) struct Printer {
    pub(crate) cable: Gadget,
    pub(crate) machine: sim::Printer,
    over: Arc<AtomicBool>,
    port: Arc<AtomicU8>,
    worker: Option<JoinHandle<()>>,
}

impl Printer {
    pub(crate) async fn plug_in(controller: usize) -> Self {
        let settings = PrinterSettings { render: false, ..PrinterSettings::default() };
        let machine = sim::Printer::listen((std::net::Ipv4Addr::LOCALHOST, 0).into(), settings).await.unwrap();
        let pnp = b"MFG:Zebra Technologies;CMD:ZPL;MDL:ZD421;";
        let cable = Gadget::plug_in(controller, PRINTER, "printer.label", &[("pnp_string", pnp), ("q_len", b"8")]);
        let (over, address) = (Arc::new(AtomicBool::new(false)), machine.addr());
        let port = Arc::new(AtomicU8::new(PortStatus::Ready as u8));
        let (ends, says) = (over.clone(), port.clone());
        let worker = std::thread::spawn(move || {
            while !ends.load(Ordering::Relaxed) {
                // A cable that is pulled ends the conversation, as it does for a real printer's USB chip.
                if carry(address, &ends, &says).is_err() {
                    std::thread::sleep(std::time::Duration::from_millis(LOOK.into()));
                }
            }
        });
        Self { cable, machine, over, port, worker: Some(worker) }
    }
}

/// What the printer's port says without being asked: bit 5 paper empty, 4 selected, 3 no error.
#[derive(Debug, Clone, Copy)]
#[repr(u8)]
pub(crate) enum PortStatus {
    Ready = 0x18,
    PaperOut = 0x38,
}

impl Printer {
    /// Sets what the port says.
    pub(crate) fn set_port(&self, status: PortStatus) {
        self.port.store(status as u8, Ordering::Relaxed);
    }
}

/// Tells the port's status to the driver, which takes it as a number (`GADGET_SET_PRINTER_STATUS`, linux/usb/g_printer.h).
fn tell_port(node: &File, status: u8) -> std::io::Result<()> {
    nix::ioctl_write_int_bad!(set_printer_status, 0xc001_6722);
    // SAFETY: the argument is no pointer.
    #[expect(unsafe_code, reason = "an ioctl")]
    unsafe { set_printer_status(node.as_raw_fd(), status.into()) }?;
    Ok(())
}

/// Carries bytes both ways until the cable is pulled.
fn carry(address: std::net::SocketAddr, over: &AtomicBool, port: &AtomicU8) -> std::io::Result<()> {
    let mut node =
        File::options().read(true).write(true).custom_flags(OFlag::O_NONBLOCK.bits()).open("/dev/g_printer0")?;
    let mut machine = TcpStream::connect(address)?;
    machine.set_nonblocking(true)?;
    let mut buffer = [0; 4096];
    while !over.load(Ordering::Relaxed) {
        tell_port(&node, port.load(Ordering::Relaxed))?;
        let mut waiting =
            [PollFd::new(node.as_fd(), PollFlags::POLLIN), PollFd::new(machine.as_fd(), PollFlags::POLLIN)];
        poll(&mut waiting, LOOK)?;
        let [from_node, from_machine] = waiting.map(|side| side.any().unwrap_or(false));
        if from_node {
            let count = node.read(&mut buffer)?;
            write_all(&mut machine, &buffer[..count])?;
        }
        if from_machine {
            let count = machine.read(&mut buffer)?;
            if count == 0 {
                return Ok(());
            }
            write_all(&mut node, &buffer[..count])?;
        }
    }
    Ok(())
}

/// All of it, however slowly the other side takes it.
pub(crate) fn write_all(side: &mut (impl Write + AsFd), mut bytes: &[u8]) -> std::io::Result<()> {
    while !bytes.is_empty() {
        match side.write(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                poll(&mut [PollFd::new(side.as_fd(), PollFlags::POLLOUT)], PollTimeout::from(LOOK))?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

impl Drop for Printer {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = self.worker.take().map(JoinHandle::join);
    }
}
