//! Commands that run: the service, the doctor, the demo.

use std::path::Path;

use parceld::config::{Bench, ClockTrust, Severity};
use parceld::daemon::archive;
use parceld::daemon::{Setup, StationService, listen, open_door, serve_orders_api, serve_page_at};
use parceld::devices::{doctor, observe};
use parceld::store::{Store, StoreError};
use parceld::web::{self, Desk};

use super::{CommandResult, Failure, SOFTWARE, UNAVAILABLE, count_of, log, owner, print};

/// The runtime of the drivers: one thread, like the loop.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::new(SOFTWARE, error))?.block_on(work)
}

/// Ends with SIGTERM or Ctrl-C.
pub(super) async fn signal() {
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    let Ok(mut terminate) = terminate else { return std::future::pending().await };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// `parceld run`.
pub(super) fn service(config: &Path) -> CommandResult {
    log::start();
    let (setup, warnings) = Setup::load_to_run(config)?;
    for warning in &warnings {
        tracing::warn!("{warning}");
    }
    owner::become_owner(&setup.config.station.data_dir)?;
    block_on(async {
        // Where this station runs already, that is what is in the way of its page.
        let page = match listen(setup.config.web.listen).await {
            Err(_) if Store::is_running(&setup.config.station.data_dir) => None,
            page => Some(page?),
        };
        let (service, handle) = StationService::new(&setup, setup.devices())?;
        let orders = open_door(&setup, None);
        serve_orders_api(&setup.config, orders.clone());
        let desk = Desk { frames: handle.frames, ask: handle.ask, orders, bench: None };
        let page = match page {
            Some(page) => page,
            None => listen(setup.config.web.listen).await?,
        };
        let page = serve_page_at(page, |bound| web::router(desk, bound))?;
        tracing::info!(%page, station = setup.rules.station, "ready");
        service.run(signal()).await;
        Ok(())
    })
}

/// `parceld doctor`. Looks at what can be read of a configuration, whatever else is wrong with it.
pub(super) fn doctor(file: &Path, watch: bool) -> CommandResult {
    let (bench, problems) = Bench::read(file);
    let Some(bench) = bench else { return Err(problems.into()) };
    for problem in problems.0.iter().filter(|problem| problem.severity == Severity::Error) {
        print(problem);
    }
    let bench = bench.without_recordings();
    let devices = parceld::daemon::devices(&bench);
    let findings = block_on(async { Ok(doctor::examine(&devices).await) })?;
    if findings.is_empty() {
        print("no device is configured; replace device = \"demo\" in the configuration by the real ones");
    }
    for finding in &findings {
        print(finding);
    }
    let shared = doctor::shared(&devices);
    shared.iter().for_each(|shared| print(format_args!("{shared}; write the device of each into the configuration")));
    // No device is sick because of it: where it counts, the screen asks.
    print(parceld::daemon::describe_clock(bench.clock.unwrap_or(ClockTrust::Vouched)));
    for unnamed in doctor::unnamed(&devices) {
        print(format_args!("not configured: {unnamed}"));
    }
    let damaged = bench.data_dir.as_deref().is_some_and(database);
    if watch {
        print("watching; Ctrl-C ends");
        block_on(async {
            tokio::select! {
                () = observe::watch(devices, print) => {}
                () = signal() => {}
            }
            Ok(())
        })?;
    }
    let sick = findings.iter().filter(|finding| !finding.is_ok()).count();
    if sick > 0 {
        let need = if sick == 1 { "needs" } else { "need" };
        let text = format!("{sick} of {} {need} a hand", count_of(findings.len() as u64, "device"));
        return Err(Failure::say(UNAVAILABLE, text));
    }
    if !shared.is_empty() {
        return Err(Failure::say(UNAVAILABLE, "one device is configured as two"));
    }
    if damaged {
        return Err(Failure::say(UNAVAILABLE, "the database needs a hand"));
    }
    Ok(())
}

/// Looks through the database, where there is one, and says what is wrong with it; true when a person must act before
/// packing goes on.
fn database(data_dir: &Path) -> bool {
    let look = || -> Result<Option<&str>, StoreError> {
        let store = Store::read(data_dir)?;
        store.check_whole()?;
        let station = archive::load(&store)?;
        Ok(match station.copied() {
            _ if store.is_restored()? => Some("a backup was put back; start the station, then `parceld pool list`"),
            Some(_) => Some("a copy, so no pool gives a number; `parceld pool list` says why and what to do"),
            None => None,
        })
    };
    match look() {
        Ok(said) => {
            said.into_iter().for_each(|said| print(format_args!("database: {said}")));
            false
        }
        // No station has run here.
        Err(StoreError::Missing(_)) => false,
        Err(error) => {
            print(format_args!("database: {error}"));
            true
        }
    }
}

pub(super) use demo::Demo;

mod demo {
    use std::net::SocketAddr;
    use std::path::PathBuf;

    use clap::Args;
    use parceld::daemon::{SetupError, cannot_listen};
    use parceld::demo::{self, DayOrders, DemoError, Options, Summary};

    use super::super::{CONFIG, import};
    use super::{CommandResult, Failure, SOFTWARE, UNAVAILABLE, block_on, count_of, log, print, signal};

    #[derive(Debug, Args)]
    pub(crate) struct Demo {
        /// Where the page listens
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Rehearse this station: its rate cards, layouts and languages on virtual devices, and nothing of it is touched
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// Order files to pack in place of the sample day
        #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "orders")]
        orders_file: Vec<PathBuf>,
        /// Pack the orders unattended, print a summary, and stop
        #[arg(long)]
        headless: bool,
        /// So many orders in place of the sample day, with --headless
        #[arg(long, value_name = "N", requires = "headless")]
        orders: Option<usize>,
        /// Keep the station's data here; it goes on where it was
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// Keep what came out here: labels, manifests, received events, a summary
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    }

    impl Demo {
        pub(crate) fn run(self) -> CommandResult {
            if self.headless && std::env::var_os("PARCELD_LOG").is_none() {
                // The summary is what is asked for; a log of every fact would hide it.
            } else {
                log::start();
            }
            let listen = match self.headless {
                true => SocketAddr::new(self.listen.ip(), 0),
                false => self.listen,
            };
            let orders = match self.orders {
                Some(count) => DayOrders::First(count),
                None if self.orders_file.is_empty() => DayOrders::Sample,
                None => DayOrders::Read(Box::new(move |setup| import::read_all(setup, &self.orders_file))),
            };
            let (config, data, out, headless) = (self.config, self.data, self.out, self.headless);
            let options = Options { listen, config, data, out, headless, orders };
            let summary = block_on(async { demo::run(options, signal()).await.map_err(failure) })?;
            summary.map_or(Ok(()), |summary| print_summary(&summary))
        }
    }

    fn failure(error: DemoError) -> Failure {
        match error {
            DemoError::Setup(SetupError::Listen { address, why }) => {
                let todo = "stop it, or give another address, such as --listen 127.0.0.1:8090";
                Failure::say(UNAVAILABLE, format!("listen on {address}: {}; {todo}", cannot_listen(&why)))
            }
            DemoError::Setup(error) => error.into(),
            DemoError::File { .. } | DemoError::Device { .. } | DemoError::Orders(_) => {
                Failure::new(UNAVAILABLE, error)
            }
            DemoError::NotLoopback(_) | DemoError::RealData(_) => Failure::new(CONFIG, error),
            DemoError::Stuck(_) => Failure::new(SOFTWARE, error),
        }
    }

    /// The summary, and whether it adds up.
    fn print_summary(summary: &Summary) -> CommandResult {
        print(count_of(summary.orders as u64, "order"));
        print(format!("{} confirmed by the receiver", summary.confirmed));
        print(format!("{} refused", summary.refused.len()));
        for refused in &summary.refused {
            print(format!("  {}  {}", refused.order_ref, refused.reason));
        }
        let Summary { parcels, labels, verified, manifested, elapsed_ms, .. } = summary;
        let (parcels, labels) = (count_of(*parcels as u64, "parcel"), count_of(*labels as u64, "label"));
        print(format!("{parcels}, {labels}, {verified} verified, {manifested} manifested"));
        print(format!("{}.{:03} s", elapsed_ms / 1000, elapsed_ms % 1000));
        if summary.orders != summary.confirmed + summary.refused.len() {
            return Err(Failure::say(SOFTWARE, "orders are missing: confirmed and refused do not add up"));
        }
        Ok(())
    }
}
