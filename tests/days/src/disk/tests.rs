use std::path::Path;

use rusqlite::Connection;
use tempfile::TempDir;

use super::{Disk, Failing, Mount};
use crate::dice::Dice;

/// A table of numbers on a disk of its own, opened as the station opens its database.
struct Bench {
    disk: Disk,
    _mount: Mount,
    dir: TempDir,
    db: Option<Connection>,
}

impl Bench {
    fn new() -> Self {
        let (disk, dir) = (Disk::default(), tempfile::tempdir().expect("a folder"));
        let mount = Mount::new(dir.path(), &disk);
        let mut bench = Self { disk, _mount: mount, dir, db: None };
        bench.open().expect("a database");
        bench
    }

    fn open(&mut self) -> rusqlite::Result<()> {
        self.db = None;
        let db = Connection::open(self.dir.path().join("test.db"))?;
        db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 30;")?;
        db.execute_batch("CREATE TABLE IF NOT EXISTS numbers (n INTEGER PRIMARY KEY, body TEXT NOT NULL);")?;
        db.execute_batch("CREATE INDEX IF NOT EXISTS numbers_by_body ON numbers (body);")?;
        self.db = Some(db);
        Ok(())
    }

    fn db(&self) -> &Connection {
        self.db.as_ref().expect("an open database")
    }

