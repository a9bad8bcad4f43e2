//! A scanner that types: key events of Linux, read as a US keyboard whatever the system's layout is.
//!
//! ```text
//!   struct input_event, 24 bytes on a 64-bit machine:
//!   tt tt tt tt tt tt tt tt  uu uu uu uu uu uu uu uu  01 00  1E 00  01 00 00 00
//!   seconds                  microseconds             type   code   value: 1 pressed, 0 let go, 2 held
//!                                                     EV_KEY A
//! ```
//! From Linux's `input.h` and `input-event-codes.h`. Scanners type what a US keyboard would; decoding it ourselves keeps it
//! right with any layout, and the node is grabbed so that nothing is typed into a console. Enter and Tab end a scan.
//! Ctrl+] and F8 are GS, the separator of GS1 data. ALT and digits on the keypad are a character by number. A key that is
//! no character spoils the scan: a code with a character missing must not look like a right one.

use super::{Frame, GAP_MS, ScannerCodec};

const TIME: usize = 2 * std::mem::size_of::<usize>();
const RECORD: usize = TIME + 8;

const EV_SYN: u16 = 0;
const EV_KEY: u16 = 1;
const SYN_REPORT: u16 = 0;
const SYN_DROPPED: u16 = 3;

const KEY_TAB: u16 = 15;
const KEY_ENTER: u16 = 28;
const KEY_LEFT_CTRL: u16 = 29;
const KEY_LEFT_SHIFT: u16 = 42;
const KEY_RIGHT_SHIFT: u16 = 54;
const KEY_LEFT_ALT: u16 = 56;
const KEY_CAPS_LOCK: u16 = 58;
const KEY_F8: u16 = 66;
const KEY_NUM_LOCK: u16 = 69;
const KEY_KP_ENTER: u16 = 96;
const KEY_RIGHT_CTRL: u16 = 97;
const KEY_RIGHT_ALT: u16 = 100;

const GS: u8 = 0x1D;

/// First key of each run of keys, what they type, and what with shift.
const ROWS: [(u16, &[u8], &[u8]); 5] = [
    (2, b"1234567890-=", b"!@#$%^&*()_+"),
    (16, b"qwertyuiop[]", b"QWERTYUIOP{}"),
    (30, b"asdfghjkl;'`", b"ASDFGHJKL:\"~"),
    (43, b"\\zxcvbnm,./", b"|ZXCVBNM<>?"),
    (57, b" ", b" "),
];
/// The keypad, with and without NumLock alike: a scanner has no cursor.
const KEYPAD: [(u16, &[u8]); 3] = [(55, b"*"), (71, b"789-456+1230."), (98, b"/")];

/// Keys into scans.
#[derive(Debug)]
pub struct Keyboard {
    record: Vec<u8>,
    line: Vec<u8>,
    spoilt: Option<&'static str>,
    longest: usize,
    shift: bool,
    ctrl: bool,
    caps: bool,
    /// The number typed while ALT is down.
    alt: Option<Option<u16>>,
    /// Events were lost: nothing counts until the next report.
    dropped: bool,
    last_ms: u64,
}

impl Keyboard {
    /// For scans of up to `longest` bytes.
    #[must_use]
    pub fn new(longest: usize) -> Self {
        Self {
            record: Vec::with_capacity(RECORD),
            line: Vec::new(),
            spoilt: None,
            longest,
            shift: false,
            ctrl: false,
            caps: false,
            alt: None,
            dropped: false,
            last_ms: 0,
        }
    }

    fn event(&mut self, kind: u16, code: u16, value: i32, emit: &mut dyn FnMut(Frame)) {
        match (kind, code) {
            (EV_SYN, SYN_DROPPED) => {
                self.dropped = true;
                self.spoilt = Some("lost_keys");
                (self.shift, self.ctrl, self.alt) = (false, false, None);
            }
            (EV_SYN, SYN_REPORT) => self.dropped = false,
            (EV_KEY, code) if !self.dropped => self.key(code, value, emit),
            _ => {}
        }
    }

    fn key(&mut self, code: u16, value: i32, emit: &mut dyn FnMut(Frame)) {
        let down = value != 0;
        match code {
            KEY_LEFT_SHIFT | KEY_RIGHT_SHIFT => self.shift = down,
            KEY_LEFT_CTRL | KEY_RIGHT_CTRL => self.ctrl = down,
            KEY_LEFT_ALT | KEY_RIGHT_ALT if down => self.alt = self.alt.or(Some(None)),
            KEY_LEFT_ALT | KEY_RIGHT_ALT => {
                if let Some(Some(number)) = self.alt.take() {
                    self.by_number(number);
                }
            }
            // Only a press types; a key that is held or let go does not.
            _ if value != 1 => {}
            KEY_CAPS_LOCK => self.caps = !self.caps,
            KEY_NUM_LOCK => {}
            KEY_ENTER | KEY_KP_ENTER | KEY_TAB => self.end(emit),
            _ if self.alt.is_some() => self.digit_of_number(code),
            KEY_F8 => self.push_byte(GS, emit),
            _ => match self.character(code) {
                Some(byte) => self.push_byte(byte, emit),
                None => self.spoilt = Some("key"),
            },
        }
    }

