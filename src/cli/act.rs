//! Commands that act: through the running station, or, with none running, with its lock in hand.

use std::io::{IsTerminal, Write};
use std::path::Path;

use parceld::daemon::control::{self, Call, CallError};
use parceld::daemon::{Core, Moment, Setup, clock, minute, today};
use parceld::exchange::{order, outcomes};
use parceld::screen::Words;
use parceld::store::Store;
use parceld::units::Uptime;
use serde_json::Value;

use super::{CONFIG, Done, Failure, Shown, UNAVAILABLE, USAGE, print};

/// Orders sent to the station at once.
const CHUNK: usize = 500;

fn act(setup: &Setup, call: &Call) -> Result<Value, Failure> {
    let data_dir = &setup.config.station.data_dir;
    match control::call(data_dir, call) {
        Ok(done) => Ok(done),
        Err(CallError::Refused(why)) => Err(Failure::say(UNAVAILABLE, why)),
        Err(error @ CallError::Silent(_)) => Err(Failure::new(UNAVAILABLE, error)),
        Err(CallError::NotRunning) => {
            let mut core = Core::new(Store::open(data_dir)?, setup.rules.clone(), setup.cards.clone())?;
            let wall = clock();
            let zone = &setup.config.station.timezone;
            let moment = Moment { now: Uptime(0), wall, today: today(zone, wall), minute: minute(zone, wall) };
            control::perform(&mut core, moment, call.clone(), &Words::english())
                .map_err(|why| Failure::say(UNAVAILABLE, why))
        }
    }
}

fn act_and_say(shown: &Shown, call: &Call) -> Done {
    let (setup, _) = Setup::load(&shown.config.config)?;
    let done = act(&setup, call)?;
    match (shown.json, done["said"].as_str()) {
        (false, Some(said)) => print(said),
        _ => print(done),
    }
    Ok(())
}

pub(super) fn close_manifest(carrier: String, shown: &Shown) -> Done {
    act_and_say(shown, &Call::CloseManifest { carrier })
}

pub(super) fn retry(shown: &Shown) -> Done {
    act_and_say(shown, &Call::RetryUplink)
}

/// Reads the configuration alone: its cards may be wrong, and that is what the running station is to say.
pub(super) fn reload_cards(config: &Path) -> Done {
    let (config, _) = parceld::config::Config::load(config)?;
    match control::call(&config.station.data_dir, &Call::ReloadCards) {
        Ok(done) => print(done["said"].as_str().unwrap_or_default()),
        Err(CallError::Refused(why)) => return Err(Failure::say(CONFIG, why)),
        Err(error) => return Err(Failure::new(UNAVAILABLE, error)),
    }
    Ok(())
}

pub(super) fn start_pool(carrier: String, pool: String, next: u64, shown: &Shown) -> Done {
    act_and_say(shown, &Call::StartPool { carrier, pool, next })
}

/// Learns what became of parcels; a row that cannot be read is named, and the others count.
pub(super) fn learn(files: &[std::path::PathBuf], config: &Path) -> Done {
    let (setup, _) = Setup::load(config)?;
    let mut refused = 0;
    for file in files {
        let shown = file.display();
        let failed = |error: String| Failure::say(UNAVAILABLE, format!("{shown}: {error}"));
        let bytes = read_bounded(file).map_err(|error| failed(error.to_string()))?;
        let read = outcomes::read(&bytes).map_err(failed)?;
        for (line, why) in &read.refused {
            print(format!("{shown}:{line}: {why}"));
        }
        refused += read.refused.len();
        let done = act(&setup, &Call::LearnOutcomes { outcomes: read.learned })?;
        print(format!("{shown}: {}", done["said"].as_str().unwrap_or_default()));
    }
    if refused > 0 {
        let todo = format!("{refused} rows could not be read; mend them and import the file again");
        return Err(Failure::say(UNAVAILABLE, todo));
    }
    Ok(())
}

/// Imports files; each may have its own refused rows, kept in a reject file beside it.
pub(super) fn import(files: &[std::path::PathBuf], config: &Path, format: &str) -> Done {
    if format != order::SCHEMA {
        return Err(Failure::say(USAGE, format!("no format {format:?}; this version reads {}", order::SCHEMA)));
    }
    let (setup, _) = Setup::load(config)?;
    let mut refused = 0;
    for file in files {
        refused += import_file(&setup, file)?;
    }
    if refused > 0 {
        return Err(Failure::say(
            UNAVAILABLE,
            format!("{refused} orders were refused; mend them and import them again"),
        ));
    }
    Ok(())
}

fn import_file(setup: &Setup, file: &Path) -> Result<usize, Failure> {
    let shown = file.display();
    let bytes = read_bounded(file).map_err(|error| Failure::say(UNAVAILABLE, format!("read {shown}: {error}")))?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let batch = order::read(&bytes, &name);
    let rejects = file.with_file_name(format!("{name}.rejects.csv"));
    if batch.refused.is_empty() {
        let _ = std::fs::remove_file(&rejects);
    } else {
        std::fs::write(&rejects, order::reject_file(&batch))
            .map_err(|error| Failure::say(UNAVAILABLE, format!("write {}: {error}", rejects.display())))?;
    }
    for row in &batch.refused {
        print(format!("{shown}:{}: {}", row.row, row.reason));
    }
    let (refused, total) = (batch.refused.len(), batch.accepted.len());
    let orders: Vec<_> = batch.accepted.into_iter().map(control::stored).collect();
    let mut counts = [0_u64; 3];
    for (done, chunk) in orders.chunks(CHUNK).enumerate() {
        let answer = act(setup, &Call::Import { orders: chunk.to_vec() })?;
        for (count, name) in counts.iter_mut().zip(["accepted", "unchanged", "older"]) {
            *count += answer[name].as_u64().unwrap_or(0);
        }
        if std::io::stderr().is_terminal() {
            let _ = write!(std::io::stderr(), "\r{} of {total}", (done * CHUNK + chunk.len()).min(total));
        }
    }
    if std::io::stderr().is_terminal() {
        let _ = writeln!(std::io::stderr());
    }
    let [accepted, unchanged, older] = counts;
    print(format!("{shown}: {accepted} accepted, {unchanged} unchanged, {older} older ignored, {refused} refused"));
    if refused > 0 {
        print(format!("{shown}: refused rows are in {}", rejects.display()));
    }
    Ok(refused)
}

/// A file larger than the limit is read one byte past it, so that the reader says what is wrong with it.
fn read_bounded(file: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(file)?.take(order::MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
