//! Whatever builds keeps to the lock file.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

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
