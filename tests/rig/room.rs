//! A disk that is nearly full, as `keep_free_mb` has it: no disk of these tests has ten terabytes free.

use super::bench::Bench;
use super::order::order;
use super::packer::{self, pack};

const ORDERS: [&str; 2] = ["RIG-8101", "RIG-8102"];

#[tokio::test]
async fn a_disk_that_is_nearly_full_takes_nothing_new_and_says_so_until_there_is_room() {
    let bench = Bench::with_orders(&ORDERS).await;
    let roomy = "data_dir = ";
    let short = "keep_free_mb = 10000000\ndata_dir = ";
    bench.reconfigure(roomy, short);
    let station = bench.start().await;
    station.screen.complains("no_room").await;
    station.logged("the disk is nearly full").await;
    bench.scan(ORDERS[0]).await;
    station.screen.says("no_room").await;
    let refused = bench.import(&[order("RIG-8103")]).await;
    assert!(refused.code != Some(0) && refused.err.contains("keep_free_mb"), "{refused:?}");
    assert!(station.terminate().await.success());
    assert!(bench.numbers().await.is_empty());

    bench.reconfigure(short, roomy);
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[0]).await;
    bench.import(&[order("RIG-8103")]).await.good();
    packer::open(&bench, &station, "RIG-8103").await;
}
