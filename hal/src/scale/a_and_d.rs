//! A&D standard format, and its cousins of Kern and Excell.
//!
//! ```text
//!   we send     the scale answers
//!   Q CR LF     53 54 2C 2B 30 30 31 32 33 2E 34 35 20 20 67 0D 0A
//!               S  T  ,  +  0  0  1  2  3  .  4  5        g  CR LF      ST at rest, US not, OL over, QT pieces
//!               ST,OK,+0001.234 kg    ST,GS,+0 1.234 kg                 with a comparator, or gross (GS), net (NT)
//!   Z CR LF     06 CR LF, where it is set to answer
//! ```
//! From the A&D EK-L (p. 28), EK-AEP, GC (p. 51), GF-A (p. 16), GR (p. 58) manuals and Kern's KXS. A frame is 15 characters,
//! with a second header 17 or 18: what is longer or shorter is two run together, or cut. A scale set to leave the unit
//! out (KF while it moves, NU always) gives no weight. Common settings are 2400 7E1; bit 7 is masked.

use super::codec::{Questions, ScaleAnswer};
use super::fault::Fault;
use super::lines;
use super::reading::{Reading, Stability};

/// `Q` is the weight now; `Z` re-zeroes, answered only by scales that are set to.
pub(super) const QUESTIONS: Questions =
    Questions { weight: &[b"Q\r\n"], zero: b"Z\r\n", tare: b"T\r\n", answers_keys: false, gap_ms: 0 };

/// One line, without its end.
pub(super) fn read(raw: &[u8]) -> Option<ScaleAnswer> {
    // ACK, where the scale is set to answer its keys.
    if matches!(raw, [0x06 | 0x86]) {
        return Some(ScaleAnswer::Other);
    }
    let text = lines::text(raw)?;
    let parts: Vec<&str> = text.split(',').collect();
    let reading = match parts[..] {
        ["EC", error] if error.starts_with('E') => Reading::without_weight(Stability::Fault(Fault::SyntaxError), raw),
        [header, field] if text.len() == 15 => weighed(header, field, raw)?,
        // HI, OK, LO: the comparator. GS, NT, TR: gross, net, tare.
        [header, "HI" | "OK" | "LO" | "GS" | "NT", field] if matches!(text.len(), 17 | 18) => {
            weighed(header, field, raw)?
        }
        [_, "TR", _] => return Some(ScaleAnswer::Other),
        ["ST" | "US", field] if lines::number_and_unit(field).is_some_and(|(_, unit)| unit.is_empty()) => {
            Reading::without_weight(Stability::Fault(Fault::NoUnit), raw)
        }
        _ => return None,
    };
    Some(ScaleAnswer::Reading(reading))
}

fn weighed(header: &str, field: &str, raw: &[u8]) -> Option<Reading> {
    let state = match header {
        "ST" => Stability::Stable,
        "US" => Stability::Moving,
        // Printed by its own key: nobody says whether it rests.
        "WT" => Stability::Unsaid,
        "OL" if field.starts_with('-') => return Some(Reading::without_weight(Stability::Under, raw)),
        "OL" => return Some(Reading::without_weight(Stability::Over, raw)),
        "QT" => return Some(Reading::without_weight(Stability::Fault(Fault::NotAWeight), raw)),
        _ => return None,
    };
    // Kern fills the first place with a zero and leaves the next ones blank: `+0 1.234`.
    let filled = field.get(1..).and_then(|rest| rest.strip_prefix("0 ")).map(|rest| format!("{}{rest}", &field[..1]));
    let field = filled.as_deref().unwrap_or(field);
    if !field.starts_with(['+', '-']) {
        return None;
    }
    let (number, unit) = lines::number_and_unit(field)?;
    if matches!(unit, "PC" | "%") {
        return Some(Reading::without_weight(Stability::Fault(Fault::NotAWeight), raw));
    }
    Reading::named(number, unit, state, raw)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::WireUnit;

    fn answers(bytes: &[u8]) -> Vec<ScaleAnswer> {
        lines::heard(read, bytes)
    }

    fn reading(text: &str) -> (i64, Stability) {
        match &answers(text.as_bytes())[..] {
            [ScaleAnswer::Reading(reading)] => (reading.picograms, reading.state),
            other => panic!("{other:?}"),
        }
    }

    const GRAM: i64 = WireUnit::Gram.picograms();

    #[test]
    fn each_header_and_unit_is_read() {
        let table = [
            ("ST,+00123.45  g\r\n", 123_450_000_000_000, Stability::Stable),
            ("US,+00123.40  g\r\n", 123_400_000_000_000, Stability::Moving),
            ("ST,-00001.50  g\r\n", -1_500_000_000_000, Stability::Negative),
            ("OL,+9999999E+19\r\n", 0, Stability::Over),
            ("OL,-9999999E+19\r\n", 0, Stability::Under),
            ("WT,+00001.00 kg\r\n", 1000 * GRAM, Stability::Unsaid),
            ("QT,+00000012 PC\r\n", 0, Stability::Fault(Fault::NotAWeight)),
            ("ST,+000050.0  %\r\n", 0, Stability::Fault(Fault::NotAWeight)),
            ("ST,+0001.234 tl\r\n", 0, Stability::Fault(Fault::UnknownUnit)),
            ("ST,+00001.00 lb\r\n", WireUnit::Pound.picograms(), Stability::Stable),
            ("ST,+00001.00ozt\r\n", WireUnit::TroyOunce.picograms(), Stability::Stable),
            ("ST,OK,+0001.234 kg\r\n", 1234 * GRAM, Stability::Stable),
            ("ST,GS,+0 1.234 kg\r\n", 1234 * GRAM, Stability::Stable),
            ("US,NT,-0 1.234 kg\r\n", -1234 * GRAM, Stability::Moving),
            ("ST,+00123.45\r\n", 0, Stability::Fault(Fault::NoUnit)),
            ("EC,E01\r\n", 0, Stability::Fault(Fault::SyntaxError)),
        ];
        for (text, picograms, state) in table {
            assert_eq!(reading(text), (picograms, state), "{text:?}");
        }
    }

    #[test]
    fn a_frame_of_another_length_is_no_weight() {
        for text in [
            "ST,+0123.45  g\r\n",
            "ST,+001ST,+00123.45  g\r\n",
            "+00123.45  g\r\n",
            "ST,00123.45   g\r\n",
            "ST,+00001.234 kg\r\n",
        ] {
            assert_eq!(answers(text.as_bytes()), [ScaleAnswer::Garbled(text.len() - 2)], "{text:?}");
        }
        assert_eq!(answers(b"\x06\r\n"), [ScaleAnswer::Other]);
    }
}
