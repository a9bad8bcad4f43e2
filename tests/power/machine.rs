//! The machine: QEMU with Debian's kernel, the disk, two serial lines and a network.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// A boot that takes longer has failed: it takes 8 s on a machine with nothing else to do.
const BOOT: Duration = Duration::from_secs(120);

/// What every boot has in common.
#[derive(Debug)]
pub(crate) struct Hardware {
    pub(crate) kernel: PathBuf,
    pub(crate) initrd: PathBuf,
    /// Where the disk is served.
    pub(crate) disk: PathBuf,
    /// The device's ends of these are the guest's ttyS1 and ttyS2.
    pub(crate) scanner: PathBuf,
    pub(crate) scale: PathBuf,
    /// What the guest reaches as its own port 9000.
    pub(crate) receiver: SocketAddr,
    /// The station's page, on either side: it answers to its own address alone.
    pub(crate) page: SocketAddr,
}

/// A machine that is on. Dropped, its power is cut.
#[derive(Debug)]
pub(crate) struct Machine {
    child: Child,
    console: watch::Receiver<String>,
    /// Where the host reaches the station's page.
    pub(crate) page: SocketAddr,
}

impl Machine {
    pub(crate) fn boot(hardware: &Hardware) -> std::io::Result<Self> {
        let page = hardware.page;
        let line = |name: &str, path: &Path| format!("serial,id={name},path={}", path.display());
        let mut qemu = Command::new("qemu-system-x86_64");
        qemu.args(["-accel", "tcg,thread=multi", "-smp", "2", "-m", "512", "-nodefaults", "-nographic", "-no-reboot"]);
        qemu.arg("-kernel").arg(&hardware.kernel).arg("-initrd").arg(&hardware.initrd);
        let ports = format!("receiver={} page={}", hardware.receiver.port(), page.port());
        qemu.arg("-append").arg(format!("console=ttyS0 quiet panic=-1 loglevel=3 {ports}"));
        qemu.args(["-serial", "stdio"]);
        qemu.arg("-chardev").arg(line("scanner", &hardware.scanner)).args(["-serial", "chardev:scanner"]);
        qemu.arg("-chardev").arg(line("scale", &hardware.scale)).args(["-serial", "chardev:scale"]);
        qemu.arg("-netdev").arg(format!("user,id=net,hostfwd=tcp:{page}-:8081"));
        qemu.args(["-device", "virtio-net-pci,netdev=net,romfile="]);
        let disk = hardware.disk.display();
        qemu.arg("-drive").arg(format!("file=nbd:unix:{disk},format=raw,if=none,id=disk,cache=none"));
        qemu.args(["-device", "virtio-blk-pci,drive=disk,write-cache=on"]);
        let mut child = qemu.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
        let said = BufReader::new(child.stdout.take().expect("piped"));
        let (told, console) = watch::channel(String::new());
        std::thread::spawn(move || {
            for line in said.split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).trim_end().to_owned() + "\n";
                told.send_modify(|console| *console += &line);
            }
        });
        Ok(Self { child, console, page })
    }

    /// Waits until the console says this.
    pub(crate) async fn says(&self, words: &str) -> Result<(), String> {
        let mut console = self.console.clone();
        let seen = timeout(BOOT, console.wait_for(|text| text.contains(words))).await;
        match seen {
            Ok(Ok(_)) => Ok(()),
            _ => Err(format!("the guest never says {words:?}")),
        }
    }

    /// Everything it said.
    pub(crate) fn console(&self) -> String {
        self.console.borrow().clone()
    }

    /// Cuts the power.
    pub(crate) fn cut(mut self) -> std::io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
