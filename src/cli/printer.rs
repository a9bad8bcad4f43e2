//! The virtual printer by itself: for whoever makes labels, for any system, without a printer.
//!
//! It says which renderer draws: all of ZPL and TSPL is drawn by the independent one (feature `render`).

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use hal::printer::Language;
use hal::sim::{self, PrinterFault, PrinterSettings};
use parceld::daemon::cannot_listen;
use tokio::sync::mpsc;

use super::log;
use super::run::{block_on, signal};
use super::{CommandResult, Failure, UNAVAILABLE};

/// What is wrong with it can be changed while it runs: one fault a line on standard input.
#[derive(Debug, Args)]
pub(super) struct PrinterCommand {
    /// Where it listens
    #[arg(long, default_value = "127.0.0.1:9100")]
    listen: SocketAddr,
    /// Where labels are kept: what was received, a picture and a report of each
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Speak one language only: zpl, tspl or escpos. It tells them apart without
    #[arg(long)]
    language: Option<Language>,
    /// Dots per inch of its head: 203 or 300
    #[arg(long, default_value_t = 203)]
    dpi: u16,
    /// Width of its paper
    #[arg(long, default_value_t = 100)]
    width_mm: u16,
    /// Height of its labels; receipts are as long as they are
    #[arg(long, default_value_t = 150)]
    height_mm: u16,
    /// What is wrong with it: paper-out, head-open, paused, off, never-replies, nonsense, odometer-stuck,
    /// odometer-doubles, swallows, half-closes, stall-after:BYTES, reset-after:BYTES or slow:BYTES_A_SECOND
    #[arg(long, default_value = "none", hide_default_value = true)]
    fault: PrinterFault,
    /// Answer questions even with its paper out or its head open, as some printers do
    #[arg(long)]
    tells_faults: bool,
}

impl PrinterCommand {
    pub(super) fn run(self) -> CommandResult {
        log::start();
        let settings = PrinterSettings {
            dpi: self.dpi,
            width_mm: self.width_mm,
            height_mm: self.height_mm,
            language: self.language,
            tells_faults: self.tells_faults,
            ..PrinterSettings::default()
        };
        block_on(async {
            let printer = sim::Printer::listen(self.listen, settings).await;
            let printer = printer.map_err(|error| {
                let why = cannot_listen(&error);
                let todo = "stop it, or give another address with --listen; port 0 takes any that is free";
                Failure::say(UNAVAILABLE, format!("listen on {}: {why}; {todo}", self.listen))
            })?;
            printer.set_fault(self.fault);
            let renderer = settings.renderer;
            tracing::info!(address = %printer.addr(), folder = %self.out.display(), %renderer, "the virtual printer listens");
            let lines = lines();
            tokio::select! {
                ended = sim::save_labels(&printer, self.out) => {
                    ended.map_err(|error| Failure::new(UNAVAILABLE, error))
                }
                () = switch_faults(&printer, lines) => Ok(()),
                () = signal() => Ok(()),
            }
        })
    }
}

/// Faults as they are typed; never returns.
async fn switch_faults(printer: &sim::Printer, mut lines: mpsc::Receiver<String>) {
    while let Some(line) = lines.recv().await {
        match line.trim().parse::<PrinterFault>() {
            Ok(fault) => {
                printer.set_fault(fault);
                tracing::info!(?fault, "the virtual printer's fault");
            }
            Err(error) => tracing::warn!("{error}"),
        }
    }
    std::future::pending().await
}

/// Lines of standard input. Read on a thread of its own, which the end of the program does not wait for.
fn lines() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}
