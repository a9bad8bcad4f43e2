//! `parceld badge`: a supervisor's badge that nobody can guess, printed once.

use std::path::PathBuf;

use clap::Args;
use parceld::barcode::Command;
use parceld::daemon::Setup;
use parceld::daemon::documents::Documents;
use parceld::station::badge::{RANDOM, Supervisor, with_secret};

use super::file::write_private;
use super::{CommandResult, ConfigArg, Failure, SOFTWARE, USAGE, print};

/// Longest name.
const NAME: usize = 32;

#[derive(Debug, Args)]
pub(super) struct BadgeCommand {
    /// Who it is for, as records will name them: 1 to 32 of A-Z a-z 0-9 _ -
    name: String,
    #[command(flatten)]
    config: ConfigArg,
    /// The badge, a page for an office printer
    #[arg(long, value_name = "FILE.pdf")]
    out: PathBuf,
}

impl BadgeCommand {
    pub(super) fn run(self) -> CommandResult {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if !(1..=NAME).contains(&self.name.len()) || !self.name.bytes().all(is_known) {
            return Err(Failure::say(USAGE, "a name is 1 to 32 of A-Z a-z 0-9 _ -; write another"));
        }
        let (setup, _) = Setup::load(&self.config.config)?;
        let mut random = [0; RANDOM];
        getrandom::fill(&mut random)
            .map_err(|error| Failure::say(SOFTWARE, format!("make a random number: {error}")))?;
        let badge = with_secret(&self.name, random);
        let documents = Documents::of(&setup);
        let draft = documents.badge(&Command::Badge(badge.clone()), &setup.rules.language)?;
        write_private(&self.out, &documents.pdf(&draft)?)?;
        print(format_args!("{}: print it, give it to {}, and delete it", self.out.display(), self.name));
        print("in station.toml, below [packing], supervisors = [ … ] names the badge:");
        print(format_args!("\"{}\"", Supervisor::of_badge(&badge).configured()));
        print("then restart the service");
        Ok(())
    }
}
