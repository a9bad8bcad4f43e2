//! Every mood, drawn.

use embedded_graphics::prelude::*;

use super::draw::both;
use super::lettering::{PROBLEM, SMALL, Set};
use super::*;

const SIZES: [(u32, u32); 2] = [(320, 240), (480, 320)];

fn view(mood: Mood, symbol: Symbol, headline: Sentence) -> View {
    View {
        language: "en".into(),
        mood,
        symbol,
        headline,
        detail: None,
        awaits: Awaited::Order,
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

fn in_hand(mood: Mood, symbol: Symbol, headline: Sentence) -> View {
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
    let moving = View {
        order: Some("576461413038785752".into()),
        weight: Some(("0.982 kg".into(), false)),
        ..view(Mood::Busy, Symbol::Scale, Sentence::WaitStill)
    };
    let place = View {
        order: Some("576461413038785752".into()),
        link: Link::Down,
        queue: 12,
        problems: vec![Sentence::PrinterAbsent],
        ..view(Mood::Ready, Symbol::Scale, Sentence::PlaceParcel)
    };
    let stopped = View {
        link: Link::Stopped,
        queue: 1248,
        packed: 1310,
        problems: vec![
            Sentence::PrinterPaperOut,
            Sentence::UplinkStopped { reason: "409: the hub has other bytes for seq 812".to_owned() },
            Sentence::ScannerAbsent { name: "hand".to_owned() },
            Sentence::ScaleAbsent,
        ],
        ..in_hand(Mood::Stop, Symbol::Printer, Sentence::PrinterBlocked)
    };
    let refused = View {
        detail: Some(Sentence::Refusal {
            service: "OnTrac Ground".to_owned(),
            reason: "the postcode 99501 is in no area".to_owned(),
        }),
        order: Some("576461413038785752".into()),
        weight: Some(("31.500 kg".into(), true)),
        ..view(Mood::Stop, Symbol::Cross, Sentence::NoCarrier)
    };
    let wrong = View {
        detail: Some(Sentence::ScanLabel),
        ..in_hand(Mood::Stop, Symbol::Cross, Sentence::WrongLabel { tracking: "D10010000000001".to_owned() })
    };
    let doubt = View {
        detail: Some(Sentence::PrinterAsked),
        ..in_hand(Mood::Ask, Symbol::Question, Sentence::LabelDoubt { ending: "0015".to_owned() })
    };
    let mark = || "UN3481".to_owned();
    let [mark_wanted, mark_first] = [Sentence::MarkWanted { mark: mark() }, Sentence::MarkFirst { mark: mark() }];
    let wanted = View { detail: None, ..in_hand(Mood::Ready, Symbol::Label, mark_wanted.clone()) };
    let sealed = View {
        detail: Some(Sentence::ScanLabel),
        ..in_hand(Mood::Good, Symbol::Check, Sentence::MarkOn { mark: mark() })
    };
    let first = View { detail: Some(mark_wanted.clone()), ..in_hand(Mood::Ask, Symbol::Label, mark_first) };
    let other = View {
        detail: Some(mark_wanted.clone()),
        ..in_hand(Mood::Stop, Symbol::Cross, Sentence::MarkOther { mark: mark() })
    };
    let newest = Sentence::UseNewest { attempt: 2 };
    let newest = View { detail: Some(newest), ..in_hand(Mood::Ready, Symbol::Label, Sentence::ScanLabel) };
    let supervisor =
        View { detail: Some(Sentence::LabelNone), ..in_hand(Mood::Ask, Symbol::Question, Sentence::SupervisorNeeded) };
    let refused_badge = Sentence::NotSupervisor { operator: "7031".to_owned() };
    let bag = || "B12".to_owned();
    let at_rest = |mood, symbol, headline| View { detail: Some(Sentence::ScanOrder), ..view(mood, symbol, headline) };
    let manifest = Sentence::ConfirmManifest { carrier: "USPS".to_owned(), count: 128 };
    vec![
        ("01-scan-order", view(Mood::Ready, Symbol::Scan, Sentence::ScanOrder)),
        ("02-place-parcel", place),
        ("03-wait-still", moving),
        ("04-printing", in_hand(Mood::Busy, Symbol::Printer, Sentence::Printing { carrier: "USPS".to_owned() })),
        ("05-scan-label", in_hand(Mood::Ready, Symbol::Label, Sentence::ScanLabel)),
        (
            "06-done",
            View {
                detail: Some(Sentence::ScanOrder),
                ..in_hand(Mood::Good, Symbol::Check, Sentence::Done { tracking: "".to_owned() })
            },
        ),
        ("07-empty-scale", in_hand(Mood::Ready, Symbol::Empty, Sentence::EmptyScale)),
        ("08-label-doubt", doubt),
        (
            "09-confirm-manifest",
            View { detail: Some(Sentence::AnswerYesNo), ..view(Mood::Ask, Symbol::Question, manifest) },
        ),
        ("10-wrong-label", wrong),
        ("11-printer-blocked", stopped),
        ("12-no-carrier", refused),
        ("13-cannot-record", View { link: Link::None, ..view(Mood::Stop, Symbol::Cross, Sentence::CannotRecord) }),
        (
            "14-unknown",
            view(Mood::Stop, Symbol::Cross, Sentence::OrderUnknown { code: "576461413038785752".to_owned() }),
        ),
        ("15-help", view(Mood::Ask, Symbol::Question, Sentence::Help)),
        ("16-scale-nonsense", view(Mood::Stop, Symbol::Scale, Sentence::ScaleNonsense)),
        ("17-scale-asleep", view(Mood::Ask, Symbol::Scale, Sentence::ScaleSilent)),
        ("18-printer-offline", in_hand(Mood::Stop, Symbol::Printer, Sentence::PrinterOffline)),
        (
            "19-order-changed",
            in_hand(Mood::Stop, Symbol::Cross, Sentence::OrderChanged { order: "576461413038785752".to_owned() }),
        ),
        ("20-sticker-wanted", wanted),
        ("21-sticker-first", first),
        ("22-sticker-wrong", other),
        ("23-sticker-on", sealed),
        ("24-use-newest", newest),
        ("25-supervisor-needed", supervisor),
        ("26-no-supervisor", in_hand(Mood::Stop, Symbol::Cross, refused_badge)),
        ("27-bag-opened", at_rest(Mood::Good, Symbol::Check, Sentence::BagOpened { bag: bag() })),
        ("28-bag-closed", at_rest(Mood::Good, Symbol::Check, Sentence::BagClosed { bag: bag(), count: 14 })),
        ("29-bag-which", view(Mood::Ask, Symbol::Question, Sentence::BagWhich)),
        (
            "30-returned",
            at_rest(Mood::Good, Symbol::Check, Sentence::Returned { tracking: "9400111899560000000015".to_owned() }),
        ),
        ("31-return-which", view(Mood::Ask, Symbol::Question, Sentence::ReturnWhich)),
    ]
}

/// What the places of sentences are filled with: as long as it comes.
const VALUES: [(&str, &str); 37] = [
    ("attempt", "12"),
    ("bag", "B1048"),
    ("cage", "A-07-LEFT"),
    ("carrier", "ONTRAC / LASERSHIP"),
    ("code", "576461413038785752"),
    ("count", "1248"),
    ("date", "a date"),
    ("day", "30"),
    ("days", "1048"),
    ("ending", "0015"),
    ("known", "1200"),
    ("language", "zh-Hant"),
    ("learned", "1200"),
    ("list", "9261290345678900000016, 9261290345678900000023 + 12"),
    ("mark", "UN3481"),
    ("month", "9"),
    ("name", "table-left"),
    ("next", "9000010000001"),
    ("operator", "supervisor-17"),
    ("order", "576461413038785752"),
    ("pallet", "PAL1048"),
    ("pool", "ontrac-demo-1"),
    ("range", "9000010000001 to 9000019999999"),
    ("reason", "the postcode 99501 is in no area"),
    ("service", "USPS Ground Advantage"),
    ("sku", "GIFT-SET-RED-2XL"),
    ("state", "print_uncertain"),
    ("tracking", "9261290345678900000016"),
    ("unknown", "1200"),
    ("hash", "4f1c"),
    ("id", "LONG-BOX-24"),
    ("container", "B12"),
    ("wave", "1"),
    ("page", "1"),
    ("pages", "1"),
    ("weekday", "3"),
    ("year", "2026"),
];

/// Every language that is shipped.
#[expect(clippy::disallowed_methods, reason = "the shipped languages are files")]
fn shipped() -> Vec<Words> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/languages");
    let files = std::fs::read_dir(folder).expect("the folder").map(|file| file.expect("a file").path());
    let words = files.map(|file| {
        let language = file.file_stem().expect("a name").to_str().expect("text").to_owned();
        let text = std::fs::read_to_string(&file).expect("text");
        Words::new(&language, vec![text]).0
    });
    words.collect()
}

/// Every sentence, its places filled with values as long as they come.
fn sentences() -> Vec<Sentence> {
    Sentence::samples(|place| VALUES.iter().find(|(name, _)| *name == place).expect("a value for each place").1)
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
        for sentence in sentences()
            .iter()
            .filter(|said| !starts(said.key(), &["paper_", "do_", "problem_", "state_", "next_", "page_"]))
        {
            let (key, text) = (sentence.key(), words.say(sentence));
            let which = format!("{key} in {}", words.language());
            assert!(!text.is_empty() && !text.contains(['{', '}']), "{which}: {text}");
            let mut cut = Vec::new();
            let mut look = |whole: bool, place: &'static str| {
                if !whole {
                    cut.push(place)
                }
            };
            let manifest = Sentence::ConfirmManifest { carrier: "ONTRAC / LASERSHIP".to_owned(), count: 1248 };
            if starts(key, &["answer_"]) {
                look(both(&words.say(&manifest), &text, ROOM, 4).1.holds(&text), "below a question");
            }
            let doubt = words.say(&Sentence::LabelDoubt { ending: "0015".to_owned() });
            if starts(key, &["link_", "queue", "packed"]) {
                look(Set::line(&text, BAR_ROOM, SMALL).holds(&text), "in the bar");
            } else {
                look(both(&text, &words.say(&Sentence::ScanLabel), ROOM, 4).0.holds(&text), "as a headline");
            }
            if matches!(key, "scan_label" | "scan_order" | "label_none" | "use_newest" | "mark_wanted")
                || starts(key, &["printer_"])
            {
                look(both(&doubt, &text, ROOM, 4).1.holds(&text), "below a headline");
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
    Words::new("es", vec![include_str!("../../config/languages/es.ftl").to_owned()]).0
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
        let screen = picture(&view(Mood::Ready, symbol, Sentence::Help), &Words::english(), SIZES[0]);
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
    let still = in_hand(Mood::Busy, Symbol::Scale, Sentence::WaitStill);
    let moving = View { weight: Some(("1.234 kg".into(), false)), ..still.clone() };
    assert_ne!(picture(&still, &Words::english(), SIZES[0]), picture(&moving, &Words::english(), SIZES[0]));
}

#[test]
fn a_view_full_of_long_words_is_drawn_without_panic_on_any_screen() {
    let long = "W".repeat(300);
    let full = View {
        detail: Some(Sentence::Refusal { service: long.clone(), reason: long.clone() }),
        order: Some(long.clone()),
        weight: Some((long.clone(), false)),
        carrier: Some((long.clone(), long.clone())),
        price_notes: vec![long.clone(); 4],
        tracking: Some(long.clone()),
        queue: u64::MAX,
        packed: u64::MAX,
        problems: vec![Sentence::UplinkStopped { reason: long.clone() }; 9],
        ..view(Mood::Ask, Symbol::Question, Sentence::OrderMany { code: long.clone() })
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
