//! `parceld backup`, `parceld restore`: a copy of the station's database, and one put into its place.

use std::path::{Path, PathBuf};

use clap::Args;
use parceld::config::Config;
use parceld::daemon::answers::rfc3339;
use parceld::daemon::clock;
use parceld::store::{Backup, BackupBy, BackupError, KEYS, PutBack, back_up, newest_backup, put_back, same_disk};
use serde_json::{Value, json};

use super::{CommandResult, ConfigArg, Failure, ShownArgs, UNAVAILABLE, print};

/// `parceld backup`.
#[derive(Debug, Args)]
pub(super) struct BackupCommand {
    /// The folder; it is made where only its last part is missing
    dir: PathBuf,
    #[command(flatten)]
    shown: ShownArgs,
}

/// `parceld restore`.
#[derive(Debug, Args)]
pub(super) struct RestoreCommand {
    /// A backup, or the folder whose newest one of this station is meant
    from: PathBuf,
    /// Take it also if it is another station's, or does not say whose it is
    #[arg(long)]
    other_station: bool,
    #[command(flatten)]
    config: ConfigArg,
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Store(error) => error.into(),
            error => Self::new(UNAVAILABLE, error),
        }
    }
}

impl BackupCommand {
    pub(super) fn run(&self) -> CommandResult {
        let (config, _) = Config::load(&self.shown.config.config)?;
        let (data_dir, id) = (&config.station.data_dir, &config.station.id);
        let (file, backup) = back_up(data_dir, &self.dir, id, clock(), BackupBy::Person, None)?;
        let is_beside = same_disk(&self.dir, data_dir).unwrap_or(false);
        if self.shown.json {
            print(document(&file, &backup, is_beside));
            return Ok(());
        }
        print(file.display());
        print(told(&backup));
        if is_beside {
            print("it lies on the disk of the station: carry it elsewhere, because that disk may be what breaks");
        }
        Ok(())
    }
}

impl RestoreCommand {
    pub(super) fn run(&self) -> CommandResult {
        let (config, _) = Config::load(&self.config.config)?;
        let (data_dir, id) = (&config.station.data_dir, &config.station.id);
        let from = if self.from.is_dir() { newest_backup(&self.from, id)? } else { self.from.clone() };
        let PutBack { backup, aside } = put_back(&from, data_dir, id, self.other_station, clock())?;
        print(format_args!("{} is the station's database now", from.display()));
        print(told(&backup));
        match aside {
            Some(aside) => print(format_args!(
                "what lay there is in {}: delete it when nobody needs it, it may hold names and addresses",
                aside.display()
            )),
            None => print(format_args!("nothing lay in {} before", data_dir.display())),
        }
        print(NEXT);
        Ok(())
    }
}

/// What comes after a database was put back. It forgot what was done since the backup.
const NEXT: &str = "\
what was packed after the backup is unknown here: its labels stay valid, its orders must not be packed again
next:
  switch off for good what else may run as this station
  sudo systemctl start parceld
  parceld pool list              why no pool gives a number, and from where each may go on
  parceld pool start --all       if you agree
  parceld orders import FILE...  orders that came after the backup, and those that the log of the start counts as without
                                 keys, unless the hub hands them out";

/// What a backup holds, as JSON.
fn document(file: &Path, backup: &Backup, same_disk: bool) -> Value {
    let Backup { station, incarnation, seq, at, orders_with_addresses, orders_sealed, labels } = backup;
    json!({
        "file": file,
        "station": station,
        "incarnation": incarnation,
        "seq": seq,
        "at": at.map(rfc3339),
        "orders_with_addresses": orders_with_addresses,
        "orders_sealed": orders_sealed,
        "labels": labels,
        "same_disk": same_disk,
    })
}

/// What a backup holds, in words.
fn told(backup: &Backup) -> String {
    let Backup { station, incarnation, seq, at, orders_with_addresses, orders_sealed, labels } = backup;
    let station = station.as_deref().unwrap_or("a station without a name");
    let at = at.map_or_else(String::new, |at| format!(", made {}", rfc3339(at)));
    let personal = match (orders_with_addresses, orders_sealed) {
        (0, 0) => "no order in it has a name or an address".to_owned(),
        (0, sealed) => format!(
            "names and addresses in it are sealed: orders {sealed}, labels that came with them {labels}; their keys are in \
             {KEYS} of the data folder alone. Put back where that file is not, these orders are imported again"
        ),
        (orders, _) => format!(
            "it has names and addresses: orders {orders}, labels that came with them {labels}; keep it where nobody else \
             reads it, and delete it when it has served"
        ),
    };
    format!("{station}: facts 1 to {seq} of incarnation {incarnation}{at}; read back, and whole\n{personal}")
}
