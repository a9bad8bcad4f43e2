//! Rest, where the scale does not tell: so many equal readings in a row.

use super::reading::{Reading, Stability};

/// Turns readings that do not say whether the pan rests into ones that do.
#[derive(Debug)]
pub struct Steady {
    wanted: u32,
    last: Option<(i64, u32)>,
}

impl Steady {
    /// A pan rests once `wanted` readings in a row are equal; at least two.
    #[must_use]
    pub fn new(wanted: u32) -> Self {
        Self { wanted: wanted.max(2), last: None }
    }

    /// What this reading is, after those before it. One that tells is left as it is, and begins the count anew.
    #[must_use]
    pub fn judge(&mut self, mut reading: Reading) -> Reading {
        if reading.state != Stability::Unsaid {
            self.forget();
            return reading;
        }
        let equal = match self.last {
            Some((picograms, count)) if picograms == reading.picograms => count.saturating_add(1),
            _ => 1,
        };
        self.last = Some((reading.picograms, equal));
        reading.state = match equal < self.wanted {
            true => Stability::Moving,
            false if reading.picograms < 0 => Stability::Negative,
            false => Stability::Stable,
        };
        reading
    }

    /// Something came between: the next reading is the first.
    pub fn forget(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::WireUnit;
    use super::*;

    fn unsaid(text: &str) -> Reading {
        let reading = Reading::weighed(text.to_owned(), WireUnit::Gram, false, b"").unwrap();
        Reading { state: Stability::Unsaid, ..reading }
    }

    fn judged(texts: &[&str]) -> Vec<Stability> {
        let mut steady = Steady::new(3);
        texts.iter().map(|text| steady.judge(unsaid(text)).state).collect()
    }

    #[test]
    fn three_equal_readings_are_rest() {
        use Stability::{Moving, Negative, Stable};
        assert_eq!(judged(&["1", "1", "1", "1"]), [Moving, Moving, Stable, Stable]);
        assert_eq!(judged(&["1", "1", "2", "2", "2"]), [Moving, Moving, Moving, Moving, Stable]);
        assert_eq!(judged(&["-1", "-1", "-1"]), [Moving, Moving, Negative]);
    }

    #[test]
    fn something_between_begins_the_count_anew() {
        let mut steady = Steady::new(2);
        let _ = steady.judge(unsaid("1"));
        let _ = steady.judge(Reading::without_weight(Stability::Over, b""));
        assert_eq!(steady.judge(unsaid("1")).state, Stability::Moving);
        steady.forget();
        assert_eq!(steady.judge(unsaid("1")).state, Stability::Moving);
    }
}
