//! A name of one word means one type in a crate.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::source::Crate;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// The crates, each with the roots of its sources: the program is a crate of its own and is read beside its library.
const CRATES: [&[&str]; 2] = [&["src/lib.rs", "src/main.rs"], &["hal/src/lib.rs"]];

/// `Line`, and not `LabelLine`.
fn is_one_word(name: &str) -> bool {
    name.chars().filter(|character| character.is_uppercase()).count() == 1
}

/// The types of one word that are defined more than once, with their files.
fn repeated(roots: &[&str]) -> BTreeMap<String, Vec<PathBuf>> {
    let mut files: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for root in roots {
        for module in Crate::read(&Path::new(ROOT).join(root)).modules.into_values() {
            for item in module.items.into_iter().filter(|item| item.is_type && is_one_word(&item.name)) {
                files.entry(item.name).or_default().push(module.file.strip_prefix(ROOT).unwrap().to_owned());
            }
        }
    }
    files.retain(|_, files| files.len() > 1);
    files
}

#[test]
fn a_type_name_of_one_word_stands_once_in_a_crate() {
    let mut found = String::new();
    for (name, files) in CRATES.into_iter().flat_map(repeated) {
        let files: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
        found += &format!("\n{name}: {}", files.join(", "));
    }
    assert!(found.is_empty(), "say in the name what each is:{found}");
}
