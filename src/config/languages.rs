//! Language files: `<language>.ftl`, Fluent messages, one for each sentence of the screen and the papers.
//!
//! Before, they were `<language>.toml` (`key = "words {place}"`). A file of that form that somebody wrote or changed is
//! still read, and its words go before those of the `.ftl` beside it; a warning says how to move them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::problem::{Problem, Problems};
use super::text::text_of;
use crate::screen::{Words, WordsProblem};

/// Largest language file: fifty times the ones we ship.
const MAX_BYTES: u64 = 1 << 20;

/// Places that had another name in the old form.
const RENAMED: [(&str, &str); 1] = [("box", "id")];

/// Every language of `dir`, with every problem; the one the station speaks must be among them.
pub(super) fn read(dir: &Path, wanted: &str) -> (BTreeMap<String, Words>, Problems) {
    let (mut languages, mut problems) = (BTreeMap::new(), Problems::default());
    let files = match std::fs::read_dir(dir) {
        Ok(files) => files,
        Err(error) => {
            let todo = "give languages_dir the folder with the language files";
            problems.push(Problem::error(dir, format!("cannot be read: {error}"), todo));
            return (languages, problems);
        }
    };
    let paths = files.flatten().map(|file| file.path());
    let form = |path: &Path| path.extension().is_some_and(|extension| extension == "ftl" || extension == "toml");
    let names: BTreeSet<String> =
        paths.filter(|path| form(path)).filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    for name in names {
        match language(dir, &name) {
            Ok((words, warnings)) => {
                problems.extend(warnings);
                languages.insert(name, words);
            }
            Err(found) => problems.extend(found),
        }
    }
    if !languages.contains_key(wanted) && !problems.has_errors() {
        let have: Vec<&str> = languages.keys().map(String::as_str).collect();
        let todo = format!("choose one of {}, or add {wanted}.ftl", have.join(", "));
        problems.push(Problem::error(dir, format!("has no words in {wanted:?}"), todo));
    }
    (languages, problems)
}

/// The words of one language from its files, with warnings. What a file of an older version has no words for is said in
/// English.
fn language(dir: &Path, name: &str) -> Result<(Words, Vec<Problem>), Vec<Problem>> {
    let (path, old) = (dir.join(format!("{name}.ftl")), dir.join(format!("{name}.toml")));
    let (mut texts, mut warnings) = (Vec::new(), Vec::new());
    if old.exists() {
        let (text, found) = in_old_form(&old, &text_of(&old, MAX_BYTES).map_err(|problem| vec![problem])?)?;
        texts.push(text);
        warnings.extend(found);
    }
    if path.exists() {
        let text = text_of(&path, MAX_BYTES).map_err(|problem| vec![problem])?;
        let line = |what: &WordsProblem| match what {
            WordsProblem::Syntax { at, .. } => Some(text.get(..*at)?.matches('\n').count() + 1),
            _ => {
                let key = what.key()?;
                let at = text.lines().position(|line| line.split('=').next().is_some_and(|k| k.trim() == key))?;
                Some(at + 1)
            }
        };
        let problem = |what: &WordsProblem| {
            let problem = Problem::error(&path, what.to_string(), "compare it with en.ftl");
            line(what).map_or(problem.clone(), |line| problem.at(line))
        };
        let found = Words::check(&text);
        if !found.is_empty() {
            return Err(found.iter().map(problem).collect());
        }
        texts.push(text);
    }
    let file = if path.exists() { path } else { old };
    let (words, missing) = Words::new(name, texts);
    warnings.extend(lacking(&file, &missing));
    Ok((words, warnings))
}

/// What a file has no words for: each key, or in one line as many as a file of an older version lacks.
fn lacking(file: &Path, missing: &[WordsProblem]) -> Vec<Problem> {
    const EACH: usize = 10;
    let todo = "its English is shown until then";
    if missing.len() <= EACH {
        return missing.iter().map(|word| Problem::error(file, word.to_string(), todo).warning()).collect();
    }
    let first: Vec<&str> = missing.iter().filter_map(WordsProblem::key).take(EACH).collect();
    let what = format!("has no words for {} keys: {} and others", missing.len(), first.join(", "));
    vec![Problem::error(file, what, format!("add those that en.ftl has and it lacks; {todo}")).warning()]
}

