//! A database that an SD card spoilt: it is said at the start, on the screen and by the doctor, with what to do.

use std::io::{Seek, SeekFrom, Write};
use std::process::{Command, Stdio};

use parceld::store::{DATABASE, PAGE};
use rusqlite::Connection;

use super::bench::Bench;
use super::packer::{open, pack};
use super::program::PARCELD;

const ORDERS: [&str; 3] = ["RIG-9001", "RIG-9002", "RIG-9003"];

fn database(bench: &Bench) -> Connection {
    Connection::open(bench.data().join(DATABASE)).unwrap()
}

/// Random bytes in the place of the first page of a table or an index, as a worn card leaves them.
fn spoil(bench: &Bench, name: &str) {
    let db = database(bench);
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    let root: u64 =
        db.query_row("SELECT rootpage FROM sqlite_schema WHERE name = ?1", [name], |row| row.get(0)).unwrap();
    drop(db);
    let mut file = std::fs::File::options().write(true).open(bench.data().join(DATABASE)).unwrap();
    file.seek(SeekFrom::Start((root - 1) * u64::from(PAGE))).unwrap();
    let bytes: Vec<u8> = (0..PAGE).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    file.write_all(&bytes).unwrap();
}

async fn doctor_says(bench: &Bench, words: &str) {
    let doctor = bench.run(&["doctor"]).await;
    let says = |line: &str| line.starts_with("database: ") && line.contains(words) && line.contains("parceld restore");
    assert!(doctor.code == Some(69) && doctor.out.lines().any(says), "{words}: {doctor:?}");
}

#[tokio::test]
async fn a_missing_fact_is_said_at_the_start_and_no_parcel_is_told_that_nothing_is_lost() {
    let bench = Bench::with_orders(&ORDERS).await;
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[0]).await;
    pack(&bench, &station, ORDERS[1]).await;
    assert!(station.terminate().await.success());
    let newest = "DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal WHERE name = 'committed')";
    assert_eq!(database(&bench).execute(newest, []).unwrap(), 1);
    doctor_says(&bench, "of the journal is missing").await;
    let station = bench.start().await;
    station.logged("put a backup back").await;
    station.screen.complains("database_damaged").await;
    // Its number is the next one again, and the database refuses it.
    open(&bench, &station, ORDERS[2]).await;
    bench.put(580);
    let view = station.screen.says("database_stop").await;
    assert_eq!(view["detail"]["key"], "database_damaged", "{view:#}");
    bench.printed(2).await;
}

#[tokio::test]
async fn a_page_that_no_start_reads_is_found_beside_the_loop_while_packing_goes_on() {
    let bench = Bench::with_orders(&ORDERS).await;
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[0]).await;
    station.logged("the database is whole").await;
    let copies = bench.path("copies").display().to_string();
    bench.run(&["backup", &copies]).await.good();
    assert!(station.terminate().await.success());
    spoil(&bench, "manifests_by_event");
    doctor_says(&bench, "").await;
    let station = bench.start().await;
    station.screen.complains("database_damaged").await;
    pack(&bench, &station, ORDERS[1]).await;
    assert!(station.terminate().await.success());
    let refused = bench.run(&["backup", &copies]).await;
    assert!(refused.code == Some(69), "a bad copy must not take the place of a good one: {refused:?}");
    bench.run(&["restore", &copies]).await.good();
    let station = bench.start().await;
    station.logged("the database is whole").await;
}

#[tokio::test]
async fn a_page_of_the_journal_stops_the_start_with_words_and_so_does_a_spoilt_beginning() {
    let bench = Bench::with_orders(&ORDERS[..1]).await;
    let run = || {
        let mut run = Command::new(PARCELD);
        run.arg("run").arg("--config").arg(&bench.config).stdin(Stdio::null()).env_remove("PARCELD_LOG");
        let output = run.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    spoil(&bench, "journal");
    let (code, said) = run();
    assert!(code == Some(69) && said.contains("it is damaged") && said.contains("parceld restore"), "{said}");
    doctor_says(&bench, "damaged").await;
    let copies = bench.path("copies").display().to_string();
    let refused = bench.run(&["backup", &copies]).await;
    assert!(refused.code == Some(69) && refused.err.contains("damaged"), "{refused:?}");
    std::fs::write(bench.data().join(DATABASE), [0x5a; 8_192]).unwrap();
    let (code, said) = run();
    assert!(code == Some(69) && said.contains("does not begin as a database"), "{said}");
    doctor_says(&bench, "damaged").await;
}
