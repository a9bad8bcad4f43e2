//! One scan, as the scanner sent it.

/// A decoded symbol: its symbology, where the scanner said it, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// AIM symbology identifier without the `]`: `C1`, `E0`, `Q3`.
    pub aim: Option<[u8; 2]>,
    /// The text. FNC1 within GS1 data is GS (0x1D); no other control character is ever in it.
    pub text: String,
}

/// Bytes that are no scan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// Nothing in it.
    #[error("empty scan; scan again")]
    Empty,
    /// Longer than any code the station knows.
    #[error("{0} bytes are too long for a code; check the scanner's suffix setting")]
    TooLong(usize),
    /// A control character or a byte that is no text.
    #[error("byte {byte:#04x} at {at} is no text; check the scanner's baud rate and framing")]
    NotText {
        /// The byte.
        byte: u8,
        /// Where it stood.
        at: usize,
    },
}
