//! Words: the templates of one language, checked when they are read, so that saying something cannot fail.

use std::collections::{BTreeMap, BTreeSet};

use super::Note;
use super::keys::KEYS;

/// Longest template, in characters: what the smallest type still gets on the screen.
const LONGEST: usize = 120;

/// A language of the packer's screen: every key of [`KEYS`] with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    language: String,
    templates: BTreeMap<&'static str, Vec<Piece>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Place(&'static str),
}

/// A language file that cannot be used: everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("use language {language:?}: {}", listed(.problems))]
pub struct WordsError {
    /// The language.
    pub language: String,
    /// In the order of the keys; never empty.
    pub problems: Vec<WordsProblem>,
}

/// One thing that is wrong with a language file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordsProblem {
    /// A key without text.
    #[error("{key} is missing; add it (English: {english:?})")]
    Missing {
        /// The key.
        key: &'static str,
        /// What it says in English.
        english: &'static str,
    },
    /// A key nobody says.
    #[error("{key} is not a key; remove it or correct its spelling")]
    Unknown {
        /// As it stands in the file.
        key: String,
    },
    /// Other places than the English text has.
    #[error("{key} has the places {found:?} where {expected:?} belong; use each of them once or more")]
    Places {
        /// The key.
        key: &'static str,
        /// The places of the English text.
        expected: Vec<&'static str>,
        /// The places found.
        found: Vec<String>,
    },
    /// A brace that opens or closes nothing.
    #[error("{key} has a brace without its partner; write places as {{name}}")]
    Brace {
        /// The key.
        key: &'static str,
    },
    /// A character the screen's fonts lack.
    #[error("{key} has {character:?}, which the screen's fonts lack; use ISO 8859-1 letters")]
    Character {
        /// The key.
        key: &'static str,
        /// The first such character.
        character: char,
    },
    /// Nothing to read, or too much.
    #[error("{key} has {length} characters; write 1 to {LONGEST}")]
    Length {
        /// The key.
        key: &'static str,
        /// Characters there are.
        length: usize,
    },
}

impl WordsProblem {
    /// The key it is about, as it stands (or should stand) in the file.
    pub fn key(&self) -> &str {
        match self {
            Self::Missing { key, .. }
            | Self::Places { key, .. }
            | Self::Brace { key }
            | Self::Character { key, .. }
            | Self::Length { key, .. } => key,
            Self::Unknown { key } => key,
        }
    }
}

impl Words {
    /// Takes the templates of `language` (`es`), key to text, or lists everything that is wrong with them.
    pub fn new(language: String, templates: BTreeMap<String, String>) -> Result<Self, WordsError> {
        let (words, problems) = Self::with_english(language.clone(), templates)?;
        if problems.is_empty() { Ok(words) } else { Err(WordsError { language, problems }) }
    }

    /// The same for a file of an older version: what it has no words for is said in English, and comes back beside the
    /// words.
    ///
    /// # Errors
    /// Whatever else is wrong with it.
    pub fn with_english(
        language: String,
        templates: BTreeMap<String, String>,
    ) -> Result<(Self, Vec<WordsProblem>), WordsError> {
        let (mut problems, mut missing) = (Vec::new(), Vec::new());
        let mut parsed = BTreeMap::new();
        for &(key, places, english) in KEYS {
            match templates.get(key) {
                None => {
                    missing.push(WordsProblem::Missing { key, english });
                    parsed.insert(key, pieces(english, places).unwrap_or_default());
                }
                Some(text) => match template(key, english, text) {
                    Ok(pieces) => drop(parsed.insert(key, pieces)),
                    Err(problem) => problems.push(problem),
                },
            }
        }
        let known = |key: &String| KEYS.iter().any(|(name, ..)| name == key);
        problems.extend(templates.into_keys().filter(|key| !known(key)).map(|key| WordsProblem::Unknown { key }));
        if problems.is_empty() {
            Ok((Self { language, templates: parsed }, missing))
        } else {
            problems.extend(missing);
            Err(WordsError { language, problems })
        }
    }

    /// The words that are always there.
    pub fn english() -> Self {
        let templates = KEYS.iter().map(|&(key, places, english)| (key, pieces(english, places).unwrap_or_default()));
        Self { language: "en".into(), templates: templates.collect() }
    }

    /// Which language these are: `en`.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// The note in this language. A place that was not filled shows its name; a key that is not in [`KEYS`] shows itself.
    pub fn say(&self, note: &Note) -> String {
        let Some(pieces) = self.templates.get(note.key) else { return note.key.into() };
        let mut said = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => said.push_str(text),
                Piece::Place(place) => said.push_str(&self.fill(note, place)),
            }
        }
        said
    }

    fn fill(&self, note: &Note, place: &str) -> String {
        let Some((_, value)) = note.args.iter().find(|(name, _)| *name == place) else { return format!("{{{place}}}") };
        if place == "state"
            && let Some([Piece::Text(word)]) = self.templates.get(format!("state_{value}").as_str()).map(Vec::as_slice)
        {
            return word.clone();
        }
        value.clone()
    }
}

