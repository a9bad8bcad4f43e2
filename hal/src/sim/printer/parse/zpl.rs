//! ZPL: `^XA` to `^XZ`; commands of the printer itself (`~`) may stand inside.

use super::{JOB_MAX, Question, Start, Step};

/// A label from `^XA` on.
#[derive(Debug, Default)]
pub(super) struct ZplParser {
    label: Vec<u8>,
    too_long: bool,
    /// Bytes of `^GFB` data still to come.
    raw: usize,
    /// Where the last command begins.
    command: usize,
}

const QUESTIONS: [(&[u8], Question); 5] = [
    (b"~HS", Question::HostStatus),
    (b"~HQES", Question::Errors),
    (b"~HQOD", Question::Odometer),
    (b"~HQSN", Question::Serial),
    (b"~HI", Question::Identification),
];
/// Bytes of the largest picture that is kept.
const PICTURE_MAX: usize = 100;
/// No command is longer that says how many bytes follow.
const COMMAND_MAX: usize = 64;
/// The longest of all commands that stand by themselves.
const LONGEST: usize = 5;

/// What stands between labels.
pub(super) fn start(bytes: &[u8]) -> Start {
    let upper = bytes.to_ascii_uppercase();
    if upper == b"^XA" {
        return Start::Job(crate::printer::Language::Zpl);
    }
    if upper == b"~JA" {
        return Start::Clear;
    }
    if let Some((_, question)) = QUESTIONS.iter().find(|(command, _)| *command == upper) {
        return Start::Asked(*question);
    }
    if upper.starts_with(b"~DG") {
        return picture(&upper);
    }
    let begins = |command: &[u8]| command.starts_with(&upper);
    let known =
        QUESTIONS.iter().any(|(command, _)| begins(command)) || begins(b"^XA") || begins(b"~JA") || begins(b"~DG");
    if known { Start::Unknown } else { Start::Rubbish }
}

impl ZplParser {
    pub(super) fn push(&mut self, byte: u8) -> Step {
        if self.label.len() == JOB_MAX {
            (self.too_long, self.command) = (true, 0);
            self.label.clear();
        }
        self.label.push(byte);
        if self.raw > 0 {
            self.raw -= 1;
            return Step::On;
        }
        if matches!(byte, b'^' | b'~') {
            self.command = self.label.len() - 1;
        }
        let command = &self.label[self.command.min(self.label.len())..];
        if command.len() > COMMAND_MAX {
            return Step::On;
        }
        let command = command.to_vec();
        if byte == b',' {
            self.raw = graphic_data(&command).unwrap_or(0).min(JOB_MAX);
        }
        self.known(&command.to_ascii_uppercase())
    }

    fn known(&mut self, command: &[u8]) -> Step {
        if command.len() > LONGEST {
            return Step::On;
        }
        if let Some((_, question)) = QUESTIONS.iter().find(|(known, _)| *known == command) {
            self.label.truncate(self.command);
            self.command = self.label.len();
            return Step::Asked(*question);
        }
        match command {
            b"~JA" => Step::Clear,
            b"^XA" if self.label.len() > 3 => {
                (self.label, self.too_long, self.command) = (b"^XA".to_vec(), false, 0);
                Step::Again
            }
            b"^XZ" if self.too_long => Step::TooLong,
            b"^XZ" => Step::Done(std::mem::take(&mut self.label)),
            _ => Step::On,
        }
    }
}

/// `~DGR:NAME.GRF,bytes,bytes a row,data`: a picture for the printer's memory. Ours is one dot; larger ones are none.
fn picture(command: &[u8]) -> Start {
    let text = String::from_utf8_lossy(command);
    let mut parts = text[3..].splitn(4, ',');
    let (name, bytes) = (parts.next().unwrap_or_default(), parts.next());
    let (Some(bytes), Some(_), Some(data)) = (bytes, parts.next(), parts.next()) else {
        return if command.len() > COMMAND_MAX { Start::Rubbish } else { Start::Unknown };
    };
    match bytes.trim().parse::<usize>() {
        Ok(bytes @ 1..=PICTURE_MAX) if data.len() < 2 * bytes => Start::Unknown,
        Ok(1..=PICTURE_MAX) => Start::Stored(name.to_owned()),
        _ => Start::Rubbish,
    }
}

/// How many raw bytes follow `^GFB,a,b,c,`.
fn graphic_data(command: &[u8]) -> Option<usize> {
    let parameters = command.to_ascii_uppercase();
    let parameters = parameters.strip_prefix(b"^GFB,")?.strip_suffix(b",")?;
    let mut numbers = parameters.split(|byte| *byte == b',');
    let first = numbers.next()?;
    (numbers.count() == 2).then(|| str::from_utf8(first).ok()?.trim().parse().ok())?
}

/// How many copies a label asks for: `^PQ`.
pub(super) fn copies(label: &[u8]) -> u32 {
    let at = label.windows(3).position(|word| word.eq_ignore_ascii_case(b"^PQ"));
    at.map_or(1, |at| super::number(&label[at + 3..]))
}

#[cfg(test)]
mod tests {
    use super::super::{Item, Parser};
    use super::*;
    use crate::printer::Language;

    fn items(bytes: &[u8]) -> Vec<Item> {
        let mut parser = Parser::default();
        bytes.iter().filter_map(|&byte| parser.push(byte)).collect()
    }

    fn label(text: &str) -> Item {
        Item::Job(Language::Zpl, text.as_bytes().to_vec())
    }

    const ASKED: Item = Item::Asked(Question::HostStatus);

    #[test]
    fn labels_and_questions_are_told_apart_in_one_stream() {
        assert_eq!(
            items(b"~HS\r\n^XA^FDa^FS^XZ\r\n^xa^FDb^XZ~HS"),
            [ASKED, Item::JobBegun, label("^XA^FDa^FS^XZ"), Item::JobBegun, label("^xa^FDb^XZ"), ASKED]
        );
    }

    #[test]
    fn a_question_inside_a_label_is_no_part_of_it() {
        assert_eq!(items(b"^XA^FD~HSa^XZ"), [Item::JobBegun, ASKED, label("^XA^FDa^XZ")]);
    }

    #[test]
    fn a_label_that_begins_again_is_one_label() {
        assert_eq!(items(b"^XA^FDhalf^XA^FDb^XZ"), [Item::JobBegun, Item::JobBegun, label("^XA^FDb^XZ")]);
    }

    #[test]
    fn clearing_drops_the_label_that_is_coming_in() {
        assert_eq!(items(b"^XA^FDa~JA^XZ"), [Item::JobBegun, Item::ClearAll]);
    }

    #[test]
    fn raw_graphic_data_is_measured_and_not_read() {
        let raw = "^XA^FO1,1^GFB,6,6,1,^XZ~HS^FS^XZ";
        assert_eq!(items(raw.as_bytes()), [Item::JobBegun, label(raw)]);
    }

    #[test]
    fn a_label_without_end_is_bounded() {
        let mut parser = super::ZplParser::default();
        for byte in b"^XA".iter().chain([b'0'; 1 << 16].iter().cycle().take(JOB_MAX + 10)) {
            parser.push(*byte);
        }
        assert!(parser.label.len() <= JOB_MAX);
        assert!(b"^X".iter().all(|&byte| matches!(parser.push(byte), Step::On)));
        assert!(matches!(parser.push(b'Z'), Step::TooLong));
    }
}
