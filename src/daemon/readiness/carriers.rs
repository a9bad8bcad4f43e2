//! Carriers: numbers to give out, prices that hold, and what of them is only an example.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Shortcoming, StationSite, Urgency};
use crate::rating::{Card, Carrier, Invented, NumberPool, ServiceCards};
use crate::station::{SSCC_POOL, Station};

/// Numbers of a pool that are few.
const FEW: u64 = 1_000;
/// Days before the end of prices at which it is said.
const SOON: i64 = 30;
/// Days for which a row of a fuel table counts.
const WEEK: i64 = 7;

/// Prices, and what is only an example.
pub(super) fn lacking(site: &StationSite<'_>) -> Vec<Shortcoming> {
    let mut found = Vec::new();
    let carriers: Vec<&Carrier> = serving(site).collect();
    if carriers.is_empty() {
        let country = &site.setup.rules.ship_from.country;
        let what = format!("no carrier of {} collects in {country}", site.setup.config.rates.carriers_dir.display());
        let todo = "write a card for one that does, or correct country in [station.ship_from]";
        found.push(Shortcoming::new(Urgency::Stops, what, todo));
    }
    for carrier in carriers {
        for service in services(site, carrier) {
            found.extend(prices(site, service));
        }
        if !site.setup.rules.specimen {
            found.extend(examples(site, carrier));
        }
    }
    found
}

/// Numbers for parcels, bags and pallets.
pub(super) fn numbers_lacking(site: &StationSite<'_>) -> Vec<Shortcoming> {
    serving(site).filter_map(|carrier| numbers(site, carrier)).chain(containers(site)).collect()
}

/// Carriers that collect in the country of the station.
fn serving<'a>(site: &StationSite<'a>) -> impl Iterator<Item = &'a Carrier> {
    let setup = site.setup;
    let collects = |service: &ServiceCards| service.collects_in(&setup.rules.ship_from.country);
    let serves = move |carrier: &&Carrier| {
        setup.cards.services().iter().any(|service| carrier.service(&service.id).is_some() && collects(service))
    };
    setup.cards.carriers().iter().filter(serves)
}

fn services<'a>(site: &StationSite<'a>, carrier: &'a Carrier) -> impl Iterator<Item = &'a ServiceCards> {
    site.setup.cards.services().iter().filter(|service| carrier.service(&service.id).is_some())
}

fn file(site: &StationSite<'_>, carrier: &Carrier) -> PathBuf {
    site.setup.config.rates.carriers_dir.join(carrier.id.as_str()).join("carrier.toml")
}

/// What a carrier's labels are numbered from.
fn numbers(site: &StationSite<'_>, carrier: &Carrier) -> Option<Shortcoming> {
    let (id, name) = (&carrier.id, &site.setup.rules.station);
    if carrier.number.is_none() {
        let what = format!("{id} takes only parcels whose order brings its label");
        return Some(Shortcoming::new(Urgency::Notice, what, "such orders have `label.path` and `label.tracking`"));
    }
    let own: Vec<&NumberPool> = carrier.pools.iter().filter(|pool| pool.station == *name).collect();
    let Some(first) = own.first() else {
        let what = format!("{id} has no numbers for station {name}");
        let todo = format!(
            "write a block that only this station uses into {}: [[pool]], id, station = \"{name}\", from, to",
            file(site, carrier).display()
        );
        return Some(Shortcoming::new(Urgency::Stops, what, todo));
    };
    let next: BTreeMap<_, u64> =
        site.station.into_iter().flat_map(Station::pools).map(|(c, p, next)| ((c, p), next)).collect();
    let begun = |pool: &NumberPool| next.get(&(id, &pool.id)).copied();
    let start = |pool: &NumberPool| {
        format!("`parceld pool start {id} {} --next {}`, with the first number that was never used", pool.id, pool.from)
    };
    if own.iter().all(|pool| begun(pool).is_none()) {
        let todo = match site.station.and_then(Station::copied) {
            Some(_) => "`parceld pool list` says from where, `parceld pool start --all` begins them".to_owned(),
            None => format!("type {}", start(first)),
        };
        let what = format!("no number of {id} can be given: no person has said where they start");
        return Some(Shortcoming::new(Urgency::Stops, what, todo));
    }
    let left: u64 = own.iter().filter_map(|pool| Some((pool.to + 1).saturating_sub(begun(pool)?))).sum();
    let (urgency, what) = match left {
        0 => (Urgency::Stops, format!("every number of {id} is used")),
        left @ 1..FEW => (Urgency::Soon, format!("{id} has {left} numbers left")),
        _ => return None,
    };
    let todo = match own.iter().find(|pool| begun(pool).is_none()) {
        Some(pool) => format!("begin the next pool: {}", start(pool)),
        None => "ask the carrier for more, and write them as another [[pool]]".to_owned(),
    };
    Some(Shortcoming::new(urgency, what, todo))
}

