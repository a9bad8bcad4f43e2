//! Orders: said by the hub, pulled by the station, changed and cancelled meanwhile.

use std::collections::BTreeSet;

use parceld::daemon::intake::{AT_ONCE, OrderOrigin};
use parceld::daemon::orders::stored;
use parceld::exchange::order;
use parceld::store::StoredOrder;

use super::Day;
use crate::stage::OrderSaid;

/// Orders that the hub says at once, and how many wait on the shelf before it says more.
const AT_A_TIME: usize = 40;
const ON_THE_SHELF: usize = 60;

impl Day<'_> {
    /// The hub says more orders as the shelf empties.
    pub(super) fn say_orders(&mut self) {
        if self.totes.len() >= ON_THE_SHELF || self.said.len() > self.packed.len() + 4 * ON_THE_SHELF {
            return;
        }
        for _ in 0..AT_A_TIME {
            let number = self.said.len();
            let said = OrderSaid { rev: 1, state: "ready", moved: false };
            let (name, body) = self.stage.order(self.seed, number, &said);
            self.hub.orders.push(body);
            self.said.insert(name, (number, said));
        }
    }

    /// Something else is said of an order, or what was said first again.
    pub(super) fn change_order(&mut self) {
        let names: Vec<String> = match self.dice.below(3) {
            0 => self.packed.iter().cloned().collect(),
            _ => self.totes.clone(),
        };
        let Some(name) = self.dice.pick(&names).cloned() else { return };
        let Some((number, said)) = self.said.get_mut(&name) else { return };
        said.rev += 1;
        match self.dice.below(4) {
            0 => said.state = "cancelled",
            1 => said.state = "hold",
            2 => said.moved = !said.moved,
            _ => said.state = "ready",
        }
        let (number, said) = (*number, *said);
        self.hub.orders.push(self.stage.order(self.seed, number, &said).1);
        self.sums.order_changes += 1;
    }

    /// A page that was pulled. Whether all of it is kept.
    pub(super) fn take_page(&mut self, bodies: &[String], cursor: &str) -> bool {
        let mut orders: Vec<StoredOrder> = Vec::new();
        for body in bodies {
            let batch = order::read(body.as_bytes(), "pulled.json");
            if let Some(refused) = batch.refused.first() {
                self.find("I10", format!("an order is refused: {}", refused.reason));
            }
            orders.extend(batch.accepted.into_iter().map(stored));
        }
        let mut some: Vec<StoredOrder> = Vec::new();
        let mut pieces: Vec<Vec<StoredOrder>> = Vec::new();
        let mut seen = BTreeSet::new();
        for order in orders {
            if some.len() == AT_ONCE || !seen.insert(order.id.clone()) {
                seen = [order.id.clone()].into();
                pieces.push(std::mem::take(&mut some));
            }
            some.push(order);
        }
        pieces.push(some);
        let last = pieces.len() - 1;
        for (at, piece) in pieces.into_iter().enumerate() {
            let (moment, cursor) = (self.clock.moment(), (at == last).then_some(cursor));
            let taken = self.computer.core().take_orders(moment, &piece, OrderOrigin::Receiver, cursor);
            let (answers, outcome) = match taken {
                Ok((answers, outcome)) => (answers, Ok(outcome)),
                Err(error) => (Vec::new(), Err(error)),
            };
            if self.follow(outcome).is_none() {
                return false;
            }
            for answer in answers {
                self.know_order(&answer.id.number);
            }
        }
        true
    }

    /// The station knows an order: its box may be packed, unless it is not to be.
    fn know_order(&mut self, name: &str) {
        let ready = self.said.get(name).is_some_and(|(_, said)| said.state == "ready");
        match ready {
            true if !self.packed.contains(name) && !self.totes.iter().any(|tote| tote == name) => {
                self.totes.push(name.to_owned());
            }
            true => {}
            false => self.totes.retain(|tote| tote != name),
        }
    }
}
