//! One event, one decision. Changes nothing.

use crate::barcode::Scan;
use crate::screen::{Mood, Sentence};
use crate::station::event::{Act, Effect, Event, KeyRefusal, Lookup, ScaleKey, Sound};
use crate::station::fact::Fact;
use crate::station::live::Say;
use crate::station::parcels::{State, another_in_hand};
use crate::station::{Outcome, Station, World};

impl Outcome {
    pub(super) fn say(say: Say) -> Self {
        Self::default().tell(say)
    }

    pub(super) fn tell(mut self, say: Say) -> Self {
        let sound = match say.mood {
            Mood::Good => Sound::Good,
            Mood::Ask => Sound::Ask,
            Mood::Ready | Mood::Busy | Mood::Stop => Sound::Bad,
        };
        self.say = Some(say);
        self.effect(Effect::Sound(sound))
    }

    pub(super) fn stop(note: Sentence) -> Self {
        Self::say(Say::stop(note))
    }

    pub(super) fn facts(mut self, facts: impl IntoIterator<Item = Fact>) -> Self {
        self.facts.extend(facts);
        self
    }

    pub(super) fn effect(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }

    /// A scan was answered: the scanner hears of it, so that its beep means taken, not read.
    fn judge(self, scanner: &str) -> Self {
        let accepted = self.say.as_ref().is_none_or(|say| say.mood != Mood::Stop);
        self.effect(Effect::Verdict { scanner: scanner.to_owned(), accepted })
    }
}

/// The scale answered a key.
fn pressed(key: ScaleKey, refused: Option<KeyRefusal>) -> Outcome {
    match (key, refused) {
        (ScaleKey::Zero, None) => Outcome::say(Say::good(Sentence::Zeroed)),
        (ScaleKey::Tare, None) => Outcome::say(Say::good(Sentence::Tared)),
        (ScaleKey::Zero | ScaleKey::Tare, Some(why)) => {
            Outcome::stop(Sentence::ScaleRefused { reason: why.name().to_owned() })
        }
    }
}

impl Station {
    /// What this event comes to, in this world.
    pub fn decide(&self, world: &World<'_>, event: &Event) -> Outcome {
        match event {
            Event::Started => self.begin(),
            Event::Scanned { scanner, scan, order } => self.scanned(world, scanner, scan, order).judge(scanner),
            Event::BadScan { scanner, .. } => Outcome::stop(Sentence::BadScan).judge(scanner),
            Event::Weight { .. } => self.settled(world),
            Event::ScaleKey { key, refused } => pressed(*key, *refused),
            Event::Printer(job, printer) => self.printer(world, *job, printer),
            Event::Confirmed { manifests } => self.confirmed(manifests),
            Event::OrderChanged { order, begun, blocked } => self.order_changed(order, begun, *blocked),
            Event::OrderRefused { order, reason } => self.order_refused(order, reason),
            Event::Copied { why, was, next, life, parcels } => self.station_copied(*why, was, next, life, parcels),
            Event::Act(Act::StartPools) => self.start_pools(),
            Event::Act(Act::CloseManifest { carrier }) => self.close_manifest(world, carrier.as_str()),
            Event::Act(Act::LearnOutcomes { outcomes }) => self.learn(world, outcomes),
            Event::Act(Act::StartPool { carrier, pool, next }) => self.start_pool(world, carrier, pool, *next),
            Event::Reconsider => self.reconsider(world),
            Event::Clock => self.look_at_clock(world),
            Event::NoWeight(_) | Event::Device { .. } | Event::Uplink { .. } => Outcome::default(),
        }
    }

    /// After a restart: what was on its way to the printer is in doubt, and the printer is asked; what was not is printed
    /// now; why a parcel found no carrier is asked again.
    fn begin(&self) -> Outcome {
        let Some(parcel) = self.in_hand() else { return Outcome::default() };
        let job = parcel.last_print();
        match parcel.state() {
            State::Committed => Outcome::default().effect(self.prepare(parcel.next_print())),
            State::Printing | State::Sent => {
                let reason = "the station stopped before the printer had answered".to_owned();
                Outcome::default()
                    .facts([Fact::PrintDoubted { parcel: job.parcel, attempt: job.attempt, reason }])
                    .effect(Effect::Ask(job))
            }
            State::PrintUncertain => Outcome::default().effect(Effect::Ask(job)),
            State::Weighed => Outcome::default().effect(Effect::Reconsider),
            State::Open
            | State::Printed
            | State::Verified
            | State::Attested
            | State::Manifested
            | State::Confirmed
            | State::Held
            | State::Voided => Outcome::default(),
        }
    }

    fn scanned(&self, world: &World<'_>, scanner: &str, scan: &Scan, order: &Lookup) -> Outcome {
        match scan.command() {
            Some(Ok(command)) => return self.command(world, &command),
            Some(Err(_)) => return Outcome::stop(Sentence::BadCommand),
            None => {}
        }
        let tracking = scan.keys().iter().find_map(|key| self.by_tracking(key));
        if tracking.is_none()
            && *order == Lookup::None
            && let Some(outcome) = self.scanned_mark(&scan.text)
        {
            return outcome;
        }
        if self.in_hand().is_none()
            && let Some(outcome) = self.void_scanned(world, tracking, order)
        {
            return outcome;
        }
        match (self.in_hand(), tracking) {
            (Some(parcel), Some(scanned)) if parcel.id == scanned => self.verify(parcel, scanner),
            (Some(parcel), Some(_)) => another_in_hand(parcel, scan),
            (Some(parcel), None) => self.scanned_in_hand(parcel, scan, order),
            (None, Some(scanned)) => self.show(scanned),
            (None, None) => self.bag_scanned(world, &scan.keys()).unwrap_or_else(|| self.open(world, scan, order)),
        }
    }
}
