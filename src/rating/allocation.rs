//! How many parcels each service gets, whatever they cost: caps, shares, trials of new services, cut-off times.
//!
//! The rules come from `station.toml`. All of it is pure: the same order and the same counts give the same answer on every
//! station.

use super::availability::{DeliveryRecord, Priority, ServiceAvailability, Unavailable};
use crate::ids::{CarrierId, ServiceId, ServiceOrCarrier};
use crate::units::Date;

/// The rules that share parcels out, apart from their prices.
#[derive(Debug, Clone, Default)]
pub struct Allocation {
    /// The most a service or a carrier gets.
    pub caps: Vec<Cap>,
    /// Services that get a fixed part of the orders.
    pub shares: Vec<Share>,
    /// Services on trial.
    pub trials: Vec<Trial>,
    /// When the carriers' vans leave.
    pub cut_offs: Vec<CutOff>,
}

/// The most parcels in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cap {
    /// A service (`ontrac.ground`) or a carrier (`ontrac`).
    pub of: ServiceOrCarrier,
    /// How many it may get.
    pub parcels: u64,
    /// The period in which they are counted.
    pub per: CountPeriod,
}

impl Cap {
    /// Whether parcels of this service count.
    fn counts(&self, service: &ServiceId) -> bool {
        match &self.of {
            ServiceOrCarrier::Service(of) => of == service,
            ServiceOrCarrier::Carrier(of) => of == service.carrier(),
        }
    }
}

/// A period in which parcels are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountPeriod {
    /// A ship date.
    Day,
    /// Since the carrier's last manifest.
    Wave,
    /// A calendar month of ship dates.
    Month,
}

impl CountPeriod {
    /// All, with their names in `station.toml`.
    pub const NAMES: [(&str, Self); 3] = [("day", Self::Day), ("wave", Self::Wave), ("month", Self::Month)];

    const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Wave => "wave",
            Self::Month => "month",
        }
    }
}

/// A service that gets a fixed part of the orders, as far as it carries them. It gets an order outside of that part only
/// where no other service carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// A service has one share at most.
    pub service: ServiceId,
    /// Of all orders, 0 to 100. No order is in two shares, so all shares together are at most 100.
    pub percent: u32,
}

/// A service on trial. It gets an exact number of parcels, and more once their outcomes are known and are not bad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The service.
    pub service: ServiceId,
    /// How many parcels it has had in all at the end of each stage, ascending.
    pub stages: Vec<u64>,
    /// After the first stage, the part of the orders that it may get, 0 to 100.
    pub percent: u32,
    /// When it is stopped.
    pub guard: TrialGuard,
}

/// Stops a trial once the failures are so many times likelier of a bad carrier than of a good one.
///
/// It is a sequential probability ratio test (Wald 1945). Stopping at odds of 20 to 1 stops a good carrier wrongly in at
/// most one case of 20, however often the test is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrialGuard {
    /// Failures of a good carrier, in parts per million.
    pub good: i64,
    /// Failures of a bad carrier, in parts per million.
    pub bad: i64,
    /// The odds at which the trial is stopped, to one.
    pub odds: u64,
}

/// When a carrier's van leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutOff {
    /// The carrier.
    pub carrier: CarrierId,
    /// Minute of the day, in the warehouse's zone. A parcel that is packed in it or later leaves with the next van.
    pub minute: u16,
    /// Days of the week without a van; 0 is Monday.
    pub closed: Vec<u8>,
}

/// How many parcels have gone with a service or a carrier so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ParcelCounts {
    /// Of one ship date.
    pub day: u64,
    /// Since the carrier's last manifest.
    pub wave: u64,
    /// Of the month of that ship date.
    pub month: u64,
    /// Ever.
    pub sent: u64,
    /// What became of them.
    pub record: DeliveryRecord,
}

/// How far a trial is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrialState {
    /// The service gets the next parcel.
    Open {
        /// That parcel's number, from 1.
        number: u64,
        /// The last parcel of the stage.
        of: u64,
    },
    /// The stage is full, and too few of its outcomes are known.
    Waits,
    /// Stopped, with the odds that it is a bad carrier.
    Stopped(u64),
    /// Every stage is done: a service like any other.
    Passed,
}

