use std::path::Path;
use std::sync::Arc;

use hal::port::{Address, SerialSettings};

use super::*;
use crate::config::keys::BackupKeys;
use crate::config::{ClockTrust, DeviceAddress, Scanner};
use crate::daemon::intake::OrderOrigin;
use crate::daemon::{Core, Moment};
use crate::ids::ParcelId;
use crate::rating::{Basis, Billable, Cards, Fuel, Invented, Rounding, ServiceCards};
use crate::station::fact::{Commitment, Fact, NumberSource};
use crate::station::order::OrderId;
use crate::store::StoredOrder;
use crate::units::{Currency, Money, Uptime};

/// 2026-07-15 in Los Angeles.
const NOW: Timestamp = Timestamp(1_784_142_000_000);
const DAY_MS: i64 = 86_400_000;

fn setup() -> Setup {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo.toml");
    let mut setup = Setup::load(&demo).expect("the demo's configuration").0;
    setup.config.station.data_dir = std::env::temp_dir();
    setup.config.station.clock = ClockTrust::System;
    setup.rules.released = Date::EPOCH;
    setup
}

fn found(setup: &Setup, station: Option<&Station>) -> Vec<String> {
    found_on(setup, station, NOW)
}

/// The same on another day.
fn found_on(setup: &Setup, station: Option<&Station>, now: Timestamp) -> Vec<String> {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(dir.path()).expect("a store");
    seen(setup, station.map_or(SeenMemory::Empty, |station| SeenMemory::Open(station, &store)), now)
}

fn seen(setup: &Setup, memory: SeenMemory<'_>, now: Timestamp) -> Vec<String> {
    let found = shortcomings(setup, memory, now).expect("the memory can be read");
    found.iter().map(ToString::to_string).collect()
}

/// A station whose pools have all begun, the first with so many numbers left.
fn begun(setup: &Setup, left: u64) -> Station {
    let mut station = Station::default();
    let pools = setup.cards.carriers().iter().flat_map(|carrier| carrier.pools.iter().map(move |pool| (carrier, pool)));
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
    assert!(
        found.iter().any(|line| line.starts_with("stops parcels:")
            && line.contains("`parceld pool start usps usps-demo-1 --next 1`"))
    );
    assert_eq!(seen(&setup, SeenMemory::Closed, NOW), [""; 0], "nothing is said of what nobody may look into");
}

