//! The page's files, compiled in.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::screen::Sentence;

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

const INDEX: &str = include_str!("page/index.html");

/// Name, type and text of everything the page loads.
const FILES: &[(&str, &str, &str)] = &[
    ("page.js", SCRIPT, include_str!("page/page.js")),
    ("bench.js", SCRIPT, include_str!("page/bench.js")),
    ("records.js", SCRIPT, include_str!("page/records.js")),
    ("dom.js", SCRIPT, include_str!("page/dom.js")),
    ("page.css", STYLE, include_str!("page/page.css")),
    ("records.css", STYLE, include_str!("page/records.css")),
    ("icon.svg", "image/svg+xml", include_str!("page/icon.svg")),
];

/// What the page of a virtual bench says in the packer's language, beside what the station says: sent to it by key.
pub const PAGE: [Sentence; 22] = [
    Sentence::PageNext,
    Sentence::PageScanner,
    Sentence::PageCode,
    Sentence::PageScan,
    Sentence::PageScale,
    Sentence::PagePut,
    Sentence::PageLift,
    Sentence::PageOrPut,
    Sentence::PagePutGrams,
    Sentence::PagePrinter,
    Sentence::PageScanLabel,
    Sentence::PageNoLabel,
    Sentence::PageBreak,
    Sentence::PageCommands,
    Sentence::PageCable,
    Sentence::PageToPack,
    Sentence::PageReady,
    Sentence::PageInHand,
    Sentence::PageOnHold,
    Sentence::PageCancelled,
    Sentence::StateHeld,
    Sentence::StateVerified,
];

pub(super) async fn index() -> Response {
    ([(header::CONTENT_TYPE, HTML)], INDEX).into_response()
}

pub(super) async fn file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(file, ..)| *file == name) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], *text).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
