//! TSPL: a command a line, `BITMAP` with its bytes, to `PRINT`.

use super::{JOB_MAX, Question, Step};

/// What a job may begin with or hold (TSC TSPL/TSPL2 programming manual).
pub(in super::super) const COMMANDS: [&str; 46] = [
    "SIZE",
    "GAP",
    "GAPDETECT",
    "BLINEDETECT",
    "AUTODETECT",
    "BLINE",
    "OFFSET",
    "SPEED",
    "DENSITY",
    "DIRECTION",
    "REFERENCE",
    "SHIFT",
    "COUNTRY",
    "CODEPAGE",
    "CLS",
    "FEED",
    "BACKFEED",
    "BACKUP",
    "FORMFEED",
    "HOME",
    "PRINT",
    "SOUND",
    "CUT",
    "LIMITFEED",
    "SELFTEST",
    "EOJ",
    "DELAY",
    "SET",
    "BAR",
    "BARCODE",
    "TLC",
    "BITMAP",
    "BOX",
    "CIRCLE",
    "ELLIPSE",
    "ERASE",
    "REVERSE",
    "DMATRIX",
    "MAXICODE",
    "PDF",
    "QRCODE",
    "TEXT",
    "BLOCK",
    "PUTBMP",
    "PUTPCX",
    "AZTEC",
];
/// Letters of the longest of them.
pub(super) const LONGEST: usize = 11;

pub(super) fn is_command(word: &[u8]) -> bool {
    COMMANDS.iter().any(|command| command.as_bytes().eq_ignore_ascii_case(word))
}

/// A job from its first line on.
#[derive(Debug, Default)]
pub(super) struct TsplParser {
    job: Vec<u8>,
    /// Where the line begins.
    line: usize,
    /// Bytes of a picture still to come.
    raw: usize,
    /// Within quotation marks.
    quoted: bool,
    escape: usize,
}

impl TsplParser {
    pub(super) fn push(&mut self, byte: u8) -> Step {
        if self.job.len() == JOB_MAX {
            return Step::TooLong;
        }
        self.job.push(byte);
        if self.raw > 0 {
            self.raw -= 1;
            return Step::On;
        }
        if let Some(asked) = self.question(byte) {
            return asked;
        }
        match byte {
            b'"' => self.quoted = !self.quoted,
            b',' if !self.quoted => self.raw = picture(&self.job[self.line..]).unwrap_or(0).min(JOB_MAX),
            b'\n' => {
                let line = &self.job[self.line..];
                let word = line.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
                let prints = line[..word].eq_ignore_ascii_case(b"PRINT");
                (self.line, self.quoted) = (self.job.len(), false);
                if prints {
                    return Step::Done(std::mem::take(&mut self.job));
                }
            }
            _ => {}
        }
        Step::On
    }

    /// `ESC ! ?` and `ESC ! S` are answered out of turn.
    fn question(&mut self, byte: u8) -> Option<Step> {
        let question = match (self.escape, byte) {
            (_, 0x1B) => {
                self.escape = 1;
                return None;
            }
            (1, b'!') => {
                self.escape = 2;
                return None;
            }
            (2, b'?') => Some(Question::TsplStatus),
            (2, b'S') => Some(Question::TsplMore),
            _ => None,
        };
        self.escape = 0;
        let question = question?;
        self.job.truncate(self.job.len() - 3);
        Some(Step::Asked(question))
    }
}

/// How many bytes follow `BITMAP x,y,width in bytes,height,mode,`.
fn picture(line: &[u8]) -> Option<usize> {
    let line = str::from_utf8(line).ok()?.trim_start();
    let parameters = line.get(..7).filter(|word| word.eq_ignore_ascii_case("BITMAP ")).and_then(|_| line.get(7..))?;
    let numbers: Vec<&str> = parameters.split(',').collect();
    let [_, _, width, height, _, ""] = numbers[..] else { return None };
    let number = |text: &str| text.trim().parse::<usize>().ok();
    number(width)?.checked_mul(number(height)?)
}

/// How many copies a job asks for: `PRINT sets[,copies of each]`, its last line.
pub(super) fn copies(job: &[u8]) -> u32 {
    let line = job.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let Some(parameters) = line.get(5..) else { return 1 };
    let mut numbers = parameters.split(|byte| *byte == b',').map(|text| super::number(text.trim_ascii()));
    numbers.next().unwrap_or(1).saturating_mul(numbers.next().unwrap_or(1))
}
