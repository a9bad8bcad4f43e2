//! Words: the Fluent messages of one language, checked when they are read, so that saying something cannot fail.
//!
//! A message has text, places (`{ $tracking }`), and plural forms where a place counts:
//!
//! ```text
//! queue = { $count ->
//!     [one] { $count } event to send
//!    *[other] { $count } events to send
//!  }
//! ```

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, LazyLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement};

use super::sentence::{PlaceValue, Sentence};

/// How the keys begin that the page asks for: its own words, and what it calls what is recorded.
const OF_PAGE: [&str; 9] = ["page_", "fact_", "event_", "state_", "print_", "basis_", "line_", "rule_", "reach_"];

/// Longest message, in characters: what the smallest type still gets on the screen.
const LONGEST: usize = 120;

/// The words that are always there.
static ENGLISH: LazyLock<Arc<FluentResource>> = LazyLock::new(|| {
    let text = include_str!("../../config/languages/en.ftl").to_owned();
    Arc::new(FluentResource::try_new(text).unwrap_or_else(|(read, _)| read))
});

/// A language of the screen, the papers and the page: words for every key that the English ones have.
#[derive(Clone)]
pub struct Words {
    language: String,
    messages: Arc<FluentBundle<Arc<FluentResource>>>,
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Words").field("language", &self.language).finish_non_exhaustive()
    }
}

/// One thing that is wrong with a language file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordsProblem {
    /// Text that is no Fluent message; from this byte on.
    #[error("it cannot be read: {why}")]
    Syntax {
        /// Where.
        at: usize,
        /// What the reader says.
        why: String,
    },
    /// A key without words.
    #[error("{key} is missing; add it (English: {english:?})")]
    Missing {
        /// The key.
        key: &'static str,
        /// Its words in English.
        english: String,
    },
    /// A key that the English words do not have.
    #[error("{key} is not a key; remove it or correct its spelling")]
    Unknown {
        /// As it stands in the file.
        key: String,
    },
    /// A key that stands in the file before.
    #[error("{key} is there twice; remove one of them")]
    Twice {
        /// The key.
        key: &'static str,
    },
    /// Other places than the English words have.
    #[error("{key} has the places {found:?} where {expected:?} belong; use each of them once or more")]
    Places {
        /// The key.
        key: &'static str,
        /// The places of the English words.
        expected: BTreeSet<String>,
        /// The places found.
        found: BTreeSet<String>,
    },
    /// Attributes, references and functions: nobody would fill them.
    #[error("{key} has more than text, places and plural forms; write places as {{ $name }}")]
    Form {
        /// The key.
        key: &'static str,
    },
    /// A character the screen's fonts lack.
    #[error("{key} has {character:?}, which the screen's fonts lack; use ISO 8859-1 letters on one line")]
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
    /// The key it is about, as it stands (or should stand) in the file; `None` for what is no message at all.
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Syntax { .. } => None,
            Self::Missing { key, .. }
            | Self::Twice { key }
            | Self::Places { key, .. }
            | Self::Form { key }
            | Self::Character { key, .. }
            | Self::Length { key, .. } => Some(key),
            Self::Unknown { key } => Some(key),
        }
    }
}

impl Words {
    /// Everything that is wrong with a Fluent text, beside the sentences it lacks.
    pub fn check(text: &str) -> Vec<WordsProblem> {
        let (resource, errors) = match FluentResource::try_new(text.to_owned()) {
            Ok(resource) => (resource, Vec::new()),
            Err(read_in_part) => read_in_part,
        };
        let syntax =
            errors.into_iter().map(|error| WordsProblem::Syntax { at: error.pos.start, why: error.kind.to_string() });
        syntax.chain(check(&resource)).collect()
    }

