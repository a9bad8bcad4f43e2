//! What commands and the page show: documents made from the station and its memory. No names, streets or phones.

use serde_json::{Map, Value, json};

use super::archive::Archive;
use super::orders::readable;
use crate::calendar::{Deadline, DeadlineOrigin, Deadlines};
use crate::ids::BagId;
use crate::ids::ParcelId;
use crate::rating::{self, Cards};
use crate::station::containers::Bag;
use crate::station::fact::{BagKind, Fact};
use crate::station::order::{Order, OrderId, OrderState};
use crate::station::parcels::{Parcel, State};
use crate::station::{Manifest, Rules, Station};
use crate::store::{ListedOrder, Store, StoreError};
use crate::units::Timestamp;

/// Orders and what became of them, newest revision of each.
pub fn orders(archive: Archive<'_>, rules: &Rules, limit: usize) -> Result<Value, StoreError> {
    let mut lines = Vec::new();
    for listed in archive.store.orders(limit)? {
        lines.push(listed_order(archive, rules, listed)?);
    }
    lines.retain(|line| !line.is_null());
    Ok(lines.into())
}

/// One line of a list of orders; `null` for what cannot be read.
pub(super) fn listed_order(archive: Archive<'_>, rules: &Rules, listed: ListedOrder) -> Result<Value, StoreError> {
    match listed.body {
        Some(body) => readable(&body).map_or(Ok(Value::Null), |order| order_line(archive, rules, &order)),
        None => Ok(key_gone_line(&listed.id)),
    }
}

/// One order; `null` when there is none.
pub fn order(archive: Archive<'_>, rules: &Rules, id: &OrderId) -> Result<Value, StoreError> {
    let Some(known) = archive.store.known_order(id)? else { return Ok(Value::Null) };
    if known.key_gone {
        return Ok(key_gone_line(id));
    }
    readable(&known.body).map_or(Ok(Value::Null), |order| order_line(archive, rules, &order))
}

/// An order that cannot be read any more.
fn key_gone_line(id: &OrderId) -> Value {
    let OrderId { channel, shop, number } = id;
    json!({ "order_ref": number, "channel": channel, "shop": shop, "state": "import_again" })
}

fn order_line(archive: Archive<'_>, rules: &Rules, order: &Order) -> Result<Value, StoreError> {
    let parcels = archive.of_order(&order.id())?;
    let live = parcels.iter().filter(|parcel| parcel.state() != State::Voided).count();
    let closed = parcels.iter().filter(|parcel| parcel.state().closed()).count();
    let held = parcels.iter().filter(|parcel| parcel.state() == State::Held).count();
    let planned = usize::try_from(order.parcels_planned).unwrap_or(usize::MAX);
    let state = match order.state {
        OrderState::Hold => "hold",
        OrderState::CancelRequested | OrderState::Cancelled => "cancelled",
        OrderState::Done => "packed",
        OrderState::Ready if closed >= planned => "packed",
        OrderState::Ready if live > closed + held => "in_hand",
        OrderState::Ready if held > 0 => "held",
        OrderState::Ready => "to_pack",
    };
    Ok(json!({
        "order_ref": order.order_ref,
        "rev": order.rev,
        "channel": order.channel,
        "shop": order.shop,
        "state": state,
        "parcels": closed,
        "parcels_planned": order.parcels_planned,
        "placed_at": order.placed_at.map(rfc3339),
        "deadlines": deadlines(&rules.deadlines_of(order)),
        "city": order.ship_to.city,
        "region": order.ship_to.region,
        "country": order.ship_to.country,
        "postcode": order.ship_to.postcode.chars().take(3).collect::<String>(),
        "box": order.box_id,
        "grams": order.expected_mass().map(|mass| mass.grams_rounded()),
        "lines": order.lines.iter().map(|line| json!({ "sku": line.sku, "title": line.title, "qty": line.qty })).collect::<Vec<_>>(),
    }))
}

/// The deadlines of an order by their names, each with who says it.
fn deadlines(deadlines: &Deadlines) -> Value {
    let one = |deadline: &Deadline| match &deadline.origin {
        DeadlineOrigin::Said { derived } => json!({ "at": rfc3339(deadline.at), "derived": derived }),
        DeadlineOrigin::Rule { certainty, source, holidays_known } => json!({
            "at": rfc3339(deadline.at), "derived": true, "certainty": certainty.word(), "source": source,
            "holidays_known": holidays_known,
        }),
    };
    deadlines.all().map(|(kind, deadline)| (kind.word().to_owned(), one(deadline))).collect::<Map<_, _>>().into()
}

/// The newest `limit` parcels, newest first.
pub fn parcels(archive: Archive<'_>, cards: &Cards, limit: usize) -> Result<Value, StoreError> {
    archive.newest_parcels().take(limit).map(|parcel| parcel.map(|parcel| parcel_line(cards, &parcel))).collect()
}

pub(super) fn parcel_line(cards: &Cards, parcel: &Parcel) -> Value {
    let commitment = parcel.commitment();
    json!({
        "n": parcel.id.0,
        "parcel": parcel.id.to_string(),
        "order_ref": parcel.order.number,
        "channel": parcel.order.channel,
        "shop": parcel.order.shop,
        "state": parcel.state().word(),
        "service": commitment.map(|c| &c.service),
        "service_name": commitment.map(|c| cards.full_name(&c.service)),
        "total": commitment.and_then(|c| c.price()).map(|price| price.amount()),
        "currency": commitment.map(|c| c.total.currency.code().to_owned()),
        "label_source": commitment.map(|c| if c.is_supplied() { "supplied" } else { "station" }),
        "zone": commitment.map(|c| &c.zone),
        "notes": commitment.map(|c| cards.notes(&c.service, c.ship_date)),
        "tracking": parcel.tracking(),
        "weight": parcel.weight.as_ref().map(|w| json!({ "value": w.value, "unit": w.unit })),
        "manifest": parcel.manifest(),
        "outcome": parcel.ended().map(|ended| ended.ending),
    })
}

