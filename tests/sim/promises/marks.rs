use std::collections::{BTreeMap, BTreeSet};

use parceld::station::fact::Fact;

use crate::record::Record;

pub(super) fn on(record: &Record) -> Result<(), String> {
    let mut wanted: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
    for fact in &record.facts {
        match fact {
            Fact::Committed { parcel, commitment } => {
                wanted.insert(parcel.0, commitment.marks.iter().map(String::as_str).collect());
            }
            Fact::Marked { parcel, mark, .. } => {
                wanted.entry(parcel.0).and_modify(|marks| _ = marks.remove(mark.as_str()));
            }
            Fact::Verified { parcel, .. } if wanted.get(&parcel.0).is_some_and(|marks| !marks.is_empty()) => {
                return Err(format!("{parcel} was closed without {:?}", wanted[&parcel.0]));
            }
            _ => {}
        }
    }
    Ok(())
}
