//! `parceld orders import`: order files, and the label files that they name.
//!
//! A label's path begins at the folder of its order file and never leaves it: not by `/`, not by `..`, not by a link.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Read, Write};
use std::path::{Component, Path, PathBuf};

use parceld::daemon::control::{self, Call};
use parceld::daemon::{Setup, labels};
use parceld::exchange::order::{self, Batch, Incoming, LabelFile};
use parceld::exchange::supplied::{self, Format, Wanted};
use parceld::station::counted;
use parceld::store::{Store, StoredLabel, StoredOrder};
use sha2::{Digest, Sha256};

use super::act::act;
use super::{Done, Failure, UNAVAILABLE, USAGE, drawn, print};

/// Orders sent to the station at once, and about how many bytes of them.
const CHUNK: usize = 500;
const CHUNK_BYTES: usize = 8 << 20;

/// Imports files; each may have its own refused rows, kept in a reject file beside it.
pub(super) fn import(files: &[PathBuf], config: &Path, format: &str) -> Done {
    if format != order::SCHEMA {
        return Err(Failure::say(USAGE, format!("no format {format:?}; this version reads {}", order::SCHEMA)));
    }
    let (setup, _) = Setup::load(config)?;
    let mut refused = 0;
    for file in files {
        refused += import_file(&setup, file)?;
    }
    if refused > 0 {
        return Err(Failure::say(
            UNAVAILABLE,
            format!("{refused} orders were refused; mend them and import them again"),
        ));
    }
    Ok(())
}

fn import_file(setup: &Setup, file: &Path) -> Result<usize, Failure> {
    let shown = file.display();
    let bytes = read_bounded(file, order::MAX_FILE_BYTES)
        .map_err(|error| Failure::say(UNAVAILABLE, format!("read {shown}: {error}")))?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut batch = order::read(&bytes, &name);
    let orders = with_labels(setup, file, &mut batch);
    let rejects = file.with_file_name(format!("{name}.rejects.csv"));
    if batch.refused.is_empty() {
        let _ = std::fs::remove_file(&rejects);
    } else {
        std::fs::write(&rejects, order::reject_file(&batch))
            .map_err(|error| Failure::say(UNAVAILABLE, format!("write {}: {error}", rejects.display())))?;
    }
    for row in &batch.refused {
        print(format!("{shown}:{}: {}", row.row, row.reason));
    }
    let (refused, total) = (batch.refused.len(), orders.len());
    let (mut counts, mut sent) = ([0_u64; 3], 0);
    for chunk in chunks(orders) {
        sent += chunk.len();
        let answer = act(setup, &Call::Import { orders: chunk })?;
        for (count, name) in counts.iter_mut().zip(["accepted", "unchanged", "older"]) {
            *count += answer[name].as_u64().unwrap_or(0);
        }
        progress(format_args!("{sent} of {total}"));
    }
    if std::io::stderr().is_terminal() {
        let _ = writeln!(std::io::stderr());
    }
    let [accepted, unchanged, older] = counts;
    print(format!("{shown}: {accepted} accepted, {unchanged} unchanged, {older} older ignored, {refused} refused"));
    if refused > 0 {
        print(format!("{shown}: refused rows are in {}", rejects.display()));
    }
    Ok(refused)
}

/// Orders in pieces that fit one call.
fn chunks(orders: Vec<StoredOrder>) -> Vec<Vec<StoredOrder>> {
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
fn with_labels(setup: &Setup, file: &Path, batch: &mut Batch) -> Vec<StoredOrder> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let kept = Store::read(&setup.config.station.data_dir).ok();
    let mut orders: Vec<(Incoming, Option<Answer>)> = Vec::new();
    let mut files: BTreeMap<(PathBuf, Format), Vec<Wish>> = BTreeMap::new();
    for incoming in std::mem::take(&mut batch.accepted) {
        let at = orders.len();
        let answer = match source(setup, folder, kept.as_ref(), &incoming) {
            Ok(Some(Source { path, format, wanted, sha256 })) => {
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
    for (incoming, label) in orders {
        match label.transpose() {
            Ok(label) => stored.push(StoredOrder { label, ..control::stored(incoming) }),
            Err(why) => batch.refused.push(incoming.refuse(format!("label: {why}"))),
        }
    }
    batch.refused.sort_by_key(|refused| refused.row);
    stored
}

/// What became of an order's label.
type Answer = Result<StoredLabel, String>;

/// Where an order's label is.
struct Source {
    path: PathBuf,
    format: Format,
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
fn source(setup: &Setup, folder: &Path, kept: Option<&Store>, incoming: &Incoming) -> Result<Option<Source>, String> {
    let Incoming { order, label: Some(file), .. } = incoming else { return Ok(None) };
    let Some(given) = &order.label else { return Ok(None) };
    counted(&setup.cards, given).map_err(|error| error.to_string())?;
    let media = labels::media(setup.rules.labels.printer.media);
    let wants = |store: &Store| store.wants_label(&order.order_ref, order.rev, &given.tracking, media);
    // What cannot be asked is read.
    if kept.is_some_and(|store| matches!(wants(store), Ok(false))) {
        return Ok(None);
    }
    let LabelFile { path, format, page, sha256, dpi } = file;
    let path = inside(folder, path)?;
    let format = format.ok_or("label.format is missing; write pdf, png or zpl")?;
    let wanted = Wanted { number: given.tracking.clone(), page: *page, dpi: *dpi };
    Ok(Some(Source { path, format, wanted, sha256: sha256.clone() }))
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
fn labels_of(setup: &Setup, path: &Path, format: Format, wishes: &[Wish], done: impl FnMut()) -> Vec<Answer> {
    let all = |why: String| wishes.iter().map(|_| Err(why.clone())).collect();
    let bytes = match read_bounded(path, supplied::MAX_FILE_BYTES) {
        Ok(bytes) => bytes,
        Err(error) => return all(format!("its file cannot be read: {error}")),
    };
    let sum: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let wanted: Vec<Wanted> = wishes.iter().map(|wish| wish.wanted.clone()).collect();
    let drawn = drawn::draw(bytes, format, setup.rules.labels.printer, &wanted, done);
    let judged = |(answer, wish): (Answer, &Wish)| {
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

/// A file larger than the limit is read one byte past it, so that the reader says what is wrong with it.
pub(super) fn read_bounded(file: &Path, most: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(file)?.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
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
            order_ref: "A".into(),
            rev: 1,
            keys: Vec::new(),
            body: "x".repeat(bytes),
            label: None,
        };
        let sizes = |orders: Vec<StoredOrder>| chunks(orders).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes((0..1_001).map(|_| order(10)).collect()), [500, 500, 1]);
        assert_eq!(sizes((0..5).map(|_| order(3 << 20)).collect()), [2, 2, 1]);
        assert_eq!(sizes(vec![order(20 << 20), order(1)]), [1, 1]);
        assert!(sizes(Vec::new()).is_empty());
    }
}
