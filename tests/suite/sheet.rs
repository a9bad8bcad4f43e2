//! Labels as carriers and platforms hand them out, drawn here: nobody's real label is in the repository.

use parceld::label::code128::Code128;
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};

/// Sizes of pages in points.
pub(crate) const A4: (f32, f32) = (595.276, 841.890);
pub(crate) const A6: (f32, f32) = (297.638, 419.528);
pub(crate) const PAPER: (f32, f32) = (283.465, 425.197);
/// Points of a hundredth of a millimetre, in which everything below is measured.
const HUNDREDTH: f32 = 0.028_346_457;
/// The narrowest bar: 0.38 mm.
const MODULE: u16 = 38;

/// A page with one label on it, 92 mm wide and 140 mm high.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    /// The page, in points.
    pub(crate) page: (f32, f32),
    /// The label's lower left corner on it.
    pub(crate) at: (u16, u16),
    /// Turned by a quarter on the page.
    pub(crate) turned: bool,
    /// What its bars say; nothing for none.
    pub(crate) bars: String,
    /// What is written below them; nothing for none.
    pub(crate) text: String,
    /// A line above and below everything, as wide as the label and so many times as high.
    pub(crate) high: u16,
}

impl Sheet {
    /// A label with its number in bars and in writing.
    pub(crate) fn new(page: (f32, f32), number: &str) -> Self {
        let text = number.to_owned();
        Self { page, at: (400, 400), turned: false, bars: number.to_owned(), text, high: 1 }
    }

    fn content(&self) -> Vec<u8> {
        let mut content = Content::new();
        let (x, y) = (f32::from(self.at.0), f32::from(self.at.1));
        content.transform([HUNDREDTH, 0.0, 0.0, HUNDREDTH, 0.0, 0.0]);
        match self.turned {
            true => content.transform([0.0, 1.0, -1.0, 0.0, x, y]),
            false => content.transform([1.0, 0.0, 0.0, 1.0, x, y]),
        };
        let mut rect = |x: u16, y: u16, width: u16, height: u16| {
            content.rect(f32::from(x), f32::from(y), f32::from(width), f32::from(height)).fill_nonzero();
        };
        rect(0, 0, 9_200, 60);
        rect(0, 14_000 * self.high - 60, 9_200, 60);
        if let Some(symbol) = Code128::text(&self.bars) {
            let mut at = 1_200;
            for (place, modules) in symbol.bars().into_iter().enumerate() {
                let width = u16::from(modules) * MODULE;
                if place % 2 == 0 {
                    rect(at, 5_000, width, 2_500);
                }
                at += width;
            }
        }
        for (line, height, y) in [("EXPRESS PARCELS", 600.0, 12_000.0), (self.text.as_str(), 400.0, 4_300.0)] {
            content.begin_text().set_font(Name(b"F1"), height).next_line(1_200.0, y);
            content.show(Str(line.as_bytes())).end_text();
        }
        content.finish().into_vec()
    }
}

/// One PDF of these pages.
pub(crate) fn pdf(sheets: &[Sheet]) -> Vec<u8> {
    let [catalog, tree, font] = [1, 2, 3].map(Ref::new);
    let place = |index: usize| i32::try_from(index).expect("a few pages") * 2 + 10;
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    let pages = (0..sheets.len()).map(|index| Ref::new(place(index)));
    pdf.pages(tree).kids(pages).count(i32::try_from(sheets.len()).expect("a few pages"));
    pdf.type1_font(font).base_font(Name(b"Helvetica"));
    for (index, sheet) in sheets.iter().enumerate() {
        let (page, content) = (Ref::new(place(index)), Ref::new(place(index) + 1));
        let mut written = pdf.page(page);
        written.media_box(Rect::new(0.0, 0.0, sheet.page.0, sheet.page.1)).parent(tree).contents(content);
        written.resources().fonts().pair(Name(b"F1"), font);
        written.finish();
        pdf.stream(content, &sheet.content());
    }
    pdf.finish()
}
