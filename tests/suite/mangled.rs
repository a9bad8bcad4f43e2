//! Order files of which bytes were changed, lost, doubled and moved: whatever comes out of them is an order that is kept as it
//! was read, or a reason.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;

use parceld::config::order_formats;
use parceld::exchange::order::{self, Batch, ForeignFormat, Formats, RecordKind};
use parceld::exchange::workbook::{self, SheetEvent, SheetTexts};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

static SHIPPED: LazyLock<Vec<ForeignFormat>> =
    LazyLock::new(|| order_formats::read(&Path::new(ROOT).join("config/formats"), RecordKind::Orders).0);

/// Every order file that the tests and the demo have, with its name.
static FILES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let folders = ["tests/data/formats", "tests/data/orders", "config/orders"];
    let paths = folders.iter().flat_map(|folder| std::fs::read_dir(Path::new(ROOT).join(folder)).expect("a folder"));
    let mut paths: Vec<PathBuf> =
        paths.map(|entry| entry.expect("a file").path()).filter(|path| path.is_file()).collect();
    paths.sort();
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), std::fs::read(path).expect("a file"))).collect()
});

/// One thing that happens to a file's bytes.
#[derive(Debug, Clone)]
enum Damage {
    Set(prop::sample::Index, u8),
    Cut(prop::sample::Index, prop::sample::Index),
    Put(prop::sample::Index, &'static str),
    Double(prop::sample::Index, prop::sample::Index),
    Take(prop::sample::Index, prop::sample::Index, prop::sample::Index),
}

/// What is put somewhere: what readers stumble over.
const PIECES: [&str; 16] = [
    "\"",
    "\"\"",
    "\r\n",
    "\n",
    "\t",
    ",",
    ";",
    "\u{feff}",
    "\0",
    "1E+400",
    "{",
    "[[[[",
    "\u{fffd}",
    "=1+1",
    "99999999999999999999",
    "\u{202e}",
];

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(place, byte)| Damage::Set(place, byte)),
        (at(), at()).prop_map(|(from, length)| Damage::Cut(from, length)),
        (at(), prop::sample::select(&PIECES[..])).prop_map(|(place, piece)| Damage::Put(place, piece)),
        (at(), at()).prop_map(|(from, length)| Damage::Double(from, length)),
        (at(), at(), at()).prop_map(|(file, from, length)| Damage::Take(file, from, length)),
    ]
}

/// A part of these bytes, and not a large one.
fn part(bytes: &[u8], from: prop::sample::Index, length: prop::sample::Index) -> std::ops::Range<usize> {
    let from = from.index(bytes.len() + 1);
    let most = (bytes.len() - from).min(400);
    from..from + length.index(most + 1)
}

fn damaged(file: prop::sample::Index, damages: &[Damage]) -> (&'static str, Vec<u8>) {
    let (name, bytes) = &FILES[file.index(FILES.len())];
    let mut bytes = bytes.clone();
    for damage in damages {
        let place = |at: &prop::sample::Index| at.index(bytes.len() + 1);
        match damage {
            Damage::Set(at, byte) => {
                let at = place(at);
                if let Some(there) = bytes.get_mut(at) {
                    *there = *byte;
                }
            }
            Damage::Cut(from, length) => drop(bytes.drain(part(&bytes, *from, *length))),
            Damage::Put(at, piece) => {
                let at = place(at);
                bytes.splice(at..at, piece.bytes());
            }
            Damage::Double(from, length) => {
                let range = part(&bytes, *from, *length);
                let again = bytes[range.clone()].to_vec();
                bytes.splice(range.end..range.end, again);
            }
            Damage::Take(other, from, length) => {
                let (_, other) = &FILES[other.index(FILES.len())];
                let taken = other[part(other, *from, *length)].to_vec();
                let at = place(from);
                bytes.splice(at..at, taken);
            }
        }
    }
    (name, bytes)
}

fn read(name: &str, bytes: &[u8]) -> Batch {
    let formats = Formats::any(&SHIPPED);
    if !parceld::exchange::text::is_workbook(bytes) {
        return order::read_for(bytes, name, formats, &|_| Vec::new());
    }
    let mut texts = SheetTexts::default();
    let unpacked = workbook::read(bytes.to_vec(), |event| match event {
        SheetEvent::Sheet(name) => texts.sheet(name),
        SheetEvent::Row(cells) => texts.row(cells),
    });
    match unpacked {
        Ok(_) => order::read_workbook(&texts.finish(), formats, &|_| Vec::new()),
        Err(error) => Batch::unread(error),
    }
}

proptest! {
    #[test]
    fn whatever_becomes_of_a_file_is_an_order_that_is_kept_as_it_was_read_or_a_reason(
        file in any::<prop::sample::Index>(),
        damages in prop::collection::vec(damage(), 1..6),
    ) {
        let (name, bytes) = damaged(file, &damages);
        let batch = read(name, &bytes);
        for incoming in &batch.accepted {
            let kept = order::parse(&incoming.body);
            prop_assert_eq!(kept.as_ref(), Ok(&incoming.order), "{}", incoming.body);
            let again = order::read_value(&serde_json::from_str(&incoming.body).expect("JSON"));
            prop_assert_eq!(again.map(|again| again.body), Ok(incoming.body.clone()));
        }
        for refused in &batch.refused {
            prop_assert!(!refused.reason.trim().is_empty());
            prop_assert!(!refused.reason.chars().any(char::is_control), "{:?}", refused.reason);
        }
        prop_assert!(batch.notes.iter().all(|note| !note.chars().any(char::is_control)), "{:?}", batch.notes);
        let said = batch.accepted.len() + batch.refused.len() + batch.notes.len();
        prop_assert!(said > 0, "nothing is said of {name}");
    }
}
