//! Orders that another program sends over the network, to the real program and over TLS.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::bench::Bench;
use super::order::order;
use super::packer::pack;
use super::personal::{MARK, holding, marked};
use super::program::repository;
use super::station::Station;

pub(crate) const TOKEN: &str = "rig-wms-0123456789abcdef";

/// A program that sends orders.
pub(crate) struct Wms {
    trusts: Arc<ClientConfig>,
    station: SocketAddr,
}

impl Bench {
    /// Writes a file of secrets.
    fn write_secret(&self, name: &str, text: &str) {
        // Whole or not at all: the station may look at any time.
        let aside = self.path(&format!("{name}.new"));
        std::fs::write(&aside, text).unwrap();
        std::fs::set_permissions(&aside, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::rename(aside, self.path(name)).unwrap();
    }

    /// Writes `[api]` with a certificate for this machine; the one who trusts it.
    pub(crate) fn with_api(&self) -> Arc<ClientConfig> {
        let (certificate, key, trusts) = certified();
        for (name, text) in [("api.pem", certificate), ("api.key", key), ("api.tokens", format!("{TOKEN}\n"))] {
            self.write_secret(name, &text);
        }
        let table = "[api]\nlisten = \"127.0.0.1:0\"\ntoken_file = \"api.tokens\"\ncert_file = \"api.pem\"\n\
                     key_file = \"api.key\"\n";
        self.reconfigure("\n[uplink]\n", &format!("\n{table}\n[uplink]\n"));
        let names = "warehouse = \"US-LAX-1\"\nwarehouse_names = [\"LA 1\", \"LA\"]\n";
        self.reconfigure("warehouse = \"US-LAX-1\"\n", names);
        trusts
    }

    pub(crate) async fn order_numbers(&self) -> Vec<String> {
        let list = self.ask(&["orders", "list"]).await;
        list.as_array().unwrap().iter().map(|order| order["order_ref"].as_str().unwrap().to_owned()).collect()
    }
}

/// A new certificate for this machine and its key, in PEM, and the one who trusts it alone.
fn certified() -> (String, String, Arc<ClientConfig>) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let trusts = Arc::new(config.with_root_certificates(roots).with_no_client_auth());
    (certificate.pem(), key.serialize_pem(), trusts)
}

impl Wms {
    pub(crate) async fn of(station: &Station, trusts: Arc<ClientConfig>) -> Self {
        let log = station.logged("other programs can send orders").await;
        let (_, address) = log.split_once("other programs can send orders address=").unwrap();
        Self { trusts, station: address.split_whitespace().next().unwrap().parse().unwrap() }
    }

    /// Whether the station shows a certificate that this one trusts.
    async fn is_sure(&self) -> bool {
        let socket = TcpStream::connect(self.station).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(self.trusts.clone()).connect(name, socket).await.is_ok()
    }

    /// Status, head and body of the answer to a whole request.
    async fn call(&self, head: &str, body: &[u8]) -> (u16, String, Value) {
        let socket = TcpStream::connect(self.station).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let mut socket = TlsConnector::from(self.trusts.clone()).connect(name, socket).await.unwrap();
        socket.write_all(head.as_bytes()).await.unwrap();
        socket.write_all(body).await.unwrap();
        socket.flush().await.unwrap();
        let mut bytes = Vec::new();
        // It may end without a farewell.
        let _ = socket.read_to_end(&mut bytes).await;
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        (head[9..12].parse().unwrap(), head.to_owned(), serde_json::from_str(body).unwrap_or_default())
    }

