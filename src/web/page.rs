//! The page's files, compiled in.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use serde_json::{Map, Value};

use crate::screen::Words;

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

/// States of orders, each with the key of its words.
pub(super) const ORDER_STATES: [(&str, &str); 6] = [
    ("to_pack", "page_to_pack"),
    ("in_hand", "page_in_hand"),
    ("packed", "state_verified"),
    ("hold", "page_on_hold"),
    ("cancelled", "page_cancelled"),
    ("import_again", "page_import_again"),
];

/// What the page says in the packer's language beside what the station says, by key; every state is `state_` and its word.
pub(super) fn says(words: &Words) -> Value {
    let mut says: Map<String, Value> = words.of_page().map(|(key, said)| (key.to_owned(), said.into())).collect();
    for (state, key) in ORDER_STATES {
        let said = says.get(key).cloned().unwrap_or_default();
        says.insert(format!("state_{state}"), said);
    }
    says.into()
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
