//! The orders of a day: which there are, what is special about some, and what happens to them while the day runs.

use std::collections::BTreeMap;

use super::{DemoError, files};
use crate::daemon::{Setup, labels, orders};
use crate::exchange::order;
use crate::exchange::sample::Generator;
use crate::exchange::supplied::{File, Wanted};
use crate::rating::Dg;
use crate::screen::Sentence;
use crate::station::order::Order;
use crate::store::StoredOrder;

/// Orders of a file that are like any other; beyond them they are generated.
const SAMPLES: usize = 50;
/// Orders beyond the samples come from this seed.
const SEED: u64 = 20_261_122;
/// The order of the sample day whose parcel comes back.
const COMES_BACK: &str = "576404902773448021";
/// The order of the sample day that the shop cancels while it is packed.
const CANCELLED: &str = "576405908331590274";
/// What an order weighs of which nobody said it, grams.
const USUAL_GRAMS: i64 = 500;
/// Carton and filling, grams.
const CARTON_GRAMS: i64 = 180;

/// Reads orders for the station of the demo. What was refused is said by whoever reads.
pub type ReadOrders = Box<dyn FnOnce(&Setup) -> Result<Vec<StoredOrder>, String>>;

/// Which orders are packed.
pub enum DayOrders {
    /// The sample day: the fifty, and some with something special.
    Sample,
    /// So many: of the fifty, and beyond them generated ones.
    First(usize),
    /// These.
    Read(ReadOrders),
}

/// What the demo knows of the day's orders, beside the station.
#[derive(Debug, Default)]
pub(super) struct Day {
    /// The numbers of all orders.
    pub(super) numbers: Vec<String>,
    /// What the parcel of each weighs, carton and all, in grams.
    grams: BTreeMap<String, i64>,
    /// What is special about an order, in a word.
    pub(super) special: BTreeMap<String, Sentence>,
    /// The order whose parcel comes back once it has gone out.
    pub(super) comes_back: Option<String>,
    /// What the shop says of an order at the moment its label is scanned.
    pub(super) cancelled: Option<StoredOrder>,
}

impl Day {
    /// The day, and its orders for the station.
    pub(super) fn of(wanted: DayOrders, setup: &Setup) -> Result<(Self, Vec<StoredOrder>), DemoError> {
        let mut day = Self::default();
        let orders = match wanted {
            DayOrders::Sample => day.sample(setup)?,
            DayOrders::First(count) => first(count)?,
            DayOrders::Read(read) => read(setup).map_err(DemoError::Orders)?,
        };
        for order in orders.iter().filter_map(|order| order::parse(&order.body).ok()) {
            day.add(&order);
        }
        Ok((day, orders))
    }

    /// The fifty, and those with something special.
    fn sample(&mut self, setup: &Setup) -> Result<Vec<StoredOrder>, DemoError> {
        let mut orders = first(SAMPLES)?;
        for incoming in files::orders("day.jsonl") {
            let label = incoming.label.clone().zip(incoming.order.label.as_ref());
            let label = label.map(|(file, given)| {
                let printer = setup.rules.labels.printer;
                let wanted = Wanted { number: given.tracking.to_string(), page: file.page, dpi: file.dpi };
                let bytes = files::bytes(&file.path);
                let format = file.format.ok_or_else(|| "label.format is missing".to_owned())?;
                let drawn = File::open(bytes, format, printer).and_then(|mut file| file.label(&wanted, &mut || {}));
                drawn.map(|label| labels::stored(&wanted.number, &label)).map_err(|error| error.to_string())
            });
            let label = label.transpose().map_err(DemoError::Stuck)?;
            orders.push(StoredOrder { label, ..orders::stored(incoming) });
        }
        self.comes_back = Some(COMES_BACK.to_owned());
        self.special.insert(COMES_BACK.to_owned(), Sentence::PageReturn);
        self.special.insert(CANCELLED.to_owned(), Sentence::PageCancel);
        self.cancelled = orders.iter().find(|order| order.id.number == CANCELLED).map(cancellation).transpose()?;
        Ok(orders)
    }

    fn add(&mut self, order: &Order) {
        let grams = order.expected_mass().map_or(USUAL_GRAMS, |mass| mass.grams_rounded());
        self.grams.insert(order.order_ref.clone(), grams + CARTON_GRAMS);
        self.numbers.push(order.order_ref.clone());
        let has_battery = |dg: Dg| matches!(dg, Dg::LiIon | Dg::LiMetal | Dg::NaIon);
        if order.label.is_some() {
            self.special.insert(order.order_ref.clone(), Sentence::PageSupplied);
        } else if order.lines.iter().any(|line| has_battery(line.dg)) {
            self.special.entry(order.order_ref.clone()).or_insert(Sentence::PageBattery);
        }
    }

    /// What the parcel of an order weighs, carton and all, in grams.
    pub(super) fn grams(&self, order: &str) -> i64 {
        self.grams.get(order).copied().unwrap_or(USUAL_GRAMS + CARTON_GRAMS)
    }
}

/// So many orders: the samples, then generated ones.
fn first(count: usize) -> Result<Vec<StoredOrder>, DemoError> {
    let mut orders = files::orders("sample.jsonl");
    orders.truncate(count);
    let generator = Generator::new(SEED);
    for number in (SAMPLES..count).map(|number| number as u64) {
        orders.push(generator.order(number).map_err(|error| DemoError::Stuck(error.to_string()))?);
    }
    Ok(orders.into_iter().map(crate::daemon::orders::stored).collect())
}

/// The same order with a higher revision, cancelled.
fn cancellation(order: &StoredOrder) -> Result<StoredOrder, DemoError> {
    let failed = |error: &dyn std::fmt::Display| DemoError::Stuck(format!("an order of the sample day: {error}"));
    let mut body: serde_json::Value = serde_json::from_str(&order.body).map_err(|error| failed(&error))?;
    body["rev"] = (body["rev"].as_u64().unwrap_or(0) + 1).into();
    body["state"] = "cancelled".into();
    order::read_value(&body).map(orders::stored).map_err(|error| failed(&error))
}
