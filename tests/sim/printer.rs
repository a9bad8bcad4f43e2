//! The hand that drives the printer, as far as the station can tell it from the real one.

use std::collections::VecDeque;

use parceld::station::event::{Effect, Event, Job, PrinterEvent, PrinterProblem};

use crate::dice::Dice;
use crate::machine::Machine;

/// What the hand does.
#[derive(Clone, Copy, PartialEq)]
enum Hand {
    Idle,
    /// Until it can print; whether it is to forget first what it holds.
    Preparing(Job, bool),
    /// It said that the printer is ready, and has a connection for this print; what its counter said.
    Waiting(Job, Option<u64>),
    Watching(Job, Option<u64>),
    /// What became of this label?
    Asking(Job),
    Forgetting,
}

/// A label that came out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Emitted {
    pub(crate) job: Job,
    /// After so many facts.
    pub(crate) after: usize,
}

pub(crate) struct Printer {
    hand: Hand,
    machine: Machine,
    machines: usize,
    told: Option<PrinterProblem>,
    /// Said, and not yet heard by the station.
    pub(crate) said: VecDeque<Event>,
    /// Every label that came out, in order.
    pub(crate) emitted: Vec<Emitted>,
}

impl Printer {
    pub(crate) fn new(dice: &mut Dice) -> Self {
        Self {
            hand: Hand::Idle,
            machine: Machine::any(dice, 1),
            machines: 1,
            told: None,
            said: VecDeque::new(),
            emitted: Vec::new(),
        }
    }

    pub(crate) fn perform(&mut self, dice: &mut Dice, calm: bool, effect: &Effect) {
        let next = match effect {
            Effect::Prepare { job, clear } => Hand::Preparing(*job, *clear),
            Effect::Ask(job) => Hand::Asking(*job),
            Effect::Forget => Hand::Forgetting,
            Effect::Release => Hand::Idle,
            Effect::Send { job, .. } => return self.send(dice, calm, *job),
            Effect::Press(_) | Effect::Print(_) | Effect::Reconsider | Effect::Sound(_) | Effect::Verdict { .. } => {
                return;
            }
        };
        self.told = None;
        self.hand = next;
    }

    fn send(&mut self, dice: &mut Dice, calm: bool, job: Job) {
        let (Hand::Waiting(ready, before), true) = (self.hand, self.machine.power) else {
            return self.unsent(job);
        };
        if ready != job {
            return self.unsent(job);
        }
        match if calm { 9 } else { dice.below(10) } {
            0 => self.unsent(job),
            1 => {
                // Whether the rest had arrived is what the station cannot know.
                if dice.one_in(2) {
                    self.machine.receive(job);
                }
                self.hand = Hand::Idle;
                self.say(job, PrinterEvent::SendFailed { accepted: 100, why: "reset".into() });
            }
            _ => {
                self.machine.receive(job);
                self.hand = Hand::Watching(job, before);
                self.say(job, PrinterEvent::Sent);
            }
        }
    }

    fn unsent(&mut self, job: Job) {
        self.hand = Hand::Idle;
        self.say(job, PrinterEvent::SendFailed { accepted: 0, why: "no connection".into() });
    }

    /// A moment passes; so many facts are recorded.
    pub(crate) fn tick(&mut self, dice: &mut Dice, calm: bool, facts: usize) {
        if calm {
            (self.machine.paper, self.machine.power) = (true, true);
        } else {
            self.misfortune(dice);
        }
        if calm || dice.one_in(2) {
            let came_out = self.machine.print(dice, calm);
            self.emitted.extend(came_out.map(|job| Emitted { job, after: facts }));
        }
        // It looks now and then.
        if !calm && dice.one_in(3) {
            return;
        }
        match self.hand {
            Hand::Preparing(job, clear) => {
                if self.machine.power {
                    if clear {
                        self.machine.clear();
                        self.hand = Hand::Preparing(job, false);
                    }
                    self.machine.mark();
                }
                if self.at_rest(job) {
                    self.hand = Hand::Waiting(job, self.machine.count());
                    let says = Box::new(self.machine.testimony());
                    self.say(job, PrinterEvent::Ready { printer: "label".into(), says });
                }
            }
            Hand::Asking(job) => {
                if self.at_rest(job) {
                    self.hand = Hand::Idle;
                    self.say(job, PrinterEvent::AtRest { says: Box::new(self.machine.testimony()) });
                }
            }
            Hand::Watching(job, before) => self.watch(dice, job, before),
            Hand::Forgetting if self.machine.power => {
                self.machine.clear();
                self.hand = Hand::Idle;
            }
            Hand::Idle | Hand::Waiting(..) | Hand::Forgetting => {}
        }
    }

    fn watch(&mut self, dice: &mut Dice, job: Job, before: Option<u64>) {
        if !self.machine.power {
            return self.lose();
        }
        if !self.at_rest(job) {
            return;
        }
        self.hand = Hand::Idle;
        let fed = before.zip(self.machine.count()).is_some_and(|(before, now)| now > before);
        // Whether it knows that the counter moves with each label depends on what it has seen since it began.
        let event = match fed {
            true => PrinterEvent::LabelOut { rung: 4, evidence: "odometer".into() },
            false if dice.one_in(2) => PrinterEvent::Lost { why: "the printer fed no label".into() },
            false => PrinterEvent::LabelOut { rung: 3, evidence: "queue empty".into() },
        };
        self.say(job, event);
    }

    /// Whether nothing keeps it from printing and nothing is left to print; if not, the screen is told once.
    fn at_rest(&mut self, job: Job) -> bool {
        // A label that is coming out is no trouble to the one that watches it.
        let watched = matches!(self.hand, Hand::Watching(..));
        match self.machine.problem() {
            None => return true,
            Some(PrinterProblem::Busy) if watched => {}
            Some(problem) if self.told != Some(problem) => {
                self.told = Some(problem);
                self.say(job, PrinterEvent::Blocked { problem });
            }
            Some(_) => {}
        }
        false
    }

    fn misfortune(&mut self, dice: &mut Dice) {
        match dice.below(30) {
            0 => self.machine.paper = false,
            1 | 2 => self.machine.paper = true,
            3 => self.machine.lose_power(dice),
            4 | 5 => self.machine.power = true,
            6 => self.lose(),
            7 => self.machine.press_feed(),
            8 if dice.one_in(4) => {
                self.machines += 1;
                self.machine = Machine::any(dice, self.machines);
                self.lose();
            }
            _ => {}
        }
    }

    /// The connection breaks; the printer keeps what it has.
    fn lose(&mut self) {
        if let Hand::Watching(job, _) = self.hand {
            self.hand = Hand::Idle;
            self.say(job, PrinterEvent::Lost { why: "reset".into() });
        }
    }

    fn say(&mut self, job: Job, event: PrinterEvent) {
        self.said.push_back(Event::Printer(job, event));
    }

    pub(crate) fn load_paper(&mut self) {
        self.machine.paper = true;
    }

    /// The station died: its hand is gone with what it had said. The printer goes on, unless the mains failed them both.
    pub(crate) fn orphan(&mut self, dice: &mut Dice, mains: bool) {
        self.hand = Hand::Idle;
        self.said.clear();
        if mains {
            self.machine.lose_power(dice);
            self.machine.power = true;
        }
    }
}
