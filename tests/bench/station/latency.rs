//! From the scale's word that the pan rests to the first byte of the label at the printer, through the real service,
//! real ptys and sockets, and the real disk.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hal::port::{Address, SerialSettings};
use hal::sim::{Edge, Printer, PrinterSettings, Scale, Scanner};
use parceld::daemon::{ServiceHandle, StationService};
use parceld::devices::{self, BenchPrinter, Devices};
use parceld::ids::ParcelId;
use parceld::station::fact::Fact;
use parceld::store::Store;
use parceld::units::MassUnit;
use parceld::web::Frame;
use tokio::sync::broadcast::Receiver;
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use super::bare::Bare;
use super::core::Floor;
use super::folder::{self, Folder};
use super::machine::Times;
use super::ms;

const PARCELS: usize = 200;
/// Parcels before the clock counts.
const WARM: usize = 10;
const PATIENCE: Duration = Duration::from_secs(20);

/// What one label took.
struct Took {
    /// From the pan at rest to the first label byte.
    whole: Duration,
    /// From the connection at the printer to its answer that it can print.
    dialog: Duration,
    /// A bare commit, just before.
    bare: Duration,
    /// From the parcel on the pan to the scale's next answer.
    poll: Duration,
}

pub fn measure(folder: &Folder) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let took = runtime.block_on(bench(folder));
    let of = |part: fn(&Took) -> Duration| took.iter().map(part).collect::<Times>();
    let (whole, dialog, bare) = (of(|t| t.whole), of(|t| t.dialog), of(|t| t.bare));
    let own = of(|t| t.whole.saturating_sub(t.dialog));
    let commits = commits(folder);
    let spread = |times: &Times| format!("{:.3} ms median, {:.3} ms p99", ms(times.median()), ms(times.percentile(99)));
    println!("latency: pan at rest to first label byte {} over {} parcels", spread(&whole), took.len());
    println!("latency: the printer's own dialog (connected, asked, answered) {}", spread(&dialog));
    println!("latency: without the dialog {}", spread(&own));
    println!("latency: one bare commit {}", spread(&bare));
    println!("latency: polling wait before, not counted, {}", spread(&of(|t| t.poll)));
    println!("latency: {commits} commits on the path");
    let ratio = own.median().as_secs_f64() / bare.median().as_secs_f64();
    let aim = commits as f64 * 1.2;
    println!("latency: {ratio:.2} bare commits; aim: commits + 20 % = {aim:.1}");
}

/// Commits between weight and first label byte, from the journal: facts of one commit carry one time.
fn commits(folder: &Folder) -> usize {
    let store = Store::read(&folder.path().join("latency")).expect("the database");
    let of_parcel = |n: usize| {
        let history = store.history(ParcelId(n as u64)).expect("a history");
        let path = history.iter().filter(|entry| {
            let fact = &entry.fact;
            matches!(
                fact,
                Fact::Weighed { .. } | Fact::Decided { .. } | Fact::Committed { .. } | Fact::PrintStarted { .. }
            )
        });
        path.map(|entry| entry.at.0).collect::<std::collections::BTreeSet<_>>().len()
    };
    (1..=PARCELS).map(of_parcel).max().unwrap_or(0)
}

/// The virtual devices and the packer's eyes.
struct Bench {
    scanner: Scanner,
    scale: Scale,
    stable: Receiver<tokio::time::Instant>,
    edges: Receiver<Edge>,
    frames: watch::Receiver<Arc<Frame>>,
    bare: Bare,
}

async fn bench(folder: &Folder) -> Vec<Took> {
    let setup = folder::setup(&folder.station("latency", None));
    let orders = folder::orders(WARM + PARCELS);
    drop(Floor::new(&setup, &orders));
    let place = |name: &str| folder.path().join(name);
    let scanner = Scanner::open_at(place("scanner")).expect("a scanner");
    let scale = Scale::open_at(place("scale"), hal::scale::ScaleProtocol::MtSics).expect("a scale");
    scale.set_settling(true);
    let settings = PrinterSettings { render: false, ..PrinterSettings::default() };
    let printer = Printer::listen((std::net::Ipv4Addr::LOCALHOST, 0).into(), settings).await.expect("a printer");
    let serial = |path: &std::path::Path| Address::Serial(SerialSettings::new(path));
    let devices = Devices {
        scanners: vec![devices::BenchScanner::on_a_line("hand", serial(scanner.path()))],
        scale: Some(devices::BenchScale {
            address: serial(scale.path()),
            settings: hal::scale::ScaleSettings::new(hal::scale::ScaleProtocol::MtSics),
            record: None,
        }),
        printer: Some(BenchPrinter::zpl("label", Address::Tcp(printer.addr().to_string()))),
        receipt: None,
        pins: None,
        panel: None,
    };
    let (handle_out, handle) = oneshot::channel::<ServiceHandle>();
    let (stop, stopped) = oneshot::channel::<()>();
    let service = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (service, handle) = StationService::new(&setup, devices).expect("a service");
            let _ = handle_out.send(handle);
            service.run(async { drop(stopped.await) }).await;
        });
    });
    let frames = handle.await.expect("a service").frames;
    let (stable, edges, bare) = (scale.watch_stable(), printer.watch_edges(), Bare::open(folder.path()));
    let mut bench = Bench { scanner, scale, stable, edges, frames, bare };
    let mut took = Vec::with_capacity(PARCELS);
    for (n, order) in orders.iter().enumerate() {
        let one = bench.pack(&order.id.number).await;
        if n >= WARM {
            took.push(one);
        }
    }
    let _ = stop.send(());
    service.join().expect("the service ends");
    took
}

impl Bench {
    async fn pack(&mut self, order_ref: &str) -> Took {
        self.scanner.scan(order_ref).await.expect("a scan");
        self.screen("place_parcel").await;
        let bare = self.bare.commit();
        while self.edges.try_recv().is_ok() {}
        while self.stable.try_recv().is_ok() {}
        self.scale.put(740 * MassUnit::G.picograms());
        let put = Instant::now();
        let rest = self.stable.recv().await.expect("the scale speaks").into_std();
        let connected = self.edge(Edge::Connected).await;
        let answered = self.edge(Edge::StatusAnswered).await;
        let first = self.edge(Edge::FirstLabelByte).await;
        self.scale.lift();
        let tracking = self.screen("scan_label").await;
        self.scanner.scan(&tracking).await.expect("a scan");
        self.screen("done").await;
        Took { whole: first - rest, dialog: answered - connected, bare, poll: rest - put }
    }

    async fn edge(&mut self, wanted: Edge) -> Instant {
        loop {
            let edge = timeout(PATIENCE, self.edges.recv()).await.expect("the printer hears").expect("an edge");
            if edge == wanted {
                return Instant::now();
            }
        }
    }

    /// Waits until the screen says this, and returns the tracking number it shows.
    async fn screen(&mut self, key: &str) -> String {
        let says = |frame: &Arc<Frame>| frame.view["view"]["headline"]["key"] == key;
        let frame = timeout(PATIENCE, self.frames.wait_for(says)).await;
        let frame = frame.unwrap_or_else(|_| panic!("the screen never says {key}")).expect("a screen");
        frame.view["view"]["tracking"].as_str().unwrap_or_default().to_owned()
    }
}
