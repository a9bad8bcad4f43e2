//! What sellers, and the hub, say of orders: compared, kept or refused aloud, and never guessed.

use serde_json::{Value, json};

use super::bench::Bench;
use super::order::order;
use super::packer::{open, pack};
use super::program::{Ran, repository};

const CANCELLED: &str = "576461413038785002";

impl Bench {
    /// Imports a file of the repository's test data.
    async fn import_file(&self, name: &str, more: &[&str]) -> Ran {
        let file = repository("tests/data/orders").join(name);
        self.run(&[&["orders", "import", file.to_str().unwrap()], more].concat()).await
    }

    async fn state_of(&self, order: &str) -> Value {
        self.ask(&["orders", "show", order]).await["state"].clone()
    }
}

fn counts(ran: &Ran) -> &str {
    ran.out.lines().last().and_then(|line| line.split_once(".csv: ").or(line.split_once(".jsonl: "))).unwrap().1
}

#[tokio::test]
async fn an_export_of_tuesday_holds_and_one_of_monday_after_it_revives_nothing() {
    let bench = Bench::bare().await;
    let import = async |name| counts(&bench.import_file(name, &[]).await.good()).to_owned();
    assert_eq!(import("monday.csv").await, "2 accepted, 0 unchanged, 0 changed, 0 older, 0 in conflict, 0 refused");
    assert_eq!(import("tuesday.csv").await, "0 accepted, 0 unchanged, 2 changed, 0 older, 0 in conflict, 0 refused");
    assert_eq!(import("tuesday.csv").await, "0 accepted, 2 unchanged, 0 changed, 0 older, 0 in conflict, 0 refused");
    assert_eq!(import("monday.csv").await, "0 accepted, 0 unchanged, 0 changed, 2 older, 0 in conflict, 0 refused");
    assert_eq!(bench.state_of(CANCELLED).await, "cancelled");
    // A person says that Monday's is the last word.
    assert!(counts(&bench.import_file("monday.csv", &["--newest"]).await.good()).contains("2 changed"));
    assert_eq!(bench.state_of(CANCELLED).await, "to_pack");
}

#[tokio::test]
async fn an_order_that_a_file_says_twice_and_not_alike_is_said_aloud() {
    let bench = Bench::bare().await;
    let said = |number: &str, line1: &str, rev: u64| {
        let mut order = order(number);
        order["ship_to"]["line1"] = line1.into();
        order["rev"] = rev.into();
        order
    };
    let file = [
        said("RIG-8701", "1 Old Street", 0),
        said("RIG-8702", "1 Old Street", 2),
        said("RIG-8701", "2 New Street", 0),
        said("RIG-8703", "1 Old Street", 0),
        said("RIG-8702", "2 New Street", 1),
        said("RIG-8703", "1 Old Street", 0),
        said("RIG-8701", "1 Old Street", 0),
    ];
    let ran = bench.import(&file).await.good();
    assert_eq!(counts(&ran), "3 accepted, 1 unchanged, 1 changed, 2 older, 0 in conflict, 0 refused");
    for line in [
        "rig/US-01/RIG-8701: changed: row 3 says something else of it than row 1; row 3 holds",
        "rig/US-01/RIG-8702: older: it never held here, and its rev 1 is below 2, which does; send it with a higher rev, or \
         import it with --newest; row 5 says something else of it than row 2; row 5 is not taken",
        "rig/US-01/RIG-8701: older: row 7 says something else of it than row 3; row 7 is not taken",
    ] {
        assert!(ran.out.contains(line), "{line}\n{}", ran.out);
    }
    assert!(!ran.out.contains("RIG-8703"), "what is said twice alike is said: {}", ran.out);
    // What is sent to the station in pieces is one file all the same.
    let many = (0..600).map(|at| said(&format!("RIG-{at}"), "1 Old Street", 0));
    let many: Vec<Value> = many.chain([said("RIG-0", "2 New Street", 0)]).collect();
    assert!(
        bench.import(&many).await.good().out.contains("row 601 says something else of it than row 1; row 601 holds")
    );
}

