//! Configuration: `station.toml` and the folders it names.
//!
//! Reading finds every problem in one pass, each with its file and line, and never repairs one silently: an unknown
//! key, a value of the wrong kind and a setting that this version does not drive are errors. What comes out is typed
//! and complete; nothing after this module asks whether a setting makes sense. Device files are not opened here.

mod api;
mod backup;
mod bench;
mod calendars;
pub mod carriers;
mod deadlines;
pub mod declare;
mod device;
mod exports;
mod gpio;
pub mod keys;
#[cfg(test)]
mod keys_tests;
pub mod labels;
mod languages;
mod marks;
mod occupied;
pub mod order_formats;
mod orders;
mod packing;
mod place;
pub mod problem;
mod rates;
mod read;
mod serial;
mod station;
pub mod table;
pub mod template;
#[cfg(test)]
mod tests;
mod text;
mod uplink;
pub mod value;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use bench::Bench;
pub use device::{Asking, PictureForm, Printer, Role, Scale, Scanner};
pub use exports::Exports;
pub use gpio::{GpioBackend, Panel, PanelKind};
pub use packing::VerifyItems;
pub use place::{DeviceAddress, DevicePlace};
pub use problem::{Problem, Problems, Severity};
pub use rates::{PolicyName, Rates, Weekday};
pub use serial::{Framing, Handshake, SerialSettings};
pub use station::{ClockTrust, MarkPlace};

use api::ApiKeys;
use backup::BackupKeys;
use gpio::GpioKeys;
use orders::OrdersKeys;
use packing::{BoxKeys, PackingKeys};
use rates::RatesPart;
use read::lost_character;
use station::{StationKeys, StationPart};
use table::{Source, Table};
use uplink::{UplinkKeys, WebKeys};

use crate::calendar::DeadlineBook;
use crate::exchange::exports::ExportFormat;
use crate::exchange::order::{ForeignFormat, RecordKind};
use crate::ids::CarrierId;
use crate::label::Labels;
use crate::label::layout::Layout;
use crate::rating::Cards;
use crate::screen::Words;
use crate::station::order::Address;
use crate::station::parcels::marks::Marks;

/// A station's configuration. Paths are absolute or relative to the working directory, no longer to the file.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file it was read from.
    pub file: PathBuf,
    /// Who and where this station is.
    pub station: StationKeys,
    /// The line of its company prefix.
    prefix_line: usize,
    /// Printed as the sender; its postcode is the origin of every zone.
    pub ship_from: Address,
    /// Words of each language, `<language>.ftl`.
    pub languages_dir: PathBuf,
    /// Layouts of labels, `<name>.toml`.
    pub labels_dir: PathBuf,
    /// Order files of other systems, `<name>.toml`; `None`: none are read.
    pub formats_dir: Option<PathBuf>,
    /// Working days of countries, `<country>.toml`, in the place of the shipped ones.
    pub calendars_dir: Option<PathBuf>,
    /// At least one.
    pub scanners: Vec<Scanner>,
    /// The scale.
    pub scale: Scale,
    /// The label printer.
    pub printer: Printer,
    /// The printer for receipts.
    pub receipt: Option<Printer>,
    /// Lamps, tone and button.
    pub gpio: GpioKeys,
    /// The display of the computer itself.
    pub panel: Panel,
    /// Rate cards, and the choice among them.
    pub rates: Rates,
    /// How parcels are packed and closed.
    pub packing: PackingKeys,
    /// Cartons by their barcode.
    pub boxes: Vec<BoxKeys>,
    /// The folder that order files are dropped in; `None`: none is watched.
    pub orders: Option<OrdersKeys>,
    /// Where events go; `None`: they wait.
    pub uplink: Option<UplinkKeys>,
    /// Copies of the database every night; `None`: none.
    pub backup: Option<BackupKeys>,
    /// Tables that take tracking numbers back.
    pub exports: Exports,
    /// The page.
    pub web: WebKeys,
    /// Where other programs send orders to; `None`: nowhere.
    pub api: Option<ApiKeys>,
}

impl Config {
    /// Reads `station.toml`; with it come the warnings.
    ///
    /// # Errors
    /// Every problem of the file, warnings too, when at least one of them stops the station.
    pub fn load(path: &Path) -> Result<(Self, Vec<Problem>), Problems> {
        Self::taken(ConfigReading::of(path, ReadFor::Packing))
    }

    fn taken(reading: ConfigReading) -> Result<(Self, Vec<Problem>), Problems> {
        match reading.config {
            Some(config) if !reading.problems.has_errors() => Ok((config, reading.problems.0)),
            _ => Err(reading.problems),
        }
    }

