//! The page's promises, over a real socket.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

use super::*;
use crate::screen::{Awaited, Link, Mood, Sentence, Symbol, View, Words};

/// A desk whose loop and bench answer by themselves, served on a port of its own.
struct Station {
    address: SocketAddr,
    frames: watch::Sender<Arc<Frame>>,
    acts: mpsc::UnboundedReceiver<BenchAct>,
    sent: mpsc::UnboundedReceiver<SentOrders>,
}

/// Largest file of orders here.
const MOST: usize = 100_000;

fn frame(headline: Sentence, version: u64) -> Arc<Frame> {
    let view = View {
        language: "en".into(),
        mood: Mood::Ready,
        symbol: Symbol::Scan,
        headline,
        detail: None,
        awaits: Awaited::Order,
        order: None,
        weight: None,
        carrier: None,
        price_notes: vec![],
        tracking: None,
        link: Link::None,
        queue: 0,
        problems: vec![],
        packed: 0,
    };
    Arc::new(Frame::of(&view, &Arc::new(Words::english()), (320, 240), version))
}

fn answer(question: &Question) -> Value {
    match question {
        Question::Orders => json!([{ "order_ref": "A1", "state": "to_pack" }]),
        Question::Parcels { limit } => json!([{ "n": 1, "limit": limit }]),
        Question::Found { text } => json!([{ "n": 2, "found": text }]),
        Question::Today => json!({ "zone": "America/Los_Angeles" }),
        Question::Parcel(1) => json!({ "parcel": "P1" }),
        Question::Parcel(_) => Value::Null,
        Question::Outbox => json!({ "waiting": 0, "confirmed": 0, "rows": [] }),
        Question::Manifests => json!([]),
    }
}

impl Station {
    async fn start(demo: bool) -> Self {
        Self::start_within(serve::Patience::default(), demo).await
    }

    async fn start_within(patience: serve::Patience, demo: bool) -> Self {
        let (frames, seen) = watch::channel(frame(Sentence::ScanOrder, 1));
        let (ask, mut asked) = mpsc::channel::<AskedQuestion>(4);
        tokio::spawn(async move {
            while let Some(AskedQuestion { question, reply }) = asked.recv().await {
                let _ = reply.send(answer(&question));
            }
        });
        let (bench, mut calls) = mpsc::channel::<BenchCall>(4);
        let (done, acts) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(BenchCall { act, reply }) = calls.recv().await {
                let none = act == BenchAct::ScanLabel { index: None };
                let outcome = if none { Err("no label is out".into()) } else { Ok(()) };
                let _ = done.send(act);
                let _ = reply.send(outcome);
            }
        });
        let (png, zpl) = (Arc::new(b"PNG".into()), Arc::new(b"^XA".into()));
        let label = PrintedLabel { name: "C1.1".into(), png, zpl, index: 7, codes: Vec::new() };
        let bench = demo.then(|| BenchDesk {
            acts: bench,
            shown: watch::channel(Arc::new(json!({ "next": "lift it" }))).1,
            labels: watch::channel(Arc::new(vec![label])).1,
            received: watch::channel(Arc::new(json!({ "head": 3 }))).1,
        });
        let (orders, mut files) = OrdersDoor::new(MOST);
        let (brought, sent) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(file) = files.recv().await {
                let _ = brought.send(file);
            }
        });
        let desk = Desk { frames: seen, ask, orders, bench };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve::serve_within(
            patience,
            listener,
            router(desk, address),
            serve::ServedAs { what: "page", certificate: None },
        ));
        Self { address, frames, acts, sent }
    }

    fn origin(&self) -> String {
        format!("Origin: http://{}\r\n", self.address)
    }

    async fn send(&self, request: &str) -> TcpStream {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        socket.write_all(request.as_bytes()).await.unwrap();
        socket
    }

    /// Status and the whole answer as text.
    async fn call(&self, request: String) -> (u16, String) {
        let mut bytes = Vec::new();
        self.send(&request).await.read_to_end(&mut bytes).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        (text[9..12].parse().unwrap(), text)
    }

    async fn get(&self, path: &str) -> (u16, String) {
        self.call(format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address)).await
    }

    async fn post(&self, path: &str, headers: &str, body: &str) -> (u16, String) {
        let (host, length) = (self.address, body.len());
        let head = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n");
        self.call(format!("{head}{headers}\r\n{body}")).await
    }

    async fn act(&self, name: &str, body: &str) -> (u16, String) {
        let headers = format!("{}Content-Type: application/json\r\n", self.origin());
        self.post(&format!("/api/bench/{name}"), &headers, body).await
    }
}

