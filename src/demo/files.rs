//! The demo's files: its configuration and orders, which travel in the binary, and how one is written.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::DemoError;
use crate::exchange::order::{self, Incoming};
use crate::exchange::sample::Generator;

static CARRIERS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/config/carriers");
static LABELS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/config/labels");
static LANGUAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/config/languages");
const STATION: &str = include_str!("../../config/demo.toml");
const ORDERS: &[u8] = include_bytes!("../../config/orders/sample.jsonl");
/// Orders that are files; beyond them they are generated.
pub(super) const SAMPLES: usize = 50;
/// Orders beyond the samples come from this seed.
const SEED: u64 = 20_261_122;
/// What the demo's station shows its own receiver.
pub(super) const TOKEN: &str = "demo-token";

/// A folder that is gone when the demo ends.
pub(super) struct Temporary(PathBuf);

impl Temporary {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(super) fn temporary() -> Result<Temporary, DemoError> {
    let path = std::env::temp_dir().join(format!("parceld-demo-{}", std::process::id()));
    std::fs::create_dir_all(&path).map_err(|source| DemoError::File { path: path.clone(), source })?;
    Ok(Temporary(path))
}

/// Lays the demo's configuration out in `data/config` as a person would, and returns its `station.toml`.
pub(super) fn unpack(data: &Path, receiver: SocketAddr) -> Result<PathBuf, DemoError> {
    let folder = data.join("config");
    let write = || -> std::io::Result<PathBuf> {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder)?;
        for (name, files) in [("carriers", &CARRIERS), ("labels", &LABELS), ("languages", &LANGUAGES)] {
            std::fs::create_dir_all(folder.join(name))?;
            files.extract(folder.join(name))?;
        }
        let token = folder.join("uplink.token");
        std::fs::write(&token, TOKEN)?;
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600))?;
        let data_dir = toml_text(data);
        // Everything of a demo is in its folder: nothing is left beside it.
        let demo = STATION.replace("data_dir = \"demo-data\"", &format!("data_dir = {data_dir}\nmark_dir = \"none\""));
        let uplink = format!("\n[uplink]\nurl = \"http://{receiver}\"\ntoken_file = \"uplink.token\"\n");
        let file = folder.join("demo-station.toml");
        std::fs::write(&file, demo + &uplink)?;
        Ok(file)
    };
    write().map_err(|source| DemoError::File { path: folder.clone(), source })
}

/// A path as a TOML string.
fn toml_text(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    serde_json::Value::String(path.display().to_string()).to_string()
}

/// The first `count` orders: the samples, then generated ones.
pub(super) fn orders(count: usize) -> Result<Vec<Incoming>, DemoError> {
    let mut orders = order::read(ORDERS, "sample.jsonl").accepted;
    orders.truncate(count);
    let generator = Generator::new(SEED);
    for number in (SAMPLES..count).map(|n| n as u64) {
        orders.push(generator.order(number).map_err(|error| DemoError::Stuck(error.to_string()))?);
    }
    Ok(orders)
}

/// Writes aside and renames: whoever looks sees a whole file or none.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), DemoError> {
    let aside = path.with_extension("part");
    std::fs::write(&aside, bytes)
        .and_then(|()| std::fs::rename(&aside, path))
        .map_err(|source| DemoError::File { path: path.to_owned(), source })
}
