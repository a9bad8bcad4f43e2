//! The station with what it has forgotten: for whoever reads, and for the start.

use std::borrow::Cow;

use crate::ids::{BagId, ParcelId};
use crate::station::containers::Bag;
use crate::station::fact::Fact;
use crate::station::order::OrderId;
use crate::station::parcels::Parcel;
use crate::station::{Manifest, Shown, Station};
use crate::store::{Store, StoreError};

/// Facts that are replayed before the station forgets again: a bound of its memory, however long the journal is.
const AT_ONCE: u64 = 50_000;

/// The station, and the store for what it does not know any more.
#[derive(Debug, Clone, Copy)]
pub struct Archive<'a> {
    /// What is here.
    pub station: &'a Station,
    /// What was.
    pub store: &'a Store,
}

impl<'a> Archive<'a> {
    /// A parcel.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn parcel(&self, id: ParcelId) -> Result<Option<Cow<'a, Parcel>>, StoreError> {
        match self.station.parcel(id) {
            Some(parcel) => Ok(Some(Cow::Borrowed(parcel))),
            None => Ok(self.store.parcel(id)?.map(Cow::Owned)),
        }
    }

    /// The parcel that travels under a number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn by_tracking(&self, number: &str) -> Result<Option<ParcelId>, StoreError> {
        match self.station.by_tracking(number) {
            Some(id) => Ok(Some(id)),
            None => self.store.parcel_numbered(number),
        }
    }

    /// A bag or a pallet.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn bag(&self, id: BagId) -> Result<Option<Cow<'a, Bag>>, StoreError> {
        match self.station.bag(id) {
            Some(bag) => Ok(Some(Cow::Borrowed(bag))),
            None => Ok(self.store.old_bag(id)?.map(Cow::Owned)),
        }
    }

    /// What is on a manifest and was left out, or ended otherwise.
    pub fn left_out(&self, manifest: &Manifest) -> Vec<ParcelId> {
        let here = self.station.manifests().iter().any(|known| known.id == manifest.id);
        if here { self.station.left_out(manifest).collect() } else { manifest.left_out.clone() }
    }

    /// The parcels of an order, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn of_order(&self, order: &OrderId) -> Result<Vec<Cow<'a, Parcel>>, StoreError> {
        let mut parcels = Vec::new();
        for id in self.store.parcels_of_number(&order.number)? {
            parcels.extend(self.parcel(id)?.filter(|parcel| parcel.order == *order));
        }
        Ok(parcels)
    }

    /// The newest parcels, newest first.
    pub fn newest_parcels(&self) -> impl Iterator<Item = Result<Cow<'a, Parcel>, StoreError>> {
        let ids = (1..=self.station.parcels_begun()).rev().map(ParcelId);
        let archive = *self;
        ids.filter_map(move |id| archive.parcel(id).transpose())
    }

    /// The newest manifests, newest first, so many at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn newest_manifests(&self, most: usize) -> Result<Vec<Cow<'a, Manifest>>, StoreError> {
        let mut manifests = Vec::new();
        for id in self.store.manifest_ids(most)? {
            match self.station.manifests().iter().find(|manifest| manifest.id == id) {
                Some(manifest) => manifests.push(Cow::Borrowed(manifest)),
                None => manifests.extend(self.store.old_manifest(&id)?.map(Cow::Owned)),
            }
        }
        Ok(manifests)
    }
}

/// The station of a database as it is now, for a reader.
///
/// # Errors
/// [`StoreError`].
pub fn load(store: &Store) -> Result<Station, StoreError> {
    let (mut seq, mut station) = store.snapshot()?.unwrap_or_default();
    while let Some(last) = replay_some(store, &mut station, seq)? {
        seq = last;
        station.forget(Shown::default());
    }
    Ok(station)
}

/// The same for the writer, who keeps what is made on the way; a long replay tells systemd that it goes on.
///
/// # Errors
/// [`StoreError`].
pub(super) fn start(store: &mut Store) -> Result<Station, StoreError> {
    const SYSTEMD_WAITS_US: u32 = 60_000_000;
    let (begun, mut station) = store.snapshot()?.unwrap_or_default();
    let mut seq = begun;
    while let Some(last) = replay_some(store, &mut station, seq)? {
        keep_bags(store, &station)?;
        station.forget(Shown::default());
        if last - seq >= AT_ONCE {
            store.keep_snapshot(&station, last)?;
            tracing::info!(facts = last, of = store.last_fact(), "the journal is replayed");
            let _ = sd_notify::notify(&[sd_notify::NotifyState::ExtendTimeoutUsec(SYSTEMD_WAITS_US)]);
        }
        seq = last;
    }
    Ok(station)
}

/// Records the bags and pallets that the station is about to forget.
///
/// # Errors
/// [`StoreError`].
pub(super) fn keep_bags(store: &mut Store, station: &Station) -> Result<(), StoreError> {
    if station.bags_to_forget().next().is_none() {
        return Ok(());
    }
    store.keep_bags(station.bags_to_forget())
}

/// Replays facts after one of the journal; the number of the last one, or `None` where there are none. What a fact is about
/// and is forgotten is brought back as it was before that fact.
fn replay_some(store: &Store, station: &mut Station, after: u64) -> Result<Option<u64>, StoreError> {
    let mut last = None;
    store.replay_after(after, AT_ONCE, |seq, fact| {
        if let Some(id) = fact.parcel().filter(|_| !matches!(fact, Fact::ParcelOpened { .. }))
            && station.parcel(id).is_none()
            && let Some(parcel) = store.parcel_before(id, seq)?
        {
            station.recall(parcel);
        }
        station.evolve(&fact);
        last = Some(seq);
        Ok(())
    })?;
    Ok(last)
}

/// Brings back a bag or a pallet that was forgotten, with its pallet and all that lies on that.
///
/// # Errors
/// [`StoreError`].
pub fn recall_bag(store: &Store, station: &mut Station, id: BagId) -> Result<(), StoreError> {
    let mut wanted = vec![id];
    while let Some(id) = wanted.pop() {
        if station.bag(id).is_none()
            && let Some(bag) = store.old_bag(id)?
        {
            wanted.extend(bag.pallet.into_iter().chain(bag.bags.iter().copied()));
            station.recall_bag(id, bag);
        }
    }
    Ok(())
}
