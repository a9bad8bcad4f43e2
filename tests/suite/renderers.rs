//! Our renderer draws our labels as the independent one does. Bars, boxes and pictures are the same dot for dot. Letters are
//! of another font: they stand in the same room, on the same base line, and are about as wide.

use std::io::Cursor;

use hal::sim::{DrawnJob, PrinterSettings, Renderer, Report, decode, draw};
use parceld::label::document::{Align, Area, Document, Element, Point, Text};
use parceld::label::{Bitmap, Draws, Label, Labels, Language};

use crate::labels;

/// A label in one language at one resolution.
struct Case {
    what: String,
    document: Document,
    ours: Drawn,
    theirs: Drawn,
    /// Where the printer puts the document's left edge: what is narrower than its paper stands in the middle.
    left: u32,
}

/// What one renderer made of it.
struct Drawn {
    dots: Bitmap,
    report: Report,
}

/// The printer's names of a language and a resolution, and its dots of a millimetre.
fn printer(language: Language, dpi: u32) -> (hal::printer::Language, u16, u32) {
    let language = match language {
        Language::Zpl => hal::printer::Language::Zpl,
        Language::Tspl => hal::printer::Language::Tspl,
        Language::EscPos => hal::printer::Language::EscPos,
    };
    if dpi == 203 { (language, 203, 8) } else { (language, 300, 12) }
}

fn drawn(labels: &Labels, what: String, document: Document) -> Case {
    let (language, dpi, per_mm) = printer(labels.printer.language, labels.printer.media.dpi);
    let job = labels.encode(&document);
    let mm = |dots: u32| u16::try_from(dots.div_ceil(per_mm)).expect("a label");
    let (width_mm, height_mm) = (mm(document.width), mm(document.height));
    let by = |renderer| {
        draw(language, &job, PrinterSettings { dpi, width_mm, height_mm, renderer, ..PrinterSettings::default() })
    };
    let centred = language == hal::printer::Language::Zpl;
    let left = if centred { (u32::from(width_mm) * per_mm - document.width) / 2 } else { 0 };
    let (ours, theirs) = (by(Renderer::Own), by(Renderer::Labelize));
    if let Some(folder) = std::env::var_os("PARCELD_LABELS") {
        for (renderer, job) in [("ours", &ours), ("theirs", &theirs)] {
            let file = std::path::Path::new(&folder).join(format!("{what} {renderer}.png"));
            std::fs::write(file, &job.png).expect("the folder of PARCELD_LABELS");
        }
    }
    let drawn = |job: DrawnJob| Drawn { dots: dots(&job), report: job.report };
    Case { what, document, ours: drawn(ours), theirs: drawn(theirs), left }
}

/// Every layout and a bag's label at 203 dpi, names in other scripts, pictures packed, labels that are all pictures.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (language, dpi) in [(Language::Zpl, 203), (Language::Zpl, 300), (Language::Tspl, 203), (Language::Tspl, 300)] {
        let mut labels = labels::labels(language, dpi);
        let mut draw = |labels: &Labels, layout: &str, label: &Label| {
            let what = format!("{layout} {} {language:?} {dpi} {:?}", label.tracking, labels.printer.draws);
            cases.push(drawn(labels, what, labels.document(layout, label).expect("it fits")));
        };
        if dpi == 203 {
            draw(&labels, "sscc", &labels::of_a_bag());
            for (layout, tracking) in labels::LAYOUTS.into_iter().filter(|(_, tracking)| !tracking.starts_with("JJD")) {
                draw(&labels, layout, &Label { attempt: 2, specimen: true, ..labels::sample(tracking) });
            }
        }
        let mut foreign = labels::sample("1LS717793482164");
        foreign.to.name = "Nguyễn Thị Minh Khai 王小明".into();
        labels.printer.packed = language == Language::Zpl;
        draw(&labels, "parcel", &foreign);
        if dpi == 203 {
            labels.printer.draws = Draws::Nothing;
            draw(&labels, "parcel", &foreign);
        }
    }
    cases
}

fn dots(drawn: &DrawnJob) -> Bitmap {
    let mut decoder = png::Decoder::new(Cursor::new(&drawn.png));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().expect("a picture");
    let mut grey = vec![0; reader.output_buffer_size().expect("a small one")];
    let frame = reader.next_frame(&mut grey).expect("a picture");
    assert_eq!(frame.color_type, png::ColorType::Grayscale);
    Bitmap::of(frame.width, frame.height, |x, y| grey[(y * frame.width + x) as usize] < 128)
}

/// Where a text stands: the room that it has, as high as its cell.
fn room(text: &Text, left: u32) -> Area {
    Area { at: Point { x: text.at.x + left, y: text.at.y }, width: text.room, height: text.size }
}

