//! Station and world -> what the packer sees.

use super::event::{Device, NoWeight, WeightState};
use super::intercept::{names, stop};
use super::live::{Live, Say};
use super::parcel::{Parcel, State};
use super::{Station, World};
use crate::screen::{Link, Mood, Note, Symbol, View};
use crate::units::MassUnit;

impl Station {
    /// The screen at this moment.
    pub fn view(&self, world: &World<'_>) -> View {
        let live = world.live;
        let prompt = self.prompt(world);
        let (say, detail) = match (&live.cannot_record, live.say(world.now)) {
            (Some(_), _) => (Say::stop(Note::new("cannot_record")), None),
            (None, Some(say)) if say.note.key != prompt.note.key => {
                (say.clone(), Some(say.detail.clone().unwrap_or(prompt.note)))
            }
            (None, _) => {
                let detail = prompt.detail.clone().or_else(|| self.prompt_detail(world));
                (prompt, detail)
            }
        };
        let parcel = self.bench().map(|(_, parcel)| parcel);
        let commitment = parcel.and_then(|parcel| parcel.commitment.as_ref());
        let mut problems = problems(world);
        if world.rules.sscc.is_some() && self.next_sscc(world).is_none() && self.bags().any(|(_, bag)| !bag.closed) {
            problems.push(Note::new("no_sscc"));
        }
        problems.splice(0..0, self.standing_problems(world));
        problems.retain(|problem| *problem != say.note && Some(problem) != detail.as_ref());
        View {
            language: self.language(world.rules).to_owned(),
            mood: say.mood,
            symbol: say.symbol,
            headline: say.note,
            detail,
            order: parcel.map(|parcel| parcel.order.number.clone()),
            weight: self.shown_weight(world),
            carrier: commitment.map(|c| {
                (world.cards.full_name(&c.service), c.price().map(|price| price.to_string()).unwrap_or_default())
            }),
            price_notes: commitment.map(|c| world.cards.notes(&c.service, c.ship_date).to_vec()).unwrap_or_default(),
            tracking: commitment.map(|c| c.tracking.clone()),
            link: live.link.as_ref().map_or(Link::None, |(link, _)| *link),
            queue: live.queue,
            problems,
            packed: live.packed,
        }
    }

    /// What stands until somebody deals with it.
    fn standing_problems(&self, world: &World<'_>) -> Vec<Note> {
        let in_hand = self.bench().map(|(id, _)| id);
        let out: Vec<&Parcel> =
            self.to_take_out().filter(|(id, _)| Some(*id) != in_hand).map(|(_, parcel)| parcel).collect();
        let mut problems = Vec::new();
        if !out.is_empty() {
            problems.push(Note::new("take_out").with("list", names(out.into_iter())));
        }
        if self.copied.is_some() {
            problems.push(Note::new("station_copied"));
        }
        if world.live.no_mark {
            problems.push(Note::new("no_mark"));
        }
        let refused = &world.live.refused_orders;
        if let Some(first) = refused.first() {
            let count = refused.len().to_string();
            problems.push(Note::new("orders_refused").with("count", count).with("order", first.number.clone()));
        }
        problems
    }

    /// The one thing to do, as long as nobody says otherwise.
    fn prompt(&self, world: &World<'_>) -> Say {
        let say = |mood, symbol, key| Say { mood, symbol, note: Note::new(key), detail: None };
        let Some((_, parcel)) = self.bench() else { return say(Mood::Ready, Symbol::Scan, "scan_order") };
        let blocked =
            || world.live.printer_problem.map(|problem| say(Mood::Stop, Symbol::Printer, printer_key(problem)));
        // Graver than anything a device says.
        if let Some(stop) = stop(parcel) {
            return stop;
        }
        match parcel.state {
            State::Open => weigh_prompt(world),
            State::Weighed => {
                let note = world.live.stuck.clone().unwrap_or(Note::new("no_carrier"));
                Say::stop(note)
            }
            State::Committed | State::Printing => blocked().unwrap_or_else(|| {
                let carrier = parcel.commitment.as_ref().map(|c| c.carrier()).unwrap_or_default();
                let name = world.cards.carrier(carrier).map_or(carrier, |carrier| carrier.name.as_str());
                let note = Note::new("printing").with("carrier", name);
                Say { mood: Mood::Busy, symbol: Symbol::Printer, note, detail: None }
            }),
            State::Sent => blocked().unwrap_or_else(|| finish(parcel)),
            State::Printed => finish(parcel),
            State::PrintUncertain => Say::ask(doubt(parcel)),
            State::Verified | State::Attested | State::Manifested | State::Confirmed | State::Held | State::Voided => {
                say(Mood::Ready, Symbol::Scan, "scan_order")
            }
        }
    }

    fn prompt_detail(&self, world: &World<'_>) -> Option<Note> {
        let parcel = self.bench()?.1;
        match parcel.state {
            State::Weighed => world.live.refusals.first().map(|(service, reason)| {
                Note::new("refusal").with("service", service.clone()).with("reason", reason.clone())
            }),
            // It may still print what it holds: that comes before a second label.
            State::PrintUncertain => {
                let key = world.live.printer_problem.map_or("label_none", printer_key);
                Some(Note::new(key))
            }
            State::Committed | State::Printing => parcel.marks_wanted().next().map(mark_wanted),
            State::Sent | State::Printed if parcel.attempt() > 1 && parcel.marks_wanted().next().is_none() => {
                Some(Note::new("use_newest").with("attempt", parcel.attempt().to_string()))
            }
            _ => None,
        }
    }