    fn character(&self, code: u16) -> Option<u8> {
        let of = |first: u16, keys: &[u8]| keys.get(usize::from(code.checked_sub(first)?)).copied();
        if let Some(byte) = KEYPAD.iter().find_map(|(first, keys)| of(*first, keys)) {
            return (!self.ctrl).then_some(byte);
        }
        let (plain, shifted) =
            ROWS.iter().find_map(|(first, plain, shifted)| Some((of(*first, plain)?, of(*first, shifted)?)))?;
        if self.ctrl {
            return (plain == b']').then_some(GS);
        }
        let shift = self.shift != (self.caps && plain.is_ascii_lowercase());
        Some(if shift { shifted } else { plain })
    }

    /// One more digit of a character's number; three or four of them, from the keypad or the row above the letters.
    fn digit_of_number(&mut self, code: u16) {
        let digit = self.character(code).filter(u8::is_ascii_digit).map(|digit| u16::from(digit - b'0'));
        match (digit, &mut self.alt) {
            (Some(digit), Some(number)) => *number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(digit)),
            _ => self.spoilt = Some("key"),
        }
    }

    fn by_number(&mut self, number: u16) {
        match u8::try_from(number) {
            Ok(byte @ (GS | b' '..=b'~')) if self.line.len() < self.longest => self.line.push(byte),
            _ => self.spoilt = Some("key"),
        }
    }

    fn push_byte(&mut self, byte: u8, emit: &mut dyn FnMut(Frame)) {
        if self.line.len() < self.longest {
            self.line.push(byte);
        } else if self.spoilt.replace("too_long") != Some("too_long") {
            emit(Frame::TooLong(self.longest + 1));
        }
    }

    fn end(&mut self, emit: &mut dyn FnMut(Frame)) {
        let line = std::mem::take(&mut self.line);
        match self.spoilt.take() {
            Some("too_long") => {}
            Some(why) => emit(Frame::Bad(why)),
            None if line.is_empty() => {}
            None => emit(Frame::Scan(line)),
        }
    }
}

impl ScannerCodec for Keyboard {
    fn push(&mut self, bytes: &[u8], now_ms: u64, emit: &mut dyn FnMut(Frame)) {
        if now_ms.saturating_sub(self.last_ms) > GAP_MS {
            self.end(emit);
        }
        self.last_ms = now_ms;
        for &byte in bytes {
            self.record.push(byte);
            if self.record.len() == RECORD {
                let fields = &self.record[TIME..];
                let kind = u16::from_ne_bytes([fields[0], fields[1]]);
                let code = u16::from_ne_bytes([fields[2], fields[3]]);
                let value = i32::from_ne_bytes([fields[4], fields[5], fields[6], fields[7]]);
                self.record.clear();
                self.event(kind, code, value, emit);
            }
        }
    }

    fn idle(&mut self, emit: &mut dyn FnMut(Frame)) {
        self.end(emit);
    }

    fn pending(&self) -> bool {
        !self.line.is_empty() || self.spoilt.is_some()
    }
}

