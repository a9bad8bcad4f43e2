//! The packer's way with one parcel: scan the order, weigh, commit, scan the label.

use data_encoding::HEXLOWER;

use crate::barcode::Scan;
use crate::ids::ParcelId;
use crate::rating::{Decision, Quote};
use crate::screen::{Sentence, shown};
use crate::station::event::{Effect, Lookup, WeightState};
use crate::station::fact::{Commitment, Fact, NumberSource, Weight};
use crate::station::live::Say;
use crate::station::order::{Order, OrderId, OrderState};
use crate::station::parcels::marks::Shipment;
use crate::station::parcels::{Parcel, State};
use crate::station::{Outcome, Rules, Station, World};
use crate::units::{Dims, Mass};

impl Station {
    /// A code was scanned with nothing in hand, and no parcel has it: it should be an order.
    pub(in crate::station) fn open(&self, world: &World<'_>, scan: &Scan, order: &Lookup) -> Outcome {
        let code = || shown(&scan.text);
        let (order, version, blocked) = match order {
            Lookup::None => return Outcome::stop(Sentence::OrderUnknown { code: code() }),
            Lookup::Unread(id) => return self.key_gone(id),
            Lookup::Many(orders) => return Outcome::say(which_order(&code(), orders)),
            Lookup::One { order, version, blocked } => (order, version, blocked),
        };
        let id = order.id();
        let parcels = || self.of_order(&id);
        // What was put aside and must not go on says so itself, and how it ends.
        if let Some(stop) = parcels().find(|p| p.state() == State::Held).and_then(|p| self.stopped(p)) {
            return stop;
        }
        let gone = order.state == OrderState::Done;
        if !gone && let Some(stop) = not_ready(order.state, &order.order_ref) {
            return match parcels().find(|p| p.state().closed()) {
                Some(parcel) => self.stopped(parcel).unwrap_or(stop),
                None => stop,
            };
        }
        let mut used = 0;
        let mut shown = None;
        let stop = || blocked.as_ref().map(|sku| Outcome::stop(item_blocked(order, sku)));
        for parcel in parcels() {
            match parcel.state() {
                State::Held => {
                    if let Some(stop) = stop() {
                        return stop;
                    }
                    let note = Sentence::Resumed { order: order.order_ref.clone() };
                    return self.resume(parcel).tell(Say::good(note));
                }
                State::Voided => {}
                _ => {
                    used += 1;
                    shown = Some(parcel);
                }
            }
        }
        if gone || used >= order.parcels_planned {
            if let Some(stop) = shown.and_then(|parcel| self.stopped(parcel)) {
                return stop;
            }
            let tracking = shown.and_then(Parcel::tracking).unwrap_or_default().to_owned();
            let done = Outcome::stop(Sentence::OrderDone { order: order.order_ref.clone(), tracking });
            return Outcome { shown: shown.map(|parcel| parcel.id), ..done };
        }
        if let Some(stop) = stop() {
            return stop;
        }
        if world.live.no_room {
            return Outcome::stop(Sentence::NoRoom);
        }
        Outcome::default().facts([Fact::ParcelOpened {
            parcel: self.parcels.next(),
            order_ref: order.order_ref.clone(),
            rev: order.rev,
            channel: order.channel.clone(),
            shop: order.shop.clone(),
            version: Some(*version),
            operator: self.people.operator.clone(),
        }])
    }

    fn resume(&self, parcel: &Parcel) -> Outcome {
        let resumed = Outcome::default().facts([Fact::Resumed { parcel: parcel.id }]);
        match parcel.packed_to() {
            State::Committed => resumed.effect(self.prepare(parcel.next_print())),
            State::PrintUncertain => resumed.effect(Effect::Ask(parcel.last_print())),
            State::Weighed => resumed.effect(Effect::Reconsider),
            _ => resumed,
        }
    }

