//! Sample orders: fifty from a file, and as many more as wanted from a seed. Names, streets and telephone numbers are
//! invented; cities and ZIP codes are real, so that zones and prices are.

use serde_json::{Value, json};

use super::order::{self, Batch, Incoming, Reasons};
use crate::station::order::{Address, OrderState};

/// `config/orders/sample.jsonl`: fifty orders, among them one on hold, one cancelled, one whose dangerous goods class
/// nobody knows and one that is too heavy for every carrier.
pub const FIFTY: &str = include_str!("../../config/orders/sample.jsonl");

const GIVEN: [&str; 16] = [
    "Avery", "Bianca", "Caleb", "Delia", "Esteban", "Farah", "Gideon", "Helena", "Isaac", "Juana", "Keiko", "Leland",
    "Maren", "Nils", "Odette", "Paulo",
];
const FAMILY: [&str; 16] = [
    "Ashdown",
    "Bellamy",
    "Cordero",
    "Dunmore",
    "Escobedo",
    "Fairbank",
    "Goldwyn",
    "Hartsell",
    "Ishikawa",
    "Jessup",
    "Kimball",
    "Lockridge",
    "Montoya",
    "Norcross",
    "Ostrander",
    "Pellegrino",
];
const STREETS: [&str; 10] = [
    "Alder St",
    "Juniper Ave",
    "Marigold Ln",
    "Foxglove Dr",
    "Sycamore Ct",
    "Larkspur Way",
    "Quail Run",
    "Bluebell Ter",
    "Windmill Ln",
    "Copperfield Pl",
];

/// Makes orders beyond the fifty: the same seed and number, the same order.
#[derive(Debug)]
pub struct Generator {
    seed: u64,
    places: Vec<Address>,
    contents: Vec<(Value, String)>,
}

impl Generator {
    /// Takes its destinations and goods from the fifty orders.
    pub fn new(seed: u64) -> Self {
        let Batch { accepted, .. } = order::read(FIFTY.as_bytes(), "sample.jsonl");
        let mut generator = Self { seed, places: Vec::new(), contents: Vec::new() };
        for Incoming { order, body, .. } in accepted {
            if order.state == OrderState::Ready {
                let body: Value = serde_json::from_str(&body).unwrap_or_default();
                generator.contents.push((body["lines"].clone(), order.box_id.unwrap_or_default()));
            }
            generator.places.push(order.ship_to);
        }
        generator
    }

