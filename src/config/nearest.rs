//! Which known word somebody meant.

/// The word of `known` that is closest to `word`, if at most a third of its letters, and at least one, were missed.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.map(|other| (distance(word, other), other)).min_by_key(|(distance, _)| *distance);
    near.filter(|(distance, other)| *distance <= (other.len() / 3).max(1)).map(|(_, other)| other)
}

/// Letters to put in, take out or change to get from one word to the other (Levenshtein 1965).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, letter) in from.chars().take(64).enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (column, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
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
