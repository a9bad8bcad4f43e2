//! Station and world -> what the packer sees.

use crate::barcode::{Command, Confirmation};
use crate::screen::{Awaited, Link, Mood, Sentence, Symbol, View};
use crate::station::clock::date_words;
use crate::station::event::{Device, NoWeight, PrinterProblem, ScaleFault, WeightState};
use crate::station::live::{PrinterWaits, Say};
use crate::station::parcels::{Parcel, State, names, stop, way_out};
use crate::station::{Station, World};
use crate::units::MassUnit;

impl Station {
    /// The screen at this moment.
    pub fn view(&self, world: &World<'_>) -> View {
        let live = world.live;
        let (awaited, prompt) = self.prompt(world);
        let awaits = match &live.cannot_record {
            Some(_) => Awaited::Help,
            None if self.is_asked(world) => Awaited::Answer,
            None => awaited,
        };
        let (say, detail) = match (&live.cannot_record, live.say(world.now)) {
            (Some(_), _) if live.damaged => (Say::stop(Sentence::DatabaseStop), Some(Sentence::DatabaseDamaged)),
            (Some(_), _) => (Say::stop(Sentence::CannotRecord), None),
            (None, Some(say)) if say.note.key() != prompt.note.key() => {
                (say.clone(), Some(say.detail.clone().unwrap_or(prompt.note)))
            }
            (None, _) => {
                let detail = prompt.detail.clone().or_else(|| self.prompt_detail(world));
                (prompt, detail)
            }
        };
        let parcel = self.in_hand();
        let commitment = parcel.and_then(|parcel| parcel.commitment());
        let mut problems = problems(world);
        if self.clock_doubt().is_none() {
            problems.extend(live.overdue(world.wall).map(|days| Sentence::NotSent { days }));
        }
        if world.rules.sscc.is_some() && self.next_sscc(world).is_none() && self.bags().any(|(_, bag)| !bag.closed) {
            problems.push(Sentence::NoSscc);
        }
        problems.splice(0..0, self.standing_problems(world));
        problems.retain(|problem| *problem != say.note && Some(problem) != detail.as_ref());
        View {
            language: self.language(world.rules).to_owned(),
            mood: say.mood,
            symbol: say.symbol,
            headline: say.note,
            detail,
            awaits,
            order: parcel.map(|parcel| parcel.order.number.clone()),
            weight: self.shown_weight(world),
            carrier: commitment.map(|c| {
                (world.cards.full_name(&c.service), c.price().map(|price| price.to_string()).unwrap_or_default())
            }),
            price_notes: commitment.map(|c| world.cards.notes(&c.service, c.ship_date).to_vec()).unwrap_or_default(),
            tracking: commitment.map(|c| c.tracking.to_string()),
            link: live.link.as_ref().map_or(Link::None, |(link, _)| *link),
            queue: live.queue,
            problems,
            packed: live.packed,
        }
    }

    /// What stands until somebody deals with it.
    fn standing_problems(&self, world: &World<'_>) -> Vec<Sentence> {
        let in_hand = self.in_hand().map(|parcel| parcel.id);
        let out: Vec<&Parcel> = self.to_take_out().filter(|parcel| Some(parcel.id) != in_hand).collect();
        let mut problems = Vec::new();
        if !out.is_empty() {
            problems.push(Sentence::TakeOut { list: names(out.into_iter()) });
        }
        if world.live.damaged {
            problems.push(Sentence::DatabaseDamaged);
        }
        if self.copied().is_some() {
            problems.push(Sentence::StationCopied);
        }
        if world.live.no_room {
            problems.push(Sentence::NoRoom);
        }
        problems.extend(self.date_question(world).map(|question| question.note));
        problems.extend(self.held_date(world));
        if world.live.no_mark {
            problems.push(Sentence::NoMark);
        }
        if world.live.no_backup {
            problems.push(Sentence::NoBackup);
        }
        let refused = &world.live.refused_orders;
        if let Some(first) = refused.first() {
            let count = refused.len() as u64;
            problems.push(Sentence::OrdersRefused { count, order: first.number.clone() });
        }
        problems
    }

    /// Whether the screen shows a question that the second scan of a command, or OK, says yes to. VOID with nothing at hand
    /// is none: it waits for a scan that says what.
    fn is_asked(&self, world: &World<'_>) -> bool {
        world.live.question(world.now).is_some_and(|command| match command.spec().confirmation {
            Confirmation::SecondScan => {
                *command != Command::Void || self.in_hand().is_some() || world.live.shown.is_some()
            }
            Confirmation::Supervisor | Confirmation::AtOnce => false,
        })
    }