impl TrialGuard {
    /// How many times likelier these failures are of a bad carrier than of a good one; 0 where they are less likely.
    ///
    /// It is computed in whole numbers, so that two machines never disagree. The order of the outcomes is not known, so
    /// the failures are taken as spread evenly.
    pub fn odds(&self, record: DeliveryRecord) -> u64 {
        const ONE: u128 = 1_000_000_000_000;
        /// Higher odds say nothing more, and the product must fit its type.
        const MOST: u128 = ONE * 1_000_000_000;
        /// Without a lower bound, a long good run would hide that a carrier has turned bad.
        const LEAST: u128 = ONE / 1_000;
        let million = 1_000_000;
        let (good, bad) = (self.good.clamp(1, million - 1), self.bad.clamp(1, million - 1));
        let ratio =
            |bad: i64, good: i64, odds: u128| odds * u128::from(bad.unsigned_abs()) / u128::from(good.unsigned_abs());
        let failed = record.failed.min(record.parcels);
        let (mut odds, mut seen) = (ONE, 0);
        for parcel in 1..=record.parcels {
            // How many of the failures have come by this parcel when they are spread evenly.
            let due = u128::from(failed) * u128::from(parcel) / u128::from(record.parcels);
            odds = if due > seen { ratio(bad, good, odds) } else { ratio(million - bad, million - good, odds) };
            seen = due;
            // At each step and not at the end: the bounds are what lets the odds turn soon enough.
            odds = odds.clamp(LEAST, MOST);
        }
        u64::try_from(odds / ONE).unwrap_or(u64::MAX)
    }
}

impl Trial {
    /// The next stage begins when the outcomes of this percentage of the parcels are known.
    const KNOWN_PERCENT: u64 = 80;

    /// How far it is, with these counts of its service.
    pub fn state(&self, counts: &ParcelCounts) -> TrialState {
        // First, so that a service that has passed is stopped too when it turns bad.
        let odds = self.guard.odds(counts.record);
        if odds >= self.guard.odds {
            return TrialState::Stopped(odds);
        }
        let done = self.stages.iter().rev().find(|stage| counts.sent >= **stage);
        let Some(next) = self.stages.iter().find(|stage| counts.sent < **stage) else { return TrialState::Passed };
        // Outcomes are waited for only between two stages. Within one, parcels go on while the first outcomes come in.
        let is_between = |done: &u64| counts.sent == *done;
        let unknown = |done: &u64| counts.record.parcels * 100 < done * Self::KNOWN_PERCENT;
        if done.is_some_and(|done| is_between(done) && unknown(done)) {
            TrialState::Waits
        } else {
            TrialState::Open { number: counts.sent + 1, of: *next }
        }
    }
}

impl Allocation {
    /// Whether a service may take an order now, and whether it goes before or after the others. `counts` is asked for the
    /// parcels of a service or a carrier, with the day that this parcel would leave.
    pub fn availability(
        &self,
        service: &ServiceId,
        order_ref: &str,
        (today, minute): (Date, u16),
        counts: impl Fn(&ServiceOrCarrier, Date) -> ParcelCounts,
    ) -> ServiceAvailability {
        let leaves = self.leaves(service.carrier(), today, minute);
        let mut availability = ServiceAvailability { leaves, ..ServiceAvailability::default() };
        // After the cut-off the parcel counts for the day of the next van, and so does every cap.
        let day = leaves.unwrap_or(today);
        let counts = |of: &ServiceOrCarrier| counts(of, day);
        for cap in self.caps.iter().filter(|cap| cap.counts(service)) {
            let so_far = counts(&cap.of);
            let so_far = match cap.per {
                CountPeriod::Day => so_far.day,
                CountPeriod::Wave => so_far.wave,
                CountPeriod::Month => so_far.month,
            };
            if so_far >= cap.parcels {
                availability.unavailable = Some(Unavailable::Cap { parcels: cap.parcels, per: cap.per.name() });
            }
        }
        if let Some(share) = self.shares.iter().find(|share| share.service == *service) {
            match self.share_of(order_ref).is_some_and(|of| of.service == *service) {
                true => availability.priority = Some(Priority::Share { percent: share.percent }),
                false => availability.outside_share = Some(share.percent),
            }
        }
        // Last, because a trial is exact: it wins over a share, and its reason over that of a cap.
        if let Some(trial) = self.trials.iter().find(|trial| trial.service == *service) {
            let counts = counts(&service.clone().into());
            let first = trial.stages.first().copied().unwrap_or(0);
            match trial.state(&counts) {
                TrialState::Stopped(odds) => {
                    let (failed, of) = (counts.record.failed, counts.record.parcels);
                    availability.unavailable = Some(Unavailable::TrialStopped { failed, of, odds });
                }
                TrialState::Waits => availability.unavailable = Some(Unavailable::TrialWaits),
                // The first stage takes any order, so that it is soon full.
                TrialState::Open { number, of } if of == first || is_among(trial.percent, service, order_ref) => {
                    availability.priority = Some(Priority::Trial { number, of });
                }
                TrialState::Open { .. } => availability.unavailable = Some(Unavailable::Share),
                TrialState::Passed => {}
            }
        }
        availability
    }

