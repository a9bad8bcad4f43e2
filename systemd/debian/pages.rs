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
    clap_mangen::generate_to(cli::Args::command(), folder("man")?)?;
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
