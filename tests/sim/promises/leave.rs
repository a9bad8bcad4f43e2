use parceld::station::fact::{Cause, Fact};

use crate::packer::SUPERVISOR;
use crate::record::Record;

pub(super) fn given(record: &Record) -> Result<(), String> {
    let mut reopened = None;
    for fact in &record.facts {
        match fact {
            Fact::Reopened { parcel, supervisor } => {
                if supervisor != SUPERVISOR {
                    return Err(format!("{parcel} was opened again by {supervisor}"));
                }
                reopened = Some(*parcel);
            }
            Fact::PrintSpoiled { parcel, attempt, cause, supervisor, .. } if *cause != Some(Cause::NothingOut) => {
                let needed = *attempt >= 3 || reopened == Some(*parcel);
                if needed && supervisor.as_deref() != Some(SUPERVISOR) {
                    return Err(format!("print {} of {parcel} was allowed by {supervisor:?}", attempt + 1));
                }
                reopened = None;
            }
            _ => {}
        }
    }
    Ok(())
}
