//! Cuts what a printer receives into labels and commands.

/// The longest label, bytes: a whole page of pixels in hexadecimal at 600 dpi is 3 MB.
const LABEL_MAX: usize = 4 << 20;

/// What was received.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// `^XA`: a label begins.
    LabelBegun,
    /// `^XA` to `^XZ`.
    Label(Vec<u8>),
    /// A label too long for the printer's memory: thrown away.
    TooLong,
    /// `~HS`.
    StatusAsked,
    /// `~HQES` (`true`) or `~HQOD`.
    MoreAsked(bool),
    /// `~JA`.
    ClearAll,
}

/// Knows `^XA`, `^XZ`, `~HS` and `~JA`, wherever the reads cut them. Commands may stand inside a label.
#[derive(Debug, Default)]
pub(super) struct Parser {
    label: Option<Vec<u8>>,
    too_long: bool,
    last: [u8; 5],
}

impl Parser {
    /// Takes one byte.
    pub(super) fn push(&mut self, byte: u8) -> Option<Item> {
        self.last.rotate_left(1);
        self.last[4] = byte.to_ascii_uppercase();
        if let Some(label) = &mut self.label {
            if label.len() == LABEL_MAX {
                label.clear();
                self.too_long = true;
            }
            label.push(byte);
        }
        if let command @ (b"~HQES" | b"~HQOD") = &self.last {
            let errors = command == b"~HQES";
            self.take_back(5);
            return Some(Item::MoreAsked(errors));
        }
        match &self.last[2..] {
            b"^XA" => {
                (self.label, self.too_long) = (Some(b"^XA".to_vec()), false);
                Some(Item::LabelBegun)
            }
            b"^XZ" => {
                let label = self.label.take()?;
                Some(if std::mem::take(&mut self.too_long) { Item::TooLong } else { Item::Label(label) })
            }
            b"~HS" => {
                self.take_back(3);
                Some(Item::StatusAsked)
            }
            b"~JA" => {
                self.label = None;
                Some(Item::ClearAll)
            }
            _ => None,
        }
    }

    /// Whether a label has begun that has no end yet.
    pub(super) fn is_partial(&self) -> bool {
        self.label.is_some()
    }

    /// A command is no part of the label it stands in.
    fn take_back(&mut self, length: usize) {
        if let Some(label) = &mut self.label {
            label.truncate(label.len().saturating_sub(length));
        }
    }
}

/// How many copies a label asks for (`^PQ`); at least one, and no more than a roll holds.
pub(super) fn copies(label: &[u8]) -> u32 {
    const ROLL: u32 = 9999;
    let Some(at) = label.windows(3).position(|word| word.eq_ignore_ascii_case(b"^PQ")) else { return 1 };
    let digits = label[at + 3..].iter().take_while(|byte| byte.is_ascii_digit()).take(8);
    digits.fold(0, |sum: u32, byte| sum * 10 + u32::from(byte - b'0')).clamp(1, ROLL)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(bytes: &[u8]) -> Vec<Item> {
        let mut parser = Parser::default();
        bytes.iter().filter_map(|&byte| parser.push(byte)).collect()
    }

    fn label(text: &str) -> Item {
        Item::Label(text.as_bytes().to_vec())
    }

    #[test]
    fn labels_and_questions_are_told_apart_in_one_stream() {
        assert_eq!(
            items(b"~HS\r\n^XA^FDa^FS^XZ\r\n^xa^FDb^XZ~HS"),
            [
                Item::StatusAsked,
                Item::LabelBegun,
                label("^XA^FDa^FS^XZ"),
                Item::LabelBegun,
                label("^XA^FDb^XZ"),
                Item::StatusAsked
            ]
        );
    }

    #[test]
    fn a_question_inside_a_label_is_no_part_of_it() {
        assert_eq!(items(b"^XA^FD~HSa^XZ"), [Item::LabelBegun, Item::StatusAsked, label("^XA^FDa^XZ")]);
    }

    #[test]
    fn a_label_that_begins_again_is_one_label() {
        assert_eq!(items(b"^XA^FDhalf^XA^FDb^XZ"), [Item::LabelBegun, Item::LabelBegun, label("^XA^FDb^XZ")]);
    }

    #[test]
    fn clearing_drops_the_label_that_is_coming_in() {
        assert_eq!(items(b"^XA^FDa~JA^XZ"), [Item::LabelBegun, Item::ClearAll]);
    }

    #[test]
    fn a_label_without_end_is_bounded() {
        let mut parser = Parser::default();
        for byte in b"^XA".iter().chain([b'0'; 1 << 16].iter().cycle().take(LABEL_MAX + 10)) {
            parser.push(*byte);
        }
        assert!(parser.label.as_ref().unwrap().len() <= LABEL_MAX);
        let end: Vec<Item> = b"^XZ^XA^XZ".iter().filter_map(|&byte| parser.push(byte)).collect();
        assert_eq!(end, [Item::TooLong, Item::LabelBegun, label("^XA^XZ")]);
    }

    #[test]
    fn copies_are_counted_and_bounded() {
        assert_eq!(copies(b"^XA^XZ"), 1);
        assert_eq!(copies(b"^XA^PQ3,0,1,Y^XZ"), 3);
        assert_eq!(copies(b"^XA^PQ0^XZ"), 1);
        assert_eq!(copies(b"^XA^PQ99999999999^XZ"), 9999);
        assert_eq!(copies(b"^XA^PQ"), 1);
    }
}
