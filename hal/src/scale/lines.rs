//! Text lines: the frame of most scales.

use super::codec::{ScaleAnswer, ScaleCodec};

/// The longest line, bytes; scales send some 30.
const LINE_MAX: usize = 96;

/// A protocol of lines, by the function that reads one. What it cannot read is garbled.
#[derive(Debug)]
pub(super) struct ByLine {
    lines: Lines,
    read: fn(&[u8]) -> Option<ScaleAnswer>,
}

impl ByLine {
    pub(super) fn new(read: fn(&[u8]) -> Option<ScaleAnswer>) -> Self {
        Self { lines: Lines::default(), read }
    }
}

impl ScaleCodec for ByLine {
    fn push(&mut self, bytes: &[u8], emit: &mut dyn FnMut(ScaleAnswer)) {
        self.lines.push(bytes, |line| {
            emit(match line {
                Line::Text(raw) => (self.read)(raw).unwrap_or(ScaleAnswer::Garbled(raw.len())),
                Line::TooLong(count) => ScaleAnswer::Garbled(count),
            });
        });
    }

    fn reset(&mut self) -> usize {
        self.lines.reset()
    }
}

/// Collects lines that CR or LF end; bit 7 is a 7-bit scale's parity and does not hide an end. Holds one line.
#[derive(Debug, Default)]
struct Lines {
    line: Vec<u8>,
    swallowed: usize,
}

/// A line, or how many bytes were too many for one.
enum Line<'a> {
    /// As it came, without its end; never empty.
    Text(&'a [u8]),
    TooLong(usize),
}

impl Lines {
    /// Takes what arrived, and hands each whole line over.
    fn push(&mut self, bytes: &[u8], mut take: impl FnMut(Line<'_>)) {
        for &byte in bytes {
            match byte & 0x7F {
                b'\r' | b'\n' => self.end(&mut take),
                _ if self.swallowed > 0 => self.swallowed += 1,
                _ if self.line.len() == LINE_MAX => {
                    self.swallowed = LINE_MAX + 1;
                    self.line.clear();
                }
                _ => self.line.push(byte),
            }
        }
    }

    /// Throws away what has no end yet, and says how many bytes that was.
    fn reset(&mut self) -> usize {
        let thrown = self.line.len() + self.swallowed;
        self.line.clear();
        self.swallowed = 0;
        thrown
    }

    fn end(&mut self, take: &mut impl FnMut(Line<'_>)) {
        if self.swallowed > 0 {
            take(Line::TooLong(self.reset()));
        } else if !self.line.is_empty() {
            take(Line::Text(&self.line));
            self.line.clear();
        }
    }
}

/// The line as text without its parity; `None` when it holds a control character, which no scale sends in a line.
pub(super) fn text(raw: &[u8]) -> Option<String> {
    let text: String = raw.iter().map(|byte| char::from(byte & 0x7F)).collect();
    (!text.chars().any(|c| c.is_ascii_control())).then_some(text)
}

/// A number and its unit out of a field: `+  12.34 kg`, `-0.5lb`, `12.34` (the unit is empty then). The number has its
/// sign before it, blanks between taken out; `None` for anything else, so that two frames run together are no weight.
pub(super) fn number_and_unit(field: &str) -> Option<(String, &str)> {
    let field = field.trim_matches(' ');
    let (sign, rest) = match field.as_bytes().first()? {
        b'-' => ("-", &field[1..]),
        b'+' => ("", &field[1..]),
        _ => ("", field),
    };
    let rest = rest.trim_start_matches(' ');
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let (number, unit) = rest.split_at(end);
    let unit = unit.trim_start_matches(' ');
    let plain = unit.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'%');
    (plain && number.bytes().any(|byte| byte.is_ascii_digit())).then(|| (format!("{sign}{number}"), unit))
}

#[cfg(test)]
pub(super) fn heard(read: fn(&[u8]) -> Option<ScaleAnswer>, bytes: &[u8]) -> Vec<ScaleAnswer> {
    let mut out = Vec::new();
    ByLine::new(read).push(bytes, &mut |answer| out.push(answer));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_end_is_bounded_and_counted() {
        let mut lines = Lines::default();
        let mut too_long = 0;
        for _ in 0..1000 {
            lines.push(&[b'S'; 1000], |_| panic!("no line has ended"));
        }
        assert!(lines.line.capacity() <= 2 * LINE_MAX);
        lines.push(b"\r\n", |line| match line {
            Line::TooLong(count) => too_long += count,
            Line::Text(_) => panic!("it was too long"),
        });
        assert_eq!(too_long, 1_000_000);
    }

    #[test]
    fn a_parity_bit_does_not_hide_the_end() {
        let mut seen = Vec::new();
        Lines::default().push(b"12\x8d\x0a34\x8a", |line| {
            if let Line::Text(text) = line {
                seen.push(text.to_vec());
            }
        });
        assert_eq!(seen, [b"12", b"34"]);
    }
}