    pub(crate) async fn post(&self, token: &str, query: &str, kind: &str, body: &[u8]) -> (u16, Value) {
        let head = format!(
            "POST /v1/orders{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let (status, _, said) = self.call(&head, body).await;
        (status, said)
    }

    pub(crate) async fn send(&self, query: &str, orders: &Value) -> (u16, Value) {
        self.post(TOKEN, query, "application/json", orders.to_string().as_bytes()).await
    }
}

#[tokio::test]
async fn an_order_that_a_program_sends_over_tls_is_answered_taken_once_and_packed() {
    let bench = Bench::with_orders(&[]).await;
    let trusts = bench.with_api();
    let station = bench.start().await;
    let wms = Wms::of(&station, trusts).await;

    let good = order("RIG-9601");
    let (status, said) =
        wms.post("rig-wms-0123456789abcdeX", "", "application/json", good.to_string().as_bytes()).await;
    assert!(status == 401 && said["detail"].as_str().unwrap().contains("token_file"), "{said}");
    // Also who sends all of a large file before it reads.
    let (status, _) = wms.post("rig-wms-0123456789abcdeX", "", "application/json", &vec![b' '; 32 << 20]).await;
    assert_eq!(status, 401);
    let (status, said) = wms.send("?dry_run=true", &good).await;
    assert!(status == 200 && said["said"][0]["why"] == "new here", "{said}");
    assert_eq!(bench.order_numbers().await, [""; 0], "nothing was taken in");

    let (status, said) = wms.send("", &good).await;
    assert_eq!(
        (status, &said["accepted"], &said["said"][0]["verdict"]),
        (200, &1.into(), &"accepted".into()),
        "{said}"
    );
    let (status, said) = wms.send("", &good).await;
    assert_eq!(
        (status, &said["unchanged"], &said["said"][0]["verdict"]),
        (200, &1.into(), &"unchanged".into()),
        "{said}"
    );

    let mut refused = marked("RIG-9603");
    (refused["ship_to"]["country"], refused["ship_to"]["line1"]) = ("Atlantis".into(), "".into());
    let (status, said) = wms.send("", &json!([marked("RIG-9602"), refused])).await;
    assert!(status == 207 && said["accepted"] == 1 && said["rows"][0]["row"] == 2, "{said}");
    let reason = said["rows"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("country") && reason.contains("line1"), "every reason: {reason}");
    assert_eq!(wms.send("", &json!([refused])).await.0, 422);

    // A sender whose revisions began anew is told so; one who sends again what held once is not.
    let of = |line1: &str, rev: u64| {
        let mut order = order("RIG-9605");
        (order["rev"], order["ship_to"]["line1"]) = (rev.into(), line1.into());
        order
    };
    for (line1, rev, wanted) in [("1 Old Street", 4, 200), ("2 New Street", 5, 200), ("1 Old Street", 4, 200)] {
        assert_eq!(wms.send("", &of(line1, rev)).await.0, wanted, "{line1}");
    }
    for query in ["?dry_run=true", ""] {
        let (status, said) = wms.send(query, &of("3 Newest Street", 1)).await;
        assert!(status == 422 && said["older"] == 1 && said["not_taken"] == 1, "{said}");
        assert!(said["said"][0]["why"].as_str().unwrap().contains("its rev 1 is below 5"), "{said}");
        let (status, _) = wms.send(query, &json!([of("3 Newest Street", 1), of("2 New Street", 5)])).await;
        assert_eq!(status, 207, "what holds already is here, and what never held is not");
    }

    let garbage: Vec<u8> = (0..=255).collect();
    for body in [&garbage[..], b"", b"{\"order_ref\":", b"%PDF-1.7", b"PK\x03\x04xl/"] {
        let (status, said) = wms.post(TOKEN, "", "application/octet-stream", body).await;
        assert!(
            status == 422 && said["rows"][0]["reason"].is_string() && said["rejects"].is_null(),
            "{body:?}: {said}"
        );
    }
    let large = format!(
        "POST /v1/orders HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Length: {}\r\n\r\n",
        (64 << 20) + 1
    );
    let (status, _, said) = wms.call(&large, b"").await;
    assert!(status == 413 && said["detail"].as_str().unwrap().contains("split it"), "{said}");
    let (status, said) = wms.post(TOKEN, "?format=nobody", "application/json", b"[]").await;
    assert!(status == 422 && said["detail"].as_str().unwrap().contains("nobody"), "{said}");

    for (name, kind, accepted) in [
        ("tiktok-us.csv", "text/csv", 4),
        ("mabang.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 2),
    ] {
        let file = std::fs::read(repository("tests/data/formats").join(name)).unwrap();
        let (_, said) = wms.post(TOKEN, "?dry_run=true", kind, &file).await;
        assert_eq!(said["accepted"], accepted, "{said}");
    }
    // Somebody who speaks no TLS is not answered.
    let mut plain = TcpStream::connect(wms.station).await.unwrap();
    plain.write_all(b"GET /v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut said = Vec::new();
    let _ = plain.read_to_end(&mut said).await;
    assert!(!String::from_utf8_lossy(&said).contains("HTTP"), "{said:?}");
    station.logged("a program speaks no TLS here, or does not trust the certificate").await;

    pack(&bench, &station, "RIG-9601").await;
    assert_eq!(wms.send("", &good).await.1["unchanged"], 1, "packed or not");
    let mut numbers = bench.order_numbers().await;
    numbers.sort();
    assert_eq!(numbers, ["RIG-9601", "RIG-9602", "RIG-9605"]);
    let log = station.log();
    assert!(!log.to_lowercase().contains(MARK) && !log.contains("Atlantis") && !log.contains(TOKEN), "{log}");
    assert!(station.terminate().await.success());
    assert_eq!(holding(&bench.path("")), Vec::<std::path::PathBuf>::new(), "nothing of a refused order is left");
}

#[tokio::test]
async fn a_station_starts_without_its_api_which_opens_once_nothing_is_in_its_way() {
    let bench = Bench::with_orders(&[]).await;
    let trusts = bench.with_api();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    bench.reconfigure("\n[api]\nlisten = \"127.0.0.1:0\"\n", &format!("\n[api]\nlisten = \"{address}\"\n"));
    let (good, tokens) =
        (std::fs::read(bench.path("api.key")).unwrap(), std::fs::read(bench.path("api.tokens")).unwrap());
    std::fs::remove_file(bench.path("api.tokens")).unwrap();
    std::fs::write(bench.path("api.key"), "no key\n").unwrap();
    let station = bench.start().await;
    station.logged("api.key holds no private key in PEM").await;
    assert_eq!(bench.order_numbers().await, [""; 0], "commands act all the same");
    std::fs::write(bench.path("api.key"), good).unwrap();
    station.logged("another program listens there").await;
    drop(taken);
    let wms = Wms::of(&station, trusts).await;
    let (status, said) = wms.send("", &order("RIG-9604")).await;
    assert!(status == 503 && said["detail"].as_str().unwrap().contains("parceld check"), "{said}");
    std::fs::write(bench.path("api.tokens"), tokens).unwrap();
    assert_eq!(wms.send("", &order("RIG-9604")).await.0, 200);
    pack(&bench, &station, "RIG-9604").await;
    let log = station.log();
    assert_eq!(log.matches("[api] takes no orders; it is tried again").count(), 2, "each reason once: {log}");
}

#[tokio::test]
async fn a_certificate_that_is_renewed_is_taken_up_while_orders_come_in_and_half_of_a_pair_is_not() {
    let bench = Bench::with_orders(&[]).await;
    let trusts = bench.with_api();
    let station = bench.start().await;
    let old = Wms::of(&station, trusts).await;
    let (certificate, key, trusts) = certified();
    let new = Wms { trusts, station: old.station };
    bench.write_secret("api.key", &key);
    let log = station.logged("[api] goes on with the certificate before").await;
    assert!(log.contains("api.key is not the key of the certificate"), "{log}");
    let ran = bench.run(&["check"]).await;
    assert!(ran.out.contains("stops parcels: [api] goes on with the certificate that it had"), "{ran:?}");
    assert_eq!(old.send("", &order("RIG-9606")).await.0, 200);
    assert!(!new.is_sure().await);
    bench.write_secret("api.pem", &certificate);
    station.logged("the new certificate of [api] is in use").await;
    assert_eq!(new.send("", &order("RIG-9607")).await.0, 200);
    assert!(!old.is_sure().await);
    let ran = bench.run(&["check"]).await;
    assert!(!ran.out.contains("[api]"), "{ran:?}");
    assert_eq!(station.log().matches("[api] goes on with").count(), 1, "once");
}

#[tokio::test]
async fn what_an_api_lacks_is_said_by_check() {
    let bench = Bench::with_orders(&[]).await;
    bench.with_api();
    let ran = bench.run(&["check"]).await;
    assert!(ran.code == Some(0) && !ran.out.contains("[api]"), "{ran:?}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    bench.reconfigure("\n[api]\nlisten = \"127.0.0.1:0\"\n", &format!("\n[api]\nlisten = \"{address}\"\n"));
    let ran = bench.run(&["check"]).await;
    assert!(ran.out.contains(&format!("stops parcels: [api] cannot listen on {address}")), "{ran:?}");
    std::fs::set_permissions(bench.path("api.key"), std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::write(bench.path("api.tokens"), "short\n").unwrap();
    let ran = bench.run(&["check"]).await;
    for said in ["everybody on this machine can read", "line 1 is no token of at least 20"] {
        assert!(ran.out.contains(said) || ran.err.contains(said), "{said}: {ran:?}");
    }
}
