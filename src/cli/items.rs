//! `parceld items`: the item master in, and as it is.

use std::collections::{BTreeMap, HashMap};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use parceld::daemon::Setup;
use parceld::daemon::control::{self, Call};
use parceld::daemon::items::{self, ITEMS_AT_ONCE, ItemChanges, ItemPatch, ItemVerdict};
use parceld::exchange::order::items::{self as files, IncomingItem};
use parceld::exchange::order::{self, Batch, ForeignFormat, Formats};
use parceld::exchange::text;
use parceld::store::{Store, StoreError};
use serde_json::{Value, json};

use super::act::act;
use super::file::{each, read_bounded, write_private};
use super::{CommandResult, ConfigArg, Failure, ShownArgs, UNAVAILABLE, USAGE, print, were_refused, workbook};

/// Items sent at once where no station runs, and nobody waits.
const AT_ONCE_ALONE: usize = 1_000;
/// Items that are read from the database at once.
const PAGE: usize = 1_000;

#[derive(Debug, Subcommand)]
pub(super) enum ItemsCommand {
    /// Read files of items: barcodes, weight, size, dangerous goods, kits, what is blocked
    #[command(after_long_help = fields_help())]
    Import {
        /// The files: CSV or a workbook (.xlsx)
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        config: ConfigArg,
        /// Whose file it is, where its header does not say: a file of formats_dir/items, or csv for one of ours
        #[arg(long, value_name = "NAME")]
        format: Option<String>,
        /// Say what would become of each item, and take nothing in
        #[arg(long)]
        dry_run: bool,
        /// JSON instead of lines, one object a file
        #[arg(long)]
        json: bool,
    },
    /// The items that are known; with --json each on a line, as it is kept
    List {
        /// These alone
        #[arg(value_name = "SKU")]
        skus: Vec<String>,
        #[command(flatten)]
        shown: ShownArgs,
    },
}

impl ItemsCommand {
    pub(super) fn run(&self) -> CommandResult {
        match self {
            Self::Import { files, config, format, dry_run, json } => {
                let how = ItemOptions { format: format.as_deref(), dry_run: *dry_run, json: *json };
                import(files, &config.config, &how)
            }
            Self::List { skus, shown } => list(skus, shown),
        }
    }
}

/// What a file of items may say, for `--help`.
pub(super) fn fields_help() -> String {
    format!(
        "A file of items is one that an ERP exports, as CSV or as a workbook (.xlsx), which is known by its header; or CSV with \
         these columns, of which sku alone must be there. What a file says of an item replaces what is known of it; an empty \
         cell, or no column, leaves it as it is; a - takes it away. A kit has a row for each of its components; its other \
         columns stand on the first row alone, and rows below it may leave sku empty:\n\n  \
         sku,barcodes,unit_g,dg.class,blocked,components.sku,components.qty\n  MUG,4006381333931,350,none,,,\n  \
         SET,,,,,MUG,2\n  ,,,,,BOX,1\n\nColumns:\n\n{}\n\
         /usr/share/doc/parceld/config/items/ has a sample, and README.md there explains it.",
        order::item_field_list()
    )
}

/// What a person says of the files.
struct ItemOptions<'a> {
    format: Option<&'a str>,
    dry_run: bool,
    json: bool,
}

fn import(paths: &[PathBuf], config: &Path, how: &ItemOptions<'_>) -> CommandResult {
    let (setup, _) = Setup::load(config)?;
    let known = formats(&setup);
    let formats = match how.format {
        None => Formats::any(&known),
        Some(name) => Formats::named(&known, name).map_err(|_| {
            let names = known.iter().map(|format| format.name.as_str()).chain(["csv"]).collect::<Vec<_>>().join(", ");
            Failure::say(USAGE, format!("no format {name:?}; use one of {names}"))
        })?,
    };
    let came = each(paths, |path| import_file(&setup, path, formats, how))?;
    let (unread, refused) = came.iter().fold((0, 0), |(files, items), came| (files + came.0, items + came.1));
    let said: Vec<String> =
        [were_refused(unread, "file"), were_refused(refused, "item")].into_iter().flatten().collect();
    if said.is_empty() {
        return Ok(());
    }
    Err(Failure::say(UNAVAILABLE, format!("{}; mend what is said above and import again", said.join(", "))))
}

