//! A printer with the hand that drives it: it buffers labels, runs out of paper, loses power and connections.

use std::collections::VecDeque;

use parceld::station::event::{Effect, Event, Job, PrinterEvent};

use crate::dice::Dice;

/// What the hand does.
#[derive(Clone, Copy, PartialEq)]
enum Hand {
    Idle,
    Asking(Job),
    /// It said that the printer is ready, and has a connection for this print.
    Waiting(Job),
    Watching(Job),
}

pub(crate) struct Printer {
    hand: Hand,
    buffer: VecDeque<Job>,
    paper: bool,
    power: bool,
    told: Option<&'static str>,
    /// Said, and not yet heard by the station.
    pub(crate) said: VecDeque<Event>,
    /// Every label that came out, in order.
    pub(crate) emitted: Vec<Job>,
}

impl Printer {
    pub(crate) fn new() -> Self {
        Self {
            hand: Hand::Idle,
            buffer: VecDeque::new(),
            paper: true,
            power: true,
            told: None,
            said: VecDeque::new(),
            emitted: Vec::new(),
        }
    }

    pub(crate) fn perform(&mut self, dice: &mut Dice, calm: bool, effect: &Effect) {
        match effect {
            Effect::Prepare(job) => {
                self.told = None;
                self.hand = Hand::Asking(*job);
            }
            Effect::Send { job, clear, .. } => self.send(dice, calm, *job, *clear),
            Effect::Release => self.hand = Hand::Idle,
            Effect::Press(_) | Effect::Reconsider | Effect::Sound(_) | Effect::Verdict { .. } => {}
        }
    }

    fn send(&mut self, dice: &mut Dice, calm: bool, job: Job, clear: bool) {
        if self.hand != Hand::Waiting(job) || !self.power {
            self.hand = Hand::Idle;
            return self.say(job, PrinterEvent::SendFailed { accepted: 0, why: "no connection".into() });
        }
        if clear {
            self.buffer.clear();
        }
        match if calm { 9 } else { dice.below(10) } {
            0 => {
                self.hand = Hand::Idle;
                self.say(job, PrinterEvent::SendFailed { accepted: 0, why: "reset".into() });
            }
            1 => {
                // Whether the rest had arrived is what the station cannot know.
                if dice.one_in(2) {
                    self.buffer.push_back(job);
                }
                self.hand = Hand::Idle;
                self.say(job, PrinterEvent::SendFailed { accepted: 100, why: "reset".into() });
            }
            _ => {
                self.buffer.push_back(job);
                self.hand = Hand::Watching(job);
                self.say(job, PrinterEvent::Sent);
            }
        }
    }

    /// A moment passes.
    pub(crate) fn tick(&mut self, dice: &mut Dice, calm: bool) {
        if calm {
            (self.paper, self.power) = (true, true);
        } else {
            self.misfortune(dice);
        }
        if self.power && self.paper && (calm || dice.one_in(2)) {
            self.emitted.extend(self.buffer.pop_front());
        }
        match self.hand {
            Hand::Asking(job) => match self.problem() {
                Some(problem) => self.blocked(job, problem),
                None => {
                    self.hand = Hand::Waiting(job);
                    self.say(job, PrinterEvent::Ready { printer: "label".into() });
                }
            },
            Hand::Watching(job) => match (self.power, self.paper, self.buffer.is_empty()) {
                (false, ..) => self.lose(),
                (true, false, _) => self.blocked(job, "paper_out"),
                (true, true, true) => {
                    self.hand = Hand::Idle;
                    self.say(job, PrinterEvent::LabelOut { rung: 3, evidence: "queue empty".into() });
                }
                (true, true, false) => {}
            },
            Hand::Idle | Hand::Waiting(_) => {}
        }
    }

    fn misfortune(&mut self, dice: &mut Dice) {
        match dice.below(24) {
            0 => self.paper = false,
            1 | 2 => self.paper = true,
            3 => {
                self.power = false;
                self.buffer.clear();
            }
            4 | 5 => self.power = true,
            6 => self.lose(),
            _ => {}
        }
    }

    /// The connection breaks; the printer keeps what it has.
    fn lose(&mut self) {
        if let Hand::Watching(job) = self.hand {
            self.hand = Hand::Idle;
            self.say(job, PrinterEvent::Lost { why: "reset".into() });
        }
    }

    fn problem(&self) -> Option<&'static str> {
        match (self.power, self.paper, self.buffer.is_empty()) {
            (false, ..) => Some("absent"),
            (true, false, _) => Some("paper_out"),
            (true, true, false) => Some("busy"),
            (true, true, true) => None,
        }
    }

    fn blocked(&mut self, job: Job, problem: &'static str) {
        if self.told != Some(problem) {
            self.told = Some(problem);
            self.say(job, PrinterEvent::Blocked { problem });
        }
    }

    fn say(&mut self, job: Job, event: PrinterEvent) {
        self.said.push_back(Event::Printer(job, event));
    }

    pub(crate) fn load_paper(&mut self) {
        self.paper = true;
    }

    /// The station died: its hand is gone with what it had said; the printer goes on.
    pub(crate) fn orphan(&mut self) {
        self.hand = Hand::Idle;
        self.said.clear();
    }
}
