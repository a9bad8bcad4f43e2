//! The bench: devices on USB cables, and a station's folder.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use parceld::uplink::receiver::Receiver;
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::timeout;

use super::demo_config::{shipped, station_toml};
use super::gadget::{Gadget, Identity};
use super::order::order;
use super::printer::Printer;
use super::program::{DEADLINE, Ran, until, with_config};
use super::scale::{self, Scale};
use super::station::Station;
use super::watch::Watch;

/// A scanner in CDC mode, whose vendor is known by the udev rules.
const SCANNER: Identity = Identity { vendor: 0x0c2e, product: 0x0b61, serial: "SCANNER1" };

/// Devices that outlive the station.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) scanner: Gadget,
    pub(crate) scale: Scale,
    pub(crate) printer: Printer,
    receiver: Receiver,
    config: PathBuf,
    dir: TempDir,
}

impl Bench {
    /// Every device plugged in, a number pool begun and these orders imported.
    pub(crate) async fn with_orders(orders: &[&str]) -> Self {
        let dir = TempDir::new().unwrap();
        let bench = Self {
            scanner: Gadget::plug_in(0, SCANNER, "acm.scanner", &[]),
            scale: Scale::plug_in(1, scale::FIRST),
            printer: Printer::plug_in(2).await,
            receiver: Receiver::start((std::net::Ipv4Addr::LOCALHOST, 0).into(), Default::default()).await.unwrap(),
            config: dir.path().join("station.toml"),
            dir,
        };
        for node in ["/dev/ttyACM0", "/dev/hidraw0", "/dev/ttyGS0"] {
            until(node, || std::path::Path::new(node).exists()).await;
        }
        bench.configure();
        bench.run(&["pool", "start", "usps", "usps-demo-1", "--next", "1"]).await.good();
        if !orders.is_empty() {
            let file = bench.dir.path().join("orders.jsonl");
            let lines: Vec<String> = orders.iter().map(|order_ref| order(order_ref).to_string()).collect();
            std::fs::write(&file, lines.join("\n")).unwrap();
            bench.run(&["orders", "import", file.to_str().unwrap()]).await.good();
        }
        bench
    }

    /// The demo's `station.toml`, with devices named by what they are.
    fn configure(&self) {
        let devices = ["usb:0c2e:0b61", "usb:0922:8003", "usb:0a5f:0120"];
        let text = station_toml(devices, self.data().to_str().unwrap(), shipped)
            .replace("\"mt-sics\"", "\"hid\"")
            .replace("127.0.0.1:8080", "127.0.0.1:0");
        let uplink = format!("\n[uplink]\nurl = \"http://{}\"\ntoken_file = \"token\"\n", self.receiver.addr());
        let token = self.dir.path().join("token");
        std::fs::write(&token, "token").unwrap();
        std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&self.config, text + &uplink).unwrap();
    }

    /// Changes `station.toml`; what is to be replaced is there once.
    pub(crate) fn reconfigure(&self, old: &str, new: &str) {
        let text = std::fs::read_to_string(&self.config).unwrap();
        assert_eq!(text.matches(old).count(), 1, "{old} in {text}");
        std::fs::write(&self.config, text.replace(old, new)).unwrap();
    }

    /// Where the station keeps its data.
    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Adds to `station.toml`.
    pub(crate) fn configure_more(&self, text: &str) {
        let mut file = File::options().append(true).open(&self.config).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// What `parceld doctor --watch` says, line by line.
    pub(crate) fn watch(&self) -> Watch {
        Watch::start(&self.config)
    }

    /// What the doctor says of everything.
    pub(crate) async fn doctor(&self) -> String {
        let ran = self.run(&["doctor"]).await;
        format!("{}{}", ran.out, ran.err)
    }

    /// A command on this station.
    pub(crate) async fn run(&self, args: &[&str]) -> Ran {
        with_config(&self.config, args).await
    }

    /// What a command says, as JSON.
    pub(crate) async fn ask(&self, args: &[&str]) -> Value {
        self.run(&[args, &["--json"]].concat()).await.json()
    }

    /// The first parcel, as `parceld parcels show` tells it.
    pub(crate) async fn parcel(&self) -> Value {
        self.shown(1).await
    }

    /// A parcel, the same.
    pub(crate) async fn shown(&self, parcel: u64) -> Value {
        self.ask(&["parcels", "show", &parcel.to_string()]).await
    }

    /// Switches the station on and waits until it sees scanner and scale.
    pub(crate) async fn start(&self) -> Station {
        let station = Station::start(&self.config).await;
        station.logged("device opened device=Scanner").await;
        station.logged("device opened device=Scale").await;
        station
    }

    /// The scanner reads this.
    pub(crate) async fn scan(&self, text: &str) {
        self.send(format!("{text}\r").as_bytes());
    }

    /// The scanner sends these bytes.
    pub(crate) fn send(&self, bytes: &[u8]) {
        let mut line = File::options().write(true).open("/dev/ttyGS0").unwrap();
        let mut settings = tcgetattr(&line).unwrap();
        cfmakeraw(&mut settings);
        tcsetattr(&line, SetArg::TCSANOW, &settings).unwrap();
        line.write_all(bytes).unwrap();
    }

    pub(crate) fn put(&self, grams: i64) {
        self.scale.put(grams);
    }

    /// Waits until so many labels came out in all.
    pub(crate) async fn printed(&self, labels: u64) {
        until("a label comes out", || self.printer.machine.printed() >= labels).await;
        assert_eq!(self.printer.machine.printed(), labels);
    }

    /// Waits until the receiver has at least so many events.
    pub(crate) async fn received(&self, at_least: u64) -> Vec<Value> {
        let mut stored = self.receiver.watch();
        let enough = timeout(DEADLINE, stored.wait_for(|stored| *stored >= at_least)).await.is_ok();
        assert!(enough, "the receiver has fewer than {at_least} events");
        let events = self.receiver.events().await;
        events.iter().map(|event| serde_json::from_str(&event.body).unwrap()).collect()
    }
}