    /// Order `number`, ready to be packed. Its `order_ref` is its own up to a hundred million million orders.
    ///
    /// # Errors
    /// None as long as the fifty orders can be read.
    pub fn order(&self, number: u64) -> Result<Incoming, Reasons> {
        let mut dice = Dice(self.seed ^ number.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        let place = dice.pick(&self.places).cloned().unwrap_or_default();
        let (mut lines, carton) = dice.pick(&self.contents).cloned().unwrap_or_default();
        for line in lines.as_array_mut().into_iter().flatten() {
            line["line_ref"] = Value::Null;
        }
        let [given, family] = [&GIVEN, &FAMILY].map(|names| dice.pick(names).copied().unwrap_or_default());
        let street = dice.pick(&STREETS).copied().unwrap_or_default();
        let body = json!({
            "schema": order::SCHEMA,
            "rev": 1,
            "order_ref": order_ref(number),
            "channel": "tiktok_shop",
            "shop": "US-01",
            "state": "ready",
            "parcels_planned": 1,
            "ship_to": {
                "name": format!("{given} {family}"),
                "line1": format!("{} {street}", 101 + dice.roll() % 9_800),
                "city": place.city,
                "region": place.region,
                "postcode": place.postcode,
                "country": place.country,
                "phone": format!("+1 213 555 01{:02}", dice.roll() % 100),
                "residential": place.residential,
            },
            "service": { "signature": "none", "label_source": "station" },
            "lines": lines,
            "box": carton,
        });
        order::read_value(&body)
    }
}

/// Eighteen digits that look drawn and never meet: multiplying by a number without the factors 2 and 5 permutes the
/// fourteen-digit numbers. The fifty begin with 5764.
fn order_ref(number: u64) -> String {
    const ALL: u128 = 100_000_000_000_000;
    const STEP: u128 = 61_803_398_874_989;
    let place = (u128::from(number) * STEP + 14_142_135_623_731) % ALL;
    format!("5772{place:014}")
}

/// SplitMix64 (Steele, Lea, Flood 2014): a few lines, the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let count = u64::try_from(items.len()).ok().filter(|count| *count > 0)?;
        items.get(usize::try_from(self.roll() % count).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rating::{Dg, Signature};
    use crate::units::Mass;

    fn fifty() -> Vec<Incoming> {
        let batch = order::read(FIFTY.as_bytes(), "sample.jsonl");
        assert_eq!(batch.refused, []);
        batch.accepted
    }

    #[test]
    fn all_fifty_sample_orders_are_read_and_differ() {
        let fifty = fifty();
        let refs: BTreeSet<&str> = fifty.iter().map(|incoming| incoming.order.order_ref.as_str()).collect();
        assert_eq!((fifty.len(), refs.len()), (50, 50));
    }

    #[test]
    fn the_sample_orders_show_every_way_an_order_can_go() {
        let fifty = fifty();
        let count = |test: &dyn Fn(&crate::station::order::Order) -> bool| {
            fifty.iter().filter(|incoming| test(&incoming.order)).count()
        };
        let has = |order: &crate::station::order::Order, dg: Dg| order.lines.iter().any(|line| line.dg == dg);
        assert_eq!(count(&|order| order.state == OrderState::Hold), 1);
        assert_eq!(count(&|order| order.state == OrderState::Cancelled), 1);
        assert_eq!(count(&|order| has(order, Dg::Unknown)), 1);
        assert_eq!(count(&|order| has(order, Dg::LiIon)), 4);
        assert_eq!(count(&|order| order.signature == Signature::Adult21), 2);
        assert_eq!(count(&|order| order.expected_mass() > Some(Mass::from_grams(35_000))), 1);
        assert_eq!(count(&|order| order.ship_to.name == "José Muñoz"), 1);
        assert_eq!(count(&|order| order.value().is_none() || order.expected_mass().is_none()), 0);
    }

    #[test]
    fn every_sample_text_can_be_printed_in_latin_1() {
        assert!(FIFTY.chars().all(|character| u32::from(character) < 0x100));
    }

    #[test]
    fn every_sample_postcode_lies_in_its_state() {
        const FIRST: [(&str, &str); 22] = [
            ("CA", "9"),
            ("AZ", "85"),
            ("NV", "89"),
            ("OR", "97"),
            ("WA", "98 99"),
            ("UT", "84"),
            ("CO", "80"),
            ("NM", "87"),
            ("ID", "83"),
            ("NY", "10 11"),
            ("TX", "77 75 78"),
            ("IL", "60"),
            ("FL", "33"),
            ("GA", "30"),
            ("MA", "02"),
            ("NJ", "07"),
            ("PA", "19"),
            ("NC", "28"),
            ("MN", "55"),
            ("TN", "37"),
            ("HI", "968"),
            ("AK", "995"),
        ];
        for Incoming { order, .. } in fifty() {
            let to = order.ship_to;
            let (_, first) = FIRST.iter().find(|(state, _)| *state == to.region).unwrap();
            assert!(first.split(' ').any(|first| to.postcode.starts_with(first)), "{} {}", to.region, to.postcode);
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_orders_and_no_reference_twice() {
        let (one, two) = (Generator::new(7), Generator::new(7));
        let mut refs: BTreeSet<String> = fifty().into_iter().map(|incoming| incoming.order.order_ref).collect();
        for number in 0..500 {
            let made = one.order(number).unwrap();
            assert_eq!(made, two.order(number).unwrap());
            assert_eq!(made.order.state, OrderState::Ready);
            assert!(refs.insert(made.order.order_ref), "{number}");
        }
    }

    #[test]
    fn another_seed_makes_other_orders() {
        let (one, two) = (Generator::new(1), Generator::new(2));
        assert!((0..20).any(|number| one.order(number).unwrap().body != two.order(number).unwrap().body));
    }
}
