//! Lamp, tone and button on the board's own lines: the screen's colour for people who do not look at it.

use std::time::Duration;

use hal::gpio::{Gpio, GpioError, Lamp};
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use crate::barcode::{Command, Scan};
use crate::screen::Mood;
use crate::station::event::{Input, Sound};

pub use hal::gpio::Pins;

/// The channels between the task and the loop.
#[derive(Debug)]
pub(super) struct Ends {
    pub(super) moods: watch::Receiver<Mood>,
    pub(super) sounds: mpsc::Receiver<Sound>,
    pub(super) events: mpsc::Sender<Input>,
}

/// Opens the lines, and opens them again when they are lost. A bench without lamps packs as well.
pub(super) async fn run(pins: Pins, mut ends: Ends) {
    let mut said = false;
    loop {
        let lost = match Gpio::open(&pins) {
            Ok(mut gpio) => {
                tracing::info!(lines = gpio.describe().join(", "), "lamp, tone and button opened");
                said = false;
                match drive(&mut gpio, &mut ends).await {
                    Ok(()) => return,
                    Err(error) => error,
                }
            }
            Err(error) => error,
        };
        if !std::mem::replace(&mut said, true) {
            tracing::warn!(error = %lost, "no lamp, tone or button");
        }
        sleep(super::AGAIN).await;
    }
}

/// Drives the lines until the program ends (`Ok`) or the lines are lost.
async fn drive(gpio: &mut Gpio, Ends { moods, sounds, events }: &mut Ends) -> Result<(), GpioError> {
    show(gpio, *moods.borrow_and_update())?;
    loop {
        tokio::select! {
            changed = moods.changed() => match changed {
                Ok(()) => show(gpio, *moods.borrow_and_update())?,
                Err(_) => return Ok(()),
            },
            sound = sounds.recv() => match sound {
                Some(sound) => play(gpio, sound).await?,
                None => return Ok(()),
            },
            pressed = gpio.pressed() => {
                pressed?;
                let scan = Scan { aim: None, text: Command::Ok.encode() };
                super::report(events, Input::Scan { scanner: "button".to_owned(), scan }).await;
            }
        }
    }
}

/// Green: done or ready. Amber: a question or work under way. Red: stop.
fn show(gpio: &mut Gpio, mood: Mood) -> Result<(), GpioError> {
    gpio.light(Lamp {
        red: mood == Mood::Stop,
        amber: matches!(mood, Mood::Busy | Mood::Ask),
        green: matches!(mood, Mood::Ready | Mood::Good),
    })
}

/// One short tone: good. Two: a question. Three long ones: stop.
async fn play(gpio: &mut Gpio, sound: Sound) -> Result<(), GpioError> {
    let (times, length) = match sound {
        Sound::Good => (1, 80),
        Sound::Ask => (2, 80),
        Sound::Bad => (3, 200),
    };
    for _ in 0..times {
        gpio.sound(true)?;
        sleep(Duration::from_millis(length)).await;
        gpio.sound(false)?;
        sleep(Duration::from_millis(80)).await;
    }
    Ok(())
}

/// Every lamp for a moment and a short tone, for a person who looks at them.
pub(super) async fn try_out(gpio: &mut Gpio) -> Result<(), GpioError> {
    for mood in [Mood::Good, Mood::Ask, Mood::Stop] {
        show(gpio, mood)?;
        sleep(Duration::from_millis(300)).await;
    }
    gpio.light(Lamp::default())?;
    play(gpio, Sound::Good).await
}
