//! MT-SICS: Mettler-Toledo's command set, levels 0 and 1; Ohaus (after `PSI`), Kern and A&D ("MT format") speak it too.
//!
//! ```text
//!   we send                    the scale answers
//!   SI CR LF                   S S     100.00 g CR LF     at rest
//!                              S D      99.87 g CR LF     in motion
//!                              S +  S -  S I  CR LF       over, under, not now
//!   Z CR LF                    Z A  Z I  Z +  Z - CR LF   zero set; not now, too much, too little on the pan
//!                              ES  ET  EL CR LF           not understood, garbled on the way, not possible
//!
//!   53 20 53 20 20 20 20 20 31 30 30 2E 30 30 20 67 0D 0A
//!   S     S                 1  0  0  .  0  0     g
//!   id    state             weight, 10 wide      unit
//! ```
//! From the Mettler AT balances manual (p. 87), the JS series manual (p. 30) and A&D's GF-A manual (p. 17). Widths differ
//! between makers, so a line is split at runs of blanks. A scale set to 7E1 and read as 8N1 shows its parity in bit 7:
//! that bit is masked.

use super::codec::{Key, Questions, ScaleAnswer};
use super::fault::{Fault, KeyRefusal};
use super::lines;
use super::reading::{Reading, Stability, WireUnit};

/// `SI` is the weight now, at rest or not; `Z` and `T` wait until the pan rests.
pub(super) const QUESTIONS: Questions =
    Questions { weight: &[b"SI\r\n"], zero: b"Z\r\n", tare: b"T\r\n", answers_keys: true, gap_ms: 0 };

/// One line, without its end.
pub(super) fn read(raw: &[u8]) -> Option<ScaleAnswer> {
    let text = lines::text(raw)?;
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let without_weight = |state| ScaleAnswer::Reading(Reading::without_weight(state, raw));
    Some(match words.as_slice() {
        ["S", "+"] => without_weight(Stability::Over),
        ["S", "-"] => without_weight(Stability::Under),
        ["S", "I"] => without_weight(Stability::Fault(Fault::Busy)),
        ["ES"] => without_weight(Stability::Fault(Fault::SyntaxError)),
        ["ET"] => without_weight(Stability::Fault(Fault::TransmissionError)),
        ["EL"] => without_weight(Stability::Fault(Fault::LogicError)),
        ["S", motion @ ("S" | "D"), weight @ ..] => read_weight(weight, *motion == "D", raw)?,
        ["Z" | "ZI", answer] => pressed(Key::Zero, answer)?,
        ["T" | "TI", answer, ..] => pressed(Key::Tare, answer)?,
        ["I0" | "I1" | "I2" | "I3" | "I4" | "TA" | "TAC" | "D" | "K" | "SIR", ..] => ScaleAnswer::Other,
        _ => return None,
    })
}

/// `A`, or the tare's weight after `S` or `D`: taken.
fn pressed(key: Key, answer: &str) -> Option<ScaleAnswer> {
    Some(match answer {
        "A" | "S" | "D" => ScaleAnswer::Done(key),
        "I" => ScaleAnswer::Refused(key, KeyRefusal::Busy),
        "+" => ScaleAnswer::Refused(key, KeyRefusal::Over),
        "-" => ScaleAnswer::Refused(key, KeyRefusal::Under),
        _ => return None,
    })
}

