use parceld::station::{Shown, Station};

use crate::record::Record;

/// What was forgotten is no difference: only what is here is compared.
pub(super) fn equal(record: &Record) -> Result<(), String> {
    let mut again = Station::replay(record.facts.iter().cloned());
    let mut station = record.station.clone();
    again.forget(Shown::default());
    station.forget(Shown::default());
    if again == station { Ok(()) } else { Err("replay makes another one".into()) }
}
