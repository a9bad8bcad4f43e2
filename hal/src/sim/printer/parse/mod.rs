//! Cuts what a printer receives into jobs and questions, in three languages on one stream.
//!
//! | language | a job begins with | and ends with |
//! |---|---|---|
//! | ZPL | `^XA` | `^XZ` |
//! | TSPL | a line that is a command | `PRINT` |
//! | ESC/POS | `ESC` or `GS` | a cut, `GS V` |
//!
//! Binary data (`^GFB`, `BITMAP`, `GS v 0`, …) is measured, not looked into. What no job can begin with is thrown away.

mod escpos;
mod tspl;
mod zpl;

pub(super) use escpos::{Length, length as command_length};
#[cfg(feature = "render")]
pub(super) use tspl::COMMANDS as TSPL_COMMANDS;

use crate::printer::Language;

/// The longest job, bytes: a whole page of pixels in hexadecimal at 600 dpi is 3 MB.
const JOB_MAX: usize = 4 << 20;

/// The most copies of a job that come out: a roll.
const ROLL: u32 = 9999;

/// How many copies a job asks for; at least one, and no more than a roll holds.
pub(super) fn copies(language: Language, job: &[u8]) -> u32 {
    let asked = match language {
        Language::Zpl => zpl::copies(job),
        Language::Tspl => tspl::copies(job),
        Language::EscPos => 1,
    };
    asked.clamp(1, ROLL)
}

/// The number that stands at the beginning; one with more than eight digits is cut to them, and none is 1.
fn number(text: &[u8]) -> u32 {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).take(8);
    digits.fold(None, |sum, byte| Some(sum.unwrap_or(0) * 10 + u32::from(byte - b'0'))).unwrap_or(1)
}

/// What was received.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// A job begins.
    JobBegun,
    /// From its first byte to its last.
    Job(Language, Vec<u8>),
    /// A job too long for the printer's memory: thrown away.
    TooLong,
    /// `~JA`: forget every job.
    ClearAll,
    /// `~DG`: keep a picture of this name.
    Stored(String),
    /// A question.
    Asked(Question),
}

/// What a printer is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// ZPL `~HS`.
    HostStatus,
    /// ZPL `~HQES`.
    Errors,
    /// ZPL `~HQOD`.
    Odometer,
    /// ZPL `~HQSN`.
    Serial,
    /// ZPL `~HI`.
    Identification,
    /// TSPL `ESC ! ?`.
    TsplStatus,
    /// TSPL `ESC ! S`.
    TsplMore,
    /// ESC/POS `DLE EOT n`.
    RealTime(u8),
    /// ESC/POS `GS ( H`: name this when everything before it is printed.
    NameWhenDone([u8; 4]),
}

/// Tells the languages apart, wherever the reads cut them.
#[derive(Debug, Default)]
pub(super) struct Parser {
    /// Speaks one language only.
    only: Option<Language>,
    job: Job,
    /// Bytes between jobs that do not say yet what they begin.
    undecided: Vec<u8>,
}

#[derive(Debug, Default)]
enum Job {
    #[default]
    None,
    Zpl(zpl::ZplParser),
    Tspl(tspl::TsplParser),
    EscPos(escpos::EscposParser),
}

/// What one more byte did to a job.
enum Step {
    /// It goes on.
    On,
    /// A question stood in it, and is no part of it.
    Asked(Question),
    /// It is whole.
    Done(Vec<u8>),
    /// It was too long.
    TooLong,
    /// It is to be forgotten, with all others.
    Clear,
    /// It begins again: the first half is thrown away.
    Again,
}

/// What the undecided bytes are.
enum Start {
    /// Nothing yet.
    Unknown,
    /// Nothing a printer knows.
    Rubbish,
    /// A question by itself.
    Asked(Question),
    /// All jobs are to be forgotten.
    Clear,
    /// A picture is to be kept.
    Stored(String),
    /// A job.
    Job(Language),
}

impl Parser {
    /// For a printer that speaks this one only, or tells them apart.
    pub(super) fn new(only: Option<Language>) -> Self {
        Self { only, ..Self::default() }
    }

