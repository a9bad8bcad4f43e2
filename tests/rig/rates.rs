//! Rate cards of a running station: replaced, broken, replayed; and what becomes of its parcels.

use std::path::{Path, PathBuf};

use super::bench::Bench;
use super::packer::{open, pack};
use super::program::{repository, until};

const ORDERS: [&str; 2] = ["RIG-2001", "RIG-2002"];
const PRICES: &str = "usps/ground_advantage/2026-07-12.prices.csv";

/// A copy of the shipped cards that a test may spoil, in force on this bench.
fn own_cards(bench: &Bench) -> PathBuf {
    let dir = bench.path("carriers");
    for carrier in ["usps", "ontrac", "gofo", "cityline"] {
        copy_carrier(carrier, &dir);
    }
    bench.configure(&dir);
    dir
}

/// A carrier's folder, and beside it what says how numbers look.
fn copy_carrier(carrier: &str, to: &Path) {
    let shipped = repository("config/carriers");
    copy(&shipped.join(carrier), &to.join(carrier));
    std::fs::copy(shipped.join("formats.toml"), to.join("formats.toml")).unwrap();
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Every price of a table a dollar higher.
fn dearer(table: &Path) {
    let text = std::fs::read_to_string(table).unwrap();
    let raise = |line: &str| {
        let mut cells = line.split(',');
        let bound = cells.next().unwrap_or_default().to_owned();
        let raised = cells.map(|cell| match cell.split_once('.') {
            Some((dollars, cents)) => format!("{}.{cents}", dollars.parse::<u32>().unwrap() + 1),
            None => cell.to_owned(),
        });
        std::iter::once(bound).chain(raised).collect::<Vec<_>>().join(",")
    };
    let text: Vec<String> =
        text.lines().map(|line| if line.starts_with(['#', 'm']) { line.to_owned() } else { raise(line) }).collect();
    std::fs::write(table, text.join("\n")).unwrap();
}

#[tokio::test]
async fn cards_are_replaced_while_packing_goes_on_and_wrong_ones_change_nothing_even_after_a_restart() {
    let bench = Bench::with_orders(&ORDERS).await;
    let cards = own_cards(&bench);
    let good = std::fs::read_to_string(cards.join(PRICES)).unwrap();
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[0]).await;
    let first = bench.parcel().await["decision"]["quotes"][0].clone();

    let kept = bench.data().join("carriers.good").join(PRICES);
    until("a copy of the good cards", || kept.exists()).await;
    // Half a table: the old prices stay, the screen and the command say why.
    std::fs::write(cards.join(PRICES), "max_lb,1\n1,").unwrap();
    let refused = bench.run(&["rates", "reload"]).await;
    assert_eq!(refused.code, Some(78), "{refused:?}");
    assert!(refused.err.contains("prices.csv:2: ") && refused.err.contains("stay in force"), "{refused:?}");
    station.screen.complains("cards_wrong").await;
    assert!(station.terminate().await.success());

    // The power comes back before anybody has mended it.
    let station = bench.start().await;
    station.screen.complains("cards_wrong").await;
    open(&bench, &station, ORDERS[1]).await;

    // Mended, and dearer: the parcel in hand is rated with the new prices.
    std::fs::write(cards.join(PRICES), good).unwrap();
    dearer(&cards.join(PRICES));
    dearer(&cards.join(PRICES.replace("prices", "cubic")));
    bench.run(&["rates", "reload"]).await.good();
    station.screen.is_content().await;
    bench.put(580);
    station.screen.says("scan_label").await;
    let parcels = bench.ask(&["parcels", "show", "P000002"]).await;
    let second = &parcels["decision"]["quotes"][0];
    assert_ne!(first["card"], second["card"], "{second:#}");
    let cents = |quote: &serde_json::Value| quote["total"].as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    assert_eq!(cents(second) - cents(&first), 100, "{first:#} {second:#}");
    assert!(bench.run(&["check"]).await.good().out.contains("good"));
}

