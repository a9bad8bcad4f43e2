//! What a printer's word about itself proves of a label that nobody saw.
//!
//! A station that stopped, or lost its printer, between sending a label and hearing of it has what the printer said before
//! (recorded with `PrintStarted`) and what it says now that it is at rest. `judge` compares the two:
//!
//! | same printer, nothing left to print, its odometer … | the label |
//! |---|---|
//! | rose by one label | is out, as far as an odometer knows. A key that feeds a blank label moves it, too, so this closes nothing: the label is still to be scanned |
//! | did not move | did not come out, *if that can be known*: the one case in which another is printed without the packer's word |
//! | anything else: it rose otherwise, fell, is absent, belongs to another printer | nobody knows: the packer is asked |
//!
//! An odometer is a whole number of inches or centimetres. A label of length `l` raises it by `l` rounded down or up, and
//! the gap behind it (`GAP_UM`) may add one; two labels raise it by twice `l` rounded down at least. *Rose by one label* is
//! believed where the one cannot be the other: in inches from 51 mm on. *Did not move* is believed only when
//!
//! - a label is at least one unit long: a shorter one may hide in the rounding; paper without an end has no labels;
//! - the printer says its serial number, and says the same one;
//! - its odometer is known to count: it had moved by one label when the label before was scanned back;
//! - it was never seen to fall, nor to stand still for a label that was scanned back;
//! - the printer had power all the time: the pictures that were in its memory before are there now. Counters like these are
//!   saved now and then (Epson: every two to four minutes, TM-L100 manual p. 25), so a printer that was switched off may
//!   count again from where it stood before the label. One that does not count pictures cannot show that it was not.
//!
//! What it cannot know: an odometer that breaks in the very moment that matters, and paper that was moved by hand.

use serde::{Deserialize, Serialize};

use crate::ids::ParcelId;
use crate::station::fact::{Before, FeedUnit, Odometer, Testimony};

/// Gaps between labels are 2 to 4 mm; some printers feed a little more.
const GAP_UM: u64 = 6_000;

/// What is known of a label that nobody saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::station) enum Finding {
    /// It is out; the evidence.
    Out(String),
    /// It is certain that nothing came out; the evidence.
    Nothing(String),
    /// Nobody knows; why.
    Unclear(String),
}

/// Whether an odometer moves with each label.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::station) enum Trust {
    /// Not seen yet.
    #[default]
    Unknown,
    /// It moved by one label for a label that was scanned back.
    Counts,
    /// It stood still for such a label, or fell.
    Wrong,
}

/// Compares what the printer said `before` with what it says now.
pub(in crate::station) fn judge(before: &Before, now: &Testimony, trust: Trust) -> Finding {
    let unclear = |why: &str| Finding::Unclear(why.to_owned());
    let then = &before.says;
    if !same_printer(then, now) {
        return unclear("another printer answers");
    }
    if !(then.empty && now.empty) {
        return unclear("the printer does not say what it has left to print");
    }
    let Some((from, to)) = then.odometer.zip(now.odometer).filter(|(from, to)| from.unit == to.unit) else {
        return unclear("the printer has no odometer");
    };
    let evidence = format!("odometer {} -> {}", from.count, to.count);
    match to.count.checked_sub(from.count) {
        Some(0) => match doubt_of_nothing(before, now, trust) {
            None => Finding::Nothing(evidence),
            Some(why) => Finding::Unclear(format!("{evidence}, and {why}")),
        },
        Some(rise) if is_one_label(before.label_mm, from.unit, rise) => Finding::Out(evidence),
        _ => Finding::Unclear(format!("{evidence}, which is not one label")),
    }
}

/// By their serial numbers; two that say none, by where they are.
fn same_printer(one: &Testimony, other: &Testimony) -> bool {
    one.serial == other.serial && (one.serial.is_some() || one.address == other.address)
}

/// Why an odometer that did not move does not say that nothing came out.
fn doubt_of_nothing(before: &Before, now: &Testimony, trust: Trust) -> Option<&'static str> {
    let unit = before.says.odometer.map_or(FeedUnit::Inch, |odometer| odometer.unit);
    match trust {
        Trust::Counts => {}
        Trust::Unknown => return Some("it was never seen to count"),
        Trust::Wrong => return Some("it has been wrong"),
    }
    if now.serial.is_none() {
        return Some("the printer does not say which one it is");
    }
    if u64::from(before.label_mm) * 1_000 < unit.micrometres() {
        return Some("a label is shorter than what it counts");
    }
    let kept = before.says.stored.filter(|before| *before > 0).zip(now.stored).is_some_and(|(then, now)| now >= then);
    (!kept).then_some("the printer may have been without power")
}

