//! Labels made elsewhere, in every form they come in, read back from the pixels of what the printer is sent.

use std::path::Path;

use hal::sim::{DrawnJob, PrinterSettings, draw};
use parceld::exchange::supplied::{File, LabelFormat, SuppliedError, Wanted};
use parceld::label::{Bitmap, Draws, Labels, Language, Media, PrinterFormat, Supplied};

use super::sheet::{A4, A6, PAPER, Sheet, pdf};

const NUMBER: &str = "JJD0002257639032011";
const OTHER: &str = "JJD0002257639032012";
const THIRD: &str = "JJD0002257639032013";
const LANGUAGES: [(Language, hal::printer::Language); 3] = [
    (Language::Zpl, hal::printer::Language::Zpl),
    (Language::Tspl, hal::printer::Language::Tspl),
    (Language::EscPos, hal::printer::Language::EscPos),
];

fn printer(language: Language, dpi: u32) -> PrinterFormat {
    let media = Media { dpi, width_mm: 100, height_mm: 150 };
    PrinterFormat { language, draws: Draws::TextAndBars, packed: false, media }
}

fn wanted(number: &str, page: Option<u32>) -> Wanted {
    Wanted { number: number.to_owned(), page, dpi: None }
}

fn read(bytes: Vec<u8>, format: LabelFormat, dpi: u32, wanted: &Wanted) -> Result<Supplied, SuppliedError> {
    File::open(bytes, format, printer(Language::Zpl, dpi))?.label(wanted, &mut || ())
}

fn why(result: Result<Supplied, SuppliedError>) -> String {
    result.expect_err("must be refused").to_string()
}

/// What an engine that we did not write draws of the job.
fn printed(supplied: &Supplied, ours: Language, theirs: hal::printer::Language, attempt: u32) -> DrawnJob {
    let dpi = supplied.media.dpi;
    let labels = Labels::new(PrinterFormat { media: supplied.media, ..printer(ours, dpi) }, []);
    let job = labels.supplied(supplied, attempt, false).expect("made for this printer");
    let (width, height) = supplied.media.size();
    let per_mm = if dpi == 203 { 8 } else { 12 };
    let mm = |dots: u32| u16::try_from(dots.div_ceil(per_mm)).expect("a label");
    let across = mm(width).max(u16::try_from(width.div_ceil(8)).expect("a label"));
    let width_mm = if theirs == hal::printer::Language::EscPos { across } else { mm(width) };
    let dpi = if dpi == 203 { 203 } else { 300 };
    draw(theirs, &job, PrinterSettings { dpi, width_mm, height_mm: mm(height), ..PrinterSettings::default() })
}

fn reads_back(supplied: &Supplied, what: &str) {
    for (ours, theirs) in LANGUAGES {
        let drawn = printed(supplied, ours, theirs, 1);
        let read = drawn.report.decoded.iter().any(|symbol| symbol.text == NUMBER);
        if !read {
            let picture = std::env::temp_dir().join("parceld-unread-label.png");
            std::fs::write(&picture, &drawn.png).expect("a temporary folder");
            panic!("{what} in {ours:?}: {:?}; see {}", drawn.report.decoded, picture.display());
        }
        assert_eq!(drawn.report.clipped, [""; 0], "{what} in {ours:?}");
        assert_eq!(drawn.report.error, None, "{what} in {ours:?}");
    }
}

/// `PARCELD_LABELS=folder` keeps the papers to look at.
fn paper(supplied: &Supplied, name: &str) -> Bitmap {
    let paper = supplied.paper().expect("dots");
    if let Some(folder) = std::env::var_os("PARCELD_LABELS") {
        std::fs::write(Path::new(&folder).join(format!("supplied-{name}.png")), paper.png()).expect("the folder");
    }
    paper
}

