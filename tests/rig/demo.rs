//! The demo, killed in the middle and started again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::program::{PARCELD, parceld, until};

const ORDERS: &str = "12";

fn arguments<'a>(data: &'a Path, out: &'a Path) -> [&'a str; 8] {
    let (data, out) = (data.to_str().unwrap(), out.to_str().unwrap());
    ["demo", "--headless", "--orders", ORDERS, "--data", data, "--out", out]
}

fn begin(data: &Path, out: &Path) -> Child {
    Command::new(PARCELD)
        .args(arguments(data, out))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn pictures(out: &Path) -> Vec<String> {
    let files = std::fs::read_dir(out.join("labels")).into_iter().flatten().flatten();
    files.filter_map(|file| file.file_name().to_str()?.strip_suffix(".png").map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_demo_killed_in_the_middle_goes_on_and_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("data"), folder.path().join("out"));
    let mut first = begin(&data, &out);
    until("three labels", || pictures(&out).len() >= 3).await;
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(!out.join("summary.json").exists());

    parceld(arguments(&data, &out)).await.good();
    let summary: Value = serde_json::from_slice(&std::fs::read(out.join("summary.json")).unwrap()).unwrap();
    let refused = summary["refused"].as_array().unwrap().len() as u64;
    assert_eq!(summary["orders"], 12);
    assert_eq!(summary["confirmed"].as_u64().unwrap() + refused, 12, "{summary:#}");

    let mut last: BTreeMap<String, u64> = BTreeMap::new();
    let mut verified = BTreeMap::new();
    let received = std::fs::read_to_string(out.join("received.jsonl")).unwrap();
    for line in received.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let event = event.get("event").unwrap_or(&event);
        let last = last.entry(event["source"].as_str().unwrap().to_owned()).or_insert(0);
        *last += 1;
        assert_eq!(event["stationseq"], *last, "{event:#}");
        if event["type"] == "parceld.parcel.verified" {
            let text = |key: &str| event["data"][key].as_str().unwrap().to_owned();
            assert_eq!(verified.insert(text("tracking"), text("order_ref")), None, "{event:#}");
        }
    }
    let orders: BTreeSet<&String> = verified.values().collect();
    assert_eq!(orders.len(), verified.len(), "an order was verified twice");
    assert_eq!(Some(verified.len() as u64), summary["confirmed"].as_u64());
    let pictures = pictures(&out);
    for tracking in verified.keys() {
        assert!(pictures.contains(&format!("{tracking}.1")), "no label of {tracking} in {pictures:?}");
    }
}

#[tokio::test]
async fn the_sample_day_has_a_supplied_label_a_cancelled_order_and_a_parcel_that_comes_back() {
    const SUPPLIED: &str = "9400111206206406260787";
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    parceld(["demo", "--headless", "--out", out.to_str().unwrap()]).await.good();
    let summary: Value = serde_json::from_slice(&std::fs::read(out.join("summary.json")).unwrap()).unwrap();
    let refused = summary["refused"].as_array().unwrap();
    let confirmed = summary["confirmed"].as_u64().unwrap();
    assert_eq!((summary["orders"].as_u64(), confirmed + refused.len() as u64), (Some(53), 53), "{summary:#}");
    let why = |reason: &str| refused.iter().filter(|one| one["reason"].as_str().unwrap().starts_with(reason)).count();
    // One was cancelled before the day began, one while its label was scanned.
    assert_eq!(why("Cancelled"), 2, "{summary:#}");
    assert_eq!(why("Too heavy"), 1, "{summary:#}");
    let label = std::fs::read_to_string(out.join("labels").join(format!("{SUPPLIED}.1.zpl"))).unwrap();
    assert!(label.contains("SPECIMEN"));
    let received = std::fs::read_to_string(out.join("received.jsonl")).unwrap();
    for kind in ["parceld.parcel.voided", "parceld.return.received"] {
        assert_eq!(received.matches(&format!("\"type\":\"{kind}\"")).count(), 1, "{kind}");
    }
}
