//! How old what is recorded is at least, whatever the computer's clock said when it was.

use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError};
use crate::units::Timestamp;

impl Store {
    /// From when the age of a fact counts: its own time, where the clock was believed; else the next time that was. A clock
    /// that was believed and ahead does not make it younger than what is recorded after it. `None` while the clock is
    /// doubted: the fact has no age yet. Where nothing was ever said of the clock, times are as they stand.
    pub fn counts_from(&self, seq: u64, at: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        // The names stand in the text: only so is the index of these facts used.
        let mut before = self.db.prepare_cached(
            "SELECT name = 'clock_believed' FROM journal
             WHERE name IN ('clock_believed', 'clock_doubted') AND seq <= ?1 ORDER BY seq DESC LIMIT 1",
        )?;
        let mut after = self.db.prepare_cached(
            "SELECT count(*), min(CASE WHEN name = 'clock_believed' THEN at END) FROM journal
             WHERE name IN ('clock_believed', 'clock_doubted') AND seq > ?1",
        )?;
        let believed: Option<bool> = before.query_row([seq], |row| row.get(0)).optional()?;
        let (later, earliest): (u64, Option<i64>) =
            after.query_row(params![seq], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let earliest = earliest.map(Timestamp);
        Ok(match believed {
            Some(true) => Some(earliest.map_or(at, |earliest| earliest.min(at))),
            None if later == 0 => Some(at),
            None | Some(false) => earliest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::station::fact::{ClockDoubt, ClockVoucher, Fact};

    fn believed() -> Fact {
        let by = ClockVoucher::Synced;
        let (boot, wall) = (String::new(), Timestamp(0));
        Fact::ClockBelieved { by, boot, wall, since_boot: 0, anchor: 0, operator: None, supervisor: None }
    }

    fn doubted() -> Fact {
        Fact::ClockDoubted { why: ClockDoubt::Leaped, boot: String::new(), wall: Timestamp(0), since_boot: 0 }
    }

    #[test]
    fn an_age_counts_believed_time_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut store = Store::open(dir.path()).expect("a store");
        let said = || Fact::LanguageChanged { language: "es".into() };
        let mut record = |at: i64, fact: Fact| {
            store.commit(Timestamp(at), &[fact], &[]).expect("recorded");
            let seq = store.last_fact();
            move |store: &Store| store.counts_from(seq, Timestamp(at)).expect("an answer").map(|at| at.0)
        };
        let old = record(10, said());
        let clock = record(1_000, believed());
        let right = record(1_010, said());
        let _ = record(9_000, doubted());
        let in_2036 = record(9_010, said());
        let _ = record(0, doubted());
        let in_1970 = record(5, said());
        let reader = Store::read(dir.path()).expect("a reader");
        assert_eq!((old(&reader), clock(&reader), right(&reader)), (Some(1_000), Some(1_000), Some(1_010)));
        assert_eq!((in_2036(&reader), in_1970(&reader)), (None, None), "nobody knows how old they are");
        let ahead = record(2_000, believed());
        let ahead_too = record(2_100, said());
        let _ = record(1_500, believed());
        assert_eq!((in_2036(&reader), in_1970(&reader)), (Some(1_500), Some(1_500)));
        assert_eq!(
            (ahead(&reader), ahead_too(&reader)),
            (Some(1_500), Some(1_500)),
            "the clock was ahead and believed"
        );
        assert_eq!(right(&reader), Some(1_010));
    }

    #[test]
    fn where_nothing_was_said_of_the_clock_times_are_as_they_stand() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(dir.path()).expect("a store");
        assert_eq!(store.counts_from(7, Timestamp(10)).expect("an answer"), Some(Timestamp(10)));
    }
}
