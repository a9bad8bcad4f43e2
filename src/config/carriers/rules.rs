//! The rules of a period: rounding, sizes, limits, surcharges, fuel.

use std::fmt::Display;
use std::str::FromStr;

use super::super::table::Table;
use super::context::Context;
use super::percent::percent;
use super::tables::Tables;
use super::when;
use crate::rating::{
    Amount, ByZone, Card, Charge, Dimensional, Fuel, Limit, Maximum, Measure, MoneyRule, Percent, RefusalRule,
    Rounding, SizeRule, StatedAmount, Surcharge, Tier, VolumeUnit, WeightRule, WithoutDims,
};
use crate::units::{Currency, Date, Decimal, Length, LengthUnit, Mass, MassUnit};

/// The way and the step of a rounding, by these keys; `none` is exact.
fn rounding_by<T: FromStr<Err: Display>>(
    table: &Table<'_>,
    [round, step, tolerance]: [&'static str; 3],
    smallest: impl Fn(T) -> i64,
) -> Option<Rounding> {
    #[derive(Clone, Copy)]
    enum RoundingName {
        None,
        By(fn(i64) -> Rounding),
        Tolerance,
    }
    const WAYS: [(&str, RoundingName); 6] = [
        ("none", RoundingName::None),
        ("up", RoundingName::By(Rounding::Up)),
        ("nearest", RoundingName::By(Rounding::Nearest)),
        ("half_even", RoundingName::By(Rounding::HalfEven)),
        ("down", RoundingName::By(Rounding::Down)),
        ("tolerance", RoundingName::Tolerance),
    ];
    let way = table.required_name(round, &WAYS)?;
    if matches!(way, RoundingName::None) {
        return Some(Rounding::Exact);
    }
    let size = smallest(table.required_text(step)?);
    if size < 1 {
        table.error(step, "a step of nothing", "write a step above 0");
        return None;
    }
    match way {
        RoundingName::None => Some(Rounding::Exact),
        RoundingName::By(way) => Some(way(size)),
        RoundingName::Tolerance => {
            let spared = smallest(table.required_text(tolerance)?);
            if !(0..size).contains(&spared) {
                table.error(tolerance, "the tolerance is not below the step", "write less than the step");
                return None;
            }
            Some(Rounding::Tolerance(size, spared))
        }
    }
}

/// `round` and, unless it is `none`, a step of it in the smallest unit.
pub(super) fn rounding<T: FromStr<Err: Display>>(table: &Table<'_>, smallest: impl Fn(T) -> i64) -> Option<Rounding> {
    rounding_by(table, ["round", "step", "tolerance"], smallest)
}

/// `[weight]`.
pub(super) fn weight(table: &Table<'_>, unit: MassUnit) -> Option<WeightRule> {
    let first = rounding(table, Mass::picograms);
    let minimum = table.optional_text("minimum").unwrap_or_default();
    let mut above: Vec<(Mass, Rounding)> = Vec::new();
    for entry in table.tables("above") {
        let (over, rounding) = (entry.required_text::<Mass>("over"), rounding(&entry, Mass::picograms));
        entry.finish();
        let (Some(over), Some(rounding)) = (over, rounding) else { continue };
        if above.last().is_some_and(|(last, _)| *last >= over) {
            entry.error("over", format!("{over} is not above the one before"), "sort them, each weight once");
        }
        above.push((over, rounding));
    }
    table.finish();
    Some(WeightRule { rounding: first?, above, minimum, unit })
}

/// `without_dims`.
pub(super) fn without_dims(table: &Table<'_>) -> Option<WithoutDims> {
    table.required_name("without_dims", &[("price", WithoutDims::Price), ("refuse", WithoutDims::Refuse)])
}

/// `[dimensions]`.
pub(super) fn size(table: &Table<'_>, without: Option<WithoutDims>) -> Option<SizeRule> {
    let unit = table.required_text::<LengthUnit>("unit");
    let rounding = rounding(table, crate::units::Length::nanometres);
    let dimensional = dimensional(table, rounding.unwrap_or(Rounding::Exact));
    table.finish();
    Some(SizeRule { without: without?, rounding: rounding?, unit: unit?, dimensional })
}

fn dimensional(table: &Table<'_>, sides: Rounding) -> Option<Dimensional> {
    let (above, at_most) = (table.optional_text("above"), table.optional_text("at_most"));
    let (actual_above, share) = (table.optional_text("actual_above"), table.optional::<u16>("share"));
    let Some(text) = table.optional::<String>("divisor") else {
        if table.count(&["above", "at_most", "actual_above", "share"]) > 0 {
            table.error("above", "no divisor to go with it", "write divisor = \"139in3/lb\"");
        }
        return None;
    };
    let Some(mut rule) = divisor(&text).and_then(|(number, units)| Dimensional::new(number, units, sides)) else {
        let what = format!("divisor is {text:?}");
        table.error("divisor", what, "write a whole number, a volume and a mass: \"139in3/lb\", \"5000cm3/kg\"");
        return None;
    };
    let share = i64::from(share.unwrap_or(100));
    if !(1..=Dimensional::WHOLE).contains(&share) {
        table.error("share", format!("share is {share}"), "write a percentage from 1 to 100");
        return None;
    }
    (rule.above, rule.at_most, rule.actual_above, rule.share) = (above, at_most, actual_above, share);
    Some(rule)
}

/// Reads `139in3/lb`.
fn divisor(text: &str) -> Option<(u32, (VolumeUnit, MassUnit))> {
    let (volume, mass) = text.split_once('/')?;
    let at = volume.find(|c: char| c.is_ascii_alphabetic())?;
    Some((volume[..at].trim().parse().ok()?, (volume[at..].trim().parse().ok()?, mass.trim().parse().ok()?)))
}

/// `[money]`; lines to the nearest minor unit and the sum as it is, where it is left out.
pub(super) fn money(table: Option<&Table<'_>>, currency: Currency) -> Option<MoneyRule> {
    struct Minor(i64);
    impl FromStr for Minor {
        type Err = String;

        fn from_str(text: &str) -> Result<Self, String> {
            // The currency is checked by the caller: the amount alone is read here, in thousandths at the finest.
            let amount = Decimal::parse(text).ok().and_then(|amount| amount.scaled(1000));
            amount.map(Self).ok_or_else(|| format!("{text:?} is not an amount; write one such as \"0.05\" or \"500\""))
        }
    }
    let Some(table) = table else { return Some(MoneyRule { lines: Rounding::Nearest(1), total: Rounding::Exact }) };
    let minor = |Minor(thousandths): Minor| match thousandths.checked_mul(10_i64.pow(currency.exponent())) {
        Some(scaled) if scaled % 1000 == 0 => scaled / 1000,
        _ => 0,
    };
    let by = |keys: [&'static str; 3], otherwise| {
        if table.count(&keys[..1]) == 0 { Some(otherwise) } else { rounding_by(table, keys, minor) }
    };
    let lines = by(["round", "step", "tolerance"], Rounding::Nearest(1));
    let total = by(["total", "total_step", "total_tolerance"], Rounding::Exact);
    table.finish();
    Some(MoneyRule { lines: lines?, total: total? })
}

/// `[[limit]]`: exactly one of the measures, to which zones, and why.
pub(super) fn limit(table: &Table<'_>, context: &Context<'_>) -> Option<Limit> {
    const KEYS: [&str; 9] =
        ["weight", "longest", "second", "length_plus_girth", "sum_of_sides", "volume", "value", "insured", "cod"];
    let size = |key, measure| table.optional_text(key).map(|max| Maximum::Size(measure, max));
    let amount = |key, worth| context.money(table, key).map(|max| Maximum::Amount(worth, max));
    let measures = [
        table.optional_text("weight").map(Maximum::Weight),
        size("longest", Measure::Longest),
        size("second", Measure::Second),
        size("length_plus_girth", Measure::LengthPlusGirth),
        size("sum_of_sides", Measure::Sum),
        table.optional_text("volume").map(Maximum::Volume),
        amount("value", StatedAmount::Value),
        amount("insured", StatedAmount::Insured),
        amount("cod", StatedAmount::Cod),
    ];
    let (zones, why) = (context.zones(table), table.optional("why"));
    table.finish();
    if table.count(&KEYS) != 1 {
        let todo = format!("write exactly one of {}", KEYS.join(", "));
        table.error("", "a limit has one measure", todo);
        return None;
    }
    let max = measures.into_iter().flatten().next()?;
    let nothing = match max {
        Maximum::Weight(mass) => mass <= Mass::ZERO,
        Maximum::Size(_, length) => length <= Length::ZERO,
        Maximum::Volume(volume) => volume.cubic_nanometres() <= 0,
        Maximum::Amount(..) => false,
    };
    if nothing {
        table.error("", "a limit that no parcel is within", "write a limit above 0");
    }
    Some(Limit { max, zones, why })
}

/// `[[refuse]]`: a name, why, and when.
pub(super) fn refuse(table: &Table<'_>, context: &Context<'_>, tables: &mut Tables<'_>) -> Option<RefusalRule> {
    let (name, why) = (table.required("name"), table.required("why"));
    let when = when::when(table, context, tables);
    table.finish();
    Some(RefusalRule { name: name?, why: why?, when: when? })
}

/// `[[surcharge]]`s: a name, how much, and when.
pub(super) fn surcharges(entries: &[Table<'_>], context: &Context<'_>, tables: &mut Tables<'_>) -> Vec<Surcharge> {
    let mut surcharges: Vec<Surcharge> = Vec::new();
    let mut groups: Vec<String> = Vec::new();
    for table in entries {
        let name: Option<String> = table.required("name");
        let charge = charge(table, &surcharges, context);
        let when = when::when(table, context, tables);
        let group = table.optional::<String>("group").map(|group| {
            let at = groups.iter().position(|known| *known == group).unwrap_or_else(|| {
                groups.push(group);
                groups.len() - 1
            });
            u8::try_from(at).unwrap_or(u8::MAX)
        });
        let needs = lines(table, "needs", &surcharges).0;
        let minimum = table.optional_text("minimum_weight").unwrap_or_default();
        table.finish();
        if let (Some(name), Some(charge), Some(when)) = (name, charge, when) {
            surcharges.push(Surcharge { name, charge, when, group, needs, minimum, fuel: false });
        }
    }
    surcharges
}

fn charge(table: &Table<'_>, earlier: &[Surcharge], context: &Context<'_>) -> Option<Charge> {
    let mut each = vec![None; context.zones.len()];
    let entries = table.tables("amounts");
    for entry in &entries {
        let (zones, amount) = (context.zones(entry), context.amount(entry, "amount"));
        entry.finish();
        for zone in zones {
            each[zone] = amount;
        }
    }
    let amount = context.amount(table, "amount");
    let percent = percent(table, "percent");
    let (lines, base, of) = {
        let (lines, rest) = lines(table, "of", earlier);
        let worths = [("value", StatedAmount::Value), ("insured", StatedAmount::Insured), ("cod", StatedAmount::Cod)];
        let of: Vec<StatedAmount> =
            worths.iter().filter(|(name, _)| rest.iter().any(|line| line == name)).map(|(_, worth)| *worth).collect();
        let base = rest.iter().any(|line| line == "base");
        for line in rest.iter().filter(|line| *line != "base" && !worths.iter().any(|(name, _)| name == line)) {
            let todo = "write base, value, insured, cod, or the name of a surcharge above this one";
            table.error("of", format!("no line above this one is called {line:?}"), todo);
        }
        (lines, base, of)
    };
    if table.count(&["amount", "amounts", "percent"]) == 0 || table.count(&["amount", "amounts"]) == 2 {
        let todo = "write amount or amounts, percent, or both";
        table.error("", "a surcharge says how much it is", todo);
        return None;
    }
    if percent.is_some() && lines.is_empty() && !base && of.is_empty() {
        table.error("percent", "a percentage of nothing", "write of = [\"base\"]");
    }
    let amount = if entries.is_empty() { ByZone::Same(amount.unwrap_or(Amount::flat(0))) } else { ByZone::Each(each) };
    let percent = percent.map(|parts_per_million| Percent { parts_per_million, base, lines, of });
    let (at_least, at_most) = (context.money(table, "at_least"), context.money(table, "at_most"));
    if at_least.zip(at_most).is_some_and(|(least, most)| least > most) {
        table.error("at_least", "at_least is more than at_most", "write the lesser amount as at_least");
    }
    Some(Charge { amount, percent, at_least, at_most })
}

/// The surcharges that are named, by position; and the names that are none of them.
fn lines(table: &Table<'_>, key: &'static str, earlier: &[Surcharge]) -> (Vec<usize>, Vec<String>) {
    let names: Vec<String> = table.optional(key).unwrap_or_default();
    let (mut found, mut rest) = (Vec::new(), Vec::new());
    for name in names {
        match earlier.iter().position(|surcharge| surcharge.name == name) {
            Some(at) => found.push(at),
            None if key == "needs" => {
                let todo = "name a surcharge that is listed before this one";
                table.error(key, format!("no surcharge above this one is called {name:?}"), todo);
            }
            None => rest.push(name),
        }
    }
    (found, rest)
}

/// Every line of a price has its own name.
pub(super) fn check_names(table: &Table<'_>, surcharges: &[Surcharge]) {
    if surcharges.len() > Card::MOST_SURCHARGES {
        let what = format!("more than {} surcharges", Card::MOST_SURCHARGES);
        table.error("surcharge", what, "put areas of one amount into one list");
    }
    for (at, surcharge) in surcharges.iter().enumerate() {
        let taken = ["base", "fuel", "rounding", "volume discount", "value", "insured", "cod"];
        if taken.contains(&surcharge.name.as_str()) || surcharges[..at].iter().any(|other| other.name == surcharge.name)
        {
            let what = format!("two lines of a price are called {:?}", surcharge.name);
            let todo = format!("give each surcharge its own name, and none of {}", taken.join(", "));
            table.error("surcharge", what, todo);
        }
    }
}

/// `[fuel]`: a percentage or a table of weeks, and the lines that carry it.
pub(super) fn fuel(
    table: &Table<'_>,
    surcharges: &mut [Surcharge],
    from: Date,
    tables: &mut Tables<'_>,
) -> Option<Fuel> {
    let parts = percent(table, "percent");
    let weeks = table.optional::<String>("table").map(|name| tables.fuel(&name));
    let lines: Vec<String> = table.required("on").unwrap_or_default();
    let rounding = if table.count(&["round"]) == 0 {
        Some(Rounding::Nearest(1))
    } else {
        const WAYS: [(&str, Rounding); 4] = [
            ("up", Rounding::Up(1)),
            ("nearest", Rounding::Nearest(1)),
            ("half_even", Rounding::HalfEven(1)),
            ("down", Rounding::Down(1)),
        ];
        table.required_name("round", &WAYS)
    };
    table.finish();
    for line in &lines {
        match surcharges.iter_mut().find(|surcharge| surcharge.name == *line) {
            Some(surcharge) => surcharge.fuel = true,
            None if line == "base" => {}
            None => table.error("on", format!("no line is called {line:?}"), "write base or a surcharge's name"),
        }
    }
    if lines.is_empty() {
        table.error("on", "fuel on no line", "write on = [\"base\"]");
    }
    if table.count(&["percent", "table"]) != 1 {
        table.error("", "fuel is one percentage or a table", "write percent = \"12.5\", or table = \"fuel.csv\"");
        return None;
    }
    let weekly = weeks.is_some();
    let weeks = weeks.unwrap_or_else(|| parts.map(|parts| vec![(from, parts)]))?;
    Some(Fuel { weeks, on_base: lines.iter().any(|line| line == "base"), rounding: rounding?, weekly })
}

/// `[[tier]]`: from how many parcels a month on, which part of the base is given back.
pub(super) fn tiers(entries: &[Table<'_>]) -> Vec<Tier> {
    let mut tiers: Vec<Tier> = Vec::new();
    for table in entries {
        let over: Option<u64> = table.required("over");
        let _: Option<String> = table.required("percent");
        let parts = percent(table, "percent");
        table.finish();
        let (Some(over), Some(parts_per_million)) = (over, parts) else { continue };
        if tiers.last().is_some_and(|last| last.over >= over) {
            table.error("over", format!("{over} is not above the tier before"), "sort the tiers, each number once");
        }
        if tiers.last().is_some_and(|last| last.parts_per_million > parts_per_million) {
            let what = "less is given back for more parcels than in the tier before";
            table.warn("percent", what, "check the percentages of both");
        }
        if parts_per_million > 1_000_000 {
            table.error("percent", "more than all of the base", "write at most 100");
        }
        tiers.push(Tier { over, parts_per_million });
    }
    tiers
}
