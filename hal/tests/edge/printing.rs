//! Printers.

use std::net::SocketAddr;

use parceld_hal::port::{Address, PortErrorKind};
use parceld_hal::printer::{Problem, Session, StatusError};
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
    Session::connect(&Address::Tcp(printer.addr().to_string())).await.unwrap()
}

async fn wait_for(edges: &mut broadcast::Receiver<Edge>, wanted: Edge) {
    while soon(edges.recv()).await.unwrap() != wanted {}
}

#[tokio::test]
async fn a_label_is_printed_and_can_be_read_back() {
    let printer = printer_with(PrinterSettings::default()).await;
    let mut labels = printer.labels();
    let mut session = connect(&printer).await;
    assert!(soon(session.status()).await.unwrap().idle());
    session.send(LABEL).await.unwrap();
    let label = soon(labels.recv()).await.unwrap();
    assert!(soon(session.status()).await.unwrap().idle());
    soon(session.close()).await;
    assert_eq!((label.index, &label.zpl[..]), (1, LABEL));
    let read = decode::code128(&label.png);
    assert_eq!((read.len(), read[0].text.as_str(), read[0].gs1), (1, "1LS717793482164", false));
}

#[tokio::test]
async fn a_label_cut_anywhere_is_one_label() {
    let printer = printer().await;
    let (mut labels, mut edges) = (printer.labels(), printer.watch_edges());
    let mut session = connect(&printer).await;
    session.send(&LABEL[..2]).await.unwrap();
    assert!(!soon(session.status()).await.unwrap().partial);
    session.send(b"^XA^FDa").await.unwrap();
    wait_for(&mut edges, Edge::FirstLabelByte).await;
    let status = soon(session.status()).await.unwrap();
    assert!(status.partial && !status.idle());
    session.send(b"^FS^XZ").await.unwrap();
    assert_eq!(soon(labels.recv()).await.unwrap().zpl, b"^XA^FDa^FS^XZ");
}

#[tokio::test]
async fn without_paper_it_is_silent_and_prints_once_when_paper_is_back() {
    let printer = printer().await;
    let (mut labels, mut edges) = (printer.labels(), printer.watch_edges());
    let mut session = connect(&printer).await;
    session.status().await.unwrap();
    printer.set_fault(PrinterFault::PaperOut);
    session.send(LABEL).await.unwrap();
    assert!(matches!(soon(session.status()).await, Err(StatusError::Silent)));
    wait_for(&mut edges, Edge::LabelReceived).await;
    session.close().await;
    assert_eq!(printer.printed(), 0);
    printer.set_fault(PrinterFault::None);
    assert_eq!(soon(labels.recv()).await.unwrap().zpl, LABEL);
    let mut session = connect(&printer).await;
    assert!(soon(session.status()).await.unwrap().idle());
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
        assert_eq!(soon(session.status()).await.unwrap().problem(), problem);
    }
}

#[tokio::test]
async fn a_paused_printer_counts_its_queue_and_forgets_it_when_told() {
    let printer = printer().await;
    let mut labels = printer.labels();
    printer.set_fault(PrinterFault::Paused);
    let mut session = connect(&printer).await;
    session.send(&[LABEL, LABEL, b"^XA^PQ2^XZ"].concat()).await.unwrap();
    let status = soon(session.status()).await.unwrap();
    assert_eq!((status.formats, status.problem(), status.idle()), (3, Some(Problem::Paused), false));
    session.send(b"~JA").await.unwrap();
    assert!(soon(session.status()).await.unwrap().idle());
    printer.set_fault(PrinterFault::None);
    session.send(b"^XA^PQ2^FDlast^XZ").await.unwrap();
    for index in 1..=2 {
        let label = soon(labels.recv()).await.unwrap();
        assert_eq!((label.index, &label.zpl[..]), (index, &b"^XA^PQ2^FDlast^XZ"[..]));
    }
    assert_eq!(printer.history().len(), 2);
}

#[tokio::test]
async fn a_printer_that_never_replies_or_talks_nonsense_still_prints() {
    let printer = printer().await;
    let mut labels = printer.labels();
    let mut session = connect(&printer).await;
    printer.set_fault(PrinterFault::NeverReplies);
    assert!(matches!(soon(session.status()).await, Err(StatusError::Silent)));
    session.send(LABEL).await.unwrap();
    soon(labels.recv()).await.unwrap();
    session.close().await;
    let mut session = connect(&printer).await;
    printer.set_fault(PrinterFault::Nonsense);
    assert!(matches!(soon(session.status()).await, Err(StatusError::Nonsense(_))));
    session.send(LABEL).await.unwrap();
    soon(labels.recv()).await.unwrap();
}

