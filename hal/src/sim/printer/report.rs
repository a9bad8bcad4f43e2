//! What the virtual printer says of a job: a JSON document beside its picture.

use std::collections::BTreeSet;

use super::parse::TSPL_COMMANDS;
use crate::printer::Language;
use crate::sim::decode::Symbol;

/// ZPL commands that are drawn, or change nothing that could be seen (labelize; ZPL II Programming Guide).
const DRAWN: &[&str] = &[
    "^XA", "^XZ", "^A0", "^A@", "^B2", "^B3", "^B7", "^B8", "^B9", "^BC", "^BD", "^BE", "^BO", "^BQ", "^BU", "^BX",
    "^BY", "^CF", "^CI", "^CW", "^DF", "^FB", "^FD", "^FH", "^FN", "^FO", "^FR", "^FS", "^FT", "^FV", "^FW", "^FX",
    "^GB", "^GC", "^GD", "^GE", "^GF", "^GS", "^ID", "^IL", "^IM", "^IS", "^LH", "^LL", "^LR", "^LS", "^LT", "^MU",
    "^PM", "^PO", "^PQ", "^PW", "^SF", "^SN", "^XF", "^XG", "~DG", "~EG", "^MN", "^MT", "^MD", "^PR", "^MM", "^MC",
    "^JZ", "^LF", "^PF", "^FP",
];
/// TSPL commands that the renderer refuses.
const NOT_DRAWN: &[&str] = &["AZTEC", "PUTBMP", "PUTPCX", "MAXICODE", "TLC"];

/// What is to be said of one job.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// `zpl`, `tspl` or `escpos`.
    pub language: &'static str,
    /// How long the job was.
    pub bytes: usize,
    /// The picture.
    pub width_dots: u32,
    /// The picture.
    pub height_dots: u32,
    /// The bar codes in the picture, read by a decoder.
    pub decoded: Vec<Symbol>,
    /// Commands that are not drawn, or that nobody knows.
    pub unsupported: Vec<String>,
    /// What was drawn beyond the edge of the label.
    pub clipped: Vec<String>,
    /// Characters of text that the printer's own font does not have: blank on the label.
    pub missing_glyphs: Vec<char>,
    /// Why there is no picture.
    pub error: Option<String>,
}

impl Report {
    pub(super) fn of(language: Language, job: &[u8]) -> Self {
        let mut report = Self { language: language_name(language), bytes: job.len(), ..Self::default() };
        match language {
            Language::Zpl => {
                let (commands, texts) = zpl(job);
                report.unsupported = commands.into_iter().filter(|name| !is_drawn(name)).collect();
                report.missing_glyphs = missing(&texts);
            }
            Language::Tspl => {
                let (commands, texts) = tspl(job);
                let known =
                    |name: &String| TSPL_COMMANDS.contains(&name.as_str()) && !NOT_DRAWN.contains(&name.as_str());
                report.unsupported = commands.into_iter().filter(|name| !known(name)).collect();
                report.missing_glyphs = missing(&texts);
            }
            Language::EscPos => {}
        }
        report
    }

    /// The document.
    #[must_use]
    pub fn json(&self) -> String {
        // Strings, numbers and lists of them: nothing that could fail.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

/// Its name in the configuration.
pub(super) fn language_name(language: Language) -> &'static str {
    Language::NAMES.iter().find(|(_, known)| *known == language).map_or("", |(name, _)| name)
}

fn is_drawn(command: &str) -> bool {
    DRAWN.contains(&command) || command.starts_with("^A")
}

/// What no font of such printers has: everything beyond the printable part of Latin-1.
fn missing(texts: &[String]) -> Vec<char> {
    let lacks = |character: &char| !matches!(character, ' '..='~' | '\u{a0}'..='\u{ff}') && !character.is_control();
    texts.iter().flat_map(|text| text.chars()).filter(lacks).collect::<BTreeSet<char>>().into_iter().collect()
}

/// The commands of a ZPL label, each once, and the texts of its fields.
fn zpl(job: &[u8]) -> (Vec<String>, Vec<String>) {
    let (mut commands, mut texts) = (BTreeSet::new(), Vec::new());
    let mut hex = None;
    let mut rest = job;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'^' | b'~')) {
        rest = &rest[at..];
        let end = rest[1..].iter().position(|byte| matches!(byte, b'^' | b'~')).map_or(rest.len(), |next| next + 1);
        let (command, after) = rest.split_at(end);
        let name = String::from_utf8_lossy(&command[..command.len().min(3)]).to_ascii_uppercase();
        let data = &command[command.len().min(3)..];
        match name.as_str() {
            "^FH" => hex = Some(data.first().copied().filter(u8::is_ascii_graphic).unwrap_or(b'_')),
            "^FD" | "^FV" => texts.push(unescaped(data, hex)),
            "^FS" => hex = None,
            _ => {}
        }
        commands.insert(name);
        rest = after;
    }
    (commands.into_iter().collect(), texts)
}

/// Field data behind `^FH`.
fn unescaped(data: &[u8], hex: Option<u8>) -> String {
    let mut bytes = Vec::with_capacity(data.len());
    let mut at = 0;
    while let Some(&byte) = data.get(at) {
        let escaped = data.get(at + 1..at + 3).filter(|_| Some(byte) == hex);
        let value = escaped.and_then(|digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(value.unwrap_or(byte));
        at += if value.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The commands of a TSPL job, each once, and what it prints as text.
fn tspl(job: &[u8]) -> (Vec<String>, Vec<String>) {
    let (mut commands, mut texts) = (BTreeSet::new(), Vec::new());
    let mut rest = job;
    while !rest.is_empty() {
        let word = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let name = String::from_utf8_lossy(&rest[..word]).to_ascii_uppercase();
        let line = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
        let length = if name == "BITMAP" { picture(rest).unwrap_or(line) } else { line };
        if name == "TEXT" || name == "BLOCK" {
            texts.push(String::from_utf8_lossy(&rest[..line]).into_owned());
        }
        if !name.is_empty() {
            commands.insert(name);
        }
        rest = &rest[length.clamp(1, rest.len())..];
    }
    (commands.into_iter().collect(), texts)
}

/// How long `BITMAP x,y,bytes,height,mode,` is with its data.
fn picture(command: &[u8]) -> Option<usize> {
    let header = command.iter().enumerate().filter(|(_, byte)| **byte == b',').nth(4)?.0 + 1;
    let text = str::from_utf8(command.get(7..header)?).ok()?;
    let number = |at: usize| text.split(',').nth(at)?.trim().parse::<usize>().ok();
    header.checked_add(number(2)?.checked_mul(number(3)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_label_is_said() {
        let report = Report::of(Language::Zpl, "^XA^FH^FD_E4_BD_A0 \"\u{1ec5}\"^FS^BK^TB^XZ".as_bytes());
        assert_eq!(report.unsupported, ["^BK", "^TB"]);
        assert_eq!(report.missing_glyphs, ['\u{1ec5}', '\u{4f60}']);
        let json = report.json();
        assert!(json.contains("\"missing_glyphs\": [\n    \"\u{1ec5}\",\n    \"\u{4f60}\"\n  ]"), "{json}");
        let report = Report::of(Language::Tspl, b"CLS\r\nBITMAP 0,0,1,4,0,\nFOO\nPUTBMP 1,1\r\nNEW 1\r\nPRINT 1\r\n");
        assert_eq!(report.unsupported, ["NEW", "PUTBMP"]);
    }
}