#[tokio::test]
async fn history_is_priced_again_and_what_became_of_it_is_learned_once() {
    let bench = Bench::with_orders(&ORDERS).await;
    let station = bench.start().await;
    let first = pack(&bench, &station, ORDERS[0]).await;
    let second = pack(&bench, &station, ORDERS[1]).await;

    let other = bench.path("other");
    copy_carrier("usps", &other);
    dearer(&other.join(PRICES));
    dearer(&other.join(PRICES.replace("prices", "cubic")));
    let (dir, csv) = (other.display().to_string(), bench.path("replay.csv"));
    let file = csv.display().to_string();
    let replayed = bench.run(&["rates", "replay", "--cards", &dir, "--csv", &file]).await.good().out;
    assert!(replayed.starts_with("2 parcels, 2 priced before and after"), "{replayed}");
    assert!(replayed.contains("difference 2.00; 0 cheaper, 2 dearer"), "{replayed}");
    let rows = std::fs::read_to_string(csv).unwrap();
    assert_eq!(rows.lines().count(), 3, "{rows}");
    assert!(rows.lines().nth(1).unwrap().contains(",1.00,USD,"), "{rows}");

    let own = bench.path("old");
    copy_carrier("usps", &own);
    let changed = bench.run(&["check", "--diff", &own.display().to_string(), &dir]).await.good().out;
    assert!(changed.contains("0 cheaper, 2 dearer"), "{changed}");

    let outcomes = bench.path("outcomes.csv");
    std::fs::write(
        &outcomes,
        format!("tracking,status,date\n{first},delivered,2026-11-30\n{second},lost,2026-12-01\nX1,lost,2026-12-01\n"),
    )
    .unwrap();
    let file = outcomes.display().to_string();
    let import = ["outcomes", "import", &file];
    assert!(bench.run(&import).await.good().out.contains("Learned of 2 parcels (0 known, 1 not ours)"));
    assert!(bench.run(&import).await.good().out.contains("Learned of 0 parcels (2 known, 1 not ours)"));
    std::fs::write(&outcomes, "tracking,status,date\nX1,exploded,2026-12-01\n").unwrap();
    let refused = bench.run(&import).await;
    assert!(
        refused.code == Some(69) && refused.out.contains("outcomes.csv:2: \"exploded\" is no status"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_carrier_that_has_its_parcels_of_the_wave_takes_no_more_and_a_quote_says_so() {
    let bench = Bench::with_orders(&ORDERS).await;
    bench.run(&["pool", "start", "cityline", "cityline-demo-1", "--next", "1"]).await.good();
    bench.reconfigure(
        "carriers = [\"usps\", \"ontrac\", \"gofo\", \"cityline\"]\n",
        "carriers = [\"usps\", \"cityline\"]\n\n[[rates.cap]]\nof = \"usps\"\nparcels = 1\nper = \"wave\"\n",
    );
    let station = bench.start().await;
    let quote = ["quote", "--to", "US:90026", "--weight", "580g", "--dims", "12x12x12in"];
    assert_eq!(bench.ask(&quote).await["choice"], "usps.ground_advantage");
    for order in ORDERS {
        pack(&bench, &station, order).await;
    }
    let parcels = bench.ask(&["parcels", "list"]).await;
    let services: Vec<&str> =
        parcels.as_array().unwrap().iter().filter_map(|parcel| parcel["service"].as_str()).collect();
    assert!(services.contains(&"cityline.nextday") && services.contains(&"usps.ground_advantage"), "{services:?}");
    let quoted = bench.ask(&quote).await;
    assert_eq!(quoted["choice"], "cityline.nextday");
    assert_eq!(quoted["refusals"][0]["reason"], "has its 1 parcels of this wave", "{quoted:#}");
}

#[tokio::test]
async fn a_trial_takes_its_parcels_waits_for_what_becomes_of_them_and_stops_by_itself() {
    let orders: Vec<String> = (0..6).map(|n| format!("RIG-30{n:02}")).collect();
    let orders: Vec<&str> = orders.iter().map(String::as_str).collect();
    let bench = Bench::with_orders(&orders).await;
    bench.run(&["pool", "start", "cityline", "cityline-demo-1", "--next", "1"]).await.good();
    bench.reconfigure(
        "carriers = [\"usps\", \"ontrac\", \"gofo\", \"cityline\"]\n",
        "carriers = [\"usps\", \"cityline\"]\n\n[[rates.trial]]\nservice = \"cityline.nextday\"\nstages = [2, 4]\n\
         good = \"5\"\nbad = \"60\"\nodds = 20\n",
    );
    let station = bench.start().await;
    let mut numbers = Vec::new();
    for order in &orders[..3] {
        numbers.push(pack(&bench, &station, order).await);
    }
    let service = |parcel: &str| {
        let parcel = parcel.to_owned();
        let bench = &bench;
        async move {
            let shown = bench.ask(&["parcels", "show", &parcel]).await;
            (shown["service"].as_str().unwrap().to_owned(), shown["decision"].clone())
        }
    };
    let (chosen, decision) = service("P000002").await;
    assert_eq!(chosen, "cityline.nextday", "{decision:#}");
    assert_eq!(decision["turn"], "parcel 2 of 2 of its trial");
    let (chosen, decision) = service("P000003").await;
    assert_eq!(chosen, "usps.ground_advantage", "the stage is full: {decision:#}");
    assert!(decision["refusals"].as_array().unwrap().iter().any(|refusal| refusal["rule"] == "trial"), "{decision:#}");

    let outcomes = bench.path("outcomes.csv");
    let rows: Vec<String> = numbers[..2].iter().map(|number| format!("{number},returned,2026-11-30")).collect();
    std::fs::write(&outcomes, format!("tracking,status,date\n{}\n", rows.join("\n"))).unwrap();
    bench.run(&["outcomes", "import", &outcomes.display().to_string()]).await.good();
    // A restart forgets none of it.
    assert!(station.terminate().await.success());
    let station = bench.start().await;
    pack(&bench, &station, orders[3]).await;
    let (chosen, decision) = service("P000004").await;
    assert_eq!(chosen, "usps.ground_advantage");
    let refusals = decision["refusals"].as_array().unwrap();
    let stopped = refusals.iter().find(|refusal| refusal["rule"] == "trial_stopped").unwrap();
    assert_eq!(stopped["reason"], "its trial was stopped: 2 of 2 failed, 144 to 1 that it is a bad carrier");
}
