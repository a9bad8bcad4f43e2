//! Lists that say what they leave out, and find what is asked for.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::bench::Bench;
use super::packer::pack;
use super::program::Ran;

/// The first cells of a table's rows, without its header and what stands below it.
fn first_cells(ran: &Ran, begins: &str) -> Vec<String> {
    let cells = ran.out.lines().filter_map(|line| line.split_whitespace().next());
    cells.filter(|cell| cell.starts_with(begins)).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_list_says_how_much_it_leaves_out_and_finds_what_is_asked_for() {
    let bench = Bench::with_orders(&["RIG-9001", "RIG-9002", "RIG-9103"]).await;
    let station = bench.start().await;
    let number = pack(&bench, &station, "RIG-9001").await;
    pack(&bench, &station, "RIG-9103").await;
    assert!(station.terminate().await.success());

    // Orders: the newest first, and how many there are.
    let two = bench.run(&["orders", "list", "--limit", "2"]).await.good();
    assert_eq!(first_cells(&two, "RIG"), ["RIG-9103", "RIG-9002"]);
    let more =
        "the newest 2 of 3 orders; --limit N shows more, --search TEXT, --day YYYY-MM-DD and --state S choose some";
    assert_eq!(two.out.lines().last(), Some(more));
    let all = bench.run(&["orders", "list"]).await.good();
    assert!(first_cells(&all, "RIG").len() == 3 && !all.out.contains("the newest"), "{all:?}");
    // JSON stays a list alone, and what is left out is said beside it.
    let json = bench.run(&["orders", "list", "--limit", "1", "--json"]).await;
    assert!(json.err.starts_with("the newest 1 of 3 orders; "), "{json:?}");
    assert_eq!(json.json().as_array().map(Vec::len), Some(1));

    let refs = |list: Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|line| line["order_ref"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(refs(bench.ask(&["orders", "list", "--search", "RIG-90"]).await), ["RIG-9002", "RIG-9001"]);
    assert_eq!(refs(bench.ask(&["orders", "list", "--search", &number]).await), ["RIG-9001"]);
    assert_eq!(refs(bench.ask(&["orders", "list", "--search", "90"]).await), [] as [&str; 0], "how it begins");
    assert_eq!(refs(bench.ask(&["orders", "list", "--state", "to_pack"]).await), ["RIG-9002"]);
    assert_eq!(refs(bench.ask(&["orders", "list", "--day", "2020-02-02"]).await), [] as [&str; 0]);

    // Parcels: by number, tracking number, day and state; and what was done today.
    let one = bench.run(&["parcels", "list", "--limit", "1"]).await.good();
    assert_eq!(first_cells(&one, "P0"), ["P000002"]);
    assert!(one.out.contains("the newest 1 of 2 parcels; --limit N shows more"), "{one:?}");
    assert!(one.out.contains(": 2 in all; by carrier: USPS 2; voided 0, put aside 0, printed again 0\n"), "{one:?}");
    assert!(
        one.out.contains("(America/Los_Angeles, -0") && one.out.contains("here now, by state: verified 2\n"),
        "{one:?}"
    );
    assert_eq!(refs(bench.ask(&["parcels", "list", "--search", &number[..number.len() - 1]]).await).len(), 1);
    assert_eq!(refs(bench.ask(&["parcels", "list", "--search", "P000002"]).await), ["RIG-9103"]);
    assert_eq!(refs(bench.ask(&["parcels", "list", "--state", "verified"]).await), ["RIG-9103", "RIG-9001"]);
    assert_eq!(refs(bench.ask(&["parcels", "list", "--state", "voided"]).await), [] as [&str; 0]);
    assert_eq!(refs(bench.ask(&["parcels", "list", "--day", "2020-02-02"]).await), [] as [&str; 0]);
    let day = one.out.lines().find_map(|line| line.strip_prefix("closed on ")).unwrap()[..10].to_owned();
    assert_eq!(refs(bench.ask(&["parcels", "list", "--day", &day]).await), ["RIG-9103", "RIG-9001"]);
    assert_eq!(refs(bench.ask(&["orders", "list", "--day", &day]).await).len(), 3);
    let slip = bench.run(&["parcels", "list", "--state", "verfied"]).await;
    assert!(slip.code == Some(64) && slip.err.contains("\"verfied\" is not known; did you mean verified?"), "{slip:?}");

    // Manifests and the outbox.
    bench.run(&["manifest", "close", "usps"]).await.good();
    let manifests = bench.run(&["manifest", "list", "--limit", "1"]).await.good();
    assert!(!manifests.out.contains("the newest"), "{manifests:?}");
    let outbox = bench.run(&["outbox", "list", "--limit", "1"]).await.good();
    assert!(
        outbox.out.contains("the newest 1 of ") && outbox.out.ends_with("times are of America/Los_Angeles\n"),
        "{outbox:?}"
    );
    assert!(outbox.out.contains(" -08:00") || outbox.out.contains(" -07:00"), "{outbox:?}");
    let state = bench.ask(&["parcels", "list", "--state", "manifested"]).await;
    assert_eq!(refs(state).len(), 2);
}

#[tokio::test]
async fn the_page_finds_parcels_and_says_what_was_done_today_in_the_warehouse_s_time() {
    let bench = Bench::with_orders(&["RIG-9201", "RIG-9202"]).await;
    let station = bench.start().await;
    let number = pack(&bench, &station, "RIG-9201").await;
    let ask = async |path: &str| -> Value {
        let mut page = TcpStream::connect(station.page).await.unwrap();
        page.write_all(format!("GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", station.page).as_bytes()).await.unwrap();
        let mut answer = String::new();
        page.read_to_string(&mut answer).await.unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    };
    let found = ask(&format!("/api/parcels?search={}", &number[..6])).await;
    assert_eq!((found[0]["order_ref"].as_str(), found.as_array().unwrap().len()), (Some("RIG-9201"), 1));
    assert_eq!(ask("/api/parcels?search=nobody").await, serde_json::json!([]));
    let today = ask("/api/today").await;
    assert_eq!(
        (&today["zone"], &today["parcels"], &today["begun"]),
        (&"America/Los_Angeles".into(), &1.into(), &1.into())
    );
    assert_eq!((&today["by_carrier"]["USPS"], &today["here"]["verified"]), (&1.into(), &1.into()));
}
