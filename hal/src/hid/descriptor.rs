//! Report descriptors: items into fields.
//!
//! ```text
//!   05 8D        usage page: scale           each item: a byte of tag (4 bits), type (2), size (2: 0, 1, 2 or 4 bytes),
//!   09 20        usage: scale device         then its data, low byte first; FE begins a long item, which is passed over
//!   A1 01        collection: application
//!   85 03          report 3
//!   75 08 95 01    8 bits, once
//!   81 00          input: array              main items make fields out of what was said before them
//!   C0           end of the collection
//! ```
//! From the HID specification 1.11, section 6.2.2.

/// More fields, usages or nesting than any bench device has.
const FIELDS_MAX: usize = 256;
const USAGES_MAX: usize = 256;
const DEPTH_MAX: usize = 32;
/// A report of this many bits is longer than the kernel lets through.
const BITS_MAX: u32 = 16_384 * 8;

/// A usage with its page: `usage(0x8D, 0x40)`.
#[must_use]
pub const fn usage(page: u16, id: u16) -> u32 {
    (page as u32) << 16 | id as u32
}

/// Which way a report goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReportKind {
    /// From the device.
    Input,
    /// To the device.
    Output,
    /// Either way, when asked.
    Feature,
}

/// Some bits of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The report's number; `None` where reports have none.
    pub report: Option<u8>,
    /// Which way it goes.
    pub kind: ReportKind,
    /// Where the first bit is, behind the report's number.
    pub offset: u32,
    /// Bits of one value, 1 to 32.
    pub bits: u32,
    /// How many values.
    pub count: u32,
    /// What they mean: one usage for each value of a variable, the usages an array's value chooses from.
    pub usages: Vec<u32>,
    /// Each value has its own usage; otherwise a value is the number of a usage.
    pub is_variable: bool,
    /// Filling.
    pub is_constant: bool,
    /// The least value; below zero, values are signed.
    pub logical_min: i32,
    /// The usages of the collections around it, outermost first.
    pub collections: Vec<u32>,
}

impl Field {
    /// The value at `index` of a report as it was read, with its number before it where reports have numbers; `None` when
    /// the report is another or too short.
    #[must_use]
    pub fn value(&self, report: &[u8], index: u32) -> Option<i64> {
        let payload = match self.report {
            Some(number) => report.strip_prefix(&[number])?,
            None => report,
        };
        let first = self.offset.checked_add(index.checked_mul(self.bits)?)?;
        let mut value = 0_i64;
        for bit in 0..self.bits {
            let at = first.checked_add(bit)?;
            let byte = payload.get(usize::try_from(at / 8).ok()?)?;
            value |= i64::from(byte >> (at % 8) & 1) << bit;
        }
        let negative = self.logical_min < 0 && value >> (self.bits - 1) & 1 == 1;
        Some(if negative { value - (1 << self.bits) } else { value })
    }

    /// The usage that an array's value chooses: its usages count from the least value.
    #[must_use]
    pub fn chosen(&self, report: &[u8]) -> Option<u32> {
        let at = self.value(report, 0)?.checked_sub(i64::from(self.logical_min))?;
        self.usages.get(usize::try_from(at).ok()?).copied()
    }

    /// The bytes of all its values, where it is whole bytes on a byte's bound.
    #[must_use]
    pub fn bytes<'a>(&self, report: &'a [u8]) -> Option<&'a [u8]> {
        let payload = match self.report {
            Some(number) => report.strip_prefix(&[number])?,
            None => report,
        };
        let whole = self.bits == 8 && self.offset.is_multiple_of(8);
        let first = usize::try_from(self.offset / 8).ok().filter(|_| whole)?;
        payload.get(first..first.checked_add(usize::try_from(self.count).ok()?)?)
    }
}

/// All fields of a device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Descriptor {
    /// In the order of the descriptor.
    pub fields: Vec<Field>,
    /// The usages of the outermost collections: what the device is.
    pub applications: Vec<u32>,
}

/// A descriptor that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DescriptorError {
    /// It ends in the middle of an item.
    #[error("the report descriptor ends in the middle of an item")]
    Short,
    /// A size, count or nesting that no device has.
    #[error("the report descriptor has more in it than any device")]
    TooMuch,
    /// An end without a beginning, or the other way round.
    #[error("the report descriptor closes what it did not open")]
    Unbalanced,
}

/// What holds until it is said anew.
#[derive(Debug, Clone, Copy, Default)]
struct Global {
    page: u16,
    logical_min: i32,
    bits: u32,
    count: u32,
    report: Option<u8>,
}

