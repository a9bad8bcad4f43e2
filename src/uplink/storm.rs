//! Seeded storms of faults between the hand and the receiver; at the end every event is there once, in order.

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::timeout;

use super::Pace;
use super::receiver::{self, Fault, Receiver};
use super::tests::{ANY, BRISK, Station, bodies, soon};

/// splitmix64 (Steele, Lea, Flood 2014).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
}

/// A receiver that starts again with its file, which a cut may have left with half a line.
async fn restarted(receiver: Receiver, data: &PathBuf, torn: bool) -> Receiver {
    let addr = receiver.addr();
    receiver.stop().await;
    if torn {
        let mut bytes = std::fs::read(data).unwrap();
        bytes.extend_from_slice(br#"{"specversion":"1.0","id":"#);
        std::fs::write(data, bytes).unwrap();
    }
    let settings = receiver::Settings { data: Some(data.clone()), ..receiver::Settings::default() };
    Receiver::start(addr, settings).await.unwrap()
}

async fn storm(seed: u64, faults: u32) {
    let mut dice = Dice(seed);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("received.jsonl");
    let settings = receiver::Settings { data: Some(data.clone()), ..receiver::Settings::default() };
    let mut receiver = Receiver::start(ANY, settings).await.unwrap();
    let pace = Pace { whole: Duration::from_millis(60), ..BRISK };
    let mut station = Station::new(receiver.addr(), pace);
    station.start();
    for _ in 0..faults {
        station.record(dice.roll(80));
        match dice.roll(10) {
            0 => receiver.set_fault(Fault::LoseAnswer),
            1 => receiver.set_fault(Fault::Refuse([500, 502, 503, 408, 429][dice.roll(5) as usize])),
            2 => receiver.set_fault(Fault::CaptivePortal),
            3 => receiver.set_fault(Fault::Hang),
            4 => receiver.set_fault(Fault::Unconfirmed),
            5 | 6 => receiver.pull_cable(dice.roll(2) == 0),
            7 => receiver = restarted(receiver, &data, dice.roll(2) == 0).await,
            8 => station.start(),
            _ => receiver.set_fault(Fault::None),
        }
        for _ in 0..dice.roll(6) {
            // A hand that has nothing to say is what an idle link looks like.
            let _ = timeout(Duration::from_millis(20), station.serve()).await;
        }
    }
    receiver.set_fault(Fault::None);
    receiver.pull_cable(false);
    soon(station.drained()).await;
    assert!(!station.made.is_empty());
    assert_eq!(bodies(&receiver).await, station.made, "seed {seed}");
    let file = std::fs::read_to_string(&data).unwrap();
    assert!(file.lines().eq(&station.made), "seed {seed}");
}

#[tokio::test]
async fn through_148_faults_nothing_is_missing_doubled_or_out_of_order() {
    storm(1, 148).await;
}

#[tokio::test]
async fn through_short_storms_of_other_seeds_too() {
    for seed in 2..12 {
        storm(seed, 20).await;
    }
}
