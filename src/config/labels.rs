//! Label layouts: `<name>.toml`, or `<name>.<paper>.toml` where there is one for each paper.
//!
//! The format is documented in `config/labels/README.md`.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use super::problem::{Problem, Problems};
use super::table::{Source, Table};
use super::text::text_of;
use crate::exchange::supplied;
use crate::label::document::Align;
use crate::label::layout::{Bars, CellContent, Extent, Layout, LayoutCell, LayoutRow, Modules, TextStyle};
use crate::label::template::{LabelField, Template};
use crate::label::{ContainerLabel, Label, LabelError, LabelPicture, Labels, Matrix, Media, SSCC_LAYOUT};
use crate::rating::Cards;
use crate::station::order::Address;
use crate::units::{Date, Length, Mass};

/// Largest layout or image file: fifty times the layouts we ship.
const MAX_BYTES: u64 = 256 << 10;
/// Rows within cells within rows.
const DEEPEST: usize = 6;
/// Paper wider or higher than the layout leaves white around it; more than this and another layout is meant.
const LARGER: i64 = 4_000_000;

/// Every layout of `dir` that fits the paper, by the name carriers call it, with every problem of any of them.
pub fn read(dir: &Path, media: Media) -> (BTreeMap<String, Layout>, Problems) {
    let (mut layouts, mut problems) = (BTreeMap::new(), Problems::default());
    let files = match std::fs::read_dir(dir) {
        Ok(files) => files,
        Err(error) => {
            let todo = "give labels_dir the folder with the label layouts";
            problems.push(Problem::error(dir, format!("cannot be read: {error}"), todo));
            return (layouts, problems);
        }
    };
    let mut paths: Vec<_> = files.flatten().map(|file| file.path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "toml")) {
        let Some(layout) = file(path, media, &mut problems).filter(|layout| fits(layout, media)) else { continue };
        let name = layout.name.clone();
        if layouts.insert(name.clone(), layout).is_some() {
            let todo = "keep one of the files for each paper";
            problems.push(Problem::error(path, format!("a second layout {name:?} for the same paper"), todo));
        }
    }
    (layouts, problems)
}

/// Every service whose label has no layout for the paper, or cannot be drawn for an address as long as they come.
pub(super) fn problems(labels: &Labels, cards: &Cards, from: &Address, dir: &Path) -> Problems {
    let mut problems = Problems::default();
    for carrier in cards.carriers() {
        let file = dir.join(carrier.id.as_str()).join("carrier.toml");
        let mut sample = Label::sample(from.clone(), Date::EPOCH);
        sample.carrier.clone_from(&carrier.name);
        sample.values.clone_from(&carrier.values);
        if let Some(number) = carrier.number.as_ref().and_then(|rule| rule.number(1).ok()) {
            sample.tracking = number.to_string();
        }
        for service in &carrier.services {
            sample.service.clone_from(&service.name);
            let layout = carrier.layout(Some(&service.id));
            match labels.document(layout, &sample) {
                Ok(_) => {}
                Err(LabelError::Layout(name)) => {
                    let have: Vec<&str> = labels.names().collect();
                    let todo = format!("write one of {}, or add {name}.toml to the labels' folder", have.join(", "));
                    let what = format!("no layout {name:?} for the label printer's paper");
                    problems.push(Problem::error(&file, what, todo));
                    break;
                }
                Err(error) => {
                    let what = format!("the label of {} cannot be drawn with a long address: {error}", service.id);
                    let todo = format!("see `parceld label preview {}`, and give {layout}.toml more room", service.id);
                    problems.push(Problem::error(&file, what, todo).warning());
                }
            }
        }
    }
    problems
}

/// Why a bag's label with its SSCC cannot be printed on the label printer's paper.
pub(super) fn sscc_problem(labels: &Labels, from: &Address, id: String, file: &Path) -> Option<Problem> {
    let container = ContainerLabel { id, sscc: Some("0".repeat(18)), parcels: 99_999, bags: Some(9_999) };
    let mass = Mass::from_grams(999_999);
    let sample = Label::of_container(container, from.clone(), "CARRIER".to_owned(), mass, Date::EPOCH, true);
    let what = match labels.document(SSCC_LAYOUT, &sample) {
        Ok(_) => return None,
        Err(LabelError::Layout(_)) => {
            "bags have SSCCs, and no layout \"sscc\" is for the label printer's paper".to_owned()
        }
        Err(error) => format!("the label of a bag cannot be drawn: {error}"),
    };
    Some(Problem::error(file, what, "add sscc.toml for this paper to the labels' folder, or remove gs1_prefix"))
}