#[tokio::test]
async fn a_cancelled_order_becomes_ready_only_by_a_higher_revision_or_a_person() {
    let bench = Bench::bare().await;
    let mut said = order("RIG-8001");
    said.as_object_mut().unwrap().remove("rev");
    bench.import(&[said.clone()]).await.good();
    said["state"] = "cancelled".into();
    bench.import(&[said.clone()]).await.good();
    let mut ready = order("RIG-8001");
    ready.as_object_mut().unwrap().remove("rev");
    ready["ship_to"]["line1"] = "2 New Street".into();
    let refused = bench.import(&[ready.clone()]).await;
    assert_eq!(refused.code, Some(69), "{refused:?}");
    assert!(refused.out.contains("rig/US-01/RIG-8001: in conflict: it is cancelled; only a higher rev"), "{refused:?}");
    assert_eq!(bench.state_of("RIG-8001").await, "cancelled");
    ready["rev"] = 1.into();
    assert!(bench.import(&[ready]).await.good().out.contains("1 changed"));
    assert_eq!(bench.state_of("RIG-8001").await, "to_pack");
}

#[tokio::test]
async fn orders_of_two_shops_with_one_number_are_two_orders() {
    let bench = Bench::bare().await;
    bench.run(&["pool", "start", super::bench::CARRIER, "usps-demo-1", "--next", "1"]).await.good();
    bench.import_file("shop-a.csv", &[]).await.good();
    assert!(bench.import_file("shop-b.csv", &[]).await.good().out.contains("1 accepted"));
    let both = bench.run(&["orders", "show", "1001"]).await;
    assert_eq!(both.code, Some(64), "{both:?}");
    for shop in ["tiktok_shop/A/1001", "tiktok_shop/B/1001"] {
        assert!(both.err.contains(shop), "{both:?}");
    }
    let of_b = bench.ask(&["orders", "show", "1001", "--shop", "B"]).await;
    assert_eq!((&of_b["shop"], &of_b["city"]), (&json!("B"), &json!("Austin")));

    let station = bench.start().await;
    bench.scan("1001").await;
    let asked = station.screen.says("order_many").await;
    let list = asked["detail"]["args"][0][1].as_str().unwrap();
    assert_eq!(list, "tiktok_shop/A/1001, tiktok_shop/B/1001");
    bench.scan("B/1001").await;
    station.screen.shows("the order of B", |view| view["order"] == "1001").await;
    bench.put(580);
    super::packer::label(&station).await;
    let parcel = bench.parcel().await;
    assert_eq!((&parcel["channel"], &parcel["shop"]), (&json!("tiktok_shop"), &json!("B")), "{parcel:#}");
}

#[tokio::test]
async fn a_file_that_names_no_shop_has_it_from_its_folder_or_from_whoever_imports_it() {
    let bench = Bench::bare().await;
    let mut plain = order("1001");
    plain.as_object_mut().unwrap().remove("shop");
    let file = async |folder: &str, order: &Value, more: &[&str]| {
        let file = bench.path(folder).join("orders.jsonl");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, order.to_string()).unwrap();
        bench.run(&[&["orders", "import", file.to_str().unwrap()], more].concat()).await
    };
    assert!(file("US-01", &plain, &[]).await.good().out.contains("1 accepted"));
    assert!(file("US-02", &plain, &[]).await.good().out.contains("1 accepted"));
    assert!(file("US-02", &plain, &["--shop", "US-01"]).await.good().out.contains("1 unchanged"));
    let listed = bench.ask(&["orders", "list"]).await;
    let shops: Vec<&str> = listed.as_array().unwrap().iter().filter_map(|order| order["shop"].as_str()).collect();
    assert_eq!(shops, ["US-02", "US-01"], "the newest first");
    // Who takes something back must say whose it is.
    plain["state"] = "cancelled".into();
    let lost = file("Downloads", &plain, &[]).await;
    assert!(lost.code == Some(69) && lost.out.contains("say its shop: with --shop, on the page"), "{lost:?}");
    file("Downloads", &plain, &["--shop", "US-02"]).await.good();
    assert_eq!(bench.state_of("US-02/1001").await, "cancelled");
    assert_eq!(bench.state_of("US-01/1001").await, "to_pack");
}

