//! The lives of a database, and what identifies it.
//!
//! A database that was put back from a copy, or runs on another machine, may not be the only one of its station, or not the
//! newest. It cannot tell by itself: everything in it was copied with it. So it looks at what stands outside.
//!
//! | what happened | noticed by | what then |
//! |---|---|---|
//! | first start of this version; a new database | nothing is recorded of a machine yet | it is at home here: machine and mark are recorded |
//! | restart, update of the program or the system, VACUUM | nothing differs | it goes on |
//! | a backup put back with `parceld restore`, or copied into the place of the database | the row that every backup has | new life |
//! | an older copy put back in `data_dir`; `station.db-wal` deleted or lost | the mark knows facts that the journal has not | new life |
//! | `data_dir` copied or moved to another place or machine | there is no mark beside it | new life |
//! | another database in the place of one that was used | the mark is another database's | no number below those that the mark knows |
//! | the card in another board, or a clone of it | the board's serial number | new life |
//! | the system installed anew around the old data | there is no mark; or, where boards have no number, the machine id | new life |
//! | an image of the whole card put back in the same board, be it once more | the receiver has other or more events, or follows the life that went on from it; or the mark, where `mark_dir` is on another medium | the uplink stops and pools wait; a new life begins with the person's word. With a mark elsewhere: new life |
//! | the mark cannot be written any more: its medium is away, or its disk is full | the write itself, and the file that is there | the screen says that copies are not noticed, until it is written again |
//! | the printer's odometer is further than this database knows | nothing: other programs print there too | – |
//!
//! A *new life* is another incarnation with event numbers of its own from 1; what the old one has not delivered is still
//! offered under its old numbers. No pool that was begun before gives a number until a person says where it starts
//! (`parceld pool list` proposes it, `parceld pool start --all` ends it), and a label whose number was drawn and that is
//! not closed is not printed or closed any more: the other history may have used it. Where the receiver shows from which
//! event on histories differ, closed parcels whose numbers were drawn after it are stopped at the door too.
//!
//! The mark is a small database of its own beside the data folder, written after each commit and before anything is done
//! that follows from it. It is not synced: after a power cut it may be behind, which proves nothing, and never ahead.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::backup::BACKUP_ROW;
use super::mark::{Mark, Marked};
use super::{Store, StoreError, schema};
use crate::station::fact::{CopySign, PoolNext};
use crate::units::Timestamp;

/// What tells one machine from another: names and values, such as its board's serial number.
pub type Machine = BTreeMap<String, String>;

/// The name of a board's own serial number.
pub const BOARD: &str = "board";

/// One life of the database, as its events are counted: from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// Its random name.
    pub incarnation: String,
    /// The last event that the receiver has confirmed; 0 for none.
    pub confirmed: u64,
    /// The last event of this life; 0 for none.
    pub last: u64,
}

/// What a database finds out about itself at its start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognised {
    /// It is where it always was, or is at home here from now on.
    Home,
    /// It is a copy: a new life has to begin, and no pool gives a number below these.
    Copy {
        /// The sign that showed it.
        why: CopySign,
        /// What the mark knows of number pools.
        next: Vec<PoolNext>,
    },
    /// It is a copy whose other life has begun, or is new, and the power went before it was at home here.
    Begun {
        /// The sign that showed it.
        why: CopySign,
        /// The incarnation that was copied.
        was: String,
        /// From where numbers may be free.
        next: Vec<PoolNext>,
    },
    /// It is new, and there was another one: no pool gives a number below these.
    Successor {
        /// The incarnation of the other.
        was: String,
        /// What the mark knows of number pools.
        next: Vec<PoolNext>,
    },
}

/// Why the upload waits for a person; survives a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UplinkStop {
    /// What happened and what to do, for people.
    pub why: String,
    /// A hash of the settings that it happened with: with others it is tried again.
    #[serde(default)]
    pub settings: String,
    /// The first event of this life that the receiver does not have as it is, where histories differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fork: Option<u64>,
    /// A person wants it to try again; what is known of the fork holds until the receiver says otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retried: bool,
}

