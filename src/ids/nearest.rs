//! Which known word somebody meant.

use strsim::levenshtein;

/// The word of `known` that is closest to `word` in whatever case, if at most a third of its letters were missed; of a short
/// one a letter may be, but not all.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // No known word is longer, and a distance takes time by both lengths.
    let word: String = word.chars().take(64).collect::<String>().to_lowercase();
    let near =
        known.map(|other| (levenshtein(&word, &other.to_lowercase()), other)).min_by_key(|(distance, _)| *distance);
    let missed = |letters: usize| (letters / 3).max(1).min(letters.saturating_sub(1));
    near.filter(|(distance, other)| *distance <= missed(other.chars().count())).map(|(_, other)| other)
}

/// `did you mean usps? `, to be put before what else to do; nothing where no known word is near.
pub fn did_you_mean<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(word, known).map_or_else(String::new, |meant| format!("did you mean {meant}? "))
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
        assert_eq!(meant("DEVICE"), Some("device"));
        assert_eq!(meant("colour"), None);
        assert_eq!(nearest("x", std::iter::empty()), None);
        assert_eq!(nearest("3", ["1", "2"].into_iter()), None);
        assert_eq!(did_you_mean("ids", known.into_iter()), "did you mean id? ");
        assert_eq!(did_you_mean("colour", known.into_iter()), "");
    }
}
