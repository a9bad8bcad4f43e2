//! `parceld quote`.

use std::collections::BTreeSet;

use clap::Args;

use parceld::daemon::{Setup, archive, clock, minute, today};
use parceld::ids::{country_meant, did_you_mean, is_country};
use parceld::place;
use parceld::rating::{self, Allocation, Availability, Dg, Extra, ParcelToRate, Place, Signature, Terms};
use parceld::station::live::Live;
use parceld::station::{Rules, World};
use parceld::store::{Store, StoreError};
use parceld::units::{Currency, Date, Dims, Mass, Money, Uptime};

use super::{CommandResult, ConfigArg, Failure, USAGE, print};

#[derive(Debug, Args)]
pub(super) struct QuoteCommand {
    #[command(flatten)]
    config: ConfigArg,
    /// Destination: US:90210; where postcodes are not used VN/Ha Noi/Ba Dinh
    #[arg(long)]
    to: String,
    /// Gross weight: 1.2kg, 12oz
    #[arg(long)]
    weight: Mass,
    /// Outside of the parcel: 30x20x10cm
    #[arg(long)]
    dims: Option<Dims>,
    /// Ship date; today without
    #[arg(long)]
    date: Option<Date>,
    /// Origin; the station's own without
    #[arg(long)]
    from: Option<String>,
    /// Zone, instead of the one the tables say
    #[arg(long)]
    zone: Option<String>,
    /// Dangerous goods inside, such as li_ion or liquid
    #[arg(long)]
    dg: Vec<String>,
    /// none, any, adult18, adult21
    #[arg(long, default_value = "none")]
    signature: String,
    /// Declared value, in the currency of the cards: 25.00, or 25.00USD
    #[arg(long)]
    value: Option<String>,
    /// Insured value
    #[arg(long)]
    insured: Option<String>,
    /// Cash to collect on delivery
    #[arg(long)]
    cod: Option<String>,
    /// Who pays duty: DDP, DDU, or n/a
    #[arg(long)]
    terms: Option<String>,
    /// What the carrier must do beside carrying it: pod, appointment, weekend
    #[arg(long)]
    extra: Vec<String>,
    /// To a post-office box
    #[arg(long)]
    po_box: bool,
    /// To a business, not a home
    #[arg(long)]
    business: bool,
    /// JSON instead of a table
    #[arg(long)]
    json: bool,
}

impl QuoteCommand {
    pub(super) fn run(&self) -> CommandResult {
        let (setup, _) = Setup::load(&self.config.config)?;
        let from = match &self.from {
            Some(text) => place_of(text, false)?,
            None => setup.rules.ship_from.place(),
        };
        let dg = self.dg.iter().map(|text| word("--dg", text, &Dg::NAMES)).collect::<Result<BTreeSet<_>, _>>()?;
        let currency = setup.cards.currency(&from, &setup.rules.policy);
        let money = |option: &str, text: &Option<String>| money(option, text.as_deref(), currency);
        let extras = self.extra.iter().map(|text| word("--extra", text, &Extra::NAMES)).collect::<Result<_, _>>()?;
        let parcel = ParcelToRate {
            mass: self.weight,
            dims: self.dims,
            from,
            to: Place { po_box: self.po_box, ..place_of(&self.to, !self.business)? },
            ship_date: self.date.unwrap_or_else(|| today(&setup.config.station.timezone, clock())),
            dg: dg.into_iter().filter(|dg| *dg != Dg::None).collect(),
            signature: word("--signature", &self.signature, &Signature::NAMES)?,
            value: money("--value", &self.value)?,
            insured: money("--insured", &self.insured)?,
            cod: money("--cod", &self.cod)?,
            terms: match self.terms.as_deref() {
                None | Some("n/a") => None,
                Some(text) => Some(word("--terms", text, &Terms::NAMES)?),
            },
            extras,
            zone: self.zone.clone(),
        };
        let decision = setup.cards.decide(&parcel, &self.availability(&setup)?, &setup.rules.policy);
        if self.json {
            print(rating::json(&decision));
        } else {
            print(rating::explain(&decision).trim_end());
        }
        Ok(())
    }

    /// How the services stand at this station now, but for numbers: a price is asked, no label. Without a station's memory,
    /// or for another origin or day than its own, as if nothing had gone out yet.
    fn availability(&self, setup: &Setup) -> Result<Availability, Failure> {
        let wall = clock();
        let zone = &setup.config.station.timezone;
        let today = today(zone, wall);
        let elsewhere = self.from.is_some() || self.date.is_some_and(|date| date != today);
        if elsewhere {
            return Ok(Availability::default());
        }
        let store = match Store::read(&setup.config.station.data_dir) {
            Err(StoreError::Missing(_)) => return Ok(Availability::default()),
            store => store?,
        };
        let station = archive::load(&store)?;
        let live = Live::default();
        // Shares and trials are of orders, and this is none.
        let Allocation { caps, cut_offs, .. } = setup.rules.allocation.clone();
        let allocation = Allocation { caps, cut_offs, ..Allocation::default() };
        let (rules, cards) = (&Rules { allocation, ..setup.rules.clone() }, &*setup.cards);
        let world = World {
            now: Uptime(0),
            wall,
            today,
            minute: minute(zone, wall),
            clock: None,
            live: &live,
            order: None,
            label: None,
            rules,
            cards,
        };
        Ok(station.availability(&world, "", |_| true))
    }
}