/// What holds for the next main item.
#[derive(Debug, Default)]
struct Local {
    usages: Vec<u32>,
    min: Option<u32>,
}

#[derive(Debug, Default)]
struct DescriptorParser {
    found: Descriptor,
    global: Global,
    pushed: Vec<Global>,
    local: Local,
    collections: Vec<u32>,
    /// Bits so far of each report.
    used: Vec<((Option<u8>, ReportKind), u32)>,
}

impl Descriptor {
    /// Reads a descriptor.
    ///
    /// # Errors
    /// [`DescriptorError`].
    pub fn parse(mut bytes: &[u8]) -> Result<Self, DescriptorError> {
        let mut parser = DescriptorParser::default();
        while let Some((&prefix, rest)) = bytes.split_first() {
            if prefix == 0xFE {
                let [length, _, rest @ ..] = rest else { return Err(DescriptorError::Short) };
                bytes = rest.get(usize::from(*length)..).ok_or(DescriptorError::Short)?;
                continue;
            }
            let size = [0, 1, 2, 4][usize::from(prefix & 3)];
            let (data, rest) = rest.split_at_checked(size).ok_or(DescriptorError::Short)?;
            parser.item(prefix & 0xFC, data)?;
            bytes = rest;
        }
        if parser.collections.is_empty() { Ok(parser.found) } else { Err(DescriptorError::Unbalanced) }
    }

    /// Whether it is a device of this usage page.
    #[must_use]
    pub fn is_of_page(&self, page: u16) -> bool {
        self.applications.iter().any(|usage| usage >> 16 == u32::from(page))
    }

    /// The first field of a kind that has this usage.
    #[must_use]
    pub fn find(&self, kind: ReportKind, usage: u32) -> Option<&Field> {
        self.fields.iter().find(|field| field.kind == kind && field.usages.contains(&usage))
    }
}

