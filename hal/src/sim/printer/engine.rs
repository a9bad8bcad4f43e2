//! What the virtual printer holds and what comes out of it.

use std::collections::VecDeque;
use std::sync::Arc;

use super::parse::copies;
use super::{Printed, PrinterFault, PrinterSettings, Shared};

/// Printed labels kept for [`super::Printer::history`].
const KEPT: usize = 256;
/// Labels the buffer holds before the printer takes no more bytes.
const BUFFER: usize = 1000;

/// A label in the buffer.
#[derive(Debug)]
struct Job {
    number: u64,
    zpl: Arc<[u8]>,
    remaining: u32,
}

/// The printer's memory, its switches and its faults.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) fault: PrinterFault,
    pub(super) hold_replies: bool,
    pub(super) listening: bool,
    /// A label is half received.
    pub(super) partial: bool,
    queue: VecDeque<Job>,
    history: VecDeque<Arc<Printed>>,
    received: u64,
    printed: u64,
    /// Labels that moved the odometer.
    fed: u64,
}

impl State {
    /// Switched off, it forgets what it had not printed.
    pub(super) fn set_fault(&mut self, fault: PrinterFault) {
        self.fault = fault;
        if fault == PrinterFault::Off {
            self.queue.clear();
        }
    }

    pub(super) fn is_off(&self) -> bool {
        self.fault == PrinterFault::Off
    }

    pub(super) fn is_settled(&self) -> bool {
        self.listening != self.is_off()
    }

    pub(super) fn is_full(&self) -> bool {
        self.queue.len() >= BUFFER
    }

    pub(super) fn receive(&mut self, zpl: Vec<u8>) {
        self.received += 1;
        if self.fault == PrinterFault::Swallows {
            return;
        }
        self.queue.push_back(Job { number: self.received, remaining: copies(&zpl), zpl: zpl.into() });
    }

    pub(super) fn clear(&mut self) {
        self.queue.clear();
    }

    pub(super) fn history(&self) -> Vec<Arc<Printed>> {
        self.history.iter().cloned().collect()
    }

    pub(super) fn printed(&self) -> u64 {
        self.printed
    }

    fn moves_paper(&self) -> bool {
        use PrinterFault::{HeadOpen, Off, PaperOut, Paused};
        !matches!(self.fault, PaperOut | HeadOpen | Paused | Off)
    }

    fn is_printing(&self) -> bool {
        self.moves_paper() && !self.queue.is_empty()
    }

    /// The answer to `~HS`; `None` is silence.
    pub(super) fn status(&self, settings: PrinterSettings) -> Option<Vec<u8>> {
        let fault = self.fault;
        match fault {
            PrinterFault::NeverReplies | PrinterFault::Off => return None,
            PrinterFault::PaperOut | PrinterFault::HeadOpen if !settings.tells_faults => return None,
            PrinterFault::Nonsense => return Some(b"\xfe\x15?? BAD COMMAND\r\n".to_vec()),
            _ => {}
        }
        let bit = |is_so: bool| u8::from(is_so);
        let printing = usize::from(self.is_printing());
        let remaining = if self.is_printing() { self.queue.front().map_or(0, |job| job.remaining) } else { 0 };
        let dots = u32::from(settings.height_mm) * dots_per_mm(settings.dpi).unsigned_abs();
        Some(
            format!(
                "\x02030,{},{},{dots:04},{:03},{},0,{},000,0,0,0\x03\r\n\x02001,0,{},0,1,2,4,0,{remaining:08},1,000\x03\r\n\x021234,0\x03\r\n",
                bit(fault == PrinterFault::PaperOut),
                bit(fault == PrinterFault::Paused),
                self.queue.len() - printing,
                bit(self.is_full()),
                bit(self.partial),
                bit(fault == PrinterFault::HeadOpen),
            )
            .into_bytes(),
        )
    }

