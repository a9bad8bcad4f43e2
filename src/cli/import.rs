//! `parceld orders import`: order files, and the label files that they name.
//!
//! A label's path begins at the folder of its order file and never leaves it: not by `/`, not by `..`, not by a link.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Component, Path, PathBuf};

use data_encoding::HEXLOWER;
use parceld::daemon::control::Call;
use parceld::daemon::{Setup, filling, labels, orders};
use parceld::exchange::order::{self, Batch, ForeignFormat, Formats, Incoming, LabelFile};
use parceld::exchange::supplied::{self, LabelFormat, Wanted};
use parceld::exchange::text;
use parceld::station::counted;
use parceld::station::order::{Order, OrderId};
use parceld::store::{Store, StoredLabel, StoredOrder};
use sha2::{Digest, Sha256};

use super::act::{act, act_running};
use super::file::{each, read_bounded, write_private};
use super::import_report::{ImportReport, not_listed, say_read};
use super::{AGAIN, CommandResult, Failure, UNAVAILABLE, USAGE, count_of, drawn, print, were_refused, workbook};

/// Orders sent to the station at once, and about how many bytes of them.
const CHUNK: usize = 500;
const CHUNK_BYTES: usize = 8 << 20;

/// Refused rows, single orders and notes that an answer lists, at most of each.
pub(super) const MOST_LISTED: usize = 10_000;

/// What is said of an import that takes nothing in.
pub(super) const ONLY_TRIED: &str = "nothing was taken in; this is what would become of it";

/// Imports files; each may have its own refused rows, kept in a reject file beside it.
pub(super) fn import(files: &[PathBuf], config: &Path, how: &ImportOptions) -> CommandResult {
    if how.dropped_in.is_some() {
        // It has the station's memory, and the packer waits for the station.
        drawn::bounded_to_read();
    }
    let (setup, _) = Setup::load(config)?;
    let known = formats(&setup);
    let formats = match &how.format {
        None => Formats::any(&known),
        Some(name) => Formats::named(&known, name).map_err(|error| Failure::new(USAGE, error))?,
    };
    let (mut unread, mut refused, mut contradict) = (0, 0, 0);
    for told in each(files, |file| import_file(&setup, file, formats, how))? {
        unread += told.unread();
        refused += told.count("refused") - told.unread();
        contradict += told.contradict();
    }
    let contradicts = (contradict > 0).then(|| {
        let verb = if contradict == 1 { "contradicts" } else { "contradict" };
        format!("{} {verb} what holds here", count_of(contradict, "order"))
    });
    let said: Vec<String> =
        [were_refused(unread, "file"), were_refused(refused, "order"), contradicts].into_iter().flatten().collect();
    if said.is_empty() {
        return Ok(());
    }
    Err(Failure::say(UNAVAILABLE, format!("{}; mend what is said above and import again", said.join(", "))))
}

/// What an order file may say, for `--help`.
pub(super) fn fields_help() -> String {
    format!(
        "An order file is one that a shop or an ERP exports, as CSV or as a workbook (.xlsx), which is known by its header; or \
         parceld.order/1: JSON (one object, a list, or one object a line), or CSV with one row for each line of an order. \
         Text is UTF-8, UTF-16 or GB18030. An order says at least:\n\n  \
         order_ref,ship_to.name,ship_to.line1,ship_to.city,ship_to.region,ship_to.postcode,ship_to.country,lines.sku,\
         lines.qty\n  1001,Pat Example,12 Sample Ave,Boston,MA,02116,US,MUG,1\n\nFields, which are the columns of CSV:\n\n\
         {}\n/usr/share/doc/parceld/config/orders/ has samples, and README.md there explains them.",
        order::field_list()
    )
}

/// What a person says of the files.
#[derive(Debug)]
pub(super) struct ImportOptions {
    /// Whose file it is, where its header does not say.
    pub(super) format: Option<String>,
    /// Shop of the orders that name none.
    pub(super) shop: Option<String>,
    /// They are the last word.
    pub(super) newest: bool,
    /// Nothing is taken in.
    pub(super) dry_run: bool,
    /// JSON instead of lines.
    pub(super) json: bool,
    /// The folder that the running station found the file in, before it moved it aside.
    pub(super) dropped_in: Option<PathBuf>,
}

