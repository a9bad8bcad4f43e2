//! `parceld rates …` and `parceld check --diff`: what other cards would have done.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use parceld::config::carriers;
use parceld::daemon::archive::{self, Archive};
use parceld::daemon::replay::{self, Sent};
use parceld::daemon::{Setup, clock, today};
use parceld::rating::{Cards, Goal, Policy};
use parceld::station::Station;
use parceld::store::Store;
use parceld::units::Date;

use super::{CONFIG, CommandResult, ConfigArg, Failure, UNAVAILABLE, USAGE, print};

#[derive(Debug, Args)]
pub(super) struct Replay {
    #[command(flatten)]
    config: ConfigArg,
    /// A folder of rate cards; the station's own without
    #[arg(long, value_name = "DIR")]
    cards: Option<PathBuf>,
    /// Another policy than the station's
    #[arg(long)]
    policy: Option<PolicyArg>,
    /// As if every parcel were shipped on this day, for cards that begin later
    #[arg(long)]
    date: Option<Date>,
    /// Where one row per parcel is written
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

/// A policy that needs nothing else said.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum PolicyArg {
    /// The lowest price
    Cheapest,
    /// The earliest arrival
    Fastest,
}

impl Replay {
    pub(super) fn run(&self) -> CommandResult {
        let (setup, _) = Setup::load(&self.config.config)?;
        let other = self.cards.as_deref().map(|dir| load(dir, &setup)).transpose()?;
        let cards = other.as_ref().unwrap_or(&setup.cards);
        let goal = match self.policy {
            Some(PolicyArg::Cheapest) => Goal::Cheapest,
            Some(PolicyArg::Fastest) => Goal::Fastest,
            None => setup.rules.policy.goal.clone(),
        };
        let policy = Policy { goal, ..setup.rules.policy.clone() };
        let (station, sent) = sent(&setup)?;
        let terminal = std::io::stderr().is_terminal();
        let of = sent.len();
        let comparison = replay::replay(&sent, &station, cards, &policy, self.date, |done| {
            if terminal && done % 1_000 == 0 {
                let _ = write!(std::io::stderr(), "\r{done} of {of}");
            }
        });
        if terminal {
            let _ = writeln!(std::io::stderr(), "\r{of} of {of}");
        }
        if let Some(file) = &self.csv {
            std::fs::write(file, comparison.csv())
                .map_err(|error| Failure::say(UNAVAILABLE, format!("write {}: {error}", file.display())))?;
        }
        print(comparison.report().trim_end());
        Ok(())
    }
}

/// What NEW changes for the station's parcels, and for its orders where it has packed none.
pub(super) fn diff(config: &Path, old: &Path, new: &Path) -> CommandResult {
    let (setup, _) = Setup::load(config)?;
    let (old, new) = (load(old, &setup)?, load(new, &setup)?);
    let (station, sent) = sent(&setup)?;
    print(replay::compare(&sent, &station, [&old, &new], &setup.rules.policy).report().trim_end());
    Ok(())
}

fn load(dir: &Path, setup: &Setup) -> Result<Cards, Failure> {
    if !dir.is_dir() {
        return Err(Failure::say(USAGE, format!("no folder {}; name one with a folder per carrier", dir.display())));
    }
    // Of a folder with the station's carriers in it only those count; of any other all do.
    let known =
        setup.config.rates.carriers.iter().filter(|id| dir.join(id.as_str()).is_dir()).cloned().collect::<Vec<_>>();
    carriers::load(dir, &known).map_err(|problems| Failure::new(CONFIG, problems))
}

/// The station, and what it sent; its orders where it has packed none.
fn sent(setup: &Setup) -> Result<(Station, Vec<Sent>), Failure> {
    let store = Store::read(&setup.config.station.data_dir)?;
    let station = archive::load(&store)?;
    let sent = replay::history(Archive { station: &station, store: &store }, &setup.rules)?;
    if !sent.is_empty() {
        return Ok((station, sent));
    }
    let planned = replay::planned(&store, &setup.rules, today(&setup.config.station.timezone, clock()))?;
    if planned.is_empty() {
        let why = "no parcels and no orders to price; import orders first (`parceld orders import FILE`)";
        return Err(Failure::say(UNAVAILABLE, why));
    }
    Ok((station, planned))
}
