//! One promise a file; each knows only the record of what happened, and not how the station is made.

mod bags;
mod dates;
mod intercepts;
mod labels;
mod leave;
mod manifests;
mod marks;
mod numbers;
mod parcels;
mod prints;
mod replay;

use crate::record::Record;

pub(crate) type Promise = (&'static str, fn(&Record) -> Result<(), String>);

pub(crate) const ALL: [Promise; 17] = [
    ("every label that came out is known", labels::known),
    ("no number is on two parcels", numbers::once),
    ("no parcel closes with a spoiled label", prints::none_closes_spoiled),
    ("no second live label without a word that the first is spoiled", prints::one_live_label),
    ("manifests hold verified parcels, each once", manifests::verified_once),
    ("a bag holds parcels of one carrier and day, and goes with one manifest, and so does a pallet", bags::kept),
    ("events are numbered without a gap", numbers::dense),
    ("what is printed again by itself had not come out, and is tried three times", labels::nothing_came_out),
    ("a parcel has one label that is not spoiled", labels::one_live),
    ("a closed parcel's label came out", labels::closed_with_one),
    ("a fourth print has, and a closed parcel's, a supervisor's leave", leave::given),
    ("no parcel closes without its stickers", marks::on),
    ("what must not travel stays", intercepts::stay),
    ("ship dates never fall, and none is given while the clock is in doubt", dates::never_fall),
    ("a label has the day that it is", dates::true_days),
    ("the same facts make the same station", replay::equal),
    ("nothing is forgotten", parcels::accounted),
];

pub(crate) fn check(record: &Record) -> Result<(), String> {
    ALL.iter().try_for_each(|(name, promise)| promise(record).map_err(|why| format!("{name}: {why}")))
}
