//! `parceld demo`: a station on a virtual bench, the shipped one or somebody's own.
//!
//! The station is the real one: it reads a `station.toml`, opens ptys and sockets, and writes its journal. Only the
//! devices, the receiver and the hands are virtual, and they speak the real bytes. With a data folder the station goes
//! on where it was killed; the virtual printer's memory is then gone like that of a real one.
//!
//! With a configuration of one's own it is a *rehearsal* ([`Setup::load_to_rehearse`]): its rate cards, layouts, languages and
//! rules, on devices of the kinds it names. Every label says SPECIMEN. The data folder, the uplink, the pools and the devices
//! are the demo's own, so that nothing of the real station is touched.

mod bench;
mod day;
mod files;
mod hands;
mod labels;
mod next;
mod packer;
mod page;
mod receipts;
mod summary;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::LocalSet;

use crate::config::keys::UplinkKeys;
use crate::daemon::control::{Call, Called};
use crate::daemon::documents::Documents;
use crate::daemon::{ServiceHandle, Setup, SetupError, StationService, open_door, serve_page};
use crate::store::StoredOrder;
use crate::uplink::receiver::{self, Receiver};
use crate::web::{self, BenchDesk, Desk};

pub use day::{DayOrders, ReadOrders};
pub use summary::Summary;

/// How a demo is run.
pub struct Options {
    /// Where the page listens.
    pub listen: SocketAddr,
    /// The `station.toml` that is rehearsed; the shipped one without.
    pub config: Option<PathBuf>,
    /// Where the station keeps its data; a temporary folder without.
    pub data: Option<PathBuf>,
    /// Where what came out is kept.
    pub out: Option<PathBuf>,
    /// Pack the orders unattended, then stop.
    pub headless: bool,
    /// Which orders there are.
    pub orders: DayOrders,
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
    /// The data folder is that of a station.
    #[error("{0} is the data folder of a station, which a demo does not touch; name another with --data, or none")]
    RealData(PathBuf),
    /// The orders cannot be read.
    #[error("{0}")]
    Orders(String),
    /// Something the robot could not get through.
    #[error("{0}")]
    Stuck(String),
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
    LocalSet::new().run_until(perform(options, &data, stop)).await
}

async fn perform(options: Options, data: &Path, stop: impl Future<Output = ()>) -> Result<Option<Summary>, DemoError> {
    let own_orders = matches!(options.orders, DayOrders::Read(_));
    let own = options.config.as_deref().map(|file| rehearse(file, data, own_orders)).transpose()?;
    files::claim(data)?;
    let out = options.out.clone();
    if let Some(out) = &out {
        std::fs::create_dir_all(out).map_err(|source| DemoError::File { path: out.clone(), source })?;
    }
    let settings = receiver::ReceiverSettings {
        token: Some(files::TOKEN.to_owned()),
        data: Some(out.as_deref().unwrap_or(data).join("received.jsonl")),
        orders: Vec::new(),
    };
    let receiver = Receiver::start((Ipv4Addr::LOCALHOST, 0).into(), settings)
        .await
        .map_err(|source| DemoError::Device { what: "receiver", source })?;
    let rehearsal = own.is_some();
    let setup = match own {
        Some(mut setup) => {
            let (url, token_file) = (format!("http://{}", receiver.addr()), files::token(data)?);
            setup.config.uplink = Some(UplinkKeys { url, token_file, ca_file: None });
            setup
        }
        None => Setup::load(&files::unpack(data, receiver.addr())?).map_err(SetupError::from)?.0,
    };
    let (day, orders) = day::Day::of(options.orders, &setup)?;
    let bench = bench::VirtualBench::plug_in(data, &setup.config, options.headless).await?;
    // Before the station: after a restart it may print at once.
    let labels = labels::collect(&bench.printer, out.clone());
    let receipts = bench.receipts.as_ref().map(|printer| receipts::collect(printer, out.clone()));
    let (service, handle) = StationService::new(&setup, bench.devices(&setup.config))?;
    let (ended, mut end) = watch::channel(false);
    let running = tokio::task::spawn_local(service.run(async move {
        let _ = end.wait_for(|ended| *ended).await;
    }));
    import(&handle, orders).await?;
    start_pools(&handle, &setup, rehearsal).await?;

    let hands = Arc::new(hands::Hands { bench, receiver, service: handle.clone(), labels, day });
    let (acts, calls) = mpsc::channel(16);
    tokio::task::spawn_local(hands::serve(hands.clone(), calls));
    let shown = page::follow(hands.clone(), Documents::of(&setup), setup.cards.clone());
    let (labels, received) = (hands.labels.clone(), received(hands.clone()));
    let bench = Some(BenchDesk { acts, shown, labels, received });
    let orders = open_door(&setup, rehearsal.then_some(data));
    let desk = Desk { frames: handle.frames.clone(), ask: handle.ask.clone(), orders, bench };
    let page = serve_page(options.listen, |bound| web::router(desk, bound)).await?;
    hands.bench.write_devices(data, page, hands.receiver.addr())?;

    let outcome = if options.headless {
        tokio::select! {
            summary = packer::pack(&hands, receipts) => summary.map(Some),
            () = stop => Err(DemoError::Stuck("stopped before every order was packed".to_owned())),
        }
    } else {
        println!("parceld demo: open http://{page}/ (Ctrl-C stops it)");
        stop.await;
        Ok(None)
    };
    ended.send_replace(true);
    let _ = running.await;
    let summary = outcome?;
    if let (Some(out), Some(summary)) = (&out, &summary) {
        summary.write(out, data)?;
    }
    Ok(summary)
}

