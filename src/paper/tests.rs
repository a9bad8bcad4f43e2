//! Every paper, drawn for a receipt printer and for office paper, compared with its picture, and its codes read back.

#![expect(clippy::disallowed_methods, reason = "pictures are files, and a test may write them when it is asked to")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use super::*;
use crate::barcode::{Command, CommandSpec, SheetGroup};
use crate::label::document::Element;
use crate::label::{Bitmap, Draws, Language, PrinterFormat};

/// What a receipt printer prints of 80 mm.
const ROLL: Media = Media { dpi: 203, width_mm: 72, height_mm: 0 };
const LABEL: Media = Media { dpi: 203, width_mm: 100, height_mm: 150 };

fn labels(media: Media) -> Labels {
    Labels::new(PrinterFormat { language: Language::EscPos, draws: Draws::TextAndBars, packed: false, media }, [])
}

static NARROW: LazyLock<Labels> = LazyLock::new(|| labels(ROLL));
static WIDE: LazyLock<Labels> = LazyLock::new(|| labels(Media { dpi: 203, ..A4 }));

/// Every shipped language, each letter made into another.
fn spelled(letter: impl Fn(char) -> char) -> BTreeMap<String, Arc<Words>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/languages");
    let files = std::fs::read_dir(folder).expect("the folder").map(|file| file.expect("a file").path());
    let read = |file: std::path::PathBuf| {
        let language = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let text: String = std::fs::read_to_string(file).expect("text").chars().map(&letter).collect();
        let (words, _) = Words::new(&language, vec![text]);
        (language, Arc::new(words))
    };
    files.map(read).collect()
}

fn languages() -> BTreeMap<String, Arc<Words>> {
    spelled(|letter| letter)
}

fn english() -> Words {
    Words::english()
}

fn spanish() -> Arc<Words> {
    languages()["es"].clone()
}

fn manifest(parcels: usize) -> Paper {
    let line = |number: usize| SlipLine {
        tracking: format!("92612903456789{:08}", 16 + number * 7),
        order_ref: format!("5764614130387{:05}", 10_052 + number * 31),
        weight: format!("{}.{:03} kg", number % 4, 120 + number * 37 % 800),
        container: if number.is_multiple_of(3) { String::new() } else { "B000003".to_owned() },
    };
    let on_pallet = ContainerKind::Bag(Some("006141410000000043".to_owned()));
    Paper::Manifest(ManifestSlip {
        id: "US-LAX-1.LAX1-ST03.20261123.USPS.2".to_owned(),
        carrier: "USPS".to_owned(),
        ship_date: "2026-11-23".to_owned(),
        wave: 2,
        closed_at: "2026-11-23 14:05".to_owned(),
        closed_by: Some("7031".to_owned()),
        weight: "184.020 kg".to_owned(),
        services: vec![
            ("GROUND ADVANTAGE".to_owned(), (parcels as u64).saturating_sub(4)),
            ("PRIORITY MAIL".to_owned(), 4),
        ],
        // The slip puts a bag below its pallet, in whatever order they are recorded.
        containers: vec![
            SlipContainer {
                id: "006141410000000036".to_owned(),
                kind: on_pallet,
                parcels: 9,
                weight: "12.345 kg".to_owned(),
            },
            SlipContainer {
                id: "006141410000000043".to_owned(),
                kind: ContainerKind::Pallet,
                parcels: 9,
                weight: "12.345 kg".to_owned(),
            },
            SlipContainer {
                id: "B000004".to_owned(),
                kind: ContainerKind::Bag(None),
                parcels: 3,
                weight: "0.940 kg".to_owned(),
            },
            SlipContainer { id: "07".to_owned(), kind: ContainerKind::Cage, parcels: 2, weight: "8.210 kg".to_owned() },
        ],
        lines: (1..=parcels).map(line).collect(),
        hash: "3fa901bc77e29d108890a7bd5a43d1b0c2f6e2a87c0ffee00000000000000000".to_owned(),
    })
}

