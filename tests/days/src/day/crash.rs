//! What goes wrong with the computer, and how it comes back.

use std::collections::BTreeMap;

use parceld::station::event::{Act, Event, Job};
use parceld::station::fact::{Fact, FactKind};

use super::{Day, DiskCopy};
use crate::dice::Dice;
use crate::disk::{DiskSums, Failing};
use crate::hub::Network;
use crate::mutations::Mutation;
use crate::paper_label::PaperLabel;
use crate::plan::Plan;

/// Turns that a parcel takes, about.
const TURNS: usize = 7;
/// Turns that a disk stays full.
const FULL: usize = 300;
/// What a worn SD card takes for a read, a write and a sync, microseconds.
const READ_US: u64 = 300;
const WRITE_US: u64 = 1_000;
const SYNC_US: u64 = 25_000;
/// A start may take so long.
const READY_US: u64 = 5_000_000;

/// One thing that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mishap {
    Kill,
    Cut,
    Flap,
    BadOperation,
    BadSpell,
    Full,
    TakeCopy,
    PutBack,
    OtherComputer,
    HubLoses,
    ClockJumps,
    OrderChanges,
    CommitIsDropped,
}

/// What goes wrong, by turns, and what is wrong at present.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    mishaps: BTreeMap<usize, Vec<Mishap>>,
    /// Turns until the network, the disk and the clock are right again.
    network_back: usize,
    disk_back: usize,
    clock_back: usize,
    /// Events of machines that could not be recorded.
    pub(super) unrecorded: Vec<Event>,
    /// Whether the next stop takes the power with it.
    takes_power: bool,
    /// A start is under way.
    starting: bool,
}

impl Schedule {
    pub(super) fn of(dice: &mut Dice, plan: &Plan) -> Self {
        let turns = TURNS * plan.parcels;
        let mut schedule = Self::default();
        let rates = &plan.rates;
        // As often as the day is long: what is said is said of 600 parcels.
        let mut some = |dice: &mut Dice, mishap: Mishap, per_day: usize| {
            let most = per_day * plan.parcels;
            let count = most / 600 + usize::from(dice.below(600) < most % 600);
            for _ in 0..count {
                schedule.mishaps.entry(dice.below(turns)).or_default().push(mishap);
            }
        };
        some(dice, Mishap::Kill, rates.kills);
        some(dice, Mishap::Cut, rates.cuts);
        some(dice, Mishap::Flap, rates.flaps);
        some(dice, Mishap::BadOperation, rates.bad_operations);
        some(dice, Mishap::BadSpell, rates.bad_spells);
        some(dice, Mishap::ClockJumps, rates.clock_jumps);
        some(dice, Mishap::OrderChanges, rates.order_changes);
        let mut once = |dice: &mut Dice, mishap: Mishap, one_in: usize, from: usize| {
            if dice.one_in(one_in) {
                let at = from + dice.below(turns / 4);
                schedule.mishaps.entry(at).or_default().push(mishap);
            }
        };
        once(dice, Mishap::Full, rates.full_one_in, turns / 2);
        once(dice, Mishap::OtherComputer, rates.moved_one_in, turns / 2);
        once(dice, Mishap::HubLoses, rates.hub_loss_one_in, turns / 2);
        if dice.one_in(rates.restore_one_in) {
            once(dice, Mishap::TakeCopy, 1, turns / 4);
            once(dice, Mishap::PutBack, 1, turns * 3 / 4);
        }
        if plan.mutation == Some(Mutation::CommitIsDropped) {
            once(dice, Mishap::CommitIsDropped, 1, turns / 4);
        }
        schedule
    }

    pub(super) fn end(&mut self) {
        self.mishaps.clear();
    }
}

