//! A packer who does what the screen says, for ever.

use std::sync::Mutex;
use std::time::Duration;

use parceld::barcode::Command;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::bench::Bench;
use super::screen::Screen;
use super::world::{World, labels};

/// A packer scans again when nothing has happened for so long.
const PATIENCE: Duration = Duration::from_secs(3);
/// The same command within 0.7 s is one scan.
const AGAIN: Duration = Duration::from_millis(800);
/// A manifest is closed after so many parcels.
const WAVE: usize = 5;

/// Packs these orders until they are all packed, or the power goes.
pub(crate) async fn pack(bench: &Bench, screen: &Screen, world: &Mutex<World>, orders: &[String]) {
    let mut closed_at = world.lock().unwrap().packed();
    loop {
        let view = screen.now();
        look(&view, world);
        let (next, packed) = {
            let world = world.lock().unwrap();
            (orders.iter().find(|order| !world.is_packed(order)).cloned(), world.packed())
        };
        let tracking = view["tracking"].as_str().unwrap_or_default().to_owned();
        match (view["headline"]["key"].as_str().unwrap_or_default(), view["order"].as_str(), next) {
            ("place_parcel" | "wait_still", Some(_), _) => bench.put(),
            ("scan_label", Some(_), _) => {
                bench.scale.lift();
                bench.scan(&tracking).await;
            }
            ("label_doubt", Some(_), _) if labels(&bench.printer.history()).contains_key(&tracking) => {
                bench.scan(&tracking).await;
            }
            ("label_doubt", Some(_), _) if view["detail"]["key"] == "label_none" => {
                bench.scan(&Command::Reprint.encode()).await;
            }
            ("confirm_manifest", ..) => {
                sleep(AGAIN).await;
                bench.scan(&Command::Manifest("usps".into()).encode()).await;
                closed_at = packed;
                if timeout(PATIENCE, screen.says("manifest_closed")).await.is_ok() {
                    world.lock().unwrap().saw_manifest();
                }
            }
            ("empty_scale", ..) => bench.scale.lift(),
            (_, None, _) if packed >= closed_at + WAVE => {
                bench.scan(&Command::Manifest("usps".into()).encode()).await;
            }
            (_, None, Some(next)) => {
                bench.scale.lift();
                bench.scan(&next).await;
            }
            (_, None, None) => return,
            // Printing, asking the printer: nothing to do but wait.
            (_, Some(_), _) => {}
        }
        let _ = timeout(PATIENCE, screen.shows("something else", |now| moved(now, &view))).await;
    }
}

/// Whether the screen says something else to the packer.
fn moved(now: &Value, before: &Value) -> bool {
    ["headline", "detail", "order", "tracking"].iter().any(|part| now[part] != before[part])
}

/// What the screen says is known from now on.
fn look(view: &Value, world: &Mutex<World>) {
    let mut world = world.lock().unwrap();
    let headline = &view["headline"];
    match (headline["key"].as_str().unwrap_or_default(), view["order"].as_str(), view["tracking"].as_str()) {
        ("done", ..) => {
            let number = headline["args"][0][1].as_str().unwrap_or_default();
            if let Some(order) = world.order_of(number) {
                world.saw(&order, "verified", Some(number));
            }
        }
        ("scan_label", Some(order), Some(number)) => world.saw(order, "printing", Some(number)),
        (_, Some(order), Some(number)) => world.saw(order, "committed", Some(number)),
        (_, Some(order), None) => world.saw(order, "open", None),
        _ => {}
    }
}