    /// The words of `language` (`es`) from Fluent texts in which nothing is wrong; where two have the same key the first one
    /// counts. What none of them has is said in English, and comes back as [`WordsProblem::Missing`].
    pub fn new(language: &str, texts: Vec<String>) -> (Self, Vec<WordsProblem>) {
        let read = |text| Arc::new(FluentResource::try_new(text).unwrap_or_else(|(read, _)| read));
        let resources: Vec<_> = texts.into_iter().map(read).collect();
        let has = |key: &str| resources.iter().any(|resource| message(resource, key).is_some());
        let missing = keys().filter(|key| !has(key));
        let missing = missing.map(|key| WordsProblem::Missing { key, english: english(key) }).collect();
        (Self::of(language, resources), missing)
    }

    /// The words that are always there.
    pub fn english() -> Self {
        Self::of("en", Vec::new())
    }

    fn of(language: &str, resources: Vec<Arc<FluentResource>>) -> Self {
        let mut messages = FluentBundle::new_concurrent(vec![language.parse().unwrap_or_default()]);
        // Marks of writing direction are no characters of a printer or of the screen.
        messages.set_use_isolating(false);
        for resource in resources.into_iter().chain([ENGLISH.clone()]) {
            // What is there already stays: English fills what is missing.
            let _already_there = messages.add_resource(resource);
        }
        Self { language: language.to_owned(), messages: Arc::new(messages) }
    }

    /// Which language these are: `en`.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// The sentence in this language. A value with braces is text, not a place.
    pub fn say(&self, sentence: &Sentence) -> String {
        let mut args = FluentArgs::new();
        for (name, place) in sentence.places() {
            args.set(
                name,
                match place {
                    PlaceValue::Text(text) => FluentValue::from(text.to_owned()),
                    PlaceValue::Number(number) => FluentValue::from(number),
                    PlaceValue::Sentence(words) => FluentValue::from(self.say(words)),
                },
            );
        }
        self.format(sentence.key(), &args)
    }

    /// What the page asks for, by key. It fills the places itself: they are `{name}`.
    pub fn of_page(&self) -> impl Iterator<Item = (&'static str, String)> {
        let of_page = keys().filter(|key| OF_PAGE.iter().any(|start| key.starts_with(start)));
        of_page.map(|key| {
            let mut args = FluentArgs::new();
            for place in places(key) {
                args.set(place.clone(), format!("{{{place}}}"));
            }
            (key, self.format(key, &args))
        })
    }

    fn format(&self, key: &str, args: &FluentArgs<'_>) -> String {
        let pattern = self.messages.get_message(key).and_then(|message| message.value());
        let said = |pattern| self.messages.format_pattern(pattern, Some(args), &mut Vec::new()).into_owned();
        pattern.map_or_else(|| key.to_owned(), said)
    }
}

/// Everything wrong with a file beside what it lacks.
fn check(resource: &FluentResource) -> Vec<WordsProblem> {
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    for entry in resource.entries() {
        match entry {
            Entry::Message(message) => match keys().find(|key| *key == message.id.name) {
                Some(key) if !seen.insert(key) => problems.push(WordsProblem::Twice { key }),
                Some(key) => problems.extend(wrong(key, message)),
                None => problems.push(WordsProblem::Unknown { key: message.id.name.to_owned() }),
            },
            Entry::Term(term) => problems.push(WordsProblem::Unknown { key: format!("-{}", term.id.name) }),
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            // The reader has said why.
            Entry::Junk { .. } => {}
        }
    }
    problems
}

/// What is wrong with one message, if anything is.
fn wrong(key: &'static str, message: &Message<&str>) -> Option<WordsProblem> {
    let Some(found) = message.value.as_ref().filter(|_| message.attributes.is_empty()).and_then(Content::of) else {
        return Some(WordsProblem::Form { key });
    };
    let expected = places(key);
    if found.length == 0 || found.length > LONGEST {
        return Some(WordsProblem::Length { key, length: found.length });
    }
    if let Some(character) = found.unprintable {
        return Some(WordsProblem::Character { key, character });
    }
    (found.places != expected).then_some(WordsProblem::Places { key, expected, found: found.places })
}

/// What is in a message.
#[derive(Debug, Default)]
struct Content {
    places: BTreeSet<String>,
    /// Characters of the longest form, each place counted as its name.
    length: usize,
    /// The first character that the screen's fonts lack.
    unprintable: Option<char>,
}

