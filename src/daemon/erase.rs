//! Names, addresses and labels are kept to print and to reprint; then they go. Every state of an order has its age.
//!
//! | an order | its age, key of `[station]` | counts from | then |
//! |---|---|---|---|
//! | all of whose parcels have gone | `keep_personal_hours` | the receiver confirmed their manifests | a stub: the same file brings nothing back |
//! | whose parcels are on manifests that nobody confirmed | `keep_unsent_hours`; without it never, or 14 days where no uplink is | the last that was recorded of a parcel | the same |
//! | that was shipped elsewhere | `keep_personal_hours` | its newest text | the same |
//! | that is cancelled, without a parcel | `keep_cancelled_hours` | its newest text, or the last of a voided parcel | a stub that is cancelled |
//! | on hold, without a parcel | `keep_held_hours` | the same | a stub on hold |
//! | whose parcels are on the shelf | `keep_held_hours` | the last that was recorded of a parcel | it has to be imported again |
//! | whose parcels are void | `keep_voided_hours` | the same | the same |
//! | that was never packed, or only in part | `keep_unpacked_hours` | the same, or its newest text | the same |
//!
//! A parcel that is begun or closed and on no manifest keeps its order: it is in somebody's hands.

use std::borrow::Cow;

use super::Core;
use super::orders::readable;
use crate::config::Config;
use crate::exchange::order::{erased, erased_unread};
use crate::station::order::{Order, OrderId, OrderState};
use crate::station::parcels::{Parcel, State};
use crate::store::StoreError;
use crate::units::Timestamp;

const HOUR_MS: i64 = 3_600_000;
/// Orders that are looked at in one go.
const LOOKED_AT: usize = 500;
/// Where no receiver will ever confirm: a carrier has refused by then what it refuses.
const WITHOUT_UPLINK_HOURS: u32 = 14 * 24;

/// How long orders are kept, in hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonalAges {
    /// Gone, and confirmed.
    pub confirmed: u32,
    /// On manifests that are not confirmed; `None`: until they are.
    pub unsent: Option<u32>,
    /// Cancelled.
    pub cancelled: u32,
    /// On hold, or on the shelf.
    pub held: u32,
    /// Void.
    pub voided: u32,
    /// Never packed.
    pub unpacked: u32,
}

impl PersonalAges {
    /// The shortest of them.
    fn least(&self) -> u32 {
        let Self { confirmed, unsent, cancelled, held, voided, unpacked } = *self;
        [unsent.unwrap_or(confirmed), cancelled, held, voided, unpacked].into_iter().fold(confirmed, u32::min)
    }

    /// As a configuration says.
    pub fn of(config: &Config) -> Self {
        let station = &config.station;
        let without = config.uplink.is_none().then_some(WITHOUT_UPLINK_HOURS);
        Self {
            confirmed: station.keep_personal_hours,
            unsent: station.keep_unsent_hours.or(without),
            cancelled: station.keep_cancelled_hours,
            held: station.keep_held_hours,
            voided: station.keep_voided_hours,
            unpacked: station.keep_unpacked_hours,
        }
    }
}

/// What one go has erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// So many orders.
    pub orders: usize,
    /// So many keys that no order had.
    pub keys: usize,
    /// Whether there are orders that were not looked at yet.
    pub more: bool,
}

/// How an order's time ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OrderEnd {
    /// It stays known in this state; the same file brings nothing back.
    Stub(OrderState),
    /// It may still be packed, and has to be imported again.
    Expired,
}

