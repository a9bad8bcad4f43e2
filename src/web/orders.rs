//! `POST /v1/orders`: orders from another program on the network, on a listener of its own. Each request shows a token.
//!
//! | status | when |
//! |---|---|
//! | 200 | all of it is taken in, or was here already: `not_taken` is 0 |
//! | 207 | some of it is; `rows` and `said` have the rest |
//! | 422 | none of it is; as `application/problem+json`: it cannot be read, or ends whoever reads it |
//! | 400, 401, 404, 405, 408, 413, 415 | nothing was read, and why: `application/problem+json` |
//! | 503 | the same, and it is worth a try again: nothing was read, or it was and not all of it is taken in |
//!
//! The same request twice is as good as once.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use ring::{hmac, rand};
use serde::Deserialize;
use serde_json::{Value, json};

use super::door::{DoorRefusal, LONGEST_NAME, OrderWishes, OrdersDoor, is_name};
use super::seldom::SaidSeldom;

/// Where orders are sent.
pub(super) const ORDERS: &str = "/v1/orders";
/// Where the description of this API is.
const OPENAPI: &str = "/v1/openapi.json";
/// The description.
const DESCRIPTION: &str = include_str!("openapi.json");

/// Shortest token, in characters: a shorter one may be guessed.
pub const SHORTEST_TOKEN: usize = 20;
/// Longest file of tokens, in bytes.
const LONGEST_FILE: u64 = 16 << 10;
/// After so many seconds it is worth a try again.
const AGAIN: HeaderValue = HeaderValue::from_static("5");

/// Media types, and what a file of such is called. What is in it is looked at all the same.
const KINDS: [(&str, &str); 8] = [
    ("application/json", "orders.json"),
    ("application/x-ndjson", "orders.jsonl"),
    ("application/jsonl", "orders.jsonl"),
    ("text/csv", "orders.csv"),
    ("text/tab-separated-values", "orders.csv"),
    ("text/plain", "orders"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "orders.xlsx"),
    ("application/octet-stream", "orders"),
];

/// Encodings of text that are read.
const CHARSETS: [&str; 9] = ["utf-8", "utf8", "us-ascii", "utf-16", "utf-16le", "utf-16be", "gb18030", "gbk", "gb2312"];

/// What the API needs.
#[derive(Debug, Clone)]
struct ApiShared {
    door: OrdersDoor,
    tokens: Arc<TokenFile>,
}

/// The file of tokens, and a key that nobody knows: tokens are compared by what it makes of them, which takes as long
/// whatever they are.
#[derive(Debug)]
struct TokenFile {
    path: PathBuf,
    key: hmac::Key,
    /// That somebody showed none of it.
    refused: SaidSeldom,
}

/// Why a file holds no tokens.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unread(#[from] std::io::Error),
    /// It is too long.
    #[error("is longer than {} KiB", LONGEST_FILE >> 10)]
    Long,
    /// There is none in it.
    #[error("holds no token")]
    Empty,
    /// One is no token.
    #[error("line {0} is no token of at least {SHORTEST_TOKEN} letters, digits and signs")]
    Line(usize),
}

/// The tokens of a file, one a line; blank lines and those that begin with `#` do not count.
///
/// # Errors
/// [`TokenError`].
pub fn read_tokens(path: &std::path::Path) -> Result<Vec<String>, TokenError> {
    use std::io::Read;
    let mut text = String::new();
    std::fs::File::open(path)?.take(LONGEST_FILE + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST_FILE {
        return Err(TokenError::Long);
    }
    let mut tokens = Vec::new();
    for (line, token) in (1..).zip(text.lines().map(str::trim)) {
        if token.is_empty() || token.starts_with('#') {
            continue;
        }
        if token.len() < SHORTEST_TOKEN || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::Line(line));
        }
        tokens.push(token.to_owned());
    }
    if tokens.is_empty() { Err(TokenError::Empty) } else { Ok(tokens) }
}

/// Every route. The file of tokens is read at each request, so that a token can be changed while the station runs.
///
/// # Errors
/// There is no randomness.
pub fn orders_router(door: OrdersDoor, token_file: PathBuf) -> std::io::Result<axum::Router> {
    let key = hmac::Key::generate(hmac::HMAC_SHA256, &rand::SystemRandom::new());
    let key = key.map_err(|_| std::io::Error::other("there is no randomness"))?;
    let shared =
        ApiShared { door, tokens: Arc::new(TokenFile { path: token_file, key, refused: SaidSeldom::default() }) };
    Ok(axum::Router::new()
        .route(ORDERS, post(take))
        .route(OPENAPI, get(openapi))
        .fallback(|| async { problem(StatusCode::NOT_FOUND, "there is POST /v1/orders and GET /v1/openapi.json") })
        .method_not_allowed_fallback(|| async {
            problem(StatusCode::METHOD_NOT_ALLOWED, "there is POST /v1/orders and GET /v1/openapi.json")
        })
        .layer(middleware::from_fn(with_headers))
        .with_state(shared))
}

async fn with_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DESCRIPTION).into_response()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OrdersQuery {
    #[serde(default)]
    dry_run: bool,
    format: Option<String>,
    shop: Option<String>,
}

