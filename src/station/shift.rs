//! What operators did in a span of the journal.

#![deny(clippy::wildcard_enum_match_arm)]

use std::collections::BTreeMap;

use crate::ids::{CarrierId, ParcelId};
use crate::station::fact::Fact;
use crate::units::Timestamp;

/// Counts by operator; `None` is nobody who signed in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shift {
    /// By badge.
    pub operators: BTreeMap<Option<String>, Done>,
    now: Option<String>,
    carriers: BTreeMap<ParcelId, CarrierId>,
}

/// What one operator did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// Parcels closed, by carrier.
    pub parcels: BTreeMap<CarrierId, u64>,
    /// Parcels voided after they had a number.
    pub voids: u64,
    /// Labels printed again.
    pub reprints: u64,
    /// Parcels put aside.
    pub held: u64,
    /// When the first parcel was closed, and the last.
    pub between: Option<(Timestamp, Timestamp)>,
}

impl Shift {
    /// A span that begins with this operator signed in.
    pub fn beginning_with(operator: Option<String>) -> Self {
        Self { now: operator, ..Self::default() }
    }

    /// Takes in one fact and when it was recorded. `carrier` is asked for the carrier of a parcel whose number is older than
    /// the span; `None` is a parcel without a number.
    pub fn take(&mut self, at: Timestamp, fact: &Fact, carrier: impl FnOnce(ParcelId) -> Option<CarrierId>) {
        match fact {
            Fact::OperatorChanged { operator } => self.now.clone_from(operator),
            Fact::Committed { parcel, commitment } => {
                self.carriers.insert(*parcel, commitment.carrier().clone());
            }
            Fact::Verified { parcel, .. } | Fact::Attested { parcel, .. } => {
                // What is closed has a label, and so a carrier.
                let Some(carrier) = self.carriers.get(parcel).cloned().or_else(|| carrier(*parcel)) else { return };
                let done = self.done();
                *done.parcels.entry(carrier).or_insert(0) += 1;
                done.between = Some((done.between.map_or(at, |(first, _)| first), at));
            }
            Fact::Voided { parcel, .. } => {
                if self.carriers.contains_key(parcel) || carrier(*parcel).is_some() {
                    self.done().voids += 1;
                }
            }
            Fact::PrintStarted { attempt: ..=1, .. } => {}
            Fact::PrintStarted { .. } => self.done().reprints += 1,
            Fact::Held { .. } => self.done().held += 1,
            Fact::ParcelOpened { .. }
            | Fact::BoxChosen { .. }
            | Fact::Weighed { .. }
            | Fact::Decided { .. }
            | Fact::PrintSent { .. }
            | Fact::PrintConfirmed { .. }
            | Fact::PrintAborted { .. }
            | Fact::PrintDoubted { .. }
            | Fact::PrintSpoiled { .. }
            | Fact::Reopened { .. }
            | Fact::Marked { .. }
            | Fact::Resumed { .. }
            | Fact::Intercepted { .. }
            | Fact::Released { .. }
            | Fact::LeftOut { .. }
            | Fact::OrderRefused { .. }
            | Fact::Copied { .. }
            | Fact::CopySettled
            | Fact::BagOpened { .. }
            | Fact::Palleted { .. }
            | Fact::Bagged { .. }
            | Fact::BagClosed { .. }
            | Fact::Caged { .. }
            | Fact::ManifestClosed { .. }
            | Fact::ManifestHandedOver { .. }
            | Fact::ManifestConfirmed { .. }
            | Fact::PoolStarted { .. }
            | Fact::OutageSet { .. }
            | Fact::Ended { .. }
            | Fact::Returned { .. }
            | Fact::VolumeStated { .. }
            | Fact::ClockBelieved { .. }
            | Fact::ClockDoubted { .. }
            | Fact::LanguageChanged { .. } => {}
        }
    }

    fn done(&mut self) -> &mut Done {
        self.operators.entry(self.now.clone()).or_default()
    }
}

impl Done {
    /// Parcels closed.
    pub fn total(&self) -> u64 {
        self.parcels.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ParcelId = ParcelId(1);
    const B: ParcelId = ParcelId(2);

    #[test]
    fn acts_count_for_whoever_is_signed_in_and_a_parcel_of_yesterday_for_its_carrier() {
        let mut shift = Shift::beginning_with(Some("7031".into()));
        let of = |parcel| (parcel == A).then(|| CarrierId::from("usps"));
        let text = str::to_owned;
        let mut minute = 0;
        let mut take = |fact: Fact| {
            minute += 1;
            shift.take(Timestamp(minute), &fact, of);
        };
        take(Fact::Verified { parcel: A, scanner: text("hand") });
        take(Fact::PrintStarted { parcel: A, attempt: 1, printer: text("label"), before: None });
        take(Fact::PrintStarted { parcel: A, attempt: 2, printer: text("label"), before: None });
        take(Fact::Verified { parcel: A, scanner: text("hand") });
        take(Fact::OperatorChanged { operator: None });
        take(Fact::Voided { parcel: A, reason: text("voided by the packer") });
        // Cancelled before it had a number: nothing was voided.
        take(Fact::Voided { parcel: B, reason: text("cancelled") });
        take(Fact::Held { parcel: B, reason: text("DAMAGED") });
        let first = &shift.operators[&Some("7031".to_owned())];
        assert_eq!((first.total(), first.parcels[&"usps".into()], first.reprints, first.voids), (2, 2, 1, 0));
        assert_eq!(first.between, Some((Timestamp(1), Timestamp(4))));
        let nobody = &shift.operators[&None];
        assert_eq!((nobody.total(), nobody.voids, nobody.held, nobody.between), (0, 1, 1, None));
    }
}
