//! What the rules of a period are written in: its currency and the names of its zones.

use std::collections::BTreeSet;

use super::super::read::wrong_money;
use super::super::table::Table;
use crate::ids::did_you_mean;
use crate::rating::{Amount, PriceCell};
use crate::units::{Currency, Money};

/// What the rules of a period are read with.
pub(super) struct Context<'a> {
    pub(super) currency: Currency,
    /// In the order of the price columns; empty where no price table could be read, which is what is wrong then.
    pub(super) zones: &'a [String],
}

impl Context<'_> {
    /// An amount of 0 or more, in minor units.
    pub(super) fn money(&self, table: &Table<'_>, key: &'static str) -> Option<i64> {
        let text: String = table.optional(key)?;
        let amount = Money::parse(&text, self.currency).ok().filter(|amount| amount.minor >= 0);
        if amount.is_none() {
            let (what, todo) = wrong_money(key, &text, self.currency, "");
            table.error(key, what, todo);
        }
        amount.map(|amount| amount.minor)
    }

    /// `zones`, as positions.
    pub(super) fn zones(&self, table: &Table<'_>) -> BTreeSet<usize> {
        let names: Vec<String> = table.optional("zones").unwrap_or_default();
        let mut zones = BTreeSet::new();
        if self.zones.is_empty() {
            return zones;
        }
        for name in names {
            match self.zones.iter().position(|zone| *zone == name) {
                Some(at) => drop(zones.insert(at)),
                None => {
                    let meant = did_you_mean(&name, self.zones.iter().map(String::as_str));
                    let todo = format!("{meant}write some of {}", self.zones.join(", "));
                    table.error("zones", format!("no zone is called {name:?}"), todo);
                }
            }
        }
        zones
    }

    /// An amount that may grow with the weight.
    pub(super) fn amount(&self, table: &Table<'_>, key: &'static str) -> Option<Amount> {
        let text: String = table.optional(key)?;
        match PriceCell::read(&text, self.currency, |text| Some(text.to_owned())) {
            Some(PriceCell::Whole(amount)) => Some(amount),
            _ => {
                let (what, todo) = wrong_money(key, &text, self.currency, ", or one such as \"1.90 per kg\"");
                table.error(key, what, todo);
                None
            }
        }
    }
}
