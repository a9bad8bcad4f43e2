//! One byte stream, whatever it runs over.
//!
//! A [`Port`] is a serial line, a TCP connection or a device node (`/dev/hidraw0`, `/dev/usb/lp0`). It opens, reads,
//! writes and says clearly why it could not. It does not reopen itself: whoever holds it drops it first, because the
//! old handle keeps the node of an unplugged device alive and the device then comes back under another name.

mod address;
mod error;
mod holder;
mod ioctl;
pub(crate) mod node;
mod playback;
mod throttle;

use std::future::{Future, poll_fn};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use nix::libc;
use nix::sys::socket::{setsockopt, sockopt};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep};
use tokio_serial::{SerialPortBuilderExt, SerialStream};

use crate::hid;
use crate::record::{Direction, Recorder};

pub use address::{Address, DataBits, Framing, Handshake, Parity, SerialSettings, SettingError, UsbAddress};
pub use error::{PortError, PortErrorKind};
use node::Node;
#[cfg(feature = "sim")]
pub(crate) use node::watch;
use throttle::Throttle;

/// A printer that is switched on accepts within milliseconds; one that is off would cost the kernel's two minutes.
const CONNECT: Duration = Duration::from_secs(2);
/// Keep-alive: first probe after this many idle seconds, then every [`PROBE_EVERY`] seconds, [`PROBES`] times.
const PROBE_AFTER: u32 = 10;
const PROBE_EVERY: u32 = 5;
const PROBES: u32 = 3;
/// How often a port that is to be drained is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// An open byte stream. Serial lines are opened exclusively.
#[derive(Debug)]
pub struct Port {
    line: OpenLine,
    what: String,
    /// The file that was opened, where one was.
    node: Option<PathBuf>,
    recorder: Option<Recorder>,
    throttle: Throttle,
    opened: Instant,
    /// While nothing is read of a device that floods.
    pause: Option<Pin<Box<Sleep>>>,
    /// Who hears that it does.
    floods: Option<mpsc::Sender<()>>,
}

#[derive(Debug)]
enum OpenLine {
    Serial(SerialStream),
    Tcp(TcpStream),
    Node(Node),
}

impl Port {
    /// Opens `address`. A TCP connection is given up after 2 s.
    ///
    /// # Errors
    /// [`PortError`], whose kind says what is wrong and whose text says what to do next.
    pub async fn open(address: &Address) -> Result<Self, PortError> {
        let mut what = address.to_string();
        let resolved;
        let address = match address {
            Address::Usb(usb) => {
                resolved = usb.resolve(Path::new("/sys")).map_err(|why| PortError::not_one(&what, usb.kind, &why))?;
                what = format!("{what} ({resolved})");
                &resolved
            }
            plain => plain,
        };
        let line = match address {
            Address::Serial(settings) => OpenLine::Serial(open_serial(settings, &what)?),
            Address::Tcp(host) => OpenLine::Tcp(connect(host, &what).await?),
            Address::Node(path) => {
                let node = Node::open(path).map_err(|e| PortError::opening(&what, e).held_by(path))?;
                // Only a USB printer knows this request; to every other node it means nothing.
                let _ = ioctl::printer_gives_up(node.descriptor());
                OpenLine::Node(node)
            }
            // A device that was looked for is at a path.
            Address::Usb(_) => return Err(PortError::lost(&what, None)),
        };
        let node = address.node().map(Path::to_owned);
        Ok(Self::of(line, what, node))
    }

    /// A port over an open descriptor that keeps the boundaries of what is written to it or does not, as it likes.
    ///
    /// # Errors
    /// [`PortErrorKind::Other`] for a descriptor that cannot be waited for (a regular file).
    pub fn over(fd: OwnedFd, what: impl Into<String>) -> Result<Self, PortError> {
        let what = what.into();
        let node = Node::over(fd).map_err(|e| PortError::opening(&what, e))?;
        Ok(Self::of(OpenLine::Node(node), what, None))
    }

    fn of(line: OpenLine, what: String, node: Option<PathBuf>) -> Self {
        let opened = Instant::now();
        Self { line, what, node, recorder: None, throttle: Throttle::new(), opened, pause: None, floods: None }
    }

    /// Tells `floods` whenever the device sends more than is read of it.
    pub fn tell_floods(&mut self, floods: mpsc::Sender<()>) {
        self.floods = Some(floods);
    }

    /// Writes down what passes from here on.
    pub fn record(&mut self, recorder: Recorder) {
        self.recorder = Some(recorder);
    }

