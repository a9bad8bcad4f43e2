//! What an import says, to a person and to a program.

use std::collections::BTreeMap;
use std::path::Path;

use parceld::daemon::intake::OrderVerdict;
use parceld::exchange::order::Batch;
use parceld::station::order::OrderId;
use serde_json::{Map, Value};

use super::{count_of, print};

/// What became of the orders of a file.
#[derive(Debug)]
pub(super) struct ImportReport {
    /// What a person must know of the file as a whole.
    pub(super) notes: Vec<String>,
    counts: BTreeMap<&'static str, u64>,
    /// Rows that could not be read, and why.
    rows: Vec<(usize, String)>,
    /// What the station says of single orders.
    said: Vec<Value>,
    /// How many have something from the item master, and how many of them changed by that alone.
    from_items: (u64, u64),
}

impl ImportReport {
    /// Of a file that was read, before the station was asked.
    pub(super) fn of(batch: &Batch) -> Self {
        let rows: Vec<(usize, String)> = batch.refused.iter().map(|row| (row.row, row.reason.clone())).collect();
        let counts = BTreeMap::from([("refused", rows.len() as u64)]);
        Self { notes: batch.notes.clone(), counts, rows, said: Vec::new(), from_items: (0, 0) }
    }

    pub(super) fn add(&mut self, answer: &Value) {
        for (name, _) in OrderVerdict::NAMES {
            *self.counts.entry(name).or_default() += answer[name.replace(' ', "_")].as_u64().unwrap_or(0);
        }
        let count = |name: &str| answer[name].as_u64().unwrap_or(0);
        self.from_items.0 += count("from_items");
        self.from_items.1 += count("changed_by_items");
        self.said.extend(answer["said"].as_array().into_iter().flatten().cloned());
    }

    /// How many orders have something from the item master.
    pub(super) fn items_note(&self) -> Option<String> {
        let (all, changed) = self.from_items;
        let changed = if changed > 0 { format!("; {changed} of them changed by that alone") } else { String::new() };
        let verb = if all == 1 { "takes" } else { "take" };
        (all > 0)
            .then(|| format!("{} {verb} what they do not say from the item master{changed}", count_of(all, "order")))
    }

    pub(super) fn count(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or(0)
    }

    /// Leaves out of the lists what is more than so many, and says how many those are.
    pub(super) fn shorten(&mut self, most: usize) -> Option<usize> {
        let all = self.rows.len() + self.said.len();
        self.rows.truncate(most);
        // What has a reason first.
        self.said.sort_by_key(|said| said["why"].is_null());
        self.said.truncate(most);
        let left = all - self.rows.len() - self.said.len();
        (left > 0).then_some(left)
    }

    /// Files that could not be taken apart at all.
    pub(super) fn unread(&self) -> u64 {
        self.rows.iter().filter(|(row, _)| *row == 0).count() as u64
    }

    /// Orders that contradict what holds, and of which nothing was taken.
    pub(super) fn contradict(&self) -> u64 {
        let left_out = |said: &&Value| said["verdict"] == "in_conflict" && said["kept"] == false;
        self.said.iter().filter(left_out).count() as u64
    }

    pub(super) fn print(&self, file: &str, rejects: Option<&Path>, json: bool) {
        if json {
            return print(Value::from(self.json(file)));
        }
        for note in &self.notes {
            print(format!("{file}: {note}"));
        }
        for (row, reason) in &self.rows {
            match row {
                0 => print(format!("{file}: {reason}")),
                row => print(format!("{file}:{row}: {reason}")),
            }
        }
        for said in &self.said {
            let id: OrderId = serde_json::from_value(said.clone()).unwrap_or_default();
            let verdict = said["verdict"].as_str().unwrap_or_default().replace('_', " ");
            let why = said["why"].as_str().map(|why| format!(": {why}")).unwrap_or_default();
            print(format!("{file}: {id}: {verdict}{why}"));
        }
        let counts: Vec<String> =
            OrderVerdict::NAMES.iter().map(|(name, _)| format!("{} {name}", self.count(name))).collect();
        print(format!("{file}: {}", counts.join(", ")));
        if self.counts.values().all(|count| *count == 0) {
            print(format!("{file}: there is no order in it"));
        }
        if let Some(rejects) = rejects {
            print(format!("{file}: refused rows are in {}", rejects.display()));
        }
    }

    /// The same for a program.
    pub(super) fn json(&self, file: &str) -> Map<String, Value> {
        let mut answer = Map::new();
        answer.insert("file".to_owned(), file.into());
        for (name, _) in OrderVerdict::NAMES {
            answer.insert(name.replace(' ', "_"), self.count(name).into());
        }
        let row = |(row, reason): &(usize, String)| serde_json::json!({ "row": row, "reason": reason });
        answer.insert("rows".to_owned(), self.rows.iter().map(row).collect());
        answer.insert("said".to_owned(), self.said.clone().into());
        answer.insert("notes".to_owned(), self.notes.clone().into());
        answer
    }
}
