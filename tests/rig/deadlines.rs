//! Until when orders must be shipped: said, derived and marked, and never part of what an order says.

use serde_json::{Value, json};

use super::bench::Bench;
use super::order::order;

/// Three orders of a shop in the United States: one that names its deadline, one that says when it was placed, and one that
/// says neither.
fn orders() -> [Value; 3] {
    let of = |number: &str, more: Value| {
        let mut order = order(number);
        order["rev"] = 0.into();
        order["channel"] = "tiktok_shop".into();
        order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        order
    };
    [
        of(
            "RIG-7001",
            json!({ "placed_at": "2026-11-23T20:00:00Z", "deadlines": { "ship_by": "2026-11-28T07:59:00Z" } }),
        ),
        of("RIG-7002", json!({ "placed_at": "2026-11-25T20:00:00Z" })),
        of("RIG-7003", json!({})),
    ]
}

fn refs(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|line| line["order_ref"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_deadline_is_listed_as_said_or_as_derived_and_an_order_without_a_date_has_none() {
    let bench = Bench::bare().await;
    bench.import(&orders()).await.good();
    let shown = bench.ask(&["orders", "show", "RIG-7001"]).await;
    assert_eq!(shown["deadlines"]["ship_by"], json!({ "at": "2026-11-28T07:59:00Z", "derived": false }));
    // Placed on Monday: six working days to the buyer, without Thanksgiving. When it is collected is left to what was said.
    assert_eq!(shown["deadlines"]["collect_by"], Value::Null);
    assert_eq!(shown["deadlines"]["deliver_by"]["at"], "2026-12-03T07:59:00Z");
    assert_eq!(shown["deadlines"]["deliver_by"]["certainty"], "published");
    assert_eq!(shown["deadlines"]["deliver_by"]["holidays_known"], true);
    let shown = bench.ask(&["orders", "show", "RIG-7002"]).await;
    assert_eq!(shown["deadlines"]["ship_by"]["at"], "2026-12-01T07:59:00Z", "Thanksgiving is no working day");
    assert_eq!(shown["deadlines"]["ship_by"]["derived"], true);
    assert_eq!(bench.ask(&["orders", "show", "RIG-7003"]).await["deadlines"], json!({}));

    let list = bench.run(&["orders", "list"]).await.good();
    let line = |number: &str| list.out.lines().find(|line| line.starts_with(number)).unwrap().to_owned();
    assert!(line("RIG-7001").contains("  2026-11-27 23:59 -08:00          -  "), "{list:?}");
    assert!(
        line("RIG-7002").contains("  2026-11-30 23:59 -08:00 derived  2026-11-30 23:59 -08:00 derived  "),
        "{list:?}"
    );
    assert!(!line("RIG-7003").contains("2026"), "{list:?}");

    // The newest first; with --due what must leave first, and last what says nothing.
    assert_eq!(refs(&bench.ask(&["orders", "list"]).await), ["RIG-7003", "RIG-7002", "RIG-7001"]);
    assert_eq!(refs(&bench.ask(&["orders", "list", "--due"]).await), ["RIG-7001", "RIG-7002", "RIG-7003"]);
    let one = bench.run(&["orders", "list", "--due", "--limit", "1"]).await.good();
    assert_eq!(one.out.lines().last(), Some("the 1 of 3 orders that are due first; --limit N shows more"));
}

#[tokio::test]
async fn a_rule_that_changes_moves_what_was_derived_and_changes_no_order() {
    let bench = Bench::bare().await;
    bench.import(&orders()).await.good();
    let rules = "[zones]\nUS = \"America/New_York\"\n[[rule]]\nchannels = [\"tiktok_shop\"]\nmarkets = [\"US\"]\n\
        certainty = \"guessed\"\nsource = \"a test\"\nship_by = { working_days = 1, until = \"12:00\" }\n";
    std::fs::write(bench.path("deadlines.toml"), rules).unwrap();
    std::fs::create_dir(bench.path("calendars")).unwrap();
    let calendar = "first = \"2020-01-01\"\nlast = \"2020-12-31\"\n[[weekend]]\ndays = [\"thu\", \"fri\"]\n";
    std::fs::write(bench.path("calendars/US.toml"), calendar).unwrap();
    bench.reconfigure("[station]\n", "[station]\ncalendars_dir = \"calendars\"\ndeadlines_file = \"deadlines.toml\"\n");

    let again = bench.import(&orders()).await.good();
    assert!(again.out.contains("0 accepted, 3 unchanged, 0 changed"), "{again:?}");
    let shown = bench.ask(&["orders", "show", "RIG-7001"]).await;
    assert_eq!(shown["deadlines"], json!({ "ship_by": { "at": "2026-11-28T07:59:00Z", "derived": false } }));
    assert_eq!(
        bench.ask(&["orders", "show", "RIG-7002"]).await["deadlines"],
        json!({ "ship_by": {
            "at": "2026-11-28T17:00:00Z", "derived": true, "certainty": "guessed", "source": "a test",
            "holidays_known": false,
        } })
    );
    let list = bench.run(&["orders", "list"]).await.good();
    assert!(list.out.contains("2026-11-28 09:00 -08:00 guessed, holidays not known"), "{list:?}");
    let check = bench.run(&["check"]).await.good();
    let ends = "notice: the holidays of US are known up to 2020-12-31: a deadline that is derived beyond it may be too early; \
        install a newer version, or put a newer US.toml into calendars_dir";
    assert!(check.out.contains(ends), "{check:?}");

    std::fs::write(bench.path("deadlines.toml"), rules.replace("working_days", "workdays")).unwrap();
    let wrong = bench.run(&["check"]).await;
    assert!(wrong.code == Some(78) && wrong.out.contains("deadlines.toml:8: "), "{wrong:?}");
}
