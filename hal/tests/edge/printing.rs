//! Printers.

use std::net::SocketAddr;

use parceld_hal::port::{Address, PortErrorKind};
use parceld_hal::printer::{Known, Language, PrintVerdict, Problem, Proof, SendError, Session, Status, StatusError};
use parceld_hal::sim::{Edge, Printer, PrinterFault, PrinterSettings, decode};
use tokio::sync::broadcast;

use super::soon;

const LABEL: &[u8] = b"^XA^FO50,50^BY3^BCN,120,Y,N,N^FD1LS717793482164^FS^XZ";

async fn printer() -> Printer {
    printer_with(PrinterSettings { render: false, ..PrinterSettings::default() }).await
}

async fn printer_with(settings: PrinterSettings) -> Printer {
    Printer::listen(SocketAddr::from(([127, 0, 0, 1], 0)), settings).await.unwrap()
}

async fn connect(printer: &Printer) -> Session {
    Session::connect(&Address::Tcp(printer.addr().to_string()), Language::Zpl).await.unwrap()
}

/// The status of a printer that has answered before.
async fn status(session: &mut Session) -> Result<Status, StatusError> {
    soon(session.status(&mut Known::new(true))).await.map(|status| status.expect("it talks"))
}

async fn send(session: &mut Session, bytes: &[u8]) -> Result<(), SendError> {
    soon(session.print(bytes, false)).await.map(drop)
}

fn is_idle(status: Result<Status, StatusError>) -> bool {
    status.unwrap().busy == Some(false)
}

async fn wait_for(edges: &mut broadcast::Receiver<Edge>, wanted: Edge) {
    while soon(edges.recv()).await.unwrap() != wanted {}
}

#[tokio::test]
async fn a_label_is_printed_and_can_be_read_back() {
    let printer = printer_with(PrinterSettings::default()).await;
    let mut labels = printer.labels();
    let mut session = connect(&printer).await;
    assert!(is_idle(status(&mut session).await));
    send(&mut session, LABEL).await.unwrap();
    let label = soon(labels.recv()).await.unwrap();
    assert!(is_idle(status(&mut session).await));
    soon(session.close()).await;
    assert_eq!((label.index, &label.job[..]), (1, LABEL));
    let read = decode::code128(&label.png);
    assert_eq!((read.len(), read[0].text.as_str(), read[0].gs1), (1, "1LS717793482164", false));
}

#[tokio::test]
async fn a_label_cut_anywhere_is_one_label() {
    let printer = printer().await;
    let (mut labels, mut edges) = (printer.labels(), printer.watch_edges());
    let mut session = connect(&printer).await;
    send(&mut session, &LABEL[..2]).await.unwrap();
    assert!(is_idle(status(&mut session).await));
    send(&mut session, b"^XA^FDa").await.unwrap();
    wait_for(&mut edges, Edge::FirstLabelByte).await;
    assert!(!is_idle(status(&mut session).await));
    send(&mut session, b"^FS^XZ").await.unwrap();
    assert_eq!(soon(labels.recv()).await.unwrap().job, b"^XA^FDa^FS^XZ");
}

#[tokio::test]
async fn without_paper_it_is_silent_and_prints_once_when_paper_is_back() {
    let printer = printer().await;
    let (mut labels, mut edges) = (printer.labels(), printer.watch_edges());
    let mut session = connect(&printer).await;
    status(&mut session).await.unwrap();
    printer.set_fault(PrinterFault::PaperOut);
    send(&mut session, LABEL).await.unwrap();
    assert!(matches!(status(&mut session).await, Err(StatusError::Silent)));
    wait_for(&mut edges, Edge::LabelReceived).await;
    session.close().await;
    assert_eq!(printer.printed(), 0);
    printer.set_fault(PrinterFault::None);
    assert_eq!(soon(labels.recv()).await.unwrap().job, LABEL);
    let mut session = connect(&printer).await;
    assert!(is_idle(status(&mut session).await));
    assert_eq!(printer.printed(), 1);
}

#[tokio::test]
async fn a_printer_that_tells_its_faults_names_them() {
    let printer = printer_with(PrinterSettings { render: false, tells_faults: true, ..Default::default() }).await;
    let mut session = connect(&printer).await;
    for (fault, problem) in [
        (PrinterFault::PaperOut, Some(Problem::PaperOut)),
        (PrinterFault::HeadOpen, Some(Problem::HeadOpen)),
        (PrinterFault::Paused, Some(Problem::Paused)),
        (PrinterFault::None, None),
    ] {
        printer.set_fault(fault);
        assert_eq!(status(&mut session).await.unwrap().problem, problem);
    }
}

