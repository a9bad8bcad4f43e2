use std::collections::BTreeMap;

use parceld::station::fact::Fact;

use crate::record::Record;

/// What the last print of a parcel is.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    Live,
    Spoiled,
}

pub(super) fn none_closes_spoiled(record: &Record) -> Result<(), String> {
    let mut last = BTreeMap::new();
    for fact in &record.facts {
        match fact {
            Fact::PrintStarted { parcel, .. } => _ = last.insert(*parcel, Last::Live),
            Fact::PrintSpoiled { parcel, .. } | Fact::PrintAborted { parcel, .. } => {
                _ = last.insert(*parcel, Last::Spoiled);
            }
            Fact::Verified { parcel, .. } if last.get(parcel) != Some(&Last::Live) => {
                return Err(format!("{parcel} was closed and has no live label"));
            }
            _ => {}
        }
    }
    Ok(())
}

pub(super) fn one_live_label(record: &Record) -> Result<(), String> {
    let mut live = BTreeMap::new();
    for fact in &record.facts {
        match fact {
            Fact::PrintStarted { parcel, attempt, .. } => {
                if let Some(other) = live.insert(*parcel, *attempt) {
                    return Err(format!("{parcel}: print {attempt} began and print {other} may be out"));
                }
            }
            Fact::PrintSpoiled { parcel, .. } | Fact::PrintAborted { parcel, .. } => _ = live.remove(parcel),
            _ => {}
        }
    }
    Ok(())
}