impl Store {
    /// The lives of this database, oldest first; the last one is the one it lives.
    pub fn lives(&self) -> Result<Vec<Life>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT incarnation, base, confirmed FROM lives ORDER BY life")?;
        let row =
            |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, u64>(1)?, row.get::<_, u64>(2)?));
        let rows: Vec<_> = select.query_map([], row)?.collect::<Result<_, _>>()?;
        let ends = rows.iter().skip(1).map(|(_, base, _)| *base).chain([self.head]);
        let life = |((incarnation, base, confirmed), end): (&(String, u64, u64), u64)| Life {
            incarnation: incarnation.clone(),
            confirmed: confirmed.saturating_sub(*base),
            last: end.saturating_sub(*base),
        };
        let mut lives: Vec<Life> = rows.iter().zip(ends).map(life).collect();
        if let Some(current) = lives.last_mut() {
            current.confirmed = self.confirmed();
        }
        Ok(lives)
    }

    /// A new word that tells one history from another in the names that each counts for itself.
    pub fn word_of_life(&self) -> Result<String, StoreError> {
        Ok(schema::new_incarnation()?[..4].to_uppercase())
    }

    /// The lives before this one, oldest first, with the last event that is still told under each one's numbers.
    pub fn past_lives(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT l.incarnation, l.base, n.base FROM lives l JOIN lives n ON n.life = l.life + 1 ORDER BY l.life",
        )?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get::<_, u64>(1)?, row.get::<_, u64>(2)?)))?;
        let lives: Vec<(String, u64, u64)> = rows.collect::<Result<_, _>>()?;
        let mut last =
            self.db.prepare_cached("SELECT seq FROM outbox WHERE seq > ?1 AND seq <= ?2 ORDER BY seq DESC LIMIT 1")?;
        let mut past = Vec::new();
        for (incarnation, base, end) in lives {
            let last: Option<u64> = last.query_row([base, end], |row| row.get(0)).optional()?;
            past.extend(last.map(|last| (incarnation, last - base)));
        }
        Ok(past)
    }

    /// First row and last row of a life: `(base, end]`.
    pub(super) fn rows_of(&self, incarnation: &str) -> Result<Option<(u64, u64)>, StoreError> {
        if incarnation == self.incarnation {
            return Ok(Some((self.base, self.head.max(self.base))));
        }
        let mut select = self.db.prepare_cached(
            "SELECT base, (SELECT base FROM lives n WHERE n.life = l.life + 1) FROM lives l WHERE incarnation = ?1",
        )?;
        let row = select.query_row([incarnation], |row| Ok((row.get(0)?, row.get::<_, Option<u64>>(1)?))).optional()?;
        Ok(row.map(|(base, end)| (base, end.unwrap_or(self.head))))
    }

    /// Looks at the machine and at the mark beside the data folder, and records both where this database is at home. What
    /// is not is recorded by [`Store::settle`], once everything has followed from it.
    pub fn recognise(
        &mut self,
        machine: &Machine,
        mark: Option<Mark>,
        pools: &[PoolNext],
    ) -> Result<Recognised, StoreError> {
        let home = self.home()?;
        let marked = self.meta("marked")?.is_some();
        let restored = self.is_restored()?;
        // One that cannot be read tells nothing, and is no proof of a copy.
        let said = mark.as_ref().map(Mark::read).transpose().unwrap_or_else(|error| {
            tracing::error!(%error, "the mark beside the data folder cannot be read");
            None
        });
        let elsewhere = home.as_ref().is_some_and(|home| is_other(home, machine));
        let next = |said: &Marked| said.next.clone();
        // The life that was left on a person's word, as long as the mark has not heard of it.
        let left = self.meta("life_left")?;
        let ours = |said: &Marked| said.incarnation == self.incarnation || left.as_ref() == Some(&said.incarnation);
        self.mark = mark;
        let begun: Option<(CopySign, String, Vec<PoolNext>)> =
            self.meta("life_begun")?.and_then(|text| serde_json::from_str(&text).ok());
        if let Some((why, was, next)) = begun {
            return Ok(Recognised::Begun { why, was, next });
        }
        let overruled = self.meta("mark_overruled")?;
        let recognised = match &said {
            // A mark that is not further proves nothing: it may be behind.
            said if restored => {
                let said = said.as_ref().and_then(Option::as_ref);
                let behind = said.is_some_and(|said| ours(said) && said.seq > self.last_seq);
                let why = if behind { CopySign::Behind } else { CopySign::Restored };
                Recognised::Copy { why, next: said.map(next).unwrap_or_default() }
            }
            // What it shows was found before; it could not be written since.
            Some(Some(said)) if !elsewhere && overruled.is_some() && overruled == word(said) => Recognised::Home,
            Some(Some(said)) if !ours(said) && !marked && self.last_seq == 0 => {
                Recognised::Successor { was: said.incarnation.clone(), next: next(said) }
            }
            Some(Some(said)) if !ours(said) => Recognised::Copy { why: CopySign::OtherMark, next: next(said) },
            Some(Some(said)) if said.seq > self.last_seq => {
                Recognised::Copy { why: CopySign::Behind, next: next(said) }
            }
            Some(Some(said)) if elsewhere => Recognised::Copy { why: CopySign::OtherMachine, next: next(said) },
            Some(None) | None if elsewhere => Recognised::Copy { why: CopySign::OtherMachine, next: Vec::new() },
            Some(None) if marked => Recognised::Copy { why: CopySign::NoMark, next: Vec::new() },
            Some(_) | None => Recognised::Home,
        };
        if recognised == Recognised::Home {
            self.settle(machine, pools)?;
        }
        Ok(recognised)
    }

    /// The mark should be there and cannot be opened.
    pub fn miss_mark(&mut self) {
        self.mark_missing = true;
    }

    /// Whether a copy would not be noticed, because the mark cannot be written.
    pub fn mark_fails(&self) -> bool {
        self.mark_missing || self.mark.as_ref().is_some_and(Mark::fails)
    }

    /// Tries again to write a mark that could not be written.
    pub fn retry_mark(&mut self) {
        if let Some(mark) = self.mark.as_mut().filter(|mark| mark.fails()) {
            mark.note(&self.incarnation, self.last_seq, &[]);
        }
    }

    /// The machine that this database is at home on; `None` before it was ever recorded.
    fn home(&self) -> Result<Option<Machine>, StoreError> {
        Ok(self.meta("machine")?.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Records that this database is at home on this machine, and writes its mark; `pools` is from where each pool goes on.
    pub fn settle(&mut self, machine: &Machine, pools: &[PoolNext]) -> Result<(), StoreError> {
        let mut all = self.home()?.unwrap_or_default();
        all.extend(machine.clone());
        let all = serde_json::to_string(&all).unwrap_or_default();
        if self.meta("machine")?.as_ref() != Some(&all) {
            self.set_meta("machine", Some(&all))?;
        }
        self.settle_mark(pools)?;
        for done in ["life_begun", BACKUP_ROW] {
            if self.meta(done)?.is_some() {
                self.set_meta(done, None)?;
            }
        }
        Ok(())
    }

    /// Writes the mark of where this database is at home, unless it says so already.
    fn settle_mark(&mut self, pools: &[PoolNext]) -> Result<(), StoreError> {
        let marked = self.meta("marked")?.is_some();
        let Some(said) = self.mark.as_ref().map(|mark| mark.read().ok().flatten()) else { return Ok(()) };
        let here = said.as_ref().is_some_and(|said| said.incarnation == self.incarnation && said.seq == self.last_seq);
        if !(marked && here) {
            let (incarnation, seq) = (self.incarnation.clone(), self.last_seq);
            if let Some(Err(error)) = self.mark.as_mut().map(|mark| mark.begin(&incarnation, seq, pools)) {
                tracing::error!(%error, "the mark beside the data folder cannot be written");
                return self.set_meta("mark_overruled", said.as_ref().and_then(word).as_deref());
            }
            self.set_meta("marked", Some("1"))?;
        }
        for done in ["life_left", "mark_overruled"] {
            if self.meta(done)?.is_some() {
                self.set_meta(done, None)?;
            }
        }
        Ok(())
    }

    /// Keeps what is to be recorded of a new database until it is.
    pub fn note_begun(&mut self, why: CopySign, was: &str, next: &[PoolNext]) -> Result<(), StoreError> {
        self.set_meta("life_begun", Some(&serde_json::to_string(&(why, was, next)).unwrap_or_default()))
    }

    /// Whether this is a backup that was put back, and no station has started on it yet.
    pub fn is_restored(&self) -> Result<bool, StoreError> {
        Ok(self.meta(BACKUP_ROW)?.is_some())
    }

    /// Begins another life: a new incarnation, whose events count from 1. What is to be recorded of it is kept with it.
    pub fn begin_life(&mut self, begun: Option<(CopySign, &str, &[PoolNext])>) -> Result<(), StoreError> {
        let begun = begun.map(|begun| serde_json::to_string(&begun).unwrap_or_default());
        let left = self.incarnation.clone();
        let incarnation = schema::new_incarnation()?;
        let confirmed = self.confirmed;
        let transaction = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        transaction.execute(super::outbox::NOTE_CONFIRMED, [confirmed])?;
        transaction.execute(
            "INSERT INTO lives (life, incarnation, base, confirmed) SELECT max(life) + 1, ?1, ?2, ?2 FROM lives",
            params![incarnation, self.head],
        )?;
        transaction.execute("DELETE FROM meta WHERE key IN ('uplink_stopped', 'life_left')", [])?;
        match begun {
            Some(begun) => {
                transaction.execute("DELETE FROM meta WHERE key IN ('machine', 'marked')", [])?;
                transaction.execute("INSERT OR REPLACE INTO meta VALUES ('life_begun', ?1)", [begun])?;
            }
            // It stays at home where it is, and its mark is that of the life before until it is written.
            None => drop(transaction.execute("INSERT INTO meta VALUES ('life_left', ?1)", [left])?),
        }
        transaction.commit()?;
        (self.incarnation, self.base, self.confirmed, self.confirmed_on_disk) =
            (incarnation, self.head, self.head, self.head);
        Ok(())
    }

    /// Gives the events of a life from one of its numbers on new numbers in the life that is lived now: they cannot be
    /// told under their own. `renumber` writes an event for the incarnation and number it has now.
    pub fn move_events(
        &mut self,
        incarnation: &str,
        from: u64,
        at: Timestamp,
        renumber: impl Fn(&str, &str, u64) -> Option<String>,
    ) -> Result<u64, StoreError> {
        let Some((base, end)) = self.rows_of(incarnation)? else { return Ok(0) };
        if incarnation == self.incarnation {
            return Ok(0);
        }
        let first = base + from.max(1);
        let (mut head, mut moved) = (self.head, 0);
        let transaction = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        {
            let mut rows = transaction
                .prepare("SELECT seq, kind, body, fact FROM outbox WHERE seq >= ?1 AND seq <= ?2 ORDER BY seq")?;
            let mut insert =
                transaction.prepare("INSERT INTO outbox (seq, at, kind, body, fact) VALUES (?1, ?2, ?3, ?4, ?5)")?;
            let mut manifest = transaction.prepare("UPDATE manifests SET seq = ?2 WHERE seq = ?1")?;
            let mut aside = transaction.prepare("UPDATE aside SET seq = ?2 WHERE seq = ?1")?;
            let rows: Vec<(u64, String, String, Option<u64>)> = rows
                .query_map([first, end], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
                .collect::<Result<_, _>>()?;
            for (seq, kind, body, fact) in rows {
                head += 1;
                moved += 1;
                let body = renumber(&body, &self.incarnation, head - self.base)
                    .ok_or_else(|| StoreError::Event(format!("event {seq} cannot be read")))?;
                insert.execute(params![head, at.0, kind, body, fact])?;
                manifest.execute(params![seq, head])?;
                aside.execute(params![seq, head])?;
            }
            transaction.execute("DELETE FROM outbox WHERE seq >= ?1 AND seq <= ?2", [first, end])?;
            // Nothing of that life waits any more; what stands before was told.
            transaction.execute("UPDATE lives SET confirmed = ?2 WHERE incarnation = ?1", params![incarnation, end])?;
        }
        transaction.commit()?;
        self.head = head;
        Ok(moved)
    }

    /// Records that every event of an earlier life has arrived.
    pub fn finish_life(&mut self, incarnation: &str) -> Result<(), StoreError> {
        if let Some((_, end)) = self.rows_of(incarnation)?.filter(|_| incarnation != self.incarnation) {
            self.db.execute("UPDATE lives SET confirmed = ?2 WHERE incarnation = ?1", params![incarnation, end])?;
        }
        Ok(())
    }

    /// Why the upload waits for a person; `None` when it does not.
    pub fn uplink_stop(&self) -> Result<Option<UplinkStop>, StoreError> {
        Ok(self.meta("uplink_stopped")?.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// A person wants the upload to try again, also after a restart.
    pub fn retry_uplink(&mut self) -> Result<(), StoreError> {
        let stop = self.uplink_stop()?.filter(|stop| stop.fork.is_some());
        self.set_uplink_stop(stop.map(|stop| UplinkStop { retried: true, ..stop }).as_ref())
    }

    /// Records why the upload waits for a person, or that it does so no longer.
    pub fn set_uplink_stop(&mut self, stop: Option<&UplinkStop>) -> Result<(), StoreError> {
        let text = stop.map(|stop| serde_json::to_string(stop).unwrap_or_default());
        if self.meta("uplink_stopped")? == text {
            return Ok(());
        }
        self.set_meta("uplink_stopped", text.as_deref())
    }

    pub(super) fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
        Ok(select.query_row([key], |row| row.get(0)).optional()?)
    }

    pub(super) fn set_meta(&self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        match value {
            Some(value) => self.db.execute("INSERT OR REPLACE INTO meta VALUES (?1, ?2)", [key, value])?,
            None => self.db.execute("DELETE FROM meta WHERE key = ?1", [key])?,
        };
        Ok(())
    }
}

/// What a mark says of the database that it belongs to, to be compared.
fn word(said: &Marked) -> Option<String> {
    serde_json::to_string(&(&said.incarnation, said.seq)).ok()
}

/// Whether two machines are known to be different. A board's own number decides; without one, whatever is known of both:
/// a system whose root cannot be written has another machine id at each start.
fn is_other(home: &Machine, machine: &Machine) -> bool {
    let differs = |name: &str| Some(home.get(name)? != machine.get(name)?);
    differs(BOARD).unwrap_or_else(|| home.keys().any(|name| differs(name) == Some(true)))
}