#[test]
fn a_page_of_the_papers_size_and_one_of_a6_read_back_in_every_language_and_resolution() {
    for dpi in [203, 300] {
        for (page, name) in [(PAPER, "paper"), (A6, "a6")] {
            let label =
                read(pdf(&[Sheet::new(page, NUMBER)]), LabelFormat::Pdf, dpi, &wanted(NUMBER, Some(1))).unwrap();
            let paper = paper(&label, &format!("{name}-{dpi}"));
            let ink = paper.ink().expect("a label");
            // 92 mm are 92 mm: nothing was scaled.
            let dots = 92 * label.media.dots_per_metre() / 1_000;
            assert!(ink.width.abs_diff(dots) <= 1, "{name} at {dpi} dpi: {ink:?}");
            reads_back(&label, &format!("{name} at {dpi} dpi"));
        }
    }
}

#[test]
fn a_label_on_an_a4_sheet_is_found_wherever_it_lies_and_keeps_its_size() {
    let at_the_foot = Sheet::new(A4, NUMBER);
    let elsewhere = Sheet { at: (11_000, 15_000), ..at_the_foot.clone() };
    let turned = Sheet { at: (18_000, 2_000), turned: true, ..at_the_foot.clone() };
    for (sheet, name) in [(at_the_foot, "foot"), (elsewhere, "elsewhere"), (turned, "turned")] {
        let label = read(pdf(&[sheet]), LabelFormat::Pdf, 203, &wanted(NUMBER, None)).unwrap();
        let ink = paper(&label, &format!("a4-{name}")).ink().expect("a label");
        assert!(ink.width.abs_diff(736) <= 1 && ink.height.abs_diff(1_120) <= 1, "{name}: {ink:?}");
        reads_back(&label, name);
    }
}

#[test]
fn a_label_somewhat_too_large_is_shrunk_and_still_reads_back_and_one_twice_as_long_is_refused() {
    // Two labels' worth of height.
    let twice = Sheet { high: 2, at: (300, 200), ..Sheet::new(A4, NUMBER) };
    let refused = why(read(pdf(&[twice]), LabelFormat::Pdf, 203, &wanted(NUMBER, Some(1))));
    assert!(refused.starts_with("what is on it is 92 x 280 mm and would be shrunk to 53 % for 203 dpi"), "{refused}");

    let narrow = Media { dpi: 203, width_mm: 80, height_mm: 150 };
    let narrow = PrinterFormat { media: narrow, ..printer(Language::Zpl, 203) };
    let sheet = pdf(&[Sheet::new(A6, NUMBER)]);
    let mut file = File::open(sheet, LabelFormat::Pdf, narrow).unwrap();
    let label = file.label(&wanted(NUMBER, None), &mut || ()).unwrap();
    let ink = paper(&label, "shrunk").ink().expect("a label");
    assert!((600..=640).contains(&ink.width), "{ink:?}");
    reads_back(&label, "shrunk to 86 %");
}

#[test]
fn a_file_for_many_orders_is_split_by_the_number_each_page_shows() {
    let written = [OTHER, NUMBER, THIRD].map(|number| Sheet { bars: String::new(), ..Sheet::new(A6, number) });
    let barred = [OTHER, NUMBER, THIRD].map(|number| Sheet { text: String::new(), ..Sheet::new(A6, number) });
    for (sheets, what) in [(&written, "in writing"), (&barred, "in bars")] {
        let mut file = File::open(pdf(sheets), LabelFormat::Pdf, printer(Language::Zpl, 203)).unwrap();
        for (page, number) in (1..).zip([OTHER, NUMBER, THIRD]) {
            let found = file.label(&wanted(number, None), &mut || ()).unwrap();
            let named = file.label(&wanted(number, Some(page)), &mut || ()).unwrap();
            assert_eq!(found, named, "{number} {what}");
        }
    }
    // Groups of digits are one number.
    let grouped = Sheet { text: "JJD 0002 2576 3903 2011".into(), ..written[0].clone() };
    let sheets = [written[0].clone(), grouped];
    assert!(read(pdf(&sheets), LabelFormat::Pdf, 203, &wanted(NUMBER, None)).is_ok());
}

