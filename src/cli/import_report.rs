//! What an import says, to a person and to a program.

use std::collections::BTreeMap;
use std::path::Path;

use parceld::daemon::intake::OrderVerdict;
use parceld::exchange::order::Batch;
use parceld::station::order::OrderId;
use serde_json::{Map, Value};

use super::{count_of, print};

/// Longest reason that is listed where lists are bounded, in characters.
const LONGEST_REASON: usize = 2_000;
/// All that is listed there, in bytes of JSON: with a reject file it is less than the station reads of a file.
const MOST_BYTES: usize = 8 << 20;

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
    /// Orders that contradict what holds, and of which nothing was taken.
    contradict: u64,
    /// Older ones whose content never held.
    never_held: u64,
    /// How many have something from the item master, and how many of them changed by that alone.
    from_items: (u64, u64),
}

impl ImportReport {
    /// Of a file that was read, before the station was asked.
    pub(super) fn of(batch: &Batch) -> Self {
        let rows: Vec<(usize, String)> = batch.refused.iter().map(|row| (row.row, row.reason.clone())).collect();
        let counts = BTreeMap::from([("refused", rows.len() as u64)]);
        Self {
            notes: batch.notes.clone(),
            counts,
            rows,
            said: Vec::new(),
            contradict: 0,
            never_held: 0,
            from_items: (0, 0),
        }
    }

    pub(super) fn add(&mut self, answer: &Value) {
        for (name, _) in OrderVerdict::NAMES {
            *self.counts.entry(name).or_default() += answer[name.replace(' ', "_")].as_u64().unwrap_or(0);
        }
        let count = |name: &str| answer[name].as_u64().unwrap_or(0);
        self.from_items.0 += count("from_items");
        self.from_items.1 += count("changed_by_items");
        for said in answer["said"].as_array().into_iter().flatten() {
            self.contradict += u64::from(said["verdict"] == "in_conflict" && said["kept"] == false);
            self.never_held += u64::from(said["never_held"] == true);
            self.said.push(said.clone());
        }
    }

    /// How many orders have something from the item master.
    pub(super) fn items_note(&self) -> Option<String> {
        let (all, changed) = self.from_items;
        let changed = if changed > 0 { format!("; {changed} of them changed by that alone") } else { String::new() };
        let takes = if all == 1 { "takes what it does" } else { "take what they do" };
        (all > 0).then(|| format!("{} {takes} not say from the item master{changed}", count_of(all, "order")))
    }

    pub(super) fn count(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or(0)
    }

    /// Leaves out of the lists what is more than so many or than [`MOST_BYTES`], cuts what is longer than
    /// [`LONGEST_REASON`], and says how many are left out. The counts have all.
    pub(super) fn shorten(&mut self, most: usize) -> Option<usize> {
        let all = self.rows.len() + self.said.len() + self.notes.len();
        self.notes.iter_mut().chain(self.rows.iter_mut().map(|(_, reason)| reason)).for_each(cut);
        for said in &mut self.said {
            if let Some(Value::String(why)) = said.get_mut("why") {
                cut(why);
            }
        }
        // What has a reason first.
        self.said.sort_by_key(|said| said["why"].is_null());
        let mut bytes = MOST_BYTES;
        bound(&mut self.notes, most, &mut bytes, |note| note.as_str().into());
        bound(&mut self.rows, most, &mut bytes, row_json);
        bound(&mut self.said, most, &mut bytes, Value::clone);
        let left = all - self.rows.len() - self.said.len() - self.notes.len();
        (left > 0).then_some(left)
    }

    /// Files that could not be taken apart at all.
    pub(super) fn unread(&self) -> u64 {
        self.rows.iter().filter(|(row, _)| *row == 0).count() as u64
    }

    /// Orders that contradict what holds, and of which nothing was taken.
    pub(super) const fn contradict(&self) -> u64 {
        self.contradict
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
        answer.insert("not_taken".to_owned(), (self.count("refused") + self.contradict + self.never_held).into());
        answer.insert("rows".to_owned(), self.rows.iter().map(row_json).collect());
        answer.insert("said".to_owned(), self.said.clone().into());
        answer.insert("notes".to_owned(), self.notes.clone().into());
        answer
    }
}

fn row_json((row, reason): &(usize, String)) -> Value {
    serde_json::json!({ "row": row, "reason": reason })
}

/// Ends a text where it is too long.
fn cut(text: &mut String) {
    if let Some((end, _)) = text.char_indices().nth(LONGEST_REASON) {
        text.truncate(end);
        text.push('…');
    }
}

/// Ends a list after so many, or where its JSON is longer than what is left of `bytes`.
fn bound<T>(list: &mut Vec<T>, most: usize, bytes: &mut usize, json: impl Fn(&T) -> Value) {
    let fits = list.iter().take(most).take_while(|one| {
        let left = bytes.checked_sub(json(one).to_string().len() + 1);
        *bytes = left.unwrap_or(0);
        left.is_some()
    });
    let fits = fits.count();
    list.truncate(fits);
}

/// Says to the station that started this process that the file is read whole, and that its orders come now.
pub(super) fn say_read() {
    print("");
}

/// What is said of rows, orders and notes that an answer has no place for.
pub(super) fn not_listed(left: usize) -> String {
    format!("rows, orders and notes that are not listed: {left}; the counts have all")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report(rows: Vec<(usize, String)>) -> ImportReport {
        ImportReport {
            notes: vec!["a note".to_owned()],
            counts: BTreeMap::from([("refused", rows.len() as u64)]),
            rows,
            said: Vec::new(),
            contradict: 0,
            never_held: 0,
            from_items: (0, 0),
        }
    }

    #[test]
    fn an_answer_is_shorter_than_what_is_read_of_it_whatever_is_in_a_file() {
        let mut told = report((0..10_000).map(|row| (row, "\u{1}".repeat(5_000))).collect());
        let left = told.shorten(10_000).expect("rows are left out");
        let answer = told.json("x");
        assert_eq!((answer["refused"].as_u64(), answer["not_taken"].as_u64()), (Some(10_000), Some(10_000)));
        assert_eq!((told.rows.len() + left, told.notes.len()), (10_000, 1), "a note goes first");
        assert_eq!(told.rows[0].1.chars().count(), LONGEST_REASON + 1);
        let bytes = Value::from(answer).to_string().len();
        assert!((MOST_BYTES / 2..MOST_BYTES + 1_000).contains(&bytes), "{bytes}");
        let mut told = report((0..5).map(|row| (row, "é".repeat(LONGEST_REASON))).collect());
        assert_eq!(told.shorten(5), None, "nothing is cut that fits");
        assert!(told.rows.iter().all(|(_, reason)| reason.chars().count() == LONGEST_REASON));
    }

    #[test]
    fn what_is_not_taken_is_counted_before_the_list_is_shortened() {
        let mut told = report(Vec::new());
        let said = |verdict: &str, never_held: bool| json!({ "verdict": verdict, "kept": false, "why": "so", "never_held": never_held });
        let said: Vec<Value> =
            (0..50).map(|_| said("in_conflict", false)).chain((0..50).map(|_| said("older", true))).collect();
        told.add(&json!({ "in_conflict": 50, "older": 51, "refused": 1, "said": said }));
        assert_eq!(told.shorten(10), Some(90));
        assert_eq!((told.contradict(), told.json("x")["not_taken"].as_u64()), (50, Some(101)));
    }
}
