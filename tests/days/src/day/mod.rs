//! One day of a station: it packs in trouble, then comes a calm in which it must come free, then the nights after it.

mod clock;
mod crash;
mod night;
mod orders;
mod turn;
mod upload;

use std::collections::{BTreeMap, BTreeSet};

use parceld::ids::ParcelId;
use parceld::station::event::{Act, Event, Job};
use parceld::station::fact::Fact;
use parceld::units::Date;

use crate::checks::Evidence;
use crate::computer::Computer;
use crate::dice::Dice;
use crate::hub::{Hub, Network};
use crate::mutations::Mutation;
use crate::packer::{CARRIERS, Packer};
use crate::paper_label::PaperLabel;
use crate::plan::Plan;
use crate::printer::{Emitted, Printer};
use crate::record::Record;
use crate::stage::{OrderSaid, Stage};
use crate::sums::DaySums;
use clock::SimulatedClock;
use upload::Upload;

/// A copy of the disk, and what was known when it was taken.
struct DiskCopy {
    data: crate::disk::Copy,
    mark: crate::disk::Copy,
    facts: usize,
}

pub(crate) struct Day<'a> {
    stage: &'a Stage,
    plan: Plan,
    seed: u64,
    dice: Dice,
    computer: Computer,
    hub: Hub,
    network: Network,
    upload: Option<Upload>,
    printer: Printer,
    packer: Packer,
    clock: SimulatedClock,
    /// What lies on the scale, grams.
    pan: i64,
    /// Orders that the hub has said, by name.
    said: BTreeMap<String, (usize, OrderSaid)>,
    /// Boxes on the shelf that wait to be packed, by their orders.
    totes: Vec<String>,
    /// Orders that the packer has been through.
    packed: BTreeSet<String>,
    /// Every fact that was acknowledged in this history, without decisions, and the number of the newest.
    facts: Vec<Fact>,
    last_fact: u64,
    history: usize,
    /// Facts that an old copy took away again.
    lost: Vec<Vec<Fact>>,
    numbers: BTreeMap<ParcelId, String>,
    /// Of which order each parcel is.
    orders: BTreeMap<ParcelId, String>,
    labels: Vec<PaperLabel>,
    /// How many of the printer's labels are among them.
    seen: usize,
    destroyed: Vec<Job>,
    /// The day that each label got, and the day that it was.
    days: Vec<(ParcelId, Date, Date)>,
    copy: Option<DiskCopy>,
    schedule: crash::Schedule,
    calm: bool,
    /// The printer does as it should.
    is_smooth: bool,
    sums: DaySums,
    /// What was found to be wrong on the way.
    found: Vec<String>,
}

/// What a day came to.
pub(crate) struct DayEnd {
    pub(crate) sums: DaySums,
    /// What was found to be wrong, the first thing first.
    pub(crate) found: Vec<String>,
    /// Two plays of a seed have the same.
    pub(crate) fingerprint: u64,
    /// What the checkers saw.
    #[cfg(test)]
    pub(crate) evidence: Option<Evidence>,
}

impl<'a> Day<'a> {
    fn new(stage: &'a Stage, seed: u64, plan: Plan) -> Self {
        let mut dice = Dice::new(seed);
        let printer = Printer::new(&mut dice);
        let schedule = crash::Schedule::of(&mut dice, &plan);
        let mut hub = Hub::default();
        hub.mutation = plan.mutation;
        Self {
            stage,
            plan,
            seed,
            dice,
            computer: Computer::new(),
            hub,
            network: Network::Up,
            upload: None,
            printer,
            packer: Packer::default(),
            clock: SimulatedClock::default(),
            pan: 0,
            said: BTreeMap::new(),
            totes: Vec::new(),
            packed: BTreeSet::new(),
            facts: Vec::new(),
            last_fact: 0,
            history: 0,
            lost: Vec::new(),
            numbers: BTreeMap::new(),
            orders: BTreeMap::new(),
            labels: Vec::new(),
            seen: 0,
            destroyed: Vec::new(),
            days: Vec::new(),
            copy: None,
            schedule,
            calm: false,
            is_smooth: true,
            sums: DaySums::default(),
            found: Vec::new(),
        }
    }

    /// Plays the day of a seed.
    pub(crate) fn play(stage: &Stage, seed: u64, plan: Plan) -> DayEnd {
        let mut day = Day::new(stage, seed, plan);
        if plan.mutation == Some(Mutation::SyncsAreLies) {
            day.computer.disk.lie(true);
        }
        day.begin();
        day.trouble();
        day.come_free();
        day.nights();
        day.end()
    }

    fn begin(&mut self) {
        self.start();
        for carrier in self.stage.cards.carriers() {
            for pool in carrier.pools.iter().filter(|pool| pool.station == self.stage.rules.station) {
                let (carrier, pool, next) = (carrier.id.clone(), pool.id.clone(), pool.from);
                self.event(Event::Act(Act::StartPool { carrier, pool, next }));
            }
        }
        self.event(Event::Started);
    }