/// The words of a file in the old form as Fluent messages, with what is said of it.
fn in_old_form(path: &Path, text: &str) -> Result<(String, Vec<Problem>), Vec<Problem>> {
    let templates: BTreeMap<String, String> = toml::from_str(text).map_err(|error| {
        let problem = Problem::error(path, error.message().to_owned(), "write lines of the form key = \"words\"");
        vec![match error.span() {
            Some(span) => problem.at(text[..span.start.min(text.len())].matches('\n').count() + 1),
            None => problem,
        }]
    })?;
    let todo = "its words are used; write what you changed as key = words in the .ftl beside it, each {place} as \
                { $place }, then remove this file";
    let mut warnings = vec![Problem::error(path, "has the form before Fluent", todo).warning()];
    let mut messages = String::new();
    for (key, words) in templates {
        let message = format!("{key} = {}\n", places(&words.replace('\n', " ")));
        let found = Words::check(&message);
        if found.is_empty() {
            messages.push_str(&message);
        }
        warnings.extend(found.iter().map(|what| unread(path, what).warning()));
    }
    Ok((messages, warnings))
}

/// `{place}` becomes `{ $place }`.
fn places(words: &str) -> String {
    let mut message = String::new();
    let mut rest = words;
    while let Some((before, place)) = rest.split_once('{') {
        let (place, after) = place.split_once('}').unwrap_or((place, ""));
        let place = RENAMED.iter().find(|(old, _)| *old == place).map_or(place, |(_, new)| new);
        message.push_str(before);
        message.push_str("{ $");
        message.push_str(place);
        message.push_str(" }");
        rest = after;
    }
    message + rest
}

fn unread(path: &Path, what: &WordsProblem) -> Problem {
    Problem::error(path, what.to_string(), "compare it with en.ftl")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::Sentence;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::TempDir::new().unwrap();
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        dir
    }

    fn said(problems: &Problems, dir: &Path) -> Vec<String> {
        let found = problems.0.iter().filter(|problem| !problem.what.starts_with("has no words for "));
        found.map(|problem| problem.to_string().replace(&format!("{}/", dir.display()), "")).collect()
    }

    const OLD: &str = "done = \"Fertig\"\nbox_set = \"Karton {box}\"\nqueue = \"{count} warten\"\n";

    #[test]
    fn a_language_in_the_old_form_is_read_and_named() {
        let dir = folder(&[("de.toml", OLD)]);
        let (languages, problems) = read(dir.path(), "de");
        let say = |sentence| languages["de"].say(&sentence);
        assert_eq!(say(Sentence::Done { tracking: String::new() }), "Fertig");
        assert_eq!(say(Sentence::BoxSet { id: "B2".into() }), "Karton B2");
        assert_eq!(say(Sentence::Queue { count: 3 }), "3 warten");
        assert!(!problems.has_errors());
        let said = said(&problems, dir.path());
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with("de.toml: has the form before Fluent; its words are used;"), "{said:?}");
    }

    #[test]
    fn a_file_of_an_older_version_is_told_in_one_line_what_it_lacks_and_one_that_lacks_little_each_key() {
        let lacking = |text: &str| {
            let dir = folder(&[("es.ftl", text)]);
            let (_, problems) = read(dir.path(), "es");
            assert!(!problems.has_errors(), "{problems}");
            problems.0.iter().map(|problem| problem.what.clone()).collect::<Vec<_>>()
        };
        let said = lacking("done = Listo\n");
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains(" keys: scan_order, place_parcel, ") && said[0].ends_with(" and others"), "{said:?}");
        let whole = include_str!("../../config/languages/es.ftl");
        assert_eq!(lacking(whole), [""; 0]);
        let done = whole.lines().find(|line| line.starts_with("done = ")).unwrap();
        assert_eq!(lacking(&whole.replacen(done, "", 1)), ["done is missing; add it (English: \"Done\")"]);
    }

    #[test]
    fn what_was_changed_in_the_old_form_goes_before_the_new_file() {
        let old = "done = \"Bravo\"\nno_such = \"x\"\nhelp = \"{oops\"\n";
        let new = include_str!("../../config/languages/es.ftl");
        let dir = folder(&[("es.toml", old), ("es.ftl", new)]);
        let (languages, problems) = read(dir.path(), "es");
        let say = |sentence| languages["es"].say(&sentence);
        assert_eq!(say(Sentence::Done { tracking: String::new() }), "Bravo");
        assert_eq!(say(Sentence::ScanOrder), "Escanee un pedido");
        assert!(!problems.has_errors(), "{problems}");
        let said = said(&problems, dir.path());
        let about = |key: &str| said.iter().any(|line| line.starts_with(&format!("es.toml: {key} ")));
        assert!(said.len() == 3 && about("no_such") && about("help"), "{said:?}");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named_with_its_line() {
        let dir = folder(&[("es.ftl", "done = Listo\nscan_order\nheld = {aparte\nhelp = Ayuda { $x }\n")]);
        let (languages, problems) = read(dir.path(), "es");
        assert!(languages.is_empty());
        let lines: Vec<_> = problems.0.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [Some(2), Some(4), Some(4)], "{problems}");
    }
}
