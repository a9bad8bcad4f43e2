//! The commands of the README and of the pages that it sends its reader to, in a clone, as they are printed.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::blocks::Block;
use super::program::{PARCELD, repository};
use super::station::Station;

/// In the order in which they are read: the first one makes the program and its configuration known, begins the number pool
/// and imports an order.
const PAGES: [&str; 5] = [
    "README.md",
    "config/orders/README.md",
    "config/carriers/README.md",
    "config/labels/README.md",
    "src/guide/testing.md",
];

/// Stands in for cargo: what it would build is built already. Its page takes any port.
const CARGO: &str = "#!/bin/sh
case $1 in
build) mkdir -p target/release && ln -sf \"$PARCELD\" target/release/parceld ;;
run) while [ \"$1\" != -- ]; do shift; done; shift; exec \"$PARCELD\" \"$@\" --listen 127.0.0.1:0 ;;
*) echo \"cargo $*\" >&2; exit 1 ;;
esac
";

/// A fresh clone, and the programs that are found before all others.
struct Clone {
    dir: TempDir,
}

impl Clone {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let tree = dir.path().join("tree");
        std::fs::create_dir(&tree).unwrap();
        for entry in std::fs::read_dir(repository("")).unwrap().map(|entry| entry.unwrap()) {
            let name = entry.file_name();
            if name != "target" && !name.to_string_lossy().starts_with('.') {
                let copied = Command::new("cp").arg("-r").arg(entry.path()).arg(&tree).status().unwrap();
                assert!(copied.success());
            }
        }
        let programs = dir.path().join("bin");
        std::fs::create_dir(&programs).unwrap();
        std::fs::write(programs.join("cargo"), CARGO).unwrap();
        std::fs::set_permissions(programs.join("cargo"), std::fs::Permissions::from_mode(0o755)).unwrap();
        // Another test's page may be where the demo's station has its own.
        let demo = tree.join("config/demo.toml");
        let text = std::fs::read_to_string(&demo).unwrap();
        std::fs::write(demo, text.replace("127.0.0.1:8080", "127.0.0.1:0")).unwrap();
        Self { dir }
    }

    fn tree(&self) -> std::path::PathBuf {
        self.dir.path().join("tree")
    }

    /// A shell in it that stops at the first mistake.
    fn shell(&self) -> Command {
        let path = format!("{}:{}", self.dir.path().join("bin").display(), std::env::var("PATH").unwrap());
        let mut shell = Command::new("sh");
        shell.args(["-eu", "-c"]).current_dir(self.tree()).env("PATH", path).env("PARCELD", PARCELD);
        shell.env_remove("PARCELD_CONFIG").env("TMPDIR", self.dir.path());
        shell
    }
}

#[tokio::test]
async fn every_command_of_the_readme_and_its_pages_works_in_a_clone_as_printed() {
    let clone = Clone::new();
    let mut exported = String::new();
    for page in PAGES {
        let blocks = Block::of(&std::fs::read_to_string(repository(page)).unwrap());
        assert!(!blocks.is_empty(), "{page} has lost its commands");
        let folder = Path::new(page).parent().unwrap().display().to_string();
        for block in blocks {
            // What an installed station does is typed on one: tests/package/main.rs. The tests are run beside this one.
            if block.is_for_root() || block.has(&["bash tests/run"]) {
                continue;
            }
            let running = match block.has(&["parceld rates reload"]) {
                true => Some(Station::start(&clone.tree().join("target/bench/demo.toml")).await),
                false => None,
            };
            let before = match folder.as_str() {
                // Nobody reads the guide's pages where they lie.
                "" | "src/guide" => exported.clone(),
                folder => format!("{exported}cd {folder}\n"),
            };
            let shell = clone.shell();
            let typed = block.clone();
            tokio::task::spawn_blocking(move || typed.type_into(shell, &before)).await.unwrap();
            exported += &block.exports();
            if let Some(station) = running {
                assert!(station.terminate().await.success());
            }
        }
    }
}
