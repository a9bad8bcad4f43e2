//! `parceld subject`: what the station holds about one buyer, and keys that are lost.

use std::path::PathBuf;

use clap::Subcommand;
use nix::unistd::{Uid, User};
use parceld::config::Config;
use parceld::daemon::control::Call;
use parceld::daemon::{Setup, clock, subject};
use parceld::store::{Store, renew_keys};

use super::file::write_private;
use super::{CommandResult, ConfigArg, Failure, ShownArgs, USAGE, act, owner, print, show};

/// Longest name of whoever says that something is erased.
const MAX_NAME: usize = 64;

/// `parceld subject`.
#[derive(Debug, Subcommand)]
pub(super) enum SubjectCommand {
    /// Everything that is held about the buyer of an order, as JSON
    Export {
        /// Its order_ref, or SHOP/order_ref
        order: String,
        /// The shop, where its number alone means several orders
        #[arg(long, value_name = "NAME")]
        shop: Option<String>,
        /// The file to write, which only you may read; without, it is printed
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        #[command(flatten)]
        config: ConfigArg,
    },
    /// Erase it at once: names, address and label cannot be read any more
    Erase {
        /// Its order_ref, or SHOP/order_ref
        order: String,
        /// The shop, where its number alone means several orders
        #[arg(long, value_name = "NAME")]
        shop: Option<String>,
        /// Who says so, which is kept; without, your user name
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        /// Also where a parcel has not gone yet; its label cannot be printed again then
        #[arg(long)]
        even_open: bool,
        #[command(flatten)]
        shown: ShownArgs,
    },
    /// Begin new keys where station.keys is lost or damaged: what is to be packed has to be imported again
    RenewKeys(ConfigArg),
}

impl SubjectCommand {
    pub(super) fn run(self) -> CommandResult {
        match self {
            Self::Export { order, shop, out, config } => {
                let memory = show::open(&config.config)?;
                let id = show::one_order(&memory.store, &order, shop.as_deref())?;
                let document = subject::export(memory.archive(), &id)?;
                match out {
                    Some(out) => {
                        write_private(&out, format!("{document:#}\n").as_bytes())?;
                        print(format_args!("{}: delete it when it has served", out.display()));
                    }
                    None => print(format_args!("{document:#}")),
                }
                Ok(())
            }
            Self::Erase { order, shop, by, even_open, shown } => {
                let by = by.map_or_else(user, Ok)?;
                if by.trim().is_empty() || by.chars().count() > MAX_NAME || by.chars().any(char::is_control) {
                    return Err(Failure::say(USAGE, format!("--by: write a name of 1 to {MAX_NAME} characters")));
                }
                let (setup, _) = Setup::load(&shown.config.config)?;
                let id = show::one_order(&Store::read(&setup.config.station.data_dir)?, &order, shop.as_deref())?;
                let done = act::act(&setup, &Call::EraseSubject { order: id, by, even_open })?;
                match (shown.json, done["said"].as_str()) {
                    (false, Some(said)) => print(said),
                    _ => print(done),
                }
                Ok(())
            }
            Self::RenewKeys(config) => {
                let (config, _) = Config::load(&config.config)?;
                let data_dir = &config.station.data_dir;
                let (aside, lost) = owner::as_owner(data_dir, || Ok(renew_keys(data_dir, clock())?))?;
                if let Some(aside) = aside {
                    print(format_args!("what lay there is in {}", aside.display()));
                }
                print(format_args!("new keys are begun; orders whose names and addresses are gone: {lost}"));
                print("import again what is to be packed; numbers, parcels and events are as they were");
                Ok(())
            }
        }
    }
}

/// Who types this, also behind `sudo`.
fn user() -> Result<String, Failure> {
    let known = std::env::var("SUDO_USER").ok().or_else(|| Some(User::from_uid(Uid::current()).ok()??.name));
    known.ok_or_else(|| Failure::say(USAGE, "your user has no name; say who you are with --by NAME"))
}
