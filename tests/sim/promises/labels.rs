use std::collections::BTreeSet;

use parceld::station::fact::Fact;

use crate::history::Record;

pub(super) fn known(record: &Record) -> Result<(), String> {
    let mut started = BTreeSet::new();
    for fact in &record.facts {
        match fact {
            Fact::PrintStarted { parcel, attempt, .. } => _ = started.insert((parcel.0, *attempt)),
            Fact::PrintAborted { parcel, attempt, .. } => _ = started.remove(&(parcel.0, *attempt)),
            _ => {}
        }
    }
    let mut out = BTreeSet::new();
    for job in &record.emitted {
        if !started.contains(&(job.parcel.0, job.attempt)) {
            return Err(format!("{job:?} came out and nobody started it"));
        }
        if !out.insert((job.parcel.0, job.attempt)) {
            return Err(format!("{job:?} came out twice"));
        }
    }
    Ok(())
}
