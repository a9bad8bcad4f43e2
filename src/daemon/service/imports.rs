//! Orders that wait to be taken in: a few at a time, between what the packer does.

use tokio::sync::oneshot;

use super::StationService;
use crate::daemon::import::Import;
use crate::station::event::Event;

/// An import, and who waits for it.
pub(super) type Pending = (Import, Waiter);

/// Who waits for it.
#[derive(Debug)]
pub(super) enum Waiter {
    Command(oneshot::Sender<Result<serde_json::Value, String>>),
    Uplink(oneshot::Sender<bool>),
}

impl StationService {
    /// Takes a few orders in; the next ones come when the loop has seen to everything else.
    pub(super) fn import_some(&mut self) {
        let Some((mut import, waiter)) = self.imports.pop_front() else { return };
        if self.core.live().no_room {
            let refused = "the disk is nearly full and no order is taken in; free some space, or lower keep_free_mb";
            self.end_import(waiter, Err(refused.to_owned()));
            return;
        }
        let moment = self.moment();
        match import.advance(&mut self.core, moment) {
            Ok(Some(outcome)) => {
                outcome.effects.into_iter().for_each(|effect| self.perform(effect));
                self.imports.push_front((import, waiter));
            }
            Ok(None) => {
                import.log();
                self.end_import(waiter, Ok(import.answer()));
                self.take(Event::Reconsider);
            }
            Err(error) => {
                tracing::error!(%error, "orders could not be kept");
                self.end_import(waiter, Err(error.to_string()));
            }
        }
        self.wake_uplink();
    }

    fn end_import(&self, waiter: Waiter, answer: Result<serde_json::Value, String>) {
        match waiter {
            Waiter::Command(reply) => drop(reply.send(answer)),
            Waiter::Uplink(reply) => drop(reply.send(answer.is_ok())),
        }
    }
}
