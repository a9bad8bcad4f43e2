//! What a job looks like on paper, and what is wrong with it.

use super::{PrinterSettings, receipt, report::Report};
use crate::printer::Language;
use crate::sim::decode;

/// A drawn job.
#[derive(Debug, Default)]
pub struct DrawnJob {
    /// Black and white, as large as the label; empty where it cannot be drawn.
    pub png: Vec<u8>,
    /// What is wrong with it, and the codes in its picture.
    pub report: Report,
}

/// What the virtual printer makes of a job, without one. One that cannot be drawn comes out blank, as from a real printer; the report says so.
#[must_use]
pub fn draw(language: Language, job: &[u8], settings: PrinterSettings) -> DrawnJob {
    let mut report = Report::of(language, job);
    let png = match language {
        Language::EscPos => {
            let drawn = receipt::draw(job, u32::from(settings.width_mm) * 8);
            report.unsupported = drawn.unsupported;
            report.clipped.extend(drawn.clipped);
            drawn.png
        }
        Language::Zpl | Language::Tspl => {
            let large = PrinterSettings {
                width_mm: settings.width_mm.saturating_mul(2),
                height_mm: settings.height_mm.saturating_mul(2),
                ..settings
            };
            match (rendered(language, job, settings), rendered(language, job, large)) {
                (Ok(png), Ok(larger)) => {
                    report.clipped.extend(beyond(&png, &larger));
                    png
                }
                (Err(error), _) | (_, Err(error)) => {
                    report.error = Some(error);
                    Vec::new()
                }
            }
        }
    };
    report.decoded = decode::symbols(&png);
    if let Some((width, height)) = decode::size(&png) {
        (report.width_dots, report.height_dots) = (width, height);
    }
    DrawnJob { png, report }
}

#[cfg(not(feature = "render"))]
fn rendered(_: Language, _: &[u8], _: PrinterSettings) -> Result<Vec<u8>, String> {
    Err("this program was built without the label renderer".to_owned())
}

#[cfg(feature = "render")]
fn rendered(language: Language, job: &[u8], settings: PrinterSettings) -> Result<Vec<u8>, String> {
    let language = match language {
        Language::Tspl => labelize::Language::Tspl,
        Language::Zpl | Language::EscPos => labelize::Language::Zpl,
    };
    let options = labelize::RenderOptions {
        language: Some(language),
        width_mm: Some(f64::from(settings.width_mm)),
        height_mm: Some(f64::from(settings.height_mm)),
        dpmm: settings.dots_per_mm(),
        antialias: false,
    };
    labelize::render_png(job, options).map(|rendered| rendered.bytes).map_err(|error| error.to_string())
}

/// What is black on larger paper and not on the label. (The renderer may move the label about on larger paper.)
fn beyond(label: &[u8], larger: &[u8]) -> Option<String> {
    let (on_label, drawn) = (decode::ink(label), decode::ink(larger));
    (drawn > on_label).then(|| format!("{} of {drawn} black dots lie beyond the edge of the label", drawn - on_label))
}
