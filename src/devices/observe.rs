//! `parceld doctor --watch`: what every device says, as it says it.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::doctor::how_it_is;
use super::{BenchPrinter, Devices, Drivers};
use crate::screen::Mood;
use crate::station::badge::public;
use crate::station::event::{Event, Input, NoWeight, WeightState};
use crate::station::parcels::State;

/// How often a printer is asked how it is.
const ASK_AGAIN: Duration = Duration::from_secs(2);

/// Tells what happens at the devices, a line each, until it is dropped. Every scan is accepted.
pub async fn watch(mut devices: Devices, mut tell: impl FnMut(String)) {
    let (events_in, mut events) = mpsc::channel(64);
    let (lines_in, mut lines) = mpsc::channel(64);
    for printer in devices.printer.take().into_iter().chain(devices.receipt.take()) {
        tokio::spawn(watch_printer(printer, lines_in.clone()));
    }
    let drivers = Drivers::start(devices, &events_in, Instant::now());
    // As if somebody waited for a weight.
    drivers.follow(Mood::Ready, Some(State::Open));
    let mut last = String::new();
    loop {
        let line = tokio::select! {
            Some(event) = events.recv() => {
                if let Input::Scan { scanner, .. } = &event {
                    let scanner = scanner.clone();
                    drivers.perform(crate::station::event::Effect::Verdict { scanner, accepted: true });
                }
                say(&event)
            }
            Some(line) = lines.recv() => Some(line),
        };
        // A scale repeats itself so that its weight does not grow old.
        if let Some(line) = line.filter(|line| *line != last || line.starts_with("scanner")) {
            tell(line.clone());
            last = line;
        }
    }
}

fn say(input: &Input) -> Option<String> {
    let event = match input {
        Input::Scan { scanner, scan } => {
            let kind = scan
                .aim
                .map_or("no AIM identifier".to_owned(), |[c, m]| format!("]{}{}", char::from(c), char::from(m)));
            return Some(format!("scanner {scanner}: {:?}, {kind}", without_secret(&scan.text)));
        }
        Input::Event(event) => event,
    };
    Some(match event {
        Event::BadScan { scanner, why } => format!("scanner {scanner}: bad: {why}"),
        Event::Weight { reading, .. } => {
            let weight = format!("{} {}", reading.value, reading.unit);
            match reading.state {
                WeightState::Stable => format!("scale: {weight}, at rest"),
                WeightState::Moving => format!("scale: {weight}, moving"),
                WeightState::Negative => format!("scale: {weight}, below zero"),
                WeightState::Over => "scale: too heavy".to_owned(),
                WeightState::Fault(why) => format!("scale: no weight: {}", why.name()),
            }
        }
        Event::NoWeight(NoWeight::Silent) => "scale: says nothing: asleep or off".to_owned(),
        Event::NoWeight(NoWeight::Garbled) => "scale: bytes that are not its protocol".to_owned(),
        Event::Device { device, away: Some(why) } => format!("{device:?} away: {why}"),
        Event::Device { device, away: None } => format!("{device:?} is there"),
        _ => return None,
    })
}

/// A code without what only its owner knows.
fn without_secret(text: &str) -> &str {
    text.rsplit_once(':').map_or(text, |(body, _)| match public(body) {
        name if name.len() < body.len() => name,
        _ => text,
    })
}

async fn watch_printer(mut printer: BenchPrinter, lines: mpsc::Sender<String>) {
    let mut last = String::new();
    loop {
        let now = match printer.connect().await {
            Ok(mut session) => {
                let status = session.status(&mut printer.known).await;
                session.close().await;
                match status {
                    Ok(Some(status)) => how_it_is(&status, printer.language),
                    Ok(None) => "does not talk".to_owned(),
                    Err(error) => error.to_string(),
                }
            }
            Err(error) => error.to_string(),
        };
        if now != last {
            let _ = lines.send(format!("printer {}: {now}", printer.name)).await;
            last = now;
        }
        sleep(ASK_AGAIN).await;
    }
}
