//! A taken file, imported by this program itself in a process of its own: `parceld orders import` acts through the control
//! socket, as a person would, so that there is one door and one answer.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::folder::{OrdersFolder, TakenFile};
use crate::daemon::intake::{OrderAnswer, OrderVerdict};
use crate::daemon::order_reader::{self, ImportEnd};

/// A file that takes longer was made to: a day of labels is drawn in less.
const PATIENCE: Duration = Duration::from_secs(1_800);

/// What starts the process.
#[derive(Debug)]
pub(super) struct OrderImporter {
    config: PathBuf,
}

/// What `parceld orders import --json` says of one file.
#[derive(Debug, Deserialize)]
pub(super) struct FileReport {
    rows: Vec<RowReport>,
    said: Vec<OrderAnswer>,
    notes: Vec<String>,
    /// How many orders came to what.
    #[serde(flatten)]
    counts: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
struct RowReport {
    /// 0: the file as a whole.
    row: usize,
    reason: String,
}

impl FileReport {
    /// How many orders came to this.
    pub(super) fn count(&self, verdict: &str) -> u64 {
        self.counts.get(&verdict.replace(' ', "_")).and_then(Value::as_u64).unwrap_or(0)
    }

    /// The answer: the counts, then whatever was said, a line each.
    pub(super) fn text(&self) -> String {
        let counts = OrderVerdict::NAMES.map(|(name, _)| format!("{} {name}", self.count(name)));
        let mut lines = vec![counts.join(", ")];
        if OrderVerdict::NAMES.iter().all(|(name, _)| self.count(name) == 0) {
            lines.push("there is no order in it".to_owned());
        }
        lines.extend(self.notes.iter().cloned());
        for OrderAnswer { id, verdict, why, .. } in &self.said {
            let name = OrderVerdict::NAMES.iter().find(|(_, named)| named == verdict).map_or("", |(name, _)| name);
            let why = why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
            lines.push(format!("{id}: {name}{why}"));
        }
        lines.extend(self.rows.iter().map(|RowReport { row, reason }| match row {
            0 => reason.clone(),
            row => format!("row {row}: {reason}"),
        }));
        lines.into_iter().map(|line| line.replace(['\n', '\r'], " ") + "\n").collect()
    }
}

impl OrderImporter {
    pub(super) fn new(config: &Path) -> Self {
        Self { config: config.to_owned() }
    }

    /// Imports a taken file.
    pub(super) fn import(&self, folder: &OrdersFolder, file: &TakenFile) -> ImportEnd<FileReport> {
        let path = folder.path_of(file);
        let beside = folder.drop_dir(file.shop.as_deref());
        let end = self.run(&path, &beside, file.shop.as_deref());
        // Whoever dropped it knows it by its name.
        let named = |why: String| why.replace(&*path.to_string_lossy(), &file.name);
        match end {
            Ok(ImportEnd::Unread(why)) => ImportEnd::Unread(named(why)),
            Ok(ImportEnd::Again(why)) => ImportEnd::Again(named(why)),
            Ok(ImportEnd::Broken(why)) => ImportEnd::Broken(named(why)),
            Ok(read) => read,
            Err(error) => ImportEnd::Again(format!("the program that reads it does not start: {error}")),
        }
    }

    fn run(&self, path: &Path, beside: &Path, shop: Option<&str>) -> io::Result<ImportEnd<FileReport>> {
        let mut args: Vec<OsString> = ["import", "--json", "--config"].map(OsString::from).to_vec();
        args.extend([self.config.as_os_str(), "--dropped-in".as_ref(), beside.as_os_str()].map(OsString::from));
        args.extend(shop.map(|shop| format!("--shop={shop}").into()));
        args.extend(["--".as_ref(), path.as_os_str()].map(OsString::from));
        order_reader::run(&args, None, PATIENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_begins_with_the_counts_and_has_a_line_for_whatever_was_said() {
        let said = r#"{"file":"/x","accepted":1,"unchanged":0,"changed":0,"older":0,"in_conflict":1,"refused":2,
            "rows":[{"row":0,"reason":"empty"},{"row":7,"reason":"a\nb"}],"notes":["read as a shop's"],
            "said":[{"channel":"c","shop":"s","order_ref":"1","verdict":"in_conflict","kept":false,"why":"it is packed"}]}"#;
        let report: FileReport = serde_json::from_str(said).expect("a report");
        assert_eq!(
            report.text(),
            "1 accepted, 0 unchanged, 0 changed, 0 older, 1 in conflict, 2 refused\nread as a shop's\n\
             c/s/1: in conflict: it is packed\nempty\nrow 7: a b\n"
        );
    }
}