    /// The one thing to do, as long as nobody says otherwise, and what is awaited.
    fn prompt(&self, world: &World<'_>) -> (Awaited, Say) {
        let say = |mood, symbol, note| Say { mood, symbol, note, detail: None };
        let scan_order = || say(Mood::Ready, Symbol::Scan, Sentence::ScanOrder);
        let Some(parcel) = self.in_hand() else {
            return self.date_prompt(world).unwrap_or_else(|| (self.at_rest(world), scan_order()));
        };
        let waits = || world.live.printer.map(blocked);
        // Graver than anything a device says.
        if let Some(stop) = stop(parcel) {
            return (way_out(parcel).map_or(Awaited::Hold, |(awaited, _)| awaited), stop);
        }
        if let Some(stop) = unread(world, parcel) {
            return stop;
        }
        match parcel.state() {
            State::Open => weigh_prompt(world),
            State::Weighed if self.clock_doubt().is_some() => {
                self.date_prompt(world).unwrap_or_else(|| weigh_prompt(world))
            }
            State::Weighed => {
                let note = world.live.stuck.clone().unwrap_or(Sentence::NoCarrier);
                (Awaited::Hold, Say::stop(note))
            }
            State::Committed | State::Printing => waits().unwrap_or_else(|| {
                let name = parcel.commitment().map_or("", |c| world.cards.carrier_name(c.carrier()));
                let note = Sentence::Printing { carrier: name.to_owned() };
                (Awaited::Patience, say(Mood::Busy, Symbol::Printer, note))
            }),
            State::Sent => waits().unwrap_or_else(|| finish(parcel, false)),
            State::Printed => finish(parcel, true),
            State::PrintUncertain => {
                let awaited = Awaited::Doubt { attempt: parcel.attempt() };
                (waits().map_or(awaited, |(awaited, _)| awaited), Say::ask(doubt(parcel)))
            }
            State::Verified | State::Attested | State::Manifested | State::Confirmed | State::Held | State::Voided => {
                (Awaited::Order, scan_order())
            }
        }
    }

    /// What is awaited with nothing in hand.
    fn at_rest(&self, world: &World<'_>) -> Awaited {
        let scanned = world.live.shown.and_then(|id| self.parcel(id)).filter(|parcel| !self.handed_over(parcel));
        if let Some((awaited, _)) = scanned.filter(|parcel| parcel.state() != State::Voided).and_then(way_out) {
            return awaited;
        }
        match self.to_take_out().next() {
            Some(parcel) => Awaited::TakeOut { tracking: parcel.name().to_owned() },
            None if world.live.no_room => Awaited::Help,
            None => Awaited::Order,
        }
    }

    /// The question for the date, while the clock is in doubt.
    fn date_prompt(&self, world: &World<'_>) -> Option<(Awaited, Say)> {
        let question = self.date_question(world)?;
        Some((if self.asks_date(world) { Awaited::Date } else { Awaited::Help }, question))
    }

    fn prompt_detail(&self, world: &World<'_>) -> Option<Sentence> {
        let parcel = self.in_hand()?;
        match parcel.state() {
            State::Weighed => world
                .live
                .refusals
                .first()
                .map(|(service, reason)| Sentence::Refusal { service: service.clone(), reason: reason.clone() }),
            // It may still print what it holds: that comes before a second label.
            State::PrintUncertain => Some(world.live.printer.map_or(Sentence::LabelNone, of_printer)),
            State::Committed | State::Printing => parcel.marks_wanted().next().map(mark_wanted),
            State::Sent | State::Printed if parcel.attempt() > 1 && parcel.marks_wanted().next().is_none() => {
                Some(Sentence::UseNewest { attempt: parcel.attempt().into() })
            }
            _ => None,
        }
    }

    fn shown_weight(&self, world: &World<'_>) -> Option<(String, bool)> {
        let weighed = self.in_hand().and_then(|parcel| parcel.weight.as_ref()).map(|weight| (weight.mass, true));
        let lying = world.live.reading(world.now).and_then(|reading| match reading.state {
            WeightState::Stable => Some((reading.mass, true)),
            WeightState::Moving => Some((reading.mass, false)),
            WeightState::Negative | WeightState::Over | WeightState::Fault(_) => None,
        });
        weighed.or(lying).map(|(mass, still)| (format!("{} kg", mass.fixed(MassUnit::Kg, 3)), still))
    }
}

