//! Commands that act: through the running station, or, with none running, with its lock in hand.

use std::path::Path;

use parceld::daemon::control::{self, Call, CallError};
use parceld::daemon::{Clocks, Setup, identity};
use parceld::exchange::{order, outcomes};
use parceld::ids::{CarrierId, did_you_mean};

use parceld::screen::Words;
use serde_json::Value;

use super::file::{each, read_bounded};
use super::{AGAIN, CONFIG, CommandResult, Failure, ShownArgs, UNAVAILABLE, count_of, owner, print};

/// What is to be printed is not, with no station running: `parceld manifest print` does it.
pub(super) fn act(setup: &Setup, call: &Call) -> Result<Value, Failure> {
    let data_dir = &setup.config.station.data_dir;
    match control::call(data_dir, call) {
        Ok(done) => Ok(done),
        Err(CallError::Refused(why)) => Err(Failure::say(UNAVAILABLE, why)),
        Err(error @ CallError::Silent(_)) => Err(Failure::new(UNAVAILABLE, error)),
        Err(CallError::NotRunning) => owner::as_owner(data_dir, || act_alone(setup, call)),
    }
}

/// The same by the running station alone; what did not come to it may be tried again.
pub(super) fn act_running(setup: &Setup, call: &Call) -> Result<Value, Failure> {
    control::call(&setup.config.station.data_dir, call).map_err(|error| Failure::new(AGAIN, error))
}

/// With no station running: the command takes its lock, acts, and is done.
fn act_alone(setup: &Setup, call: &Call) -> Result<Value, Failure> {
    let moment = Clocks::new(&setup.config.station).moment();
    let mut core = identity::open(setup, moment)?;
    control::perform(&mut core, moment, call.clone(), &Words::english())
        .map(|(done, _)| done)
        .map_err(|why| Failure::say(UNAVAILABLE, why))
}

pub(super) fn act_and_say(shown: &ShownArgs, call: &Call) -> CommandResult {
    let (setup, _) = Setup::load(&shown.config.config)?;
    act_with(&setup, shown, call)
}

fn act_with(setup: &Setup, shown: &ShownArgs, call: &Call) -> CommandResult {
    let done = act(setup, call)?;
    match (shown.json, done["said"].as_str()) {
        (false, Some(said)) => print(said),
        _ => print(done),
    }
    Ok(())
}

pub(super) fn close_manifest(carrier: CarrierId, shown: &ShownArgs) -> CommandResult {
    let (setup, _) = Setup::load(&shown.config.config)?;
    let known: Vec<&str> = setup.cards.carriers().iter().map(|carrier| carrier.id.as_str()).collect();
    if !known.contains(&carrier.as_str()) {
        let meant = did_you_mean(carrier.as_str(), known.iter().copied());
        let text = format!("no carrier {:?}; {meant}write one of {}", carrier.as_str(), known.join(", "));
        return Err(Failure::say(UNAVAILABLE, text));
    }
    act_with(&setup, shown, &Call::CloseManifest { carrier })
}

pub(super) fn retry(shown: &ShownArgs) -> CommandResult {
    act_and_say(shown, &Call::RetryUplink)
}

/// Reads the configuration alone: its cards may be wrong, and that is what the running station is to say.
pub(super) fn reload_cards(config: &Path) -> CommandResult {
    let (config, _) = parceld::config::Config::load(config)?;
    match control::call(&config.station.data_dir, &Call::ReloadCards) {
        Ok(done) => print(done["said"].as_str().unwrap_or_default()),
        Err(CallError::Refused(why)) => return Err(Failure::say(CONFIG, why)),
        Err(error) => return Err(Failure::new(UNAVAILABLE, error)),
    }
    Ok(())
}

/// Learns what became of parcels; a row that cannot be read is named, and the others count.
pub(super) fn learn(files: &[std::path::PathBuf], config: &Path) -> CommandResult {
    let (setup, _) = Setup::load(config)?;
    let refused = each(files, |file| {
        let shown = file.display();
        let failed = |error: String| Failure::say(UNAVAILABLE, format!("{shown}: {error}"));
        let bytes = read_bounded(file, order::MAX_FILE_BYTES).map_err(failed)?;
        let read = outcomes::read(&bytes).map_err(failed)?;
        for (line, why) in &read.refused {
            print(format!("{shown}:{line}: {why}"));
        }
        let done = act(&setup, &Call::LearnOutcomes { outcomes: read.learned })?;
        print(format!("{shown}: {}", done["said"].as_str().unwrap_or_default()));
        Ok(read.refused.len() as u64)
    })?;
    let refused: u64 = refused.iter().sum();
    if refused > 0 {
        let todo = format!("{} could not be read; mend and import the file again", count_of(refused, "row"));
        return Err(Failure::say(UNAVAILABLE, todo));
    }
    Ok(())
}
