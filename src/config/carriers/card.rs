//! `<from>.toml` with its tables: one period of one service.

use std::path::{Path, PathBuf};

use super::super::problem::Problems;
use super::super::table::{Source, Table};
use super::super::value::OneOrMore;
use super::aliases::Aliases;
use super::context::Context;
use super::files::CarrierFiles;
use super::prices::{PriceSheet, Pricing};
use super::tables::Tables;
use super::{rules, zones};
use crate::rating::{Card, Cubic, Dg, Extra, Maximum, Prices, Rounding, Signature, Terms, Volume, ZoneMap};
use crate::units::{Currency, Date, Length, Mass};

/// What could be read of a period.
pub(super) struct Period {
    pub(super) path: PathBuf,
    pub(super) from: Date,
    /// The last ship date, and the line that says so.
    pub(super) until: Option<(usize, Date)>,
    /// Whether its rules could be read as TOML: only then it is known which tables it uses.
    pub(super) is_read: bool,
    /// `None` when there are problems.
    pub(super) card: Option<Card>,
    /// The tables it uses.
    pub(super) files: Vec<String>,
}

pub(super) fn load(
    dir: &Path,
    from: Date,
    aliases: &Aliases,
    files: &mut CarrierFiles,
    problems: &mut Problems,
) -> Period {
    let toml = format!("{from}.toml");
    let mut period = Period { path: dir.join(&toml), from, until: None, is_read: false, card: None, files: vec![toml] };
    let Some(text) = files.read(&period.path, problems) else { return period };
    let source = Source::new(&period.path, text);
    let mut tables = Tables::new(dir, aliases, files);
    if let Some(root) = source.parse() {
        let table = Table::root(&source, &root);
        period.is_read = true;
        period.until = table.optional_text("until").map(|until| (table.line_of("until"), until));
        period.card = card(&table, from, &mut tables);
        table.finish();
    }
    period.files.append(&mut tables.used);
    problems.extend(source.into_problems());
    problems.extend(tables.problems);
    if let Some(card) = &mut period.card {
        card.until = period.until.map(|(_, until)| until);
        card.hash = files.hash_of(dir, period.files.iter().map(String::as_str), aliases.path());
    }
    period
}

fn card(table: &Table<'_>, from: Date, tables: &mut Tables<'_>) -> Option<Card> {
    let currency: Option<Currency> = table.required_text("currency");
    if let Some(unknown) = currency.filter(|currency| !currency.is_known()) {
        table.error("currency", format!("no currency is called {unknown}"), "write its code of ISO 4217, such as USD");
    }
    let zone_files: Option<OneOrMore> = table.required("zones");
    let zone_files = zone_files.map(|OneOrMore(files)| files).unwrap_or_default();
    let without = rules::without_dims(table);
    let weight_table = table.required_table("weight");
    let cubic_table = table.table("cubic");
    let cubic_rule = cubic_table.as_ref().and_then(CubicRule::read);
    let money_table = table.table("money");
    let money = rules::money(money_table.as_ref(), currency.unwrap_or(Currency::USD));
    let lines = money.map_or(Rounding::Nearest(1), |money| money.lines);
    let pricing = Pricing { currency: currency.unwrap_or(Currency::USD), lines };
    let priced = priced(from, pricing, &zone_files, cubic_table.is_some(), tables);
    let names = priced.as_ref().map(|priced| priced.sheet.zone_names()).unwrap_or_default();
    let context = Context { currency: currency.unwrap_or(Currency::USD), zones: &names };
    let unit = priced.as_ref().map_or(crate::units::MassUnit::Kg, |priced| priced.sheet.unit);
    let weight = weight_table.as_ref().and_then(|table| rules::weight(table, unit));
    let size = table.required_table("dimensions").and_then(|table| rules::size(&table, without));
    let minimum_charge = context.money(table, "minimum_charge").unwrap_or(0);
    let limits: Vec<_> = table.tables("limit").iter().filter_map(|entry| rules::limit(entry, &context)).collect();
    let refuses = table.tables("refuse").iter().filter_map(|entry| rules::refuse(entry, &context, tables)).collect();
    let refused_goods = table.names("refused_goods", &Dg::NAMES).into_iter().collect();
    let signatures = table.names("signatures", &Signature::NAMES).into_iter().collect();
    let extras = table.names("extras", &Extra::NAMES).into_iter().collect();
    let terms = table.names("terms", &Terms::NAMES).into_iter().collect();
    let mut surcharges = rules::surcharges(&table.tables("surcharge"), &context, tables);
    rules::check_names(table, &surcharges);
    let fuel = table.table("fuel").and_then(|table| rules::fuel(&table, &mut surcharges, from, tables));
    let tiers = rules::tiers(&table.tables("tier"));
    let mut days = vec![None; names.len()];
    for entry in table.tables("transit") {
        let (zones, of) = (context.zones(&entry), entry.required::<u16>("days"));
        entry.finish();
        for zone in zones {
            days[zone] = of;
        }
    }
    let mut notes: Vec<String> = table.optional("notes").unwrap_or_default();
    // Cards of before said it in a note alone.
    let noted = notes.iter().any(|note| note == Card::INVENTED);
    let invented = table.optional("invented").unwrap_or(false) || noted;
    if invented && !noted {
        notes.insert(0, Card::INVENTED.to_owned());
    }
    tables.warn_of_idle_areas();

    let priced = priced?;
    let most = limits.iter().filter(|limit| limit.zones.is_empty());
    let most = most.filter_map(|limit| if let Maximum::Weight(max) = limit.max { Some(max) } else { None }).min();
    // Volume may be paid as more weight than the scale may see.
    let most = most.filter(|_| size.as_ref().is_some_and(|size| size.dimensional.is_none()));
    let most = most.filter(|_| surcharges.iter().all(|surcharge| surcharge.minimum == Mass::ZERO));
    let least = weight.as_ref().map(|weight| weight.minimum).filter(|least| *least > Mass::ZERO);
    priced.sheet.warn_of_unreachable(most, least, &mut tables.problems);
    let prices = priced.sheet.prices(&names, &mut tables.problems);
    let cubic = match (cubic_rule, priced.cubic) {
        (Some(rule), Some(prices)) => Some(rule.with(prices)),
        _ => None,
    };
    Some(Card {
        from,
        until: None,
        hash: String::new(),
        currency: currency?,
        zones: priced.zones?,
        days,
        weight: weight?,
        size: size?,
        prices: prices?,
        minimum_charge,
        cubic,
        money: money?,
        limits,
        refuses,
        refused_goods,
        signatures,
        extras,
        terms,
        surcharges,
        fuel,
        tiers,
        invented,
        notes,
    })
}

