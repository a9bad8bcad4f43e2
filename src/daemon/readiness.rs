//! Whether parcels can go out: what a correct configuration may still lack. `parceld check` lists it, most urgent first, each
//! with what mends it.

use std::collections::BTreeMap;
use std::fmt;

use super::Setup;
use crate::rating::{Carrier, NumberPool, ServiceCards};
use crate::station::Station;
use crate::store::DiskRoom;
use crate::units::Date;

/// Numbers of a pool that are few.
const FEW: u64 = 1_000;
/// Days before the end of prices at which it is said.
const SOON: i64 = 30;
/// What the shipped examples say of their own prices.
const INVENTED: &str = "invented prices";

/// How urgent something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Parcels stay here because of it.
    Stops,
    /// They go, and should not.
    Wrong,
    /// They will stay.
    Soon,
    /// Somebody should know.
    Notice,
}

/// Something that keeps parcels here, or will.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shortcoming {
    /// How urgent it is.
    pub urgency: Urgency,
    /// What is lacking.
    pub what: String,
    /// What mends it.
    pub todo: String,
}

impl fmt::Display for Shortcoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let urgency = match self.urgency {
            Urgency::Stops => "stops parcels",
            Urgency::Wrong => "wrong",
            Urgency::Soon => "soon",
            Urgency::Notice => "notice",
        };
        write!(f, "{urgency}: {}; {}", self.what, self.todo)
    }
}

/// Everything that is lacking on a day. Without a station none has run here yet.
pub fn shortcomings(setup: &Setup, station: Option<&Station>, today: Date) -> Vec<Shortcoming> {
    let country = &setup.rules.ship_from.country;
    let mut found = Vec::new();
    let serving = |carrier: &&Carrier| {
        let of_carrier = |service: &&ServiceCards| carrier.service(&service.id).is_some();
        setup.cards.services().iter().filter(of_carrier).any(|service| service.collects_in(country))
    };
    let carriers: Vec<&Carrier> = setup.cards.carriers().iter().filter(serving).collect();
    if carriers.is_empty() {
        found.push(Shortcoming {
            urgency: Urgency::Stops,
            what: format!("no carrier of {} collects in {country}", setup.config.rates.carriers_dir.display()),
            todo: "write a card for one that does, or correct country in [station.ship_from]".to_owned(),
        });
    }
    for carrier in carriers {
        found.extend(numbers(setup, station, carrier));
        found.extend(prices(setup, carrier, today));
    }
    found.extend(disk(setup));
    found.sort();
    found
}

/// What a carrier's labels are numbered from.
fn numbers(setup: &Setup, station: Option<&Station>, carrier: &Carrier) -> Option<Shortcoming> {
    let (id, name) = (&carrier.id, &setup.rules.station);
    if carrier.number.is_none() {
        return Some(Shortcoming {
            urgency: Urgency::Notice,
            what: format!("{id} takes only parcels whose order brings its label"),
            todo: "such orders have `label.path` and `label.tracking`".to_owned(),
        });
    }
    let own: Vec<&NumberPool> = carrier.pools.iter().filter(|pool| pool.station == *name).collect();
    let Some(first) = own.first() else {
        let file = setup.config.rates.carriers_dir.join(id.as_str()).join("carrier.toml");
        return Some(Shortcoming {
            urgency: Urgency::Stops,
            what: format!("{id} has no numbers for station {name}"),
            todo: format!(
                "write a block that only this station uses into {}: [[pool]], id, station = \"{name}\", from, to",
                file.display()
            ),
        });
    };
    let next: BTreeMap<_, u64> =
        station.into_iter().flat_map(Station::pools).map(|(c, p, next)| ((c, p), next)).collect();
    let begun = own.iter().filter_map(|pool| Some((*pool, *next.get(&(id, &pool.id))?)));
    let left: Vec<u64> = begun.map(|(pool, next)| (pool.to + 1).saturating_sub(next)).collect();
    let (urgency, what) = match left.iter().sum::<u64>() {
        _ if left.is_empty() => {
            let todo = match station.and_then(Station::copied) {
                Some(_) => "`parceld pool list` says from where, `parceld pool start --all` begins them".to_owned(),
                None => format!(
                    "type `parceld pool start {id} {} --next {}`, with the first number that was never used",
                    first.id, first.from
                ),
            };
            let what = format!("no number of {id} can be given: no person has said where they start");
            return Some(Shortcoming { urgency: Urgency::Stops, what, todo });
        }
        0 => (Urgency::Stops, format!("every number of {id} is used")),
        left @ 1..FEW => (Urgency::Soon, format!("{id} has {left} numbers left")),
        _ => return None,
    };
    Some(Shortcoming { urgency, what, todo: "ask the carrier for more, and write them as another [[pool]]".to_owned() })
}

/// The prices of a carrier's services.
fn prices(setup: &Setup, carrier: &Carrier, today: Date) -> Vec<Shortcoming> {
    let mut found = Vec::new();
    let own = |service: &&ServiceCards| carrier.service(&service.id).is_some();
    for service in setup.cards.services().iter().filter(own) {
        let id = &service.id;
        let last = service.cards.last().and_then(|card| card.until);
        let todo = || "write the next card beside it".to_owned();
        let Some(card) = service.card(today) else {
            let what = match last {
                Some(until) if until < today => format!("the prices of {id} ended on {until}"),
                _ => format!("{id} has no prices for {today}"),
            };
            found.push(Shortcoming { urgency: Urgency::Stops, what, todo: todo() });
            continue;
        };
        if let Some(until) = last.filter(|until| until.number() - today.number() < SOON) {
            found.push(Shortcoming {
                urgency: Urgency::Soon,
                what: format!("the prices of {id} end on {until}"),
                todo: todo(),
            });
        }
        if !setup.rules.specimen && card.notes.iter().any(|note| note == INVENTED) {
            found.push(Shortcoming {
                urgency: Urgency::Wrong,
                what: format!("the prices of {id} are an invented example"),
                todo: "write your own, or leave the carrier out of `carriers` in [rates]".to_owned(),
            });
        }
    }
    found
}

