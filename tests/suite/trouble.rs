//! `src/guide/trouble.md` has every sentence with which the screen stops a packer or asks something.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use parceld::screen::Sentence;

/// Beginnings of keys that no screen shows by themselves: papers, the command sheet, words inside other sentences, the bar's
/// states of the link.
const ELSEWHERE: [&str; 9] = ["paper_", "next_", "page_", "do_", "problem_", "state_", "date_words", "link_", "queue"];

/// What goes well, or is the next thing to do: nobody looks it up.
const WELL: [&str; 45] = [
    "not_done",
    "scan_order",
    "place_parcel",
    "wait_still",
    "printing",
    "scan_label",
    "done",
    "date_taken",
    "pools_started",
    "language_set",
    "outcomes_learned",
    "pool_started",
    "parcel_shown",
    "returned",
    "reprinted",
    "mark_on",
    "zeroed",
    "tared",
    "box_set",
    "held",
    "resumed",
    "cancelled",
    "voided",
    "manifest_closed",
    "slip_again",
    "handed_over",
    "outage_off",
    "welcome",
    "logged_out",
    "help",
    "packed",
    "done_bag",
    "done_loose",
    "bag_opened",
    "bag_closed",
    "bag_again",
    "bag_shown",
    "pallet_opened",
    "bag_on_pallet",
    "pallet_closed",
    "pallet_again",
    "pallet_shown",
    "voided_bag",
    "caged",
    "on_paper",
];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The English words of each sentence that stands on one line, with `…` in its places.
fn words() -> BTreeMap<String, String> {
    let line = |line: &str| {
        let (key, words) = line.split_once(" = ").filter(|_| !line.starts_with(['#', ' ']))?;
        let mut shown = String::new();
        for (at, part) in words.split('{').enumerate() {
            shown += if at == 0 { part } else { part.split_once('}')?.1 };
            shown += if at + 1 < words.split('{').count() { "…" } else { "" };
        }
        Some((key.to_owned(), shown))
    };
    read("config/languages/en.ftl").lines().filter_map(line).collect()
}

/// What the page says that the screen says.
fn rows() -> Vec<String> {
    let page = read("src/guide/trouble.md");
    let row = |line: &str| Some(line.strip_prefix("| `")?.split_once("` | ")?.0.to_owned());
    page.lines().filter_map(row).collect()
}

#[test]
fn every_sentence_that_stops_or_asks_is_in_the_page_as_the_screen_says_it() {
    let (words, rows) = (words(), rows());
    for sentence in Sentence::ALL {
        let key = sentence.key;
        if ELSEWHERE.iter().any(|start| key.starts_with(start)) || WELL.contains(&key) {
            continue;
        }
        let shown = &words[key];
        assert!(rows.contains(shown), "{key} is not in the page: write a row for `{shown}`, with what to do");
    }
}

#[test]
fn every_row_of_the_page_is_a_sentence_once_and_needs_to_be_looked_up() {
    let words = words();
    let mut rows = rows();
    rows.sort();
    for row in &rows {
        let keys: Vec<&str> = words.iter().filter(|(_, shown)| *shown == row).map(|(key, _)| key.as_str()).collect();
        assert!(!keys.is_empty(), "the screen never says {row}");
        assert!(keys.iter().any(|key| !WELL.contains(key)), "{row} is in the page, and called good news here");
    }
    assert!(rows.windows(2).all(|two| two[0] != two[1]), "a row stands twice");
    for key in WELL {
        assert!(Sentence::ALL.iter().any(|sentence| sentence.key == key), "{key} is no sentence");
    }
}
