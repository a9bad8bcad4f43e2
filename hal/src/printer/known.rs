//! What was learned of one printer while the program runs.

use super::Odometer;

/// What a printer does when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    asks: bool,
    answers: Option<bool>,
    /// TSPL: whether it knows `ESC ! S`.
    pub(super) tells_more: Option<bool>,
    /// Whether its odometer was ever seen to move: only then does one that stands still say something.
    pub(super) feeds: bool,
    /// What its odometer said before the last job.
    pub(super) last: Option<Odometer>,
}

impl Default for Known {
    fn default() -> Self {
        Self::new(false)
    }
}

impl Known {
    /// A printer of which it is remembered whether it has ever answered. One that has and is silent needs a look; one that
    /// never has is asked once, costs a second, and is printed to all the same.
    #[must_use]
    pub fn new(has_answered: bool) -> Self {
        Self { asks: true, answers: has_answered.then_some(true), tells_more: None, feeds: false, last: None }
    }

    /// The same printer, whose odometer is remembered to move with each label or not.
    #[must_use]
    pub fn feeding(self, feeds: bool) -> Self {
        Self { feeds, ..self }
    }

    /// A printer that is not to be asked.
    #[must_use]
    pub fn silent() -> Self {
        Self { asks: false, ..Self::new(false) }
    }

    /// Whether to ask it before a job.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.asks && self.answers != Some(false)
    }

    /// Whether to listen to it after a job: a printer that was out of paper when it was first asked speaks up then.
    #[must_use]
    pub fn listens(&self) -> bool {
        self.asks
    }

    /// Whether it has ever answered.
    #[must_use]
    pub fn answers(&self) -> bool {
        self.answers == Some(true)
    }

    pub(super) fn heard(&mut self) {
        self.answers = Some(true);
    }

    pub(super) fn unheard(&mut self) {
        self.answers = Some(false);
    }
}
