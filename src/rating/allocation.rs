//! Who gets how many parcels, whatever they cost: caps, shares, trials of new services, cut-off times. Data from
//! `station.toml`; pure, so the same order and the same counts give the same answer on every station.

use super::standing::{Record, ServiceStanding, Turn, Unavailable};
use crate::ids::{CarrierId, ServiceId, ServiceOrCarrier};
use crate::units::Date;

/// What is said of parcels beside their prices.
#[derive(Debug, Clone, Default)]
pub struct Allocation {
    /// The most a service or a carrier gets.
    pub caps: Vec<Cap>,
    /// Services that get a part of what they could carry.
    pub shares: Vec<Share>,
    /// Services that are tried.
    pub trials: Vec<Trial>,
    /// When vans leave.
    pub cut_offs: Vec<CutOff>,
}

/// The most parcels in a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cap {
    /// A service (`ontrac.ground`) or a carrier (`ontrac`).
    pub of: ServiceOrCarrier,
    /// So many, and no more.
    pub parcels: u64,
    /// In which time.
    pub per: Per,
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

/// A time that parcels are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// A ship date.
    Day,
    /// Since the carrier's last manifest.
    Wave,
    /// A calendar month of ship dates.
    Month,
}

impl Per {
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

/// A part of the orders goes with a service where it carries them; the others only where nothing else does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The service; it has one share.
    pub service: ServiceId,
    /// Of a hundred orders. No order is in two shares, so all of them together are at most 100.
    pub percent: u32,
}

/// A service on trial: it gets an exact number of parcels, then more when what became of them is known and is not bad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The service.
    pub service: ServiceId,
    /// How many parcels in all each stage goes up to, ascending.
    pub stages: Vec<u64>,
    /// After the first stage, only this part of the orders, of a hundred.
    pub percent: u32,
    /// What stops it.
    pub guard: Guard,
}

/// Stops a trial when what became of its parcels is so much likelier of a bad carrier than of a good one.
///
/// A sequential probability ratio test (Wald 1945): stopping at odds of 20 to 1 stops a good carrier wrongly in at most
/// one case of 20, however often it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// Failures of a good carrier, in parts per million.
    pub good: i64,
    /// Failures of a bad one.
    pub bad: i64,
    /// To one.
    pub odds: u64,
}

/// When a carrier's van leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutOff {
    /// The carrier.
    pub carrier: CarrierId,
    /// Minute of the day, in the warehouse's zone; what is packed then or later leaves on the next day.
    pub minute: u16,
    /// Days without a van, 0 is Monday.
    pub closed: Vec<u8>,
}

/// What has gone with a service or a carrier so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Of this ship date.
    pub day: u64,
    /// Since the carrier's last manifest.
    pub wave: u64,
    /// Of this month.
    pub month: u64,
    /// Ever.
    pub sent: u64,
    /// What became of it.
    pub record: Record,
}

/// How a trial stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrialState {
    /// The next parcel is `number` of the stage that goes up to `of`.
    Open {
        /// Counted from 1.
        number: u64,
        /// The stage's last.
        of: u64,
    },
    /// The stage is full, and too little is known of it.
    Waits,
    /// Stopped, with the odds that it is a bad carrier.
    Stopped(u64),
    /// Every stage is done: a service like any other.
    Passed,
}

impl Guard {
    /// How much likelier so many failures are of a bad carrier than of a good one, to one; 0 for less than as likely.
    ///
    /// Computed in whole numbers, so that two machines never disagree: a product of ratios, failures spread evenly.
    pub fn odds(&self, record: Record) -> u64 {
        const ONE: u128 = 1_000_000_000_000;
        /// Odds beyond this say nothing more; below, a long good run would hide that a carrier has turned bad.
        const MOST: u128 = ONE * 1_000_000_000;
        const LEAST: u128 = ONE / 1_000;
        let million = 1_000_000;
        let (good, bad) = (self.good.clamp(1, million - 1), self.bad.clamp(1, million - 1));
        let ratio =
            |bad: i64, good: i64, odds: u128| odds * u128::from(bad.unsigned_abs()) / u128::from(good.unsigned_abs());
        let failed = record.failed.min(record.parcels);
        let (mut odds, mut seen) = (ONE, 0);
        for parcel in 1..=record.parcels {
            // The failures up to here, were they spread evenly.
            let due = u128::from(failed) * u128::from(parcel) / u128::from(record.parcels);
            odds = if due > seen { ratio(bad, good, odds) } else { ratio(million - bad, million - good, odds) };
            seen = due;
            odds = odds.clamp(LEAST, MOST);
        }
        u64::try_from(odds / ONE).unwrap_or(u64::MAX)
    }
}

