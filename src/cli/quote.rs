//! `parceld quote`.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use parceld::daemon::{Setup, clock, today};
use parceld::rating::{self, Dg, Parcel, Place, Signature};
use parceld::units::{Currency, Date, Dims, Mass, Money};
use serde::de::DeserializeOwned;

use super::{Config, Done, Failure, USAGE, print};

#[derive(Debug, Args)]
pub(super) struct Quote {
    #[command(flatten)]
    config: Config,
    /// Destination: US:90210
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
    /// Dangerous goods inside: li_ion, liquid, …
    #[arg(long)]
    dg: Vec<String>,
    /// none, any, adult18, adult21
    #[arg(long, default_value = "none")]
    signature: String,
    /// Declared value, in the currency of the cards
    #[arg(long)]
    value: Option<String>,
    /// To a business, not a home
    #[arg(long)]
    business: bool,
    /// JSON instead of a table
    #[arg(long)]
    json: bool,
}

impl Quote {
    pub(super) fn run(&self) -> Done {
        let (setup, _) = Setup::load(&self.config.config)?;
        let from = match &self.from {
            Some(text) => place(text, false)?,
            None => {
                let from = &setup.rules.ship_from;
                Place { country: from.country.clone(), postcode: from.postcode.to_uppercase(), residential: false }
            }
        };
        let dg = self.dg.iter().map(|text| word::<Dg>("--dg", text)).collect::<Result<BTreeSet<_>, _>>()?;
        let usage = |error| Failure::say(USAGE, format!("--value: {error}"));
        let parcel = Parcel {
            mass: self.weight,
            dims: self.dims,
            from,
            to: place(&self.to, !self.business)?,
            ship_date: self.date.unwrap_or_else(|| today(&setup.config.station.timezone, clock())),
            dg: dg.into_iter().filter(|dg| *dg != Dg::None).collect(),
            signature: word::<Signature>("--signature", &self.signature)?,
            value: self.value.as_ref().map(|text| Money::parse(text, Currency::USD)).transpose().map_err(usage)?,
            zone: self.zone.clone(),
        };
        let decision = setup.cards.decide(&parcel, &BTreeMap::new());
        if self.json {
            print(rating::json(&decision));
        } else {
            print(rating::explain(&decision).trim_end());
        }
        Ok(())
    }
}

/// `US:90210`.
fn place(text: &str, residential: bool) -> Result<Place, Failure> {
    let wrong = || Failure::say(USAGE, format!("{text:?} is no place; write country and postcode, such as US:90210"));
    let (country, postcode) = text.split_once(':').ok_or_else(wrong)?;
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_alphabetic()) || postcode.trim().is_empty() {
        return Err(wrong());
    }
    Ok(Place { country: country.to_uppercase(), postcode: postcode.trim().to_uppercase(), residential })
}

/// One of the words of an enumeration of the contracts.
fn word<T: DeserializeOwned>(option: &str, text: &str) -> Result<T, Failure> {
    serde_json::from_value(serde_json::Value::String(text.to_owned()))
        .map_err(|error| Failure::say(USAGE, format!("{option}: {error}")))
}
