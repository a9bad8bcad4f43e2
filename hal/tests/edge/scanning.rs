//! Scanners.

use parceld_hal::port::{Address, Port, PortErrorKind, SerialSettings};
use parceld_hal::scanner::{self, Frame, LONGEST, ScannerSettings};
use parceld_hal::sim::Scanner;
use tokio::sync::mpsc::{UnboundedReceiver, channel, unbounded_channel};
use tokio::task::JoinHandle;

use super::{open, soon};

async fn reading(scanner: &Scanner) -> (UnboundedReceiver<Frame>, JoinHandle<PortErrorKind>) {
    let mut port = open(scanner.path()).await;
    let (told, frames) = unbounded_channel();
    let reader = tokio::spawn(async move {
        let (_verdicts, mut judged) = channel(1);
        let emit = |frame| told.send(frame).unwrap();
        scanner::read(&mut port, ScannerSettings::default(), &mut judged, emit).await.kind()
    });
    (frames, reader)
}

fn scan(text: &str) -> Option<Frame> {
    Some(Frame::Scan(text.as_bytes().to_vec()))
}

#[tokio::test]
async fn a_scan_arrives_whole_however_its_bytes_come() {
    let scanner = Scanner::open().unwrap();
    let (mut frames, _reader) = reading(&scanner).await;
    scanner.scan("]E05901882110014").await.unwrap();
    assert_eq!(soon(frames.recv()).await, scan("]E05901882110014"));
    for byte in b"1Z999\r\n1Z888\r\n" {
        scanner.send(&[*byte]).await.unwrap();
        scanner.read_out().await;
    }
    assert_eq!(soon(frames.recv()).await, scan("1Z999"));
    assert_eq!(soon(frames.recv()).await, scan("1Z888"));
}

#[tokio::test]
async fn a_scan_without_a_terminator_arrives_after_a_gap() {
    let scanner = Scanner::open().unwrap();
    let (mut frames, _reader) = reading(&scanner).await;
    scanner.send(b"NOSUFFIX").await.unwrap();
    assert_eq!(soon(frames.recv()).await, scan("NOSUFFIX"));
}

#[tokio::test]
async fn a_megabyte_without_an_end_is_reported_and_the_next_scan_is_whole() {
    let scanner = Scanner::open().unwrap();
    let (mut frames, _reader) = reading(&scanner).await;
    soon(scanner.send(&vec![b'x'; 1_000_000])).await.unwrap();
    soon(scanner.send(b"\r1Z999\r")).await.unwrap();
    assert_eq!(soon(frames.recv()).await, Some(Frame::TooLong(LONGEST + 1)));
    assert_eq!(soon(frames.recv()).await, scan("1Z999"));
}

#[tokio::test]
async fn a_pulled_plug_is_a_lost_port_and_the_same_name_opens_again() {
    let scanner = Scanner::open().unwrap();
    let path = scanner.path().to_owned();
    let (mut frames, reader) = reading(&scanner).await;
    scanner.send(b"1Z9").await.unwrap();
    scanner.unplug();
    assert_eq!(soon(reader).await.unwrap(), PortErrorKind::Lost);
    while frames.recv().await.is_some() {}
    let gone = Port::open(&Address::Serial(SerialSettings::new(&path))).await.unwrap_err();
    assert_eq!(gone.kind(), PortErrorKind::Absent);
    assert!(scanner.scan("1Z999").await.is_err());
    scanner.replug().unwrap();
    let (mut frames, _reader) = reading(&scanner).await;
    scanner.scan("1Z999").await.unwrap();
    assert_eq!(soon(frames.recv()).await, scan("1Z999"));
}

#[tokio::test]
async fn a_line_that_is_open_already_is_busy_and_free_again_when_closed() {
    let scanner = Scanner::open().unwrap();
    let first = open(scanner.path()).await;
    let address = Address::Serial(SerialSettings::new(scanner.path()));
    assert_eq!(Port::open(&address).await.unwrap_err().kind(), PortErrorKind::Busy);
    drop(first);
    assert!(Port::open(&address).await.is_ok());
}

#[tokio::test]
async fn a_stale_name_of_an_earlier_run_is_replaced_and_cleaned_up() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("scanner");
    std::os::unix::fs::symlink("/nowhere", &link).unwrap();
    let scanner = Scanner::open_at(link.clone()).unwrap();
    open(&link).await;
    drop(scanner);
    assert!(!link.exists() && link.symlink_metadata().is_err());
}
