//! The machine: QEMU with Debian's kernel, the disk, two serial lines and a network.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// From the kernel's first program to a station that is ready it takes 3 s on a machine with nothing else to do.
const BOOT: Duration = Duration::from_secs(120);
/// The emulator takes 5 s to its kernel's first program.
const KERNEL: Duration = Duration::from_secs(60);

/// Whose processor it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arch {
    Amd64,
    Arm64,
}

impl Arch {
    /// The names of scanner and scale in the guest.
    pub(crate) fn lines(self) -> [&'static str; 2] {
        match self {
            // The first one is the console.
            Self::Amd64 => ["/dev/ttyS1", "/dev/ttyS2"],
            Self::Arm64 => ["/dev/ttyS0", "/dev/ttyS1"],
        }
    }

    fn qemu(self) -> Command {
        let (program, machine): (_, &[_]) = match self {
            Self::Amd64 => ("qemu-system-x86_64", &[]),
            // A Raspberry Pi 4's core.
            Self::Arm64 => ("qemu-system-aarch64", &["-M", "virt", "-cpu", "cortex-a72"]),
        };
        let mut qemu = Command::new(program);
        qemu.args(machine).args(["-accel", "tcg,thread=multi", "-smp", "2", "-m", "512", "-nodefaults", "-nographic"]);
        qemu.args(["-no-reboot", "-serial", "stdio"]);
        qemu
    }

    fn console(self) -> &'static str {
        match self {
            Self::Amd64 => "ttyS0",
            Self::Arm64 => "ttyAMA0",
        }
    }

    /// Another serial line.
    fn line(self, chardev: &str) -> [String; 2] {
        match self {
            Self::Amd64 => ["-serial".into(), format!("chardev:{chardev}")],
            Self::Arm64 => ["-device".into(), format!("pci-serial,chardev={chardev}")],
        }
    }
}

/// What every boot has in common.
#[derive(Debug)]
pub(crate) struct Hardware {
    pub(crate) arch: Arch,
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
        let mut qemu = hardware.arch.qemu();
        let (receiver, console) = (hardware.receiver.port(), hardware.arch.console());
        qemu.arg("-append")
            .arg(format!("console={console} quiet panic=-1 loglevel=3 receiver={receiver} page={}", page.port()));
        qemu.arg("-kernel").arg(&hardware.kernel).arg("-initrd").arg(&hardware.initrd);
        for (name, path) in [("scanner", &hardware.scanner), ("scale", &hardware.scale)] {
            qemu.arg("-chardev").arg(line(name, path)).args(hardware.arch.line(name));
        }
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

    /// Waits until the kernel has started its first program. Before that, nothing of ours has run.
    pub(crate) async fn is_up(&self) -> bool {
        self.says_within(KERNEL, "the guest is up").await.is_ok()
    }

    /// Waits until the console says this.
    pub(crate) async fn says(&self, words: &str) -> Result<(), String> {
        self.says_within(BOOT, words).await
    }

    async fn says_within(&self, limit: Duration, words: &str) -> Result<(), String> {
        let mut console = self.console.clone();
        let seen = timeout(limit, console.wait_for(|text| text.contains(words))).await;
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
