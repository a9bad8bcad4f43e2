//! Countries by their two letters (ISO 3166-1), and what people write for them.

/// Every code in use, and XK, under which carriers serve Kosovo.
const CODES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV \
    BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO \
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP \
    KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU \
    MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB \
    SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY \
    UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

/// What is written for a country and is not its code.
const MEANT: [(&str, &str); 17] = [
    ("UK", "GB"),
    ("EN", "GB"),
    ("GBR", "GB"),
    ("UNITED KINGDOM", "GB"),
    ("GREAT BRITAIN", "GB"),
    ("ENGLAND", "GB"),
    ("USA", "US"),
    ("UNITED STATES", "US"),
    ("EL", "GR"),
    ("DEU", "DE"),
    ("GERMANY", "DE"),
    ("CAN", "CA"),
    ("CANADA", "CA"),
    ("MYS", "MY"),
    ("MALAYSIA", "MY"),
    ("VNM", "VN"),
    ("VIETNAM", "VN"),
];

/// Whether a country has this code.
pub fn is_country(code: &str) -> bool {
    code.len() == 2 && CODES.split_ascii_whitespace().any(|known| known == code)
}

/// The code that somebody meant who wrote this, as far as it is known.
pub fn country_meant(text: &str) -> Option<&'static str> {
    let text = text.trim().to_uppercase();
    let by_code = CODES.split_ascii_whitespace().find(|code| *code == text);
    by_code.or_else(|| MEANT.iter().find(|(written, _)| *written == text).map(|(_, code)| *code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_country_has_one_code_and_what_people_write_leads_to_one() {
        let codes: Vec<&str> = CODES.split_ascii_whitespace().collect();
        assert!(codes.is_sorted_by(|one, next| one < next) && codes.iter().all(|code| code.len() == 2));
        assert_eq!(codes.len(), 250);
        assert!(is_country("US") && is_country("GB") && !is_country("UK") && !is_country("us") && !is_country(""));
        assert!(MEANT.iter().all(|(written, code)| is_country(code) && !is_country(written)));
        assert_eq!(
            [country_meant("uk"), country_meant("us"), country_meant("Atlantis")],
            [Some("GB"), Some("US"), None]
        );
    }
}
