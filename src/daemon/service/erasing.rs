//! What is personal and has served goes; and nothing is called erased that a file still holds.

use std::time::Duration;

use super::StationService;
use crate::daemon::Core;
use crate::daemon::erase::{Erased, PersonalAges, before};
use crate::units::Timestamp;

/// How often personal data that has served is looked for.
pub(super) const PAUSE: Duration = Duration::from_secs(3600);
/// Orders erased at once, and the pause before the next ones: packing goes on meanwhile.
const MOST: usize = 200;
const MORE: Duration = Duration::from_secs(1);
/// While a reader keeps the log, it is tried again this often.
const KEPT: Duration = Duration::from_secs(60);

/// What was taken out and is still in the write-ahead log.
#[derive(Debug)]
pub(super) struct Erasing {
    /// The log has to be emptied. A start begins with it: the run before may have ended in between.
    log_is_full: bool,
    /// Orders that are gone once it is.
    orders: usize,
    /// Somebody was told that it is kept.
    said: bool,
    /// A person had something erased: it is looked after at once.
    asked: bool,
}

impl Default for Erasing {
    fn default() -> Self {
        Self { log_is_full: true, orders: 0, said: false, asked: false }
    }
}

impl Erasing {
    /// Takes out what has served, and empties the log. After how long to come again.
    fn turn(&mut self, core: &mut Core, now: Option<Timestamp>, ages: &PersonalAges) -> Duration {
        // While the clock is not believed nothing is known to be old enough.
        let erased = now.map_or(Ok(Erased::default()), |now| core.erase(now, ages, MOST));
        let Erased { orders, keys, more } = erased.unwrap_or_else(|error| {
            tracing::error!(%error, "personal data could not be erased");
            Erased::default()
        });
        self.orders += orders;
        self.log_is_full |= orders + keys > 0;
        if self.log_is_full {
            self.empty(core);
        }
        match (more, self.log_is_full) {
            (true, _) => MORE,
            (false, true) => KEPT,
            (false, false) => PAUSE,
        }
    }

    /// A person had an order erased: the log may still have it.
    pub(super) fn expect_one(&mut self) {
        self.asked = true;
        self.log_is_full = true;
        self.orders += 1;
    }

    /// Whether a person had something erased, and the log was not looked at since.
    pub(super) fn is_asked(&self) -> bool {
        self.asked
    }

    /// After how long the log is looked at for it.
    pub(super) fn soon(&mut self) -> Duration {
        self.asked = false;
        MORE
    }

    /// Something was taken out, and a reader keeps it.
    fn is_hindered(&self) -> bool {
        self.log_is_full && self.orders > 0
    }

    fn empty(&mut self, core: &mut Core) {
        match core.store_mut().empty_log() {
            Ok(true) => {
                if self.orders > 0 {
                    tracing::info!(orders = self.orders, "personal data erased");
                }
                *self = Self { log_is_full: false, orders: 0, said: false, asked: false };
            }
            Ok(false) if self.said || self.orders == 0 => {}
            Ok(false) => {
                self.said = true;
                tracing::warn!(
                    orders = self.orders,
                    "what was taken out is still in the write-ahead log, which another program reads; end that program. \
                     It is tried again every minute"
                );
            }
            Err(error) => tracing::error!(%error, "the write-ahead log could not be emptied"),
        }
    }
}

impl StationService {
    /// Takes out what is personal and has served. After how long to come again.
    pub(super) fn erase(&mut self) -> Duration {
        let ages = PersonalAges::of(&self.config);
        let now = self.core.believed(self.clocks.moment());
        if let (Some(now), Some(inbox)) = (now, &mut self.inbox) {
            inbox.erase(before(now, ages.confirmed));
        }
        let again = self.erasing.turn(&mut self.core, now, &ages);
        match &self.upkeep {
            // It may be what reads the log: it breaks off, and does its work later.
            Some(upkeep) if self.erasing.is_hindered() => {
                upkeep.give_way();
                again.min(MORE)
            }
            _ => again,
        }
    }

    /// Says once a day that what is personal cannot be erased, as long as it has not arrived.
    pub(super) fn say_overdue(&mut self) {
        let now = self.core.believed(self.clocks.moment());
        let overdue = now.and_then(|now| self.core.live().overdue(now));
        if let Some(days) = overdue.filter(|days| self.overdue != Some(*days)) {
            tracing::error!(
                days,
                "events wait for the receiver, and names and addresses are kept until they have arrived; bring the link \
                 back, or write them to a file with `parceld outbox export` and hand it over"
            );
        }
        self.overdue = overdue;
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::daemon::Setup;
    use crate::station::fact::Fact;
    use crate::store::Store;

    #[test]
    fn while_a_reader_keeps_the_log_nothing_is_called_erased_and_it_is_tried_again() {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo.toml");
        let setup = Setup::load(&demo).expect("the demo's configuration").0;
        let ages = PersonalAges::of(&setup.config);
        let dir = tempfile::tempdir().expect("a folder");
        let mut store = Store::open(dir.path()).expect("a store");
        store.commit(Timestamp(0), &[Fact::LanguageChanged { language: "es".into() }], &[]).expect("recorded");
        let mut core = Core::new(store, setup.rules, setup.cards).expect("a station");
        let mut erasing = Erasing { orders: 3, ..Erasing::default() };

        let reader = Store::read(dir.path()).expect("a reader");
        let mut tries = 0;
        let read = reader.replay(|_| {
            for _ in 0..2 {
                assert_eq!(erasing.turn(&mut core, Some(Timestamp(0)), &ages), KEPT);
                assert_eq!((erasing.orders, erasing.said), (3, true));
                tries += 1;
            }
        });
        read.expect("it has read");
        assert_eq!(tries, 2);
        assert_eq!(erasing.turn(&mut core, Some(Timestamp(0)), &ages), PAUSE);
        assert_eq!((erasing.orders, erasing.log_is_full), (0, false));
    }
}
