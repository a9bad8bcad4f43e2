//! USB HID scales: usage page 0x8D, as `/dev/hidrawN` hands their reports over.
//!
//! ```text
//!   03      04       02     00         14 00
//!   report  status   unit   exponent   weight, low byte first
//!           4 rest   2 g    10^0       20            -> 20 g at rest
//! ```
//! From the USB-IF's HID Point of Sale Usage Tables 1.02 (scale page) and usbscale.c. The report's number and the places of
//! its fields are the device's choice, told by its descriptor (most have 3, Accupost has 9); what is drawn here is what
//! nearly all have. A device sends by itself, falls silent when it sleeps, and its first report after opening may be old.

use super::codec::{ScaleAnswer, ScaleCodec};
use super::fault::Fault;
use super::reading::{Reading, Stability, WireUnit};
use crate::hid::{Descriptor, Field, ReportKind, SCALE_PAGE, usage};

/// Usages of the scale page.
const STATUS: std::ops::RangeInclusive<u32> = usage(SCALE_PAGE, 0x71)..=usage(SCALE_PAGE, 0x78);
const UNITS: std::ops::RangeInclusive<u32> = usage(SCALE_PAGE, 0x51)..=usage(SCALE_PAGE, 0x5C);
const WEIGHT: u32 = usage(SCALE_PAGE, 0x40);
const SCALING: u32 = usage(SCALE_PAGE, 0x41);
const ZERO_SCALE: u32 = usage(SCALE_PAGE, 0x80);

/// Where the parts of the data report are.
#[derive(Debug, Clone)]
pub struct WeightLayout {
    status: Field,
    unit: Field,
    /// Left out by scales that only ever send whole units.
    scaling: Option<Field>,
    weight: Field,
    zero: Vec<u8>,
}

impl WeightLayout {
    /// What nearly all scales have, and what is taken where a descriptor cannot be read.
    #[must_use]
    pub fn usual() -> Self {
        let field = |offset, bits, logical_min, usages: Vec<u32>, is_variable| Field {
            report: Some(3),
            kind: ReportKind::Input,
            offset,
            bits,
            count: 1,
            usages,
            is_variable,
            is_constant: false,
            logical_min,
            collections: Vec::new(),
        };
        Self {
            status: field(0, 8, 1, STATUS.collect(), false),
            unit: field(8, 8, 1, UNITS.collect(), false),
            scaling: Some(field(16, 8, -128, vec![SCALING], true)),
            weight: field(24, 16, 0, vec![WEIGHT], true),
            zero: ZERO.to_vec(),
        }
    }

    /// What the descriptor says; `None` for a device that is no scale or says too little of itself.
    #[must_use]
    pub fn of(descriptor: &Descriptor) -> Option<Self> {
        if !descriptor.is_of_page(SCALE_PAGE) {
            return None;
        }
        let weight = descriptor.find(ReportKind::Input, WEIGHT)?.clone();
        let beside = |field: &&Field| field.kind == ReportKind::Input && field.report == weight.report;
        let array = |usages: std::ops::RangeInclusive<u32>| {
            let chooses =
                |field: &&Field| !field.is_variable && field.usages.iter().any(|usage| usages.contains(usage));
            descriptor.fields.iter().filter(beside).find(chooses).cloned()
        };
        Some(Self {
            status: array(STATUS)?,
            unit: array(UNITS)?,
            scaling: descriptor.fields.iter().filter(beside).find(|field| field.usages.contains(&SCALING)).cloned(),
            zero: descriptor
                .find(ReportKind::Output, ZERO_SCALE)
                .and_then(zero_report)
                .unwrap_or_else(|| ZERO.to_vec()),
            weight,
        })
    }

    /// What sets the scale to zero. Best effort: many scales ignore it, so look for a reading of zero after it.
    #[must_use]
    pub fn zero(&self) -> &[u8] {
        &self.zero
    }

    /// The number of the data report; 0 where reports have none.
    fn report(&self) -> u8 {
        self.weight.report.unwrap_or(0)
    }
}

/// Control report 2, bit 1.
const ZERO: &[u8] = &[0x02, 0x02];

/// The control report with the bit of this usage set: a number (0 where there is none) and one byte.
fn zero_report(field: &Field) -> Option<Vec<u8>> {
    let at = field.usages.iter().position(|usage| *usage == ZERO_SCALE)?;
    let bit = field.offset.checked_add(field.bits.checked_mul(u32::try_from(at).ok()?)?)?;
    (bit < 8 && field.is_variable).then(|| vec![field.report.unwrap_or(0), 1 << bit])
}

/// Reads whole reports.
#[derive(Debug, Clone)]
pub struct Hid {
    layout: WeightLayout,
}

impl Default for Hid {
    fn default() -> Self {
        Self::new(WeightLayout::usual())
    }
}

