//! Text as dots, for what the printer's own font cannot write.
//!
//! Three fonts are part of the program (`config/fonts`). Shaping puts Thai vowels and tones and Vietnamese accents where
//! they belong; a character that no font has is found before anything is drawn.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cosmic_text::fontdb::{Database, FaceInfo, ID, Source};
use cosmic_text::{Attrs, Buffer, Fallback, Family, FontSystem, Metrics, Shaping, Weight, Wrap};
use ttf_parser::{Face, GlyphId, OutlineBuilder};
use zeno::{Command, Mask, PathBuilder, Transform};

use super::bitmap::Bitmap;
use super::picture::LabelPicture;

const LATIN: &[u8] = include_bytes!("../../config/fonts/NotoSans-Bold.ttf");
const THAI: &[u8] = include_bytes!("../../config/fonts/NotoSansThai-Bold.ttf");
const FALLBACK: &[u8] = include_bytes!("../../config/fonts/DroidSansFallback.ttf");

const LATIN_FAMILY: &str = "Noto Sans";
const OTHER_FAMILIES: &[&str] = &["Noto Sans Thai", "Droid Sans Fallback"];
const FONTS: [(&str, &[u8]); 3] = [(LATIN_FAMILY, LATIN), (OTHER_FAMILIES[0], THAI), (OTHER_FAMILIES[1], FALLBACK)];

/// The font of scripts that most others leave out: Chinese, Japanese, Korean.
#[must_use]
pub const fn other_scripts() -> &'static [u8] {
    FALLBACK
}

/// Dots of the em that text is shaped at; drawn sizes are scaled from it.
const SHAPED_AT: u16 = 1000;
/// Latin letters are set this narrow, in hundredths: bold Noto is a wide face, and addresses are long.
const CONDENSED: u16 = 86;
/// An em in hundredths of the cell: Thai marks above and below then stay within the lines' pitch.
const EM: u32 = 92;
/// The base line in hundredths of the cell, from its top.
const BASE: u32 = 70;
/// Shaped lines and drawn pictures kept; the sender is on every label.
const MOST_CACHED: usize = 512;
/// Outlines kept: some thousand glyphs are all that the addresses of a shift use.
const OUTLINES: usize = 4096;

/// The fonts, and what was drawn with them lately.
pub(super) struct Lettering(Mutex<LetteringFonts>);

impl std::fmt::Debug for Lettering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lettering")
    }
}

struct LetteringFonts {
    fonts: FontSystem,
    latin: Option<ID>,
    faces: HashMap<ID, Face<'static>>,
    outlines: HashMap<(ID, u16), GlyphOutline>,
    shaped: HashMap<String, Arc<Shaped>>,
    drawn: HashMap<(String, u32, u32), Drawn>,
}

/// A line whose glyphs have their places, at an em of [`SHAPED_AT`].
#[derive(Debug)]
struct Shaped {
    glyphs: Vec<Glyph>,
    width: f32,
}

#[derive(Debug, Clone, Copy)]
struct Glyph {
    font: ID,
    id: u16,
    x: f32,
    y: f32,
    narrow: f32,
}

/// A line as dots, and where its picture's corner is from the left end and the top of its cell.
#[derive(Debug, Clone)]
pub(super) struct Drawn {
    pub(super) picture: LabelPicture,
    pub(super) left: i64,
    pub(super) top: i64,
}

impl Default for Lettering {
    fn default() -> Self {
        let mut database = Database::new();
        for (_, font) in FONTS {
            database.load_font_source(Source::Binary(Arc::new(font)));
        }
        // The search for another font asks for the same weight; there is one weight of each here.
        let others: Vec<FaceInfo> = database.faces().filter(|face| face.weight != Weight::BOLD).cloned().collect();
        for face in others {
            database.remove_face(face.id);
            database.push_face_info(FaceInfo { weight: Weight::BOLD, ..face });
        }
        let latin = database.faces().find(|face| face.families.iter().any(|(name, _)| name == LATIN_FAMILY));
        let latin = latin.map(|face| face.id);
        let face = |face: &FaceInfo| {
            let bytes = FONTS.iter().find(|(name, _)| face.families.iter().any(|(family, _)| family == name))?.1;
            Some((face.id, Face::parse(bytes, 0).ok()?))
        };
        let faces = database.faces().filter_map(face).collect();
        let fonts = FontSystem::new_with_locale_and_db_and_fallback("en".to_owned(), database, Families);
        let (outlines, shaped, drawn) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self(Mutex::new(LetteringFonts { fonts, latin, faces, outlines, shaped, drawn }))
    }
}

/// Where to look for a glyph that the Latin font does not have.
#[derive(Debug)]
struct Families;

impl Fallback for Families {
    fn common_fallback(&self) -> &[&'static str] {
        OTHER_FAMILIES
    }

    fn forbidden_fallback(&self) -> &[&'static str] {
        &[]
    }

