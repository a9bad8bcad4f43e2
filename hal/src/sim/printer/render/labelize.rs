//! The independent renderer.

use std::collections::BTreeSet;

use super::{DrawnLabel, tspl, zpl};
use crate::printer::Language;
use crate::sim::decode;
use crate::sim::printer::parse::TSPL_COMMANDS;

/// ZPL commands that are drawn, or change nothing that could be seen (labelize; ZPL II Programming Guide).
const DRAWN: &[&str] = &[
    "^XA", "^XZ", "^A0", "^A@", "^B2", "^B3", "^B7", "^B8", "^B9", "^BC", "^BD", "^BE", "^BO", "^BQ", "^BU", "^BX",
    "^BY", "^CF", "^CI", "^CW", "^DF", "^FB", "^FD", "^FH", "^FN", "^FO", "^FR", "^FS", "^FT", "^FV", "^FW", "^FX",
    "^GB", "^GC", "^GD", "^GE", "^GF", "^GS", "^ID", "^IL", "^IM", "^IS", "^LH", "^LL", "^LR", "^LS", "^LT", "^MU",
    "^PM", "^PO", "^PQ", "^PW", "^SF", "^SN", "^XF", "^XG", "~DG", "~EG", "^MN", "^MT", "^MD", "^PR", "^MM", "^MC",
    "^JZ", "^LF", "^PF", "^FP",
];
/// TSPL commands that it refuses.
const NOT_DRAWN: &[&str] = &["AZTEC", "PUTBMP", "PUTPCX", "MAXICODE", "TLC"];

/// Draws one format on a label of so many millimetres, and once more on a larger one to see what lies beyond its edge.
pub(super) fn draw(
    language: Language,
    job: &[u8],
    (width_mm, height_mm): (u16, u16),
    per_mm: u32,
) -> Result<DrawnLabel, String> {
    let (label, names, is_drawn): (_, _, fn(&str) -> bool) = match language {
        Language::Tspl => (labelize::Language::Tspl, tspl::names(job), tspl_is_drawn),
        Language::Zpl | Language::EscPos => (labelize::Language::Zpl, zpl::names(job), zpl_is_drawn),
    };
    let rendered = |times: u16| {
        let options = labelize::RenderOptions {
            language: Some(label),
            width_mm: Some(f64::from(width_mm.saturating_mul(times))),
            height_mm: Some(f64::from(height_mm.saturating_mul(times))),
            dpmm: i32::try_from(per_mm).unwrap_or(8),
            antialias: false,
        };
        labelize::render_png(job, options).map(|rendered| rendered.bytes).map_err(|error| error.to_string())
    };
    let (png, larger) = (rendered(1)?, rendered(2)?);
    let names: BTreeSet<String> = names.into_iter().filter(|name| !is_drawn(name)).collect();
    Ok(DrawnLabel { clipped: beyond(&png, &larger), png, unsupported: names.into_iter().collect() })
}

fn zpl_is_drawn(command: &str) -> bool {
    DRAWN.contains(&command) || command.starts_with("^A")
}

fn tspl_is_drawn(command: &str) -> bool {
    TSPL_COMMANDS.contains(&command) && !NOT_DRAWN.contains(&command)
}

/// What is black on larger paper and not on the label. (The renderer may move the label about on larger paper.)
fn beyond(label: &[u8], larger: &[u8]) -> Option<String> {
    let (on_label, drawn) = (decode::ink(label), decode::ink(larger));
    (drawn > on_label).then(|| format!("{} of {drawn} black dots lie beyond the edge of the label", drawn - on_label))
}
