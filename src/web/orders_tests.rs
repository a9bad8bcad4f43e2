//! What `/v1/orders` promises to other programs, over a real socket; its description says the same.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use boon::{Compiler, Schemas};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;

use super::orders::{orders_router, read_tokens};
use super::serve::{Patience, ServedAs, serve_within};
use super::{DoorRefusal, OrderWishes, OrdersDoor};

const TOKEN: &str = "a-token-that-is-long-enough";
const MOST: usize = 10_000;

/// A listener whose station answers what it is told to.
struct Api {
    address: SocketAddr,
    answer: Arc<Mutex<Result<Value, DoorRefusal>>>,
    wishes: Arc<Mutex<Vec<OrderWishes>>>,
    folder: TempDir,
}

impl Api {
    async fn start() -> Self {
        let (door, mut files) = OrdersDoor::new(MOST);
        let answer = Arc::new(Mutex::new(Ok(answered(1, 0))));
        let wishes = Arc::new(Mutex::new(Vec::new()));
        let (told, seen) = (answer.clone(), wishes.clone());
        tokio::spawn(async move {
            while let Some(file) = files.recv().await {
                seen.lock().await.push(file.wishes);
                drop(file.place);
                let _ = file.reply.send(told.lock().await.clone());
            }
        });
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("tokens"), format!("# the WMS\n{TOKEN}\n")).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = orders_router(door, folder.path().join("tokens")).unwrap();
        let patience = Patience { head: Duration::from_secs(10), ..Patience::default() };
        tokio::spawn(serve_within(patience, listener, router, ServedAs { what: "test", certificate: None }));
        Self { address, answer, wishes, folder }
    }

    fn tokens(&self) -> PathBuf {
        self.folder.path().join("tokens")
    }

    /// Status, head and body of an answer.
    async fn call(&self, line: &str, headers: &str, body: &str) -> (u16, String, Value) {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        let length = if headers.contains("Content-Length") || headers.contains("chunked") {
            String::new()
        } else {
            format!("Content-Length: {}\r\n", body.len())
        };
        let head = format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{length}{headers}\r\n");
        socket.write_all((head + body).as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        socket.read_to_end(&mut bytes).await.unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head[9..12].parse().unwrap(), head.to_owned(), serde_json::from_str(body).unwrap_or_default())
    }

    async fn post(&self, query: &str, headers: &str, body: &str) -> (u16, String, Value) {
        let token = format!("Authorization: Bearer {TOKEN}\r\n");
        self.call(&format!("POST /v1/orders{query}"), &(token + headers), body).await
    }
}

/// What an import says.
fn answered(accepted: u64, refused: u64) -> Value {
    let rows: Vec<Value> = (0..refused).map(|row| json!({ "row": row, "reason": "country: none" })).collect();
    let said = json!({ "channel": "", "shop": "", "order_ref": "1", "verdict": "accepted", "kept": true });
    let said = if accepted == 0 { json!([]) } else { json!([said]) };
    json!({
        "file": "orders.json", "accepted": accepted, "unchanged": 0, "changed": 0, "older": 0, "in_conflict": 0,
        "refused": refused, "not_taken": refused, "rows": rows, "said": said, "notes": [],
    })
}

fn description() -> Value {
    serde_json::from_str(include_str!("openapi.json")).unwrap()
}

/// Claims that a value is what the description calls so.
fn is_valid(value: &Value, schema: &str) {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("mem:///openapi.json", description()).unwrap();
    let at = format!("mem:///openapi.json#/components/schemas/{schema}");
    let index = compiler.compile(&at, &mut schemas).unwrap_or_else(|error| panic!("{schema}: {error}"));
    if let Err(error) = schemas.validate(value, index) {
        panic!("{value} is no {schema}: {error}");
    }
}

