//! The small code on a label that says which print of which parcel it is: `P000042.2`.
//!
//! The bars of a reprinted label are those of the old one: a scan of either closes the parcel, and no program can tell them
//! apart. Where a layout prints this code beside them, a label of an earlier print is known by it, and refused. It closes
//! nothing by itself: it is no number of a carrier, and another station may have a parcel of the same name.

use std::str::FromStr;

use crate::ids::ParcelId;
use crate::screen::Sentence;
use crate::station::parcels::{Parcel, State};
use crate::station::{Outcome, Station};

/// One print of one parcel, as its label says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::station) struct PrintMark {
    parcel: ParcelId,
    attempt: u32,
}

impl FromStr for PrintMark {
    type Err = ();

    /// `P000042.2`, and nothing like it.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (parcel, attempt) = text.split_once('.').ok_or(())?;
        let mark = Self { parcel: parcel.parse().map_err(|_| ())?, attempt: attempt.parse().map_err(|_| ())? };
        if mark.attempt > 0 && format!("{}.{}", mark.parcel, mark.attempt) == text { Ok(mark) } else { Err(()) }
    }
}

impl Station {
    /// The parcel of whose prints this is the code of one.
    pub fn parcel_marked(text: &str) -> Option<ParcelId> {
        text.parse::<PrintMark>().ok().map(|mark| mark.parcel)
    }

    /// The code of a print was scanned; `None` where it means nothing here.
    pub(in crate::station) fn scanned_mark(&self, text: &str) -> Option<Outcome> {
        let mark: PrintMark = text.parse().ok()?;
        let parcel = self.parcel(mark.parcel)?;
        match self.in_hand() {
            Some(other) if other.id != mark.parcel => None,
            Some(_) => Some(in_hand(parcel, mark.attempt)),
            None if mark.attempt < parcel.attempt() => Some(old(parcel)),
            None => Some(self.show(mark.parcel)),
        }
    }
}

fn in_hand(parcel: &Parcel, attempt: u32) -> Outcome {
    match parcel.state() {
        _ if attempt < parcel.attempt() => old(parcel),
        State::Committed if attempt == parcel.attempt() => {
            Outcome::stop(Sentence::LabelSpoiled { tracking: parcel.tracking().unwrap_or_default().to_owned() })
        }
        _ if attempt == parcel.attempt() => Outcome::stop(Sentence::ScanBars),
        _ => Outcome::stop(Sentence::WrongLabel { tracking: parcel.tracking().unwrap_or_default().to_owned() }),
    }
}

fn old(parcel: &Parcel) -> Outcome {
    Outcome::stop(Sentence::OldLabel { attempt: parcel.attempt().into() })
}
