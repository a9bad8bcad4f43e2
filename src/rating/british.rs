//! British postcodes in their parts, so that those of one district are one stretch and IV1 is no beginning of IV12.

/// A British postcode, or the beginning of one, in at most eight places: two of the area, two of the district's digits, one of
/// its letter, three of the inward half. A part that is left out in the middle is a place without a sign.
pub(super) fn places(text: &str) -> Option<Vec<Option<u8>>> {
    let text = text.trim().to_ascii_uppercase();
    let bytes = text.as_bytes();
    let run =
        |from: usize, is: fn(&u8) -> bool, most: usize| bytes[from..].iter().take(most).take_while(|b| is(b)).count();
    let area = run(0, u8::is_ascii_alphabetic, 2);
    let inward = |part: &[u8]| matches!(part, [b'0'..=b'9', b'A'..=b'Z', b'A'..=b'Z']);
    let begins_inward = |part: &[u8]| matches!(part, [] | [b'0'..=b'9'] | [b'0'..=b'9', b'A'..=b'Z']) || inward(part);
    // Without a blank, what looks like a whole inward code is one; a place always ends in one.
    let (outward, sector) = match text.split_once([' ', '-']) {
        Some((outward, sector)) => (outward.len(), sector.trim().as_bytes()),
        None if bytes.len() > area + 3 && inward(&bytes[bytes.len() - 3..]) => {
            (bytes.len() - 3, &bytes[bytes.len() - 3..])
        }
        None => (bytes.len(), &[][..]),
    };
    let digits = run(area, u8::is_ascii_digit, 2).min(outward.checked_sub(area)?);
    let letter = bytes.get(area + digits..outward)?;
    let whole = (1..=2).contains(&area)
        && letter.len() <= 1
        && letter.iter().all(u8::is_ascii_alphabetic)
        && (digits > 0 || (letter.is_empty() && sector.is_empty()))
        && begins_inward(sector);
    if !whole {
        return None;
    }
    let mut places: Vec<Option<u8>> = vec![Some(bytes[0]), bytes[..area].get(1).copied()];
    if digits > 0 {
        places.push(Some(if digits == 2 { bytes[area] } else { b'0' }));
        places.push(Some(bytes[area + digits - 1]));
    }
    if !letter.is_empty() || !sector.is_empty() {
        places.push(letter.first().copied());
    }
    places.extend(sector.iter().map(|byte| Some(*byte)));
    Some(places)
}
