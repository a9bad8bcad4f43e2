//! Devices of the bench <-> events and effects.
//!
//! One task for each device. It opens the device, reads or drives it, says so when it goes away, and opens it again
//! when it is back; nothing above waits for it. Only this module knows both `hal` and the station's events.

pub mod discover;
pub mod doctor;
mod flood;
mod label_driver;
mod lamp;
pub mod observe;
mod panel;
pub mod paper;
mod printer;
mod scale;
mod scanner;

pub use lamp::Pins;
pub use panel::{BenchPanel, Rotation};

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hal::port::{Address, Port, PortError};
use hal::record::Recorder;
use hal::scale::Key;
use hal::scanner::ScanVerdict;
use paper::Trays;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::screen::{Mood, View, Words};
use crate::station::event::{Device, Effect, Event, Input, ScaleKey, Sound};
use crate::station::parcels::State;
pub use printer::BenchPrinter;
pub use scale::BenchScale;
pub use scanner::BenchScanner;

/// How long a device that is away is left alone before it is opened again.
const AGAIN: Duration = Duration::from_secs(1);

/// The devices of the bench.
#[derive(Debug)]
pub struct Devices {
    /// Scanners, by name.
    pub scanners: Vec<BenchScanner>,
    /// The scale, if there is one.
    pub scale: Option<BenchScale>,
    /// The label printer, if there is one.
    pub printer: Option<BenchPrinter>,
    /// The printer for receipts, if there is one.
    pub receipt: Option<BenchPrinter>,
    /// Lamp, tone and button lines, if they are wired.
    pub pins: Option<Pins>,
    /// The display of the computer itself, if it has one.
    pub panel: Option<BenchPanel>,
}

/// The loop's end of the devices.
#[derive(Debug)]
pub struct Drivers {
    verdicts: BTreeMap<String, mpsc::Sender<ScanVerdict>>,
    pace: watch::Sender<hal::scale::Pace>,
    keys: mpsc::Sender<Key>,
    print: mpsc::Sender<label_driver::PrintTask>,
    trays: Trays,
    mood: watch::Sender<Mood>,
    sound: mpsc::Sender<Sound>,
    shown: watch::Sender<panel::ShownView>,
}

impl Drivers {
    /// Starts a task for each device; times of events count from `began`.
    pub fn start(devices: Devices, events: &mpsc::Sender<Input>, began: Instant) -> Self {
        let (pace, paced) = watch::channel(hal::scale::Pace::Calm);
        let (keys, pressed) = mpsc::channel(1);
        let (print, tasks) = mpsc::channel(16);
        let (mood, moods) = watch::channel(Mood::Ready);
        let (sound, sounds) = mpsc::channel(4);
        let (shown, to_show) = watch::channel(None);
        let (trays, receipts, bag_labels) = Trays::new(devices.receipt.is_some(), devices.printer.is_some());
        let mut verdicts = BTreeMap::new();
        for scanner in devices.scanners {
            let (judge, judged) = mpsc::channel(4);
            verdicts.insert(scanner.name.clone(), judge);
            tokio::spawn(scanner::run(scanner, judged, events.clone()));
        }
        if let Some(scale) = devices.scale {
            tokio::spawn(scale::run(scale, paced, pressed, events.clone(), began));
        }
        if let Some(printer) = devices.printer {
            tokio::spawn(label_driver::run(printer, tasks, bag_labels, events.clone()));
        }
        if let Some(printer) = devices.receipt {
            tokio::spawn(paper::run(printer, receipts, events.clone()));
        }
        if let Some(pins) = devices.pins {
            tokio::spawn(lamp::run(pins, lamp::Ends { moods, sounds, events: events.clone() }));
        }
        if let Some(panel) = devices.panel {
            tokio::spawn(panel::run(panel, to_show, events.clone()));
        }
        Self { verdicts, pace, keys, print, trays, mood, sound, shown }
    }

