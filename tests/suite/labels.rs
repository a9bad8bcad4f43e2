//! Every carrier's label in every language and resolution, read back from the pixels that an engine we did not write
//! drew of the bytes.

use std::path::Path;
use std::sync::LazyLock;

use hal::sim::{DrawnJob, PrinterSettings, draw};
use parceld::label::document::Element;
use parceld::label::{Bitmap, ContainerLabel, Draws, Label, Labels, Language, Media, PrinterFormat};
use parceld::station::order::Address;
use parceld::units::{Date, Mass};

pub(super) const LAYOUTS: [(&str, &str); 5] = [
    ("impb", "9261290345678900000016"),
    ("ontrac", "D10011354453707"),
    ("parcel", "1LS717793482164"),
    ("parcel", "JJD0002257639032011"),
    ("sorted", "630002864925"),
];
const LANGUAGES: [(Language, hal::printer::Language); 3] = [
    (Language::Zpl, hal::printer::Language::Zpl),
    (Language::Tspl, hal::printer::Language::Tspl),
    (Language::EscPos, hal::printer::Language::EscPos),
];

pub(super) fn labels(language: Language, dpi: u32) -> Labels {
    labels_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config/labels"), language, dpi)
}

fn labels_of(folder: &Path, language: Language, dpi: u32) -> Labels {
    let media = Media { dpi, width_mm: 100, height_mm: 150 };
    let (layouts, problems) = parceld::config::labels::read(folder, media);
    assert!(!problems.has_errors(), "{problems}");
    Labels::new(PrinterFormat { language, draws: Draws::TextAndBars, packed: false, media }, layouts.into_values())
}

static ALL: LazyLock<Vec<(Labels, hal::printer::Language, u32)>> = LazyLock::new(|| {
    let each = LANGUAGES.into_iter().flat_map(|(ours, theirs)| [(ours, theirs, 203), (ours, theirs, 300)]);
    each.map(|(ours, theirs, dpi)| (labels(ours, dpi), theirs, dpi)).collect()
});

