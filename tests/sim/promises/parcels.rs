use parceld::station::parcels::State;

use crate::history::Record;

pub(super) fn accounted(record: &Record) -> Result<(), String> {
    let in_hand = record.station.bench().map(|(id, _)| id);
    for (id, parcel) in record.station.parcels() {
        let ended = parcel.state().closed() || matches!(parcel.state(), State::Held | State::Voided);
        if !ended && in_hand != Some(id) {
            return Err(format!("{id} is {} and in nobody's hand", parcel.state().word()));
        }
    }
    Ok(())
}
