//! What is personal, looked for in every file that a station leaves: before it is erased, and after.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::bench::{Bench, CARRIER};
use super::order::order;
use super::packer::{label, open, pack};

/// Stands in each field that says something of a buyer.
pub(crate) const MARK: &str = "quixmark";

/// An order with the mark wherever a name, a street or a message may stand.
pub(crate) fn marked(order_ref: &str) -> Value {
    let mut order = order(order_ref);
    let to = &mut order["ship_to"];
    for (field, value) in [
        ("name", format!("{MARK} Vega")),
        ("company", format!("{MARK} Ltd")),
        ("line1", format!("117 {MARK} Dr")),
        ("line2", format!("Flat {MARK}")),
        ("phone", format!("+1 213 555 0100 {MARK}")),
        ("email", format!("{MARK}@example.com")),
        ("delivery_note", format!("at {MARK}'s door")),
    ] {
        to[field] = value.into();
    }
    order["gift_note"] = format!("for {MARK}").into();
    order["state_reason"] = format!("paid by {MARK}").into();
    order["lines"][0]["engraving"] = MARK.into();
    order
}

/// Files below a folder that have the mark, without those that a person brought.
pub(crate) fn holding(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if kind.is_dir() {
            found.extend(holding(&path));
        } else if kind.is_file() && !path.ends_with("orders.jsonl") {
            let bytes = std::fs::read(&path).unwrap().to_ascii_lowercase();
            if bytes.windows(MARK.len()).any(|part| part == MARK.as_bytes()) {
                found.push(path);
            }
        }
    }
    found
}

