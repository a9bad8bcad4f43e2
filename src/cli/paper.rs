//! Documents for people: to a printer, or as a PDF file for any office printer.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use parceld::daemon::control::{self, Call, CallError};
use parceld::daemon::documents::{DocumentError, Documents};
use parceld::daemon::{Setup, answers, clock, today};
use parceld::devices::paper::{self, Tray};
use parceld::ids::BagId;
use parceld::paper::ShiftSummary;
use parceld::station::event::Printout;
use parceld::store::Store;
use parceld::units::Date;
use serde_json::{Value, json};

use super::file::write_whole;
use super::{CommandResult, ConfigArg, Failure, SOFTWARE, ShownArgs, UNAVAILABLE, USAGE, print, show};

impl From<DocumentError> for Failure {
    fn from(error: DocumentError) -> Self {
        match error {
            DocumentError::Store(error) => error.into(),
            DocumentError::Draw(_) => Self::new(SOFTWARE, error),
            DocumentError::NoPrinter => Self::new(UNAVAILABLE, error),
            DocumentError::Manifest(_)
            | DocumentError::Bag(_)
            | DocumentError::Language(_)
            | DocumentError::Command(_) => Self::new(USAGE, error),
        }
    }
}

/// Files that a manifest is written to.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(super) struct ManifestFiles {
    /// The record as it was closed, JSON
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Pages for an office printer, with every parcel and a line for the driver's signature
    #[arg(long, value_name = "FILE.pdf")]
    pdf: Option<PathBuf>,
}

impl ManifestFiles {
    pub(super) fn export(&self, manifest: &str, config: &Path) -> CommandResult {
        if let Some(out) = &self.out {
            show::export_manifest(manifest, out, config)?;
        }
        let Some(file) = &self.pdf else { return Ok(()) };
        let (setup, _) = Setup::load(config)?;
        to_file(&setup, &Printout::Manifest { manifest: manifest.to_owned() }, file)
    }
}

pub(super) fn print_manifest(manifest: String, config: &Path) -> CommandResult {
    let (setup, _) = Setup::load(config)?;
    to_printer(&setup, Printout::Manifest { manifest })
}

#[derive(Debug, Subcommand)]
pub(super) enum BagCommand {
    /// Every bag and pallet
    List(ShownArgs),
    /// Its label once more
    Print {
        /// Its number: B12, PAL13
        bag: BagId,
        #[command(flatten)]
        config: ConfigArg,
    },
    /// Its label as a file
    Export {
        /// Its number: B12, PAL13
        bag: BagId,
        /// The file to write
        #[arg(long, value_name = "FILE.pdf")]
        pdf: PathBuf,
        #[command(flatten)]
        config: ConfigArg,
    },
}

