//! Bytes to scans.
//!
//! Cuts what a scanner sends into scans and hands each over as it came. It does not look inside: symbology
//! identifiers, check digits and text are the caller's. It never drops a scan silently: what is too long is reported.

mod framing;

use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::port::{Port, PortError};

pub use framing::{Frame, Framing, GAP_MS, LONGEST};

/// Reads scans until the port is lost, and returns why it was. Sleeps in the kernel while nothing is scanned.
pub async fn read(port: &mut Port, mut emit: impl FnMut(Frame)) -> PortError {
    let begin = Instant::now();
    let mut framing = Framing::new(LONGEST);
    let mut buffer = [0; 1024];
    loop {
        let received = if framing.pending() {
            match timeout(Duration::from_millis(GAP_MS), port.receive(&mut buffer)).await {
                Ok(received) => received,
                Err(_) => {
                    framing.idle(&mut emit);
                    continue;
                }
            }
        } else {
            port.receive(&mut buffer).await
        };
        match received {
            Ok(count) => {
                let now_ms = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
                framing.push(&buffer[..count], now_ms, &mut emit);
            }
            Err(lost) => return lost,
        }
    }
}
