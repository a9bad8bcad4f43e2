//! The driver against the receiver, over sockets.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::{Instant, timeout};

use super::event::is_tombstone;
use super::receiver::{self, Receiver, ReceiverFault};
use super::test_station::{BRISK, Life, Station, mark};
use super::{CopySign, LinkState, Pace, Token};

pub(super) const ANY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// Fails a test that would hang.
pub(super) async fn soon<T>(work: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(60), work).await.expect("it comes to an end")
}

async fn receiver() -> Receiver {
    Receiver::start(ANY, receiver::ReceiverSettings::default()).await.unwrap()
}

pub(super) async fn bodies(receiver: &Receiver) -> Vec<String> {
    receiver.events().await.into_iter().map(|event| event.body).collect()
}

#[tokio::test]
async fn events_arrive_in_order_byte_for_byte_and_orders_come_back() {
    let token = Some("s3cret".to_owned());
    let orders = (0..250).map(|n| format!(r#"{{"order_ref":"{n}"}}"#)).collect::<Vec<_>>();
    let settings = receiver::ReceiverSettings { token, data: None, orders: orders.clone() };
    let receiver = Receiver::start(ANY, settings).await.unwrap();
    let mut station = Station::new(receiver.addr(), BRISK);
    station.settings.token = Some(Token::new("s3cret\n"));
    station.record(200);
    station.start();
    soon(station.drained()).await;
    station.record(3);
    soon(station.drained()).await;
    soon(station.until(|station| station.db.orders.len() == 250)).await;
    assert_eq!(bodies(&receiver).await, station.db.present.made);
    assert_eq!(station.db.orders, orders);
    assert_eq!(station.db.present.sent, 203);
    assert!(station.db.present.rows.is_empty());
    assert_eq!(*receiver.watch().borrow(), 203);
    receiver.add_orders(vec!["{}".into()]).await;
    soon(station.until(|station| station.db.orders.len() == 251)).await;
}

#[tokio::test]
async fn a_lost_answer_never_doubles() {
    let receiver = receiver().await;
    receiver.set_fault(ReceiverFault::LoseAnswer);
    let mut station = Station::new(receiver.addr(), BRISK);
    station.record(300);
    station.start();
    soon(station.drained()).await;
    assert!(station.links.iter().any(|link| matches!(link, LinkState::Down { .. })), "answers were lost");
    assert_eq!(bodies(&receiver).await, station.db.present.made);
}

#[tokio::test]
async fn a_sign_in_page_a_redirect_and_a_busy_receiver_are_outlasted() {
    let receiver = receiver().await;
    let mut station = Station::new(receiver.addr(), BRISK);
    station.record(1);
    station.start();
    soon(station.drained()).await;
    for (fault, said) in [
        (ReceiverFault::CaptivePortal, "sign-in page"),
        (ReceiverFault::Refuse(302), "redirects"),
        (ReceiverFault::Refuse(500), "(500)"),
        (ReceiverFault::Refuse(429), "(429)"),
    ] {
        receiver.set_fault(fault);
        station.record(2);
        soon(station.until(|station| station.down().is_some_and(|why| why.contains(said)))).await;
        receiver.set_fault(ReceiverFault::None);
        soon(station.drained()).await;
    }
    assert_eq!(bodies(&receiver).await, station.db.present.made);
}

#[tokio::test]
async fn a_pulled_cable_is_outlasted_and_the_port_comes_back() {
    let receiver = receiver().await;
    let mut station = Station::new(receiver.addr(), BRISK);
    station.record(10);
    station.start();
    soon(station.drained()).await;
    for _ in 0..5 {
        receiver.pull_cable(true);
        station.record(10);
        soon(station.until(|station| station.down().is_some())).await;
        receiver.pull_cable(false);
        soon(station.drained()).await;
    }
    assert_eq!(bodies(&receiver).await, station.db.present.made);
}

#[tokio::test]
async fn a_refused_token_waits_for_a_person_and_loses_nothing() {
    let settings = receiver::ReceiverSettings { token: Some("right".into()), ..receiver::ReceiverSettings::default() };
    let receiver = Receiver::start(ANY, settings).await.unwrap();
    let mut station = Station::new(receiver.addr(), BRISK);
    station.settings.token = Some(Token::new("wrong"));
    station.record(5);
    station.start();
    soon(station.until(|station| station.stopped().is_some_and(|why| why.contains("token")))).await;
    assert_eq!(station.db.present.rows.len(), 5);
    station.settings.token = Some(Token::new("right"));
    station.start();
    station.retry();
    soon(station.drained()).await;
    assert_eq!(bodies(&receiver).await, station.db.present.made);
}

#[tokio::test]
async fn a_stopped_line_goes_on_when_a_person_says_so() {
    let receiver = receiver().await;
    let mut station = Station::new(receiver.addr(), BRISK);
    for status in [401, 403, 404, 409] {
        receiver.set_fault(ReceiverFault::Refuse(status));
        station.record(2);
        station.start();
        soon(station.until(|station| station.stopped().is_some())).await;
        receiver.set_fault(ReceiverFault::None);
        station.retry();
        soon(station.drained()).await;
    }
    assert_eq!(bodies(&receiver).await, station.db.present.made);
}

#[tokio::test]
async fn an_event_the_receiver_never_takes_is_replaced_by_its_tombstone() {
    for (before, poison) in [(0, 40), (0, 64), (39, 40), (63, 64)] {
        let receiver = receiver().await;
        receiver.set_fault(ReceiverFault::RejectSeq(poison));
        let mut station = Station::new(receiver.addr(), BRISK);
        station.record(before);
        station.start();
        soon(station.drained()).await;
        station.record(100 - before);
        soon(station.drained()).await;
        assert_eq!(station.db.aside, [(poison, "422 an event is not wanted".to_owned())]);
        let stored = bodies(&receiver).await;
        let at = poison as usize - 1;
        assert!(is_tombstone(&stored[at]) && stored[at].contains(&format!("\"stationseq\":{poison},")));
        station.db.present.made[at] = stored[at].clone();
        assert_eq!(stored, station.db.present.made);
    }
}

#[tokio::test]
async fn other_events_under_the_same_numbers_stop_the_line() {
    let receiver = receiver().await;
    let mut first = Station::new(receiver.addr(), BRISK);
    first.record(3);
    first.start();
    soon(first.drained()).await;
    let mut newer = Station::new(receiver.addr(), BRISK);
    newer.db.present.incarnation = "b2".into();
    newer.record(2);
    newer.start();
    soon(newer.drained()).await;
    assert_eq!(receiver.events().await.len(), 5, "a new database begins at one");
    let mut twin = Station::new(receiver.addr(), BRISK);
    twin.settings.source.warehouse = "elsewhere".into();
    twin.record(3);
    twin.start();
    soon(twin.until(|station| station.stopped().is_some_and(|why| why.contains("from number 1 on")))).await;
    assert_eq!(twin.copy, Some(CopySign { fork: 1, ahead: 1, elsewhere: 2 }));
    assert_eq!((twin.db.present.rows.len(), receiver.events().await.len()), (3, 5));
}

#[tokio::test]
async fn a_database_older_than_the_receiver_stops_the_line() {
    let receiver = receiver().await;
    let mut station = Station::new(receiver.addr(), BRISK);
    station.record(3);
    station.start();
    soon(station.drained()).await;
    let mut restored = Station::new(receiver.addr(), BRISK);
    restored.record(2);
    restored.start();
    soon(restored.until(|station| station.stopped().is_some_and(|why| why.contains("old copy")))).await;
    assert_eq!(restored.copy, Some(CopySign { fork: 3, ahead: 1, elsewhere: 0 }));
}

#[tokio::test]
async fn the_second_history_of_a_restored_database_is_told_in_a_new_incarnation() {
    let receiver = receiver().await;
    let mut station = Station::new(receiver.addr(), BRISK);
    station.record(4);
    station.start();
    soon(station.drained()).await;
    let copy = station.db.clone();
    station.record(4);
    soon(station.drained()).await;
    let first = station.db.present.made.clone();
    station.put_back(copy);
    station.record(6);
    soon(station.until(|station| station.stopped().is_some())).await;
    assert_eq!(station.copy, Some(CopySign { fork: 5, ahead: 4, elsewhere: 0 }));
    assert_eq!((station.db.present.confirmed, station.db.present.rows.len()), (4, 6), "nothing is confirmed");
    // A restart ends no stop.
    station.links.clear();
    station.start();
    soon(station.until(|station| station.stopped().is_some())).await;
    station.retry();
    station.links.clear();
    soon(station.until(|station| station.stopped().is_some_and(|why| why.contains("from number 5 on")))).await;
    let told: Vec<String> = station.db.present.made[4..].iter().map(|body| mark(body)).collect();
    station.begin_anew();
    station.record(1);
    soon(station.drained()).await;
    assert_eq!(station.moved, told);
    let stored = bodies(&receiver).await;
    assert_eq!(stored[..8], first);
    assert_eq!(stored[8..], station.db.present.made);
}

#[tokio::test]
async fn what_an_earlier_incarnation_did_not_tell_is_told_before_the_present_one_and_orders() {
    let receiver = receiver().await;
    receiver.add_orders(vec!["{}".into()]).await;
    let mut station = Station::new(receiver.addr(), BRISK);
    station.record(70);
    station.begin_anew();
    station.record(70);
    station.begin_anew();
    station.record(5);
    assert_eq!(station.db.past.iter().map(Life::last).collect::<Vec<_>>(), [70, 70]);
    soon(station.until(|station| !station.db.orders.is_empty())).await;
    soon(station.drained()).await;
    let made: Vec<String> = station.db.lives().flat_map(|life| life.made.clone()).collect();
    assert_eq!(bodies(&receiver).await, made);
    assert_eq!(station.moved, Vec::<String>::new());
}

#[tokio::test]
async fn a_stop_of_an_earlier_incarnation_holds_up_the_present_one() {
    let receiver = receiver().await;
    let mut station = Station::new(receiver.addr(), BRISK);
    station.record(2);
    station.begin_anew();
    station.record(2);
    receiver.set_fault(ReceiverFault::Refuse(403));
    soon(station.until(|station| station.stopped().is_some())).await;
    receiver.set_fault(ReceiverFault::None);
    station.links.clear();
    station.start();
    soon(station.until(|station| station.stopped().is_some())).await;
    assert_eq!(receiver.events().await, []);
    station.retry();
    soon(station.drained()).await;
    assert_eq!(receiver.events().await.len(), 4);
}

#[tokio::test]
async fn a_head_of_another_incarnation_holds_nothing_up() {
    let receiver = receiver().await;
    let mut station = Station::new(receiver.addr(), BRISK);
    station.record(100);
    station.start();
    soon(station.drained()).await;
    receiver.set_fault(ReceiverFault::OtherHead);
    station.record(100);
    station.start();
    soon(station.drained()).await;
    assert_eq!(bodies(&receiver).await, station.db.present.made);
}

#[tokio::test]
async fn a_receiver_restored_to_an_older_state_gets_what_it_lost_while_it_is_kept() {
    let receiver = receiver().await;
    receiver.set_fault(ReceiverFault::Unconfirmed);
    let mut station = Station::new(receiver.addr(), BRISK);
    station.record(100);
    station.start();
    soon(station.until(|station| station.db.present.sent == 100)).await;
    receiver.go_back(40).await;
    assert_eq!(receiver.events().await.len(), 40);
    soon(station.until(|station| station.db.present.sent == 40)).await;
    receiver.set_fault(ReceiverFault::None);
    soon(station.drained()).await;
    assert_eq!(bodies(&receiver).await, station.db.present.made);
    receiver.go_back(70).await;
    station.record(1);
    soon(station.until(|station| station.stopped().is_some_and(|why| why.contains("event 71 is needed")))).await;
}

#[tokio::test]
async fn a_page_of_orders_without_a_cursor_is_called_that_and_events_go_on() {
    let receiver = receiver().await;
    receiver.add_orders(vec!["{}".into()]).await;
    receiver.set_fault(ReceiverFault::NoCursor);
    let mut station = Station::new(receiver.addr(), BRISK);
    station.start();
    let said = |link: &LinkState| matches!(link, LinkState::Up { orders: Some(why) } if why.contains("has no cursor"));
    soon(station.until(|station| station.links.last().is_some_and(said))).await;
    station.record(5);
    soon(station.drained()).await;
    assert_eq!(station.db.orders, Vec::<String>::new());
    receiver.set_fault(ReceiverFault::None);
    soon(station.until(|station| station.db.orders.len() == 1)).await;
    soon(station.until(|station| station.links.last() == Some(&LinkState::Up { orders: None }))).await;
}

#[tokio::test]
async fn rows_are_kept_until_they_are_confirmed() {
    let receiver = receiver().await;
    receiver.set_fault(ReceiverFault::Unconfirmed);
    let mut station = Station::new(receiver.addr(), BRISK);
    station.record(100);
    station.start();
    soon(station.until(|station| station.db.present.sent == 100)).await;
    assert_eq!((station.db.present.confirmed, station.db.present.rows.len()), (0, 100));
    receiver.set_fault(ReceiverFault::None);
    soon(station.drained()).await;
    assert!(station.db.present.rows.is_empty());
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_honoured() {
    let receiver = receiver().await;
    receiver.set_fault(ReceiverFault::Busy(503, 900));
    let mut station = Station::new(receiver.addr(), Pace { orders_every: None, ..Pace::default() });
    station.record(1);
    station.start();
    station.until(|station| station.down().is_some()).await;
    let began = Instant::now();
    receiver.set_fault(ReceiverFault::None);
    station.drained().await;
    let waited = began.elapsed();
    assert!((900..=902).contains(&waited.as_secs()), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_hangs_costs_half_a_minute_and_no_more() {
    let receiver = receiver().await;
    receiver.set_fault(ReceiverFault::Hang);
    let mut station = Station::new(receiver.addr(), Pace { orders_every: None, ..Pace::default() });
    station.record(1);
    let began = Instant::now();
    station.start();
    station.until(|station| station.down().is_some_and(|why| why.starts_with("no answer in time"))).await;
    let waited = began.elapsed();
    assert!((30..=31).contains(&waited.as_secs()), "{waited:?}");
    receiver.set_fault(ReceiverFault::None);
    station.drained().await;
}

#[tokio::test]
async fn an_answer_without_an_end_is_cut_short() {
    let listener = TcpListener::bind(ANY).await.unwrap();
    let mut station = Station::new(listener.local_addr().unwrap(), BRISK);
    let flood = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            while stream.write_all(&[b' '; 65_536]).await.is_ok() {}
        }
    });
    station.record(1);
    station.start();
    soon(station.until(|station| station.down().is_some_and(|why| why.contains("larger than 1048576")))).await;
    flood.abort();
}

#[tokio::test]
async fn settings_no_client_can_be_made_of_call_a_person() {
    let mut station = Station::at("http://hub.example/parceld".into(), BRISK);
    station.start();
    soon(station.until(|station| station.stopped().is_some_and(|why| why.contains("https")))).await;
}

/// A certificate authority and a certificate of it for 127.0.0.1.
fn authority() -> (String, tokio_rustls::TlsAcceptor) {
    authority_of((2000, 3000))
}

/// The same, with a certificate for the years between.
fn authority_of((from, to): (i32, i32)) -> (String, tokio_rustls::TlsAcceptor) {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    (leaf.not_before, leaf.not_after) = (rcgen::date_time_ymd(from, 1, 1), rcgen::date_time_ymd(to, 1, 1));
    let leaf = leaf.signed_by(&key, &issuer).unwrap();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der());
    let provider = rustls::crypto::ring::default_provider().into();
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key.into())
        .unwrap();
    (issuer.pem(), tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config)))
}

