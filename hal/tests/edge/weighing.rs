//! Scales.

use parceld_hal::port::{Port, PortErrorKind};
use parceld_hal::record::{Recorder, Recording};
use parceld_hal::scale::{self, Event, Key, KeyRefusal, Pace, ScaleProtocol, ScaleSettings, Stability, WireUnit};
use parceld_hal::sim::{Scale, ScaleFault};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::{open, soon};

const GRAM: i64 = WireUnit::Gram.picograms();

struct Bench {
    scale: Scale,
    events: mpsc::UnboundedReceiver<Event>,
    keys: mpsc::Sender<Key>,
    _pace: watch::Sender<Pace>,
    reader: JoinHandle<PortErrorKind>,
    _folder: tempfile::TempDir,
}

async fn bench() -> Bench {
    Bench::of(ScaleSettings::new(ScaleProtocol::MtSics)).await
}

type Reading = (mpsc::UnboundedReceiver<Event>, mpsc::Sender<Key>, watch::Sender<Pace>, JoinHandle<PortErrorKind>);

async fn reading(scale: &Scale, settings: ScaleSettings) -> Reading {
    let mut port = open(scale.path()).await;
    let (told, events) = mpsc::unbounded_channel();
    let (keys, mut pressed) = mpsc::channel(1);
    let (pace, mut pace_seen) = watch::channel(Pace::Eager);
    let reader = tokio::spawn(async move {
        let emit = |event| told.send(event).unwrap();
        scale::read(&mut port, settings, &mut pace_seen, &mut pressed, emit).await.kind()
    });
    (events, keys, pace, reader)
}

impl Bench {
    async fn of(settings: ScaleSettings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let scale = Scale::open_at(folder.path().join("scale"), settings.protocol).unwrap();
        let (events, keys, pace, reader) = reading(&scale, settings).await;
        Self { scale, events, keys, _pace: pace, reader, _folder: folder }
    }

    /// The states seen up to the first event that passes.
    async fn until(&mut self, passes: impl Fn(&Event) -> bool) -> (Event, Vec<Event>) {
        let mut before = Vec::new();
        loop {
            let event = soon(self.events.recv()).await.unwrap();
            if passes(&event) {
                return (event, before);
            }
            before.push(event);
        }
    }
}

fn rests_at(grams: i64) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::Reading(r) if r.state == Stability::Stable && r.picograms == grams * GRAM)
}

fn moves(event: &Event) -> bool {
    matches!(event, Event::Reading(reading) if reading.state == Stability::Moving)
}

#[tokio::test]
async fn a_parcel_is_seen_moving_and_then_at_rest() {
    let mut bench = bench().await;
    bench.until(rests_at(0)).await;
    bench.scale.put(1234 * GRAM);
    let (_, before) = bench.until(rests_at(1234)).await;
    assert!(before.iter().any(moves));
    bench.scale.set_settling(true);
    bench.scale.lift();
    bench.until(rests_at(0)).await;
}

#[tokio::test]
async fn a_pan_that_never_rests_gives_no_weight_to_use() {
    let mut bench = bench().await;
    bench.scale.put(1234 * GRAM);
    bench.scale.set_fault(ScaleFault::NeverSettles);
    bench.until(moves).await;
    for _ in 0..20 {
        assert!(moves(&soon(bench.events.recv()).await.unwrap()));
    }
}

#[tokio::test]
async fn silence_garbage_and_overload_are_each_told() {
    let mut bench = bench().await;
    bench.scale.set_fault(ScaleFault::Overload);
    bench.until(|event| matches!(event, Event::Reading(reading) if reading.state == Stability::Over)).await;
    bench.scale.set_fault(ScaleFault::Garbage);
    bench.until(|event| matches!(event, Event::Garbled(1..))).await;
    bench.scale.set_fault(ScaleFault::Silent);
    let (_, before) = bench.until(|event| *event == Event::Silent).await;
    assert!(!before.iter().any(rests_at(0)));
    bench.scale.set_fault(ScaleFault::None);
    bench.until(rests_at(0)).await;
}

#[tokio::test]
async fn zero_is_set_on_dust_and_refused_under_a_parcel() {
    let mut bench = bench().await;
    bench.scale.set_settling(true);
    bench.scale.put(2000 * GRAM);
    bench.until(rests_at(2000)).await;
    bench.keys.send(Key::Zero).await.unwrap();
    bench.until(|event| *event == Event::Refused(Key::Zero, KeyRefusal::Over)).await;
    bench.scale.put(5 * GRAM);
    bench.until(rests_at(5)).await;
    bench.keys.send(Key::Zero).await.unwrap();
    bench.until(|event| *event == Event::Done(Key::Zero)).await;
    bench.until(rests_at(0)).await;
}