impl Content {
    /// `None` for anything but text, places and plural forms.
    fn of(pattern: &Pattern<&str>) -> Option<Self> {
        let mut content = Self::default();
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => content.text(value),
                PatternElement::Placeable { expression: Expression::Inline(inline) } => content.inline(inline)?,
                PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                    let InlineExpression::VariableReference { id } = selector else { return None };
                    content.places.insert(id.name.to_owned());
                    let mut longest = 0;
                    for variant in variants {
                        let variant = Self::of(&variant.value)?;
                        content.places.extend(variant.places);
                        content.unprintable = content.unprintable.or(variant.unprintable);
                        longest = longest.max(variant.length);
                    }
                    content.length += longest;
                }
            }
        }
        Some(content)
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) -> Option<()> {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.places.insert(id.name.to_owned());
                self.length += id.name.len();
            }
            InlineExpression::StringLiteral { value } => self.text(value),
            InlineExpression::NumberLiteral { .. }
            | InlineExpression::FunctionReference { .. }
            | InlineExpression::MessageReference { .. }
            | InlineExpression::TermReference { .. }
            | InlineExpression::Placeable { .. } => return None,
        }
        Some(())
    }

    fn text(&mut self, text: &str) {
        self.length += text.chars().count();
        self.unprintable = self.unprintable.or(text.chars().find(|c| !printable(*c)));
    }
}

fn message<'r>(resource: &'r FluentResource, key: &str) -> Option<&'r Message<&'r str>> {
    resource.entries().find_map(|entry| match entry {
        Entry::Message(message) if message.id.name == key => Some(message),
        _ => None,
    })
}

/// Every key, in the order of the English file.
fn keys() -> impl Iterator<Item = &'static str> {
    ENGLISH.entries().filter_map(|entry| match entry {
        Entry::Message(message) => Some(message.id.name),
        _ => None,
    })
}

/// The places of its English words.
fn places(key: &str) -> BTreeSet<String> {
    let content = message(&ENGLISH, key).and_then(|message| Content::of(message.value.as_ref()?));
    content.map(|content| content.places).unwrap_or_default()
}

/// The words of a key in English, as they stand in its file.
fn english(key: &str) -> String {
    let line = |line: &&str| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
    let words = ENGLISH.source().lines().find(line).and_then(|line| line.split_once('='));
    words.map(|(_, words)| words.trim().to_owned()).unwrap_or_default()
}

