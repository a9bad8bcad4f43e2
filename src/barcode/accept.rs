//! Which codes a scanner may read.

use super::{Scan, ScanError};

/// A family of symbols, by the letter of its AIM identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbology {
    /// Code 128 that is not GS1-128.
    Code128,
    /// GS1-128.
    Gs1128,
    /// EAN and UPC.
    Ean,
    /// Interleaved 2 of 5.
    Itf,
    /// Code 39.
    Code39,
    /// QR, GS1 or not.
    Qr,
    /// Data Matrix, GS1 or not.
    DataMatrix,
    /// PDF417.
    Pdf417,
    /// Aztec.
    Aztec,
    /// GS1 DataBar.
    DataBar,
}

impl Symbology {
    /// All of them, with the names they have in the configuration.
    pub const NAMES: [(&'static str, Self); 10] = [
        ("code128", Self::Code128),
        ("gs1-128", Self::Gs1128),
        ("ean", Self::Ean),
        ("itf", Self::Itf),
        ("code39", Self::Code39),
        ("qr", Self::Qr),
        ("datamatrix", Self::DataMatrix),
        ("pdf417", Self::Pdf417),
        ("aztec", Self::Aztec),
        ("databar", Self::DataBar),
    ];

    /// The family an AIM identifier names (ISO/IEC 15424).
    fn of(aim: [u8; 2]) -> Option<Self> {
        Some(match aim {
            [b'C', b'1'] => Self::Gs1128,
            [b'C', _] => Self::Code128,
            [b'E', _] => Self::Ean,
            [b'I', _] => Self::Itf,
            [b'A', _] => Self::Code39,
            [b'Q', _] => Self::Qr,
            [b'd', _] => Self::DataMatrix,
            [b'L', _] => Self::Pdf417,
            [b'z', _] => Self::Aztec,
            [b'e', _] => Self::DataBar,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, known)| *known == self).map_or("strange", |(name, _)| name)
    }
}

/// What one scanner may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accept {
    /// The symbologies; none said: all, and the scanner need not tell which it was.
    pub symbologies: Vec<Symbology>,
    /// The longest code, bytes, its identifier included.
    pub max_bytes: usize,
}

impl Default for Accept {
    fn default() -> Self {
        Self { symbologies: Vec::new(), max_bytes: Scan::MAX_BYTES }
    }
}

impl Accept {
    /// Reads what one scan left on the wire, as [`Scan::read`] does, if it is for this scanner.
    pub fn read(&self, bytes: &[u8]) -> Result<Scan, ScanError> {
        if bytes.len() > self.max_bytes {
            return Err(ScanError::TooLong(bytes.len()));
        }
        let scan = Scan::read(bytes)?;
        if self.symbologies.is_empty() || scan.text.starts_with(super::Command::PREFIX) {
            return Ok(scan);
        }
        let aim = scan.aim.ok_or(ScanError::NoIdentifier)?;
        match Symbology::of(aim) {
            Some(symbology) if self.symbologies.contains(&symbology) => Ok(scan),
            other => Err(ScanError::NotAccepted(other.map_or("strange", Symbology::name))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_listed_is_read_and_a_command_always() {
        let accept = Accept { symbologies: vec![Symbology::Gs1128, Symbology::Qr], max_bytes: 40 };
        assert!(accept.read(b"]C10109506000134352").is_ok());
        assert!(accept.read(b"]Q3%PD:OK:F").is_ok() && accept.read(b"%PD:HELP:X").is_ok());
        assert_eq!(accept.read(b"]C0123"), Err(ScanError::NotAccepted("code128")));
        assert_eq!(accept.read(b"]X0123"), Err(ScanError::NotAccepted("strange")));
        assert_eq!(accept.read(b"123"), Err(ScanError::NoIdentifier));
        assert_eq!(accept.read(&[b'1'; 41]), Err(ScanError::TooLong(41)));
        assert!(Accept::default().read(b"123").is_ok());
    }
}