impl Day<'_> {
    /// What goes wrong in this turn, and what ends.
    pub(super) fn trouble_at(&mut self, turn: usize) {
        if self.schedule.disk_back == turn {
            self.mend_disk();
        }
        if self.schedule.network_back == turn {
            self.network = Network::Up;
        }
        if self.schedule.clock_back == turn {
            self.clock.set_right();
        }
        // A person sees that the upload waits, and that numbers do.
        if turn % 200 == 199 {
            self.person();
        }
        for event in std::mem::take(&mut self.schedule.unrecorded) {
            self.event(event);
        }
        self.say_orders();
        for mishap in self.schedule.mishaps.remove(&turn).unwrap_or_default() {
            self.happen(turn, mishap);
        }
    }

    fn happen(&mut self, turn: usize, mishap: Mishap) {
        match mishap {
            Mishap::Kill | Mishap::Cut => {
                self.schedule.takes_power = mishap == Mishap::Cut;
                self.computer.disk.stop_in(1 + self.dice.below(120) as u64);
            }
            Mishap::Flap => {
                self.network = [Network::Down, Network::Shaky, Network::Shaky][self.dice.below(3)];
                self.schedule.network_back = turn + 1 + self.dice.below(150);
                self.sums.flaps += 1;
            }
            Mishap::BadOperation => {
                self.computer.disk.fail(Failing::Once(1 + self.dice.below(80) as u64));
                self.schedule.disk_back = turn + 20;
            }
            Mishap::BadSpell => {
                self.computer.disk.fail(Failing::From(1 + self.dice.below(80) as u64));
                self.schedule.disk_back = turn + 5 + self.dice.below(20);
            }
            Mishap::Full => {
                if self.plan.mutation == Some(Mutation::FullDiskIsSilent) {
                    self.computer.disk.drop_writes(200);
                } else {
                    self.computer.disk.room(Some(self.computer.disk.used() + self.dice.below(9_000)));
                }
                // The log has room of its own until its next checkpoint.
                self.schedule.disk_back = turn + FULL;
            }
            Mishap::TakeCopy => {
                let (data, mark) = (self.computer.data().to_owned(), self.computer.mark());
                let disk = &self.computer.disk;
                self.copy = Some(DiskCopy { data: disk.copy(&data), mark: disk.copy(&mark), facts: self.facts.len() });
            }
            Mishap::PutBack => self.put_back(turn),
            Mishap::OtherComputer => {
                self.computer.board += 1;
                self.sums.moved += 1;
                self.schedule.takes_power = true;
                self.computer.disk.stop_in(1);
                self.computer.stop();
                self.come_back();
            }
            Mishap::HubLoses => {
                self.hub.lose(1 + self.dice.below(60));
                self.sums.hub_losses += 1;
            }
            Mishap::ClockJumps => {
                let hours = [None, Some(-16), Some(9), Some(30), Some(-1), Some(87_600)][self.dice.below(6)];
                self.clock.jump(hours);
                self.schedule.clock_back = turn + 1 + self.dice.below(60);
                self.sums.jumps += 1;
            }
            Mishap::OrderChanges => self.change_order(),
            Mishap::CommitIsDropped => {
                self.computer.disk.drop_writes(40);
                self.computer.disk.stop_in(200);
            }
        }
    }

    fn mend_disk(&mut self) {
        self.computer.disk.fail(Failing::No);
        self.computer.disk.room(None);
        self.computer.disk.drop_writes(0);
        if self.plan.mutation == Some(Mutation::FullDiskIsSilent) {
            self.computer.stop();
            self.computer.disk.kill();
            self.start();
        }
    }

    /// Everything that was wrong is right again.
    pub(super) fn end_faults(&mut self) {
        self.mend_disk();
        self.network = Network::Up;
        self.clock.set_right();
        if self.computer.disk.is_stopped() {
            self.restart_if_stopped();
        }
        for event in std::mem::take(&mut self.schedule.unrecorded) {
            self.event(event);
        }
    }

    /// An old copy of the database takes the place of the newest.
    fn put_back(&mut self, turn: usize) {
        let Some(copy) = self.copy.take() else { return };
        self.sums.restores += 1;
        self.collect_labels();
        self.computer.stop();
        let (data, mark) = (self.computer.data().to_owned(), self.computer.mark());
        self.computer.disk.put_back(&data, &copy.data);
        if self.plan.mutation == Some(Mutation::CopyIsNotNoticed) {
            self.computer.disk.put_back(&mark, &copy.mark);
            self.network = Network::Down;
            self.schedule.network_back = turn + 300;
        }
        // The desk is cleared: what was packed since the copy must not be packed again.
        let open = self.computer_forgets(copy.facts);
        self.totes.retain(|tote| !open.contains(tote));
        self.packed.extend(open);
        self.pan = 0;
        // What it still had is out, or gone with the power: a computer is opened for this.
        self.printer.orphan(&mut self.dice, true);
        self.schedule.unrecorded.clear();
        self.start();
        self.event(Event::Started);
    }

    /// Facts after so many are lost. Which orders were begun with them.
    fn computer_forgets(&mut self, facts: usize) -> Vec<String> {
        let lost = self.facts.split_off(facts.min(self.facts.len()));
        let opened = |fact: &Fact| match fact {
            Fact::ParcelOpened { order_ref, .. } => Some(order_ref.clone()),
            _ => None,
        };
        let orders = lost.iter().filter_map(opened).collect();
        let started = |fact: &Fact, label: &PaperLabel| {
            matches!(fact, Fact::PrintStarted { parcel, attempt, .. }
                if *parcel == label.job.parcel && *attempt == label.job.attempt)
        };
        self.history += 1;
        for label in self.labels.iter_mut().filter(|label| label.history + 1 == self.history) {
            if self.facts.iter().any(|fact| started(fact, label)) {
                label.history = self.history;
                label.after = label.after.min(facts);
            }
        }
        let number = |fact: &Fact| match fact {
            Fact::Committed { parcel, commitment } => Some((*parcel, commitment.tracking.to_string())),
            _ => None,
        };
        self.numbers = self.facts.iter().filter_map(number).collect();
        let spoiled = |fact: &Fact| match fact {
            Fact::PrintSpoiled { parcel, attempt, .. } => Some(Job { parcel: *parcel, attempt: *attempt }),
            _ => None,
        };
        self.destroyed = self.facts.iter().filter_map(spoiled).collect();
        self.lost.push(lost);
        // It is learned anew from the journal.
        self.last_fact = 0;
        orders
    }

    /// Where the disk stands still, the program is dead: it comes back. Whether it was.
    pub(super) fn restart_if_stopped(&mut self) -> bool {
        if !self.computer.disk.is_stopped() || self.schedule.starting {
            return false;
        }
        self.computer.stop();
        self.come_back();
        true
    }

    fn come_back(&mut self) {
        let cut = std::mem::take(&mut self.schedule.takes_power);
        match cut {
            true => {
                self.computer.disk.cut(&mut self.dice);
                self.clock.reboot();
            }
            false => {
                self.computer.disk.kill();
                self.sums.kills += 1;
            }
        }
        self.printer.orphan(&mut self.dice, cut);
        self.collect_labels();
        self.schedule.unrecorded.clear();
        // Now and then it goes again while it starts.
        if self.dice.one_in(6) && !self.calm {
            self.computer.disk.stop_in(1 + self.dice.below(60) as u64);
            self.schedule.takes_power = self.dice.one_in(2);
        }
        self.start();
        self.event(Event::Started);
    }

    /// The program starts; what it finds is compared with what was acknowledged.
    pub(super) fn start(&mut self) {
        self.schedule.starting = true;
        for attempt in 0.. {
            match self.computer.start(self.stage, self.clock.moment()) {
                Ok(took) => {
                    self.look_at_start(&took);
                    break;
                }
                Err(_) if self.computer.disk.is_stopped() => {
                    self.computer.stop();
                    let cut = std::mem::take(&mut self.schedule.takes_power);
                    if cut { self.computer.disk.cut(&mut self.dice) } else { self.computer.disk.kill() }
                }
                // The service is started again until the disk is mended.
                Err(_) if attempt < 30 => {
                    self.computer.disk.kill();
                    if attempt == 20 {
                        self.mend_disk_only();
                    }
                }
                Err(error) => panic!("I11: the station does not start: {error}"),
            }
        }
        self.schedule.starting = false;
        self.know_journal();
        self.begin_upload();
    }

    fn mend_disk_only(&mut self) {
        self.computer.disk.fail(Failing::No);
        self.computer.disk.room(None);
    }

    fn look_at_start(&mut self, took: &DiskSums) {
        let slow = if self.plan.mutation == Some(Mutation::SlowDisk) { 50 } else { 1 };
        let us = slow * (took.reads * READ_US + took.writes * WRITE_US + took.syncs * SYNC_US);
        self.sums.starts += 1;
        self.sums.slowest_start_us = self.sums.slowest_start_us.max(us);
        if us > READY_US {
            self.find("I11", format!("a start takes {} ms on a worn card", us / 1_000));
        }
    }

    /// Facts that the journal has and nobody was told of; and none that somebody was told of is missing.
    pub(super) fn know_journal(&mut self) {
        let (kept, last) = match self.computer.facts_after(0) {
            Ok(kept) => kept,
            Err(error) => return self.find("I1", error),
        };
        let known = self.facts.len();
        if kept.len() < known || kept[..known] != self.facts {
            let at = kept.iter().zip(&self.facts).take_while(|(kept, said)| kept == said).count();
            let lost = &self.facts[at];
            self.find("I1", format!("{} was acknowledged and is lost, with {} more", lost.name(), known - at - 1));
        }
        let fresh = kept.get(known..).unwrap_or_default().to_vec();
        self.facts.truncate(kept.len());
        for fact in &fresh {
            debug_assert!(fact.kind() != FactKind::Decided);
            self.note(fact);
            self.facts.push(fact.clone());
        }
        self.last_fact = last;
    }

    /// A person looks at what waits for one.
    pub(super) fn person(&mut self) {
        if self.calm && self.plan.mutation == Some(Mutation::NobodyRetries) {
            return;
        }
        self.settle_copy();
        if self.upload_is_stopped() {
            self.retry_upload();
        }
    }

    /// Numbers that wait for a person go on.
    pub(super) fn settle_copy(&mut self) {
        let station = self.computer.peek().station();
        if station.copied().is_none() && station.suspended().next().is_none() {
            return;
        }
        if !self.event(Event::Act(Act::StartPools)) {
            return;
        }
        let (machine, wall) = (self.computer.machine(), self.clock.wall());
        match self.computer.core().leave_fork(wall, &machine) {
            Ok(true) => self.begin_upload(),
            Ok(false) => {}
            Err(_) => _ = self.restart_if_stopped(),
        }
    }
}