/// Whether the paper is as large as the layout, or a little larger.
fn fits(layout: &Layout, media: Media) -> bool {
    let of = |mm: u32| i64::from(mm) * 1_000_000;
    let near = |paper: i64, length: Length| (0..=LARGER).contains(&(paper - length.nanometres()));
    let across = near(of(media.width_mm), layout.width);
    match layout.height {
        Some(height) => across && media.height_mm > 0 && near(of(media.height_mm), height),
        None => across && media.height_mm == 0,
    }
}

fn file(path: &Path, media: Media, problems: &mut Problems) -> Option<Layout> {
    let name = path.file_name()?.to_string_lossy().split('.').next()?.to_owned();
    let text = text_of(path, MAX_BYTES).map_err(|problem| problems.push(problem)).ok()?;
    let source = Source::new(path, text);
    let layout = source.parse().and_then(|root| layout(&Table::root(&source, &root), name, media));
    let found = source.into_problems();
    let sound = !found.has_errors();
    problems.extend(found.0);
    layout.filter(|_| sound)
}

fn layout(table: &Table<'_>, name: String, media: Media) -> Option<Layout> {
    let width = table.required_text::<Length>("width");
    let height = table.required::<String>("height").and_then(|height| match height.as_str() {
        "endless" => Some(None),
        _ => table.required_text("height").map(Some),
    });
    let margin = table.optional_text("margin").unwrap_or(Length::ZERO);
    let across = width.map(|width| media.dots(width).saturating_sub(2 * media.dots(margin)));
    let rows = rows(&table.tables("row"), CellSpace { media, width: across, height: None, deeper: DEEPEST });
    table.finish();
    if rows.is_empty() {
        table.error("row", "a layout without rows", "add [[row]] with its height and what stands in it");
    }
    let height = height?;
    if height.is_none() && rows.iter().any(|row| row.height == Extent::Rest) {
        table.error("height", "endless paper has no rest to share", "give each row its height");
    }
    Some(Layout { name, width: width?, height, margin, rows })
}

/// Where something stands: the paper, the dots it has as far as its layout gives them, and how much may stand in it.
#[derive(Clone, Copy)]
struct CellSpace {
    media: Media,
    width: Option<u32>,
    height: Option<u32>,
    deeper: usize,
}

impl CellSpace {
    fn dots(self, extent: Extent) -> Option<u32> {
        match extent {
            Extent::Fixed(length) => Some(self.media.dots(length)),
            Extent::Rest => None,
        }
    }

    fn inside(self, padding: Length) -> Self {
        let padding = 2 * self.media.dots(padding);
        let less = |dots: Option<u32>| dots.map(|dots| dots.saturating_sub(padding));
        Self { width: less(self.width), height: less(self.height), ..self }
    }
}

