//! A device that sends without end is read slowly and named; the station packs on.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::station::event::{Device, Event, Input};

/// It has stopped when nothing was too much for so long.
const CALM: Duration = Duration::from_secs(10);

/// Where a device's port, and whoever takes its words on, say that it is too much.
pub(super) fn watched(name: &str, events: &mpsc::Sender<Input>) -> mpsc::Sender<()> {
    let (floods, flooded) = mpsc::channel(1);
    tokio::spawn(tell(name.to_owned(), flooded, events.clone()));
    floods
}

/// Says once that it floods, and once that it has stopped.
async fn tell(name: String, mut flooded: mpsc::Receiver<()>, events: mpsc::Sender<Input>) {
    let device = Device::Flood(name.clone());
    while flooded.recv().await.is_some() {
        let why = "it sends without end and is read slowly; check its settings, or replace it";
        tracing::error!(device = name, why, "device floods");
        super::report(&events, Event::Device { device: device.clone(), away: Some(why.to_owned()) }).await;
        while let Ok(Some(())) = timeout(CALM, flooded.recv()).await {}
        tracing::info!(device = name, "device floods no more");
        super::report(&events, Event::Device { device: device.clone(), away: None }).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_flood_is_said_once_when_it_begins_and_once_when_it_is_over() {
        let (events, mut said) = mpsc::channel(8);
        let floods = watched("hand", &events);
        for _ in 0..100 {
            let _ = floods.try_send(());
            tokio::time::sleep(CALM / 2).await;
        }
        let device = Device::Flood("hand".to_owned());
        let begins = said.recv().await.expect("an event");
        assert!(matches!(begins, Input::Event(Event::Device { device: named, away: Some(_) }) if named == device));
        let ends = said.recv().await.expect("an event");
        assert_eq!(ends, Event::Device { device, away: None }.into());
        assert!(said.try_recv().is_err());
    }
}