fn template(key: &'static str, english: &str, text: &str) -> Result<Vec<Piece>, WordsProblem> {
    let length = text.chars().count();
    if text.trim().is_empty() || length > LONGEST {
        return Err(WordsProblem::Length { key, length });
    }
    if let Some(character) = text.chars().find(|c| !printable(*c)) {
        return Err(WordsProblem::Character { key, character });
    }
    let offered = KEYS.iter().find(|(name, ..)| *name == key).map_or(&[][..], |(_, places, _)| places);
    let expected: BTreeSet<&'static str> = names(english)
        .unwrap_or_default()
        .iter()
        .filter_map(|name| offered.iter().find(|o| *o == name).copied())
        .collect();
    let found = names(text).ok_or(WordsProblem::Brace { key })?;
    if found.iter().map(String::as_str).collect::<BTreeSet<_>>() != expected.iter().copied().collect() {
        return Err(WordsProblem::Places { key, expected: expected.into_iter().collect(), found });
    }
    pieces(text, offered).ok_or(WordsProblem::Brace { key })
}

/// The names between braces, in order; nothing when a brace has no partner.
fn names(text: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let inside = rest[at..].strip_prefix('{')?;
        let end = inside.find(['{', '}'])?;
        names.push(inside[..end].to_owned());
        rest = inside[end..].strip_prefix('}')?;
    }
    Some(names)
}

/// `text` cut at its places; nothing when a brace has no partner or a place is not among those offered.
fn pieces(text: &str, offered: &[&'static str]) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    for name in names(text)? {
        let (before, after) = rest.split_once(&format!("{{{name}}}"))?;
        if !before.is_empty() {
            pieces.push(Piece::Text(before.into()));
        }
        pieces.push(Piece::Place(offered.iter().find(|place| **place == name)?));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.into()));
    }
    Some(pieces)
}

/// Whether the screen's fonts have it: ISO 8859-1 without its control characters.
fn printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{ff}')
}

fn listed(problems: &[WordsProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> BTreeMap<String, String> {
        toml::from_str(text).unwrap()
    }

    const EN: &str = include_str!("../../config/languages/en.toml");
    const ES: &str = include_str!("../../config/languages/es.toml");

    #[test]
    fn the_english_file_says_what_is_built_in() {
        let read = Words::new("en".into(), file(EN)).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(read, Words::english());
    }

    #[test]
    fn the_spanish_file_is_complete() {
        let words = Words::new("es".into(), file(ES)).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(words.language(), "es");
        assert_eq!(words.say(&Note::new("queue").with("count", "3")), "3 por enviar");
    }

    #[test]
    fn every_key_offers_the_places_its_english_uses_and_is_there_once() {
        let mut seen = BTreeSet::new();
        for (key, places, english) in KEYS {
            assert!(seen.insert(key), "{key} is there twice");
            assert!(pieces(english, places).is_some(), "{key}: {english}");
            assert!(english.chars().all(printable), "{key}");
        }
    }

    #[test]
    fn everything_wrong_with_a_file_is_listed() {
        let mut templates = file(EN);
        templates.remove("scan_order");
        templates.insert("scan_oder".into(), "Scan".into());
        templates.insert("printing".into(), "Printing".into());
        templates.insert("box_set".into(), "Box {crate}".into());
        templates.insert("held".into(), "Put {aside".into());
        templates.insert("done".into(), "完成".into());
        templates.insert("place_parcel".into(), "  ".into());
        let error = Words::new("xx".into(), templates).unwrap_err();
        let keys: Vec<_> = error.problems.iter().map(WordsProblem::key).collect();
        assert_eq!(keys, ["place_parcel", "printing", "done", "box_set", "held", "scan_oder", "scan_order"]);
        let text = error.to_string();
        assert!(text.starts_with("use language \"xx\": "));
        assert!(text.contains("scan_order is missing; add it (English: \"Scan an order\")"), "{text}");
        assert!(text.contains("done has '完', which the screen's fonts lack"), "{text}");
    }

    #[test]
    fn a_value_with_braces_is_data_not_a_template() {
        let note = Note::new("order_unknown").with("code", "{code}{x}");
        assert_eq!(Words::english().say(&note), "No order {code}{x}");
    }

    #[test]
    fn a_parcels_state_is_said_in_the_language() {
        let words = Words::new("es".into(), file(ES)).unwrap();
        let note = Note::new("parcel_shown").with("tracking", "C1").with("state", "verified");
        assert_eq!(words.say(&note), "C1: empacado");
    }

    #[test]
    fn what_has_no_words_shows_itself() {
        let words = Words::english();
        assert_eq!(words.say(&Note::new("nonsense")), "nonsense");
        assert_eq!(words.say(&Note::new("box_set")), "Box {box}");
    }
}
