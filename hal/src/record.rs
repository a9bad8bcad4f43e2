//! What passed over a device's line, with its times, in a file; and the same once more.
//!
//! ```text
//!   parceld-recording 1
//!   0 ! opened /dev/ttyUSB0
//!   50123 > 53490d0a                            sent
//!   61007 < 53205320202020203130302e30302067    received, microseconds since it was opened
//!   9000000 ! full
//! ```
//! A fault at a bench becomes a test without the bench: what was recorded is played through the same code, in its own
//! time ([`Port::play`](crate::port::Port::play)). A recording holds what the device said: addresses too, if it is a
//! scanner's or a printer's. It is off unless somebody asks for it, readable by its owner alone, and bounded.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use tokio::time::Instant;

const HEADER: &str = "parceld-recording 1";
/// A recording stops at this size: an hour of a busy scale.
const LARGEST: u64 = 8 << 20;
/// The longest run of bytes that one line holds.
pub(crate) const RUN: usize = 4096;

/// Which way bytes went over a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the device.
    Received,
    /// To the device.
    Sent,
}

/// Writes down what passes over one port.
#[derive(Debug)]
pub struct Recorder {
    file: File,
    opened: Instant,
    left: u64,
}

impl Recorder {
    /// Goes on in the file at `path`, or begins it; `what` is the device that was opened.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn append(path: &Path, what: &str) -> io::Result<Self> {
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        let size = file.metadata()?.len();
        if size == 0 {
            writeln!(file, "{HEADER}")?;
        }
        let mut recorder = Self { file, opened: Instant::now(), left: LARGEST.saturating_sub(size) };
        let what: String = what.chars().filter(|c| !c.is_control()).take(200).collect();
        recorder.line(&format!("! opened {what}"));
        Ok(recorder)
    }

    /// Writes these bytes down. What cannot be written is left out: a recording never holds a device up.
    pub(crate) fn passed(&mut self, direction: Direction, bytes: &[u8]) {
        for run in bytes.chunks(RUN) {
            let sign = if direction == Direction::Received { '<' } else { '>' };
            self.line(&format!("{sign} {}", HEXLOWER.encode(run)));
        }
    }

    fn line(&mut self, text: &str) {
        if self.left == 0 {
            return;
        }
        let mut line = format!("{} {text}\n", self.opened.elapsed().as_micros());
        let length = u64::try_from(line.len()).unwrap_or(u64::MAX);
        match self.left.checked_sub(length) {
            Some(left) => self.left = left,
            None => {
                self.left = 0;
                line = format!("{} ! full\n", self.opened.elapsed().as_micros());
            }
        }
        if let Err(error) = self.file.write_all(line.as_bytes()) {
            tracing::warn!(%error, "the recording stops: it cannot be written");
            self.left = 0;
        }
    }
}

/// What a recording holds: each run of bytes with its time since the device was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recording {
    /// In their order; from the last opening on.
    pub runs: Vec<(Duration, Direction, Vec<u8>)>,
}

/// Text that is no recording.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    /// It begins otherwise.
    #[error("read the recording: it does not begin with `{HEADER}`")]
    Header,
    /// A line that is none.
    #[error("read line {0} of the recording: write microseconds, one of < > !, and bytes in hexadecimal")]
    Line(usize),
}

impl Recording {
    /// Reads a recording: what passed since its device was last opened.
    ///
    /// # Errors
    /// [`RecordingError`].
    pub fn parse(text: &str) -> Result<Self, RecordingError> {
        let mut lines = text.lines().enumerate();
        if lines.next().map(|(_, line)| line.trim_end()) != Some(HEADER) {
            return Err(RecordingError::Header);
        }
        let mut recording = Self::default();
        for (at, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let wrong = || RecordingError::Line(at + 1);
            let mut words = line.splitn(3, ' ');
            let micros = words.next().and_then(|word| word.parse().ok()).ok_or_else(wrong)?;
            let (mark, rest) = (words.next().ok_or_else(wrong)?, words.next().unwrap_or_default());
            let direction = match mark {
                "<" => Direction::Received,
                ">" => Direction::Sent,
                "!" => {
                    if rest.starts_with("opened") {
                        recording.runs.clear();
                    }
                    continue;
                }
                _ => return Err(wrong()),
            };
            recording.runs.push((Duration::from_micros(micros), direction, bytes(rest.trim_end()).ok_or_else(wrong)?));
        }
        Ok(recording)
    }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok().filter(|bytes| (1..=RUN).contains(&bytes.len()))
}

#[cfg(test)]
mod tests {
    use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
    use proptest::prelude::*;

    use super::*;
    use crate::port::Port;

    #[tokio::test(start_paused = true)]
    async fn what_is_recorded_is_what_passed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("scale.txt");
        let (a, b) = socketpair(AddressFamily::Unix, SockType::Stream, None, SockFlag::SOCK_CLOEXEC).unwrap();
        let (mut near, mut far) = (Port::over(a, "a").unwrap(), Port::over(b, "b").unwrap());
        near.record(Recorder::append(&file, "first\nline").unwrap());
        near.transmit_all(b"SI\r\n", Duration::from_secs(1)).await.unwrap();
        tokio::time::advance(Duration::from_millis(20)).await;
        far.transmit_all(b"S S", Duration::from_secs(1)).await.unwrap();
        let mut buffer = [0; 8];
        near.receive(&mut buffer).await.unwrap();
        far.transmit_all(b" 1", Duration::from_secs(1)).await.unwrap();
        while near.take_arrived(&mut buffer).unwrap().is_none() {}
        drop(near);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("parceld-recording 1\n0 ! opened firstline\n"), "{text}");
        let expected = [
            (0, Direction::Sent, &b"SI\r\n"[..]),
            (20_000, Direction::Received, b"S S"),
            (20_000, Direction::Received, b" 1"),
        ];
        let expected = expected.map(|(micros, way, bytes)| (Duration::from_micros(micros), way, bytes.to_vec()));
        assert_eq!(Recording::parse(&text).unwrap().runs, expected);
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        drop(Recorder::append(&file, "again").unwrap());
        assert_eq!(Recording::parse(&std::fs::read_to_string(&file).unwrap()).unwrap().runs, []);
    }

    #[tokio::test]
    async fn a_recording_is_bounded_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("printer.txt");
        let mut recorder = Recorder::append(&file, "printer").unwrap();
        for _ in 0..2_000 {
            recorder.passed(Direction::Sent, &[b'x'; RUN]);
        }
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.len() as u64 <= LARGEST + 100 && text.ends_with(" ! full\n"));
        assert!(Recording::parse(&text).is_ok());
    }

    #[test]
    fn what_is_no_recording_is_named_by_its_line() {
        assert_eq!(Recording::parse(""), Err(RecordingError::Header));
        for line in ["x < 00", "1", "1 ? 00", "1 < 0", "1 < 0g", "1 <", "-1 < 00"] {
            assert_eq!(Recording::parse(&format!("{HEADER}\n\n{line}\n")), Err(RecordingError::Line(3)), "{line:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(parceld-recording 1\n)?[0-9 <>!a-f\n]{0,200}") {
            let _ = Recording::parse(&text);
        }
    }
}
