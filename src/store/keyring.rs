//! The keys with which names, addresses and labels are sealed: one for each order, in a file of their own.
//!
//! No backup holds that file, so what is sealed in a backup ends with its key. A key is destroyed when its order has served
//! or somebody asks for it; then nobody can read what was sealed, wherever a copy of it lies.
//!
//! **A key is on the disk before anything that it seals.** The power may go between the two: then there is a key without an
//! order, which is found later and destroyed. The other way round an order would be lost, so that is never written. An order
//! is taken out of the database before its key goes, and the database remembers which keys are to go.
//!
//! Keys are numbered upwards and never anew: no number of a database that was put back means a younger key. Sealed is
//! `1`, a random nonce of 12 bytes, and what ChaCha20-Poly1305 makes; it is bound to its place (version or tracking number).

use std::fmt;
use std::path::{Path, PathBuf};

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::{KEYS, StoreError, check, private, schema};
use crate::station::order::OrderId;
use crate::units::Timestamp;

/// The first byte of whatever is sealed.
const SEALED: u8 = 1;
const KEY_BYTES: usize = 32;
/// Keys that are made at once: one wait for the disk serves so many orders.
const AT_ONCE: usize = 64;
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS ring (one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS keys (number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, key BLOB NOT NULL);
";

/// What is wrong with the file of the keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// It is not there.
    #[error("it is not there, and orders of the database are sealed with its keys")]
    Missing,
    /// It is another database's.
    #[error("it belongs to another database")]
    Foreign,
    /// An older one was put in its place.
    #[error("it is older than the database: keys of newer orders are not in it")]
    Older,
    /// It cannot be read.
    #[error("it is damaged ({0})")]
    Damaged(String),
}

/// A key, which nothing shows.
pub(super) struct CipherKey([u8; KEY_BYTES]);

impl fmt::Debug for CipherKey {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("CipherKey")
    }
}

/// What is sealed, and so where it belongs.
#[derive(Debug, Clone, Copy)]
pub(super) enum SealedPlace<'a> {
    /// The text of this version of an order.
    Version(u64),
    /// The label with this number.
    Label(&'a str),
}

impl SealedPlace<'_> {
    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Version(version) => format!("version {version}").into_bytes(),
            Self::Label(number) => format!("label {number}").into_bytes(),
        }
    }
}

/// The key of an order that is about to be written.
#[derive(Debug)]
pub(super) struct OrderKey {
    pub(super) id: OrderId,
    pub(super) number: i64,
    pub(super) key: CipherKey,
    /// It had another one, and that is gone.
    pub(super) replaces: bool,
}

impl CipherKey {
    fn new() -> Result<Self, StoreError> {
        let mut bytes = [0; KEY_BYTES];
        random(&mut bytes)?;
        Ok(Self(bytes))
    }

    fn cipher(&self) -> Result<LessSafeKey, StoreError> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, &self.0).map_err(|_| StoreError::Seal)?;
        Ok(LessSafeKey::new(key))
    }

    /// Seals what belongs in a place.
    pub(super) fn seal(&self, place: SealedPlace<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE_LEN];
        random(&mut nonce)?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + plain.len() + CHACHA20_POLY1305.tag_len());
        sealed.push(SEALED);
        sealed.extend_from_slice(&nonce);
        let mut text = plain.to_vec();
        self.cipher()?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place.bytes()), &mut text)
            .map_err(|_| StoreError::Seal)?;
        sealed.extend_from_slice(&text);
        Ok(sealed)
    }

    /// What was sealed in a place; `None` where another key sealed it, it was of another place, or it was changed.
    pub(super) fn open(&self, place: SealedPlace<'_>, sealed: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let Some((nonce, text)) = sealed.strip_prefix(&[SEALED]).and_then(|rest| rest.split_at_checked(NONCE_LEN))
        else {
            return Ok(None);
        };
        let Ok(nonce) = Nonce::try_assume_unique_for_key(nonce) else { return Ok(None) };
        let mut text = text.to_vec();
        let length = match self.cipher()?.open_in_place(nonce, Aad::from(place.bytes()), &mut text) {
            Ok(plain) => plain.len(),
            Err(_) => return Ok(None),
        };
        text.truncate(length);
        Ok(Some(text))
    }
}

fn random(bytes: &mut [u8]) -> Result<(), StoreError> {
    getrandom::fill(bytes).map_err(|error| StoreError::Random(error.to_string()))
}

/// The file of the keys, open.
#[derive(Debug)]
pub(super) struct Keyring {
    db: Connection,
    path: PathBuf,
    /// Its random name, which its database knows.
    pub(super) name: String,
    /// Keys that no order has yet.
    spare: Vec<(i64, CipherKey)>,
    /// The last key that was there when it was opened.
    last: i64,
}

impl Keyring {
    /// Opens the file for writing, with the settings of the database; `None` where there is none, or the power went while
    /// it was made.
    pub(super) fn open(dir: &Path) -> Result<Option<Self>, StoreError> {
        let path = dir.join(KEYS);
        if !path.exists() {
            return Ok(None);
        }
        check::header(&path).map_err(|error| damaged(&path, error))?;
        private::own_file(&path).map_err(|source| StoreError::File { path: path.clone(), source })?;
        let db = Connection::open(&path)?;
        Self::settle(db, path)
    }