    /// The share that an order is in, always the same one. Each share is a range of the numbers 0 to 99, and the ranges
    /// follow one another in the order of the list.
    fn share_of(&self, order_ref: &str) -> Option<&Share> {
        let number = number_of(order_ref.bytes());
        let mut end = 0;
        self.shares.iter().find(|share| {
            end += u64::from(share.percent);
            number < end
        })
    }

    /// The day the next van of a carrier leaves, where that is not today.
    pub fn leaves(&self, carrier: &CarrierId, today: Date, minute: u16) -> Option<Date> {
        let cut_off = self.cut_offs.iter().find(|cut_off| cut_off.carrier == *carrier)?;
        let closed = |day: Date| cut_off.closed.contains(&day.weekday());
        let mut day = if minute >= cut_off.minute { today.next() } else { today };
        // A configuration without an open day was refused, so a week is enough.
        for _ in 0..7 {
            if !closed(day) {
                break;
            }
            day = day.next();
        }
        (day != today).then_some(day)
    }
}

/// Whether an order is among `percent` of a hundred. It is always the same orders, and other ones for each service.
fn is_among(percent: u32, service: &ServiceId, order_ref: &str) -> bool {
    number_of(service.as_str().bytes().chain([0]).chain(order_ref.bytes())) < u64::from(percent)
}