    /// Takes one byte.
    pub(super) fn push(&mut self, byte: u8) -> Option<Item> {
        let (language, step) = match &mut self.job {
            Job::None => return self.begin(byte),
            Job::Zpl(job) => (Language::Zpl, job.push(byte)),
            Job::Tspl(job) => (Language::Tspl, job.push(byte)),
            Job::EscPos(job) => (Language::EscPos, job.push(byte)),
        };
        let item = match step {
            Step::On => return None,
            Step::Asked(question) => return Some(Item::Asked(question)),
            Step::Again => return Some(Item::JobBegun),
            Step::Done(bytes) => Item::Job(language, bytes),
            Step::TooLong => Item::TooLong,
            Step::Clear => Item::ClearAll,
        };
        self.job = Job::None;
        Some(item)
    }

    /// Whether a job has begun that has no end yet.
    pub(super) fn is_partial(&self) -> bool {
        !matches!(self.job, Job::None)
    }

    fn begin(&mut self, byte: u8) -> Option<Item> {
        self.undecided.push(byte);
        loop {
            match self.start() {
                Start::Unknown => return None,
                Start::Rubbish => {
                    self.undecided.remove(0);
                    if self.undecided.is_empty() {
                        return None;
                    }
                }
                Start::Asked(question) => {
                    self.undecided.clear();
                    return Some(Item::Asked(question));
                }
                Start::Clear => {
                    self.undecided.clear();
                    return Some(Item::ClearAll);
                }
                Start::Stored(name) => {
                    self.undecided.clear();
                    return Some(Item::Stored(name));
                }
                Start::Job(language) => {
                    self.job = match language {
                        Language::Zpl => Job::Zpl(zpl::ZplParser::default()),
                        Language::Tspl => Job::Tspl(tspl::TsplParser::default()),
                        Language::EscPos => Job::EscPos(escpos::EscposParser::default()),
                    };
                    // What decided it is part of it; no job is whole, and no question is asked, so early.
                    for byte in std::mem::take(&mut self.undecided) {
                        self.push(byte);
                    }
                    return Some(Item::JobBegun);
                }
            }
        }
    }

