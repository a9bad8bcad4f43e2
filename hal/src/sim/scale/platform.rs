//! What lies on the virtual pan, and what the scale says of it.

use std::time::Duration;

use tokio::time::Instant;

use super::ScaleFault;
use crate::scale::WireUnit;

/// A tenth of a gram: the scale's division.
const DIVISION: i64 = WireUnit::Gram.picograms() / 10;
/// The most it weighs.
const CAPACITY: i64 = 30 * WireUnit::Kilogram.picograms();
/// Zero can be set within 2 % of the capacity, as type-approved scales have it.
const ZERO_RANGE: i64 = CAPACITY / 50;
/// A parcel put down swings for this long, or for this many answers.
const SWING: Duration = Duration::from_millis(200);
const SWING_ANSWERS: u32 = 4;

/// What the scale says to one command.
pub(super) enum Answer {
    Nothing,
    Bytes(Vec<u8>),
}

/// The pan and the display.
#[derive(Debug)]
pub(super) struct Platform {
    before: i64,
    load: i64,
    zero: i64,
    tare: i64,
    put_at: Option<Instant>,
    swings: u32,
    fast: bool,
    fault: ScaleFault,
    /// Its plug is being pulled.
    cut: bool,
}

impl Platform {
    pub(super) fn new() -> Self {
        Self {
            before: 0,
            load: 0,
            zero: 0,
            tare: 0,
            put_at: None,
            swings: 0,
            fast: false,
            fault: ScaleFault::None,
            cut: false,
        }
    }

    pub(super) fn put(&mut self, picograms: i64, now: Instant) {
        self.before = self.load;
        self.load = picograms;
        (self.put_at, self.swings) = (Some(now), 0);
    }

    pub(super) fn set_fast(&mut self, fast: bool) {
        self.fast = fast;
    }

    pub(super) fn set_fault(&mut self, fault: ScaleFault) {
        self.fault = fault;
    }

    pub(super) fn set_cut(&mut self, cut: bool) {
        self.cut = cut;
    }

    pub(super) fn rests(&self, now: Instant) -> bool {
        let swung = match self.put_at {
            None => true,
            Some(put_at) => self.swings >= SWING_ANSWERS || now.saturating_duration_since(put_at) >= SWING,
        };
        self.fault != ScaleFault::NeverSettles && (self.fast || swung)
    }

    pub(super) fn answer(&mut self, command: &str, now: Instant) -> Answer {
        match self.fault {
            _ if self.cut => return Answer::Nothing,
            ScaleFault::Silent => return Answer::Nothing,
            ScaleFault::Garbage => return Answer::Bytes(b"\xa6\x0f~\x93\x1c\xe1\r\n".to_vec()),
            ScaleFault::None | ScaleFault::NeverSettles | ScaleFault::Overload => {}
        }
        let text = match command {
            "SI" | "SIR" => self.weight(now),
            "S" if self.rests(now) => self.weight(now),
            "S" => "S I".to_owned(),
            "Z" => self.set_zero(now),
            "T" => self.set_tare(now),
            "TA" => format!("TA A {:>10} g", grams(self.tare)),
            "TAC" => {
                self.tare = 0;
                "TAC A".to_owned()
            }
            "@" | "I4" => "I4 A \"VIRTUAL\"".to_owned(),
            _ => "ES".to_owned(),
        };
        Answer::Bytes(format!("{text}\r\n").into_bytes())
    }

    fn net(&self) -> i64 {
        self.load - self.zero - self.tare
    }

    fn weight(&mut self, now: Instant) -> String {
        if self.fault == ScaleFault::Overload || self.load > CAPACITY {
            return "S +".to_owned();
        }
        if self.rests(now) {
            return format!("S S {:>10} g", grams(self.net()));
        }
        self.swings = self.swings.wrapping_add(1);
        format!("S D {:>10} g", grams(self.swinging()))
    }

    /// From what lay there before towards what lies there now; for ever around it when it never rests.
    fn swinging(&self) -> i64 {
        if self.fault == ScaleFault::NeverSettles {
            let sway = i64::from(self.swings % 5) - 2;
            return self.net() + sway * 30 * DIVISION;
        }
        let missing = (self.load - self.before) / i64::from(SWING_ANSWERS + 1);
        self.net() - missing * i64::from(SWING_ANSWERS - self.swings.min(SWING_ANSWERS))
    }

    fn set_zero(&mut self, now: Instant) -> String {
        if !self.rests(now) {
            return "Z I".to_owned();
        }
        match self.load {
            load if load > ZERO_RANGE => "Z +".to_owned(),
            load if load < -ZERO_RANGE => "Z -".to_owned(),
            load => {
                (self.zero, self.tare) = (load, 0);
                "Z A".to_owned()
            }
        }
    }

    fn set_tare(&mut self, now: Instant) -> String {
        if !self.rests(now) {
            return "T I".to_owned();
        }
        self.tare = self.load - self.zero;
        format!("T S {:>10} g", grams(self.tare))
    }
}

/// Tenths of a gram as the display shows them, to the nearest.
fn grams(picograms: i64) -> String {
    let tenths = (picograms + picograms.signum() * DIVISION / 2) / DIVISION;
    let sign = if tenths < 0 { "-" } else { "" };
    format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRAM: i64 = WireUnit::Gram.picograms();

    fn say(platform: &mut Platform, command: &str, now: Instant) -> String {
        match platform.answer(command, now) {
            Answer::Nothing => String::new(),
            Answer::Bytes(bytes) => String::from_utf8(bytes).unwrap().trim_end().to_owned(),
        }
    }

    #[test]
    fn a_parcel_swings_for_four_answers_and_rests_at_its_mass() {
        let now = Instant::now();
        let mut platform = Platform::new();
        platform.put(500 * GRAM, now);
        let said: Vec<String> = (0..5).map(|_| say(&mut platform, "SI", now)).collect();
        assert_eq!(
            said,
            ["S D      200.0 g", "S D      300.0 g", "S D      400.0 g", "S D      500.0 g", "S S      500.0 g"]
        );
    }

    #[test]
    fn a_parcel_rests_after_its_time_even_when_nobody_asks() {
        let now = Instant::now();
        let mut platform = Platform::new();
        platform.put(500 * GRAM, now);
        assert_eq!(say(&mut platform, "SI", now + SWING), "S S      500.0 g");
    }

    #[test]
    fn zero_is_refused_for_a_full_pan_and_taken_for_dust() {
        let now = Instant::now();
        let mut platform = Platform::new();
        platform.set_fast(true);
        platform.put(2000 * GRAM, now);
        assert_eq!(say(&mut platform, "Z", now), "Z +");
        platform.put(3 * GRAM, now);
        assert_eq!(say(&mut platform, "Z", now), "Z A");
        assert_eq!(say(&mut platform, "SI", now), "S S        0.0 g");
        platform.put(0, now);
        assert_eq!(say(&mut platform, "SI", now), "S S       -3.0 g");
    }

    #[test]
    fn ounces_are_shown_to_the_nearest_tenth_of_a_gram() {
        assert_eq!(grams(12 * WireUnit::Ounce.picograms()), "340.2");
        assert_eq!(grams(-GRAM / 20), "-0.1");
        assert_eq!(grams(GRAM / 21), "0.0");
    }
}
