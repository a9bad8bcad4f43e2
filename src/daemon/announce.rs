//! Facts -> what the world is told: CloudEvents, and the documents of closed manifests. Which facts are told, and as which
//! events, is said in the table of [`FactKind`](crate::station::fact::FactKind); here is what each event says.

#![deny(clippy::wildcard_enum_match_arm)]

use std::collections::BTreeSet;

use super::orders::readable;
use crate::exchange::manifest::{self, ManifestContainer, ManifestInput, ManifestParcel};
use crate::ids::BagId;
use crate::ids::ParcelId;
use crate::ids::TrackingNumber;
use crate::rating::Dg;
use crate::station::clock::ClockState;
use crate::station::fact::{Commitment, Fact};
use crate::station::parcels::Parcel;
use crate::station::{Rules, Station};
use crate::store::{Announcement, Store, StoreError};
use crate::units::{Mass, Timestamp};
use crate::uplink::event::{self, EventError, EventKind, EventSource};

/// Makes the events of facts that are about to be recorded.
#[derive(Debug)]
pub(super) struct Announcer<'a> {
    station: &'a Station,
    rules: &'a Rules,
    store: &'a Store,
}

impl<'a> Announcer<'a> {
    pub(super) fn new(station: &'a Station, rules: &'a Rules, store: &'a Store) -> Self {
        Self { station, rules, store }
    }

    /// The events, with the numbers that follow those the station has used. The station is the one before the facts.
    pub(super) fn announce(&self, at: Timestamp, facts: &[Fact]) -> Result<Vec<Announcement>, StoreError> {
        let mut events = Vec::new();
        let mut seq = self.store.announced();
        let mut last_hash = None;
        for (index, fact) in facts.iter().enumerate() {
            let Some(kind) = self.station.announces(fact) else { continue };
            seq += 1;
            let next = Next { seq, at, kind };
            let told = match kind {
                EventKind::ParcelCommitted => self.committed(next, fact, facts),
                EventKind::ParcelVerified
                | EventKind::ParcelAttested
                | EventKind::ParcelReleased
                | EventKind::ReturnReceived => self.told(next, fact, event::ParcelEvent::default()),
                EventKind::ParcelVoided => self.told(next, fact, because("voided")),
                EventKind::ParcelHeld => self.told(next, fact, because("held")),
                EventKind::ParcelLeftOut => self.told(next, fact, because("left_out")),
                EventKind::ParcelIntercepted => self.intercepted(next, fact),
                EventKind::OrderRefused => self.order_refused(next, fact),
                EventKind::StationCopied => self.copied(next, fact, facts),
                EventKind::ContainerClosed => self.container(next, fact),
                EventKind::ManifestClosed => {
                    let prev = match last_hash.take() {
                        Some(hash) => hash,
                        None => self.store.last_manifest_hash()?.unwrap_or_default(),
                    };
                    let closed = self.manifest(next, fact, facts, prev)?;
                    last_hash = closed.manifest.as_ref().map(|(_, _, hash)| hash.clone());
                    Ok(closed)
                }
                EventKind::ManifestHandedOver => self.handed_over(next, fact),
                // The uplink makes them itself, of events that were refused.
                EventKind::Tombstone => Err(next.not_of(fact)),
            };
            let mut announcement = told.map_err(|error| StoreError::Event(error.to_string()))?;
            announcement.fact = Some(index);
            events.push(announcement);
        }
        Ok(events)
    }

    fn source(&self) -> EventSource {
        EventSource {
            warehouse: self.rules.warehouse.clone(),
            station: self.rules.station.clone(),
            incarnation: self.store.incarnation().to_owned(),
            clock: self.station.clock_state().map(ClockState::word),
        }
    }

    fn tracking(&self, id: ParcelId) -> Option<&TrackingNumber> {
        self.station.parcel(id)?.commitment().map(|commitment| &commitment.tracking)
    }

    fn mass(&self, id: ParcelId) -> Option<Mass> {
        self.station.parcel(id)?.weight.as_ref().map(|weight| weight.mass)
    }

