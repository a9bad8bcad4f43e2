//! Instants: of the wall, for people and documents; and since the program started, for waiting.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00Z, as the station's clock had it. Never used to order facts or to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// Milliseconds on a clock that only goes forward; its zero means nothing. For waiting and for ages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Uptime(pub u64);

impl Uptime {
    /// How many milliseconds ago `earlier` was; 0 when it was not earlier.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This instant, `ms` milliseconds later.
    pub const fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}
