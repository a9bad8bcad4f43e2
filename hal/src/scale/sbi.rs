//! Sartorius SBI.
//!
//! ```text
//!   we send        the scale answers
//!   ESC P CR LF    2B 20 20 20 31 32 33 2E 35 36 20 67 20 20 0D 0A
//!                  +           1  2  3  .  5  6     g        CR LF     at rest
//!                  +   123.56                                          no unit: not at rest
//!                  N     +   123.56 g                                  22 characters: with a name before it
//!                  Stat       High,  Stat       Low,  Err 54
//! ```
//! From the Sartorius WZA (p. 23), GC803S (p. 57), LE2202S (p. 51) and Entris-II manuals. 14 characters before CR LF, or
//! 20: sign, blank, eight of the number, blank, three of the unit. A digit in brackets (`123.5[6]`) is not verified and
//! counts all the same. Usual is 1200 or 9600 baud, 7O1 or 8O1; bit 7 is masked. With a software handshake the scale waits
//! for XON.

use super::codec::{Questions, ScaleAnswer};
use super::fault::Fault;
use super::lines;
use super::reading::{Reading, Stability};

/// `ESC P` prints, `ESC V` zeroes, `ESC U` tares.
pub(super) const QUESTIONS: Questions =
    Questions { weight: &[b"\x1BP\r\n"], zero: b"\x1BV\r\n", tare: b"\x1BU\r\n", answers_keys: false, gap_ms: 0 };

/// One line, without its end.
pub(super) fn read(raw: &[u8]) -> Option<ScaleAnswer> {
    reading(raw).map(ScaleAnswer::Reading)
}

fn reading(raw: &[u8]) -> Option<Reading> {
    let text = lines::text(raw)?;
    let without_weight = |state| Some(Reading::without_weight(state, raw));
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    match words[..] {
        ["High" | "H"] | ["Stat", "High" | "H"] => return without_weight(Stability::Over),
        ["Low" | "L"] | ["Stat", "Low" | "L"] => return without_weight(Stability::Under),
        ["C"] | ["Stat", "C" | "Cal.Ext." | "Cal."] => return without_weight(Stability::Fault(Fault::Busy)),
        ["Err" | "ERR", _] | ["Stat", "Err" | "ERR", _] => return without_weight(Stability::Fault(Fault::DeviceFault)),
        _ => {}
    }
    let field = match text.len() {
        14 => text.as_str(),
        20 => match text[..6].trim_end_matches(' ') {
            "N" | "G" | "N1" | "" => &text[6..],
            "Qnt" => return without_weight(Stability::Fault(Fault::NotAWeight)),
            _ => return None,
        },
        _ => return None,
    };
    if !field.starts_with(['+', '-', ' ']) {
        return None;
    }
    let (number, unit) =
        lines::number_and_unit(&field.replace(['[', ']'], "")).map(|(number, unit)| (number, unit.to_owned()))?;
    match unit.as_str() {
        // The weight is there and may not be used: no unit is how the scale says that it moves.
        "" => without_weight(Stability::Fault(Fault::Busy)),
        "pcs" | "%" => without_weight(Stability::Fault(Fault::NotAWeight)),
        unit => Reading::named(number, unit, Stability::Stable, raw),
    }
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
            ("+   123.56 g  \r\n", 123_560_000_000_000, Stability::Stable),
            ("+   123.56    \r\n", 0, Stability::Fault(Fault::Busy)),
            ("+  123.5[6] g \r\n", 123_560_000_000_000, Stability::Stable),
            ("-     0.50 g  \r\n", -GRAM / 2, Stability::Negative),
            ("+    1.234 kg \r\n", 1234 * GRAM, Stability::Stable),
            ("N     +   123.56 g  \r\n", 123_560_000_000_000, Stability::Stable),
            ("Qnt   +       12 pcs\r\n", 0, Stability::Fault(Fault::NotAWeight)),
            ("Stat       High     \r\n", 0, Stability::Over),
            ("Stat       Low      \r\n", 0, Stability::Under),
            ("Err 54\r\n", 0, Stability::Fault(Fault::DeviceFault)),
            ("+     1.00 tlh\r\n", 0, Stability::Fault(Fault::UnknownUnit)),
        ];
        for (text, picograms, state) in table {
            match &answers(text)[..] {
                [ScaleAnswer::Reading(reading)] => {
                    assert_eq!((reading.picograms, reading.state), (picograms, state), "{text:?}");
                }
                other => panic!("{text:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_line_of_another_length_is_no_weight() {
        for text in ["+  123.56 g  \r\n", "+   12+   123.56 g  \r\n", "   123.56 g\r\n"] {
            assert_eq!(answers(text), [ScaleAnswer::Garbled(text.len() - 2)], "{text:?}");
        }
    }
}
