//! Orders and their keys: which key an order has, and what becomes of orders whose key is gone.
//!
//! | what lies in the data folder | what then |
//! |---|---|
//! | the keys of this database | it goes on |
//! | no keys, and no order that is sealed: a new station, or one of before | the file is made |
//! | a backup that was put back, with the keys of its station | orders whose key was destroyed since are to be imported again |
//! | a backup that was put back, without them: another card | new keys; every sealed order is to be imported again |
//! | no keys, those of another database, older or damaged ones | no start: the message says what to do |
//!
//! An order whose key is gone has the key 0. Its number, versions and their hashes stay; so the same file brings its text back.

use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params};

use super::backup::{BACKUP_ROW, stamp};
use super::keyring::{CipherKey, KeyFault, Keyring, OrderKey, SealedPlace};
use super::{DATABASE, KEYS, OrderBatch, Store, StoreError, lock, private, schema};
use crate::station::order::OrderId;
use crate::units::Timestamp;

/// The row that names the keys' file of a database.
const RING_ROW: &str = "keys";
/// Keys that are looked at in one go, whether an order has them.
const LOOKED_AT: usize = 500;

/// The keys of a database, open for writing.
pub(super) fn open_keys(db: &mut Connection, dir: &Path) -> Result<Keyring, StoreError> {
    let row = |key: &str| -> rusqlite::Result<Option<String>> {
        db.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional()
    };
    let (named, restored) = (row(RING_ROW)?, row(BACKUP_ROW)?.is_some());
    let newest = "SELECT sealed_with FROM orders WHERE sealed_with > 0 ORDER BY sealed_with DESC LIMIT 1";
    let newest: i64 = db.query_row(newest, [], |row| row.get(0)).optional()?.unwrap_or(0);
    let fault = |fault| Err(StoreError::Keys { path: dir.join(KEYS), fault });
    let keyring = match Keyring::open(dir)? {
        Some(ring) if named.as_ref() == Some(&ring.name) && !restored => {
            return if newest <= ring.last() { Ok(ring) } else { fault(KeyFault::Older) };
        }
        Some(ring) if restored || newest == 0 => ring,
        Some(_) => return fault(KeyFault::Foreign),
        None if restored || newest == 0 => Keyring::make(dir)?,
        None => return fault(KeyFault::Missing),
    };
    let ours = named.as_ref() == Some(&keyring.name);
    let lost = note_lost(db, &keyring, ours)?;
    if lost > 0 {
        tracing::error!(
            orders = lost,
            "the backup that was put back has orders whose keys are not here: import them again before they are packed"
        );
    }
    Ok(keyring)
}

/// Names the keys of a database, and marks the orders that have none of them. How many those are.
fn note_lost(db: &mut Connection, keyring: &Keyring, ours: bool) -> Result<usize, StoreError> {
    let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let lost: Vec<i64> = {
        let mut sealed = transaction.prepare("SELECT id, sealed_with FROM orders WHERE sealed_with > 0")?;
        let rows: Vec<(i64, i64)> =
            sealed.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        let mut lost = Vec::new();
        for (id, number) in rows {
            if !ours || keyring.key(number)?.is_none() {
                lost.push(id);
            }
        }
        let mut mark = transaction.prepare("UPDATE orders SET sealed_with = 0 WHERE id = ?1")?;
        for id in &lost {
            mark.execute([id])?;
        }
        lost
    };
    if !ours {
        // Numbers of other keys.
        transaction.execute("DELETE FROM keys_to_destroy", [])?;
    }
    if !lost.is_empty() {
        // Whatever the hub hands out comes again from the first order on; what is here already changes nothing.
        transaction.execute("UPDATE meta SET value = '' WHERE key = 'cursor'", [])?;
    }
    transaction.execute("INSERT OR REPLACE INTO meta VALUES (?1, ?2)", [RING_ROW, &keyring.name])?;
    transaction.commit()?;
    Ok(lost.len())
}

/// The keys of a database, open for reading; `None` where they are not its own, or cannot be read.
pub(super) fn read_keys(db: &Connection, dir: &Path) -> Result<Option<Keyring>, StoreError> {
    let named = "SELECT value FROM meta WHERE key = ?1";
    let named: Option<String> = db.query_row(named, [RING_ROW], |row| row.get(0)).optional()?;
    Ok(Keyring::read(dir).filter(|keyring| Some(&keyring.name) == named.as_ref()))
}

/// Gives up keys that are missing, foreign or damaged: what lies there moves aside, and every sealed order is to be imported
/// again. The folder with what lay there, and how many orders those are.
///
/// # Errors
/// A station runs there, or nothing is wrong with its keys: then nothing was touched.
pub fn renew_keys(dir: &Path, at: Timestamp) -> Result<(Option<PathBuf>, usize), StoreError> {
    let lock = lock::lock(dir)?;
    let mut db = Connection::open(dir.join(DATABASE))?;
    schema::prepare(&mut db)?;
    match open_keys(&mut db, dir) {
        Err(StoreError::Keys { .. }) => {}
        Ok(_) => return Err(StoreError::KeysGood(dir.join(KEYS))),
        Err(error) => return Err(error),
    }
    let aside = move_aside(dir, at).map_err(|source| StoreError::File { path: dir.join(KEYS), source })?;
    let keyring = Keyring::make(dir)?;
    let lost = note_lost(&mut db, &keyring, false)?;
    drop(lock);
    Ok((aside, lost))
}