    /// An order that cannot be read any more: parcels that were put aside or closed say so themselves.
    fn key_gone(&self, id: &OrderId) -> Outcome {
        let stops = |parcel: &Parcel| matches!(parcel.state(), State::Held) || parcel.state().closed();
        let stopped = self.of_order(id).find(|parcel| stops(parcel)).and_then(|parcel| self.stopped(parcel));
        stopped.unwrap_or_else(|| Outcome::stop(order_key_gone(id)))
    }

    /// A code was scanned with a parcel in hand, and it is no tracking number of ours.
    pub(in crate::station) fn scanned_in_hand(&self, parcel: &Parcel, scan: &Scan, order: &Lookup) -> Outcome {
        match order {
            Lookup::One { order, blocked: Some(sku), .. } if order.id() == parcel.order => {
                self.stopped(parcel).unwrap_or_else(|| Outcome::stop(item_blocked(order, sku)))
            }
            Lookup::One { order, .. } if order.id() == parcel.order => self.scanned_again(parcel),
            // One of several, and it is in hand.
            Lookup::Many(orders) if orders.contains(&parcel.order) => self.scanned_again(parcel),
            // It was begun before; what it is packed by is gone.
            Lookup::Unread(id) if *id == parcel.order => Outcome::stop(order_key_gone(id)),
            Lookup::One { .. } | Lookup::None | Lookup::Unread(_) | Lookup::Many(_) => another_in_hand(parcel, scan),
        }
    }

    /// The order in hand was scanned again: a print that was refused while the order was on hold is asked for again.
    fn scanned_again(&self, parcel: &Parcel) -> Outcome {
        if let Some(stop) = self.stopped(parcel) {
            return stop;
        }
        match parcel.state() {
            State::Committed => Outcome::default().effect(self.prepare(parcel.next_print())),
            _ => Outcome::default(),
        }
    }

    /// A tracking number scanned at rest shows its parcel.
    pub(in crate::station) fn show(&self, id: ParcelId) -> Outcome {
        let Some(parcel) = self.parcel(id) else { return Outcome::default() };
        if let Some(stop) = self.stopped(parcel).filter(|_| parcel.state() != State::Voided) {
            return stop;
        }
        let tracking = parcel.tracking().unwrap_or_default().to_owned();
        let note = Sentence::ParcelShown { tracking, state: Box::new(crate::station::view::of_state(parcel.state())) };
        let waits = matches!(parcel.state(), State::Manifested | State::Confirmed) && !self.handed_over(parcel);
        let detail = waits.then_some(Sentence::LeaveHow);
        Outcome { shown: Some(id), ..Outcome::say(Say { detail, ..Say::ask(note) }) }
    }

    /// The printed label was scanned: the parcel is closed, unless its order changed meanwhile.
    pub(in crate::station) fn verify(&self, parcel: &Parcel, scanner: &str) -> Outcome {
        match parcel.state() {
            State::Printing | State::Sent | State::Printed | State::PrintUncertain => {}
            State::Committed => {
                return Outcome::stop(Sentence::LabelSpoiled {
                    tracking: parcel.tracking().unwrap_or_default().to_owned(),
                });
            }
            _ => return Outcome::stop(Sentence::NotHere),
        }
        if let Some(stop) = self.stopped(parcel) {
            return stop;
        }
        if let Some(mark) = parcel.marks_wanted().next() {
            return mark_first(parcel, mark);
        }
        let (note, bagged) = self.bagged(parcel);
        Outcome::say(Say::good(note))
            .facts([Fact::Verified { parcel: parcel.id, scanner: scanner.to_owned() }])
            .facts(bagged)
            .effect(Effect::Release)
    }

    /// The scale spoke: if a parcel waits for its weight and this is one, take it.
    pub(in crate::station) fn settled(&self, world: &World<'_>) -> Outcome {
        match self.in_hand() {
            Some(parcel) if parcel.state() == State::Open => self.weigh(world, parcel),
            _ => Outcome::default(),
        }
    }

