//! What is old is kept shorter, a little at a time.

use std::time::Duration;

use super::StationService;
use crate::units::Timestamp;

/// How often something old is looked for.
pub(super) const PAUSE: Duration = Duration::from_secs(3600);
/// Rows that are looked at once, and the pause before the next ones: packing goes on meanwhile.
const MOST: u64 = 200;
const MORE: Duration = Duration::from_secs(2);
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl StationService {
    /// Folds what is old, when nobody packs. After how long to come again.
    pub(super) fn fold(&mut self) -> Duration {
        if self.core.station().in_hand().is_some() {
            return MORE;
        }
        let days = i64::from(self.config.station.keep_detail_days);
        let Some(now) = self.core.believed(self.moment()) else { return PAUSE };
        let before = Timestamp(now.0 - days * DAY_MS);
        match self.core.store_mut().fold(before, MOST) {
            Ok(true) => MORE,
            Ok(false) => PAUSE,
            Err(error) => {
                tracing::error!(%error, "what is old could not be folded");
                PAUSE
            }
        }
    }
}
