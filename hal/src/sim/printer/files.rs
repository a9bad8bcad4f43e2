//! The virtual printer as a program of its own: what comes out becomes files.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tokio::sync::broadcast::error::RecvError;

use super::report::language_name;
use super::{Printed, Printer, PrinterSettings};

/// Listens at `address` and leaves each label in `folder` as `NNNN.zpl`, `.tspl` or `.escpos` (what it received),
/// `NNNN.png` (what it drew) and `NNNN.json` (what is wrong with it, and the codes in its picture). Never returns while it can listen and write.
///
/// # Errors
/// The address is taken, or the folder cannot be written to.
pub async fn run_printer(address: SocketAddr, folder: PathBuf) -> io::Result<()> {
    std::fs::create_dir_all(&folder)?;
    let printer = Printer::listen(address, PrinterSettings::default()).await?;
    let mut labels = printer.labels();
    tracing::info!(address = %printer.addr(), folder = %folder.display(), "the virtual printer listens");
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
    place(folder, &format!("{name}.json"), label.report.json().as_bytes()).await?;
    if !label.png.is_empty() {
        place(folder, &format!("{name}.png"), &label.png).await?;
    }
    tracing::info!(label = label.index, bytes = label.job.len(), "printed");
    Ok(())
}

/// Writes aside and renames, so that whoever watches the folder sees whole files only.
async fn place(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let aside = folder.join(format!(".{name}.new"));
    tokio::fs::write(&aside, bytes).await?;
    tokio::fs::rename(aside, folder.join(name)).await
}
