//! The hands at the bench: the page's, and the robot's.

use std::sync::Arc;

use hal::sim::{PrinterFault, ScaleFault};
use tokio::sync::mpsc;

use super::bench::VirtualBench;
use super::day::Day;
use super::labels::PrintedLabels;
use super::next::{Left, NextStep, WORKS, next};
use crate::barcode::Command;
use crate::daemon::ServiceHandle;
use crate::daemon::control::Call;
use crate::screen::View;
use crate::uplink::receiver::Receiver;
use crate::web::{BenchAct, BenchCall};

/// Everything that hands can reach.
pub(super) struct Hands {
    pub(super) bench: VirtualBench,
    pub(super) receiver: Receiver,
    pub(super) service: ServiceHandle,
    pub(super) labels: PrintedLabels,
    pub(super) day: Day,
}

/// Does what the page asks of the bench, one act after the other.
pub(super) async fn serve(hands: Arc<Hands>, mut calls: mpsc::Receiver<BenchCall>) {
    while let Some(BenchCall { act, reply }) = calls.recv().await {
        let _ = reply.send(hands.perform(act).await);
    }
}

impl Hands {
    /// The next thing to do, where this is left once nothing is in hand.
    pub(super) fn next(&self, view: &View, left: Left) -> NextStep {
        let grams = view.order.as_ref().map_or(0, |order| self.day.grams(order));
        next(&view.awaits, &self.bench.sight(view, &self.labels.borrow(), grams, left))
    }

    pub(super) async fn perform(&self, act: BenchAct) -> Result<(), String> {
        let bench = &self.bench;
        match act {
            BenchAct::Scan(text) => bench.scan(&text).await?,
            BenchAct::Command(text) => bench.scan(&command(&text)?.encode()).await?,
            BenchAct::Put { grams } => bench.put(i64::from(grams)),
            BenchAct::PutOrder => {
                let order = self.view().order.ok_or("scan an order first")?;
                bench.put(self.day.grams(&order));
            }
            BenchAct::Lift => bench.put(0),
            BenchAct::ScanLabel { index } => self.scan_label(index).await?,
            BenchAct::Printer { fault } => {
                bench.printer.set_fault(match fault.as_str() {
                    WORKS => PrinterFault::None,
                    "paper_out" => PrinterFault::PaperOut,
                    "head_open" => PrinterFault::HeadOpen,
                    "off" => PrinterFault::Off,
                    other => return Err(format!("no printer fault {other:?}")),
                });
                bench.switches.send_modify(|switches| switches.printer = fault);
            }
            BenchAct::Scale { fault } => {
                self.set_scale(&fault)?;
                bench.switches.send_modify(|switches| switches.scale = fault);
            }
            BenchAct::Network { up } => {
                self.receiver.pull_cable(!up);
                bench.switches.send_modify(|switches| switches.network = up);
            }
        }
        Ok(())
    }

    fn set_scale(&self, fault: &str) -> Result<(), String> {
        let scale = &self.bench.scale;
        // Whatever is wrong from now on, it is plugged in, unless it is the plug.
        if fault != "off" && !scale.path().exists() {
            scale.replug().map_err(|error| error.to_string())?;
        }
        match fault {
            WORKS => scale.set_fault(ScaleFault::None),
            "silent" => scale.set_fault(ScaleFault::Silent),
            "off" => scale.unplug(),
            other => return Err(format!("no scale fault {other:?}")),
        }
        Ok(())
    }

    /// Scans this label, or the newest: the code of the parcel in hand where it has that, else its longest.
    async fn scan_label(&self, index: Option<u64>) -> Result<(), String> {
        let view = self.view();
        if let Some(cancelled) = &self.day.cancelled
            && view.order.as_ref() == Some(&cancelled.id.number)
        {
            let orders = vec![cancelled.clone()];
            super::call(&self.service, Call::Import { orders, newest: false, dry_run: false, each: false })
                .await
                .map_err(|error| error.to_string())?;
        }
        let code = {
            let labels = self.labels.borrow();
            let label = labels.iter().find(|label| index.is_none_or(|index| label.index == index));
            let codes = &label.ok_or("no label is printed yet")?.codes;
            let mine =
                codes.iter().find(|code| view.tracking.as_ref().is_some_and(|number| code.keys.contains(number)));
            mine.or(codes.first()).ok_or("no scanner can read this label")?.scanned.clone()
        };
        self.bench.scan(&code).await
    }

    /// What the screen shows now.
    pub(super) fn view(&self) -> View {
        self.service.frames.borrow().shown.clone()
    }
}

/// `REPRINT`, `MANIFEST:usps`: a command without its check character.
fn command(text: &str) -> Result<Command, String> {
    let (name, argument) = text.split_once(':').map_or((text, None), |(name, argument)| (name, Some(argument)));
    Command::named(name, argument).map_err(|error| error.to_string())
}