    /// Packs until the day's parcels are closed. A bench that closes nothing for long is stuck.
    fn trouble(&mut self) {
        const STUCK: usize = 3_000;
        let (mut turn, mut closed, mut since) = (0, 0, 0);
        while self.sums.closed < self.plan.parcels as u64 && self.found.is_empty() {
            self.trouble_at(turn);
            self.turn();
            turn += 1;
            if self.sums.closed > closed {
                (closed, since) = (self.sums.closed, turn);
            }
            if turn - since > STUCK {
                let state = self.screen();
                self.find("I12", format!("{closed} are packed, and nothing for {STUCK} turns: {state}"));
            }
        }
    }

    /// What stands on the screen, and what is in hand.
    fn screen(&self) -> String {
        let core = self.computer.peek();
        let view = core.view(self.clock.moment());
        let parcel = core.station().in_hand().map(|parcel| (parcel.id, parcel.state().word(), &parcel.order.number));
        let (headline, detail, problems) = (view.headline, view.detail, view.problems);
        let (totes, said, network) = (self.totes.len(), self.said.len(), self.network);
        format!(
            "{headline:?} {detail:?} {problems:?}, {parcel:?} in hand, {} g on the pan, {totes} boxes of {said} orders on the shelf, {network:?}",
            self.pan
        )
    }

    /// Nothing goes wrong any more: what is in hand is finished, everything goes with its carrier, and the hub hears of it.
    fn come_free(&mut self) {
        self.calm = true;
        self.schedule.end();
        self.end_faults();
        for _ in 0..400 {
            if self.computer.peek().station().in_hand().is_none() && self.printer.said.is_empty() {
                break;
            }
            self.turn();
        }
        if self.computer.peek().station().in_hand().is_some() {
            let state = self.screen();
            self.find("I12", format!("the bench does not come free: {state}"));
        }
        self.settle_copy();
        for carrier in CARRIERS {
            self.event(Event::Act(Act::CloseManifest { carrier: carrier.into() }));
        }
        for _ in 0..3 * CARRIERS.len() {
            self.driver_comes();
            // Beyond the time in which a scan counts as a repetition.
            self.clock.pass(3_000);
        }
        self.drain();
    }

    fn find(&mut self, invariant: &str, what: impl std::fmt::Display) {
        self.found.push(format!("{invariant}: {what}"));
    }

    fn end(mut self) -> DayEnd {
        if self.found.is_empty() {
            self.compare_journal();
        }
        #[cfg(test)]
        let mut seen = None;
        if self.found.is_empty() {
            let evidence = self.evidence();
            let promises = crate::promises::check(&evidence.record).err();
            self.found.extend(promises.map(|why| format!("promise: {why}")));
            self.found.extend(crate::checks::check(&evidence));
            self.sums.count(&evidence);
            #[cfg(test)]
            seen.replace(evidence);
        }
        let disk = self.computer.disk.sums();
        self.sums.disk(&disk, self.hub.troubles);
        let fingerprint = self.computer.disk.fingerprint() ^ (self.facts.len() as u64).rotate_left(32);
        DayEnd {
            sums: self.sums,
            found: self.found,
            fingerprint,
            #[cfg(test)]
            evidence: seen,
        }
    }

    /// What the checkers look at.
    fn evidence(&mut self) -> Evidence {
        let here = |label: &&PaperLabel| label.history == self.history;
        let emitted = self.labels.iter().filter(here).map(|label| Emitted { job: label.job, after: label.after });
        let emitted = emitted.collect();
        let store = self.computer.peek().store();
        let lives = store.lives().unwrap_or_default();
        let waits = lives.iter().filter(|life| life.last > life.confirmed).map(|life| life.last - life.confirmed).sum();
        let seqs = match lives.len() {
            1 => store.outbox_after(store.incarnation(), 0, 1_000_000, usize::MAX).ok(),
            _ => None,
        };
        let record = Record {
            facts: self.facts.clone(),
            station: self.computer.peek().station().clone(),
            emitted,
            outbox: seqs.map(|rows| rows.iter().map(|row| row.seq).collect()),
            days: self.days.clone(),
            lied: false,
        };
        Evidence {
            record,
            lost: self.lost.clone(),
            labels: self.labels.clone(),
            history: self.history,
            taken: self.hub.taken(),
            waits,
            pools: self.stage.cards.carriers().iter().flat_map(|carrier| carrier.pools.clone()).collect(),
        }
    }

    /// The journal has every fact that was acknowledged, as it was.
    fn compare_journal(&mut self) {
        let kept = match self.computer.facts_after(0) {
            Ok((kept, _)) => kept,
            Err(error) => return self.find("I1", error),
        };
        if kept != self.facts {
            let at = kept.iter().zip(&self.facts).take_while(|(kept, said)| kept == said).count();
            let (kept, said) = (kept.get(at).cloned(), self.facts.get(at).cloned());
            self.find("I1", format!("fact {at} of the journal is {kept:?}, and was acknowledged as {said:?}"));
        }
        if let Err(error) = self.computer.peek().store().check_whole() {
            self.find("I1", error);
        }
    }
}