/// One parcel with its weight evidence, prints, decision and history; `null` when there is none.
pub fn parcel(archive: Archive<'_>, number: u64) -> Result<Value, StoreError> {
    let id = ParcelId(number);
    let Some(now) = archive.parcel(id)? else { return Ok(Value::Null) };
    let pallet = match now.bag() {
        Some(bag) => archive.bag(bag)?.and_then(|bag| bag.pallet).map(|pallet| BagKind::Pallet.name(pallet)),
        None => None,
    };
    let history = archive.store.history(id)?;
    let Some(parcel) = Parcel::replay(history.iter().map(|entry| &entry.fact)) else { return Ok(Value::Null) };
    let decision = history.iter().rev().find_map(|entry| match &entry.fact {
        Fact::Decided { decision, .. } => Some(rating::json(decision)),
        _ => None,
    });
    let marks: Vec<Value> = parcel.marks().map(|(mark, on)| json!({ "mark": mark, "on": on })).collect();
    let prints: Vec<Value> = (1..)
        .zip(parcel.prints())
        .map(|(attempt, print)| json!({ "attempt": attempt, "state": print.state, "evidence": print.evidence }))
        .collect();
    Ok(json!({
        "n": number,
        "parcel": id.to_string(),
        "order_ref": parcel.order.number,
        "channel": parcel.order.channel,
        "shop": parcel.order.shop,
        "intercepted": now.intercepted.map(|reason| reason.word()),
        "state": now.state().word(),
        "service": parcel.commitment().map(|c| &c.service),
        "tracking": parcel.tracking(),
        "label_source": parcel.commitment().map(|c| if c.is_supplied() { "supplied" } else { "station" }),
        "manifest": now.manifest(),
        "bag": now.bag().map(|bag| bag.to_string()),
        "pallet": pallet,
        "cage": now.cage(),
        "weight": parcel.weight.as_ref().map(|weight| json!({
            "value": weight.value, "unit": weight.unit, "raw_hex": weight.raw_hex,
            "stable": weight.stable, "scale": weight.scale,
        })),
        "prints": prints,
        "marks": marks,
        "decision": decision,
        "history": history.iter().map(|entry| json!({
            "seq": entry.seq, "fact": entry.fact.name(), "at": rfc3339(entry.at),
        })).collect::<Vec<_>>(),
    }))
}

/// What waits for the uplink, and the newest events: `limit` at most.
pub fn outbox(store: &Store, limit: usize) -> Result<Value, StoreError> {
    let confirmed = store.confirmed();
    let after = store.announced().saturating_sub(limit as u64);
    let rows = store.outbox_after(store.incarnation(), after, limit, usize::MAX)?;
    let (waiting, _) = store.waiting()?;
    Ok(json!({
        "incarnation": store.incarnation(),
        "waiting": waiting,
        "confirmed": confirmed,
        "head": store.announced(),
        "stopped": store.uplink_stop()?.filter(|stop| !stop.retried).map(|stop| stop.why),
        "aside": store.aside()?.len(),
        "rows": rows.iter().rev().map(|row| json!({
            "seq": row.seq, "type": row.kind, "time": rfc3339(row.at),
            "state": if row.seq <= confirmed { "confirmed" } else { "waiting" },
        })).collect::<Vec<_>>(),
    }))
}

/// The newest `limit` manifests, newest first.
pub fn manifests(archive: Archive<'_>, limit: usize) -> Result<Value, StoreError> {
    let line = |manifest: &Manifest| {
        let mut left_out = Vec::new();
        for id in archive.left_out(manifest) {
            left_out.extend(archive.parcel(id)?.and_then(|parcel| parcel.tracking().map(str::to_owned)));
        }
        Ok(json!({
            "manifest_id": manifest.id,
            "carrier": manifest.carrier,
            "ship_date": manifest.ship_date,
            "wave": manifest.wave,
            "parcels": manifest.parcels.len(),
            "left_out": left_out,
            "state": if manifest.handed_over { "handed_over" } else if manifest.confirmed { "confirmed" } else { "closed" },
            "confirmed": manifest.confirmed,
        }))
    };
    archive.newest_manifests(limit)?.iter().map(|manifest| line(manifest)).collect()
}

/// Bags and pallets, newest first.
pub fn bags(station: &Station, rules: &Rules) -> Value {
    let line = |(id, bag): (BagId, &Bag)| {
        json!({
            "bag": station.short(id),
            "type": bag.kind.word(),
            "pallet": bag.pallet.map(|pallet| station.short(pallet)),
            "container": station.container(rules, id),
            "carrier": bag.goes.as_ref().map(|(carrier, _)| carrier),
            "ship_date": bag.goes.as_ref().map(|(_, day)| day),
            "parcels": station.contents(bag).count(),
            "gross_g": station.bag_mass(bag).grams_rounded(),
            "state": if bag.closed { "closed" } else { "open" },
        })
    };
    station.bags().rev().map(line).collect()
}

/// A moment as `--json` has it.
pub fn rfc3339(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0).map(|at| at.to_string()).unwrap_or_default()
}
