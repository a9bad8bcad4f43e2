//! What is handed on with the package: licences, the list of what is in it, sums and their signature; and that whatever
//! builds it keeps to the lock file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use boon::{Compiler, Schemas};
use serde_json::{Value, json};

use contents::Contents;
use contents::texts::{Files, allowed, licence};

#[path = "../../systemd/debian/contents/main.rs"]
#[expect(dead_code, reason = "the package's build calls the rest")]
mod contents;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
#[cfg(target_arch = "aarch64")]
const TRIPLE: &str = "aarch64-unknown-linux-gnu";
#[cfg(not(target_arch = "aarch64"))]
const TRIPLE: &str = "x86_64-unknown-linux-gnu";
/// A second of the year 2026.
const EPOCH: i64 = 1_796_000_000;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What ships, by the features that `systemd/debian/ships` names.
fn contents() -> Contents {
    let ships = read("systemd/debian/ships");
    let features = ships.split_once("\nships=(").unwrap().1.split_once(')').unwrap().0;
    let features: Vec<&str> = features.split_whitespace().collect();
    Contents::read(TRIPLE, &features, "1.92.0", "words of the library").unwrap()
}

/// The entry of a component in the page of licences.
fn entry<'a>(page: &'a str, begins: &str) -> &'a str {
    let found = page.split("\n\n").find(|entry| entry.starts_with(begins));
    found.unwrap_or_else(|| panic!("{begins} is not among the licences"))
}

/// The texts that an entry names, one after the other.
fn texts(page: &str, entry: &str) -> String {
    let numbers = entry.rsplit_once("texts: ").unwrap().1;
    let text = |number: &str| {
        let begun = page.split_once(&format!("\nText {}: ", number.trim())).unwrap().1;
        begun.split(&"-".repeat(80)).next().unwrap().to_owned()
    };
    numbers.split(',').map(text).collect()
}

#[test]
fn whatever_is_in_the_program_has_its_licence_in_the_package_with_the_text() {
    let page = contents().licences();
    for entry in page.split("\n\n").filter(|entry| entry.contains("\n  licence: ")) {
        assert!(texts(&page, entry).len() > 50 || entry.contains("public domain"), "{entry}");
    }
    for (begins, licence, words) in [
        ("rusqlite ", "MIT", "Copyright (c)"),
        ("serialport ", "MPL-2.0", "Mozilla Public License Version 2.0"),
        ("serialport ", "https://crates.io/crates/serialport/", "Mozilla"),
        ("ring ", "Apache-2.0 AND ISC", "the fiat-crypto authors"),
        // It has no file of its licence.
        ("fluent-langneg ", "Apache-2.0 OR MIT", "Copyright: Zibi Braniecki"),
        ("SQLite 3.", "blessing", "May you do good and not evil"),
        ("parts of BoringSSL", "Apache-2.0", "The Go Authors"),
        ("IANA time zone database 20", "public domain", "public domain"),
        ("Adobe CMap resources", "BSD-3-Clause", "Adobe"),
        ("Foxit fonts of PDFium", "BSD-3-Clause", "PDFium Authors"),
        ("Compact ICC profiles", "CC0-1.0", "CC0"),
        ("NotoSans-Bold.ttf", "OFL-1.1", "Open Font License"),
        ("NotoSansThai-Bold.ttf", "OFL-1.1", "Copyright 2016 Google Inc."),
        ("DroidSansFallback.ttf", "Apache-2.0", "Apache License"),
        ("Rust's standard library 1.92.0", "MIT OR Apache-2.0", "words of the library"),
        ("parceld 0", "MIT OR Apache-2.0", "Copyright (c) 2026 The parceld maintainers"),
    ] {
        let entry = entry(&page, begins);
        assert!(entry.contains(licence) && texts(&page, entry).contains(words), "{entry}\n{}", texts(&page, entry));
    }
}

