//! Every mood, drawn.

use std::collections::BTreeMap;

use embedded_graphics::prelude::*;

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
        detail: Some(note("label_other").with("tracking", "D10010000000001")),
        ..in_hand(Mood::Stop, Symbol::Cross, note("wrong_label").with("tracking", "D10010000000001"))
    };
    let manifest = note("confirm_manifest").with("carrier", "USPS").with("count", "128");
    vec![
        ("01-scan-order", view(Mood::Ready, Symbol::Scan, note("scan_order"))),
        ("02-place-parcel", place),
        ("03-wait-still", moving),
        ("04-printing", in_hand(Mood::Busy, Symbol::Printer, note("printing").with("carrier", "USPS"))),
        ("05-scan-label", in_hand(Mood::Ready, Symbol::Label, note("scan_label"))),
        ("06-done", View { detail: Some(note("scan_order")), ..in_hand(Mood::Good, Symbol::Check, note("done")) }),
        ("07-empty-scale", in_hand(Mood::Ready, Symbol::Empty, note("empty_scale"))),
        ("08-label-doubt", in_hand(Mood::Ask, Symbol::Question, note("label_doubt"))),
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
    ]
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