fn rows(tables: &[Table<'_>], place: CellSpace) -> Vec<LayoutRow> {
    tables.iter().map(|table| row(table, place)).collect()
}

fn row(table: &Table<'_>, place: CellSpace) -> LayoutRow {
    let height = extent(table, "height");
    let place = CellSpace { height: place.dots(height), ..place };
    let only_with = table.optional_text::<LabelField>("if");
    let cells = if table.count(&["cells"]) == 0 {
        vec![cell(table, place, Extent::Rest, None)]
    } else {
        let cells = table.tables("cells");
        let cells = cells.iter().map(|inner| {
            let (width, only_with) = (extent(inner, "width"), inner.optional_text::<LabelField>("if"));
            let read = cell(inner, CellSpace { width: place.dots(width), ..place }, width, only_with);
            inner.finish();
            read
        });
        cells.collect()
    };
    table.finish();
    LayoutRow { height, only_with, cells }
}

/// A length, or the rest of what there is.
fn extent(table: &Table<'_>, key: &'static str) -> Extent {
    table.optional_text(key).map_or(Extent::Rest, Extent::Fixed)
}

fn cell(table: &Table<'_>, place: CellSpace, width: Extent, only_with: Option<LabelField>) -> LayoutCell {
    const KINDS: [&str; 8] = ["text", "bars", "gs1", "qr", "datamatrix", "pdf417", "rows", "image"];
    let padding = table.optional_text("padding").unwrap_or(Length::ZERO);
    let frame = table.optional_text("frame");
    let reverse = table.optional("reverse").unwrap_or(false);
    if table.count(&KINDS) > 1 {
        let todo = "give each its own cell";
        table.error("text", format!("more than one of {} in one cell", KINDS.join(", ")), todo);
    }
    let content = content(table, place.inside(padding)).unwrap_or(CellContent::Nothing);
    LayoutCell { width, only_with, padding, frame, reverse, content }
}

fn content(table: &Table<'_>, place: CellSpace) -> Option<CellContent> {
    if let Some(template) = table.optional_text::<Template>("text") {
        return Some(CellContent::Text(style(table)?, template));
    }
    if let Some(template) = table.optional_text::<Template>("bars") {
        return Some(CellContent::Bars(modules(table)?, Bars::Plain(template)));
    }
    if let Some(elements) = table.optional::<Vec<String>>("gs1") {
        let read = |element: &String| match element.parse::<Template>() {
            Ok(template) => Some(template),
            Err(error) => {
                table.error("gs1", error.to_string(), "correct the element");
                None
            }
        };
        let elements: Option<Vec<Template>> = elements.iter().map(read).collect();
        return Some(CellContent::Bars(modules(table)?, Bars::Gs1(elements?)));
    }
    let matrices =
        [("qr", Matrix::Qr), ("datamatrix", Matrix::DataMatrix), ("pdf417", Matrix::Pdf417 { columns: None })];
    for (key, matrix) in matrices {
        let Some(template) = table.optional_text::<Template>(key) else { continue };
        let matrix = match matrix {
            Matrix::Pdf417 { .. } => Matrix::Pdf417 { columns: columns(table) },
            other => other,
        };
        return Some(CellContent::Matrix(modules(table)?, matrix, template));
    }
    if let Some(name) = table.optional::<String>("image") {
        return image(table, &name, place).map(CellContent::Image);
    }
    if table.count(&["rows"]) == 1 {
        if place.deeper == 0 {
            table.error("rows", "rows within rows, too deep", "set some of them side by side");
            return None;
        }
        return Some(CellContent::Rows(rows(&table.tables("rows"), CellSpace { deeper: place.deeper - 1, ..place })));
    }
    None
}

/// A PNG beside the layout's file, as large as its cell and row let it be.
fn image(table: &Table<'_>, name: &str, place: CellSpace) -> Option<LabelPicture> {
    let refused = |what: String, todo: &str| {
        table.error("image", what, todo);
        None
    };
    let (Some(width), Some(height)) = (place.width, place.height) else {
        return refused(
            format!("how large the image {name:?} is printed is not given"),
            "give its cell a width and its row a height",
        );
    };
    if Path::new(name).file_name() != Some(name.as_ref()) {
        return refused(
            format!("the image {name:?} is not beside the layout"),
            "put it there and write its name alone",
        );
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(table.folder().join(name));
    match file.and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes)) {
        Err(error) => {
            return refused(format!("the image {name:?} cannot be read: {error}"), "put it beside the layout");
        }
        Ok(read) if read as u64 > MAX_BYTES => {
            return refused(format!("the image {name:?} is larger than {} KiB", MAX_BYTES >> 10), "save it smaller");
        }
        Ok(_) => {}
    }
    match supplied::picture(&bytes, width, height) {
        Ok(dots) if dots.ink().is_none() => {
            refused(format!("nothing of the image {name:?} is dark enough to be black"), "make it darker, or larger")
        }
        Ok(dots) => Some(dots.into()),
        Err(error) => {
            let error = error.to_string();
            let (what, todo) = error.split_once("; ").unwrap_or((&error, "save it as PNG again"));
            refused(format!("the image {name:?}: {what}"), todo)
        }
    }
}

fn columns(table: &Table<'_>) -> Option<u32> {
    let columns = table.optional::<u32>("columns")?;
    if !(1..=30).contains(&columns) {
        table.error("columns", format!("{columns} columns"), "write 1 to 30");
        return None;
    }
    Some(columns)
}

