//! The rules of a period: rounding, sizes, limits, surcharges, fuel.

use std::fmt::Display;
use std::str::FromStr;

use super::super::table::Table;
use super::card::Tables;
use crate::rating::{
    Above, Applies, Card, Dimensional, Fuel, Limit, Max, Rounding, Signature, SizeRule, Surcharge, VolumeUnit,
    WithoutDims,
};
use crate::units::{Currency, Decimal, LengthUnit, MassUnit, Money};

/// `round` and, unless it is `none`, a step of it in the smallest unit.
pub(super) fn rounding<T: FromStr<Err: Display>>(
    table: &Table<'_>,
    step: &'static str,
    smallest: impl Fn(T) -> i64,
) -> Option<Rounding> {
    type Way = fn(i64) -> Rounding;
    const WAYS: [(&str, Option<Way>); 4] = [
        ("none", None),
        ("up", Some(Rounding::Up)),
        ("nearest", Some(Rounding::Nearest)),
        ("down", Some(Rounding::Down)),
    ];
    let Some(way) = table.required_name("round", &WAYS)? else { return Some(Rounding::Exact) };
    let size = smallest(table.required_text(step)?);
    if size < 1 {
        table.error(step, "a step of nothing", "write a step above 0");
        return None;
    }
    Some(way(size))
}

/// `without_dims`.
pub(super) fn without_dims(table: &Table<'_>) -> Option<WithoutDims> {
    table.required_name("without_dims", &[("price", WithoutDims::Price), ("refuse", WithoutDims::Refuse)])
}

/// `[dimensions]`.
pub(super) fn size(table: &Table<'_>, without: Option<WithoutDims>) -> Option<SizeRule> {
    let unit = table.required_text::<LengthUnit>("unit");
    let rounding = rounding(table, "step", crate::units::Length::nanometres);
    let dimensional = dimensional(table);
    table.finish();
    Some(SizeRule { without: without?, rounding: rounding?, unit: unit?, dimensional })
}

fn dimensional(table: &Table<'_>) -> Option<Dimensional> {
    let (above, at_most) = (table.optional_text("above"), table.optional_text("at_most"));
    let Some(text) = table.optional::<String>("divisor") else {
        if above.is_some() || at_most.is_some() {
            table.error("above", "no divisor to go with it", "write divisor = \"139in3/lb\"");
        }
        return None;
    };
    let rule = divisor(&text).and_then(|(number, units)| Dimensional::new(number, units, above, at_most));
    if rule.is_none() {
        let what = format!("divisor is {text:?}");
        table.error("divisor", what, "write a whole number, a volume and a mass: \"139in3/lb\", \"5000cm3/kg\"");
    }
    rule
}

/// Reads `139in3/lb`.
fn divisor(text: &str) -> Option<(u32, (VolumeUnit, MassUnit))> {
    let (volume, mass) = text.split_once('/')?;
    let at = volume.find(|c: char| c.is_ascii_alphabetic())?;
    Some((volume[..at].trim().parse().ok()?, (volume[at..].trim().parse().ok()?, mass.trim().parse().ok()?)))
}

/// `[[limit]]`: exactly one of the measures, and why.
pub(super) fn limit(table: &Table<'_>) -> Option<Limit> {
    let measures = [
        table.optional_text("weight").map(Max::Weight),
        table.optional_text("longest").map(Max::Longest),
        table.optional_text("length_plus_girth").map(Max::LengthPlusGirth),
        table.optional_text("volume").map(Max::Volume),
    ];
    let why = table.optional("why");
    table.finish();
    if table.count(&["weight", "longest", "length_plus_girth", "volume"]) != 1 {
        let todo = "write exactly one of weight, longest, length_plus_girth, volume";
        table.error("", "a limit has one measure", todo);
        return None;
    }
    measures.into_iter().flatten().next().map(|max| Limit { max, why })
}