fn bag() -> Paper {
    Paper::Bag(BagSlip {
        id: "US-LAX-1.LAX1-ST03.B000004".to_owned(),
        short: "B000004".to_owned(),
        carrier: "OnTrac".to_owned(),
        ship_date: "2026-11-23".to_owned(),
        parcels: 14,
        bags: None,
        weight: "12.345 kg".to_owned(),
        specimen: true,
    })
}

fn pallet() -> Paper {
    let Paper::Bag(bag) = bag() else { panic!("a bag's slip") };
    let (id, short) = ("US-LAX-1.LAX1-ST03.PAL1204".to_owned(), "PAL1204".to_owned());
    Paper::Bag(BagSlip { id, short, bags: Some(112), parcels: 3_050, weight: "1234.567 kg".to_owned(), ..bag })
}

fn shift() -> Paper {
    let operator = |badge: Option<&str>, parcels: u64| Operator {
        badge: badge.map(str::to_owned),
        parcels,
        by_carrier: vec![("Cityline".to_owned(), 3), ("OnTrac".to_owned(), parcels - 20), ("USPS".to_owned(), 17)],
        voids: 2,
        reprints: 5,
        held: 1,
        between: Some(("08:02".to_owned(), "15:58".to_owned())),
    };
    Paper::Shift(ShiftSummary {
        station: "US-LAX-1 LAX1-ST03".to_owned(),
        day: "2026-11-23".to_owned(),
        written: "2026-11-23 16:01".to_owned(),
        operators: vec![operator(Some("7031"), 212), operator(None, 23)],
    })
}

fn sheet(words: &Words) -> Paper {
    let boxes = ["B1", "B2", "B3", "B4"].map(str::to_owned);
    let carriers = [("cityline", "Cityline"), ("ontrac", "OnTrac"), ("usps", "USPS")];
    let carriers = carriers.map(|(id, name)| (id.into(), name.to_owned()));
    let marks = ["LQ", "UN3480", "UN3481"].map(str::to_owned);
    let mut groups = commands(words, &boxes, &carriers, &marks, &languages());
    let more = [Command::Cage("07".to_owned()), Command::Badge("7031".to_owned())];
    groups.push((SheetGroup::More, more.iter().map(|c| entry(c, words, &carriers, &languages())).collect()));
    Paper::Sheet(CommandSheet { station: "LAX1-ST03".to_owned(), groups })
}

#[test]
fn who_signs_a_manifest_sees_on_the_same_page_what_is_signed() {
    for parcels in 1..60 {
        let pages = manifest(parcels).draw(&WIDE, &english()).expect("it fits");
        let mut last = Vec::new();
        texts(&pages.last().expect("a page").elements, &mut last);
        for field in ["Handed over to the driver", "Parcels counted", "Signature"] {
            assert!(last.iter().any(|text| text == field), "{parcels} parcels: {field} is not on the last page");
        }
    }
}

fn pictures(paper: &Paper, labels: &Labels, words: &Words) -> Vec<Bitmap> {
    let documents = paper.draw(labels, words).expect("it fits");
    documents.iter().map(|document| labels.pixels(document)).collect()
}

#[test]
fn papers_look_as_their_pictures_do() {
    let english = english();
    let cases = [
        ("slip-manifest", pictures(&manifest(22), &NARROW, &english)),
        ("slip-bag", pictures(&bag(), &NARROW, &english)),
        ("slip-pallet", pictures(&pallet(), &NARROW, &english)),
        ("slip-shift", pictures(&shift(), &NARROW, &spanish())),
        ("slip-sheet", pictures(&sheet(&english), &NARROW, &english)),
        ("page-manifest", pictures(&manifest(22), &WIDE, &english)),
        ("page-sheet", pictures(&sheet(&spanish()), &WIDE, &spanish())),
    ];
    for (name, pages) in cases {
        let drawn = pages.first().expect("a page").png();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/pictures/{name}.png"));
        if std::env::var_os("PARCELD_UPDATE_GOLDEN").is_some() {
            std::fs::write(file, &drawn).expect("a writable source tree");
        } else {
            let golden = std::fs::read(file).unwrap_or_default();
            assert!(drawn == golden, "{name}: if it is meant, look at it, and run again with PARCELD_UPDATE_GOLDEN=1");
        }
    }
}

