//! `[uplink]` and `[web]`: where events go, and where the page listens.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::read::path_from;
use super::table::Table;

/// Where the page listens when nothing is said.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
/// Longest upload token.
const MAX_TOKEN_BYTES: u64 = 16 << 10;

/// Where events go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uplink {
    /// Without a slash at the end; https, or http to loopback.
    pub url: String,
    /// Holds the bearer token. Read again whenever the uplink connects.
    pub token_file: PathBuf,
    /// A private certificate authority, in PEM.
    pub ca_file: Option<PathBuf>,
}

/// `Some(None)`: there is none, and nothing is wrong with that.
pub(super) fn uplink(root: &Table<'_>, base: &Path) -> Option<Option<Uplink>> {
    let Some(table) = root.table("uplink") else { return Some(None) };
    let url = table.required::<String>("url").and_then(|url| checked_url(&table, &url));
    let token_file = table.required::<String>("token_file").map(|path| path_from(base, &path));
    if let Some(path) = &token_file {
        check_token(&table, path);
    }
    let ca_file = table.optional::<String>("ca_file").map(|path| path_from(base, &path));
    if let Some(path) = &ca_file
        && !std::fs::read(path).is_ok_and(|bytes| bytes.windows(27).any(|part| part == b"-----BEGIN CERTIFICATE-----"))
    {
        table.error(
            "ca_file",
            format!("{} is not a readable PEM certificate", path.display()),
            "correct the path, or leave it out",
        );
    }
    table.finish();
    Some(Some(Uplink { url: url?, token_file: token_file?, ca_file }))
}

fn checked_url(table: &Table<'_>, text: &str) -> Option<String> {
    let error = |what: &str, todo: &str| {
        table.error("url", format!("url {what}"), todo);
        None
    };
    let Ok(url) = crate::uplink::Url::parse(text) else {
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
fn check_token(table: &Table<'_>, path: &Path) {
    let name = path.display();
    let todo = "write the hub's token into it, on one line, readable by the user parceld only";
    let read = std::fs::metadata(path).and_then(|metadata| {
        let small = metadata.len() <= MAX_TOKEN_BYTES;
        Ok((metadata, if small { std::fs::read_to_string(path)? } else { String::new() }))
    });
    match read {
        Err(error) => table.error("token_file", format!("{name} cannot be read: {error}"), todo),
        Ok((metadata, token)) => {
            if metadata.permissions().mode() & 0o004 != 0 {
                let what = format!("everybody on this machine can read {name}");
                table.warn("token_file", what, format!("chmod o= {name}"));
            }
            let token = token.trim_end();
            if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
                table.error("token_file", format!("{name} does not hold one token"), todo);
            }
        }
    }
}

pub(super) fn listen(root: &Table<'_>) -> Option<SocketAddr> {
    let Some(table) = root.table("web") else { return Some(DEFAULT_LISTEN) };
    let text = table.required::<String>("listen");
    table.finish();
    let text = text?;
    match text.parse::<SocketAddr>() {
        Ok(address) if address.ip().is_loopback() => return Some(address),
        Ok(_) => table.error(
            "listen",
            format!("listen is {text}, which other machines can reach, and there is no sign-in yet"),
            "use a loopback address such as 127.0.0.1:8080",
        ),
        Err(_) => {
            table.error("listen", format!("{text:?} is not an address and port"), "write one such as 127.0.0.1:8080")
        }
    }
    None
}
