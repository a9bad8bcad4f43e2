use std::collections::{BTreeMap, BTreeSet};

use parceld::station::fact::Fact;

use super::Evidence;

/// Every order of the simulator is one parcel.
pub(super) fn as_planned(evidence: &Evidence) -> Result<(), String> {
    let (mut orders, mut live) = (BTreeMap::new(), BTreeMap::<&str, BTreeSet<u64>>::new());
    for fact in &evidence.record.facts {
        match fact {
            Fact::ParcelOpened { parcel, order_ref, .. } => _ = orders.insert(*parcel, order_ref.as_str()),
            Fact::Committed { parcel, .. } => {
                let order = orders.get(parcel).copied().unwrap_or_default();
                let parcels = live.entry(order).or_default();
                parcels.insert(parcel.0);
                if parcels.len() > 1 {
                    return Err(format!("{order} has the live parcels {parcels:?}"));
                }
            }
            Fact::Voided { parcel, .. } => {
                if let Some(order) = orders.get(parcel) {
                    live.entry(order).and_modify(|parcels| _ = parcels.remove(&parcel.0));
                }
            }
            _ => {}
        }
    }
    Ok(())
}
