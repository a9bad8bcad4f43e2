//! Tracking numbers are written to files whenever a manifest closes, where that is configured: beside the loop, which only
//! notes what was written.

use std::collections::BTreeMap;

use tokio::sync::mpsc;

use super::StationService;
use crate::daemon::exports::{self, ExportReport, NOTED};
use crate::store::exports::ExportNote;

/// Parts of notes that wait for the loop.
const PARTS: usize = 2;

/// What the thread that writes files says.
#[derive(Debug)]
pub(super) enum ExportPart {
    /// These are to be noted.
    Note(ExportNote),
    /// It has ended, and this was said of each form.
    Ended(BTreeMap<String, String>),
}

/// The files that are written.
#[derive(Debug)]
pub(super) struct Exporting {
    parts: (mpsc::Sender<ExportPart>, mpsc::Receiver<ExportPart>),
    /// A thread writes.
    runs: bool,
    /// Something came since it began.
    due: bool,
    /// What was said last of each form: nothing is said twice in a row.
    said: BTreeMap<String, String>,
}

/// The thread that writes; however it ends, the loop hears of it.
struct Writing {
    parts: mpsc::Sender<ExportPart>,
    said: BTreeMap<String, String>,
}

impl Drop for Writing {
    fn drop(&mut self) {
        let _ = self.parts.blocking_send(ExportPart::Ended(std::mem::take(&mut self.said)));
    }
}

impl Default for Exporting {
    fn default() -> Self {
        Self { parts: mpsc::channel(PARTS), runs: false, due: false, said: BTreeMap::new() }
    }
}

impl Exporting {
    /// The next thing that was written.
    pub(super) async fn written(&mut self) -> Option<ExportPart> {
        self.parts.1.recv().await
    }
}

impl StationService {
    /// A form that was never used begins now: its first file has what is closed from now on.
    pub(super) fn begin_exports(&mut self) {
        for format in &self.setup.config.exports.formats {
            let store = self.core.store();
            let begins = match store.export_mark(format) {
                Ok(Some(_)) => continue,
                Ok(None) => Some(store.last_fact()),
                Err(error) => {
                    tracing::error!(%error, format, "how far tracking numbers are given cannot be read");
                    continue;
                }
            };
            let note = ExportNote { format: format.clone(), done: begins, stops: begins, ..ExportNote::default() };
            let at = self.clocks.moment().wall;
            match self.core.store_mut().note_exported(at, &note) {
                Ok(()) => tracing::info!(
                    format,
                    "tracking numbers are written from the next manifest on; `parceld tracking export --all` has the others"
                ),
                Err(error) => tracing::error!(%error, format, "where tracking numbers begin could not be noted"),
            }
        }
    }

    /// Starts to write what is to be given, if something may be; one thread at a time.
    pub(super) fn export(&mut self) {
        self.exporting.due |= self.core.take_to_export();
        if self.exporting.runs || !self.exporting.due {
            return;
        }
        self.exporting.due = false;
        if self.setup.config.exports.formats.is_empty() {
            return;
        }
        self.exporting.runs = true;
        let setup = self.setup.clone();
        let said = std::mem::take(&mut self.exporting.said);
        let mut writing = Writing { parts: self.exporting.parts.0.clone(), said };
        tokio::task::spawn_blocking(move || {
            for format in setup.config.exports.formats.iter().filter_map(|name| setup.exports.get(name)) {
                let (news, note) = match exports::write_all(&setup, format) {
                    Ok((files, report)) => {
                        for file in files {
                            tracing::info!(file = %file.display(), "tracking numbers are written");
                        }
                        let note = report.is_news().then(|| report.note.clone());
                        (lines(&report), note)
                    }
                    Err(error) => (format!("not written, and tried again with the next manifest: {error}"), None),
                };
                let before = writing.said.insert(format.name.clone(), news.clone());
                if !news.is_empty() && before.as_ref() != Some(&news) {
                    tracing::error!(format = format.name, "tracking numbers: {news}");
                }
                for part in note.into_iter().flat_map(|note| note.parts(NOTED)) {
                    let _ = writing.parts.blocking_send(ExportPart::Note(part));
                }
            }
        });
    }

    /// Notes what was written. What cannot be noted is written again, under the same name.
    pub(super) fn note_exports(&mut self, part: ExportPart) {
        match part {
            ExportPart::Note(note) => {
                let at = self.moment().wall;
                if let Err(error) = self.core.store_mut().note_exported(at, &note) {
                    tracing::error!(%error, format = note.format, "what was given could not be noted; it is given again");
                }
            }
            ExportPart::Ended(said) => {
                self.exporting.said = said;
                self.exporting.runs = false;
            }
        }
    }
}

/// What a person should do something about: the first of it.
fn lines(report: &ExportReport) -> String {
    const SAID: usize = 5;
    let all = report.refused.first.iter().chain(&report.stopped.first).map(ToString::to_string);
    let said: Vec<String> = all.take(SAID).collect();
    let more = report.refused.count() + report.stopped.count() - said.len() as u64;
    let said = said.join("; ");
    if more > 0 { format!("{said}; and {more} more, see `parceld check`") } else { said }
}
