//! `carrier.toml`: what a carrier is called, how its numbers are made, and who may give them out.

use std::path::Path;

use super::super::problem::{Problem, Problems};
use super::super::table::{Source, Table};
use super::aliases::Aliases;
use super::files::{self, CarrierFiles};
use super::{formats, service};
use crate::barcode::{Format, Issuer, NumberRule};
use crate::ids::{CarrierId, PoolId, ServiceId};
use crate::rating::{Carrier, Invented, NumberPool, ServiceCards, ServiceName};

/// What a carrier's folder holds; parts of it may be missing when there are problems.
#[derive(Default)]
pub(super) struct LoadedCarrier {
    pub(super) carrier: Option<Carrier>,
    pub(super) services: Vec<ServiceCards>,
}

pub(super) fn load(
    dir: &Path,
    id: &CarrierId,
    published: &[Issuer],
    files: &mut CarrierFiles,
    problems: &mut Problems,
) -> LoadedCarrier {
    let path = dir.join("carrier.toml");
    let mut loaded = LoadedCarrier::default();
    let mut names = None;
    if let Some(text) = files.read(&path, problems) {
        let source = Source::new(&path, text);
        if let Some(root) = source.parse() {
            let table = Table::root(&source, &root);
            let services = service_names(&table, id);
            loaded.carrier = carrier(&table, id, published, services.clone());
            names = Some(services);
        }
        problems.extend(source.into_problems());
    }
    let aliases = Aliases::read(dir, files, problems);
    let folders = files::folders(dir, problems);
    for name in names.iter().flatten() {
        let folder = name.id.name();
        if !folders.iter().any(|found| found == folder) {
            let todo = "add the folder with its prices, or remove the [[service]]";
            problems.push(Problem::error(&path, format!("service {folder} has no folder"), todo));
        }
    }
    for folder in folders {
        let service = ServiceId::of(id, &folder);
        if names.as_ref().is_some_and(|names| !names.iter().any(|name| name.id == service)) {
            let todo = format!("add [[service]] with id = \"{folder}\" and a name to carrier.toml");
            problems.push(Problem::error(dir.join(&folder), "a service without a name", todo));
        }
        let cards = service::load(&dir.join(folder), &aliases, files, problems);
        loaded.services.push(ServiceCards { id: service, cards });
    }
    aliases.warn_of_idle(problems);
    loaded
}

fn carrier(table: &Table<'_>, id: &CarrierId, published: &[Issuer], services: Vec<ServiceName>) -> Option<Carrier> {
    let name: Option<String> = table.required("name");
    let label: Option<String> = table.required("label");
    let values = table.texts("values");
    let number_table = table.table("number");
    let number = number_table.as_ref().and_then(number_rule);
    let pools: Vec<_> = table.tables("pool").iter().filter_map(|pool| pool_of(pool, number.as_ref())).collect();
    check_pools(table, &pools);
    if number_table.is_none() && !pools.is_empty() {
        table.error(
            "pool",
            "pools of numbers, and no rule how they are made",
            "add [number] with prefix, width and check",
        );
    }
    let formats = formats_of(table, id, number.as_ref(), published);
    let invented = table.names("invented", &Invented::NAMES).into_iter().collect();
    table.finish();
    Some(Carrier { id: id.clone(), name: name?, number, formats, pools, label: label?, values, services, invented })
}

/// How its numbers look: as declared; without a word, as they are made.
fn formats_of(table: &Table<'_>, id: &CarrierId, number: Option<&NumberRule>, published: &[Issuer]) -> Vec<Format> {
    let declared = formats::declared(table, published);
    if table.count(&["format", "formats"]) == 0 {
        if table.count(&["number"]) == 0 {
            let todo = "write formats = [\"…\"] with an id of formats.toml, or a [[format]]";
            table.warn("", "nothing says how its tracking numbers look, so none is checked", todo);
        }
        return number.and_then(|rule| rule.format().ok()).into_iter().collect();
    }
    let issuer = Issuer { id: id.clone(), name: id.to_string(), formats: declared };
    let made = number.and_then(|rule| rule.number(0).ok());
    if let Some(Err(error)) = made.map(|made| issuer.check(made.as_str())) {
        let what = format!("numbers made like this break the carrier's own formats: {error}");
        let (what, _) = what.split_once("; ").unwrap_or((&what, ""));
        table.error("number", what, "correct the prefix, the width or the check, or the format");
    }
    issuer.formats
}

fn service_names(table: &Table<'_>, carrier: &CarrierId) -> Vec<ServiceName> {
    let mut services: Vec<ServiceName> = Vec::new();
    for entry in table.tables("service") {
        let (id, name) = (entry.required::<String>("id"), entry.required::<String>("name"));
        let label = entry.optional::<String>("label");
        entry.finish();
        let (Some(id), Some(name)) = (id, name) else { continue };
        let id = ServiceId::of(carrier, &id);
        if services.iter().any(|service| service.id == id) {
            entry.error("id", format!("service {id} twice"), "remove one of them");
        }
        services.push(ServiceName { id, name, label });
    }
    services
}

fn number_rule(table: &Table<'_>) -> Option<NumberRule> {
    /// 18 digits stay inside a `u64`, and no carrier's serial is longer.
    const WIDEST: u32 = 18;
    let prefix: Option<String> = table.required("prefix");
    let width: Option<u32> = table.required("width");
    let check = table.required_text("check");
    table.finish();
    let printable = |prefix: &String| prefix.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    if prefix.as_ref().is_some_and(|prefix| !printable(prefix) || prefix.len() > 20) {
        table.error("prefix", "the prefix is not up to 20 capital letters and digits", "write it as it is printed");
        return None;
    }
    if width.is_some_and(|width| !(1..=WIDEST).contains(&width)) {
        table.error("width", "the serial's width is not 1 to 18", "write how many digits the serial has");
        return None;
    }
    let rule = NumberRule { prefix: prefix?, width: width?, check: check? };
    if let Err(error) = rule.number(0) {
        let error = format!("no number can be made: {error}");
        let (what, todo) = error.split_once("; ").unwrap_or((&error, "correct it"));
        table.error("check", what, todo);
        return None;
    }
    Some(rule)
}

fn pool_of(table: &Table<'_>, number: Option<&NumberRule>) -> Option<NumberPool> {
    let (id, station) = (table.required::<String>("id").map(PoolId::from), table.required::<String>("station"));
    let (from, to) = (table.required::<u64>("from"), table.required::<u64>("to"));
    table.finish();
    let pool = NumberPool { id: id?, station: station?, from: from?, to: to? };
    if pool.from > pool.to {
        table.error("from", format!("{} is after {}", pool.from, pool.to), "write the first serial, then the last");
    }
    let digits = pool.to.checked_ilog10().unwrap_or(0) + 1;
    if number.is_some_and(|rule| digits > rule.width) {
        table.error(
            "to",
            format!("{} has more digits than a serial", pool.to),
            "end the pool earlier, or widen [number]",
        );
    }
    Some(pool)
}

fn check_pools(table: &Table<'_>, pools: &[NumberPool]) {
    for (at, pool) in pools.iter().enumerate() {
        for other in &pools[..at] {
            if other.id == pool.id {
                let what = format!("two pools are called {}", pool.id);
                table.error("pool", what, "give each its own id, never used before");
            }
            if pool.from <= other.to && other.from <= pool.to {
                let what = format!("pools {} and {} share numbers", other.id, pool.id);
                table.error("pool", what, "end one before the other begins: a number is given out once");
            }
        }
    }
}