    /// What was opened, for messages.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// The file that was opened, where one was.
    #[must_use]
    pub fn node(&self) -> Option<&Path> {
        self.node.as_deref()
    }

    /// What a USB HID device says of itself; `None` for every other port, and where the system does not tell.
    #[must_use]
    pub fn descriptor(&self) -> Option<hid::Descriptor> {
        hid::of_node(self.node.as_deref()?, Path::new("/sys"))
    }

    /// The port status of a USB printer (`/dev/usb/lp0`): bit 5 paper empty, 4 selected, 3 no error. `None` for every
    /// other port.
    #[must_use]
    pub fn printer_status(&self) -> Option<u8> {
        match &self.line {
            OpenLine::Node(node) => ioctl::printer_status(node.descriptor()).ok(),
            OpenLine::Serial(_) | OpenLine::Tcp(_) => None,
        }
    }

    /// Takes a keyboard for ourselves, so that what it types goes nowhere else.
    ///
    /// # Errors
    /// [`PortErrorKind::Busy`] when another program has it, [`PortErrorKind::Other`] for what is no keyboard.
    pub fn grab(&self) -> Result<(), PortError> {
        let grabbed = match &self.line {
            OpenLine::Node(node) => ioctl::grab_keys(node.descriptor()),
            OpenLine::Serial(_) | OpenLine::Tcp(_) => Err(nix::errno::Errno::ENOTTY),
        };
        grabbed.map_err(|error| {
            let error = PortError::opening(&self.what, error.into());
            self.node.iter().fold(error, |error, node| error.held_by(node))
        })
    }

    /// Waits for bytes; at least one comes back. Safe to cancel: no byte is lost.
    ///
    /// # Errors
    /// [`PortErrorKind::Lost`] at the end of the stream and on any I/O error: a pulled USB plug shows as either.
    pub async fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, PortError> {
        let count = poll_fn(|cx| {
            let mut into = ReadBuf::new(buffer);
            Pin::new(&mut *self).poll_read(cx, &mut into).map_ok(|()| into.filled().len())
        })
        .await;
        match count {
            Ok(0) => Err(PortError::lost(&self.what, None)),
            Ok(count) => Ok(count),
            Err(error) => Err(PortError::lost(&self.what, Some(error))),
        }
    }

    /// What has arrived already, without waiting: `None` when nothing has.
    ///
    /// # Errors
    /// As [`Port::receive`]; and [`PortErrorKind::Floods`] of a device that has sent more than is read of it.
    pub fn take_arrived(&mut self, buffer: &mut [u8]) -> Result<Option<usize>, PortError> {
        if self.paused().is_some() {
            return Err(PortError::floods(&self.what));
        }
        // Past the runtime: it learns of bytes only when it next looks.
        let count = match &mut self.line {
            OpenLine::Serial(line) => line.try_read(buffer),
            OpenLine::Tcp(line) => nix::unistd::read(&*line, buffer).map_err(io::Error::from),
            OpenLine::Node(line) => line.try_read(buffer),
        };
        match count {
            Ok(0) => Err(PortError::lost(&self.what, None)),
            Ok(count) => {
                self.throttle.take(count);
                if let Some(recorder) = &mut self.recorder {
                    recorder.passed(Direction::Received, &buffer[..count]);
                }
                Ok(Some(count))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(PortError::lost(&self.what, Some(error))),
        }
    }

    /// How long nothing is read, where the device floods.
    fn paused(&mut self) -> Option<Duration> {
        let pause = self.throttle.pause(self.opened.elapsed())?;
        if let Some(floods) = &self.floods {
            let _ = floods.try_send(());
        }
        Some(pause)
    }

    /// Ready when something may be read.
    fn poll_pause(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            match self.paused() {
                Some(pause) => self.pause = Some(Box::pin(tokio::time::sleep(pause))),
                None => return Poll::Ready(()),
            }
        }
    }

    /// Hands over some bytes and says how many were taken. Safe to cancel.
    ///
    /// # Errors
    /// [`PortErrorKind::Lost`].
    pub async fn transmit(&mut self, bytes: &[u8]) -> Result<usize, PortError> {
        self.throttle.asked();
        let count = poll_fn(|cx| Pin::new(&mut *self).poll_write(cx, bytes)).await;
        match count {
            Ok(0) if !bytes.is_empty() => Err(PortError::lost(&self.what, None)),
            Ok(count) => Ok(count),
            Err(error) => Err(PortError::lost(&self.what, Some(error))),
        }
    }