#[tokio::test]
async fn a_paused_printer_counts_its_queue_and_forgets_it_when_told() {
    let printer = printer().await;
    let mut labels = printer.labels();
    printer.set_fault(PrinterFault::Paused);
    let mut session = connect(&printer).await;
    send(&mut session, &[LABEL, LABEL, b"^XA^PQ2^XZ"].concat()).await.unwrap();
    let told = status(&mut session).await.unwrap();
    assert_eq!((told.problem, told.busy), (Some(Problem::Paused), Some(true)));
    assert!(told.text.starts_with("~HS: 3 formats"));
    send(&mut session, b"~JA").await.unwrap();
    assert!(is_idle(status(&mut session).await));
    printer.set_fault(PrinterFault::None);
    send(&mut session, b"^XA^PQ2^FDlast^XZ").await.unwrap();
    for index in 1..=2 {
        let label = soon(labels.recv()).await.unwrap();
        assert_eq!((label.index, &label.job[..]), (index, &b"^XA^PQ2^FDlast^XZ"[..]));
    }
    assert_eq!(printer.history().len(), 2);
}

#[tokio::test]
async fn a_printer_that_never_replies_or_talks_nonsense_still_prints() {
    let printer = printer().await;
    let mut labels = printer.labels();
    let mut session = connect(&printer).await;
    printer.set_fault(PrinterFault::NeverReplies);
    assert!(matches!(status(&mut session).await, Err(StatusError::Silent)));
    send(&mut session, LABEL).await.unwrap();
    soon(labels.recv()).await.unwrap();
    session.close().await;
    let mut session = connect(&printer).await;
    printer.set_fault(PrinterFault::Nonsense);
    assert!(matches!(status(&mut session).await, Err(StatusError::Nonsense(_))));
    send(&mut session, LABEL).await.unwrap();
    soon(labels.recv()).await.unwrap();
}

#[tokio::test]
async fn an_answer_held_back_is_not_taken_for_a_later_one() {
    let printer = printer().await;
    let (mut labels, mut edges) = (printer.labels(), printer.watch_edges());
    let mut session = connect(&printer).await;
    printer.hold_status_replies(true);
    assert!(matches!(status(&mut session).await, Err(StatusError::Silent)));
    printer.set_fault(PrinterFault::Paused);
    send(&mut session, LABEL).await.unwrap();
    wait_for(&mut edges, Edge::LabelReceived).await;
    printer.hold_status_replies(false);
    let told = status(&mut session).await.unwrap();
    assert_eq!(told.problem, Some(Problem::Paused));
    assert!(told.text.starts_with("~HS: 1 formats"));
    printer.set_fault(PrinterFault::None);
    soon(labels.recv()).await.unwrap();
}

#[tokio::test]
async fn a_stalled_connection_is_given_up_with_what_it_took() {
    let printer = printer().await;
    printer.set_fault(PrinterFault::StallAfter(1000));
    let mut session = connect(&printer).await;
    let begin = std::time::Instant::now();
    let error = send(&mut session, &vec![b' '; 64 << 20]).await.unwrap_err();
    assert_eq!(error.cause.kind(), PortErrorKind::TimedOut);
    assert!(error.accepted >= 1000 && error.accepted < 64 << 20);
    assert!(begin.elapsed().as_secs() < 20);
}

#[tokio::test]
async fn a_reset_connection_is_lost_and_half_a_label_is_not_printed() {
    let printer = printer().await;
    let (mut labels, mut edges) = (printer.labels(), printer.watch_edges());
    let mut session = connect(&printer).await;
    printer.set_fault(PrinterFault::ResetAfter(LABEL.len() + 10));
    send(&mut session, &LABEL.repeat(2)).await.unwrap();
    wait_for(&mut edges, Edge::Disconnected).await;
    assert!(matches!(status(&mut session).await, Err(StatusError::Lost(_))));
    printer.set_fault(PrinterFault::None);
    soon(labels.recv()).await.unwrap();
    let mut session = connect(&printer).await;
    assert!(is_idle(status(&mut session).await));
    assert_eq!(printer.printed(), 1);
}

#[tokio::test]
async fn a_printer_that_is_off_refuses_and_forgets() {
    let printer = printer().await;
    printer.set_fault(PrinterFault::PaperOut);
    let mut edges = printer.watch_edges();
    let mut session = connect(&printer).await;
    send(&mut session, LABEL).await.unwrap();
    wait_for(&mut edges, Edge::LabelReceived).await;
    printer.set_fault(PrinterFault::Off);
    soon(printer.settled()).await;
    assert!(matches!(status(&mut session).await, Err(StatusError::Lost(_))));
    let refused = Session::connect(&Address::Tcp(printer.addr().to_string()), Language::Zpl).await.unwrap_err();
    assert_eq!(Problem::from(&refused), Problem::Refused);
    printer.set_fault(PrinterFault::None);
    soon(printer.settled()).await;
    assert!(is_idle(status(&mut connect(&printer).await).await));
    assert_eq!(printer.printed(), 0);
}

#[tokio::test]
async fn a_second_connection_waits_for_the_first() {
    let printer = printer().await;
    let mut first = connect(&printer).await;
    status(&mut first).await.unwrap();
    let mut second = connect(&printer).await;
    assert!(matches!(status(&mut second).await, Err(StatusError::Silent)));
    first.close().await;
    soon(async { while status(&mut second).await.is_err() {} }).await;
}