impl DescriptorParser {
    fn item(&mut self, tag: u8, data: &[u8]) -> Result<(), DescriptorError> {
        let number = unsigned(data);
        match tag {
            0x80 => self.field(ReportKind::Input, number)?,
            0x90 => self.field(ReportKind::Output, number)?,
            0xB0 => self.field(ReportKind::Feature, number)?,
            0xA0 => self.open()?,
            0xC0 => {
                self.local = Local::default();
                self.collections.pop().ok_or(DescriptorError::Unbalanced)?;
            }
            0x04 => self.global.page = u16::try_from(number & 0xFFFF).unwrap_or_default(),
            0x14 => self.global.logical_min = signed(data),
            0x74 => self.global.bits = number,
            0x84 => self.global.report = u8::try_from(number).ok().filter(|number| *number != 0),
            0x94 => self.global.count = number,
            0xA4 => {
                if self.pushed.len() == DEPTH_MAX {
                    return Err(DescriptorError::TooMuch);
                }
                self.pushed.push(self.global);
            }
            0xB4 => self.global = self.pushed.pop().ok_or(DescriptorError::Unbalanced)?,
            0x08 => self.usage(self.whole(data, number))?,
            0x18 => self.local.min = Some(self.whole(data, number)),
            0x28 => {
                let (min, max) = (self.local.min.take().unwrap_or_default(), self.whole(data, number));
                for usage in (min..=max).take(USAGES_MAX + 1) {
                    self.usage(usage)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A usage of four bytes names its own page.
    fn whole(&self, data: &[u8], number: u32) -> u32 {
        if data.len() == 4 { number } else { u32::from(self.global.page) << 16 | number }
    }

    fn usage(&mut self, usage: u32) -> Result<(), DescriptorError> {
        if self.local.usages.len() == USAGES_MAX {
            return Err(DescriptorError::TooMuch);
        }
        self.local.usages.push(usage);
        Ok(())
    }

    fn open(&mut self) -> Result<(), DescriptorError> {
        let usage = std::mem::take(&mut self.local).usages.first().copied().unwrap_or_default();
        if self.collections.is_empty() {
            self.found.applications.push(usage);
        }
        if self.collections.len() == DEPTH_MAX || self.found.applications.len() > FIELDS_MAX {
            return Err(DescriptorError::TooMuch);
        }
        self.collections.push(usage);
        Ok(())
    }

    fn field(&mut self, kind: ReportKind, flags: u32) -> Result<(), DescriptorError> {
        let Global { bits, count, report, logical_min, .. } = self.global;
        let local = std::mem::take(&mut self.local);
        let key = (report, kind);
        let at = self.used.iter().position(|(of, _)| *of == key).unwrap_or_else(|| {
            self.used.push((key, 0));
            self.used.len() - 1
        });
        let offset = self.used[at].1;
        let total = bits.checked_mul(count).and_then(|bits| offset.checked_add(bits));
        let Some(end) = total.filter(|end| *end <= BITS_MAX) else { return Err(DescriptorError::TooMuch) };
        self.used[at].1 = end;
        if bits == 0 || count == 0 {
            return Ok(());
        }
        if self.found.fields.len() == FIELDS_MAX {
            return Err(DescriptorError::TooMuch);
        }
        // A value wider than 32 bits is nothing a bench device says; its bits are counted and it is left out.
        if bits <= 32 {
            self.found.fields.push(Field {
                report,
                kind,
                offset,
                bits,
                count,
                usages: local.usages,
                is_variable: flags & 2 != 0,
                is_constant: flags & 1 != 0,
                logical_min,
                collections: self.collections.clone(),
            });
        }
        Ok(())
    }
}

fn unsigned(data: &[u8]) -> u32 {
    data.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn signed(data: &[u8]) -> i32 {
    match *data {
        [a] => i32::from(i8::from_le_bytes([a])),
        [a, b] => i32::from(i16::from_le_bytes([a, b])),
        [a, b, c, d] => i32::from_le_bytes([a, b, c, d]),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A boot keyboard (HID 1.11, appendix B.1), its first lines.
    const KEYBOARD: &[u8] = &[
        0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0x05, 0x07, 0x19, 0xE0, 0x29, 0xE7, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01,
        0x95, 0x08, 0x81, 0x02, 0x95, 0x01, 0x75, 0x08, 0x81, 0x01, 0x95, 0x06, 0x75, 0x08, 0x15, 0x00, 0x25, 0x65,
        0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, 0xC0,
    ];

    #[test]
    fn a_keyboard_has_eight_shift_bits_and_six_keys() {
        let keyboard = Descriptor::parse(KEYBOARD).unwrap();
        assert_eq!(keyboard.applications, [usage(1, 6)]);
        assert!(keyboard.is_of_page(1) && !keyboard.is_of_page(super::super::SCALE_PAGE));
        let shifts = &keyboard.fields[0];
        assert_eq!((shifts.report, shifts.offset, shifts.bits, shifts.count), (None, 0, 1, 8));
        let left_shift = keyboard.find(ReportKind::Input, usage(7, 0xE1)).unwrap();
        assert_eq!(left_shift.value(&[0b10, 0, 4, 0, 0, 0, 0, 0], 1), Some(1));
        let keys = &keyboard.fields[2];
        assert_eq!((keys.offset, keys.is_variable), (16, false));
        assert_eq!(keys.chosen(&[0, 0, 4, 0, 0, 0, 0, 0]), Some(usage(7, 4)));
        assert_eq!(keys.value(&[0, 0], 0), None, "a short report has no keys");
    }

    #[test]
    fn what_no_device_says_is_refused() {
        let table: [(&[u8], DescriptorError); 6] = [
            (&[0x05], DescriptorError::Short),
            (&[0xFE, 9, 0], DescriptorError::Short),
            (&[0xC0], DescriptorError::Unbalanced),
            (&[0xA1, 0x01], DescriptorError::Unbalanced),
            (&[0x76, 0xFF, 0xFF, 0x96, 0xFF, 0xFF, 0x81, 0x02], DescriptorError::TooMuch),
            (&[0x19, 0x00, 0x2A, 0xFF, 0xFF, 0x81, 0x02], DescriptorError::TooMuch),
        ];
        for (bytes, error) in table {
            assert_eq!(Descriptor::parse(bytes), Err(error), "{bytes:02x?}");
        }
        assert_eq!(Descriptor::parse(&[0xFE, 1, 0, 9, 0x05, 0x8D]), Ok(Descriptor::default()));
    }

    #[test]
    fn signed_values_and_pushed_settings() {
        let bytes = [0x75, 0x08, 0x95, 0x01, 0x15, 0x80, 0xA4, 0x75, 0x10, 0xB4, 0x09, 0x01, 0x81, 0x02];
        let field = &Descriptor::parse(&bytes).unwrap().fields[0];
        assert_eq!((field.bits, field.value(&[0xFE], 0)), (8, Some(-2)));
    }

    proptest! {
        #[test]
        fn no_descriptor_and_no_report_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
            report in proptest::collection::vec(any::<u8>(), 0..70),
        ) {
            if let Ok(descriptor) = Descriptor::parse(&bytes) {
                for field in &descriptor.fields {
                    let _ = (field.value(&report, 0), field.value(&report, u32::MAX), field.chosen(&report), field.bytes(&report));
                }
            }
        }
    }
}