fn disk(setup: &Setup) -> Option<Shortcoming> {
    let station = &setup.config.station;
    let room = DiskRoom::of(&station.data_dir).ok()?;
    room.is_short(station.keep_free_mb).then(|| Shortcoming {
        urgency: Urgency::Stops,
        what: format!("{} MB are free on the disk of {}", room.free_mb, station.data_dir.display()),
        todo: format!("free some space: {} MB are to stay free (keep_free_mb)", station.keep_free_mb),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::rating::Cards;
    use crate::station::fact::Fact;

    const TODAY: (u16, u8, u8) = (2026, 7, 15);

    fn setup() -> Setup {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo.toml");
        let mut setup = Setup::load(&demo).expect("the demo's configuration").0;
        setup.config.station.data_dir = std::env::temp_dir();
        setup
    }

    fn found(setup: &Setup, station: Option<&Station>) -> Vec<String> {
        let today = Date::new(TODAY.0, TODAY.1, TODAY.2).expect("a day");
        shortcomings(setup, station, today).iter().map(ToString::to_string).collect()
    }

    /// A station whose pools have all begun, the first with so many numbers left.
    fn begun(setup: &Setup, left: u64) -> Station {
        let mut station = Station::default();
        let pools =
            setup.cards.carriers().iter().flat_map(|carrier| carrier.pools.iter().map(move |pool| (carrier, pool)));
        for (n, (carrier, pool)) in pools.filter(|(_, pool)| pool.station == setup.rules.station).enumerate() {
            let next = if n == 0 { pool.to + 1 - left } else { pool.from };
            station.evolve(&Fact::PoolStarted { carrier: carrier.id.clone(), pool: pool.id.clone(), next });
        }
        station
    }

    #[test]
    fn a_station_without_numbers_is_told_how_each_carrier_gets_them() {
        let setup = setup();
        let found = found(&setup, None);
        assert_eq!(found.len(), 4, "{found:#?}");
        assert!(found.iter().any(|line| line.starts_with("stops parcels:")
            && line.contains("`parceld pool start usps usps-demo-1 --next 1`")));
    }

    #[test]
    fn a_station_of_another_name_is_told_which_file_lacks_its_pool() {
        let mut setup = setup();
        setup.rules.station = "ELSE-ST09".into();
        let found = found(&setup, Some(&Station::default()));
        assert!(found.iter().all(|line| line.contains("has no numbers for station ELSE-ST09")), "{found:#?}");
        assert!(
            found[0].contains("cityline/carrier.toml") && found[0].contains("station = \"ELSE-ST09\""),
            "{found:#?}"
        );
    }

    #[test]
    fn numbers_that_run_out_are_said_before_and_after() {
        let setup = setup();
        assert_eq!(found(&setup, Some(&begun(&setup, 1_000))), [""; 0]);
        let few = found(&setup, Some(&begun(&setup, 999)));
        assert!(few[0].starts_with("soon: cityline has 999 numbers left"), "{few:#?}");
        let none = found(&setup, Some(&begun(&setup, 0)));
        assert!(none[0].starts_with("stops parcels: every number of cityline is used"), "{none:#?}");
    }

    #[test]
    fn invented_prices_are_wrong_where_labels_are_no_specimens() {
        let mut setup = setup();
        setup.rules.specimen = false;
        let found = found(&setup, Some(&begun(&setup, 5_000)));
        assert!(
            found.iter().any(|line| line.starts_with("wrong: the prices of cityline.nextday are an invented")),
            "{found:#?}"
        );
    }

    #[test]
    fn prices_that_end_are_said_a_month_before() {
        let mut setup = setup();
        let (cards, on) = (setup.cards.clone(), |day| Date::new(2026, 8, day));
        let mut services = cards.services().to_vec();
        let usps =
            services.iter_mut().find(|service| service.id.as_str() == "usps.ground_advantage").expect("a service");
        usps.cards.last_mut().expect("a card").until = on(13);
        let (station, carriers) = (begun(&setup, 5_000), cards.carriers().to_vec());
        setup.cards = Arc::new(Cards::new(carriers, services, "h".into()));
        let found = found(&setup, Some(&station));
        assert_eq!(
            found,
            ["soon: the prices of usps.ground_advantage end on 2026-08-13; write the next card beside it"]
        );
        let later = shortcomings(&setup, Some(&station), on(14).expect("a day"));
        assert_eq!(later[0].what, "the prices of usps.ground_advantage ended on 2026-08-13");
    }

    #[test]
    fn a_full_disk_stops_parcels() {
        let mut setup = setup();
        setup.config.station.keep_free_mb = 10_000_000;
        let found = found(&setup, Some(&begun(&setup, 5_000)));
        assert!(found[0].contains("are to stay free (keep_free_mb)"), "{found:#?}");
    }
}