#[tokio::test]
async fn a_printer_that_ends_its_half_says_no_more_and_has_the_label() {
    let printer = printer().await;
    let mut labels = printer.labels();
    printer.set_fault(PrinterFault::HalfCloses);
    let mut session = connect(&printer).await;
    status(&mut session).await.unwrap();
    send(&mut session, LABEL).await.unwrap();
    assert!(matches!(status(&mut session).await, Err(StatusError::Lost(_))));
    assert_eq!(soon(labels.recv()).await.unwrap().job, LABEL);
    soon(session.close()).await;
    assert!(is_idle(status(&mut connect(&printer).await).await));
}

#[tokio::test]
async fn labels_become_files() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let printer = printer_with(PrinterSettings::default()).await;
    let mut session = connect(&printer).await;
    let kept = async {
        send(&mut session, LABEL).await.unwrap();
        while !out.join("0001.json").exists() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        ended = parceld_hal::sim::save_labels(&printer, out.clone()) => panic!("{ended:?}"),
        () = soon(kept) => {}
    }
    assert_eq!(std::fs::read(out.join("0001.zpl")).unwrap(), LABEL);
    assert!(!decode::code128(&std::fs::read(out.join("0001.png")).unwrap()).is_empty());
    let report = std::fs::read_to_string(out.join("0001.json")).unwrap();
    assert!(report.contains("\"text\": \"1LS717793482164\""), "{report}");
}

#[test]
fn a_fault_is_named() {
    assert_eq!("slow:200".parse(), Ok(PrinterFault::Slow(200)));
    assert_eq!("half-closes".parse(), Ok(PrinterFault::HalfCloses));
    for text in ["", "slow", "slow:", "slow:x", "stall-after:-1", "broken"] {
        let error = text.parse::<PrinterFault>().unwrap_err();
        assert!(error.to_string().contains("paper-out"), "{error}");
    }
}

#[tokio::test]
async fn a_printer_says_who_it_is_and_its_memory_tells_whether_it_had_power_all_the_time() {
    let settings = PrinterSettings { render: false, odometer_forgets: true, serial: 77, ..Default::default() };
    let printer = printer_with(settings).await;
    let mut labels = printer.labels();
    let mut session = connect(&printer).await;
    soon(session.mark()).await.unwrap();
    soon(session.mark()).await.unwrap();
    let before = status(&mut session).await.unwrap();
    assert_eq!((before.serial.as_deref(), before.stored), (Some("77"), Some(1)));
    send(&mut session, LABEL).await.unwrap();
    soon(labels.recv()).await.unwrap();
    let after = status(&mut session).await.unwrap();
    assert!(after.odometer.unwrap().count > before.odometer.unwrap().count);
    printer.set_fault(PrinterFault::Off);
    soon(printer.settled()).await;
    printer.set_fault(PrinterFault::None);
    soon(printer.settled()).await;
    let again = status(&mut connect(&printer).await).await.unwrap();
    assert_eq!(
        (again.odometer, again.stored),
        (before.odometer, Some(0)),
        "the odometer alone would say: nothing came out"
    );
}

/// Watches one label until the printer's words are worth something.
async fn proof_of(session: &mut Session, known: &mut Known) -> PrintVerdict {
    let before = soon(session.status(known)).await.unwrap();
    let id = soon(session.print(LABEL, true)).await.unwrap();
    let mut proof = Proof::new(tokio::time::Instant::now(), before.as_ref(), id, known);
    soon(async {
        loop {
            let status = session.listen(known).await.unwrap();
            match proof.take(&status, known, tokio::time::Instant::now()) {
                PrintVerdict::Wait => tokio::task::yield_now().await,
                verdict => return verdict,
            }
        }
    })
    .await
}

fn rung(verdict: &PrintVerdict) -> Option<u8> {
    if let PrintVerdict::Out { rung, .. } = verdict { Some(*rung) } else { None }
}

#[tokio::test]
async fn an_odometer_that_moves_proves_a_label_and_one_that_stopped_does_not() {
    let printer = printer().await;
    let (mut session, mut known) = (connect(&printer).await, Known::new(false));
    assert_eq!(rung(&proof_of(&mut session, &mut known).await), Some(4));
    printer.set_fault(PrinterFault::Swallows);
    assert_eq!(proof_of(&mut session, &mut known).await, PrintVerdict::Vanished);
    assert_eq!(printer.printed(), 1);
}

#[tokio::test]
async fn a_clone_without_an_odometer_proves_a_label_by_its_queue() {
    let printer = printer_with(PrinterSettings { render: false, tells_more: false, ..Default::default() }).await;
    let (mut session, mut known) = (connect(&printer).await, Known::new(false));
    assert_eq!(rung(&proof_of(&mut session, &mut known).await), Some(3));
}

#[tokio::test]
async fn an_odometer_that_never_moved_is_not_believed() {
    let printer = printer().await;
    printer.set_fault(PrinterFault::OdometerStuck);
    let (mut session, mut known) = (connect(&printer).await, Known::new(false));
    assert_eq!(rung(&proof_of(&mut session, &mut known).await), Some(3));
}
