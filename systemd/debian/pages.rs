//! Writes the manual pages and the shells' completions of the commands, for the package:
//! `pages DIR` makes `DIR/man`, `DIR/bash`, `DIR/zsh`, `DIR/fish`.

use std::path::PathBuf;

use clap::CommandFactory;
use clap_complete::{Generator, Shell, generate_to};

#[path = "../../src/cli/mod.rs"]
#[expect(dead_code, reason = "of the commands only their words are wanted")]
mod cli;

fn main() -> std::io::Result<()> {
    let dir = std::env::args_os().nth(1).map(PathBuf::from).ok_or_else(|| std::io::Error::other("pages DIR"))?;
    let folder = |name: &str| {
        let folder = dir.join(name);
        std::fs::create_dir_all(&folder).map(|()| folder)
    };
    let man = folder("man")?;
    clap_mangen::generate_to(cli::Args::command(), &man)?;
    for page in std::fs::read_dir(man)? {
        let page = page?.path();
        std::fs::write(&page, with_examples(&std::fs::read_to_string(&page)?))?;
    }
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let into = folder(&shell.to_string())?;
        let made = generate_to(shell, &mut cli::Args::command(), "parceld", &into)?;
        // Debian names a completion for bash after its command alone.
        if shell == Shell::Bash {
            std::fs::rename(made, into.join("parceld"))?;
        } else {
            assert_eq!(made, into.join(shell.file_name("parceld")));
        }
    }
    Ok(())
}

/// The page with each run of indented lines set as it is: an example, whose lines nobody breaks or spreads.
fn with_examples(page: &str) -> String {
    let mut set = String::new();
    let mut inside = false;
    for line in page.lines() {
        let indented = line.starts_with("  ");
        if indented != inside {
            set.push_str(if indented { ".nf\n" } else { ".fi\n" });
            inside = indented;
        }
        set.push_str(line);
        set.push('\n');
    }
    if inside {
        set.push_str(".fi\n");
    }
    set
}
