//! Tracking numbers on their way back to the seller's system: by command, and at the close of each manifest.

use std::path::PathBuf;
use std::time::Duration;

use parceld::barcode::Command;
use serde_json::Value;

use super::bench::{Bench, CARRIER};
use super::packer::pack;
use super::program::{Ran, until};
use super::station::Station;

const ORDERS: [&str; 3] = ["RIG-4101", "RIG-4102", "RIG-4103"];
const TIKTOK: &str = "\u{feff}Review the examples before you fill out this sheet.\r\n\
                      Order ID,Tracking ID,Shipping Provider Name,Auto Combine Group ID\r\n";
const PLAIN: &str = "order_ref,package_ref,channel,shop,parcel_id,parcel,parcels,carrier,service,tracking,weight_g,weight_kg,\
                     weight_lb,shipped_at,manifest,state\r\n";

async fn export(bench: &Bench, args: &[&str]) -> Ran {
    bench.run(&[&["tracking", "export"], args].concat()).await
}

/// Closes the carrier's manifest; its identifier.
async fn close(bench: &Bench) -> String {
    bench.run(&["manifest", "close", CARRIER]).await.good();
    let manifests = bench.ask(&["manifest", "list"]).await;
    manifests[0]["manifest_id"].as_str().unwrap().to_owned()
}

/// Takes a parcel off its manifest, and makes its number void.
async fn void(bench: &Bench, station: &Station, number: &str) {
    bench.scan(number).await;
    station.screen.says("parcel_shown").await;
    bench.scan(&Command::Hold.encode()).await;
    station.screen.says("stays_here").await;
    bench.scan(number).await;
    station.screen.shows("it again", |view| view["headline"]["key"] != "stays_here").await;
    bench.scan(&Command::Void.encode()).await;
    station.screen.says("confirm_void").await;
    tokio::time::sleep(Duration::from_millis(800)).await;
    bench.scan(&Command::Void.encode()).await;
    station.screen.says("voided").await;
}

/// Its files that are whole.
fn files(folder: &std::path::Path) -> Vec<PathBuf> {
    let all = std::fs::read_dir(folder).map(|files| files.flatten().collect::<Vec<_>>()).unwrap_or_default();
    let whole = all.iter().filter(|file| !file.file_name().to_string_lossy().starts_with('.'));
    whole.map(std::fs::DirEntry::path).collect()
}

#[tokio::test]
async fn what_was_packed_is_exported_once_in_each_format_and_a_void_after_it_is_said() {
    let bench = Bench::with_orders(&ORDERS).await;
    let station = bench.start().await;
    let first = pack(&bench, &station, ORDERS[0]).await;
    let nothing = export(&bench, &["--format", "tiktok"]).await.good();
    assert_eq!((nothing.out.as_str(), nothing.err.contains("nothing new to export")), ("", true), "{nothing:?}");
    let second = pack(&bench, &station, ORDERS[1]).await;
    let manifest = close(&bench).await;

    let table = bench.path("tiktok.csv");
    let args = ["--format", "tiktok", "--out", table.to_str().unwrap()];
    let made = export(&bench, &args).await.good();
    assert!(made.err.contains("tiktok.csv: 2 parcels") && made.err.contains("was guessed"), "{made:?}");
    let rows = format!("{TIKTOK}{},{first},USPS,N/A\r\n{},{second},USPS,N/A\r\n", ORDERS[0], ORDERS[1]);
    assert_eq!(std::fs::read_to_string(&table).unwrap(), rows);
    // It may not have been taken yet.
    let over = export(&bench, &args).await;
    assert!(over.code == Some(69) && over.err.contains("tiktok.csv: it is there; move it"), "{over:?}");
    std::fs::remove_file(&table).unwrap();
    let again = export(&bench, &args).await.good();
    assert!(!table.exists() && again.err.contains("nothing new to export"), "{again:?}");

    let plain = export(&bench, &[]).await.good();
    let lines: Vec<&str> = plain.out.lines().collect();
    assert_eq!(format!("{}\r\n", lines[0]), PLAIN);
    let row = format!("{},,rig,US-01,P000001,1,1,usps,", ORDERS[0]);
    assert!(lines[1].starts_with(&row) && lines[1].ends_with(&format!(",{manifest},shipped")), "{plain:?}");
    assert!(lines[1].contains(&format!(",{first},580,0.580,1.279,")) && lines.len() == 3, "{plain:?}");
    // It is remembered, also by a station that fell, and is known to another one.
    station.kill();
    let none = bench.ask(&["tracking", "export"]).await;
    assert_eq!((&none["parcels"], &none["rows"]), (&0.into(), &Value::Array(Vec::new())), "{none:#}");
    assert_eq!(export(&bench, &["--format", "tiktok", "--all"]).await.good().out, rows);
    let of_manifest = bench.ask(&["tracking", "export", "--format", "tiktok", "--again", &manifest]).await;
    assert_eq!((&of_manifest["parcels"], &of_manifest["again"]), (&2.into(), &2.into()), "{of_manifest:#}");
    assert_eq!(of_manifest["rows"][1]["tracking"], second.as_str());

    let station = bench.start().await;
    void(&bench, &station, &second).await;
    let stopped = export(&bench, &["--format", "tiktok"]).await.good();
    let words = format!("stopped: P000002 of order rig/US-01/{} ({second}): given before, and now voided", ORDERS[1]);
    assert!(stopped.out.is_empty() && stopped.err.contains(&words), "{stopped:?}");
    assert!(!export(&bench, &["--format", "tiktok"]).await.good().err.contains("stopped:"), "it is said once");
    let row = export(&bench, &[]).await.good();
    assert!(row.out.lines().nth(1).is_some_and(|row| row.ends_with(",voided")), "{row:?}");
    assert_eq!(export(&bench, &["--format", "tiktok", "--all"]).await.good().out.lines().count(), 3);

    let wrong = export(&bench, &["--format", "tiktoc"]).await;
    assert!(wrong.code == Some(64) && wrong.err.contains("did you mean tiktok?"), "{wrong:?}");
    let wrong = export(&bench, &["--since", "yesterday"]).await;
    assert!(wrong.code == Some(64) && wrong.err.contains("\"yesterday\" is no time"), "{wrong:?}");
    let wrong = export(&bench, &["--again", "nobody"]).await;
    assert!(wrong.code == Some(64) && wrong.err.contains("no manifest nobody"), "{wrong:?}");
}

