//! `<from>.toml` with its tables: one period of one service.

use std::path::{Path, PathBuf};

use super::super::problem::{Problem, Problems};
use super::super::table::{Source, Table};
use super::files::Files;
use super::prices::PriceSheet;
use super::{rules, zones};
use crate::rating::{Card, Cubic, Dg, Prices, Rounding, Signature, Surcharge, Volume, WeightRule, ZoneMap};
use crate::units::{Currency, Date, Length, Mass};

/// What could be read of a period.
pub(super) struct Period {
    pub(super) path: PathBuf,
    pub(super) from: Date,
    /// The last ship date, and the line that says so.
    pub(super) until: Option<(usize, Date)>,
    /// `None` when there are problems.
    pub(super) card: Option<Card>,
    /// The tables it uses.
    pub(super) files: Vec<String>,
}

pub(super) fn load(dir: &Path, from: Date, files: &mut Files, problems: &mut Problems) -> Period {
    let toml = format!("{from}.toml");
    let mut period = Period { path: dir.join(&toml), from, until: None, card: None, files: vec![toml] };
    let Some(text) = files.read(&period.path, problems) else { return period };
    let source = Source::new(&period.path, text);
    let mut tables = Tables { dir, files, problems: Problems::default(), used: Vec::new() };
    if let Some(root) = source.parse() {
        let table = Table::root(&source, &root);
        period.until = table.optional_text("until").map(|until| (table.line_of("until"), until));
        period.card = card(&table, from, &mut tables);
        table.finish();
    }
    period.files.append(&mut tables.used);
    problems.extend(source.into_problems());
    problems.extend(tables.problems);
    if let Some(card) = &mut period.card {
        card.until = period.until.map(|(_, until)| until);
        card.hash = files.hash_of(dir, period.files.iter().map(String::as_str));
    }
    period
}

/// Reads the tables that a period names.
pub(super) struct Tables<'a> {
    dir: &'a Path,
    files: &'a mut Files,
    problems: Problems,
    used: Vec<String>,
}

impl Tables<'_> {
    /// Reads a table of the service's folder with `read`.
    fn read<T>(&mut self, name: &str, read: impl FnOnce(&Path, &mut Files, &mut Problems) -> Option<T>) -> Option<T> {
        if !self.used.iter().any(|used| used == name) {
            self.used.push(name.to_owned());
        }
        if name.contains(['/', '\\']) || !name.ends_with(".csv") {
            let todo = "name a .csv file of this service's folder";
            self.problems.push(Problem::error(self.dir.join(name), "not a table of this service", todo));
            return None;
        }
        read(&self.dir.join(name), self.files, &mut self.problems)
    }

    /// Reads an area list.
    pub(super) fn area(&mut self, name: &str) -> Option<crate::rating::PostcodeMap> {
        self.read(name, zones::area)
    }
}

fn card(table: &Table<'_>, from: Date, tables: &mut Tables<'_>) -> Option<Card> {
    let currency: Option<Currency> = table.required_text("currency");
    let zone_file: Option<String> = table.required("zones");
    let without = rules::without_dims(table);
    let weight_table = table.required_table("weight");
    let weight = weight_table.as_ref().and_then(weight);
    let size = table.required_table("dimensions").and_then(|table| rules::size(&table, without));
    let cubic_table = table.table("cubic");
    let cubic_rule = cubic_table.as_ref().and_then(CubicRule::read);
    let limits = table.tables("limit").iter().filter_map(rules::limit).collect();
    let refused_goods = table.names("refused_goods", &Dg::NAMES).into_iter().collect();
    let signatures = table.names("signatures", &Signature::NAMES).into_iter().collect();
    let mut surcharges: Vec<Surcharge> =
        table.tables("surcharge").iter().filter_map(|entry| rules::surcharge(entry, currency, tables)).collect();
    rules::check_names(table, &surcharges);
    let fuel = table.table("fuel").and_then(|table| rules::fuel(&table, &mut surcharges));
    let notes = table.optional("notes").unwrap_or_default();

    let priced = priced(from, currency.unwrap_or(Currency::USD), zone_file.as_deref(), cubic_table.is_some(), tables)?;
    let cubic = match (cubic_rule, priced.cubic) {
        (Some(rule), Some(prices)) => Some(rule.with(prices)),
        _ => None,
    };
    let (rounding, minimum) = weight?;
    Some(Card {
        from,
        until: None,
        hash: String::new(),
        currency: currency?,
        zones: priced.zones,
        weight: WeightRule { rounding, minimum, unit: priced.unit },
        size: size?,
        prices: priced.prices,
        cubic,
        limits,
        refused_goods,
        signatures,
        surcharges,
        fuel,
        notes,
    })
}

fn weight(table: &Table<'_>) -> Option<(Rounding, Mass)> {
    let rounding = rules::rounding(table, "step", Mass::picograms);
    let minimum = table.optional_text("minimum").unwrap_or_default();
    table.finish();
    Some((rounding?, minimum))
}

/// The period's tables.
struct Priced {
    unit: crate::units::MassUnit,
    zones: ZoneMap,
    prices: Prices<Mass>,
    cubic: Option<Prices<Volume>>,
}

fn priced(
    from: Date,
    currency: Currency,
    zone_file: Option<&str>,
    has_cubic: bool,
    tables: &mut Tables<'_>,
) -> Option<Priced> {
    let sheet = tables.read(&format!("{from}.prices.csv"), |path, files, problems| {
        PriceSheet::<Mass>::read(path, currency, files, problems)
    });
    let cubic = if has_cubic {
        tables.read(&format!("{from}.cubic.csv"), |path, files, problems| {
            PriceSheet::<Volume>::read(path, currency, files, problems)
        })
    } else {
        None
    };
    let zones = zone_file.and_then(|name| {
        tables.read(name, |path, files, problems| zones::zone_map(path, sheet.as_ref(), files, problems))
    });
    let sheet = sheet?;
    let names = sheet.zone_names();
    let cubic = cubic.and_then(|cubic| cubic.prices(&names, &mut tables.problems));
    Some(Priced { unit: sheet.unit, zones: zones?, prices: sheet.prices(&names, &mut tables.problems)?, cubic })
}

/// `[cubic]`, without its prices.
struct CubicRule {
    rounding: Rounding,
    max_weight: Mass,
    max_longest: Length,
}

impl CubicRule {
    fn read(table: &Table<'_>) -> Option<Self> {
        let rounding = rules::rounding(table, "step", Length::nanometres);
        let max_weight = table.required_text("max_weight");
        let max_longest = table.required_text("max_longest");
        table.finish();
        Some(Self { rounding: rounding?, max_weight: max_weight?, max_longest: max_longest? })
    }

    fn with(self, prices: Prices<Volume>) -> Cubic {
        Cubic { prices, rounding: self.rounding, max_weight: self.max_weight, max_longest: self.max_longest }
    }
}
