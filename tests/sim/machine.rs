//! A physical printer: it buffers labels, runs out of paper, loses its power, throws a label away, feeds when its key is
//! pressed; and every make of it counts what it feeds in its own way.

use std::collections::VecDeque;

use parceld::station::event::{Job, PrinterProblem};
use parceld::station::fact::{FeedUnit, Odometer, Testimony};

use crate::dice::Dice;

/// How far one label of 150 mm moves it, hundredths of an inch, its gap included.
const LABEL: u64 = 602;

/// How it counts.
#[derive(Clone, Copy, PartialEq)]
enum Counter {
    Honest,
    /// Stands still whatever comes out.
    Stuck,
    /// Counts every label twice.
    Doubles,
    /// Falls back to what it saved last when it loses its power.
    Forgets,
    /// Has none.
    Missing,
}

/// What it says beside its counter.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    Everything,
    /// No serial number.
    NoNumber,
    /// Not how many pictures are in its memory.
    NoPictures,
}

pub(crate) struct Machine {
    number: usize,
    counter: Counter,
    says: Says,
    fed: u64,
    saved: u64,
    /// The mark of the station lies in its memory.
    marked: bool,
    buffer: VecDeque<Job>,
    pub(crate) paper: bool,
    pub(crate) power: bool,
}

impl Machine {
    /// One of any make; two of them may have fed the same.
    pub(crate) fn any(dice: &mut Dice, number: usize) -> Self {
        use Counter::{Doubles, Forgets, Honest, Missing, Stuck};
        let counters = [Honest, Honest, Honest, Forgets, Forgets, Forgets, Stuck, Doubles, Missing];
        let says = [Says::Everything, Says::Everything, Says::Everything, Says::NoNumber, Says::NoPictures];
        let fed = 856_000 + LABEL * u64::try_from(dice.below(3)).unwrap_or(0);
        Self {
            number,
            counter: *dice.pick(&counters).unwrap_or(&Honest),
            says: *dice.pick(&says).unwrap_or(&Says::Everything),
            fed,
            saved: fed,
            marked: false,
            buffer: VecDeque::new(),
            paper: true,
            power: true,
        }
    }

    pub(crate) fn receive(&mut self, job: Job) {
        self.buffer.push_back(job);
    }

    /// `~JA`.
    pub(crate) fn clear(&mut self) {
        self.buffer.clear();
    }

    pub(crate) fn mark(&mut self) {
        self.marked = true;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// What keeps it from printing, as it shows.
    pub(crate) fn problem(&self) -> Option<PrinterProblem> {
        match (self.power, self.paper, self.is_empty(), self.says) {
            (false, ..) => Some(PrinterProblem::Absent),
            (true, false, _, Says::Everything) => Some(PrinterProblem::Silent),
            (true, false, _, _) => Some(PrinterProblem::PaperOut),
            (true, true, false, _) => Some(PrinterProblem::Busy),
            (true, true, true, _) => None,
        }
    }

    /// Its counter, inches.
    pub(crate) fn count(&self) -> Option<u64> {
        (self.counter != Counter::Missing).then_some(self.fed / 100)
    }

    pub(crate) fn testimony(&self) -> Testimony {
        Testimony {
            address: "tcp://printer:9100".into(),
            serial: (self.says != Says::NoNumber).then(|| self.number.to_string()),
            odometer: self.count().map(|count| Odometer { count, unit: FeedUnit::Inch }),
            empty: self.is_empty(),
            stored: Some(u32::from(self.marked && self.says != Says::NoPictures)),
        }
    }

    /// The next label comes out, or what becomes of it. Now and then it saves what it counted.
    pub(crate) fn print(&mut self, dice: &mut Dice, calm: bool) -> Option<Job> {
        if dice.one_in(3) {
            self.saved = self.fed;
        }
        if !(self.power && self.paper) {
            return None;
        }
        match if calm { 0 } else { dice.below(20) } {
            1 | 3 => {
                // A label in a format that it does not know.
                self.buffer.pop_front();
                None
            }
            2 if !self.is_empty() => {
                // It stops in the middle, and prints the label again by itself.
                self.feed(LABEL / 2);
                None
            }
            _ => {
                let job = self.buffer.pop_front()?;
                self.feed(LABEL);
                Some(job)
            }
        }
    }

    /// Its key feeds a label.
    pub(crate) fn press_feed(&mut self) {
        if self.power && self.paper {
            self.feed(LABEL);
        }
    }

    pub(crate) fn lose_power(&mut self, dice: &mut Dice) {
        if self.power && !self.is_empty() && dice.one_in(2) {
            self.feed(LABEL / 2);
        }
        if self.counter == Counter::Forgets {
            self.fed = self.saved;
        }
        (self.power, self.marked) = (false, false);
        self.buffer.clear();
    }

    fn feed(&mut self, hundredths: u64) {
        self.fed += match self.counter {
            Counter::Honest | Counter::Forgets => hundredths,
            Counter::Doubles => 2 * hundredths,
            Counter::Stuck | Counter::Missing => 0,
        };
    }
}