/// Where the order of a parcel without a label cannot be read: nothing more can be done for it before it is imported again.
fn unread(world: &World<'_>, parcel: &Parcel) -> Option<(Awaited, Say)> {
    let needs = matches!(parcel.state(), State::Open | State::Weighed | State::Committed);
    if !needs || world.order.is_some() {
        return None;
    }
    let detail = match parcel.tracking() {
        Some(tracking) => Sentence::OutHold { tracking: tracking.to_owned() },
        None => Sentence::OutCancel,
    };
    let note = Sentence::OrderKeyGone { order: parcel.order.number.clone() };
    Some((Awaited::Hold, Say { detail: Some(detail), ..Say::stop(note) }))
}

/// What is left to do with a parcel whose label was sent, and is `out` as the printer says: its stickers, then its scan.
fn finish(parcel: &Parcel, out: bool) -> (Awaited, Say) {
    let (awaited, note) = match parcel.marks_wanted().next() {
        Some(mark) => (Awaited::Mark { mark: mark.to_owned() }, mark_wanted(mark)),
        None => (Awaited::Label { attempt: parcel.attempt(), out }, Sentence::ScanLabel),
    };
    (awaited, Say { mood: Mood::Ready, symbol: Symbol::Label, note, detail: None })
}

fn mark_wanted(mark: &str) -> Sentence {
    Sentence::MarkWanted { mark: mark.to_owned() }
}

/// Whether a label is there, asked of the packer; people know a number by its last characters.
pub(super) fn doubt(parcel: &Parcel) -> Sentence {
    const SHOWN: usize = 4;
    let tracking = parcel.tracking().unwrap_or_default();
    let skip = tracking.chars().count().saturating_sub(SHOWN);
    Sentence::LabelDoubt { ending: tracking.chars().skip(skip).collect::<String>() }
}

/// What the scale has to say, or what is to be done at it, until a parcel has its weight.
pub(super) fn weigh_prompt(world: &World<'_>) -> (Awaited, Say) {
    let say = |awaited, mood, symbol, note| (awaited, Say { mood, symbol, note, detail: None });
    if world.live.away.contains_key(&Device::Scale) {
        return say(Awaited::Scale, Mood::Stop, Symbol::Scale, Sentence::ScaleAbsent);
    }
    let Some(reading) = world.live.reading(world.now) else {
        return match world.live.no_weight {
            Some(NoWeight::Garbled) => say(Awaited::Scale, Mood::Stop, Symbol::Scale, Sentence::ScaleNonsense),
            Some(NoWeight::Silent) | None => say(Awaited::Scale, Mood::Ask, Symbol::Scale, Sentence::ScaleSilent),
        };
    };
    match reading.state {
        WeightState::Over => say(Awaited::Lighter, Mood::Stop, Symbol::Scale, Sentence::WeightOver),
        WeightState::Negative => say(Awaited::Zero, Mood::Ask, Symbol::Empty, Sentence::WeightNegative),
        // A clone refuses a question now and then; the next one is answered.
        WeightState::Fault(ScaleFault::Busy) => say(Awaited::Patience, Mood::Busy, Symbol::Scale, Sentence::WaitStill),
        // Said once, and lost: the parcel has to be put down again.
        WeightState::Fault(ScaleFault::NoNewWeight) => {
            say(Awaited::EmptyScale, Mood::Ask, Symbol::Empty, Sentence::EmptyScale)
        }
        WeightState::Fault(ScaleFault::NeedsZero) => {
            say(Awaited::Zero, Mood::Ask, Symbol::Empty, Sentence::WeightNegative)
        }
        WeightState::Fault(
            ScaleFault::UnknownUnit | ScaleFault::UnitMismatch | ScaleFault::NoUnit | ScaleFault::NotAWeight,
        ) => say(Awaited::Scale, Mood::Stop, Symbol::Scale, Sentence::ScaleUnit),
        WeightState::Fault(
            ScaleFault::SyntaxError
            | ScaleFault::TransmissionError
            | ScaleFault::LogicError
            | ScaleFault::TooFine
            | ScaleFault::DeviceFault
            | ScaleFault::NeedsCalibration,
        ) => say(Awaited::Scale, Mood::Stop, Symbol::Scale, Sentence::ScaleFault),
        WeightState::Stable | WeightState::Moving if !world.live.armed => {
            say(Awaited::EmptyScale, Mood::Ask, Symbol::Empty, Sentence::EmptyScale)
        }
        WeightState::Moving => say(Awaited::Patience, Mood::Busy, Symbol::Scale, Sentence::WaitStill),
        WeightState::Stable => say(Awaited::Parcel, Mood::Ready, Symbol::Scale, Sentence::PlaceParcel),
    }
}

