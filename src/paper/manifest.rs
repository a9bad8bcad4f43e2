//! What a carrier's driver takes and signs for.
//!
//! A slip says how many parcels there are and how they are packed; on office paper each of them is listed. Seller centres
//! ask for just this when a dispatch is disputed: identifier, count, time, and the carrier's signature.

use super::rows::{self, Rows, SMALL, TEXT, blank_line, pair, qr, row, space, styled, text, wide};
use crate::label::document::Align;
use crate::label::layout::LayoutCell;
use crate::screen::{Sentence, Words};

/// A closed manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestSlip {
    /// Its identifier.
    pub id: String,
    /// What the carrier is called.
    pub carrier: String,
    /// The day it is handed over.
    pub ship_date: String,
    /// Counts manifests of this carrier and day.
    pub wave: u64,
    /// When it was closed, in the warehouse's zone: `2026-11-23 14:05`.
    pub closed_at: String,
    /// By badge.
    pub closed_by: Option<String>,
    /// What all its parcels weigh: `184.020 kg`.
    pub weight: String,
    /// Parcels by service, as the carrier calls it.
    pub services: Vec<(String, u64)>,
    /// Bags, pallets and cages.
    pub containers: Vec<SlipContainer>,
    /// Every parcel.
    pub lines: Vec<SlipLine>,
    /// The hash that the record of it carries.
    pub hash: String,
}

/// A bag, a pallet or a cage on a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlipContainer {
    /// Its identifier.
    pub id: String,
    /// Which of them.
    pub kind: ContainerKind,
    /// Parcels in it.
    pub parcels: u64,
    /// What they weigh.
    pub weight: String,
}

/// What a container of a manifest is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContainerKind {
    /// A bag, and the pallet that it is on.
    Bag(Option<String>),
    /// A pallet.
    Pallet,
    /// A cage.
    Cage,
}

/// A parcel on a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlipLine {
    /// The carrier's number.
    pub tracking: String,
    /// The channel's order.
    pub order_ref: String,
    /// What it weighs.
    pub weight: String,
    /// What it is in.
    pub container: String,
}

impl ManifestSlip {
    pub(super) fn write(&self, rows: &mut Rows, words: &Words, wide_paper: bool) {
        let say = |sentence: Sentence| words.say(&sentence);
        rows.title(say(Sentence::PaperManifest));
        let wave = words.say(&Sentence::PaperWave { wave: self.wave });
        rows.row(
            110,
            [text(self.carrier.clone(), 100, Align::Start), space(20), wide(text(wave, 56, Align::End), 200)],
        );
        rows.row(62, [styled(self.id.clone(), TEXT, 2, Align::Start)]);
        rows.rule();
        self.facts(rows, words, wide_paper);
        if !self.services.is_empty() {
            rows.heading(say(Sentence::PaperServices));
            for (service, count) in &self.services {
                rows.pair(service.clone(), count.to_string());
            }
        }
        self.containers(rows, words);
        if wide_paper {
            self.parcels(rows, words);
        }
        self.signature(rows, words, wide_paper);
    }

    /// When, how many, how heavy; on office paper beside the code.
    fn facts(&self, rows: &mut Rows, words: &Words, wide_paper: bool) {
        let say = |sentence: Sentence| words.say(&sentence);
        let mut lines = vec![(50, pair(say(Sentence::PaperShipDate), self.ship_date.clone(), TEXT))];
        lines.push((50, pair(say(Sentence::PaperClosed), self.closed_at.clone(), TEXT)));
        lines.extend(
            self.closed_by.iter().map(|operator| (50, pair(say(Sentence::PaperClosedBy), operator.clone(), TEXT))),
        );
        lines.push((90, pair(say(Sentence::PaperParcels), self.lines.len().to_string(), 80)));
        lines.push((85, pair(say(Sentence::PaperWeight), self.weight.clone(), 80)));
        if wide_paper {
            let height = lines.iter().map(|(height, _)| height).sum();
            let beside = rows::rows([
                row(height - 50, [qr(&self.id)]),
                row(50, [text(self.record(words), SMALL, Align::Middle)]),
            ]);
            let lines = rows::rows(lines.into_iter().map(|(height, cells)| row(height, cells)));
            rows.row(height, [lines, space(100), wide(beside, 700)]);
        } else {
            lines.into_iter().for_each(|(height, cells)| rows.row(height, cells));
        }
    }

    fn record(&self, words: &Words) -> String {
        let hash = self.hash.get(..16).unwrap_or(&self.hash);
        words.say(&Sentence::PaperRecord { hash: hash.to_owned() })
    }