/// The numbers of bags and pallets, where they are to have any.
fn containers(site: &StationSite<'_>) -> Option<Shortcoming> {
    let range = site.setup.rules.sscc.as_ref()?;
    let begun = |station: &Station| station.pools().any(|(c, p, _)| *c == SSCC_POOL && *p == range.prefix());
    if site.station.is_some_and(begun) {
        return None;
    }
    let (first, _) = range.serials();
    let todo = format!("type `parceld pool start {SSCC_POOL} {} --next {first}`", range.prefix());
    Some(Shortcoming::new(Urgency::Notice, "bags and pallets get no SSCC: no person has said where they start", todo))
}

/// What of a carrier's folder is an example that was not written anew.
fn examples(site: &StationSite<'_>, carrier: &Carrier) -> Vec<Shortcoming> {
    let (id, file) = (&carrier.id, file(site, carrier));
    let of = |invented: &Invented| {
        let (what, todo) = match invented {
            Invented::Carrier => (
                format!("{id} is an imaginary carrier: no van will come"),
                "leave it out of `carriers` in [rates]".to_owned(),
            ),
            Invented::Numbers => (
                format!("the numbers of {id} are an example, and may be another sender's"),
                format!(
                    "write the prefix and the pools that it gave you into {}, and take \"numbers\" out of `invented`",
                    file.display()
                ),
            ),
            Invented::Values => {
                let said: Vec<String> = carrier.values.iter().map(|(key, value)| format!("{key} {value}")).collect();
                (
                    format!("labels of {id} say what is an example: {}", said.join(", ")),
                    format!(
                        "write your own into [values] of {}, and take \"values\" out of `invented`",
                        file.display()
                    ),
                )
            }
        };
        Shortcoming::new(Urgency::Wrong, what, todo)
    };
    carrier.invented.iter().map(of).collect()
}

/// The prices of a service.
fn prices(site: &StationSite<'_>, service: &ServiceCards) -> Vec<Shortcoming> {
    let (id, today) = (&service.id, site.today);
    let todo = "write the next card beside it";
    let last = service.cards.last().and_then(|card| card.until);
    let Some(card) = service.card(today) else {
        let what = match last {
            Some(until) if until < today => format!("the prices of {id} ended on {until}"),
            _ => format!("{id} has no prices for {today}"),
        };
        return vec![Shortcoming::new(Urgency::Stops, what, todo)];
    };
    let mut found = Vec::new();
    if let Some(until) = last.filter(|until| until.number() - today.number() < SOON) {
        found.push(Shortcoming::new(Urgency::Soon, format!("the prices of {id} end on {until}"), todo));
    }
    found.extend(fuel(site, service, card));
    if card.invented && !site.setup.rules.specimen {
        let what = format!("the prices of {id} are an invented example");
        let todo =
            "write your own and take `invented` out of its card, or leave the carrier out of `carriers` in [rates]";
        found.push(Shortcoming::new(Urgency::Wrong, what, todo));
    }
    found
}

/// A fuel table whose newest week has gone by.
fn fuel(site: &StationSite<'_>, service: &ServiceCards, card: &Card) -> Option<Shortcoming> {
    let weeks = &card.fuel.as_ref().filter(|fuel| fuel.weekly)?.weeks;
    let (newest, _) = weeks.last()?;
    let folder = site.setup.config.rates.carriers_dir.join(service.id.carrier().as_str()).join(service.id.name());
    (site.today.number() - newest.number() >= WEEK).then(|| {
        let what = format!("fuel of {} is counted as in the week of {newest}, the newest of its table", service.id);
        let todo =
            format!("add the weeks since to the fuel table in {}, then `parceld rates reload`", folder.display());
        Shortcoming::new(Urgency::Wrong, what, todo)
    })
}
