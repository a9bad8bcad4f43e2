//! Which known word somebody meant.

use strsim::levenshtein;

/// The word of `known` that is closest to `word`, if at most a third of its letters, and at least one, were missed.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // No known word is longer, and a distance takes time by both lengths.
    let word: String = word.chars().take(64).collect();
    let near = known.map(|other| (levenshtein(&word, other), other)).min_by_key(|(distance, _)| *distance);
    near.filter(|(distance, other)| *distance <= (other.len() / 3).max(1)).map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["baud", "carriers_dir", "device", "id"];
        let meant = |word| nearest(word, known.into_iter());
        assert_eq!(meant("bawd"), Some("baud"));
        assert_eq!(meant("carrier_dir"), Some("carriers_dir"));
        assert_eq!(meant("carriersdirs"), Some("carriers_dir"));
        assert_eq!(meant("devcie"), Some("device"));
        assert_eq!(meant("colour"), None);
        assert_eq!(nearest("x", std::iter::empty()), None);
    }
}
