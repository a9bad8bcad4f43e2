//! Commands that read.

use std::io::Write;
use std::path::Path;

use parceld::config::Severity;
use parceld::daemon::archive::{self, Archive};
use parceld::daemon::readiness::{self, Urgency};
use parceld::daemon::{Setup, answers, clock, today};
use parceld::ids::BagId;
use parceld::station::Station;
use parceld::station::order::OrderId;
use parceld::store::{Store, StoreError};
use serde_json::Value;

use super::file::write_whole;
use super::{CONFIG, CommandResult, Failure, SOFTWARE, ShownArgs, USAGE, count_of, print};

/// Orders that are listed at most.
const ORDERS: usize = 1_000;

/// `parceld check`: every problem, one a line.
pub(super) fn check(config: &Path) -> CommandResult {
    let problems = parceld::config::Config::check_all(config);
    let mut errors = 0_u64;
    for problem in &problems {
        errors += u64::from(problem.severity == Severity::Error);
        print(problem);
    }
    let warnings = problems.len() as u64 - errors;
    if errors > 0 {
        return Err(Failure::say(
            CONFIG,
            format!(
                "{}, {}; mend the errors and check again",
                count_of(errors, "error"),
                count_of(warnings, "warning")
            ),
        ));
    }
    print(format!("{}: good, {}", config.display(), count_of(warnings, "warning")));
    lacking(config)
}

/// What keeps parcels here though the configuration is good.
fn lacking(config: &Path) -> CommandResult {
    let (setup, _) = Setup::load(config)?;
    let keys = &setup.config.station;
    let station = match Store::read(&keys.data_dir) {
        Ok(store) => Some(archive::load(&store)?),
        Err(StoreError::Missing(_)) => None,
        Err(error) => {
            // Whoever checks a file need not be who may look into the station's folder.
            print(format_args!("not checked: what the station has; {error}"));
            return Ok(());
        }
    };
    let today = today(&keys.timezone, clock());
    let lacking = readiness::shortcomings(&setup, station.as_ref(), today);
    lacking.iter().for_each(print);
    let stops = lacking.iter().filter(|lacking| lacking.urgency == Urgency::Stops).count();
    match stops {
        0 => print("parcels can go out"),
        1 => print("1 thing keeps parcels from going out"),
        stops => print(format_args!("{stops} things keep parcels from going out")),
    }
    Ok(())
}

pub(super) struct OpenedStation {
    pub(super) setup: Setup,
    pub(super) store: Store,
    pub(super) station: Station,
}

impl OpenedStation {
    /// Brings back every bag and pallet that the station has forgotten.
    pub(super) fn recall_bags(&mut self) -> Result<(), Failure> {
        for id in (1..=self.station.bags_opened()).map(BagId) {
            archive::recall_bag(&self.store, &mut self.station, id)?;
        }
        Ok(())
    }

    pub(super) fn archive(&self) -> Archive<'_> {
        Archive { station: &self.station, store: &self.store }
    }
}

pub(super) fn open(config: &Path) -> Result<OpenedStation, Failure> {
    let (setup, _) = Setup::load(config)?;
    let store = Store::read(&setup.config.station.data_dir)?;
    let station = archive::load(&store)?;
    Ok(OpenedStation { setup, store, station })
}

pub(super) fn orders(shown: &ShownArgs) -> CommandResult {
    let memory = open(&shown.config.config)?;
    let orders = answers::orders(memory.archive(), ORDERS)?;
    table(
        shown.json,
        &orders,
        &["order_ref", "channel", "shop", "state", "parcels", "city", "region", "country", "box", "grams"],
    );
    Ok(())
}

pub(super) fn order(name: &str, shop: Option<&str>, shown: &ShownArgs) -> CommandResult {
    let memory = open(&shown.config.config)?;
    let id = one_order(&memory.store, name, shop)?;
    let order = answers::order(memory.archive(), &id)?;
    document(shown.json, &order);
    Ok(())
}

/// The order that is called so: by its number, by shop and number (`US-01/1001`), or by its number in a shop. A number that
/// means several is answered with all of them.
pub(super) fn one_order(store: &Store, name: &str, shop: Option<&str>) -> Result<OrderId, Failure> {
    let mut found = store.orders_called(name)?;
    found.retain(|id| shop.is_none_or(|shop| id.shop == shop));
    match found.as_slice() {
        [id] => Ok(id.clone()),
        [] => Err(Failure::say(USAGE, format!("no order {name}; see `parceld orders list`"))),
        several => {
            let list: Vec<String> = several.iter().map(|id| format!("  {id}")).collect();
            let count = several.len();
            let text =
                format!("{name} is {count} orders; name one of them, or its shop with --shop:\n{}", list.join("\n"));
            Err(Failure::say(USAGE, text))
        }
    }
}

