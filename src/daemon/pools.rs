//! Pools of numbers as a person sees them: what is left of each, and for how long.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::ids::{CarrierId, PoolId, did_you_mean};
use crate::rating::{Cards, NumberPool};
use crate::station::fact::CopySign;
use crate::station::{Rules, SSCC_POOL, Station};
use crate::store::{Store, StoreError};
use crate::units::Timestamp;

const DAY_MS: u64 = 86_400_000;
/// The use of so many days says how long a pool lasts.
const DAYS: u64 = 28;
/// Numbers that are counted at most, the newest: their time is taken, then.
const MOST: usize = 100_000;

/// How many numbers of each carrier were drawn lately, and in what time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PoolUse {
    drawn: BTreeMap<CarrierId, u64>,
    ms: u64,
}

impl PoolUse {
    /// The use of the last four weeks, or since the first number where that was later.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn of(store: &Store, cards: &Cards, now: Timestamp) -> Result<Self, StoreError> {
        let from = Timestamp(now.0 - i64::try_from(DAYS * DAY_MS).unwrap_or(i64::MAX));
        let Some(latest) = store.numbers_since(from, MOST)? else { return Ok(Self::default()) };
        let mut drawn: BTreeMap<CarrierId, u64> = BTreeMap::new();
        for used in latest.numbers {
            // One that came with its order was drawn from no pool.
            let rule = cards.carrier(&used.carrier).and_then(|carrier| carrier.number.as_ref());
            if used.carrier == SSCC_POOL || rule.is_some_and(|rule| rule.serial(&used.number).is_some()) {
                *drawn.entry(used.carrier).or_default() += 1;
            }
        }
        let ms = u64::try_from(now.0 - latest.since.0).unwrap_or(0).max(DAY_MS);
        Ok(Self { drawn, ms })
    }

    /// So many days so many numbers of a carrier last; `None` where none was used.
    pub fn days(&self, carrier: &CarrierId, left: u64) -> Option<u64> {
        let drawn = *self.drawn.get(carrier)?;
        let days = u128::from(left) * u128::from(self.ms) / (u128::from(drawn) * u128::from(DAY_MS));
        u64::try_from(days).ok()
    }
}

/// Pools that this station may use: carrier, pool, first and last serial.
fn own<'a>(rules: &'a Rules, cards: &'a Cards) -> impl Iterator<Item = (CarrierId, PoolId, u64, u64)> + 'a {
    let of_cards = cards.carriers().iter().flat_map(|carrier| {
        let own = carrier.pools.iter().filter(|pool| pool.station == rules.station);
        own.map(|pool| (carrier.id.clone(), pool.id.clone(), pool.from, pool.to))
    });
    let sscc = rules.sscc.as_ref();
    of_cards.chain(sscc.map(|range| (SSCC_POOL.into(), range.prefix().into(), range.serials().0, range.serials().1)))
}

/// Every pool of numbers of this station, how long each lasts, and what to do where one waits for a person.
pub fn pools(station: &Station, rules: &Rules, cards: &Cards, used: &PoolUse) -> Value {
    let started: BTreeMap<_, u64> = station.pools().map(|(c, p, next)| ((c, p), next)).collect();
    let waits: BTreeMap<_, u64> = station.suspended().map(|(c, p, next)| ((c, p), next)).collect();
    let line = |(carrier, pool, from, to): (CarrierId, PoolId, u64, u64)| {
        let (state, next) = match (started.get(&(&carrier, &pool)), waits.get(&(&carrier, &pool))) {
            (Some(next), _) if *next > to => ("used up", *next),
            (Some(next), _) => ("gives numbers", *next),
            (None, Some(next)) => ("waits", *next),
            (None, None) => ("not started", from),
        };
        let left = (to + 1).saturating_sub(next);
        let days = used.days(&carrier, left);
        let todo = match state {
            "not started" | "waits" => Some(format!("parceld pool start {carrier} {pool} --next {next}")),
            _ => None,
        };
        json!({ "carrier": carrier, "pool": pool, "state": state, "next": next, "from": from, "to": to, "left": left,
                "days": days, "todo": todo })
    };
    let what = station.copied().map(|why| {
        let why = match why {
            CopySign::Behind => "an older copy of the database was put back here",
            CopySign::NoMark => "the database was copied or moved here",
            CopySign::OtherMark => "another database was put in the place of the one that was here",
            CopySign::OtherMachine => "the database runs on another machine than before",
            CopySign::Receiver => "the receiver has a history that this database does not have",
            CopySign::Successor => "another database used numbers on this machine before",
            CopySign::Restored => "a backup was put back here",
        };
        format!(
            "{why}: no pool that waits gives a number, because the same number could be given twice. Next is the first that \
             nothing is known of. If no other machine goes on as this station: `parceld pool start --all`; else give this \
             one an id and pools of its own"
        )
    });
    json!({
        "copied": station.copied().map(CopySign::word),
        "what": what,
        "pools": own(rules, cards).map(line).collect::<Vec<_>>(),
    })
}

