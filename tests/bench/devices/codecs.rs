//! How many bytes a second each codec takes. A line of 115,200 baud brings 0.01 MB/s.

use std::time::{Duration, Instant};

use hal::scale::{ScaleAnswer, ScaleProtocol, ScaleSettings, WireUnit};

/// A frame that carries a weight, of each protocol.
const SCALES: [(&str, &[u8]); 9] = [
    ("hid", b"\x03\x04\x03\xFD\xD2\x04"),
    ("mt-sics", b"S S     100.00 g\r\n"),
    ("toledo-8217", b"\x0202.345\r"),
    ("nci", b"\n001.25lb\r\n00\r\x03"),
    ("a-and-d", b"ST,+00123.45  g\r\n"),
    ("cas", b"ST,GS,1\xC4,000013.5 kg\r\n"),
    ("ohaus", b"     192.21 g\r\n"),
    ("sbi", b"+   123.56 g  \r\n"),
    ("adam", b"G+  2.00 kg\r\n"),
];

/// How long each is fed.
const FED: Duration = Duration::from_millis(500);

pub fn measure() {
    for (name, frame) in SCALES {
        let protocol: ScaleProtocol = name.parse().expect("a protocol");
        let mut codec = ScaleSettings { unit: Some(WireUnit::Kilogram), ..ScaleSettings::new(protocol) }.codec();
        let mut weights = 0_u64;
        let many = frame.repeat(if protocol == ScaleProtocol::Hid { 1 } else { 64 });
        let (taken, time) = feed(&many, |bytes| {
            codec.push(bytes, &mut |answer| {
                weights += u64::from(matches!(answer, ScaleAnswer::Reading(reading) if reading.state.has_weight()));
            });
        });
        assert_eq!(weights, taken / frame.len() as u64, "{name} reads every frame");
        report(name, taken, time);
    }
}

/// Feeds the same bytes again and again; how many, and in what time.
pub fn feed(bytes: &[u8], mut push: impl FnMut(&[u8])) -> (u64, Duration) {
    let (begin, mut taken) = (Instant::now(), 0);
    while begin.elapsed() < FED {
        for _ in 0..100 {
            push(bytes);
            taken += bytes.len() as u64;
        }
    }
    (taken, begin.elapsed())
}

pub fn report(name: &str, taken: u64, time: Duration) {
    println!("codec {name}: {:.0} MB/s", taken as f64 / 1e6 / time.as_secs_f64());
}