    fn shown_weight(&self, world: &World<'_>) -> Option<(String, bool)> {
        let weighed = self.bench().and_then(|(_, parcel)| parcel.weight.as_ref()).map(|weight| (weight.mass, true));
        let lying = world.live.reading(world.now).and_then(|reading| match reading.state {
            WeightState::Stable => Some((reading.mass, true)),
            WeightState::Moving => Some((reading.mass, false)),
            WeightState::Negative | WeightState::Over | WeightState::Fault(_) => None,
        });
        weighed.or(lying).map(|(mass, still)| (format!("{} kg", mass.fixed(MassUnit::Kg, 3)), still))
    }
}

/// What is left to do with a parcel whose label is out: its stickers, then its scan.
fn finish(parcel: &Parcel) -> Say {
    let note = parcel.marks_wanted().next().map_or(Note::new("scan_label"), mark_wanted);
    Say { mood: Mood::Ready, symbol: Symbol::Label, note, detail: None }
}

fn mark_wanted(mark: &str) -> Note {
    Note::new("mark_wanted").with("mark", mark)
}

/// Whether a label is there, asked of the packer; people know a number by its last characters.
pub(super) fn doubt(parcel: &Parcel) -> Note {
    const SHOWN: usize = 4;
    let tracking = parcel.tracking().unwrap_or_default();
    let skip = tracking.chars().count().saturating_sub(SHOWN);
    Note::new("label_doubt").with("ending", tracking.chars().skip(skip).collect::<String>())
}

pub(super) fn weigh_prompt(world: &World<'_>) -> Say {
    let say = |mood, symbol, key| Say { mood, symbol, note: Note::new(key), detail: None };
    if world.live.away.contains_key(&Device::Scale) {
        return say(Mood::Stop, Symbol::Scale, "scale_absent");
    }
    let Some(reading) = world.live.reading(world.now) else {
        return match world.live.no_weight {
            Some(NoWeight::Garbled) => say(Mood::Stop, Symbol::Scale, "scale_nonsense"),
            Some(NoWeight::Silent) | None => say(Mood::Ask, Symbol::Scale, "scale_silent"),
        };
    };
    match reading.state {
        WeightState::Over => say(Mood::Stop, Symbol::Scale, "weight_over"),
        WeightState::Negative => say(Mood::Ask, Symbol::Empty, "weight_negative"),
        // A clone refuses a question now and then; the next one is answered.
        WeightState::Fault("busy") => say(Mood::Busy, Symbol::Scale, "wait_still"),
        // Said once, and lost: the parcel has to be put down again.
        WeightState::Fault("no_new_weight") => say(Mood::Ask, Symbol::Empty, "empty_scale"),
        WeightState::Fault("needs_zero") => say(Mood::Ask, Symbol::Empty, "weight_negative"),
        WeightState::Fault("unknown_unit" | "unit_mismatch" | "no_unit" | "not_a_weight") => {
            say(Mood::Stop, Symbol::Scale, "scale_unit")
        }
        WeightState::Fault(_) => say(Mood::Stop, Symbol::Scale, "scale_fault"),
        WeightState::Stable | WeightState::Moving if !world.live.armed => say(Mood::Ask, Symbol::Empty, "empty_scale"),
        WeightState::Moving => say(Mood::Busy, Symbol::Scale, "wait_still"),
        WeightState::Stable => say(Mood::Ready, Symbol::Scale, "place_parcel"),
    }
}

/// The screen's word for what a printer said of itself.
fn printer_key(problem: &str) -> &'static str {
    match problem {
        Live::ASKED => "printer_asked",
        "absent" | "refused" | "lost" => "printer_absent",
        "busy" => "printer_busy",
        "paper_out" => "printer_paper_out",
        "head_open" | "cover_open" => "printer_head_open",
        "jam" | "cutter" => "printer_jam",
        "offline" => "printer_offline",
        "ribbon_out" => "printer_ribbon_out",
        "paused" => "printer_paused",
        "silent" => "printer_silent",
        "nonsense" => "printer_nonsense",
        _ => "printer_other",
    }
}

fn problems(world: &World<'_>) -> Vec<Note> {
    let live = world.live;
    let mut problems: Vec<Note> = live
        .away
        .keys()
        .map(|device| match device {
            Device::Scanner(name) => Note::new("scanner_absent").with("name", name.clone()),
            Device::Scale => Note::new("scale_absent"),
            Device::Printer => Note::new("printer_absent"),
            Device::Receipts => Note::new("receipt_waits"),
            Device::BagLabels => Note::new("bag_label_waits"),
            Device::Panel => Note::new("panel_absent"),
            Device::Cards => Note::new("cards_wrong"),
        })
        .collect();
    let problem = live.printer_problem.filter(|problem| *problem != Live::ASKED);
    problems.extend(problem.map(|problem| Note::new(printer_key(problem))));
    match &live.link {
        Some((Link::Stopped, why)) => {
            problems.push(Note::new("uplink_stopped").with("reason", why.clone().unwrap_or_default()));
        }
        Some((Link::Up, Some(why))) => problems.push(Note::new("no_new_orders").with("reason", why.clone())),
        _ => {}
    }
    problems.extend(live.overdue(world.wall).map(|days| Note::new("not_sent").with("days", days.to_string())));
    problems
}
