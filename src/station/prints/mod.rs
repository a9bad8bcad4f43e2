//! Prints: one label sent to a printer once, and what is known of it afterwards.

pub(super) mod evidence;
mod print_mark;
mod printing;
mod reprint;

pub(in crate::station) use reprint::ask_supervisor;

use std::collections::BTreeSet;

use evidence::{Meter, Trust};

use serde::{Deserialize, Serialize};

use crate::ids::ParcelId;
use crate::station::event::Job;
use crate::station::fact::{Before, Testimony};

/// The printer of the last print, and the label that may still lie in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Prints {
    /// The printer of the last print.
    printer: String,
    /// Every printer that has ever answered.
    answering: BTreeSet<String>,
    /// What was learned of that printer's odometer.
    meter: Meter,
    /// The last print, as long as its label is not known to be out: it may still lie in the printer.
    unaccounted: Option<Job>,
}

impl Prints {
    /// The last print, as long as its label may still lie in the printer.
    pub(super) fn unaccounted(&self) -> Option<Job> {
        self.unaccounted
    }

    /// Whether this printer has ever answered.
    pub(super) fn has_answered(&self, printer: &str) -> bool {
        self.answering.contains(printer)
    }

    /// Whether the odometer of the printer that printed last is known to move with each label.
    pub(super) fn counts_labels(&self) -> bool {
        self.meter.counts()
    }

    /// The parcel whose label was printed last.
    pub(super) fn last(&self) -> Option<ParcelId> {
        self.meter.last()
    }

    fn trust(&self, of: &Testimony) -> Trust {
        self.meter.trust(of)
    }

    /// A label is about to be sent; `scanned_back` is whether that of the last print was.
    pub(super) fn started(&mut self, job: Job, printer: &str, before: Option<&Before>, scanned_back: bool) {
        self.printer = printer.to_owned();
        if before.is_some_and(|before| before.says.empty) {
            self.answering.insert(printer.to_owned());
        }
        self.meter.started(job.parcel, before, scanned_back);
        self.unaccounted = Some(job);
    }

    /// The printer that printed last has given evidence.
    pub(super) fn answered(&mut self) {
        self.answering.insert(self.printer.clone());
    }

    /// Nothing of this print lies in the printer any more.
    pub(super) fn accounted(&mut self, job: Job) {
        self.unaccounted = self.unaccounted.filter(|last| *last != job);
    }

    /// A parcel closed: its label is out.
    pub(super) fn closed(&mut self, parcel: ParcelId) {
        self.unaccounted = self.unaccounted.filter(|last| last.parcel != parcel);
    }
}
