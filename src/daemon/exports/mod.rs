//! What was packed, for the seller's systems: which parcels are to be given in a form of table, and what is noted of them.
//!
//! Packed is what is on a closed manifest. It left when the carrier took that manifest, and where nobody said so yet, when
//! the manifest was closed. A parcel that was voided, put aside or intercepted after it was given is said once. All is read
//! here, beside the loop; what is noted goes through the one writer afterwards.

mod files;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

pub(super) use files::write_all;

use crate::exchange::exports::{ExportFormat, ExportRow};
use crate::ids::ParcelId;
use crate::station::order::OrderId;
use crate::station::parcels::{Parcel, State};
use crate::store::exports::{ExportNote, OnManifest};
use crate::store::{Store, StoreError};
use crate::units::Timestamp;

/// Parcels that are read at once.
const PAGE: usize = 500;
/// Behind every parcel of a fact.
const LAST_PARCEL: ParcelId = ParcelId(u64::MAX >> 1);
/// Parcels of a note that the writer takes at once: packing goes on in between.
pub const NOTED: usize = 1_000;

/// Which parcels are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportChoice {
    /// Those that were not given yet.
    New,
    /// Those on manifests that were closed at an instant or later, given or not.
    Since(Timestamp),
    /// Those of a manifest, given or not.
    Manifest(String),
    /// All, given or not.
    All,
}

/// A table that is to be made.
#[derive(Debug, Clone)]
pub struct ExportJob<'a> {
    /// What is remembered.
    pub store: &'a Store,
    /// The form.
    pub format: &'a ExportFormat,
    /// The station's zone.
    pub zone: &'a TimeZone,
    /// Which parcels.
    pub choice: ExportChoice,
    /// Those of this shop alone.
    pub shop: Option<&'a str>,
    /// Those of this channel alone.
    pub channel: Option<&'a str>,
}

/// A parcel of which something is to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportMention {
    /// The parcel.
    pub parcel: ParcelId,
    /// Its order.
    pub order: OrderId,
    /// Its tracking number.
    pub tracking: String,
    /// What there is to say.
    pub why: String,
}

/// Parcels of which something is to be said: the first of them, and how many more there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportMentions {
    /// The first of them.
    pub first: Vec<ExportMention>,
    /// How many more there are.
    pub more: u64,
}

/// What became of a table.
#[derive(Debug, Default)]
pub struct ExportReport {
    /// What is to be noted once the table is where it belongs.
    pub note: ExportNote,
    /// Rows of parcels that were packed.
    pub rows: u64,
    /// How many of them were given before.
    pub again: u64,
    /// Parcels that are not in the table, and stay to be given.
    pub refused: ExportMentions,
    /// Parcels that were stopped after they were given, or stand on a manifest and must not travel.
    pub stopped: ExportMentions,
    /// What else somebody should know.
    pub remarks: Vec<String>,
}

/// Why there is no table.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The memory.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// Where the table goes.
    #[error("write the table: {0}; free some space, or name another place")]
    Write(#[from] std::io::Error),
    /// No such manifest.
    #[error("no manifest {0}; see `parceld manifest list`")]
    Manifest(String),
}

/// A manifest, as far as its rows say it.
#[derive(Debug, Clone)]
struct LeftManifest {
    fact: u64,
    id: String,
    shipped_at: Timestamp,
}

impl ExportReport {
    /// Whether there is something to note.
    pub fn is_news(&self) -> bool {
        !self.note.given.is_empty() || !self.note.stopped.is_empty()
    }
}

impl ExportMention {
    fn of(row: &ExportRow, why: impl Into<String>) -> Self {
        Self { parcel: row.parcel, order: row.order.clone(), tracking: row.tracking.clone(), why: why.into() }
    }

    /// For a program.
    pub fn json(&self) -> Value {
        json!({ "parcel": self.parcel, "order": self.order, "tracking": self.tracking, "why": self.why })
    }
}

impl ExportMentions {
    /// Mentions that are kept: a bound of the memory, and of what a person reads.
    const KEPT: usize = 1_000;

    fn push(&mut self, mention: ExportMention) {
        match self.first.len() < Self::KEPT {
            true => self.first.push(mention),
            false => self.more += 1,
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.first.len() as u64 + self.more
    }
}

impl std::fmt::Display for ExportMention {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of order {} ({}): {}", self.parcel, self.order, self.tracking, self.why)
    }
}

/// Every value of a row, for a program.
pub fn row_json(row: &ExportRow) -> Value {
    json!({
        "parcel_id": row.parcel,
        "order_ref": row.order.number,
        "channel": row.order.channel,
        "shop": row.order.shop,
        "package_ref": row.package_ref,
        "parcel": row.place.0,
        "parcels": row.place.1,
        "carrier": row.service.carrier(),
        "service": row.service,
        "tracking": row.tracking,
        "weight_g": row.mass.map(crate::units::Mass::grams_rounded),
        "manifest": row.manifest,
        "shipped_at": jiff::Timestamp::from_millisecond(row.shipped_at.0).unwrap_or_default().to_string(),
        "state": row.stopped.as_deref().unwrap_or("shipped"),
    })
}

