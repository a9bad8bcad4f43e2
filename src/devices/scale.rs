//! The scale: readings become weights.

use std::time::{Duration, Instant};

use hal::port::Address;
use hal::scale::{self, Key, Pace, Settings, State};
use tokio::sync::{mpsc, watch};

use crate::station::event::{Device, Event, Reading, WeightState};
use crate::units::Mass;

/// The scale of the bench.
#[derive(Debug, Clone)]
pub struct Scale {
    /// Where it is.
    pub address: Address,
    /// What it speaks.
    pub settings: Settings,
}

/// Readings that may wait for the loop; one that finds the queue full is old before it would be read.
const QUEUE: usize = 16;

/// A reading that says nothing new is passed on this often, so that a weight does not grow old on a quiet scale.
const REPEAT: Duration = Duration::from_millis(700);

pub(super) async fn run(
    scale: Scale,
    mut pace: watch::Receiver<Pace>,
    mut keys: mpsc::Receiver<Key>,
    events: mpsc::Sender<Event>,
) {
    loop {
        let mut port = super::open(&scale.address, &Device::Scale, &events).await;
        let (said, mut says) = mpsc::channel(QUEUE);
        let mut last: Option<(Reading, Instant)> = None;
        let reading = scale::read(&mut port, scale.settings, &mut pace, &mut keys, move |event| {
            if let Some(event) = news(&mut last, event) {
                let _ = said.try_send(event);
            }
        });
        let forwarding = async {
            while let Some(event) = says.recv().await {
                super::report(&events, event).await;
            }
        };
        let (error, ()) = tokio::join!(reading, forwarding);
        tracing::warn!(%error, "scale lost");
        super::away(&Device::Scale, &error, &events).await;
        drop(port);
    }
}

/// What the loop needs to hear of it.
fn news(last: &mut Option<(Reading, Instant)>, event: scale::Event) -> Option<Event> {
    match event {
        scale::Event::Reading(wire) => {
            let reading = Reading {
                mass: Mass::from_picograms(wire.picograms),
                value: wire.text,
                unit: wire.unit.symbol().to_owned(),
                state: match wire.state {
                    State::Stable => WeightState::Stable,
                    State::Moving | State::Unsaid => WeightState::Moving,
                    State::Negative => WeightState::Negative,
                    State::Over => WeightState::Over,
                    State::Under | State::Fault(_) => WeightState::Fault,
                },
                raw: wire.raw,
            };
            let now = Instant::now();
            if last.as_ref().is_some_and(|(old, at)| *old == reading && now.duration_since(*at) < REPEAT) {
                return None;
            }
            *last = Some((reading.clone(), now));
            Some(Event::Weight(reading))
        }
        scale::Event::Silent => {
            *last = None;
            Some(Event::ScaleSilent)
        }
        scale::Event::Garbled(bytes) => {
            tracing::warn!(bytes, "the scale sends what is not its protocol; check baud rate and framing");
            None
        }
        scale::Event::Done(_) => None,
        scale::Event::Refused(key, why) => {
            tracing::warn!(?key, why, "the scale refused a key");
            None
        }
    }
}
