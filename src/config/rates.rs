//! `[rates]`: which cards there are, and which of their services takes a parcel.

use std::path::{Path, PathBuf};

use super::problem::{Problem, Problems};
use super::read::{folder, path_from, wrong_money};
use super::table::Table;
use crate::rating::{Allocation, Cap, Cards, CutOff, Exchange, Expected, Goal, Guard, Per, Policy, Share, Trial};
use crate::units::{Currency, Decimal, Money};

/// Where rate cards are, and how the choice among them is made.
#[derive(Debug, Clone)]
pub struct Rates {
    /// Folder of rate cards, one folder per carrier.
    pub carriers_dir: PathBuf,
    /// The carriers that are used; every one of the folder when there are none.
    pub carriers: Vec<String>,
    /// What counts.
    pub policy: Policy,
    /// Who gets how many, whatever they cost.
    pub allocation: Allocation,
}

/// As much of it as could be read: the folder, and the rest.
pub(super) fn rates(root: &Table<'_>, base: &Path) -> (Option<(PathBuf, Vec<String>)>, Option<Rates>) {
    let Some(table) = root.required_table("rates") else { return (None, None) };
    let dir = table.required::<String>("carriers_dir");
    let dir = dir.and_then(|dir| folder(&table, "carriers_dir", path_from(base, &dir)));
    let carriers: Vec<String> = table.optional("carriers").unwrap_or_default();
    let policy = policy(&table);
    let allocation = Allocation {
        caps: table.tables("cap").iter().filter_map(cap).collect(),
        shares: shares(&table.tables("share")),
        trials: table.tables("trial").iter().filter_map(trial).collect(),
        cut_offs: table.tables("cut_off").iter().filter_map(cut_off).collect(),
    };
    table.finish();
    let place = dir.clone().map(|dir| (dir, carriers.clone()));
    (place, dir.zip(policy).map(|(carriers_dir, policy)| Rates { carriers_dir, carriers, policy, allocation }))
}

fn policy(table: &Table<'_>) -> Option<Policy> {
    #[derive(Clone, Copy)]
    enum Name {
        Cheapest,
        Fastest,
        Preferred,
        Expected,
    }
    let names = [
        ("cheapest", Name::Cheapest),
        ("fastest", Name::Fastest),
        ("preferred", Name::Preferred),
        ("expected", Name::Expected),
    ];
    let name = if table.count(&["policy"]) == 0 { Name::Cheapest } else { table.required_name("policy", &names)? };
    let currency: Option<Currency> = table.optional_text("currency");
    if let Some(unknown) = currency.filter(|currency| !currency.is_known()) {
        table.error("currency", format!("no currency is called {unknown}"), "write its code of ISO 4217, such as USD");
    }
    let prefer: Option<Vec<String>> = table.optional("prefer");
    let expected = table.table("expected").map(|expected| self::expected(&expected, currency));
    let exchange = table.tables("exchange").iter().filter_map(exchange).collect();
    let last_resort = table.optional("last_resort").unwrap_or_default();
    if prefer.is_some() && !matches!(name, Name::Preferred) {
        table.error(
            "prefer",
            "an order of preference, and another policy",
            "write policy = \"preferred\", or remove it",
        );
    }
    let goal = match name {
        Name::Cheapest => Goal::Cheapest,
        Name::Fastest => Goal::Fastest,
        Name::Preferred => match prefer {
            Some(order) => Goal::Preferred(order),
            None => {
                table.error("policy", "no order of preference", "write prefer = [\"usps.ground_advantage\", …]");
                return None;
            }
        },
        Name::Expected => match expected {
            Some(expected) => Goal::Expected(expected?),
            None => {
                let todo = "add [rates.expected] with return_cost, late_cost, prior_failed, prior_late, prior_parcels";
                table.error("policy", "nothing is said of what going wrong costs", todo);
                return None;
            }
        },
    };
    Some(Policy { goal, currency, exchange, last_resort })
}

fn expected(table: &Table<'_>, currency: Option<Currency>) -> Option<Expected> {
    if currency.is_none() {
        table.error("", "amounts without a currency", "write currency = \"USD\" in [rates]");
    }
    let currency = currency.unwrap_or(Currency::USD);
    let money = |key| {
        let text: String = table.required(key)?;
        let amount = Money::parse(&text, currency).ok().filter(|amount| amount.minor >= 0);
        if amount.is_none() {
            let (what, todo) = wrong_money(key, &text, currency, "");
            table.error(key, what, todo);
        }
        amount.map(|amount| amount.minor)
    };
    let (return_cost, late_cost) = (money("return_cost"), money("late_cost"));
    let (failed, late) = (percent(table, "prior_failed"), percent(table, "prior_late"));
    let parcels = table.required::<u32>("prior_parcels");
    table.finish();
    Some(Expected {
        return_cost: return_cost?,
        late_cost: late_cost?,
        prior_failed: failed?,
        prior_late: late?,
        prior_parcels: parcels?.into(),
    })
}

/// A percentage from 0 to 100, in parts per million.
fn percent(table: &Table<'_>, key: &'static str) -> Option<i64> {
    let text: String = table.required(key)?;
    let parts = Decimal::parse(&text).ok().and_then(|percent| percent.scaled(10_000));
    let parts = parts.filter(|parts| (0..=1_000_000).contains(parts));
    if parts.is_none() {
        table.error(
            key,
            format!("{key} is {text:?}"),
            "write a percentage from 0 to 100 with up to 4 decimals, \"2.5\"",
        );
    }
    parts
}