impl Hid {
    /// For reports laid out like this.
    #[must_use]
    pub fn new(layout: WeightLayout) -> Self {
        Self { layout }
    }

    fn reading(&self, report: &[u8]) -> Option<Reading> {
        let WeightLayout { status, unit, scaling, weight, .. } = &self.layout;
        let status = status.chosen(report)? & 0xFFFF;
        let exponent = scaling.as_ref().map_or(Some(0), |field| field.value(report, 0))?;
        let digits = u32::try_from(weight.value(report, 0)?).ok()?;
        let code = unit.chosen(report).map_or(0, |usage| usage & 0xFF).saturating_sub(0x50);
        read(u8::try_from(status & 0xF).ok()?, u8::try_from(code).ok()?, i8::try_from(exponent).ok()?, digits, report)
    }
}

impl ScaleCodec for Hid {
    /// Takes one report, with its number before it, as one read of a hidraw node gives it.
    fn push(&mut self, report: &[u8], emit: &mut dyn FnMut(ScaleAnswer)) {
        let ours = self.layout.report();
        emit(match report.first() {
            Some(number) if ours != 0 && *number != ours && *number != 0 => ScaleAnswer::Other,
            _ => self.reading(report).map_or(ScaleAnswer::Garbled(report.len()), ScaleAnswer::Reading),
        });
    }

    /// A report is whole or it is not one.
    fn reset(&mut self) -> usize {
        0
    }
}

/// `None` for a status the tables do not have: an empty read is all zeros, and is not a weight of zero.
fn read(status: u8, unit: u8, exponent: i8, weight: u32, raw: &[u8]) -> Option<Reading> {
    let (moving, negative) = match status {
        2 | 4 => (false, false),
        3 => (true, false),
        5 => (false, true),
        1 => return Some(Reading::without_weight(Stability::Fault(Fault::DeviceFault), raw)),
        6 => return Some(Reading::without_weight(Stability::Over, raw)),
        7 => return Some(Reading::without_weight(Stability::Fault(Fault::NeedsCalibration), raw)),
        8 => return Some(Reading::without_weight(Stability::Fault(Fault::NeedsZero), raw)),
        _ => return None,
    };
    let Some(unit) = unit_of(unit) else {
        return Some(Reading::without_weight(Stability::Fault(Fault::UnknownUnit), raw));
    };
    Reading::weighed(digits(weight, exponent, negative)?, unit, moving, raw)
}

/// Units of the scale page, usages 0x51 to 0x5C. The tael (5) has a different value in each country: no weight.
fn unit_of(code: u8) -> Option<WireUnit> {
    Some(match code {
        0x01 => WireUnit::Milligram,
        0x02 => WireUnit::Gram,
        0x03 => WireUnit::Kilogram,
        0x04 => WireUnit::Carat,
        0x06 => WireUnit::Grain,
        0x07 => WireUnit::Pennyweight,
        0x08 => WireUnit::Tonne,
        0x09 => WireUnit::ShortTon,
        0x0A => WireUnit::TroyOunce,
        0x0B => WireUnit::Ounce,
        0x0C => WireUnit::Pound,
        _ => return None,
    })
}

