use parceld::station::Station;

use crate::history::Record;

pub(super) fn equal(record: &Record) -> Result<(), String> {
    let again = Station::replay(record.facts.iter().cloned());
    if again == record.station { Ok(()) } else { Err("replay makes another one".into()) }
}