#[test]
fn a_number_on_no_page_or_on_two_is_refused_and_never_guessed() {
    let sheets = [OTHER, THIRD, OTHER].map(|number| Sheet::new(A6, number));
    let refused = |number| why(read(pdf(&sheets), LabelFormat::Pdf, 203, &wanted(number, None)));
    assert_eq!(refused(NUMBER), format!("no page shows {NUMBER}; name its page in label.page, or get the label again"));
    assert_eq!(refused(OTHER), format!("pages 1, 3 all show {OTHER}; name the right one in label.page"));
    assert!(read(pdf(&sheets), LabelFormat::Pdf, 203, &wanted(OTHER, Some(3))).is_ok());
}

#[test]
fn of_a_label_and_its_packing_slip_the_one_with_the_bar_code_is_the_label() {
    let label = Sheet::new(A6, NUMBER);
    let slip = Sheet { bars: String::new(), ..label.clone() };
    let sheets = [Sheet::new(A6, OTHER), slip, label];
    let mut file = File::open(pdf(&sheets), LabelFormat::Pdf, printer(Language::Zpl, 203)).unwrap();
    let found = file.label(&wanted(NUMBER, None), &mut || ()).unwrap();
    assert_eq!(found, file.label(&wanted(NUMBER, Some(3)), &mut || ()).unwrap());
}

#[test]
fn a_page_that_shows_another_number_is_refused() {
    let sheets = pdf(&[Sheet::new(A6, OTHER), Sheet::new(A6, NUMBER)]);
    let refused = why(read(sheets.clone(), LabelFormat::Pdf, 203, &wanted(NUMBER, Some(1))));
    assert_eq!(refused, format!("it shows {OTHER}, not {NUMBER}; correct label.page or label.path"));
    let refused = why(read(sheets, LabelFormat::Pdf, 203, &wanted(NUMBER, Some(7))));
    assert_eq!(refused, "there is no page 7, the file has 2; correct label.page");
    // A page on which nothing can be read may be anything: the scan of the label decides.
    let silent = Sheet { bars: String::new(), text: String::new(), ..Sheet::new(A6, NUMBER) };
    assert!(read(pdf(&[silent]), LabelFormat::Pdf, 203, &wanted(NUMBER, Some(1))).is_ok());
}

#[test]
fn a_reprint_says_so_where_the_label_leaves_white() {
    let a6 = read(pdf(&[Sheet::new(A6, NUMBER)]), LabelFormat::Pdf, 203, &wanted(NUMBER, None)).unwrap();
    let labels = Labels::new(printer(Language::Zpl, 203), []);
    assert!(labels.marks_reprint(&a6));
    let job = |attempt| String::from_utf8_lossy(&labels.supplied(&a6, attempt, false).unwrap()).into_owned();
    assert!(job(2).contains("^FDR2^FS") && !job(1).contains("^FDR"));
    reads_back(&a6, "a reprint");
    let drawn = printed(&a6, Language::Zpl, hal::printer::Language::Zpl, 2);
    assert!(drawn.report.decoded.iter().any(|symbol| symbol.text == NUMBER));
}

// Pictures.

/// The dots of a label for this printer, as grey levels.
fn dots() -> Bitmap {
    let label = read(pdf(&[Sheet::new(PAPER, NUMBER)]), LabelFormat::Pdf, 203, &wanted(NUMBER, None)).unwrap();
    label.paper().expect("dots")
}

fn png(width: u32, height: u32, color: png::ColorType, depth: png::BitDepth, pixels: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if color == png::ColorType::Indexed {
        encoder.set_palette(vec![255, 255, 255, 40, 0, 60]);
    }
    encoder.write_header().unwrap().write_image_data(pixels).unwrap();
    bytes
}