pub(super) fn sample(tracking: &str) -> Label {
    let from = Address {
        name: "Example Returns".into(),
        line1: "1 Example Street".into(),
        city: "Los Angeles".into(),
        region: "CA".into(),
        postcode: "90058".into(),
        country: "US".into(),
        ..Address::default()
    };
    let mut label = Label::sample(from, Date::new(2026, 11, 22).expect("a day"));
    label.mass = Mass::from_grams(1204);
    label.tracking = tracking.into();
    label.values = [("account", "100113"), ("service_code", "01")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    label
}

fn on_paper(labels: &Labels, language: hal::printer::Language, dpi: u32, layout: &str, label: &Label) -> DrawnJob {
    let job = labels.print(layout, label).unwrap_or_else(|error| panic!("{layout}: {error}"));
    // The renderer knows 8 and 12 dots a millimetre; a head of 300 dpi has 11.8, so its paper is given in that.
    let (width, height) = labels.printer.media.size();
    let per_mm = if dpi == 203 { 8 } else { 12 };
    let mm = |dots: u32| u16::try_from(dots.div_ceil(per_mm)).expect("a label");
    let width_mm =
        if language == hal::printer::Language::EscPos { mm(width).max(width.div_ceil(8) as u16) } else { mm(width) };
    let settings = PrinterSettings {
        dpi: if dpi == 203 { 203 } else { 300 },
        width_mm,
        height_mm: mm(height),
        ..PrinterSettings::default()
    };
    draw(language, &job, settings)
}

/// What the bars must say: for USPS with the ZIP code in front, as GS1.
fn expected(layout: &str, label: &Label) -> (String, bool) {
    match layout {
        "impb" => (format!("420{}\u{1d}{}", &label.to.postcode[..5], label.tracking), true),
        _ => (label.tracking.clone(), false),
    }
}

fn reads_back(drawn: &DrawnJob, layout: &str, label: &Label, what: &str) {
    let (text, gs1) = expected(layout, label);
    let read = drawn.report.decoded.iter().any(|symbol| symbol.text == text && symbol.gs1 == gs1);
    if !read {
        let picture = std::env::temp_dir().join("parceld-unread-label.png");
        std::fs::write(&picture, &drawn.png).expect("a temporary folder");
        panic!("{what}: {text:?} is not among {:?}; see {}", drawn.report.decoded, picture.display());
    }
    assert_eq!(drawn.report.unsupported, [""; 0], "{what}");
    assert_eq!(drawn.report.missing_glyphs, [' '; 0], "{what}");
    assert_eq!(drawn.report.clipped, [""; 0], "{what}");
    assert_eq!(drawn.report.error, None, "{what}");
}

#[test]
fn every_label_reads_back_in_every_language_at_203_dpi() {
    labels_read_back(203);
}

#[test]
fn every_label_reads_back_in_every_language_at_300_dpi() {
    labels_read_back(300);
}

fn labels_read_back(resolution: u32) {
    for (labels, language, dpi) in ALL.iter().filter(|(_, _, dpi)| *dpi == resolution) {
        for (layout, tracking) in LAYOUTS {
            let label = sample(tracking);
            let drawn = on_paper(labels, *language, *dpi, layout, &label);
            let what = format!("{layout} in {language:?} at {dpi} dpi");
            if let Some(folder) = std::env::var_os("PARCELD_LABELS") {
                let file = Path::new(&folder).join(format!("{layout}-{language:?}-{dpi}.png"));
                std::fs::write(file, &drawn.png).expect("the folder of PARCELD_LABELS");
            }
            reads_back(&drawn, layout, &label, &what);
            if layout == "ontrac" {
                let says = |symbology: &str, part: &str| {
                    drawn.report.decoded.iter().any(|code| code.symbology == symbology && code.text.contains(part))
                };
                assert!(says("code128", "00192688"), "{what}: the routing code");
                assert!(says("pdf417", "\u{1d}D10011354453707\u{1d}EMSY"), "{what}: {:?}", drawn.report.decoded);
            }
            if layout == "sorted" {
                let says = |code: &hal::sim::decode::Symbol| code.symbology == "qr" && code.text == "P000042.2";
                assert!(drawn.report.decoded.iter().any(says), "{what}: {:?}", drawn.report.decoded);
            }
        }
    }
}

/// The picture is a QR code in grey on nothing, ten of its dots a module: it reads back only where every module comes out
/// in its place.
#[test]
fn an_image_of_a_layout_comes_out_sharp_in_every_language() {
    let folder = tempfile::tempdir().expect("a folder");
    let paper = "width = \"100mm\"\nheight = \"150mm\"\n[[row]]\nheight = \"44mm\"\n";
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("a file");
    write("code.toml", format!("{paper}qr = \"HTTPS://EXAMPLE.COM/R\"\nmodule = \"1mm\"\n").as_bytes());
    let code = labels_of(folder.path(), Language::Zpl, 203);
    let code = code.pixels(&code.document("code", &sample("")).expect("it fits"));
    let code = code.cut(code.ink().expect("a code"));
    write("logo.png", &in_grey(&code));
    write(
        "logo.toml",
        format!(
            "{paper}cells = [\n{{ width = \"30mm\", padding = \"4mm\", frame = \"0.5mm\", image = \"logo.png\" }},\n\
             {{ width = \"30mm\", reverse = true, text = \"R\", size = \"9mm\" }},\n]\n"
        )
        .as_bytes(),
    );
    for (language, theirs) in LANGUAGES {
        for dpi in [203, 300] {
            let labels = labels_of(folder.path(), language, dpi);
            let what = format!("{language:?} at {dpi} dpi");
            let drawn = on_paper(&labels, theirs, dpi, "logo", &sample(""));
            let read: Vec<&str> = drawn.report.decoded.iter().map(|symbol| symbol.text.as_str()).collect();
            assert_eq!(read, ["HTTPS://EXAMPLE.COM/R"], "{what}");
            assert_eq!((&drawn.report.clipped, &drawn.report.error), (&Vec::new(), &None), "{what}");

            let document = labels.document("logo", &sample("")).expect("it fits");
            let size = document.elements.iter().find_map(|element| match element {
                Element::Picture { picture, .. } => Some((picture.dots().width(), picture.dots().height())),
                _ => None,
            });
            let side = labels.printer.media.dots("22mm".parse().expect("a length"));
            let (width, height) = size.expect("a picture");
            assert!(width == height && side.abs_diff(width) <= 1, "{what}: {width} x {height} of {side} dots");
        }
    }
}

/// A PNG with a level of grey for black, and nothing at all for white.
fn in_grey(dots: &Bitmap) -> Vec<u8> {
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, dots.width(), dots.height());
    encoder.set_color(png::ColorType::GrayscaleAlpha);
    let places = (0..dots.height()).flat_map(|y| (0..dots.width()).map(move |x| (x, y)));
    let pixels: Vec<u8> = places.flat_map(|(x, y)| if dots.get(x, y) { [30, 200] } else { [0, 0] }).collect();
    let mut writer = encoder.write_header().expect("into memory");
    writer.write_image_data(&pixels).expect("into memory");
    writer.finish().expect("into memory");
    png
}