/// Why a pool cannot be begun that is none of this station's, with those that are; `None` for one that is.
pub fn unknown(rules: &Rules, cards: &Cards, carrier: &CarrierId, pool: &PoolId) -> Option<String> {
    let known: Vec<(CarrierId, PoolId)> = own(rules, cards).map(|(carrier, pool, ..)| (carrier, pool)).collect();
    if known.iter().any(|(c, p)| c == carrier && p == pool) {
        return None;
    }
    let station = &rules.station;
    let other = |other: &&NumberPool| other.id == *pool;
    let why = match cards.carrier(carrier).and_then(|carrier| carrier.pools.iter().find(other)) {
        Some(other) => format!("pool {pool} of {carrier} is station {}'s, and this is {station}", other.station),
        None => format!("station {station} has no pool {pool} of {carrier}"),
    };
    let wanted = format!("{carrier} {pool}");
    // Those of the carrier that was meant, or all.
    let of_carrier = known.iter().any(|(c, _)| c == carrier);
    let listed = known.iter().filter(|(c, _)| !of_carrier || c == carrier);
    let listed: Vec<String> = listed.map(|(carrier, pool)| format!("{carrier} {pool}")).collect();
    let todo = match listed.as_slice() {
        [] => none(rules),
        _ => {
            let meant = did_you_mean(&wanted, listed.iter().map(String::as_str));
            format!("{meant}write one of: {}", listed.join(", "))
        }
    };
    Some(format!("{why}; {todo}"))
}