#[test]
fn pictures_of_every_kind_come_out_dot_for_dot() {
    let label = dots();
    let (width, height) = (label.width(), label.height());
    let of = |black: &[u8], white: &[u8]| -> Vec<u8> {
        let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        all.flat_map(|(x, y)| if label.get(x, y) { black.to_vec() } else { white.to_vec() }).collect()
    };
    let eight = png::BitDepth::Eight;
    let kinds = [
        ("one bit", label.png()),
        ("grey", png(width, height, png::ColorType::Grayscale, eight, &of(&[0], &[255]))),
        ("dark grey on light", png(width, height, png::ColorType::Grayscale, eight, &of(&[90], &[200]))),
        ("16 bit", png(width, height, png::ColorType::Grayscale, png::BitDepth::Sixteen, &of(&[0, 9], &[250, 0]))),
        ("colour", png(width, height, png::ColorType::Rgb, eight, &of(&[10, 0, 90], &[255, 250, 240]))),
        ("clear", png(width, height, png::ColorType::Rgba, eight, &of(&[0, 0, 0, 255], &[0, 0, 0, 0]))),
        ("grey and clear", png(width, height, png::ColorType::GrayscaleAlpha, eight, &of(&[0, 255], &[0, 20]))),
        ("palette", png(width, height, png::ColorType::Indexed, eight, &of(&[1], &[0]))),
    ];
    for (kind, bytes) in kinds {
        let read = read(bytes, LabelFormat::Png, 203, &wanted(NUMBER, None)).unwrap();
        assert_eq!(read.paper().as_ref(), Some(&label), "{kind}");
    }
    reads_back(&read(label.png(), LabelFormat::Png, 203, &wanted(NUMBER, None)).unwrap(), "a picture");
}

/// A picture whose every dot is a square of so many, and which says how many dots it has in a metre.
fn enlarged(label: &Bitmap, times: u32, per_metre: Option<u32>) -> Vec<u8> {
    let (width, height) = (label.width() * times, label.height() * times);
    let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let pixels: Vec<u8> = all.map(|(x, y)| if label.get(x / times, y / times) { 0 } else { 255 }).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_pixel_dims(per_metre.map(|per| png::PixelDimensions { xppu: per, yppu: per, unit: png::Unit::Meter }));
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    bytes
}

#[test]
fn a_finer_picture_is_made_coarser_and_a_coarser_one_keeps_its_dots_square() {
    let label = dots();
    // 600 dpi for a head of 203: three to one, and every dot is there again.
    let fine = read(enlarged(&label, 3, Some(24_000)), LabelFormat::Png, 203, &wanted(NUMBER, None)).unwrap();
    assert_eq!(fine.paper().as_ref(), Some(&label));
    // Half as many dots as the paper has: each becomes a square of four.
    let coarse = Bitmap::of(400, 600, |x, y| label.get(200 + x, 500 + y));
    let doubled = read(coarse.png(), LabelFormat::Png, 203, &wanted("", None)).unwrap().paper().expect("dots");
    let ink = doubled.ink().expect("a label");
    assert!(ink.at.x.is_multiple_of(2) && ink.width.is_multiple_of(2) && ink.width > 400, "{ink:?}");
    // It says itself that it is small: then it stays small.
    let stays = read(enlarged(&coarse, 1, Some(8_000)), LabelFormat::Png, 203, &wanted("", None)).unwrap();
    assert!(stays.paper().and_then(|paper| paper.ink()).is_some_and(|ink| ink.width <= 400));
}

#[test]
fn a_picture_of_300_dpi_reads_back_on_a_head_of_203() {
    let fine = read(pdf(&[Sheet::new(PAPER, NUMBER)]), LabelFormat::Pdf, 300, &wanted(NUMBER, None)).unwrap();
    let fine = fine.paper().expect("dots");
    for per_metre in [Some(11_811), None] {
        let label = read(enlarged(&fine, 1, per_metre), LabelFormat::Png, 203, &wanted(NUMBER, None)).unwrap();
        reads_back(&label, "300 dpi on 203");
    }
}

// What is hostile.