impl BagCommand {
    pub(super) fn run(self) -> CommandResult {
        match self {
            Self::List(shown) => {
                let mut memory = show::open(&shown.config.config)?;
                memory.recall_bags()?;
                let bags = answers::bags(&memory.station, &memory.setup.rules);
                show::table(
                    shown.json,
                    &bags,
                    &["bag", "container", "carrier", "ship_date", "parcels", "pallet", "state"],
                );
                Ok(())
            }
            Self::Print { bag, config } => {
                let (setup, _) = Setup::load(&config.config)?;
                to_printer(&setup, Printout::Bag { bag })
            }
            Self::Export { bag, pdf, config } => {
                let (setup, _) = Setup::load(&config.config)?;
                to_file(&setup, &Printout::Bag { bag }, &pdf)
            }
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct ShiftCommand {
    #[command(flatten)]
    shown: ShownArgs,
    /// The day, in the warehouse's zone; today without
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
    /// One operator, by badge; everybody without
    #[arg(long, value_name = "BADGE")]
    operator: Option<String>,
    /// Pages for an office printer
    #[arg(long, value_name = "FILE.pdf")]
    pdf: Option<PathBuf>,
    /// To the receipt printer
    #[arg(long)]
    print: bool,
}

impl ShiftCommand {
    pub(super) fn run(self) -> CommandResult {
        let (setup, _) = Setup::load(&self.shown.config.config)?;
        let day = self.date.unwrap_or_else(|| today(&setup.config.station.timezone, clock()));
        let printout = Printout::Shift { day, operator: self.operator.clone() };
        if let Some(file) = &self.pdf {
            to_file(&setup, &printout, file)?;
        }
        if self.print {
            return to_printer(&setup, printout);
        }
        if self.pdf.is_some() {
            return Ok(());
        }
        let store = Store::read(&setup.config.station.data_dir)?;
        let summary = Documents::of(&setup).shift(&store, &setup.cards, day, self.operator.as_deref())?;
        let shown = rows(&summary, self.shown.json);
        let columns = ["operator", "parcels", "by_carrier", "voids", "reprints", "held", "first", "last"];
        show::table(self.shown.json, &shown, &columns);
        Ok(())
    }
}

/// A row an operator; the carriers of each as an object in JSON, as words in a table.
fn rows(summary: &ShiftSummary, as_json: bool) -> Value {
    let row = |operator: &parceld::paper::Operator| {
        let each = operator.by_carrier.iter();
        let by_carrier = if as_json {
            each.map(|(carrier, count)| (carrier.clone(), json!(count))).collect::<serde_json::Map<_, _>>().into()
        } else {
            json!(each.map(|(carrier, count)| format!("{carrier} {count}")).collect::<Vec<_>>().join(", "))
        };
        json!({
            "day": summary.day,
            "operator": operator.badge,
            "parcels": operator.parcels,
            "by_carrier": by_carrier,
            "voids": operator.voids,
            "reprints": operator.reprints,
            "held": operator.held,
            "first": operator.between.as_ref().map(|(first, _)| first),
            "last": operator.between.as_ref().map(|(_, last)| last),
        })
    };
    summary.operators.iter().map(row).collect()
}

#[derive(Debug, Args)]
pub(super) struct SheetCommand {
    #[command(flatten)]
    config: ConfigArg,
    /// In this language; the station's without
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    /// A command that the configuration does not know, such as CAGE:07 or BADGE:7031; may be repeated
    #[arg(long, value_name = "COMMAND")]
    also: Vec<String>,
    /// Pages for an office printer, A4
    #[arg(long, value_name = "FILE.pdf", required_unless_present = "print")]
    out: Option<PathBuf>,
    /// To the receipt printer
    #[arg(long)]
    print: bool,
}

impl SheetCommand {
    pub(super) fn run(self) -> CommandResult {
        let (setup, _) = Setup::load(&self.config.config)?;
        let printout = Printout::Sheet { language: self.language, also: self.also };
        if let Some(file) = &self.out {
            to_file(&setup, &printout, file)?;
        }
        if self.print { to_printer(&setup, printout) } else { Ok(()) }
    }
}

fn to_file(setup: &Setup, printout: &Printout, file: &Path) -> CommandResult {
    let documents = Documents::of(setup);
    let draft = documents.draft(printout, &setup.cards, &setup.rules.language)?;
    let pdf = documents.pdf(&draft)?;
    write_whole(file, |out| out.write_all(&pdf))?;
    print(format_args!("{}: {} KB", file.display(), pdf.len().div_ceil(1000)));
    Ok(())
}

/// Through the running station, whose printers these are; with none running, straight to the printer.
fn to_printer(setup: &Setup, printout: Printout) -> CommandResult {
    match control::call(&setup.config.station.data_dir, &Call::Print { printout: printout.clone() }) {
        Ok(done) => print(done["said"].as_str().unwrap_or_default()),
        Err(CallError::NotRunning) => alone(setup, &printout)?,
        Err(error) => return Err(Failure::new(UNAVAILABLE, error)),
    }
    Ok(())
}

fn alone(setup: &Setup, printout: &Printout) -> CommandResult {
    let documents = Documents::of(setup);
    let (tray, job) = documents.job(&documents.draft(printout, &setup.cards, &setup.rules.language)?)?;
    let devices = setup.devices();
    let printer = match tray {
        Tray::Receipts => devices.receipt,
        Tray::Labels => devices.printer,
    };
    let Some(mut printer) = printer else {
        return Err(Failure::new(UNAVAILABLE, paper::TrayError::None));
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(UNAVAILABLE, error))?;
    runtime.block_on(paper::print(&mut printer, &job)).map_err(|problem| {
        Failure::say(UNAVAILABLE, format!("printer {}: {}; see `parceld doctor`", printer.name, problem.name()))
    })?;
    print("at the printer");
    Ok(())
}
