//! The conversation with a scanner, at the other end of a socket, in paused time.

use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use tokio::task::JoinHandle;

use super::*;
use crate::port::PortErrorKind;

struct Bench {
    far: Port,
    frames: mpsc::UnboundedReceiver<Frame>,
    verdicts: mpsc::Sender<ScanVerdict>,
    reader: JoinHandle<PortError>,
}

fn bench(settings: ScannerSettings) -> Bench {
    let (near, far) = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC).unwrap();
    let (mut near, far) = (Port::over(near, "scanner").unwrap(), Port::over(far, "far").unwrap());
    let (told, frames) = mpsc::unbounded_channel();
    let (verdicts, mut judged) = mpsc::channel(4);
    let reader =
        tokio::spawn(
            async move { read(&mut near, settings, &mut judged, move |frame| told.send(frame).unwrap()).await },
        );
    Bench { far, frames, verdicts, reader }
}

impl Bench {
    async fn say(&mut self, bytes: &[u8]) {
        self.far.transmit_all(bytes, TAKEN).await.unwrap();
    }

    async fn told(&mut self) -> Vec<u8> {
        let mut buffer = [0; 64];
        let count = self.far.receive(&mut buffer).await.unwrap();
        buffer[..count].to_vec()
    }
}

#[tokio::test(start_paused = true)]
async fn a_scan_without_an_ending_is_one_after_a_pause() {
    let mut bench = bench(ScannerSettings::default());
    bench.say(b"12").await;
    bench.say(b"34").await;
    assert_eq!(bench.frames.recv().await, Some(Frame::Scan(b"1234".to_vec())));
    drop(bench.far);
    assert_eq!(bench.reader.await.unwrap().kind(), PortErrorKind::Lost);
}

#[tokio::test(start_paused = true)]
async fn the_scanner_hears_what_became_of_its_scan() {
    let mut bench = bench(ScannerSettings { feedback: Feedback::Datalogic, ..ScannerSettings::default() });
    bench.say(b"12\r").await;
    assert_eq!(bench.frames.recv().await, Some(Frame::Scan(b"12".to_vec())));
    bench.verdicts.send(ScanVerdict::Refused).await.unwrap();
    assert_eq!(bench.told().await, b"F");
    bench.verdicts.send(ScanVerdict::Accepted).await.unwrap();
    assert_eq!(bench.told().await, b"B");
}

#[tokio::test(start_paused = true)]
async fn a_scanner_that_is_not_told_hears_nothing_and_scans_on_when_nobody_judges() {
    let bench = bench(ScannerSettings::default());
    bench.verdicts.send(ScanVerdict::Refused).await.unwrap();
    let Bench { mut far, mut frames, verdicts, .. } = bench;
    drop(verdicts);
    far.transmit_all(b"12\r", TAKEN).await.unwrap();
    assert_eq!(frames.recv().await, Some(Frame::Scan(b"12".to_vec())));
    assert_eq!(far.take_arrived(&mut [0; 8]).unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_packet_is_acknowledged_at_once_and_judged_later() {
    let mut bench = bench(ScannerSettings {
        protocol: ScannerProtocol::Ssi,
        feedback: Feedback::Ssi,
        ..ScannerSettings::default()
    });
    let mut packet = vec![0x08, 0xF3, 0x00, 0x00, 0x03, b'1', b'2', b'3'];
    let sum: u16 = packet.iter().map(|byte| u16::from(*byte)).sum();
    packet.extend(sum.wrapping_neg().to_be_bytes());
    bench.say(&packet).await;
    assert_eq!(bench.frames.recv().await, Some(Frame::Scan(b"123".to_vec())));
    assert_eq!(bench.told().await, [0x04, 0xD0, 0x04, 0x00, 0xFF, 0x28]);
    bench.verdicts.send(ScanVerdict::Accepted).await.unwrap();
    assert_eq!(bench.told().await, [0x05, 0xE6, 0x04, 0x00, 0x00, 0xFF, 0x11]);
}

#[tokio::test]
async fn what_is_no_keyboard_cannot_be_grabbed() {
    let bench = bench(ScannerSettings { protocol: ScannerProtocol::Keyboard, ..ScannerSettings::default() });
    assert_eq!(bench.reader.await.unwrap().kind(), PortErrorKind::Other);
}
