//! Writes the manual pages and the shells' completions of the commands that ship, for the package:
//! `pages DIR` makes `DIR/man`, `DIR/bash`, `DIR/zsh`, `DIR/fish`.

use std::path::PathBuf;

use clap::{Command, CommandFactory};
use clap_complete::{Generator, Shell, generate_to};

#[path = "../../src/cli/mod.rs"]
#[expect(dead_code, reason = "of the commands only their words are wanted")]
mod cli;

/// What is part of the demo and does not ship.
const DEMO: [&str; 2] = ["demo", "printer"];

fn main() -> std::io::Result<()> {
    let dir = std::env::args_os().nth(1).map(PathBuf::from).ok_or_else(|| std::io::Error::other("pages DIR"))?;
    let folder = |name: &str| {
        let folder = dir.join(name);
        std::fs::create_dir_all(&folder).map(|()| folder)
    };
    clap_mangen::generate_to(shipped(), folder("man")?)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let into = folder(&shell.to_string())?;
        let made = generate_to(shell, &mut shipped(), "parceld", &into)?;
        // Debian names a completion for bash after its command alone.
        if shell == Shell::Bash {
            std::fs::rename(made, into.join("parceld"))?;
        } else {
            assert_eq!(made, into.join(shell.file_name("parceld")));
        }
    }
    Ok(())
}

/// The command line without the demo's commands.
fn shipped() -> Command {
    let all = cli::Args::command();
    let about = all.get_about().cloned().unwrap_or_default();
    let none = Command::new("parceld").version(env!("CARGO_PKG_VERSION")).about(about).subcommand_required(true);
    all.get_subcommands().filter(|command| !DEMO.contains(&command.get_name())).cloned().fold(none, Command::subcommand)
}
