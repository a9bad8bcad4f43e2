//! The virtual devices of the bench: of the kinds that the configuration names.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use hal::port::{Address, SerialSettings};
use hal::printer::Known;
use hal::scale::{ScaleProtocol, ScaleSettings, WireUnit};
use hal::scanner::{ScannerProtocol, ScannerSettings};
use hal::sim::{Printer, PrinterSettings, Scale, Scanner};
use tokio::sync::watch;

use super::next::{Left, Sight, WORKS};
use super::{DemoError, files};
use crate::config::{self, Config};
use crate::devices::{BenchPrinter, BenchScale, BenchScanner, Devices};
use crate::screen::View;
use crate::units::MassUnit;
use crate::web::PrintedLabel;

/// What the switches of the bench stand at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BenchSwitches {
    /// What is wrong with the printer; [`WORKS`] when nothing is.
    pub(super) printer: String,
    /// What is wrong with the scale.
    pub(super) scale: String,
    /// The network cable is plugged in.
    pub(super) network: bool,
    /// How often something was put on the pan or taken off.
    pub(super) moved: u64,
}

/// The devices of the bench.
pub(super) struct VirtualBench {
    /// The hands use the first; there may be none.
    scanners: Vec<Scanner>,
    pub(super) scale: Scale,
    pub(super) printer: Printer,
    pub(super) receipts: Option<Printer>,
    /// The station asks the printer what became of a label.
    tells: bool,
    pub(super) switches: watch::Sender<BenchSwitches>,
}

impl VirtualBench {
    /// Plugs everything in. `fast`: the pan rests at once.
    pub(super) async fn plug_in(data: &Path, config: &Config, fast: bool) -> Result<Self, DemoError> {
        let folder = data.join("devices");
        let device = |what| move |source| DemoError::Device { what, source };
        let scanner = |number: usize| match number {
            0 => Scanner::open_at(folder.join("scanner")),
            more => Scanner::open_at(folder.join(format!("scanner-{}", more + 1))),
        };
        let scanners: Result<Vec<Scanner>, _> = (0..config.scanners.len()).map(scanner).collect();
        let scale = Scale::open_at(folder.join("scale"), scale(&config.scale).protocol).map_err(device("scale"))?;
        scale.set_settling(fast);
        let anywhere = || (Ipv4Addr::LOCALHOST, 0).into();
        let printer = Printer::listen(anywhere(), paper(&config.printer)).await.map_err(device("printer"))?;
        let receipts = match &config.receipt {
            Some(receipt) => {
                Some(Printer::listen(anywhere(), paper(receipt)).await.map_err(device("receipt printer"))?)
            }
            None => None,
        };
        let switches = BenchSwitches { printer: WORKS.to_owned(), scale: WORKS.to_owned(), network: true, moved: 0 };
        Ok(Self {
            scanners: scanners.map_err(device("scanner"))?,
            scale,
            printer,
            receipts,
            tells: config.printer.asks,
            switches: watch::Sender::new(switches),
        })
    }

    /// The station's ends of them.
    pub(super) fn devices(&self, config: &Config) -> Devices {
        let scanner = |(own, scanner): (&config::Scanner, &Scanner)| BenchScanner {
            settings: lines(own.settings),
            accept: own.accept.clone(),
            ..BenchScanner::on_a_line(&own.name, serial(scanner.path()))
        };
        let printer = |own: &config::Printer, printer: &Printer| BenchPrinter {
            language: own.language,
            known: if own.asks { Known::default() } else { Known::silent() },
            ..BenchPrinter::zpl(&own.name, Address::Tcp(printer.addr().to_string()))
        };
        Devices {
            scanners: config.scanners.iter().zip(&self.scanners).map(scanner).collect(),
            scale: Some(BenchScale {
                address: serial(self.scale.path()),
                settings: scale(&config.scale),
                record: None,
            }),
            printer: Some(printer(&config.printer, &self.printer)),
            receipt: config.receipt.as_ref().zip(self.receipts.as_ref()).map(|(own, receipts)| printer(own, receipts)),
            pins: None,
            panel: None,
        }
    }

    /// Writes `devices.json`: where everything virtual can be reached.
    pub(super) fn write_devices(&self, data: &Path, page: SocketAddr, receiver: SocketAddr) -> Result<(), DemoError> {
        let devices = serde_json::json!({
            "scanner": self.scanners.first().map(Scanner::path),
            "scale": self.scale.path(),
            "printer": self.printer.addr().to_string(),
            "receipt_printer": self.receipts.as_ref().map(|receipts| receipts.addr().to_string()),
            "page": format!("http://{page}/"),
            "receiver": format!("http://{receiver}"),
            "pid": std::process::id(),
        });
        files::write(&data.join("devices.json"), format!("{devices:#}\n").as_bytes())
    }

