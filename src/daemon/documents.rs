//! Printouts -> papers -> bytes for a printer, or a PDF file.
//!
//! Everything is made from what is recorded, whenever it is asked for: the slip of a manifest of last month is the one that
//! came out then. Nothing here waits for a printer, and the loop does not wait for anything here.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::archive;
use super::lists::{StationCounts, Today, span_of};
use super::{Setup, clock};
use crate::barcode::{Command, CommandError, SheetGroup};
use crate::devices::paper::Tray;
use crate::ids::{BagId, CarrierId};
use crate::label::{Draws, Label, LabelError, Labels, Language, Media, PrinterFormat, SSCC_LAYOUT};
use crate::paper::{self, A4, BagSlip, CommandSheet, ManifestSlip, Operator, Paper, SheetEntry, ShiftSummary};
use crate::rating::Cards;
use crate::screen::Words;
use crate::station::event::Printout;
use crate::station::fact::BagKind;
use crate::station::fact::Fact;
use crate::station::shift::{Done, Shift};
use crate::station::{Rules, Station};
use crate::store::{Store, StoreError, TimeSpan};
use crate::units::{Date, Mass, MassUnit, Timestamp};

/// What papers are made with.
#[derive(Debug, Clone)]
pub struct Documents {
    rules: Rules,
    data_dir: PathBuf,
    zone: TimeZone,
    words: BTreeMap<String, Arc<Words>>,
    receipts: Option<Arc<Labels>>,
}

