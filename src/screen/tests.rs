//! Every mood, drawn.

use std::collections::BTreeMap;

use embedded_graphics::prelude::*;

use super::draw::both;
use super::lettering::{PROBLEM, SMALL, Set};
use super::*;

const SIZES: [(u32, u32); 2] = [(320, 240), (480, 320)];

fn view(mood: Mood, symbol: Symbol, headline: Note) -> View {
    View {
        language: "en".into(),
        mood,
        symbol,
        headline,
        detail: None,
        order: None,
        weight: None,
        carrier: None,
        price_notes: Vec::new(),
        tracking: None,
        link: Link::Up,
        queue: 0,
        problems: Vec::new(),
        packed: 41,
    }
}

fn in_hand(mood: Mood, symbol: Symbol, headline: Note) -> View {
    View {
        order: Some("576461413038785752".into()),
        weight: Some(("1.234 kg".into(), true)),
        carrier: Some(("USPS Ground Advantage".into(), "10.13 USD".into())),
        price_notes: vec!["approximate zones".into()],
        tracking: Some("9400111899560000000015".into()),
        ..view(mood, symbol, headline)
    }
}

/// One screen of each kind, by name.
fn gallery() -> Vec<(&'static str, View)> {
    let note = Note::new;
    let moving = View {
        order: Some("576461413038785752".into()),
        weight: Some(("0.982 kg".into(), false)),
        ..view(Mood::Busy, Symbol::Scale, note("wait_still"))
    };
    let place = View {
        order: Some("576461413038785752".into()),
        link: Link::Down,
        queue: 12,
        problems: vec![note("printer_absent")],
        ..view(Mood::Ready, Symbol::Scale, note("place_parcel"))
    };
    let stopped = View {
        link: Link::Stopped,
        queue: 1248,
        packed: 1310,
        problems: vec![
            note("printer_paper_out"),
            note("uplink_stopped").with("reason", "409: the hub has other bytes for seq 812"),
            note("scanner_absent").with("name", "hand"),
            note("scale_absent"),
        ],
        ..in_hand(Mood::Stop, Symbol::Printer, note("printer_blocked"))
    };
    let refused = View {
        detail: Some(
            note("refusal").with("service", "OnTrac Ground").with("reason", "the postcode 99501 is in no area"),
        ),
        order: Some("576461413038785752".into()),
        weight: Some(("31.500 kg".into(), true)),
        ..view(Mood::Stop, Symbol::Cross, note("no_carrier"))
    };
    let wrong = View {
        detail: Some(note("scan_label")),
        ..in_hand(Mood::Stop, Symbol::Cross, note("wrong_label").with("tracking", "D10010000000001"))
    };
    let doubt = View {
        detail: Some(note("printer_asked")),
        ..in_hand(Mood::Ask, Symbol::Question, note("label_doubt").with("ending", "0015"))
    };
    let sticker = |key| note(key).with("mark", "UN3481");
    let wanted = View { detail: None, ..in_hand(Mood::Ready, Symbol::Label, sticker("mark_wanted")) };
    let sealed = View { detail: Some(note("scan_label")), ..in_hand(Mood::Good, Symbol::Check, sticker("mark_on")) };
    let first =
        View { detail: Some(sticker("mark_wanted")), ..in_hand(Mood::Ask, Symbol::Label, sticker("mark_first")) };
    let other =
        View { detail: Some(sticker("mark_wanted")), ..in_hand(Mood::Stop, Symbol::Cross, sticker("mark_other")) };
    let newest = note("use_newest").with("attempt", "2");
    let newest = View { detail: Some(newest), ..in_hand(Mood::Ready, Symbol::Label, note("scan_label")) };
    let supervisor =
        View { detail: Some(note("label_none")), ..in_hand(Mood::Ask, Symbol::Question, note("supervisor_needed")) };
    let refused_badge = note("not_supervisor").with("operator", "7031");
    let bag = |key| note(key).with("bag", "B12").with("count", "14");
    let at_rest = |mood, symbol, headline| View { detail: Some(note("scan_order")), ..view(mood, symbol, headline) };
    let manifest = note("confirm_manifest").with("carrier", "USPS").with("count", "128");
    vec![
        ("01-scan-order", view(Mood::Ready, Symbol::Scan, note("scan_order"))),
        ("02-place-parcel", place),
        ("03-wait-still", moving),
        ("04-printing", in_hand(Mood::Busy, Symbol::Printer, note("printing").with("carrier", "USPS"))),
        ("05-scan-label", in_hand(Mood::Ready, Symbol::Label, note("scan_label"))),
        ("06-done", View { detail: Some(note("scan_order")), ..in_hand(Mood::Good, Symbol::Check, note("done")) }),
        ("07-empty-scale", in_hand(Mood::Ready, Symbol::Empty, note("empty_scale"))),
        ("08-label-doubt", doubt),
        ("09-confirm-manifest", view(Mood::Ask, Symbol::Question, manifest)),
        ("10-wrong-label", wrong),
        ("11-printer-blocked", stopped),
        ("12-no-carrier", refused),
        ("13-cannot-record", View { link: Link::None, ..view(Mood::Stop, Symbol::Cross, note("cannot_record")) }),
        ("14-unknown", view(Mood::Stop, Symbol::Cross, note("order_unknown").with("code", "576461413038785752"))),
        ("15-help", view(Mood::Ask, Symbol::Question, note("help"))),
        ("16-scale-nonsense", view(Mood::Stop, Symbol::Scale, note("scale_nonsense"))),
        ("17-scale-asleep", view(Mood::Ask, Symbol::Scale, note("scale_silent"))),
        ("18-printer-offline", in_hand(Mood::Stop, Symbol::Printer, note("printer_offline"))),
        (
            "19-order-changed",
            in_hand(Mood::Stop, Symbol::Cross, note("order_changed").with("order", "576461413038785752")),
        ),
        ("20-sticker-wanted", wanted),
        ("21-sticker-first", first),
        ("22-sticker-wrong", other),
        ("23-sticker-on", sealed),
        ("24-use-newest", newest),
        ("25-supervisor-needed", supervisor),
        ("26-no-supervisor", in_hand(Mood::Stop, Symbol::Cross, refused_badge)),
        ("27-bag-opened", at_rest(Mood::Good, Symbol::Check, bag("bag_opened"))),
        ("28-bag-closed", at_rest(Mood::Good, Symbol::Check, bag("bag_closed"))),
        ("29-bag-which", view(Mood::Ask, Symbol::Question, note("bag_which"))),
        (
            "30-returned",
            at_rest(Mood::Good, Symbol::Check, note("returned").with("tracking", "9400111899560000000015")),
        ),
        ("31-return-which", view(Mood::Ask, Symbol::Question, note("return_which"))),
    ]
}

