//! What a ZPL printer says of itself: the answer to `~HS`.
//!
//! ```text
//!   STX aaa,b,c,dddd,eee,f,g,h,iii,j,k,l ETX CR LF
//!           | |      |   |   |     | | head too hot
//!           | |      |   |   |     | head too cold
//!           | |      |   |   |     memory corrupt
//!           | |      |   |   a label half received
//!           | |      |   buffer full
//!           | |      labels received and not yet begun
//!           | paused
//!           paper out
//!   STX mmm,n,o,p,q,r,s,t,uuuuuuuu,v,www ETX CR LF
//!             | |       |          pictures in its memory
//!             | |       | labels of the current batch still to print
//!             | |       a label waits to be taken (peel-off)
//!             | ribbon out
//!             head open
//!   STX xxxx,y ETX CR LF                       password, memory kind
//! ```
//! From Zebra's ZPL II Programming Guide (`~HS`) and a capture of a real printer in open-mSupply's pull request 3850.
//! Clones leave fields or whole lines out and add line ends, so no field is taken for granted.

use super::host::HostReport;
use super::{Listener, Problem};

/// Asks for the status. Answered out of turn: a queue of labels does not delay it.
pub const ASK: &[u8] = b"~HS";

const STX: u8 = 0x02;
const ETX: u8 = 0x03;

/// A whole answer is some 80 bytes, and 400 with what stands before it; what is longer without end is no answer.
const ANSWER_MAX: usize = 2048;

/// What a printer said of itself. Fields it left out are `false` and 0; see [`ZplStatus::tells_queue`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ZplStatus {
    /// No labels.
    pub paper_out: bool,
    /// Paused by its key or by `~PP`.
    pub paused: bool,
    /// The head is lifted.
    pub head_open: bool,
    /// No ribbon.
    pub ribbon_out: bool,
    /// The receive buffer is full.
    pub buffer_full: bool,
    /// A label is half received.
    pub partial: bool,
    /// The memory is corrupt.
    pub memory_corrupt: bool,
    /// The head is too cold.
    pub head_cold: bool,
    /// The head is too hot.
    pub head_hot: bool,
    /// A label waits to be taken (peel-off).
    pub label_waiting: bool,
    /// Labels received and not yet begun.
    pub formats: u32,
    /// Labels of the current batch still to print.
    pub labels_remaining: u32,
    /// Pictures in its memory, where it counts them.
    pub stored: Option<u32>,
    /// Whether both queue counts were in the answer; without them nothing is known of what is still to print.
    pub tells_queue: bool,
}

impl ZplStatus {
    /// What keeps it from printing, the nearest to the operator's hand first.
    #[must_use]
    pub fn problem(&self) -> Option<Problem> {
        [
            (self.head_open, Problem::HeadOpen),
            (self.paper_out, Problem::PaperOut),
            (self.ribbon_out, Problem::RibbonOut),
            (self.memory_corrupt, Problem::MemoryCorrupt),
            (self.head_hot, Problem::HeadHot),
            (self.head_cold, Problem::HeadCold),
            (self.paused, Problem::Paused),
            (self.buffer_full, Problem::BufferFull),
        ]
        .into_iter()
        .find_map(|(is_so, problem)| is_so.then_some(problem))
    }

    /// Whether nothing is queued, as far as the printer tells; one that leaves the counts out is never known to be idle.
    #[must_use]
    pub fn idle(&self) -> bool {
        self.tells_queue && self.formats == 0 && self.labels_remaining == 0 && !self.partial
    }

    fn take_first_line(&mut self, fields: &[u32]) -> Option<()> {
        self.paper_out = flag(fields.get(1))?;
        self.paused = flag(fields.get(2))?;
        self.formats = fields.get(4).copied().unwrap_or(0);
        self.buffer_full = optional_flag(fields.get(5))?;
        self.partial = optional_flag(fields.get(7))?;
        self.memory_corrupt = optional_flag(fields.get(9))?;
        self.head_cold = optional_flag(fields.get(10))?;
        self.head_hot = optional_flag(fields.get(11))?;
        Some(())
    }

    fn take_second_line(&mut self, fields: &[u32]) -> Option<()> {
        self.head_open = optional_flag(fields.get(2))?;
        self.ribbon_out = optional_flag(fields.get(3))?;
        self.label_waiting = optional_flag(fields.get(7))?;
        self.labels_remaining = fields.get(8).copied().unwrap_or(0);
        self.stored = fields.get(10).copied();
        Some(())
    }
}

fn flag(field: Option<&u32>) -> Option<bool> {
    match field {
        Some(0) => Some(false),
        Some(1) => Some(true),
        _ => None,
    }
}

