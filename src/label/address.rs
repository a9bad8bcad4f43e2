//! An address as the lines of a label.

use crate::station::order::Address;

/// A line and what it is called in an error.
pub(super) type AddressLine = (&'static str, String);

/// What an address's lines are called in errors.
pub(super) struct Names {
    name: &'static str,
    line1: &'static str,
    line2: &'static str,
    city: &'static str,
}

/// The sender's.
pub(super) const FROM: Names =
    Names { name: "sender's name", line1: "sender's line 1", line2: "sender's line 2", city: "sender's city line" };

/// The recipient's.
pub(super) const TO: Names = Names {
    name: "recipient's name",
    line1: "recipient's line 1",
    line2: "recipient's line 2",
    city: "recipient's city line",
};

/// Countries that write the postcode before the city (UPU, Postal addressing systems).
const POSTCODE_FIRST: [&str; 29] = [
    "AT", "BE", "CH", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IT", "LU", "MX", "MY", "NL", "NO",
    "PL", "PT", "RO", "RS", "SE", "SI", "SK", "TR", "VA", "XK",
];

/// The lines that say something. The country stands last where it is not the sender's own.
pub(super) fn lines(address: &Address, home: &str, names: &Names) -> Vec<AddressLine> {
    let locality = if POSTCODE_FIRST.contains(&address.country.as_str()) {
        [&address.postcode, &address.city, &address.region]
    } else {
        [&address.city, &address.region, &address.postcode]
    };
    let locality = locality.map(|part| part.trim()).into_iter().filter(|part| !part.is_empty());
    let abroad = if address.country == home { String::new() } else { address.country.clone() };
    let all = [
        (names.name, address.name.clone()),
        (names.line1, address.line1.clone()),
        (names.line2, address.line2.clone()),
        (names.city, locality.collect::<Vec<_>>().join(" ")),
        (names.city, abroad),
    ];
    all.into_iter().filter(|(_, line)| !line.trim().is_empty()).collect()
}