#[test]
fn a_station_of_another_name_is_told_which_file_lacks_its_pool() {
    let mut setup = setup();
    setup.rules.station = "ELSE-ST09".into();
    let found = found(&setup, Some(&Station::default()));
    assert!(found.iter().all(|line| line.contains("has no numbers for station ELSE-ST09")), "{found:#?}");
    assert!(found[0].contains("cityline/carrier.toml") && found[0].contains("station = \"ELSE-ST09\""), "{found:#?}");
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
fn an_imaginary_carrier_and_the_numbers_of_an_example_are_wrong_until_they_are_written_anew() {
    let mut setup = setup();
    setup.rules.specimen = false;
    let wrong = |setup: &Setup| {
        let found = found(setup, Some(&begun(setup, 5_000)));
        let wrong = found.into_iter().filter(|line| line.starts_with("wrong: ") && !line.contains("prices"));
        wrong.map(|line| line.split("; ").next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        wrong(&setup),
        [
            "wrong: cityline is an imaginary carrier: no van will come",
            "wrong: labels of ontrac say what is an example: account 100113, service_code 01",
            "wrong: the numbers of gofo are an example, and may be another sender's",
            "wrong: the numbers of ontrac are an example, and may be another sender's",
            "wrong: the numbers of usps are an example, and may be another sender's",
        ]
    );
    let mut carriers = setup.cards.carriers().to_vec();
    for carrier in &mut carriers {
        carrier.invented.retain(|invented| *invented == Invented::Values);
    }
    setup.cards = Arc::new(Cards::new(carriers, setup.cards.services().to_vec(), "h".into()));
    assert_eq!(wrong(&setup).len(), 1);
}

#[test]
fn a_fuel_table_whose_newest_week_has_gone_by_is_wrong() {
    let mut setup = setup();
    let mut services = setup.cards.services().to_vec();
    let week = |day: u8| Date::new(2026, 7, day).expect("a day");
    let card = services[0].cards.last_mut().expect("a card");
    let fuel = |day| Fuel { weeks: vec![(week(day), 1)], on_base: true, rounding: Rounding::Exact, weekly: true };
    card.fuel = Some(fuel(9));
    let carriers = setup.cards.carriers().to_vec();
    let with = |setup: &mut Setup, services: &[ServiceCards]| {
        setup.cards = Arc::new(Cards::new(carriers.clone(), services.to_vec(), "h".into()));
        found(setup, Some(&begun(setup, 5_000)))
    };
    assert_eq!(with(&mut setup, &services), [""; 0], "until the 15th");
    services[0].cards.last_mut().expect("a card").fuel = Some(fuel(8));
    let old = with(&mut setup, &services);
    let what = "wrong: fuel of cityline.nextday is counted as in the week of 2026-07-08, the newest of its table; ";
    assert!(old[0].starts_with(what), "{old:#?}");
}

#[test]
fn prices_that_end_are_said_a_month_before() {
    let mut setup = setup();
    let (cards, on) = (setup.cards.clone(), |day| Date::new(2026, 8, day));
    let mut services = cards.services().to_vec();
    let usps = services.iter_mut().find(|service| service.id.as_str() == "usps.ground_advantage").expect("a service");
    usps.cards.last_mut().expect("a card").until = on(13);
    let (station, carriers) = (begun(&setup, 5_000), cards.carriers().to_vec());
    setup.cards = Arc::new(Cards::new(carriers, services, "h".into()));
    let found = found(&setup, Some(&station));
    assert_eq!(found, ["soon: the prices of usps.ground_advantage end on 2026-08-13; write the next card beside it"]);
    let later = found_on(&setup, Some(&station), Timestamp(NOW.0 + 30 * DAY_MS));
    assert!(later[0].contains("the prices of usps.ground_advantage ended on 2026-08-13"), "{later:#?}");
}

#[test]
fn two_devices_that_are_one_node_by_two_paths_stop_parcels() {
    let dir = tempfile::tempdir().expect("a folder");
    let (node, by_id) = (dir.path().join("ttyUSB0"), dir.path().join("usb-Example"));
    std::fs::write(&node, "").expect("a node");
    std::os::unix::fs::symlink(&node, &by_id).expect("another name of it");
    let line = |path: &Path| DeviceAddress::At(Address::Serial(SerialSettings::new(path.to_owned())));
    let said = |setup: &Setup| found(setup, Some(&begun(setup, 5_000)));
    let one = |who: &str| {
        let node = std::fs::canonicalize(&node).expect("a node");
        format!(
            "stops parcels: scanner hand and {who} are one device, {}; write the device of each into the configuration; \
             `parceld doctor` says what is plugged in",
            node.display()
        )
    };
    let mut setup = setup();
    setup.config.scanners[0].device = line(&by_id);
    assert!(!said(&setup).iter().any(|said| said.contains("one device")));
    let other = Scanner { name: "wedge".to_owned(), device: line(&node), ..setup.config.scanners[0].clone() };
    let demo = std::mem::replace(&mut setup.config.scale.device, line(&node));
    assert!(said(&setup).contains(&one("scale")), "{:#?}", said(&setup));
    setup.config.scale.device = demo;
    setup.config.scanners.push(other);
    assert!(said(&setup).contains(&one("scanner wedge")), "{:#?}", said(&setup));
}

#[test]
fn a_full_disk_stops_parcels() {
    let mut setup = setup();
    setup.config.station.keep_free_mb = 10_000_000;
    let found = found(&setup, Some(&begun(&setup, 5_000)));
    assert!(found[0].contains("are to stay free (keep_free_mb)"), "{found:#?}");
}

#[test]
fn a_clock_that_shows_a_day_before_the_program_was_made_stops_parcels() {
    let mut setup = setup();
    setup.rules.released = "2026-12-01".parse().expect("a day");
    let found = found(&setup, Some(&begun(&setup, 5_000)));
    assert!(found[0].starts_with("stops parcels: the clock shows 2026-07-15"), "{found:#?}");
}

#[test]
fn a_backup_that_was_missed_is_said() {
    let mut setup = setup();
    let dir = tempfile::tempdir().expect("a folder");
    setup.config.backup = Some(BackupKeys { dir: dir.path().to_owned(), at: 2, keep: 7 });
    let said = || found(&setup, Some(&begun(&setup, 5_000)));
    let copy = |time: &str| {
        std::fs::write(dir.path().join(format!("parceld-DEMO-ST01-{time}-2f6c0e9a81b7d354-8.nightly.db")), "").unwrap();
    };
    assert!(said()[0].starts_with("soon: no backup of this station is in "), "{:#?}", said());
    copy("20260713T090000Z");
    assert!(said()[0].contains("is of 20260713T090000Z; see that its medium is in"), "{:#?}", said());
    copy("20260714T090000Z");
    assert_eq!(said(), [""; 0]);
}

/// A station that has these orders.
fn with(setup: &Setup, dir: &Path, orders: &[(&str, &str, &str)]) -> Core {
    let store = Store::open(dir).expect("a store");
    let mut core = Core::new(store, setup.rules.clone(), setup.cards.clone()).expect("a station");
    let moment =
        Moment { now: Uptime(0), wall: NOW, today: "2026-07-15".parse().expect("a day"), minute: 0, clock: None };
    for (number, country, state) in orders {
        let postcode = if *country == "US" { "90026" } else { "10110" };
        let body = serde_json::json!({
            "order_ref": number, "state": state, "lines": [{ "sku": "S", "qty": 1, "unit_g": 200 }], "box": "B1",
            "ship_to": { "name": "Marisol", "line1": "117 Foxglove", "city": "Here", "region": "CA",
                         "postcode": postcode, "country": country },
        });
        let id = OrderId { number: (*number).into(), ..OrderId::default() };
        let order = StoredOrder { id, shop_of_folder: false, body: body.to_string(), label: None, otherwise: None };
        let (answers, _) = core.take_orders(moment, &[order], OrderOrigin::File, None).expect("kept");
        assert!(answers[0].kept, "{answers:?}");
    }
    core
}

#[test]
fn orders_that_no_service_carries_are_said_once_for_each_country_with_one_of_them() {
    let setup = setup();
    let dir = tempfile::tempdir().expect("a folder");
    let orders = [("A1", "US", "ready"), ("A2", "TH", "ready"), ("A3", "TH", "ready"), ("A4", "TH", "cancelled")];
    let mut core = with(&setup, dir.path(), &orders);
    let station = begun(&setup, 5_000);
    let said = |core: &Core| seen(&setup, SeenMemory::Open(&station, core.store()), NOW);
    let found = said(&core);
    assert_eq!(found.len(), 1, "{found:#?}");
    let what = "stops parcels: no service carries 2 orders to TH that wait, such as A3: ";
    assert!(found[0].starts_with(what) && found[0].contains("does not serve TH"), "{found:#?}");
    assert!(found[0].contains("; see `parceld orders show A3`; "), "{found:#?}");
    // What was begun waits no more, and what has no key has to come again.
    let opened = |order: &str| Fact::ParcelOpened {
        parcel: ParcelId(1),
        order_ref: order.into(),
        rev: 0,
        channel: String::new(),
        shop: String::new(),
        version: Some(1),
        operator: None,
    };
    core.store_mut().commit(NOW, &[opened("A3")], &[]).expect("recorded");
    let found = said(&core);
    assert!(found[0].contains("carries 1 order to TH that waits, such as A2: "), "{found:#?}");
    let mut in_hand = begun(&setup, 5_000);
    in_hand.evolve(&opened("GONE"));
    let found = seen(&setup, SeenMemory::Open(&in_hand, core.store()), NOW);
    let what = "stops parcels: order GONE is in hand and cannot be read any more; import it again, or scan CANCEL";
    assert!(found.iter().any(|line| line.starts_with(what)), "{found:#?}");
}

#[test]
fn parcels_that_stay_for_days_are_said_with_what_is_to_be_scanned() {
    let setup = setup();
    let mut station = begun(&setup, 5_000);
    let ship_date: Date = "2026-07-11".parse().expect("a day");
    for n in 1..=3 {
        let parcel = ParcelId(n);
        let commitment = Commitment {
            service: "usps.ground_advantage".into(),
            tracking: format!("T{n}").into(),
            source: NumberSource::Supplied,
            ship_date,
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
        for fact in [
            Fact::ParcelOpened {
                parcel,
                order_ref: format!("A{n}"),
                rev: 0,
                channel: String::new(),
                shop: String::new(),
                version: Some(1),
                operator: None,
            },
            Fact::Committed { parcel, commitment: Box::new(commitment) },
            Fact::Verified { parcel, scanner: "hand".into() },
        ] {
            station.evolve(&fact);
        }
    }
    let (manifest, parcels) = ("M1".into(), vec![ParcelId(1), ParcelId(2)]);
    station.evolve(&Fact::ManifestClosed {
        manifest,
        carrier: "usps".into(),
        ship_date,
        wave: 1,
        parcels,
        operator: None,
    });
    assert_eq!(found_on(&setup, Some(&station), Timestamp(NOW.0 - DAY_MS)), [""; 0]);
    let barcode = crate::barcode::Command::Handover("usps".into()).encode();
    assert_eq!(
        found(&setup, Some(&station)),
        [
            format!(
                "notice: never handed over: 2 parcels of usps, on manifests since 2026-07-11, which stay in memory; scan {barcode} \
                 twice when its van has taken them (`parceld sheet` has it)"
            ),
            "notice: on no manifest: 1 parcel of usps, packed since 2026-07-11; type `parceld manifest close usps`"
                .to_owned(),
        ]
    );
}