/// What the places of sentences are filled with: as long as it comes.
const VALUES: [(&str, &str); 29] = [
    ("attempt", "12"),
    ("bag", "B1048"),
    ("box", "LONG-BOX-24"),
    ("cage", "A-07-LEFT"),
    ("carrier", "ONTRAC / LASERSHIP"),
    ("code", "576461413038785752"),
    ("count", "1248"),
    ("days", "1048"),
    ("ending", "0015"),
    ("known", "1200"),
    ("language", "zh-Hant"),
    ("learned", "1200"),
    ("mark", "UN3481"),
    ("name", "table-left"),
    ("next", "9000010000001"),
    ("operator", "supervisor-17"),
    ("order", "576461413038785752"),
    ("pallet", "PAL1048"),
    ("pool", "ontrac-demo-1"),
    ("range", "9000010000001 to 9000019999999"),
    ("reason", "the postcode 99501 is in no area"),
    ("service", "USPS Ground Advantage"),
    ("state", "print_uncertain"),
    ("tracking", "9261290345678900000016"),
    ("unknown", "1200"),
    ("hash", ""),
    ("wave", ""),
    ("page", ""),
    ("pages", ""),
];

/// Every language that is shipped.
#[expect(clippy::disallowed_methods, reason = "the shipped languages are files")]
fn shipped() -> Vec<Words> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/languages");
    let files = std::fs::read_dir(folder).expect("the folder").map(|file| file.expect("a file").path());
    let words = files.map(|file| {
        let language = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let templates = toml::from_str(&std::fs::read_to_string(&file).expect("text")).expect("a flat file");
        Words::new(language, templates).unwrap_or_else(|error| panic!("{error}"))
    });
    words.collect()
}