/// What is wrong with a list for programs, by CycloneDX's own schema.
fn faults(bill: &Value) -> String {
    let mut compiler = Compiler::new();
    compiler.enable_format_assertions();
    for name in ["bom-1.6", "spdx", "jsf-0.82"] {
        let schema = serde_json::from_str(&read(&format!("tests/data/cyclonedx/{name}.schema.json"))).unwrap();
        compiler.add_resource(&format!("http://cyclonedx.org/schema/{name}.schema.json"), schema).unwrap();
    }
    let mut schemas = Schemas::new();
    let schema = compiler.compile("http://cyclonedx.org/schema/bom-1.6.schema.json", &mut schemas).unwrap();
    schemas.validate(bill, schema).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn the_list_of_what_is_in_the_program_is_cyclonedx_and_names_each_crate_once_and_no_other() {
    let contents = contents();
    let bill = contents.bill(b"a program", EPOCH).unwrap();
    assert_eq!(faults(&bill), "");
    let mut wrong = bill.clone();
    wrong["components"][0].as_object_mut().unwrap().remove("name");
    assert!(faults(&wrong).contains("'name'"), "{}", faults(&wrong));

    let components = bill["components"].as_array().unwrap();
    let names: Vec<&str> = components.iter().map(|component| component["bom-ref"].as_str().unwrap()).collect();
    let once: BTreeSet<&str> = names.iter().copied().chain(bill["metadata"]["component"]["bom-ref"].as_str()).collect();
    assert_eq!(once.len(), names.len() + 1);
    for needs in bill["dependencies"].as_array().unwrap() {
        let of = needs["ref"].as_str().unwrap();
        let unknown = needs["dependsOn"].as_array().unwrap().iter().find(|need| !once.contains(need.as_str().unwrap()));
        assert!(once.contains(of) && unknown.is_none(), "{needs}");
    }
    let scope = |begins: &str| {
        let mut found = components.iter().filter(|component| component["name"] == json!(begins));
        found.next().map(|component| component["scope"].as_str().unwrap().to_owned())
    };
    assert_eq!(scope("tokio").as_deref(), Some("required"));
    // A macro has written a part of it; what tests use is not in it at all.
    assert_eq!(scope("clap_derive").as_deref(), Some("excluded"));
    assert_eq!((scope("proptest"), scope("clap_mangen")), (None, None));

    assert_eq!(bill, contents.bill(b"a program", EPOCH).unwrap());
    let other = contents.bill(b"another program", EPOCH).unwrap();
    assert_ne!(bill["serialNumber"], other["serialNumber"]);
}

#[test]
fn a_licence_that_the_rules_do_not_allow_is_an_error_that_says_what_to_do() {
    let allowed = allowed().unwrap();
    let is = |words: &str| licence(words, &allowed).map_err(|error| error.to_string());
    assert_eq!(is("MIT/Apache-2.0").as_deref(), Ok("MIT OR Apache-2.0"));
    assert_eq!(is("MIT OR GPL-3.0-only").as_deref(), Ok("MIT OR GPL-3.0-only"));
    for words in ["GPL-3.0-only", "MIT AND GPL-2.0-only", "LicenseRef-Ours", "Unlicense AND CC-BY-NC-4.0"] {
        let said = is(words).unwrap_err();
        assert!(said.contains(words) && said.contains("do without the crate, or allow its licence there"), "{said}");
    }
    assert!(is("").unwrap_err().contains("no licence that SPDX knows"));
}

#[test]
fn licences_in_inner_folders_are_found_and_so_are_fonts_and_c_that_a_crate_takes_in() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let titles = || {
        let files = Files::read(folder.path()).unwrap();
        (files.licences.into_iter().map(|(title, _)| title).collect::<Vec<_>>(), files.has_data, files.has_c)
    };
    write("COPYING", "one");
    write("third_party/inner/LICENSE.md", "two");
    write("LICENSES/ISC.txt", "three");
    write("src/license.rs", "fn license() {}");
    write("tests/fonts/LICENSE", "of a test");
    write("tests/fonts/a.ttf", "");
    write("fonts/Own.ttf", "");
    write("src/lib.rs", "fn main() {}");
    assert_eq!(titles(), (vec!["COPYING".to_owned(), "ISC.txt".to_owned(), "LICENSE.md".to_owned()], false, false));
    write("src/lib.rs", "static FONT: &[u8] = include_bytes!(\"../fonts/Own.ttf\");");
    write("sqlite3/sqlite3.c", "int main;");
    let (_, has_data, has_c) = titles();
    assert!(has_data && has_c);
}

#[test]
fn the_copyright_file_names_each_font_and_the_whole_list() {
    let copyright = read("systemd/debian/copyright");
    for entry in fs::read_dir(Path::new(ROOT).join("config/fonts")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(!name.ends_with(".ttf") || copyright.contains(&format!("config/fonts/{name}")), "{name}");
    }
    assert!(copyright.contains("licences.txt.gz") && copyright.contains("parceld.cdx.json.gz"));
    assert!(copyright.ends_with("License: OFL-1.1\n"), "systemd/debian/build puts the text of the OFL behind it");
}

/// Every script of the tree.
fn scripts() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = [".ci", "systemd", "tests"].iter().map(|name| Path::new(ROOT).join(name)).collect();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                if !path.ends_with("target") {
                    folders.push(path);
                }
            } else if path.extension().is_none_or(|end| end == "sh") {
                let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).replace("\\\n", " ");
                if text.starts_with("#!") || path.extension().is_some() {
                    found.push((path, text));
                }
            }
        }
    }
    found
}

/// The calls of cargo in a script that could change the lock file.
fn unlocked(script: &str) -> Vec<&str> {
    const VERBS: [&str; 11] =
        ["build", "test", "run", "clippy", "doc", "nextest run", "tree", "metadata", "install", "bench", "\"$1\""];
    let lines = script.lines().filter(|line| !line.trim_start().starts_with('#'));
    let calls = |rest: &&str| VERBS.iter().any(|verb| rest.starts_with(verb));
    lines.filter(|line| line.split("cargo ").skip(1).any(|rest| calls(&rest)) && !line.contains("--locked")).collect()
}