    fn settle(mut db: Connection, path: PathBuf) -> Result<Option<Self>, StoreError> {
        let look = |db: &mut Connection| -> Result<Option<(String, i64)>, StoreError> {
            schema::settings(db)?;
            if !has_tables(db)? {
                return Ok(None);
            }
            let said: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
            if said != "ok" {
                return Err(StoreError::Damaged(check::Damage::Pages(said)));
            }
            let name = db.query_row("SELECT name FROM ring", [], |row| row.get(0)).optional()?;
            Ok(name.map(|name| last_number(db).map(|last| (name, last))).transpose()?)
        };
        let found = look(&mut db).map_err(|error| damaged(&path, error))?;
        Ok(found.map(|(name, last)| Self { db, path, name, spare: Vec::new(), last }))
    }

    /// Makes the file with a name of its own; it is on the disk when this returns.
    pub(super) fn make(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join(KEYS);
        let file = |source| StoreError::File { path: path.clone(), source };
        private::own_file(&path).map_err(file)?;
        let mut db = Connection::open(&path)?;
        schema::settings(&db)?;
        let name = schema::new_incarnation()?;
        let transaction = db.transaction()?;
        transaction.execute_batch(TABLES)?;
        transaction.execute("INSERT INTO ring VALUES (1, ?1)", [&name])?;
        transaction.commit()?;
        std::fs::File::open(dir).and_then(|dir| dir.sync_all()).map_err(file)?;
        Ok(Self { db, path, name, spare: Vec::new(), last: 0 })
    }

    /// Opens the file for reading, beside the one who writes; `None` where it cannot be used.
    pub(super) fn read(dir: &Path) -> Option<Self> {
        let path = dir.join(KEYS);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || -> rusqlite::Result<Option<Self>> {
            let db = Connection::open_with_flags(&path, flags)?;
            db.busy_timeout(schema::PATIENCE)?;
            if !has_tables(&db)? {
                return Ok(None);
            }
            let name = db.query_row("SELECT name FROM ring", [], |row| row.get(0)).optional()?;
            Ok(name.map(|name| Self { db, path: path.clone(), name, spare: Vec::new(), last: 0 }))
        };
        open().ok().flatten()
    }

    /// The last number that was ever given.
    pub(super) fn last(&self) -> i64 {
        self.last
    }

    /// A key that nothing was sealed with yet, and its number: it is on the disk when this returns.
    pub(super) fn take(&mut self, at: Timestamp) -> Result<(i64, CipherKey), StoreError> {
        if self.spare.is_empty() {
            self.make_keys(at)?;
        }
        self.spare.pop().ok_or(StoreError::Seal)
    }

    fn make_keys(&mut self, at: Timestamp) -> Result<(), StoreError> {
        let mut made = Vec::with_capacity(AT_ONCE);
        let transaction = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        {
            let mut insert = transaction.prepare_cached("INSERT INTO keys (at, key) VALUES (?1, ?2)")?;
            for _ in 0..AT_ONCE {
                let key = CipherKey::new()?;
                insert.execute(params![at.0, key.0])?;
                made.push((transaction.last_insert_rowid(), key));
            }
        }
        transaction.commit()?;
        made.reverse();
        self.spare = made;
        Ok(())
    }

    /// The key with a number; `None` where it is gone.
    pub(super) fn key(&self, number: i64) -> Result<Option<CipherKey>, StoreError> {
        let read = || -> rusqlite::Result<Option<CipherKey>> {
            let mut select = self.db.prepare_cached("SELECT key FROM keys WHERE number = ?1")?;
            select.query_row([number], |row| row.get(0).map(CipherKey)).optional()
        };
        read().map_err(|error| damaged(&self.path, error.into()))
    }

    /// Keys behind a number that were made before a moment, and before the file was opened: so many, with the last number
    /// that was looked at.
    pub(super) fn old_keys(&self, after: i64, before: Timestamp, most: usize) -> Result<Vec<(i64, bool)>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT number, at < ?2 FROM keys WHERE number > ?1 AND number <= ?3 ORDER BY number LIMIT ?4",
        )?;
        let rows = select.query_map(params![after, before.0, self.last, most], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Destroys keys. They are gone from the files once [`Keyring::empty_log`] says so.
    pub(super) fn destroy(&mut self, numbers: &[i64]) -> Result<(), StoreError> {
        let transaction = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        {
            let mut delete = transaction.prepare_cached("DELETE FROM keys WHERE number = ?1")?;
            for number in numbers {
                delete.execute([number])?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// Empties its write-ahead log, as [`super::Store::empty_log`].
    pub(super) fn empty_log(&self) -> Result<bool, StoreError> {
        schema::empty_log(&self.db)
    }
}

fn has_tables(db: &Connection) -> rusqlite::Result<bool> {
    db.query_row("SELECT count(*) = 2 FROM sqlite_master WHERE name IN ('ring', 'keys')", [], |row| row.get(0))
}

fn last_number(db: &Connection) -> rusqlite::Result<i64> {
    let last = db.query_row("SELECT seq FROM sqlite_sequence WHERE name = 'keys'", [], |row| row.get(0)).optional()?;
    Ok(last.unwrap_or(0))
}

/// Damage of the keys is not damage of the database.
fn damaged(path: &Path, error: StoreError) -> StoreError {
    match error {
        StoreError::Damaged(damage) => {
            StoreError::Keys { path: path.to_owned(), fault: KeyFault::Damaged(damage.to_string()) }
        }
        error => error,
    }
}