    fn script_fallback(&self, _: unicode_script::Script, _: &str) -> &[&'static str] {
        OTHER_FAMILIES
    }
}

impl Lettering {
    /// How wide a line is in thousandths of its cell's height, or the first character that no font has.
    pub(super) fn width(&self, text: &str) -> Result<u32, char> {
        self.with(|inner| inner.width(text))
    }

    /// The line with a question mark for every character that no font has.
    pub(super) fn readable(&self, text: &str) -> String {
        let mut text = text.to_owned();
        while let Err(character) = self.width(&text) {
            text = text.replace(character, "?");
        }
        text
    }

    /// The line in a cell of `size` dots, squeezed where it would be wider than `room`.
    pub(super) fn draw(&self, text: &str, size: u32, room: u32) -> Result<Drawn, char> {
        self.with(|inner| {
            let key = (text.to_owned(), size, room);
            if let Some(drawn) = inner.drawn.get(&key) {
                return Ok(drawn.clone());
            }
            let drawn = inner.draw(text, size, room)?;
            if inner.drawn.len() >= MOST_CACHED {
                inner.drawn.clear();
            }
            inner.drawn.insert(key, drawn.clone());
            Ok(drawn)
        })
    }

    /// What a panic left half done is only a cache.
    fn with<T>(&self, act: impl FnOnce(&mut LetteringFonts) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[expect(clippy::float_arithmetic, reason = "outlines are curves; no weight, length or amount comes of them")]
impl LetteringFonts {
    fn shape(&mut self, text: &str) -> Result<Arc<Shaped>, char> {
        if let Some(shaped) = self.shaped.get(text) {
            return Ok(Arc::clone(shaped));
        }
        if let Some(control) = text.chars().find(|character| character.is_control()) {
            return Err(control);
        }
        let em = f32::from(SHAPED_AT);
        let mut buffer = Buffer::new_empty(Metrics::new(em, em));
        buffer.set_wrap(Wrap::None);
        let attributes = Attrs::new().family(Family::Name(LATIN_FAMILY)).weight(Weight::BOLD);
        buffer.set_text(text, &attributes, Shaping::Advanced, None);
        buffer.shape_until_scroll(&mut self.fonts, false);
        let mut shaped = Shaped { glyphs: Vec::new(), width: 0.0 };
        for run in buffer.layout_runs() {
            for glyph in run.glyphs {
                if glyph.glyph_id == 0 {
                    return Err(missing(&text[glyph.start..glyph.end]));
                }
                let narrow = if Some(glyph.font_id) == self.latin { f32::from(CONDENSED) / 100.0 } else { 1.0 };
                let x = shaped.width + glyph.x_offset * em * narrow;
                let (font, id) = (glyph.font_id, glyph.glyph_id);
                shaped.glyphs.push(Glyph { font, id, x, y: glyph.y_offset * em, narrow });
                shaped.width += glyph.w * narrow;
            }
        }
        let shaped = Arc::new(shaped);
        if self.shaped.len() >= MOST_CACHED {
            self.shaped.clear();
        }
        self.shaped.insert(text.to_owned(), Arc::clone(&shaped));
        Ok(shaped)
    }

    fn width(&mut self, text: &str) -> Result<u32, char> {
        Ok(dots(self.shape(text)?.width * em(u32::from(SHAPED_AT))))
    }

    fn draw(&mut self, text: &str, size: u32, room: u32) -> Result<Drawn, char> {
        let shaped = self.shape(text)?;
        let scale = em(size);
        let natural = dots(shaped.width * scale);
        let squeeze = if natural > room { ratio(room, natural) } else { 1.0 };
        if self.outlines.len() > OUTLINES {
            self.outlines.clear();
        }
        let mut masks = Vec::with_capacity(shaped.glyphs.len());
        for glyph in &shaped.glyphs {
            let Some(face) = self.faces.get(&glyph.font) else { continue };
            let outline =
                self.outlines.entry((glyph.font, glyph.id)).or_insert_with(|| GlyphOutline::of(face, glyph.id));
            let across = scale * squeeze;
            let place =
                Transform::scale(across * glyph.narrow, -scale).then_translate(glyph.x * across, -glyph.y * scale);
            masks.push(Mask::new(&outline.path[..]).transform(Some(place)).render());
        }
        Ok(assemble(&masks, i64::from(size * BASE / 100)))
    }
}

/// A glyph's outline, at an em of [`SHAPED_AT`].
struct GlyphOutline {
    path: Vec<Command>,
    /// From the font's own units.
    scale: f32,
}

impl GlyphOutline {
    /// Nothing for a blank.
    #[expect(clippy::float_arithmetic, reason = "a scale for outlines")]
    fn of(face: &Face<'_>, glyph: u16) -> Self {
        let mut outline = Self { path: Vec::new(), scale: f32::from(SHAPED_AT) / f32::from(face.units_per_em()) };
        let _ = face.outline_glyph(GlyphId(glyph), &mut outline);
        outline
    }

    #[expect(clippy::float_arithmetic, reason = "a scale for outlines")]
    fn scaled(&self, x: f32, y: f32) -> [f32; 2] {
        [x * self.scale, y * self.scale]
    }
}

impl OutlineBuilder for GlyphOutline {
    fn move_to(&mut self, x: f32, y: f32) {
        let to = self.scaled(x, y);
        self.path.move_to(to);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let to = self.scaled(x, y);
        self.path.line_to(to);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (control, to) = (self.scaled(x1, y1), self.scaled(x, y));
        self.path.quad_to(control, to);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (first, second, to) = (self.scaled(x1, y1), self.scaled(x2, y2), self.scaled(x, y));
        self.path.curve_to(first, second, to);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

/// The masks on one picture just large enough, with the base line at `base`.
fn assemble(masks: &[(Vec<u8>, zeno::Placement)], base: i64) -> Drawn {
    let inked = || masks.iter().map(|(_, place)| place).filter(|place| place.width > 0 && place.height > 0);
    let left = inked().map(|place| i64::from(place.left)).min().unwrap_or(0);
    let top = inked().map(|place| i64::from(place.top)).min().unwrap_or(0);
    let right = inked().map(|place| i64::from(place.left) + i64::from(place.width)).max().unwrap_or(left);
    let bottom = inked().map(|place| i64::from(place.top) + i64::from(place.height)).max().unwrap_or(top);
    let side = |from: i64, to: i64| u32::try_from(to - from).unwrap_or(0);
    let mut dots = Bitmap::new(side(left, right), side(top, bottom));
    for (mask, place) in masks {
        let at = |from: i32, corner: i64, step: u32| u32::try_from(i64::from(from) - corner).unwrap_or(0) + step;
        for (y, row) in (0..).zip(mask.chunks(place.width.max(1) as usize)) {
            // Half black is black.
            for (x, _) in (0..).zip(row).filter(|(_, level)| **level >= 128) {
                dots.set(at(place.left, left, x), at(place.top, top, y), true);
            }
        }
    }
    Drawn { picture: dots.into(), left, top: base + top }
}

/// The character of a cluster that has no glyph: most often its first.
fn missing(cluster: &str) -> char {
    cluster.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "a scale for outlines")]
fn em(size: u32) -> f32 {
    (size * EM) as f32 / 100.0 / f32::from(SHAPED_AT)
}

#[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "a scale for outlines")]
fn ratio(part: u32, whole: u32) -> f32 {
    part as f32 / whole.max(1) as f32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded up to a dot, never negative")]
fn dots(width: f32) -> u32 {
    width.ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str) -> Drawn {
        Lettering::default().draw(text, 60, u32::MAX).expect("every character has a glyph")
    }

    #[test]
    fn six_scripts_and_latin_with_accents_have_glyphs() {
        for text in [
            "深圳市南山区科技园",
            "臺北市中正區",
            "東京都渋谷区",
            "서울특별시 강남구",
            "ถนนสุขุมวิท แขวงคลองเตย",
            "Đường Nguyễn Huệ, Quận 1",
            "Łódź, Žižkov, Málaga, Størksvej",
            "Улица Ленина",
            "Jalan Ampang 1/2-3 #04",
        ] {
            let drawn = drawn(text);
            assert!(!drawn.picture.dots().is_blank(), "{text}");
        }
    }

    #[test]
    fn a_character_in_no_font_is_named() {
        let lettering = Lettering::default();
        for (text, character) in [("Ann 😀", '😀'), ("سارة", 'س'), ("a\u{7}b", '\u{7}'), ("a\nb", '\n')] {
            assert_eq!(lettering.width(text), Err(character), "{text:?}");
        }
    }

    #[test]
    fn thai_marks_stand_above_their_letters_and_take_no_room_of_their_own() {
        let lettering = Lettering::default();
        assert_eq!(lettering.width("ที่"), lettering.width("ท"));
        assert!(drawn("ที่").top < drawn("ท").top, "vowel and tone are above");
        assert!(drawn("ที่").top >= -60 / 3, "and within a third of the cell above it");
    }

    #[test]
    fn text_is_squeezed_into_its_room_and_not_cut() {
        let wide = drawn("Nguyễn Thị Minh Khai");
        let narrow = Lettering::default().draw("Nguyễn Thị Minh Khai", 60, 300).expect("glyphs");
        assert!(wide.picture.dots().width() > 400);
        assert!((290..=302).contains(&narrow.picture.dots().width()), "{:?}", narrow.picture.dots());
    }

    #[test]
    fn nothing_visible_is_an_empty_picture() {
        assert_eq!(drawn(" ").picture.dots().width(), 0);
        assert_eq!(drawn("").picture.dots().height(), 0);
    }
}
