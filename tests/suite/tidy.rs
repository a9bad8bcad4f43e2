//! What must stay true of the tree, checked by reading it.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// Modules that open no file, ask no clock and know no device.
const PURE: [&str; 11] =
    ["barcode", "calendar", "ids", "label", "paper", "place", "rating", "screen", "station", "units", "uplink/event"];

/// Every Rust file below `dir`, without what only tests see.
fn sources(dir: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(ROOT).join(dir)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = entry.file_name().unwrap().to_string_lossy().into_owned();
            if entry.is_dir() {
                if name != "tests" && name != "target" {
                    folders.push(entry);
                }
            } else if name.ends_with(".rs") && !name.contains("tests") {
                let text = fs::read_to_string(&entry).unwrap();
                let shipped = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
                found.push((entry, shipped));
            }
        }
    }
    found.sort();
    found
}

/// Files below `src` that use `what`, and are not in one of `allowed`.
fn strangers(what: &[&str], allowed: &[&str]) -> Vec<PathBuf> {
    sources("src")
        .into_iter()
        .filter(|(path, text)| !is_below(path, allowed) && what.iter().any(|what| code(text).contains(what)))
        .map(|(path, _)| path)
        .collect()
}

/// Whether a file is in one of these modules.
fn is_below(path: &Path, modules: &[&str]) -> bool {
    modules.iter().any(|module| path.starts_with(Path::new(ROOT).join("src").join(module)))
}

/// A source without its comments.
fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

const NONE: [PathBuf; 0] = [];

#[test]
fn the_top_level_is_what_it_was_laid_out_to_be() {
    let allowed = ["Cargo.toml", "Cargo.lock", "README.md", "src", "hal", "config", "systemd", "tests", "target"];
    for entry in fs::read_dir(ROOT).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(name.starts_with('.') || allowed.contains(&name.as_str()), "{name} does not belong at the top");
    }
}

#[test]
fn pure_modules_deny_clocks_files_and_threads() {
    for module in PURE {
        let page = fs::read_to_string(Path::new(ROOT).join("src").join(module).join("mod.rs")).unwrap();
        assert!(page.contains("#![deny(clippy::disallowed_methods)]"), "{module} does not deny");
    }
}

#[test]
fn pure_modules_use_nothing_that_is_not_pure() {
    let foreign = [
        "rusqlite",
        "tokio",
        "reqwest",
        "axum",
        "hal::",
        "std::fs",
        "std::net",
        "std::env",
        "toml::",
        "std::thread",
        "crate::store",
        "crate::uplink",
        "crate::devices",
        "crate::daemon",
        "crate::config",
        "crate::web",
        "crate::exchange",
    ];
    for (path, text) in sources("src").into_iter().filter(|(path, _)| is_below(path, &PURE)) {
        // The one part of the uplink that is pure itself.
        let mut code = code(&text).replace("crate::uplink::event", "");
        // The problems of devices are one enumeration from the device to the screen; it knows no port.
        if path.ends_with("station/event.rs") {
            code = code.replace("hal::", "");
        }
        let used: Vec<_> = foreign.iter().filter(|what| code.contains(*what)).collect();
        assert!(used.is_empty(), "{} uses {used:?}", path.display());
    }
}

#[test]
fn only_the_store_knows_sql_only_the_uplink_http_only_config_toml() {
    assert_eq!(strangers(&["rusqlite::"], &["store"]), NONE);
    assert_eq!(strangers(&["reqwest::"], &["uplink"]), NONE);
    assert_eq!(strangers(&["toml::", "toml_edit::"], &["config"]), NONE);
}

#[test]
fn only_devices_and_the_demo_join_hardware_to_events() {
    let with_hal = strangers(&["hal::"], &["devices", "demo"]);
    let with_events = strangers(&["station::event"], &["devices", "demo"]);
    let both: Vec<_> = with_hal.into_iter().filter(|path| with_events.contains(path)).collect();
    assert_eq!(both, NONE);
}

#[test]
fn no_file_outgrows_its_noun() {
    for (path, text) in sources("src").into_iter().chain(sources("hal")) {
        assert!(text.lines().count() <= 500, "{} has {} lines", path.display(), text.lines().count());
    }
}

#[test]
fn every_sentence_is_said_somewhere() {
    let declared = Path::new(ROOT).join("src/screen/sentence.rs");
    let said: String = sources("src").into_iter().filter(|(path, _)| *path != declared).map(|(_, text)| text).collect();
    for sentence in parceld::screen::Sentence::ALL {
        let name = format!("Sentence::{}", sentence.variant);
        let ends = |rest: &str| !rest.starts_with(|next: char| next.is_ascii_alphanumeric());
        assert!(said.split(&name).skip(1).any(ends), "nobody says {}", sentence.key);
    }
}

#[test]
fn nothing_is_left_open() {
    for (path, text) in sources("src").into_iter().chain(sources("hal")) {
        for word in ["TODO", "FIXME", "todo!(", "unimplemented!("] {
            assert!(!text.contains(word), "{word} in {}", path.display());
        }
    }
}

#[test]
fn what_ci_runs_is_what_the_readme_says() {
    let read = |path: &str| fs::read_to_string(Path::new(ROOT).join(path)).unwrap();
    let (readme, ci) = (read("README.md"), read(".ci/run"));
    assert!(readme.contains("\nbash tests/run\n"), "the README says no more how it is tested");
    // The README's commands that want root are run by the package's machine.
    for command in
        ["tests/run", "tests/kernel/run", "tests/package/run", "tests/power/run", "tests/arm64/build", "tests/fuzz/run"]
    {
        assert!(readme.contains(command), "the README does not name {command}");
        let runs = |line: &str| line.trim_start().starts_with("stage ") && line.contains(&format!("bash {command}"));
        assert!(ci.lines().any(runs), "CI does not run {command}");
    }
}

#[test]
fn the_package_s_changelog_begins_with_this_version() {
    let changelog = fs::read_to_string(Path::new(ROOT).join("systemd/debian/changelog")).unwrap();
    let version = concat!("parceld (", env!("CARGO_PKG_VERSION"), "-1) ");
    assert!(changelog.starts_with(version), "the changelog does not begin with {version}");
}
