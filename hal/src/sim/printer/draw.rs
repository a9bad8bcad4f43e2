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
        Language::Zpl | Language::Tspl => match settings.renderer.draw(language, job, settings) {
            Ok(drawn) => {
                report.unsupported = drawn.unsupported;
                report.clipped.extend(drawn.clipped);
                drawn.png
            }
            Err(error) => {
                report.error = Some(error);
                Vec::new()
            }
        },
    };
    report.decoded = decode::symbols(&png);
    if let Some((width, height)) = decode::size(&png) {
        (report.width_dots, report.height_dots) = (width, height);
    }
    DrawnJob { png, report }
}
