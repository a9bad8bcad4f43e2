//! The page's files, compiled in.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use serde_json::{Map, Value};

use crate::screen::{Sentence, Words};

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
    ("orders.js", SCRIPT, include_str!("page/orders.js")),
    ("page.css", STYLE, include_str!("page/page.css")),
    ("records.css", STYLE, include_str!("page/records.css")),
    ("icon.svg", "image/svg+xml", include_str!("page/icon.svg")),
];

/// What the page says in the packer's language, beside what the station says: sent to it by key.
pub(super) const PAGE: [Sentence; 37] = [
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
    Sentence::PageOrders,
    Sentence::PageDrop,
    Sentence::PagePick,
    Sentence::PageTry,
    Sentence::PageShop,
    Sentence::PageReading,
    Sentence::PageNew,
    Sentence::PageChanged,
    Sentence::PageUnchanged,
    Sentence::PageOlder,
    Sentence::PageConflict,
    Sentence::PageRefused,
    Sentence::PageRejects,
    Sentence::PageNoOrder,
    Sentence::PageRow,
];

/// All of it, by key.
pub(super) fn says(words: &Words) -> Value {
    PAGE.iter()
        .map(|sentence| (sentence.key().to_owned(), Value::from(words.say(sentence))))
        .collect::<Map<_, _>>()
        .into()
}

pub(super) async fn index() -> Response {
    ([(header::CONTENT_TYPE, HTML)], INDEX).into_response()
}

pub(super) async fn file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(file, ..)| *file == name) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], *text).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
