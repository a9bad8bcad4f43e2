//! Pages of a PDF, as text and as dots.
//!
//! The renderer may run out of memory, or run for ever, on a page that was made for that; a panic of it is caught here.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use hayro::hayro_interpret::font::{FontData, FontQuery, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::{BfString, CidFamily};
use hayro::hayro_interpret::util::TransformExt;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, interpret_page,
};
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::kurbo::{Affine, BezPath, Rect};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings, render_into};

use super::picture::luminance;
use super::{MAX_DOTS, MAX_MM, MAX_PAGES, SuppliedError, bare};
use crate::label::{Bitmap, Media, other_scripts};

/// Shortest side of a page, in millimetres.
const MIN_MM: u32 = 10;
/// Light that is half of white: what is darker is black.
const HALF: u8 = 128;

/// A PDF.
pub(super) struct PdfDocument {
    pdf: Pdf,
    settings: InterpreterSettings,
    /// What each page says, once somebody asked.
    texts: Vec<Option<String>>,
}

impl PdfDocument {
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self, SuppliedError> {
        let unreadable = SuppliedError::Unreadable("a PDF");
        if !bytes.starts_with(b"%PDF") && !bytes.windows(4).take(1_024).any(|start| start == b"%PDF") {
            return Err(unreadable);
        }
        let pdf = guarded(|| Pdf::new(bytes)).ok_or(unreadable.clone())?;
        let pdf = pdf.map_err(|error| match error {
            LoadPdfError::Decryption(_) => SuppliedError::Locked,
            LoadPdfError::Invalid => unreadable.clone(),
        })?;
        let pages = guarded(|| pdf.pages().len()).filter(|pages| *pages > 0).ok_or(unreadable)?;
        if pages > MAX_PAGES {
            return Err(SuppliedError::Pages(pages));
        }
        let settings = InterpreterSettings { font_resolver: Arc::new(font), ..InterpreterSettings::default() };
        Ok(Self { pdf, settings, texts: vec![None; pages] })
    }

    pub(super) fn pages(&self) -> usize {
        self.texts.len()
    }

    /// Whether the text of a page, from 0, shows a number.
    pub(super) fn shows(&mut self, page: usize, number: &str) -> bool {
        let number = bare(number);
        if self.texts.get(page).is_some_and(Option::is_none) {
            let text = guarded(|| self.pdf.pages().get(page).map(|page| self.text(page))).flatten();
            self.texts[page] = Some(text.unwrap_or_default());
        }
        let text = self.texts.get(page).and_then(Option::as_deref).unwrap_or_default();
        !number.is_empty() && text.contains(&number)
    }

    /// Letters and digits of a page, in the order they are drawn.
    fn text(&self, page: &Page<'_>) -> String {
        let cache = InterpreterCache::new();
        let everything = Rect::new(-1e9, -1e9, 1e9, 1e9);
        let mut context = Context::new(Affine::IDENTITY, everything, &cache, page.xref(), self.settings.clone());
        let mut listener = Listener(String::new());
        interpret_page(page, &mut context, &mut listener);
        bare(&listener.0)
    }

    /// A page, from 0, in dots, at so many thousandths of its true size.
    pub(super) fn draw(&self, page: usize, media: Media, size: u32) -> Result<Bitmap, SuppliedError> {
        let drawn = guarded(|| self.pdf.pages().get(page).map(|page| self.drawn(page, media, size)));
        drawn.flatten().unwrap_or(Err(SuppliedError::Broken))
    }

    #[expect(
        clippy::float_arithmetic,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a PDF's points are real numbers; no weight, length or amount comes of them"
    )]
    fn drawn(&self, page: &Page<'_>, media: Media, size: u32) -> Result<Bitmap, SuppliedError> {
        let (across, down) = page.render_dimensions();
        let mm = |points: f32| (f64::from(points) * 25.4 / 72.0).round() as u32;
        let (width_mm, height_mm) = (mm(across), mm(down));
        if [width_mm, height_mm].iter().any(|side| !(MIN_MM..=MAX_MM).contains(side)) {
            return Err(SuppliedError::PageSize { width_mm, height_mm });
        }
        let scale = f64::from(media.dots_per_metre()) * 0.0254 / 72.0 * f64::from(size) / 1_000.0;
        let dots = |points: f32| (f64::from(points) * scale).round().max(1.0) as u32;
        let (width, height) = (dots(across), dots(down));
        let (Ok(w), Ok(h)) = (u16::try_from(width), u16::try_from(height)) else {
            return Err(SuppliedError::Dots { width, height });
        };
        if u64::from(width) * u64::from(height) > MAX_DOTS {
            return Err(SuppliedError::Dots { width, height });
        }
        let mut context = RenderContext::new(w, h);
        let transform = Affine::scale(scale) * page.initial_transform(true).to_kurbo();
        // Edges fall on whole dots: half of a dot covered is black.
        let settings = RenderSettings { aliasing_threshold: Some(127), ..RenderSettings::default() };
        render_into(page, &RenderCache::new(), &self.settings, &settings, &mut context, transform);
        context.flush();
        let mut pixmap = Pixmap::new(w, h);
        let white = RasterizerSettings { target_init: TargetInit::Clear(WHITE), ..RasterizerSettings::default() };
        context.render_with(&mut pixmap, &mut Resources::default(), white);
        let pixels = pixmap.data();
        Ok(Bitmap::of(width, height, |x, y| {
            let pixel = pixels[y as usize * width as usize + x as usize];
            luminance([pixel.r, pixel.g, pixel.b]) < HALF
        }))
    }
}

/// What the renderer answers; nothing where it panics.
fn guarded<T>(ask: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(ask)).ok()
}

/// A font for text that brings none of its own: ours for Chinese, Japanese and Korean.
fn font(query: &FontQuery) -> Option<(FontData, u32)> {
    match query {
        FontQuery::Standard(standard) => Some(standard.get_font_data()),
        FontQuery::Fallback(wanted) => match wanted.character_collection.as_ref().map(|known| known.family.clone()) {
            Some(CidFamily::AdobeGB1 | CidFamily::AdobeCNS1 | CidFamily::AdobeJapan1 | CidFamily::AdobeKorea1) => {
                Some((Arc::new(other_scripts()), 0))
            }
            _ => Some(wanted.pick_standard_font().get_font_data()),
        },
    }
}

/// Hears the text of a page and draws nothing.
struct Listener(String);

impl<'a> Device<'a> for Listener {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}

    fn push_clip_path(&mut self, _: &ClipPath) {}

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {
        for glyph in run.glyphs() {
            match glyph.as_unicode() {
                Some(BfString::Char(letter)) => self.0.push(letter),
                Some(BfString::String(letters)) => self.0.push_str(&letters),
                None => {}
            }
        }
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
