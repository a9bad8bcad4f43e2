//! A scanner: bytes become scans, and its beep says what became of them.

use std::path::PathBuf;
use std::time::Duration;

use hal::port::Address;
use hal::scanner::{self, Frame, ScanVerdict, ScannerSettings};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use crate::barcode::{Accept, ScanError};
use crate::station::event::{Device, Event, Input};

/// A scanner of the bench.
#[derive(Debug, Clone)]
pub struct BenchScanner {
    /// Its name in the configuration.
    pub name: String,
    /// Its address: a serial line, a keyboard or a HID device.
    pub address: Address,
    /// What it speaks.
    pub settings: ScannerSettings,
    /// What it may read.
    pub accept: Accept,
    /// File for a recording; `None` for no recording.
    pub record: Option<PathBuf>,
}

impl BenchScanner {
    /// One that sends lines of any kind of code.
    pub fn on_a_line(name: &str, address: Address) -> Self {
        Self {
            name: name.to_owned(),
            address,
            settings: ScannerSettings::default(),
            accept: Accept::default(),
            record: None,
        }
    }
}

/// Scans that may wait for the loop; more than a person can make in the time it needs for one. What comes beyond is lost.
const QUEUE: usize = 64;
/// The loop gets a scan of one scanner every so often at most: far sooner than a person makes two.
const TURN: Duration = Duration::from_millis(20);

pub(super) async fn run(scanner: BenchScanner, mut verdicts: mpsc::Receiver<ScanVerdict>, events: mpsc::Sender<Input>) {
    let device = Device::Scanner(scanner.name.clone());
    let floods = super::flood::watched(&scanner.name, &events);
    loop {
        let mut port = super::open(&scanner.address, scanner.record.as_deref(), &device, &floods, &events).await;
        let opened = tokio::time::Instant::now();
        let (frames, mut framed) = mpsc::channel(QUEUE);
        let too_many = floods.clone();
        let reading = scanner::read(&mut port, scanner.settings, &mut verdicts, move |frame| {
            if frames.try_send(frame).is_err() {
                let _ = too_many.try_send(());
            }
        });
        let forwarding = async {
            let mut turns = tokio::time::interval(TURN);
            turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while let Some(frame) = framed.recv().await {
                turns.tick().await;
                super::report(&events, input(&scanner, frame)).await;
            }
        };
        let (error, ()) = tokio::join!(reading, forwarding);
        tracing::warn!(?device, %error, "device lost");
        super::away(&device, &error, &events).await;
        drop(port);
        // One that is lost as soon as it is open (a keyboard somebody else has) must not be opened again and again.
        if opened.elapsed() < super::AGAIN {
            tokio::time::sleep(super::AGAIN).await;
        }
    }
}

fn input(scanner: &BenchScanner, frame: Frame) -> Input {
    let bad = |why: String| {
        tracing::warn!(scanner = scanner.name, why, "bad scan");
        Event::BadScan { scanner: scanner.name.clone(), why }.into()
    };
    match frame {
        Frame::TooLong(bytes) => bad(ScanError::TooLong(bytes).to_string()),
        Frame::Bad(why) => bad(format!("it came half or wrong ({why}); scan again")),
        Frame::Reply(_) => bad("the scanner\'s own dialog".to_owned()),
        Frame::Scan(bytes) => match scanner.accept.read(&bytes) {
            Ok(scan) => Input::Scan { scanner: scanner.name.clone(), scan },
            Err(error) => bad(error.to_string()),
        },
    }
}
