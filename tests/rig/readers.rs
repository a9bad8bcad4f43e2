//! The process that reads a file of orders is killed in the middle, whichever way the file came: the answer says what to do,
//! nothing is taken in unsaid, and the same file again is taken in whole and once.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::sync::mpsc;

use super::api::{TOKEN, Wms};
use super::bench::Bench;
use super::inbox::watching;
use super::order::order;
use super::station::Station;

/// Ways in that have a process of their own for each file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Page,
    Api,
    Folder,
}

/// A station with all of them.
struct Doors {
    bench: Bench,
    station: Station,
    wms: Wms,
}

impl Doors {
    async fn open() -> Arc<Self> {
        let bench = Bench::with_orders(&[]).await;
        bench.watch_folder();
        let trusts = bench.with_api();
        let station = bench.start().await;
        watching(&station).await;
        let wms = Wms::of(&station, trusts).await;
        Arc::new(Self { bench, station, wms })
    }

    /// Brings a file in; the status, where there is one, and all that is said of it.
    async fn bring(&self, door: Door, orders: &Value) -> (u16, String) {
        match door {
            Door::Page => self.post(&orders.to_string()).await,
            Door::Api => {
                let (status, said) = self.wms.send("", orders).await;
                (status, said.to_string())
            }
            Door::Folder => {
                let answer = self.bench.path("drop/day.json.answer.txt");
                let _ = fs::remove_file(answer);
                self.bench.drop_in("day.json", orders.to_string());
                (0, self.bench.answers("day.json", |said| !said.starts_with("not taken in yet")).await)
            }
        }
    }

