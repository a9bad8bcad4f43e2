//! A parcel's own facts become what is known of it.

#![deny(clippy::wildcard_enum_match_arm)]

use super::parcel::{Parcel, Print, PrintState, State};
use crate::station::fact::Fact;
use crate::station::order::OrderId;

/// The parcel that a scanned order makes.
pub(in crate::station) fn opened(fact: &Fact) -> Option<Parcel> {
    let Fact::ParcelOpened { order_ref, rev, channel, shop, version, .. } = fact else { return None };
    let order = OrderId { channel: channel.clone(), shop: shop.clone(), number: order_ref.clone() };
    Some(Parcel::open(order, version.unwrap_or(*rev)))
}

impl Parcel {
    /// The parcel that its own history makes, with all its evidence; `None` without a beginning.
    pub fn replay<'a>(history: impl IntoIterator<Item = &'a Fact>) -> Option<Self> {
        let mut parcel: Option<Self> = None;
        for fact in history {
            match (fact, &mut parcel) {
                (Fact::ParcelOpened { .. }, _) => parcel = opened(fact),
                (fact, Some(parcel)) => parcel.evolve(fact),
                (_, None) => {}
            }
        }
        parcel
    }

    /// Takes in one fact about this parcel.
    pub(in crate::station) fn evolve(&mut self, fact: &Fact) {
        match fact {
            Fact::BoxChosen { box_id, .. } => self.box_id = Some(box_id.clone()),
            Fact::Weighed { weight, .. } => {
                self.weight = Some(weight.clone());
                self.state = State::Weighed;
            }
            Fact::Committed { commitment, .. } => {
                self.commitment = Some(commitment.clone());
                self.state = State::Committed;
            }
            Fact::Verified { .. } => {
                self.state = State::Verified;
                if let Some(print) = self.prints.last_mut() {
                    *print = Print { state: PrintState::Verified, evidence: "scanned back".into(), before: None };
                }
            }
            Fact::Attested { .. } => self.state = State::Attested,
            Fact::Reopened { .. } => {
                self.state = State::Printed;
                self.bag = None;
            }
            Fact::Marked { mark, .. } => self.marks.push(mark.clone()),
            Fact::Voided { .. } => {
                self.state = State::Voided;
                self.bag = None;
            }
            Fact::Bagged { bag, .. } => self.bag = Some(*bag),
            Fact::Caged { cage, .. } => self.cage = Some(cage.as_str().into()),
            // A closed parcel comes back with its label out, to be scanned again.
            Fact::Held { .. } | Fact::LeftOut { .. } => {
                let closed = self.state.closed();
                self.before_hold = Some(if closed { State::Printed } else { self.state });
                self.state = State::Held;
                self.bag = self.bag.filter(|_| !closed);
            }
            Fact::Intercepted { reason, .. } => self.intercepted = Some(*reason),
            Fact::Released { .. } => self.intercepted = None,
            Fact::Resumed { .. } => {
                if let Some(state) = self.before_hold.take() {
                    self.state = state;
                }
            }
            Fact::PrintStarted { printer, before, .. } => {
                let (state, evidence) = (PrintState::Started, format!("sent to {printer}"));
                self.prints.push(Print { state, evidence, before: before.clone() });
                self.state = State::Printing;
            }
            Fact::PrintAborted { .. } => {
                self.prints.pop();
                self.state = State::Committed;
            }
            Fact::PrintSent { .. } => self.last_print(State::Sent, PrintState::Sent, "all bytes taken".to_owned()),
            Fact::PrintConfirmed { rung, evidence, .. } => {
                self.last_print(State::Printed, PrintState::Printed, format!("rung {rung}: {evidence}"));
            }
            Fact::PrintDoubted { reason, .. } => {
                self.last_print(State::PrintUncertain, PrintState::Doubt, reason.clone());
            }
            Fact::PrintSpoiled { reason, cause, operator, supervisor, .. } => {
                let parts = [
                    cause.map(|cause| cause.word().to_owned()),
                    Some(reason.clone()),
                    operator.as_ref().map(|who| format!("packer {who}")),
                    supervisor.as_ref().map(|who| format!("allowed by {who}")),
                ];
                let evidence = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
                self.last_print(State::Committed, PrintState::Spoiled, evidence);
            }
            // Its beginning, its evidence, and what its manifest and its service say of it.
            Fact::ParcelOpened { .. } | Fact::Decided { .. } | Fact::Ended { .. } | Fact::Returned { .. } => {}
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
            | Fact::OperatorChanged { .. }
            | Fact::LanguageChanged { .. } => {}
        }
    }

    /// Something is known of the last print. What its printer said before is kept as long as it may be asked about it.
    fn last_print(&mut self, state: State, print: PrintState, evidence: String) {
        self.state = state;
        if let Some(last) = self.prints.last_mut() {
            let asked_about = matches!(print, PrintState::Sent | PrintState::Doubt);
            let before = last.before.take().filter(|_| asked_about);
            *last = Print { state: print, evidence, before };
        }
    }

    /// On a manifest nothing is decided from these any more; the journal keeps them, and a station keeps thousands of
    /// parcels in a small memory.
    pub(in crate::station) fn forget_evidence(&mut self) {
        if let Some(weight) = &mut self.weight {
            weight.raw_hex = String::new();
            weight.scale = String::new();
        }
        if let Some(commitment) = &mut self.commitment {
            commitment.card = String::new();
            commitment.label_sha256 = String::new();
        }
        for print in &mut self.prints {
            (print.evidence, print.before) = (String::new(), None);
        }
        self.prints.shrink_to_fit();
    }
}
