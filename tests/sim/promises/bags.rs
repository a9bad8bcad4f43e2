use std::collections::{BTreeMap, BTreeSet};

use parceld::station::bag::BagId;
use parceld::station::fact::Fact;
use parceld::station::parcel::ParcelId;
use parceld::units::Date;

use crate::history::Record;

#[derive(Default)]
struct Bag {
    goes: Option<(String, Date)>,
    inside: BTreeSet<ParcelId>,
    closed: bool,
}

#[derive(Default)]
struct Bags {
    bags: BTreeMap<BagId, Bag>,
    goes: BTreeMap<ParcelId, (String, Date)>,
    numbers: BTreeSet<String>,
}

pub(super) fn kept(record: &Record) -> Result<(), String> {
    let mut all = Bags::default();
    record.facts.iter().try_for_each(|fact| all.take(fact))
}

impl Bags {
    fn take(&mut self, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::Committed { parcel, commitment } => {
                self.goes.insert(*parcel, (commitment.carrier().to_owned(), commitment.ship_date));
            }
            Fact::BagOpened { bag } => {
                if self.bags.insert(*bag, Bag::default()).is_some() {
                    return Err(format!("{bag} was opened twice"));
                }
                let waiting = self.bags.values().filter(|bag| !bag.closed && bag.goes.is_none()).count();
                if waiting > 1 {
                    return Err("two bags wait for their first parcel".to_owned());
                }
            }
            Fact::Bagged { parcel, bag } => return self.put(*parcel, *bag),
            Fact::Voided { parcel, .. } | Fact::Reopened { parcel, .. } => {
                for bag in self.bags.values_mut() {
                    bag.inside.remove(parcel);
                }
            }
            Fact::BagClosed { bag, sscc, .. } => {
                let closed = self.bags.get_mut(bag).ok_or_else(|| format!("{bag} was closed and never opened"))?;
                if std::mem::replace(&mut closed.closed, true) {
                    return Err(format!("{bag} was closed twice"));
                }
                if let Some(sscc) = sscc
                    && (closed.inside.is_empty() || !self.numbers.insert(sscc.number.clone()))
                {
                    return Err(format!("{} is on two bags, or on an empty one", sscc.number));
                }
            }
            Fact::ManifestClosed { manifest, parcels, .. } => {
                let listed: BTreeSet<ParcelId> = parcels.iter().copied().collect();
                for (id, bag) in self.bags.iter().filter(|(_, bag)| !bag.inside.is_disjoint(&listed)) {
                    if !bag.closed || !bag.inside.is_subset(&listed) {
                        return Err(format!("{id} is open, or only in part on {manifest}"));
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn put(&mut self, parcel: ParcelId, id: BagId) -> Result<(), String> {
        if self.bags.values().any(|bag| bag.inside.contains(&parcel)) {
            return Err(format!("{parcel} is in two bags"));
        }
        let goes = self.goes.get(&parcel).cloned();
        let bag = self.bags.get_mut(&id).filter(|bag| !bag.closed).ok_or_else(|| format!("{id} is not open"))?;
        bag.inside.insert(parcel);
        if bag.goes.is_some() && bag.goes != goes {
            return Err(format!("{id} holds parcels of two carriers or days"));
        }
        bag.goes = goes;
        Ok(())
    }
}