#[tokio::test]
async fn a_file_is_written_at_the_close_and_what_could_not_be_is_written_at_the_next_start() {
    let bench = Bench::with_orders(&ORDERS).await;
    let folder = bench.path("given");
    // What was closed before is not written by itself.
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[2]).await;
    close(&bench).await;
    station.kill();
    bench.reconfigure("[uplink]", &format!("[exports]\nformats = [\"tiktok\"]\nfolder = {folder:?}\n\n[uplink]"));
    let station = bench.start().await;
    station.logged("tracking numbers are written from the next manifest on").await;
    let first = pack(&bench, &station, ORDERS[0]).await;
    let manifest = close(&bench).await;
    let file = folder.join(format!("{manifest}.tiktok.csv"));
    until("a file is written", || file.exists()).await;
    let row = format!("{TIKTOK}{},{first},USPS,N/A\r\n", ORDERS[0]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), row);
    station.logged("tracking numbers are written").await;
    until_remembered(&bench).await;

    // Nothing can be written, and packing goes on.
    let away = bench.path("away");
    std::fs::rename(&folder, &away).unwrap();
    std::fs::write(&folder, "no folder").unwrap();
    let second = pack(&bench, &station, ORDERS[1]).await;
    let manifest = close(&bench).await;
    station.logged("not written, and tried again with the next manifest").await;
    station.screen.is_content().await;
    let check = bench.run(&["check"]).await.good();
    assert!(check.out.contains("1 parcel on closed manifests, and in no file of tiktok yet"), "{check:?}");
    station.kill();

    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(&away, &folder).unwrap();
    let station = bench.start().await;
    let file = folder.join(format!("{manifest}.tiktok.csv"));
    until("the second file is written", || file.exists()).await;
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("{TIKTOK}{},{second},USPS,N/A\r\n", ORDERS[1]));
    until_remembered(&bench).await;
    assert_eq!(files(&folder).len(), 2);

    // What is stopped afterwards is said in files of its own: that it stays here, and that it is void.
    void(&bench, &station, &second).await;
    for word in ["held", "voided"] {
        let words = format!("{},{second},P000003,\"given before, and now {word}\"", ORDERS[1]);
        let says = |file: &PathBuf| std::fs::read_to_string(file).is_ok_and(|text| text.contains(&words));
        until("it is said", || files(&folder).iter().any(says)).await;
        station.logged(&format!("given before, and now {word}")).await;
    }
    assert_eq!(files(&folder).len(), 4);
}

/// Waits until the loop has noted what was written: looking notes nothing.
async fn until_remembered(bench: &Bench) {
    for _ in 0..200 {
        if !bench.run(&["check"]).await.good().out.contains("in no file of tiktok yet") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it is never remembered");
}

#[tokio::test]
async fn a_database_that_was_put_back_says_that_it_gives_some_of_it_once_more() {
    let bench = Bench::with_orders(&ORDERS).await;
    let station = bench.start().await;
    let first = pack(&bench, &station, ORDERS[0]).await;
    close(&bench).await;
    let copies = bench.path("copies");
    bench.run(&["backup", copies.to_str().unwrap()]).await.good();
    assert!(export(&bench, &["--format", "plain"]).await.good().out.contains(&first));
    station.kill();
    bench.run(&["restore", copies.to_str().unwrap()]).await.good();
    let again = export(&bench, &["--format", "plain"]).await.good();
    assert!(again.out.contains(&first), "{again:?}");
    assert!(again.err.contains("what was given since that copy was made is given once more"), "{again:?}");
    let nothing = export(&bench, &["--format", "plain"]).await.good();
    assert!(nothing.out.is_empty() && !nothing.err.contains("put back from a copy"), "{nothing:?}");
}