#[tokio::test]
async fn every_answer_is_what_the_description_says_of_its_status() {
    let api = Api::start().await;
    let described = description();
    let responses = &described["paths"]["/v1/orders"]["post"]["responses"];
    let json = "Content-Type: application/json\r\n";
    let conflict = |kept: bool| {
        let mut answer = answered(0, 0);
        answer["not_taken"] = u64::from(!kept).into();
        (answer["in_conflict"], answer["said"]) = (
            1.into(),
            json!([{
                "channel": "", "shop": "", "order_ref": "1", "verdict": "in_conflict", "kept": kept, "why": "it is packed",
            }]),
        );
        Ok(answer)
    };
    // Its list need not have it.
    let older = |not_taken: u64| {
        let mut answer = answered(0, 0);
        (answer["older"], answer["not_taken"], answer["said"]) = (2.into(), not_taken.into(), json!([]));
        Ok(answer)
    };
    let mut seen = std::collections::BTreeSet::new();
    for (answer, status) in [
        (Ok(answered(1, 0)), 200),
        (Ok(answered(0, 0)), 200),
        (Ok(answered(1, 2)), 207),
        (Ok(answered(0, 2)), 422),
        (conflict(true), 200),
        (conflict(false), 422),
        (older(0), 200),
        (older(1), 207),
        (older(2), 422),
        (Err(DoorRefusal::Unread("no format x".into())), 422),
        (Err(DoorRefusal::Again("the disk is nearly full".into())), 503),
        (Err(DoorRefusal::TooSlow), 408),
        (Err(DoorRefusal::Broken), 400),
    ] {
        *api.answer.lock().await = answer.clone();
        let (got, head, body) = api.post("", json, "[]").await;
        assert_eq!(got, status, "{answer:?}: {body}");
        is_valid(&body, if answer.is_ok() { "OrdersAnswer" } else { "Refusal" });
        let kind = if answer.is_ok() { "application/json" } else { "application/problem+json" };
        assert!(head.contains(&format!("content-type: {kind}")) && head.contains("cache-control: no-store"), "{head}");
        assert!(responses[status.to_string()]["content"][kind].is_object(), "{status} {kind} is not described");
        assert_eq!(head.contains("retry-after: 5"), status == 503);
        seen.insert(status);
    }
    for (query, headers, body, status) in [
        ("?dryrun=true", json, "[]", 400),
        ("?dry_run=perhaps", json, "[]", 400),
        ("?shop=a%0Ab", json, "[]", 400),
        ("?shop=%20a", json, "[]", 400),
        ("?shop=a&shop=b", json, "[]", 400),
        ("", "Content-Type: image/png\r\n", "[]", 415),
        ("", "Content-Encoding: gzip\r\n", "[]", 415),
        ("", "Content-Type: text/csv; charset=iso-8859-1\r\n", "[]", 415),
        ("", "Content-Type: text/csv; header=present; Charset=\"latin1\"\r\n", "[]", 415),
        ("", "Content-Type: application/json\r\nContent-Length: 10001\r\n", "", 413),
    ] {
        let (got, _, said) = api.post(query, headers, body).await;
        assert_eq!(got, status, "{query} {headers}: {said}");
        is_valid(&said, "Refusal");
        seen.insert(status);
    }
    seen.insert(401);
    let all: std::collections::BTreeSet<u16> =
        responses.as_object().unwrap().keys().map(|status| status.parse().unwrap()).collect();
    assert_eq!(seen, all, "each status that is described was seen");
}

#[tokio::test]
async fn what_is_described_is_what_is_served() {
    let api = Api::start().await;
    let (status, head, body) = api.call("GET /v1/openapi.json", "", "").await;
    assert!(status == 200 && head.contains("content-type: application/json") && body == description(), "{head}");
    let described: Vec<(String, Vec<String>)> = description()["paths"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(path, acts)| (path.clone(), acts.as_object().unwrap().keys().cloned().collect()))
        .collect();
    assert_eq!(
        described,
        [("/v1/openapi.json".into(), vec!["get".to_owned()]), ("/v1/orders".into(), vec!["post".to_owned()])]
    );
    for (path, acts) in &described {
        for act in ["get", "post", "put", "delete", "patch"] {
            let (status, _, said) = api.call(&format!("{} {path}", act.to_uppercase()), "", "").await;
            assert_eq!(status != 405, acts.contains(&act.to_owned()), "{act} {path}: {status} {said}");
        }
    }
    let (status, _, said) = api.call("GET /", "", "").await;
    assert_eq!(status, 404);
    is_valid(&said, "Refusal");
    // Each media type that is described is read, and no other.
    let post = &description()["paths"]["/v1/orders"]["post"];
    for kind in post["requestBody"]["content"].as_object().unwrap().keys() {
        let (status, ..) = api.post("", &format!("Content-Type: {kind}; charset=utf-8\r\n"), "[]").await;
        assert_eq!(status, 200, "{kind}");
    }
    let plain = "Content-Type: text/csv; charset=\"GB18030\"\r\nContent-Encoding: identity\r\n";
    assert_eq!(api.post("", plain, "[]").await.0, 200, "what is read anyway may be said");
    api.wishes.lock().await.pop();
    assert_eq!(api.post("", "", "[]").await.0, 200, "one that says nothing is looked at");
    let queries = post["parameters"].as_array().unwrap();
    for query in queries.iter().map(|query| query["name"].as_str().unwrap()) {
        let value = if query == "dry_run" { "true" } else { "x" };
        assert_eq!(api.post(&format!("?{query}={value}"), "", "[]").await.0, 200, "{query}");
    }
    let mut wishes = api.wishes.lock().await.split_off(9);
    let wished = |dry_run, format: Option<&str>, shop: Option<&str>| OrderWishes {
        name: "orders".into(),
        format: format.map(Into::into),
        shop: shop.map(Into::into),
        dry_run,
        each: true,
    };
    wishes.drain(..wishes.len() - 3);
    assert_eq!(wishes, [wished(true, None, None), wished(false, Some("x"), None), wished(false, None, Some("x"))]);
}

