//! A demo with its page: what the page shows of the bench, and its buttons.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use super::program::{DEADLINE, PARCELD};

/// More presses than any way back to a closed parcel takes.
const MOST: usize = 60;

/// A running demo. Dropped, it is killed.
pub(crate) struct Demo {
    child: Child,
    page: SocketAddr,
    live: watch::Receiver<Value>,
}

impl Demo {
    pub(crate) async fn start(args: &[&str]) -> Self {
        let mut child = Command::new(PARCELD)
            .args(["demo", "--listen", "127.0.0.1:0"])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let found = tokio::task::spawn_blocking(move || {
            let line = lines.find(|line| line.contains("open http://"));
            line.inspect(|_| drop(std::thread::spawn(move || lines.count())))
        });
        let line = found.await.unwrap().expect("a demo that says where its page is");
        let page = line.split("http://").nth(1).unwrap().split('/').next().unwrap().parse().unwrap();
        let (publish, live) = watch::channel(Value::Null);
        let mut stream = TcpStream::connect(page).await.unwrap();
        stream.write_all(format!("GET /live HTTP/1.0\r\nHost: {page}\r\n\r\n").as_bytes()).await.unwrap();
        tokio::spawn(async move {
            let mut lines = tokio::io::BufReader::new(stream).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(Ok(event)) = line.strip_prefix("data: ").map(serde_json::from_str::<Value>) {
                    publish.send_replace(event);
                }
            }
        });
        Self { child, page, live }
    }

    /// Pulls the mains plug of the station, and with it that of the virtual devices.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until the page shows this, for the screen that it shows.
    pub(crate) async fn shows(&self, what: &str, like: impl Fn(&Value) -> bool) -> Value {
        let mut live = self.live.clone();
        let fits = |event: &Value| {
            let (screen, version) = (event["bench"]["screen"].as_u64(), event["version"].as_u64());
            screen.is_some() && screen == version && like(event)
        };
        match timeout(DEADLINE, live.wait_for(fits)).await {
            Ok(Ok(event)) => event.clone(),
            _ => panic!("the page never shows {what}: {:#} {:#}", self.live.borrow()["view"], self.next()),
        }
    }

    fn next(&self) -> Value {
        self.live.borrow()["bench"]["next"].clone()
    }

    /// Does this at the bench: `["lift", {}]`.
    pub(crate) async fn act(&self, act: &Value) {
        let (page, body) = (self.page, act[1].to_string());
        let head = format!(
            "POST /api/bench/{} HTTP/1.0\r\nHost: {page}\r\nOrigin: http://{page}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            act[0].as_str().unwrap(),
            body.len()
        );
        let mut stream = TcpStream::connect(page).await.unwrap();
        stream.write_all((head + &body).as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.contains(" 204 "), "{act}: {answer}");
    }

    pub(crate) async fn command(&self, text: &str) {
        self.act(&json!(["command", { "text": text }])).await;
    }

    /// Presses NEXT, and waits until the page shows something else.
    async fn press(&self) {
        let offered = |event: &Value| !event["bench"]["next"]["act"].is_null();
        let before = self.shows("something to do", offered).await;
        self.act(&before["bench"]["next"]["act"]).await;
        let is_new =
            |event: &Value| event["view"] != before["view"] || event["bench"]["next"] != before["bench"]["next"];
        self.shows("anything new", is_new).await;
    }

    /// Presses NEXT again and again until the page shows this.
    pub(crate) async fn press_until(&self, what: &str, like: impl Fn(&Value) -> bool) -> Value {
        let mut pressed = Vec::new();
        while pressed.len() < MOST {
            let now = self.shows("any screen", |_| true).await;
            if like(&now) {
                return now;
            }
            if now["bench"]["next"]["act"].is_null() {
                let moves = |event: &Value| like(event) || !event["bench"]["next"]["act"].is_null();
                self.shows(what, moves).await;
                continue;
            }
            pressed.push(now["bench"]["next"]["say"].to_string());
            self.press().await;
        }
        let now = self.shows("any screen", |_| true).await;
        panic!("NEXT never leads to {what}: {pressed:#?} {now:#}");
    }

    /// Presses NEXT until another parcel is closed.
    pub(crate) async fn press_to_a_closed_parcel(&self, closed: u64) {
        let is_closed = |event: &Value| event["view"]["packed"].as_u64().is_some_and(|packed| packed >= closed);
        self.press_until("a closed parcel", is_closed).await;
    }

    /// Presses NEXT until the label is to be scanned and lies at the printer.
    pub(crate) async fn press_to_a_label(&self) -> Value {
        self.press_until("a label to scan", |event| event["bench"]["next"]["act"][0] == "scan-label").await
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
