//! Conversations with a scripted printer at the other end of a socket, in paused time.

use nix::sys::socket::{AddressFamily, SockFlag, SockType, setsockopt, socketpair, sockopt};

use super::*;
use crate::port::PortErrorKind;
use crate::printer::Problem;

const READY: &[u8] =
    b"\x02030,0,0,1218,000,0,0,0,000,0,0,0\x03\r\n\x02001,0,0,0,1,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n";
const PAUSED: &[u8] =
    b"\x02030,0,1,1218,003,0,0,0,000,0,0,0\x03\r\n\x02001,0,0,0,1,2,4,0,00000002,1,000\x03\r\n\x021234,0\x03\r\n";

fn pair() -> (Session, Port) {
    let (near, far) = socketpair(AddressFamily::Unix, SockType::Stream, None, SockFlag::SOCK_CLOEXEC).unwrap();
    setsockopt(&near, sockopt::SndBuf, &4096).unwrap();
    (Session::over(Port::over(near, "printer").unwrap()), Port::over(far, "far").unwrap())
}

async fn asked(far: &mut Port) {
    let mut buffer = [0; 16];
    let count = far.receive(&mut buffer).await.unwrap();
    assert_eq!(&buffer[..count], ASK);
}

async fn say(far: &mut Port, bytes: &[u8]) {
    far.transmit_all(bytes, ANSWER).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_status_comes_in_any_pieces() {
    let (mut session, mut far) = pair();
    let script = async {
        asked(&mut far).await;
        for byte in READY {
            say(&mut far, &[*byte]).await;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let (status, ()) = tokio::join!(session.status(), script);
    assert!(status.unwrap().idle());
}

#[tokio::test(start_paused = true)]
async fn a_silent_printer_costs_one_second_and_is_asked_again_later() {
    let (mut session, mut far) = pair();
    let begin = Instant::now();
    for _ in 0..4 {
        let asked_at = Instant::now();
        assert!(matches!(session.status().await, Err(StatusError::Silent)));
        assert!(asked_at.elapsed() <= ANSWER);
    }
    assert!(begin.elapsed() <= ANSWER * 4);
    let mut buffer = [0; 64];
    let count = far.receive(&mut buffer).await.unwrap();
    assert_eq!(count, 2 * ASK.len(), "one open question at a time");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_too_late_is_never_taken_for_the_next_one() {
    let (mut session, mut far) = pair();
    assert!(matches!(session.status().await, Err(StatusError::Silent)));
    asked(&mut far).await;
    session.send(b"^XA^XZ").await.unwrap();
    assert_eq!(far.receive(&mut [0; 16]).await.unwrap(), 6);
    let script = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        say(&mut far, READY).await;
        asked(&mut far).await;
        say(&mut far, PAUSED).await;
    };
    let (status, ()) = tokio::join!(session.status(), script);
    assert_eq!(status.unwrap().problem(), Some(Problem::Paused));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_lies_in_the_line_is_thrown_away_before_the_question() {
    let (mut session, mut far) = pair();
    say(&mut far, READY).await;
    let script = async {
        asked(&mut far).await;
        say(&mut far, PAUSED).await;
    };
    let (status, ()) = tokio::join!(session.status(), script);
    assert_eq!(status.unwrap().formats, 3);
}

#[tokio::test(start_paused = true)]
async fn answers_let_go_together_count_by_their_last() {
    let (mut session, mut far) = pair();
    assert!(session.status().await.is_err());
    assert!(session.status().await.is_err());
    asked(&mut far).await;
    let script = async {
        asked(&mut far).await;
        say(&mut far, READY).await;
        say(&mut far, PAUSED).await;
    };
    let (status, ()) = tokio::join!(session.status(), script);
    assert_eq!(status.unwrap().problem(), Some(Problem::Paused));
}

#[tokio::test(start_paused = true)]
async fn nonsense_is_told_with_its_bytes_and_bounded() {
    let (mut session, mut far) = pair();
    let script = async {
        asked(&mut far).await;
        say(&mut far, &b"\xff".repeat(3000)).await;
    };
    let (status, ()) = tokio::join!(session.status(), script);
    let Err(StatusError::Nonsense(bytes)) = status else { panic!("{status:?}") };
    assert!(bytes.len() <= 1024 && !bytes.is_empty());
}

#[tokio::test(start_paused = true)]
async fn one_line_of_a_clone_is_a_status() {
    let (mut session, mut far) = pair();
    let begin = Instant::now();
    let script = async {
        asked(&mut far).await;
        say(&mut far, b"\x02030,1,0\x03\r\n").await;
    };
    let (status, ()) = tokio::join!(session.status(), script);
    assert_eq!(status.unwrap().problem(), Some(Problem::PaperOut));
    assert!(begin.elapsed() <= LINE_GAP);
}

#[tokio::test(start_paused = true)]
async fn a_stalled_printer_is_given_up_and_what_it_took_is_counted() {
    let (mut session, mut far) = pair();
    let begin = Instant::now();
    let error = session.send(&[b'x'; 1_000_000]).await.unwrap_err();
    assert_eq!(error.cause.kind(), PortErrorKind::TimedOut);
    assert_eq!(Problem::from(&error), Problem::Stalled);
    assert_eq!(begin.elapsed(), STALL);
    let (mut taken, mut buffer) = (0, vec![0; 65536]);
    while let Some(count) = far.take_arrived(&mut buffer).unwrap() {
        taken += count;
    }
    assert!(taken > 0 && taken < 1_000_000);
    assert_eq!(error.accepted, taken);
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_is_lost_for_status_and_job() {
    let (mut session, far) = pair();
    drop(far);
    let error = session.send(b"^XA^XZ").await.unwrap_err();
    assert_eq!((error.accepted, error.cause.kind()), (0, PortErrorKind::Lost));
    assert!(matches!(session.status().await, Err(StatusError::Lost(_))));
}

#[tokio::test(start_paused = true)]
async fn closing_does_not_wait_for_a_printer_that_keeps_the_line() {
    let (session, _far) = pair();
    let begin = Instant::now();
    session.close().await;
    assert!(begin.elapsed() <= FAREWELL);
}
