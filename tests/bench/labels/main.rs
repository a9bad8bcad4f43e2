//! Labels against the clock: `cargo bench --bench labels [-- native|pictures|scripts|preview|supplied]`. No label is like the one before.

#![expect(clippy::float_arithmetic, unreachable_pub, reason = "a bench divides what it measured, and is one program")]

#[path = "../machine.rs"]
mod machine;
#[expect(dead_code, reason = "the tests draw more kinds of pages")]
#[path = "../../suite/sheet.rs"]
mod sheet;

use std::path::Path;
use std::time::{Duration, Instant};

use machine::Times;
use parceld::exchange::supplied::{File, LabelFormat, Wanted};
use parceld::label::layout::{CellContent, Extent, Layout, LayoutCell, LayoutRow};
use parceld::label::{Bitmap, Draws, Label, Labels, Language, Media, PrinterFormat};
use parceld::station::order::Address;
use parceld::units::{Date, Length, Mass};

const LABEL: Media = Media { dpi: 203, width_mm: 100, height_mm: 150 };
const RECEIPT: Media = Media { dpi: 203, width_mm: 72, height_mm: 0 };
/// How long each is measured.
const MEASURED: Duration = Duration::from_secs(2);

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    println!("{}", machine::describe(&std::env::temp_dir()));
    let parts: [(&str, fn()); 5] = [
        ("native", native),
        ("pictures", pictures),
        ("scripts", scripts),
        ("preview", preview),
        ("supplied", supplied),
    ];
    for (name, measure) in parts {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            measure();
        }
    }
}

/// The shipped layout for this paper, with a logo of 200 x 100 dots above it.
fn labels(language: Language, media: Media, draws: Draws, logo: bool) -> Labels {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/labels");
    let (mut layouts, problems) = parceld::config::labels::read(&folder, media);
    assert!(!problems.has_errors(), "{problems}");
    let parcel = layouts.get_mut("parcel").expect("a shipped layout");
    if logo {
        add_logo(parcel);
    }
    Labels::new(PrinterFormat { language, draws, packed: false, media }, layouts.into_values())
}

fn add_logo(layout: &mut Layout) {
    let mut dots = Bitmap::new(200, 100);
    // Rings: neither empty nor noise, like a logo.
    for (x, y) in (0..200).flat_map(|x| (0..100).map(move |y| (x, y))) {
        let from_centre = (x as i64 - 100).pow(2) + (y as i64 - 50).pow(2);
        dots.set(x, y, from_centre / 400 % 2 == 0);
    }
    let cell = LayoutCell {
        width: Extent::Rest,
        only_with: None,
        padding: Length::ZERO,
        frame: None,
        reverse: false,
        content: CellContent::Image(dots.into()),
    };
    let height = Extent::Fixed("13mm".parse().expect("a length"));
    layout.rows.insert(0, LayoutRow { height, only_with: None, cells: vec![cell] });
}

fn sample(number: u64) -> Label {
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
    label.to = Address {
        name: format!("Jordan Alvarez {number}"),
        line1: format!("{} Wilshire Blvd", number % 9000 + 100),
        line2: format!("Apt {}", number % 300),
        postcode: format!("{:05}", 10_000 + number % 80_000),
        ..label.to
    };
    label.mass = Mass::from_grams(i64::try_from(number % 20_000).expect("small") + 50);
    label.tracking = format!("{:012}", 630_000_000_000 + number);
    label.order_ref = format!("{}", 576_461_413_038_700_000 + number);
    label.attempt = 1;
    label.specimen = false;
    label
}

/// How many a second, and bytes of one.
fn measure(labels: &Labels, of: impl Fn(u64) -> Label) -> (f64, usize, Times) {
    let (mut times, mut bytes) = (Vec::new(), 0);
    let begin = Instant::now();
    let mut number = 0;
    while begin.elapsed() < MEASURED {
        let label = of(number);
        let before = Instant::now();
        let job = labels.print("parcel", &label).expect("a label that fits");
        times.push(before.elapsed());
        bytes = job.len();
        number += 1;
    }
    let all: Duration = times.iter().sum();
    (times.len() as f64 / all.as_secs_f64(), bytes, times.into_iter().collect())
}

