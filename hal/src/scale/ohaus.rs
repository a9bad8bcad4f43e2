//! OHAUS: Ranger, Defender, Scout and their kin.
//!
//! ```text
//!   we send      the scale answers
//!   IP CR LF     20 20 20 20 20 31 39 32 2E 32 31 20 67 0D 0A
//!                               1  9  2  .  2  1     g  CR LF       at rest
//!                     192.21 g ?                                    not at rest
//!                     192.21 g   NET                                after a tare
//!                45 53 0D 0A  ES                                    not understood, or not able
//! ```
//! From the OHAUS Ranger RC (p. 36), Defender 3000 (p. 37), Defender 5000 (p. 27) and 5000 series manuals. The weight is
//! right aligned in 11 or 12 characters, a blank, up to five of the unit, a blank, `?` while it moves, and a legend (`G`,
//! `N`, `NET`, `T`). A Defender 3000 asked too fast shows `Print` and may hang; it is asked twice a
//! second.

use super::codec::{Questions, ScaleAnswer};
use super::fault::Fault;
use super::lines;
use super::reading::{Reading, Stability};

/// `IP` is the weight now, at rest or not.
pub(super) const QUESTIONS: Questions =
    Questions { weight: &[b"IP\r\n"], zero: b"Z\r\n", tare: b"T\r\n", answers_keys: false, gap_ms: 500 };

/// One line, without its end.
pub(super) fn read(raw: &[u8]) -> Option<ScaleAnswer> {
    let text = lines::text(raw)?;
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    // Some set the sign apart: `-   0.50 g`.
    let (sign, words) = match words[..] {
        ["-", ref rest @ ..] => ("-", rest),
        ref words => ("", words),
    };
    let (number, unit, rest) = match *words {
        ["ES"] => {
            return Some(ScaleAnswer::Reading(Reading::without_weight(Stability::Fault(Fault::SyntaxError), raw)));
        }
        ["OK!" | "Print"] => return Some(ScaleAnswer::Other),
        [number, unit, ref rest @ ..] if rest.len() <= 2 => (number, unit, rest),
        _ => return None,
    };
    let (unit, mark) = unit.strip_suffix('?').map_or((unit, false), |unit| (unit, true));
    let (moving, legend) = match *rest {
        ["?", ref legend @ ..] => (true, legend),
        ref legend => (mark, legend),
    };
    if !matches!(legend, [] | ["G" | "N" | "NET" | "T" | "B"]) {
        return None;
    }
    if matches!(unit, "PCS" | "pcs" | "%") {
        return Some(ScaleAnswer::Reading(Reading::without_weight(Stability::Fault(Fault::NotAWeight), raw)));
    }
    let state = if moving { Stability::Moving } else { Stability::Stable };
    Reading::named(format!("{sign}{number}"), unit, state, raw).map(ScaleAnswer::Reading)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::WireUnit;

    fn answers(text: &str) -> Vec<ScaleAnswer> {
        lines::heard(read, text.as_bytes())
    }

    #[test]
    fn each_line_of_the_manuals_is_read() {
        const GRAM: i64 = WireUnit::Gram.picograms();
        let table = [
            ("     192.21 g\r\n", 192_210_000_000_000, Stability::Stable),
            ("     192.21 g ?\r\n", 192_210_000_000_000, Stability::Moving),
            ("     192.21 g?\r\n", 192_210_000_000_000, Stability::Moving),
            ("     192.21 g   NET\r\n", 192_210_000_000_000, Stability::Stable),
            ("     192.21 g ? NET\r\n", 192_210_000_000_000, Stability::Moving),
            ("      -0.50 g\r\n", -GRAM / 2, Stability::Negative),
            ("-      0.50 g\r\n", -GRAM / 2, Stability::Negative),
            ("      1.234 kg    G\r\n", 1234 * GRAM, Stability::Stable),
            ("       1.00 lb\r\n", WireUnit::Pound.picograms(), Stability::Stable),
            ("         12 PCS\r\n", 0, Stability::Fault(Fault::NotAWeight)),
            ("       1.00 tael\r\n", 0, Stability::Fault(Fault::UnknownUnit)),
            ("ES\r\n", 0, Stability::Fault(Fault::SyntaxError)),
        ];
        for (text, picograms, state) in table {
            match &answers(text)[..] {
                [ScaleAnswer::Reading(reading)] => assert_eq!((reading.picograms, reading.state), (picograms, state)),
                other => panic!("{text:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_is_no_line_of_a_scale_is_garbled() {
        for text in ["192.21\r\n", "     192.21 g x\r\n", "   19     192.21 g\r\n", "- - 1 g\r\n", "1.2.3 g\r\n"] {
            let out = answers(text);
            assert!(
                matches!(&out[..], [ScaleAnswer::Garbled(_)])
                    || matches!(&out[..], [ScaleAnswer::Reading(reading)] if !reading.state.has_weight()),
                "{text:?}: {out:?}"
            );
        }
        assert_eq!(answers("Print\r\n"), [ScaleAnswer::Other]);
    }
}