#[tokio::test]
async fn nothing_is_read_without_a_token_and_a_token_can_be_changed_meanwhile() {
    let api = Api::start().await;
    for header in [
        "",
        "Authorization: Bearer \r\n",
        "Authorization: Bearer a-token-that-is-long-enougH\r\n",
        "Authorization: Bearer a-token-that-is-long\r\n",
        "Authorization: Bearer # the WMS\r\n",
        "Authorization: Basic a-token-that-is-long-enough\r\n",
        "Authorization: Bearer a-token-that-is-long-enough\r\nAuthorization: Bearer x\r\n",
    ] {
        let (status, head, said) = api.call("POST /v1/orders", header, "[]").await;
        assert!(status == 401 && head.contains("www-authenticate: Bearer"), "{header}: {head}");
        is_valid(&said, "Refusal");
    }
    assert!(api.wishes.lock().await.is_empty());
    std::fs::write(api.tokens(), "another-token-that-is-long\n").unwrap();
    assert_eq!(api.post("", "", "[]").await.0, 401);
    let other = "Authorization: bearer another-token-that-is-long\r\n";
    assert_eq!(api.call("POST /v1/orders", other, "[]").await.0, 200);
    std::fs::remove_file(api.tokens()).unwrap();
    let (status, _, said) = api.call("POST /v1/orders", other, "[]").await;
    assert!(status == 503 && said["detail"].as_str().unwrap().contains("parceld check"), "{said}");
}

/// Programs that send a whole file before they read an answer, and such as read one meanwhile.
#[tokio::test]
async fn who_is_refused_while_it_sends_a_large_file_reads_why() {
    const LARGE: usize = 32 << 20;
    let api = Api::start().await;
    let (good, wrong) = (format!("Bearer {TOKEN}"), "Bearer of-nothing".to_owned());
    let cases = [
        (&wrong, "/v1/orders", "text/csv", 401),
        (&good, "/v1/orders", "text/csv", 413),
        (&good, "/v1/orders", "image/png", 415),
        (&good, "/v1/orders?colour=red", "text/csv", 400),
        (&good, "/v1/order", "text/csv", 404),
        (&good, "/v1/openapi.json", "text/csv", 405),
    ];
    for (token, path, kind, status) in cases {
        let headers = format!("Authorization: {token}\r\nContent-Type: {kind}\r\n");
        let (got, _, said) = api.call(&format!("POST {path}"), &headers, &"x".repeat(LARGE)).await;
        assert_eq!(got, status, "{said}");
        is_valid(&said, "Refusal");
    }
    // Of a body whose length nobody says, as much as is too large is read.
    let head = format!("Authorization: {good}\r\nTransfer-Encoding: chunked\r\n");
    let chunks = format!("{LARGE:x}\r\n{}\r\n0\r\n\r\n", "x".repeat(LARGE));
    assert_eq!(api.call("POST /v1/orders", &head, &chunks).await.0, 413);

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    let client = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build().unwrap();
    for (token, path, kind, status) in cases {
        let sent = client.post(format!("http://{}{path}", api.address)).header("Authorization", token);
        let answer = sent.header("Content-Type", kind).body(vec![b'x'; LARGE]).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status);
        is_valid(&serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap(), "Refusal");
    }
}

#[test]
fn a_file_of_tokens_has_one_a_line_and_none_that_can_be_guessed() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("tokens");
    let said = |text: &str| {
        std::fs::write(&file, text).unwrap();
        read_tokens(&file).map_err(|error| error.to_string())
    };
    let long = "x".repeat(20);
    assert_eq!(said(&format!("\r\n# one\r\n{long}\r\n")), Ok(vec![long.clone()]));
    let comment = "#".repeat((16 << 10) - 21);
    assert_eq!(said(&format!("{long}\n{comment}")), Ok(vec![long.clone()]));
    assert_eq!(said(&format!("{long}\n{comment}#")), Err("is longer than 16 KiB".to_owned()), "nothing is cut off");
    assert_eq!(said("# none\n"), Err("holds no token".to_owned()));
    let wrong = Err("line 2 is no token of at least 20 letters, digits and signs".to_owned());
    assert_eq!(said(&format!("{long}\nshort")), wrong);
    assert_eq!(said(&format!("{long}\n{long} {long}")), wrong);
}
