//! A batch: consecutive rows of the outbox within the limits of one request.

use crate::uplink::{OutboxRow, event};

/// Events in one batch at most.
pub(in crate::uplink) const MAX_EVENTS: usize = 64;
/// Bytes of a batch at most, brackets and commas included; one event alone may be larger.
pub const MAX_BYTES: usize = 256 * 1024;

/// Consecutive rows, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventBatch(Vec<OutboxRow>);

impl EventBatch {
    /// As many of `rows` as follow each other, beginning with `first`, within the limits; `None` when `first` is not
    /// there.
    pub(super) fn cut(rows: Vec<OutboxRow>, first: u64, max: usize) -> Option<Self> {
        let mut bytes = 2;
        let mut next = first;
        let fits = |row: &OutboxRow| {
            bytes += row.body.len() + 1;
            let fits = row.seq == next && (next == first || bytes <= MAX_BYTES);
            next += 1;
            fits
        };
        let rows: Vec<OutboxRow> = rows.into_iter().take(max.max(1)).take_while(fits).collect();
        (!rows.is_empty()).then_some(Self(rows))
    }

    /// Number of the first row.
    pub fn from(&self) -> u64 {
        self.0.first().map_or(0, |row| row.seq)
    }

    /// Number of the last row.
    pub fn to(&self) -> u64 {
        self.0.last().map_or(0, |row| row.seq)
    }

    /// `[row,row]`: the bytes of the outbox.
    pub fn body(&self) -> String {
        format!("[{}]", self.0.iter().map(|row| &*row.body).collect::<Vec<_>>().join(","))
    }

    /// Number of rows, at least 1.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The row, when it is alone.
    pub(super) fn only(&self) -> Option<OutboxRow> {
        if let [row] = &self.0[..] { Some(row.clone()) } else { None }
    }

    /// Whether a real event is among them; a tombstone says nothing about what the receiver takes.
    pub(super) fn has_event(&self) -> bool {
        self.0.iter().any(|row| !event::is_tombstone(&row.body))
    }
}
