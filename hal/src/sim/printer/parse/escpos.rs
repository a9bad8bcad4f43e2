//! ESC/POS: commands of known length, text between them, to the cut.

use super::{JOB_MAX, Question, Start, Step};
use crate::printer::Language;

/// What stands between jobs: a question, or the first command of a job.
pub(super) fn start(bytes: &[u8]) -> Start {
    match bytes {
        [0x10, 0x04, n] => Start::Asked(Question::RealTime(*n)),
        [0x10] | [0x10, 0x04] => Start::Unknown,
        [0x10, ..] => Start::Rubbish,
        [0x1D] | [0x1D, b'('] => Start::Unknown,
        [0x1D, b'(', b'H', ..] => match process_id(bytes) {
            Some(id) => Start::Asked(Question::NameWhenDone(id)),
            None if bytes.len() < 11 => Start::Unknown,
            None => Start::Rubbish,
        },
        _ => Start::Job(Language::EscPos),
    }
}

/// `GS ( H 6 0 48 48 d1 d2 d3 d4`.
fn process_id(command: &[u8]) -> Option<[u8; 4]> {
    match *command {
        [0x1D, b'(', b'H', 6, 0, 48, 48, a, b, c, d] => Some([a, b, c, d]),
        _ => None,
    }
}

/// A job from its first command on.
#[derive(Debug, Default)]
pub(super) struct EscposParser {
    job: Vec<u8>,
    /// Where the command being received begins.
    command: Option<usize>,
    /// Bytes of its data still to come.
    raw: usize,
}

impl EscposParser {
    pub(super) fn push(&mut self, byte: u8) -> Step {
        if self.job.len() == JOB_MAX {
            return Step::TooLong;
        }
        self.job.push(byte);
        if self.raw > 0 {
            self.raw -= 1;
            return Step::On;
        }
        let Some(at) = self.command else {
            self.command = matches!(byte, 0x10 | 0x1B | 0x1C | 0x1D).then(|| self.job.len() - 1);
            return Step::On;
        };
        match length(&self.job[at..]) {
            Length::Unknown => return Step::On,
            Length::Of(length) => self.raw = length.saturating_sub(self.job.len() - at).min(JOB_MAX),
        }
        self.command = None;
        let command = &self.job[at..];
        if let [0x10, 0x04, n] = *command {
            self.job.truncate(at);
            return Step::Asked(Question::RealTime(n));
        }
        if self.raw == 0 && command.starts_with(b"\x1DV") {
            return Step::Done(std::mem::take(&mut self.job));
        }
        Step::On
    }
}

/// How long a command is.
pub(in super::super) enum Length {
    /// More of it is needed to tell.
    Unknown,
    /// With its data.
    Of(usize),
}

/// The length of the command that begins here, from Epson's reference; a command that is not known has two bytes.
pub(in super::super) fn length(command: &[u8]) -> Length {
    let two = |at: usize| Some(usize::from(*command.get(at)?) | usize::from(*command.get(at + 1)?) << 8);
    let known = match *command {
        [0x10] | [0x1B] | [0x1C] | [0x1D] => None,
        [0x10, 0x04, ..] => Some(3),
        [0x1B, b'@' | b'2' | b'<' | b'L' | b'S' | b'i' | b'm' | 0x0C, ..] => Some(2),
        [0x1B, b'$' | b'\\' | b'c', ..] => Some(4),
        [0x1B, b'p', ..] => Some(5),
        [0x1B, b'W', ..] => Some(10),
        [0x1B, b'*', m, ..] => two(3).map(|columns| 5 + columns * if m >= 32 { 3 } else { 1 }),
        [0x1B, b'*'] => None,
        [0x1B, b'!'..=b'~', ..] => Some(3),
        [0x1C, b'&' | b'.', ..] => Some(2),
        [0x1C, b'!'..=b'~', ..] => Some(3),
        [0x1D, b'v', ..] => two(4).zip(two(6)).map(|(width, height)| 8 + width.saturating_mul(height)),
        [0x1D, b'(' | b'8', ..] => two(3).map(|length| 5 + length),
        [0x1D, b'k', m @ 65..=78, ..] => command.get(3).map(|n| 4 + usize::from(*n)).filter(|_| m >= 65),
        [0x1D, b'k', _, ..] => command.iter().skip(3).position(|byte| *byte == 0).map(|at| at + 4),
        [0x1D, b'k'] | [0x1D, b'V'] => None,
        [0x1D, b'V', 65 | 66 | 97 | 98 | 103 | 104, ..] => Some(4),
        [0x1D, b'V', ..] => Some(3),
        [0x1D, b'L' | b'W' | b'P' | b'$' | b'\\', ..] => Some(4),
        [0x1D, b'!'..=b'~', ..] => Some(3),
        _ => Some(2),
    };
    match known {
        Some(length) if command.len() >= length.min(11) => Length::Of(length),
        _ => Length::Unknown,
    }
}
