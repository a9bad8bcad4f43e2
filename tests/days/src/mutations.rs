//! Weakened stations: each breaks one thing on purpose, and a checker has to find it.
//!
//! Nothing of what ships is changed. What is weakened is what the station stands on, or the double that carries out what it
//! says.

/// What is broken on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mutation {
    /// The disk says that it has synced, and has not: what `synchronous=OFF` would be.
    SyncsAreLies,
    /// The writes of one commit never happen.
    CommitIsDropped,
    /// A full disk says that it has written.
    FullDiskIsSilent,
    /// An old copy is put back and nothing notices: its mark goes back with it, and the hub is out of reach. Numbers are
    /// given again.
    CopyIsNotNoticed,
    /// A label goes to the printer before its print is recorded.
    LabelBeforeRecord,
    /// The printer says that a label is out and the packer types its number: nothing was printed.
    ClosedWithoutLabel,
    /// Personal data is erased as soon as it is confirmed.
    ErasedTooEarly,
    /// Personal data is not erased.
    NeverErased,
    /// The hub says that it has an event that it does not have.
    HubLosesOne,
    /// Nobody retries an upload that stopped, and the link stays away.
    NobodyRetries,
    /// The disk takes fifty times as long.
    SlowDisk,
}

impl Mutation {
    /// Each with its name on the command line, and the invariants of which one has to find it.
    pub(crate) const ALL: [(Self, &'static str, &'static [&'static str]); 11] = [
        (Self::SyncsAreLies, "syncs-are-lies", &["I1"]),
        (Self::CommitIsDropped, "commit-is-dropped", &["I1"]),
        (Self::FullDiskIsSilent, "full-disk-is-silent", &["I1", "I11"]),
        (Self::CopyIsNotNoticed, "copy-is-not-noticed", &["I2"]),
        (Self::LabelBeforeRecord, "label-before-record", &["I5"]),
        (Self::ClosedWithoutLabel, "closed-without-label", &["I6"]),
        (Self::ErasedTooEarly, "erased-too-early", &["I10"]),
        (Self::NeverErased, "never-erased", &["I10"]),
        (Self::HubLosesOne, "hub-loses-one", &["I1"]),
        (Self::NobodyRetries, "nobody-retries", &["I12"]),
        (Self::SlowDisk, "slow-disk", &["I11"]),
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == name).map(|(mutation, ..)| *mutation)
    }
}