/// A number from 0 to 99, spread evenly over all texts and always the same for one.
fn number_of(bytes: impl Iterator<Item = u8>) -> u64 {
    // FNV-1a, and the last step of SplitMix64 so that every bit counts.
    let hash =
        bytes.fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
    let mixed = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (mixed ^ (mixed >> 31)) % 100
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUARD: TrialGuard = TrialGuard { good: 50_000, bad: 150_000, odds: 20 };

    fn trial(percent: u32) -> Allocation {
        let trial = Trial { service: "gofo.parcel".into(), stages: vec![10, 50, 200, 500], percent, guard: GUARD };
        Allocation { trials: vec![trial], ..Allocation::default() }
    }

    fn availability(allocation: &Allocation, order: &str, tally: ParcelCounts) -> ServiceAvailability {
        let now = ("2026-11-20".parse().unwrap(), 600);
        allocation.availability(&"gofo.parcel".into(), order, now, |_, _| tally)
    }

    fn tally(sent: u64, parcels: u64, failed: u64) -> ParcelCounts {
        ParcelCounts { sent, record: DeliveryRecord { parcels, failed, late: 0 }, ..ParcelCounts::default() }
    }

    #[test]
    fn a_trial_takes_an_exact_number_and_goes_on_when_enough_is_known() {
        let of = |tally: ParcelCounts| trial(100).trials[0].state(&tally);
        assert_eq!(of(tally(0, 0, 0)), TrialState::Open { number: 1, of: 10 });
        assert_eq!(of(tally(9, 0, 0)), TrialState::Open { number: 10, of: 10 });
        assert_eq!(of(tally(10, 0, 0)), TrialState::Waits);
        assert_eq!(of(tally(10, 7, 0)), TrialState::Waits);
        assert_eq!(of(tally(10, 8, 0)), TrialState::Open { number: 11, of: 50 });
        assert_eq!(of(tally(30, 9, 0)), TrialState::Open { number: 31, of: 50 });
        assert_eq!(of(tally(500, 490, 20)), TrialState::Passed);
        assert_eq!(of(tally(50, 50, 10)), TrialState::Stopped(690));
        assert_eq!(of(tally(900, 800, 160)), TrialState::Stopped(1_000_000_000), "the guard stays on duty");
    }

    #[test]
    fn the_first_stage_takes_any_order_and_the_next_a_part_of_them() {
        let allocation = trial(10);
        let orders = || (0..1000).map(|n| format!("57646{n:07}"));
        let first =
            orders().filter(|order| availability(&allocation, order, tally(3, 0, 0)).priority.is_some()).count();
        assert_eq!(first, 1000);
        let second: Vec<String> =
            orders().filter(|order| availability(&allocation, order, tally(13, 10, 0)).priority.is_some()).collect();
        assert!((70..130).contains(&second.len()), "{}", second.len());
        assert!(
            second.iter().all(|order| availability(&allocation, order, tally(40, 10, 0)).priority.is_some()),
            "always the same"
        );
        assert_eq!(availability(&allocation, "x", tally(10, 2, 0)).unavailable, Some(Unavailable::TrialWaits));
        let stopped = availability(&allocation, "x", tally(50, 50, 10)).unavailable;
        assert_eq!(stopped, Some(Unavailable::TrialStopped { failed: 10, of: 50, odds: 690 }));
    }

    #[test]
    fn every_order_is_in_one_share_at_most_and_shares_get_what_they_say() {
        let share = |service: &str, percent| Share { service: service.into(), percent };
        let shares = vec![share("ontrac.ground", 60), share("usps.ground_advantage", 40)];
        let allocation = Allocation { shares, ..Allocation::default() };
        let now = ("2026-11-20".parse().unwrap(), 600);
        let (mut ontrac, mut usps) = (0, 0);
        for order in (0..10_000).map(|n| format!("57646{n:07}")) {
            let of =
                |service: &str| allocation.availability(&service.into(), &order, now, |_, _| ParcelCounts::default());
            let (first, second) = (of("ontrac.ground"), of("usps.ground_advantage"));
            assert!(first.priority.is_some() != second.priority.is_some(), "{order}");
            assert_eq!((first.unavailable, second.unavailable), (None, None));
            ontrac += u32::from(first.priority.is_some());
            usps += u32::from(second.priority.is_some());
            assert_eq!(
                (first.outside_share, second.outside_share),
                (second.priority.map(|_| 60), first.priority.map(|_| 40))
            );
            assert_eq!(of("gofo.parcel").outside_share, None);
        }
        assert!((5_800..6_200).contains(&ontrac) && (3_800..4_200).contains(&usps), "{ontrac} {usps}");
    }

    /// Exact binomials would say the same; this counts, with the numbers of one seed.
    #[test]
    fn a_good_carrier_is_seldom_stopped_and_a_bad_one_nearly_always() {
        let mut state = 20_261_124_u64;
        let mut below = |end: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % end
        };
        let mut stopped = |failures: u64| {
            let mut stopped = 0;
            for _ in 0..400 {
                let mut record = DeliveryRecord::default();
                for _ in 0..500 {
                    record.parcels += 1;
                    record.failed += u64::from(below(1000) < failures);
                    if GUARD.odds(record) >= GUARD.odds {
                        stopped += 1;
                        break;
                    }
                }
            }
            stopped
        };
        assert!(stopped(50) <= 400 / 20, "5 % fail: a good carrier");
        assert!(stopped(150) >= 396, "15 % fail: a bad one");
    }

    #[test]
    fn caps_count_a_service_or_its_carrier() {
        let cap =
            |of: &str, per| Allocation { caps: vec![Cap { of: of.into(), parcels: 2, per }], ..Allocation::default() };
        let so_far = ParcelCounts { day: 2, wave: 1, month: 9, ..ParcelCounts::default() };
        let full = |allocation: &Allocation| availability(allocation, "x", so_far).unavailable;
        assert_eq!(full(&cap("gofo", CountPeriod::Day)), Some(Unavailable::Cap { parcels: 2, per: "day" }));
        assert_eq!(full(&cap("gofo.parcel", CountPeriod::Month)), Some(Unavailable::Cap { parcels: 2, per: "month" }));
        assert_eq!(full(&cap("gofo", CountPeriod::Wave)), None);
        assert_eq!(full(&cap("ontrac", CountPeriod::Day)), None);
    }

    #[test]
    fn after_the_cut_off_a_cap_counts_the_day_that_the_parcel_leaves() {
        let allocation = Allocation {
            caps: vec![Cap { of: "gofo".into(), parcels: 2, per: CountPeriod::Day }],
            cut_offs: vec![CutOff { carrier: "gofo".into(), minute: 16 * 60 + 30, closed: vec![5, 6] }],
            ..Allocation::default()
        };
        let monday = Date::new(2026, 11, 23).unwrap();
        let of = |_: &ServiceOrCarrier, day: Date| ParcelCounts {
            day: if day == monday { 2 } else { 0 },
            ..ParcelCounts::default()
        };
        let at =
            |minute| allocation.availability(&"gofo.parcel".into(), "x", ("2026-11-20".parse().unwrap(), minute), of);
        assert_eq!(at(989).unavailable, None, "today's van has room");
        assert_eq!(at(990).leaves, Some(monday));
        assert_eq!(at(990).unavailable, Some(Unavailable::Cap { parcels: 2, per: "day" }), "Monday's has none");
    }

    #[test]
    fn after_the_cut_off_it_leaves_on_the_next_day_with_a_van() {
        let allocation = Allocation {
            cut_offs: vec![CutOff { carrier: "gofo".into(), minute: 16 * 60 + 30, closed: vec![5, 6] }],
            ..Allocation::default()
        };
        let leaves = |day: &str, minute| allocation.leaves(&"gofo".into(), day.parse().unwrap(), minute);
        assert_eq!(leaves("2026-11-19", 989), None);
        assert_eq!(leaves("2026-11-19", 990), Date::new(2026, 11, 20));
        assert_eq!(leaves("2026-11-20", 990), Date::new(2026, 11, 23), "over the weekend");
        assert_eq!(leaves("2026-11-21", 0), Date::new(2026, 11, 23));
        assert_eq!(allocation.leaves(&"usps".into(), "2026-11-21".parse().unwrap(), 0), None);
    }
}