    /// The first thing that is wrong with one key of a file that is being written: in the first table of that name.
    pub fn problem_of(path: &Path, text: &str, table: &str, key: &str) -> Option<Problem> {
        let source = Source::new(path, text.to_owned());
        let line = {
            let root = source.parse()?;
            let root = Table::root(&source, &root);
            ConfigReading::default().read(&root, path, ReadFor::Packing);
            root.inside(table)?.line_of(key)
        };
        let wrong = |problem: &Problem| problem.line == Some(line) && problem.severity == Severity::Error;
        source.into_problems().into_iter().find(wrong)
    }

    /// The devices.
    pub fn bench(&self) -> Bench {
        Bench {
            scanners: self.scanners.clone(),
            scale: Some(self.scale.clone()),
            printer: Some(self.printer.clone()),
            receipt: self.receipt.clone(),
            gpio: Some(self.gpio.clone()),
            panel: Some(self.panel.clone()),
            clock: Some(self.station.clock),
            data_dir: Some(self.station.data_dir.clone()),
        }
    }

    /// Every problem of `station.toml`, of the rate cards, of the languages and of the formats of order files.
    pub fn check_all(path: &Path) -> Vec<Problem> {
        let reading = ConfigReading::of(path, ReadFor::Packing);
        let mut problems = reading.problems;
        let mut cards = None;
        if let Some((dir, only)) = &reading.carriers {
            let (read, found) = carriers::read(dir, only);
            cards = read;
            problems.extend(found.0);
            if let (Some(cards), Some(config)) = (&cards, &reading.config) {
                problems.extend(carriers::check_origin(cards, dir, &config.ship_from.place()).0);
                problems.extend(rates::problems(&config.rates, cards, path).0);
                problems.extend(config.layouts().1.0);
                problems.extend(config.label_problems(cards, dir).0);
            }
        }
        if let Some(config) = &reading.config {
            problems.extend(config.marks().1.0);
            problems.extend(config.deadlines().1.0);
            problems.extend(config.order_formats().1.0.into_iter().chain(config.item_formats().1.0));
            problems.extend(config.export_formats(cards.as_ref()).1.0);
        }
        if let Some((dir, language)) = &reading.language {
            problems.extend(languages::read(dir, language).1.0);
        }
        problems.0
    }
}

/// A configuration with everything it names.
#[derive(Debug)]
pub struct Loaded {
    /// `station.toml`.
    pub config: Config,
    /// The rate cards.
    pub cards: Cards,
    /// Layouts of labels for the printer's paper.
    pub layouts: Vec<Layout>,
    /// Which stickers parcels must bear.
    pub marks: Marks,
    /// Until when orders must be shipped.
    pub deadlines: DeadlineBook,
    /// Words by language; the station's own is among them.
    pub words: BTreeMap<String, Words>,
    /// Tables that take tracking numbers back, by their names.
    pub exports: BTreeMap<String, ExportFormat>,
    /// What is wrong and stops nothing.
    pub warnings: Vec<Problem>,
    /// The rate cards are the last good ones, because those of the folder are wrong.
    pub cards_wrong: bool,
}

/// The folder of the last good cards, in the data folder.
const CARDS_BACKUP: &str = "carriers.good";

impl Config {
    /// The folder of the last good cards.
    pub fn cards_backup(&self) -> PathBuf {
        self.station.data_dir.join(CARDS_BACKUP)
    }

    /// Reads the rate cards: `None` when something is wrong with them or with what `[rates]` says of them.
    pub fn cards(&self) -> (Option<Cards>, Problems) {
        self.cards_in(&self.rates.carriers_dir)
    }

    /// Reads the rules of stickers.
    fn marks(&self) -> (Marks, Problems) {
        marks::read(self.packing.marks_file.as_deref())
    }

    /// Reads the calendars and the rules of deadlines.
    fn deadlines(&self) -> (DeadlineBook, Problems) {
        let (calendars, mut problems) = calendars::read(self.calendars_dir.as_deref());
        let (rules, wrong) = deadlines::read(self.station.deadlines_file.as_deref(), &calendars);
        problems.extend(wrong.0);
        (DeadlineBook { calendars, rules }, problems)
    }

    /// Reads the formats of order files, for whoever imports one: what is wrong with them stops no parcel.
    pub fn order_formats(&self) -> (Vec<ForeignFormat>, Problems) {
        self.formats_dir.as_deref().map(|dir| order_formats::read(dir, RecordKind::Orders)).unwrap_or_default()
    }

