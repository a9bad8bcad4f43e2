use std::collections::BTreeSet;

use parceld::station::fact::Fact;

use crate::record::Record;

pub(super) fn verified_once(record: &Record) -> Result<(), String> {
    let mut ready = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for fact in &record.facts {
        match fact {
            Fact::Verified { parcel, .. } => _ = ready.insert(*parcel),
            Fact::Voided { parcel, .. }
            | Fact::Reopened { parcel, .. }
            | Fact::Held { parcel, .. }
            | Fact::LeftOut { parcel, .. } => _ = ready.remove(parcel),
            Fact::ManifestClosed { manifest, parcels, .. } => {
                if !ids.insert(manifest) || parcels.is_empty() {
                    return Err(format!("{manifest} was closed twice or is empty"));
                }
                if let Some(parcel) = parcels.iter().find(|parcel| !ready.remove(parcel)) {
                    return Err(format!("{parcel} on {manifest} is not verified, is void, or is on another"));
                }
            }
            _ => {}
        }
    }
    Ok(())
}
