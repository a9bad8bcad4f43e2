//! What is stuck on a bag or a pallet that has no SSCC: the station's own name for it, as text and as a QR code.

use super::rows::{self, Rows, SMALL, TEXT, framed, qr, space, text, wide};
use crate::label::document::Align;
use crate::screen::{Sentence, Words};

/// A bag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BagSlip {
    /// `US-LAX-1.LAX1-ST03.B000012`: what its code says.
    pub id: String,
    /// `B000012`.
    pub short: String,
    /// What the carrier is called.
    pub carrier: String,
    /// The day it is handed over.
    pub ship_date: String,
    /// Parcels in it.
    pub parcels: usize,
    /// Of a pallet: bags on it.
    pub bags: Option<usize>,
    /// What they weigh: `12.345 kg`.
    pub weight: String,
    /// It must not travel.
    pub specimen: bool,
}

impl BagSlip {
    pub(super) fn write(&self, rows: &mut Rows, words: &Words) {
        let say = |sentence: Sentence| words.say(&sentence);
        rows.title(format!(
            "{} {}",
            say(if self.bags.is_some() { Sentence::PaperPallet } else { Sentence::PaperBag }),
            self.short
        ));
        rows.row(130, [text(self.carrier.clone(), 120, Align::Middle)]);
        rows.rule();
        let count = match self.bags {
            Some(bags) => (
                format!("{} / {}", say(Sentence::PaperBags), say(Sentence::PaperParcels)),
                format!("{bags} / {}", self.parcels),
            ),
            None => (say(Sentence::PaperParcels), self.parcels.to_string()),
        };
        let facts = [
            (say(Sentence::PaperShipDate), self.ship_date.clone()),
            count,
            (say(Sentence::PaperWeight), self.weight.clone()),
        ];
        let titled = |(name, value)| {
            [rows::row(38, [text(name, SMALL, Align::Start)]), rows::row(62, [text(value, 56, Align::Start)])]
        };
        let column = rows::rows(facts.into_iter().flat_map(titled));
        rows.row(300, [wide(qr(&self.id), 300), space(20), column]);
        rows.row(50, [text(self.id.clone(), TEXT, Align::Middle)]);
        if self.specimen {
            rows.gap(10);
            rows.row(100, [framed(text("SPECIMEN", 80, Align::Middle))]);
        }
        rows.gap(10);
    }
}
