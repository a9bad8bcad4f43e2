//! Language files: `<language>.toml`, one template for each key of the screen.

use std::collections::BTreeMap;
use std::path::Path;

use super::problem::{Problem, Problems};
use crate::screen::{Words, WordsProblem};

/// Largest language file: fifty times the ones we ship.
const MAX_BYTES: u64 = 1 << 20;

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
    let mut paths: Vec<_> = files.flatten().map(|file| file.path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "toml")) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match language(path, &name) {
            Ok((words, missing)) => {
                for word in missing {
                    let todo = "its English is shown until then";
                    problems.push(Problem::error(path, word.to_string(), todo).warning());
                }
                languages.insert(name, words);
            }
            Err(found) => problems.extend(found),
        }
    }
    if !languages.contains_key(wanted) && !problems.has_errors() {
        let have: Vec<&str> = languages.keys().map(String::as_str).collect();
        let todo = format!("choose one of {}, or add {wanted}.toml", have.join(", "));
        problems.push(Problem::error(dir, format!("has no words in {wanted:?}"), todo));
    }
    (languages, problems)
}

/// What a file of an older version has no words for is said in English.
fn language(path: &Path, name: &str) -> Result<(Words, Vec<WordsProblem>), Vec<Problem>> {
    let one = |what: String, todo: &str| vec![Problem::error(path, what, todo)];
    let read = || -> std::io::Result<String> {
        use std::io::Read;
        let mut text = String::new();
        std::fs::File::open(path)?.take(MAX_BYTES).read_to_string(&mut text)?;
        Ok(text)
    };
    let text = read().map_err(|error| one(format!("cannot be read: {error}"), "write it again in UTF-8"))?;
    let line_of = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let templates: BTreeMap<String, String> = toml::from_str(&text).map_err(|error| {
        let problem = Problem::error(path, error.message().to_owned(), "write lines of the form key = \"words\"");
        vec![match error.span() {
            Some(span) => problem.at(line_of(span.start)),
            None => problem,
        }]
    })?;
    Words::with_english(name.to_owned(), templates).map_err(|error| {
        let at_key = |key: &str| text.lines().position(|line| line.split('=').next().is_some_and(|k| k.trim() == key));
        let problem = |what: &WordsProblem| {
            let problem = Problem::error(path, what.to_string(), "compare it with en.toml");
            match at_key(what.key()) {
                Some(line) => problem.at(line + 1),
                None => problem,
            }
        };
        error.problems.iter().map(problem).collect()
    })
}
