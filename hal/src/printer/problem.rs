//! What keeps a printer from printing, in one word.

use crate::port::{PortError, PortErrorKind};

/// What keeps a printer from printing. The screen has words for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Problem {
    /// No labels.
    PaperOut,
    /// The print head is lifted.
    HeadOpen,
    /// The cover is open.
    CoverOpen,
    /// No ribbon.
    RibbonOut,
    /// Labels are jammed.
    Jam,
    /// The cutter is stuck.
    Cutter,
    /// Its own switch or key holds it.
    Offline,
    /// Somebody pressed pause.
    Paused,
    /// The head is too hot; it goes on by itself.
    HeadHot,
    /// The head is too cold; it goes on by itself.
    HeadCold,
    /// No room for more; it goes on by itself unless something else is wrong.
    BufferFull,
    /// The printer's memory is corrupt: switch it off and on.
    MemoryCorrupt,
    /// The connection is open and no answer comes: paper out, head open, or a printer that never answers.
    Silent,
    /// It answers what no printer of this language answers: wrong language or device.
    Nonsense,
    /// It takes no bytes.
    Stalled,
    /// Nothing is there.
    Absent,
    /// Another program or host holds it.
    Busy,
    /// The service may not open it.
    Denied,
    /// The host refuses the connection: the printer is off, or the port is wrong.
    Refused,
    /// The connection broke.
    Lost,
    /// Anything else; the log says what.
    Other,
}

impl Problem {
    /// Whether the printer is there and may still print what it holds.
    #[must_use]
    pub fn is_reached(self) -> bool {
        match self {
            Self::Absent | Self::Refused | Self::Lost | Self::Denied => false,
            Self::PaperOut
            | Self::HeadOpen
            | Self::CoverOpen
            | Self::RibbonOut
            | Self::Jam
            | Self::Cutter
            | Self::Offline
            | Self::Paused
            | Self::HeadHot
            | Self::HeadCold
            | Self::BufferFull
            | Self::MemoryCorrupt
            | Self::Silent
            | Self::Nonsense
            | Self::Stalled
            | Self::Busy
            | Self::Other => true,
        }
    }

    /// A name that does not change, for the log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PaperOut => "paper_out",
            Self::HeadOpen => "head_open",
            Self::CoverOpen => "cover_open",
            Self::RibbonOut => "ribbon_out",
            Self::Jam => "jam",
            Self::Cutter => "cutter",
            Self::Offline => "offline",
            Self::Paused => "paused",
            Self::HeadHot => "head_hot",
            Self::HeadCold => "head_cold",
            Self::BufferFull => "buffer_full",
            Self::MemoryCorrupt => "memory_corrupt",
            Self::Silent => "silent",
            Self::Nonsense => "nonsense",
            Self::Stalled => "stalled",
            Self::Absent => "absent",
            Self::Busy => "busy",
            Self::Denied => "denied",
            Self::Refused => "refused",
            Self::Lost => "lost",
            Self::Other => "other",
        }
    }
}

/// For a port that could not be opened: a printer that does not accept in time is held by somebody or switched off.
impl From<&PortError> for Problem {
    fn from(error: &PortError) -> Self {
        match error.kind() {
            PortErrorKind::Absent | PortErrorKind::TimedOut => Self::Absent,
            PortErrorKind::Busy => Self::Busy,
            PortErrorKind::Denied => Self::Denied,
            PortErrorKind::Refused => Self::Refused,
            PortErrorKind::Lost => Self::Lost,
            PortErrorKind::Floods => Self::Nonsense,
            PortErrorKind::Other => Self::Other,
        }
    }
}
