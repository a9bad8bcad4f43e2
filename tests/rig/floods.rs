//! The real program when somebody, or something, asks too much of it.

use std::net::TcpStream;

use super::bench::Bench;
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
