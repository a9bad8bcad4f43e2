//! Adam: CPWplus, AZextra, PGL. (The MDW speaks NCI.)
//!
//! ```text
//!   we send     the scale answers
//!   G CR LF     47 2B 20 20 32 2E 30 30 20 6B 67 0D 0A      CPWplus, gross
//!               G  +        2  .  0  0     k  g  CR LF
//!   P CR LF       2.00kg                                    AZextra: nothing while the weight is the same, or zero
//!   !KP CR        2.00 kg                                   PGL;  !EU !EK !EF  not understood
//! ```
//! From the Adam CPWplus (p. 14), AZextra and PGL manuals. None of them says whether the pan rests, so a weight counts
//! once it has come several times in a row; and silence is silence, never zero. An AZextra that says a weight once cannot be
//! used like that: set it to send continuously. 4800 or 9600 baud, 8N1.

use super::codec::{Questions, ScaleAnswer};
use super::fault::Fault;
use super::lines;
use super::reading::{Reading, Stability};

/// Gross weight, print, the print key: by model. `Z` zeroes an empty pan and tares a loaded one; `T` only tells the tare.
pub(super) const QUESTIONS: Questions = Questions {
    weight: &[b"G\r\n", b"P\r\n", b"!KP\r"],
    zero: b"Z\r\n",
    tare: b"Z\r\n",
    answers_keys: false,
    gap_ms: 0,
};

/// One line, without its end.
pub(super) fn read(raw: &[u8]) -> Option<ScaleAnswer> {
    let text = lines::text(raw)?;
    if let Some(error) = text.strip_prefix('!') {
        return matches!(error, "EU" | "EK" | "EF").then_some(ScaleAnswer::Other);
    }
    let field = text.trim_start_matches(' ');
    let field = field.strip_prefix(['G', 'N']).unwrap_or(field);
    let (number, unit) = lines::number_and_unit(field)?;
    if matches!(unit, "pcs" | "PCS" | "%") {
        return Some(ScaleAnswer::Reading(Reading::without_weight(Stability::Fault(Fault::NotAWeight), raw)));
    }
    Reading::named(number, unit, Stability::Unsaid, raw).map(ScaleAnswer::Reading)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::WireUnit;

    fn answers(text: &str) -> Vec<ScaleAnswer> {
        lines::heard(read, text.as_bytes())
    }

    #[test]
    fn no_line_says_whether_the_pan_rests() {
        const GRAM: i64 = WireUnit::Gram.picograms();
        let table = [
            ("G+  2.00 kg\r\n", 2000 * GRAM, Stability::Unsaid),
            ("G  + 2.00 kg\r\n", 2000 * GRAM, Stability::Unsaid),
            ("N  - 0.50 kg\r\n", -500 * GRAM, Stability::Unsaid),
            ("  2.00kg\r\n", 2000 * GRAM, Stability::Unsaid),
            ("  1.00 lb\r\n", WireUnit::Pound.picograms(), Stability::Unsaid),
            ("  2.00\r\n", 0, Stability::Fault(Fault::NoUnit)),
            ("    12 pcs\r\n", 0, Stability::Fault(Fault::NotAWeight)),
            ("  2.00 tl\r\n", 0, Stability::Fault(Fault::UnknownUnit)),
        ];
        for (text, picograms, state) in table {
            match &answers(text)[..] {
                [ScaleAnswer::Reading(reading)] => {
                    assert_eq!((reading.picograms, reading.state), (picograms, state), "{text:?}");
                }
                other => panic!("{text:?}: {other:?}"),
            }
        }
        assert_eq!(answers("!EK\r"), [ScaleAnswer::Other]);
        assert_eq!(answers("G+  2.0G+  2.00 kg\r\n"), [ScaleAnswer::Garbled(18)]);
    }
}