#[tokio::test]
async fn an_answer_held_back_is_not_taken_for_a_later_one() {
    let printer = printer().await;
    let (mut labels, mut edges) = (printer.labels(), printer.watch_edges());
    let mut session = connect(&printer).await;
    printer.hold_status_replies(true);
    assert!(matches!(soon(session.status()).await, Err(StatusError::Silent)));
    printer.set_fault(PrinterFault::Paused);
    session.send(LABEL).await.unwrap();
    wait_for(&mut edges, Edge::LabelReceived).await;
    printer.hold_status_replies(false);
    let status = soon(session.status()).await.unwrap();
    assert_eq!((status.formats, status.problem()), (1, Some(Problem::Paused)));
    printer.set_fault(PrinterFault::None);
    soon(labels.recv()).await.unwrap();
}

#[tokio::test]
async fn a_stalled_connection_is_given_up_with_what_it_took() {
    let printer = printer().await;
    printer.set_fault(PrinterFault::StallAfter(1000));
    let mut session = connect(&printer).await;
    let begin = std::time::Instant::now();
    let error = soon(session.send(&vec![b' '; 64 << 20])).await.unwrap_err();
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
    session.send(&LABEL.repeat(2)).await.unwrap();
    wait_for(&mut edges, Edge::Disconnected).await;
    assert!(matches!(soon(session.status()).await, Err(StatusError::Lost(_))));
    printer.set_fault(PrinterFault::None);
    soon(labels.recv()).await.unwrap();
    let mut session = connect(&printer).await;
    assert!(soon(session.status()).await.unwrap().idle());
    assert_eq!(printer.printed(), 1);
}

#[tokio::test]
async fn a_printer_that_is_off_refuses_and_forgets() {
    let printer = printer().await;
    printer.set_fault(PrinterFault::PaperOut);
    let mut edges = printer.watch_edges();
    let mut session = connect(&printer).await;
    session.send(LABEL).await.unwrap();
    wait_for(&mut edges, Edge::LabelReceived).await;
    printer.set_fault(PrinterFault::Off);
    soon(printer.settled()).await;
    assert!(matches!(soon(session.status()).await, Err(StatusError::Lost(_))));
    let refused = Session::connect(&Address::Tcp(printer.addr().to_string())).await.unwrap_err();
    assert_eq!(Problem::from(&refused), Problem::Refused);
    printer.set_fault(PrinterFault::None);
    soon(printer.settled()).await;
    assert!(soon(connect(&printer).await.status()).await.unwrap().idle());
    assert_eq!(printer.printed(), 0);
}

#[tokio::test]
async fn a_second_connection_waits_for_the_first() {
    let printer = printer().await;
    let mut first = connect(&printer).await;
    first.status().await.unwrap();
    let mut second = connect(&printer).await;
    assert!(matches!(soon(second.status()).await, Err(StatusError::Silent)));
    first.close().await;
    soon(async { while second.status().await.is_err() {} }).await;
}

#[tokio::test]
async fn the_printer_by_itself_leaves_files() {
    let folder = tempfile::tempdir().unwrap();
    let spare = Printer::listen(SocketAddr::from(([127, 0, 0, 1], 0)), PrinterSettings::default()).await.unwrap();
    let address = spare.addr();
    spare.set_fault(PrinterFault::Off);
    spare.settled().await;
    drop(spare);
    let out = folder.path().join("out");
    let program = tokio::spawn(parceld_hal::sim::run_printer(address, out.clone()));
    let to = Address::Tcp(address.to_string());
    let mut session = soon(async {
        loop {
            match Session::connect(&to).await {
                Ok(session) => return session,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    })
    .await;
    session.send(LABEL).await.unwrap();
    soon(async {
        while !out.join("0001.png").exists() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(std::fs::read(out.join("0001.zpl")).unwrap(), LABEL);
    assert!(!decode::code128(&std::fs::read(out.join("0001.png")).unwrap()).is_empty());
    program.abort();
}
