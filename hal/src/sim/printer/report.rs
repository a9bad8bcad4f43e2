//! What the virtual printer says of a job: a JSON document beside its picture.

use std::collections::BTreeSet;

use super::render::texts;
use crate::printer::Language;
use crate::sim::decode::Symbol;

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
    /// Commands, or what they ask for, that are not drawn or that nobody knows.
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
        let missing_glyphs = missing(&texts(language, job));
        Self { language: language_name(language), bytes: job.len(), missing_glyphs, ..Self::default() }
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

/// What no font of such printers has: everything beyond the printable part of Latin-1.
fn missing(texts: &[String]) -> Vec<char> {
    let lacks = |character: &char| !matches!(character, ' '..='~' | '\u{a0}'..='\u{ff}') && !character.is_control();
    texts.iter().flat_map(|text| text.chars()).filter(lacks).collect::<BTreeSet<char>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_label_is_said() {
        let report = Report::of(Language::Zpl, "^XA^FH^FD_E4_BD_A0 \"\u{1ec5}\"^FS^XZ".as_bytes());
        assert_eq!(report.missing_glyphs, ['\u{1ec5}', '\u{4f60}']);
        let json = report.json();
        assert!(json.contains("\"missing_glyphs\": [\n    \"\u{1ec5}\",\n    \"\u{4f60}\"\n  ]"), "{json}");
        let job = "CLS\r\nBITMAP 0,0,1,4,0,\nFOO\nTEXT 1,1,\"3\",0,1,1,\"\u{4f60}\"\r\nPRINT 1\r\n";
        assert_eq!(Report::of(Language::Tspl, job.as_bytes()).missing_glyphs, ['\u{4f60}']);
    }
}
