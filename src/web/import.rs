//! Orders that are dropped onto the page.

use axum::Json;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::api::failure;
use super::door::{LONGEST_NAME, OrderWishes, is_name};
use super::live::Shared;

/// Its place.
pub(super) const IMPORT: &str = "/api/import";

/// Longest name of a file, in characters.
const LONGEST_FILE_NAME: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportQuery {
    #[serde(default)]
    name: String,
    #[serde(default)]
    dry_run: bool,
    shop: Option<String>,
}

/// `POST /api/import?name=orders.csv&dry_run=false&shop=US-01`, the file as it is: the answer of the import, or `{"error"}`. Nothing of
/// it is kept here: the reject file goes out in the answer.
pub(super) async fn import(State(shared): State<Shared>, Query(query): Query<ImportQuery>, body: Request) -> Response {
    let name: String = query.name.chars().filter(|sign| !sign.is_control()).take(LONGEST_FILE_NAME).collect();
    if let Some(shop) = query.shop.as_deref().filter(|shop| !is_name(shop)) {
        let what =
            format!("{shop:?} is no shop: write one line of up to {LONGEST_NAME} characters, without blanks around it");
        return failure(StatusCode::BAD_REQUEST, what);
    }
    let wishes = OrderWishes { name, dry_run: query.dry_run, shop: query.shop, ..OrderWishes::default() };
    match shared.desk.orders.bring(body, wishes).await {
        Ok(answer) => Json(answer).into_response(),
        Err(refusal) => failure(refusal.status(), refusal.said()),
    }
}