#[tokio::test]
async fn an_order_of_the_hub_that_cannot_be_kept_is_refused_alone_on_the_screen_and_to_the_hub() {
    let bench = Bench::with_orders(&[]).await;
    let (good, mut far, mut odd, mut elsewhere) =
        (order("RIG-8101"), order("RIG-8102"), order("RIG-8103"), order("RIG-8104"));
    far["rev"] = json!(1_u64 << 63);
    odd["ship_to"]["country"] = "United States".into();
    elsewhere["warehouse"] = "UK-LTN-1".into();
    let twice = r#"{"order_ref":"RIG-8105","order_ref":"RIG-8106"}"#;
    let all = [&far, &odd, &elsewhere, &good].map(Value::to_string);
    bench.receiver.add_orders(all.into_iter().chain([twice.to_owned()]).collect()).await;
    let station = bench.start().await;
    station.logged("orders pulled accepted=1").await;
    // The log may be ahead of the page.
    let four = |problem: &Value| problem["key"] == "orders_refused" && problem["args"].to_string().contains("\"4\"");
    station.screen.shows("four refused", |view| view["problems"].as_array().unwrap().iter().any(four)).await;
    pack(&bench, &station, "RIG-8101").await;
    let events = bench.received(6).await;
    let refused: Vec<&Value> = events.iter().filter(|event| event["type"] == "parceld.order.refused").collect();
    let of = |number: &str| refused.iter().find(|event| event["data"]["order_ref"] == number).unwrap();
    assert_eq!(refused.len(), 4, "{refused:#?}");
    assert!(of("RIG-8102")["data"]["reason"].as_str().unwrap().contains("9223372036854775807"));
    assert!(of("RIG-8103")["data"]["reason"].as_str().unwrap().contains("ship_to.country"));
    assert!(of("RIG-8104")["data"]["reason"].as_str().unwrap().contains("UK-LTN-1"));
    // When it comes right it is no problem any more.
    for (mut order, rev) in [(far, 3), (odd, 2), (elsewhere, 2)] {
        order["rev"] = rev.into();
        order["ship_to"]["country"] = "US".into();
        order["warehouse"] = "US-LAX-1".into();
        bench.import(&[order]).await.good();
    }
    let left = |view: &Value| view["problems"].to_string().contains("\"1\"");
    station.screen.shows("one refused order", left).await;
}

#[tokio::test]
async fn an_order_of_which_the_hub_says_something_newer_that_cannot_be_read_waits() {
    let bench = Bench::with_orders(&["RIG-8601", "RIG-8602", "RIG-8603", "RIG-8604"]).await;
    let station = bench.start().await;
    pack(&bench, &station, "RIG-8601").await;
    let newer = |number: &str, rev: u32| {
        let mut order = order(number);
        order["rev"] = rev.into();
        order
    };
    let [mut packed, mut elsewhere, mut less] = ["RIG-8601", "RIG-8602", "RIG-8603"].map(|number| newer(number, 2));
    packed["state"] = "canceled ".into();
    packed["ship_to"]["country"] = "United States".into();
    elsewhere["warehouse"] = "UK-LTN-1".into();
    less["state"] = "cancelled".into();
    less.as_object_mut().unwrap().remove("shop");
    let mut also = less.clone();
    also["order_ref"] = "RIG-8604".into();
    station.terminate().await;
    // Two that mean the same order, and then that one itself, stand in one page.
    let (twice, full) = (less.clone(), newer("RIG-8604", 2));
    let page = [packed, elsewhere, less, twice, also, full].map(|order| order.to_string()).to_vec();
    bench.receiver.add_orders(page).await;
    let station = bench.start().await;
    station.logged("orders pulled accepted=0 unchanged=0 changed=1").await;
    station.screen.says("take_out").await;
    assert_eq!(bench.state_of("RIG-8604").await, "to_pack");
    for number in ["RIG-8602", "RIG-8603"] {
        let shown = bench.ask(&["orders", "show", number]).await;
        assert_eq!(shown["state"], "hold", "{shown:#}");
    }
    // What can be read takes it up again.
    bench.import(&[newer("RIG-8602", 2)]).await.good();
    assert_eq!(bench.state_of("RIG-8602").await, "to_pack");
}