#[test]
fn what_is_not_what_it_says_is_refused_with_what_to_do() {
    let whole = pdf(&[Sheet::new(A6, NUMBER)]);
    for (bytes, format, reason) in [
        (b"".to_vec(), LabelFormat::Pdf, "not a PDF that can be read; download it again"),
        (b"<html>log in</html>".to_vec(), LabelFormat::Pdf, "not a PDF that can be read; download it again"),
        (b"%PDF-1.7\nrubbish".to_vec(), LabelFormat::Pdf, "not a PDF that can be read; download it again"),
        (whole, LabelFormat::Png, "not a PNG that can be read; download it again"),
        (dots().png()[..400].to_vec(), LabelFormat::Png, "not a PNG that can be read; download it again"),
        (b"".to_vec(), LabelFormat::Png, "not a PNG that can be read; download it again"),
        (pdf(&[Sheet::new((3_000_000.0, 400.0), NUMBER)]), LabelFormat::Pdf, "the page is 1058333 x 141 mm"),
        (pdf(&[Sheet::new((5.0, 400.0), NUMBER)]), LabelFormat::Pdf, "the page is 2 x 141 mm"),
    ] {
        let refused = why(read(bytes, format, 203, &wanted(NUMBER, Some(1))));
        assert!(refused.starts_with(reason), "{refused}");
    }
    let mut huge = dots().png();
    huge[16..24].copy_from_slice(&[0, 0x7f, 0xff, 0xff, 0, 0x7f, 0xff, 0xff]);
    assert!(read(huge, LabelFormat::Png, 203, &wanted("", None)).is_err());
    let blank = Bitmap::new(800, 1200).png();
    assert_eq!(why(read(blank, LabelFormat::Png, 203, &wanted("", None))), SuppliedError::Blank.to_string());
}

#[test]
fn a_picture_of_more_dots_than_any_label_is_refused_by_its_header() {
    let mut header = png(1, 1, png::ColorType::Grayscale, png::BitDepth::Eight, &[0]);
    // 60,000 x 60,000 dots, with the checksum they would have.
    let mut chunk = b"IHDR".to_vec();
    chunk.extend([0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 0, 0, 0, 0]);
    let mut crc = flate2::Crc::new();
    crc.update(&chunk);
    header.splice(12..33, chunk.into_iter().chain(crc.sum().to_be_bytes()));
    let refused = why(read(header, LabelFormat::Png, 203, &wanted("", None)));
    assert_eq!(refused, "the picture is 60000 x 60000 dots; get it at 203 or 300 dpi");
}

#[test]
fn a_truncated_pdf_is_refused_or_mended_and_never_panics() {
    let whole = pdf(&[Sheet::new(A6, NUMBER), Sheet::new(A6, OTHER)]);
    for to in (0..whole.len()).step_by(97) {
        let _ = read(whole[..to].to_vec(), LabelFormat::Pdf, 203, &wanted(NUMBER, None));
    }
    let mut broken = whole.clone();
    let xref = broken.windows(9).rposition(|part| part == b"startxref").expect("a table");
    broken.truncate(xref);
    let mended = read(broken, LabelFormat::Pdf, 203, &wanted(NUMBER, None));
    assert!(mended.is_ok() || matches!(mended, Err(SuppliedError::Unreadable(_))), "{mended:?}");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(32))]

    #[test]
    fn no_bytes_make_the_reader_panic(
        noise in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..600),
        cuts in proptest::collection::vec((0..3_000_usize, proptest::prelude::any::<u8>()), 1..20),
        zpl in "(\\^[A-Z]{2}|~[A-Z]{2}|[ -~]|\n){0,40}",
    ) {
        let mut damaged = pdf(&[Sheet::new(A6, NUMBER), Sheet::new(A6, OTHER)]);
        let mut picture = Bitmap::new(40, 40).png();
        for (at, byte) in cuts {
            for bytes in [&mut damaged, &mut picture] {
                let place = at % bytes.len();
                bytes[place] = byte;
            }
        }
        let zpl = format!("^XA{zpl}^XZ").into_bytes();
        for (format, bytes) in [(LabelFormat::Pdf, damaged), (LabelFormat::Png, picture), (LabelFormat::Zpl, zpl)] {
            for bytes in [&bytes, &noise] {
                let _ = read(bytes.clone(), format, 203, &wanted(NUMBER, None));
            }
        }
    }
}
