//! The dialogs, against a scripted scale at the other end of a socket, in paused time.

use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::*;
use crate::port::PortErrorKind;

/// A scale being read, and the other end of its cable.
struct Bench {
    far: Port,
    events: mpsc::UnboundedReceiver<Event>,
    pace: watch::Sender<Pace>,
    keys: mpsc::Sender<Key>,
    reader: JoinHandle<PortError>,
}

fn bench(protocol: ScaleProtocol) -> Bench {
    let kind = if protocol == ScaleProtocol::Hid { SockType::SeqPacket } else { SockType::Stream };
    let (near, far) = socketpair(AddressFamily::Unix, kind, None, SockFlag::SOCK_CLOEXEC).unwrap();
    let (mut near, far) = (Port::over(near, "scale").unwrap(), Port::over(far, "far").unwrap());
    let (told, events) = mpsc::unbounded_channel();
    let (pace, mut pace_seen) = watch::channel(Pace::Eager);
    let (keys, mut pressed) = mpsc::channel(1);
    let reader = tokio::spawn(async move {
        let emit = move |event| told.send(event).unwrap();
        read(&mut near, ScaleSettings::new(protocol), &mut pace_seen, &mut pressed, emit).await
    });
    Bench { far, events, pace, keys, reader }
}

impl Bench {
    async fn say(&mut self, bytes: &[u8]) {
        self.far.transmit_all(bytes, SILENCE).await.unwrap();
    }

    async fn asked(&mut self) -> Vec<u8> {
        let mut buffer = [0; 64];
        let count = self.far.receive(&mut buffer).await.unwrap();
        buffer[..count].to_vec()
    }

    async fn event(&mut self) -> Event {
        self.events.recv().await.unwrap()
    }