/// The orders of files, with their labels. What is refused is said, and nothing is written beside the files.
pub(super) fn read_all(setup: &Setup, files: &[PathBuf]) -> Result<Vec<StoredOrder>, String> {
    let mut all = Vec::new();
    let known = formats(setup);
    for file in files {
        let read = read_file(setup, file, Formats::any(&known), (None, None));
        let (orders, batch, _) = read.map_err(|failure| failure.error.to_string())?;
        for row in &batch.refused {
            print(format!("{}:{}: {}", file.display(), row.row, row.reason));
        }
        all.extend(orders);
    }
    if all.is_empty() {
        return Err("no order that can be packed is in these files; see above, or name others".to_owned());
    }
    Ok(all)
}

/// The orders of a file with their labels; what was refused; and how many orders name a carton that nobody here has.
fn read_file(
    setup: &Setup,
    file: &Path,
    formats: Formats<'_>,
    (shop, dropped_in): (Option<&str>, Option<&Path>),
) -> Result<(Vec<StoredOrder>, Batch, usize), Failure> {
    let bytes = read_bounded(file, order::MAX_FILE_BYTES)
        .map_err(|error| Failure::say(UNAVAILABLE, format!("{}: {error}", file.display())))?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // The folder that files are dropped in names no shop.
    let folder = if dropped_in.is_some() { None } else { folder_of(file) };
    let beside = dropped_in.or(file.parent()).filter(|folder| !folder.as_os_str().is_empty());
    let beside = Some(beside.unwrap_or(Path::new(".")));
    Ok(read_bytes(setup, bytes, formats, &OrderFile { name: &name, shop, folder: folder.as_deref(), beside }))
}

/// What is known of a file beside its bytes.
pub(super) struct OrderFile<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Shop of the orders that name none, as somebody says.
    pub(super) shop: Option<&'a str>,
    /// The same as its folder is called.
    pub(super) folder: Option<&'a str>,
    /// Where its labels lie; `None`: nowhere.
    pub(super) beside: Option<&'a Path>,
}

/// The same of bytes.
pub(super) fn read_bytes(
    setup: &Setup,
    bytes: Vec<u8>,
    formats: Formats<'_>,
    file: &OrderFile<'_>,
) -> (Vec<StoredOrder>, Batch, usize) {
    let kept = Store::read(&setup.config.station.data_dir).ok();
    // What cannot be asked is judged by the station.
    let blocked =
        |order: &Order| kept.as_ref().and_then(|store| filling::blocked(store, order).ok()).unwrap_or_default();
    let unfit = |order: &Order| orders::unfit(&setup.rules, order).into_iter().chain(blocked(order)).collect();
    let mut batch = if text::is_workbook(&bytes) {
        match workbook::sheets(bytes) {
            Ok(sheets) => order::read_workbook(&sheets, formats, &unfit),
            Err(why) => Batch::unread(why),
        }
    } else {
        order::read_for(&bytes, file.name, formats, &unfit)
    };
    let shop_of_all = file.shop.or(file.folder).unwrap_or_default();
    let unnamed: Vec<bool> = batch.accepted.iter().map(|order| order.order.shop.trim().is_empty()).collect();
    batch.accepted = batch.accepted.into_iter().map(|order| order.of_shop(shop_of_all)).collect();
    let by_folder = |at: usize| file.shop.is_none() && unnamed.get(at).copied().unwrap_or(false);
    let boxless = batch.accepted.iter().filter(|incoming| orders::lacks_box(&setup.rules, &incoming.order)).count();
    let orders = with_labels((setup, kept.as_ref()), file.beside, &mut batch, by_folder);
    (orders, batch, boxless)
}

/// What is said of orders whose carton nobody here has.
pub(super) fn say_boxless(boxless: usize) -> Option<String> {
    (boxless > 0).then(|| {
        let orders = count_of(boxless as u64, "order");
        format!("of {orders} only the box is known, and this station has none; add a [[packing.box]] for each")
    })
}