impl ExportJob<'_> {
    /// Makes the table: `take` is given each row, and the bytes of its line.
    ///
    /// # Errors
    /// [`ExportError`]; nothing is to be noted then.
    pub fn run(
        &self,
        mut take: impl FnMut(&ExportRow, &[u8]) -> std::io::Result<()>,
    ) -> Result<ExportReport, ExportError> {
        let mut report = ExportReport::default();
        report.note.format.clone_from(&self.format.name);
        let mark = self.store.export_mark(&self.format.name)?;
        let known = mark.as_ref().map_or(0, |mark| mark.done);
        self.remark(mark.as_ref().map(|mark| mark.incarnation.as_str()), &mut report)?;
        let (from, only) = match &self.choice {
            ExportChoice::New => (known, None),
            ExportChoice::Since(at) => (self.store.fact_before(*at)?, None),
            ExportChoice::All => (0, None),
            ExportChoice::Manifest(id) => {
                let fact = self.store.closing_fact(id)?.ok_or_else(|| ExportError::Manifest(id.clone()))?;
                (fact.saturating_sub(1), Some(fact))
            }
        };
        let last = only.unwrap_or_else(|| self.store.last_fact());
        let left = self.packed(from, last, &mut report, &mut take)?;
        let begins = mark.is_none() && matches!(self.choice, ExportChoice::Since(_));
        if only.is_none() && (begins || from <= known) {
            report.note.done = Some(left.map_or(last, |fact| fact.saturating_sub(1)));
        }
        if begins && from > 0 {
            report.remarks.push(format!(
                "the format {} begins here: what left before counts as given elsewhere, and --all has it",
                self.format.name
            ));
        }
        self.stopped(mark.map_or(0, |mark| mark.stops), &mut report, &mut take)?;
        Ok(report)
    }

    /// What is said of the table as a whole.
    fn remark(&self, incarnation: Option<&str>, report: &mut ExportReport) -> Result<(), StoreError> {
        let name = &self.format.name;
        if self.format.guessed {
            report.remarks.push(format!(
                "the layout of {name} was guessed; check it once with a file of yours, and correct {name}.toml or remove guessed"
            ));
        }
        let elsewhere = incarnation.map_or(self.store.lives()?.len() > 1, |life| life != self.store.incarnation());
        if elsewhere || self.store.is_restored()? {
            report.remarks.push(
                "this database was put back from a copy, or moved: what was given since that copy was made is given once more"
                    .to_owned(),
            );
        }
        Ok(())
    }

    /// Rows of what facts behind `from` up to `last` put on manifests. The first of these facts of which something is left.
    fn packed(
        &self,
        from: u64,
        last: u64,
        report: &mut ExportReport,
        take: &mut impl FnMut(&ExportRow, &[u8]) -> std::io::Result<()>,
    ) -> Result<Option<u64>, ExportError> {
        let (mut left, mut manifest) = (None, None);
        let mut after = (from, LAST_PARCEL);
        loop {
            let page = self.store.manifested_after(&self.format.name, after, PAGE)?;
            let Some(end) = page.last().map(|on| (on.fact, on.parcel)) else { return Ok(left) };
            for on in page {
                if on.fact > last {
                    return Ok(left);
                }
                if on.given && self.choice == ExportChoice::New {
                    continue;
                }
                if !self.packed_one(on, &mut manifest, report, take)? && !on.given {
                    left.get_or_insert(on.fact);
                }
            }
            after = end;
        }
    }

    /// One of them. False where it is left for another time.
    fn packed_one(
        &self,
        on: OnManifest,
        manifest: &mut Option<LeftManifest>,
        report: &mut ExportReport,
        take: &mut impl FnMut(&ExportRow, &[u8]) -> std::io::Result<()>,
    ) -> Result<bool, ExportError> {
        self.turn_to(on.fact, manifest)?;
        let (Some(manifest), Some(parcel)) = (manifest.as_ref(), self.store.parcel(on.parcel)?) else {
            return Ok(true);
        };
        // One that was left out comes back with the fact that puts it on another manifest.
        if !parcel.is_on(&manifest.id) {
            return Ok(true);
        }
        let Some(row) = self.row(&parcel, manifest)? else { return Ok(true) };
        if !self.is_wanted(&row.order) {
            return Ok(false);
        }
        let intercepted = self.store.intercepted_after(on.parcel, on.fact)?;
        if let Some(reason) = parcel.intercepted {
            // One that was given is said below.
            if !on.given {
                let why = format!("it is stopped ({}), and must not travel: not given", reason.word());
                report.stopped.push(ExportMention::of(&row, why));
            }
            return Ok(false);
        }
        match self.format.line(&row, self.zone) {
            Ok(line) => take(&row, &line)?,
            Err(why) => {
                report.refused.push(ExportMention::of(&row, why));
                return Ok(false);
            }
        }
        report.rows += 1;
        report.again += u64::from(on.given);
        report.note.given.push((on.parcel, on.fact));
        if let Some((reason, true)) = intercepted {
            let why = format!("given, and stopped since ({}): its carrier had it already", reason.word());
            report.stopped.push(ExportMention::of(&row, why));
            report.note.stopped.push((on.parcel, self.store.last_fact()));
        }
        Ok(true)
    }

    /// What was given and stopped afterwards.
    fn stopped(
        &self,
        from: u64,
        report: &mut ExportReport,
        take: &mut impl FnMut(&ExportRow, &[u8]) -> std::io::Result<()>,
    ) -> Result<(), ExportError> {
        let last = self.store.last_fact();
        let (mut after, mut unsaid, mut manifest) = (from, None, None);
        let mut seen: BTreeSet<ParcelId> = report.note.stopped.iter().map(|(parcel, _)| *parcel).collect();
        loop {
            let page = self.store.stopped_after(&self.format.name, after, PAGE)?;
            let Some(end) = page.last().map(|stop| stop.fact) else { break };
            for stop in page.into_iter().filter(|stop| stop.fact <= last) {
                if !seen.insert(stop.parcel) {
                    continue;
                }
                self.turn_to(stop.given, &mut manifest)?;
                let (Some(manifest), Some(parcel)) = (manifest.as_ref(), self.store.parcel(stop.parcel)?) else {
                    continue;
                };
                let Some((word, late)) = self.stop(&parcel, stop.given)? else { continue };
                let Some(row) = self.row(&parcel, manifest)? else { continue };
                if !self.is_wanted(&row.order) {
                    unsaid.get_or_insert(stop.fact);
                    continue;
                }
                let row = ExportRow { stopped: Some(word.to_owned()), ..row };
                let carrier = if late { "; its carrier had it already" } else { "" };
                let why = format!("given before, and now {word}{carrier}");
                if self.format.stopped_rows {
                    match self.format.line(&row, self.zone) {
                        Ok(line) => take(&row, &line)?,
                        Err(why) => report.refused.push(ExportMention::of(&row, why)),
                    }
                }
                report.stopped.push(ExportMention::of(&row, why));
                report.note.stopped.push((stop.parcel, last));
            }
            after = end;
            if after > last {
                break;
            }
        }
        report.note.stops = Some(unsaid.map_or(last, |fact: u64| fact.saturating_sub(1)));
        Ok(())
    }

    /// Why a parcel that was given does not travel, and whether its carrier has it all the same; `None` where it does.
    fn stop(&self, parcel: &Parcel, given: u64) -> Result<Option<(&'static str, bool)>, StoreError> {
        Ok(match parcel.state() {
            State::Voided => Some(("voided", false)),
            State::Manifested | State::Confirmed => {
                self.store.intercepted_after(parcel.id, given)?.map(|(reason, late)| (reason.word(), late))
            }
            // Put aside, or taken up again: another manifest gives it again.
            _ => Some(("held", false)),
        })
    }

    fn is_wanted(&self, order: &OrderId) -> bool {
        self.shop.is_none_or(|shop| order.shop == shop) && self.channel.is_none_or(|channel| order.channel == channel)
    }

    /// Keeps the manifest of a fact at hand: its parcels come one after the other.
    fn turn_to(&self, fact: u64, manifest: &mut Option<LeftManifest>) -> Result<(), StoreError> {
        if manifest.as_ref().is_none_or(|known| known.fact != fact) {
            let closed = self.store.manifest_closed_by(fact)?;
            *manifest =
                closed.map(|(id, closed, taken)| LeftManifest { fact, id, shipped_at: taken.unwrap_or(closed) });
        }
        Ok(())
    }

    fn row(&self, parcel: &Parcel, manifest: &LeftManifest) -> Result<Option<ExportRow>, StoreError> {
        let Some(commitment) = parcel.commitment() else { return Ok(None) };
        let body = self.store.order_at(&parcel.order, parcel.version)?;
        Ok(Some(ExportRow {
            parcel: parcel.id,
            place: self.place(parcel)?,
            order: parcel.order.clone(),
            package_ref: body.as_deref().map(package_ref).unwrap_or_default(),
            tracking: commitment.tracking.as_str().to_owned(),
            service: commitment.service.clone(),
            mass: parcel.weight.as_ref().map(|weight| weight.mass),
            manifest: manifest.id.clone(),
            shipped_at: manifest.shipped_at,
            stopped: None,
        }))
    }

    /// Which parcel of its order it is, and how many there are that were not voided.
    fn place(&self, parcel: &Parcel) -> Result<(usize, usize), StoreError> {
        let (mut place, mut all) = (1, 0);
        for id in self.store.parcels_of_number(&parcel.order.number)? {
            let counts = id == parcel.id
                || self
                    .store
                    .parcel(id)?
                    .is_some_and(|other| other.order == parcel.order && other.state() != State::Voided);
            all += usize::from(counts);
            place += usize::from(counts && id < parcel.id);
        }
        Ok((place, all.max(1)))
    }
}

/// The number that the channel gave the package, from the document of an order.
fn package_ref(body: &str) -> String {
    let order: Value = serde_json::from_str(body).unwrap_or_default();
    order["package_ref"].as_str().unwrap_or_default().to_owned()
}