    /// The weight is often recorded together with the commitment.
    fn committed(&self, next: Next, fact: &Fact, facts: &[Fact]) -> Result<Announcement, EventError> {
        let Fact::Committed { parcel, commitment } = fact else { return Err(next.not_of(fact)) };
        let weighed = facts.iter().rev().find_map(|fact| {
            let Fact::Weighed { parcel: id, weight } = fact else { return None };
            (id == parcel).then_some(weight.mass)
        });
        let mass = weighed.or_else(|| self.mass(*parcel));
        self.parcel(next, (*parcel, mass), commitment, event::ParcelEvent::default())
    }

    fn intercepted(&self, next: Next, fact: &Fact) -> Result<Announcement, EventError> {
        let Fact::Intercepted { reason, late, .. } = fact else { return Err(next.not_of(fact)) };
        self.told(next, fact, event::ParcelEvent { late: *late, ..because(reason.word()) })
    }

    /// The parcel that the fact is about, with what only this event says of it.
    fn told(&self, next: Next, fact: &Fact, told: event::ParcelEvent<'_>) -> Result<Announcement, EventError> {
        let id = fact.parcel().ok_or_else(|| next.not_of(fact))?;
        match self.station.parcel(id).and_then(Parcel::commitment) {
            Some(commitment) => self.parcel(next, (id, self.mass(id)), commitment, told),
            None => self.event(next, &event::ParcelEvent::default()),
        }
    }

    fn event(&self, next: Next, data: &impl serde::Serialize) -> Result<Announcement, EventError> {
        Ok(next.written(event::cloud_event(&self.source(), next.kind, next.seq, next.at.0, data)?))
    }

    fn order_refused(&self, next: Next, fact: &Fact) -> Result<Announcement, EventError> {
        let Fact::OrderRefused { order_ref, channel, shop, reason } = fact else { return Err(next.not_of(fact)) };
        let refused = event::OrderRefused { order_ref, channel, shop, reason };
        Ok(next.written(event::order_refused_event(&self.source(), next.seq, next.at.0, &refused)?))
    }

    fn handed_over(&self, next: Next, fact: &Fact) -> Result<Announcement, EventError> {
        let Fact::ManifestHandedOver { manifest, left_out } = fact else { return Err(next.not_of(fact)) };
        let on_it = self.station.manifests().iter().find(|known| known.id == *manifest);
        let all = on_it.map_or(0, |manifest| manifest.parcels.len());
        let left_out: Vec<_> = left_out.iter().filter_map(|id| self.tracking(*id)).collect();
        let parcels = all.saturating_sub(left_out.len()) as u64;
        let handover = event::Handover { manifest_id: manifest, parcels, left_out: &left_out };
        Ok(next.written(event::handover_event(&self.source(), next.seq, next.at.0, &handover)?))
    }

    /// The pools are those that wait once the facts are recorded.
    fn copied(&self, next: Next, fact: &Fact, facts: &[Fact]) -> Result<Announcement, EventError> {
        let Fact::Copied { why, was, .. } = fact else { return Err(next.not_of(fact)) };
        let mut after = self.station.clone();
        facts.iter().for_each(|fact| after.evolve(fact));
        let pool = |(carrier, pool, next)| event::SuspendedPool { carrier, pool, next };
        let pools: Vec<_> = after.suspended().map(pool).collect();
        let copied = event::Copied { why: why.word(), before: was, pools: &pools };
        Ok(next.written(event::copied_event(&self.source(), next.seq, next.at.0, &copied)?))
    }

    fn parcel(
        &self,
        next: Next,
        (id, mass): (ParcelId, Option<Mass>),
        commitment: &Commitment,
        told: event::ParcelEvent<'_>,
    ) -> Result<Announcement, EventError> {
        let (country, postcode) = &commitment.destination;
        let order = self.station.parcel(id).map(|parcel| parcel.order.clone()).unwrap_or_default();
        let parcel = event::ParcelEvent {
            parcel: &id.to_string(),
            order_ref: &order.number,
            channel: &order.channel,
            shop: &order.shop,
            service: Some(&commitment.service),
            tracking: Some(&commitment.tracking),
            weight_g: mass.map(Mass::grams_rounded),
            country: Some(country),
            post_prefix: Some(event::post_prefix(postcode)),
            label_source: commitment.is_supplied().then_some("supplied"),
            reason: told.reason,
            late: told.late,
        };
        Ok(next.written(event::parcel_event(&self.source(), next.kind, next.seq, next.at.0, &parcel)?))
    }

