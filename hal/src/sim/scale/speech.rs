//! What a virtual scale says: each protocol's words for one pan.

use tokio::time::Instant;

use super::ScaleFault;
use super::platform::{Platform, Refusal, Shown};
use crate::scale::ScaleProtocol;

/// The longest command, bytes; what is longer is not understood.
const COMMAND_MAX: usize = 32;
/// What a wrong baud rate makes of an answer.
const GARBAGE: &[u8] = b"\xa6\x0f~\x93\x1c\xe1\r\n";

/// Hears commands in one protocol and answers them.
#[derive(Debug)]
pub(super) struct Speech {
    protocol: ScaleProtocol,
    command: Vec<u8>,
    /// After `SIR`: weights unasked.
    pub(super) streams: bool,
}

/// What is to be done for a command.
pub(super) enum ScaleResponse {
    /// Say this.
    Say(Vec<u8>),
    /// Wait until the pan rests, then answer this command.
    WhenAtRest(Vec<u8>),
}

impl Speech {
    pub(super) fn new(protocol: ScaleProtocol) -> Self {
        Self { protocol, command: Vec::new(), streams: false }
    }

    /// Takes one byte; what follows from it.
    pub(super) fn hear(&mut self, byte: u8, platform: &mut Platform, now: Instant) -> Option<ScaleResponse> {
        if self.by_letter() {
            self.command = vec![byte];
        } else {
            match byte {
                b'\r' | b'\n' if self.command.is_empty() => return None,
                b'\r' | b'\n' => {}
                _ => {
                    if self.command.len() <= COMMAND_MAX {
                        self.command.push(byte);
                    }
                    return None;
                }
            }
        }
        let command = std::mem::take(&mut self.command);
        if self.protocol == ScaleProtocol::MtSics {
            self.streams = command == b"SIR";
            if command == b"S" {
                return Some(ScaleResponse::WhenAtRest(command));
            }
        }
        Some(ScaleResponse::Say(self.answer(&command, platform, now)))
    }

    /// Single characters are whole commands.
    fn by_letter(&self) -> bool {
        matches!(self.protocol, ScaleProtocol::Toledo8217 | ScaleProtocol::Cas)
    }

    /// The answer to a command; empty is silence.
    pub(super) fn answer(&self, command: &[u8], platform: &mut Platform, now: Instant) -> Vec<u8> {
        match platform.fault() {
            _ if platform.is_cut() => return Vec::new(),
            ScaleFault::Silent => return Vec::new(),
            ScaleFault::Garbage => return GARBAGE.to_vec(),
            ScaleFault::None | ScaleFault::NeverSettles | ScaleFault::Overload => {}
        }
        match self.protocol {
            ScaleProtocol::Hid => Vec::new(),
            ScaleProtocol::MtSics => mt_sics(command, platform, now),
            ScaleProtocol::Toledo8217 => toledo(command, platform, now),
            ScaleProtocol::Nci => nci(command, platform, now),
            ScaleProtocol::AAndD => a_and_d(command, platform, now),
            ScaleProtocol::Cas => cas(command, platform, now),
            ScaleProtocol::Ohaus => ohaus(command, platform, now),
            ScaleProtocol::Sbi => sbi(command, platform, now),
            ScaleProtocol::Adam => adam(command, platform, now),
        }
    }
}

fn mt_sics(command: &[u8], platform: &mut Platform, now: Instant) -> Vec<u8> {
    let refused = |key, refusal| match refusal {
        Refusal::Moving => format!("{key} I"),
        Refusal::TooMuch => format!("{key} +"),
        Refusal::TooLittle => format!("{key} -"),
    };
    let text = match command {
        b"SI" | b"SIR" | b"S" => match platform.show(now) {
            Shown::Over => "S +".to_owned(),
            Shown::Weight { moving: true, .. } if command == b"S" => "S I".to_owned(),
            Shown::Weight { tenths, moving: true } => format!("S D {:>10} g", grams(tenths)),
            Shown::Weight { tenths, moving: false } => format!("S S {:>10} g", grams(tenths)),
        },
        b"Z" => platform.set_zero(now).map_or_else(|why| refused("Z", why), |()| "Z A".to_owned()),
        b"T" => match platform.set_tare(now) {
            Ok(()) => format!("T S {:>10} g", grams(platform.tare())),
            Err(why) => refused("T", why),
        },
        b"TA" => format!("TA A {:>10} g", grams(platform.tare())),
        b"TAC" => {
            platform.clear_tare();
            "TAC A".to_owned()
        }
        b"@" | b"I4" => "I4 A \"VIRTUAL\"".to_owned(),
        _ => "ES".to_owned(),
    };
    format!("{text}\r\n").into_bytes()
}

/// In kilograms; zero and tare are answered by a status.
fn toledo(command: &[u8], platform: &mut Platform, now: Instant) -> Vec<u8> {
    let status = |bits: u8| vec![0x02, b'?', 0x40 | bits, b'\r'];
    match command {
        b"W" => match platform.show(now) {
            Shown::Over => status(0x02),
            Shown::Weight { moving: true, .. } => status(0x01),
            Shown::Weight { tenths: ..0, .. } => status(0x04),
            Shown::Weight { tenths: 0, .. } => status(0x10),
            Shown::Weight { tenths, .. } => format!("\x02{:0>6}\r", kilograms(tenths)).into_bytes(),
        },
        b"Z" => status(if platform.set_zero(now).is_ok() { 0x10 } else { 0x08 }),
        b"T" => status(if platform.set_tare(now).is_ok() { 0x10 } else { 0x01 }),
        _ => Vec::new(),
    }
}

