//! A parcel's own facts become what is known of it.

#![deny(clippy::wildcard_enum_match_arm)]

use super::parcel::{Closed, NotPacked, Numbered, Parcel, Print, PrintState};
use crate::station::fact::{Ending, Fact};
use crate::station::order::OrderId;
use crate::station::volumes::Ended;
use crate::units::Date;

/// The parcel that a scanned order makes.
pub(in crate::station) fn opened(fact: &Fact) -> Option<Parcel> {
    let Fact::ParcelOpened { parcel, order_ref, rev, channel, shop, version, .. } = fact else { return None };
    let order = OrderId { channel: channel.clone(), shop: shop.clone(), number: order_ref.clone() };
    Some(Parcel::open(*parcel, order, version.unwrap_or(*rev)))
}

impl Parcel {
    /// The parcel that its own history makes; `None` without a beginning. The facts of its manifests belong to that; without
    /// them it keeps all its evidence.
    pub fn replay<'a>(history: impl IntoIterator<Item = &'a Fact>) -> Option<Self> {
        let mut parcel: Option<Self> = None;
        for fact in history {
            match (fact, &mut parcel) {
                (Fact::ParcelOpened { .. }, _) => parcel = opened(fact),
                (Fact::ManifestClosed { manifest, .. }, Some(parcel)) => parcel.manifested(manifest),
                (Fact::ManifestConfirmed { manifest }, Some(parcel)) if parcel.is_on(manifest) => parcel.confirmed(),
                (fact, Some(parcel)) => parcel.evolve(fact),
                (_, None) => {}
            }
        }
        parcel
    }

    /// Takes in one fact about this parcel. What only a parcel with a number can have is nothing to one without.
    pub(in crate::station) fn evolve(&mut self, fact: &Fact) {
        match fact {
            Fact::BoxChosen { box_id, .. } => self.box_id = Some(box_id.clone()),
            Fact::Weighed { weight, .. } => self.weight = Some(weight.clone()),
            Fact::Committed { commitment, .. } => {
                self.numbered = Some(Box::new(Numbered::new(commitment.as_ref().clone())));
            }
            Fact::Voided { .. } => {
                self.aside = Some(NotPacked::Voided);
                self.intercepted = None;
                self.numbered(|numbered| numbered.bag = None);
            }
            Fact::Held { .. } | Fact::LeftOut { .. } => {
                self.aside = Some(NotPacked::Held);
                self.numbered(Numbered::reopen);
            }
            Fact::Resumed { .. } => self.aside = None,
            Fact::Reopened { .. } => self.numbered(Numbered::reopen),
            Fact::Intercepted { late: true, .. } => {}
            Fact::Intercepted { reason, .. } => self.intercepted = Some(*reason),
            Fact::Ended { ending, on, .. } => self.end(*ending, *on),
            Fact::Returned { on, .. } => self.end(Ending::Returned, *on),
            Fact::Released { .. } => self.intercepted = None,
            Fact::Verified { .. } => self.numbered(|numbered| {
                numbered.closed = Some(Closed::Verified);
                numbered.last_print(PrintState::Verified, "scanned back".to_owned());
            }),
            Fact::Attested { .. } => self.numbered(|numbered| numbered.closed = Some(Closed::Attested)),
            Fact::Marked { mark, .. } => self.numbered(|numbered| numbered.marks.push(mark.clone())),
            Fact::Bagged { bag, .. } => self.numbered(|numbered| numbered.bag = Some(*bag)),
            Fact::Caged { cage, .. } => self.numbered(|numbered| numbered.cage = Some(cage.as_str().into())),
            Fact::PrintStarted { printer, before, .. } => self.numbered(|numbered| {
                let (state, evidence) = (PrintState::Started, format!("sent to {printer}"));
                numbered.prints.push(Print { state, evidence, before: before.clone() });
            }),
            Fact::PrintAborted { .. } => self.numbered(|numbered| {
                numbered.prints.pop();
            }),
            Fact::PrintSent { .. } => {
                self.numbered(|numbered| numbered.last_print(PrintState::Sent, "all bytes taken".to_owned()));
            }
            Fact::PrintConfirmed { rung, evidence, .. } => {
                let evidence = format!("rung {rung}: {evidence}");
                self.numbered(|numbered| numbered.last_print(PrintState::Printed, evidence));
            }
            Fact::PrintDoubted { reason, .. } => {
                self.numbered(|numbered| numbered.last_print(PrintState::Doubt, reason.clone()));
            }
            Fact::PrintSpoiled { reason, cause, operator, supervisor, .. } => {
                let parts = [
                    cause.map(|cause| cause.word().to_owned()),
                    Some(reason.clone()),
                    operator.as_ref().map(|who| format!("packer {who}")),
                    supervisor.as_ref().map(|who| format!("allowed by {who}")),
                ];
                let evidence = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
                self.numbered(|numbered| numbered.last_print(PrintState::Spoiled, evidence));
            }
            // Its beginning and its evidence.
            Fact::ParcelOpened { .. } | Fact::Decided { .. } => {}
            // Not a parcel's.
            Fact::OrderRefused { .. }
            | Fact::Copied { .. }
            | Fact::CopySettled
            | Fact::BagOpened { .. }
            | Fact::Palleted { .. }
            | Fact::BagClosed { .. }
            | Fact::ManifestClosed { .. }
            | Fact::ManifestHandedOver { .. }
            | Fact::ManifestConfirmed { .. }
            | Fact::PoolStarted { .. }
            | Fact::OutageSet { .. }
            | Fact::VolumeStated { .. }
            | Fact::ClockBelieved { .. }
            | Fact::ClockDoubted { .. }
            | Fact::OperatorChanged { .. }
            | Fact::LanguageChanged { .. } => {}
        }
    }

    fn numbered(&mut self, change: impl FnOnce(&mut Numbered)) {
        if let Some(numbered) = &mut self.numbered {
            change(numbered);
        }
    }

    /// It is on a closed manifest. Nothing is decided from its evidence any more; the journal keeps that, and a station keeps
    /// thousands of parcels in a small memory.
    pub(in crate::station) fn manifested(&mut self, manifest: &str) {
        if let Some(weight) = &mut self.weight {
            weight.raw_hex = String::new();
            weight.scale = String::new();
        }
        self.numbered(|numbered| {
            numbered.closed = Some(Closed::Manifested);
            numbered.manifest = Some(manifest.into());
            numbered.commitment.card = String::new();
            numbered.commitment.label_sha256 = String::new();
            for print in &mut numbered.prints {
                (print.evidence, print.before) = (String::new(), None);
            }
            numbered.prints.shrink_to_fit();
        });
    }

    /// The receiver has its manifest.
    pub(in crate::station) fn confirmed(&mut self) {
        self.numbered(|numbered| numbered.closed = Some(Closed::Confirmed));
    }

    fn end(&mut self, ending: Ending, on: Date) {
        self.numbered(|numbered| numbered.ended = Some(Ended::of(&numbered.commitment, ending, on)));
    }
}

impl Numbered {
    /// A closed parcel is open again, with its label out: it is in no bag until that is scanned again.
    fn reopen(&mut self) {
        if self.closed.take().is_some() {
            self.bag = None;
        }
    }

    /// Something is known of the last print. What its printer said before is kept as long as it may be asked about it.
    fn last_print(&mut self, state: PrintState, evidence: String) {
        if let Some(last) = self.prints.last_mut() {
            let asked_about = matches!(state, PrintState::Sent | PrintState::Doubt);
            let before = last.before.take().filter(|_| asked_about);
            *last = Print { state, evidence, before };
        }
    }
}
