//! A fixed, seeded load: twelve services, eight zones, twenty breaks, 920 ZIP3 prefixes, three surcharges and fuel, as
//! plain data; written out as a folder of cards, and as parcels.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use parceld::rating::{Dg, ParcelToRate, Place, Signature};
use parceld::units::{Date, Dims, Length, Mass};

/// How many services there are.
pub(crate) const SERVICES: usize = 12;
pub(crate) const ZONES: usize = 8;
pub(crate) const BREAKS: usize = 20;
pub(crate) const PREFIXES: usize = 920;

/// One service in numbers. Half of them think in pounds and inches, half in kilograms and centimetres.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(crate) metric: bool,
    /// Cubic inches to a pound, or cubic centimetres to a kilogram.
    pub(crate) divisor: i128,
    /// Weight steps are rounded up to this, in thousandths of the unit; 0: rows alone decide.
    pub(crate) step: i128,
    /// Zone by ZIP3.
    pub(crate) zones: Vec<(u32, usize)>,
    /// In units.
    pub(crate) bounds: Vec<i128>,
    /// Cents, by row and zone.
    pub(crate) prices: Vec<[i64; ZONES]>,
    /// Longest side over so many inches or centimetres: cents.
    pub(crate) long: (i128, i64),
    /// To a home.
    pub(crate) home: i64,
    /// To these ZIP3.
    pub(crate) remote: (Vec<u32>, i64),
    /// Hundredths of a percent of base and home.
    pub(crate) fuel: i64,
    /// Units.
    pub(crate) heaviest: i128,
    pub(crate) carries_batteries: bool,
}

/// SplitMix64: the same numbers on every machine.
#[derive(Debug)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    fn cents(&mut self, end: u64) -> i64 {
        i64::try_from(self.below(end)).unwrap_or(0)
    }
}

/// `count` services.
pub(crate) fn services(count: usize, seed: u64) -> Vec<Service> {
    let mut dice = Dice(seed);
    (0..count).map(|at| service(at, &mut dice)).collect()
}

fn service(at: usize, dice: &mut Dice) -> Service {
    let metric = at % 2 == 1;
    // 999 prefixes less 79 that are not served: 920.
    let mut missing = BTreeSet::new();
    while missing.len() < 999 - PREFIXES {
        missing.insert(1 + dice.below(999) as u32);
    }
    let zones =
        (1..=999_u32).filter(|zip3| !missing.contains(zip3)).map(|zip3| (zip3, dice.below(8) as usize)).collect();
    let mut bounds = vec![1];
    while bounds.len() < BREAKS {
        let last = bounds[bounds.len() - 1];
        bounds.push(last + 1 + i128::from(dice.below(if metric { 3 } else { 6 })));
    }
    let mut row = [0; ZONES];
    for (zone, price) in row.iter_mut().enumerate() {
        *price = 400 + zone as i64 * 60 + dice.cents(200);
    }
    let mut prices = Vec::new();
    for _ in 0..BREAKS {
        prices.push(row);
        for price in &mut row {
            *price += 20 + dice.cents(90);
        }
    }
    Service {
        metric,
        divisor: if metric { [5000, 6000][at / 2 % 2] } else { [139, 166, 194][at / 2 % 3] },
        step: [0, 500, 1000][at % 3],
        zones,
        heaviest: bounds[BREAKS - 1],
        bounds,
        prices,
        long: (if metric { 60 } else { 24 } + i128::from(dice.below(6)), 300 + dice.cents(900)),
        home: 40 + dice.cents(500),
        remote: ((0..60).map(|_| 1 + dice.below(999) as u32).collect::<BTreeSet<_>>().into_iter().collect(), 250),
        fuel: 500 + dice.cents(1500),
        carries_batteries: at % 4 != 3,
    }
}