/// `100.00 g`, and `- 0.50 g` of makers who set the sign apart. A weight without its unit is no weight.
fn read_weight(words: &[&str], moving: bool, raw: &[u8]) -> Option<ScaleAnswer> {
    let (text, unit) = match words {
        [digits, unit] => ((*digits).to_owned(), *unit),
        [sign @ ("-" | "+"), digits, unit] if digits.starts_with(|c: char| c.is_ascii_digit()) => {
            (format!("{sign}{digits}"), *unit)
        }
        _ => return None,
    };
    let reading = match WireUnit::from_symbol(unit) {
        Some(unit) => Reading::weighed(text, unit, moving, raw)?,
        None => Reading::without_weight(Stability::Fault(Fault::UnknownUnit), raw),
    };
    Some(ScaleAnswer::Reading(reading))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::codec::ScaleCodec as _;
    use super::*;

    fn answers(bytes: &[u8]) -> Vec<ScaleAnswer> {
        lines::heard(read, bytes)
    }

    fn weighed(bytes: &[u8]) -> (i64, &'static str, String, Stability) {
        match answers(bytes).as_slice() {
            [ScaleAnswer::Reading(reading)] => {
                (reading.picograms, reading.unit.symbol(), reading.text.clone(), reading.state)
            }
            other => panic!("{other:?}"),
        }
    }

    const GRAM: i64 = 1_000_000_000_000;

    #[test]
    fn a_weight_at_rest_is_exact_and_keeps_its_digits_and_its_frame() {
        let frame = [
            0x53, 0x20, 0x53, 0x20, 0x20, 0x20, 0x20, 0x20, 0x31, 0x30, 0x30, 0x2E, 0x30, 0x30, 0x20, 0x67, 0x0D, 0x0A,
        ];
        assert_eq!(weighed(&frame), (100 * GRAM, "g", "100.00".to_owned(), Stability::Stable));
        let [ScaleAnswer::Reading(reading)] = &answers(&frame)[..] else { panic!() };
        assert_eq!(reading.raw, frame[..16]);
    }

    #[test]
    fn each_state_is_told_apart() {
        let table: [(&[u8], i64, &str, Stability); 9] = [
            (b"S D      99.87 g\r\n", 99_870_000_000_000, "99.87", Stability::Moving),
            (b"S S      -0.50 g\r\n", -500_000_000_000, "-0.50", Stability::Negative),
            (b"S S     - 0.50 g\r\n", -500_000_000_000, "-0.50", Stability::Negative),
            (b"S D      -0.50 g\r\n", -500_000_000_000, "-0.50", Stability::Moving),
            (b"S S      -0.00 g\r\n", 0, "-0.00", Stability::Stable),
            (b"S +\r\n", 0, "", Stability::Over),
            (b"S -\r\n", 0, "", Stability::Under),
            (&[0x53, 0x20, 0x49, 0x0D, 0x0A], 0, "", Stability::Fault(Fault::Busy)),
            (&[0x45, 0x53, 0x0D, 0x0A], 0, "", Stability::Fault(Fault::SyntaxError)),
        ];
        for (frame, picograms, text, state) in table {
            assert_eq!(weighed(frame), (picograms, "g", text.to_owned(), state));
        }
    }

    #[test]
    fn every_unit_is_converted_exactly() {
        assert_eq!(weighed(b"S S   2.345 kg\r\n").0, 2345 * GRAM);
        assert_eq!(weighed(b"S S   1.00 lb\r\n").0, 453_592_370_000_000);
        assert_eq!(weighed(b"S S   0.001 oz\r\n").0, 28_349_523_125);
    }

    #[test]
    fn an_unknown_unit_is_no_weight() {
        assert_eq!(weighed(b"S S   1.00 tl\r\n"), (0, "g", String::new(), Stability::Fault(Fault::UnknownUnit)));
        assert_eq!(answers(b"S S   1.00\r\n"), [ScaleAnswer::Garbled(10)]);
    }

    #[test]
    fn an_empty_weight_is_not_zero() {
        for frame in [&b"S S            g\r\n"[..], b"S S\r\n", b"S\r\n", b"S S ------ g\r\n", b"S S    .   g\r\n"] {
            assert_eq!(answers(frame), [ScaleAnswer::Garbled(frame.len() - 2)]);
        }
    }

    #[test]
    fn the_parity_bit_of_a_seven_bit_scale_is_masked() {
        let even: Vec<u8> = b"S S     100.00 g\r\n"
            .iter()
            .map(|&byte| if byte.count_ones() % 2 == 1 { byte | 0x80 } else { byte })
            .collect();
        assert_eq!(weighed(&even).0, 100 * GRAM);
    }

    #[test]
    fn noise_spoils_its_line_and_not_the_next() {
        let out = answers(b"\x00\xff\x13S S   1\xc3\r\nS S   2.00 g\r\n");
        assert!(
            matches!(&out[..], [ScaleAnswer::Garbled(11), ScaleAnswer::Reading(reading)] if reading.picograms == 2 * GRAM)
        );
    }

    #[test]
    fn half_a_line_and_a_new_one_never_make_a_weight() {
        let mut codec = lines::ByLine::new(read);
        let mut out = Vec::new();
        codec.push(b"S S     1", &mut |answer| out.push(answer));
        assert_eq!(codec.reset(), 9);
        codec.push(b"S S     20.00 g\r\n", &mut |answer| out.push(answer));
        assert!(matches!(&out[..], [ScaleAnswer::Reading(reading)] if reading.picograms == 20 * GRAM));
        assert_eq!(answers(b"S S     1S S     20.00 g\r\n"), [ScaleAnswer::Garbled(24)]);
    }

    #[test]
    fn a_line_without_end_is_garbled_and_the_next_is_read() {
        let mut long = vec![b'S'; 1000];
        long.extend(b"\r\nS +\r\n");
        assert!(matches!(&answers(&long)[..], [ScaleAnswer::Garbled(1000), ScaleAnswer::Reading(_)]));
    }

    #[test]
    fn zero_is_set_or_refused_with_its_reason() {
        assert_eq!(answers(b"Z A\r\n"), [ScaleAnswer::Done(Key::Zero)]);
        let refused =
            [KeyRefusal::Busy, KeyRefusal::Over, KeyRefusal::Under].map(|why| ScaleAnswer::Refused(Key::Zero, why));
        assert_eq!(answers(b"Z I\r\nZ +\r\nZ -\r\n"), refused);
        assert_eq!(answers(b"T S      12.00 g\r\n"), [ScaleAnswer::Done(Key::Tare)]);
        assert_eq!(answers(b"T I\r\n"), [ScaleAnswer::Refused(Key::Tare, KeyRefusal::Busy)]);
        assert_eq!(answers(b"I4 A \"0123456789\"\r\n"), [ScaleAnswer::Other]);
    }

    proptest! {
        #[test]
        fn no_bytes_panic_and_no_frame_outgrows_its_bound(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            for answer in answers(&bytes) {
                if let ScaleAnswer::Reading(reading) = answer {
                    prop_assert!(reading.raw.len() <= super::super::RAW_MAX);
                }
            }
        }

        #[test]
        fn a_weight_survives_byte_by_byte(grams in 0u32..99_999_999) {
            let frame = format!("S S {:>7}.{:02} g\r\n", grams / 100, grams % 100);
            let mut codec = lines::ByLine::new(read);
            let mut out = Vec::new();
            for byte in frame.bytes() {
                codec.push(&[byte], &mut |answer| out.push(answer));
            }
            prop_assert_eq!(&out, &answers(frame.as_bytes()));
            let [ScaleAnswer::Reading(reading)] = &out[..] else { panic!() };
            prop_assert_eq!(reading.picograms, i64::from(grams) * (GRAM / 100));
        }
    }
}