#[tokio::test]
async fn every_answer_forbids_inline_script_foreign_frames_and_caches() {
    let station = Station::start(true).await;
    for path in ["/", "/page.js", "/page.css", "/frame.png", "/api/parcels", "/api/labels/7.png", "/nowhere"] {
        let (_, text) = station.get(path).await;
        assert!(text.contains("content-security-policy: default-src 'none'; script-src 'self'"), "{path}: {text}");
        assert!(text.contains("cache-control: no-store"), "{path}");
        assert!(!text.to_lowercase().contains("access-control-"), "{path}");
    }
}

#[tokio::test]
async fn the_page_has_nothing_inline() {
    let page = include_str!("page/index.html");
    assert!(!page.contains("<style") && !page.contains(" style=") && !page.contains(" onclick="));
    assert_eq!(page.matches("<script").count(), 1);
}

#[tokio::test]
async fn a_foreign_host_is_refused() {
    let station = Station::start(true).await;
    let port = station.address.port();
    for host in ["evil.example", &format!("evil.example:{port}"), "127.0.0.1", ""] {
        let (status, _) = station.call(format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")).await;
        assert_eq!(status, 421, "{host:?}");
    }
    let (status, _) =
        station.call(format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n")).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn only_the_page_itself_changes_something() {
    let mut station = Station::start(true).await;
    let json = "Content-Type: application/json\r\n";
    let own = station.origin();
    for (headers, status) in [
        (format!("Origin: http://evil.example\r\n{json}"), 403),
        (format!("Origin: null\r\n{json}"), 403),
        (format!("{own}Sec-Fetch-Site: cross-site\r\n{json}"), 403),
        (format!("{own}Origin: http://evil.example\r\n{json}"), 403),
        (json.to_owned(), 403),
        (own.clone(), 415),
        (format!("{own}Content-Type: text/plain\r\n"), 415),
        (format!("{own}{json}"), 204),
        (format!("Sec-Fetch-Site: same-origin\r\n{json}"), 204),
    ] {
        let (got, text) = station.post("/api/bench/lift", &headers, "{}").await;
        assert_eq!(got, status, "{headers}: {text}");
    }
    assert_eq!(station.acts.recv().await, Some(BenchAct::Lift));
    assert_eq!(station.acts.recv().await, Some(BenchAct::Lift));
    assert!(station.acts.try_recv().is_err());
}

#[tokio::test]
async fn every_act_reaches_the_bench_as_it_was_meant() {
    let mut station = Station::start(true).await;
    for (name, body, act) in [
        ("scan", r#"{"text":"A1"}"#, BenchAct::Scan("A1".into())),
        ("command", r#"{"text":"MANIFEST:usps"}"#, BenchAct::Command("MANIFEST:usps".into())),
        ("put", r#"{"grams":850}"#, BenchAct::Put { grams: 850 }),
        ("put-order", "{}", BenchAct::PutOrder),
        ("lift", "{}", BenchAct::Lift),
        ("printer", r#"{"fault":"paper_out"}"#, BenchAct::Printer { fault: "paper_out".into() }),
        ("scale", r#"{"fault":"silent"}"#, BenchAct::Scale { fault: "silent".into() }),
        ("network", r#"{"up":false}"#, BenchAct::Network { up: false }),
        ("scan-label", r#"{"index":7}"#, BenchAct::ScanLabel { index: Some(7) }),
    ] {
        assert_eq!(station.act(name, body).await.0, 204, "{name}");
        assert_eq!(request(&act), json!([name, serde_json::from_str::<Value>(body).unwrap()]));
        assert_eq!(station.acts.recv().await, Some(act));
    }
    let (status, text) = station.act("scan-label", "{}").await;
    assert_eq!(status, 409);
    assert!(text.ends_with(r#"{"error":"no label is out"}"#), "{text}");
}

#[tokio::test]
async fn an_act_that_makes_no_sense_is_refused_before_the_bench() {
    let mut station = Station::start(true).await;
    for (name, body, status) in [
        ("dance", "{}", 404),
        ("scan", "{}", 400),
        ("scan", r#"{"text":""}"#, 400),
        ("scan", r#"{"text":"a\u0000b"}"#, 400),
        ("put", r#"{"grams":-1}"#, 400),
        ("put", r#"{"grams":1000001}"#, 400),
        ("printer", r#"{"fault":"on fire"}"#, 400),
        ("lift", r#"{"up":true}"#, 400),
        ("lift", "nonsense", 400),
    ] {
        assert_eq!(station.act(name, body).await.0, status, "{name} {body}");
    }
    let large = format!(r#"{{"text":"{}"}}"#, "x".repeat(70_000));
    assert_eq!(station.act("scan", &large).await.0, 413);
    assert!(station.acts.try_recv().is_err());
}

#[tokio::test]
async fn a_real_station_has_no_bench() {
    let station = Station::start(false).await;
    for path in ["/api/labels", "/api/labels/7.png", "/api/received"] {
        assert_eq!(station.get(path).await.0, 404, "{path}");
    }
    assert_eq!(station.act("lift", "{}").await.0, 404);
    assert_eq!(station.get("/api/parcels").await.0, 200);
}

#[tokio::test]
async fn questions_go_to_the_loop() {
    let station = Station::start(true).await;
    assert!(station.get("/api/orders").await.1.ends_with(r#"[{"order_ref":"A1","state":"to_pack"}]"#));
    assert!(station.get("/api/parcels?search=%20A1%20").await.1.ends_with(r#"[{"found":"A1","n":2}]"#));
    assert!(station.get("/api/parcels?search=%20").await.1.ends_with(r#"[{"limit":200,"n":1}]"#));
    assert!(station.get("/api/today").await.1.ends_with(r#"{"zone":"America/Los_Angeles"}"#));
    assert!(station.get("/api/parcels?limit=5").await.1.ends_with(r#"[{"limit":5,"n":1}]"#));
    assert!(station.get("/api/parcels?limit=999999").await.1.ends_with(r#"[{"limit":200,"n":1}]"#));
    assert_eq!(station.get("/api/parcels/1").await.0, 200);
    assert_eq!(station.get("/api/parcels/2").await.0, 404);
    assert_eq!(station.get("/api/parcels/x").await.0, 400);
    assert!(station.get("/api/labels").await.1.ends_with(r#"[{"index":7,"name":"C1.1"}]"#));
    assert!(station.get("/api/labels/7.zpl").await.1.ends_with("^XA"));
    assert_eq!(station.get("/api/labels/8.png").await.0, 404);
    assert!(station.get("/api/received").await.1.ends_with(r#"{"head":3}"#));
}

#[tokio::test]
async fn a_picture_that_is_known_is_not_sent_again() {
    let station = Station::start(false).await;
    let ask = |tag: &str| {
        let host = station.address;
        format!("GET /frame.png HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nIf-None-Match: {tag}\r\n\r\n")
    };
    assert_eq!(station.call(ask("\"1\"")).await.0, 304);
    station.frames.send_replace(frame(Sentence::PlaceParcel, 2));
    let (status, text) = station.call(ask("\"1\"")).await;
    assert_eq!(status, 200);
    assert!(text.contains("etag: \"2\"") && text.contains("content-type: image/png"));
}

#[tokio::test]
async fn the_live_page_gets_the_view_at_once_and_then_each_change() {
    let station = Station::start(false).await;
    let mut socket = station.send(&format!("GET /live HTTP/1.1\r\nHost: {}\r\n\r\n", station.address)).await;
    let mut seen = String::new();
    for (sentence, version) in [(Sentence::ScanOrder, 1), (Sentence::PlaceParcel, 2), (Sentence::ScanLabel, 3)] {
        let wanted = format!("\"key\":\"{}\"", sentence.key());
        station.frames.send_replace(frame(sentence, version));
        while !seen.contains(&wanted) || !seen.contains(&format!("\"version\":{version}")) {
            let mut part = [0; 4096];
            let read = tokio::time::timeout(Duration::from_secs(10), socket.read(&mut part)).await.unwrap().unwrap();
            assert!(read > 0, "the stream ended: {seen}");
            seen.push_str(&String::from_utf8_lossy(&part[..read]));
        }
    }
    assert!(seen.contains("content-type: text/event-stream"));
    assert!(seen.contains("}\n\n"));
    assert!(seen.contains("\"say\":{\"detail\":null,\"headline\":\"Scan an order\""));
}

/// Until the station closes the connection.
async fn closed(socket: &mut TcpStream) {
    let mut part = [0; 4096];
    let read = async { while socket.read(&mut part).await.is_ok_and(|read| read > 0) {} };
    tokio::time::timeout(Duration::from_secs(10), read).await.expect("it is closed");
}

#[tokio::test]
async fn a_page_always_gets_in_and_the_oldest_of_too_many_watchers_goes() {
    let station = Station::start(false).await;
    let request = format!("GET /live HTTP/1.1\r\nHost: {}\r\n\r\n", station.address);
    let mut watching = Vec::new();
    for _ in 0..33 {
        let mut socket = station.send(&request).await;
        let mut head = [0; 15];
        socket.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 200 OK");
        watching.push(socket);
    }
    closed(&mut watching[0]).await;
    assert_eq!(station.get("/").await.0, 200);
}

#[tokio::test]
async fn idle_connections_give_way_to_a_page_that_asks() {
    let station = Station::start(false).await;
    let mut idle = Vec::new();
    for _ in 0..300 {
        idle.push(TcpStream::connect(station.address).await.unwrap());
    }
    assert_eq!(station.get("/api/orders").await.0, 200);
    closed(&mut idle[0]).await;
}

#[tokio::test]
async fn who_does_not_say_what_it_wants_in_time_is_not_waited_for() {
    let short = Duration::from_millis(50);
    let station = Station::start_within(
        serve::Patience { head: short, body: short, file: short, ..serve::Patience::default() },
        true,
    )
    .await;
    let host = format!("Host: {}\r\n", station.address);
    for head in [String::new(), "GET / HTTP/1.1\r\n".to_owned(), format!("GET / HTTP/1.1\r\n{host}\r\n")] {
        closed(&mut station.send(&head).await).await;
    }
    let headers = format!("{}{host}Content-Type: application/json\r\nContent-Length: 9\r\n", station.origin());
    let mut half = station.send(&format!("POST /api/bench/weigh HTTP/1.1\r\n{headers}\r\n{{")).await;
    let mut head = [0; 12];
    half.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 408");
}

#[tokio::test]
async fn a_file_of_orders_comes_from_the_page_itself_and_from_nowhere_else() {
    let mut station = Station::start(false).await;
    let (own, file) = (station.origin(), "Content-Type: application/octet-stream\r\n");
    for (headers, status) in [
        (format!("Origin: http://evil.example\r\n{file}"), 403),
        (format!("{own}Sec-Fetch-Site: cross-site\r\n{file}"), 403),
        (format!("Origin: null\r\n{file}"), 403),
        (file.to_owned(), 403),
        (format!("{own}Content-Type: text/plain\r\n"), 415),
        (format!("{own}Content-Type: multipart/form-data; boundary=x\r\n"), 415),
        (format!("{own}Content-Type: application/x-www-form-urlencoded\r\n"), 415),
        (own.clone(), 415),
    ] {
        let (got, text) = station.post("/api/import?name=a.csv", &headers, "order_ref\n1").await;
        assert_eq!(got, status, "{headers}: {text}");
    }
    assert!(station.sent.try_recv().is_err(), "nothing was taken");
    let headers = format!("{own}{file}");
    let mut sent = std::mem::replace(&mut station.sent, mpsc::unbounded_channel().1);
    let (answered, ()) =
        tokio::join!(station.post("/api/import?name=a%0A%C3%A9.csv&dry_run=true", &headers, "order_ref\n1"), async {
            let SentOrders { bytes, wishes, reply, .. } = sent.recv().await.unwrap();
            assert_eq!(bytes, b"order_ref\n1");
            let expected = OrderWishes { name: "aé.csv".into(), dry_run: true, ..OrderWishes::default() };
            assert_eq!(wishes, expected, "a name is one line");
            reply.send(Ok(json!({ "accepted": 1 }))).unwrap();
        });
    assert!(answered.0 == 200 && answered.1.ends_with("{\"accepted\":1}"), "{answered:?}");

    // The shop of orders that name none, as somebody says; one that cannot be is refused, and so is what nobody knows.
    let (answered, ()) =
        tokio::join!(station.post("/api/import?name=a.csv&shop=DE-02%20%C3%A9", &headers, "x"), async {
            let SentOrders { wishes, reply, .. } = sent.recv().await.unwrap();
            assert_eq!(wishes.shop.as_deref(), Some("DE-02 é"));
            reply.send(Ok(json!({}))).unwrap();
        });
    assert_eq!(answered.0, 200, "{answered:?}");
    let long = format!("shop={}", "x".repeat(101));
    for query in ["shop=a%0Ab", "shop=%20a", &long, "shop=a&shop=b", "market=US"] {
        let (status, text) = station.post(&format!("/api/import?name=a.csv&{query}"), &headers, "x").await;
        assert_eq!(status, 400, "{query}: {text}");
    }
    assert!(sent.try_recv().is_err(), "nothing was taken");
}

#[tokio::test]
async fn a_file_of_orders_that_is_too_large_or_comes_beside_another_is_refused_with_what_to_do() {
    let mut station = Station::start(false).await;
    let headers = format!("{}Content-Type: application/octet-stream\r\n", station.origin());
    let (status, text) = station.post("/api/import", &headers, &"x".repeat(MOST + 1)).await;
    assert!(status == 413 && text.contains("split it"), "{text}");
    // The bench's own bodies stay small.
    let json = format!("{}Content-Type: application/json\r\n", station.origin());
    assert_eq!(station.post("/api/bench/scan", &json, &"x".repeat(MOST)).await.0, 413);

    let head = format!(
        "POST /api/import HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: 4\r\n{headers}\r\n",
        station.address
    );
    let mut first = station.send(&format!("{head}whole")[..head.len() + 4]).await;
    let file = station.sent.recv().await.unwrap();
    tokio::time::pause();
    let (status, text) = station.call(format!("{head}more")).await;
    assert!(status == 503 && text.contains("another file of orders is being read"), "{text}");
    // Whoever has gone away is not in the way of the next.
    let SentOrders { reply, place, .. } = file;
    drop(place);
    reply.send(Err(DoorRefusal::Unread("no file of orders".into()))).unwrap();
    let mut said = String::new();
    first.read_to_string(&mut said).await.unwrap();
    assert!(
        said.starts_with("HTTP/1.1 422")
            && said.contains("it could not be read, and nothing of it is taken in: no file of orders"),
        "{said}"
    );
}

#[tokio::test]
async fn the_page_says_its_own_words_in_the_packers_language() {
    let station = Station::start(false).await;
    let request = format!("GET /live HTTP/1.1\r\nHost: {}\r\n\r\n", station.address);
    let mut socket = station.send(&request).await;
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains("}\n\n") && read.len() < 256_000 {
        socket.read_buf(&mut read).await.unwrap();
    }
    assert!(String::from_utf8_lossy(&read).contains("\"page_pick\":\"Choose a file\""));
}
