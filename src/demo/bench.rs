//! The virtual bench, and the hands on it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use hal::sim::{Printer, PrinterFault, PrinterSettings, Scale, ScaleFault, Scanner};
use tokio::sync::mpsc;

use super::labels::PrintedLabels;
use super::{DemoError, files};
use crate::barcode::Command;
use crate::daemon::{ServiceHandle, ask};
use crate::units::MassUnit;
use crate::uplink::receiver::Receiver;
use crate::web::{BenchAct, BenchCall, Question};

/// What a receipt printer prints of paper 80 mm wide.
const RECEIPT_MM: u16 = 72;
/// Carton and filling, grams.
pub(super) const CARTON_GRAMS: i64 = 180;

/// The devices of the bench.
pub(super) struct VirtualBench {
    pub(super) scanner: Scanner,
    pub(super) scale: Scale,
    pub(super) printer: Printer,
    pub(super) receipts: Printer,
}

impl VirtualBench {
    /// Plugs everything in. `fast`: the pan rests at once.
    pub(super) async fn plug_in(data: &Path, fast: bool) -> Result<Self, DemoError> {
        let folder = data.join("devices");
        std::fs::create_dir_all(&folder).map_err(|source| DemoError::File { path: folder.clone(), source })?;
        let device = |what| move |source| DemoError::Device { what, source };
        let scanner = Scanner::open_at(folder.join("scanner")).map_err(device("scanner"))?;
        let scale = Scale::open_at(folder.join("scale"), hal::scale::ScaleProtocol::MtSics).map_err(device("scale"))?;
        scale.set_settling(fast);
        let anywhere = (std::net::Ipv4Addr::LOCALHOST, 0).into();
        let printer = Printer::listen(anywhere, PrinterSettings::default()).await.map_err(device("printer"))?;
        let narrow = PrinterSettings {
            width_mm: RECEIPT_MM,
            language: Some(hal::printer::Language::EscPos),
            ..PrinterSettings::default()
        };
        let receipts = Printer::listen(anywhere, narrow).await.map_err(device("receipt printer"))?;
        Ok(Self { scanner, scale, printer, receipts })
    }

    /// Writes `devices.json`: where everything virtual can be reached.
    pub(super) fn write_devices(&self, data: &Path, page: SocketAddr, receiver: SocketAddr) -> Result<(), DemoError> {
        let devices = serde_json::json!({
            "scanner": self.scanner.path(),
            "scale": self.scale.path(),
            "printer": self.printer.addr().to_string(),
            "receipt_printer": self.receipts.addr().to_string(),
            "page": format!("http://{page}/"),
            "receiver": format!("http://{receiver}"),
            "pid": std::process::id(),
        });
        files::write(&data.join("devices.json"), format!("{devices:#}\n").as_bytes())
    }

    /// The scanner reads this.
    pub(super) async fn scan(&self, text: &str) -> Result<(), String> {
        self.scanner.scan(text).await.map_err(|error| error.to_string())
    }

    /// Something of this mass is on the pan.
    pub(super) fn put(&self, grams: i64) {
        self.scale.put(grams.saturating_mul(MassUnit::G.picograms()));
    }
}

/// Does what the page asks of the bench, one act after the other.
pub(super) async fn serve(
    bench: Arc<VirtualBench>,
    receiver: Arc<Receiver>,
    service: ServiceHandle,
    labels: PrintedLabels,
    mut calls: mpsc::Receiver<BenchCall>,
) {
    while let Some(BenchCall { act, reply }) = calls.recv().await {
        let _ = reply.send(perform(&bench, &receiver, &service, &labels, act).await);
    }
}

async fn perform(
    bench: &VirtualBench,
    receiver: &Receiver,
    service: &ServiceHandle,
    labels: &PrintedLabels,
    act: BenchAct,
) -> Result<(), String> {
    match act {
        BenchAct::Scan(text) => bench.scan(&text).await,
        BenchAct::Command(text) => bench.scan(&command(&text)?.encode()).await,
        BenchAct::Put { grams } => {
            bench.put(i64::from(grams));
            Ok(())
        }
        BenchAct::PutOrder => {
            let grams = current_order_grams(service).await.ok_or("scan an order first")?;
            bench.put(grams);
            Ok(())
        }
        BenchAct::Lift => {
            bench.scale.lift();
            Ok(())
        }
        BenchAct::ScanLabel => {
            let newest = labels.newest.borrow().clone().ok_or("no label with a barcode is printed yet")?;
            bench.scan(&newest.scanned).await
        }
        BenchAct::Printer { fault } => {
            bench.printer.set_fault(match fault.as_str() {
                "none" => PrinterFault::None,
                "paper_out" => PrinterFault::PaperOut,
                "head_open" => PrinterFault::HeadOpen,
                "paused" => PrinterFault::Paused,
                "off" => PrinterFault::Off,
                other => return Err(format!("no printer fault {other:?}")),
            });
            Ok(())
        }
        BenchAct::Scale { fault } => {
            bench.scale.set_fault(match fault.as_str() {
                "none" => {
                    // Works again, whatever was wrong: one that was pulled is plugged in.
                    if !bench.scale.path().exists() {
                        bench.scale.replug().map_err(|error| error.to_string())?;
                    }
                    ScaleFault::None
                }
                "silent" => ScaleFault::Silent,
                "never_settles" => ScaleFault::NeverSettles,
                "off" => {
                    bench.scale.unplug();
                    return Ok(());
                }
                other => return Err(format!("no scale fault {other:?}")),
            });
            Ok(())
        }
        BenchAct::Network { up } => {
            receiver.pull_cable(!up);
            Ok(())
        }
    }
}

/// `REPRINT`, `MANIFEST:usps`: a command without its check character.
fn command(text: &str) -> Result<Command, String> {
    let (name, argument) = text.split_once(':').map_or((text, None), |(name, argument)| (name, Some(argument)));
    Command::named(name, argument).map_err(|error| error.to_string())
}

/// What the parcel of the order in hand weighs, carton and all.
async fn current_order_grams(service: &ServiceHandle) -> Option<i64> {
    let order = service.frames.borrow().view["view"]["order"].as_str()?.to_owned();
    let orders = ask(service, Question::Orders).await?;
    let order = orders.as_array()?.iter().find(|known| known["order_ref"] == order.as_str())?.clone();
    Some(order["grams"].as_i64()? + CARTON_GRAMS)
}
