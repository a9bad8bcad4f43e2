//! What the virtual receipt printer printed: kept as pictures, each by the name that its code says.

use std::path::{Path, PathBuf};

use hal::sim::{Printed, Printer, decode};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use super::{DemoError, files};
use crate::barcode::Command;

/// Follows the printer: how many receipts came out, each on disk before it counts, if there is a folder for it.
pub(super) fn collect(printer: &Printer, out: Option<PathBuf>) -> watch::Receiver<u64> {
    let mut receipts = printer.labels();
    let (count, counted) = watch::channel(0);
    tokio::task::spawn_local(async move {
        loop {
            let printed = match receipts.recv().await {
                Ok(printed) => printed,
                Err(RecvError::Lagged(lost)) => {
                    tracing::error!(lost, "receipts came faster than they could be kept");
                    continue;
                }
                Err(RecvError::Closed) => return,
            };
            if let Some(out) = &out
                && let Err(error) = save(&out.join("receipts"), &printed)
            {
                tracing::error!(%error, "a receipt could not be kept");
            }
            count.send_modify(|count| *count += 1);
        }
    });
    counted
}

/// `<identifier>.png`, or `.2.png` when it came out again; what has no identifier is counted.
fn save(folder: &Path, printed: &Printed) -> Result<(), DemoError> {
    std::fs::create_dir_all(folder).map_err(|source| DemoError::File { path: folder.to_owned(), source })?;
    let codes = decode::symbols(&printed.png).into_iter().map(|symbol| symbol.text);
    // A sheet of commands has many codes, and none is its name.
    let named = codes.into_iter().find(|text| !text.starts_with(Command::PREFIX) && is_name(text));
    let name = named.unwrap_or_else(|| format!("receipt-{}", printed.index));
    let file = |again: u32| folder.join(if again == 1 { format!("{name}.png") } else { format!("{name}.{again}.png") });
    let free = (1..).map(file).find(|file| !file.exists());
    files::write(&free.unwrap_or_else(|| folder.join("receipt.png")), &printed.png)
}

fn is_name(text: &str) -> bool {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    !text.starts_with('.') && text.bytes().all(safe) && text.len() <= 120
}