fn nci(command: &[u8], platform: &mut Platform, now: Instant) -> Vec<u8> {
    let text = match command {
        b"W" => match platform.show(now) {
            Shown::Over => "\n^^^^^^^kg\r\n02\r\x03".to_owned(),
            Shown::Weight { tenths, moving } => {
                let (motion, under) = (u8::from(moving), u8::from(tenths < 0));
                let (first, second) = (char::from(b'0' + motion + 2 * u8::from(tenths == 0)), char::from(b'0' + under));
                format!("\n{:>7}kg\r\n{first}{second}\r\x03", kilograms(tenths))
            }
        },
        b"Z" => {
            let _ = platform.set_zero(now);
            "\n20\r\x03".to_owned()
        }
        b"T" => {
            let _ = platform.set_tare(now);
            "\n20\r\x03".to_owned()
        }
        _ => "\n?\r\x03".to_owned(),
    };
    text.into_bytes()
}

fn a_and_d(command: &[u8], platform: &mut Platform, now: Instant) -> Vec<u8> {
    let text = match command {
        b"Q" => match platform.show(now) {
            Shown::Over => "OL,+9999999E+19".to_owned(),
            Shown::Weight { tenths, moving } => {
                let (header, sign) = (if moving { "US" } else { "ST" }, if tenths < 0 { '-' } else { '+' });
                format!("{header},{sign}{:0>8}  g", grams(tenths.abs()))
            }
        },
        b"Z" => {
            let _ = platform.set_zero(now);
            "\x06".to_owned()
        }
        b"T" => {
            let _ = platform.set_tare(now);
            "\x06".to_owned()
        }
        _ => "EC,E01".to_owned(),
    };
    format!("{text}\r\n").into_bytes()
}

/// ENQ, ACK, DC1, and a block.
fn cas(command: &[u8], platform: &mut Platform, now: Instant) -> Vec<u8> {
    match command {
        [0x05] => vec![0x06],
        [0x11] => match platform.show(now) {
            Shown::Over => b"OL,GS,1\x80,        \x20kg\r\n".to_vec(),
            Shown::Weight { tenths, moving } => {
                let (state, sign) = (if moving { 'U' } else { 'S' }, if tenths < 0 { '-' } else { ' ' });
                let inner = format!("{state}{sign}{:0>6}kg", kilograms(tenths.abs())).into_bytes();
                let check = inner.iter().fold(0, |sum, byte| sum ^ byte);
                [&[0x01, 0x02][..], &inner, &[check, 0x03, 0x04]].concat()
            }
        },
        _ => Vec::new(),
    }
}

fn ohaus(command: &[u8], platform: &mut Platform, now: Instant) -> Vec<u8> {
    let text = match command {
        b"IP" => match platform.show(now) {
            Shown::Over => "ES".to_owned(),
            Shown::Weight { tenths, moving } => {
                format!("{:>11} g{}", grams(tenths), if moving { " ?" } else { "" })
            }
        },
        b"Z" => platform.set_zero(now).map_or("ES", |()| "OK!").to_owned(),
        b"T" => platform.set_tare(now).map_or("ES", |()| "OK!").to_owned(),
        _ => "ES".to_owned(),
    };
    format!("{text}\r\n").into_bytes()
}

fn sbi(command: &[u8], platform: &mut Platform, now: Instant) -> Vec<u8> {
    let text = match command {
        b"\x1bP" => match platform.show(now) {
            Shown::Over => "Stat       High".to_owned(),
            Shown::Weight { tenths, moving } => {
                let (sign, unit) = (if tenths < 0 { '-' } else { '+' }, if moving { "   " } else { "g  " });
                format!("{sign} {:>8} {unit}", grams(tenths.abs()))
            }
        },
        b"\x1bV" => {
            let _ = platform.set_zero(now);
            return Vec::new();
        }
        b"\x1bU" => {
            let _ = platform.set_tare(now);
            return Vec::new();
        }
        _ => "Err 02".to_owned(),
    };
    format!("{text}\r\n").into_bytes()
}

/// A CPWplus; it does not say whether the pan rests.
fn adam(command: &[u8], platform: &mut Platform, now: Instant) -> Vec<u8> {
    match command {
        b"G" => match platform.show(now) {
            Shown::Over => Vec::new(),
            Shown::Weight { tenths, .. } => {
                let sign = if tenths < 0 { '-' } else { '+' };
                format!("G  {sign} {} kg\r\n", kilograms(tenths.abs())).into_bytes()
            }
        },
        b"Z" => {
            if platform.set_zero(now).is_err() {
                let _ = platform.set_tare(now);
            }
            Vec::new()
        }
        _ => b"!EU\r".to_vec(),
    }
}

fn grams(tenths: i64) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
}

/// Three decimals, to the nearest gram.
fn kilograms(tenths: i64) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    let grams = (tenths.abs() + 5) / 10;
    format!("{sign}{}.{:03}", grams / 1000, grams % 1000)
}
