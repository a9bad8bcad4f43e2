//! Where a device is, and how its line is set.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::usb;

/// Where a device is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A tty.
    Serial(SerialSettings),
    /// `host:port`; a name is looked up at each opening.
    Tcp(String),
    /// A character device that is no tty: `/dev/hidraw0`, `/dev/usb/lp0`. Never created when it is missing.
    Node(PathBuf),
    /// A USB device, wherever it is now; looked for at each opening.
    Usb(UsbAddress),
}

/// A USB device by what it is or where it is plugged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsbAddress {
    /// What it must be good for.
    pub kind: usb::DeviceKind,
    /// Which one.
    pub selector: usb::Selector,
    /// How the line of a serial device is set; its path is filled in.
    pub line: SerialSettings,
}

impl UsbAddress {
    /// Where it is now.
    pub(super) fn resolve(&self, sys: &Path) -> Result<Address, usb::NotOne> {
        let node = usb::find(self.kind, &self.selector, sys)?.node;
        Ok(match self.kind {
            usb::DeviceKind::Serial => Address::Serial(SerialSettings { path: node, ..self.line.clone() }),
            _ => Address::Node(node),
        })
    }
}

impl Address {
    /// The file that is opened, where one is.
    #[must_use]
    pub fn node(&self) -> Option<&Path> {
        match self {
            Self::Serial(settings) => Some(&settings.path),
            Self::Node(path) => Some(path),
            Self::Tcp(_) | Self::Usb(_) => None,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Serial(settings) => write!(f, "{}", settings.path.display()),
            Self::Tcp(host) => write!(f, "tcp://{host}"),
            Self::Node(path) => write!(f, "{}", path.display()),
            Self::Usb(usb) => write!(f, "{}", usb.selector),
        }
    }
}

/// A tty and how its line is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerialSettings {
    /// The tty; a `/dev/serial/by-id/…` name survives replugging.
    pub path: PathBuf,
    /// Bits per second.
    pub baud: u32,
    /// Data bits, parity, stop bits.
    pub framing: Framing,
    /// Who may hold whom up.
    pub handshake: Handshake,
}

impl SerialSettings {
    /// `path` at 9600 baud, 8N1, no handshake: what most scanners and scales are set to.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), baud: 9600, framing: Framing::default(), handshake: Handshake::None }
    }
}

/// Bits of data in a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataBits {
    /// Seven: ASCII with a parity bit.
    Seven,
    /// Eight.
    Eight,
}

/// The check bit of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parity {
    /// No check bit.
    None,
    /// An even number of ones.
    Even,
    /// An odd number of ones.
    Odd,
}

/// Data bits, parity, stop bits: `8N1`, `7E1`, `7O2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Framing {
    /// Seven or eight.
    pub data: DataBits,
    /// The check bit.
    pub check: Parity,
    /// Two stop bits instead of one.
    pub two_stops: bool,
}

impl Default for Framing {
    fn default() -> Self {
        Self { data: DataBits::Eight, check: Parity::None, two_stops: false }
    }
}

impl Framing {
    pub(super) fn data_bits(self) -> tokio_serial::DataBits {
        match self.data {
            DataBits::Seven => tokio_serial::DataBits::Seven,
            DataBits::Eight => tokio_serial::DataBits::Eight,
        }
    }

    pub(super) fn parity(self) -> tokio_serial::Parity {
        match self.check {
            Parity::None => tokio_serial::Parity::None,
            Parity::Even => tokio_serial::Parity::Even,
            Parity::Odd => tokio_serial::Parity::Odd,
        }
    }

    pub(super) fn stop_bits(self) -> tokio_serial::StopBits {
        if self.two_stops { tokio_serial::StopBits::Two } else { tokio_serial::StopBits::One }
    }
}

/// Who may hold whom up on a serial line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Handshake {
    /// Nobody.
    #[default]
    None,
    /// By the characters 0x11 and 0x13: for text only, since a picture may contain them.
    XonXoff,
    /// By the RTS and CTS wires.
    RtsCts,
}

impl Handshake {
    pub(super) fn flow_control(self) -> tokio_serial::FlowControl {
        match self {
            Self::None => tokio_serial::FlowControl::None,
            Self::XonXoff => tokio_serial::FlowControl::Software,
            Self::RtsCts => tokio_serial::FlowControl::Hardware,
        }
    }
}

/// A word that sets nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// Not a framing.
    #[error("`{0}` is no framing; write data bits, parity and stop bits: 8N1, 7E1, 7O1, 8E1, 8O1")]
    Framing(String),
    /// Not a handshake.
    #[error("`{0}` is no handshake; write none, xon-xoff or rts-cts")]
    Handshake(String),
}

impl FromStr for Framing {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || SettingError::Framing(text.to_owned());
        let [data, check, stops] = text.as_bytes() else { return Err(refused()) };
        Ok(Self {
            data: match data {
                b'7' => DataBits::Seven,
                b'8' => DataBits::Eight,
                _ => return Err(refused()),
            },
            check: match check.to_ascii_uppercase() {
                b'N' => Parity::None,
                b'E' => Parity::Even,
                b'O' => Parity::Odd,
                _ => return Err(refused()),
            },
            two_stops: match stops {
                b'1' => false,
                b'2' => true,
                _ => return Err(refused()),
            },
        })
    }
}

impl FromStr for Handshake {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "none" => Ok(Self::None),
            "xon-xoff" => Ok(Self::XonXoff),
            "rts-cts" => Ok(Self::RtsCts),
            _ => Err(SettingError::Handshake(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_framing_is_three_characters() {
        let even = Framing { data: DataBits::Seven, check: Parity::Even, two_stops: false };
        assert_eq!("7E1".parse(), Ok(even));
        assert_eq!("8N1".parse(), Ok(Framing::default()));
        for wrong in ["", "8N", "9N1", "8X1", "8N3", "8N1 ", "８N1"] {
            assert_eq!(wrong.parse::<Framing>(), Err(SettingError::Framing(wrong.to_owned())));
        }
    }

    #[test]
    fn a_handshake_is_one_of_three_words() {
        assert_eq!("xon-xoff".parse(), Ok(Handshake::XonXoff));
        assert_eq!("rts-cts".parse(), Ok(Handshake::RtsCts));
        assert_eq!("none".parse(), Ok(Handshake::None));
        assert!("dtr".parse::<Handshake>().is_err());
    }
}