#[tokio::test]
async fn a_parcel_is_packed_by_what_was_said_when_its_order_was_scanned_or_not_at_all() {
    let bench = Bench::with_orders(&["RIG-8201"]).await;
    let station = bench.start().await;
    open(&bench, &station, "RIG-8201").await;
    let mut newer = order("RIG-8201");
    (newer["rev"], newer["ship_to"]["line1"]) = (2.into(), "2 New Street".into());
    let told = bench.import(&[newer]).await.good();
    assert!(told.out.contains("1 in conflict") && told.out.contains("is begun, and stops"), "{told:?}");
    station.screen.says("order_changed").await;
    bench.put(580);
    bench.scan(&parceld::barcode::Command::Void.encode()).await;
    station.screen.says("cancelled").await;
    bench.scale.lift();
    pack(&bench, &station, "RIG-8201").await;
    assert!(bench.last_label().contains("2 New Street"), "the new address is on the label");
}

#[tokio::test]
async fn a_cancellation_that_calls_its_order_by_less_is_refused_and_makes_no_other_order() {
    let bench = Bench::with_orders(&["RIG-8301", "RIG-8302"]).await;
    let station = bench.start().await;
    pack(&bench, &station, "RIG-8301").await;
    station.terminate().await;
    let less = |number: &str, fields: &[&str]| {
        let mut order = order(number);
        order["rev"] = 2.into();
        order["state"] = "cancelled".into();
        fields.iter().for_each(|field| drop(order.as_object_mut().unwrap().remove(*field)));
        order
    };
    let refused = bench.import(&[less("RIG-8301", &["channel"])]).await;
    assert!(refused.code == Some(69) && refused.out.contains("rig/US-01/RIG-8301 is known here"), "{refused:?}");
    bench.receiver.add_orders(vec![less("RIG-8302", &["channel", "shop"]).to_string()]).await;
    let station = bench.start().await;
    station.screen.complains("orders_refused").await;
    let mut louder = less("RIG-8301", &[]);
    louder["channel"] = "Rig ".into();
    assert_eq!(bench.import(&[louder]).await.code, Some(69));
    // What calls itself otherwise is another one, unless parcels of this one were begun.
    let mut ready = less("RIG-8301", &["channel"]);
    ready["state"] = "ready".into();
    assert_eq!(bench.import(&[ready]).await.code, Some(69));
    let mut other = less("RIG-8301", &[]);
    other["shop"] = "US-02".into();
    bench.import(&[other]).await.good();
    assert_eq!(bench.ask(&["orders", "list"]).await.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn no_detour_makes_a_cancelled_order_ready_and_one_on_hold_says_why_it_stays() {
    let bench = Bench::bare().await;
    let said = |number: &str, state: &str, line1: &str| {
        let mut order = order(number);
        order.as_object_mut().unwrap().remove("rev");
        (order["state"], order["ship_to"]["line1"]) = (state.into(), line1.into());
        order
    };
    for state in ["ready", "cancelled", "cancel_requested"] {
        bench.import(&[said("RIG-8401", state, "1 Old Street")]).await.good();
    }
    assert_eq!(bench.import(&[said("RIG-8401", "ready", "2 New Street")]).await.code, Some(69));
    assert_eq!(bench.state_of("RIG-8401").await, "cancelled");
    for state in ["ready", "hold"] {
        bench.import(&[said("RIG-8402", state, "1 Old Street")]).await.good();
    }
    let again = bench.import(&[said("RIG-8402", "ready", "1 Old Street")]).await.good();
    assert!(again.out.contains("1 older") && again.out.contains("it is on hold since this was said"), "{again:?}");
}

#[tokio::test]
async fn an_order_is_found_by_the_name_that_a_list_gives_it() {
    let bench = Bench::with_orders(&["RIG-8501"]).await;
    let mut other = order("RIG-8501");
    other["channel"] = "etsy".into();
    bench.import(&[other]).await.good();
    let several = bench.run(&["orders", "show", "RIG-8501", "--shop", "US-01"]).await;
    assert!(several.code == Some(64) && several.err.contains("etsy/US-01/RIG-8501"), "{several:?}");
    assert_eq!(bench.ask(&["orders", "show", "etsy/US-01/RIG-8501"]).await["channel"], "etsy");
    let station = bench.start().await;
    bench.scan("rig/US-01/RIG-8501").await;
    station.screen.says("place_parcel").await;
    bench.put(580);
    super::packer::label(&station).await;
    assert_eq!(bench.parcel().await["channel"], "rig");
}