    /// Hands over all of `bytes`; `within` bounds each wait for the other side to take some.
    ///
    /// # Errors
    /// How many bytes were taken, and [`PortErrorKind::TimedOut`] or [`PortErrorKind::Lost`].
    pub async fn transmit_all(&mut self, bytes: &[u8], within: Duration) -> Result<(), (usize, PortError)> {
        let mut taken = 0;
        while taken < bytes.len() {
            match tokio::time::timeout(within, self.transmit(&bytes[taken..])).await {
                Ok(Ok(count)) => taken += count,
                Ok(Err(cause)) => return Err((taken, cause)),
                Err(_) => return Err((taken, PortError::timed_out(&self.what))),
            }
        }
        Ok(())
    }
}

impl Port {
    /// Waits until a USB printer has taken what was handed over, or `within` has passed: closing its file would throw away
    /// what is on its way. Every other port has nothing to wait for.
    pub async fn drain(&mut self, within: Duration) {
        let (OpenLine::Node(node), Some(_)) = (&self.line, &self.node) else { return };
        let until = tokio::time::Instant::now() + within;
        // The kernel is asked itself: the runtime remembers that a write was possible, not that it still is.
        while !node.is_writable() && tokio::time::Instant::now() < until {
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn open_serial(settings: &SerialSettings, what: &str) -> Result<SerialStream, PortError> {
    // The crate below reports a missing node and a locked one alike; ask the file system which it is.
    std::fs::metadata(&settings.path).map_err(|e| PortError::opening(what, e))?;
    tokio_serial::new(settings.path.to_string_lossy(), settings.baud)
        .data_bits(settings.framing.data_bits())
        .parity(settings.framing.parity())
        .stop_bits(settings.framing.stop_bits())
        .flow_control(settings.handshake.flow_control())
        .open_native_async()
        .map_err(|e| PortError::serial(what, e).held_by(&settings.path))
}

async fn connect(host: &str, what: &str) -> Result<TcpStream, PortError> {
    let stream = match tokio::time::timeout(CONNECT, TcpStream::connect(host)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(PortError::opening(what, error)),
        Err(_) => return Err(PortError::timed_out(what)),
    };
    // What the far side has not taken when this program dies, or gives the connection up, must not reach it later.
    let watched = stream
        .set_zero_linger()
        .and_then(|()| stream.set_nodelay(true))
        .and_then(|()| Ok(setsockopt(&stream, sockopt::KeepAlive, &true)?))
        .and_then(|()| Ok(setsockopt(&stream, sockopt::TcpKeepIdle, &PROBE_AFTER)?))
        .and_then(|()| Ok(setsockopt(&stream, sockopt::TcpKeepInterval, &PROBE_EVERY)?))
        .and_then(|()| Ok(setsockopt(&stream, sockopt::TcpKeepCount, &PROBES)?));
    watched.map_err(|e| PortError::opening(what, e))?;
    Ok(stream)
}

impl AsyncRead for Port {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_pause(cx));
        let before = buffer.filled().len();
        let read = match &mut self.line {
            OpenLine::Serial(line) => Pin::new(line).poll_read(cx, buffer),
            OpenLine::Tcp(line) => Pin::new(line).poll_read(cx, buffer),
            OpenLine::Node(line) => line.poll_read(cx, buffer),
        };
        let port = &mut *self;
        let arrived = &buffer.filled()[before..];
        if read.is_ready() {
            port.throttle.take(arrived.len());
        }
        if let Some(recorder) = &mut port.recorder {
            recorder.passed(Direction::Received, arrived);
        }
        read
    }
}

impl AsyncWrite for Port {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = match &mut self.line {
            OpenLine::Serial(line) => Pin::new(line).poll_write(cx, bytes),
            OpenLine::Tcp(line) => Pin::new(line).poll_write(cx, bytes),
            OpenLine::Node(line) => line.poll_write(cx, bytes),
        };
        if let (Some(recorder), Poll::Ready(Ok(count))) = (&mut self.recorder, &written) {
            recorder.passed(Direction::Sent, &bytes[..*count]);
        }
        written
    }

    /// Nothing is held back above the kernel; waiting for the wire itself (`tcdrain`) would block the thread.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Ends our half of a TCP connection, so that the far side still gets all of it; a tty and a node have no halves.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.line {
            OpenLine::Tcp(line) => {
                setsockopt(&*line, sockopt::Linger, &libc::linger { l_onoff: 0, l_linger: 0 })?;
                Pin::new(line).poll_shutdown(cx)
            }
            OpenLine::Serial(_) | OpenLine::Node(_) => Poll::Ready(Ok(())),
        }
    }
}

#[cfg(test)]
mod tests;
