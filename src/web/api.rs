//! Questions to the loop.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::sync::oneshot;

use super::live::Shared;
use super::{AskedQuestion, Question};

/// How long the page waits for the loop: longer than a slow card's commit, shorter than a person's patience.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Parcels listed when nothing is said, and at most.
const LISTED: u32 = 200;
/// Longest text that is searched, in characters.
const LONGEST: usize = 64;

pub(super) async fn orders(State(shared): State<Shared>) -> Response {
    ask(&shared, Question::Orders).await
}

#[derive(Debug, Deserialize)]
pub(super) struct PageQuery {
    limit: Option<u32>,
    search: Option<String>,
}

pub(super) async fn parcels(State(shared): State<Shared>, Query(page): Query<PageQuery>) -> Response {
    let search = page.search.map(|text| text.trim().chars().take(LONGEST).collect::<String>());
    match search.filter(|text| !text.is_empty()) {
        Some(text) => ask(&shared, Question::Found { text }).await,
        None => ask(&shared, Question::Parcels { limit: page.limit.unwrap_or(LISTED).min(LISTED) }).await,
    }
}

pub(super) async fn today(State(shared): State<Shared>) -> Response {
    ask(&shared, Question::Today).await
}

pub(super) async fn parcel(State(shared): State<Shared>, Path(n): Path<u64>) -> Response {
    ask(&shared, Question::Parcel(n)).await
}

pub(super) async fn manifests(State(shared): State<Shared>) -> Response {
    ask(&shared, Question::Manifests).await
}

pub(super) async fn outbox(State(shared): State<Shared>) -> Response {
    ask(&shared, Question::Outbox).await
}

async fn ask(shared: &Shared, question: Question) -> Response {
    let (reply, answer) = oneshot::channel();
    if shared.desk.ask.try_send(AskedQuestion { question, reply }).is_err() {
        return failure(StatusCode::SERVICE_UNAVAILABLE, "the station is busy or stopping; ask again");
    }
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(Ok(serde_json::Value::Null)) => failure(StatusCode::NOT_FOUND, "there is none"),
        Ok(Ok(value)) => Json(value).into_response(),
        Ok(Err(_)) => failure(StatusCode::SERVICE_UNAVAILABLE, "the station did not answer; ask again"),
        Err(_) => failure(StatusCode::GATEWAY_TIMEOUT, "the station takes too long; look at its log"),
    }
}

/// `{"error": …}` with a status.
pub(super) fn failure(status: StatusCode, why: impl Into<String>) -> Response {
    (status, Json(serde_json::json!({ "error": why.into() }))).into_response()
}
