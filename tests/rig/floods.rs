//! The real program when somebody, or something, asks too much of it.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use super::bench::Bench;
use super::order::order;
use super::packer::open;
use super::program::with_config;
use super::station::Station;

#[tokio::test]
async fn connections_without_end_take_neither_page_nor_commands_away() {
    let bench = Bench::bare().await;
    let station = Station::start_with_few_files(&bench.config, 64).await;
    let idle: Vec<_> = (0..120).map(|_| TcpStream::connect(station.page).unwrap()).collect();
    let log = station.logged("a connection cannot be taken").await;
    assert!(log.contains("of=\"page\""), "{log}");
    drop(idle);
    bench.run(&["outbox", "retry"]).await.good();
    let log = station.logged("ready").await;
    assert!(log.matches("a connection cannot be taken").count() <= 2, "page and socket say it once each:\n{log}");
}

#[tokio::test]
async fn a_scan_is_answered_while_a_large_file_is_imported() {
    const MANY: usize = 1_000;
    let bench = Bench::with_orders(&["RIG-0001"]).await;
    let station = bench.start().await;
    let file = bench.path("many.jsonl");
    let orders: Vec<String> = (0..MANY).map(|number| order(&format!("MANY-{number}")).to_string()).collect();
    std::fs::write(&file, orders.join("\n")).unwrap();
    let (config, path) = (bench.config.clone(), file.display().to_string());
    let import = tokio::spawn(async move { with_config(&config, &["orders", "import", &path]).await });
    // It has begun when the first of them is there.
    while bench.run(&["orders", "show", "MANY-0"]).await.code != Some(0) {
        assert!(!import.is_finished(), "{:?}", import.await);
    }
    open(&bench, &station, "RIG-0001").await;
    assert!(!import.is_finished(), "the scan waited until every order was in");
    let imported = import.await.unwrap().good();
    assert!(imported.out.contains(&format!("{MANY} accepted")), "{imported:?}");
}

#[tokio::test]
async fn a_scanner_that_never_stops_is_named_once_and_the_station_goes_on() {
    let bench = Bench::bare().await;
    let station = Station::start(&bench.config).await;
    for code in 0..4_000 {
        bench.scanner.scan(&format!("no-such-order-{code}")).await.unwrap();
    }
    let log = station.logged("device floods").await;
    bench.run(&["outbox", "retry"]).await.good();
    assert_eq!(log.matches("device floods").count(), 1, "{log}");
    station.screen.complains("device_floods").await;
    assert!(log.matches("bad scan").count() <= 20, "{log}");
}

#[tokio::test]
async fn the_doctor_names_a_scanner_that_never_stops() {
    let bench = Bench::bare().await;
    let floods = async { while bench.scanner.send(&[b'x'; 4_000]).await.is_ok() {} };
    let said = tokio::select! {
        () = floods => panic!("the scanner stopped"),
        said = bench.run(&["doctor"]) => said,
    };
    assert_eq!(said.code, Some(69), "{said:?}");
    let finding = said.out.lines().find(|line| line.starts_with("scanner hand")).unwrap_or_default();
    assert!(finding.contains("busy: it sends without end; check `baud`"), "{said:?}");
}

#[tokio::test]
async fn a_printer_that_talks_for_ever_is_named_and_costs_little() {
    let bench = Bench::with_orders(&["A1"]).await;
    let talker = TcpListener::bind("127.0.0.1:0").unwrap();
    let printer = format!("tcp://{}", bench.printer.addr());
    bench.reconfigure(&printer, &format!("tcp://{}", talker.local_addr().unwrap()));
    std::thread::spawn(move || {
        for mut line in talker.incoming().map_while(Result::ok) {
            std::thread::spawn(move || while line.write_all(&[b'x'; 1_000]).is_ok() {});
        }
    });
    let station = Station::start(&bench.config).await;
    bench.scanner.scan("A1").await.unwrap();
    bench.put(300);
    station.screen.complains("device_floods").await;
    let (began, before) = (Instant::now(), station.processor());
    bench.run(&["outbox", "retry"]).await.good();
    while began.elapsed() < Duration::from_secs(3) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let used = station.processor() - before;
    assert!(used < began.elapsed() / 4, "{used:?} of {:?}", began.elapsed());
}
