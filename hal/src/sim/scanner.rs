//! A scanner that types into a pty.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::cable::Cable;

/// A virtual barcode scanner: a serial line that says what it is told to.
#[derive(Debug)]
pub struct Scanner {
    cable: Cable,
}

impl Scanner {
    /// Plugs one in under a name of its own among the temporary files; [`Scanner::path`] says which.
    ///
    /// # Errors
    /// No pty, or no place for the name.
    pub fn open() -> io::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("parceld-scanner-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self::open_at(std::env::temp_dir().join(name))
    }

    /// Plugs one in at `link`.
    ///
    /// # Errors
    /// No pty, or no place for the name.
    pub fn open_at(link: PathBuf) -> io::Result<Self> {
        Ok(Self { cable: Cable::plug(link)? })
    }

    /// The name to open; the same after every replugging.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.cable.path()
    }

    /// Sends bytes as they are; waits while the reader's buffer is full.
    ///
    /// # Errors
    /// Unplugged.
    pub async fn send(&self, bytes: &[u8]) -> io::Result<()> {
        self.cable.write_all(bytes).await
    }

    /// Sends a code and the carriage return that scanners end it with.
    ///
    /// # Errors
    /// Unplugged.
    pub async fn scan(&self, text: &str) -> io::Result<()> {
        self.send(format!("{text}\r").as_bytes()).await
    }

    /// Waits for what the host says to the scanner: a beep, a lamp.
    ///
    /// # Errors
    /// Unplugged.
    pub async fn hear(&self) -> io::Result<Vec<u8>> {
        let mut buffer = [0; 64];
        let count = self.cable.line()?.read(&mut buffer).await?;
        Ok(buffer[..count].to_vec())
    }

    /// Waits until everything sent was read, or for half a second. Unplugging loses what was not.
    pub async fn read_out(&self) {
        if let Ok(line) = self.cable.line() {
            line.read_out().await;
        }
    }

    /// Pulls the plug: the name goes, and the reader's line ends.
    pub fn unplug(&self) {
        self.cable.unplug();
    }

    /// Plugs it in again under the same name.
    ///
    /// # Errors
    /// No pty.
    pub fn replug(&self) -> io::Result<()> {
        self.cable.replug()
    }
}