    fn container(&self, next: Next, fact: &Fact) -> Result<Announcement, EventError> {
        let Fact::BagClosed { bag: id, sscc, .. } = fact else { return Err(next.not_of(fact)) };
        let own = || self.station.container(self.rules, *id);
        let container = sscc.as_ref().map_or_else(own, |sscc| sscc.number.clone());
        let bag = self.station.bag(*id).and_then(|bag| Some((bag, bag.goes.as_ref()?)));
        // One that nothing is in is never told.
        let Some((bag, (carrier, ship_date))) = bag else { return Err(next.not_of(fact)) };
        let tracking = self.station.contents(bag).filter_map(|id| self.tracking(id));
        let orders = || self.station.contents(bag).filter_map(|id| self.station.parcel(id).map(|parcel| &parcel.order));
        let laid: Vec<String> = self.station.laid(bag).map(|id| self.station.container(self.rules, id)).collect();
        let body = event::container_event(
            &self.source(),
            next.seq,
            next.at.0,
            &event::Container {
                container: &container,
                r#type: bag.kind.word(),
                carrier,
                ship_date: *ship_date,
                gross_g: self.station.bag_mass(bag).grams_rounded(),
                channel: one_of(orders().map(|order| order.channel.as_str())),
                shop: one_of(orders().map(|order| order.shop.as_str())),
                containers: &laid,
                tracking: &tracking.collect::<Vec<_>>(),
            },
        )?;
        Ok(next.written(body))
    }

    fn manifest(&self, next: Next, fact: &Fact, facts: &[Fact], prev_hash: String) -> Result<Announcement, StoreError> {
        let Fact::ManifestClosed { manifest, carrier, ship_date, wave, parcels, operator } = fact else {
            return Err(StoreError::Event(next.not_of(fact).to_string()));
        };
        // Bags that are closed with it have their numbers from the facts beside it.
        let closing = |bag: BagId| {
            facts.iter().find_map(|fact| {
                let Fact::BagClosed { bag: id, sscc: Some(sscc), .. } = fact else { return None };
                (*id == bag).then(|| sscc.number.clone())
            })
        };
        let named = |bag: BagId| closing(bag).unwrap_or_else(|| self.station.container(self.rules, bag));
        let mut containers = FullContainers::default();
        let mut lines = Vec::with_capacity(parcels.len());
        for id in parcels {
            if let Some(mut line) = self.line(*id)? {
                let parcel = self.station.parcel(*id);
                let bag = parcel.and_then(|parcel| parcel.bag());
                let pallet = bag.and_then(|bag| self.station.bag(bag)?.pallet).map(named);
                let pallet = pallet.map(|pallet| containers.add(pallet, "pallet", line.mass, None));
                let bag = bag.map(|bag| (named(bag), "bag"));
                let cage = || parcel.and_then(|parcel| Some((parcel.cage()?.to_owned(), "cage")));
                line.container = bag.or_else(cage).map(|(name, kind)| containers.add(name, kind, line.mass, pallet));
                lines.push(line);
            }
        }
        let document = manifest::document(&ManifestInput {
            manifest_id: manifest.clone(),
            carrier: carrier.clone(),
            ship_from: self.rules.warehouse.clone(),
            station: self.rules.station.clone(),
            ship_date: *ship_date,
            wave: *wave,
            closed_at: next.at,
            closed_by: operator.clone(),
            parcels: lines,
            containers: containers.0,
            prev_hash,
        });
        let hash = document["hash"].as_str().unwrap_or_default().to_owned();
        let body = document.to_string();
        let mut announcement = self.event(next, &document).map_err(|error| StoreError::Event(error.to_string()))?;
        announcement.manifest = Some((manifest.clone(), body, hash));
        Ok(announcement)
    }