fn exchange(table: &Table<'_>) -> Option<Exchange> {
    let (from, to) = (table.required_text("from"), table.required_text("to"));
    let on = table.required_text("date");
    let rate = table.required::<String>("rate").and_then(|text| {
        let rate = Decimal::parse(&text).ok().filter(|rate| rate.mantissa > 0);
        if rate.is_none() {
            table.error("rate", format!("rate is {text:?}"), "write what one is worth in the other, \"0.1389\"");
        }
        rate
    });
    table.finish();
    Some(Exchange { from: from?, to: to?, on: on?, rate: rate? })
}

fn cap(table: &Table<'_>) -> Option<Cap> {
    let of = table.required("of");
    let (parcels, per) = (table.required::<u64>("parcels"), table.required_name("per", &Per::NAMES));
    table.finish();
    Some(Cap { of: of?, parcels: parcels?, per: per? })
}

fn shares(entries: &[Table<'_>]) -> Vec<Share> {
    let mut shares: Vec<Share> = Vec::new();
    for table in entries {
        let (service, percent) = (table.required::<String>("service"), hundredth(table, "percent"));
        table.finish();
        let (Some(service), Some(percent)) = (service, percent) else { continue };
        if shares.iter().any(|share| share.service == service) {
            table.error("service", format!("a second share of {service}"), "write one share a service");
        }
        shares.push(Share { service, percent });
        let all: u32 = shares.iter().map(|share| share.percent).sum();
        if all > 100 {
            table.error("percent", format!("the shares up to this one are {all} percent"), "write at most 100 in all");
        }
    }
    shares
}

fn hundredth(table: &Table<'_>, key: &'static str) -> Option<u32> {
    let percent: u32 = table.required(key)?;
    if percent > 100 {
        table.error(key, format!("{key} is {percent}"), "write 0 to 100");
        return None;
    }
    Some(percent)
}

fn trial(table: &Table<'_>) -> Option<Trial> {
    let service = table.required("service");
    let stages: Vec<u64> = table.optional("stages").unwrap_or_else(|| vec![10, 50, 200, 500]);
    let share = if table.count(&["percent"]) == 0 { Some(100) } else { hundredth(table, "percent") };
    let (good, bad) = (percent(table, "good"), percent(table, "bad"));
    let odds = table.optional::<u64>("odds").unwrap_or(20);
    table.finish();
    if stages.is_empty() || stages[0] == 0 || !stages.windows(2).all(|pair| pair[0] < pair[1]) {
        table.error("stages", "the stages do not rise", "write how many parcels in all, such as [10, 50, 200, 500]");
        return None;
    }
    let (good, bad) = (good?, bad?);
    if good >= bad || good == 0 || bad == 1_000_000 || odds < 2 {
        let todo = "write failures of a good carrier, more of a bad one, and odds of 2 or more";
        table.error("good", "a good and a bad carrier cannot be told apart", todo);
        return None;
    }
    Some(Trial { service: service?, stages, percent: share?, guard: Guard { good, bad, odds } })
}

fn cut_off(table: &Table<'_>) -> Option<CutOff> {
    const DAYS: [(&str, u8); 7] = [("mon", 0), ("tue", 1), ("wed", 2), ("thu", 3), ("fri", 4), ("sat", 5), ("sun", 6)];
    let carrier = table.required("carrier");
    let minute = table.required::<String>("time").and_then(|text| {
        let minute = text.split_once(':').and_then(|(hour, minute)| {
            let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
            (hour < 24 && minute < 60).then_some(hour * 60 + minute)
        });
        if minute.is_none() {
            table.error("time", format!("time is {text:?}"), "write hours and minutes, \"16:30\"");
        }
        minute
    });
    let closed = table.names("closed", &DAYS);
    table.finish();
    if DAYS.iter().all(|(_, day)| closed.contains(day)) {
        table.error("closed", "no day of the week is left", "leave out a day on which a van comes");
        return None;
    }
    Some(CutOff { carrier: carrier?, minute: minute?, closed })
}

/// An error for each service or carrier that `[rates]` names and no card has: misspelt, it would never be capped or tried.
pub(super) fn problems(rates: &Rates, cards: &Cards, file: &Path) -> Problems {
    let service = |id: &str| cards.services().iter().any(|service| service.id == id);
    let carrier = |id: &str| cards.carrier(id).is_some();
    let policy = &rates.policy;
    let preferred: &[String] = match &policy.goal {
        Goal::Preferred(order) => order,
        _ => &[],
    };
    let allocation = &rates.allocation;
    let services = preferred
        .iter()
        .chain(&policy.last_resort)
        .chain(allocation.shares.iter().map(|share| &share.service))
        .chain(allocation.trials.iter().map(|trial| &trial.service))
        .filter(|id| !service(id));
    let caps = allocation.caps.iter().map(|cap| &cap.of).filter(|id| !service(id) && !carrier(id));
    let vans = allocation.cut_offs.iter().map(|cut_off| &cut_off.carrier).filter(|id| !carrier(id));
    let known: Vec<&str> = cards.services().iter().map(|service| service.id.as_str()).collect();
    let problem = |id: &String| {
        let what = format!("[rates] names {id:?}, and no card has that name");
        Problem::error(
            file,
            what,
            format!("write one of {}, or its carrier alone where that is meant", known.join(", ")),
        )
    };
    Problems(services.chain(caps).chain(vans).map(problem).collect())
}