const LANGUAGES: [(&str, Language, Media); 3] =
    [("zpl", Language::Zpl, LABEL), ("tspl", Language::Tspl, LABEL), ("escpos", Language::EscPos, RECEIPT)];

/// The printer draws its own text and bars.
fn native() {
    LANGUAGES.iter().for_each(|printer| rate(*printer, "text and bars", Draws::TextAndBars));
}

/// It draws its own bars, or nothing.
fn pictures() {
    for (how, draws) in [("bars", Draws::Bars), ("nothing", Draws::Nothing)] {
        LANGUAGES.iter().for_each(|printer| rate(*printer, how, draws));
    }
}

fn rate((name, language, media): (&str, Language, Media), how: &str, draws: Draws) {
    let (rate, bytes, _) = measure(&labels(language, media, draws, true), sample);
    let (_, plain, _) = measure(&labels(language, media, draws, false), sample);
    let seconds = plain as f64 * 10.0 / 9600.0;
    println!(
        "{name}, printer draws {how}: {rate:.0} labels/s with a logo, {bytes} bytes; {plain} bytes without, {seconds:.1} s at 9600 baud"
    );
}

/// Four lines that the printer has no letters for.
fn in_scripts(number: u64) -> Label {
    let mut label = sample(number);
    label.to.name = format!("王小明 {number} 欧阳娜娜");
    label.to.line1 = format!("{number} ถนนสุขุมวิท แขวงคลองเตย");
    label.to.line2 = format!("서울특별시 강남구 테헤란로 {number}");
    label.to.city = format!("Hồ Chí Minh {number}");
    label
}

fn scripts() {
    for (name, language, media) in LANGUAGES {
        let begin = Instant::now();
        let labels = labels(language, media, Draws::TextAndBars, false);
        let _ = labels.print("parcel", &in_scripts(0));
        let first = begin.elapsed();
        let (_, bytes, times) = measure(&labels, |number| in_scripts(number + 1));
        println!(
            "{name}, four lines in Han, Thai, Hangul and Vietnamese: {:.2} ms median, {:.2} p99, {bytes} bytes; the first with loading the fonts {:.1} ms",
            times.median().as_secs_f64() * 1e3,
            times.percentile(99).as_secs_f64() * 1e3,
            first.as_secs_f64() * 1e3,
        );
    }
}

fn preview() {
    let labels = labels(Language::Zpl, LABEL, Draws::TextAndBars, true);
    let mut times = Vec::new();
    for number in 0..200 {
        let label = sample(number);
        let before = Instant::now();
        let document = labels.document("parcel", &label).expect("a label that fits");
        let png = labels.pixels(&document).png();
        times.push(before.elapsed());
        assert!(!png.is_empty());
    }
    let times: Times = times.into_iter().collect();
    println!("a preview as PNG: {:.2} ms median", times.median().as_secs_f64() * 1e3);
}

/// A label made elsewhere, from the file's bytes to the printer's: an A6 page on 4 x 6 in paper.
fn supplied() {
    const NUMBER: &str = "JJD0002257639032011";
    let paper = Media { dpi: 203, width_mm: 102, height_mm: 152 };
    let printer = PrinterFormat { language: Language::Zpl, draws: Draws::TextAndBars, packed: false, media: paper };
    let page = sheet::pdf(&[sheet::Sheet::new(sheet::A6, NUMBER)]);
    let wanted = Wanted { number: NUMBER.to_owned(), ..Wanted::default() };
    let (mut times, begin) = (Vec::new(), Instant::now());
    while begin.elapsed() < MEASURED {
        let before = Instant::now();
        let mut file = File::open(page.clone(), LabelFormat::Pdf, printer).expect("a PDF");
        file.label(&wanted, &mut || {}).expect("a label");
        times.push(before.elapsed());
    }
    let times: Times = times.into_iter().collect();
    println!(
        "a PDF page of A6 read, drawn and fitted: {:.2} ms median, {:.2} p99",
        times.median().as_secs_f64() * 1e3,
        times.percentile(99).as_secs_f64() * 1e3
    );
}