pub(super) fn of_a_bag() -> Label {
    let container = ContainerLabel {
        id: "US-LAX-1.LAX1-ST03.B000012".into(),
        sscc: Some("006141411234567890".into()),
        parcels: 14,
        bags: None,
    };
    let Label { from, ship_date, .. } = sample("");
    Label::of_container(container, from, "OnTrac".into(), Mass::from_grams(12_345), ship_date, true)
}

/// GS1 General Specifications 6.6 and 5.12.3.4: narrowest bar 0.495 to 1.016 mm, 32 mm high, quiet zones of ten, the bars
/// lowest, what they say below them.
#[test]
fn a_bags_sscc_reads_back_in_every_language_as_gs1_wants_it() {
    for (labels, language, dpi) in ALL.iter() {
        let label = of_a_bag();
        let what = format!("sscc in {language:?} at {dpi} dpi");
        let drawn = on_paper(labels, *language, *dpi, "sscc", &label);
        if let Some(folder) = std::env::var_os("PARCELD_LABELS") {
            let file = Path::new(&folder).join(format!("sscc-{language:?}-{dpi}.png"));
            std::fs::write(file, &drawn.png).expect("the folder of PARCELD_LABELS");
        }
        let read: Vec<(&str, bool)> =
            drawn.report.decoded.iter().map(|symbol| (symbol.text.as_str(), symbol.gs1)).collect();
        assert_eq!(read, [("00006141411234567890", true)], "{what}");
        assert_eq!((&drawn.report.clipped, &drawn.report.error), (&Vec::new(), &None), "{what}");

        let document = labels.document("sscc", &label).expect("it fits");
        let bars = document.elements.iter().find_map(|element| match element {
            Element::Bars { at, module, height, symbol } => Some((*at, *module, *height, symbol.modules())),
            _ => None,
        });
        let (at, module, height, modules) = bars.expect("bars");
        // Micrometres of so many dots.
        let um = |dots: u32| u64::from(dots) * 1_000_000_000 / u64::from(document.dots_per_metre) / 1_000;
        assert!((495..=1_016).contains(&um(module)), "{what}: {} um", um(module));
        assert!(um(height) >= 31_900, "{what}: {} um", um(height));
        let right = document.width - at.x - modules * module;
        assert!(at.x >= 10 * module && right >= 10 * module, "{what}: quiet zones of {} and {right} dots", at.x);
        let below = |element: &&Element| matches!(element, Element::Text(text) if text.at.y > at.y + height);
        let below: Vec<&Element> = document.elements.iter().filter(below).collect();
        assert!(matches!(below[..], [Element::Text(text)] if text.text == "(00) 006141411234567890"), "{below:?}");
    }
}