    fn put(&self, n: u64) -> rusqlite::Result<()> {
        let body =
            format!("{:x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15)).repeat(1 + usize::try_from(n % 40).unwrap_or(0));
        self.db().execute("INSERT INTO numbers VALUES (?1, ?2)", (n, body)).map(drop)
    }

    fn last(&self) -> rusqlite::Result<u64> {
        self.db().query_row("SELECT coalesce(max(n), 0) FROM numbers", [], |row| row.get(0))
    }

    fn count(&self) -> rusqlite::Result<u64> {
        self.db().query_row("SELECT count(*) FROM numbers", [], |row| row.get(0))
    }

    fn is_whole(&self) -> bool {
        let said = self.db().query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
        said.is_ok_and(|said| said == "ok")
    }
}

/// So many cuts, each somewhere in the work. What was wrong after one of them.
fn cuts(seed: u64, cuts: u64, lies: bool) -> Option<String> {
    let (mut dice, mut bench) = (Dice::new(seed), Bench::new());
    bench.disk.lie(lies);
    let mut acknowledged = 0;
    for cut in 0..cuts {
        bench.disk.stop_in(1 + dice.below(300) as u64);
        let mut next = acknowledged + 1;
        while bench.put(next).is_ok() {
            (acknowledged, next) = (next, next + 1);
        }
        assert!(bench.disk.is_stopped(), "cut {cut}: the work ends before the power does");
        bench.disk.cut(&mut dice);
        // Now and then the power goes again while it starts.
        if dice.one_in(4) {
            bench.disk.stop_in(1 + dice.below(30) as u64);
            let _ = bench.open();
            bench.db = None;
            bench.disk.cut(&mut dice);
        }
        if let Err(error) = bench.open() {
            return Some(format!("cut {cut}: {error}"));
        }
        let (last, count) = (bench.last(), bench.count());
        let Ok(last) = last else { return Some(format!("cut {cut}: {last:?}")) };
        if !bench.is_whole() || count != Ok(last) {
            return Some(format!("cut {cut}: damaged, {count:?} of {last}"));
        }
        if last < acknowledged || last > acknowledged + 1 {
            return Some(format!("cut {cut}: {last} is the last, and {acknowledged} was acknowledged"));
        }
        acknowledged = last;
    }
    None
}

#[test]
fn sqlite_keeps_all_that_it_acknowledged_over_a_thousand_cuts() {
    for seed in 0..10 {
        assert_eq!(cuts(seed, 100, false), None, "seed {seed}");
    }
}

#[test]
fn a_disk_that_claims_its_syncs_is_found_out() {
    for seed in 0..10 {
        assert!(cuts(seed, 100, true).is_some(), "seed {seed}");
    }
}

#[test]
fn a_cut_loses_exactly_what_was_not_synced() {
    let (mut dice, bench) = (Dice::new(7), Bench::new());
    let file = bench.dir.path().join("plain").to_string_lossy().into_owned();
    let write = |at: usize, byte: u8| {
        let mut inner = bench.disk.lock();
        inner.files.entry(file.clone()).or_default().write(at, &[byte; 2048]);
    };
    write(0, b'a');
    bench.disk.lock().files.get_mut(&file).expect("a file").sync();
    let (mut lost, mut torn, mut kept, mut reordered) = (0, 0, 0, 0);
    for _ in 0..200 {
        write(0, b'b');
        write(2048, b'c');
        bench.disk.cut(&mut dice);
        let inner = bench.disk.lock();
        let content = inner.files[&file].content().to_vec();
        drop(inner);
        assert!(content[..2048].iter().all(|byte| b"ab".contains(byte)), "nothing else is there");
        for sector in content[..2048].chunks(512) {
            let new = sector.iter().filter(|byte| **byte == b'b').count();
            assert!(sector[..new].iter().all(|byte| *byte == b'b'), "a sector is torn in one place");
            match new {
                0 => lost += 1,
                512 => kept += 1,
                _ => torn += 1,
            }
        }
        let first = content[..2048].contains(&b'b');
        reordered += u32::from(!first && content.contains(&b'c'));
        // As it was, for the next time.
        write(0, b'a');
        bench.disk.lock().files.get_mut(&file).expect("a file").set_length(2048);
        bench.disk.lock().files.get_mut(&file).expect("a file").sync();
    }
    assert!(lost > 50 && torn > 20 && kept > 50 && reordered > 0, "{lost} {torn} {kept} {reordered}");
}

/// Every operation of one commit fails in its turn, once and for good: what was acknowledged is there, what was refused is
/// not there in part.
#[test]
fn whichever_operation_fails_a_commit_is_there_or_refused() {
    let mut refused = 0;
    for nth in 1..60 {
        for failing in [Failing::Once(nth), Failing::From(nth)] {
            let mut bench = Bench::new();
            for n in 1..=28 {
                bench.put(n).expect("kept");
            }
            bench.disk.fail(failing);
            let mut acknowledged = 28;
            for n in 29..=32 {
                match bench.put(n) {
                    Ok(()) => acknowledged = n,
                    Err(_) => {
                        refused += 1;
                        break;
                    }
                }
            }
            bench.disk.fail(Failing::No);
            bench.disk.cut(&mut Dice::new(nth));
            bench.open().expect("it opens");
            let last = bench.last().expect("readable");
            assert!(bench.is_whole() && (last == acknowledged || last == acknowledged + 1), "{failing:?}: {last}");
        }
    }
    assert!(refused > 20, "nothing fails: {refused}");
}

#[test]
fn a_full_disk_refuses_and_goes_on_when_there_is_room() {
    let bench = Bench::new();
    bench.put(1).expect("kept");
    bench.disk.room(Some(bench.disk.used() + 3_000));
    let mut n = 2;
    let error = loop {
        match bench.put(n) {
            Ok(()) => n += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::DiskFull));
    assert_eq!(bench.count(), Ok(n - 1));
    bench.disk.room(None);
    bench.put(n).expect("kept");
    assert!(bench.is_whole());
}

#[test]
fn a_second_connection_reads_what_the_first_wrote_and_locks_hold() {
    let bench = Bench::new();
    bench.put(1).expect("kept");
    let other = Connection::open(bench.dir.path().join("test.db")).expect("a reader");
    let read = || other.query_row("SELECT count(*) FROM numbers", [], |row| row.get::<_, u64>(0));
    assert_eq!(read(), Ok(1));
    bench.db().execute_batch("BEGIN IMMEDIATE").expect("the lock");
    assert!(other.execute("INSERT INTO numbers VALUES (9, '')", []).is_err(), "two write at once");
    bench.db().execute_batch("COMMIT").expect("done");
    bench.put(2).expect("kept");
    assert_eq!(read(), Ok(2));
    drop(bench.db);
    assert_eq!(read(), Ok(2), "closing one connection does not take the log from the other");
}

#[test]
fn nothing_outside_its_folder_is_on_it() {
    let bench = Bench::new();
    assert!(Connection::open(Path::new("/elsewhere/test.db")).is_err());
    assert!(!bench.dir.path().join("test.db").exists(), "the database is in memory");
}
