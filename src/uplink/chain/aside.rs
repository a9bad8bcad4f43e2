//! An event that the receiver refuses alone while it takes its neighbour: only that one is set aside.

use super::link::RequestKind;
use super::{Chain, EventBatch, Hunt, reasons};
use crate::units::Uptime;
use crate::uplink::OutboxRow;
use crate::uplink::answer::{Head, ReceiverReply};

impl Chain {
    /// The receiver refuses a batch for what is in it: halved until one row stands alone.
    pub(super) fn refused(&mut self, batch: &EventBatch, reason: String) {
        let Some(row) = batch.only() else {
            self.limit = batch.len() / 2;
            return self.hunt.halve();
        };
        self.limit = 1;
        let seq = row.seq;
        if !batch.has_event() || !self.hunt.alone(row, reason.clone(), self.last.clone()) {
            self.stop(reasons::refused_alone(seq, &reason));
        }
    }

    /// The answer about the neighbour of `row`.
    pub(super) fn neighbour(
        &mut self,
        now: Uptime,
        batch: &EventBatch,
        row: OutboxRow,
        reason: String,
        reply: ReceiverReply<Head>,
        random: u64,
    ) {
        match reply {
            ReceiverReply::Good(head) if self.answers(&head, batch) => self.hunt = Hunt::Found { row, reason },
            ReceiverReply::Later { why, wish_ms } => self.fail(now, RequestKind::Append, why, wish_ms, random),
            ReceiverReply::Conflict(_) => {
                self.last = None;
                self.fail(now, RequestKind::Append, "the receiver has other events than it took".into(), None, random);
            }
            ReceiverReply::Good(_) | ReceiverReply::Moved(_) | ReceiverReply::Refused(_) => {
                self.stop(reasons::refused_alone(row.seq, &reason))
            }
            ReceiverReply::Barred(why) | ReceiverReply::Stop(why) => self.stop(why),
        }
    }

    /// Whether the loop has put the tombstone in place.
    pub fn set_aside(&mut self, now: Uptime, done: bool, random: u64) {
        if done {
            self.hunt = Hunt::After;
        } else {
            let why = "the station cannot record that an event is set aside; see to its disk".into();
            self.fail(now, RequestKind::Append, why, None, random);
        }
    }
}