/// Why there is no paper.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// No such manifest.
    #[error("no manifest {0}; see `parceld manifest list`")]
    Manifest(String),
    /// No such bag, or nothing in it.
    #[error("no bag {0} with anything in it; see `parceld bag list`")]
    Bag(BagId),
    /// No such language.
    #[error("no language {0:?}; add its file to the languages' folder")]
    Language(String),
    /// Nothing to print it on.
    #[error("no receipt printer; add a [[printer]] with role = \"receipt\", or write it to a file")]
    NoPrinter,
    /// Not a command.
    #[error("{0}")]
    Command(#[from] CommandError),
    /// The memory.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// It does not fit the paper.
    #[error("draw it: {0}")]
    Draw(#[from] LabelError),
}

/// Everything a paper says, and in which words.
#[derive(Debug)]
pub struct Draft {
    what: What,
    words: Arc<Words>,
}

#[derive(Debug)]
enum What {
    Paper(Box<Paper>),
    /// A bag that has an SSCC.
    Sscc(Box<Label>),
}

impl Documents {
    /// What a station's configuration makes of it.
    pub fn of(setup: &Setup) -> Self {
        let receipt = setup.config.receipt.as_ref();
        Self {
            rules: setup.rules.clone(),
            data_dir: setup.config.station.data_dir.clone(),
            zone: setup.config.station.timezone.clone(),
            words: setup.words.clone(),
            receipts: receipt.map(|printer| Arc::new(Labels::new(printer.labels(), []))),
        }
    }

    /// Whether a printout has a printer: all but the label of a bag want one for receipts.
    pub fn prints(&self, printout: &Printout) -> bool {
        self.receipts.is_some() || matches!(printout, Printout::Bag { .. })
    }

    /// What a printout says, read from the station's memory.
    ///
    /// # Errors
    /// [`DocumentError`].
    pub fn draft(&self, printout: &Printout, cards: &Cards, language: &str) -> Result<Draft, DocumentError> {
        let paper = match printout {
            Printout::Manifest { manifest } => Paper::Manifest(self.manifest(&self.store()?, cards, manifest)?),
            Printout::Shift { day, operator } => {
                Paper::Shift(self.shift(&self.store()?, cards, *day, operator.as_deref())?)
            }
            Printout::Sheet { language: wanted, also } => {
                return self.sheet(cards, wanted.as_deref().unwrap_or(language), also);
            }
            Printout::Bag { bag } => {
                let store = self.store()?;
                let mut station = archive::load(&store)?;
                archive::recall_bag(&store, &mut station, *bag)?;
                return self.bag(&station, cards, *bag, language);
            }
        };
        Ok(Draft { what: What::Paper(Box::new(paper)), words: self.words(language)? })
    }

    /// The label of a bag or a pallet, as it is now.
    ///
    /// # Errors
    /// [`DocumentError::Bag`].
    pub fn bag(&self, station: &Station, cards: &Cards, id: BagId, language: &str) -> Result<Draft, DocumentError> {
        let bag = station.bag(id).ok_or(DocumentError::Bag(id))?;
        let parcels = station.contents(bag).count();
        let (carrier, ship_date) = bag.goes.clone().filter(|_| parcels > 0).ok_or(DocumentError::Bag(id))?;
        let carrier = cards.carrier_name(&carrier).to_owned();
        let bags = (bag.kind == BagKind::Pallet).then(|| station.laid(bag).count());
        let mass = station.bag_mass(bag);
        let own = station.own_name(&self.rules, id);
        let words = self.words(language)?;
        let what = match &bag.sscc {
            Some(sscc) => {
                let container = crate::label::ContainerLabel { id: own, sscc: Some(sscc.clone()), parcels, bags };
                let from = self.rules.ship_from.clone();
                let label = Label::of_container(container, from, carrier, mass, ship_date, self.rules.specimen);
                What::Sscc(Box::new(label))
            }
            None => What::Paper(Box::new(Paper::Bag(BagSlip {
                id: own,
                short: station.short(id),
                carrier,
                ship_date: ship_date.to_string(),
                parcels,
                bags,
                weight: kilograms(mass),
                specimen: self.rules.specimen,
            }))),
        };
        Ok(Draft { what, words })
    }

    /// A draft as a job for the printer it goes to. The label of a bag goes to the label printer where it has an SSCC, or
    /// where there is no receipt printer.
    ///
    /// # Errors
    /// [`DocumentError::Draw`], [`DocumentError::NoPrinter`].
    pub fn job(&self, draft: &Draft) -> Result<(Tray, Vec<u8>), DocumentError> {
        match (&draft.what, &self.receipts) {
            (What::Sscc(label), _) => Ok((Tray::Labels, self.rules.labels.print(SSCC_LAYOUT, label)?)),
            (What::Paper(paper), Some(receipts)) => Ok((Tray::Receipts, encoded(paper, receipts, &draft.words)?)),
            (What::Paper(paper), None) if matches!(**paper, Paper::Bag(_)) => {
                Ok((Tray::Labels, encoded(paper, &self.rules.labels, &draft.words)?))
            }
            (What::Paper(_), None) => Err(DocumentError::NoPrinter),
        }
    }

    /// A draft as a PDF file: A4, or a page as large as the label for a bag.
    ///
    /// # Errors
    /// [`DocumentError::Draw`].
    pub fn pdf(&self, draft: &Draft) -> Result<Vec<u8>, DocumentError> {
        let on = |media: Media, paper: &Paper| {
            let printer = PrinterFormat { language: Language::EscPos, draws: Draws::Nothing, packed: false, media };
            let labels = Labels::new(printer, []);
            let pages = paper.draw(&labels, &draft.words)?;
            let pages: Vec<_> = pages.iter().map(|page| labels.pixels(page)).collect();
            Ok(paper::pdf(&paper.name(), media, &pages))
        };
        match &draft.what {
            What::Paper(paper) if matches!(**paper, Paper::Bag(_)) => {
                on(Media { dpi: 300, width_mm: 100, height_mm: 150 }, paper)
            }
            What::Paper(paper) => on(A4, paper),
            What::Sscc(label) => {
                let labels = &self.rules.labels;
                let page = labels.pixels(&labels.document(SSCC_LAYOUT, label)?);
                let name = label.container.as_ref().map_or("", |container| container.id.as_str());
                Ok(paper::pdf(name, labels.printer.media, &[page]))
            }
        }
    }

    /// What was done on a day, by everybody or by one.
    ///
    /// # Errors
    /// [`DocumentError::Store`].
    pub fn shift(
        &self,
        store: &Store,
        cards: &Cards,
        day: Date,
        only: Option<&str>,
    ) -> Result<ShiftSummary, DocumentError> {
        let TimeSpan { from, to } = span_of(&self.zone, day);
        let mut shift = Shift::beginning_with(store.operator_before(from)?);
        let older = |parcel| {
            let facts = store.history(parcel).unwrap_or_default();
            facts.iter().find_map(|entry| match &entry.fact {
                Fact::Committed { commitment, .. } => Some(commitment.carrier().clone()),
                _ => None,
            })
        };
        store.between(from, to, |entry| shift.take(entry.at, &entry.fact, older))?;
        let wanted = |badge: &Option<String>| only.is_none_or(|only| badge.as_deref() == Some(only));
        let operators = shift.operators.into_iter().filter(|(badge, _)| wanted(badge));
        Ok(ShiftSummary {
            station: format!("{} {}", self.rules.warehouse, self.rules.station),
            day: day.to_string(),
            written: self.local(clock()),
            operators: operators.map(|(badge, done)| self.operator(cards, badge, &done)).collect(),
        })
    }

    /// What was done today, beside what is here now.
    ///
    /// # Errors
    /// [`DocumentError::Store`].
    pub fn today(&self, cards: &Cards, counts: StationCounts) -> Result<Today, DocumentError> {
        let shift = self.shift(&self.store()?, cards, super::today(&self.zone, clock()), None)?;
        Ok(Today::of(shift, counts, &self.zone, clock()))
    }

    fn operator(&self, cards: &Cards, badge: Option<String>, done: &Done) -> Operator {
        let time = |at: Timestamp| self.local(at).split_once(' ').map_or_else(String::new, |(_, time)| time.to_owned());
        Operator {
            badge,
            parcels: done.total(),
            by_carrier: done.parcels.iter().map(|(id, count)| (cards.carrier_name(id).to_owned(), *count)).collect(),
            voids: done.voids,
            reprints: done.reprints,
            held: done.held,
            between: done.between.map(|(first, last)| (time(first), time(last))),
        }
    }

    /// A closed manifest as its document has it.
    fn manifest(&self, store: &Store, cards: &Cards, id: &str) -> Result<ManifestSlip, DocumentError> {
        let missing = || DocumentError::Manifest(id.to_owned());
        let document: Value =
            store.manifest(id)?.and_then(|body| serde_json::from_str(&body).ok()).ok_or_else(missing)?;
        let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let weight = |value: &Value, key: &str| kilograms(Mass::from_grams(value[key].as_i64().unwrap_or(0)));
        let list = |key: &str| document[key].as_array().cloned().unwrap_or_default();
        let own = format!("{}.{}.", text(&document, "ship_from"), text(&document, "station"));
        // The driver stands at this station: its own bags go by their numbers.
        let short = |name: String| name.strip_prefix(&own).map(str::to_owned).unwrap_or(name);
        let mut services: BTreeMap<String, u64> = BTreeMap::new();
        for parcel in list("parcels") {
            let service = text(&parcel, "service").into();
            *services.entry(cards.service_name(&service).to_owned()).or_insert(0) += 1;
        }
        let carrier = text(&document, "carrier").into();
        let closed: Option<jiff::Timestamp> = text(&document, "closed_at").parse().ok();
        Ok(ManifestSlip {
            id: text(&document, "manifest_id"),
            carrier: cards.carrier_name(&carrier).to_owned(),
            ship_date: text(&document, "ship_date"),
            wave: document["wave"].as_u64().unwrap_or(0),
            closed_at: closed.map_or_else(String::new, |at| self.local(Timestamp(at.as_millisecond()))),
            closed_by: document["closed_by"].as_str().map(str::to_owned),
            weight: weight(&document, "total_g"),
            services: services.into_iter().collect(),
            containers: list("containers")
                .iter()
                .map(|container| paper::SlipContainer {
                    id: short(text(container, "id")),
                    kind: match container["type"].as_str() {
                        Some("pallet") => paper::ContainerKind::Pallet,
                        Some("bag") => {
                            paper::ContainerKind::Bag(container["pallet"].as_str().map(|on| short(on.to_owned())))
                        }
                        _ => paper::ContainerKind::Cage,
                    },
                    parcels: container["parcels"].as_u64().unwrap_or(0),
                    weight: weight(container, "gross_g"),
                })
                .collect(),
            lines: list("parcels")
                .iter()
                .map(|parcel| paper::SlipLine {
                    tracking: text(parcel, "tracking"),
                    order_ref: text(parcel, "order_ref"),
                    weight: weight(parcel, "weight_g"),
                    container: short(text(parcel, "container")),
                })
                .collect(),
            hash: text(&document, "hash"),
        })
    }

    /// Every command of the sheet, in these words.
    pub fn commands(&self, cards: &Cards, words: &Words) -> Vec<(SheetGroup, Vec<SheetEntry>)> {
        let boxes: Vec<String> = self.rules.boxes.keys().cloned().collect();
        let marks: Vec<String> = self.rules.marks.all().into_iter().map(str::to_owned).collect();
        paper::commands(words, &boxes, &named(cards), &marks, &self.words)
    }

    fn sheet(&self, cards: &Cards, language: &str, also: &[String]) -> Result<Draft, DocumentError> {
        let words = self.words(language)?;
        let mut groups = self.commands(cards, &words);
        let also = also.iter().map(|text| {
            let (name, argument) = text.split_once(':').map_or((&text[..], None), |(name, rest)| (name, Some(rest)));
            let command = Command::named(&name.to_ascii_uppercase(), argument)?;
            Ok(paper::entry(&command, &words, &named(cards), &self.words))
        });
        let also = also.collect::<Result<Vec<_>, CommandError>>()?;
        if !also.is_empty() {
            groups.push((SheetGroup::More, also));
        }
        let sheet = CommandSheet { station: self.rules.station.clone(), groups };
        Ok(Draft { what: What::Paper(Box::new(Paper::Sheet(sheet))), words })
    }

    /// One badge, to be cut out.
    ///
    /// # Errors
    /// [`DocumentError::Language`].
    pub fn badge(&self, badge: &Command, language: &str) -> Result<Draft, DocumentError> {
        let words = self.words(language)?;
        let entry = paper::entry(badge, &words, &[], &self.words);
        let sheet = CommandSheet { station: self.rules.station.clone(), groups: vec![(SheetGroup::More, vec![entry])] };
        Ok(Draft { what: What::Paper(Box::new(Paper::Sheet(sheet))), words })
    }

    fn words(&self, language: &str) -> Result<Arc<Words>, DocumentError> {
        self.words.get(language).cloned().ok_or_else(|| DocumentError::Language(language.to_owned()))
    }

    fn store(&self) -> Result<Store, StoreError> {
        Store::read(&self.data_dir)
    }

    /// An instant as a clock on the warehouse's wall shows it: `2026-11-23 14:05`.
    fn local(&self, at: Timestamp) -> String {
        let instant = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        instant.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }
}

/// The carriers with rate cards, each with its name.
fn named(cards: &Cards) -> Vec<(CarrierId, String)> {
    cards.carriers().iter().map(|carrier| (carrier.id.clone(), carrier.name.clone())).collect()
}

fn encoded(paper: &Paper, labels: &Labels, words: &Words) -> Result<Vec<u8>, LabelError> {
    Ok(paper.draw(labels, words)?.iter().flat_map(|page| labels.encode(page)).collect())
}

fn kilograms(mass: Mass) -> String {
    format!("{} kg", mass.fixed(MassUnit::Kg, 3))
}