/// Whether a rise is that of one label and cannot be that of two.
fn is_one_label(label_mm: u32, unit: FeedUnit, rise: u64) -> bool {
    let (label, unit) = (u64::from(label_mm) * 1_000, unit.micrometres());
    let (least, most) = (label / unit, (label + GAP_UM).div_ceil(unit));
    least > 0 && most < 2 * label / unit && (least..=most).contains(&rise)
}

/// What was learned of the printer that printed last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::station) struct Meter {
    serial: Option<String>,
    trust: Trust,
    /// The last print, and what the odometer said before it.
    last: Option<(ParcelId, Odometer, u32)>,
}

impl Meter {
    /// The parcel of the last print: whether its label was scanned back tells what the next number is worth.
    pub(in crate::station) fn last(&self) -> Option<ParcelId> {
        self.last.map(|(parcel, ..)| parcel)
    }

    /// Takes in what the printer says before a print; `scanned_back` is whether the label of the last one was.
    pub(in crate::station) fn started(&mut self, parcel: ParcelId, before: Option<&Before>, scanned_back: bool) {
        let serial = before.and_then(|before| before.says.serial.clone());
        if serial.is_none() || serial != self.serial {
            *self = Self { serial, ..Self::default() };
        }
        let now = before.and_then(|before| Some((before.says.odometer?, before.label_mm)));
        if let (Some((_, last, label_mm)), Some((now, _))) = (self.last, now) {
            self.trust = match now.count.checked_sub(last.count) {
                _ if now.unit != last.unit => Trust::Unknown,
                None => Trust::Wrong,
                Some(0) if scanned_back => Trust::Wrong,
                Some(rise) if scanned_back && is_one_label(label_mm, now.unit, rise) => match self.trust {
                    Trust::Unknown | Trust::Counts => Trust::Counts,
                    Trust::Wrong => Trust::Wrong,
                },
                Some(_) => self.trust,
            };
        }
        self.last = now.map(|(odometer, label_mm)| (parcel, odometer, label_mm));
    }

    /// Whether the odometer of this printer moves with each label.
    pub(in crate::station) fn trust(&self, of: &Testimony) -> Trust {
        if of.serial.is_some() && of.serial == self.serial { self.trust } else { Trust::Unknown }
    }