    fn containers(&self, rows: &mut Rows, words: &Words) {
        if self.containers.is_empty() {
            return;
        }
        let say = |sentence: Sentence| words.say(&sentence);
        let line = |name: LayoutCell, count: String, weight: String| {
            [name, wide(text(count, TEXT, Align::End), 110), wide(text(weight, TEXT, Align::End), 200)]
        };
        rows.heading(say(Sentence::PaperContainers));
        let laid = |bag: &&SlipContainer| matches!(bag.kind, ContainerKind::Bag(Some(_)));
        let on = |pallet: &SlipContainer| {
            let pallet = ContainerKind::Bag(Some(pallet.id.clone()));
            self.containers.iter().filter(move |bag| bag.kind == pallet)
        };
        let standing = self.containers.iter().filter(|container| !laid(container));
        for container in standing.flat_map(|standing| std::iter::once(standing).chain(on(standing))) {
            let id = container.id.clone();
            let (laid, name) = match container.kind {
                ContainerKind::Bag(None) => (false, Sentence::PaperBagLine { container: id }),
                ContainerKind::Bag(Some(_)) => (true, Sentence::PaperBagLine { container: id }),
                ContainerKind::Pallet => (false, Sentence::PaperPalletLine { container: id }),
                ContainerKind::Cage => (false, Sentence::PaperCageLine { container: id }),
            };
            let name = words.say(&name);
            let [name, parcels, weight] =
                line(styled(name, TEXT, 2, Align::Start), container.parcels.to_string(), container.weight.clone());
            let indent = laid.then(|| space(40));
            rows.line(54, indent.into_iter().chain([name, parcels, weight]));
        }
        // What is on a pallet is in its bags.
        let inside = self.containers.iter().filter(|container| container.kind != ContainerKind::Pallet);
        let inside: u64 = inside.map(|container| container.parcels).sum();
        let loose = (self.lines.len() as u64).saturating_sub(inside);
        if loose > 0 {
            rows.line(54, line(text(say(Sentence::PaperLoose), TEXT, Align::Start), loose.to_string(), String::new()));
        }
    }

    fn parcels(&self, rows: &mut Rows, words: &Words) {
        let say = |sentence: Sentence| words.say(&sentence);
        let line = |number: String, tracking: String, order: String, weight: String, container: String| {
            [
                wide(text(number, SMALL, Align::End), 90),
                space(30),
                wide(text(tracking, SMALL, Align::Start), 560),
                wide(text(order, SMALL, Align::Start), 560),
                wide(text(weight, SMALL, Align::End), 200),
                space(40),
                text(container, SMALL, Align::Start),
            ]
        };
        let inside = if self.containers.is_empty() { String::new() } else { say(Sentence::PaperIn) };
        rows.heading(say(Sentence::PaperParcels));
        rows.row(
            45,
            line(
                String::new(),
                say(Sentence::PaperTracking),
                say(Sentence::PaperOrder),
                say(Sentence::PaperWeight),
                inside,
            ),
        );
        for (number, parcel) in (1..).zip(&self.lines) {
            let SlipLine { tracking, order_ref, weight, container } = parcel.clone();
            rows.row(42, line(format!("{number}"), tracking, order_ref, weight, container));
        }
    }

    /// What the driver fills in; on narrow paper also which record this is the paper of.
    fn signature(&self, rows: &mut Rows, words: &Words, wide_paper: bool) {
        let say = |sentence: Sentence| words.say(&sentence);
        rows.heading(say(Sentence::PaperDriver));
        let fields =
            [Sentence::PaperCounted, Sentence::PaperName, Sentence::PaperVehicle, Sentence::PaperTime].map(say);
        if wide_paper {
            // On one page: who signs sees what is signed.
            let [counted, name, vehicle, time] = fields.map(|field| blank_line(field, 90));
            let signature = blank_line(say(Sentence::PaperSignature), 160);
            let block =
                [row(133, [counted, space(60), name]), row(133, [vehicle, space(60), time]), row(203, [signature])];
            rows.row(469, [rows::rows(block)]);
        } else {
            fields.into_iter().for_each(|name| rows.blank_line(name, 80));
            rows.blank_line(say(Sentence::PaperSignature), 160);
            let beside = rows::rows([
                row(60, []),
                row(60, [styled(self.id.clone(), SMALL, 3, Align::Start)]),
                row(50, [text(self.record(words), SMALL, Align::Start)]),
            ]);
            rows.gap(20);
            rows.row(200, [wide(qr(&self.id), 200), space(20), beside]);
        }
    }
}