/// The events of a person or a scanner who types this text, letter by letter: what a virtual keyboard sends. `None` for a
/// character no key has.
#[must_use]
pub fn typed(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut say = |kind: u16, code: u16, value: i32| {
        out.extend([0; TIME]);
        out.extend(kind.to_ne_bytes());
        out.extend(code.to_ne_bytes());
        out.extend(value.to_ne_bytes());
    };
    for byte in text.bytes() {
        let at = |keys: &[u8]| keys.iter().position(|key| *key == byte).and_then(|at| u16::try_from(at).ok());
        let plain = ROWS.iter().find_map(|(first, plain, _)| Some((first + at(plain)?, false)));
        let shifted = || ROWS.iter().find_map(|(first, _, shifted)| Some((first + at(shifted)?, true)));
        let (code, shift) = match byte {
            b'\n' | b'\r' => (KEY_ENTER, false),
            GS => (KEY_F8, false),
            _ => plain.or_else(shifted)?,
        };
        let with_shift = [(KEY_LEFT_SHIFT, 1), (code, 1), (code, 0), (KEY_LEFT_SHIFT, 0)];
        let events = if shift { &with_shift[..] } else { &with_shift[1..3] };
        for (code, value) in events {
            say(EV_KEY, *code, *value);
            say(EV_SYN, SYN_REPORT, 0);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events(events: &[(u16, u16, i32)]) -> Vec<u8> {
        let record = |(kind, code, value): &(u16, u16, i32)| {
            [&[0; TIME][..], &kind.to_ne_bytes(), &code.to_ne_bytes(), &value.to_ne_bytes()].concat()
        };
        events.iter().flat_map(record).collect()
    }

    fn pressed(codes: &[u16]) -> Vec<u8> {
        events(&codes.iter().map(|code| (EV_KEY, *code, 1)).collect::<Vec<_>>())
    }

    fn frames(bytes: &[u8]) -> Vec<Frame> {
        let (mut keyboard, mut out) = (Keyboard::new(64), Vec::new());
        keyboard.push(bytes, 0, &mut |frame| out.push(frame));
        out
    }

    fn scan(text: &str) -> Frame {
        Frame::Scan(text.as_bytes().to_vec())
    }

    #[test]
    fn every_printable_character_is_typed_and_read() {
        let all: String = (b' '..=b'~').map(char::from).collect();
        let (first, second) = all.split_at(48);
        let sent = typed(&format!("{first}\r{second}\r")).unwrap();
        assert_eq!(frames(&sent), [scan(first), scan(second)]);
    }

    #[test]
    fn the_separator_of_gs1_data_is_f8_or_ctrl_and_bracket() {
        let sent =
            [pressed(&[2, KEY_F8, 3, KEY_LEFT_CTRL, 27]), events(&[(EV_KEY, KEY_LEFT_CTRL, 0)]), pressed(&[4, 28])];
        assert_eq!(frames(&sent.concat()), [scan("1\u{1d}2\u{1d}3")]);
    }

    #[test]
    fn caps_lock_turns_letters_and_nothing_else() {
        assert_eq!(frames(&pressed(&[KEY_CAPS_LOCK, 30, 2, KEY_CAPS_LOCK, 30, 28])), [scan("A1a")]);
    }

    #[test]
    fn a_held_key_is_one_character() {
        let held = events(&[(EV_KEY, 30, 1), (EV_KEY, 30, 2), (EV_KEY, 30, 2), (EV_KEY, 30, 0), (EV_KEY, 28, 1)]);
        assert_eq!(frames(&held), [scan("a")]);
    }

    #[test]
    fn the_keypad_types_digits_and_alt_numbers() {
        assert_eq!(frames(&pressed(&[71, 76, 82, 83, 98, 96])), [scan("750./")]);
        let alt = |digits: &[u16]| {
            [
                events(&[(EV_KEY, KEY_LEFT_ALT, 1)]),
                pressed(digits),
                events(&[(EV_KEY, KEY_LEFT_ALT, 0)]),
                pressed(&[28]),
            ]
            .concat()
        };
        // 0, 6, 5 on the keypad are the character 65.
        assert_eq!(frames(&alt(&[82, 77, 76])), [scan("A")]);
        assert_eq!(frames(&alt(&[79, 82])), [Frame::Bad("key")], "10 is a line feed");
    }

    #[test]
    fn a_key_that_is_no_character_spoils_the_scan_and_not_the_next() {
        assert_eq!(frames(&pressed(&[2, 103, 3, 28, 4, 28])), [Frame::Bad("key"), scan("3")]);
    }

    #[test]
    fn lost_events_spoil_the_scan() {
        let sent = [
            pressed(&[2]),
            events(&[(EV_SYN, SYN_DROPPED, 0), (EV_KEY, 3, 1), (EV_SYN, SYN_REPORT, 0)]),
            pressed(&[4, 28]),
        ];
        assert_eq!(frames(&sent.concat()), [Frame::Bad("lost_keys")]);
    }

    #[test]
    fn what_is_too_long_is_said_once() {
        let sent = typed(&format!("{}\r12\r", "x".repeat(100))).unwrap();
        assert_eq!(frames(&sent), [Frame::TooLong(65), scan("12")]);
    }

    proptest! {
        #[test]
        fn no_events_panic_and_any_split_reads_alike(
            codes in proptest::collection::vec((0u16..3, 0u16..120, 0i32..3), 0..60),
            cut in 0usize..1500,
        ) {
            let bytes = events(&codes);
            let (a, b) = bytes.split_at(cut.min(bytes.len()));
            let (mut keyboard, mut out) = (Keyboard::new(64), Vec::new());
            keyboard.push(a, 0, &mut |frame| out.push(frame));
            keyboard.push(b, 50, &mut |frame| out.push(frame));
            prop_assert_eq!(out, frames(&bytes));
        }
    }
}
