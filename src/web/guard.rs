//! Who is answered: this machine's own browser, on our own page.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::import::IMPORT;

/// What goes with every answer: nothing inline, nothing from elsewhere, no framing, no cache.
const HEADERS: [(header::HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The names under which this station is called.
#[derive(Debug, Clone)]
pub(super) struct HostGuard {
    hosts: Arc<[String]>,
}

impl HostGuard {
    pub(super) fn new(listen: SocketAddr) -> Self {
        let port = listen.port();
        let mut hosts = vec![listen.to_string(), format!("localhost:{port}")];
        if listen.ip().is_loopback() || listen.ip().is_unspecified() {
            hosts.extend([format!("127.0.0.1:{port}"), format!("[::1]:{port}")]);
        }
        if port == 80 {
            let bare: Vec<String> =
                hosts.iter().filter_map(|host| host.strip_suffix(":80")).map(str::to_owned).collect();
            hosts.extend(bare);
        }
        Self { hosts: hosts.into() }
    }

    /// Why this request is refused.
    fn refusal(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<(StatusCode, &'static str)> {
        let host =
            one(headers, header::HOST).filter(|host| self.hosts.iter().any(|ours| ours.eq_ignore_ascii_case(host)));
        let Some(host) = host else {
            return Some((
                StatusCode::MISDIRECTED_REQUEST,
                "this is not the station's address; open the one it logged",
            ));
        };
        if matches!(*method, Method::GET | Method::HEAD) {
            return None;
        }
        if !same_origin(headers, host) {
            return Some((StatusCode::FORBIDDEN, "only the station's own page may do that"));
        }
        // Neither is one that a form of another page may send.
        let (wanted, what) = match path {
            IMPORT => ("application/octet-stream", "send application/octet-stream"),
            _ => ("application/json", "send application/json"),
        };
        let kind = one(headers, header::CONTENT_TYPE).and_then(|kind| kind.split(';').next());
        let fits = kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case(wanted));
        (!fits).then_some((StatusCode::UNSUPPORTED_MEDIA_TYPE, what))
    }
}

/// Whether the browser says that our own page asks. A program that says nothing is refused as well.
fn same_origin(headers: &HeaderMap, host: &str) -> bool {
    let site = one(headers, header::HeaderName::from_static("sec-fetch-site"));
    if site.is_some_and(|site| site != "same-origin") {
        return false;
    }
    if headers.contains_key(header::ORIGIN) {
        let origin = one(headers, header::ORIGIN).and_then(|origin| origin.strip_prefix("http://"));
        return origin.is_some_and(|origin| origin.eq_ignore_ascii_case(host));
    }
    site.is_some()
}

/// The header's value when it is there once, as text.
fn one(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.to_str().ok()).flatten()
}

pub(super) async fn check(State(guard): State<HostGuard>, request: Request, next: Next) -> Response {
    let mut response = match guard.refusal(request.method(), request.uri().path(), request.headers()) {
        Some(refused) => refused.into_response(),
        None => next.run(request).await,
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
