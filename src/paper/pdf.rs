//! Pages as a PDF file (ISO 32000-1): each a picture of one bit a dot, as large as the paper.
//!
//! ```text
//!  catalog -> page tree -> page 1 -> contents  q <width> 0 0 <height> 0 0 cm /P Do Q
//!                       |         -> image     DeviceGray, 1 bit, Flate
//!                       -> page 2 ...
//! ```
//! Pictures, because they hold every script without a font in the file; a page of text takes some 40 KB. The same pages
//! make the same bytes.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, TextStr};

use crate::label::{Bitmap, Media};

/// The file. Every picture is as large as the paper of `media`.
pub fn pdf(title: &str, media: Media, pages: &[Bitmap]) -> Vec<u8> {
    const FIXED: i32 = 3;
    let (catalog, tree, info) = (Ref::new(1), Ref::new(2), Ref::new(3));
    let refs = (1..).zip(pages).map(|(number, picture)| {
        let first = FIXED + 3 * (number - 1);
        (picture, Ref::new(first + 1), Ref::new(first + 2), Ref::new(first + 3))
    });
    let refs: Vec<(&Bitmap, Ref, Ref, Ref)> = refs.collect();
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    let count = i32::try_from(refs.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(refs.iter().map(|(_, page, ..)| *page)).count(count);
    pdf.document_info(info).title(TextStr(title));
    let (width, height) = (points(media.width_mm), points(media.height_mm));
    let name = Name(b"P");
    for (picture, page, image, content) in refs {
        let mut page = pdf.page(page);
        page.media_box(Rect::new(0.0, 0.0, width, height));
        page.parent(tree);
        page.contents(content);
        page.resources().x_objects().pair(name, image);
        page.finish();
        let mut drawn = Content::new();
        drawn.save_state();
        drawn.transform([width, 0.0, 0.0, height, 0.0, 0.0]);
        drawn.x_object(name);
        drawn.restore_state();
        pdf.stream(content, &drawn.finish());
        let packed = packed(picture.bits());
        let size = |dots: u32| i32::try_from(dots).unwrap_or(i32::MAX);
        let mut object = pdf.image_xobject(image, &packed);
        object.filter(Filter::FlateDecode);
        object.width(size(picture.width()));
        object.height(size(picture.height()));
        object.color_space().device_gray();
        object.bits_per_component(1);
        // A dot of ours is black where its bit is set.
        object.decode([1.0, 0.0]);
    }
    pdf.finish()
}

/// PDF measures in points, 72 an inch.
#[expect(
    clippy::float_arithmetic,
    reason = "the file's own numbers are decimals; no weight, length or amount comes of them"
)]
fn points(millimetres: u32) -> f32 {
    f32::from(u16::try_from(millimetres).unwrap_or(u16::MAX)) * 72.0 / 25.4
}

fn packed(bits: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    // Writing into memory cannot fail.
    packer.write_all(bits).and_then(|()| packer.finish()).unwrap_or_default()
}
