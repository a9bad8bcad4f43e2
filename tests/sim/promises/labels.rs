use std::collections::{BTreeMap, BTreeSet};

use parceld::station::fact::{Cause, Fact, FactKind};

use crate::record::Record;

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
    for job in record.emitted.iter().map(|out| out.job) {
        if !started.contains(&(job.parcel.0, job.attempt)) {
            return Err(format!("{job:?} came out and nobody started it"));
        }
        if !out.insert((job.parcel.0, job.attempt)) {
            return Err(format!("{job:?} came out twice"));
        }
    }
    Ok(())
}

/// Neither before nor after.
pub(super) fn nothing_came_out(record: &Record) -> Result<(), String> {
    for fact in &record.facts {
        let Fact::PrintSpoiled { parcel, attempt, cause: Some(Cause::NothingOut), reason, .. } = fact else { continue };
        if *attempt > 2 {
            return Err(format!("{parcel} was printed by itself after print {attempt}"));
        }
        if record.emitted.iter().any(|out| out.job.parcel == *parcel && out.job.attempt == *attempt) {
            return Err(format!(
                "print {attempt} of {parcel} is out; the station knew from {reason:?} that it was not"
            ));
        }
    }
    Ok(())
}

pub(super) fn one_live(record: &Record) -> Result<(), String> {
    let mut live: BTreeMap<u64, BTreeSet<u32>> = BTreeMap::new();
    for out in &record.emitted {
        live.entry(out.job.parcel.0).or_default().insert(out.job.attempt);
    }
    for fact in &record.facts {
        match fact {
            Fact::PrintSpoiled { parcel, attempt, .. } => {
                live.entry(parcel.0).and_modify(|attempts| _ = attempts.remove(attempt));
            }
            Fact::Voided { parcel, .. } => _ = live.remove(&parcel.0),
            _ => {}
        }
    }
    match live.iter().find(|(_, attempts)| attempts.len() > 1) {
        Some((parcel, attempts)) => Err(format!("parcel {parcel} has prints {attempts:?}")),
        None => Ok(()),
    }
}

pub(super) fn closed_with_one(record: &Record) -> Result<(), String> {
    let facts = record.facts.iter().filter(|fact| fact.kind() != FactKind::Decided);
    for (recorded, fact) in facts.enumerate() {
        if let Fact::Verified { parcel, .. } = fact
            && !record.emitted.iter().any(|out| out.job.parcel == *parcel && out.after <= recorded)
        {
            return Err(format!("{parcel} was closed and nothing had come out"));
        }
    }
    Ok(())
}