fn move_aside(dir: &Path, at: Timestamp) -> std::io::Result<Option<PathBuf>> {
    let files = ["", "-wal", "-shm"].map(|end| format!("{KEYS}{end}"));
    let there: Vec<&String> = files.iter().filter(|file| dir.join(file).exists()).collect();
    if there.is_empty() {
        return Ok(None);
    }
    let aside = dir.join(format!("replaced-{}", stamp(at)));
    private::folder(&aside)?;
    for file in there {
        std::fs::rename(dir.join(file), aside.join(file))?;
    }
    Ok(Some(aside))
}

impl Store {
    /// The keys of orders that are about to be written, on the disk when this returns; one for each order.
    pub(super) fn keys_for(&mut self, at: Timestamp, batch: &OrderBatch<'_>) -> Result<Vec<OrderKey>, StoreError> {
        let mut keys: Vec<OrderKey> = Vec::new();
        for put in &batch.puts {
            if keys.iter().any(|key| key.id == put.id) {
                continue;
            }
            let OrderId { channel, shop, number } = &put.id;
            let had: Option<i64> = self
                .db
                .prepare_cached("SELECT sealed_with FROM orders WHERE order_ref = ?3 AND shop = ?2 AND channel = ?1")?
                .query_row(params![channel, shop, number], |row| row.get(0))
                .optional()?
                .flatten();
            let id = put.id.clone();
            let known = had.map(|number| self.key(number)).transpose()?.flatten();
            keys.push(match (had, known) {
                (Some(number), Some(key)) => OrderKey { id, number, key, replaces: false },
                _ => {
                    let (number, key) = self.keyring.as_mut().ok_or(StoreError::Seal)?.take(at)?;
                    OrderKey { id, number, key, replaces: had.is_some() }
                }
            });
        }
        Ok(keys)
    }

    /// A key by its number; `None` where it is gone.
    fn key(&self, number: i64) -> Result<Option<CipherKey>, StoreError> {
        match &self.keyring {
            Some(keyring) if number > 0 => keyring.key(number),
            _ => Ok(None),
        }
    }

    /// A text of an order as it stands in the database; `None` where it was erased or its key is gone.
    pub(super) fn text(
        &self,
        stands: Value,
        sealed_with: Option<i64>,
        version: u64,
    ) -> Result<Option<String>, StoreError> {
        match stands {
            Value::Text(stub) => Ok(Some(stub)),
            Value::Blob(sealed) => {
                let text = self.opened(&sealed, sealed_with, SealedPlace::Version(version))?;
                Ok(text.and_then(|text| String::from_utf8(text).ok()))
            }
            _ => Ok(None),
        }
    }

    /// What was sealed; `None` where its key is gone.
    pub(super) fn opened(
        &self,
        sealed: &[u8],
        sealed_with: Option<i64>,
        place: SealedPlace<'_>,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(key) = sealed_with.map(|number| self.key(number)).transpose()?.flatten() else { return Ok(None) };
        let plain = key.open(place, sealed)?;
        if plain.is_none() {
            tracing::error!("what an order has sealed cannot be opened with its key; import the order again");
        }
        Ok(plain)
    }

    /// Destroys the keys of orders that were taken out.
    pub(super) fn destroy_keys(&mut self) -> Result<(), StoreError> {
        let numbers: Vec<i64> = {
            let mut select = self.db.prepare_cached("SELECT number FROM keys_to_destroy")?;
            select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?
        };
        let (Some(keyring), false) = (&mut self.keyring, numbers.is_empty()) else { return Ok(()) };
        keyring.destroy(&numbers)?;
        self.db.execute("DELETE FROM keys_to_destroy", [])?;
        Ok(())
    }

    /// Destroys keys that no order has and that were made before a moment: the power went before their orders were written,
    /// or the database was put back to before them. Looks at some of them; the next call goes on from there.
    pub fn collect_keys(&mut self, before: Timestamp) -> Result<usize, StoreError> {
        let Some(keyring) = &mut self.keyring else { return Ok(0) };
        let looked_at = keyring.old_keys(self.keys_looked_at, before, LOOKED_AT)?;
        let mut alone = Vec::new();
        {
            let mut order = self.db.prepare_cached("SELECT 1 FROM orders WHERE sealed_with = ?1")?;
            for (number, is_old) in &looked_at {
                if *is_old && !order.exists([number])? {
                    alone.push(*number);
                }
            }
        }
        self.keys_looked_at = match looked_at.last() {
            Some((last, _)) if looked_at.len() == LOOKED_AT => *last,
            _ => 0,
        };
        if !alone.is_empty() {
            keyring.destroy(&alone)?;
        }
        Ok(alone.len())
    }
}
