//! `parceld check`.

use std::path::Path;

use parceld::config::{Config, Severity};
use parceld::daemon::readiness::{self, SeenMemory, Shortcoming, Urgency};
use parceld::daemon::{Setup, archive, clock};
use parceld::store::{Store, StoreError};

use super::{CONFIG, CommandResult, Failure, count_of, owner, print};

/// Every problem, one a line; where none stops the station, what keeps parcels here all the same, most urgent first.
pub(super) fn check(config: &Path) -> CommandResult {
    let problems = Config::check_all(config);
    let mut errors = 0_u64;
    for problem in &problems {
        errors += u64::from(problem.severity == Severity::Error);
        print(problem);
    }
    let warnings = problems.len() as u64 - errors;
    if errors > 0 {
        return Err(Failure::say(
            CONFIG,
            format!(
                "{}, {}; mend the errors and check again",
                count_of(errors, "error"),
                count_of(warnings, "warning")
            ),
        ));
    }
    print(format!("{}: good, {}", config.display(), count_of(warnings, "warning")));
    let (setup, _) = Setup::load(config)?;
    let lacking = lacking(&setup)?;
    lacking.iter().for_each(print);
    let stops = lacking.iter().filter(|lacking| lacking.urgency == Urgency::Stops).count();
    match stops {
        0 => print("parcels can go out"),
        1 => print("1 thing keeps parcels from going out"),
        stops => print(format_args!("{stops} things keep parcels from going out")),
    }
    Ok(())
}

/// What is lacking, as the user sees it whose memory it is. Whoever checks a file need not be who may look into that.
pub(super) fn lacking(setup: &Setup) -> Result<Vec<Shortcoming>, Failure> {
    let data_dir = &setup.config.station.data_dir;
    let without = |memory: SeenMemory<'_>| readiness::shortcomings(setup, memory, clock()).map_err(Failure::from);
    if !data_dir.is_dir() {
        return without(SeenMemory::Empty);
    }
    let looked = owner::as_owner(data_dir, || {
        let store = match Store::read(data_dir) {
            Err(StoreError::Missing(_)) => return without(SeenMemory::Empty),
            store => store?,
        };
        let station = archive::load(&store)?;
        without(SeenMemory::Open(&station, &store))
    });
    looked.or_else(|closed| {
        print(format_args!("not checked: what the station has; {:#}", closed.error));
        without(SeenMemory::Closed)
    })
}
