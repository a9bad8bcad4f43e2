//! Why a port could not be opened or kept, and what to do about it.

use std::io;
use std::path::Path;

use nix::errno::Errno;

use crate::usb;

/// A port that could not be opened, or was lost.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.text())]
pub struct PortError {
    kind: PortErrorKind,
    what: String,
    source: Option<io::Error>,
    /// Who holds a busy device, where that can be seen.
    holder: Option<String>,
}

/// What went wrong, coarsely enough to act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PortErrorKind {
    /// Nothing is there: unplugged, misspelt, no route, no such host.
    Absent,
    /// Another program holds it.
    Busy,
    /// The service may not open it.
    Denied,
    /// The host is there and refuses the connection: switched off behind a print server, or another port.
    Refused,
    /// No answer in time, or nobody took the bytes.
    TimedOut,
    /// It was open and broke: end of stream, I/O error, pulled plug.
    Lost,
    /// It sends more than any such device has to say.
    Floods,
    /// Anything else; the source says what.
    Other,
}

impl PortErrorKind {
    /// A name that does not change, for the words shown to a person.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Busy => "busy",
            Self::Denied => "denied",
            Self::Refused => "refused",
            Self::TimedOut => "timed_out",
            Self::Lost => "lost",
            Self::Floods => "floods",
            Self::Other => "other",
        }
    }
}

impl PortError {
    /// What went wrong, coarsely.
    #[must_use]
    pub fn kind(&self) -> PortErrorKind {
        self.kind
    }

    pub(super) fn opening(what: &str, source: io::Error) -> Self {
        Self { kind: kind_of(&source), what: what.to_owned(), source: Some(source), holder: None }
    }

    /// The serial crate says `NoDevice` both for a locked tty and for a missing one; by now the node is known to exist.
    pub(super) fn serial(what: &str, source: tokio_serial::Error) -> Self {
        let kind = match source.kind() {
            tokio_serial::ErrorKind::NoDevice => PortErrorKind::Busy,
            tokio_serial::ErrorKind::Io(kind) => kind_of(&io::Error::from(kind)),
            tokio_serial::ErrorKind::InvalidInput | tokio_serial::ErrorKind::Unknown => PortErrorKind::Other,
        };
        Self { kind, what: what.to_owned(), source: Some(source.into()), holder: None }
    }

    pub(crate) fn lost(what: &str, source: Option<io::Error>) -> Self {
        Self { kind: PortErrorKind::Lost, what: what.to_owned(), source, holder: None }
    }

    pub(super) fn floods(what: &str) -> Self {
        Self { kind: PortErrorKind::Floods, what: what.to_owned(), source: None, holder: None }
    }

    pub(crate) fn timed_out(what: &str) -> Self {
        Self { kind: PortErrorKind::TimedOut, what: what.to_owned(), source: None, holder: None }
    }

    /// A USB device that is not there, or is there more than once.
    pub(super) fn not_one(what: &str, kind: usb::DeviceKind, why: &usb::NotOne) -> Self {
        let (kind, several) = match why {
            usb::NotOne::None => {
                (PortErrorKind::Absent, Some(io::Error::other(format!("no such {} is plugged in", kind.name()))))
            }
            usb::NotOne::Several(found) => {
                let ports: Vec<_> = found.iter().map(|found| format!("usb-port:{}", found.port)).collect();
                let text = format!("{} devices are a {}: write {}", found.len(), kind.name(), ports.join(" or "));
                (PortErrorKind::Other, Some(io::Error::other(text)))
            }
        };
        Self { kind, what: what.to_owned(), source: several, holder: None }
    }

    /// The same, with who holds the busy node.
    pub(super) fn held_by(mut self, node: &Path) -> Self {
        if self.kind == PortErrorKind::Busy {
            self.holder = super::holder::of(node, Path::new("/proc"));
        }
        self
    }

    fn text(&self) -> String {
        let what = &self.what;
        match self.kind {
            PortErrorKind::Absent => match &self.source {
                Some(none) if none.kind() == io::ErrorKind::Other => {
                    format!("open {what}: {none}; plug it in, or correct `device`")
                }
                _ => format!("open {what}: nothing is there; plug it in, or correct `device`"),
            },
            PortErrorKind::Busy => match &self.holder {
                Some(holder) => format!("open {what}: {holder} holds it; stop that program"),
                None => format!("open {what}: another program holds it; stop that program (`fuser -v` names it)"),
            },
            PortErrorKind::Denied => {
                format!("open {what}: not permitted; put the service's user into the group that owns it")
            }
            PortErrorKind::Refused => {
                format!("connect to {what}: refused; switch the device on, check its port number")
            }
            PortErrorKind::TimedOut => format!("hear from {what} in time; check its power and cable"),
            PortErrorKind::Lost => match &self.source {
                Some(source) => format!("keep {what} open: {source}; check its cable, it is reopened by itself"),
                None => format!("keep {what} open: it went away; check its cable, it is reopened by itself"),
            },
            PortErrorKind::Floods => {
                format!("follow {what}: it sends without end; check `device`, `baud` and `language`, or replace it")
            }
            PortErrorKind::Other => match &self.source {
                Some(source) => format!("use {what}: {source}; check `device`, `baud` and `framing`"),
                None => format!("use {what}; check `device`, `baud` and `framing`"),
            },
        }
    }
}

fn kind_of(error: &io::Error) -> PortErrorKind {
    if let Some(code) = error.raw_os_error() {
        match Errno::from_raw(code) {
            Errno::ENOENT | Errno::ENODEV | Errno::ENXIO | Errno::EHOSTUNREACH | Errno::ENETUNREACH => {
                return PortErrorKind::Absent;
            }
            Errno::EBUSY => return PortErrorKind::Busy,
            Errno::EACCES => return PortErrorKind::Denied,
            _ => {}
        }
    }
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            PortErrorKind::Absent
        }
        io::ErrorKind::ResourceBusy => PortErrorKind::Busy,
        io::ErrorKind::PermissionDenied => PortErrorKind::Denied,
        io::ErrorKind::ConnectionRefused => PortErrorKind::Refused,
        io::ErrorKind::TimedOut => PortErrorKind::TimedOut,
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof => {
            PortErrorKind::Lost
        }
        // A host name that resolves to nothing has no kind of its own.
        _ if error.to_string().starts_with("failed to lookup address") => PortErrorKind::Absent,
        _ => PortErrorKind::Other,
    }
}
