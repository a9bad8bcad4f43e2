//! `parceld pool`: numbers to give out.

use clap::Subcommand;
use parceld::daemon::control::Call;
use parceld::daemon::pools::{self, PoolUse};
use parceld::daemon::{Setup, archive, clock};
use parceld::ids::{CarrierId, PoolId};
use parceld::station::Station;
use parceld::store::{Store, StoreError};

use super::act::act_and_say;
use super::show::table;
use super::{CommandResult, Failure, ShownArgs, UNAVAILABLE, print};

#[derive(Debug, Subcommand)]
pub(super) enum PoolCommand {
    /// Every pool of this station: the next number, how many are left, for how many days, and whether it waits for a person
    List(ShownArgs),
    /// Say where a pool starts on this database; until then it gives no number
    Start {
        /// The carrier
        #[arg(required_unless_present = "all")]
        carrier: Option<CarrierId>,
        /// The pool's id in the carrier's folder
        #[arg(required_unless_present = "all")]
        pool: Option<PoolId>,
        /// The first serial to use
        #[arg(long, required_unless_present = "all")]
        next: Option<u64>,
        /// Every pool that waits, each from the number that `pool list` shows
        #[arg(long, conflicts_with_all = ["carrier", "pool", "next"])]
        all: bool,
        #[command(flatten)]
        shown: ShownArgs,
    },
}

impl PoolCommand {
    pub(super) fn run(self) -> CommandResult {
        match self {
            Self::List(shown) => list(&shown),
            Self::Start { carrier: Some(carrier), pool: Some(pool), next: Some(next), shown, .. } => {
                let (setup, _) = Setup::load(&shown.config.config)?;
                match pools::unknown(&setup.rules, &setup.cards, &carrier, &pool) {
                    Some(why) => Err(Failure::say(UNAVAILABLE, why)),
                    None => act_and_say(&shown, &Call::StartPool { carrier, pool, next }),
                }
            }
            Self::Start { shown, .. } => act_and_say(&shown, &Call::StartPools),
        }
    }
}

/// Pools of numbers, and from where those go on that wait for a person. Where no station has run yet all of them wait.
fn list(shown: &ShownArgs) -> CommandResult {
    let (setup, _) = Setup::load(&shown.config.config)?;
    let (mut restored, mut station, mut used) = (false, Station::default(), PoolUse::default());
    match Store::read(&setup.config.station.data_dir) {
        Ok(store) => {
            restored = store.is_restored()?;
            station = archive::load(&store)?;
            used = PoolUse::of(&store, &setup.cards, clock())?;
        }
        Err(StoreError::Missing(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let mut pools = pools::pools(&station, &setup.rules, &setup.cards, &used);
    if restored {
        pools["what"] =
            "a backup was put back and no station has started on it yet: what stands here is as old as the \
                         backup. Start the station, then say `parceld pool list` again"
                .into();
    }
    if shown.json {
        print(pools);
        return Ok(());
    }
    let mut lines = pools["pools"].take();
    let mut waiting = Vec::new();
    for line in lines.as_array_mut().into_iter().flatten() {
        if line["days"].is_null() && line["state"] == "gives numbers" {
            line["days"] = "no use yet".into();
        }
        if line["state"] == "not started" {
            waiting.extend(line["todo"].as_str().map(str::to_owned));
        }
    }
    if lines.as_array().is_none_or(Vec::is_empty) {
        print(format_args!("no pool of {}: {}", setup.rules.station, pools::none(&setup.rules)));
        return Ok(());
    }
    table(false, &lines, &["carrier", "pool", "state", "next", "to", "left", "days"]);
    if let Some(what) = pools["what"].as_str() {
        print(what);
    } else if !waiting.is_empty() {
        print("a pool that was not started gives no number; with the first number that was never used:");
        waiting.iter().for_each(|todo| print(format_args!("  {todo}")));
    }
    Ok(())
}