/// What a language says for a key, its places filled.
fn said(words: &Words, (key, places, _): &(&'static str, &'static [&'static str], &str)) -> String {
    let value = |place: &str| VALUES.iter().find(|(name, _)| *name == place).map_or("", |(_, value)| value);
    words.say(&places.iter().fold(Note::new(key), |note, place| note.with(place, value(place))))
}

/// The smallest screen, and on it as much else as there can be: three lines of a parcel and two problems.
#[test]
fn every_sentence_is_whole_on_a_full_screen_in_every_language() {
    const ROOM: Size = Size::new(196, 84);
    const PROBLEM_ROOM: Size = Size::new(269, 20);
    const BAR_ROOM: Size = Size::new(78, 24);
    let starts = |key: &str, starts: &[&str]| starts.iter().any(|start| key.starts_with(start));
    let languages = shipped();
    assert!(languages.len() >= 2);
    for words in &languages {
        for sentence in KEYS.iter().filter(|(key, ..)| !starts(key, &["paper_", "do_", "problem_", "state_"])) {
            let (key, text) = (sentence.0, said(words, sentence));
            let which = format!("{key} in {}", words.language());
            assert!(!text.is_empty() && !text.contains(['{', '}']), "{which}: {text}");
            let mut cut = Vec::new();
            let mut look = |whole: bool, place: &'static str| {
                if !whole {
                    cut.push(place)
                }
            };
            let beside = |other: &'static str| said(words, KEYS.iter().find(|(key, ..)| *key == other).expect("a key"));
            if starts(key, &["link_", "queue", "packed"]) {
                look(Set::line(&text, BAR_ROOM, SMALL).holds(&text), "in the bar");
            } else {
                look(both(&text, &beside("scan_label"), ROOM, 4).0.holds(&text), "as a headline");
            }
            if matches!(key, "scan_label" | "scan_order" | "label_none" | "use_newest" | "mark_wanted")
                || starts(key, &["printer_"])
            {
                look(both(&beside("label_doubt"), &text, ROOM, 4).1.holds(&text), "below a headline");
            }
            if matches!(key, "scale_absent" | "receipt_waits" | "bag_label_waits" | "cards_wrong" | "scanner_absent")
                || starts(key, &["printer_", "not_sent"])
            {
                look(Set::line(&text, PROBLEM_ROOM, PROBLEM).holds(&text), "as a problem");
            }
            assert!(cut.is_empty(), "{which} is cut {cut:?}: {text}");
        }
    }
}

fn spanish() -> Words {
    let templates: BTreeMap<String, String> =
        toml::from_str(include_str!("../../config/languages/es.toml")).expect("a flat file");
    Words::new("es".into(), templates).expect("complete")
}

fn picture(view: &View, words: &Words, (width, height): (u32, u32)) -> Picture {
    let mut picture = Picture::new(width, height);
    draw(view, words, &mut picture);
    picture
}

#[test]
fn no_two_screens_look_alike() {
    for (size, words) in SIZES.into_iter().zip([Words::english(), spanish()]) {
        let pictures: Vec<Picture> = gallery().iter().map(|(_, view)| picture(view, &words, size)).collect();
        for (n, one) in pictures.iter().enumerate() {
            assert!(!pictures[n + 1..].contains(one), "{} is there twice", gallery()[n].0);
        }
    }
}

#[test]
fn the_same_view_is_the_same_picture() {
    let (_, view) = &gallery()[10];
    assert_eq!(picture(view, &spanish(), SIZES[0]), picture(view, &spanish(), SIZES[0]));
}

#[test]
fn each_symbol_is_told_apart_without_its_colour() {
    let shapes: Vec<Vec<bool>> = [
        Symbol::Scan,
        Symbol::Scale,
        Symbol::Empty,
        Symbol::Printer,
        Symbol::Label,
        Symbol::Check,
        Symbol::Cross,
        Symbol::Question,
    ]
    .map(|symbol| {
        let screen = picture(&view(Mood::Ready, symbol, Note::new("working")), &Words::english(), SIZES[0]);
        let paper = screen.at(Point::zero());
        (0..200).flat_map(|y| (0..110).map(move |x| Point::new(x, y))).map(|p| screen.at(p) != paper).collect()
    })
    .into();
    for (n, one) in shapes.iter().enumerate() {
        for other in &shapes[n + 1..] {
            let different = one.iter().zip(other).filter(|(a, b)| a != b).count();
            assert!(different > 600, "only {different} pixels differ");
        }
    }
}

#[test]
fn a_moving_weight_has_another_shape() {
    let still = in_hand(Mood::Busy, Symbol::Scale, Note::new("wait_still"));
    let moving = View { weight: Some(("1.234 kg".into(), false)), ..still.clone() };
    assert_ne!(picture(&still, &Words::english(), SIZES[0]), picture(&moving, &Words::english(), SIZES[0]));
}

#[test]
fn a_view_full_of_long_words_is_drawn_without_panic_on_any_screen() {
    let long = "W".repeat(300);
    let full = View {
        detail: Some(Note::new("refusal").with("service", &long).with("reason", &long)),
        order: Some(long.clone()),
        weight: Some((long.clone(), false)),
        carrier: Some((long.clone(), long.clone())),
        price_notes: vec![long.clone(); 4],
        tracking: Some(long.clone()),
        queue: u64::MAX,
        packed: u64::MAX,
        problems: vec![Note::new("uplink_stopped").with("reason", &long); 9],
        ..view(Mood::Ask, Symbol::Question, Note::new("order_many").with("code", &long))
    };
    for size in [(320, 240), (480, 320), (800, 480), (128, 64), (1, 1), (0, 0)] {
        picture(&full, &Words::english(), size);
    }
}

/// For the eye: `PARCELD_SCREENS=/tmp/screens cargo test -p parceld --lib pictures_for_the_eye`.
#[test]
#[expect(clippy::disallowed_methods, reason = "pictures that somebody looks at are files")]
fn pictures_for_the_eye() {
    let Some(folder) = std::env::var_os("PARCELD_SCREENS").map(std::path::PathBuf::from) else { return };
    std::fs::create_dir_all(&folder).expect("a folder that can be made");
    for size in SIZES {
        for words in [Words::english(), spanish()] {
            for (name, view) in gallery() {
                let file = folder.join(format!("{}-{}-{name}.png", size.0, words.language()));
                std::fs::write(file, picture(&view, &words, size).png()).expect("a folder that can be written");
            }
        }
    }
}
