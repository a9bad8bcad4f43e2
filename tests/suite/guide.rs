//! The guide, the README and CONTRIBUTING name only what is there, and lead to each other, also in the package.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const GUIDE: &str = "src/guide";
/// Ends of names that are files of the repository, even where no folder is named.
const ENDINGS: [&str; 9] = ["csv", "ftl", "json", "jsonl", "md", "png", "rs", "sql", "toml"];
/// Pages of the package beside the README and the guide.
const OTHERS: [&str; 5] = [
    "config/orders/README.md",
    "config/items/README.md",
    "config/carriers/README.md",
    "config/exports/README.md",
    "config/labels/README.md",
];
/// Where the package has its documents, as they lie in the source.
const DOCUMENTS: &str = "usr/share/doc/parceld/";
/// Folders that are no part of the repository.
const FOREIGN: [&str; 2] = [".git", "target"];

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The Markdown files of the guide.
fn guide() -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(ROOT).join(GUIDE)).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    pages.sort();
    pages
}

/// Every page whose paths are looked for.
fn pages() -> Vec<PathBuf> {
    let mut pages = guide();
    pages.extend(["README.md", ".github/CONTRIBUTING.md"].map(|page| Path::new(ROOT).join(page)));
    pages
}

/// Every file of the repository.
fn files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from(ROOT)];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if !path.is_dir() {
                files.push(path);
            } else if !FOREIGN.iter().any(|name| path.ends_with(name)) {
                folders.push(path);
            }
        }
    }
    files
}

/// The lines of a page that are not in a fenced block.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        fenced ^= is_fence;
        !fenced && !is_fence
    })
}

/// What stands between backticks. A span begins and ends on one line.
fn code_spans(text: &str) -> Vec<&str> {
    let spans = |line| {
        let parts: Vec<&str> = str::split(line, '`').collect();
        assert!(parts.len() % 2 == 1, "a code span is not closed on its line: {line}");
        parts.into_iter().skip(1).step_by(2)
    };
    prose(text).flat_map(spans).collect()
}

/// Where the links and pictures of a page lead, unless to the web or within the page.
fn link_targets(text: &str) -> Vec<&str> {
    prose(text)
        .flat_map(|line| line.split("](").skip(1))
        .filter_map(|rest| rest.split([')', '#']).next())
        .filter(|target| !target.is_empty() && !target.contains(':'))
        .collect()
}

/// Whether a code span looks like a path of the repository: no command, no pattern, no path of the system, nothing that is
/// built, and no schema such as `parceld.order/1`.
fn is_path(span: &str) -> bool {
    let (folder, name) = span.rsplit_once('/').unwrap_or(("", span));
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_schema = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    let is_elsewhere = span.starts_with(['/', '-']) || span.starts_with("target/");
    let is_plain = !span.contains(|letter: char| letter.is_whitespace() || "<>*{}$=:…".contains(letter));
    is_plain && !is_elsewhere && !is_schema && (!folder.is_empty() || span.ends_with('/') || ENDINGS.contains(&ending))
}