    /// The answer to `~HQES` (`true`) or `~HQOD`; `None` is silence.
    pub(super) fn more(&self, errors: bool, settings: PrinterSettings) -> Option<Vec<u8>> {
        if !settings.tells_more || self.status(settings).is_none() {
            return None;
        }
        let inches = 8_560 + self.fed * u64::from(settings.height_mm) * 10 / 254;
        let bits = match self.fault {
            PrinterFault::PaperOut => 0x1,
            PrinterFault::HeadOpen => 0x4,
            PrinterFault::Paused => 0x10000,
            _ => 0,
        };
        let flag = u8::from(bits != 0);
        let text = if errors {
            format!(
                "\r\n  PRINTER STATUS\r\n   ERRORS:         {flag} 00000000 {bits:08X}\r\n   WARNINGS:       0 00000000 00000000"
            )
        } else {
            format!("  PRINT METERS\r\n    TOTAL NONRESETTABLE:              {inches} \"")
        };
        Some(format!("\x02\r\n{text}\r\n\x03\r\n").into_bytes())
    }

    /// The label that is to come out next.
    fn next(&self) -> Option<(u64, Arc<[u8]>)> {
        let job = self.queue.front().filter(|_| self.moves_paper())?;
        Some((job.number, Arc::clone(&job.zpl)))
    }

    /// One copy comes out, unless something came between: the buffer cleared, the paper gone.
    fn finish(&mut self, number: u64, png: &[u8]) -> Option<Arc<Printed>> {
        let can = self.moves_paper();
        let job = self.queue.front_mut().filter(|job| can && job.number == number)?;
        job.remaining -= 1;
        let (zpl, done) = (job.zpl.to_vec(), job.remaining == 0);
        if done {
            self.queue.pop_front();
        }
        self.printed += 1;
        self.fed += u64::from(self.fault != PrinterFault::OdometerStuck);
        let printed = Arc::new(Printed { index: self.printed, zpl, png: png.to_vec() });
        if self.history.len() == KEPT {
            self.history.pop_front();
        }
        self.history.push_back(Arc::clone(&printed));
        Some(printed)
    }
}

/// The printer's own resolution; its makers round 203 dpi to 8 dots a millimetre.
fn dots_per_mm(dpi: u16) -> i32 {
    match dpi {
        0..=175 => 6,
        176..=250 => 8,
        251..=450 => 12,
        _ => 24,
    }
}

/// Prints what is in the buffer, one copy after the other.
pub(super) async fn run(shared: Shared) {
    let mut seen = shared.state.subscribe();
    let mut drawn: Option<(u64, Vec<u8>)> = None;
    loop {
        let next = match seen.wait_for(|state| state.next().is_some()).await {
            Ok(state) => state.next(),
            Err(_) => return,
        };
        let Some((number, zpl)) = next else { continue };
        let png = match drawn.take() {
            Some((of, png)) if of == number => png,
            _ => draw(zpl, shared.settings).await,
        };
        let mut came_out = None;
        shared.state.send_modify(|state| came_out = state.finish(number, &png));
        if let Some(label) = came_out {
            let _ = shared.labels.send(label);
        }
        drawn = Some((number, png));
    }
}

/// A label that cannot be drawn comes out blank, as from a real printer; the log says so.
async fn draw(zpl: Arc<[u8]>, settings: PrinterSettings) -> Vec<u8> {
    if !settings.render {
        return Vec::new();
    }
    let options = labelize::RenderOptions {
        language: Some(labelize::Language::Zpl),
        width_mm: Some(f64::from(settings.width_mm)),
        height_mm: Some(f64::from(settings.height_mm)),
        dpmm: dots_per_mm(settings.dpi),
        antialias: false,
    };
    let drawing = tokio::task::spawn_blocking(move || labelize::render_png(&zpl, options));
    match drawing.await {
        Ok(Ok(rendered)) => rendered.bytes,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the virtual printer cannot draw this label");
            Vec::new()
        }
        Err(error) => {
            tracing::warn!(%error, "the virtual printer stumbled over this label");
            Vec::new()
        }
    }
}