    /// Weigh, choose, commit: everything up to the number, or the reason why not.
    pub(in crate::station) fn weigh(&self, world: &World<'_>, parcel: &Parcel) -> Outcome {
        let (Some(weight), Some(order)) = (usable_weight(world), world.order) else {
            return Outcome::default();
        };
        let mass = weight.mass;
        let outcome = Outcome::default().facts([Fact::Weighed { parcel: parcel.id, weight }]);
        self.choose(world, parcel, order, mass, outcome)
    }

    /// The choice again, with the weight there is: after a carton was scanned, a number pool begun, an outage ended.
    pub(in crate::station) fn choose_again(&self, world: &World<'_>, parcel: &Parcel) -> Outcome {
        match (&parcel.weight, world.order) {
            (Some(weight), Some(order)) => self.choose(world, parcel, order, weight.mass, Outcome::default()),
            _ => Outcome::default(),
        }
    }

    /// Something that the choice depends on has changed: choose again for a parcel that found no carrier.
    pub(in crate::station) fn reconsider(&self, world: &World<'_>) -> Outcome {
        match self.in_hand() {
            Some(parcel) if parcel.state() == State::Weighed => self.choose_again(world, parcel),
            _ => Outcome::default(),
        }
    }

    fn choose(&self, world: &World<'_>, parcel: &Parcel, order: &Order, mass: Mass, outcome: Outcome) -> Outcome {
        // No number is drawn for what must not travel.
        if let Some(stop) = self.stopped(parcel).and_then(|stopped| stopped.say) {
            return outcome.tell(stop);
        }
        // Nor while nobody knows which day it is.
        if let Some(question) = self.date_question(world) {
            return outcome.tell(question);
        }
        let dims = parcel_size(world.rules, parcel.box_id.as_ref(), order);
        let rated = order.parcel(&world.rules.ship_from, mass, dims, self.day(world));
        if let Some(given) = &order.label {
            return self.take_label(world, parcel, order, given, &rated, outcome);
        }
        let decision =
            world.cards.decide(&rated, &self.availability_to_pack(world, &order.order_ref), &world.rules.policy);
        let quote = decision.choice.is_some().then(|| decision.quotes.first().cloned()).flatten();
        let decided = |decision: Decision| Fact::Decided { parcel: parcel.id, decision: Box::new(decision) };
        let Some(quote) = quote else {
            let why = if self.copied().is_some() { Sentence::CopiedNoNumbers } else { Sentence::NoCarrier };
            return outcome.tell(Say::stop(why)).facts([decided(decision)]);
        };
        match self.commit(world, parcel.id, order, mass, &decision, &quote) {
            Ok(commitment) => outcome
                .facts([decided(decision), Fact::Committed { parcel: parcel.id, commitment: Box::new(commitment) }])
                .effect(self.prepare(parcel.next_print())),
            Err(note) => outcome.tell(Say::stop(note)).facts([decided(decision)]),
        }
    }

    fn commit(
        &self,
        world: &World<'_>,
        id: ParcelId,
        order: &Order,
        mass: Mass,
        decision: &Decision,
        quote: &Quote,
    ) -> Result<Commitment, Sentence> {
        let carrier = quote.service.carrier();
        let no_numbers = || Sentence::NoNumbers { carrier: carrier.to_string() };
        let (pool, serial, tracking) = self.next_number(world, carrier).ok_or_else(no_numbers)?;
        let postcode = order.ship_to.postcode.chars().take(3).collect();
        let mut commitment = Commitment {
            service: quote.service.clone().into(),
            tracking,
            source: NumberSource::Drawn { pool, serial },
            ship_date: quote.leaves.unwrap_or(decision.ship_date),
            chosen_on: Some(decision.ship_date),
            total: quote.total,
            zone: quote.zone.clone(),
            billable: quote.billable.clone(),
            card: quote.card.clone(),
            days: quote.days,
            sort_code: quote.sort_code.clone(),
            sort_detail: quote.sort_detail.clone(),
            marks: Vec::new(),
            label_sha256: String::new(),
            destination: (order.ship_to.country.clone(), postcode),
        };
        let bytes = self.label(world, id, order, &commitment, mass, 1)?;
        commitment.label_sha256 = sha256_hex(&bytes);
        let shipment = Shipment { from: &world.rules.ship_from.country, carrier, on: commitment.ship_date };
        commitment.marks = world.rules.marks.needed(order, shipment);
        Ok(commitment)
    }
}

