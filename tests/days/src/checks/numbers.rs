use std::collections::BTreeMap;

use parceld::station::fact::{Fact, NumberSource, PoolNext};

use super::Evidence;

pub(super) fn on_one_parcel(evidence: &Evidence) -> Result<(), String> {
    let mut used: BTreeMap<String, String> = BTreeMap::new();
    let here = evidence.record.facts.iter().map(|fact| (evidence.lost.len(), fact));
    let lost =
        evidence.lost.iter().enumerate().flat_map(|(history, facts)| facts.iter().map(move |fact| (history, fact)));
    for (history, fact) in lost.chain(here) {
        if let Fact::Committed { parcel, commitment } = fact {
            let whose = format!("{parcel} of history {history}");
            if let Some(other) = used.insert(commitment.tracking.to_string(), whose.clone()) {
                return Err(format!("{} is on {other} and on {whose}", commitment.tracking));
            }
        }
    }
    Ok(())
}

pub(super) fn of_a_pool(evidence: &Evidence) -> Result<(), String> {
    let mut next: BTreeMap<(String, String), u64> = BTreeMap::new();
    for fact in &evidence.record.facts {
        match fact {
            Fact::PoolStarted { carrier, pool, next: start } => {
                let known = next.insert((carrier.to_string(), pool.to_string()), *start);
                if known.is_some_and(|known| *start < known) {
                    return Err(format!("{pool} began again at {start}, below what it had given"));
                }
            }
            Fact::Committed { parcel, commitment } => {
                let NumberSource::Drawn { pool, serial } = &commitment.source else { continue };
                let range = evidence.pools.iter().find(|known| known.id == *pool).ok_or("a pool that is nobody's")?;
                if !(range.from..=range.to).contains(serial) {
                    return Err(format!("{serial} on {parcel} is not of {pool}"));
                }
                let next = next
                    .get_mut(&(commitment.carrier().to_string(), pool.to_string()))
                    .ok_or_else(|| format!("{pool} gave {serial} and nobody began it"))?;
                if *next != *serial {
                    return Err(format!("{pool} gave {serial} to {parcel}, and {next} was next"));
                }
                *next += 1;
            }
            // From here on a person says where they go on, and never below.
            Fact::Copied { next: least, .. } => {
                for PoolNext { carrier, pool, next: from } in least {
                    let known = next.entry((carrier.to_string(), pool.to_string())).or_default();
                    *known = (*known).max(*from);
                }
            }
            _ => {}
        }
    }
    Ok(())
}
