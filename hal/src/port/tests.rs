//! Ports over real sockets; ttys are in `tests/edge.rs`.

use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::*;

/// A pty's device end, and the path of its line.
pub(super) fn pty() -> (std::os::fd::OwnedFd, PathBuf) {
    let device = nix::pty::posix_openpt(nix::fcntl::OFlag::O_RDWR | nix::fcntl::OFlag::O_NOCTTY).unwrap();
    nix::pty::grantpt(&device).unwrap();
    nix::pty::unlockpt(&device).unwrap();
    let path = nix::pty::ptsname_r(&device).unwrap().into();
    (device.into(), path)
}

fn pair() -> (Port, Port) {
    let (a, b) = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC).unwrap();
    (Port::over(a, "a").unwrap(), Port::over(b, "b").unwrap())
}

#[tokio::test]
async fn the_end_of_the_stream_is_a_lost_port() {
    let (mut near, far) = pair();
    drop(far);
    let lost = near.receive(&mut [0; 8]).await.unwrap_err();
    assert_eq!(lost.kind(), PortErrorKind::Lost);
    assert_eq!(near.transmit(b"x").await.unwrap_err().kind(), PortErrorKind::Lost);
}

#[tokio::test]
async fn nothing_arrived_is_said_at_once() {
    let (mut near, mut far) = pair();
    let mut buffer = [0; 8];
    assert_eq!(near.take_arrived(&mut buffer).unwrap(), None);
    far.transmit_all(b"abc", Duration::from_secs(5)).await.unwrap();
    assert_eq!(near.receive(&mut buffer).await.unwrap(), 3);
}

#[tokio::test]
async fn a_missing_node_is_absent_and_is_not_created() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lp0");
    let error = Port::open(&Address::Node(path.clone())).await.unwrap_err();
    assert_eq!(error.kind(), PortErrorKind::Absent);
    assert!(error.to_string().contains("plug it in"));
    assert!(!path.exists());
    let serial = Port::open(&Address::Serial(SerialSettings::new(path))).await.unwrap_err();
    assert_eq!(serial.kind(), PortErrorKind::Absent);
}

#[tokio::test]
async fn a_regular_file_is_no_device() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = Port::open(&Address::Node(file.path().into())).await.unwrap_err();
    assert_eq!(error.kind(), PortErrorKind::Other);
}

#[tokio::test]
async fn a_closed_tcp_port_refuses_and_a_reset_one_is_lost() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Address::Tcp(listener.local_addr().unwrap().to_string());
    let mut port = Port::open(&address).await.unwrap();
    let (far, _) = listener.accept().await.unwrap();
    far.set_zero_linger().unwrap();
    drop((far, listener));
    assert_eq!(port.receive(&mut [0; 8]).await.unwrap_err().kind(), PortErrorKind::Lost);
    assert_eq!(Port::open(&address).await.unwrap_err().kind(), PortErrorKind::Refused);
}

#[tokio::test]
async fn our_half_of_a_tcp_connection_can_be_ended() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut port = Port::open(&Address::Tcp(listener.local_addr().unwrap().to_string())).await.unwrap();
    let (mut far, _) = listener.accept().await.unwrap();
    port.shutdown().await.unwrap();
    assert_eq!(tokio::io::AsyncReadExt::read(&mut far, &mut [0; 8]).await.unwrap(), 0);
    far.write_all(b"bye").await.unwrap();
    assert_eq!(port.receive(&mut [0; 8]).await.unwrap(), 3);
}

#[tokio::test]
async fn a_serial_printer_that_says_stop_takes_nothing_until_it_says_go() {
    let (device, path) = pty();
    let line = SerialSettings { handshake: Handshake::XonXoff, ..SerialSettings::new(path) };
    let mut port = Port::open(&Address::Serial(line)).await.unwrap();
    let printer = device.try_clone().unwrap();
    let job = vec![b'x'; 1 << 20];
    let wanted = job.len();
    // It takes whatever comes, so that only its XOFF can hold the job up.
    let taking = std::thread::spawn(move || {
        let (mut got, mut buffer) = (0, vec![0; 4096]);
        while got < wanted {
            got += nix::unistd::read(&printer, &mut buffer).unwrap();
        }
    });
    nix::unistd::write(&device, b"\x13").unwrap();
    let (taken, cause) = port.transmit_all(&job, Duration::from_millis(300)).await.unwrap_err();
    assert_eq!(cause.kind(), PortErrorKind::TimedOut);
    nix::unistd::write(&device, b"\x11").unwrap();
    port.transmit_all(&job[taken..], Duration::from_secs(10)).await.unwrap();
    taking.join().unwrap();
}

/// Bytes that came to the far side of a connection of which this much was handed over.
async fn arrived(ended: bool) -> (usize, usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut port = Port::open(&Address::Tcp(listener.local_addr().unwrap().to_string())).await.unwrap();
    let (mut far, _) = listener.accept().await.unwrap();
    let (taken, _) = port.transmit_all(&vec![b'x'; 64 << 20], Duration::from_millis(100)).await.unwrap_err();
    if ended {
        port.shutdown().await.unwrap();
    }
    let reading = tokio::spawn(async move {
        let (mut got, mut buffer) = (0, vec![0; 1 << 16]);
        while let Ok(count @ 1..) = tokio::io::AsyncReadExt::read(&mut far, &mut buffer).await {
            got += count;
        }
        got
    });
    if ended {
        assert_eq!(port.receive(&mut [0; 8]).await.unwrap_err().kind(), PortErrorKind::Lost);
    }
    drop(port);
    (taken, reading.await.unwrap())
}

#[tokio::test]
async fn what_is_on_its_way_comes_when_the_conversation_is_ended_and_never_when_it_is_dropped() {
    let (taken, got) = arrived(true).await;
    assert_eq!(got, taken);
    let (taken, got) = arrived(false).await;
    assert!(got < taken, "{got} of {taken} came after the port was gone");
}