impl Trial {
    /// So many of a hundred parcels of a stage must be known of before the next begins.
    const KNOWN: u64 = 80;

    /// How it stands.
    pub fn state(&self, tally: &Tally) -> TrialState {
        let odds = self.guard.odds(tally.record);
        if odds >= self.guard.odds {
            return TrialState::Stopped(odds);
        }
        let done = self.stages.iter().rev().find(|stage| tally.sent >= **stage);
        let Some(next) = self.stages.iter().find(|stage| tally.sent < **stage) else { return TrialState::Passed };
        // While a stage is under way its beginning is known of already; at its end there may be nothing yet.
        let unknown = done.is_some_and(|done| tally.sent == *done && tally.record.parcels * 100 < done * Self::KNOWN);
        if unknown { TrialState::Waits } else { TrialState::Open { number: tally.sent + 1, of: *next } }
    }
}

impl Allocation {
    /// How a service stands for an order. `tally` counts a service or a carrier by its id, with the day that the parcel
    /// would leave and the month of that.
    pub fn stand(
        &self,
        service: &ServiceId,
        order_ref: &str,
        (today, minute): (Date, u16),
        tally: impl Fn(&ServiceOrCarrier, Date) -> Tally,
    ) -> ServiceStanding {
        let mut stands =
            ServiceStanding { leaves: self.leaves(service.carrier(), today, minute), ..ServiceStanding::default() };
        let day = stands.leaves.unwrap_or(today);
        let tally = |of: &ServiceOrCarrier| tally(of, day);
        for cap in self.caps.iter().filter(|cap| cap.counts(service)) {
            let so_far = tally(&cap.of);
            let so_far = match cap.per {
                Per::Day => so_far.day,
                Per::Wave => so_far.wave,
                Per::Month => so_far.month,
            };
            if so_far >= cap.parcels {
                stands.unavailable = Some(Unavailable::Cap { parcels: cap.parcels, per: cap.per.name() });
            }
        }
        if let Some(share) = self.shares.iter().find(|share| share.service == *service) {
            match self.share_of(order_ref).is_some_and(|of| of.service == *service) {
                true => stands.turn = Some(Turn::Share { percent: share.percent }),
                false => stands.beside = Some(share.percent),
            }
        }
        if let Some(trial) = self.trials.iter().find(|trial| trial.service == *service) {
            let tally = tally(&service.clone().into());
            let first = trial.stages.first().copied().unwrap_or(0);
            match trial.state(&tally) {
                TrialState::Stopped(odds) => {
                    let (failed, of) = (tally.record.failed, tally.record.parcels);
                    stands.unavailable = Some(Unavailable::TrialStopped { failed, of, odds });
                }
                TrialState::Waits => stands.unavailable = Some(Unavailable::TrialWaits),
                TrialState::Open { number, of } if of == first || is_among(trial.percent, service, order_ref) => {
                    stands.turn = Some(Turn::Trial { number, of });
                }
                TrialState::Open { .. } => stands.unavailable = Some(Unavailable::Share),
                TrialState::Passed => {}
            }
        }
        stands
    }

    /// The share an order is in: always the same one. Shares lie beside each other, the first of them first.
    fn share_of(&self, order_ref: &str) -> Option<&Share> {
        let lot = lot(order_ref.bytes());
        let mut end = 0;
        self.shares.iter().find(|share| {
            end += u64::from(share.percent);
            lot < end
        })
    }

    /// The day a parcel leaves, when it is not today.
    pub fn leaves(&self, carrier: &CarrierId, today: Date, minute: u16) -> Option<Date> {
        let cut_off = self.cut_offs.iter().find(|cut_off| cut_off.carrier == *carrier)?;
        let closed = |day: Date| cut_off.closed.contains(&day.weekday());
        let mut day = if minute >= cut_off.minute { today.next() } else { today };
        // A week has an open day, or the configuration was refused.
        for _ in 0..7 {
            if !closed(day) {
                break;
            }
            day = day.next();
        }
        (day != today).then_some(day)
    }
}

