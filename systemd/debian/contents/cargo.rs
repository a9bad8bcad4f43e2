//! What cargo and the compiler know of the program.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::ROOT;

/// A crate: its name and its version.
pub(crate) type Key = (String, String);

/// The crates that cargo would build, and what each of them needs.
pub(crate) fn tree(triple: &str, features: &[&str], edges: &str) -> Result<BTreeMap<Key, BTreeSet<Key>>> {
    let fixed = ["tree", "--locked", "--package", "parceld", "--prefix", "depth", "--format", " {p}"];
    let asked = ["--target", triple, "--edges", edges];
    let text = run("cargo", &[fixed.as_slice(), asked.as_slice(), features].concat())?;
    let mut above: Vec<Key> = Vec::new();
    let mut tree: BTreeMap<Key, BTreeSet<Key>> = BTreeMap::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [depth, name, version, ..] = words[..] else { bail!("cargo tree says {line:?}") };
        let key = (name.to_owned(), version.trim_start_matches('v').to_owned());
        above.truncate(depth.parse()?);
        if let Some(parent) = above.last() {
            tree.entry(parent.clone()).or_default().insert(key.clone());
        }
        tree.entry(key.clone()).or_default();
        above.push(key);
    }
    Ok(tree)
}

/// What cargo knows of each crate, whatever the features.
pub(crate) fn packages(triple: &str) -> Result<BTreeMap<Key, Value>> {
    let fixed = ["metadata", "--locked", "--format-version", "1", "--all-features", "--filter-platform", triple];
    let mut known: Value = serde_json::from_str(&run("cargo", &fixed)?)?;
    let Value::Array(packages) = known["packages"].take() else { bail!("cargo metadata names no packages") };
    let word = |package: &Value, key| package[key].as_str().unwrap_or_default().to_owned();
    Ok(packages.into_iter().map(|package| ((word(&package, "name"), word(&package, "version")), package)).collect())
}

/// The sums of the crates' archives, which `Cargo.lock` holds.
pub(crate) fn sums() -> Result<BTreeMap<Key, String>> {
    let lock: toml::Table = fs::read_to_string(Path::new(ROOT).join("Cargo.lock"))?.parse()?;
    let entry = |package: &toml::Value| {
        let word = |key| package.get(key).and_then(toml::Value::as_str).map(str::to_owned);
        Some(((word("name")?, word("version")?), word("checksum")?))
    };
    Ok(lock["package"].as_array().into_iter().flatten().filter_map(entry).collect())
}

/// The version of the compiler that made a program: it is written beside the code.
pub(crate) fn compiler(program: &[u8]) -> Result<String> {
    let mark = b"rustc version ";
    let found = program.windows(mark.len()).position(|bytes| bytes == mark);
    let rest =
        &program[found.context("the program does not say which rustc made it; was its .comment taken away?")?..];
    let version =
        rest[mark.len()..].iter().take_while(|byte| !byte.is_ascii_whitespace()).map(|byte| char::from(*byte));
    Ok(version.collect())
}

/// The notices of a compiler's standard library, which come with the compiler: rustup's, or Debian's.
pub(crate) fn notices(version: &str) -> Result<String> {
    for rustc in ["rustc", "/usr/bin/rustc"] {
        if !run(rustc, &["--version"]).is_ok_and(|said| said.split(' ').nth(1) == Some(version)) {
            continue;
        }
        let page = Path::new(run(rustc, &["--print", "sysroot"])?.trim()).join("share/doc/rust/COPYRIGHT-library.html");
        if let Ok(page) = fs::read_to_string(page) {
            return Ok(plain(&page));
        }
        for package in ["libstd-rust-web-dev", "libstd-rust-dev"] {
            if let Ok(text) = fs::read_to_string(Path::new("/usr/share/doc").join(package).join("copyright")) {
                return Ok(text);
            }
        }
    }
    bail!("rustc {version} made the program, and the notices of its library are not here: pack where it was built")
}

/// The words of a page: without tags, and with one empty line where there were many.
fn plain(page: &str) -> String {
    let words: String = page.split('<').filter_map(|piece| Some(piece.split_once('>')?.1)).collect();
    let signs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&amp;", "&")];
    let words = signs.iter().fold(words, |words, (sign, letter)| words.replace(sign, letter));
    let mut lines: Vec<&str> = words.lines().map(str::trim_end).collect();
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    lines.join("\n")
}

/// What a command says.
fn run(name: &str, args: &[&str]) -> Result<String> {
    let output = Command::new(name).args(args).current_dir(ROOT).output().with_context(|| name.to_owned())?;
    ensure!(output.status.success(), "{name} {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}
