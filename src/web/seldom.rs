//! What others bring about as often as they like, and the log says once a minute.

use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How often it is said.
const SAY: Duration = Duration::from_secs(60);

/// When it was last said.
#[derive(Debug, Default)]
pub(super) struct SaidSeldom(Mutex<Option<Instant>>);

impl SaidSeldom {
    /// Whether it is to be said now.
    pub(super) fn is_due(&self) -> bool {
        let Ok(mut said) = self.0.lock() else { return false };
        let is_due = said.is_none_or(|said| said.elapsed() >= SAY);
        if is_due {
            *said = Some(Instant::now());
        }
        is_due
    }
}
