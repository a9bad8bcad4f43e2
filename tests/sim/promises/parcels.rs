use parceld::station::parcels::State;

use crate::record::Record;

pub(super) fn accounted(record: &Record) -> Result<(), String> {
    let in_hand = record.station.in_hand().map(|parcel| parcel.id);
    for parcel in record.station.parcels() {
        let ended = parcel.state().closed() || matches!(parcel.state(), State::Held | State::Voided);
        if !ended && in_hand != Some(parcel.id) {
            return Err(format!("{} is {} and in nobody's hand", parcel.id, parcel.state().word()));
        }
    }
    Ok(())
}