    /// The same of files of items; a folder of formats may have none.
    pub fn item_formats(&self) -> (Vec<ForeignFormat>, Problems) {
        let dir = self.formats_dir.as_ref().map(|dir| dir.join(order_formats::ITEMS)).filter(|dir| dir.is_dir());
        dir.map(|dir| order_formats::read(&dir, RecordKind::Items)).unwrap_or_default()
    }

    /// Reads the forms of tables that take tracking numbers back.
    fn export_formats(&self, cards: Option<&Cards>) -> (BTreeMap<String, ExportFormat>, Problems) {
        let (formats, mut problems) = exports::read(&self.exports, &self.file);
        problems.extend(cards.map(|cards| exports::nameless(&self.exports, &formats, cards)).unwrap_or_default());
        (formats, problems)
    }

    /// Reads the layouts of labels that fit the label printer's paper.
    fn layouts(&self) -> (Vec<Layout>, Problems) {
        let (layouts, mut problems) = labels::read(&self.labels_dir, self.printer.labels().media);
        let layouts: Vec<Layout> = layouts.into_values().collect();
        if self.station.sscc().is_some() {
            let labels = Labels::new(self.printer.labels(), layouts.clone());
            let bag = format!("{}.{}.PAL99999", self.station.warehouse, self.station.id);
            let problem = labels::sscc_problem(&labels, &self.ship_from, bag, &self.file);
            problems.extend(problem.map(|problem| problem.at(self.prefix_line)));
        }
        (layouts, problems)
    }

    /// What is wrong between the carriers of a folder and the layouts of their labels.
    fn label_problems(&self, cards: &Cards, dir: &Path) -> Problems {
        let labels = Labels::new(self.printer.labels(), self.layouts().0);
        labels::problems(&labels, cards, &self.ship_from, dir)
    }

    fn cards_in(&self, dir: &Path) -> (Option<Cards>, Problems) {
        let (cards, mut problems) = carriers::read(dir, &self.rates.carriers);
        if let Some(cards) = &cards {
            problems.extend(rates::problems(&self.rates, cards, &self.file).0);
            problems.extend(self.label_problems(cards, dir).0);
        }
        (cards.filter(|_| !problems.has_errors()), problems)
    }
}

impl Loaded {
    /// The same as [`Loaded::read`]; but with wrong rate cards the last good ones are in force, where there are any:
    /// packing goes on, and `cards_wrong` says so.
    ///
    /// # Errors
    /// As [`Loaded::read`].
    pub fn read_or_backup(path: &Path) -> Result<Self, Problems> {
        let wrong = match Self::read(path) {
            Ok(loaded) => return Ok(loaded),
            Err(wrong) => wrong,
        };
        let Ok((config, _)) = Config::load(path) else { return Err(wrong) };
        let (words, mut found) = languages::read(&config.languages_dir, &config.station.language);
        let (layouts, wrong_layouts) = config.layouts();
        found.extend(wrong_layouts.0);
        let (marks, wrong_marks) = config.marks();
        found.extend(wrong_marks.0);
        let (deadlines, wrong_deadlines) = config.deadlines();
        found.extend(wrong_deadlines.0);
        let (exports, wrong_exports) = config.export_formats(None);
        found.extend(wrong_exports.0);
        let (Some(cards), false) = (config.cards_in(&config.cards_backup()).0, found.has_errors()) else {
            return Err(wrong);
        };
        let warnings = wrong.0;
        Ok(Self { config, cards, layouts, marks, deadlines, words, exports, warnings, cards_wrong: true })
    }

    /// Reads `station.toml`, the rate cards and the languages.
    ///
    /// # Errors
    /// Every problem of all of them, when at least one of them stops the station.
    pub fn read(path: &Path) -> Result<Self, Problems> {
        let (config, warnings) = Config::load(path)?;
        Self::with(config, warnings)
    }

    /// The same for a rehearsal, which has its own uplink and orders and makes no backup: what the file says of them is not
    /// looked at.
    ///
    /// # Errors
    /// As [`Loaded::read`].
    pub fn read_to_rehearse(path: &Path) -> Result<Self, Problems> {
        let (config, warnings) = Config::taken(ConfigReading::of(path, ReadFor::Rehearsal))?;
        Self::with(config, warnings)
    }

