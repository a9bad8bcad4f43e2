//! What is packed and stays: parcels on no manifest, and manifests that no van was said to have taken. The station keeps
//! them in memory until somebody says so.

use std::collections::BTreeMap;

use super::{Shortcoming, StationSite, Urgency, counted};
use crate::barcode::Command;
use crate::ids::CarrierId;
use crate::station::Station;
use crate::station::parcels::State;
use crate::units::Date;

/// Days that a packed parcel may lie here.
const DAYS: i64 = 3;
/// So many parcels in memory are more than any bench has on its table.
const MANY: usize = 5_000;

/// Parcels of one carrier that stay, and since which ship date.
struct StayingParcels {
    parcels: usize,
    since: Date,
}

pub(super) fn lacking(site: &StationSite<'_>, station: &Station) -> Vec<Shortcoming> {
    let is_old = |day: Date| site.today.number() - day.number() > DAYS;
    let mut taken: BTreeMap<CarrierId, StayingParcels> = BTreeMap::new();
    let mut packed: BTreeMap<CarrierId, StayingParcels> = BTreeMap::new();
    let add = |staying: &mut BTreeMap<CarrierId, StayingParcels>, carrier: &CarrierId, parcels, since| {
        let of = staying.entry(carrier.clone()).or_insert(StayingParcels { parcels: 0, since });
        *of = StayingParcels { parcels: of.parcels + parcels, since: of.since.min(since) };
    };
    for manifest in station.manifests().iter().filter(|manifest| !manifest.handed_over && is_old(manifest.ship_date)) {
        add(&mut taken, &manifest.carrier, manifest.parcels.len(), manifest.ship_date);
    }
    for parcel in station.parcels().filter(|parcel| matches!(parcel.state(), State::Verified | State::Attested)) {
        if let Some(commitment) = parcel.commitment().filter(|commitment| is_old(commitment.ship_date)) {
            add(&mut packed, commitment.carrier(), 1, commitment.ship_date);
        }
    }
    let handover = taken.into_iter().map(|(carrier, StayingParcels { parcels, since })| {
        let urgency = if parcels >= MANY { Urgency::Soon } else { Urgency::Notice };
        let what = format!(
            "never handed over: {} of {carrier}, on manifests since {since}, which stay in memory",
            counted(parcels, "parcel")
        );
        let barcode = Command::Handover(carrier.to_string()).encode();
        Shortcoming::new(
            urgency,
            what,
            format!("scan {barcode} twice when its van has taken them (`parceld sheet` has it)"),
        )
    });
    let manifest = packed.into_iter().map(|(carrier, StayingParcels { parcels, since })| {
        let what = format!("on no manifest: {} of {carrier}, packed since {since}", counted(parcels, "parcel"));
        Shortcoming::new(Urgency::Notice, what, format!("type `parceld manifest close {carrier}`"))
    });
    handover.chain(manifest).collect()
}