/// Imports a file; whether it could not be read at all, and how many of its items were refused.
fn import_file(setup: &Setup, path: &Path, formats: Formats<'_>, how: &ItemOptions<'_>) -> Result<(u64, u64), Failure> {
    let shown = path.display();
    let bytes = read_bounded(path, order::MAX_FILE_BYTES)
        .map_err(|error| Failure::say(UNAVAILABLE, format!("{shown}: {error}")))?;
    let mut batch = if text::is_workbook(&bytes) {
        match workbook::sheets(bytes) {
            Ok(sheets) => files::read_workbook(&sheets, formats),
            Err(why) => Batch::unread(why),
        }
    } else {
        files::read(&bytes, formats)
    };
    let told = if how.dry_run { judged(setup, &batch)? } else { taken(setup, &mut batch)? };
    let rejects = reject_file(path);
    if how.dry_run {
        // Nothing changes, nor does what the last import left.
    } else if batch.refused.is_empty() {
        let _ = std::fs::remove_file(&rejects);
    } else {
        write_private(&rejects, order::reject_file(&batch).as_bytes())?;
    }
    let reject_file = (!batch.refused.is_empty() && !how.dry_run).then_some(rejects);
    told.print(&shown.to_string(), &batch, reject_file.as_deref(), how);
    let unread = batch.refused.iter().filter(|refused| refused.row == 0).count() as u64;
    Ok((unread, batch.refused.len() as u64 - unread + told.refused_by_judge(how.dry_run)))
}

/// The reject file beside a file.
fn reject_file(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!("{name}.rejects.csv"))
}