fn import_file(setup: &Setup, file: &Path, formats: Formats<'_>, how: &ImportOptions) -> Result<ImportReport, Failure> {
    let shown = file.display();
    let (orders, batch, boxless) = read_file(setup, file, formats, (how.shop.as_deref(), how.dropped_in.as_deref()))?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let rejects = file.with_file_name(format!("{name}.rejects.csv"));
    if how.dry_run {
        // Nothing changes, nor does what the last import left.
    } else if batch.refused.is_empty() {
        let _ = std::fs::remove_file(&rejects);
    } else {
        // It has names and addresses, as the rows had.
        let again =
            |failure: Failure| if how.dropped_in.is_some() { Failure { code: AGAIN, ..failure } } else { failure };
        write_private(&rejects, order::reject_file(&batch).as_bytes()).map_err(again)?;
    }
    let total = orders.len();
    let mut told = ImportReport::of(&batch);
    let mut done = 0;
    let act = if how.dropped_in.is_some() {
        say_read();
        act_running
    } else {
        act
    };
    for chunk in chunks(orders) {
        done += chunk.len();
        told.add(&act(setup, &Call::Import { orders: chunk, newest: how.newest, dry_run: how.dry_run, each: false })?);
        progress(format_args!("{done} of {total}"));
    }
    if std::io::stderr().is_terminal() {
        let _ = writeln!(std::io::stderr());
    }
    told.notes.extend(told.items_note());
    let reject_file = (!batch.refused.is_empty() && !how.dry_run).then_some(rejects.as_path());
    if how.dry_run {
        told.notes.push(ONLY_TRIED.to_owned());
    }
    let boxless = say_boxless(boxless);
    if how.dropped_in.is_some() {
        told.notes.extend(boxless.clone());
    }
    if how.dropped_in.is_some()
        && let Some(left) = told.shorten(MOST_LISTED)
    {
        told.notes.push(not_listed(left));
    }
    told.print(&shown.to_string(), reject_file, how.json);
    if let (Some(boxless), false) = (boxless, how.json) {
        print(format!("{shown}: {boxless}"));
    }
    Ok(told)
}

/// The formats that this station knows; what is wrong with them is said, and they are not read.
pub(super) fn formats(setup: &Setup) -> Vec<ForeignFormat> {
    let (formats, problems) = setup.config.order_formats();
    for problem in problems {
        let _ = writeln!(std::io::stderr(), "{problem}");
    }
    formats
}

/// The folder that a file lies in: the shop of orders that name none.
fn folder_of(file: &Path) -> Option<String> {
    let whole = file.canonicalize().ok()?;
    Some(whole.parent()?.file_name()?.to_string_lossy().into_owned())
}

/// Orders in pieces that fit one call.
pub(super) fn chunks(orders: Vec<StoredOrder>) -> Vec<Vec<StoredOrder>> {
    let (mut chunks, mut bytes): (Vec<Vec<StoredOrder>>, usize) = (Vec::new(), 0);
    for order in orders {
        // As text, a label is longer by a third.
        let size = order.body.len() + order.label.as_ref().map_or(0, |label| label.bytes.len() * 4 / 3);
        bytes += size;
        match chunks.last_mut() {
            Some(last) if last.len() < CHUNK && bytes <= CHUNK_BYTES => last.push(order),
            _ => {
                bytes = size;
                chunks.push(vec![order]);
            }
        }
    }
    chunks
}

/// The accepted orders, each with its label where that was made elsewhere; one whose label cannot be used is refused
/// alone.
fn with_labels(
    (setup, kept): (&Setup, Option<&Store>),
    folder: Option<&Path>,
    batch: &mut Batch,
    by_folder: impl Fn(usize) -> bool,
) -> Vec<StoredOrder> {
    let otherwise = said_otherwise(&batch.accepted);
    let mut orders: Vec<(Incoming, Option<LabelAnswer>)> = Vec::new();
    let mut files: BTreeMap<(PathBuf, LabelFormat), Vec<Wish>> = BTreeMap::new();
    for incoming in std::mem::take(&mut batch.accepted) {
        let at = orders.len();
        let answer = match source(setup, folder, kept, &incoming) {
            Ok(Some(LabelSource { path, format, wanted, sha256 })) => {
                files.entry((path, format)).or_default().push(Wish { order: at, wanted, sha256 });
                None
            }
            Ok(None) => None,
            Err(why) => Some(Err(why)),
        };
        orders.push((incoming, answer));
    }
    let total: usize = files.values().map(Vec::len).sum();
    let mut done = 0;
    for ((path, format), wishes) in files {
        let answers = labels_of(setup, &path, format, &wishes, || {
            done += 1;
            progress(format_args!("label {done} of {total}"));
        });
        for (wish, answer) in wishes.iter().zip(answers) {
            orders[wish.order].1 = Some(answer);
        }
    }
    let mut stored = Vec::with_capacity(orders.len());
    for (at, (incoming, label)) in orders.into_iter().enumerate() {
        match label.transpose() {
            Ok(label) => {
                let (shop_of_folder, otherwise) = (by_folder(at), otherwise[at]);
                stored.push(StoredOrder { label, shop_of_folder, otherwise, ..orders::stored(incoming) });
            }
            Err(why) => batch.refused.push(incoming.refuse(format!("label: {why}"))),
        }
    }
    batch.refused.sort_by_key(|refused| refused.row);
    stored
}