/// Whether the screen's fonts have it: ISO 8859-1 without its control characters.
fn printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    use super::super::Declared;

    const EN: &str = include_str!("../../config/languages/en.ftl");
    const ES: &str = include_str!("../../config/languages/es.ftl");

    fn spanish() -> Words {
        Words::new("es", vec![ES.to_owned()]).0
    }

    #[test]
    fn every_language_has_every_sentence_with_its_places() {
        for (language, text) in [("en", EN), ("es", ES)] {
            assert_eq!(Words::check(text), []);
            let (words, missing) = Words::new(language, vec![text.to_owned()]);
            assert_eq!((words.language(), missing), (language, Vec::new()));
        }
    }

    #[test]
    fn every_sentence_is_declared_once_and_offers_the_places_its_english_uses() {
        let mut seen = BTreeSet::new();
        for Declared { key, places, .. } in Sentence::ALL {
            assert!(seen.insert(key), "{key} is there twice");
            let content = Content::of(message(&ENGLISH, key).expect(key).value.as_ref().expect(key)).expect(key);
            assert!(content.places.iter().all(|place| places.contains(&place.as_str())), "{key}: {content:?}");
        }
    }

    #[test]
    fn every_key_is_a_sentence_or_the_page_s() {
        let known: BTreeSet<&str> = Sentence::ALL.iter().map(|sentence| sentence.key).collect();
        let of_page: BTreeSet<&str> = Words::english().of_page().map(|(key, _)| key).collect();
        let unknown: Vec<&str> = keys().filter(|key| !known.contains(key) && !of_page.contains(key)).collect();
        assert_eq!(unknown, Vec::<&str>::new(), "nobody says these");
    }

    /// The page has no plural rules: it fills places with whatever it has.
    #[test]
    fn the_page_gets_its_words_with_places_to_fill_and_none_depends_on_a_count() {
        for (language, text) in [("en", EN), ("es", ES)] {
            let (words, _) = Words::new(language, vec![text.to_owned()]);
            let own = FluentResource::try_new(text.to_owned()).expect("a file");
            for (key, said) in words.of_page() {
                let pattern = message(&own, key).expect(key).value.as_ref().expect(key);
                let selects = |element: &PatternElement<_>| {
                    matches!(element, PatternElement::Placeable { expression: Expression::Select { .. } })
                };
                assert!(!pattern.elements.iter().any(selects), "{language}: {key} depends on a count");
                for place in places(key) {
                    assert!(said.contains(&format!("{{{place}}}")), "{language}: {key}: {said}");
                }
            }
        }
        let spanish: std::collections::BTreeMap<_, _> = spanish().of_page().collect();
        assert_eq!(spanish["page_chosen_cheapest"], "Elegido: el más barato de {count} que lo aceptan");
    }

    #[test]
    fn everything_wrong_with_a_file_is_listed() {
        let text = "scan_oder = Scan\nprinting = Printing\nbox_set = Box { $crate }\nheld = Put {aside\n\
                    done = \u{5b8c}\u{6210}\nhelp = { -brand }\ncaged = { $cage } { $cage ->\n   *[other] { $cage }\n }\n\
                    printing = Printing { $carrier }\nplace_parcel = { \"\" }\n";
        let problems = Words::check(text);
        let keys: Vec<_> = problems.iter().map(|problem| problem.key().unwrap_or("-")).collect();
        assert_eq!(keys, ["-", "scan_oder", "printing", "box_set", "done", "help", "printing", "place_parcel"]);
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(said[4].contains("which the screen's fonts lack"), "{said:?}");
        assert!(said[5].contains("write places as { $name }"), "{said:?}");
    }

    #[test]
    fn what_a_file_lacks_is_said_in_english() {
        let (words, missing) = Words::new("es", vec!["done = Listo".to_owned()]);
        assert_eq!(missing.len(), keys().count() - 1);
        assert_eq!(missing[0].to_string(), "scan_order is missing; add it (English: \"Scan an order\")");
        let done = Sentence::Done { tracking: String::new() };
        assert_eq!((words.say(&done), words.say(&Sentence::ScanOrder)), ("Listo".into(), "Scan an order".into()));
    }

    #[test]
    fn a_language_chooses_its_words_by_the_count() {
        let text = "queue = { $count ->\n    [one] { $count } caja\n   *[other] { $count } cajas\n }\n";
        let (words, _) = Words::new("es", vec![text.to_owned()]);
        let said = |count| words.say(&Sentence::Queue { count });
        assert_eq!([said(1), said(2), said(12_345)], ["1 caja", "2 cajas", "12345 cajas"]);
    }

    #[test]
    fn a_value_with_braces_is_data_not_a_template() {
        let sentence = Sentence::OrderUnknown { code: "{ $code }{x}".to_owned() };
        assert_eq!(Words::english().say(&sentence), "No order { $code }{x}");
    }

    #[test]
    fn a_parcels_state_is_said_in_the_language() {
        let shown = Sentence::ParcelShown { tracking: "C1".into(), state: Box::new(Sentence::StateVerified) };
        assert_eq!(spanish().say(&shown), "C1: empacado");
        assert_eq!(spanish().say(&Sentence::Queue { count: 3 }), "3 por enviar");
    }

    #[test]
    fn every_sentence_can_be_said_in_a_language_of_any_name() {
        for language in ["", "no language!", "zh-cn", "x-klingon"] {
            let (words, _) = Words::new(language, Vec::new());
            for sentence in Sentence::samples(|_| "2") {
                assert!(!words.say(&sentence).contains('{'), "{}", sentence.key());
            }
        }
    }
}
