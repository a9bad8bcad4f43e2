//! What the upkeep found, said to people.

use super::StationService;
use crate::daemon::inbox::OrdersInbox;
use crate::daemon::upkeep::{Upkeep, UpkeepFound};
use crate::store::DiskRoom;

impl StationService {
    pub(super) fn start_upkeep(&mut self) {
        match Upkeep::start(&self.setup) {
            Ok(upkeep) => self.upkeep = Some(upkeep),
            Err(error) => tracing::error!(%error, "nothing looks at the database: no thread can be started"),
        }
    }

    pub(super) fn start_inbox(&mut self) {
        match OrdersInbox::start(&self.setup) {
            Ok(inbox) => self.inbox = inbox,
            Err(error) => tracing::error!(%error, "no order files are taken: no thread can be started"),
        }
    }

    pub(super) fn note_upkeep(&mut self, found: UpkeepFound) {
        match found {
            UpkeepFound::Whole => tracing::info!("the database is whole"),
            UpkeepFound::Damaged(damage) => {
                tracing::error!(
                    %damage,
                    "the database is damaged: stop packing, put a backup back with `parceld restore`, best on another SD card"
                );
                self.core.live_mut().damaged = true;
            }
            UpkeepFound::Copied(file) => {
                tracing::info!(file = %file.display(), "the database is copied");
                self.core.live_mut().no_backup = false;
            }
            UpkeepFound::NotCopied(why) => {
                tracing::warn!(why, "the database is not copied; it is tried again in an hour");
                self.core.live_mut().no_backup = true;
            }
            UpkeepFound::Short(DiskRoom { free_mb, files }) => {
                let keep_free_mb = self.setup.config.station.keep_free_mb;
                tracing::error!(
                    free_mb,
                    keep_free_mb,
                    files,
                    "the disk is nearly full: no order is taken in and no parcel begun"
                );
                self.core.live_mut().no_room = true;
            }
            UpkeepFound::Roomy => {
                tracing::info!("there is room on the disk again");
                self.core.live_mut().no_room = false;
            }
            UpkeepFound::NotLooked(why) => tracing::warn!(why, "the database could not be looked through"),
        }
    }
}
