//! Licences and their texts.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use spdx::{Expression, ParseMode};

use super::ROOT;

/// Ends of the names of files that are data of somebody, such as fonts, colours and tables.
const DATA: [&str; 9] = ["brotli", "dat", "gz", "icc", "otf", "pfb", "ttf", "xz", "zst"];

/// A licence has at least so many bytes. What is shorter only names one.
pub(crate) const SHORTEST: usize = 500;

/// The licences that may be in the program: those of `.deny.toml`.
pub(crate) fn allowed() -> Result<Vec<String>> {
    let rules: toml::Table = fs::read_to_string(Path::new(ROOT).join(".deny.toml"))?.parse()?;
    let names = rules["licenses"]["allow"].as_array().into_iter().flatten();
    Ok(names.filter_map(|name| Some(name.as_str()?.to_owned())).collect())
}

/// A crate's licence in SPDX's own words, if it is among those that are allowed.
pub(crate) fn licence(words: &str, allowed: &[String]) -> Result<String> {
    let expression = Expression::parse_mode(words, ParseMode::LAX)
        .with_context(|| format!("{words:?} is no licence that SPDX knows: do without the crate"))?;
    let is_allowed = expression.evaluate(|wanted| {
        let known = wanted.license.id().filter(|_| wanted.addition.is_none());
        known.is_some_and(|id| allowed.iter().any(|name| name == id.name))
    });
    ensure!(is_allowed, "{words} is not allowed by .deny.toml: do without the crate, or allow its licence there");
    Ok(Expression::canonicalize(words)?.unwrap_or_else(|| words.to_owned()))
}

/// What a crate's folder has besides code.
pub(crate) struct Files {
    /// Names and texts of its licences.
    pub(crate) licences: Vec<(String, String)>,
    /// Whether its code takes a file into the program that is data of somebody.
    pub(crate) has_data: bool,
    /// Whether it has sources in C.
    pub(crate) has_c: bool,
}

impl Files {
    /// Looks through a crate's folder, but for its tests and examples.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let (mut licences, mut data, mut code, mut has_c) = (Vec::new(), Vec::new(), Vec::new(), false);
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
                let path = entry?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
                let end = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
                if path.is_dir() {
                    if !["test", "bench", "example"].iter().any(|begins| name.starts_with(begins)) {
                        folders.push(path);
                    }
                } else if is_licence(&folder, &name, &end) {
                    licences.push(path);
                } else if DATA.contains(&end.as_str()) {
                    data.push(name);
                } else if end == "rs" && !name.contains("test") {
                    code.push(path);
                }
                has_c |= end == "c";
            }
        }
        licences.sort();
        let text = |path: PathBuf| {
            let title = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Ok((title, String::from_utf8_lossy(&fs::read(path)?).into_owned()))
        };
        let has_data = !data.is_empty() && code.iter().any(|path| takes_in(path, &data));
        Ok(Self { licences: licences.into_iter().map(text).collect::<Result<_>>()?, has_data, has_c })
    }
}

/// The licences of our own crates.
pub(crate) fn ours() -> Vec<(String, String)> {
    let texts =
        [("LICENSE-APACHE", include_str!("../LICENSE-APACHE")), ("LICENSE-MIT", include_str!("../LICENSE-MIT"))];
    texts.map(|(title, text)| (title.to_owned(), text.to_owned())).into()
}

/// Whether a file is the text of a licence, or a notice that goes with one.
fn is_licence(folder: &Path, name: &str, end: &str) -> bool {
    let words = ["license", "licence", "copying", "copyright", "notice"];
    let is_named = words.iter().any(|word| name.contains(word)) || name.starts_with("ofl");
    let is_among = folder.file_name().is_some_and(|folder| folder.eq_ignore_ascii_case("licenses"));
    (is_named || is_among) && !["rs", "toml", "json", "py", "sh", "yml", "html"].contains(&end)
}

/// Whether a source takes one of these files into the program.
fn takes_in(source: &Path, data: &[String]) -> bool {
    let text = fs::read_to_string(source).unwrap_or_default();
    let taken = |line: &str| data.iter().any(|name| line.to_lowercase().contains(name));
    text.lines().filter(|line| line.contains("include_bytes!")).any(taken)
}

/// The texts of a licence as SPDX has them, with the crate's authors: for a crate without them.
pub(crate) fn standard_texts(licence: &str, package: &Value) -> Result<Vec<(String, String)>> {
    let authors: Vec<&str> = package["authors"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let authors = match authors.as_slice() {
        [] => format!("the contributors of {}", package["name"].as_str().unwrap_or_default()),
        _ => authors.join(", "),
    };
    let expression = Expression::parse(licence)?;
    let ids: BTreeSet<_> = expression.requirements().filter_map(|wanted| wanted.req.license.id()).collect();
    let text = |id: spdx::LicenseId| {
        let holders = ["<year> <copyright holders>", "<year> <owner>", "[yyyy] [name of copyright owner]"];
        let text = holders.iter().fold(id.text().to_owned(), |text, place| text.replace(place, &authors));
        (
            format!("{} in the words of SPDX, because there is no file", id.name),
            format!("Copyright: {authors}\n\n{text}"),
        )
    };
    Ok(ids.into_iter().map(text).collect())
}