/// The period's tables.
struct Priced {
    sheet: PriceSheet<Mass>,
    zones: Option<ZoneMap>,
    cubic: Option<Prices<Volume>>,
}

fn priced(
    from: Date,
    pricing: Pricing,
    zone_files: &[String],
    has_cubic: bool,
    tables: &mut Tables<'_>,
) -> Option<Priced> {
    let sheet = tables.read(&format!("{from}.prices.csv"), |path, files, problems| {
        PriceSheet::<Mass>::read(path, pricing, files, problems)
    });
    let cubic = if has_cubic {
        tables.read(&format!("{from}.cubic.csv"), |path, files, problems| {
            PriceSheet::<Volume>::read(path, pricing, files, problems)
        })
    } else {
        None
    };
    let aliases = tables.aliases;
    let parts: Vec<Option<zones::ZonePart>> = zone_files
        .iter()
        .map(|name| {
            tables.read(name, |path, files, problems| zones::part(path, sheet.as_ref(), aliases, files, problems))
        })
        .collect();
    let parts: Option<Vec<zones::ZonePart>> = parts.into_iter().collect();
    let zones = parts
        .filter(|parts| !parts.is_empty())
        .and_then(|parts| zones::zone_map(parts, sheet.as_ref(), &mut tables.problems));
    let sheet = sheet?;
    let names = sheet.zone_names();
    let cubic = cubic.and_then(|cubic| cubic.prices(&names, &mut tables.problems));
    let zones = zones.map(|(zones, served)| {
        tables.served = served;
        zones
    });
    Some(Priced { sheet, zones, cubic })
}

/// `[cubic]`, without its prices.
struct CubicRule {
    rounding: Rounding,
    max_weight: Mass,
    max_longest: Length,
}

impl CubicRule {
    fn read(table: &Table<'_>) -> Option<Self> {
        let rounding = rules::rounding(table, Length::nanometres);
        let max_weight = table.required_text("max_weight");
        let max_longest = table.required_text("max_longest");
        table.finish();
        Some(Self { rounding: rounding?, max_weight: max_weight?, max_longest: max_longest? })
    }

    fn with(self, prices: Prices<Volume>) -> Cubic {
        Cubic { prices, rounding: self.rounding, max_weight: self.max_weight, max_longest: self.max_longest }
    }
}
