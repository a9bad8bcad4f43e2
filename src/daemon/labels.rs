//! Labels that came with their orders, between the memory, which has bytes, and the printer, which wants dots.

use crate::label::{Bitmap, Media, Supplied, SuppliedContent};
use crate::store::StoredLabel;

const PNG: &str = "png";
const ZPL: &str = "zpl";

/// The paper of a label as the memory has it.
pub const fn media(media: Media) -> (u32, u32, u32) {
    (media.dpi, media.width_mm, media.height_mm)
}

/// A label as the memory keeps it.
pub fn stored(number: &str, supplied: &Supplied) -> StoredLabel {
    let (kind, bytes) = match (&supplied.content, supplied.paper()) {
        (SuppliedContent::Zpl(zpl), _) => (ZPL, zpl.to_vec()),
        (SuppliedContent::Dots { .. }, paper) => (PNG, paper.map(|paper| paper.png()).unwrap_or_default()),
    };
    StoredLabel { number: number.to_owned(), media: media(supplied.media), kind: kind.to_owned(), bytes }
}

/// The label that was kept; `None` for what this version does not know.
pub fn ready(label: StoredLabel) -> Option<Supplied> {
    let (dpi, width_mm, height_mm) = label.media;
    let media = Media { dpi, width_mm, height_mm };
    match label.kind.as_str() {
        PNG => Some(Supplied::dots(media, &Bitmap::from_png(&label.bytes)?)),
        ZPL => Some(Supplied { media, content: SuppliedContent::Zpl(label.bytes.into()) }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_comes_out_of_the_memory_as_it_went_in() {
        let media = Media { dpi: 203, width_mm: 100, height_mm: 150 };
        let mut paper = Bitmap::new(803, 1200);
        paper.fill(10, 20, 300, 400);
        let zpl = Supplied { media, content: SuppliedContent::Zpl(b"^XA^XZ".as_slice().into()) };
        for label in [Supplied::dots(media, &paper), zpl] {
            assert_eq!(ready(stored("T1", &label)), Some(label));
        }
        let broken = StoredLabel { kind: "gif".into(), ..stored("T1", &Supplied::dots(media, &paper)) };
        assert_eq!(ready(broken), None);
    }
}