#[test]
fn a_pallets_label_says_how_many_bags_and_parcels_are_on_it() {
    for (labels, language, dpi) in ALL.iter() {
        let mut label = of_a_bag();
        let pallet = label.container.as_mut().expect("a bag");
        (pallet.bags, pallet.parcels) = (Some(1_204), 30_507);
        let drawn = on_paper(labels, *language, *dpi, "sscc", &label);
        if let Some(folder) = std::env::var_os("PARCELD_LABELS") {
            let file = Path::new(&folder).join(format!("pallet-{language:?}-{dpi}.png"));
            std::fs::write(file, &drawn.png).expect("the folder of PARCELD_LABELS");
        }
        assert_eq!((&drawn.report.clipped, &drawn.report.error), (&Vec::new(), &None), "{language:?} at {dpi}");
        let document = labels.document("sscc", &label).expect("it fits");
        for wanted in ["PALLET", "BAGS", "1204", "PARCELS", "30507", "12.345 kg"] {
            let says = |element: &Element| matches!(element, Element::Text(text) if text.text == wanted);
            assert!(document.elements.iter().any(says), "{wanted} in {language:?} at {dpi}");
        }
    }
}

#[test]
fn a_bag_without_an_sscc_has_no_sscc_label() {
    let mut label = of_a_bag();
    label.container.as_mut().expect("a bag").sscc = None;
    assert!(ALL[0].0.document("sscc", &label).is_err());
}

/// Names and places in six scripts, put together by a counter.
fn address(number: usize) -> Address {
    const NAMES: [&str; 12] = [
        "王小明",
        "欧阳娜娜 (Nana)",
        "山田太郎",
        "김민준",
        "สมชาย ใจดี",
        "ศรีสุวรรณ วงศ์ประเสริฐ",
        "Nguyễn Thị Minh Khai",
        "Đặng Ngọc Ẩn",
        "María José Núñez",
        "Łukasz Żółć",
        "Siti Nurhaliza binti Tarudin",
        "O'Brien & Sons, Ltd.",
    ];
    const STREETS: [&str; 9] = [
        "广东省深圳市南山区科技园南区深圳湾科技生态园9栋A座1205",
        "東京都渋谷区神南1-2-3",
        "서울특별시 강남구 테헤란로 152",
        "99/5 หมู่ 4 ถนนสุขุมวิท แขวงคลองเตยเหนือ",
        "Số 12, Đường Nguyễn Huệ, Phường Bến Nghé",
        "3200 Wilshire Blvd",
        "Calle de Alcalá 45, 3º izquierda",
        "Jalan Ampang Hilir 2/1",
        "Улица Ленина 5",
    ];
    let pick = |list: &[&str], step: usize| list[number * step % list.len()].to_owned();
    Address {
        name: pick(&NAMES, 5),
        line1: pick(&STREETS, 7),
        line2: if number.is_multiple_of(3) { pick(&NAMES, 7) } else { String::new() },
        city: pick(&["Los Angeles", "Hồ Chí Minh", "กรุงเทพมหานคร", "New York", "深圳"], 3),
        region: "CA".into(),
        postcode: format!("{:05}", 10_001 + number * 457 % 80_000),
        country: "US".into(),
        ..Address::default()
    }
}

/// Addresses for each language and resolution: every one of the six has another sixth of them.
const ADDRESSES: usize = 8;

/// `PARCELD_ADDRESSES=n` prints n for each language and resolution.
fn addresses_read_back(which: usize) {
    let count = std::env::var("PARCELD_ADDRESSES").ok().and_then(|count| count.parse().ok()).unwrap_or(ADDRESSES);
    let (labels, language, dpi) = &ALL[which];
    for number in (which..).step_by(ALL.len()).take(count) {
        let (layout, tracking) = LAYOUTS[number / 6 % LAYOUTS.len()];
        let label = Label { to: address(number), ..sample(tracking) };
        let drawn = on_paper(labels, *language, *dpi, layout, &label);
        reads_back(&drawn, layout, &label, &format!("address {number}: {layout} in {language:?} at {dpi} dpi"));
    }
}