fn optional_flag(field: Option<&u32>) -> Option<bool> {
    field.map_or(Some(false), |value| flag(Some(value)))
}

/// The numbers of one line. Line 2 is known by its ninth field, the only one of eight digits.
#[derive(Debug)]
struct StatusLine {
    fields: Vec<u32>,
    is_second: bool,
}

impl StatusLine {
    fn read(frame: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(frame);
        let words: Vec<&str> = text.split(',').map(str::trim_ascii).collect();
        let is_second = words.get(8).is_some_and(|word| word.len() == 8);
        let fields = words.into_iter().map(number).collect::<Option<Vec<u32>>>()?;
        Some(Self { fields, is_second })
    }
}

/// A field of digits only, as `00000100`.
fn number(digits: &str) -> Option<u32> {
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}

/// Collects answers from the bytes of a connection. Holds at most one answer's bytes.
#[derive(Debug, Default)]
pub struct Reader {
    raw: Vec<u8>,
    lines: Vec<StatusLine>,
    frame: Option<Vec<u8>>,
    told: HostReport,
    nonsense: bool,
}

impl Reader {
    /// Nothing heard yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what arrived; `true` once a whole answer (three lines) is there. Bytes after it stay for the next answer.
    pub fn push(&mut self, bytes: &mut &[u8]) -> bool {
        while let Some((&byte, rest)) = bytes.split_first() {
            *bytes = rest;
            if self.raw.len() == ANSWER_MAX {
                self.nonsense = true;
                continue;
            }
            self.raw.push(byte);
            match (byte, &mut self.frame) {
                (STX, frame) => *frame = Some(Vec::new()),
                (ETX, frame) => {
                    let line = frame.take().unwrap_or_default();
                    self.take_line(&line);
                    if self.lines.len() == 3 {
                        return true;
                    }
                }
                (_, Some(frame)) => frame.push(byte),
                (b'\r' | b'\n' | b' ', None) => {}
                (_, None) => self.nonsense = true,
            }
        }
        false
    }

    /// Whether at least one whole line is there: a clone may send no more.
    #[must_use]
    pub fn has_line(&self) -> bool {
        !self.lines.is_empty() || self.nonsense
    }

    /// Whether nothing was heard but line ends.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.raw.trim_ascii().is_empty()
    }

    /// Whether a line has begun that has no end yet.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.frame.is_some()
    }

    /// What was said, and an empty reader again.
    ///
    /// # Errors
    /// The bytes, when they are no answer to `~HS`.
    pub fn finish(&mut self) -> Result<ZplStatus, Vec<u8>> {
        let heard = std::mem::take(self);
        if heard.nonsense || heard.frame.is_some() {
            return Err(heard.raw);
        }
        read_lines(&heard.lines).ok_or(heard.raw)
    }

    fn take_line(&mut self, frame: &[u8]) {
        match (StatusLine::read(frame), HostReport::read(frame)) {
            (Some(line), _) => self.lines.push(line),
            (None, Some(told)) => {
                self.told.problem = self.told.problem.or(told.problem);
                self.told.low |= told.low;
                self.told.odometer = self.told.odometer.or(told.odometer);
                self.told.serial = self.told.serial.take().or(told.serial);
            }
            (None, None) => self.nonsense = true,
        }
    }
}

impl Listener for Reader {
    fn push(&mut self, bytes: &mut &[u8]) -> bool {
        Self::push(self, bytes)
    }

    fn may_be_all(&self) -> bool {
        self.has_line()
    }

    fn is_empty(&self) -> bool {
        Self::is_empty(self)
    }

    fn is_open(&self) -> bool {
        Self::is_open(self)
    }

    fn finish(&mut self) -> Result<super::Status, Vec<u8>> {
        let told = self.told.clone();
        let status = Self::finish(self)?;
        Ok(super::Status {
            problem: status.problem().or(told.problem),
            busy: status.tells_queue.then(|| !status.idle()),
            presented: status.label_waiting,
            low: told.low,
            odometer: told.odometer,
            serial: told.serial,
            stored: status.stored,
            done: None,
            text: format!("~HS: {} formats, {} labels left", status.formats, status.labels_remaining),
        })
    }
}

