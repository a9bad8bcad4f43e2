//! The virtual printer as a program of its own: what comes out becomes files.

use std::io;
use std::path::{Path, PathBuf};

use tokio::sync::broadcast::error::RecvError;

use super::report::{Report, language_name};
use super::{Printed, Printer};

/// Leaves each label that comes out in `folder` as `NNNN.zpl`, `.tspl` or `.escpos` (what was received), `NNNN.png` (what
/// was drawn) and, last, `NNNN.json` (what is wrong with it, and the codes in its picture). Never returns while it can write.
///
/// # Errors
/// The folder cannot be written to.
pub async fn save_labels(printer: &Printer, folder: PathBuf) -> io::Result<()> {
    let mut labels = printer.labels();
    tokio::fs::create_dir_all(&folder).await?;
    loop {
        match labels.recv().await {
            Ok(label) => write(&folder, &label).await?,
            Err(RecvError::Lagged(lost)) => tracing::warn!(lost, "labels came faster than they could be written"),
            Err(RecvError::Closed) => return Ok(()),
        }
    }
}

async fn write(folder: &Path, label: &Printed) -> io::Result<()> {
    let name = format!("{:04}", label.index);
    place(folder, &format!("{name}.{}", language_name(label.language)), &label.job).await?;
    if !label.png.is_empty() {
        place(folder, &format!("{name}.png"), &label.png).await?;
    }
    // Last, so that whoever finds it has all of the label.
    place(folder, &format!("{name}.json"), label.report.json().as_bytes()).await?;
    let Report { decoded, unsupported, clipped, missing_glyphs, error, .. } = &label.report;
    let codes: Vec<&str> = decoded.iter().map(|symbol| symbol.text.as_str()).collect();
    tracing::info!(label = name, language = label.report.language, bytes = label.job.len(), ?codes, "printed");
    if !unsupported.is_empty() || !clipped.is_empty() || !missing_glyphs.is_empty() || error.is_some() {
        tracing::warn!(
            label = name,
            ?unsupported,
            ?clipped,
            ?missing_glyphs,
            error,
            "something is wrong with this label"
        );
    }
    Ok(())
}

/// Writes aside and renames, so that whoever watches the folder sees whole files only.
async fn place(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let aside = folder.join(format!(".{name}.new"));
    tokio::fs::write(&aside, bytes).await?;
    tokio::fs::rename(aside, folder.join(name)).await
}
