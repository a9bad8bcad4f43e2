use std::collections::{BTreeMap, BTreeSet};

use parceld::ids::BagId;
use parceld::ids::CarrierId;
use parceld::ids::ParcelId;
use parceld::station::fact::BagKind;
use parceld::station::fact::Fact;
use parceld::units::Date;

use crate::record::Record;

#[derive(Default)]
struct Bag {
    kind: BagKind,
    goes: Option<(CarrierId, Date)>,
    inside: BTreeSet<ParcelId>,
    /// Of a pallet: what is on it.
    laid: BTreeSet<BagId>,
    closed: bool,
}

#[derive(Default)]
struct Bags {
    bags: BTreeMap<BagId, Bag>,
    goes: BTreeMap<ParcelId, (CarrierId, Date)>,
    numbers: BTreeSet<String>,
    manifested: BTreeSet<ParcelId>,
}

pub(super) fn kept(record: &Record) -> Result<(), String> {
    let mut all = Bags::default();
    record.facts.iter().try_for_each(|fact| all.take(fact))
}

impl Bags {
    fn take(&mut self, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::Committed { parcel, commitment } => {
                self.goes.insert(*parcel, (commitment.carrier().clone(), commitment.ship_date));
            }
            Fact::BagOpened { bag, kind } => {
                if self.bags.insert(*bag, Bag { kind: *kind, ..Bag::default() }).is_some() {
                    return Err(format!("{bag} was opened twice"));
                }
                let waits = |bag: &&Bag| bag.kind == *kind && !bag.closed && bag.goes.is_none();
                let waiting = self.bags.values().filter(waits).count();
                if waiting > 1 {
                    return Err("two bags wait for their first parcel".to_owned());
                }
            }
            Fact::Bagged { parcel, bag } => return self.put(*parcel, *bag),
            Fact::Palleted { bag, pallet } => return self.lay(*bag, *pallet),
            Fact::Voided { parcel, .. }
            | Fact::Reopened { parcel, .. }
            | Fact::Held { parcel, .. }
            | Fact::LeftOut { parcel, .. } => {
                for bag in self.bags.values_mut() {
                    bag.inside.remove(parcel);
                }
            }
            Fact::BagClosed { bag, sscc, .. } => {
                let filled = !self.contents(*bag).is_empty();
                let closed = self.bags.get_mut(bag).ok_or_else(|| format!("{bag} was closed and never opened"))?;
                if std::mem::replace(&mut closed.closed, true) {
                    return Err(format!("{bag} was closed twice"));
                }
                if let Some(sscc) = sscc
                    && (!filled || !self.numbers.insert(sscc.number.clone()))
                {
                    return Err(format!("{} is on two bags, or on an empty one", sscc.number));
                }
            }
            Fact::ManifestClosed { manifest, parcels, .. } => {
                let listed: BTreeSet<ParcelId> = parcels.iter().copied().collect();
                for (id, bag) in &self.bags {
                    let inside = self.contents(*id);
                    if !inside.is_disjoint(&listed) && (!bag.closed || !inside.is_subset(&listed)) {
                        return Err(format!("{id} is open, or only in part on {manifest}"));
                    }
                }
                self.manifested.extend(listed);
            }
            _ => {}
        }
        Ok(())
    }

    /// What is in a bag, or in the bags on a pallet.
    fn contents(&self, id: BagId) -> BTreeSet<ParcelId> {
        let inside = |id: &BagId| self.bags.get(id).into_iter().flat_map(|bag| bag.inside.iter().copied());
        let laid = self.bags.get(&id).into_iter().flat_map(|pallet| &pallet.laid);
        laid.chain([&id]).flat_map(inside).collect()
    }

    fn lay(&mut self, id: BagId, onto: BagId) -> Result<(), String> {
        if self.bags.values().any(|pallet| pallet.laid.contains(&id)) {
            return Err(format!("{id} is on two pallets"));
        }
        if !self.contents(id).is_disjoint(&self.manifested) {
            return Err(format!("{id} was laid on a pallet after it was on a manifest"));
        }
        let bag = self.bags.get(&id).filter(|bag| bag.kind == BagKind::Bag && bag.closed && !bag.inside.is_empty());
        let goes = bag.ok_or_else(|| format!("{id} is no closed bag with anything in it"))?.goes.clone();
        let pallet = self.bags.get_mut(&onto).filter(|pallet| pallet.kind == BagKind::Pallet && !pallet.closed);
        let pallet = pallet.ok_or_else(|| format!("{onto} is no open pallet"))?;
        pallet.laid.insert(id);
        if pallet.goes.is_some() && pallet.goes != goes {
            return Err(format!("{onto} holds bags of two carriers or days"));
        }
        pallet.goes = goes;
        Ok(())
    }

    fn put(&mut self, parcel: ParcelId, id: BagId) -> Result<(), String> {
        if self.bags.values().any(|bag| bag.inside.contains(&parcel)) {
            return Err(format!("{parcel} is in two bags"));
        }
        let goes = self.goes.get(&parcel).cloned();
        let bag = self.bags.get_mut(&id).filter(|bag| bag.kind == BagKind::Bag && !bag.closed);
        let bag = bag.ok_or_else(|| format!("{id} is no open bag"))?;
        bag.inside.insert(parcel);
        if bag.goes.is_some() && bag.goes != goes {
            return Err(format!("{id} holds parcels of two carriers or days"));
        }
        bag.goes = goes;
        Ok(())
    }
}
