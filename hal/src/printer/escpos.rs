//! What an ESC/POS printer says of itself.
//!
//! ```text
//!   10 04 n   DLE EOT n  ->  one byte, 0xx1xx10
//!                            n = 1  bit 3 offline
//!                            n = 2  bit 2 cover open  5 paper ended  6 error
//!                            n = 3  bit 3 cutter  5 unrecoverable  6 recovers by itself (too hot)
//!                            n = 4  bits 2, 3 paper near its end  5, 6 at its end
//!   (unasked)            ->  0xx1xx00 and three of 0xx0xxxx: automatic status back
//!                            byte 1  bit 3 offline  5 cover open;  byte 2  bit 3 cutter  5 unrecoverable  6 recovers
//!                            byte 3  bits 0, 1 near its end  2, 3 at its end
//!   1D 28 48 06 00 30 30 d1 d2 d3 d4   ->  37 22 d1 d2 d3 d4 00  once all that was sent before it is printed
//! ```
//! From the Epson TM-U220 (p. 54, 83) and TM-L90 manuals (p. 316, 425). `DLE EOT` is answered out of turn, offline or not.
//! The process id (`GS ( H`) is this language's proof of paper; old models do not know it and print it: a setting. The three
//! kinds of answers are told apart by their fixed bits, and what is none of them is no status.

use super::{Listener, Problem, Status};

/// Asks for all four bytes.
pub const ASK: &[u8] = b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04";

/// Asks to name `id` (four of `0`-`9`, `A`-`Z`) once everything before it is printed.
#[must_use]
pub fn name_when_done(id: [u8; 4]) -> Vec<u8> {
    [&b"\x1D\x28\x48\x06\x00\x30\x30"[..], &id].concat()
}

/// The last job named as done in what came unasked.
pub(super) fn named_as_done(bytes: &[u8]) -> Option<[u8; 4]> {
    let name = |run: &[u8]| match *run {
        [0x37, 0x22, a, b, c, d, 0x00] => Some([a, b, c, d]),
        _ => None,
    };
    bytes.windows(7).rev().find_map(name)
}

/// More than four answers, a block and two process ids are not one answer.
const ANSWER_MAX: usize = 64;

/// The answer to [`ASK`], with whatever the printer says unasked.
#[derive(Debug, Default)]
pub(super) struct EscposAnswer {
    raw: Vec<u8>,
    told: Vec<u8>,
    block: Option<Vec<u8>>,
    done: Option<[u8; 4]>,
    named: Option<Vec<u8>>,
    nonsense: bool,
}

impl EscposAnswer {
    fn take(&mut self, byte: u8) {
        if let Some(named) = &mut self.named {
            named.push(byte);
            if let [0x37, 0x22, a, b, c, d, end] = named[..] {
                if end == 0 {
                    self.done = Some([a, b, c, d]);
                } else {
                    self.nonsense = true;
                }
                self.named = None;
            }
            return;
        }
        match (byte & 0x93, &mut self.block) {
            _ if byte == 0x37 => self.named = Some(vec![byte]),
            (0x12, _) => self.told.push(byte),
            (0x10, _) => self.block = Some(vec![byte]),
            (_, Some(block)) if byte & 0x90 == 0 && block.len() < 4 => block.push(byte),
            _ => self.nonsense = true,
        }
    }
}

impl Listener for EscposAnswer {
    fn push(&mut self, bytes: &mut &[u8]) -> bool {
        while let Some((&byte, rest)) = bytes.split_first() {
            *bytes = rest;
            if self.raw.len() < ANSWER_MAX {
                self.raw.push(byte);
                self.take(byte);
            } else {
                self.nonsense = true;
            }
            if self.told.len() == 4 {
                return true;
            }
        }
        false
    }

    fn may_be_all(&self) -> bool {
        self.nonsense
    }

    fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    fn is_open(&self) -> bool {
        (1..4).contains(&self.told.len())
    }

