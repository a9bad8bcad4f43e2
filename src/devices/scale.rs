//! The scale: readings become weights.

use std::path::PathBuf;
use std::time::Duration;

use hal::port::Address;
use hal::scale::{self, Key, Pace, ScaleSettings, Stability};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::station::event::{Device, Event, Input, NoWeight, Reading, ScaleKey, WeightState};
use crate::units::{Mass, Uptime};

/// The scale of the bench.
#[derive(Debug, Clone)]
pub struct BenchScale {
    /// Where it is.
    pub address: Address,
    /// What it speaks, and what its protocol leaves open.
    pub settings: ScaleSettings,
    /// Where what passes is written down.
    pub record: Option<PathBuf>,
}

/// Readings that may wait for the loop; one that finds the queue full is old before it would be read.
const QUEUE: usize = 16;

/// A reading that says nothing new is passed on this often, so that a weight does not grow old on a quiet scale.
const REPEAT: Duration = Duration::from_millis(700);

pub(super) async fn run(
    scale: BenchScale,
    mut pace: watch::Receiver<Pace>,
    mut keys: mpsc::Receiver<Key>,
    events: mpsc::Sender<Input>,
    began: Instant,
) {
    let floods = super::flood::watched("scale", &events);
    loop {
        let mut port = super::open(&scale.address, scale.record.as_deref(), &Device::Scale, &floods, &events).await;
        let opened = tokio::time::Instant::now();
        let (said, mut says) = mpsc::channel(QUEUE);
        let mut news = News { began, last: None, garbled: false };
        let reading = scale::read(&mut port, scale.settings, &mut pace, &mut keys, move |event| {
            if let Some(event) = news.take(event) {
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
        // One that is lost as soon as it is open (a keyboard somebody else has) must not be opened again and again.
        if opened.elapsed() < super::AGAIN {
            tokio::time::sleep(super::AGAIN).await;
        }
    }
}

/// What the loop was told last: an equal reading is passed on only after [`REPEAT`].
struct News {
    began: Instant,
    last: Option<(Reading, Instant)>,
    garbled: bool,
}

impl News {
    /// The event for the loop; `None` when it would say nothing new.
    fn take(&mut self, event: scale::Event) -> Option<Event> {
        match event {
            scale::Event::Reading(wire) => self.weight(wire),
            scale::Event::Silent => {
                self.last = None;
                Some(Event::NoWeight(NoWeight::Silent))
            }
            scale::Event::Garbled(bytes) => {
                self.last = None;
                if !std::mem::replace(&mut self.garbled, true) {
                    tracing::warn!(bytes, "the scale sends what is not its protocol; check protocol, baud and framing");
                }
                Some(Event::NoWeight(NoWeight::Garbled))
            }
            scale::Event::Done(key) => Some(Event::ScaleKey { key: pressed(key), refused: None }),
            scale::Event::Refused(key, why) => Some(Event::ScaleKey { key: pressed(key), refused: Some(why) }),
        }
    }

    fn weight(&mut self, wire: scale::Reading) -> Option<Event> {
        let now = Instant::now();
        self.garbled = false;
        let reading = Reading {
            mass: Mass::from_picograms(wire.picograms),
            value: wire.text,
            unit: wire.unit.symbol().to_owned(),
            state: match wire.state {
                // Nothing on the pan, whether in digits or in a word: never a weight, for it is under `empty_below`.
                Stability::Stable | Stability::AtZero => WeightState::Stable,
                Stability::Moving | Stability::Unsaid => WeightState::Moving,
                Stability::Negative | Stability::Under => WeightState::Negative,
                Stability::Over => WeightState::Over,
                Stability::Fault(why) => WeightState::Fault(why),
            },
            raw: wire.raw,
        };
        if self.last.as_ref().is_some_and(|(old, at)| *old == reading && now.duration_since(*at) < REPEAT) {
            return None;
        }
        self.last = Some((reading.clone(), now));
        let at = Uptime(u64::try_from(now.duration_since(self.began).as_millis()).unwrap_or(u64::MAX));
        Some(Event::Weight { reading, at })
    }
}

fn pressed(key: Key) -> ScaleKey {
    match key {
        Key::Zero => ScaleKey::Zero,
        Key::Tare => ScaleKey::Tare,
    }
}
