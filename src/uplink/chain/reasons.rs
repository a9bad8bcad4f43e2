//! Why the line or the pull of orders stops, for a person: what happened and what to do.

/// The row `seq` cannot be compared or sent.
pub(super) fn not_kept(seq: u64) -> String {
    format!(
        "event {seq} is needed to go on from where the receiver is, and is no longer kept here; \
         have its owner restore it to a later state and retry"
    )
}

/// The row `seq` is refused, and may be not alone in that.
pub(super) fn refused_alone(seq: u64, reason: &str) -> String {
    format!(
        "the receiver refuses event {seq} ({reason}) and nothing shows that it takes others; \
         have its owner look at the event and retry"
    )
}

/// The row `seq`, which the receiver says it has, is refused.
pub(super) fn refused_again(seq: u64, reason: &str) -> String {
    format!(
        "the receiver refuses event {seq} ({reason}), which it says it has, so that it cannot be seen whether it has \
         the same; have its owner look and retry"
    )
}

/// The receiver follows another incarnation.
pub(super) fn replaced(incarnation: &str) -> String {
    format!(
        "the receiver now follows incarnation {incarnation} of this station; find the other station with this id \
         or the database that replaced this one; nothing is sent and nothing is lost. When this one is to go on, retry; \
         where its pools wait, `parceld pool list` says how"
    )
}

/// From `fork` on the receiver has other events.
pub(super) fn forked(fork: u64) -> String {
    format!(
        "the receiver has other events than this station from number {fork} on: an old copy of the database was put \
         back, or another station runs on a copy of it; nothing is sent and nothing is lost. Stop the other station if \
         there is one; `parceld pool list` says how to go on"
    )
}

/// The receiver has `more` events than this database, which ends with `highest`.
pub(super) fn ahead(highest: u64, more: u64) -> String {
    format!(
        "the receiver has {more} more events of this database, which ends with number {highest}: an old copy was put \
         back, or another station runs on a copy of it; nothing is sent and nothing is lost. Bring back the newest copy \
         and retry, or `parceld pool list` says how to go on without it"
    )
}

/// The head is refused.
pub(super) fn no_head(reason: &str) -> String {
    format!("the receiver refuses to name its head ({reason}); have its owner look and retry")
}

/// The pull of orders is refused.
pub(super) fn no_orders(reason: &str) -> String {
    format!("the receiver refuses the pull of orders ({reason}); have its owner look and retry")
}