    fn finish(&mut self) -> Result<Status, Vec<u8>> {
        let heard = std::mem::take(self);
        match heard.told[..] {
            [printer, offline, error, paper] if !heard.nonsense => {
                Ok(Status { done: heard.done, ..of_bytes(printer, offline, error, paper) })
            }
            // Only the proof came: it is worth keeping, and nothing else is known.
            [] if heard.done.is_some() && !heard.nonsense => {
                Ok(Status { done: heard.done, text: "process id".to_owned(), ..Status::default() })
            }
            _ => Err(heard.raw),
        }
    }
}

fn of_bytes(printer: u8, offline: u8, error: u8, paper: u8) -> Status {
    let problems = [
        (offline & 0x04 != 0, Problem::CoverOpen),
        (paper & 0x60 != 0 || offline & 0x20 != 0, Problem::PaperOut),
        (error & 0x08 != 0, Problem::Cutter),
        (error & 0x40 != 0, Problem::HeadHot),
        (error & 0x20 != 0 || offline & 0x40 != 0, Problem::Other),
        (printer & 0x08 != 0, Problem::Offline),
    ];
    Status {
        problem: problems.into_iter().find_map(|(is_so, problem)| is_so.then_some(problem)),
        busy: None,
        low: paper & 0x0C != 0,
        text: format!("DLE EOT {printer:02x} {offline:02x} {error:02x} {paper:02x}"),
        ..Status::default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer(bytes: &[u8]) -> Result<Status, Vec<u8>> {
        let mut answer = EscposAnswer::default();
        for byte in bytes {
            answer.push(&mut &[*byte][..]);
        }
        answer.finish()
    }

    fn problem(bytes: &[u8; 4]) -> Option<Problem> {
        answer(bytes).unwrap().problem
    }

    #[test]
    fn four_bytes_say_what_is_wrong() {
        assert_eq!(problem(&[0x12, 0x12, 0x12, 0x12]), None);
        assert_eq!(problem(&[0x1A, 0x12, 0x12, 0x12]), Some(Problem::Offline));
        assert_eq!(problem(&[0x1A, 0x16, 0x12, 0x12]), Some(Problem::CoverOpen));
        assert_eq!(problem(&[0x1A, 0x32, 0x12, 0x72]), Some(Problem::PaperOut));
        assert_eq!(problem(&[0x1A, 0x52, 0x1A, 0x12]), Some(Problem::Cutter));
        assert_eq!(problem(&[0x1A, 0x52, 0x32, 0x12]), Some(Problem::Other));
        assert!(answer(&[0x12, 0x12, 0x12, 0x1E]).unwrap().low);
    }

    #[test]
    fn what_comes_unasked_is_no_answer_and_hides_none() {
        let mixed = [0x12, 0x38, 0x00, 0x00, 0x00, 0x12, 0x37, 0x22, b'0', b'0', b'0', b'1', 0x00, 0x12, 0x12];
        let status = answer(&mixed).unwrap();
        assert_eq!((status.problem, status.done), (None, Some(*b"0001")));
        assert_eq!(answer(&[0x37, 0x22, b'0', b'0', b'0', b'1', 0x00]).unwrap().done, Some(*b"0001"));
        assert_eq!(answer(b"OK\r\n"), Err(b"OK\r\n".to_vec()));
        assert_eq!(answer(&[0x12, 0x12, 0x12]), Err(vec![0x12, 0x12, 0x12]));
    }

    #[test]
    fn a_job_is_named_by_four_characters() {
        assert_eq!(name_when_done(*b"0001"), [0x1D, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30, b'0', b'0', b'0', b'1']);
    }

    proptest! {
        #[test]
        fn no_bytes_panic_and_an_answer_is_bounded(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut answer = EscposAnswer::default();
            let mut rest = &bytes[..];
            while !rest.is_empty() && !answer.push(&mut rest) {}
            prop_assert!(answer.raw.len() <= ANSWER_MAX);
            let _ = answer.finish();
        }
    }
}
