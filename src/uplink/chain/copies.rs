//! What the receiver shows of another history of this station.

use super::position::Position;
use super::{Chain, Head, reasons};
use crate::uplink::CopySign;

impl Chain {
    /// The receiver has all our events, and `ahead` more.
    pub(super) fn ahead(&mut self, ahead: u64) {
        self.copied(reasons::ahead(self.highest, ahead), self.highest + 1, ahead);
    }

    /// The receiver takes events of another incarnation only. Where it took ours before, this is the copy that was put back.
    pub(super) fn replaced(&mut self, head: &Head) {
        let ours = if let Position::At(head) = self.position { head } else { self.confirmed };
        let why = reasons::replaced(&head.incarnation);
        self.elsewhere = head.seq;
        match ours {
            0 => self.stop(why),
            ours => self.copied(why, ours + 1, 0),
        }
    }

    /// Stops with the sign of a copy: our event `fork` is the first that the receiver has not as it is here.
    pub(super) fn copied(&mut self, why: String, fork: u64, ahead: u64) {
        self.halt(why, Some(CopySign { fork, ahead, elsewhere: self.elsewhere }));
    }
}