    fn with(config: Config, warnings: Vec<Problem>) -> Result<Self, Problems> {
        let mut problems = Problems(warnings);
        let (cards, found) = config.cards();
        problems.extend(found.0);
        let (words, found) = languages::read(&config.languages_dir, &config.station.language);
        problems.extend(found.0);
        let (layouts, found) = config.layouts();
        problems.extend(found.0);
        let (marks, found) = config.marks();
        problems.extend(found.0);
        let (deadlines, found) = config.deadlines();
        problems.extend(found.0);
        let (exports, found) = config.export_formats(cards.as_ref());
        problems.extend(found.0);
        match cards {
            Some(cards) if !problems.has_errors() => {
                let warnings = problems.0;
                Ok(Self { config, cards, layouts, marks, deadlines, words, exports, warnings, cards_wrong: false })
            }
            _ => Err(problems),
        }
    }
}

/// What the file is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReadFor {
    Packing,
    /// Without `[orders]`, `[uplink]`, `[backup]` and `[api]`: the files are the station's, a token and a disk may be out of
    /// reach.
    Rehearsal,
}

/// What one pass over the file found. The folders are known even when something else is wrong.
#[derive(Default)]
struct ConfigReading {
    config: Option<Config>,
    bench: Option<Bench>,
    carriers: Option<(PathBuf, Vec<CarrierId>)>,
    language: Option<(PathBuf, String)>,
    problems: Problems,
}

impl ConfigReading {
    fn of(path: &Path, purpose: ReadFor) -> Self {
        let mut reading = Self::default();
        let text = match text::station_file(path) {
            Ok(text) => text,
            Err(problem) => {
                reading.problems.push(problem);
                return reading;
            }
        };
        let source = Source::new(path, text);
        lost_character(path, source.text()).into_iter().for_each(|problem| source.push(problem));
        if let Some(root) = source.parse() {
            reading.read(&Table::root(&source, &root), path, purpose);
        }
        reading.problems = source.into_problems();
        reading.problems.0.sort_by_key(|problem| problem.line);
        reading
    }

    fn read(&mut self, root: &Table<'_>, path: &Path, purpose: ReadFor) {
        let RatesPart { carriers, rates } = rates::rates(root);
        let StationPart {
            keys: station,
            ship_from,
            languages_dir,
            labels_dir,
            formats_dir,
            calendars_dir,
            prefix_line,
        } = station::station(root, carriers.as_ref().map(|(dir, _)| dir.as_path()));
        let scanners = device::scanners(root);
        let scale = device::scale(root);
        let (printer, receipt) = device::printers(root);
        // What could not be read has been said.
        if !scanners.is_empty() && scale.is_some() && printer.is_some() {
            occupied::check(root);
        }
        let panel = gpio::panel(root);
        let gpio = gpio::gpio(root);
        let (packing, boxes) = packing::packing(root, printer.as_ref());
        let data_dir = station.as_ref().map(|station| station.data_dir.as_path());
        let (orders, uplink, backup) = match purpose {
            ReadFor::Packing => (orders::orders(root, data_dir), uplink::uplink(root), backup::backup(root)),
            ReadFor::Rehearsal => (Some(None), Some(None), Some(None)),
        };
        let folders = (carriers.as_ref().map(|(dir, _)| dir.as_path()), station.as_ref().map(|s| s.data_dir.as_path()));
        let exports = exports::exports(root, folders.0, folders.1);
        let web = uplink::web(root);
        let api = if purpose == ReadFor::Packing { api::api(root, web.as_ref()) } else { Some(None) };
        root.knows(keys::names());
        root.finish();
        self.carriers = carriers;
        self.language = languages_dir.clone().zip(station.as_ref().map(|station| station.language.clone()));
        self.bench = Some(Bench {
            scanners: scanners.clone(),
            scale: scale.clone(),
            printer: printer.clone(),
            receipt: receipt.clone(),
            gpio: gpio.clone(),
            panel: panel.clone(),
            clock: station.as_ref().map(|station| station.clock),
            data_dir: station.as_ref().map(|station| station.data_dir.clone()),
        });
        self.config = (|| {
            Some(Config {
                file: path.to_owned(),
                station: station?,
                prefix_line,
                ship_from: ship_from?,
                languages_dir: languages_dir?,
                labels_dir: labels_dir?,
                formats_dir,
                calendars_dir,
                scanners,
                scale: scale?,
                printer: printer?,
                receipt,
                gpio: gpio?,
                panel: panel?,
                rates: rates?,
                packing: packing?,
                boxes,
                orders: orders?,
                uplink: uplink?,
                backup: backup?,
                exports: exports?,
                web: web?,
                api: api?,
            })
        })();
    }
}