#[tokio::test]
async fn a_plug_pulled_in_the_middle_of_a_frame_is_lost_and_the_scale_is_read_again() {
    let mut bench = bench().await;
    bench.scale.set_settling(true);
    bench.scale.put(500 * GRAM);
    bench.until(rests_at(500)).await;
    bench.scale.unplug_mid_frame().await;
    assert_eq!(soon(&mut bench.reader).await.unwrap(), PortErrorKind::Lost);
    while let Some(event) = bench.events.recv().await {
        assert!(rests_at(500)(&event) || matches!(event, Event::Garbled(_)), "half a frame became {event:?}");
    }
    bench.scale.replug().unwrap();
    let settings = ScaleSettings::new(ScaleProtocol::MtSics);
    (bench.events, bench.keys, bench._pace, bench.reader) = reading(&bench.scale, settings).await;
    bench.until(rests_at(500)).await;
}

/// A parcel on every scale: its mass is exact, and the pan that empties says so.
#[tokio::test]
async fn every_protocol_weighs_the_same_parcel() {
    let serial = ScaleProtocol::NAMES.into_iter().filter(|(_, protocol)| *protocol != ScaleProtocol::Hid);
    let weighed: Vec<_> = serial.map(|(_, protocol)| tokio::spawn(weigh_one_parcel(protocol))).collect();
    for weighed in weighed {
        weighed.await.unwrap();
    }
}

fn empty(event: &Event) -> bool {
    let nothing =
        |r: &scale::Reading| r.state == Stability::AtZero || (r.state == Stability::Stable && r.picograms == 0);
    matches!(event, Event::Reading(reading) if nothing(reading))
}

async fn weigh_one_parcel(protocol: ScaleProtocol) {
    let mut bench = Bench::of(ScaleSettings { unit: Some(WireUnit::Kilogram), ..ScaleSettings::new(protocol) }).await;
    bench.scale.put(1234 * GRAM);
    bench.until(rests_at(1234)).await;
    bench.scale.lift();
    bench.until(empty).await;
    bench.scale.put(500 * GRAM);
    let (_, before) = bench.until(rests_at(500)).await;
    let false_rest = |event: &Event| matches!(event, Event::Reading(r) if r.state == Stability::Stable && !empty(event) && r.picograms != 0);
    assert!(!before.iter().any(false_rest), "{protocol:?} took {before:?} for rest");
    bench.keys.send(Key::Tare).await.unwrap();
    let (answer, _) = bench.until(|event| matches!(event, Event::Done(_) | Event::Refused(..))).await;
    let expected = if protocol == ScaleProtocol::Cas {
        Event::Refused(Key::Tare, KeyRefusal::NotAllowed)
    } else {
        Event::Done(Key::Tare)
    };
    assert_eq!(answer, expected, "{protocol:?}");
    bench.scale.set_fault(ScaleFault::Garbage);
    bench.until(|event| matches!(event, Event::Garbled(_))).await;
    bench.scale.set_fault(ScaleFault::Silent);
    bench.until(|event| *event == Event::Silent).await;
}

#[tokio::test]
async fn what_was_recorded_at_a_scale_plays_again_to_the_same_readings() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("scale.txt");
    let scale = Scale::open_at(folder.path().join("scale"), ScaleProtocol::Nci).unwrap();
    let mut port = open(scale.path()).await;
    port.record(Recorder::append(&file, "scale").unwrap());
    let read = |mut port: Port| async move {
        let (_pace, mut paced) = watch::channel(Pace::Eager);
        let (_keys, mut pressed) = mpsc::channel(1);
        let (told, mut events) = mpsc::unbounded_channel();
        let settings = ScaleSettings::new(ScaleProtocol::Nci);
        scale::read(&mut port, settings, &mut paced, &mut pressed, |event| told.send(event).unwrap()).await;
        drop(told);
        let mut seen = Vec::new();
        while let Some(event) = events.recv().await {
            seen.push(event);
        }
        seen
    };
    scale.put(1234 * GRAM);
    let reading = tokio::spawn(read(port));
    let at_rest = async {
        while !std::fs::read_to_string(&file).unwrap().contains("2020312e3233346b670d0a3030") {
            tokio::task::yield_now().await;
        }
    };
    soon(at_rest).await;
    scale.unplug();
    let live = soon(reading).await.unwrap();
    let recording = Recording::parse(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let (port, _) = Port::play(recording).unwrap();
    let again = soon(read(port)).await;
    let weights = |events: &[Event]| -> Vec<i64> {
        let weight = |event: &Event| if let Event::Reading(r) = event { Some(r.picograms) } else { None };
        events.iter().filter_map(weight).collect()
    };
    assert!(weights(&live).contains(&(1234 * GRAM)));
    assert_eq!(weights(&again), weights(&live));
}