/// Whether a code span looks like the name of a test: a claim has many words.
fn is_test(span: &str) -> bool {
    span.matches('_').count() >= 3 && span.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

/// Paths that a text names and that are not there. A name without a folder is that of a file anywhere.
fn missing(text: &str, names: &BTreeSet<String>) -> Vec<String> {
    let is_there =
        |span: &str| if span.contains('/') { Path::new(ROOT).join(span).exists() } else { names.contains(span) };
    code_spans(text).into_iter().filter(|span| is_path(span) && !is_there(span)).map(str::to_owned).collect()
}

fn names(files: &[PathBuf]) -> BTreeSet<String> {
    files.iter().filter_map(|file| Some(file.file_name()?.to_str()?.to_owned())).collect()
}

#[test]
fn every_path_that_the_pages_name_is_there() {
    let names = names(&files());
    for page in pages() {
        let text = read(&page);
        assert_eq!(missing(&text, &names), [""; 0], "{} names what is not there", page.display());
        let folder = page.parent().unwrap();
        let lost: Vec<_> = link_targets(&text).into_iter().filter(|target| !folder.join(target).exists()).collect();
        assert_eq!(lost, [""; 0], "{} leads to what is not there", page.display());
    }
}

#[test]
fn every_test_that_the_guide_names_is_there() {
    let is_source = |path: &&PathBuf| path.extension().is_some_and(|end| end == "rs");
    let sources: String = files().iter().filter(is_source).map(|path| read(path)).collect();
    for page in guide() {
        for test in code_spans(&read(&page)).into_iter().filter(|span| is_test(span)) {
            assert!(sources.contains(&format!("fn {test}(")), "{} names no test: {test}", page.display());
        }
    }
}

#[test]
fn the_guide_is_found_from_the_readme_and_each_page_from_its_first() {
    assert!(read(&Path::new(ROOT).join("README.md")).contains(GUIDE), "the README does not name {GUIDE}");
    let first = read(&Path::new(ROOT).join(GUIDE).join("mod.rs"));
    for page in guide() {
        let name = page.file_stem().unwrap().to_str().unwrap();
        assert!(first.contains(&format!("[`{name}`]")), "no link leads to {name}");
        assert!(first.contains(&format!("include_str!(\"{name}.md\")")), "{name} is no page of the guide");
    }
}

/// Source and target of every file of the package, as `Cargo.toml` says them.
fn assets() -> Vec<(String, String)> {
    let manifest: toml::Table = read(&Path::new(ROOT).join("Cargo.toml")).parse().unwrap();
    let assets = manifest["package"]["metadata"]["deb"]["assets"].as_array().unwrap();
    let text = |asset: &toml::Value, at: usize| asset[at].as_str().unwrap().to_owned();
    assets.iter().map(|asset| (text(asset, 0), text(asset, 1))).collect()
}

/// Whether a file of the source is among the package's documents, where it lies in the source.
fn is_installed(file: &str, assets: &[(String, String)]) -> bool {
    assets.iter().any(|(source, target)| {
        let (fixed, end) = (source.split('*').next().unwrap(), source.rsplit('*').next().unwrap());
        let folder = fixed.rfind('/').map_or("", |slash| &fixed[..=slash]);
        let is_meant = if source.contains('*') {
            let inside = file.strip_prefix(folder).is_some_and(|rest| source.contains("**") || !rest.contains('/'));
            inside && file.starts_with(fixed) && file.ends_with(end)
        } else {
            file == source
        };
        is_meant && *target == format!("{DOCUMENTS}{folder}")
    })
}

#[test]
fn every_page_of_the_package_leads_only_to_what_is_in_the_package() {
    let (root, assets) = (fs::canonicalize(ROOT).unwrap(), assets());
    let mut pages = guide();
    pages.extend(OTHERS.iter().chain(&["README.md"]).map(|page| Path::new(ROOT).join(page)));
    for page in pages {
        let folder = page.parent().unwrap();
        let targets = read(&page);
        let own = page.strip_prefix(ROOT).unwrap().to_str().unwrap();
        assert!(is_installed(own, &assets), "{own} is not in the package");
        for target in link_targets(&targets) {
            let file = fs::canonicalize(folder.join(target)).unwrap_or_else(|error| panic!("{own}: {target}: {error}"));
            let file = file.strip_prefix(&root).unwrap().to_str().unwrap();
            assert!(is_installed(file, &assets), "{own} leads to {file}, which is not in the package");
        }
    }
}

#[test]
fn every_folder_that_a_station_is_configured_by_is_installed_whole() {
    let assets = assets();
    for folder in ["carriers", "exports", "labels", "languages"] {
        let is_packed = |(source, target): &(String, String)| {
            source.starts_with(&format!("config/{folder}/*")) && *target == format!("etc/parceld/{folder}/")
        };
        assert!(assets.iter().any(is_packed), "config/{folder} is not in the package");
    }
}

#[test]
fn a_path_that_is_not_there_is_found() {
    let names = names(&files());
    let text = "`src/lib.rs` and `src/nothing.rs`, `src/guide/` and `src/nowhere/`, `station.toml` and `nothing.toml`\n\
                ```text\n`src/nothing.rs`\n```\n\
                `parceld check --config src/nothing.rs` `/etc/nothing.toml` `parceld.order/1` `src/*.rs` `a::b` `x = y/z`";
    assert_eq!(missing(text, &names), ["src/nothing.rs", "src/nowhere/", "nothing.toml"]);
}