#[tokio::test]
async fn a_private_authority_is_trusted_when_it_is_named_and_no_other_is() {
    let (ours, tls) = authority();
    let receiver = Receiver::start_tls(ANY, receiver::ReceiverSettings::default(), tls).await.unwrap();
    let mut station = Station::at(format!("https://{}", receiver.addr()), BRISK);
    station.record(70);
    station.settings.ca_pem = Some(authority().0.into());
    station.start();
    soon(station.until(|station| station.down().is_some_and(|why| why.contains("certificate")))).await;
    station.settings.ca_pem = None;
    station.links.clear();
    station.start();
    let untrusted = |link: &LinkState| match link {
        LinkState::Down { why, .. } => why.contains("certificate"),
        LinkState::Stopped { why, .. } => why.contains("ca-certificates"),
        LinkState::Up { .. } => panic!("an unknown authority was trusted"),
    };
    soon(station.until(|station| station.links.last().is_some_and(untrusted))).await;
    assert_eq!(receiver.events().await, []);
    station.settings.ca_pem = Some(ours.into());
    station.start();
    soon(station.drained()).await;
    assert_eq!(bodies(&receiver).await, station.db.present.made);
}

#[tokio::test]
async fn a_clock_behind_every_certificate_is_mended_by_what_time_it_is_at_least() {
    let (ours, tls) = authority_of((2900, 3000));
    let receiver = Receiver::start_tls(ANY, receiver::ReceiverSettings::default(), tls).await.unwrap();
    let mut station = Station::at(format!("https://{}", receiver.addr()), BRISK);
    station.record(1);
    station.settings.ca_pem = Some(ours.into());
    // 2950-01-01.
    station.settings.floor.set(Some(crate::units::Timestamp(30_925_584_000_000)));
    station.start();
    soon(station.drained()).await;
    station.settings.floor.set(None);
    station.record(1);
    station.start();
    soon(station.until(|station| station.down().is_some_and(crate::station::blames_clock))).await;
}

#[tokio::test]
async fn a_certificate_that_is_out_of_its_time_blames_the_clock() {
    for years in [(2000, 2001), (2900, 3000)] {
        let (ours, tls) = authority_of(years);
        let receiver = Receiver::start_tls(ANY, receiver::ReceiverSettings::default(), tls).await.unwrap();
        let mut station = Station::at(format!("https://{}", receiver.addr()), BRISK);
        station.record(1);
        station.settings.ca_pem = Some(ours.into());
        station.start();
        soon(station.until(|station| station.down().is_some_and(crate::station::blames_clock))).await;
    }
}
