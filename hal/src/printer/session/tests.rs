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
    (Session::over(Port::over(near, "printer").unwrap(), Language::Zpl), Port::over(far, "far").unwrap())
}

async fn asked(far: &mut Port) {
    let mut buffer = [0; 32];
    let count = far.receive(&mut buffer).await.unwrap();
    assert_eq!(&buffer[..count], ZPL_ASK);
}

/// The status of a printer that has answered before.
async fn status(session: &mut Session) -> Result<Status, StatusError> {
    session.status(&mut Known::new(true)).await.map(|status| status.expect("it talks"))
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
            tokio::task::yield_now().await;
        }
    };
    let (status, ()) = tokio::join!(status(&mut session), script);
    assert_eq!(status.unwrap().busy, Some(false));
}

#[tokio::test(start_paused = true)]
async fn a_silent_printer_costs_one_second_and_is_asked_again_later() {
    let (mut session, mut far) = pair();
    let begin = Instant::now();
    for _ in 0..4 {
        let asked_at = Instant::now();
        assert!(matches!(status(&mut session).await, Err(StatusError::Silent)));
        assert!(asked_at.elapsed() <= ANSWER);
    }
    assert!(begin.elapsed() <= ANSWER * 4);
    let mut buffer = [0; 64];
    let count = far.receive(&mut buffer).await.unwrap();
    assert_eq!(count, 2 * ZPL_ASK.len(), "one open question at a time");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_too_late_is_never_taken_for_the_next_one() {
    let (mut session, mut far) = pair();
    assert!(matches!(status(&mut session).await, Err(StatusError::Silent)));
    asked(&mut far).await;
    session.send(b"^XA^XZ").await.unwrap();
    assert_eq!(far.receive(&mut [0; 16]).await.unwrap(), 6);
    let script = async {
        tokio::task::yield_now().await;
        say(&mut far, READY).await;
        asked(&mut far).await;
        say(&mut far, PAUSED).await;
    };
    let (status, ()) = tokio::join!(status(&mut session), script);
    assert_eq!(status.unwrap().problem, Some(Problem::Paused));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_lies_in_the_line_is_thrown_away_before_the_question() {
    let (mut session, mut far) = pair();
    say(&mut far, READY).await;
    let script = async {
        asked(&mut far).await;
        say(&mut far, PAUSED).await;
    };
    let (status, ()) = tokio::join!(status(&mut session), script);
    assert_eq!(status.unwrap().text, "~HS: 3 formats, 2 labels left");
}

#[tokio::test(start_paused = true)]
async fn answers_let_go_together_count_by_their_last() {
    let (mut session, mut far) = pair();
    assert!(status(&mut session).await.is_err());
    assert!(status(&mut session).await.is_err());
    asked(&mut far).await;
    let script = async {
        asked(&mut far).await;
        say(&mut far, READY).await;
        say(&mut far, PAUSED).await;
    };
    let (status, ()) = tokio::join!(status(&mut session), script);
    assert_eq!(status.unwrap().problem, Some(Problem::Paused));
}

#[tokio::test(start_paused = true)]
async fn nonsense_is_told_with_its_bytes_and_bounded() {
    let (mut session, mut far) = pair();
    let script = async {
        asked(&mut far).await;
        say(&mut far, &b"\xff".repeat(3000)).await;
    };
    let (status, ()) = tokio::join!(status(&mut session), script);
    let Err(StatusError::Nonsense(bytes)) = status else { panic!("{status:?}") };
    assert!(bytes.len() <= 2048 && !bytes.is_empty());
}

#[tokio::test(start_paused = true)]
async fn one_line_of_a_clone_is_a_status() {
    let (mut session, mut far) = pair();
    let begin = Instant::now();
    let script = async {
        asked(&mut far).await;
        say(&mut far, b"\x02030,1,0\x03\r\n").await;
    };
    let (status, ()) = tokio::join!(status(&mut session), script);
    assert_eq!(status.unwrap().problem, Some(Problem::PaperOut));
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
    assert!(matches!(status(&mut session).await, Err(StatusError::Lost(_))));
}

#[tokio::test(start_paused = true)]
async fn closing_does_not_wait_for_a_printer_that_keeps_the_line() {
    let (session, _far) = pair();
    let begin = Instant::now();
    session.close().await;
    assert!(begin.elapsed() <= FAREWELL);
}

#[tokio::test(start_paused = true)]
async fn a_printer_that_never_talked_costs_one_second_once() {
    let (mut session, mut far) = pair();
    let (mut known, begin) = (Known::new(false), Instant::now());
    for _ in 0..3 {
        assert!(matches!(session.status(&mut known).await, Ok(None)));
    }
    assert_eq!(begin.elapsed(), ANSWER);
    asked(&mut far).await;
    assert_eq!(session.print(b"^XA^XZ", false).await.unwrap(), None);
    // It was out of paper, and speaks up once there is some.
    let script = async {
        assert_eq!(far.receive(&mut [0; 6]).await.unwrap(), 6);
        tokio::time::advance(Duration::from_secs(60)).await;
        asked(&mut far).await;
        say(&mut far, READY).await;
    };
    let (status, ()) = tokio::join!(session.listen(&mut known), script);
    assert_eq!((status.unwrap().busy, known.answers()), (Some(false), true));
}

#[tokio::test(start_paused = true)]
async fn a_printer_that_is_not_to_be_asked_is_never_asked() {
    let (mut session, mut far) = pair();
    let mut known = Known::silent();
    assert!(matches!(session.status(&mut known).await, Ok(None)));
    let listened = timeout(Duration::from_secs(3600), session.listen(&mut known)).await;
    assert!(listened.is_err() && far.take_arrived(&mut [0; 8]).unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn what_a_zebra_says_before_its_status_is_part_of_it() {
    let (mut session, mut far) = pair();
    let script = async {
        asked(&mut far).await;
        say(&mut far, b"\x02\r\n\r\n  PRINTER STATUS\r\n  ERRORS: 1 00000000 00000008\r\n  WARNINGS: 1 00000000 00000008\r\n\x03\r\n").await;
        say(&mut far, b"\x02\r\n  PRINT METERS\r\n  TOTAL NONRESETTABLE: 8560 \"\r\n\x03\r\n").await;
        say(&mut far, b"\x02\r\n\r\n  SERIAL NUMBER\r\n  41A06440023\r\n\r\n\x03\r\n").await;
        say(&mut far, READY).await;
    };
    let (status, ()) = tokio::join!(status(&mut session), script);
    let status = status.unwrap();
    assert_eq!((status.problem, status.low), (Some(Problem::Cutter), true));
    assert_eq!(status.odometer.map(|odometer| odometer.count), Some(8560));
    assert_eq!((status.serial.as_deref(), status.stored), (Some("41A06440023"), Some(0)));
}

#[tokio::test(start_paused = true)]
async fn a_tspl_printer_is_asked_once_whether_it_tells_more() {
    for (more, asked_then) in [(&b"\x02@@@@\x03\r\n"[..], tspl::ASK_MORE), (b"", tspl::ASK)] {
        let (mut session, mut far) = pair();
        session.language = Language::Tspl;
        let mut known = Known::new(false);
        let mut buffer = [0; 16];
        let script = async {
            let count = far.receive(&mut buffer).await.unwrap();
            assert_eq!(&buffer[..count], tspl::ASK);
            say(&mut far, &[0x00]).await;
            let count = far.receive(&mut buffer).await.unwrap();
            assert_eq!(&buffer[..count], tspl::ASK_MORE);
            say(&mut far, more).await;
            let count = far.receive(&mut buffer).await.unwrap();
            assert_eq!(&buffer[..count], asked_then);
            say(&mut far, if more.is_empty() { &[0x20] } else { b"\x02P@@@\x03\r\n" }).await;
        };
        let asking = async {
            let first = session.status(&mut known).await.unwrap().unwrap();
            assert_eq!((first.problem, first.busy), (None, Some(false)));
            assert_eq!(session.status(&mut known).await.unwrap().unwrap().busy, Some(true));
        };
        tokio::join!(asking, script);
    }
}

#[tokio::test(start_paused = true)]
async fn a_receipt_printer_names_the_job_it_has_printed() {
    let (mut session, mut far) = pair();
    session.language = Language::EscPos;
    let mut known = Known::new(true);
    let id = session.print(b"receipt", true).await.unwrap().unwrap();
    let script = async {
        let mut heard = Vec::new();
        while !heard.ends_with(escpos::ASK) {
            let mut buffer = [0; 64];
            let count = far.receive(&mut buffer).await.unwrap();
            heard.extend(&buffer[..count]);
        }
        assert_eq!(heard, [b"receipt", &escpos::name_when_done(id)[..], escpos::ASK].concat());
        say(&mut far, &[0x37, 0x22, id[0], id[1], id[2], id[3], 0x00, 0x12, 0x12, 0x12, 0x12]).await;
    };
    let (status, ()) = tokio::join!(session.listen(&mut known), script);
    assert_eq!(status.unwrap().done, Some(id));
}

#[tokio::test(start_paused = true)]
async fn a_job_named_between_two_questions_is_not_lost() {
    let (mut session, mut far) = pair();
    session.language = Language::EscPos;
    let mut known = Known::new(true);
    let id = session.print(b"receipt", true).await.unwrap().unwrap();
    let mut buffer = [0; 64];
    far.receive(&mut buffer).await.unwrap();
    say(&mut far, &[0x37, 0x22, id[0]]).await;
    let script = async {
        far.receive(&mut buffer).await.unwrap();
        say(&mut far, &[0x12, 0x12, 0x12, 0x12]).await;
        say(&mut far, &[id[1], id[2], id[3], 0x00]).await;
    };
    let (status, ()) = tokio::join!(session.listen(&mut known), script);
    assert_eq!(status.unwrap().done, None);
    let script = async {
        far.receive(&mut buffer).await.unwrap();
        say(&mut far, &[0x12, 0x12, 0x12, 0x12]).await;
    };
    let (status, ()) = tokio::join!(session.listen(&mut known), script);
    assert_eq!(status.unwrap().done, Some(id));
}

#[tokio::test(start_paused = true)]
async fn a_printer_that_ended_its_half_is_lost_at_once() {
    let (near, far) = socketpair(AddressFamily::Unix, SockType::Stream, None, SockFlag::SOCK_CLOEXEC).unwrap();
    let mut session = Session::over(Port::over(near, "printer").unwrap(), Language::Zpl);
    let begin = Instant::now();
    nix::sys::socket::shutdown(std::os::fd::AsRawFd::as_raw_fd(&far), nix::sys::socket::Shutdown::Write).unwrap();
    assert!(matches!(status(&mut session).await, Err(StatusError::Lost(_))));
    assert_eq!(begin.elapsed(), Duration::ZERO);
}