/// Pools of numbers, and from where those go on that wait for a person.
pub(super) fn pools(shown: &ShownArgs) -> CommandResult {
    let memory = open(&shown.config.config)?;
    let mut pools = answers::pools(&memory.station, &memory.setup.rules, &memory.setup.cards);
    if memory.store.is_restored()? {
        pools["what"] =
            "a backup was put back and no station has started on it yet: what stands here is as old as the \
                         backup. Start the station, then say `parceld pool list` again"
                .into();
    }
    if shown.json {
        print(pools);
        return Ok(());
    }
    table(false, &pools["pools"], &["carrier", "pool", "state", "next", "to", "left"]);
    if let Some(what) = pools["what"].as_str() {
        print(what);
    }
    Ok(())
}

pub(super) fn parcels(shown: &ShownArgs) -> CommandResult {
    let memory = open(&shown.config.config)?;
    let parcels = answers::parcels(memory.archive(), &memory.setup.cards, usize::MAX)?;
    table(shown.json, &parcels, &["parcel", "order_ref", "state", "service", "total", "tracking", "manifest"]);
    Ok(())
}

pub(super) fn parcel(name: &str, shown: &ShownArgs) -> CommandResult {
    let memory = open(&shown.config.config)?;
    let id = memory.archive().by_tracking(name)?.or_else(|| name.parse().ok());
    let parcel = match id {
        Some(id) => answers::parcel(memory.archive(), id.0)?,
        None => Value::Null,
    };
    if parcel.is_null() {
        return Err(Failure::say(USAGE, format!("no parcel {name}; see `parceld parcels list`")));
    }
    document(shown.json, &parcel);
    Ok(())
}

pub(super) fn manifests(shown: &ShownArgs) -> CommandResult {
    let memory = open(&shown.config.config)?;
    let manifests = answers::manifests(memory.archive(), usize::MAX >> 1)?;
    table(shown.json, &manifests, &["manifest_id", "carrier", "ship_date", "parcels", "state"]);
    Ok(())
}

pub(super) fn manifest(id: &str, shown: &ShownArgs) -> CommandResult {
    let memory = open(&shown.config.config)?;
    document(shown.json, &manifest_document(&memory, id)?);
    Ok(())
}

pub(super) fn export_manifest(id: &str, out: &Path, config: &Path) -> CommandResult {
    let memory = open(config)?;
    let document = manifest_document(&memory, id)?;
    write_whole(out, |file| writeln!(file, "{document:#}"))
}

fn manifest_document(memory: &OpenedStation, id: &str) -> Result<Value, Failure> {
    let body = memory.store.manifest(id)?;
    let body = body.ok_or_else(|| Failure::say(USAGE, format!("no manifest {id}; see `parceld manifest list`")))?;
    serde_json::from_str(&body).map_err(|error| Failure::new(SOFTWARE, error))
}

pub(super) fn outbox(shown: &ShownArgs) -> CommandResult {
    let memory = open(&shown.config.config)?;
    let outbox = answers::outbox(&memory.store)?;
    if shown.json {
        print(outbox);
    } else {
        print(format!(
            "{} waiting, {} confirmed, {} set aside",
            outbox["waiting"], outbox["confirmed"], outbox["aside"]
        ));
        if let Some(why) = outbox["stopped"].as_str() {
            print(format!("stopped: {why}"));
        }
        table(false, &outbox["rows"], &["seq", "type", "time", "state"]);
    }
    Ok(())
}

/// Every event as it stands in the outbox; one that was set aside as it was before its tombstone.
pub(super) fn export_outbox(out: &Path, config: &Path) -> CommandResult {
    /// Read in pages: an outbox of a year does not fit the memory.
    const PAGE: usize = 1_000;
    let memory = open(config)?;
    let aside = memory.store.aside()?;
    let lives = memory.store.lives()?;
    write_whole(out, |file| {
        for life in &lives {
            let mut after = 0;
            loop {
                let rows = memory.store.outbox_after(&life.incarnation, after, PAGE, usize::MAX);
                let rows = rows.map_err(std::io::Error::other)?;
                let Some(last) = rows.last() else { break };
                after = last.seq;
                for row in &rows {
                    let original = aside.iter().find(|aside| aside.row == row.row).map(|aside| &aside.body);
                    writeln!(file, "{}", original.unwrap_or(&row.body))?;
                }
            }
        }
        Ok(())
    })
}

fn document(json: bool, value: &Value) {
    if json { print(value) } else { print(format!("{value:#}")) }
}

/// A table of some fields, or everything as JSON.
pub(super) fn table(json: bool, rows: &Value, columns: &[&str]) {
    if json {
        return print(rows);
    }
    let rows = rows.as_array().map(Vec::as_slice).unwrap_or_default();
    let cell = |row: &Value, column: &&str| match &row[*column] {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let lines: Vec<Vec<String>> = std::iter::once(columns.iter().map(|c| (*c).to_owned()).collect())
        .chain(rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()))
        .collect();
    let width = |column: usize| lines.iter().map(|line: &Vec<String>| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    for line in &lines {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(text, width)| format!("{text:width$}")).collect();
        print(cells.join("  ").trim_end());
    }
}
