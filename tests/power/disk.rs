//! The guest's disk: a file behind a volatile cache, served as an NBD export over a Unix socket.
//!
//! What is written stays in the cache until it is flushed, as on a card that reorders: a cut keeps a random part of the
//! cached sectors, each whole or not at all, and everything that was flushed. The power can go in the middle of a flush,
//! which then was never answered.
//!
//! ```text
//!  server: "NBDMAGIC" "IHAVEOPT" flags.16        client: flags.32
//!  client: "IHAVEOPT" option.32 length.32 data   server: reply magic.64 option.32 type.32 length.32 data
//!  client: 25609513 flags.16 type.16 handle.64 offset.64 length.32 [data]
//!  server: 67446698 error.32 handle.64 [data]                      (the NBD protocol, doc/proto.md of its reference)
//! ```

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::watch;

use super::dice::Dice;

const SECTOR: usize = 512;
/// The largest request: QEMU asks for no more than 32 MiB.
const MOST: u32 = 32 << 20;

/// What the guest asked of the disk.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) written: u64,
    pub(crate) flushes: u64,
}

/// What a cut did to the cache.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    pub(crate) kept: usize,
    pub(crate) lost: usize,
}

#[derive(Debug)]
struct Cached {
    file: File,
    size: u64,
    sectors: BTreeMap<u64, [u8; SECTOR]>,
    counts: Counts,
}

/// The disk of a machine.
#[derive(Debug)]
pub(crate) struct Disk {
    cached: Arc<Mutex<Cached>>,
    flush: Duration,
    guest: Option<JoinHandle<()>>,
    /// Whether the flush was reached in which the power goes.
    reached: watch::Sender<bool>,
}

/// What serves one guest.
#[derive(Debug)]
struct Server {
    cached: Arc<Mutex<Cached>>,
    flush: Duration,
    /// This flush is never done.
    last: Option<u64>,
    reached: watch::Sender<bool>,
}

impl Disk {
    /// The image in this file; each flush takes so long.
    pub(crate) fn open(image: &Path, flush: Duration) -> io::Result<Self> {
        let file = File::options().read(true).write(true).open(image)?;
        let size = file.metadata()?.len();
        let cached = Cached { file, size, sectors: BTreeMap::new(), counts: Counts::default() };
        let reached = watch::Sender::new(false);
        Ok(Self { cached: Arc::new(Mutex::new(cached)), flush, guest: None, reached })
    }

    pub(crate) fn counts(&self) -> Counts {
        locked(&self.cached).counts
    }

    /// Waits for the flush in which the power goes, for ever where there is none.
    pub(crate) async fn reached(&self) {
        let mut reached = self.reached.subscribe();
        let _ = reached.wait_for(|reached| *reached).await;
    }

    /// The machine has no power any more: of each 1,000 cached sectors about `keep` had reached the card.
    pub(crate) fn cut(&mut self, dice: &mut Dice, keep: usize) -> io::Result<Cut> {
        self.settle();
        let mut disk = locked(&self.cached);
        let mut cut = Cut { kept: 0, lost: 0 };
        for (sector, bytes) in std::mem::take(&mut disk.sectors) {
            if dice.below(1000) < keep {
                disk.file.write_all_at(&bytes, sector * SECTOR as u64)?;
                cut.kept += 1;
            } else {
                cut.lost += 1;
            }
        }
        Ok(cut)
    }

    /// Takes what a guest had sent before it went.
    fn settle(&mut self) {
        let _ = self.guest.take().map(JoinHandle::join);
    }

    /// Serves one guest at `socket` until it goes. The flush `last`, counted from 1, is never done.
    pub(crate) fn serve(&mut self, socket: &Path, last: Option<u64>) -> io::Result<()> {
        self.settle();
        let _ = std::fs::remove_file(socket);
        let listener = UnixListener::bind(socket)?;
        self.reached.send_replace(false);
        let (cached, flush, reached) = (self.cached.clone(), self.flush, self.reached.clone());
        let server = Server { cached, flush, last, reached };
        self.guest = Some(std::thread::spawn(move || {
            // A guest that is cut off ends the conversation in the middle; that is the point.
            let _ = listener.accept().and_then(|(guest, _)| server.talk(guest));
        }));
        Ok(())
    }
}