/// 1234 x 10^-3 as `1.234`, as the scale's own display shows it. `None` for an exponent no scale has.
fn digits(weight: u32, exponent: i8, negative: bool) -> Option<String> {
    let sign = if negative { "-" } else { "" };
    let places = usize::from(exponent.unsigned_abs());
    if places > 9 {
        return None;
    }
    if exponent >= 0 {
        let zeros = if weight == 0 { 0 } else { places };
        return Some(format!("{sign}{weight}{:0<zeros$}", ""));
    }
    let all = format!("{weight:0>width$}", width = places + 1);
    let (whole, part) = all.split_at(all.len() - places);
    Some(format!("{sign}{whole}.{part}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer(report: &[u8]) -> ScaleAnswer {
        let mut out = Vec::new();
        Hid::default().push(report, &mut |answer| out.push(answer));
        assert_eq!(out.len(), 1);
        out.remove(0)
    }

    fn reading(report: &[u8]) -> (i64, WireUnit, String, Stability) {
        match answer(report) {
            ScaleAnswer::Reading(reading) => {
                assert_eq!(reading.raw, report);
                (reading.picograms, reading.unit, reading.text, reading.state)
            }
            other => panic!("{other:?}"),
        }
    }

    const GRAM: i64 = 1_000_000_000_000;

    #[test]
    fn each_status_is_told_apart() {
        use WireUnit::{Gram, Kilogram, Ounce};
        let table: [([u8; 6], i64, WireUnit, &str, Stability); 9] = [
            ([0x03, 0x04, 0x02, 0x00, 0x14, 0x00], 20 * GRAM, Gram, "20", Stability::Stable),
            ([0x03, 0x04, 0x03, 0xFD, 0xD2, 0x04], 1234 * GRAM, Kilogram, "1.234", Stability::Stable),
            ([0x03, 0x03, 0x03, 0xFD, 0x9C, 0x04], 1180 * GRAM, Kilogram, "1.180", Stability::Moving),
            ([0x03, 0x02, 0x0B, 0xFF, 0x00, 0x00], 0, Ounce, "0.0", Stability::Stable),
            ([0x03, 0x05, 0x02, 0x00, 0x14, 0x00], -20 * GRAM, Gram, "-20", Stability::Negative),
            ([0x03, 0x06, 0x0C, 0xFF, 0x00, 0x00], 0, Gram, "", Stability::Over),
            ([0x03, 0x01, 0x02, 0x00, 0x14, 0x00], 0, Gram, "", Stability::Fault(Fault::DeviceFault)),
            ([0x03, 0x07, 0x02, 0x00, 0x14, 0x00], 0, Gram, "", Stability::Fault(Fault::NeedsCalibration)),
            ([0x03, 0x08, 0x02, 0x00, 0x14, 0x00], 0, Gram, "", Stability::Fault(Fault::NeedsZero)),
        ];
        for (report, picograms, unit, text, state) in table {
            assert_eq!(reading(&report), (picograms, unit, text.to_owned(), state));
        }
    }

    #[test]
    fn an_empty_report_is_not_zero() {
        assert_eq!(answer(&[0; 6]), ScaleAnswer::Garbled(6));
        assert_eq!(answer(&[0x03, 0, 0x02, 0, 0, 0]), ScaleAnswer::Garbled(6));
        assert_eq!(answer(&[0x03, 0x04, 0x02]), ScaleAnswer::Garbled(3));
        assert_eq!(answer(&[]), ScaleAnswer::Garbled(0));
    }

    #[test]
    fn an_unknown_unit_is_no_weight() {
        for unit in [0x00, 0x05, 0x0D, 0xFF] {
            assert_eq!(reading(&[0x03, 0x04, unit, 0, 1, 0]).3, Stability::Fault(Fault::UnknownUnit));
        }
    }

    #[test]
    fn exponents_go_both_ways_and_absurd_ones_are_refused() {
        assert_eq!(reading(&[0x03, 0x04, 0x02, 0x02, 0x05, 0x00]).0, 500 * GRAM);
        assert_eq!(reading(&[0x03, 0x04, 0x0B, 0xFF, 0xFF, 0xFF]).2, "6553.5");
        assert_eq!(answer(&[0x03, 0x04, 0x02, 0x80, 1, 0]), ScaleAnswer::Garbled(6));
        assert_eq!(answer(&[0x03, 0x04, 0x02, 0x0A, 1, 0]), ScaleAnswer::Garbled(6));
    }

    /// A scale like Accupost's: report 9, the weight first, in 32 bits; status and unit behind it, no scaling; a control
    /// report 4 with two bits.
    #[rustfmt::skip]
    const ODD: &[u8] = &[
        0x05, 0x8D, 0x09, 0x20, 0xA1, 0x01,
          0x85, 0x09, 0x15, 0x00, 0x27, 0xFF, 0xFF, 0xFF, 0x7F, 0x75, 0x20, 0x95, 0x01, 0x09, 0x40, 0x81, 0x02,
          0x75, 0x08, 0x15, 0x01, 0x25, 0x08, 0x09, 0x70, 0xA1, 0x02, 0x19, 0x71, 0x29, 0x78, 0x81, 0x00, 0xC0,
          0x25, 0x0C, 0x09, 0x50, 0xA1, 0x02, 0x19, 0x51, 0x29, 0x5C, 0x81, 0x00, 0xC0,
          0x85, 0x04, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x02, 0x09, 0x80, 0x09, 0x81, 0x91, 0x02,
        0xC0,
    ];

    #[test]
    fn the_places_are_where_the_descriptor_puts_them() {
        let layout = WeightLayout::of(&Descriptor::parse(ODD).unwrap()).unwrap();
        assert_eq!(layout.zero(), [0x04, 0x01]);
        let mut scale = Hid::new(layout);
        let mut out = Vec::new();
        for report in [&[0x09, 0x70, 0x11, 0x01, 0x00, 0x04, 0x02][..], &[0x03, 0x04, 0x02, 0x00, 0x14, 0x00]] {
            scale.push(report, &mut |answer| out.push(answer));
        }
        let [ScaleAnswer::Reading(reading), ScaleAnswer::Other] = &out[..] else { panic!("{out:?}") };
        assert_eq!((reading.picograms, reading.state), (70_000 * GRAM, Stability::Stable));
    }

    #[test]
    fn a_device_of_another_page_is_no_scale() {
        assert!(WeightLayout::of(&Descriptor::parse(&[0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0xC0]).unwrap()).is_none());
    }

    proptest! {
        #[test]
        fn no_report_panics(report in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = answer(&report);
        }
    }
}
