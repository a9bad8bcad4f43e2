//! The conditions of `[[surcharge]]` and `[[refuse]]`.

use std::fmt::Display;
use std::str::FromStr;

use super::super::table::Table;
use super::super::value::OneOrMore;
use super::context::Context;
use super::tables::Tables;
use crate::rating::{Band, Condition, Dg, Extra, Measure, Season, Signature, StatedAmount, Terms, When};
use crate::units::Date;

/// Every key that is a condition.
const CONDITIONS: [&str; 30] = [
    "weight_over",
    "weight_up_to",
    "billable_over",
    "billable_up_to",
    "longest_over",
    "longest_up_to",
    "second_over",
    "second_up_to",
    "length_plus_girth_over",
    "length_plus_girth_up_to",
    "sum_of_sides_over",
    "sum_of_sides_up_to",
    "volume_over",
    "volume_up_to",
    "value_over",
    "value_up_to",
    "insured_over",
    "insured_up_to",
    "cod_over",
    "cod_up_to",
    "area",
    "residential",
    "po_box",
    "signature",
    "goods",
    "extra",
    "terms",
    "zones",
    "season",
    "dates",
];

/// The conditions written in `table` itself, all of which must hold, and those of its `any`, one of which must; `always =
/// true` where there is none. One that cannot be read is a problem, and with it there is no card.
pub(super) fn when(table: &Table<'_>, context: &Context<'_>, tables: &mut Tables<'_>) -> Option<When> {
    let all = conditions(table, context, tables);
    let mut any = Vec::new();
    for entry in table.tables("any") {
        any.push(conditions(&entry, context, tables));
        entry.finish();
        if entry.count(&CONDITIONS) == 0 {
            entry.error("", "no condition", "write one, such as { longest_over = \"48in\" }");
        }
    }
    let always = table.optional::<bool>("always").unwrap_or(false);
    let conditional = table.count(&CONDITIONS) > 0 || table.count(&["any"]) > 0;
    match (always, conditional) {
        (true, true) => table.error("always", "always, and a condition", "write one of them"),
        (false, false) => {
            let todo = "write when it holds, such as residential = true, or always = true";
            table.error("", "no condition", todo);
            return None;
        }
        _ => {}
    }
    Some(When { all, any })
}

fn conditions(table: &Table<'_>, context: &Context<'_>, tables: &mut Tables<'_>) -> Vec<Condition> {
    let mut list = Vec::new();
    list.extend(above(table, "weight_over", "weight_up_to").map(Condition::Weight));
    list.extend(above(table, "billable_over", "billable_up_to").map(Condition::Billable));
    for (measure, over, up_to) in [
        (Measure::Longest, "longest_over", "longest_up_to"),
        (Measure::Second, "second_over", "second_up_to"),
        (Measure::LengthPlusGirth, "length_plus_girth_over", "length_plus_girth_up_to"),
        (Measure::Sum, "sum_of_sides_over", "sum_of_sides_up_to"),
    ] {
        list.extend(above(table, over, up_to).map(|above| Condition::Size(measure, above)));
    }
    list.extend(above(table, "volume_over", "volume_up_to").map(Condition::Volume));
    for (worth, over, up_to) in [
        (StatedAmount::Value, "value_over", "value_up_to"),
        (StatedAmount::Insured, "insured_over", "insured_up_to"),
        (StatedAmount::Cod, "cod_over", "cod_up_to"),
    ] {
        let (low, high) = (context.money(table, over), context.money(table, up_to));
        list.extend(bounds(table, over, up_to, low, high).map(|above| Condition::Amount(worth, above)));
    }
    let area = table.optional::<OneOrMore>("area");
    list.extend(area.and_then(|OneOrMore(names)| tables.area(&names)).map(Condition::Area));
    list.extend(table.optional("residential").map(Condition::Residential));
    list.extend(table.optional("po_box").map(Condition::PoBox));
    let signatures = table.names("signature", &Signature::NAMES);
    list.extend((!signatures.is_empty()).then(|| Condition::Signature(signatures.into_iter().collect())));
    let goods = table.names("goods", &Dg::NAMES);
    list.extend((!goods.is_empty()).then(|| Condition::Goods(goods.into_iter().collect())));
    list.extend(table.optional_name("extra", &Extra::NAMES).map(Condition::Extra));
    list.extend(table.optional_name("terms", &Terms::NAMES).map(Condition::Terms));
    let zones = context.zones(table);
    list.extend((!zones.is_empty()).then_some(Condition::Zones(zones)));
    list.extend(span(table, "season", day_of_year).map(|(from, until)| Condition::Season(Season { from, until })));
    let dates = span(table, "dates", |text| text.parse::<Date>().ok());
    if dates.is_some_and(|(from, until)| until < from) {
        table.error("dates", "its dates end before they begin", "write the first day, two dots and the last day");
    }
    list.extend(dates.map(|(from, until)| Condition::Dates(from, until)));
    list
}

fn above<T: FromStr<Err: Display> + Copy + Ord>(
    table: &Table<'_>,
    over: &'static str,
    up_to: &'static str,
) -> Option<Band<T>> {
    let (low, high) = (table.optional_text::<T>(over), table.optional_text::<T>(up_to));
    bounds(table, over, up_to, low, high)
}

fn bounds<T: Copy + Ord>(
    table: &Table<'_>,
    over: &'static str,
    up_to: &'static str,
    low: Option<T>,
    high: Option<T>,
) -> Option<Band<T>> {
    if high.is_some_and(|high| low.is_none_or(|low| high <= low)) {
        table.error(up_to, format!("{up_to} is not above {over}"), format!("write a larger one, and {over} with it"));
    }
    low.map(|over| Band { over, up_to: high })
}

/// `10-01..01-15`: two of something with dots between them.
fn span<T>(table: &Table<'_>, key: &'static str, read: impl Fn(&str) -> Option<T>) -> Option<(T, T)> {
    let text: String = table.optional(key)?;
    let both = text.split_once("..").and_then(|(from, until)| Some((read(from.trim())?, read(until.trim())?)));
    if both.is_none() {
        let example = if key == "season" { "10-01..01-15" } else { "2026-10-01..2027-01-15" };
        table.error(key, format!("{key} is {text:?}"), format!("write the first and the last day, \"{example}\""));
    }
    both
}

fn day_of_year(text: &str) -> Option<(u8, u8)> {
    // A leap year has every day there is.
    let date: Date = format!("2024-{text}").parse().ok()?;
    Some((date.month(), date.day()))
}
