//! The bench around the machine: what has a plug of its own and outlives the cut.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use hal::scale::ScaleProtocol;
use hal::sim::{Printer, PrinterSettings, Scale, Scanner};
use parceld::uplink::receiver::{self, Receiver};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::demo_config::{shipped, station_toml};
use super::disk::Disk;
use super::machine::{Hardware, Machine};
use super::order::order;
use super::program::with_config;
use super::shift::Plan;

const TOKEN: &str = "power-token";
/// Bytes of the disk, nearly all of them a hole: from this size on ext4 has the second superblock that every card has.
const DISK: u64 = 256 << 20;
/// What the guest sends to its own port 9000 goes to the receiver.
const UPLINK: &str = "\n[uplink]\nurl = \"http://127.0.0.1:9000\"\ntoken_file = \"token\"\n";
/// Picograms of a gram.
const GRAM: i64 = 1_000_000_000_000;

/// Devices, receiver and disk of one station.
#[derive(Debug)]
pub(crate) struct Bench {
    scanner: Scanner,
    pub(crate) scale: Scale,
    pub(crate) printer: Printer,
    pub(crate) receiver: Receiver,
    pub(crate) disk: Disk,
    pub(crate) hardware: Hardware,
    dir: TempDir,
}

impl Bench {
    /// A station that has never run, with its numbers begun and these orders to pack.
    pub(crate) async fn new(plan: &Plan, orders: &[String]) -> Self {
        let dir = TempDir::new().unwrap();
        let anywhere = (std::net::Ipv4Addr::LOCALHOST, 0).into();
        let scanner = Scanner::open_at(dir.path().join("scanner")).unwrap();
        let scale = Scale::open_at(dir.path().join("scale"), ScaleProtocol::MtSics).unwrap();
        let printer = Printer::listen(anywhere, PrinterSettings { render: false, ..Default::default() }).await.unwrap();
        let token = Some(TOKEN.to_owned());
        let receiver =
            Receiver::start(anywhere, receiver::ReceiverSettings { token, ..Default::default() }).await.unwrap();
        // Free at this moment; if somebody else has it by the first boot, QEMU says so.
        let page = std::net::TcpListener::bind(anywhere).unwrap().local_addr().unwrap();
        lay_disk(dir.path(), plan, printer.addr().port(), page, orders).await;
        let hardware = Hardware {
            arch: plan.arch,
            kernel: plan.kernel.clone(),
            initrd: plan.initrd.clone(),
            disk: dir.path().join("nbd"),
            scanner: scanner.path().into(),
            scale: scale.path().into(),
            receiver: receiver.addr(),
            page,
        };
        let disk = Disk::open(&dir.path().join("image"), plan.flush).unwrap();
        Self { scanner, scale, printer, receiver, disk, hardware, dir }
    }

    /// Switches the machine on, and waits until its kernel is up; its flush `last` is never done. An emulator that hangs
    /// before that is switched off and on.
    pub(crate) async fn boot(&mut self, last: Option<u64>) -> Machine {
        for _ in 0..3 {
            self.disk.serve(&self.hardware.disk, last).unwrap();
            let machine = Machine::boot(&self.hardware).unwrap();
            if machine.is_up().await {
                return machine;
            }
            println!("the emulator hangs and is started again; it said {:?}", machine.console());
        }
        panic!("the emulator does not start its kernel");
    }

    pub(crate) async fn scan(&self, text: &str) {
        self.scanner.scan(text).await.unwrap();
    }

    pub(crate) fn put(&self) {
        self.scale.put(580 * GRAM);
    }

    /// Keeps everything for whoever looks for the reason of a failure.
    pub(crate) fn keep(mut self) -> PathBuf {
        self.dir.disable_cleanup(true);
        self.dir.path().to_owned()
    }
}

/// Makes the disk's image: `station.toml`, the token and the database as the program on this side left it.
async fn lay_disk(dir: &Path, plan: &Plan, printer: u16, page: SocketAddr, orders: &[String]) {
    let disk = dir.join("disk");
    std::fs::create_dir(&disk).unwrap();
    let [scanner, scale] = plan.arch.lines();
    let printer = format!("tcp://10.0.2.2:{printer}");
    let station = |data: &str, folder: &dyn Fn(&str) -> String| {
        station_toml([scanner, scale, &printer], data, folder).replace("127.0.0.1:8080", &page.to_string())
    };
    let here = dir.join("here.toml");
    std::fs::write(&here, station(disk.join("data").to_str().unwrap(), &shipped)).unwrap();
    with_config(&here, &["pool", "start", "usps", "usps-demo-1", "--next", "1"]).await.good();
    let file = dir.join("orders.jsonl");
    let lines: Vec<String> = orders.iter().map(|order_ref| order(order_ref).to_string()).collect();
    std::fs::write(&file, lines.join("\n")).unwrap();
    with_config(&here, &["orders", "import", file.to_str().unwrap()]).await.good();

    let there = station("/disk/data", &|name| format!("/config/{name}"));
    std::fs::write(disk.join("station.toml"), there + UPLINK).unwrap();
    let token = disk.join("token");
    std::fs::write(&token, TOKEN).unwrap();
    std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600)).unwrap();
    let image = dir.join("image");
    std::fs::File::create(&image).unwrap().set_len(DISK).unwrap();
    let made = std::process::Command::new("mkfs.ext4")
        .args(["-q", "-F", "-b", "4096"])
        .arg("-d")
        .arg(&disk)
        .arg(&image)
        .status();
    assert!(made.unwrap().success(), "mkfs.ext4 fails");
}

/// What the station's page answers.
pub(crate) async fn get(machine: &Machine, path: &str) -> Result<Value, String> {
    let page = machine.page;
    let asking = async {
        let mut stream = TcpStream::connect(page).await?;
        stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: {page}\r\n\r\n").as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = asking.await.map_err(|error| format!("{path}: {error}"))?;
    let (_, body) = answer.split_once("\r\n\r\n").ok_or_else(|| format!("{path}: {answer:?}"))?;
    serde_json::from_str(body).map_err(|error| format!("{path}: {error}: {answer}"))
}
