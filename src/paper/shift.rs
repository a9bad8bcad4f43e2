//! What operators did on a day.

use super::rows::{Rows, SMALL, TEXT, text};
use crate::label::document::Align;
use crate::screen::{Sentence, Words};

/// A day at a station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftSummary {
    /// The station.
    pub station: String,
    /// `2026-11-23`, in the warehouse's zone.
    pub day: String,
    /// When this was written, there.
    pub written: String,
    /// Who did something, by badge.
    pub operators: Vec<Operator>,
}

/// What one of them did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Operator {
    /// By badge; `None` is nobody who signed in.
    pub badge: Option<String>,
    /// Parcels closed.
    pub parcels: u64,
    /// Of them, by carrier.
    pub by_carrier: Vec<(String, u64)>,
    /// Parcels voided after they had a number.
    pub voids: u64,
    /// Labels printed again.
    pub reprints: u64,
    /// Parcels put aside.
    pub held: u64,
    /// Minute of the first closed parcel and of the last: `08:02`.
    pub between: Option<(String, String)>,
}

impl ShiftSummary {
    pub(super) fn write(&self, rows: &mut Rows, words: &Words) {
        let say = |sentence: Sentence| words.say(&sentence);
        rows.title(say(Sentence::PaperShift));
        rows.row(50, [text(self.station.clone(), TEXT, Align::Start)]);
        rows.pair(say(Sentence::PaperDay), self.day.clone());
        if self.operators.is_empty() {
            rows.gap(20);
            rows.row(60, [text(say(Sentence::PaperNothing), TEXT, Align::Start)]);
        }
        for operator in &self.operators {
            operator.write(rows, words);
        }
        rows.rule();
        rows.row(40, [text(format!("{} {}", say(Sentence::PaperWritten), self.written), SMALL, Align::Start)]);
    }
}

impl Operator {
    fn write(&self, rows: &mut Rows, words: &Words) {
        let say = |sentence: Sentence| words.say(&sentence);
        rows.heading(match &self.badge {
            Some(badge) => words.say(&Sentence::PaperOperator { operator: badge.clone() }),
            None => say(Sentence::PaperNobody),
        });
        rows.pair(say(Sentence::PaperParcels), self.parcels.to_string());
        for (carrier, count) in &self.by_carrier {
            rows.part(carrier.clone(), count.to_string());
        }
        if let Some((first, last)) = &self.between {
            rows.pair(say(Sentence::PaperFirst), first.clone());
            rows.pair(say(Sentence::PaperLast), last.clone());
        }
        for (key, count) in [
            (Sentence::PaperVoids, self.voids),
            (Sentence::PaperReprints, self.reprints),
            (Sentence::PaperHeld, self.held),
        ] {
            rows.pair(say(key), count.to_string());
        }
    }
}
