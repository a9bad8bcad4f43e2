//! Seeded faults between the driver and the receiver; at the end every event is there once, in order. And seeded
//! copies: a database is copied, put back and run twice; whatever a station believes to be there is there, every fork
//! stops it, and at the end every event of every history that survived is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::timeout;

use super::Pace;
use super::receiver::{self, Receiver, ReceiverFault};
use super::test_station::{BRISK, Database, Station, mark};
use super::tests::{ANY, bodies, soon};

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

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.roll(count as u64)).unwrap()
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
    let settings = receiver::ReceiverSettings { data: Some(data.clone()), ..receiver::ReceiverSettings::default() };
    Receiver::start(addr, settings).await.unwrap()
}

async fn survive_faults(seed: u64, faults: u32) {
    let mut dice = Dice(seed);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("received.jsonl");
    let settings = receiver::ReceiverSettings { data: Some(data.clone()), ..receiver::ReceiverSettings::default() };
    let mut receiver = Receiver::start(ANY, settings).await.unwrap();
    let pace = Pace { whole: Duration::from_millis(60), ..BRISK };
    let mut station = Station::new(receiver.addr(), pace);
    station.start();
    for _ in 0..faults {
        station.record(dice.roll(80));
        match dice.roll(10) {
            0 => receiver.set_fault(ReceiverFault::LoseAnswer),
            1 => receiver.set_fault(ReceiverFault::Refuse([500, 502, 503, 408, 429][dice.roll(5) as usize])),
            2 => receiver.set_fault(ReceiverFault::CaptivePortal),
            3 => receiver.set_fault(ReceiverFault::Hang),
            4 => receiver.set_fault(ReceiverFault::Unconfirmed),
            5 | 6 => receiver.pull_cable(dice.roll(2) == 0),
            7 => receiver = restarted(receiver, &data, dice.roll(2) == 0).await,
            8 => station.start(),
            _ => receiver.set_fault(ReceiverFault::None),
        }
        for _ in 0..dice.roll(6) {
            // A driver that has nothing to say is what an idle link looks like.
            let _ = timeout(Duration::from_millis(20), station.serve()).await;
        }
    }
    receiver.set_fault(ReceiverFault::None);
    receiver.pull_cable(false);
    soon(station.drained()).await;
    assert!(!station.db.present.made.is_empty());
    assert_eq!(bodies(&receiver).await, station.db.present.made, "seed {seed}");
    let file = std::fs::read_to_string(&data).unwrap();
    assert!(file.lines().eq(&station.db.present.made), "seed {seed}");
}

#[tokio::test]
async fn through_148_faults_nothing_is_missing_doubled_or_out_of_order() {
    survive_faults(1, 148).await;
}

#[tokio::test]
async fn through_fewer_faults_of_other_seeds_too() {
    for seed in 2..12 {
        survive_faults(seed, 20).await;
    }
}

/// What is at the receiver, by incarnation and number.
async fn received(receiver: &Receiver) -> BTreeMap<(String, u64), String> {
    let events = receiver.events().await;
    let count = events.len();
    let by_number: BTreeMap<_, _> =
        events.into_iter().map(|event| ((event.incarnation, event.seq), event.body)).collect();
    assert_eq!(by_number.len(), count, "two events were counted as one");
    by_number
}

/// A few stations on copies of one database, and the copies that were taken of it.
struct Copies {
    seed: u64,
    receiver: Receiver,
    stations: Vec<Station>,
    copies: Vec<Database>,
    moved: Vec<String>,
    stops: u32,
}