fn style(table: &Table<'_>) -> Option<TextStyle> {
    const ALIGNS: [(&str, Align); 3] = [("start", Align::Start), ("middle", Align::Middle), ("end", Align::End)];
    let largest: Length = table.required_text("size")?;
    let smallest = table.optional_text("floor").unwrap_or(largest);
    let pieces = table.optional::<u32>("pieces").unwrap_or(1);
    let align = table.optional_name("align", &ALIGNS).unwrap_or(Align::Start);
    let place = table.optional_name("place", &ALIGNS).unwrap_or(Align::Middle);
    let (low, high) = (1_000_000, 60_000_000);
    if !(low..=high).contains(&largest.nanometres()) || !(low..=largest.nanometres()).contains(&smallest.nanometres()) {
        table.error("size", "text is 1 to 60 mm high, and its floor no higher than its size", "correct size and floor");
        return None;
    }
    if !(1..=4).contains(&pieces) {
        table.error("pieces", format!("a line in {pieces} pieces"), "write 1 to 4");
        return None;
    }
    Some(TextStyle { largest, smallest, pieces: pieces as usize, align, place })
}

/// `0.33mm..0.53mm`, or one length.
fn modules(table: &Table<'_>) -> Option<Modules> {
    struct Range(Modules);
    impl std::str::FromStr for Range {
        type Err = crate::units::QuantityError;

        fn from_str(text: &str) -> Result<Self, Self::Err> {
            let (narrowest, widest) = text.split_once("..").unwrap_or((text, text));
            Ok(Self(Modules { narrowest: narrowest.parse()?, widest: widest.parse()? }))
        }
    }
    let Range(modules) = table.required_text("module")?;
    let low = 125_000;
    if modules.narrowest.nanometres() < low || modules.widest < modules.narrowest {
        table.error("module", "the narrowest bar is below 0.125 mm, or wider than the widest", "write 0.33mm..0.53mm");
        return None;
    }
    Some(modules)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::Bitmap;

    const MEDIA: Media = Media { dpi: 203, width_mm: 100, height_mm: 150 };

    /// What is wrong with a layout of one row with these cells.
    fn problems(row: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
        let mut dots = Bitmap::new(40, 20);
        write("white.png", &dots.png());
        dots.fill(0, 0, 20, 20);
        write("logo.png", &dots.png());
        write("letter.png", b"Dear Sir");
        write("huge.png", &vec![0; 257 << 10]);
        write("a.toml", format!("width = \"100mm\"\nheight = \"150mm\"\n[[row]]\n{row}\n").as_bytes());
        let (_, found) = read(folder.path(), MEDIA);
        let here = format!("{}/", folder.path().display());
        found.0.iter().map(|problem| problem.to_string().replace(&here, "")).collect()
    }

    #[test]
    fn an_image_that_cannot_be_printed_is_named_with_its_line() {
        let cell = |name: &str| format!("height = \"9mm\"\ncells = [{{ width = \"20mm\", image = \"{name}\" }}]");
        assert_eq!(problems(&cell("logo.png")), [""; 0]);
        assert_eq!(problems("height = \"9mm\"\nimage = \"logo.png\""), [""; 0], "as wide as the label");
        for (row, problem) in [
            (cell("no.png"), "a.toml:5: the image \"no.png\" cannot be read: "),
            (cell("../logo.png"), "a.toml:5: the image \"../logo.png\" is not beside the layout; "),
            (cell("/etc/hostname"), "a.toml:5: the image \"/etc/hostname\" is not beside the layout; "),
            (cell(".."), "a.toml:5: the image \"..\" is not beside the layout; "),
            (cell("letter.png"), "a.toml:5: the image \"letter.png\": not a PNG that can be read; "),
            (cell("huge.png"), "a.toml:5: the image \"huge.png\" is larger than 256 KiB; save it smaller"),
            (cell("white.png"), "a.toml:5: nothing of the image \"white.png\" is dark enough to be black; "),
            ("image = \"logo.png\"".into(), "a.toml:4: how large the image \"logo.png\" is printed is not given; "),
            (
                "height = \"9mm\"\ncells = [{ image = \"logo.png\" }]".into(),
                "a.toml:5: how large the image \"logo.png\" is printed is not given; ",
            ),
        ] {
            let found = problems(&row);
            assert!(matches!(&found[..], [only] if only.starts_with(problem)), "{row}: {found:?}");
        }
    }
}
