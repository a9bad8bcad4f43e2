//! Configuration -> the values the station runs on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_encoding::HEXLOWER;
use hal::gpio::Backend;
use hal::printer::Known;
use sha2::{Digest, Sha256};

use super::clocks::released;
use crate::config::{self, Config, DeviceAddress, GpioBackend, Loaded, MarkPlace, Problem, Problems};
use crate::devices::{BenchPanel, BenchPrinter, BenchScale, BenchScanner, Devices, Pins};
use crate::exchange::exports::ExportFormat;
use crate::label::Labels;
use crate::rating::Cards;
use crate::screen::Words;
use crate::station::{Carton, Rules};
use crate::store::{Store, StoreError, private};
use crate::uplink;

/// Everything a station is started with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The configuration as it was read.
    pub config: Config,
    /// What it says to the rules.
    pub rules: Rules,
    /// The rate cards.
    pub cards: Arc<Cards>,
    /// They are the last good ones, because those of the folder are wrong.
    pub cards_wrong: bool,
    /// Words by language.
    pub words: BTreeMap<String, Arc<Words>>,
    /// Tables that take tracking numbers back, by their names.
    pub exports: Arc<BTreeMap<String, ExportFormat>>,
}

/// Why a station cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The configuration.
    #[error("{0}")]
    Config(#[from] Problems),
    /// The memory.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The page's address.
    #[error("listen on {address}: {}; stop it, or write another address into [web] listen", cannot_listen(why))]
    Listen {
        /// Which.
        address: String,
        /// Why; it is said in other words.
        why: std::io::Error,
    },
    /// The socket that commands act through.
    #[error("make {path}: {source}; give data_dir a folder on a local disk, whose path has at most 90 letters")]
    Control {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file that the configuration names.
    #[error("read {path}: {source}; check its owner and mode")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Why nothing can listen at an address, and who may be in the way.
pub fn cannot_listen(error: &std::io::Error) -> String {
    use std::io::ErrorKind as E;
    match error.kind() {
        E::AddrInUse => {
            "another program listens there, perhaps a parceld that runs already (`ss -ltnp` names it)".into()
        }
        E::AddrNotAvailable => "this machine does not have that address".into(),
        E::PermissionDenied => "only root may use a port below 1024".into(),
        _ => error.to_string(),
    }
}

impl Setup {
    /// Reads the configuration and everything it names; warnings beside.
    pub fn load(file: &Path) -> Result<(Self, Vec<Problem>), Problems> {
        Ok(Self::of(Loaded::read(file)?))
    }

    /// The same for a station that is to run: with wrong rate cards the last good ones are in force.
    pub fn load_to_run(file: &Path) -> Result<(Self, Vec<Problem>), Problems> {
        Ok(Self::of(Loaded::read_or_backup(file)?))
    }

    /// The same for a rehearsal that keeps its data in `data_dir`: labels say SPECIMEN, the devices are virtual, and there
    /// is no uplink, no backup, no mark and no file of tracking numbers.
    ///
    /// # Errors
    /// Every problem of the file; or `data_dir` is the station's own, or inside it.
    pub fn load_to_rehearse(file: &Path, data_dir: &Path) -> Result<(Self, Vec<Problem>), Problems> {
        let mut loaded = Loaded::read_to_rehearse(file)?;
        let config = &mut loaded.config;
        if whole(data_dir).starts_with(whole(&config.station.data_dir)) {
            let what = format!("data_dir: a rehearsal keeps nothing in {}", config.station.data_dir.display());
            return Err(Problems(vec![Problem::error(file, what, "name another folder with --data, or none")]));
        }
        data_dir.clone_into(&mut config.station.data_dir);
        config.station.mark_dir = Some(MarkPlace::Nowhere);
        config.packing.specimen = true;
        // What a rehearsal packs goes nowhere.
        config.exports.formats.clear();
        config.scale.device = DeviceAddress::Demo;
        loaded.warnings.retain(|warning| !warning.what.contains("virtual device"));
        Ok(Self::of(loaded))
    }

    fn of(loaded: Loaded) -> (Self, Vec<Problem>) {
        let Loaded { config, cards, layouts, marks, deadlines, words, exports, warnings, cards_wrong } = loaded;
        let carton = |b: &config::keys::BoxKeys| (b.id.clone(), Carton { outer: b.outer });
        let rules = Rules {
            station: config.station.id.clone(),
            warehouse: config.station.warehouse.clone(),
            warehouse_names: config.station.warehouse_names.clone(),
            ship_from: config.ship_from.clone(),
            boxes: config.boxes.iter().map(carton).collect(),
            scale: scale_name(&config.scale),
            empty_below: config.packing.empty_below,
            verify_scan: config.packing.verify_scan,
            policy: config.rates.policy.clone(),
            allocation: config.rates.allocation.clone(),
            labels: Arc::new(Labels::new(config.printer.labels(), layouts)),
            specimen: config.packing.specimen,
            supervisors: config.packing.supervisors.clone(),
            marks,
            deadlines: Arc::new(deadlines),
            sscc: config.station.sscc(),
            receipts: config.receipt.is_some(),
            languages: words.keys().cloned().collect(),
            language: config.station.language.clone(),
            released: released(),
        };
        let words = words.into_iter().map(|(language, words)| (language, Arc::new(words))).collect();
        let exports = Arc::new(exports);
        (Self { config, rules, cards: Arc::new(cards), cards_wrong, words, exports }, warnings)
    }

    /// The devices of the bench. A place that the configuration leaves to the demo has none.
    pub fn devices(&self) -> Devices {
        devices(&self.config.bench())
    }

    /// What tells one configuration of the uplink from another, the token included; empty where none is configured.
    pub fn uplink_hash(&self) -> String {
        let Some(configured) = &self.config.uplink else { return String::new() };
        let read = |path: &Path| std::fs::read(path).unwrap_or_default();
        let mut hash = Sha256::new();
        hash.update(&configured.url);
        hash.update([0]);
        hash.update(&self.rules.station);
        hash.update([0]);
        hash.update(read(&configured.token_file));
        hash.update([0]);
        hash.update(configured.ca_file.as_deref().map(read).unwrap_or_default());
        HEXLOWER.encode(&hash.finalize())
    }

    /// What the uplink is started with; `None` where none is configured.
    pub fn uplink(&self, store: &Store) -> Result<Option<uplink::UplinkSettings>, SetupError> {
        let Some(configured) = &self.config.uplink else { return Ok(None) };
        let read = |path: &Path| {
            let failed = |source| SetupError::File { path: path.to_owned(), source };
            std::fs::read_to_string(path).map_err(failed)
        };
        let ca_pem = configured.ca_file.as_deref().map(read).transpose()?.map(String::into_bytes);
        let mut lives = store.lives()?;
        lives.pop();
        let waits = lives.into_iter().filter(|life| life.last > life.confirmed);
        let past = waits.map(|life| uplink::Past {
            incarnation: life.incarnation,
            confirmed: life.confirmed,
            last: life.last,
        });
        let past = past.collect();
        // A person who changed the settings wants it to try them; where histories differ, settings mend nothing.
        let stop = store.uplink_stop()?.filter(|stop| !stop.retried);
        let stop = stop.filter(|stop| stop.fork.is_some() || stop.settings == self.uplink_hash());
        Ok(Some(uplink::UplinkSettings {
            url: configured.url.clone(),
            token: Some(uplink::Token::new(&read(&configured.token_file)?)),
            ca_pem,
            source: uplink::event::EventSource {
                warehouse: self.rules.warehouse.clone(),
                station: self.rules.station.clone(),
                incarnation: store.incarnation().to_owned(),
                // Of what it makes itself, it knows no clock.
                clock: None,
            },
            confirmed: store.confirmed(),
            past,
            stopped: stop.map(|stop| stop.why),
            cursor: store.cursor()?,
            pace: uplink::Pace::default(),
            floor: uplink::TimeFloor::default(),
        }))
    }
}

/// A path as it is whatever links lead to it, as far as it is there.
fn whole(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let there = absolute.ancestors().find_map(|part| Some((part, part.canonicalize().ok()?)));
    match there {
        Some((part, real)) => absolute.strip_prefix(part).map_or_else(|_| real.clone(), |rest| real.join(rest)),
        None => absolute,
    }
}

/// `mt-sics /dev/serial/by-id/…`: what a dispute about a weight wants to know of the scale.
fn scale_name(scale: &config::Scale) -> String {
    let protocol = scale.settings.protocol;
    let name =
        hal::scale::ScaleProtocol::NAMES.iter().find(|(_, known)| *known == protocol).map_or("", |(name, _)| name);
    match scale.device.address() {
        Some(address) => format!("{name} {address}"),
        None => format!("{name} demo"),
    }
}

/// The devices that a configuration names. What is to be recorded goes to the folder `recordings` of the station's data,
/// which is made when it is needed.
pub fn devices(bench: &config::Bench) -> Devices {
    let folder = bench.data_dir.as_deref().map(|dir| dir.join("recordings"));
    let record = |wanted: bool, name: String| {
        let folder = folder.as_deref().filter(|_| wanted)?;
        if let Err(error) = private::folder(folder) {
            tracing::warn!(%error, "the folder for recordings cannot be made");
        }
        Some(folder.join(format!("{name}.txt")))
    };
    let scanner = |(number, s): (usize, &config::Scanner)| {
        Some(BenchScanner {
            name: s.name.clone(),
            address: s.device.address()?,
            settings: s.settings,
            accept: s.accept.clone(),
            record: record(s.record, format!("scanner-{}", number + 1)),
        })
    };
    let printer = |p: &config::Printer, name: String| {
        Some(BenchPrinter {
            name: p.name.clone(),
            address: p.device.address()?,
            language: p.language,
            known: if p.asks { Known::default() } else { Known::silent() },
            record: record(p.record, name),
            floods: None,
        })
    };
    let scale = |s: &config::Scale| {
        let record = record(s.record, "scale".to_owned());
        Some(BenchScale { address: s.device.address()?, settings: s.settings, record })
    };
    let pins = |gpio: &config::keys::GpioKeys| {
        let backend = match gpio.backend {
            GpioBackend::None => return None,
            GpioBackend::Rppal => Backend::Rppal,
            GpioBackend::Gpiocdev => Backend::Gpiocdev { chip: gpio.chip.clone() },
        };
        Some(Pins {
            backend,
            red: gpio.red.clone(),
            amber: gpio.amber.clone(),
            green: gpio.green.clone(),
            buzzer: gpio.tone.clone(),
            button: gpio.button.clone(),
            active_low: gpio.active_low,
        })
    };
    Devices {
        scanners: bench.scanners.iter().enumerate().filter_map(scanner).collect(),
        scale: bench.scale.as_ref().and_then(scale),
        printer: bench.printer.as_ref().and_then(|p| printer(p, "printer".to_owned())),
        receipt: bench.receipt.as_ref().and_then(|p| printer(p, "receipts".to_owned())),
        pins: bench.gpio.as_ref().and_then(pins),
        panel: bench.panel.as_ref().and_then(panel),
    }
}

/// The display that a configuration names.
pub fn panel(panel: &config::Panel) -> Option<BenchPanel> {
    match panel {
        config::Panel::None => None,
        config::Panel::Framebuffer { device, turn } => Some(BenchPanel { device: device.clone(), rotation: *turn }),
    }
}
