//! `[api]`: where other programs send orders to.

use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::declare::declare;
use super::read::file;
use super::table::Table;
use super::uplink::WebKeys;

declare! {
    /// Orders from other programs, over HTTP. Left out, there is no such listener.
    "[api]" as ApiKeys {
        /// Where it listens. Without a certificate, a loopback address.
        listen: SocketAddr, default "127.0.0.1:8443", by address;
        /// The tokens of the programs that may send orders, one a line. Read again at each request.
        token_file: PathBuf, required, by secret_file;
        /// The certificate, and those between it and its authority, in PEM. A renewed one is taken up by itself.
        cert_file: PathBuf, optional, by file;
        /// Its key, in PEM.
        key_file: PathBuf, optional, by secret_file;
    }
}

impl ApiKeys {
    /// The files of the certificate and of its key.
    pub fn certificate(&self) -> Option<(&Path, &Path)> {
        self.cert_file.as_deref().zip(self.key_file.as_deref())
    }
}

/// `Some(None)`: there is none, and nothing is wrong with that.
pub(super) fn api(root: &Table<'_>, web: Option<&WebKeys>) -> Option<Option<ApiKeys>> {
    let Some(table) = root.table(ApiKeys::TABLE.name()) else { return Some(None) };
    let keys = ApiKeys::read(&table)?;
    if let Some(web) = web.filter(|web| overlap(web.listen, keys.listen)) {
        table.error("listen", format!("the page listens on {}", web.listen), "write another port");
    }
    match (&keys.cert_file, &keys.key_file) {
        (Some(_), Some(_)) => {}
        (None, None) if keys.listen.ip().is_loopback() => {}
        (None, None) => table.error(
            "listen",
            format!("listen is {}, so that orders and tokens would cross the network in clear", keys.listen),
            "write cert_file and key_file, or a loopback address such as 127.0.0.1:8443",
        ),
        (Some(_), None) => table.error("cert_file", "there is a cert_file and no key_file", "write key_file, too"),
        (None, Some(_)) => table.error("key_file", "there is a key_file and no cert_file", "write cert_file, too"),
    }
    Some(Some(keys))
}

fn address(table: &Table<'_>, key: &'static str, text: String) -> Option<SocketAddr> {
    let address = text.parse().ok();
    if address.is_none() {
        table.error(key, format!("{text:?} is not an address and port"), "write one such as 192.0.2.20:8443");
    }
    address
}

/// Whether one address is in the way of the other. `[::]` has every address of this machine, also those of IPv4.
fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    let (a, b) = (one.ip().to_canonical(), other.ip().to_canonical());
    let has = |all: IpAddr, one: IpAddr| all.is_unspecified() && (all.is_ipv6() || one.is_ipv4());
    one.port() == other.port() && one.port() != 0 && (a == b || has(a, b) || has(b, a))
}

/// A file of secrets. What is in it is looked at where it is used, and by `parceld check`: a station packs without.
fn secret_file(table: &Table<'_>, key: &'static str, path: String) -> Option<PathBuf> {
    let path = file(table, key, path)?;
    secret(table, key, &path);
    Some(path)
}

/// Warns of a file that everybody can read.
fn secret(table: &Table<'_>, key: &'static str, path: &Path) {
    if std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o004 != 0) {
        let name = path.display();
        table.warn(key, format!("everybody on this machine can read {name}"), format!("chmod o= {name}"));
    }
}
