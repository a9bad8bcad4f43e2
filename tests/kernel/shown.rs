//! The packer's screen on the machine's display.

use std::process::Command;

use parceld::screen::{Sentence, Words, draw_stopped};

use super::bench::Bench;
use super::display;
use super::packer;
use super::program::{Ran, until};
use super::station::Station;

const PANEL: &str = "\n[panel]\nkind = \"framebuffer\"\n";

/// Waits until the display shows what the page shows.
async fn as_the_page_has_it(station: &Station, what: &str) {
    let log = station.logged("ready page=").await;
    let (_, page) = log.split_once("ready page=").unwrap();
    let page = page.split_whitespace().next().unwrap().parse().unwrap();
    until(what, || display::picture().is_some_and(|picture| picture == display::page(page))).await;
}

/// Why a command failed, as it said.
fn reason(ran: &Ran) -> &str {
    ran.err.lines().find_map(|line| line.strip_prefix("parceld: ")).unwrap()
}

/// What the display shows of a station that does not run.
fn stopped(why: &str, todo: Sentence) -> Vec<u8> {
    let words = Words::english();
    let say = |sentence: Sentence| words.say(&sentence);
    display::drawn(|picture| draw_stopped(&say(Sentence::Stopped), why, &say(todo), picture))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_display_shows_each_step_of_a_parcel_pixel_by_pixel() {
    let bench = Bench::with_orders(&["K-1"]).await;
    bench.configure_more(PANEL);
    let station = bench.start().await;
    as_the_page_has_it(&station, "the screen at rest").await;
    packer::open(&bench, &station, "K-1").await;
    as_the_page_has_it(&station, "the order").await;
    bench.put(580);
    let number = packer::label(&station).await;
    as_the_page_has_it(&station, "the parcel with its label").await;
    display::photograph("label");
    packer::close(&bench, &station, &number).await;
    as_the_page_has_it(&station, "the packed parcel").await;
    display::photograph("packed");
    // Whoever starts a second one by hand does not get the display.
    assert_eq!(bench.run(&["run"]).await.code, Some(75));
    as_the_page_has_it(&station, "the screen at rest").await;
    assert!(station.terminate().await.success());
    assert!(display::picture().unwrap() == stopped("It was switched off", Sentence::StoppedStart));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_station_that_cannot_start_says_on_the_display_why() {
    let bench = Bench::with_orders(&[]).await;
    bench.configure_more(PANEL);
    bench.reconfigure("timezone = \"America/Los_Angeles\"", "timezone = \"Pacific\"");
    let ran = bench.run(&["run"]).await;
    assert_eq!(ran.code, Some(78), "{ran:?}");
    let why = reason(&ran);
    assert!(why.contains("station.toml:") && why.contains("no time zone \"Pacific\"; write its IANA name"), "{why}");
    assert!(display::picture().unwrap() == stopped(why, Sentence::StoppedCorrect));
    display::photograph("stopped");

    // The file itself may be what is wrong, and the display with it.
    bench.reconfigure("[panel]", "[panel");
    let ran = bench.run(&["run"]).await;
    assert_eq!(ran.code, Some(78), "{ran:?}");
    let why = reason(&ran);
    assert!(display::picture().unwrap() == stopped(why, Sentence::StoppedCorrect), "{why}");
    display::photograph("unreadable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_is_full_at_the_start_is_said_on_the_display() {
    let bench = Bench::with_orders(&[]).await;
    bench.configure_more(PANEL);
    let mount = |arguments: &[&str]| assert!(Command::new("/bin/busybox").args(arguments).status().unwrap().success());
    let data = bench.data();
    let data = data.to_str().unwrap();
    mount(&["mount", "-t", "tmpfs", "-o", "size=64k", "disk", data]);
    let ran = bench.run(&["run"]).await;
    mount(&["umount", data]);
    assert_eq!(ran.code, Some(75), "{ran:?}");
    let why = reason(&ran);
    assert!(display::picture().unwrap() == stopped(why, Sentence::StoppedAgain), "{why}");
    display::photograph("full");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_display_that_goes_away_stops_no_parcel_and_is_found_again() {
    let bench = Bench::with_orders(&["K-1"]).await;
    bench.configure_more(PANEL);
    let station = bench.start().await;
    as_the_page_has_it(&station, "the screen at rest").await;
    let place = display::unplug();
    station.screen.complains("panel_absent").await;
    packer::pack(&bench, &station, "K-1").await;
    display::plug(&place);
    station.screen.is_content().await;
    as_the_page_has_it(&station, "the packed parcel").await;
}
