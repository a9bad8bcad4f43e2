//! NEXT of the demo's page: it follows from the screen and the bench, and leads on from wherever somebody has gone.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::hands::Demo;
use super::order::order;

/// A folder with an order file: so many orders.
fn orders(count: usize) -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let lines: Vec<String> = (0..count).map(|n| order(&format!("NEXT-{}", 1001 + n)).to_string()).collect();
    let file = folder.path().join("orders.jsonl");
    std::fs::write(&file, lines.join("\n")).unwrap();
    let file = file.to_str().unwrap().to_owned();
    (folder, file)
}

fn in_hand(event: &Value) -> &Value {
    &event["view"]["order"]
}

#[tokio::test]
async fn after_any_command_pressing_next_leads_to_a_closed_parcel() {
    let (_folder, file) = orders(9);
    let demo = Demo::start(&["--orders-file", &file]).await;
    let mut closed = 0;
    for command in ["REPRINT", "LANG:es", "CANCEL", "BAGOPEN", "ZERO", "HELP"] {
        demo.press_to_a_label().await;
        demo.command(command).await;
        closed += 1;
        demo.press_to_a_closed_parcel(closed).await;
    }
    // Put aside with its label, and scanned again while NEXT would go on with the next order.
    for command in ["HOLD", "PROBLEM:DAMAGED"] {
        let order = in_hand(&demo.press_to_a_label().await).clone();
        demo.command(command).await;
        demo.shows("an empty hand", |event| in_hand(event).is_null()).await;
        demo.act(&json!(["scan", { "text": order }])).await;
        demo.shows("the order again", |event| *in_hand(event) == order).await;
        closed += 1;
        demo.press_to_a_closed_parcel(closed).await;
        demo.shows("the order packed", |event| in_hand(event).is_null()).await;
    }
    demo.press_to_a_label().await;
    demo.command("VOID").await;
    let asked = demo.shows("a question", |event| event["view"]["awaits"] == "answer").await;
    assert_eq!(
        asked["bench"]["next"],
        json!({ "act": ["command", { "text": "OK" }], "say": "Diga que sí: escanee OK" })
    );
    demo.press_to_a_closed_parcel(closed + 1).await;

    // The order that was void is packed; then the manifest is closed and handed over, and nothing is left.
    let over =
        |event: &Value| event["view"]["order"].is_null() && event["bench"]["next"]["say"] == "No queda nada por hacer";
    demo.press_until("the end of the day", over).await;
}

#[tokio::test]
async fn after_a_kill_next_prints_the_label_again_that_went_with_the_printer() {
    let (folder, file) = orders(1);
    let data = folder.path().join("data");
    let arguments = ["--orders-file", &file, "--data", data.to_str().unwrap()];
    let demo = Demo::start(&arguments).await;
    let tracking = demo.press_to_a_label().await["view"]["tracking"].clone();
    demo.kill();

    let demo = Demo::start(&arguments).await;
    let resumed = demo.shows("the parcel in hand", |event| event["view"]["tracking"] == tracking).await;
    assert_eq!(in_hand(&resumed), "NEXT-1001");
    demo.press_to_a_closed_parcel(1).await;
    let manifest = |event: &Value| {
        let text = event["bench"]["next"]["act"][1]["text"].as_str();
        text.is_some_and(|text| text.starts_with("MANIFEST:"))
    };
    demo.press_until("the manifest of its carrier", manifest).await;
}

#[tokio::test]
async fn a_broken_device_is_mended_by_next() {
    let (_folder, file) = orders(1);
    let demo = Demo::start(&["--orders-file", &file]).await;
    for (device, fault) in [("printer", "paper_out"), ("scale", "silent")] {
        demo.act(&json!([device, { "fault": fault }])).await;
        let on = |event: &Value| {
            let faults = event["bench"][device].as_array().into_iter().flatten();
            faults.filter(|one| one["on"] == true).all(|one| one["act"][1]["fault"] == fault)
        };
        demo.shows("the switch", on).await;
    }
    demo.press_to_a_closed_parcel(1).await;
}

#[tokio::test]
async fn what_is_special_of_the_sample_day_is_said_in_a_word() {
    let demo = Demo::start(&[]).await;
    let page = demo.shows("the bench", |_| true).await;
    let special = page["bench"]["special"].as_object().unwrap();
    let words: std::collections::BTreeSet<&str> = special.values().filter_map(Value::as_str).collect();
    assert_eq!(words.into_iter().collect::<Vec<_>>(), ["battery", "cancel", "return", "supplied"]);
    demo.command("LANG:es").await;
    let spanish = demo.shows("Spanish", |event| event["view"]["language"] == "es").await;
    assert!(spanish["bench"]["special"].as_object().unwrap().values().any(|word| word == "batería"));
    assert_eq!(spanish["says"]["page_next"], "Sigue");
    let commands = spanish["bench"]["commands"].to_string();
    assert!(commands.contains("Reimprimir la etiqueta"), "{commands}");
}
