//! The shipped code against virtual devices on real ptys and sockets.

#[path = "edge/printing.rs"]
mod printing;
#[path = "edge/scanning.rs"]
mod scanning;
#[path = "edge/weighing.rs"]
mod weighing;

use std::future::Future;
use std::path::Path;
use std::time::Duration;

use parceld_hal::port::{Address, Port, SerialSettings};

/// Fails a test that would hang.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), what).await.expect("it took longer than 30 s")
}

async fn open(path: &Path) -> Port {
    Port::open(&Address::Serial(SerialSettings::new(path))).await.unwrap()
}
