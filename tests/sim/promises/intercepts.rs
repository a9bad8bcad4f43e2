use std::collections::{BTreeMap, BTreeSet};

use parceld::station::fact::Fact;

use crate::record::Record;

pub(super) fn stay(record: &Record) -> Result<(), String> {
    let (mut stopped, mut manifests) = (BTreeSet::new(), BTreeMap::new());
    for fact in &record.facts {
        match fact {
            Fact::Intercepted { parcel, late: false, .. } => _ = stopped.insert(*parcel),
            Fact::Released { parcel } | Fact::Voided { parcel, .. } => _ = stopped.remove(parcel),
            Fact::Committed { parcel, .. }
            | Fact::PrintStarted { parcel, .. }
            | Fact::Verified { parcel, .. }
            | Fact::Bagged { parcel, .. }
            | Fact::Caged { parcel, .. }
                if stopped.contains(parcel) =>
            {
                return Err(format!("{parcel}: {}", fact.name()));
            }
            Fact::ManifestClosed { manifest, parcels, .. } => {
                if let Some(parcel) = parcels.iter().find(|parcel| stopped.contains(parcel)) {
                    return Err(format!("{parcel} is on {manifest}"));
                }
                manifests.insert(manifest, parcels);
            }
            Fact::ManifestHandedOver { manifest, left_out } => {
                let parcels = manifests.remove(manifest).ok_or("a manifest was handed over and never closed")?;
                let gone = |parcel: &&_| stopped.contains(parcel) && !left_out.contains(parcel);
                if let Some(parcel) = parcels.iter().find(gone) {
                    return Err(format!("{parcel} went with {manifest}"));
                }
            }
            _ => {}
        }
    }
    Ok(())
}
