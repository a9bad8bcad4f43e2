//! No files import each other in a loop.
//!
//! A file uses another when it imports or names an item that the other defines, also through a third that hands the item
//! on. `mod` declarations and `pub use` do not count. Neither does what a module's file and the file of its direct child
//! have of each other: they are one room and its closet.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::source::Crate;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// The roots of the crates that are looked at.
const CRATES: [&str; 4] = ["src/lib.rs", "src/main.rs", "hal/src/lib.rs", "tests/sim/main.rs"];

/// Who uses whom, and which names.
type Uses = BTreeMap<PathBuf, BTreeMap<PathBuf, BTreeSet<String>>>;

fn uses(source: &Crate) -> Uses {
    // The file that declares each file's module.
    let parents: BTreeMap<&Path, &Path> = source
        .modules
        .iter()
        .filter_map(|(path, module)| Some((&*module.file, &*source.modules[path.split_last()?.1].file)))
        .filter(|(file, parent)| file != parent)
        .collect();
    let are_family = |one: &Path, other: &Path| {
        parents.get(one).is_some_and(|parent| *parent == other)
            || parents.get(other).is_some_and(|parent| *parent == one)
    };
    let mut uses = Uses::new();
    for (path, module) in &source.modules {
        for (used, name) in source.used_by(path) {
            let (from, to) = (&module.file, &source.modules[&used].file);
            if from != to && !are_family(from, to) {
                let names = uses.entry(from.clone()).or_default().entry(to.clone()).or_default();
                names.insert(name);
            }
        }
    }
    uses
}

/// Every set of files that reach each other, in order.
fn circles(uses: &Uses) -> BTreeSet<BTreeSet<PathBuf>> {
    let reached: BTreeMap<&PathBuf, BTreeSet<&PathBuf>> = uses
        .keys()
        .map(|from| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
            while let Some(file) = open.pop() {
                open.extend(uses.get(file).into_iter().flat_map(BTreeMap::keys).filter(|next| seen.insert(*next)));
            }
            (from, seen)
        })
        .collect();
    let reaches = |from: &PathBuf, to: &PathBuf| reached.get(from).is_some_and(|seen| seen.contains(to));
    let circle = |from: &PathBuf| reached[from].iter().filter(|to| reaches(to, from)).map(|to| (*to).clone()).collect();
    uses.keys().filter(|from| reaches(from, from)).map(circle).collect()
}

/// The files of a circle, and the names that tie them.
fn listing(circle: &BTreeSet<PathBuf>, uses: &Uses) -> String {
    let mut text = String::new();
    for (from, used) in uses.iter().filter(|(from, _)| circle.contains(*from)) {
        for (to, names) in used.iter().filter(|(to, _)| circle.contains(*to)) {
            let names = names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            text += &format!("\n  {} -> {}: {names}", from.display(), to.display());
        }
    }
    text
}

#[test]
fn no_files_import_each_other_in_a_loop() {
    let mut found = String::new();
    for root in CRATES {
        let uses = uses(&Crate::read(&Path::new(ROOT).join(root)));
        for circle in circles(&uses) {
            found += &format!("\na circle:{}", listing(&circle, &uses).replace(&format!("{ROOT}/"), ""));
        }
    }
    assert!(found.is_empty(), "{found}");
}

/// The circles of a crate of these files.
fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in files {
        let file = folder.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    let uses = uses(&Crate::read(&folder.path().join("lib.rs")));
    let below = format!("{}/", folder.path().display());
    circles(&uses).iter().map(|circle| listing(circle, &uses).replace(&below, "")).collect()
}

#[test]
fn a_circle_is_found_wherever_its_names_stand() {
    // Handed on by the parent, through a module that a function is called like, in the arguments of a macro.
    let lib = ("lib.rs", "mod a; mod b; mod c; pub use a::A; use b::B; fn c() {}");
    let a = ("a.rs", "use super::b; pub struct A(b::B);");
    let b = ("b/mod.rs", "mod part; pub fn all() { use crate::c::C; C }");
    let part = ("b/part.rs", "pub struct B;");
    let c = ("c.rs", "pub struct C; fn show() { assert_eq!(crate::A, 1, \"crate::b::all\"); }");
    let handed_on = ("b/mod.rs", "mod part; pub use part::B; pub fn all() { use crate::c::C; C }");
    let uses_all = ("b/part.rs", "pub struct B; const C: crate::c::C = 1;");
    assert_eq!(circles_of(&[lib, a, b, part, c]), Vec::<String>::new());
    assert_eq!(
        circles_of(&[lib, a, handed_on, uses_all, c]),
        ["\n  a.rs -> b/part.rs: B\n  b/part.rs -> c.rs: C\n  c.rs -> a.rs: A"]
    );
}

#[test]
fn parents_and_children_words_and_tests_make_no_circle() {
    let lib = ("lib.rs", "pub mod a; mod b; fn all() { a::A; b::B; } pub struct Top;");
    let a = (
        "a.rs",
        "//! See [`crate::b::B`].\npub struct A(super::Top); const TEXT: &str = \"crate::b::B\"; #[cfg(test)] mod tests { use crate::b::B; }",
    );
    let b = ("b.rs", "pub struct B(crate::a::A);");
    assert_eq!(circles_of(&[lib, a, b]), Vec::<String>::new());
}