/// Somebody's own configuration, set up to be rehearsed. How that is not the real thing is said.
fn rehearse(file: &Path, data: &Path, own_orders: bool) -> Result<Setup, DemoError> {
    let (setup, warnings) = Setup::load_to_rehearse(file, data).map_err(SetupError::from)?;
    for warning in &warnings {
        println!("{warning}");
    }
    println!("rehearsal of {}: every label says SPECIMEN, and nothing of the station is touched", file.display());
    println!("its data is in {}; its numbers are the last of each pool", data.display());
    if !own_orders {
        println!("its orders are those of the sample day; bring others with --orders-file FILE");
    }
    println!("not rehearsed: devices, display, lamps and button themselves, the hub, the nightly backup");
    for difference in bench::differences(&setup.config) {
        println!("not as there: {difference}");
    }
    Ok(setup)
}

/// The orders, through the same door as every import.
async fn import(handle: &ServiceHandle, mut orders: Vec<StoredOrder>) -> Result<(), DemoError> {
    /// Orders handed over at once.
    const CHUNK: usize = 500;
    while !orders.is_empty() {
        let rest = orders.split_off(orders.len().min(CHUNK));
        let answer = call(handle, Call::Import { orders, newest: false, dry_run: false, each: false }).await?;
        for said in answer["said"].as_array().into_iter().flatten().filter(|said| said["verdict"] == "refused") {
            let text = |key: &str| said[key].as_str().unwrap_or_default();
            println!("{}: refused: {}", text("order_ref"), text("why"));
        }
        orders = rest;
    }
    Ok(())
}

/// What a person does once on a new station: say where its number pools start. On a later start they have begun, and
/// the station refuses to begin them again. A rehearsal takes the numbers that the real station comes to last.
async fn start_pools(handle: &ServiceHandle, setup: &Setup, rehearsal: bool) -> Result<(), DemoError> {
    /// Numbers of a pool that a rehearsal may take.
    const LAST: u64 = 10_000;
    for carrier in setup.cards.carriers() {
        for pool in carrier.pools.iter().filter(|pool| pool.station == setup.rules.station) {
            let next = if rehearsal { pool.from.max(pool.to.saturating_sub(LAST - 1)) } else { pool.from };
            let (carrier, pool) = (carrier.id.clone(), pool.id.clone());
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
fn received(hands: Arc<hands::Hands>) -> watch::Receiver<Arc<serde_json::Value>> {
    /// Events that the page shows.
    const SHOWN: usize = 50;
    let (publish, published) = watch::channel(Arc::new(serde_json::Value::Null));
    tokio::task::spawn_local(async move {
        let mut progress = hands.receiver.watch();
        loop {
            let head = *progress.borrow_and_update();
            let events = hands.receiver.events().await;
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
