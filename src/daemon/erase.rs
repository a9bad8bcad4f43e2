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
fn before(now: Timestamp, hours: u32) -> Timestamp {
    Timestamp(now.0.saturating_sub(i64::from(hours) * HOUR_MS))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use tempfile::TempDir;

    use super::*;
    use crate::daemon::intake::OrderOrigin;
    use crate::daemon::{Moment, Setup, labels};
    use crate::ids::ParcelId;
    use crate::label::{Bitmap, Supplied};
    use crate::rating::{Basis, Billable};
    use crate::screen::Sentence;
    use crate::station::event::Event;
    use crate::station::fact::{ClockDoubt, ClockVoucher, Commitment, Fact, NumberSource};
    use crate::store::{Announcement, Store, StoredOrder};
    use crate::units::{Date, Money, Uptime};
    use crate::uplink::event::EventKind;

    const AGES: PersonalAges =
        PersonalAges { confirmed: 72, unsent: None, cancelled: 100, held: 200, voided: 300, unpacked: 400 };
    const NOW: Timestamp = Timestamp(1_795_000_000_000);
    const FRESH: Timestamp = Timestamp(NOW.0 - 71 * HOUR_MS);
    const OLD: Timestamp = Timestamp(NOW.0 - 72 * HOUR_MS);

    fn id(number: &str) -> OrderId {
        OrderId { number: number.into(), ..OrderId::default() }
    }

    fn moment(wall: Timestamp) -> Moment {
        let today = Date::new(2026, 11, 20).expect("a day");
        Moment { now: Uptime(0), wall, today, minute: 0, clock: None }
    }

    struct Memory {
        dir: TempDir,
        setup: Setup,
        parcels: u64,
    }

    impl Memory {
        fn new() -> Self {
            let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo.toml");
            let setup = Setup::load(&demo).expect("the demo's configuration").0;
            Self { dir: tempfile::tempdir().expect("a folder"), setup, parcels: 0 }
        }

        fn store(&self) -> Store {
            Store::open(self.dir.path()).expect("a store")
        }

        fn core(&self) -> Core {
            Core::new(self.store(), self.setup.rules.clone(), self.setup.cards.clone()).expect("a station")
        }

        /// An order with a supplied label, that becomes so many parcels.
        fn order(&self, order_ref: &str, planned: u32) {
            self.order_in(order_ref, planned, "ready");
        }

        fn order_in(&self, order_ref: &str, planned: u32, state: &str) {
            self.order_at(NOW, order_ref, planned, state);
        }

        fn order_at(&self, at: Timestamp, order_ref: &str, planned: u32, state: &str) {
            let body = serde_json::json!({
                "order_ref": order_ref, "rev": 1, "parcels_planned": planned, "state": state,
                "ship_to": { "name": "Marisol", "line1": "117 Foxglove", "city": "Here", "postcode": "90026", "country": "US" },
                "lines": [{ "sku": "S", "qty": 1 }],
            });
            let supplied = Supplied::dots(self.setup.rules.labels.printer.media, &Bitmap::new(800, 1200));
            let label = Some(labels::stored("T1", &supplied));
            let order = StoredOrder {
                id: id(order_ref),
                shop_of_folder: false,
                body: body.to_string(),
                label,
                otherwise: None,
            };
            self.core().take_orders(moment(at), &[order], OrderOrigin::File, None).expect("kept");
        }

        /// A parcel of an order, as far as these say: `""`, `manifested`, `confirmed`, `voided`.
        fn parcel(&mut self, order_ref: &str, to: &str, at: Timestamp) {
            self.parcels += 1;
            let (parcel, manifest) = (ParcelId(self.parcels), format!("M{}", self.parcels));
            let ship_date = Date::new(2026, 11, 20).expect("a day");
            let commitment = Commitment {
                service: "usps.ground_advantage".into(),
                tracking: format!("T{}", self.parcels).into(),
                source: NumberSource::Supplied,
                ship_date,
                chosen_on: None,
                total: Money::new(1, "USD".parse().expect("a currency")),
                zone: String::new(),
                billable: Billable { value: "1".into(), unit: "lb".into(), basis: Basis::Actual },
                card: String::new(),
                days: None,
                sort_code: None,
                sort_detail: None,
                marks: Vec::new(),
                label_sha256: String::new(),
                destination: ("US".into(), "900".into()),
            };
            let mut facts = vec![
                Fact::ParcelOpened {
                    parcel,
                    order_ref: order_ref.into(),
                    rev: 1,
                    channel: String::new(),
                    shop: String::new(),
                    version: Some(1),
                    operator: None,
                },
                Fact::Committed { parcel, commitment: Box::new(commitment) },
                Fact::Verified { parcel, scanner: "hand".into() },
            ];
            if to == "held" {
                facts.push(Fact::Held { parcel, reason: "torn".into() });
            }
            if to == "voided" {
                facts.push(Fact::Voided { parcel, reason: "torn".into() });
            }
            if ["manifested", "confirmed"].contains(&to) {
                let (carrier, parcels) = ("usps".into(), vec![parcel]);
                let manifest = manifest.clone();
                facts.push(Fact::ManifestClosed { manifest, carrier, ship_date, wave: 1, parcels, operator: None });
            }
            if to == "confirmed" {
                facts.push(Fact::ManifestConfirmed { manifest });
            }
            self.store().commit(at, &facts, &[]).expect("recorded");
        }
    }

    #[test]
    fn only_orders_that_have_arrived_for_so_long_lose_what_is_personal_and_each_once() {
        let mut memory = Memory::new();
        for (order_ref, planned, parcels) in [
            ("gone", 1, &[("confirmed", OLD)][..]),
            ("gone-in-two", 2, &[("confirmed", OLD), ("confirmed", OLD)]),
            ("gone-at-the-second-try", 1, &[("voided", OLD), ("confirmed", OLD)]),
            ("fresh", 1, &[("confirmed", FRESH)]),
            ("half-fresh", 2, &[("confirmed", OLD), ("confirmed", FRESH)]),
            ("half-packed", 2, &[("confirmed", OLD)]),
            ("half-sent", 2, &[("confirmed", OLD), ("manifested", OLD)]),
            ("not-sent", 1, &[("manifested", OLD)]),
            ("on-the-table", 1, &[("", OLD)]),
            ("void", 1, &[("voided", OLD)]),
            ("not-packed", 1, &[]),
        ] {
            memory.order(order_ref, planned);
            for (to, at) in parcels {
                memory.parcel(order_ref, to, *at);
            }
        }
        let mut core = memory.core();
        assert_eq!(core.erase(NOW, &AGES, 2).expect("erased").orders, 2, "two at once, and no more");
        assert_eq!(core.erase(NOW, &AGES, 2).expect("erased").orders, 1);
        assert_eq!(core.erase(NOW, &AGES, 2).expect("erased").orders, 0);
        let kept = core.store().orders_not_erased(0, 100).expect("an answer");
        let all = ["fresh", "half-fresh", "half-packed", "half-sent", "not-packed", "not-sent", "on-the-table", "void"];
        let kept: std::collections::BTreeSet<&str> = kept.iter().map(|(_, id)| id.number.as_str()).collect();
        assert!(kept.into_iter().eq(all));
        let body = |core: &Core, number: &str| core.store().newest_order(&id(number)).expect("an answer").expect("one");
        assert!(!body(&core, "gone").contains("Marisol") && body(&core, "fresh").contains("Marisol"));
        assert_eq!(core.store().label(&id("gone"), "T1").expect("an answer"), None);
        assert!(core.store().label(&id("not-sent"), "T1").expect("an answer").is_some());
        // With the time the rest that has arrived goes too.
        assert_eq!(core.erase(Timestamp(NOW.0 + HOUR_MS), &AGES, 9).expect("erased").orders, 2);
    }

    #[test]
    fn every_state_has_its_age_and_what_may_still_be_packed_comes_back_with_its_file() {
        let mut memory = Memory::new();
        for (order_ref, state, parcels) in [
            ("cancelled", "cancelled", &[][..]),
            ("on-hold", "hold", &[]),
            ("elsewhere", "done", &[]),
            ("void", "ready", &["voided"]),
            ("cancelled-and-void", "cancelled", &["voided"]),
            ("never", "ready", &[]),
            ("shelf", "ready", &["held"]),
            ("half", "ready", &["confirmed"]),
            ("not-sent", "ready", &["manifested"]),
            ("closed", "ready", &[""]),
        ] {
            let planned = if order_ref == "half" { 2 } else { 1 };
            memory.order_in(order_ref, planned, state);
            for to in parcels {
                memory.parcel(order_ref, to, NOW);
            }
        }
        let mut core = memory.core();
        let at = |hours: i64| Timestamp(NOW.0 + hours * HOUR_MS);
        let mut gone_at = |hours: i64, ages: &PersonalAges| {
            let before = core.store().orders_not_erased(0, 100).expect("an answer");
            core.erase(at(hours), ages, 100).expect("erased");
            let after = core.store().orders_not_erased(0, 100).expect("an answer");
            let gone = before.into_iter().filter(|known| !after.contains(known));
            gone.map(|(_, id)| id.number).collect::<Vec<_>>()
        };
        for (hours, gone) in [
            (71, &[][..]),
            (72, &["elsewhere"]),
            (99, &[]),
            (100, &["cancelled", "cancelled-and-void"]),
            (199, &[]),
            (200, &["on-hold", "shelf"]),
            (299, &[]),
            (300, &["void"]),
            (399, &[]),
            (400, &["never", "half"]),
            (100_000, &[]),
        ] {
            assert_eq!(gone_at(hours, &AGES), gone, "after {hours} hours");
        }
        // What was not sent is never erased, unless it has an age.
        assert_eq!(gone_at(500, &PersonalAges { unsent: Some(500), ..AGES }), ["not-sent"]);

        let known = |core: &Core, number: &str| core.store().known_order(&id(number)).expect("an answer").expect("one");
        for (order_ref, state) in
            [("cancelled", OrderState::Cancelled), ("on-hold", OrderState::Hold), ("not-sent", OrderState::Done)]
        {
            let known = known(&core, order_ref);
            assert_eq!(readable(&known.body).map(|stub| stub.state), Some(state), "{order_ref}");
        }
        assert!(["never", "half", "void", "shelf"].iter().all(|number| known(&core, number).key_gone));
        drop(core);
        for (order_ref, state, back) in
            [("cancelled", "cancelled", false), ("on-hold", "hold", false), ("never", "ready", true)]
        {
            memory.order_in(order_ref, 1, state);
            let core = memory.core();
            assert_eq!(known(&core, order_ref).body.contains("Marisol"), back, "{order_ref}");
        }
    }

    #[test]
    fn what_arrived_while_the_clock_was_in_doubt_is_erased_neither_early_nor_never() {
        let mut memory = Memory::new();
        let believed = Fact::ClockBelieved {
            by: ClockVoucher::Synced,
            boot: String::new(),
            wall: NOW,
            since_boot: 0,
            anchor: 0,
            operator: None,
            supervisor: None,
        };
        let doubted = Fact::ClockDoubted { why: ClockDoubt::Leaped, boot: String::new(), wall: NOW, since_boot: 0 };
        let says = |memory: &Memory, at, fact: &Fact| {
            memory.store().commit(at, std::slice::from_ref(fact), &[]).expect("recorded");
        };
        for order_ref in ["in-time", "in-1970", "in-2036"] {
            memory.order(order_ref, 1);
        }
        says(&memory, OLD, &believed);
        memory.parcel("in-time", "confirmed", OLD);
        says(&memory, Timestamp(0), &doubted);
        memory.parcel("in-1970", "confirmed", Timestamp(0));
        memory.parcel("in-2036", "confirmed", Timestamp(NOW.0 + 87_660 * HOUR_MS));
        assert_eq!(
            memory.core().erase(NOW, &AGES, 9).expect("erased").orders,
            1,
            "nobody knows how old the others are"
        );
        says(&memory, NOW, &believed);
        assert_eq!(memory.core().erase(Timestamp(NOW.0 + 71 * HOUR_MS), &AGES, 9).expect("erased").orders, 0);
        assert_eq!(memory.core().erase(Timestamp(NOW.0 + 72 * HOUR_MS), &AGES, 9).expect("erased").orders, 2);
    }

    #[test]
    fn an_order_that_came_while_the_clock_stood_in_1970_is_as_old_as_the_next_time_that_was_believed() {
        let memory = Memory::new();
        let (why, boot) = (ClockDoubt::Behind, String::new);
        let doubted = Fact::ClockDoubted { why, boot: boot(), wall: Timestamp(0), since_boot: 0 };
        memory.store().commit(Timestamp(0), &[doubted], &[]).expect("recorded");
        memory.order_at(Timestamp(0), "in-1970", 1, "ready");
        let (by, wall) = (ClockVoucher::Synced, NOW);
        let believed =
            Fact::ClockBelieved { by, boot: boot(), wall, since_boot: 0, anchor: 0, operator: None, supervisor: None };
        memory.store().commit(NOW, &[believed], &[]).expect("recorded");
        let erased =
            |hours: i64| memory.core().erase(Timestamp(NOW.0 + hours * HOUR_MS), &AGES, 9).expect("erased").orders;
        assert_eq!([erased(0), erased(399), erased(400)], [0, 0, 1]);
    }

    #[test]
    fn what_has_not_arrived_for_seven_days_is_called_out_until_it_has() {
        let mut memory = Memory::new();
        memory.order("not-sent", 1);
        memory.parcel("not-sent", "manifested", NOW);
        let body = String::new();
        let kind = EventKind::ParcelVerified;
        let event = |seq| Announcement { seq, kind, body: body.clone(), fact: None, manifest: None };
        memory.store().commit(NOW, &[], &[event(1)]).expect("recorded");
        let later = Timestamp(NOW.0 + 24 * HOUR_MS);
        memory.store().commit(later, &[], &[event(2), event(3)]).expect("recorded");
        let mut core = memory.core();
        assert_eq!(core.store().announced(), 3);
        let at = |hours| moment(Timestamp(NOW.0 + hours * HOUR_MS));
        let confirm = |core: &mut Core, hours, seq| {
            core.store_mut().confirm(seq).expect("noted");
            core.step(at(hours), Event::Reconsider).expect("recorded");
        };
        let not_sent = |days| vec![Sentence::NotSent { days }];
        let week = 7 * 24;
        assert_eq!(core.view(at(week - 1)).problems, []);
        assert_eq!(core.view(at(week)).problems, not_sent(7));
        assert_eq!(core.view(at(week + 49)).problems, not_sent(9));
        confirm(&mut core, week + 1, 1);
        assert_eq!(core.view(at(week + 1)).problems, [], "the second event has waited six days");
        assert_eq!(core.view(at(week + 24)).problems, not_sent(7));
        confirm(&mut core, week + 24, 3);
        assert_eq!(core.view(at(100 * week)).problems, [], "nothing waits");
    }
}
