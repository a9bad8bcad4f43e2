//! `parceld demo`: the shipped station on a virtual bench.
//!
//! The station is the real one: it reads a `station.toml`, opens ptys and sockets, and writes its journal. Only the
//! devices, the receiver and the hands are virtual, and they speak the real bytes. With a data folder the station goes
//! on where it was killed; the virtual printer's memory is then gone like that of a real one.

mod bench;
mod files;
mod labels;
mod packer;
mod receipts;
mod summary;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hal::port::{Address, SerialSettings};
use tokio::sync::{mpsc, watch};
use tokio::task::LocalSet;

use crate::daemon::control::{Call, Called};
use crate::daemon::{ServiceHandle, Setup, SetupError, StationService, orders, serve_page};
use crate::devices::{BenchPrinter, BenchScale, BenchScanner, Devices};
use crate::exchange::order;
use crate::uplink::receiver::{self, Receiver};
use crate::web::{self, BenchCall, Desk};

pub use summary::Summary;

/// How a demo is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the page listens.
    pub listen: SocketAddr,
    /// Where the station keeps its data; a temporary folder without.
    pub data: Option<PathBuf>,
    /// Where what came out is kept.
    pub out: Option<PathBuf>,
    /// Pack so many orders unattended, then stop.
    pub headless: Option<usize>,
}