    /// Does what was decided. Nothing here blocks: a device that does not listen loses a sound, never a print, because
    /// the printer's queue is longer than anything the station ever asks of it at once.
    pub fn perform(&self, effect: Effect) {
        let task = match effect {
            Effect::Prepare { job, clear } => label_driver::PrintTask::Prepare { job, clear },
            Effect::Send { job, bytes } => label_driver::PrintTask::Send { job, bytes },
            Effect::Ask(job) => label_driver::PrintTask::Ask(job),
            Effect::Forget => label_driver::PrintTask::Forget,
            Effect::Release => label_driver::PrintTask::Release,
            Effect::Press(key) => {
                let key = match key {
                    ScaleKey::Zero => Key::Zero,
                    ScaleKey::Tare => Key::Tare,
                };
                let _ = self.keys.try_send(key);
                return;
            }
            Effect::Verdict { scanner, accepted } => {
                if let Some(judge) = self.verdicts.get(&scanner) {
                    let _ = judge.try_send(if accepted { ScanVerdict::Accepted } else { ScanVerdict::Refused });
                }
                return;
            }
            Effect::Sound(sound) => {
                let _ = self.sound.try_send(sound);
                return;
            }
            // Whoever performs it asks the loop's own memory first, then puts the paper into a tray.
            Effect::Print(_) | Effect::Reconsider => return,
        };
        if self.print.try_send(task).is_err() {
            tracing::error!("no label printer takes the job; check [[printer]] in the configuration");
        }
    }

    /// The queues of the printers of documents for people.
    pub fn trays(&self) -> Trays {
        self.trays.clone()
    }

    /// Lets the display show this. Nothing is drawn where there is none.
    pub fn show(&self, view: &View, words: &Arc<Words>) {
        if self.shown.receiver_count() > 0 {
            self.shown.send_replace(Some((view.clone(), words.clone())));
        }
    }

    /// Lets the lamp show the screen's colour, and the scale hurry only while somebody waits for a weight.
    pub fn follow(&self, mood: Mood, in_hand: Option<State>) {
        self.mood.send_if_modified(|now| std::mem::replace(now, mood) != mood);
        let pace = match in_hand {
            Some(State::Open | State::Weighed) => hal::scale::Pace::Eager,
            _ => hal::scale::Pace::Calm,
        };
        self.pace.send_if_modified(|now| std::mem::replace(now, pace) != pace);
    }
}

/// Opens a device, however long it takes; says once that it is away, and once that it is there.
async fn open(
    address: &Address,
    record: Option<&Path>,
    device: &Device,
    floods: &mpsc::Sender<()>,
    events: &mpsc::Sender<Input>,
) -> Port {
    let mut said = false;
    loop {
        match open_port(address, record).await {
            Ok(mut port) => {
                port.tell_floods(floods.clone());
                tracing::info!(?device, "device opened");
                report(events, Event::Device { device: device.clone(), away: None }).await;
                return port;
            }
            Err(error) => {
                if !said {
                    tracing::warn!(?device, %error, "device is away");
                    away(device, &error, events).await;
                    said = true;
                }
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

/// Opens a port, and writes down what passes over it where that is wanted.
async fn open_port(address: &Address, record: Option<&Path>) -> Result<Port, PortError> {
    let mut port = Port::open(address).await?;
    if let Some(file) = record {
        match Recorder::append(file, port.what()) {
            Ok(recorder) => port.record(recorder),
            Err(error) => tracing::warn!(%error, file = %file.display(), "nothing is recorded"),
        }
    }
    Ok(port)
}

async fn away(device: &Device, error: &PortError, events: &mpsc::Sender<Input>) {
    report(events, Event::Device { device: device.clone(), away: Some(error.to_string()) }).await;
}

/// Hands an event to the loop; when the loop is gone the program is ending.
async fn report(events: &mpsc::Sender<Input>, input: impl Into<Input>) {
    let _ = events.send(input.into()).await;
}
