//! The orders that wait: whether any service would carry them.

use std::collections::BTreeMap;

use super::{Shortcoming, StationSite, Urgency, counted};
use crate::daemon::orders::readable;
use crate::rating::{Availability, Refusal, ServiceAvailability, ServiceCards, Unavailable};
use crate::station::order::{Order, OrderState};
use crate::station::parcels::State;
use crate::station::{Station, parcel_size};
use crate::store::{Store, StoreError};
use crate::units::Mass;

/// Orders that are looked at, from the newest on.
const MOST: usize = 2_000;
/// What an order is taken to weigh that does not say it.
const USUAL: Mass = Mass::from_grams(500);

/// Orders that lack the same, and one of them.
struct UnservedOrders {
    orders: usize,
    example: String,
    reason: String,
}

pub(super) fn lacking(
    site: &StationSite<'_>,
    station: &Station,
    store: &Store,
) -> Result<Vec<Shortcoming>, StoreError> {
    let mut found: Vec<Shortcoming> = in_hand(station, store)?.into_iter().collect();
    let available = available(site);
    // Most of what waits can go: one group for each country and each kind of reason.
    let mut groups: BTreeMap<(String, String), UnservedOrders> = BTreeMap::new();
    let mut unread: Option<UnservedOrders> = None;
    let waiting = store.orders_waiting(MOST)?;
    for id in &waiting {
        let order = store.known_order(id)?.filter(|known| !known.key_gone).and_then(|known| readable(&known.body));
        let Some(order) = order else {
            let group = unread.get_or_insert_with(|| UnservedOrders {
                orders: 0,
                example: id.number.clone(),
                reason: String::new(),
            });
            group.orders += 1;
            continue;
        };
        if order.state != OrderState::Ready || order.label.is_some() {
            continue;
        }
        if let Some(refusal) = refused(site, &order, &available) {
            let group =
                groups.entry((order.ship_to.country.clone(), refusal.rule.clone())).or_insert_with(|| UnservedOrders {
                    orders: 0,
                    example: order.order_ref.clone(),
                    reason: format!("{} {}", refusal.service, refusal.reason),
                });
            group.orders += 1;
        }
    }
    found.extend(groups.into_iter().map(|((country, _), group)| {
        let what = format!(
            "no service carries {} to {country} that {}, such as {}: {}",
            counted(group.orders, "order"),
            if group.orders == 1 { "waits" } else { "wait" },
            group.example,
            group.reason
        );
        let todo = format!(
            "see `parceld orders show {}`; `parceld quote` with its place, goods and terms says why of each service",
            group.example
        );
        Shortcoming::new(Urgency::Stops, what, todo)
    }));
    found.extend(unread.map(|group| {
        let what = format!("{} cannot be read any more, such as {}", counted(group.orders, "order"), group.example);
        Shortcoming::new(Urgency::Stops, what, "import it again: `parceld orders import FILE`")
    }));
    if waiting.len() == MOST {
        let what = format!("only the newest {MOST} orders that wait were looked at");
        found.push(Shortcoming::new(Urgency::Notice, what, "check again when they are packed"));
    }
    Ok(found)
}

/// The parcel in hand, where its order cannot be read.
fn in_hand(station: &Station, store: &Store) -> Result<Option<Shortcoming>, StoreError> {
    let needs = |state| matches!(state, State::Open | State::Weighed | State::Committed);
    let Some(parcel) = station.in_hand().filter(|parcel| needs(parcel.state())) else { return Ok(None) };
    if store.order_at(&parcel.order, parcel.version)?.as_deref().and_then(readable).is_some() {
        return Ok(None);
    }
    let leave = if parcel.tracking().is_some() { "HOLD" } else { "CANCEL" };
    let what = format!("order {} is in hand and cannot be read any more", parcel.order.number);
    Ok(Some(Shortcoming::new(Urgency::Stops, what, format!("import it again, or scan {leave} at the bench"))))
}

/// Services whose labels are made here; that their pools may not have begun is said of the carrier.
fn available(site: &StationSite<'_>) -> Availability {
    let (cards, name) = (&site.setup.cards, &site.setup.rules.station);
    let of = |service: &ServiceCards| {
        let own = cards.carrier(service.id.carrier()).filter(|carrier| carrier.number.is_some());
        let numbered = own.is_some_and(|carrier| carrier.pools.iter().any(|pool| pool.station == *name));
        let unavailable = (!numbered).then_some(Unavailable::NoNumbers);
        ServiceAvailability { unavailable, ..ServiceAvailability::default() }
    };
    Availability::new(cards.services().iter().map(of).collect())
}

/// The nearest reason why no service carries an order; `None` when one does, or would once its box is scanned.
fn refused(site: &StationSite<'_>, order: &Order, available: &Availability) -> Option<Refusal> {
    let rules = &site.setup.rules;
    let mass = order.expected_mass().filter(|mass| *mass > Mass::ZERO).unwrap_or(USUAL);
    let parcel = order.parcel(&rules.ship_from, mass, parcel_size(rules, None, order), site.today);
    let decision = site.setup.cards.decide(&parcel, available, &rules.policy);
    if !decision.quotes.is_empty() || decision.refusals.iter().any(|refusal| refusal.rule == "dims_needed") {
        return None;
    }
    // A service that goes there and does not carry this is nearer than one that goes elsewhere.
    let far = |refusal: &Refusal| match refusal.rule.as_str() {
        "origin" => 3,
        "numbers" => 2,
        "zone" => 1,
        _ => 0,
    };
    decision.refusals.into_iter().min_by_key(far)
}