/// Why a demo cannot run.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The station.
    #[error("{0}")]
    Setup(#[from] SetupError),
    /// A file or folder.
    #[error("use {path}: {source}; choose another folder")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A virtual device.
    #[error("start the virtual {what}: {source}")]
    Device {
        /// Which.
        what: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// The page may only be seen from this machine.
    #[error("listen on {0}: the page has no sign-in yet; use 127.0.0.1")]
    NotLoopback(SocketAddr),
    /// Something the robot could not get through.
    #[error("{0}")]
    Stuck(String),
}

/// The virtual bench and the receiver, started.
struct Stage {
    bench: bench::VirtualBench,
    receiver: Arc<Receiver>,
    setup: Setup,
    devices: Devices,
}

/// Runs until `stop`, or, headless, until every order is packed and confirmed.
pub async fn run(options: Options, stop: impl Future<Output = ()>) -> Result<Option<Summary>, DemoError> {
    if !options.listen.ip().is_loopback() {
        return Err(DemoError::NotLoopback(options.listen));
    }
    let temporary = options.data.is_none().then(files::temporary).transpose()?;
    let data = match (&options.data, &temporary) {
        (Some(data), _) => data.clone(),
        (None, Some(folder)) => folder.path().to_owned(),
        (None, None) => return Err(DemoError::Stuck("no data folder".to_owned())),
    };
    let out = options.out.clone();
    let local = LocalSet::new();
    local
        .run_until(async {
            let stage = set_up(&data, out.as_deref(), options.headless.is_some()).await?;
            run_station(stage, options, &data, stop).await
        })
        .await
}

async fn set_up(data: &Path, out: Option<&Path>, fast: bool) -> Result<Stage, DemoError> {
    let bench = bench::VirtualBench::plug_in(data, fast).await?;
    let settings = receiver::ReceiverSettings {
        token: Some(files::TOKEN.to_owned()),
        data: Some(out.unwrap_or(data).join("received.jsonl")),
        orders: Vec::new(),
    };
    if let Some(out) = out {
        std::fs::create_dir_all(out).map_err(|source| DemoError::File { path: out.to_owned(), source })?;
    }
    let receiver = Receiver::start((Ipv4Addr::LOCALHOST, 0).into(), settings)
        .await
        .map_err(|source| DemoError::Device { what: "receiver", source })?;
    let config = files::unpack(data, receiver.addr())?;
    let (setup, warnings) = Setup::load(&config).map_err(SetupError::from)?;
    for warning in warnings.iter().filter(|warning| !warning.what.contains("virtual device")) {
        tracing::warn!(%warning, "configuration");
    }
    let devices = Devices {
        scanners: vec![BenchScanner::on_a_line("hand", serial(bench.scanner.path()))],
        scale: Some(BenchScale {
            address: serial(bench.scale.path()),
            settings: hal::scale::ScaleSettings::new(hal::scale::ScaleProtocol::MtSics),
            record: None,
        }),
        printer: Some(BenchPrinter::zpl("label", Address::Tcp(bench.printer.addr().to_string()))),
        receipt: Some(BenchPrinter {
            language: hal::printer::Language::EscPos,
            ..BenchPrinter::zpl("receipts", Address::Tcp(bench.receipts.addr().to_string()))
        }),
        pins: None,
        panel: None,
    };
    Ok(Stage { bench, receiver: Arc::new(receiver), setup, devices })
}

fn serial(path: &Path) -> Address {
    Address::Serial(SerialSettings::new(path))
}

async fn run_station(
    stage: Stage,
    options: Options,
    data: &Path,
    stop: impl Future<Output = ()>,
) -> Result<Option<Summary>, DemoError> {
    let Stage { bench, receiver, setup, devices } = stage;
    let bench = Arc::new(bench);
    // Before the station: after a restart it may print at once.
    let labels = labels::collect(&bench.printer, options.out.clone());
    let receipts = receipts::collect(&bench.receipts, options.out.clone());
    let (service, handle) = StationService::new(&setup, devices)?;
    let (ended, end) = watch::channel(false);
    let mut end = end;
    let running = tokio::task::spawn_local(service.run(async move {
        let _ = end.wait_for(|ended| *ended).await;
    }));
    let count = options.headless.unwrap_or(files::SAMPLES);
    import(&handle, count).await?;
    start_pools(&handle, &setup).await?;

    let (acts, calls) = mpsc::channel::<BenchCall>(16);
    tokio::task::spawn_local(bench::serve(bench.clone(), receiver.clone(), handle.clone(), labels.clone(), calls));
    let received = received(receiver.clone());
    let desk = Desk {
        frames: handle.frames.clone(),
        ask: handle.ask.clone(),
        bench: Some(acts),
        labels: Some(labels.shown.clone()),
        received: Some(received),
    };
    let page = serve_page(options.listen, |bound| web::router(desk, bound)).await?;
    bench.write_devices(data, page, receiver.addr())?;

    let outcome = match options.headless {
        None => {
            println!("parceld demo: open http://{page}/ (Ctrl-C stops it)");
            stop.await;
            Ok(None)
        }
        Some(orders) => {
            tokio::select! {
                summary = packer::pack(&bench, &handle, labels, receipts, orders) => summary.map(Some),
                () = stop => Err(DemoError::Stuck("stopped before every order was packed".to_owned())),
            }
        }
    };
    ended.send_replace(true);
    let _ = running.await;
    let summary = outcome?;
    if let (Some(out), Some(summary)) = (&options.out, &summary) {
        summary.write(out, data)?;
    }
    Ok(summary)
}

/// The sample orders, through the same door as every import.
async fn import(handle: &ServiceHandle, count: usize) -> Result<(), DemoError> {
    /// Orders handed over at once.
    const CHUNK: usize = 500;
    let orders: Vec<order::Incoming> = files::orders(count)?;
    for chunk in orders.chunks(CHUNK) {
        let orders = chunk.iter().cloned().map(orders::stored).collect();
        call(handle, Call::Import { orders, newest: false }).await?;
    }
    Ok(())
}

/// What a person does once on a new station: say where its number pools start. On a later start they have begun, and
/// the station refuses to begin them again.
async fn start_pools(handle: &ServiceHandle, setup: &Setup) -> Result<(), DemoError> {
    for carrier in setup.cards.carriers() {
        for pool in carrier.pools.iter().filter(|pool| pool.station == setup.rules.station) {
            let (carrier, pool, next) = (carrier.id.clone(), pool.id.clone(), pool.from);
            if let Err(error) = call(handle, Call::StartPool { carrier, pool, next }).await {
                tracing::debug!(%error, "the pool has begun before");
            }
        }
    }
    Ok(())
}

async fn call(handle: &ServiceHandle, call: Call) -> Result<serde_json::Value, DemoError> {
    let (reply, answer) = tokio::sync::oneshot::channel();
    let gone = |_| DemoError::Stuck("the station stopped".to_owned());
    handle.calls.send(Called { call, reply }).await.map_err(|_| gone(()))?;
    answer.await.map_err(|_| gone(()))?.map_err(DemoError::Stuck)
}

/// What the receiver stored, for the page.
fn received(receiver: Arc<Receiver>) -> watch::Receiver<Arc<serde_json::Value>> {
    /// Events that the page shows.
    const SHOWN: usize = 50;
    let (publish, published) = watch::channel(Arc::new(serde_json::Value::Null));
    tokio::task::spawn_local(async move {
        let mut progress = receiver.watch();
        loop {
            let head = *progress.borrow_and_update();
            let events = receiver.events().await;
            let newest: Vec<serde_json::Value> =
                events.iter().rev().take(SHOWN).filter_map(|stored| serde_json::from_str(&stored.body).ok()).collect();
            publish.send_replace(Arc::new(serde_json::json!({ "head": head, "confirmed": head, "events": newest })));
            if progress.changed().await.is_err() {
                return;
            }
        }
    });
    published
}