/// The label was scanned before a sticker was: it is known to be out, and the parcel stays open.
fn mark_first(parcel: &Parcel, mark: &str) -> Outcome {
    let stop = Outcome::stop(Sentence::MarkFirst { mark: mark.to_owned() });
    if parcel.state() == State::Printed {
        return stop;
    }
    let evidence = "its label was scanned before its sticker".to_owned();
    stop.facts([Fact::PrintConfirmed { parcel: parcel.id, attempt: parcel.attempt(), rung: 6, evidence }])
        .effect(Effect::Release)
}

/// A code that belongs to something else than the parcel in hand.
pub(in crate::station) fn another_in_hand(parcel: &Parcel, scan: &Scan) -> Outcome {
    match parcel.tracking() {
        Some(tracking) => Outcome::stop(Sentence::WrongLabel { tracking: tracking.to_owned() }),
        None => Outcome::stop(Sentence::FinishFirst { order: parcel.order.number.clone(), code: shown(&scan.text) }),
    }
}

fn order_key_gone(id: &OrderId) -> Sentence {
    Sentence::OrderKeyGone { order: id.number.clone() }
}

/// Why an order in this state may not go on, if it may not.
pub(in crate::station) fn not_ready(state: OrderState, order_ref: &str) -> Option<Outcome> {
    let order = order_ref.to_owned();
    let why = match state {
        OrderState::Ready => return None,
        OrderState::Hold => Sentence::OrderHold { order },
        OrderState::CancelRequested | OrderState::Cancelled => Sentence::OrderCancelled { order },
        OrderState::Done => Sentence::OrderDone { order, tracking: String::new() },
    };
    Some(Outcome::stop(why))
}

/// What an order holds must not go out.
fn item_blocked(order: &Order, sku: &str) -> Sentence {
    Sentence::ItemBlocked { order: order.order_ref.clone(), sku: shown(sku) }
}

/// A code that finds several orders: they are listed, and none is guessed.
fn which_order(code: &str, orders: &[OrderId]) -> Say {
    const SHOWN: usize = 3;
    let list: Vec<String> = orders.iter().take(SHOWN).map(ToString::to_string).collect();
    let note = Sentence::OrderMany { code: code.to_owned() };
    Say { detail: Some(Sentence::OrderWhich { list: list.join(", ") }), ..Say::stop(note) }
}

/// The weight on the pan, if it is one of this parcel: still, more than nothing, and the pan was empty before.
fn usable_weight(world: &World<'_>) -> Option<Weight> {
    let reading = world.live.reading(world.now)?;
    if !world.live.armed || reading.state != WeightState::Stable || reading.mass < world.rules.empty_below {
        return None;
    }
    Some(Weight {
        mass: reading.mass,
        value: reading.value.clone(),
        unit: reading.unit.clone(),
        raw_hex: HEXLOWER.encode(&reading.raw),
        stable: true,
        scale: world.rules.scale.clone(),
    })
}

/// The outside of a parcel: of the carton that was scanned, or as the order says.
pub fn parcel_size(rules: &Rules, scanned: Option<&String>, order: &Order) -> Option<Dims> {
    let carton = |id: &String| rules.boxes.get(id).map(|carton| carton.outer);
    let scanned = scanned.and_then(carton);
    scanned.or(order.dims).or_else(|| order.box_id.as_ref().and_then(carton))
}

pub(in crate::station) fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    HEXLOWER.encode(&Sha256::digest(bytes))
}
