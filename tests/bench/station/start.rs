//! From the start of the program to READY=1 with ten thousand parcels behind it, and the memory it then has. From the start
//! of the demo to the last byte of its page.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::core::Floor;
use super::folder::{self, Folder};
use super::machine::Times;
use super::ms;
use super::program::{Program, binary};

const PARCELS: usize = 10_000;
/// Parcels on one wave of manifests.
const WAVE: usize = 500;
const STARTS: usize = 7;

pub fn measure(folder: &Folder) {
    let full = folder.station("full", None);
    fill(&folder.path().join("full"));
    let setup = folder::setup(&full);
    let core: Times = (0..STARTS).map(|_| timed(|| drop(folder::open(&setup)))).collect();
    let cards: Times = (0..STARTS).map(|_| timed(|| drop(folder::setup(&full)))).collect();
    println!("start: configuration and cards alone {:.1} ms median", ms(cards.median()));
    println!("start: Core::new alone, {PARCELS} parcels, {:.1} ms median", ms(core.median()));
    for (parcels, config) in [(PARCELS, full), (0, folder.station("empty", None))] {
        let mut memory = 0;
        let ready: Times = (0..STARTS)
            .map(|_| {
                let program = Program::start(&config);
                memory = memory.max(program.status("VmRSS"));
                program.ready
            })
            .collect();
        println!(
            "start: to READY=1 with {parcels} parcels {:.1} ms median, {:.1} ms worst of {STARTS}; aim < 300 ms",
            ms(ready.median()),
            ms(ready.percentile(100))
        );
        println!("start: memory with {parcels} parcels {:.1} MB resident; aim < 20 MB", memory as f64 / 1024.0);
    }
    let page: Times = (0..STARTS).map(|n| demo(&folder.path().join(format!("demo-{n}")))).collect();
    println!(
        "start: the demo's first page {:.0} ms median, {:.0} ms worst of {STARTS}; aim < 2000 ms",
        ms(page.median()),
        ms(page.percentile(100))
    );
}

/// Until the page that a new demo speaks of is here.
fn demo(data: &Path) -> Duration {
    let mut command = Command::new(binary());
    command.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(data).env("PARCELD_LOG", "warn");
    let began = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program");
    let mut said = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut said).expect("a line");
    let address = said.split_once("http://").and_then(|(_, rest)| rest.split_once('/')).expect("an address").0;
    let mut page = TcpStream::connect(address).expect("the page");
    write!(page, "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").expect("a request");
    let mut answer = String::new();
    page.read_to_string(&mut answer).expect("the page");
    let took = began.elapsed();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("</html>"), "{answer}");
    let _ = child.kill();
    let _ = child.wait();
    took
}

fn timed(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

/// Packs the parcels in memory and copies the database to `to`.
fn fill(to: &Path) {
    let memory = Folder::in_memory();
    let setup = folder::setup(&memory.station("full", None));
    let orders = folder::orders(PARCELS);
    let mut floor = Floor::new(&setup, &orders);
    for wave in orders.chunks(WAVE) {
        wave.iter().for_each(|order| floor.pack(order));
        floor.close_manifests();
    }
    drop(floor);
    std::fs::create_dir_all(to).expect("a folder");
    let name = parceld::store::DATABASE;
    std::fs::copy(setup.config.station.data_dir.join(name), to.join(name)).expect("a copy");
}
