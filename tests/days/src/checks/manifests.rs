use std::collections::{BTreeMap, BTreeSet};

use parceld::ids::ParcelId;
use parceld::station::fact::Fact;

use super::Evidence;
use crate::paper_label::PaperLabel;

pub(super) fn closed_only(evidence: &Evidence) -> Result<(), String> {
    let mut closed = BTreeSet::new();
    for fact in &evidence.record.facts {
        match fact {
            Fact::Verified { parcel, .. } | Fact::Attested { parcel, .. } => _ = closed.insert(*parcel),
            Fact::Voided { parcel, .. } | Fact::Reopened { parcel, .. } | Fact::Held { parcel, .. } => {
                closed.remove(parcel);
            }
            Fact::ManifestClosed { manifest, parcels, .. } => {
                if let Some(parcel) = parcels.iter().find(|parcel| !closed.contains(parcel)) {
                    return Err(format!("{parcel} on {manifest} is not closed"));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The journal of the history in which a label came out knows its print.
pub(super) fn labels_are_known(evidence: &Evidence) -> Result<(), String> {
    let mut known: BTreeMap<(u64, u32), bool> = BTreeMap::new();
    for fact in &evidence.record.facts {
        match fact {
            Fact::PrintStarted { parcel, attempt, .. } => _ = known.insert((parcel.0, *attempt), true),
            // It was said that not one byte was taken.
            Fact::PrintAborted { parcel, attempt, .. } => _ = known.insert((parcel.0, *attempt), false),
            _ => {}
        }
    }
    let mut out = BTreeSet::new();
    for label in evidence.labels.iter().filter(|label| label.history == evidence.history) {
        let print = (label.job.parcel.0, label.job.attempt);
        if known.get(&print) != Some(&true) {
            return Err(format!("{:?} came out and nobody began it", label.job));
        }
        if !out.insert(print) {
            return Err(format!("{:?} came out twice", label.job));
        }
    }
    let lost: BTreeSet<&str> =
        evidence.lost.iter().flatten().filter_map(number).map(|(_, tracking)| tracking).collect();
    let here: BTreeSet<&str> = evidence.record.facts.iter().filter_map(number).map(|(_, tracking)| tracking).collect();
    let unknown =
        |label: &&PaperLabel| !lost.contains(label.tracking.as_str()) && !here.contains(label.tracking.as_str());
    match evidence.labels.iter().find(unknown) {
        Some(label) => Err(format!("{:?} came out with {:?}, which nobody used", label.job, label.tracking)),
        None => Ok(()),
    }
}

/// A parcel that went with its carrier has a label of its own number that came out before it was closed.
pub(super) fn nothing_without_label(evidence: &Evidence) -> Result<(), String> {
    let numbers: BTreeMap<ParcelId, &str> = evidence.record.facts.iter().filter_map(number).collect();
    let paper: BTreeSet<(ParcelId, &str)> =
        evidence.labels.iter().map(|label| (label.job.parcel, label.tracking.as_str())).collect();
    for fact in &evidence.record.facts {
        let Fact::ManifestClosed { manifest, parcels, .. } = fact else { continue };
        for parcel in parcels {
            let tracking = numbers.get(parcel).copied().unwrap_or_default();
            if !paper.contains(&(*parcel, tracking)) {
                return Err(format!("{parcel} on {manifest} has no label with {tracking}"));
            }
        }
    }
    Ok(())
}

fn number(fact: &Fact) -> Option<(ParcelId, &str)> {
    match fact {
        Fact::Committed { parcel, commitment } => Some((*parcel, commitment.tracking.as_str())),
        _ => None,
    }
}
