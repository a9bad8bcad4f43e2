//! `parceld demo --config`: a station's own cards, layouts and orders on virtual devices, and nothing of the station touched.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::bench::Bench;
use super::order::order;
use super::packer::{label, open};
use super::program::parceld;

const ORDER: &str = "RIG-1001";

/// Every file below a folder with its bytes; sockets and links by name alone.
fn everything(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            found.extend(everything(&path));
        } else {
            let bytes = if entry.file_type().unwrap().is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
            found.insert(path.display().to_string(), bytes);
        }
    }
    found
}

/// Arguments of a rehearsal of this bench's station, of these orders.
fn arguments(bench: &Bench, orders: &[Value], more: &[&str]) -> Vec<String> {
    let file = bench.path("rehearsed.jsonl");
    std::fs::write(&file, orders.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")).unwrap();
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let out = text(&bench.path("out"));
    let mut arguments = ["demo", "--headless", "--config"].map(str::to_owned).to_vec();
    arguments.extend([text(&bench.config), "--orders-file".into(), text(&file), "--out".into(), out]);
    arguments.extend(more.iter().map(|more| (*more).to_owned()));
    arguments
}

fn summary(bench: &Bench) -> Value {
    serde_json::from_slice(&std::fs::read(bench.path("out").join("summary.json")).unwrap()).unwrap()
}

/// What each label of the rehearsal was printed from.
fn jobs(bench: &Bench) -> Vec<String> {
    let files = std::fs::read_dir(bench.path("out").join("labels")).unwrap().map(|file| file.unwrap().path());
    let jobs = files.filter(|file| file.extension().is_some_and(|extension| extension == "zpl"));
    jobs.map(|file| String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned()).collect()
}

#[tokio::test]
async fn a_rehearsal_beside_the_running_station_touches_nothing_of_it() {
    let bench = Bench::with_orders(&[ORDER]).await;
    // A station whose labels travel.
    bench.reconfigure("specimen = true", "specimen = false");
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    bench.put(580);
    let number = label(&station).await;
    // The last that happens by itself.
    while bench.parcel().await["state"] != "printed" {}
    station.screen.all_sent().await;
    bench.printed(1).await;
    let told = bench.receiver.events().await.len();
    let before = everything(&bench.data());

    let orders = ["RIG-7001", "RIG-7002"].map(order);
    let ran = parceld(arguments(&bench, &orders, &[])).await.good();
    assert!(ran.out.contains("every label says SPECIMEN") && ran.out.contains("not rehearsed"), "{ran:?}");

    assert_eq!(everything(&bench.data()), before, "the station's folder is what it was, byte for byte");
    assert_eq!(bench.printer.printed(), 1, "nothing came out of the station's printer");
    assert_eq!(bench.receiver.events().await.len(), told, "nothing was told to the station's hub");
    let summary = summary(&bench);
    assert_eq!((&summary["orders"], &summary["confirmed"]), (&2.into(), &2.into()), "{summary:#}");
    let jobs = jobs(&bench);
    assert!(jobs.len() == 2 && jobs.iter().all(|job| job.contains("SPECIMEN")), "{jobs:?}");
    assert!(!bench.last_label().contains("SPECIMEN"));
    assert!(jobs.iter().all(|job| !job.contains(&number)), "no number of the station is on a rehearsed label");
    let pools = bench.ask(&["pool", "list"]).await;
    assert_eq!(pools["pools"].as_array().unwrap().iter().find(|pool| pool["carrier"] == "usps").unwrap()["next"], 2);
    // And it goes on.
    super::packer::close(&bench, &station, &number).await;
}

#[tokio::test]
async fn a_rehearsal_speaks_the_language_of_the_station_s_own_printer_scale_and_packer() {
    let bench = Bench::bare().await;
    bench.reconfigure("language = \"zpl\"", "language = \"tspl\"");
    bench.reconfigure("protocol = \"mt-sics\"", "protocol = \"toledo-8217\"\nunit = \"kg\"");
    bench.reconfigure("language = \"en\"", "language = \"es\"");
    let mut heavy = order("RIG-7002");
    heavy["lines"][0]["unit_g"] = 60_000.into();
    parceld(arguments(&bench, &[order("RIG-7001"), heavy], &[])).await.good();
    let summary = summary(&bench);
    assert_eq!((&summary["orders"], &summary["confirmed"]), (&2.into(), &1.into()), "{summary:#}");
    assert_eq!(summary["refused"][0]["reason"], "Demasiado peso para la báscula");
    let jobs = jobs(&bench);
    assert!(jobs.len() == 1 && jobs[0].contains("SIZE ") && jobs[0].contains("PRINT "), "{jobs:?}");
    assert!(!bench.data().join(parceld::store::DATABASE).exists());
}

#[tokio::test]
async fn a_rehearsal_needs_neither_the_token_nor_the_devices_and_keeps_out_of_the_station_s_folder() {
    let bench = Bench::with_orders(&[ORDER]).await;
    std::fs::remove_file(bench.path("uplink.token")).unwrap();
    bench.scanner.unplug();
    bench.scale.unplug();
    let before = everything(&bench.data());
    for folder in [bench.data(), bench.data().join("inside")] {
        let refused = parceld(arguments(&bench, &[order("RIG-7001")], &["--data", folder.to_str().unwrap()])).await;
        assert!(refused.code == Some(78) && refused.err.contains("--data"), "{refused:?}");
    }
    let without = ["demo", "--headless", "--orders", "1", "--data", bench.data().to_str().unwrap()].map(str::to_owned);
    let refused = parceld(without).await;
    assert!(refused.code == Some(78) && refused.err.contains("data folder of a station"), "{refused:?}");
    parceld(arguments(&bench, &[order("RIG-7001")], &[])).await.good();
    assert_eq!(everything(&bench.data()), before);
}

#[tokio::test]
async fn an_order_that_cannot_be_read_is_named_and_nothing_is_written_beside_its_file() {
    let bench = Bench::bare().await;
    let mut wrong = order("RIG-7002");
    wrong["state"] = "perhaps".into();
    let ran = parceld(arguments(&bench, &[order("RIG-7001"), wrong], &[])).await.good();
    assert!(ran.out.contains("rehearsed.jsonl:2: "), "{ran:?}");
    assert!(!bench.path("rehearsed.jsonl.rejects.csv").exists());
    assert_eq!(summary(&bench)["orders"], 1);
}
