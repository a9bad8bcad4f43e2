//! What the virtual printer printed: named by what can be read from the picture, shown, and kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hal::sim::{Printed, Printer, decode};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use super::files;
use crate::barcode::Scan;
use crate::web::{LabelCode, PrintedLabel};

/// Labels that the page shows.
const SHOWN: usize = 40;

/// Labels as they came out, newest first.
pub(super) type PrintedLabels = watch::Receiver<Arc<Vec<PrintedLabel>>>;

/// Follows the printer. Each label is on disk, if there is a folder for it, before anybody can see it.
pub(super) fn collect(printer: &Printer, out: Option<PathBuf>) -> PrintedLabels {
    let mut labels = printer.labels();
    let (publish, shown) = watch::channel(Arc::new(Vec::new()));
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
            let codes = read(printed.png.clone()).await;
            let name = name(&mut attempts, out.as_deref(), &printed, codes.first());
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
                codes,
            };
            publish.send_modify(|labels| {
                let newest = std::iter::once(label).chain(labels.iter().cloned());
                *labels = Arc::new(newest.take(SHOWN).collect());
            });
        }
    });
    shown
}

/// `<tracking>.<attempt>`, where the attempt counts what the printer printed of that number.
fn name(
    attempts: &mut BTreeMap<String, u32>,
    out: Option<&Path>,
    printed: &Printed,
    code: Option<&LabelCode>,
) -> String {
    // The shortest reading is the number without its routing prefix.
    let number = code.and_then(|code| code.keys.iter().min_by_key(|key| key.len()));
    let tracking = number.map_or_else(|| format!("unreadable-{}", printed.index), String::clone);
    let attempt = attempts.entry(tracking.clone()).or_insert(0);
    *attempt += 1;
    let kept = |attempt: u32| out.is_some_and(|out| file(out, &format!("{tracking}.{attempt}"), "zpl").exists());
    while kept(*attempt) {
        *attempt += 1;
    }
    format!("{tracking}.{attempt}")
}

/// The codes of a picture, read by a decoder that knows nothing of what was to be printed; the longest first, because a
/// routing code beside the number is shorter. Squares are looked for where there are no bars.
async fn read(png: Vec<u8>) -> Vec<LabelCode> {
    let look = move || {
        let bars = decode::code128(&png).into_iter().map(|bars| (format!("]C{}", u8::from(bars.gs1)), bars.text));
        let bars: Vec<_> = bars.collect();
        if bars.is_empty() {
            decode::matrices(&png).into_iter().map(|square| (String::new(), square.text)).collect()
        } else {
            bars
        }
    };
    let mut found = tokio::task::spawn_blocking(look).await.unwrap_or_default();
    found.sort_by_key(|(_, text)| std::cmp::Reverse(text.len()));
    let code = |(aim, text): (String, String)| LabelCode {
        scanned: format!("{aim}{}", text.trim_start_matches('\u{1d}')),
        keys: Scan { aim: None, text }.keys(),
    };
    found.into_iter().map(code).collect()
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