impl Copies {
    /// Serves a station, and looks whether what it believes is true. A stop that shows a copy is followed by a new
    /// incarnation, as a person would have it.
    async fn serve(&mut self, at: usize) {
        let station = &mut self.stations[at];
        let before: Vec<(u64, u64)> = station.db.lives().map(|life| (life.sent, life.confirmed)).collect();
        // A driver that has nothing to say is what an idle link looks like.
        let _ = timeout(Duration::from_millis(5), station.serve()).await;
        self.moved.append(&mut station.moved);
        let after: Vec<(u64, u64)> = station.db.lives().map(|life| (life.sent, life.confirmed)).collect();
        if before != after {
            let received = received(&self.receiver).await;
            for life in self.stations[at].db.lives() {
                for (seq, body) in (1..=life.sent.max(life.confirmed)).zip(&life.made) {
                    let there = received.get(&(life.incarnation.clone(), seq));
                    assert_eq!(there, Some(body), "seed {}: {seq} is believed to be there", self.seed);
                }
            }
        }
        let station = &mut self.stations[at];
        if let Some(why) = &station.db.stopped {
            assert!(station.copy.is_some(), "seed {}: {why}", self.seed);
            self.stops += 1;
            station.begin_anew();
        }
    }

    fn is_drained(&self) -> bool {
        self.stations.iter().all(|station| station.db.lives().all(|life| life.confirmed == life.made.len() as u64))
    }

    async fn drain(&mut self) {
        while !self.is_drained() {
            for at in 0..self.stations.len() {
                self.serve(at).await;
            }
        }
    }
}

/// Copies are taken and put back, and run beside the original, while the link fails. Says how often a station stopped.
async fn survive_copies(seed: u64, steps: u32) -> u32 {
    let mut dice = Dice(seed);
    let receiver = Receiver::start(ANY, receiver::ReceiverSettings::default()).await.unwrap();
    let pace = Pace { whole: Duration::from_millis(60), ..BRISK };
    let mut first = Station::new(receiver.addr(), pace);
    first.start();
    let copies = vec![first.db.clone()];
    let mut world = Copies { seed, receiver, stations: vec![first], copies, moved: vec![], stops: 0 };
    for _ in 0..steps {
        let at = dice.below(world.stations.len());
        world.stations[at].record(dice.roll(30));
        match dice.roll(12) {
            0 => world.receiver.set_fault(ReceiverFault::LoseAnswer),
            1 => world.receiver.set_fault(ReceiverFault::Refuse(503)),
            2 => world.receiver.set_fault(ReceiverFault::Unconfirmed),
            3 => world.receiver.set_fault(ReceiverFault::OtherHead),
            4 => world.receiver.pull_cable(dice.roll(2) == 0),
            5 | 6 => world.copies.push(world.stations[at].db.clone()),
            7 => {
                let copy = dice.below(world.copies.len());
                world.stations[at].put_back(world.copies[copy].clone());
            }
            8 if world.stations.len() < 3 => {
                let copy = dice.below(world.copies.len());
                let mut twin = world.stations[at].on_copy(world.copies[copy].clone());
                twin.start();
                world.stations.push(twin);
            }
            9 => world.stations[at].start(),
            _ => world.receiver.set_fault(ReceiverFault::None),
        }
        for _ in 0..dice.roll(8) {
            let at = dice.below(world.stations.len());
            world.serve(at).await;
        }
    }
    world.receiver.set_fault(ReceiverFault::None);
    world.receiver.pull_cable(false);
    // What is recorded last shows every fork that is left.
    world.stations.iter_mut().for_each(|station| station.record(1));
    soon(world.drain()).await;
    let received = received(&world.receiver).await;
    for life in world.stations.iter().flat_map(|station| station.db.lives()) {
        for (seq, body) in (1..).zip(&life.made) {
            assert_eq!(received.get(&(life.incarnation.clone(), seq)), Some(body), "seed {seed}: {seq}");
        }
    }
    // A copy that is put back twice does not know that it moved an event before; nothing else comes twice.
    let mut marks = BTreeSet::new();
    for mark in received.values().map(|body| mark(body)) {
        assert!(marks.insert(mark.clone()) || world.moved.contains(&mark), "seed {seed}: {mark} is there twice");
    }
    world.stops
}

#[tokio::test]
async fn whatever_copies_are_put_back_no_event_is_believed_to_be_there_that_is_not() {
    let mut stops = 0;
    for seed in 100..116 {
        stops += survive_copies(seed, 30).await;
    }
    assert!(stops >= 20, "copies were noticed {stops} times");
}