async fn take(
    State(ApiShared { door, tokens }): State<ApiShared>,
    query: Result<Query<OrdersQuery>, QueryRejection>,
    request: Request,
) -> Response {
    let given = bearer(request.headers()).map(str::to_owned);
    let shown = tokens.clone();
    let known = tokio::task::spawn_blocking(move || given.map_or(Ok(false), |given| shown.has(&given))).await;
    match known {
        Ok(Ok(true)) => {}
        Ok(Ok(false)) => {
            if tokens.refused.is_due() {
                tracing::warn!(
                    "a request to [api] without a token of token_file was refused; it is said once a minute"
                );
            }
            let what = "send Authorization: Bearer and a token of the station's token_file";
            let mut refused = problem(StatusCode::UNAUTHORIZED, what);
            refused.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            return refused;
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "token_file of [api] cannot be used, so no order is taken; see `parceld check`");
            return busy("the station's token_file cannot be used; see `parceld check` there");
        }
        Err(_) => return busy("the station is stopping; send it again"),
    }
    let Query(OrdersQuery { dry_run, format, shop }) = match query {
        Ok(query) => query,
        Err(refused) => {
            let what = format!("{}; there is dry_run=true, format=NAME and shop=NAME", refused.body_text());
            return problem(StatusCode::BAD_REQUEST, &what);
        }
    };
    if !format.iter().chain(&shop).all(|name| is_name(name)) {
        let what = format!("format and shop are one line of up to {LONGEST_NAME} characters, without blanks around it");
        return problem(StatusCode::BAD_REQUEST, &what);
    }
    if let Some(what) = unread_form(request.headers()) {
        return problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, &what);
    }
    let Some(name) = name_of(request.headers()) else {
        let what = format!("send one of {}", KINDS.map(|(kind, _)| kind).join(", "));
        return problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, &what);
    };
    let wishes = OrderWishes { name: name.to_owned(), format, shop, dry_run, each: true };
    match door.bring(request, wishes).await {
        Ok(answer) => (status(&answer), Json(answer)).into_response(),
        Err(refusal @ (DoorRefusal::Busy | DoorRefusal::Again(_))) => busy(&refusal.said()),
        Err(refusal) => problem(refusal.status(), &refusal.said()),
    }
}

impl TokenFile {
    /// Whether a token is one of the file.
    fn has(&self, given: &str) -> Result<bool, TokenError> {
        let tokens = read_tokens(&self.path)?;
        let given = hmac::sign(&self.key, given.as_bytes());
        // All of them, whichever it is.
        let same = |token: &String| hmac::verify(&self.key, token.as_bytes(), given.as_ref()).is_ok();
        Ok(tokens.iter().filter(|token| same(token)).count() > 0)
    }
}

/// The token that a request shows.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut shown = headers.get_all(header::AUTHORIZATION).iter();
    let (scheme, token) = shown.next()?.to_str().ok()?.split_once(' ')?;
    (shown.next().is_none() && scheme.eq_ignore_ascii_case("bearer")).then(|| token.trim())
}

/// What a body is called by its media type; by nothing, where there is none.
fn name_of(headers: &HeaderMap) -> Option<&'static str> {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return Some("orders") };
    let kind = kind.to_str().ok()?.split(';').next().unwrap_or_default().trim();
    KINDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(kind)).map(|(_, name)| *name)
}

/// Why a body is not read in the form that its head says: packed, or in an encoding of text that is none of those that files
/// are known by.
fn unread_form(headers: &HeaderMap) -> Option<String> {
    let packed = |coding: &&HeaderValue| !coding.as_bytes().eq_ignore_ascii_case(b"identity");
    if let Some(coding) = headers.get_all(header::CONTENT_ENCODING).iter().find(packed) {
        return Some(format!("Content-Encoding {coding:?} is not unpacked here; send it as it is"));
    }
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    // Of bytes that are no text it says nothing.
    if !["text/", "application/json", "application/x-ndjson"]
        .iter()
        .any(|text| kind.to_ascii_lowercase().starts_with(text))
    {
        return None;
    }
    let said = kind.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let charset = said.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset")).map(|(_, value)| value);
    let charset = charset.map(|value| value.trim().trim_matches('"')).find(|value| !is_read(value))?;
    Some(format!("charset {charset:?} is not read here; send it in UTF-8"))
}

/// Whether text in this encoding is read.
fn is_read(charset: &str) -> bool {
    CHARSETS.iter().any(|known| known.eq_ignore_ascii_case(charset))
}

/// The status of an answer.
fn status(answer: &Value) -> StatusCode {
    let count = |name: &str| answer[name].as_u64().unwrap_or_default();
    let not_taken = count("not_taken");
    let all = ["accepted", "unchanged", "changed", "older", "in_conflict", "refused"].map(count);
    let taken = all.iter().sum::<u64>().saturating_sub(not_taken);
    match (taken, not_taken) {
        (_, 0) => StatusCode::OK,
        (0, _) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::MULTI_STATUS,
    }
}

/// What can be had in a moment.
fn busy(what: &str) -> Response {
    let mut response = problem(StatusCode::SERVICE_UNAVAILABLE, what);
    response.headers_mut().insert(header::RETRY_AFTER, AGAIN);
    response
}

/// `application/problem+json` (RFC 9457): `{"title", "status", "detail"}`; the detail says what to do.
fn problem(status: StatusCode, what: &str) -> Response {
    let title = status.canonical_reason().unwrap_or_default();
    let body = json!({ "title": title, "status": status.as_u16(), "detail": what });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