/// What would become of the items of a file.
fn judged(setup: &Setup, batch: &Batch<IncomingItem>) -> Result<ItemReport, Failure> {
    let store = match Store::read(&setup.config.station.data_dir) {
        Ok(store) => Some(store),
        Err(StoreError::Missing(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let mut changes = ItemChanges::of(store.as_ref());
    let answers = batch.accepted.iter().map(|item| changes.judge(&ItemPatch::from(item)));
    let answers = answers.collect::<Result<Vec<_>, _>>()?;
    let mut told = ItemReport::default();
    told.add(&items::answer(&answers, &changes.ambiguous()?, true));
    Ok(told)
}

/// What became of the items of a file; those that cannot be kept are refused, as rows that cannot be read are.
fn taken(setup: &Setup, batch: &mut Batch<IncomingItem>) -> Result<ItemReport, Failure> {
    let at_once = if control::is_running(&setup.config.station.data_dir) { ITEMS_AT_ONCE } else { AT_ONCE_ALONE };
    let mut told = ItemReport::default();
    let total = batch.accepted.len();
    for (nth, some) in batch.accepted.chunks(at_once).enumerate() {
        let items = some.iter().map(ItemPatch::from).collect();
        told.add(&act(setup, &Call::ImportItems { items })?);
        if std::io::stderr().is_terminal() {
            let _ = write!(std::io::stderr(), "\r{} of {total}", nth * at_once + some.len());
        }
    }
    if std::io::stderr().is_terminal() {
        let _ = writeln!(std::io::stderr());
    }
    if told.compare {
        match act(setup, &Call::CompareOrders) {
            Ok(compared) => {
                let stopped = compared["stopped"].as_array().into_iter().flatten();
                told.stopped.extend(stopped.filter_map(Value::as_str).map(str::to_owned));
            }
            // The items are kept, and what was refused of them has to be said.
            Err(failure) => told.stopped.push(format!(
                "what was packed before is not compared with the items yet: {failure}; it is done at the next import of \
                 items, or when the station starts"
            )),
        }
    }
    let mut why: HashMap<String, String> = HashMap::new();
    told.said.retain(|said| {
        let refused = said["verdict"] == json!(ItemVerdict::Refused);
        if refused {
            let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
            why.insert(text("sku"), text("why"));
        }
        !refused
    });
    told.counts.remove("refused");
    for item in std::mem::take(&mut batch.accepted) {
        if let Some(why) = why.remove(&item.sku) {
            let named = format!("{}: {why}", item.sku);
            batch.refused.push(item.refuse(named));
        }
    }
    batch.refused.sort_by_key(|refused| refused.row);
    Ok(told)
}

/// The formats of items that this station knows; what is wrong with them is said, and they are not read.
fn formats(setup: &Setup) -> Vec<ForeignFormat> {
    let (formats, problems) = setup.config.item_formats();
    for problem in problems {
        let _ = writeln!(std::io::stderr(), "{problem}");
    }
    formats
}

/// What became of the items of a file.
#[derive(Debug, Default)]
struct ItemReport {
    counts: BTreeMap<&'static str, u64>,
    /// What is said of single items.
    said: Vec<Value>,
    /// Barcodes that are on several items.
    ambiguous: BTreeMap<String, Value>,
    /// What it makes of parcels that were begun.
    stopped: Vec<String>,
    /// Parcels are to be compared.
    compare: bool,
}

impl ItemReport {
    fn add(&mut self, answer: &Value) {
        for (name, _) in ItemVerdict::NAMES {
            *self.counts.entry(name).or_default() += answer[name].as_u64().unwrap_or(0);
        }
        self.said.extend(answer["said"].as_array().into_iter().flatten().cloned());
        self.compare |= answer["compare"] == json!(true);
        for code in answer["ambiguous"].as_array().into_iter().flatten() {
            self.ambiguous.insert(code["barcode"].as_str().unwrap_or_default().to_owned(), code["skus"].clone());
        }
    }

    fn count(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or(0)
    }

    /// Items that would be refused, and are still among the others.
    fn refused_by_judge(&self, dry_run: bool) -> u64 {
        if dry_run { self.count("refused") } else { 0 }
    }

    fn print(&self, file: &str, batch: &Batch<IncomingItem>, rejects: Option<&Path>, how: &ItemOptions<'_>) {
        let refused = batch.refused.len() as u64 + self.refused_by_judge(how.dry_run);
        let count = |name: &str| if name == "refused" { refused } else { self.count(name) };
        let nothing = "nothing was taken in; this is what would become of it".to_owned();
        let notes: Vec<String> = batch.notes.iter().cloned().chain(how.dry_run.then_some(nothing)).collect();
        if how.json {
            let mut answer = serde_json::Map::new();
            answer.insert("file".to_owned(), file.into());
            for (name, _) in ItemVerdict::NAMES {
                answer.insert(name.to_owned(), count(name).into());
            }
            let row = |refused: &order::RefusedRow| json!({ "row": refused.row, "reason": refused.reason });
            answer.insert("rows".to_owned(), batch.refused.iter().map(row).collect());
            answer.insert("said".to_owned(), self.said.clone().into());
            let code = |(code, skus): (&String, &Value)| json!({ "barcode": code, "skus": skus });
            answer.insert("ambiguous".to_owned(), self.ambiguous.iter().map(code).collect());
            answer.insert("notes".to_owned(), notes.into());
            answer.insert("stopped".to_owned(), self.stopped.clone().into());
            return print(Value::from(answer));
        }
        notes.iter().for_each(|note| print(format!("{file}: {note}")));
        for refused in &batch.refused {
            match refused.row {
                0 => print(format!("{file}: {}", refused.reason)),
                row => print(format!("{file}:{row}: {}", refused.reason)),
            }
        }
        for said in &self.said {
            let text = |name: &str| said[name].as_str().unwrap_or_default();
            let why = if text("why").is_empty() { String::new() } else { format!(": {}", text("why")) };
            print(format!("{file}: {}: {}{why}", text("sku"), text("verdict")));
        }
        for (code, skus) in &self.ambiguous {
            let skus: Vec<&str> = skus.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            print(format!("{file}: the barcode {code} is on {}: a scan of it cannot tell which", skus.join(", ")));
        }
        self.stopped.iter().for_each(|stopped| print(format!("{file}: {stopped}")));
        let counts: Vec<String> =
            ItemVerdict::NAMES.iter().map(|(name, _)| format!("{} {name}", count(name))).collect();
        print(format!("{file}: {}", counts.join(", ")));
        if let Some(rejects) = rejects {
            print(format!("{file}: refused rows are in {}", rejects.display()));
        }
    }
}

fn list(skus: &[String], shown: &ShownArgs) -> CommandResult {
    let (setup, _) = Setup::load(&shown.config.config)?;
    let store = Store::read(&setup.config.station.data_dir)?;
    let show = |sku: &str, body: &str| -> Result<(), StoreError> {
        if shown.json {
            print(body);
            return Ok(());
        }
        let whole = files::resolved(sku, &|sku| store.item(sku))?.ok().flatten();
        print(line(body, whole.as_deref().unwrap_or(body)));
        Ok(())
    };
    let mut unknown = Vec::new();
    for sku in skus {
        match store.item(sku)? {
            Some(body) => show(sku, &body)?,
            None => unknown.push(sku.as_str()),
        }
    }
    if !unknown.is_empty() {
        let todo = "import it with `parceld items import`; capitals count";
        return Err(Failure::say(UNAVAILABLE, format!("no item {}; {todo}", unknown.join(", "))));
    }
    if skus.is_empty() {
        let mut after = String::new();
        loop {
            let page = store.items_after(&after, PAGE)?;
            let Some((last, _)) = page.last() else { break };
            after.clone_from(last);
            for (sku, body) in &page {
                show(sku, body)?;
            }
        }
    }
    Ok(())
}

/// An item on one line; `whole` is the item with what follows from its components.
fn line(body: &str, whole: &str) -> String {
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let (item, whole) = (read(body), read(whole));
    let shown = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(sides) => Some(sides.iter().map(Value::to_string).collect::<Vec<_>>().join("x") + "mm"),
        _ => None,
    };
    let list = |name: &str| item[name].as_array().cloned().unwrap_or_default();
    let mut parts = Vec::new();
    let mut part = |name: &str, value: Option<String>| parts.extend(value.map(|value| format!("{name}{value}")));
    part("", shown(&item["title"]));
    let by_components = if item["unit_g"].is_null() { " by its components" } else { "" };
    let grams = shown(&whole["unit_g"]).map(|mass| if mass.ends_with('g') { mass } else { format!("{mass}g") });
    part("", grams.map(|mass| format!("{mass}{by_components}")));
    part("", shown(&item["dims_mm"]));
    let goods = ["class", "un", "pi", "wh", "cells", "batteries"];
    let goods: Vec<String> =
        goods.iter().filter_map(|name| Some(format!("{name} {}", shown(&whole["dg"][name])?))).collect();
    part("dangerous goods ", (!goods.is_empty()).then(|| goods.join(" ")));
    part("HS ", shown(&item["hs"]));
    part("from ", shown(&item["origin"]));
    let codes: Vec<String> = list("barcodes").iter().filter_map(shown).collect();
    part("barcodes ", (!codes.is_empty()).then(|| codes.join(" ")));
    part("picture ", shown(&item["picture"]));
    let component = |one: &Value| format!("{} x {}", one["qty"], one["sku"].as_str().unwrap_or_default());
    let components: Vec<String> = list("components").iter().map(component).collect();
    part("kit of ", (!components.is_empty()).then(|| components.join(" + ")));
    let why = shown(&whole["blocked_why"]).map(|why| format!(": {why}")).unwrap_or_default();
    let by = shown(&whole["blocked_part"]).map(|sku| format!(" by {sku}")).unwrap_or_default();
    part("BLOCKED", shown(&whole["blocked"]).map(|blocked| format!("{by} as {blocked}{why}")));
    format!("{}: {}", item["sku"].as_str().unwrap_or_default(), parts.join(", "))
}