/// What it may blacken: letters of another font reach a little beyond their cell.
fn whiten(dots: &mut Bitmap, text: &Text, left: u32) {
    let Area { at, width, height } = room(text, left);
    let beyond = 2 + text.size / 16;
    let (x, y) = (at.x.saturating_sub(beyond), at.y.saturating_sub(beyond));
    for (down, across) in (y..at.y + height + beyond).flat_map(|y| (x..at.x + width + beyond).map(move |x| (y, x))) {
        dots.set(across, down, false);
    }
}

/// All texts, also those in reversed areas.
fn texts(elements: &[Element]) -> Vec<&Text> {
    let mut found = Vec::new();
    for element in elements {
        match element {
            Element::Text(text) => found.push(text),
            Element::Reverse(_, inside) => found.extend(texts(inside)),
            _ => {}
        }
    }
    found
}

#[test]
fn our_renderer_draws_our_labels_as_the_independent_one_does() {
    for case in cases() {
        the_codes_are_the_same(&case);
        texts_stand_in_the_same_room_on_the_same_base_line_and_are_about_as_wide(&case);
        all_else_is_the_same_dot_for_dot(&case);
    }
}

/// Bars are found anywhere on the label, two-dimensional codes where they stand: a reader that seeks them on a whole label is
/// led astray by letters.
fn the_codes_are_the_same(Case { what, document, ours, theirs, left }: &Case) {
    let bars = |drawn: &Drawn| {
        let decoded = drawn.report.decoded.iter().filter(|symbol| symbol.symbology == "code128");
        decoded.cloned().collect::<Vec<_>>()
    };
    assert_eq!(bars(ours), bars(theirs), "{what}");
    assert!(!bars(ours).is_empty(), "{what}");
    for element in &document.elements {
        let Element::Picture { at, picture } = element else { continue };
        const QUIET: u32 = 16;
        let corner = Point { x: (at.x + left).saturating_sub(QUIET), y: at.y.saturating_sub(QUIET) };
        let (width, height) = (picture.dots().width() + 2 * QUIET, picture.dots().height() + 2 * QUIET);
        let says = |dots: &Bitmap| decode::matrices(&dots.cut(Area { at: corner, width, height }).png());
        assert_eq!(says(&ours.dots), says(&theirs.dots), "{what}");
    }
    for report in [&ours.report, &theirs.report] {
        assert_eq!((&report.clipped, &report.error), (&Vec::new(), &None), "{what}");
        assert_eq!(report.unsupported, [""; 0], "{what}");
    }
}

fn all_else_is_the_same_dot_for_dot(Case { what, document, ours, theirs, left }: &Case) {
    let (mut mine, mut other) = (ours.dots.clone(), theirs.dots.clone());
    assert_eq!((mine.width(), mine.height()), (other.width(), other.height()), "{what}");
    for text in texts(&document.elements) {
        whiten(&mut mine, text, *left);
        whiten(&mut other, text, *left);
    }
    let differ: Vec<u32> = (0..mine.height()).filter(|y| mine.row(*y) != other.row(*y)).collect();
    assert_eq!(differ, [0; 0], "{what}: rows that differ outside the texts");
    assert!(!mine.is_blank(), "{what}");
}

fn texts_stand_in_the_same_room_on_the_same_base_line_and_are_about_as_wide(case: &Case) {
    let Case { what, document, ours, theirs, left } = case;
    let reversed = document.elements.iter().filter_map(|element| match element {
        Element::Reverse(area, _) => Some(*area),
        _ => None,
    });
    let reversed: Vec<Area> = reversed.collect();
    let inside = |text: &Text, area: &Area| {
        (area.at.y..area.at.y + area.height).contains(&text.at.y)
            && (area.at.x..area.at.x + area.width).contains(&text.at.x)
    };
    // On a black ground the letters are white: their ink is found by turning it over.
    for text in texts(&document.elements) {
        let ground = reversed.iter().any(|area| inside(text, area));
        let ink = |dots: &Bitmap| {
            let mut cut = dots.cut(Area { height: text.size * 4 / 5, ..room(text, *left) });
            if ground {
                cut = Bitmap::of(cut.width(), cut.height(), |x, y| !cut.get(x, y));
            }
            cut.ink().unwrap_or_else(|| panic!("{what}: no {:?}", text.text))
        };
        let (mine, other) = (ink(&ours.dots), ink(&theirs.dots));
        let tall = text.size / 6 + 3;
        let bottom = |area: Area| area.at.y + area.height;
        assert!(mine.at.y.abs_diff(other.at.y) <= tall, "{what}: the top of {:?}: {mine:?} {other:?}", text.text);
        assert!(bottom(mine).abs_diff(bottom(other)) <= tall, "{what}: {:?}: {mine:?} {other:?}", text.text);
        let wide = other.width / 4 + text.size / 3;
        assert!(mine.width.abs_diff(other.width) <= wide, "{what}: the width of {:?}: {mine:?} {other:?}", text.text);
        let middle = |area: Area| area.at.x + area.width / 2;
        if text.align == Align::Middle && !ground {
            assert!(middle(mine).abs_diff(middle(other)) <= 6, "{what}: {:?}: {mine:?} {other:?}", text.text);
        }
    }
}