    /// Whether that of the printer that printed last does.
    pub(in crate::station) fn counts(&self) -> bool {
        self.trust == Trust::Counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(count: u64) -> Testimony {
        Testimony {
            address: "tcp://printer:9100".into(),
            serial: Some("41A06440023".into()),
            odometer: Some(Odometer { count, unit: FeedUnit::Inch }),
            empty: true,
            stored: Some(1),
        }
    }

    fn before(count: u64, label_mm: u32) -> Before {
        Before { says: says(count), label_mm }
    }

    fn is_nothing(now: &Testimony, trust: Trust) -> bool {
        matches!(judge(&before(8560, 150), now, trust), Finding::Nothing(_))
    }

    #[test]
    fn one_label_more_is_the_label_and_two_are_not() {
        for (count, out) in [(8565, true), (8566, true), (8567, true), (8564, false), (8568, false), (8571, false)] {
            let found = judge(&before(8560, 150), &says(count), Trust::Unknown);
            assert_eq!(matches!(found, Finding::Out(_)), out, "{count}: {found:?}");
        }
        assert!(matches!(judge(&before(8560, 150), &says(8559), Trust::Counts), Finding::Unclear(_)));
    }

    #[test]
    fn a_short_label_and_paper_without_an_end_are_not_counted_in_inches() {
        for label_mm in [0, 20, 25, 50] {
            for rise in 1..4 {
                let found = judge(&before(8560, label_mm), &says(8560 + rise), Trust::Counts);
                assert!(matches!(found, Finding::Unclear(_)), "{label_mm} mm, {rise}: {found:?}");
            }
        }
        assert!(is_one_label(50, FeedUnit::Centimetre, 5) && is_one_label(50, FeedUnit::Centimetre, 6));
        for label_mm in 1..300 {
            for unit in [FeedUnit::Inch, FeedUnit::Centimetre] {
                let two = 2 * u64::from(label_mm) * 1_000 / unit.micrometres();
                assert!(!is_one_label(label_mm, unit, two), "two labels of {label_mm} mm look like one");
            }
        }
        for label_mm in [0, 20, 25] {
            let found = judge(&before(8560, label_mm), &says(8560), Trust::Counts);
            assert!(matches!(found, Finding::Unclear(_)), "a label of {label_mm} mm may hide in the rounding");
        }
    }

    #[test]
    fn that_nothing_came_out_is_believed_only_with_every_sign() {
        assert!(is_nothing(&says(8560), Trust::Counts));
        assert!(!is_nothing(&says(8560), Trust::Unknown), "an odometer that was never seen to count");
        assert!(!is_nothing(&says(8560), Trust::Wrong), "an odometer that has been wrong");
        let mut now = says(8560);
        now.stored = Some(0);
        assert!(!is_nothing(&now, Trust::Counts), "a printer that was without power");
        now.stored = None;
        assert!(!is_nothing(&now, Trust::Counts), "a printer that does not say what it remembers");
        let other = Testimony { serial: Some("other".into()), ..says(8560) };
        assert!(!is_nothing(&other, Trust::Counts), "another printer");
        let nameless = Testimony { serial: None, ..says(8560) };
        assert!(!is_nothing(&nameless, Trust::Counts), "a printer that does not say which one it is");
        let busy = Testimony { empty: false, ..says(8560) };
        assert!(!is_nothing(&busy, Trust::Counts), "a printer with something left to print");
        let mute = Testimony { odometer: None, ..says(8560) };
        assert!(!is_nothing(&mute, Trust::Counts), "a printer without an odometer");
        let mut metric = says(8560);
        metric.odometer = Some(Odometer { count: 8560, unit: FeedUnit::Centimetre });
        assert!(!is_nothing(&metric, Trust::Counts), "another unit");
    }

    #[test]
    fn two_printers_that_say_no_number_are_told_apart_by_their_place() {
        let nameless = |address: &str, count| Testimony { serial: None, address: address.into(), ..says(count) };
        let before = Before { says: nameless("tcp://a:9100", 8560), label_mm: 150 };
        assert!(matches!(judge(&before, &nameless("tcp://a:9100", 8566), Trust::Unknown), Finding::Out(_)));
        assert!(matches!(judge(&before, &nameless("tcp://b:9100", 8566), Trust::Unknown), Finding::Unclear(_)));
    }

    #[test]
    fn an_odometer_is_learned_from_labels_that_were_scanned_back() {
        let learned = |steps: &[(u64, bool)]| {
            let mut meter = Meter::default();
            for (count, scanned_back) in steps {
                meter.started(ParcelId(1), Some(&before(*count, 150)), *scanned_back);
            }
            meter.trust(&says(0))
        };
        assert_eq!(learned(&[(0, false)]), Trust::Unknown);
        assert_eq!(learned(&[(0, false), (6, true)]), Trust::Counts);
        assert_eq!(learned(&[(0, false), (6, false)]), Trust::Unknown, "nobody saw that label");
        assert_eq!(learned(&[(0, false), (12, true)]), Trust::Unknown, "it counts something else, too");
        assert_eq!(learned(&[(0, false), (6, true), (6, true)]), Trust::Wrong, "it stood still");
        assert_eq!(
            learned(&[(0, false), (6, true), (6, true), (12, true)]),
            Trust::Wrong,
            "once wrong, never believed"
        );
        assert_eq!(learned(&[(9, false), (3, false)]), Trust::Wrong, "it fell");
    }

    #[test]
    fn what_was_learned_of_one_printer_is_not_believed_of_another() {
        let mut meter = Meter::default();
        meter.started(ParcelId(1), Some(&before(0, 150)), false);
        meter.started(ParcelId(2), Some(&before(6, 150)), true);
        let other = Testimony { serial: Some("other".into()), ..says(6) };
        assert_eq!((meter.trust(&says(6)), meter.trust(&other)), (Trust::Counts, Trust::Unknown));
        meter.started(ParcelId(3), Some(&Before { says: other, label_mm: 150 }), true);
        assert!(!meter.counts());
        meter.started(ParcelId(4), None, true);
        assert_eq!(meter, Meter::default());
    }
}
