//! `parceld tracking`: tracking numbers on their way back to the seller's system.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use parceld::daemon::control::Call;
use parceld::daemon::exports::{
    ExportChoice, ExportError, ExportJob, ExportMention, ExportMentions, ExportReport, NOTED, row_json,
};
use parceld::daemon::{Setup, lists};
use parceld::exchange::exports::{ExportFormat, ExportRow};
use parceld::ids::did_you_mean;
use parceld::store::Store;
use parceld::units::{Date, Timestamp};
use serde_json::{Value, json};

use super::act::act;
use super::file::write_if;
use super::{CommandResult, Failure, ShownArgs, UNAVAILABLE, USAGE, count_of, print};

#[derive(Debug, Subcommand)]
pub(super) enum TrackingCommand {
    /// What is on closed manifests and was not given yet, as a table that the seller's system takes
    Export(TrackingExport),
}

#[derive(Debug, Args)]
pub(super) struct TrackingExport {
    /// The form of the table: plain, tiktok, shopee, mabang, dianxiaomi, or a file of your own in the folder of forms
    #[arg(long, value_name = "NAME", default_value = "plain")]
    format: String,
    /// The file to write, which must not be there; without, the table comes out here
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Parcels of this shop alone
    #[arg(long, value_name = "NAME")]
    shop: Option<String>,
    /// Parcels of this channel alone, such as tiktok_shop
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// What is on manifests that were closed at this time or later, also what was given before: a day of the warehouse, or
    /// 2026-11-30T16:00:00Z
    #[arg(long, value_name = "TIME", conflicts_with_all = ["again", "all"])]
    since: Option<String>,
    /// What is on this manifest, also what was given before
    #[arg(long, value_name = "MANIFEST", conflicts_with = "all")]
    again: Option<String>,
    /// Everything, also what was given before
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    shown: ShownArgs,
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            ExportError::Write(_) => Self::new(UNAVAILABLE, error),
            ExportError::Manifest(_) => Self::new(USAGE, error),
        }
    }
}

impl TrackingCommand {
    pub(super) fn run(self) -> CommandResult {
        match self {
            Self::Export(export) => export.run(),
        }
    }
}

impl TrackingExport {
    /// The table first, then the note: after a cut in between the same is given again, and nothing is lost.
    fn run(&self) -> CommandResult {
        let (setup, _) = Setup::load(&self.shown.config.config)?;
        let format = self.format(&setup)?;
        let zone = &setup.config.station.timezone;
        let choice = self.choice(zone)?;
        let store = Store::read(&setup.config.station.data_dir)?;
        let job = ExportJob {
            store: &store,
            format,
            zone,
            choice,
            shop: self.shop.as_deref(),
            channel: self.channel.as_deref(),
        };
        let told = Told { format, file: self.out.as_deref(), specimen: setup.rules.specimen };
        let report = match &self.out {
            Some(out) => into_file(&job, out)?,
            None if self.shown.json => as_json(&job, &mut io::stdout().lock(), &told)?,
            None => into(&job, &mut io::stdout().lock())?,
        };
        if self.shown.json && self.out.is_some() {
            print(told.json(&report));
        }
        told.say(&report);
        drop(store);
        note(&setup, &report)?;
        match report.refused.count() {
            0 => Ok(()),
            refused => {
                let are = if refused == 1 { "is" } else { "are" };
                let text = format!("{} {are} not in the table, as said above", count_of(refused, "parcel"));
                Err(Failure::say(UNAVAILABLE, format!("{text}; mend it and export again")))
            }
        }
    }

    fn format<'a>(&self, setup: &'a Setup) -> Result<&'a ExportFormat, Failure> {
        setup.exports.get(&self.format).ok_or_else(|| {
            let known: Vec<&str> = setup.exports.keys().map(String::as_str).collect();
            let text = match &setup.config.exports.dir {
                Some(_) => {
                    let meant = did_you_mean(&self.format, known.iter().copied());
                    format!("no format {:?}; {meant}write one of {}", self.format, known.join(", "))
                }
                None => "no folder of formats; name it in the configuration, [exports] dir".to_owned(),
            };
            Failure::say(USAGE, text)
        })
    }

    fn choice(&self, zone: &TimeZone) -> Result<ExportChoice, Failure> {
        Ok(match (&self.since, &self.again) {
            (Some(since), _) => ExportChoice::Since(instant(since, zone)?),
            (None, Some(manifest)) => ExportChoice::Manifest(manifest.clone()),
            (None, None) if self.all => ExportChoice::All,
            (None, None) => ExportChoice::New,
        })
    }
}

/// A day of the warehouse, from its first instant on; or an instant.
fn instant(text: &str, zone: &TimeZone) -> Result<Timestamp, Failure> {
    if let Ok(day) = text.parse::<Date>() {
        return Ok(lists::span_of(zone, day).from);
    }
    let at = text.parse::<jiff::Timestamp>().map_err(|_| {
        let todo = "write a day such as 2026-11-30, or an instant such as 2026-11-30T16:00:00Z";
        Failure::say(USAGE, format!("--since: {text:?} is no time; {todo}"))
    })?;
    Ok(Timestamp(at.as_millisecond()))
}