/// Whether an order is among `percent` of a hundred: always the same ones, other ones for each service.
fn is_among(percent: u32, service: &ServiceId, order_ref: &str) -> bool {
    lot(service.as_str().bytes().chain([0]).chain(order_ref.bytes())) < u64::from(percent)
}

/// 0 to 99, by chance and always the same.
fn lot(bytes: impl Iterator<Item = u8>) -> u64 {
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

    const GUARD: Guard = Guard { good: 50_000, bad: 150_000, odds: 20 };

    fn trial(percent: u32) -> Allocation {
        let trial = Trial { service: "gofo.parcel".into(), stages: vec![10, 50, 200, 500], percent, guard: GUARD };
        Allocation { trials: vec![trial], ..Allocation::default() }
    }

    fn stand(allocation: &Allocation, order: &str, tally: Tally) -> ServiceStanding {
        let now = ("2026-11-20".parse().unwrap(), 600);
        allocation.stand(&"gofo.parcel".into(), order, now, |_, _| tally)
    }

    fn tally(sent: u64, parcels: u64, failed: u64) -> Tally {
        Tally { sent, record: Record { parcels, failed, late: 0 }, ..Tally::default() }
    }

    #[test]
    fn a_trial_takes_an_exact_number_and_goes_on_when_enough_is_known() {
        let of = |tally: Tally| trial(100).trials[0].state(&tally);
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
        let first = orders().filter(|order| stand(&allocation, order, tally(3, 0, 0)).turn.is_some()).count();
        assert_eq!(first, 1000);
        let second: Vec<String> =
            orders().filter(|order| stand(&allocation, order, tally(13, 10, 0)).turn.is_some()).collect();
        assert!((70..130).contains(&second.len()), "{}", second.len());
        assert!(
            second.iter().all(|order| stand(&allocation, order, tally(40, 10, 0)).turn.is_some()),
            "always the same"
        );
        assert_eq!(stand(&allocation, "x", tally(10, 2, 0)).unavailable, Some(Unavailable::TrialWaits));
        let stopped = stand(&allocation, "x", tally(50, 50, 10)).unavailable;
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
            let of = |service: &str| allocation.stand(&service.into(), &order, now, |_, _| Tally::default());
            let (first, second) = (of("ontrac.ground"), of("usps.ground_advantage"));
            assert!(first.turn.is_some() != second.turn.is_some(), "{order}");
            assert_eq!((first.unavailable, second.unavailable), (None, None));
            ontrac += u32::from(first.turn.is_some());
            usps += u32::from(second.turn.is_some());
            assert_eq!((first.beside, second.beside), (second.turn.map(|_| 60), first.turn.map(|_| 40)));
            assert_eq!(of("gofo.parcel").beside, None);
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
                let mut record = Record::default();
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
        let so_far = Tally { day: 2, wave: 1, month: 9, ..Tally::default() };
        let full = |allocation: &Allocation| stand(allocation, "x", so_far).unavailable;
        assert_eq!(full(&cap("gofo", Per::Day)), Some(Unavailable::Cap { parcels: 2, per: "day" }));
        assert_eq!(full(&cap("gofo.parcel", Per::Month)), Some(Unavailable::Cap { parcels: 2, per: "month" }));
        assert_eq!(full(&cap("gofo", Per::Wave)), None);
        assert_eq!(full(&cap("ontrac", Per::Day)), None);
    }

    #[test]
    fn after_the_cut_off_a_cap_counts_the_day_that_the_parcel_leaves() {
        let allocation = Allocation {
            caps: vec![Cap { of: "gofo".into(), parcels: 2, per: Per::Day }],
            cut_offs: vec![CutOff { carrier: "gofo".into(), minute: 16 * 60 + 30, closed: vec![5, 6] }],
            ..Allocation::default()
        };
        let monday = Date::new(2026, 11, 23).unwrap();
        let of = |_: &ServiceOrCarrier, day: Date| Tally { day: if day == monday { 2 } else { 0 }, ..Tally::default() };
        let at = |minute| allocation.stand(&"gofo.parcel".into(), "x", ("2026-11-20".parse().unwrap(), minute), of);
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
