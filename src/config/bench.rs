//! The devices of a configuration, whatever is wrong with the rest of it.

use std::path::{Path, PathBuf};

use super::{ClockTrust, ConfigReading, GpioKeys, Panel, Printer, Problems, ReadFor, Scale, Scanner};

/// The devices of `station.toml`, as far as they could be read.
#[derive(Debug, Clone, Default)]
pub struct Bench {
    /// Scanners.
    pub scanners: Vec<Scanner>,
    /// The scale.
    pub scale: Option<Scale>,
    /// The label printer.
    pub printer: Option<Printer>,
    /// The printer for receipts.
    pub receipt: Option<Printer>,
    /// Lamps, tone and button.
    pub gpio: Option<GpioKeys>,
    /// The display of the computer itself.
    pub panel: Option<Panel>,
    /// What makes the computer's clock believed.
    pub clock: Option<ClockTrust>,
    /// Where recordings go.
    pub data_dir: Option<PathBuf>,
}

impl Bench {
    /// The same devices, of which nothing is written down: recordings are the station's.
    #[must_use]
    pub fn without_recordings(mut self) -> Self {
        self.scanners.iter_mut().for_each(|scanner| scanner.record = false);
        self.scale.iter_mut().for_each(|scale| scale.record = false);
        self.printer.iter_mut().chain(&mut self.receipt).for_each(|printer| printer.record = false);
        self
    }

    /// Reads what can be read, whatever is wrong with the rest of the file: a doctor is called before everything is in its
    /// place. `None` for a file that cannot be read at all; every problem beside.
    pub fn read(path: &Path) -> (Option<Self>, Problems) {
        let reading = ConfigReading::of(path, ReadFor::Packing);
        (reading.bench, reading.problems)
    }
}