    /// One parcel's line, from what is recorded of it.
    fn line(&self, id: ParcelId) -> Result<Option<ManifestParcel>, StoreError> {
        let Some(parcel) = self.station.parcel(id) else { return Ok(None) };
        let Some(commitment) = parcel.commitment() else { return Ok(None) };
        let history = self.store.history(id)?;
        let when = |wanted: fn(&Fact) -> bool| history.iter().rev().find(|entry| wanted(&entry.fact)).map(|e| e.at);
        let order = self.store.order_at(&parcel.order, parcel.version)?;
        let order = order.as_deref().and_then(readable);
        let carton = |id: &String| self.rules.boxes.get(id).map(|carton| carton.outer);
        let priced = commitment.price().is_some();
        let planned = order.as_ref().and_then(|order| order.dims.or_else(|| order.box_id.as_ref().and_then(carton)));
        Ok(Some(ManifestParcel {
            parcel_id: id.to_string(),
            order_ref: parcel.order.number.clone(),
            channel: parcel.order.channel.clone(),
            shop: parcel.order.shop.clone(),
            tracking: commitment.tracking.clone(),
            service: commitment.service.clone(),
            mass: parcel.weight.as_ref().map_or(Mass::ZERO, |weight| weight.mass),
            dims: parcel.box_id.as_ref().and_then(carton).or(planned),
            billable: priced.then(|| commitment.billable.clone()),
            zone: priced.then(|| commitment.zone.clone()),
            sort_code: commitment.sort_code.clone(),
            container: None,
            packed_at: when(|fact| matches!(fact, Fact::Verified { .. } | Fact::Attested { .. }))
                .unwrap_or(Timestamp(0)),
            labelled_at: when(|fact| matches!(fact, Fact::PrintStarted { .. })),
            rate_id: priced.then(|| commitment.card.clone()),
            est_cost: commitment.price(),
            dg: order
                .as_ref()
                .map(|order| order.lines.iter().map(|line| line.dg).filter(|dg| *dg != Dg::None).collect())
                .unwrap_or_else(BTreeSet::new),
            signature: order.as_ref().map(|order| order.signature).unwrap_or_default(),
            insured: order.and_then(|order| order.insure),
            country: commitment.destination.0.clone(),
            postcode: commitment.destination.1.clone(),
        }))
    }
}

/// An event that is to be made.
#[derive(Debug, Clone, Copy)]
struct Next {
    /// `stationseq`.
    seq: u64,
    at: Timestamp,
    kind: EventKind,
}

impl Next {
    fn written(self, body: String) -> Announcement {
        Announcement { seq: self.seq, kind: self.kind, body, fact: None, manifest: None }
    }

    /// The table of facts names this event, and the fact has nothing to say in it.
    fn not_of(self, fact: &Fact) -> EventError {
        EventError::Fact { fact: fact.name(), kind: self.kind.name() }
    }
}

/// A parcel of which this reason is told.
fn because(reason: &str) -> event::ParcelEvent<'_> {
    event::ParcelEvent { reason: Some(reason), ..event::ParcelEvent::default() }
}

/// What all of them are; empty where they differ.
fn one_of<'a>(mut all: impl Iterator<Item = &'a str>) -> &'a str {
    let first = all.next().unwrap_or_default();
    if all.all(|other| other == first) { first } else { "" }
}

/// What the parcels of a manifest are in, in the order they are met.
#[derive(Debug, Default)]
struct FullContainers(Vec<ManifestContainer>);

impl FullContainers {
    /// One more parcel in a container; the container's name comes back.
    fn add(&mut self, id: String, kind: &'static str, mass: Mass, pallet: Option<String>) -> String {
        let known = self.0.iter().position(|container| container.id == id && container.kind == kind);
        let at = known.unwrap_or_else(|| {
            self.0.push(ManifestContainer { id: id.clone(), kind, gross: Mass::ZERO, parcels: 0, pallet });
            self.0.len() - 1
        });
        let container = &mut self.0[at];
        container.parcels += 1;
        container.gross = container.gross.checked_add(mass).unwrap_or(container.gross);
        id
    }
}
