//! What the virtual printer printed: named by what can be read from the picture, shown, and kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hal::sim::{Printed, Printer, decode};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use super::files;
use crate::barcode::Scan;
use crate::web::PrintedLabel;

/// Labels that the page shows.
const SHOWN: usize = 40;

/// Labels as they came out: what the page shows, and what a scanner reads from each.
#[derive(Clone)]
pub(super) struct PrintedLabels {
    /// Newest first.
    pub(super) shown: watch::Receiver<Arc<Vec<PrintedLabel>>>,
    /// The bytes a scanner sends for the newest: symbology identifier and data; `None` for one without bars.
    pub(super) newest: watch::Receiver<Option<Barcode>>,
}

/// The bars of a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Barcode {
    /// `]C1420902109261…`.
    pub(super) scanned: String,
    /// The tracking number in it.
    pub(super) tracking: String,
}

/// Follows the printer. Each label is on disk, if there is a folder for it, before anybody can see it.
pub(super) fn collect(printer: &Printer, out: Option<PathBuf>) -> PrintedLabels {
    let mut labels = printer.labels();
    let (publish, shown) = watch::channel(Arc::new(Vec::new()));
    let (barcode, newest) = watch::channel(None);
    tokio::task::spawn_local(async move {
        let mut attempts = BTreeMap::new();
        loop {
            let printed = match labels.recv().await {
                Ok(printed) => printed,
                Err(RecvError::Lagged(lost)) => {
                    tracing::error!(lost, "labels came faster than they could be kept");
                    continue;
                }
                Err(RecvError::Closed) => return,
            };
            let bars = read(printed.png.clone()).await;
            let name = name(&mut attempts, out.as_deref(), &printed, bars.as_ref());
            if let Some(out) = &out
                && let Err(error) = save(out, &name, &printed)
            {
                tracing::error!(%error, "a label could not be kept");
            }
            let label = PrintedLabel {
                name,
                png: Arc::new(printed.png.clone()),
                zpl: Arc::new(printed.job.clone()),
                index: printed.index,
            };
            publish.send_modify(|labels| {
                let newest = std::iter::once(label).chain(labels.iter().cloned());
                *labels = Arc::new(newest.take(SHOWN).collect());
            });
            barcode.send_replace(bars);
        }
    });
    PrintedLabels { shown, newest }
}

/// `<tracking>.<attempt>`, where the attempt counts what the printer printed of that number.
fn name(attempts: &mut BTreeMap<String, u32>, out: Option<&Path>, printed: &Printed, bars: Option<&Barcode>) -> String {
    let tracking = bars.map_or_else(|| format!("unreadable-{}", printed.index), |bars| bars.tracking.clone());
    let attempt = attempts.entry(tracking.clone()).or_insert(0);
    *attempt += 1;
    let kept = |attempt: u32| out.is_some_and(|out| file(out, &format!("{tracking}.{attempt}"), "zpl").exists());
    while kept(*attempt) {
        *attempt += 1;
    }
    format!("{tracking}.{attempt}")
}

/// The bars of a picture, read by a decoder that knows nothing of what was to be printed.
async fn read(png: Vec<u8>) -> Option<Barcode> {
    let symbols = tokio::task::spawn_blocking(move || decode::code128(&png)).await.ok()?;
    // A routing code beside the number is shorter.
    let symbol = symbols.into_iter().max_by_key(|symbol| symbol.text.len())?;
    let scanned = format!("]C{}{}", u8::from(symbol.gs1), symbol.text.trim_start_matches('\u{1d}'));
    // The shortest reading is the number without its routing prefix.
    let tracking = Scan { aim: None, text: symbol.text }.keys().into_iter().min_by_key(String::len)?;
    Some(Barcode { scanned, tracking })
}

fn file(out: &Path, name: &str, extension: &str) -> PathBuf {
    out.join("labels").join(format!("{name}.{extension}"))
}

fn save(out: &Path, name: &str, printed: &Printed) -> Result<(), super::DemoError> {
    let folder = out.join("labels");
    std::fs::create_dir_all(&folder).map_err(|source| super::DemoError::File { path: folder, source })?;
    files::write(&file(out, name, "png"), &printed.png)?;
    files::write(&file(out, name, "zpl"), &printed.job)
}