/// `[[surcharge]]`: a name, an amount, and exactly one condition.
pub(super) fn surcharge(table: &Table<'_>, currency: Option<Currency>, tables: &mut Tables<'_>) -> Option<Surcharge> {
    let name: Option<String> = table.required("name");
    let amount = table.required::<String>("amount").zip(currency).and_then(|(text, currency)| {
        let amount = Money::parse(&text, currency).ok().filter(|amount| amount.minor >= 0);
        if amount.is_none() {
            let todo = format!("write an amount of {currency} with up to {} decimals", currency.exponent());
            table.error("amount", format!("amount is {text:?}"), todo);
        }
        amount
    });
    let conditions = [
        above(table, "longest_over", "longest_up_to").map(Applies::Longest),
        above(table, "volume_over", "volume_up_to").map(Applies::Volume),
        table.optional::<String>("area").and_then(|name| tables.area(&name)).map(Applies::Area),
        residential(table),
        Some(table.names("signature", &Signature::NAMES))
            .filter(|kinds| !kinds.is_empty())
            .map(|kinds| Applies::Signature(kinds.into_iter().collect())),
    ];
    table.finish();
    if table.count(&["longest_over", "volume_over", "area", "residential", "signature"]) != 1 {
        let todo = "write exactly one of longest_over, volume_over, area, residential = true, signature";
        table.error("", "a surcharge has one condition", todo);
        return None;
    }
    let applies = conditions.into_iter().flatten().next()?;
    Some(Surcharge { name: name?, amount: amount?.minor, applies, fuel: false })
}

fn residential(table: &Table<'_>) -> Option<Applies> {
    let only: bool = table.optional("residential")?;
    if !only {
        table.error("residential", "a surcharge for everything but homes", "write residential = true");
    }
    only.then_some(Applies::Residential)
}

fn above<T: FromStr<Err: Display> + Copy + Ord>(
    table: &Table<'_>,
    over: &'static str,
    up_to: &'static str,
) -> Option<Above<T>> {
    let (low, high) = (table.optional_text::<T>(over), table.optional_text::<T>(up_to));
    if high.is_some_and(|high| low.is_none_or(|low| high <= low)) {
        table.error(up_to, format!("{up_to} is not above {over}"), format!("write a larger one, and {over} with it"));
    }
    low.map(|over| Above { over, up_to: high })
}

/// Every line of a price has its own name.
pub(super) fn check_names(table: &Table<'_>, surcharges: &[Surcharge]) {
    if surcharges.len() > Card::MOST_SURCHARGES {
        let what = format!("more than {} surcharges", Card::MOST_SURCHARGES);
        table.error("surcharge", what, "put areas of one amount into one list");
    }
    for (at, surcharge) in surcharges.iter().enumerate() {
        let taken = ["base", "fuel"].contains(&surcharge.name.as_str());
        if taken || surcharges[..at].iter().any(|other| other.name == surcharge.name) {
            let what = format!("two lines of a price are called {:?}", surcharge.name);
            table.error("surcharge", what, "give each surcharge its own name, and none base or fuel");
        }
    }
}

/// `[fuel]`: a percentage, and the lines that carry it.
pub(super) fn fuel(table: &Table<'_>, surcharges: &mut [Surcharge]) -> Option<Fuel> {
    /// 1 % is 10,000 parts per million.
    const PARTS_PER_PERCENT: i64 = 10_000;
    let percent: Option<String> = table.required("percent");
    let lines: Vec<String> = table.required("on").unwrap_or_default();
    table.finish();
    for line in &lines {
        match surcharges.iter_mut().find(|surcharge| surcharge.name == *line) {
            Some(surcharge) => surcharge.fuel = true,
            None if line == "base" => {}
            None => table.error("on", format!("no line is called {line:?}"), "write base or a surcharge's name"),
        }
    }
    let text = percent?;
    let parts = Decimal::parse(&text).ok().and_then(|percent| percent.scaled(PARTS_PER_PERCENT));
    match parts.filter(|parts| *parts >= 0) {
        Some(parts_per_million) => Some(Fuel { parts_per_million, on_base: lines.iter().any(|line| line == "base") }),
        None => {
            table.error(
                "percent",
                format!("percent is {text:?}"),
                "write a percentage with up to 4 decimals, \"12.5\"",
            );
            None
        }
    }
}
