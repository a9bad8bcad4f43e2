//! A HID scale: five reports a second, as its descriptor says.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use nix::fcntl::OFlag;

use super::gadget::{Gadget, Identity};

/// Dymo M25, whose descriptor this is in short: status, unit, exponent, weight (HID Point of Sale Usage Tables 1.02, 4).
const DESCRIPTOR: &[u8] = &[
    0x05, 0x8d, 0x09, 0x20, 0xa1, 0x01, 0x85, 0x03, 0x05, 0x8d, 0x09, 0x70, 0x15, 0x00, 0x25, 0x10, 0x75, 0x08, 0x95,
    0x01, 0x81, 0x02, 0x09, 0x50, 0x25, 0x10, 0x75, 0x08, 0x95, 0x01, 0x81, 0x02, 0x09, 0x41, 0x15, 0x81, 0x25, 0x7f,
    0x75, 0x08, 0x95, 0x01, 0x81, 0x02, 0x09, 0x40, 0x15, 0x00, 0x27, 0xff, 0xff, 0x00, 0x00, 0x75, 0x10, 0x95, 0x01,
    0x81, 0x02, 0xc0,
];
const REPORT: Duration = Duration::from_millis(200);

/// The scale of the bench and one just like it: what tells them apart, what makes them, and where it reports.
pub(crate) const FIRST: (&str, &str, &str) = ("SCALE1", "hid.first", "/dev/hidg0");
pub(crate) const SECOND: (&str, &str, &str) = ("SCALE2", "hid.second", "/dev/hidg1");

/// A scale and its cable.
#[derive(Debug)]
pub(crate) struct Scale {
    pub(crate) cable: Gadget,
    grams: Arc<AtomicI64>,
    over: Arc<AtomicBool>,
    worker: Option<JoinHandle<()>>,
}

impl Scale {
    pub(crate) fn plug_in(
        controller: usize,
        (serial, function, node): (&'static str, &'static str, &'static str),
    ) -> Self {
        let identity = Identity { vendor: 0x0922, product: 0x8003, serial };
        let attributes: [(&str, &[u8]); 4] =
            [("protocol", b"0"), ("subclass", b"0"), ("report_length", b"6"), ("report_desc", DESCRIPTOR)];
        let cable = Gadget::plug_in(controller, identity, function, &attributes);
        let (grams, over) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicBool::new(false)));
        let (on_pan, ends) = (grams.clone(), over.clone());
        let worker = std::thread::spawn(move || {
            while !ends.load(Ordering::Relaxed) {
                let grams = on_pan.load(Ordering::Relaxed);
                // Nobody takes a report while the cable is out, or while nobody reads the last one.
                let _ = File::options()
                    .write(true)
                    .custom_flags(OFlag::O_NONBLOCK.bits())
                    .open(node)
                    .and_then(|mut node| node.write_all(&report(grams)));
                std::thread::sleep(REPORT);
            }
        });
        Self { cable, grams, over, worker: Some(worker) }
    }

    pub(crate) fn put(&self, grams: i64) {
        self.grams.store(grams, Ordering::Relaxed);
    }

    pub(crate) fn lift(&self) {
        self.put(0);
    }
}

/// Report 3: zero or at rest, in grams.
fn report(grams: i64) -> [u8; 6] {
    let [low, high] = u16::try_from(grams).unwrap().to_le_bytes();
    [3, if grams == 0 { 2 } else { 4 }, 2, 0, low, high]
}

impl Drop for Scale {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = self.worker.take().map(JoinHandle::join);
    }
}
