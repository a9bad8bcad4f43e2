//! A scanner: lines of bytes become scans.

use hal::port::Address;
use hal::scanner::{self, Frame};
use tokio::sync::mpsc;

use crate::barcode::Scan;
use crate::station::event::{Device, Event, Lookup};

/// A scanner of the bench.
#[derive(Debug, Clone)]
pub struct Scanner {
    /// Its name in the configuration.
    pub name: String,
    /// Where it is.
    pub address: Address,
}

/// Scans that may wait for the loop; more than a person can make in the time it needs for one.
const QUEUE: usize = 64;

pub(super) async fn run(scanner: Scanner, events: mpsc::Sender<Event>) {
    let device = Device::Scanner(scanner.name.clone());
    loop {
        let mut port = super::open(&scanner.address, &device, &events).await;
        let (frames, mut framed) = mpsc::channel(QUEUE);
        let reading = scanner::read(&mut port, move |frame| {
            if frames.try_send(frame).is_err() {
                tracing::error!("a scan was dropped: the station does not keep up");
            }
        });
        let forwarding = async {
            while let Some(frame) = framed.recv().await {
                super::report(&events, event(&scanner.name, frame)).await;
            }
        };
        let (error, ()) = tokio::join!(reading, forwarding);
        tracing::warn!(?device, %error, "device lost");
        super::away(&device, &error, &events).await;
        drop(port);
    }
}

fn event(scanner: &str, frame: Frame) -> Event {
    let bad = |why: String| {
        tracing::warn!(scanner, why, "bad scan");
        Event::BadScan { scanner: scanner.to_owned(), why }
    };
    match frame {
        Frame::TooLong(bytes) => bad(crate::barcode::ScanError::TooLong(bytes).to_string()),
        Frame::Scan(bytes) => match Scan::read(&bytes) {
            Ok(scan) => Event::Scanned { scanner: scanner.to_owned(), scan, order: Lookup::None },
            Err(error) => bad(error.to_string()),
        },
    }
}
