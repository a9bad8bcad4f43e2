//! The bench: virtual devices, a receiver, and a station's folder.

use std::path::{Path, PathBuf};

use hal::printer::Language;
use hal::scale::ScaleProtocol;
use hal::sim::{Edge, Printer, PrinterFault, PrinterSettings, Scale, Scanner};
use parceld::uplink::receiver::{self, Receiver};
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::timeout;

use super::demo_config::{shipped, station_toml};
use super::order::order;
use super::program::{DEADLINE, Ran, repository, until, with_config};
use super::station::Station;

const TOKEN: &str = "rig-token";
/// Picograms of a gram.
const GRAM: i64 = 1_000_000_000_000;
/// The carrier whose number pool is begun: the only one that can be chosen.
pub(crate) const CARRIER: &str = "usps";

/// Devices that outlive the station.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) scanner: Scanner,
    pub(crate) scale: Scale,
    pub(crate) printer: Printer,
    pub(crate) receiver: Receiver,
    pub(crate) config: PathBuf,
    dir: TempDir,
}

impl Bench {
    /// A bench with its configuration; nothing runs yet.
    pub(crate) async fn bare() -> Self {
        Self::bare_with(PrinterSettings::default()).await
    }

    async fn bare_with(settings: PrinterSettings) -> Self {
        let dir = TempDir::new().unwrap();
        let anywhere = (std::net::Ipv4Addr::LOCALHOST, 0).into();
        let settings = PrinterSettings { render: false, ..settings };
        let token = Some(TOKEN.to_owned());
        let bench = Self {
            scanner: Scanner::open_at(dir.path().join("scanner")).unwrap(),
            scale: Scale::open_at(dir.path().join("scale"), ScaleProtocol::MtSics).unwrap(),
            printer: Printer::listen(anywhere, settings).await.unwrap(),
            receiver: Receiver::start(anywhere, receiver::ReceiverSettings { token, ..Default::default() })
                .await
                .unwrap(),
            config: dir.path().join("station.toml"),
            dir,
        };
        bench.configure(&repository("config/carriers"));
        bench
    }

    /// The same, with a number pool begun and these orders imported, all by command.
    pub(crate) async fn with_orders(orders: &[&str]) -> Self {
        Self::with_printer(PrinterSettings::default(), orders).await
    }

    /// The same with a printer of another make.
    pub(crate) async fn with_printer(settings: PrinterSettings, orders: &[&str]) -> Self {
        let bench = Self::bare_with(settings).await;
        bench.run(&["pool", "start", CARRIER, "usps-demo-1", "--next", "1"]).await.good();
        if !orders.is_empty() {
            bench.import(&orders.iter().map(|order_ref| order(order_ref)).collect::<Vec<_>>()).await.good();
        }
        bench
    }