#[test]
fn addresses_in_six_scripts_read_back_from_zpl_at_203_dpi() {
    addresses_read_back(0);
}

#[test]
fn addresses_in_six_scripts_read_back_from_zpl_at_300_dpi() {
    addresses_read_back(1);
}

#[test]
fn addresses_in_six_scripts_read_back_from_tspl_at_203_dpi() {
    addresses_read_back(2);
}

#[test]
fn addresses_in_six_scripts_read_back_from_tspl_at_300_dpi() {
    addresses_read_back(3);
}

#[test]
fn addresses_in_six_scripts_read_back_from_escpos_at_203_dpi() {
    addresses_read_back(4);
}

#[test]
fn addresses_in_six_scripts_read_back_from_escpos_at_300_dpi() {
    addresses_read_back(5);
}

/// What each carrier's label says beside the sample, and one in other scripts.
const PICTURES: [(&str, &str, &str, &str, &str); 5] = [
    ("usps", "impb", "USPS", "GROUND ADVANTAGE", "9261290345678900000016"),
    ("ontrac", "ontrac", "ONTRAC", "GROUND", "D10011354453707"),
    ("jt", "sorted", "J&T EXPRESS", "MALAYSIA", "630002864925"),
    ("yodel", "parcel", "YODEL", "HOME 48", "JJD0002257639032011"),
    ("scripts", "parcel", "NINJA VAN", "THAILAND", "NVTHPARCELD0000042"),
];
/// Black where it was white or the reverse, in a million dots: a curve may round otherwise on another processor.
const DIFFERING: usize = 300;

/// The labels as this program draws them; `PARCELD_UPDATE_GOLDEN=1` draws them anew, to be looked at.
#[test]
fn labels_look_as_they_did_when_somebody_looked() {
    let labels = labels(Language::Zpl, 203);
    for (name, layout, carrier, service, tracking) in PICTURES {
        let mut label = Label { carrier: carrier.into(), service: service.into(), ..sample(tracking) };
        if name == "scripts" {
            let to =
                ["สมชาย ใจดี", "99/5 หมู่ 4 ถนนสุขุมวิท แขวงคลองเตยเหนือ", "王小明 · 김민준 · Nguyễn Thị Ẩn", "กรุงเทพมหานคร"];
            let [name, line1, line2, city] = to.map(str::to_owned);
            label.to = Address { name, line1, line2, city, postcode: "10110".into(), country: "TH".into(), ..label.to };
            (label.sort_code, label.sort_detail, label.to.region) = (None, None, String::new());
        }
        let document = labels.document(layout, &label).unwrap_or_else(|error| panic!("{name}: {error}"));
        let drawn = labels.pixels(&document);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/pictures/labels/{name}.png"));
        if std::env::var_os("PARCELD_UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, drawn.png()).expect("a writable source tree");
        }
        let golden = dots(&std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
        assert_eq!(golden.len(), drawn.bits().len(), "{name}: another size");
        let differing: u32 = golden.iter().zip(drawn.bits()).map(|(was, is)| (was ^ is).count_ones()).sum();
        assert!(
            differing as usize <= golden.len() * 8 * DIFFERING / 1_000_000,
            "{name}: {differing} dots differ; if it is meant, run again with PARCELD_UPDATE_GOLDEN=1 and look at it"
        );
    }
}

/// The rows of a PNG of one bit a dot; 1 is black.
fn dots(png: &[u8]) -> Vec<u8> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().expect("a PNG");
    let mut dots = vec![0; reader.output_buffer_size().expect("a picture of this size")];
    reader.next_frame(&mut dots).expect("a whole PNG");
    dots.iter_mut().for_each(|byte| *byte = !*byte);
    dots
}
