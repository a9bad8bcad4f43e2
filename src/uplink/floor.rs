//! The time that certificates are judged by.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;

use crate::units::Timestamp;

/// What time it is at least, while the computer's clock is not believed: a clock that shows 1970 would refuse every
/// certificate. Its clones share it.
#[derive(Debug, Clone, Default)]
pub struct TimeFloor(Arc<AtomicU64>);

impl TimeFloor {
    /// From now on; `None` where the clock is believed.
    pub fn set(&self, floor: Option<Timestamp>) {
        let seconds = floor.and_then(|floor| u64::try_from(floor.0 / 1000).ok());
        self.0.store(seconds.unwrap_or(0), Ordering::Relaxed);
    }
}

impl TimeProvider for TimeFloor {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = UnixTime::now().as_secs().max(self.0.load(Ordering::Relaxed));
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}
