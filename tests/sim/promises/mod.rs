//! One promise a file; each knows only the record of what happened, and not how the station is made.

mod labels;
mod manifests;
mod numbers;
mod parcels;
mod prints;
mod replay;

use crate::history::Record;

pub(crate) type Promise = (&'static str, fn(&Record) -> Result<(), String>);

pub(crate) const ALL: [Promise; 8] = [
    ("every label that came out is known", labels::known),
    ("no number is on two parcels", numbers::once),
    ("no parcel closes with a spoiled label", prints::none_closes_spoiled),
    ("no second live label without a word that the first is spoiled", prints::one_live_label),
    ("manifests hold verified parcels, each once", manifests::verified_once),
    ("events are numbered without a gap", numbers::dense),
    ("the same facts make the same station", replay::equal),
    ("nothing is forgotten", parcels::accounted),
];

pub(crate) fn check(record: &Record) -> Result<(), String> {
    ALL.iter().try_for_each(|(name, promise)| promise(record).map_err(|why| format!("{name}: {why}")))
}