/// Writes the services as a folder of cards; returns nothing but the files.
pub(crate) fn write(services: &[Service], dir: &Path) {
    for (at, service) in services.iter().enumerate() {
        let folder = dir.join(format!("carrier{at:03}"));
        fs::create_dir_all(folder.join("parcel")).expect("a folder");
        let carrier =
            format!("name = \"CARRIER {at}\"\nlabel = \"parcel\"\n[[service]]\nid = \"parcel\"\nname = \"PARCEL\"\n");
        fs::write(folder.join("carrier.toml"), carrier).expect("a file");
        let file = |name: &str, text: String| fs::write(folder.join("parcel").join(name), text).expect("a file");
        file("2026-01-01.toml", rules(service));
        let unit = if service.metric { "kg" } else { "lb" };
        let mut prices = format!("max_{unit},1,2,3,4,5,6,7,8\n");
        for (bound, row) in service.bounds.iter().zip(&service.prices) {
            let _ = write!(prices, "{bound}");
            for price in row {
                let _ = write!(prices, ",{}.{:02}", price / 100, price % 100);
            }
            prices.push('\n');
        }
        file("2026-01-01.prices.csv", prices);
        let mut zones = "origin,destination,zone\n".to_owned();
        for (zip3, zone) in &service.zones {
            let _ = writeln!(zones, "US:900,US:{zip3:03},{}", zone + 1);
        }
        file("zones.csv", zones);
        let remote =
            service.remote.0.iter().fold("destination\n".to_owned(), |text, zip3| format!("{text}US:{zip3:03}\n"));
        file("remote.csv", remote);
    }
}

fn rules(service: &Service) -> String {
    let (unit, weight, volume) = if service.metric { ("cm", "kg", "cm3/kg") } else { ("in", "lb", "in3/lb") };
    let round = match service.step {
        0 => "round = \"none\"".to_owned(),
        step => format!("round = \"up\"\nstep = \"{}.{:03}{weight}\"", step / 1000, step % 1000),
    };
    let goods = if service.carries_batteries { "[]" } else { "[\"li_ion\"]" };
    format!(
        "currency = \"USD\"\nzones = \"zones.csv\"\nwithout_dims = \"price\"\nrefused_goods = {goods}\n\
         [weight]\n{round}\n\
         [dimensions]\nunit = \"{unit}\"\nround = \"up\"\nstep = \"1{unit}\"\ndivisor = \"{}{volume}\"\n\
         [[limit]]\nweight = \"{}{weight}\"\n\
         [[surcharge]]\nname = \"long\"\namount = \"{}.{:02}\"\nlongest_over = \"{}{unit}\"\n\
         [[surcharge]]\nname = \"home\"\namount = \"{}.{:02}\"\nresidential = true\n\
         [[surcharge]]\nname = \"remote\"\namount = \"{}.{:02}\"\narea = \"remote.csv\"\n\
         [fuel]\npercent = \"{}.{:02}\"\non = [\"base\", \"home\"]\n",
        service.divisor,
        service.heaviest,
        service.long.1 / 100,
        service.long.1 % 100,
        service.long.0,
        service.home / 100,
        service.home % 100,
        service.remote.1 / 100,
        service.remote.1 % 100,
        service.fuel / 100,
        service.fuel % 100,
    )
}

/// Distinct parcels from 90058: 10 g to 24 kg, most of them light; boxes of 4 to 90 cm; nine in ten to homes.
pub(crate) fn parcels(count: usize, seed: u64) -> Vec<ParcelToRate> {
    let mut dice = Dice(seed);
    let from = Place::at("US", "90058");
    let parcel = |_| {
        let heaviest = [500, 2_000, 8_000, 24_000][dice.below(4) as usize];
        let longest = [150, 300, 450, 900][dice.below(4) as usize];
        let mut side = || Length::from_nanometres((40 + dice.below(longest) as i64) * 1_000_000);
        let dims = Dims::new([side(), side(), side()]);
        ParcelToRate {
            mass: Mass::from_picograms((10_000 + dice.below(heaviest * 1000) as i64) * 1_000_000_000),
            dims,
            from: from.clone(),
            to: Place {
                residential: dice.below(10) > 0,
                ..Place::at("US", &format!("{:03}{:02}", 1 + dice.below(999), dice.below(100)))
            },
            ship_date: Date::new(2026, 7, 15).expect("a date"),
            dg: if dice.below(20) == 0 { BTreeSet::from([Dg::LiIon]) } else { BTreeSet::new() },
            signature: Signature::None,
            value: None,
            insured: None,
            cod: None,
            terms: None,
            extras: BTreeSet::new(),
            zone: None,
        }
    };
    (0..count).map(parcel).collect()
}