/// For each order, the nearest row above it that says something else of the same order, and its own.
fn said_otherwise(orders: &[Incoming]) -> Vec<Option<(usize, usize)>> {
    let mut places: BTreeMap<OrderId, Vec<usize>> = BTreeMap::new();
    for (at, incoming) in orders.iter().enumerate() {
        places.entry(incoming.order.id()).or_default().push(at);
    }
    let mut otherwise = vec![None; orders.len()];
    for places in places.into_values().filter(|places| places.len() > 1) {
        let said: Vec<_> = places.iter().map(|at| order::content_hash(&orders[*at].body)).collect();
        let mut before = None;
        for nth in 1..places.len() {
            if said[nth] != said[nth - 1] {
                before = Some(orders[places[nth - 1]].row);
            }
            otherwise[places[nth]] = before.map(|before| (before, orders[places[nth]].row));
        }
    }
    otherwise
}

/// What became of an order's label.
type LabelAnswer = Result<StoredLabel, String>;

/// Where an order's label is.
struct LabelSource {
    path: PathBuf,
    format: LabelFormat,
    wanted: Wanted,
    sha256: Option<String>,
}

/// A label that an order wants of a file.
struct Wish {
    /// Its place among the orders.
    order: usize,
    wanted: Wanted,
    /// What the file must hash to.
    sha256: Option<String>,
}

/// The file of an order's label, if it has one that is not known yet.
fn source(
    setup: &Setup,
    folder: Option<&Path>,
    kept: Option<&Store>,
    incoming: &Incoming,
) -> Result<Option<LabelSource>, String> {
    let Incoming { order, label: Some(file), .. } = incoming else { return Ok(None) };
    let Some(given) = &order.label else { return Ok(None) };
    counted(&setup.cards, given).map_err(|error| error.to_string())?;
    let media = labels::media(setup.rules.labels.printer.media);
    // What cannot be asked is read.
    if kept.is_some_and(|store| matches!(has_label(store, incoming, given.tracking.as_str(), media), Ok(true))) {
        return Ok(None);
    }
    let LabelFile { path, format, page, sha256, dpi } = file;
    let folder = folder.ok_or(
        "its file cannot come with it this way; put both into the folder of [orders], or type `parceld orders import`",
    )?;
    let path = inside(folder, path)?;
    let format = format.ok_or("label.format is missing; write pdf, png or zpl")?;
    let wanted = Wanted { number: given.tracking.to_string(), page: *page, dpi: *dpi };
    Ok(Some(LabelSource { path, format, wanted, sha256: sha256.clone() }))
}

/// Whether an order's label need not be read: it is erased for good, or here as this printer needs it, and the order says
/// the same as before.
fn has_label(
    store: &Store,
    incoming: &Incoming,
    number: &str,
    media: (u32, u32, u32),
) -> Result<bool, parceld::store::StoreError> {
    let id = incoming.order.id();
    let Some(known) = store.known_order(&id)? else { return Ok(false) };
    let said = store.holds_or_held(&known, &order::content_hash(&incoming.body), order::content_hash)?;
    let rev = incoming.order.rev;
    let erased = known.erased && !known.key_gone;
    let old = rev > 0 && rev < known.rev || said == Some(false) || erased && rev <= known.rev;
    Ok(old || said == Some(true) && store.label(&id, number)?.is_some_and(|kept| kept.media == media))
}

