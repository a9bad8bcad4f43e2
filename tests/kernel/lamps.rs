//! Lamps, tone and button on the kernel's GPIO simulator.

use std::time::{Duration, Instant};

use hal::gpio::{Backend, Gpio, GpioLine, Pins};
use tokio::time::{sleep, timeout};

use super::bench::Bench;
use super::chip::{Chip, LABEL};
use super::packer;
use super::program::until;

const RED: u32 = 22;
const AMBER: u32 = 27;
const GREEN: u32 = 17;
const TONE: u32 = 18;
const BUTTON: u32 = 23;
/// How often a bouncing press is tried: beside busy neighbours an emulator is seldom quick. How long each may take to be seen.
const ATTEMPTS: usize = 60;
const PRESS: Duration = Duration::from_secs(5);
/// How long the button is let go: longer than the kernel waits for a contact to rest, else it is still pressed for it.
const REST: Duration = Duration::from_millis(200);
/// Held by a driver.
const HELD: u32 = 5;
const WIRED: &str = "
[gpio]
backend = \"gpiocdev\"
chip = \"pinctrl-rp1\"
red = 22
amber = \"GPIO27\"
green = 17
tone = 18
button = \"GPIO23\"
";

/// Red, amber, green, as they are lit.
fn lamps(chip: &Chip) -> [bool; 3] {
    [RED, AMBER, GREEN].map(|line| chip.is_high(line))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lamps_and_tone_follow_a_parcel_and_are_off_when_the_program_ends() {
    let chip = Chip::with_held(HELD, "camera-flash");
    let bench = Bench::with_orders(&["K-1"]).await;
    bench.configure_more(WIRED);
    let station = bench.start().await;
    until("green at rest", || lamps(&chip) == [false, false, true]).await;
    bench.scan("NO-SUCH-ORDER").await;
    station.screen.says("order_unknown").await;
    until("red for an order that is not there", || lamps(&chip) == [true, false, false]).await;
    until("three long tones", || chip.levels(TONE).ends_with(&[true, false, true, false, true, false])).await;
    packer::open(&bench, &station, "K-1").await;
    bench.put(580);
    let number = packer::label(&station).await;
    until("amber while it was printed", || chip.levels(AMBER).contains(&true)).await;
    packer::close(&bench, &station, &number).await;
    until("green when it is done", || lamps(&chip) == [false, false, true]).await;
    assert!(station.terminate().await.success());
    assert_eq!(lamps(&chip), [false; 3]);
    assert_eq!(chip.levels(GREEN).last(), Some(&false), "put out, not only let go");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_that_bounces_is_pressed_once() {
    let chip = Chip::with_held(HELD, "camera-flash");
    let bench = Bench::with_orders(&[]).await;
    bench.configure_more(WIRED);
    let watch = bench.watch();
    watch.says("Scanner(\"hand\") is there", "").await;
    let mut before = 0;
    for attempt in 1..=ATTEMPTS {
        let began = Instant::now();
        for grounded in [true, false, true, false, true] {
            chip.ground(BUTTON, grounded);
        }
        // A machine that was held up in between has let the contact rest, and that is a press of its own.
        let quick = began.elapsed() < Duration::from_millis(15);
        // None comes before the button is watched.
        let pressed = timeout(PRESS, until("it is pressed", || watch.counted("scanner button") > before)).await.is_ok();
        chip.ground(BUTTON, false);
        sleep(REST).await;
        bench.scan(&format!("FENCE-{attempt}")).await;
        let presses = watch.says(&format!("FENCE-{attempt}"), "scanner button").await;
        if quick && pressed {
            assert_eq!(presses - before, 1);
            return;
        }
        before = presses;
    }
    panic!("not once in {ATTEMPTS} attempts was it pressed quickly enough and seen");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_another_holds_is_named_with_its_holder() {
    let chip = Chip::with_held(HELD, "camera-flash");
    let bench = Bench::with_orders(&[]).await;
    bench.configure_more(&WIRED.replace("red = 22", "red = 5"));
    let says = bench.doctor().await;
    assert!(says.contains("gpio pinctrl-rp1: busy: "), "{says}");
    assert!(says.contains("GPIO5 (line 5 of gpiochip0, pinctrl-rp1) is held by \"camera-flash\"; end that"), "{says}");

    bench.reconfigure("red = 5", "red = 22");
    let mut pins = Pins::none(Backend::Gpiocdev { chip: Some(LABEL.to_owned()) });
    pins.green = Some(GpioLine::Number(GREEN));
    let other = Gpio::open(&pins).unwrap();
    let says = bench.doctor().await;
    assert!(says.contains("GPIO17 (line 17 of gpiochip0, pinctrl-rp1) is held by parceld itself; "), "{says}");
    drop(other);
    let says = bench.doctor().await;
    assert!(says.contains("gpio pinctrl-rp1: ok: lit every lamp"), "{says}");
    assert!(says.contains("red GPIO22 (line 22 of gpiochip0, pinctrl-rp1)"), "{says}");
    for line in [RED, AMBER, GREEN, TONE] {
        let levels = chip.levels(line);
        assert!(levels.contains(&true) && levels.last() == Some(&false), "line {line}: {levels:?}");
    }
}