/// `25.00`, or `25.00MYR` where it is another currency than the cards'.
fn money(option: &str, text: Option<&str>, usual: Currency) -> Result<Option<Money>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (amount, code) = text.split_at(at);
    let wrong = |error| Failure::say(USAGE, format!("{option}: {error}"));
    let currency = if code.is_empty() { usual } else { code.parse().map_err(wrong)? };
    let money = Money::parse(amount.trim(), currency).map_err(wrong)?;
    if money.minor < 0 {
        return Err(Failure::say(
            USAGE,
            format!("{option}: {text} is less than nothing; write an amount of 0 or more"),
        ));
    }
    Ok(Some(money))
}

/// `US:90210`; `VN/Ha Noi/Ba Dinh` or `VN:10000/Ha Noi/Ba Dinh` where places go by name.
fn place_of(text: &str, residential: bool) -> Result<Place, Failure> {
    let wrong = || Failure::say(USAGE, format!("{text:?} is no place; write country and postcode, such as US:90210"));
    let (coded, names) = text.split_once('/').unwrap_or((text, ""));
    let (region, city) = names.split_once('/').unwrap_or((names, ""));
    let (country, postcode) = coded.split_once(':').unwrap_or((coded, ""));
    let named = !region.is_empty() || !city.is_empty() || !postcode.trim().is_empty();
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_alphabetic()) || !named {
        return Err(wrong());
    }
    if !is_country(&country.to_uppercase()) {
        let meant = country_meant(country).map_or_else(String::new, |meant| format!("did you mean {meant}? "));
        let text =
            format!("{text:?}: there is no country {country:?}; {meant}write its code of ISO 3166, such as US:90210");
        return Err(Failure::say(USAGE, text));
    }
    let country = country.to_uppercase();
    let postcode = place::tidied(&country, postcode.trim()).to_uppercase();
    // Half a British postcode is enough where the tables need no more: each card says so.
    let expected = Some(&postcode).filter(|postcode| !postcode.is_empty() && place::half(&country, postcode).is_none());
    if let Some(expected) = expected.and_then(|postcode| place::wrong(&country, postcode)) {
        return Err(Failure::say(USAGE, format!("{text:?}: the postcode must be {expected}")));
    }
    Ok(Place { region: region.to_owned(), city: city.to_owned(), residential, ..Place::at(&country, &postcode) })
}

/// One of a list of words.
fn word<T: Copy>(option: &str, text: &str, words: &[(&str, T)]) -> Result<T, Failure> {
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let meant = did_you_mean(text, known.iter().copied());
        Failure::say(USAGE, format!("{option}: {text:?} is not known; {meant}write one of {}", known.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Result<(String, String), String> {
        let read = place_of(text, false).map(|place| (place.country, place.postcode));
        read.map_err(|failure| failure.error.to_string())
    }

    #[test]
    fn a_destination_goes_by_the_rule_of_orders() {
        for (text, country, postcode) in [
            ("US:07030-", "US", "07030"),
            ("us:070301234", "US", "07030-1234"),
            ("US:'07030", "US", "07030"),
            ("PR:00901", "PR", "00901"),
            ("GB:sw1a1aa", "GB", "SW1A 1AA"),
            ("GB:hs1", "GB", "HS1"),
            ("VN:700000/Ho Chi Minh", "VN", "700000"),
            ("VN/Ha Noi/Ba Dinh", "VN", ""),
        ] {
            assert_eq!(place(text), Ok((country.to_owned(), postcode.to_owned())), "{text}");
        }
        for (text, said) in [
            ("US:7030", "the postcode must be five digits, or five and four, such as 02116-1234"),
            ("US:07030.0", "the postcode must be five digits"),
            ("PR:90210", "the postcode must be one of PR, which begins with 006, 007 or 009"),
            ("GB:HS", "the postcode must be a whole postcode, such as SW1A 1AA"),
            ("JE:GY1", "the postcode must be a whole postcode, such as JE2 3AB"),
            ("DE:1067", "the postcode must be five digits, such as 01067 (a spreadsheet may have cut a leading 0)"),
            ("ES:7100", "the postcode must be five digits"),
            ("AU:800", "the postcode must be four digits"),
            ("SG:18956", "the postcode must be six digits"),
            ("JP:60-0001", "the postcode must be seven digits"),
            ("FR:6000", "the postcode must be five digits"),
            ("IT:100", "the postcode must be five digits"),
            ("NO:10", "the postcode must be four digits"),
            ("KR:1000", "the postcode must be five digits"),
            ("MX:1000", "the postcode must be five digits"),
            ("CN:10000", "the postcode must be six digits"),
        ] {
            let answer = place(text).expect_err(text);
            assert!(answer.contains(said), "{text}: {answer}");
        }
    }
}
