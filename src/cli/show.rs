//! Commands that read.

use std::io::Write;
use std::path::Path;

use jiff::tz::TimeZone;
use parceld::calendar::{Certainty, DeadlineKind};
use parceld::daemon::archive::{self, Archive};
use parceld::daemon::documents::Documents;
use parceld::daemon::lists::{self, List, ListQuery, ORDER_STATES};
use parceld::daemon::{Setup, answers};
use parceld::ids::{BagId, did_you_mean};
use parceld::station::Station;
use parceld::station::order::OrderId;
use parceld::station::parcels::State;
use parceld::store::Store;
use parceld::units::Timestamp;
use serde_json::Value;

use super::file::write_whole;
use super::{CommandResult, Failure, ListArgs, NewestArgs, SOFTWARE, ShownArgs, UNAVAILABLE, USAGE, print};

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

pub(super) fn orders(list: &ListArgs, due_first: bool) -> CommandResult {
    let memory = open(&list.newest.shown.config.config)?;
    let query = ListQuery { by_deadline: due_first, ..list.query(&memory.setup, &ORDER_STATES)? };
    let mut orders = lists::orders(memory.archive(), &memory.setup.rules, &query)?;
    let columns = [
        "order_ref",
        "channel",
        "shop",
        "state",
        "parcels",
        "ship_by",
        "collect_by",
        "city",
        "region",
        "country",
        "box",
        "grams",
    ];
    let zone = &memory.setup.config.station.timezone;
    if !list.newest.shown.json {
        for row in orders.rows.as_array_mut().into_iter().flatten() {
            for kind in [DeadlineKind::ShipBy, DeadlineKind::CollectBy] {
                row[kind.word()] = due(zone, &row["deadlines"][kind.word()]).into();
            }
        }
    }
    list.newest.show(&orders, &columns);
    Ok(())
}

/// A deadline on the warehouse's clock, and how sure it is: `2026-01-16 23:59 -08:00 derived`.
fn due(zone: &TimeZone, deadline: &Value) -> Option<String> {
    let at: jiff::Timestamp = deadline["at"].as_str()?.parse().ok()?;
    let mut text = at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %:z").to_string();
    if deadline["certainty"] == Certainty::Guessed.word() {
        text += " guessed";
    } else if deadline["derived"] == true {
        text += " derived";
    }
    if deadline["holidays_known"] == false {
        text += ", holidays not known";
    }
    Some(text)
}

impl ListArgs {
    /// What is asked; `states` are the words that a state may be.
    fn query(&self, setup: &Setup, states: &[&str]) -> Result<ListQuery, Failure> {
        if let Some(state) = self.state.as_deref().filter(|state| !states.contains(state)) {
            let meant = did_you_mean(state, states.iter().copied());
            let text = format!("--state: {state:?} is not known; {meant}write one of {}", states.join(", "));
            return Err(Failure::say(USAGE, text));
        }
        let zone = &setup.config.station.timezone;
        Ok(ListQuery {
            limit: self.newest.limit(),
            search: self.search.clone().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
            day: self.day.map(|day| lists::span_of(zone, day)),
            state: self.state.clone(),
            by_deadline: false,
        })
    }
}

impl NewestArgs {
    fn limit(&self) -> usize {
        usize::try_from(self.limit).unwrap_or(usize::MAX)
    }

    /// A list, and what it leaves out: behind JSON on the other stream, so that a program reads JSON alone.
    fn show(&self, list: &List, columns: &[&str]) {
        table(self.shown.json, &list.rows, columns);
        match &list.more {
            Some(more) if self.shown.json => {
                let _ = writeln!(std::io::stderr(), "{more}");
            }
            Some(more) => print(more),
            None => {}
        }
    }
}

pub(super) fn order(name: &str, shop: Option<&str>, shown: &ShownArgs) -> CommandResult {
    let memory = open(&shown.config.config)?;
    let id = one_order(&memory.store, name, shop)?;
    let order = answers::order(memory.archive(), &memory.setup.rules, &id)?;
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

pub(super) fn parcels(list: &ListArgs) -> CommandResult {
    let memory = open(&list.newest.shown.config.config)?;
    let states = State::ALL.map(State::word);
    let parcels = lists::parcels(memory.archive(), &memory.setup.cards, &list.query(&memory.setup, &states)?)?;
    let columns = ["parcel", "order_ref", "state", "service", "total", "tracking", "manifest"];
    list.newest.show(&parcels, &columns);
    if !list.newest.shown.json {
        let documents = Documents::of(&memory.setup);
        let today = documents.today(&memory.setup.cards, lists::StationCounts::of(memory.archive())?);
        print(today.map_err(|error| Failure::new(UNAVAILABLE, error))?.lines());
    }
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

pub(super) fn manifests(newest: &NewestArgs) -> CommandResult {
    let memory = open(&newest.shown.config.config)?;
    let manifests = lists::manifests(memory.archive(), newest.limit())?;
    newest.show(&manifests, &["manifest_id", "carrier", "ship_date", "parcels", "state"]);
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

pub(super) fn outbox(newest: &NewestArgs) -> CommandResult {
    let memory = open(&newest.shown.config.config)?;
    let mut outbox = answers::outbox(&memory.store, newest.limit())?;
    let shown = outbox["rows"].as_array().map_or(0, Vec::len) as u64;
    let all = outbox["head"].as_u64().unwrap_or(shown);
    if newest.shown.json {
        print(outbox);
    } else {
        let zone = &memory.setup.config.station.timezone;
        for row in outbox["rows"].as_array_mut().into_iter().flatten() {
            let at: Option<jiff::Timestamp> = row["time"].as_str().and_then(|time| time.parse().ok());
            if let Some(at) = at {
                row["time"] = lists::local(zone, Timestamp(at.as_millisecond())).into();
            }
        }
        print(format!(
            "{} waiting, {} confirmed, {} set aside",
            outbox["waiting"], outbox["confirmed"], outbox["aside"]
        ));
        if let Some(why) = outbox["stopped"].as_str() {
            print(format!("stopped: {why}"));
        }
        table(false, &outbox["rows"], &["seq", "type", "time", "state"]);
        let more =
            format!("the newest {shown} of {all} events; --limit {all} shows all, `parceld outbox export` writes them");
        if all > shown {
            print(more);
        }
        print(format_args!("times are of {}", zone.iana_name().unwrap_or("UTC")));
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