/// A file below a folder.
fn inside(folder: &Path, path: &str) -> Result<PathBuf, String> {
    if path.is_empty() {
        return Err("label.path is missing; name its file, from the folder of the order file".to_owned());
    }
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if !Path::new(path).components().all(plain) {
        return Err(format!("{path} leads out of the folder of the order file; put the label's file below it"));
    }
    let missing = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("{path} is not there; put it beside the order file"),
        _ => format!("{path}: {error}"),
    };
    let found = folder.join(path).canonicalize().map_err(missing)?;
    if !found.starts_with(folder.canonicalize().map_err(missing)?) {
        return Err(format!("{path} is a link out of the folder of the order file; put the label's file itself there"));
    }
    if !found.metadata().map_err(missing)?.is_file() {
        return Err(format!("{path} is no file; name the label's file"));
    }
    Ok(found)
}

/// Labels of one file, in the order they are wanted.
fn labels_of(setup: &Setup, path: &Path, format: LabelFormat, wishes: &[Wish], done: impl FnMut()) -> Vec<LabelAnswer> {
    let all = |why: String| wishes.iter().map(|_| Err(why.clone())).collect();
    let bytes = match read_bounded(path, supplied::MAX_FILE_BYTES) {
        Ok(bytes) => bytes,
        Err(error) => return all(format!("its file {}: {error}", path.display())),
    };
    let sum = HEXLOWER.encode(&Sha256::digest(&bytes));
    let wanted: Vec<Wanted> = wishes.iter().map(|wish| wish.wanted.clone()).collect();
    let drawn = drawn::draw(bytes, format, setup.rules.labels.printer, &wanted, done);
    let judged = |(answer, wish): (LabelAnswer, &Wish)| {
        if wish.sha256.as_ref().is_some_and(|said| *said != sum) {
            return Err("its file is another than label.sha256 says; get both again".to_owned());
        }
        let label = answer?;
        let ready = labels::ready(label.clone()).ok_or("it cannot be kept")?;
        setup.rules.labels.supplied(&ready, 1, setup.rules.specimen).map_err(|error| error.to_string())?;
        Ok(label)
    };
    drawn.into_iter().zip(wishes).map(judged).collect()
}

fn progress(what: std::fmt::Arguments<'_>) {
    if std::io::stderr().is_terminal() {
        let _ = write!(std::io::stderr(), "\r{what}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_labels_path_never_leaves_the_folder_of_its_order_file() {
        let outside = tempfile::tempdir().expect("a folder");
        let folder = outside.path().join("orders");
        std::fs::create_dir_all(folder.join("waybills")).expect("a folder");
        std::fs::write(outside.path().join("secret.pdf"), "x").expect("a file");
        std::fs::write(folder.join("waybills/wave7.pdf"), "x").expect("a file");
        let link = |from: &str, to: &str| std::os::unix::fs::symlink(to, folder.join(from)).expect("a link");
        link("here.pdf", "waybills/wave7.pdf");
        link("out.pdf", "../secret.pdf");
        link("up", "..");
        for good in ["waybills/wave7.pdf", "./waybills/wave7.pdf", "here.pdf"] {
            assert!(inside(&folder, good).is_ok(), "{good}");
        }
        let whole = outside.path().join("secret.pdf").to_string_lossy().into_owned();
        for (bad, why) in [
            ("", "label.path is missing"),
            ("../secret.pdf", "leads out of the folder"),
            ("waybills/../../secret.pdf", "leads out of the folder"),
            (&whole, "leads out of the folder"),
            ("out.pdf", "is a link out of the folder"),
            ("up/secret.pdf", "is a link out of the folder"),
            ("waybills/wave8.pdf", "is not there"),
            ("waybills", "is no file"),
            ("waybills/wave7.pdf/x", "waybills/wave7.pdf/x"),
            ("a\0b", "a\0b"),
        ] {
            let said = inside(&folder, bad).expect_err(bad);
            assert!(said.contains(why), "{bad}: {said}");
        }
    }

    #[test]
    fn chunks_are_bounded_in_number_and_in_bytes() {
        let order = |bytes: usize| StoredOrder {
            id: OrderId::default(),
            shop_of_folder: false,
            body: "x".repeat(bytes),
            label: None,
            otherwise: None,
        };
        let sizes = |orders: Vec<StoredOrder>| chunks(orders).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes((0..1_001).map(|_| order(10)).collect()), [500, 500, 1]);
        assert_eq!(sizes((0..5).map(|_| order(3 << 20)).collect()), [2, 2, 1]);
        assert_eq!(sizes(vec![order(20 << 20), order(1)]), [1, 1]);
        assert!(sizes(Vec::new()).is_empty());
    }
}