    async fn post(&self, body: &str) -> (u16, String) {
        let page = self.station.page;
        let head = format!(
            "POST /api/import?name=day.json HTTP/1.0\r\nHost: {page}\r\nOrigin: http://{page}\r\nContent-Type: \
             application/octet-stream\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut socket = TcpStream::connect(page).await.unwrap();
        socket.write_all((head + body).as_bytes()).await.unwrap();
        let mut text = String::new();
        socket.read_to_string(&mut text).await.unwrap();
        let (head, said) = text.split_once("\r\n\r\n").unwrap();
        (head[9..12].parse().unwrap(), said.to_owned())
    }

    /// Kills the process that reads a file now, as the kernel does.
    async fn kill_reader(&self, door: Door) {
        let command = if door == Door::Folder { "import" } else { "take" };
        let reader = self.station.process(&["orders", command]).await.to_string();
        assert!(Command::new("kill").args(["-KILL", &reader]).status().unwrap().success());
    }

    /// How many of these orders are here.
    async fn here(&self, orders: &Value) -> usize {
        let here = self.bench.order_numbers().await;
        orders.as_array().unwrap().iter().filter(|order| here.iter().any(|here| order["order_ref"] == **here)).count()
    }

    /// The same file again is taken in whole, and once.
    async fn whole_the_next_time(&self, door: Door, orders: &Value, were_here: usize) {
        let all = orders.as_array().unwrap().len();
        let (status, said) = self.bring(door, orders).await;
        let count = |count: usize, what: &str| match door {
            Door::Folder => said.contains(&format!("{count} {what}")),
            Door::Page | Door::Api => serde_json::from_str::<Value>(&said).unwrap()[what] == count,
        };
        assert!(
            [0, 200].contains(&status) && count(all - were_here, "accepted") && count(were_here, "unchanged"),
            "{door:?}: {said}"
        );
        assert_eq!(self.here(orders).await, all, "{door:?}");
    }
}

/// A reader that stands still in the middle of its work: the configuration that it reads is a pipe.
struct HeldReading {
    config: PathBuf,
    aside: PathBuf,
}

impl HeldReading {
    fn of(bench: &Bench) -> Self {
        let held = Self { config: bench.config.clone(), aside: bench.path("aside.toml") };
        fs::rename(&held.config, &held.aside).unwrap();
        mkfifo(&held.config, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
        held
    }

    /// Waits until the reader has opened the pipe; it reads there until this is closed.
    async fn reached(&self) -> fs::File {
        let pipe = self.config.clone();
        tokio::task::spawn_blocking(move || fs::OpenOptions::new().write(true).open(pipe)).await.unwrap().unwrap()
    }

    fn release(self) {
        fs::rename(&self.aside, &self.config).unwrap();
    }
}

#[tokio::test]
async fn a_reader_that_is_killed_over_a_file_has_taken_nothing_in_and_the_file_can_come_again() {
    let doors = Doors::open().await;
    for door in [Door::Page, Door::Api, Door::Folder] {
        let orders = json!([order(&format!("RIG-{door:?}-1")), order(&format!("RIG-{door:?}-2"))]);
        let held = HeldReading::of(&doors.bench);
        let (brings, file) = (doors.clone(), orders.clone());
        let brought = tokio::spawn(async move { brings.bring(door, &file).await });
        let reading = held.reached().await;
        doors.kill_reader(door).await;
        let (status, said) = brought.await.unwrap();
        drop(reading);
        held.release();
        assert_eq!(status, if door == Door::Folder { 0 } else { 422 }, "{door:?}: {said}");
        for part in ["it could not be read, and nothing", "was killed", "try it once more", "split it"] {
            assert!(said.contains(part), "{door:?}: {part}: {said}");
        }
        assert_eq!(doors.here(&orders).await, 0, "{door:?}");
        doors.whole_the_next_time(door, &orders, 0).await;
    }
    let log = doors.station.log();
    assert!(!log.contains("RIG-Page-1") && log.contains("a file of orders could not be read"), "{log}");
}

#[tokio::test]
async fn a_body_that_takes_more_memory_than_its_reader_may_have_is_refused_for_good() {
    let doors = Doors::open().await;
    // So many columns without a name, each of which is a text.
    let (status, said) = doors.wms.post(TOKEN, "", "text/csv", &vec![b','; 40 << 20]).await;
    assert!(status == 422 && said["detail"].as_str().is_some_and(|said| said.contains("want of memory")), "{said}");
    assert_eq!(doors.wms.send("", &order("RIG-9608")).await.0, 200);
}

/// The control socket, of which the second call is never answered.
struct HeldSocket {
    socket: PathBuf,
    real: PathBuf,
    calls: mpsc::Receiver<()>,
}

impl HeldSocket {
    fn of(bench: &Bench) -> Self {
        let (socket, real) = (bench.data().join("control.sock"), bench.data().join("real.sock"));
        fs::rename(&socket, &real).unwrap();
        let listener = UnixListener::bind(&socket).unwrap();
        let (held, calls) = mpsc::channel(1);
        let station = real.clone();
        tokio::spawn(async move {
            let (mut first, _) = listener.accept().await.unwrap();
            let mut real = UnixStream::connect(station).await.unwrap();
            let (said, tell) = first.split();
            let mut line = String::new();
            BufReader::new(said).read_line(&mut line).await.unwrap();
            real.write_all(line.as_bytes()).await.unwrap();
            line.clear();
            BufReader::new(&mut real).read_line(&mut line).await.unwrap();
            let mut tell = tell;
            tell.write_all(line.as_bytes()).await.unwrap();
            let second = listener.accept().await.unwrap();
            held.send(()).await.unwrap();
            held.closed().await;
            drop(second);
        });
        Self { socket, real, calls }
    }

    async fn reached(&mut self) {
        self.calls.recv().await.unwrap();
    }

    fn release(self) {
        fs::rename(&self.real, &self.socket).unwrap();
    }
}

#[tokio::test]
async fn a_reader_that_is_killed_while_it_gives_orders_leaves_those_that_are_in_and_the_file_comes_again() {
    let doors = Doors::open().await;
    for door in [Door::Page, Door::Api, Door::Folder] {
        // One more than go to the station at once.
        let orders: Value = (0..501).map(|number| order(&format!("RIG-{door:?}-{number}"))).collect();
        let mut held = HeldSocket::of(&doors.bench);
        let (brings, file) = (doors.clone(), orders.clone());
        let brought = tokio::spawn(async move { brings.bring(door, &file).await });
        held.reached().await;
        doors.kill_reader(door).await;
        let (status, said) = brought.await.unwrap();
        held.release();
        assert_eq!(status, if door == Door::Folder { 0 } else { 503 }, "{door:?}: {said}");
        for part in ["not all of it", "was killed", "again", "what is here already stays"] {
            assert!(said.contains(part), "{door:?}: {part}: {said}");
        }
        assert_eq!(doors.here(&orders).await, 500, "{door:?}");
        doors.whole_the_next_time(door, &orders, 500).await;
    }
}
