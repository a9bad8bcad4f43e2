//! What every day is played with: the demo's rules, the shipped cards, and orders without end.

use std::path::Path;
use std::sync::Arc;

use parceld::daemon::{PersonalAges, Setup};
use parceld::rating::Cards;
use parceld::station::Rules;
use parceld::station::badge::Supervisor;
use serde_json::Value;

use crate::packer::SUPERVISOR;

/// The orders that all others are made of.
const FIFTY: &str = include_str!("../../../config/orders/sample.jsonl");

pub(crate) struct Stage {
    pub(crate) rules: Rules,
    pub(crate) cards: Arc<Cards>,
    pub(crate) ages: PersonalAges,
    samples: Vec<Value>,
}

impl Stage {
    /// Reads the shipped configuration, where the sources are.
    pub(crate) fn new() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/demo.toml");
        let Setup { mut rules, cards, config, .. } = Setup::load(&file).expect("the demo's configuration").0;
        rules.supervisors = [Supervisor::of_badge(SUPERVISOR)].into();
        let samples = FIFTY.lines().map(|line| serde_json::from_str(line).expect("a sample order")).collect();
        Self { rules, cards, ages: PersonalAges::of(&config), samples }
    }

    /// The order with a number of its day, as the hub says it: its name, and its body.
    pub(crate) fn order(&self, seed: u64, number: usize, said: &OrderSaid) -> (String, String) {
        let mut order = self.samples[number % self.samples.len()].clone();
        let name = format!("5764{:06}{number:08}", seed % 1_000_000);
        order["order_ref"] = name.clone().into();
        order["package_ref"] = format!("1152{:06}{number:08}", seed % 1_000_000).into();
        order["rev"] = said.rev.into();
        order["state"] = said.state.into();
        order["ship_to"]["name"] = marker(number).into();
        if said.moved {
            order["ship_to"]["line1"] = "2 New Street".into();
        }
        (name, order.to_string())
    }
}

/// What is personal in every order.
pub(crate) const PERSONAL: &str = " of Nowhere Personal";

/// What is personal in an order, and in no other.
pub(crate) fn marker(number: usize) -> String {
    format!("Zqx{number:06}{PERSONAL}")
}

/// What the hub says of an order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OrderSaid {
    pub(crate) rev: u64,
    pub(crate) state: &'static str,
    pub(crate) moved: bool,
}