fn locked(cached: &Mutex<Cached>) -> MutexGuard<'_, Cached> {
    cached.lock().expect("no thread panics with the disk in hand")
}

impl Server {
    fn talk(&self, mut guest: UnixStream) -> io::Result<()> {
        self.agree(&mut guest)?;
        let (mut buffer, mut flushes) = (Vec::new(), 0);
        loop {
            let mut head = [0; 28];
            guest.read_exact(&mut head)?;
            let (kind, handle) = (u16::from_be_bytes([head[6], head[7]]), &head[8..16]);
            let offset = u64::from_be_bytes(head[16..24].try_into().expect("8 bytes"));
            let length = u32::from_be_bytes(head[24..28].try_into().expect("4 bytes"));
            if length > MOST {
                return Err(io::ErrorKind::InvalidData.into());
            }
            buffer.resize(if kind == 3 { 0 } else { length as usize }, 0);
            match kind {
                0 => locked(&self.cached).read(offset, &mut buffer)?,
                1 => {
                    guest.read_exact(&mut buffer)?;
                    locked(&self.cached).write(offset, &buffer);
                    buffer.clear();
                }
                3 => {
                    std::thread::sleep(self.flush);
                    flushes += 1;
                    if self.last == Some(flushes) {
                        self.reached.send_replace(true);
                        // Until the machine is gone.
                        return io::copy(&mut guest, &mut io::sink()).map(drop);
                    }
                    locked(&self.cached).flush()?;
                }
                _ => return Ok(()),
            }
            guest.write_all(&[&0x6744_6698_u32.to_be_bytes()[..], &[0; 4], handle, &buffer].concat())?;
        }
    }

    /// The handshake: one export, whatever it is called, that can be flushed.
    fn agree(&self, guest: &mut UnixStream) -> io::Result<()> {
        let size = locked(&self.cached).size.to_be_bytes();
        // HAS_FLAGS | SEND_FLUSH
        let export = [&size[..], &5_u16.to_be_bytes()].concat();
        guest.write_all(b"NBDMAGICIHAVEOPT\x00\x03")?;
        guest.read_exact(&mut [0; 4])?;
        loop {
            let mut head = [0; 16];
            guest.read_exact(&mut head)?;
            let option = u32::from_be_bytes(head[8..12].try_into().expect("4 bytes"));
            let length = u32::from_be_bytes(head[12..16].try_into().expect("4 bytes"));
            io::copy(&mut (&*guest).take(length.into()), &mut io::sink())?;
            let mut reply = |kind: u32, data: &[u8]| {
                let size = u32::try_from(data.len()).expect("short").to_be_bytes();
                let magic = 0x0003_e889_0455_65a9_u64.to_be_bytes();
                guest.write_all(&[&magic[..], &option.to_be_bytes(), &kind.to_be_bytes(), &size, data].concat())
            };
            // NBD_OPT_GO is answered by NBD_REP_INFO (NBD_INFO_EXPORT) and NBD_REP_ACK, all else by NBD_REP_ERR_UNSUP.
            if option != 7 {
                reply(0x8000_0001, &[])?;
                continue;
            }
            reply(3, &[&[0, 0], &export[..]].concat())?;
            return reply(1, &[]);
        }
    }
}

impl Cached {
    fn read(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(into, offset)?;
        for (sector, part) in (offset / SECTOR as u64..).zip(into.chunks_mut(SECTOR)) {
            if let Some(bytes) = self.sectors.get(&sector) {
                part.copy_from_slice(&bytes[..part.len()]);
            }
        }
        Ok(())
    }

    fn write(&mut self, offset: u64, bytes: &[u8]) {
        self.counts.written += bytes.len() as u64;
        for (sector, part) in (offset / SECTOR as u64..).zip(bytes.chunks_exact(SECTOR)) {
            self.sectors.insert(sector, part.try_into().expect("a sector"));
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.counts.flushes += 1;
        for (sector, bytes) in std::mem::take(&mut self.sectors) {
            self.file.write_all_at(&bytes, sector * SECTOR as u64)?;
        }
        Ok(())
    }
}