/// Texts of the printer's own font, also those on a black ground.
fn texts(elements: &[Element], found: &mut Vec<String>) {
    for element in elements {
        match element {
            Element::Text(text) => found.push(text.text.clone()),
            Element::Reverse(_, inside) => texts(inside, found),
            _ => {}
        }
    }
}

#[test]
fn no_word_of_a_paper_is_cut_in_any_language() {
    // Letters that the printer has not are pictures; as others of the same width they are texts.
    for (language, words) in spelled(|letter| if letter.is_ascii() { letter } else { 'n' }) {
        for paper in [manifest(5), bag(), pallet(), shift(), sheet(&words)] {
            for labels in [&*NARROW, &*WIDE, &labels(LABEL)] {
                let mut said = Vec::new();
                paper.draw(labels, &words).expect("it fits").iter().for_each(|page| texts(&page.elements, &mut said));
                let cut: Vec<&String> = said.iter().filter(|text| text.ends_with("..")).collect();
                assert!(said.len() > 4 && cut.is_empty(), "{language}, {:?}: {cut:?}", labels.printer.media);
            }
        }
    }
}

/// What a reader of codes makes of each picture of a document that is one.
fn codes(document: &Document) -> Vec<String> {
    let pictures = document.elements.iter().filter_map(|element| match element {
        Element::Picture { picture, .. } => Some(picture.dots()),
        _ => None,
    });
    let read = |dots: &Bitmap| {
        let quiet = dots.width() / 5;
        let mut paper = Bitmap::new(dots.width() + 2 * quiet, dots.height() + 2 * quiet);
        paper.paint(dots, i64::from(quiet), i64::from(quiet));
        let found = hal::codes::symbols(&paper.png());
        found.into_iter().find(|symbol| symbol.symbology == "qr").map(|symbol| symbol.text)
    };
    pictures.filter(|dots| dots.width() == dots.height() && dots.width() > 60).filter_map(read).collect()
}

#[test]
fn every_code_of_a_sheet_reads_back_as_its_command_in_every_language_and_on_every_paper() {
    for words in [Arc::new(english()), spanish()] {
        let Paper::Sheet(sheet) = sheet(&words) else { panic!("a sheet") };
        let wanted: Vec<String> =
            sheet.groups.iter().flat_map(|(_, entries)| entries.iter().map(|entry| entry.code.clone())).collect();
        for labels in [&*NARROW, &*WIDE, &labels(A4), &labels(LABEL)] {
            let pages = Paper::Sheet(sheet.clone()).draw(labels, &words).expect("it fits");
            let read: Vec<String> = pages.iter().flat_map(codes).collect();
            assert_eq!(read, wanted, "{:?}", labels.printer.media);
        }
        assert!(wanted.iter().all(|code| Command::parse(code).is_ok()));
    }
}

#[test]
fn a_sheet_has_every_command_that_the_station_understands_without_being_told_more() {
    let Paper::Sheet(sheet) = sheet(&english()) else { panic!("a sheet") };
    let has = |group: SheetGroup, word: &str| {
        let of_word = |entry: &SheetEntry| {
            let body = entry.code.trim_start_matches(Command::PREFIX);
            body.split(':').next() == Some(word)
        };
        sheet.groups.iter().any(|(known, entries)| *known == group && entries.iter().any(of_word))
    };
    let on_request = |spec: &&CommandSpec| spec.group == SheetGroup::More;
    let (asked_for, listed): (Vec<&CommandSpec>, Vec<&CommandSpec>) = Command::ALL.iter().partition(on_request);
    for spec in listed {
        assert!(has(spec.group, spec.word), "{} is not on the sheet", spec.word);
    }
    let asked_for: Vec<_> = asked_for.into_iter().map(|spec| (spec.word, spec.argument.is_some())).collect();
    assert_eq!(asked_for, [("REPRINT", true), ("CAGE", true), ("BADGE", true), ("NEXTPARCEL", false)]);
    assert!(!SheetGroup::ALL.into_iter().any(|group| has(group, "NEXTPARCEL")), "it is offered, and nothing follows");
    let twice = |entry: &&SheetEntry| entry.twice;
    let twice: Vec<&str> = sheet
        .groups
        .iter()
        .flat_map(|(_, entries)| entries.iter().filter(twice))
        .filter_map(|entry| entry.code.split(':').nth(1))
        .collect();
    assert_eq!(twice, ["VOID", "MANIFEST", "MANIFEST", "MANIFEST", "HANDOVER", "HANDOVER", "HANDOVER"]);
}

