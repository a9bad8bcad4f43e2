//! A scale that answers on a pty.

mod platform;
mod speech;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::cable::{Cable, Pty};
use crate::scale::ScaleProtocol;
use platform::Platform;
use speech::{ScaleResponse, Speech};

/// Between two weights of a stream (`SIR`).
const STREAM: Duration = Duration::from_millis(100);
/// How long `S` waits for the pan to rest, and how often it looks.
const REST: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(20);
/// Answers a slow listener may fall behind before it loses some.
const BEHIND: usize = 64;
/// How MT-SICS begins a weight at rest.
const AT_REST: &[u8] = b"S S";

/// What is wrong with the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScaleFault {
    /// Nothing.
    #[default]
    None,
    /// The pan moves for ever: a fan, a leaning packer.
    NeverSettles,
    /// No answer: asleep, or switched off behind its USB converter.
    Silent,
    /// Bytes that mean nothing: another baud rate.
    Garbage,
    /// More on the pan than it can weigh.
    Overload,
}

/// A virtual bench scale: 30 kg by 0.1 g, in any protocol of a serial line.
#[derive(Debug)]
pub struct Scale {
    cable: Cable,
    platform: watch::Sender<Platform>,
    stable: broadcast::Sender<Instant>,
    worker: JoinHandle<()>,
}

impl Scale {
    /// Plugs one in at `link`.
    ///
    /// # Errors
    /// No pty, no place for the name, or a protocol that does not run over a serial line.
    pub fn open_at(link: PathBuf, protocol: ScaleProtocol) -> io::Result<Self> {
        if protocol == ScaleProtocol::Hid {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "a pty is no HID device"));
        }
        let cable = Cable::plug(link)?;
        let platform = watch::Sender::new(Platform::new());
        let stable = broadcast::Sender::new(BEHIND);
        let worker = tokio::spawn(work(protocol, cable.watch(), platform.clone(), stable.clone()));
        Ok(Self { cable, platform, stable, worker })
    }

    /// The name to open; the same after every replugging.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.cable.path()
    }

    /// Puts this mass on the pan in place of what is there. It moves for four answers or 200 ms, then rests.
    pub fn put(&self, picograms: i64) {
        self.platform.send_modify(|platform| platform.put(picograms, Instant::now()));
    }

    /// When it begins to write each answer that is a weight at rest, from now on.
    #[must_use]
    pub fn watch_stable(&self) -> broadcast::Receiver<Instant> {
        self.stable.subscribe()
    }

    /// Takes everything off the pan.
    pub fn lift(&self) {
        self.put(0);
    }

    /// What lies on the pan, picograms.
    #[must_use]
    pub fn load(&self) -> i64 {
        self.platform.borrow().load()
    }

    /// What its display comes to rest at, picograms: the load without the zero and the tare that were set.
    #[must_use]
    pub fn net(&self) -> i64 {
        self.platform.borrow().net()
    }

    /// `true`: the pan rests at once, for runs without anybody watching.
    pub fn set_settling(&self, fast: bool) {
        self.platform.send_modify(|platform| platform.set_fast(fast));
    }

    /// Sets what is wrong with it.
    pub fn set_fault(&self, fault: ScaleFault) {
        self.platform.send_modify(|platform| platform.set_fault(fault));
    }

    /// Says half a frame and pulls the plug.
    pub async fn unplug_mid_frame(&self) {
        self.platform.send_modify(|platform| platform.set_cut(true));
        if let Ok(line) = self.cable.line()
            && self.cable.write_all(b"S S      12").await.is_ok()
        {
            line.read_out().await;
        }
        self.unplug();
    }

    /// Pulls the plug: the name goes, and the reader's line ends.
    pub fn unplug(&self) {
        self.cable.unplug();
    }

    /// Plugs it in again under the same name, with what lies on the pan.
    ///
    /// # Errors
    /// No pty.
    pub fn replug(&self) -> io::Result<()> {
        self.platform.send_modify(|platform| platform.set_cut(false));
        self.cable.replug()
    }
}

impl Drop for Scale {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

/// Serves each line that is plugged in until it is pulled.
async fn work(
    protocol: ScaleProtocol,
    mut lines: watch::Receiver<Option<std::sync::Arc<Pty>>>,
    platform: watch::Sender<Platform>,
    stable: broadcast::Sender<Instant>,
) {
    loop {
        let line = lines.borrow_and_update().clone();
        let gone = match line {
            None => lines.changed().await,
            Some(line) => tokio::select! {
                gone = lines.changed() => gone,
                served = serve(protocol, &line, &platform, &stable) => match served {
                    Ok(()) => Ok(()),
                    Err(_) => lines.changed().await,
                },
            },
        };
        if gone.is_err() {
            return;
        }
    }
}

async fn serve(
    protocol: ScaleProtocol,
    line: &Pty,
    platform: &watch::Sender<Platform>,
    stable: &broadcast::Sender<Instant>,
) -> io::Result<()> {
    let mut speech = Speech::new(protocol);
    let mut buffer = [0; 64];
    loop {
        let count = if speech.streams {
            match timeout(STREAM, line.read(&mut buffer)).await {
                Ok(count) => count?,
                Err(_) => {
                    let said = modify(platform, |platform| speech.answer(b"SI", platform, Instant::now()));
                    say(line, stable, &said).await?;
                    continue;
                }
            }
        } else {
            line.read(&mut buffer).await?
        };
        for &byte in &buffer[..count] {
            match modify(platform, |platform| speech.hear(byte, platform, Instant::now())) {
                None => {}
                Some(ScaleResponse::Say(said)) => say(line, stable, &said).await?,
                Some(ScaleResponse::WhenAtRest(command)) => {
                    let until = Instant::now() + REST;
                    while !modify(platform, |platform| platform.rests(Instant::now())) && Instant::now() < until {
                        sleep(LOOK).await;
                    }
                    let said = modify(platform, |platform| speech.answer(&command, platform, Instant::now()));
                    say(line, stable, &said).await?;
                }
            }
        }
    }
}

async fn say(line: &Pty, stable: &broadcast::Sender<Instant>, said: &[u8]) -> io::Result<()> {
    if said.starts_with(AT_REST) {
        let _ = stable.send(Instant::now());
    }
    line.write_all(said).await
}

fn modify<T>(platform: &watch::Sender<Platform>, act: impl FnOnce(&mut Platform) -> T) -> T {
    let mut out = None;
    platform.send_modify(|platform| out = Some(act(platform)));
    out.expect("send_modify calls its closure")
}