impl Core {
    /// Takes what is personal out of orders whose time has come, `most` of them at once, and destroys their keys. The next
    /// go begins where this one ends.
    pub fn erase(&mut self, now: Timestamp, ages: &PersonalAges, most: usize) -> Result<Erased, StoreError> {
        let looked_at = self.store().orders_not_erased(self.erase_after, LOOKED_AT)?;
        let (mut stubs, mut expired, mut last) = (Vec::new(), Vec::new(), 0);
        let count = looked_at.len();
        for (row, id) in looked_at {
            last = row;
            let parcels = self.archive().of_order(&id)?;
            let (since, packed) = self.last_of(&id, &parcels, now)?;
            // Most are young, and what they say is not looked at.
            if packed.unwrap_or(since) > before(now, ages.least()) {
                continue;
            }
            let last_said = packed.map_or(since, |packed| packed.max(since));
            let Some(known) = self.store().known_order(&id)? else { continue };
            let order = if known.key_gone { None } else { readable(&known.body) };
            // What cannot be read although its key is there is a fault, and stays for whoever looks into it.
            if order.is_none() && !known.key_gone {
                continue;
            }
            match self.end_of(order.as_ref(), &parcels, (last_said, now), ages)? {
                None => {}
                Some(OrderEnd::Expired) => expired.push(id),
                Some(OrderEnd::Stub(state)) => {
                    let stub =
                        order.map_or_else(|| erased_unread(&id, known.rev, state), |order| erased(&order, state));
                    stubs.push((id, stub));
                }
            }
            if stubs.len() + expired.len() == most {
                break;
            }
        }
        let orders = stubs.len() + expired.len();
        self.store_mut().erase(&stubs)?;
        self.store_mut().expire(&expired)?;
        let more = orders == most || count == LOOKED_AT;
        self.erase_after = if more { last } else { 0 };
        let keys = self.store_mut().collect_keys(before(now, ages.confirmed))?;
        Ok(Erased { orders, keys, more })
    }

    /// When an order's newest version came, and when something was last recorded of its parcels.
    fn last_of(
        &self,
        id: &OrderId,
        parcels: &[Cow<'_, Parcel>],
        now: Timestamp,
    ) -> Result<(Timestamp, Option<Timestamp>), StoreError> {
        let mut packed = None;
        for parcel in parcels {
            packed = packed.max(Some(self.store().last_of_parcel(parcel.id)?.unwrap_or(now)));
        }
        Ok((self.store().order_since(id)?.unwrap_or(now), packed))
    }

    /// How the time of an order ends that is due; `None` as long as it is kept. `order` is `None` where its key is gone.
    fn end_of(
        &self,
        order: Option<&Order>,
        parcels: &[Cow<'_, Parcel>],
        (last, now): (Timestamp, Timestamp),
        ages: &PersonalAges,
    ) -> Result<Option<OrderEnd>, StoreError> {
        let due = |hours: u32, end: OrderEnd| (last <= before(now, hours)).then_some(end);
        let by_state = |ready: u32| match order.map_or(OrderState::Ready, |order| order.state) {
            OrderState::Cancelled | OrderState::CancelRequested => {
                due(ages.cancelled, OrderEnd::Stub(OrderState::Cancelled))
            }
            OrderState::Hold => due(ages.held, OrderEnd::Stub(OrderState::Hold)),
            OrderState::Done => due(ages.confirmed, OrderEnd::Stub(OrderState::Done)),
            OrderState::Ready => due(ready, OrderEnd::Expired),
        };
        let alive: Vec<&Parcel> =
            parcels.iter().map(AsRef::as_ref).filter(|parcel| parcel.state() != State::Voided).collect();
        let planned = order.map_or(1, |order| order.parcels_planned as usize);
        let all = |states: &[State]| alive.iter().all(|parcel| states.contains(&parcel.state()));
        if alive.is_empty() {
            return Ok(by_state(if parcels.is_empty() { ages.unpacked } else { ages.voided }));
        }
        if all(&[State::Confirmed]) {
            return Ok(match self.confirmed_before(&alive, before(now, ages.confirmed))? {
                true if alive.len() >= planned => Some(OrderEnd::Stub(OrderState::Done)),
                true => by_state(ages.unpacked),
                false => None,
            });
        }
        if all(&[State::Confirmed, State::Manifested]) {
            let unsent = ages.unsent.and_then(|hours| due(hours, OrderEnd::Stub(OrderState::Done)));
            return Ok(unsent.filter(|_| alive.len() >= planned));
        }
        if all(&[State::Confirmed, State::Held]) {
            return Ok(due(ages.held, OrderEnd::Expired));
        }
        Ok(None)
    }

    /// Whether parcels are on manifests that were all confirmed up to a moment.
    fn confirmed_before(&self, parcels: &[&Parcel], before: Timestamp) -> Result<bool, StoreError> {
        for parcel in parcels {
            let Some(manifest) = parcel.manifest() else { return Ok(false) };
            if self.store().manifest_confirmed_at(manifest)?.is_none_or(|at| at > before) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The moment so many hours ago.
pub(super) fn before(now: Timestamp, hours: u32) -> Timestamp {
    Timestamp(now.0.saturating_sub(i64::from(hours) * HOUR_MS))
}
