//! One file: what a program reads, what is on the disk, and what lies between.

use super::sectors::{Mood, parts};
use crate::dice::Dice;

/// A file.
#[derive(Debug, Default)]
pub(super) struct DiskFile {
    /// As a program reads it.
    current: Vec<u8>,
    /// As it was at its last sync.
    synced: Vec<u8>,
    /// What was done since, in order.
    unsynced: Vec<FileChange>,
    /// Its name is on the disk, too.
    pub(super) is_listed: bool,
}

#[derive(Debug)]
enum FileChange {
    Write { at: usize, bytes: Vec<u8> },
    Length(usize),
}

impl DiskFile {
    /// A file that is on the disk as it is.
    pub(super) fn durable(bytes: Vec<u8>) -> Self {
        Self { current: bytes.clone(), synced: bytes, unsynced: Vec::new(), is_listed: true }
    }

    pub(super) fn content(&self) -> &[u8] {
        &self.current
    }

    /// Fills a buffer; how many bytes there were. The rest is zero, as SQLite wants it.
    pub(super) fn read(&self, at: usize, buffer: &mut [u8]) -> usize {
        let there = self.current.get(at..).unwrap_or_default();
        let count = there.len().min(buffer.len());
        buffer[..count].copy_from_slice(&there[..count]);
        buffer[count..].fill(0);
        count
    }

    pub(super) fn write(&mut self, at: usize, bytes: &[u8]) {
        put(&mut self.current, at, bytes);
        self.unsynced.push(FileChange::Write { at, bytes: bytes.to_vec() });
    }

    pub(super) fn set_length(&mut self, length: usize) {
        self.current.resize(length, 0);
        self.unsynced.push(FileChange::Length(length));
    }

    pub(super) fn sync(&mut self) {
        for change in self.unsynced.drain(..) {
            match change {
                FileChange::Write { at, bytes } => put(&mut self.synced, at, &bytes),
                FileChange::Length(length) => self.synced.resize(length, 0),
            }
        }
        self.is_listed = true;
    }

    /// The power goes. How many sectors did not arrive whole.
    pub(super) fn cut(&mut self, mood: Mood, dice: &mut Dice) -> u64 {
        let mut lost = 0;
        for change in std::mem::take(&mut self.unsynced) {
            match change {
                FileChange::Write { at, bytes } => {
                    for (from, length) in parts(at, bytes.len()) {
                        let arrives = mood.arrives(dice, length);
                        lost += u64::from(arrives < length);
                        if arrives > 0 {
                            put(&mut self.synced, at + from, &bytes[from..from + arrives]);
                        }
                    }
                }
                FileChange::Length(length) if mood.cuts_length(dice) => self.synced.resize(length, 0),
                FileChange::Length(_) => {}
            }
        }
        self.current.clone_from(&self.synced);
        self.is_listed = true;
        lost
    }
}

/// Writes bytes at a place; what is missing before it is zero.
fn put(file: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[at..end].copy_from_slice(bytes);
}
