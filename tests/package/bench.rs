//! The bench: devices on USB cables, and the installed station with a configuration of its own making.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use serde_json::Value;

use super::debian::{Version, command, install, is_installed, says};
use super::gadget::{Gadget, Identity};
use super::order::order;
use super::printer::Printer;
use super::program::until;
use super::scale::{self, Scale};
use super::station::systemctl;

/// The station's file and its memory.
pub(crate) const CONFIG: &str = "/etc/parceld/station.toml";
pub(crate) const DATA: &str = "/var/lib/parceld";
/// Where order files are dropped.
pub(crate) const ORDERS: &str = "/var/lib/parceld-orders";
/// A scanner in CDC mode, whose vendor is known by the udev rules.
const SCANNER: Identity = Identity { vendor: 0x0c2e, product: 0x0b61, serial: "SCANNER1" };
/// Which station the shipped pool of USPS numbers is for; the rest is of no matter.
const SETUP: [&str; 9] = [
    "setup",
    "--yes",
    "--force",
    "--id=DEMO-ST01",
    "--warehouse=US-LAX-1",
    "--timezone=America/Los_Angeles",
    "--line1=2 Test Street",
    "--carriers=usps",
    "--printer-language=zpl",
];

/// Devices that outlive the station.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) scanner: Gadget,
    pub(crate) scale: Scale,
    pub(crate) printer: Printer,
}

impl Bench {
    /// Every device plugged in; the station installed, described, started with an empty memory; for orders a number
    /// pool is begun, and they are imported.
    pub(crate) async fn with_orders(orders: &[&str]) -> Self {
        if !is_installed() {
            install(Version::New);
        }
        systemctl(&["stop", "parceld"]);
        systemctl(&["reset-failed", "parceld"]);
        // The mark beside it would say that numbers were used.
        for folder in [DATA, "/var/lib/parceld-mark"] {
            let _ = std::fs::remove_dir_all(folder);
        }
        let bench = Self {
            scanner: Gadget::plug_in(0, SCANNER, "acm.scanner", &[]),
            scale: Scale::plug_in(1, scale::FIRST),
            printer: Printer::plug_in(2).await,
        };
        for node in ["/dev/parceld/scanner", "/dev/parceld/scale", "/dev/parceld/printer", "/dev/ttyGS0"] {
            until(node, || Path::new(node).exists()).await;
        }
        let said = says("parceld", &SETUP);
        assert!(
            said.contains("scanner: usb:0c2e:0b61:SCANNER1") && said.contains("scale: usb:0922:8003:SCALE1"),
            "{said}"
        );
        // The machine has no network, and perhaps a program that was made long before it was started.
        let text = std::fs::read_to_string(CONFIG).unwrap();
        std::fs::write(CONFIG, text.replace("#clock = \"vouched\"", "clock = \"system\"")).unwrap();
        let (said, good) = command("systemctl", &["start", "parceld"]);
        assert!(good, "{said}{}", super::station::journal(&[]));
        if !orders.is_empty() {
            bench.run(&["pool", "start", "usps", "usps-demo-1", "--next", "1"]);
            let lines: Vec<String> = orders.iter().map(|order_ref| order(order_ref).to_string()).collect();
            std::fs::write("/tmp/orders.jsonl", lines.join("\n")).unwrap();
            bench.run(&["orders", "import", "/tmp/orders.jsonl"]);
        }
        bench
    }

    /// A command on this station, given as its people give it.
    fn run(&self, args: &[&str]) -> String {
        says("runuser", &[&["-u", "parceld", "--", "parceld"], args].concat())
    }

    /// Changes `station.toml`; what is to be replaced is there once.
    pub(crate) fn reconfigure(&self, old: &str, new: &str) {
        let text = std::fs::read_to_string(CONFIG).unwrap();
        assert_eq!(text.matches(old).count(), 1, "{old} in {text}");
        std::fs::write(CONFIG, text.replace(old, new)).unwrap();
    }

    /// What a command says, as JSON.
    pub(crate) async fn ask(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.run(&[args, &["--json"]].concat())).unwrap()
    }

    /// The first parcel, as `parceld parcels show` tells it.
    pub(crate) async fn parcel(&self) -> Value {
        self.shown(1).await
    }

    /// A parcel, the same.
    pub(crate) async fn shown(&self, parcel: u64) -> Value {
        self.ask(&["parcels", "show", &parcel.to_string()]).await
    }

    /// The scanner reads this.
    pub(crate) async fn scan(&self, text: &str) {
        let mut line = File::options().write(true).open("/dev/ttyGS0").unwrap();
        let mut settings = tcgetattr(&line).unwrap();
        cfmakeraw(&mut settings);
        tcsetattr(&line, SetArg::TCSANOW, &settings).unwrap();
        line.write_all(format!("{text}\r").as_bytes()).unwrap();
    }

    pub(crate) fn put(&self, grams: i64) {
        self.scale.put(grams);
    }

    /// Waits until so many labels came out in all.
    pub(crate) async fn printed(&self, labels: u64) {
        until("a label comes out", || self.printer.machine.printed() >= labels).await;
        assert_eq!(self.printer.machine.printed(), labels);
    }

    /// Every event that waits for a receiver.
    pub(crate) async fn received(&self, at_least: usize) -> Vec<Value> {
        let out = format!("{DATA}/events.jsonl");
        self.run(&["outbox", "export", "--out", &out]);
        let text = std::fs::read_to_string(out).unwrap();
        let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(events.len() >= at_least, "{events:#?}");
        events
    }
}
