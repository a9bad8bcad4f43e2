//! A station as bytes, so that a start need not replay what was before. Every snapshot can be thrown away: the journal makes
//! the same station again.

use super::Station;

/// The form of a snapshot. Another one is read by no program that does not know it; the journal is replayed instead. It
/// rises when a field changes its meaning, and when a fact comes to mean something else for the station.
pub const SNAPSHOT_VERSION: u32 = 2;

impl Station {
    /// The station as JSON.
    ///
    /// # Errors
    /// A state that JSON cannot hold.
    pub fn to_snapshot(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// The station that [`Station::to_snapshot`] wrote.
    ///
    /// # Errors
    /// It is none.
    pub fn from_snapshot(snapshot: &[u8]) -> Result<Self, serde_json::Error> {
        let mut station: Self = serde_json::from_slice(snapshot)?;
        station.parcels.index();
        Ok(station)
    }
}
