//! What a TSPL printer says of itself.
//!
//! ```text
//!   1B 21 3F  ESC ! ?   ->  one byte:  bit 0 head open  1 jam  2 paper out  3 ribbon out  4 pause  5 printing
//!                                          6 cover open  7 too hot                         00: ready
//!   1B 21 53  ESC ! S   ->  02 40 40 40 41 03 0D 0A     STX message warning error1 error2 ETX CR LF
//!                              |  |  |  paper empty
//!                              |  |  bit 0 head hot  1 motor hot  3 cutter  4 memory
//!                              |  ribbon or paper low
//!                              @ idle  ` pause  B, C, F, P, W at work  E error  K wait for a key  L wait for the label
//! ```
//! From the Gprinter GP-2120T (p. 30) and TSC TTP-244 and 345 manuals (p. 85). The second question is known from TSC's
//! firmware 6.29 on and asked once to find out; many clones on USB answer neither, and only their port status is left.

use super::{Listener, Problem, Status};

/// Asks for one byte.
pub const ASK: &[u8] = b"\x1B!?";
/// Asks for four.
pub const ASK_MORE: &[u8] = b"\x1B!S";

const STX: u8 = 0x02;
const ETX: u8 = 0x03;

/// What the one byte says.
#[must_use]
pub fn of_byte(byte: u8) -> Status {
    let bits = [
        (0x01, Problem::HeadOpen),
        (0x40, Problem::CoverOpen),
        (0x04, Problem::PaperOut),
        (0x08, Problem::RibbonOut),
        (0x02, Problem::Jam),
        (0x80, Problem::HeadHot),
        (0x10, Problem::Paused),
    ];
    Status {
        problem: bits.into_iter().find_map(|(bit, problem)| (byte & bit != 0).then_some(problem)),
        busy: Some(byte & 0x20 != 0),
        text: format!("ESC ! ? {byte:02x}"),
        ..Status::default()
    }
}

/// What the four bytes say; `None` when they are none of `ESC ! S`.
#[must_use]
pub fn of_four([message, warning, first, second]: [u8; 4]) -> Option<Status> {
    if [warning, first, second].iter().any(|byte| byte & 0xC0 != 0x40) {
        return None;
    }
    let bit = |byte: u8, bit: u8| byte >> bit & 1 == 1;
    let error = [
        (bit(second, 0), Problem::PaperOut),
        (bit(second, 2), Problem::RibbonOut),
        (bit(second, 1), Problem::Jam),
        (bit(first, 3), Problem::Cutter),
        (bit(first, 0) || bit(first, 1), Problem::HeadHot),
        (bit(first, 4), Problem::MemoryCorrupt),
    ];
    let error = error.into_iter().find_map(|(is_so, problem)| is_so.then_some(problem));
    let (state, busy) = match message {
        b'@' => (None, false),
        b'`' | b'K' => (Some(Problem::Paused), false),
        b'B' | b'C' | b'F' | b'P' | b'W' => (None, true),
        b'L' => (None, false),
        b'E' => (Some(Problem::Other), false),
        _ => return None,
    };
    Some(Status {
        problem: error.or(state),
        busy: Some(busy),
        presented: message == b'L',
        low: warning & 0x3F != 0,
        text: format!(
            "ESC ! S {}{}{}{}",
            char::from(message),
            char::from(warning),
            char::from(first),
            char::from(second)
        ),
        ..Status::default()
    })
}

/// One answer: a byte, or a frame where four are asked for.
#[derive(Debug, Default)]
pub(super) struct TsplAnswer {
    four: bool,
    raw: Vec<u8>,
}

impl TsplAnswer {
    pub(super) fn new(four: bool) -> Self {
        Self { four, raw: Vec::new() }
    }

    fn is_whole(&self) -> bool {
        if self.four { self.raw.len() == 8 || self.raw.ends_with(b"\x03\r\n") } else { self.raw.len() == 1 }
    }
}

impl Listener for TsplAnswer {
    fn push(&mut self, bytes: &mut &[u8]) -> bool {
        while let Some((&byte, rest)) = bytes.split_first() {
            *bytes = rest;
            self.raw.push(byte);
            if self.is_whole() {
                return true;
            }
        }
        false
    }

    fn may_be_all(&self) -> bool {
        self.raw.get(5) == Some(&ETX)
    }

    fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    fn is_open(&self) -> bool {
        !self.raw.is_empty() && !self.is_whole() && !self.may_be_all()
    }

    fn finish(&mut self) -> Result<Status, Vec<u8>> {
        let raw = std::mem::take(&mut self.raw);
        match (self.four, &raw[..]) {
            (false, [byte]) => Ok(of_byte(*byte)),
            (true, [STX, a, b, c, d, ETX, ..]) => of_four([*a, *b, *c, *d]).ok_or(raw),
            _ => Err(raw),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_byte_says_what_is_wrong_and_whether_it_prints() {
        let told = |byte| (of_byte(byte).problem, of_byte(byte).busy);
        assert_eq!(told(0x00), (None, Some(false)));
        assert_eq!(told(0x20), (None, Some(true)));
        assert_eq!(told(0x05), (Some(Problem::HeadOpen), Some(false)));
        assert_eq!(told(0x04), (Some(Problem::PaperOut), Some(false)));
        assert_eq!(told(0x30), (Some(Problem::Paused), Some(true)));
    }

    #[test]
    fn four_bytes_say_more() {
        let told = |bytes: &[u8; 4]| of_four(*bytes).map(|status| (status.problem, status.busy, status.presented));
        assert_eq!(told(b"@@@@"), Some((None, Some(false), false)));
        assert_eq!(told(b"@@@A"), Some((Some(Problem::PaperOut), Some(false), false)));
        assert_eq!(told(b"P@@@"), Some((None, Some(true), false)));
        assert_eq!(told(b"L@@@"), Some((None, Some(false), true)));
        assert_eq!(told(b"E@H@"), Some((Some(Problem::Cutter), Some(false), false)));
        assert_eq!(told(b"`@@@"), Some((Some(Problem::Paused), Some(false), false)));
        assert_eq!(told(b"x@@@"), None);
        assert_eq!(told(b"@ @@"), None);
    }

    #[test]
    fn a_frame_comes_in_any_pieces_and_with_or_without_its_line_end() {
        for sent in [&b"\x02@@@A\x03\r\n"[..], b"\x02@@@A\x03"] {
            let mut answer = TsplAnswer::new(true);
            for byte in sent {
                answer.push(&mut &[*byte][..]);
            }
            assert!(answer.may_be_all() && !answer.is_open());
            assert_eq!(answer.finish().unwrap().problem, Some(Problem::PaperOut));
        }
        let mut answer = TsplAnswer::new(true);
        assert!(answer.push(&mut &b"garbage!"[..]));
        assert_eq!(answer.finish(), Err(b"garbage!".to_vec()));
    }
}
