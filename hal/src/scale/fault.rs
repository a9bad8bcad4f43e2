//! Why a scale gives no weight, and why it refuses a key.

/// Why an answer of a scale is no weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It has nothing to say at this moment; asked again it does.
    Busy,
    /// It did not understand the question.
    SyntaxError,
    /// The question came damaged.
    TransmissionError,
    /// It cannot do what was asked.
    LogicError,
    /// A unit that is no unit of mass here.
    UnknownUnit,
    /// Another unit than the one it is configured with.
    UnitMismatch,
    /// Digits without a unit.
    NoUnit,
    /// Pieces or percent.
    NotAWeight,
    /// It says each weight once, and has said this one.
    NoNewWeight,
    /// More decimals than a picogram has.
    TooFine,
    /// It reports that it is broken.
    DeviceFault,
    /// It must be calibrated.
    NeedsCalibration,
    /// It must be set to zero first.
    NeedsZero,
}

impl Fault {
    /// For the log; it does not change.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::SyntaxError => "syntax_error",
            Self::TransmissionError => "transmission_error",
            Self::LogicError => "logic_error",
            Self::UnknownUnit => "unknown_unit",
            Self::UnitMismatch => "unit_mismatch",
            Self::NoUnit => "no_unit",
            Self::NotAWeight => "not_a_weight",
            Self::NoNewWeight => "no_new_weight",
            Self::TooFine => "too_fine",
            Self::DeviceFault => "device_fault",
            Self::NeedsCalibration => "needs_calibration",
            Self::NeedsZero => "needs_zero",
        }
    }
}

/// Why a scale did not take a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRefusal {
    /// The pan moves, or the scale does something else.
    Busy,
    /// Above what can be set to zero.
    Over,
    /// Below what can be set to zero.
    Under,
    /// The scale has no such key over the wire.
    NotAllowed,
    /// It did not answer.
    NoAnswer,
}

impl KeyRefusal {
    /// For the log and the screen; it does not change.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Over => "over",
            Self::Under => "under",
            Self::NotAllowed => "not_allowed",
            Self::NoAnswer => "no_answer",
        }
    }
}
