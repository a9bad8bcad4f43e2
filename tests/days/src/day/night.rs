//! The nights after the day: what is personal goes when it has served, and not before.

use parceld::daemon::PersonalAges;

use super::Day;
use crate::mutations::Mutation;
use crate::stage::{PERSONAL, marker};

/// What the shipped configuration keeps.
const KEEP_HOURS: u32 = 72;

impl Day<'_> {
    pub(super) fn nights(&mut self) {
        if !self.found.is_empty() {
            return;
        }
        let gone = self.gone_orders();
        self.clock.pass_hours(i64::from(KEEP_HOURS) - 2);
        self.erase();
        let early: Vec<String> =
            gone.iter().filter(|(name, number)| !self.keeps(name, *number)).map(|(name, _)| name.clone()).collect();
        if let Some(name) = early.first() {
            self.find("I10", format!("{name} was erased before its time, with {} more", early.len() - 1));
        }
        self.clock.pass_hours(4 + 24);
        self.erase();
        self.sums.erased += gone.len() as u64;
        if let Some((name, _)) = gone.iter().find(|(name, number)| self.keeps(name, *number)) {
            let name = name.clone();
            self.find("I10", format!("{name} was confirmed {KEEP_HOURS} hours ago, and its address can still be read"));
        }
        if self.computer.disk.contains(self.computer.data(), PERSONAL.as_bytes()) {
            self.find("I10", "an address is on the disk as it was written");
        }
    }

    /// Orders whose parcels have gone and are confirmed: some of them, each with its number.
    fn gone_orders(&self) -> Vec<(String, usize)> {
        let core = self.computer.peek();
        let confirmed = |name: &&String| {
            let parcels = core.store().parcels_of_number(name).unwrap_or_default();
            let state = |id: &parceld::ids::ParcelId| {
                let parcel = core.archive().parcel(*id).ok().flatten();
                parcel.map(|parcel| parcel.state())
            };
            let mut states = parcels.iter().map(state);
            !parcels.is_empty() && states.all(|state| state == Some(parceld::station::parcels::State::Confirmed))
        };
        let some = self.packed.iter().step_by(self.packed.len() / 6 + 1);
        some.filter(confirmed).filter_map(|name| Some((name.clone(), self.said.get(name)?.0))).collect()
    }

    /// Whether an order's address can be read.
    fn keeps(&self, name: &str, number: usize) -> bool {
        let store = self.computer.peek().store();
        let ids = store.orders_called(name).unwrap_or_default();
        let body = ids.first().and_then(|id| store.newest_order(id).ok().flatten());
        body.is_some_and(|body| body.contains(&marker(number)))
    }

    fn erase(&mut self) {
        let hours = match self.plan.mutation {
            Some(Mutation::ErasedTooEarly) => 0,
            Some(Mutation::NeverErased) => return,
            _ => KEEP_HOURS,
        };
        let moment = self.clock.moment();
        let ages = PersonalAges { confirmed: hours, ..self.stage.ages };
        let Some(now) = self.computer.core().believed(moment) else { return };
        for _ in 0..100 {
            match self.computer.core().erase(now, &ages, 200) {
                Ok(erased) if erased.more => {}
                Ok(_) => break,
                Err(error) => return self.find("I10", error),
            }
        }
        match self.computer.core().store_mut().empty_log() {
            Ok(true) => {}
            Ok(false) => self.find("I10", "the log is not empty, and nobody reads it"),
            Err(error) => self.find("I10", error),
        }
    }
}
