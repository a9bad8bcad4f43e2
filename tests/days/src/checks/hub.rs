use std::collections::BTreeMap;

use parceld::station::fact::Fact;
use serde::Deserialize;

use super::Evidence;

/// What is looked at of an event.
#[derive(Deserialize)]
struct Outline<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    stationseq: u64,
    #[serde(borrow)]
    data: &'a serde_json::value::RawValue,
}

#[derive(Deserialize)]
struct Numbered {
    tracking: Option<String>,
}

#[derive(Deserialize)]
struct Closed {
    manifest_id: String,
    parcels: Vec<Numbered>,
}

pub(super) fn committed_once(evidence: &Evidence) -> Result<(), String> {
    let mut told: BTreeMap<String, Vec<(&str, u64)>> = BTreeMap::new();
    for taken in &evidence.taken {
        let Ok(outline) = serde_json::from_str::<Outline<'_>>(&taken.body) else {
            return Err(format!("event {} of {} is not one", taken.seq, taken.incarnation));
        };
        if outline.kind == "parceld.parcel.committed" {
            let parcel: Numbered = serde_json::from_str(outline.data.get()).map_err(|error| error.to_string())?;
            told.entry(parcel.tracking.unwrap_or_default()).or_default().push((&taken.incarnation, taken.seq));
        }
    }
    if let Some((tracking, times)) = told.iter().find(|(_, times)| times.len() > 1) {
        return Err(format!("{tracking} was told more than once: {times:?}"));
    }
    for fact in &evidence.record.facts {
        if let Fact::Committed { parcel, commitment } = fact
            && !told.contains_key(commitment.tracking.as_str())
        {
            return Err(format!("{parcel} with {} is not there", commitment.tracking));
        }
    }
    Ok(())
}

pub(super) fn lines_once(evidence: &Evidence) -> Result<(), String> {
    let mut lines: BTreeMap<(String, String), u32> = BTreeMap::new();
    for taken in &evidence.taken {
        let outline: Outline<'_> = serde_json::from_str(&taken.body).map_err(|error| error.to_string())?;
        if outline.kind == "parceld.manifest.closed" {
            let closed: Closed = serde_json::from_str(outline.data.get()).map_err(|error| error.to_string())?;
            for parcel in closed.parcels {
                let line = (closed.manifest_id.clone(), parcel.tracking.unwrap_or_default());
                *lines.entry(line).or_default() += 1;
            }
        }
    }
    if let Some(((manifest, tracking), times)) = lines.iter().find(|(_, times)| **times > 1) {
        return Err(format!("{tracking} on {manifest} was told {times} times"));
    }
    let mut numbers = BTreeMap::new();
    for fact in &evidence.record.facts {
        match fact {
            Fact::Committed { parcel, commitment } => _ = numbers.insert(*parcel, commitment.tracking.to_string()),
            Fact::ManifestClosed { manifest, parcels, .. } => {
                for parcel in parcels {
                    let tracking = numbers.get(parcel).cloned().unwrap_or_default();
                    if !lines.contains_key(&(manifest.clone(), tracking.clone())) {
                        return Err(format!("{tracking} on {manifest} is not there"));
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

pub(super) fn dense(evidence: &Evidence) -> Result<(), String> {
    let mut expected: BTreeMap<&str, u64> = BTreeMap::new();
    for taken in &evidence.taken {
        let outline: Outline<'_> = serde_json::from_str(&taken.body).map_err(|error| error.to_string())?;
        let next = expected.entry(&taken.incarnation).or_default();
        *next += 1;
        if outline.stationseq != *next || taken.seq != *next {
            return Err(format!("{} stands in the place of {next} of {}", outline.stationseq, taken.incarnation));
        }
    }
    Ok(())
}

pub(super) fn drained(evidence: &Evidence) -> Result<(), String> {
    if evidence.waits == 0 { Ok(()) } else { Err(format!("{} events wait", evidence.waits)) }
}
