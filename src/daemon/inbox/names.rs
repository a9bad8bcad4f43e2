//! What the names of dropped files say. They come from outside: each becomes text here, short and on one line, or is refused.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

/// Behind the name of a file: what became of it.
pub(super) const ANSWER: &str = ".answer.txt";
/// Behind the name of a file: what of it was refused.
pub(super) const REJECTS: &str = ".rejects.csv";
/// The folder that dropped files are moved into.
pub(super) const TAKEN: &str = "taken";
/// Longest name, in bytes: a time stands before it in the end, and an ending behind it, and a file system takes 255.
const LONGEST: usize = 180;
/// How the names end that programs give to what they have not finished.
const UNFINISHED: [&str; 5] = [".tmp", ".part", ".filepart", ".crdownload", "~"];
/// How the names of label files end.
const LABELS: [&str; 3] = [".pdf", ".png", ".zpl"];

/// A file that was dropped: in which shop's folder, if in one, and its name as it stands there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DropPlace {
    pub(super) shop: Option<String>,
    pub(super) name: OsString,
}

/// What a name says of its file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NameSays {
    /// It is to be imported.
    Orders(String),
    /// A label, which lies there for the order that names it.
    Label,
    /// It is not finished, or hidden, or an answer.
    NotYet,
    /// It cannot be taken under this name, and why.
    Unfit(String),
}

/// What a name says.
pub(super) fn says(name: &OsStr) -> NameSays {
    let bytes = name.as_bytes();
    let ends = |ends: &[&str]| {
        let has = |end: &&str| {
            let at = bytes.len().checked_sub(end.len());
            at.is_some_and(|at| bytes[at..].eq_ignore_ascii_case(end.as_bytes()))
        };
        ends.iter().any(has)
    };
    if bytes.starts_with(b".") || bytes.starts_with(b"~$") || ends(&UNFINISHED) || ends(&[ANSWER, REJECTS]) {
        return NameSays::NotYet;
    }
    if ends(&LABELS) {
        return NameSays::Label;
    }
    match name.to_str() {
        None => NameSays::Unfit("its name is not UTF-8; give it another one".to_owned()),
        Some(text) if text.contains(char::is_control) => {
            NameSays::Unfit("its name holds a line end or another control character; give it another one".to_owned())
        }
        Some(text) if text.len() > LONGEST => {
            NameSays::Unfit(format!("its name is longer than {LONGEST} bytes; give it a shorter one"))
        }
        Some(text) => NameSays::Orders(text.to_owned()),
    }
}

/// The shop that a folder's name is; `None` where it cannot be one's.
pub(super) fn shop(name: &OsStr) -> Option<String> {
    let text = name.to_str()?;
    let is_shop = text.len() <= LONGEST && !text.contains(char::is_control) && text.trim() == text;
    is_shop.then(|| text.to_owned())
}

/// A name that can be shown and written, whatever it was.
pub(super) fn shown(name: &OsStr) -> String {
    let text: String =
        name.to_string_lossy().chars().map(|letter| if letter.is_control() { '_' } else { letter }).collect();
    let most = text.char_indices().map(|(at, letter)| at + letter.len_utf8()).take_while(|end| *end <= LONGEST).last();
    text[..most.unwrap_or(0)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finished_and_what_was_answered_is_left_alone() {
        for name in [
            ".hidden.csv",
            "a.csv.tmp",
            "a.csv.PART",
            "a.csv.filepart",
            "a.crdownload",
            "a.csv~",
            "~$a.xlsx",
            "a.csv.answer.txt",
            "a.csv.rejects.csv",
        ] {
            assert_eq!(says(name.as_ref()), NameSays::NotYet, "{name}");
        }
        assert_eq!(says("1001.PDF".as_ref()), NameSays::Label);
        for name in ["a.csv", "Bestellungen März.xlsx", "任务.xlsx", "-a", "tmp", "a..b"] {
            assert_eq!(says(name.as_ref()), NameSays::Orders(name.to_owned()));
        }
    }

    #[test]
    fn a_hostile_name_is_refused_and_can_be_shown() {
        let long = "ä".repeat(127);
        for name in [OsStr::new("a\nb.csv"), OsStr::from_bytes(b"a\xff.csv"), OsStr::new(&long), OsStr::new("a\u{7f}")]
        {
            assert!(matches!(says(name), NameSays::Unfit(_)), "{name:?}");
            let shown = shown(name);
            assert!(shown.len() <= LONGEST && !shown.contains(char::is_control), "{shown:?}");
        }
        assert_eq!(shown(OsStr::from_bytes(b"a\nb\xff")), "a_b\u{fffd}");
        assert_eq!(shop("US-01".as_ref()), Some("US-01".to_owned()));
        for name in ["a\nb", " a", long.as_str()] {
            assert_eq!(shop(name.as_ref()), None, "{name:?}");
        }
    }
}