    /// Writes `station.toml`: the demo's, with the devices of this bench in place of its own.
    pub(crate) fn configure(&self, carriers: &Path) {
        use std::os::unix::fs::PermissionsExt;
        let token = self.path("uplink.token");
        std::fs::write(&token, TOKEN).unwrap();
        std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600)).unwrap();
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let printer = format!("tcp://{}", self.printer.addr());
        let devices = [&text(self.scanner.path()), &text(self.scale.path()), &printer];
        let folder = |name: &str| if name == "carriers" { text(carriers) } else { shipped(name) };
        let station = station_toml(devices.map(String::as_str), &text(&self.data()), folder)
            .replace("127.0.0.1:8080", "127.0.0.1:0");
        let uplink = format!("\n[uplink]\nurl = \"http://{}\"\ntoken_file = \"uplink.token\"\n", self.receiver.addr());
        std::fs::write(&self.config, station + &uplink).unwrap();
    }

    /// A receipt printer beside the label printer: ESC/POS, 72 mm, endless.
    pub(crate) async fn with_receipt_printer(&self) -> Printer {
        self.with_receipts(Language::EscPos, "escpos").await
    }

    /// The same in another language, under its name in the configuration.
    pub(crate) async fn with_receipts(&self, language: Language, name: &str) -> Printer {
        let settings =
            PrinterSettings { width_mm: 72, height_mm: 250, language: Some(language), ..PrinterSettings::default() };
        let printer = Printer::listen((std::net::Ipv4Addr::LOCALHOST, 0).into(), settings).await.unwrap();
        let table = format!(
            "[[printer]]\nname = \"receipts\"\nrole = \"receipt\"\nlanguage = \"{name}\"\n\
             device = \"tcp://{}\"\ndpi = 203\nwidth_mm = 72\nheight_mm = 0\n\n[rates]",
            printer.addr()
        );
        self.reconfigure("[rates]", &table);
        printer
    }

    /// Changes `station.toml`; what is to be replaced is there once.
    pub(crate) fn reconfigure(&self, old: &str, new: &str) {
        let text = std::fs::read_to_string(&self.config).unwrap();
        assert_eq!(text.matches(old).count(), 1, "{old} in {text}");
        std::fs::write(&self.config, text.replace(old, new)).unwrap();
    }

    /// Another scanner, called `table`.
    pub(crate) fn second_scanner(&self) -> Scanner {
        let table = Scanner::open_at(self.path("table")).unwrap();
        let device = table.path().to_str().unwrap();
        self.reconfigure("[scale]\n", &format!("[[scanner]]\nname = \"table\"\ndevice = {device:?}\n\n[scale]\n"));
        table
    }

    /// A name in the bench's own folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Where the station remembers.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Lets days pass for what waits for the receiver, while the station is off.
    pub(crate) fn age_the_outbox(&self, days: i64) {
        let db = rusqlite::Connection::open(self.data().join(parceld::store::DATABASE)).unwrap();
        db.execute("UPDATE outbox SET at = at - ?1", [days * 24 * 3_600_000]).unwrap();
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

    /// A parcel, as `parceld parcels show` tells it.
    pub(crate) async fn shown(&self, parcel: u64) -> Value {
        self.ask(&["parcels", "show", &parcel.to_string()]).await
    }

    pub(crate) async fn import(&self, orders: &[Value]) -> Ran {
        let file = self.path("orders.jsonl");
        let lines: Vec<String> = orders.iter().map(Value::to_string).collect();
        std::fs::write(&file, lines.join("\n")).unwrap();
        self.run(&["orders", "import", file.to_str().unwrap()]).await
    }

    /// Switches the station on and waits until it sees scanner and scale.
    pub(crate) async fn start(&self) -> Station {
        let station = Station::start(&self.config).await;
        station.logged("device opened device=Scanner").await;
        station.logged("device opened device=Scale").await;
        station
    }

    pub(crate) async fn scan(&self, text: &str) {
        self.scanner.scan(text).await.unwrap();
    }

    pub(crate) fn put(&self, grams: i64) {
        self.scale.put(grams * GRAM);
    }

    /// Puts the parcel on the pan and lets the printer answer the first question, but do nothing good after it: from
    /// then on `fault` is so.
    pub(crate) async fn put_and_print_into(&self, fault: PrinterFault) {
        let mut edges = self.printer.watch_edges();
        self.printer.hold_status_replies(true);
        self.put(580);
        edge(&mut edges, Edge::StatusAsked).await;
        self.printer.set_fault(fault);
        self.printer.hold_status_replies(false);
    }

    /// Waits until so many labels came out in all.
    pub(crate) async fn printed(&self, labels: u64) {
        until("a label comes out", || self.printer.printed() >= labels).await;
        assert_eq!(self.printer.printed(), labels);
    }

    /// What is written on the label that came out last.
    pub(crate) fn last_label(&self) -> String {
        String::from_utf8_lossy(&self.printer.history().last().expect("a label came out").job).into_owned()
    }

    /// Waits until the receiver has at least so many events, and checks that it has each once and in order.
    pub(crate) async fn received(&self, at_least: u64) -> Vec<Value> {
        let mut stored = self.receiver.watch();
        let enough = timeout(DEADLINE, stored.wait_for(|stored| *stored >= at_least)).await.is_ok();
        assert!(enough, "the receiver has fewer than {at_least} events");
        let events = self.receiver.events().await;
        for (event, seq) in events.iter().zip(1..) {
            assert_eq!(event.seq, seq, "{events:?}");
        }
        events.iter().map(|event| serde_json::from_str(&event.body).unwrap()).collect()
    }
}

/// Waits until this happens at the printer.
pub(crate) async fn edge(edges: &mut tokio::sync::broadcast::Receiver<Edge>, wanted: Edge) {
    let waiting = async { while edges.recv().await.unwrap() != wanted {} };
    assert!(timeout(DEADLINE, waiting).await.is_ok(), "the printer never saw {wanted:?}");
}
