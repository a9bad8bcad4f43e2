use std::collections::BTreeMap;

use parceld::station::Station;
use parceld::station::fact::Fact;

use crate::record::Record;

pub(super) fn once(record: &Record) -> Result<(), String> {
    let mut used = BTreeMap::new();
    for fact in &record.facts {
        if let Fact::Committed { parcel, commitment } = fact
            && let Some(other) = used.insert(&commitment.tracking, parcel)
        {
            return Err(format!("{} is on {other} and on {parcel}", commitment.tracking));
        }
    }
    Ok(())
}

pub(super) fn dense(record: &Record) -> Result<(), String> {
    let mut station = Station::default();
    let mut told = 0;
    for fact in &record.facts {
        told += u64::from(station.announces(fact).is_some());
        station.evolve(fact);
    }
    match &record.outbox {
        Some(seqs) if !seqs.iter().copied().eq(1..=told) => Err(format!("the outbox has {seqs:?} of {told}")),
        _ => Ok(()),
    }
}