    /// The scanner reads this.
    pub(super) async fn scan(&self, text: &str) -> Result<(), String> {
        let scanner = self.scanners.first().ok_or("the configuration names no scanner")?;
        scanner.scan(text).await.map_err(|error| error.to_string())
    }

    /// This mass is on the pan, and nothing else.
    pub(super) fn put(&self, grams: i64) {
        self.scale.put(picograms(grams));
        self.switches.send_modify(|switches| switches.moved += 1);
    }

    /// What a person sees here beside the screen. `grams`: what the parcel of the order in hand weighs.
    pub(super) fn sight(&self, view: &View, labels: &[PrintedLabel], grams: i64, left: Left) -> Sight {
        let mine = |label: &&PrintedLabel| {
            view.tracking.as_ref().is_some_and(|tracking| label.codes.iter().any(|code| code.keys.contains(tracking)))
        };
        let count = u32::try_from(labels.iter().filter(mine).count()).unwrap_or(u32::MAX);
        let switches = self.switches.borrow();
        Sight {
            load: self.scale.load(),
            net: self.scale.net(),
            parcel: picograms(grams),
            labels: (count, labels.iter().find(mine).map(|label| label.index)),
            coming: self.printer.printed() > labels.first().map_or(0, |label| label.index),
            tells: self.tells,
            printer_works: switches.printer == WORKS,
            scale_works: switches.scale == WORKS,
            left,
        }
    }
}

fn picograms(grams: i64) -> i64 {
    grams.saturating_mul(MassUnit::G.picograms())
}

fn serial(path: &Path) -> Address {
    Address::Serial(SerialSettings::new(path))
}

/// What a virtual scale speaks: what the real one does, where that goes over a serial line. The unit that Toledo 8217 leaves
/// to the display is kilograms on the virtual one.
fn scale(own: &config::Scale) -> ScaleSettings {
    match own.settings.protocol {
        ScaleProtocol::Hid => ScaleSettings::new(ScaleProtocol::MtSics),
        ScaleProtocol::Toledo8217 => ScaleSettings { unit: Some(WireUnit::Kilogram), ..own.settings },
        ScaleProtocol::MtSics
        | ScaleProtocol::Nci
        | ScaleProtocol::AAndD
        | ScaleProtocol::Cas
        | ScaleProtocol::Ohaus
        | ScaleProtocol::Sbi
        | ScaleProtocol::Adam => own.settings,
    }
}

/// What a virtual scanner speaks: lines that end with a carriage return.
fn lines(own: ScannerSettings) -> ScannerSettings {
    ScannerSettings { longest: own.longest, ..ScannerSettings::default() }
}

/// A virtual printer with the head and the paper of the real one. Endless paper is cut at the usual length.
fn paper(own: &config::Printer) -> PrinterSettings {
    let small = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
    let usual = PrinterSettings::default();
    PrinterSettings {
        dpi: small(own.dpi),
        width_mm: small(own.width_mm),
        height_mm: if own.height_mm == 0 { usual.height_mm } else { small(own.height_mm) },
        language: Some(own.language),
        ..usual
    }
}

/// How the virtual devices are not those of the configuration.
pub(super) fn differences(config: &Config) -> Vec<String> {
    let mut differences = Vec::new();
    match (config.scale.settings.protocol, config.scale.settings.unit) {
        (ScaleProtocol::Hid, _) => differences.push("the scale speaks mt-sics in place of hid".to_owned()),
        (ScaleProtocol::Toledo8217, Some(unit)) if unit != WireUnit::Kilogram => {
            differences.push("the scale shows kilograms".to_owned());
        }
        _ => {}
    }
    for scanner in &config.scanners {
        let kind = match scanner.settings.protocol {
            ScannerProtocol::Lines => continue,
            ScannerProtocol::Ssi => "packets (SSI)",
            ScannerProtocol::Keyboard => "keys",
            ScannerProtocol::HidPos => "HID reports",
        };
        differences.push(format!("scanner {:?} sends lines in place of {kind}", scanner.name));
    }
    if config.printer.height_mm == 0 {
        let usual = PrinterSettings::default().height_mm;
        differences.push(format!("the endless paper of the label printer is cut every {usual} mm"));
    }
    differences
}