/// What to do for a station that has no pool at all.
pub fn none(rules: &Rules) -> String {
    format!(
        "write a [[pool]] with station = \"{}\" into the carrier.toml of each carrier that lets you number",
        rules.station
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::daemon::Setup;
    use crate::station::fact::Fact;

    fn setup() -> Setup {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo.toml");
        Setup::load(&demo).expect("the demo's configuration").0
    }

    fn pool(pools: &Value, carrier: &str) -> Value {
        let pools = pools["pools"].as_array().expect("a list");
        pools.iter().find(|pool| pool["carrier"] == carrier).expect("its pool").clone()
    }

    #[test]
    fn a_pool_lasts_as_long_as_at_the_use_of_its_carrier_lately() {
        let used = PoolUse { drawn: [("usps".into(), 700)].into(), ms: 7 * DAY_MS };
        assert_eq!(used.days(&"usps".into(), 1_000), Some(10));
        assert_eq!(used.days(&"usps".into(), 99), Some(0));
        assert_eq!(used.days(&"usps".into(), u64::MAX), Some(u64::MAX / 100));
        assert_eq!(used.days(&"gofo".into(), 1_000), None);
    }

    #[test]
    fn what_was_used_is_counted_by_its_numbers_and_not_what_came_with_orders() {
        let setup = setup();
        let dir = tempfile::tempdir().expect("a folder");
        let mut store = Store::open(dir.path()).expect("a store");
        let now = Timestamp(1_795_000_000_000);
        let days = |days: i64| Timestamp(now.0 - days * 86_400_000);
        assert_eq!(PoolUse::of(&store, &setup.cards, now).expect("an answer"), PoolUse::default());
        let rule = setup.cards.carrier(&"usps".into()).and_then(|usps| usps.number.as_ref()).expect("a rule");
        let number = |serial| rule.number(serial).expect("a number").to_string();
        let parcels =
            [(40, number(1)), (20, number(2)), (20, "OF-THE-PLATFORM".to_owned()), (10, number(3)), (1, number(4))];
        for (n, (ago, number)) in (1..).zip(parcels) {
            store.commit(days(ago), &packed(n, &number), &[]).expect("recorded");
        }
        let used = PoolUse::of(&store, &setup.cards, now).expect("an answer");
        assert_eq!(used, PoolUse { drawn: [("usps".into(), 3)].into(), ms: 20 * DAY_MS });
    }

    /// The facts of a parcel with a number.
    fn packed(parcel: u64, number: &str) -> [Fact; 2] {
        use crate::ids::ParcelId;
        use crate::rating::{Basis, Billable};
        use crate::station::fact::{Commitment, NumberSource};
        use crate::units::{Currency, Money};

        let parcel = ParcelId(parcel);
        let commitment = Commitment {
            service: "usps.ground_advantage".into(),
            tracking: number.into(),
            source: NumberSource::Supplied,
            ship_date: "2026-11-20".parse().expect("a day"),
            chosen_on: None,
            total: Money::new(1, Currency::USD),
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
        let opened = Fact::ParcelOpened {
            parcel,
            order_ref: format!("A{}", parcel.0),
            rev: 0,
            channel: String::new(),
            shop: String::new(),
            version: Some(1),
            operator: None,
        };
        [opened, Fact::Committed { parcel, commitment: Box::new(commitment) }]
    }

    #[test]
    fn a_pool_that_was_not_begun_says_what_to_type() {
        let setup = setup();
        let mut station = Station::default();
        let used = PoolUse { drawn: [("usps".into(), 28)].into(), ms: 28 * DAY_MS };
        let list = |station: &Station| pools(station, &setup.rules, &setup.cards, &used);
        let usps = pool(&list(&station), "usps");
        assert_eq!(usps["state"], "not started");
        assert_eq!(usps["todo"], "parceld pool start usps usps-demo-1 --next 1");
        station.evolve(&Fact::PoolStarted { carrier: "usps".into(), pool: "usps-demo-1".into(), next: 4_999_901 });
        let usps = pool(&list(&station), "usps");
        assert_eq!((&usps["state"], &usps["left"], &usps["days"]), (&json!("gives numbers"), &json!(99), &json!(99)));
        assert_eq!(usps["todo"], Value::Null);
        assert_eq!(pool(&list(&station), "gofo")["days"], Value::Null, "no use yet");
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_right_ones() {
        let setup = setup();
        let why = |carrier: &str, pool: &str| unknown(&setup.rules, &setup.cards, &carrier.into(), &pool.into());
        assert_eq!(why("usps", "usps-demo-1"), None);
        assert_eq!(
            why("usps", "usps-demo"),
            Some("station DEMO-ST01 has no pool usps-demo of usps; did you mean usps usps-demo-1? write one of: usps usps-demo-1".to_owned())
        );
        assert_eq!(
            why("usps", "usps-lax1-st03-1"),
            Some("pool usps-lax1-st03-1 of usps is station LAX1-ST03's, and this is DEMO-ST01; write one of: usps usps-demo-1".to_owned())
        );
        let all = why("uspss", "usps-demo-1").expect("unknown");
        assert!(all.contains("cityline cityline-demo-1, gofo gofo-demo-1, "), "{all}");
        let mut elsewhere = setup.rules.clone();
        elsewhere.station = "ST09".into();
        let none = unknown(&elsewhere, &setup.cards, &"usps".into(), &"x".into()).expect("unknown");
        assert!(none.contains("write a [[pool]] with station = \"ST09\""), "{none}");
    }
}