    fn start(&self) -> Start {
        let bytes = &self.undecided[..];
        let speaks = |language| self.only.is_none_or(|only| only == language);
        let Some(&first) = bytes.first() else { return Start::Unknown };
        match first {
            b'^' | b'~' if speaks(Language::Zpl) => zpl::start(bytes),
            0x1B if bytes.len() < 2 => Start::Unknown,
            0x1B if bytes[1] == b'!' && speaks(Language::Tspl) => match bytes.get(2) {
                None => Start::Unknown,
                Some(b'?') => Start::Asked(Question::TsplStatus),
                Some(b'S') => Start::Asked(Question::TsplMore),
                Some(_) if speaks(Language::EscPos) => Start::Job(Language::EscPos),
                Some(_) => Start::Rubbish,
            },
            0x10 | 0x1B | 0x1D if speaks(Language::EscPos) => escpos::start(bytes),
            b'A'..=b'Z' | b'a'..=b'z' if speaks(Language::Tspl) => {
                let word = bytes.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
                match (word == bytes.len(), tspl::is_command(&bytes[..word])) {
                    (true, _) if word <= tspl::LONGEST => Start::Unknown,
                    (false, true) => Start::Job(Language::Tspl),
                    _ => Start::Rubbish,
                }
            }
            _ => Start::Rubbish,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn items(bytes: &[u8]) -> Vec<Item> {
        let mut parser = Parser::default();
        bytes.iter().filter_map(|&byte| parser.push(byte)).collect()
    }

    fn job(language: Language, bytes: &[u8]) -> Item {
        Item::Job(language, bytes.to_vec())
    }

    const ZPL: &[u8] = b"^XA^FDa^FS^XZ";
    const TSPL: &[u8] =
        b"SIZE 100 mm,150 mm\r\nCLS\r\nBITMAP 0,0,1,5,0,^XA\r\n\r\nTEXT 1,1,\"3\",0,1,1,\"PRINT 1\"\r\nPRINT 1,1\r\n";
    const ESCPOS: &[u8] = b"\x1B@text\n\x1Dv0\0\x02\0\x02\0^XA~\x1Dk\x49\x04{B^X\x1DV\x41\0";

    #[test]
    fn three_languages_follow_each_other_on_one_stream() {
        let stream = [ZPL, b"\r\n", TSPL, ESCPOS, b"~HS\r\n", b"\x1B!?", b"\x10\x04\x02", ZPL].concat();
        assert_eq!(
            items(&stream),
            [
                Item::JobBegun,
                job(Language::Zpl, ZPL),
                Item::JobBegun,
                job(Language::Tspl, TSPL),
                Item::JobBegun,
                job(Language::EscPos, ESCPOS),
                Item::Asked(Question::HostStatus),
                Item::Asked(Question::TsplStatus),
                Item::Asked(Question::RealTime(2)),
                Item::JobBegun,
                job(Language::Zpl, ZPL),
            ]
        );
    }

    #[test]
    fn a_question_inside_a_job_is_no_part_of_it_and_data_asks_nothing() {
        let tspl = b"CLS\r\n\x1B!?BAR 1,1,1,1\r\nPRINT 1\r\n";
        assert_eq!(items(tspl)[1], Item::Asked(Question::TsplStatus));
        assert_eq!(items(tspl)[2], job(Language::Tspl, b"CLS\r\nBAR 1,1,1,1\r\nPRINT 1\r\n"));
        let escpos = b"\x1B@\x10\x04\x01\x1Dv0\0\x01\0\x03\0\x10\x04\x01\x1DV\0";
        assert_eq!(items(escpos)[1], Item::Asked(Question::RealTime(1)));
        assert_eq!(items(escpos)[2], job(Language::EscPos, b"\x1B@\x1Dv0\0\x01\0\x03\0\x10\x04\x01\x1DV\0"));
    }

    #[test]
    fn a_printer_of_one_language_throws_the_others_away() {
        let mut parser = Parser::new(Some(Language::Tspl));
        let found: Vec<Item> = [ZPL, TSPL].concat().iter().filter_map(|&byte| parser.push(byte)).collect();
        assert_eq!(found, [Item::JobBegun, job(Language::Tspl, TSPL)]);
    }

    #[test]
    fn copies_are_counted_and_bounded() {
        let zpl = |label: &[u8]| copies(Language::Zpl, label);
        let labels: [&[u8]; 5] = [b"^XA^XZ", b"^XA^PQ3,0,1,Y^XZ", b"^XA^PQ0^XZ", b"^XA^PQ99999999999^XZ", b"^XA^PQ"];
        assert_eq!(labels.map(zpl), [1, 3, 1, 9999, 1]);
        let tspl = |job: &[u8]| copies(Language::Tspl, job);
        let jobs: [&[u8]; 4] = [TSPL, b"CLS\r\nprint 2,3\r\n", b"CLS\nPRINT 2\n", b"CLS\r\nPRINT x\r\n"];
        assert_eq!(jobs.map(tspl), [1, 6, 2, 1]);
    }

    #[test]
    fn a_process_id_is_asked_for_behind_a_job() {
        let stream = [ESCPOS, b"\x1D(H\x06\x00\x30\x300001"].concat();
        assert_eq!(items(&stream)[2], Item::Asked(Question::NameWhenDone(*b"0001")));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fall_over_and_it_holds_no_more_than_a_job(
            parts in proptest::collection::vec(prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..40),
                Just(ZPL.to_vec()), Just(TSPL.to_vec()), Just(ESCPOS.to_vec()),
                Just(b"BITMAP 0,0,99999999999,5,0,".to_vec()), Just(b"\x1Dv0\0\xff\xff\xff\xff".to_vec()),
            ], 0..8),
        ) {
            let mut parser = Parser::default();
            for byte in parts.concat() {
                parser.push(byte);
            }
            prop_assert!(parser.undecided.len() < 300);
        }
    }
}
