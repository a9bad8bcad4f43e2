//! How postcodes look, in countries where every address has one.

/// By country: `9` is a digit, `A` a letter. Blanks and hyphens may be left out. Countries where people write addresses without
/// one are not here.
const FORMS: [(&str, &[&str]); 31] = [
    ("AT", &["9999"]),
    ("AU", &["9999"]),
    ("BE", &["9999"]),
    ("BR", &["99999-999"]),
    ("CA", &["A9A 9A9"]),
    ("CH", &["9999"]),
    ("CZ", &["999 99"]),
    ("DE", &["99999"]),
    ("DK", &["9999"]),
    ("ES", &["99999"]),
    ("FI", &["99999"]),
    ("FR", &["99999"]),
    ("GB", &["A9 9AA", "A99 9AA", "A9A 9AA", "AA9 9AA", "AA99 9AA", "AA9A 9AA"]),
    ("GR", &["999 99"]),
    ("HU", &["9999"]),
    ("IT", &["99999"]),
    ("JP", &["999-9999"]),
    ("KR", &["99999"]),
    ("LU", &["9999"]),
    ("MX", &["99999"]),
    ("MY", &["99999"]),
    ("NL", &["9999 AA"]),
    ("NO", &["9999"]),
    ("NZ", &["9999"]),
    ("PL", &["99-999"]),
    ("PT", &["9999-999"]),
    ("SE", &["999 99"]),
    ("SG", &["999999"]),
    ("SK", &["999 99"]),
    ("TH", &["99999"]),
    ("US", &["99999", "99999-9999"]),
];
/// The first and the last ZIP code.
const ZIPS: (u32, u32) = (501, 99_950);

/// What a postcode must be and is not; `None` where it may be what it is.
pub(super) fn wrong(country: &str, postcode: &str) -> Option<&'static str> {
    let forms = forms(country)?;
    if !forms.iter().any(|form| has_form(country, postcode, form)) {
        return Some(expected(country));
    }
    let zip = || postcode.get(..5).and_then(|zip| zip.parse().ok());
    let no_zip = country == "US" && zip().is_none_or(|zip: u32| zip < ZIPS.0 || zip > ZIPS.1);
    no_zip.then_some("a ZIP code that there is, from 00501 to 99950")
}

/// Whether every address of a country has a postcode.
pub(super) fn is_needed(country: &str) -> bool {
    forms(country).is_some()
}

fn forms(country: &str) -> Option<&'static [&'static str]> {
    FORMS.iter().find(|(known, _)| *known == country).map(|(_, forms)| *forms)
}

fn expected(country: &str) -> &'static str {
    match country {
        "US" => "five digits, or five and four, such as 02116-1234 (a spreadsheet may have cut a leading 0)",
        "GB" => "a whole postcode, such as SW1A 1AA",
        "CA" => "letters and digits in turn, such as K1A 0B1",
        _ => "a whole postcode of its country (a spreadsheet may have cut a leading 0)",
    }
}

fn has_form(country: &str, postcode: &str, form: &str) -> bool {
    let plain = |text: &str| -> Vec<char> {
        text.chars().filter(|c| !matches!(c, ' ' | '-')).map(|c| c.to_ascii_uppercase()).collect()
    };
    // In the US the hyphen tells a ZIP+4 from digits that stand there twice.
    if country == "US" {
        return postcode.len() == form.len() && postcode.chars().zip(form.chars()).all(|(c, of)| fits(c, of));
    }
    let (code, form) = (plain(postcode), plain(form));
    // Some write the country before it: SE-111 22.
    let code = match code.split_at_checked(country.len()) {
        Some((first, rest)) if rest.len() == form.len() && first.iter().copied().eq(country.chars()) => rest,
        _ => &code[..],
    };
    code.len() == form.len() && code.iter().zip(&form).all(|(c, of)| fits(*c, *of))
}

const fn fits(c: char, of: char) -> bool {
    match of {
        '9' => c.is_ascii_digit(),
        'A' => c.is_ascii_uppercase(),
        _ => c == of,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_postcodes_are_taken_as_people_write_them_and_others_are_not() {
        for (country, postcode) in [
            ("US", "02116"),
            ("US", "02116-1234"),
            ("US", "99950"),
            ("GB", "SW1A 1AA"),
            ("GB", "iv12 5np"),
            ("GB", "M11AE"),
            ("CA", "K1A 0B1"),
            ("SE", "SE-111 22"),
            ("JP", "1500001"),
            ("NL", "1012AB"),
            ("VN", ""),
            ("VN", "whatever"),
        ] {
            assert_eq!(wrong(country, postcode), None, "{country} {postcode}");
        }
        for (country, postcode) in [
            ("US", "2116"),
            ("US", "021161234"),
            ("US", "99999"),
            ("US", "00000"),
            ("GB", "SW1A"),
            ("GB", "90210"),
            ("CA", "90210"),
            ("DE", "1067"),
        ] {
            assert!(wrong(country, postcode).is_some(), "{country} {postcode}");
        }
        assert!(is_needed("GB") && !is_needed("VN") && !is_needed("HK"));
    }
}