/// The first line of more than two fields is line 1, the next is line 2; two fields are line 3, which says nothing. A
/// line 2 in the place of line 1 is the tail of an older answer.
fn read_lines(lines: &[StatusLine]) -> Option<ZplStatus> {
    let mut status = ZplStatus::default();
    let mut telling = lines.iter().filter(|line| line.fields.len() > 2);
    let first = telling.next().filter(|line| !line.is_second)?;
    status.take_first_line(&first.fields)?;
    if let Some(second) = telling.next() {
        status.take_second_line(&second.fields)?;
        status.tells_queue = first.fields.len() > 4 && second.fields.len() > 8;
    }
    Some(status)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn status(mut bytes: &[u8]) -> Result<ZplStatus, Vec<u8>> {
        let mut reader = Reader::new();
        reader.push(&mut bytes);
        reader.finish()
    }

    const READY: &[u8] = b"\x02030,0,0,0290,000,0,0,0,000,0,0,0\x03\r\n\
        \x02001,0,0,0,1,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n";

    #[test]
    fn a_real_printer_at_rest_is_ready_and_idle() {
        let status = status(READY).unwrap();
        assert_eq!(status.problem(), None);
        assert!(status.idle());
    }

    #[test]
    fn every_fault_is_read_from_its_own_field() {
        let status = status(
            b"\x02030,1,1,1225,002,1,0,1,000,1,1,1\x03\r\n\x02001,0,1,1,1,2,6,1,00000100,1,000\x03\r\n\x021234,0\x03\r\n",
        )
        .unwrap();
        let all = ZplStatus {
            paper_out: true,
            paused: true,
            head_open: true,
            ribbon_out: true,
            buffer_full: true,
            partial: true,
            memory_corrupt: true,
            head_cold: true,
            head_hot: true,
            label_waiting: true,
            formats: 2,
            labels_remaining: 100,
            stored: Some(0),
            tells_queue: true,
        };
        assert_eq!(status, all);
        assert_eq!(status.problem(), Some(Problem::HeadOpen));
        assert!(!status.idle());
    }

    #[test]
    fn the_captured_answer_of_a_printer_without_paper_is_read() {
        let status = status(
            b"\x02030,1,1,1225,000,0,0,0,000,0,0,0\x03\r\n\x02001,0,0,1,1,2,6,0,00000100,1,000\x03\r\n\x021234,0\x03\r\n",
        )
        .unwrap();
        assert_eq!(status.problem(), Some(Problem::PaperOut));
        assert_eq!(status.labels_remaining, 100);
        assert!(!status.idle());
    }

    #[test]
    fn short_lines_and_extra_line_ends_of_clones_are_read_and_never_called_idle() {
        let short = status(b"\r\n\x02030,0,1\x03\r\n\r\n").unwrap();
        assert_eq!(short.problem(), Some(Problem::Paused));
        assert!(!short.idle());
        let ready = status(b"\x02 030,0,0,0290,000 \x03\x02001,0,0,0\x03").unwrap();
        assert_eq!(ready.problem(), None);
        assert!(!ready.idle());
    }

    #[test]
    fn what_is_no_status_is_nonsense_and_never_ready() {
        let wrong: [&[u8]; 9] = [
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            b"\x02\x03",
            b"\x021234,0\x03",
            b"\x02ZD421-203dpi,V93.21,8,8192KB\x03",
            b"\x02030,2,0,0290,000\x03",
            b"\x02030,0,0,0290,000",
            b"\x02030,,0\x03",
            b"\x02030,-1,0\x03",
            b"\x12",
        ];
        for bytes in wrong {
            assert_eq!(status(bytes), Err(bytes.to_vec()), "{bytes:?}");
        }
    }

    #[test]
    fn the_tail_of_an_older_answer_is_no_answer() {
        let tail =
            b"\x02001,0,0,0,1,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n\x02030,0,0,0290,000,0,0,0,000,0,0,0\x03";
        assert!(status(tail).is_err());
    }

    #[test]
    fn two_answers_in_one_read_are_two() {
        let both = [READY, READY].concat();
        let mut bytes = &both[..];
        let mut reader = Reader::new();
        assert!(reader.push(&mut bytes));
        assert!(reader.finish().is_ok());
        assert!(reader.push(&mut bytes));
        assert!(reader.finish().is_ok());
    }

    #[test]
    fn an_answer_without_end_is_bounded() {
        let mut reader = Reader::new();
        for _ in 0..1000 {
            assert!(!reader.push(&mut &[b'0'; 1000][..]));
        }
        assert_eq!(reader.finish().unwrap_err().len(), ANSWER_MAX);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(prop_oneof![Just(2u8), Just(3), Just(b','), b'0'..=b'9', any::<u8>()], 0..200)) {
            let _ = status(&bytes);
        }

        #[test]
        fn how_the_answer_is_split_does_not_matter(cut in 0usize..80) {
            let (mut a, mut b) = READY.split_at(cut.min(READY.len()));
            let mut reader = Reader::new();
            let first = reader.push(&mut a);
            prop_assert!(first || reader.push(&mut b));
            prop_assert_eq!(reader.finish(), status(READY));
        }
    }
}
