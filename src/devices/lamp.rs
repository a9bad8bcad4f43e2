//! Lamp, tone and button on the board's own lines: the screen's colour for people who do not look at it.

use std::time::Duration;

use hal::gpio::{Gpio, Lamp};
use tokio::sync::{mpsc, watch};

use crate::barcode::{Command, Scan};
use crate::screen::Mood;
use crate::station::event::{Event, Lookup, Sound};

pub use hal::gpio::Pins;

pub(super) async fn run(
    pins: Pins,
    mut moods: watch::Receiver<Mood>,
    mut sounds: mpsc::Receiver<Sound>,
    events: mpsc::Sender<Event>,
) {
    let mut gpio = match Gpio::open(pins) {
        Ok(gpio) => gpio,
        Err(error) => {
            tracing::warn!(%error, "no lamp, tone or button");
            return;
        }
    };
    show(&mut gpio, *moods.borrow_and_update());
    loop {
        tokio::select! {
            changed = moods.changed() => match changed {
                Ok(()) => show(&mut gpio, *moods.borrow_and_update()),
                Err(_) => return,
            },
            sound = sounds.recv() => match sound {
                Some(sound) => play(&mut gpio, sound).await,
                None => return,
            },
            () = gpio.pressed() => {
                let scan = Scan { aim: None, text: Command::Ok.encode() };
                super::report(&events, Event::Scanned { scanner: "button".to_owned(), scan, order: Lookup::None }).await;
            }
        }
    }
}

/// Green: done or ready. Amber: a question or work under way. Red: stop.
fn show(gpio: &mut Gpio, mood: Mood) {
    gpio.light(Lamp {
        red: mood == Mood::Stop,
        amber: matches!(mood, Mood::Busy | Mood::Ask),
        green: matches!(mood, Mood::Ready | Mood::Good),
    });
}

/// One short tone: good. Two: a question. Three long ones: stop.
async fn play(gpio: &mut Gpio, sound: Sound) {
    let (times, length) = match sound {
        Sound::Good => (1, 80),
        Sound::Ask => (2, 80),
        Sound::Bad => (3, 200),
    };
    for _ in 0..times {
        gpio.sound(true);
        tokio::time::sleep(Duration::from_millis(length)).await;
        gpio.sound(false);
        tokio::time::sleep(Duration::from_millis(80)).await;
    }
}