#[test]
fn the_codes_of_slips_are_their_identifiers() {
    for (paper, code) in [(manifest(3), "US-LAX-1.LAX1-ST03.20261123.USPS.2"), (bag(), "US-LAX-1.LAX1-ST03.B000004")] {
        for labels in [&*NARROW, &*WIDE, &labels(LABEL)] {
            let pages = paper.draw(labels, &english()).expect("it fits");
            assert_eq!(pages.iter().flat_map(codes).collect::<Vec<_>>(), [code]);
        }
    }
}

#[test]
fn a_manifest_of_any_length_takes_as_many_pages_as_it_needs_and_says_how_many() {
    for (parcels, pages) in [(5, 1), (60, 2), (400, 8)] {
        let drawn = manifest(parcels).draw(&WIDE, &english()).expect("it fits");
        assert_eq!(drawn.len(), pages, "{parcels} parcels");
        let size = WIDE.printer.media.size();
        assert!(drawn.iter().all(|page| (page.width, page.height) == size));
        for (number, page) in (1..).zip(&drawn) {
            let foot = format!("Page {number} of {pages}");
            let says = |element: &Element| matches!(element, Element::Text(text) if text.text == foot);
            assert!(page.elements.iter().any(says), "{foot}");
        }
    }
    assert_eq!(manifest(400).draw(&NARROW, &english()).expect("it fits").len(), 1, "endless paper is one page");
}

#[test]
fn what_no_font_has_becomes_a_question_mark_and_long_names_small_or_short() {
    let Paper::Manifest(slip) = manifest(5) else { panic!("a manifest") };
    let long = "Người Việt Chuyển Phát Nhanh ขนส่งด่วน 快递有限公司 Incorporated".to_owned();
    let mut strange = ManifestSlip { carrier: long, closed_by: Some("7031 \u{1f600}".to_owned()), ..slip };
    strange.services = vec![("W".repeat(40), 5)];
    strange.lines[0].order_ref = "9".repeat(200);
    strange.lines[1].tracking = "9".repeat(60);
    for labels in [&*NARROW, &*WIDE] {
        let pages = Paper::Manifest(strange.clone()).draw(labels, &english()).expect("it fits");
        let says = |text: &str| {
            let is = |element: &Element| matches!(element, Element::Text(said) if said.text == text);
            pages.iter().any(|page| page.elements.iter().any(is))
        };
        assert!(says("7031 ?"));
    }
}

#[test]
fn a_pdf_has_a_page_for_each_picture_and_holds_its_dots() {
    let pages = pictures(&manifest(60), &labels(A4), &english());
    let file = pdf("US-LAX-1.LAX1-ST03.20261123.USPS.2", A4, &pages);
    assert_eq!(file, pdf("US-LAX-1.LAX1-ST03.20261123.USPS.2", A4, &pages), "the same pages make the same bytes");
    assert!(file.starts_with(b"%PDF-1.7") && file.trim_ascii_end().ends_with(b"%%EOF"));
    assert!(file.len() < 200_000, "{} bytes", file.len());
    let text = String::from_utf8_lossy(&file);
    assert_eq!(text.matches("/Type /Page\n").count(), 2);
    assert!(text.contains("/MediaBox [0 0 595.2756 841.8898]"), "A4 in points");
    let mut rest = &file[..];
    for page in &pages {
        let place = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).position(|window| window == word);
        rest = &rest[place(rest, b"/FlateDecode").expect("a packed picture")..];
        rest = &rest[place(rest, b"stream\n").expect("its bytes") + 7..];
        let mut dots = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::ZlibDecoder::new(rest), &mut dots).expect("it unpacks");
        assert!(dots == page.bits());
    }
}
