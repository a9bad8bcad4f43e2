//! `[uplink]` and `[web]`: where events go, and where the page listens.

use std::os::unix::fs::PermissionsExt as _;

use std::net::SocketAddr;
use std::path::PathBuf;

use super::declare::declare;
use super::read::file;
use super::table::Table;

declare! {
    /// Where events go. Left out, everything waits in the outbox.
    "[uplink]" as UplinkKeys {
        /// Without a slash at the end; https, or http to loopback.
        url: String, required, by url;
        /// Holds the bearer token. Read again whenever the uplink connects.
        token_file: PathBuf, required, by token_file;
        /// A private certificate authority, in PEM.
        ca_file: PathBuf, optional, by ca_file;
    }
}

declare! {
    /// The page.
    "[web]" as WebKeys {
        /// Where it listens; a loopback address.
        listen: SocketAddr, default "127.0.0.1:8080", by listen;
    }
}

/// Longest upload token.
const MAX_TOKEN_BYTES: u64 = 16 << 10;

/// `Some(None)`: there is none, and nothing is wrong with that.
pub(super) fn uplink(root: &Table<'_>) -> Option<Option<UplinkKeys>> {
    match root.table(UplinkKeys::TABLE.name()) {
        Some(table) => UplinkKeys::read(&table).map(Some),
        None => Some(None),
    }
}

pub(super) fn web(root: &Table<'_>) -> Option<WebKeys> {
    WebKeys::read(&root.table_or_empty(WebKeys::TABLE.name()))
}

pub(super) fn url(table: &Table<'_>, key: &'static str, text: String) -> Option<String> {
    let error = |what: &str, todo: &str| {
        table.error(key, format!("url {what}"), todo);
        None
    };
    let Ok(url) = crate::uplink::Url::parse(&text) else {
        return error("is not an address", "write one such as https://hub.example/parceld");
    };
    let plain =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    let loopback = match url.host() {
        _ if !url.has_host() => return error("names no host", "write one such as https://hub.example/parceld"),
        Some(host) => is_loopback(&host.to_string()),
        None => false,
    };
    match url.scheme() {
        _ if !plain => error("holds a user, a question mark or a #", "write it without; the token has its own file"),
        "https" => Some(url.as_str().trim_end_matches('/').to_owned()),
        "http" if loopback => Some(url.as_str().trim_end_matches('/').to_owned()),
        "http" => {
            error("sends orders and tokens over the network in clear", "use https; http is for this machine only")
        }
        _ => error("is neither https nor http", "write one such as https://hub.example/parceld"),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A token that can be read, is one word, and is nobody else's to read.
pub(super) fn token_file(table: &Table<'_>, key: &'static str, path: String) -> Option<PathBuf> {
    let path = file(table, key, path)?;
    let name = path.display();
    let todo = "write the hub's token into it, on one line, readable by the user parceld only";
    let read = std::fs::metadata(&path).and_then(|metadata| {
        let small = metadata.len() <= MAX_TOKEN_BYTES;
        let bytes = if small { std::fs::read(&path)? } else { Vec::new() };
        Ok((metadata, String::from_utf8_lossy(&bytes).into_owned()))
    });
    match read {
        Err(error) => table.error(key, format!("{name} cannot be read: {error}"), todo),
        Ok((metadata, token)) => {
            if metadata.permissions().mode() & 0o004 != 0 {
                let what = format!("everybody on this machine can read {name}");
                table.warn(key, what, format!("chmod o= {name}"));
            }
            let token = token.trim_end();
            if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
                table.error(key, format!("{name} does not hold one token"), todo);
            }
        }
    }
    Some(path)
}

pub(super) fn ca_file(table: &Table<'_>, key: &'static str, path: String) -> Option<PathBuf> {
    const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
    let path = file(table, key, path)?;
    if !std::fs::read(&path).is_ok_and(|bytes| bytes.windows(BEGIN.len()).any(|part| part == BEGIN)) {
        let what = format!("{} is not a readable PEM certificate", path.display());
        table.error(key, what, "correct the path, or leave it out");
    }
    Some(path)
}

pub(super) fn listen(table: &Table<'_>, key: &'static str, text: String) -> Option<SocketAddr> {
    match text.parse::<SocketAddr>() {
        Ok(address) if address.ip().is_loopback() => return Some(address),
        Ok(_) => table.error(
            key,
            format!("listen is {text}, which other machines can reach, and there is no sign-in yet"),
            "use a loopback address such as 127.0.0.1:8080",
        ),
        Err(_) => table.error(key, format!("{text:?} is not an address and port"), "write one such as 127.0.0.1:8080"),
    }
    None
}