/// A table that is there may not have been taken yet: nothing is written over it.
fn into_file(job: &ExportJob<'_>, out: &Path) -> Result<ExportReport, Failure> {
    if out.symlink_metadata().is_ok() {
        let todo = "move it, or name another file: what is in it may not have been taken yet";
        return Err(Failure::say(UNAVAILABLE, format!("write {}: it is there; {todo}", out.display())));
    }
    let mut made = Ok(ExportReport::default());
    let written = write_if(out, |file| {
        let mut any = false;
        made = job.run(begun(job, file, &mut any));
        match &made {
            Ok(_) => Ok(any),
            Err(error) => Err(io::Error::other(error.to_string())),
        }
    });
    // What the table could not be made for says more than that it was not written.
    let report = made?;
    written.map(|()| report)
}

/// The table onto a stream, with its beginning where it has a row.
fn into(job: &ExportJob<'_>, out: &mut impl Write) -> Result<ExportReport, ExportError> {
    let mut any = false;
    let report = job.run(begun(job, out, &mut any))?;
    out.flush()?;
    Ok(report)
}

/// Every value of each row as JSON, row by row, and what is told of the whole behind them.
fn as_json(job: &ExportJob<'_>, out: &mut impl Write, told: &Told<'_>) -> Result<ExportReport, ExportError> {
    let mut between = "{\"rows\":[";
    let report = job.run(|row, _| write!(out, "{}{}", std::mem::replace(&mut between, ",\n"), row_json(row)))?;
    let begins = if between == ",\n" { "" } else { between };
    let whole = told.json(&report).to_string();
    writeln!(out, "{begins}],{}", whole.trim_start_matches('{'))?;
    out.flush()?;
    Ok(report)
}

/// Writes lines, and the beginning of the table before the first.
fn begun<'a>(
    job: &'a ExportJob<'_>,
    out: &'a mut impl Write,
    any: &'a mut bool,
) -> impl FnMut(&ExportRow, &[u8]) -> io::Result<()> + 'a {
    move |_, line| {
        if !std::mem::replace(any, true) {
            out.write_all(&job.format.head().map_err(io::Error::other)?)?;
        }
        out.write_all(line)
    }
}

/// Remembers what was given, in parts that packing has room between.
fn note(setup: &Setup, report: &ExportReport) -> CommandResult {
    if !report.is_news() {
        return Ok(());
    }
    for part in report.note.clone().parts(NOTED) {
        act(setup, &Call::NoteExported { note: part }).map_err(|failure| {
            let text = format!(
                "the table is written, and that it was could not be remembered: {failure}; the next export gives it again"
            );
            Failure::say(failure.code, text)
        })?;
    }
    Ok(())
}

/// What a person and a program are told of a table.
struct Told<'a> {
    format: &'a ExportFormat,
    file: Option<&'a Path>,
    specimen: bool,
}

impl Told<'_> {
    fn remarks(&self, report: &ExportReport) -> Vec<String> {
        let specimens = "this station prints specimens: none of these parcels travels".to_owned();
        report.remarks.iter().cloned().chain(self.specimen.then_some(specimens)).collect()
    }

    /// On the other stream: the table, or JSON, comes out on the first.
    fn say(&self, report: &ExportReport) {
        let mut lines: Vec<String> = Vec::new();
        for (what, list) in [("not in the table", &report.refused), ("stopped", &report.stopped)] {
            lines.extend(list.first.iter().map(|mention| format!("{what}: {mention}")));
            lines.extend((list.more > 0).then(|| format!("{what}: {} more", list.more)));
        }
        lines.extend(self.remarks(report));
        let again = match report.again {
            0 => String::new(),
            again => format!(", {again} of them given before"),
        };
        let place = self.file.map(|file| format!("{}: ", file.display())).unwrap_or_default();
        let stopped = report.note.stopped.len() as u64;
        lines.push(match report.rows {
            0 if self.format.stopped_rows && stopped > 0 => {
                format!(
                    "{place}{} that {} stopped",
                    count_of(stopped, "parcel"),
                    if stopped == 1 { "was" } else { "were" }
                )
            }
            0 => format!("{place}nothing new to export in the format {}", self.format.name),
            rows => format!("{place}{}{again}", count_of(rows, "parcel")),
        });
        let _ = io::stderr().write_all((lines.join("\n") + "\n").as_bytes());
    }

    fn json(&self, report: &ExportReport) -> Value {
        let mentions = |list: &ExportMentions| list.first.iter().map(ExportMention::json).collect::<Vec<_>>();
        json!({
            "format": self.format.name,
            "guessed": self.format.guessed,
            "file": self.file,
            "parcels": report.rows,
            "again": report.again,
            "refused": mentions(&report.refused),
            "refused_in_all": report.refused.count(),
            "stopped": mentions(&report.stopped),
            "stopped_in_all": report.stopped.count(),
            "remarks": self.remarks(report),
        })
    }
}