    async fn grams(&mut self) -> i64 {
        match self.event().await {
            Event::Reading(reading) => reading.picograms / WireUnit::Gram.picograms(),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_question_waits_for_the_answer_and_for_its_pace() {
    let mut bench = bench(ScaleProtocol::MtSics);
    assert_eq!(bench.asked().await, mt_sics::QUESTIONS.weight[0]);
    let begin = Instant::now();
    bench.say(b"S S     5.0 g\r\n").await;
    assert_eq!(bench.grams().await, 5);
    assert_eq!(bench.asked().await, mt_sics::QUESTIONS.weight[0]);
    assert_eq!(begin.elapsed(), Pace::Eager.period());
    bench.pace.send(Pace::Calm).unwrap();
    bench.say(b"S S     6.0 g\r\n").await;
    assert_eq!(bench.grams().await, 6);
    bench.asked().await;
    assert_eq!(begin.elapsed(), Pace::Eager.period() + Pace::Calm.period());
}

#[tokio::test(start_paused = true)]
async fn a_calm_scale_is_asked_soon_after_somebody_waits() {
    let mut bench = bench(ScaleProtocol::MtSics);
    bench.pace.send(Pace::Calm).unwrap();
    bench.asked().await;
    bench.say(b"S S     5.0 g\r\n").await;
    bench.event().await;
    let begin = Instant::now();
    bench.pace.send(Pace::Eager).unwrap();
    bench.asked().await;
    assert!(begin.elapsed() <= Pace::Eager.period());
}

#[tokio::test(start_paused = true)]
async fn silence_is_said_once_and_ended_by_a_reading() {
    let mut bench = bench(ScaleProtocol::MtSics);
    let begin = Instant::now();
    assert_eq!(bench.event().await, Event::Silent);
    assert!(begin.elapsed() >= SILENCE && begin.elapsed() < SILENCE * 2);
    tokio::time::advance(SILENCE * 3).await;
    bench.say(b"S S     5.0 g\r\n").await;
    assert_eq!(bench.grams().await, 5);
    assert_eq!(bench.event().await, Event::Silent);
}

#[tokio::test(start_paused = true)]
async fn garbage_does_not_hide_silence() {
    let mut bench = bench(ScaleProtocol::MtSics);
    let (mut garbled, begin) = (0, Instant::now());
    loop {
        bench.say(b"\xfe\x81garbage\r\n").await;
        match bench.event().await {
            Event::Garbled(count) => garbled += count,
            Event::Silent => break,
            other => panic!("{other:?}"),
        }
        tokio::time::advance(Duration::from_millis(100)).await;
    }
    assert!(garbled > 0 && begin.elapsed() < SILENCE * 2);
}

#[tokio::test(start_paused = true)]
async fn half_an_answer_is_thrown_away_before_the_next_question() {
    let mut bench = bench(ScaleProtocol::MtSics);
    bench.asked().await;
    bench.say(b"S S     9").await;
    assert_eq!(bench.event().await, Event::Garbled(9));
    bench.asked().await;
    bench.say(b"S S     5.0 g\r\n").await;
    assert_eq!(bench.grams().await, 5);
}

#[tokio::test(start_paused = true)]
async fn zero_is_asked_once_and_its_answer_told() {
    let mut bench = bench(ScaleProtocol::MtSics);
    bench.asked().await;
    bench.keys.send(Key::Zero).await.unwrap();
    bench.say(b"S S     5.0 g\r\n").await;
    bench.event().await;
    assert_eq!(bench.asked().await, mt_sics::QUESTIONS.zero);
    bench.say(b"Z +\r\n").await;
    assert_eq!(bench.event().await, Event::Refused(Key::Zero, KeyRefusal::Over));
    assert_eq!(bench.asked().await, mt_sics::QUESTIONS.weight[0]);
}

#[tokio::test(start_paused = true)]
async fn a_zero_nobody_answers_is_refused() {
    let mut bench = bench(ScaleProtocol::MtSics);
    bench.asked().await;
    bench.keys.send(Key::Zero).await.unwrap();
    bench.say(b"S S     5.0 g\r\n").await;
    bench.event().await;
    bench.asked().await;
    assert_eq!(bench.event().await, Event::Refused(Key::Zero, KeyRefusal::NoAnswer));
}

#[tokio::test(start_paused = true)]
async fn a_cable_pulled_in_the_middle_of_a_frame_is_a_lost_port() {
    let mut bench = bench(ScaleProtocol::MtSics);
    bench.asked().await;
    bench.say(b"S S     9").await;
    drop(bench.far);
    assert_eq!(bench.reader.await.unwrap().kind(), PortErrorKind::Lost);
    assert_eq!(bench.events.recv().await, None);
}

#[tokio::test(start_paused = true)]
async fn the_first_report_of_a_hid_scale_is_old() {
    let mut bench = bench(ScaleProtocol::Hid);
    bench.say(&[0x03, 0x04, 0x02, 0x00, 0x63, 0x00]).await;
    bench.say(&[0x03, 0x04, 0x02, 0x00, 0x14, 0x00]).await;
    assert_eq!(bench.grams().await, 20);
}

#[tokio::test(start_paused = true)]
async fn a_sleeping_hid_scale_is_silent_once_even_when_it_sends_nonsense() {
    let mut bench = bench(ScaleProtocol::Hid);
    bench.say(&[0; 6]).await;
    assert_eq!(bench.event().await, Event::Garbled(6));
    assert_eq!(bench.event().await, Event::Silent);
    bench.say(&[0; 6]).await;
    assert_eq!(bench.event().await, Event::Garbled(6));
    bench.say(&[0x03, 0x04, 0x02, 0x00, 0x14, 0x00]).await;
    assert_eq!(bench.event().await, Event::Silent);
}

#[tokio::test(start_paused = true)]
async fn a_hid_scale_is_zeroed_by_its_control_report() {
    let mut bench = bench(ScaleProtocol::Hid);
    bench.keys.send(Key::Zero).await.unwrap();
    assert_eq!(bench.asked().await, hid::WeightLayout::usual().zero());
    drop(bench.far);
    assert_eq!(bench.reader.await.unwrap().kind(), PortErrorKind::Lost);
}

/// A frame of each protocol that carries a weight, and what ends a frame of noise before it.
const FRAMES: [(ScaleProtocol, &[u8], &[u8]); 9] = [
    (ScaleProtocol::Hid, b"\x03\x04\x03\xFD\xD2\x04", b""),
    (ScaleProtocol::MtSics, b"S S     1.234 kg\r\n", b"\r\n"),
    (ScaleProtocol::Toledo8217, b"\x0201.234\r", b"\r"),
    (ScaleProtocol::Nci, b"\n  1.234kg\r\n00\r\x03", b"\x03"),
    (ScaleProtocol::AAndD, b"ST,+0001.234 kg\r\n", b"\r\n"),
    (ScaleProtocol::Cas, b"ST,GS,1\xC4,0001.234 kg\r\n", b"\r\n"),
    (ScaleProtocol::Ohaus, b"      1.234 kg\r\n", b"\r\n"),
    (ScaleProtocol::Sbi, b"+    1.234 kg \r\n", b"\r\n"),
    (ScaleProtocol::Adam, b"G+  1.234 kg\r\n", b"\r\n"),
];

fn heard(protocol: ScaleProtocol, parts: &[&[u8]]) -> Vec<ScaleAnswer> {
    let mut codec = ScaleSettings { unit: Some(WireUnit::Kilogram), ..ScaleSettings::new(protocol) }.codec();
    let mut out = Vec::new();
    for part in parts {
        codec.push(part, &mut |answer| out.push(answer));
    }
    out
}

fn is_the_parcel(answer: &ScaleAnswer) -> bool {
    matches!(answer, ScaleAnswer::Reading(r) if r.state.has_weight() && r.picograms == 1234 * WireUnit::Gram.picograms())
}

#[test]
fn every_protocol_has_a_sample_frame() {
    for (_, protocol) in ScaleProtocol::NAMES {
        let (_, frame, _) = FRAMES.iter().find(|(of, ..)| *of == protocol).expect("a sample frame");
        assert!(heard(protocol, &[frame]).iter().all(is_the_parcel), "{protocol:?}");
    }
}

proptest::proptest! {
    #[test]
    fn how_the_bytes_are_split_does_not_matter(
        which in 1..FRAMES.len(),
        noise in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60),
        cuts in proptest::collection::vec(0..80_usize, 0..4),
    ) {
        let (protocol, frame, end) = FRAMES[which];
        let bytes = [&noise[..], end, frame, frame].concat();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).chain([0, bytes.len()]).collect();
        cuts.sort_unstable();
        let parts: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        proptest::prop_assert_eq!(heard(protocol, &parts), heard(protocol, &[&bytes]));
    }

    #[test]
    fn a_good_frame_after_noise_is_read(
        which in 0..FRAMES.len(),
        noise in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
    ) {
        let (protocol, frame, end) = FRAMES[which];
        // A CAS block may begin in the noise and take in what follows, up to its length: the frame after is read.
        let answers = heard(protocol, &[&noise, end, frame, frame]);
        proptest::prop_assert!(answers.last().is_some_and(is_the_parcel), "{:?}: {answers:?}", protocol);
        for answer in &answers {
            if let ScaleAnswer::Reading(reading) = answer {
                proptest::prop_assert!(reading.raw.len() <= RAW_MAX);
                proptest::prop_assert!(reading.state.has_weight() || reading.picograms == 0);
            }
        }
    }
}