/// What a state of a parcel is called.
pub(super) fn of_state(state: State) -> Sentence {
    match state {
        State::Open => Sentence::StateOpen,
        State::Weighed => Sentence::StateWeighed,
        State::Committed => Sentence::StateCommitted,
        State::Printing => Sentence::StatePrinting,
        State::Sent => Sentence::StateSent,
        State::Printed => Sentence::StatePrinted,
        State::PrintUncertain => Sentence::StatePrintUncertain,
        State::Verified => Sentence::StateVerified,
        State::Attested => Sentence::StateAttested,
        State::Manifested => Sentence::StateManifested,
        State::Confirmed => Sentence::StateConfirmed,
        State::Held => Sentence::StateHeld,
        State::Voided => Sentence::StateVoided,
    }
}

/// What keeps a label from coming out: waited for, or mended.
fn blocked(waits: PrinterWaits) -> (Awaited, Say) {
    let awaited = match waits {
        PrinterWaits::Asked => Awaited::Patience,
        PrinterWaits::Blocked(_) => Awaited::Printer,
    };
    (awaited, Say { mood: Mood::Stop, symbol: Symbol::Printer, note: of_printer(waits), detail: None })
}

/// What the label printer is waited for.
fn of_printer(waits: PrinterWaits) -> Sentence {
    let problem = match waits {
        PrinterWaits::Asked => return Sentence::PrinterAsked,
        PrinterWaits::Blocked(problem) => problem,
    };
    match problem {
        PrinterProblem::Absent | PrinterProblem::Refused | PrinterProblem::Lost => Sentence::PrinterAbsent,
        PrinterProblem::Denied => Sentence::PrinterDenied,
        PrinterProblem::Busy => Sentence::PrinterBusy,
        PrinterProblem::PaperOut => Sentence::PrinterPaperOut,
        PrinterProblem::HeadOpen | PrinterProblem::CoverOpen => Sentence::PrinterHeadOpen,
        PrinterProblem::Jam | PrinterProblem::Cutter => Sentence::PrinterJam,
        PrinterProblem::Offline => Sentence::PrinterOffline,
        PrinterProblem::RibbonOut => Sentence::PrinterRibbonOut,
        PrinterProblem::Paused => Sentence::PrinterPaused,
        PrinterProblem::Silent | PrinterProblem::Stalled => Sentence::PrinterSilent,
        PrinterProblem::Nonsense => Sentence::PrinterNonsense,
        PrinterProblem::HeadHot
        | PrinterProblem::HeadCold
        | PrinterProblem::BufferFull
        | PrinterProblem::MemoryCorrupt
        | PrinterProblem::Other => Sentence::PrinterOther,
    }
}

/// Whether the receiver's certificate is out of its time, by this computer's clock: mostly it is the clock that is wrong. The
/// words are those of `rustls`; a test of the uplink has it say them.
pub(crate) fn blames_clock(why: &str) -> bool {
    why.contains("certificate not valid yet") || why.contains("certificate expired")
}

fn problems(world: &World<'_>) -> Vec<Sentence> {
    let live = world.live;
    let mut problems: Vec<Sentence> = live
        .away
        .keys()
        .map(|device| match device {
            Device::Scanner(name) => Sentence::ScannerAbsent { name: name.clone() },
            Device::Scale => Sentence::ScaleAbsent,
            Device::Printer => Sentence::PrinterAbsent,
            Device::Receipts => Sentence::ReceiptWaits,
            Device::BagLabels => Sentence::BagLabelWaits,
            Device::Panel => Sentence::PanelAbsent,
            Device::Cards => Sentence::CardsWrong,
            Device::Flood(name) => Sentence::DeviceFloods { name: name.clone() },
        })
        .collect();
    let waits = live.printer.filter(|waits| *waits != PrinterWaits::Asked);
    problems.extend(waits.map(of_printer));
    match &live.link {
        Some((Link::Stopped, why)) => {
            problems.push(Sentence::UplinkStopped { reason: why.clone().unwrap_or_default() });
        }
        Some((Link::Down, Some(why))) if blames_clock(why) => {
            problems.push(Sentence::ClockForHub { date: Box::new(date_words(world.today)) });
        }
        Some((Link::Up, Some(why))) => problems.push(Sentence::NoNewOrders { reason: why.clone() }),
        _ => {}
    }
    problems
}