fn text(bench: &Bench, name: &str) -> String {
    bench.path(name).to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_buyers_name_lies_readable_in_no_file_that_the_station_makes_and_is_gone_when_it_is_erased() {
    let bench = Bench::with_orders(&[]).await;
    let mut refused = marked("RIG-9003");
    refused["ship_to"]["postcode"] = "1".into();
    let said = bench.import(&[marked("RIG-9001"), marked("RIG-9002"), refused]).await;
    assert!(!format!("{said:?}").to_lowercase().contains(MARK), "{said:?}");
    let station = bench.start().await;
    pack(&bench, &station, "RIG-9001").await;
    assert!(bench.last_label().to_lowercase().contains(MARK), "it is printed");
    bench.run(&["manifest", "close", CARRIER]).await.good();
    let manifests = bench.ask(&["manifest", "list"]).await;
    let manifest = manifests[0]["manifest_id"].as_str().unwrap().to_owned();
    station.screen.all_sent().await;

    // Everything that leaves the station as a file.
    bench.run(&["backup", &text(&bench, "copies")]).await.good();
    bench.run(&["outbox", "export", "--out", &text(&bench, "events.jsonl")]).await.good();
    bench.run(&["manifest", "export", &manifest, "--pdf", &text(&bench, "manifest.pdf")]).await.good();
    for command in [&["orders", "list"][..], &["orders", "show", "RIG-9001"], &["parcels", "show", "1"]] {
        let shown = bench.ask(command).await.to_string().to_lowercase();
        assert!(!shown.contains(MARK), "{shown}");
    }
    let told = format!("{:?}", bench.received(1).await).to_lowercase();
    assert!(!told.contains(MARK), "{told}");
    // What was refused lies beside the file that it came in, as it stood there, and nowhere else.
    assert_eq!(holding(&bench.path("")), [bench.path("orders.jsonl.rejects.csv")]);

    // Whoever asks is shown everything.
    let shown = bench.run(&["subject", "export", "RIG-9001"]).await.json();
    let document = &shown["versions"][0]["document"];
    assert_eq!(document["ship_to"]["name"], format!("{MARK} Vega"));
    for unused in ["phone", "email", "delivery_note"] {
        assert!(document["ship_to"][unused].is_null() && document["gift_note"].is_null(), "{unused}: {document:#}");
    }
    assert_eq!(shown["parcels"][0]["manifest"], manifest);

    // A parcel that lies on the bench needs a word more.
    open(&bench, &station, "RIG-9002").await;
    bench.put(580);
    let number = label(&station).await;
    let open = bench.run(&["subject", "erase", "RIG-9002", "--by", "ana"]).await;
    assert!(open.code == Some(69) && open.err.contains("--even-open"), "{open:?}");
    assert!(!station.log().contains("personal data erased"), "nothing was");
    for (order, more) in [("RIG-9001", None), ("RIG-9002", Some("--even-open"))] {
        let erase: Vec<&str> = ["subject", "erase", order, "--by", "ana"].into_iter().chain(more).collect();
        let said = bench.run(&erase).await.good();
        assert!(said.out.contains("its key is destroyed"), "{said:?}");
        let shown = bench.run(&["subject", "export", order]).await.json();
        assert_eq!((&shown["state"], &shown["erased_on_request"][0]["by"]), (&json!("erased"), &json!("ana")));
        assert!(!shown.to_string().contains(MARK), "{shown:#}");
    }
    station.logged("personal data erased orders=").await;
    // The label that is out still closes its parcel.
    super::packer::close(&bench, &station, &number).await;
    // The file brings nothing back.
    let again = bench.import(&[marked("RIG-9001")]).await.good();
    assert!(again.out.contains("1 unchanged"), "{again:?}");
    assert!(!station.log().to_lowercase().contains(MARK));
    assert!(station.terminate().await.success());
    assert_eq!(holding(&bench.path("")), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn lost_keys_stop_the_start_with_what_to_do_and_new_ones_ask_for_the_orders_again() {
    let bench = Bench::with_orders(&["RIG-9001", "RIG-9002"]).await;
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(bench.data().join(format!("{}{end}", parceld::store::KEYS)));
    }
    let stopped = bench.run(&["orders", "import", bench.path("orders.jsonl").to_str().unwrap()]).await;
    assert!(stopped.code == Some(69) && stopped.err.contains("parceld subject renew-keys"), "{stopped:?}");
    let renewed = bench.run(&["subject", "renew-keys"]).await.good();
    assert!(renewed.out.contains("are gone: 2"), "{renewed:?}");
    let listed = bench.ask(&["orders", "list"]).await;
    assert_eq!(listed[0]["state"], "import_again", "{listed:#}");
    let station = bench.start().await;
    bench.scan("RIG-9001").await;
    station.screen.says("order_key_gone").await;
    bench.import(&[order("RIG-9001"), order("RIG-9002")]).await.good();
    pack(&bench, &station, "RIG-9002").await;
}

#[tokio::test]
async fn an_order_that_was_never_packed_ends_with_its_age_and_comes_back_with_its_file() {
    let bench = Bench::with_orders(&["RIG-9001", "RIG-9002"]).await;
    let database = rusqlite::Connection::open(bench.data().join(parceld::store::DATABASE)).unwrap();
    let days = |count: i64| count * 86_400_000;
    let age = "UPDATE orders SET since = since - ?1 WHERE order_ref = ?2";
    database.execute(age, rusqlite::params![days(31), "RIG-9001"]).unwrap();
    database.execute(age, rusqlite::params![days(29), "RIG-9002"]).unwrap();
    let number = "SELECT sealed_with FROM orders WHERE order_ref = 'RIG-9001'";
    let number: i64 = database.query_row(number, [], |row| row.get(0)).unwrap();
    let keys = rusqlite::Connection::open(bench.data().join(parceld::store::KEYS)).unwrap();
    let key = "SELECT key FROM keys WHERE number = ?1";
    let key: Vec<u8> = keys.query_row(key, [number], |row| row.get(0)).unwrap();
    drop((database, keys));

    let station = bench.start().await;
    station.logged("personal data erased orders=1").await;
    for name in ["station.keys", "station.keys-wal", "station.db", "station.db-wal"] {
        let bytes = std::fs::read(bench.data().join(name)).unwrap_or_default();
        assert!(!bytes.windows(key.len()).any(|part| part == key), "{name}");
    }
    let states = bench.ask(&["orders", "list"]).await;
    assert_eq!([&states[0]["state"], &states[1]["state"]], ["to_pack", "import_again"], "{states:#}");
    bench.import(&[order("RIG-9001")]).await.good();
    pack(&bench, &station, "RIG-9001").await;
}