#[test]
fn whatever_builds_keeps_to_the_lock_file() {
    assert_eq!(
        unlocked("# cargo build\ncargo build --locked\nx=(cargo test --all)\ncargo fmt"),
        ["x=(cargo test --all)"]
    );
    let scripts = scripts();
    for known in [".ci/run", "tests/run", "tests/arm64/build", "systemd/debian/build", "tests/kernel/guest.sh"] {
        assert!(scripts.iter().any(|(path, _)| path.ends_with(known)), "{known} is no script");
    }
    for (path, text) in scripts {
        assert_eq!(unlocked(&text), [""; 0], "{}", path.display());
    }
}

/// A folder of keys that goes with its agent.
struct Keys(tempfile::TempDir);

impl Keys {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn command(&self, name: &str, folder: &Path, args: &[&str]) -> Output {
        let mut command = Command::new(name);
        command.args(args).current_dir(folder).env("GNUPGHOME", self.0.path());
        command.output().unwrap_or_else(|error| panic!("{name} is missing ({error}): apt install gnupg"))
    }

    fn says(&self, name: &str, folder: &Path, args: &[&str]) -> Vec<u8> {
        let output = self.command(name, folder, args);
        assert!(output.status.success(), "{name} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf").arg("--homedir").arg(self.0.path()).args(["--kill", "all"]).output();
    }
}

#[test]
fn signed_sums_are_good_for_who_has_the_public_key_and_a_changed_file_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let (maker, user) = (Keys::new(), Keys::new());
    let (package, list) = (folder.path().join("parceld_1_amd64.deb"), folder.path().join("parceld_1_amd64.cdx.json"));
    fs::write(&package, "a package").unwrap();
    fs::write(&list, "{}").unwrap();
    let made =
        ["--batch", "--passphrase", "", "--quick-generate-key", "Nobody <nobody@parceld.example>", "ed25519", "sign"];
    maker.says("gpg", folder.path(), &made);
    let script = Path::new(ROOT).join("systemd/debian/sign");
    let [script, package_name, list] = [&script, &package, &list].map(|path| path.to_str().unwrap());
    let signs = |key: &str, file: &str| maker.command("bash", folder.path(), &[script, key, package_name, file]);

    assert!(signs("nobody@parceld.example", list).status.success());
    let public = maker.says("gpg", folder.path(), &["--export", "--armor", "nobody@parceld.example"]);
    fs::write(folder.path().join("parceld.asc"), public).unwrap();
    user.says("gpg", folder.path(), &["--import", "parceld.asc"]);
    user.says("gpg", folder.path(), &["--verify", "SHA256SUMS.asc", "SHA256SUMS"]);
    let summed = user.says("sha256sum", folder.path(), &["--check", "SHA256SUMS"]);
    assert_eq!(String::from_utf8(summed).unwrap(), "parceld_1_amd64.deb: OK\nparceld_1_amd64.cdx.json: OK\n");

    fs::write(&package, "another package").unwrap();
    assert!(!user.command("sha256sum", folder.path(), &["--check", "SHA256SUMS"]).status.success());
    let sums = fs::read_to_string(folder.path().join("SHA256SUMS")).unwrap();
    fs::write(folder.path().join("SHA256SUMS"), sums.replace("amd64", "arm64")).unwrap();
    assert!(!user.command("gpg", folder.path(), &["--verify", "SHA256SUMS.asc", "SHA256SUMS"]).status.success());

    // Nothing that looks signed is left by what failed.
    let refused = signs("somebody@parceld.example", list);
    assert!(!refused.status.success() && !folder.path().join("SHA256SUMS.asc").exists());
    let refused = signs("nobody@parceld.example", "nothing.deb");
    assert!(
        refused.status.code() == Some(64)
            && String::from_utf8_lossy(&refused.stderr).contains("nothing.deb is no file")
    );
}

/// The example that writes them is built with the tests.
#[test]
fn the_manual_pages_are_set_without_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let built = std::env::current_exe().unwrap();
    let pages = built.ancestors().nth(2).unwrap().join("examples/pages");
    let made = Command::new(&pages).arg(folder.path()).status();
    assert!(made.is_ok_and(|made| made.success()), "{} makes no pages; `cargo build --example pages`", pages.display());
    let mut found: Vec<PathBuf> =
        fs::read_dir(folder.path().join("man")).unwrap().map(|page| page.unwrap().path()).collect();
    found.sort();
    assert!(found.len() > 20, "{found:?}");
    let set = |page: &PathBuf| {
        let groff = Command::new("groff").args(["-man", "-Tutf8", "-Kutf8", "-ww"]).arg(page).output();
        groff.expect("groff, of Debian's package groff-base")
    };
    let warned: Vec<String> = found.iter().map(|page| String::from_utf8(set(page).stderr).unwrap()).collect();
    assert_eq!(warned.concat(), "");
    let import = String::from_utf8(set(&folder.path().join("man/parceld-orders-import.1")).stdout).unwrap();
    assert!(import.contains("\n         1001,Pat Example,12 Sample Ave,Boston,MA,02116,US,MUG,1\n"), "{import}");
}
