//! The receiver's HTTP.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, IF_MATCH, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, put};
use serde::Deserialize;
use tokio::sync::{mpsc, oneshot};

use super::ledger::{Append, AppendOutcome, Ask, LedgerPosition};
use super::{ReceiverFault, Switches};

/// Above what a station may send: 256 KiB, or one event alone.
const MAX_BODY: usize = 1 << 20;

#[derive(Clone)]
struct ReceiverShared {
    asks: mpsc::Sender<Ask>,
    switches: Switches,
    token: Option<String>,
}

pub(super) fn router(asks: mpsc::Sender<Ask>, switches: Switches, token: Option<String>) -> Router {
    let shared = ReceiverShared { asks, switches, token };
    Router::new()
        .route("/v1/stations/{station}/head", get(head))
        .route("/v1/stations/{station}/{incarnation}/events/{range}", put(append))
        .route("/v1/stations/{station}/orders", get(orders))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(shared.clone(), gate))
        .with_state(shared)
}

/// The faults that meet every request, and the token.
async fn gate(State(shared): State<ReceiverShared>, request: Request, next: Next) -> Response {
    let mut faults = shared.switches.fault.subscribe();
    let fault = *faults.borrow_and_update();
    match fault {
        ReceiverFault::Refuse(status) => return refusal(status).into_response(),
        ReceiverFault::Busy(status, seconds) => {
            return (refusal(status), [(RETRY_AFTER, seconds.to_string())]).into_response();
        }
        ReceiverFault::CaptivePortal => {
            return Html("<html><title>Sign in to Warehouse-Guest</title></html>").into_response();
        }
        ReceiverFault::Hang => {
            std::future::pending::<()>().await;
        }
        ReceiverFault::None
        | ReceiverFault::LoseAnswer
        | ReceiverFault::RejectSeq(_)
        | ReceiverFault::Unconfirmed
        | ReceiverFault::OtherHead
        | ReceiverFault::NoCursor => {}
    }
    let shown = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if shared.token.as_deref().is_some_and(|token| shown != Some(token)) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

fn refusal(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

async fn head(State(shared): State<ReceiverShared>, Path(station): Path<String>) -> Response {
    let fault = *shared.switches.fault.borrow();
    if fault == ReceiverFault::OtherHead {
        let head = serde_json::json!({"incarnation": "elsewhere", "seq": 812, "confirmed": 800});
        return json(StatusCode::OK, &head);
    }
    let confirm = fault != ReceiverFault::Unconfirmed;
    match ask(&shared, |reply| Ask::Head { station, confirm, reply }).await {
        Some(LedgerPosition { incarnation, seq, confirmed }) => {
            json(StatusCode::OK, &serde_json::json!({"incarnation": incarnation, "seq": seq, "confirmed": confirmed}))
        }
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn append(
    State(shared): State<ReceiverShared>,
    Path((station, incarnation, range)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let Some((from, to)) = numbers(&range) else { return malformed("the range is not FROM-TO") };
    let expected = headers.get(IF_MATCH).and_then(|value| value.to_str().ok());
    if expected != Some(format!("\"{}\"", from.saturating_sub(1)).as_str()) {
        return malformed("If-Match is not the number before the range");
    }
    let fault = *shared.switches.fault.borrow();
    let reject = if let ReceiverFault::RejectSeq(seq) = fault { Some(seq) } else { None };
    let confirm = fault != ReceiverFault::Unconfirmed;
    let append = Append { station, incarnation, from, to, body, reject, confirm };
    let outcome = ask(&shared, |reply| Ask::Append { append, reply }).await;
    if fault == ReceiverFault::LoseAnswer && matches!(outcome, Some(AppendOutcome::Taken(_))) {
        shared.switches.cut();
    }
    match outcome {
        Some(
            AppendOutcome::Taken(LedgerPosition { incarnation, seq, confirmed })
            | AppendOutcome::Known(LedgerPosition { incarnation, seq, confirmed }),
        ) => json(StatusCode::OK, &serde_json::json!({"incarnation": incarnation, "seq": seq, "confirmed": confirmed})),
        Some(AppendOutcome::Moved(LedgerPosition { incarnation, seq, .. })) => {
            json(StatusCode::PRECONDITION_FAILED, &serde_json::json!({"incarnation": incarnation, "seq": seq}))
        }
        Some(AppendOutcome::Conflict) => StatusCode::CONFLICT.into_response(),
        Some(AppendOutcome::Malformed(why)) => malformed(why),
        Some(AppendOutcome::Rejected) => (StatusCode::UNPROCESSABLE_ENTITY, "an event is not wanted").into_response(),
        Some(AppendOutcome::Broken(why)) => (StatusCode::INSUFFICIENT_STORAGE, why).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

#[derive(Deserialize)]
struct Cursor {
    #[serde(default)]
    cursor: String,
}

async fn orders(
    State(shared): State<ReceiverShared>,
    Path(_station): Path<String>,
    Query(query): Query<Cursor>,
) -> Response {
    match ask(&shared, |reply| Ask::Orders { cursor: query.cursor, reply }).await {
        Some((cursor, orders)) => {
            let cursor = match *shared.switches.fault.borrow() {
                ReceiverFault::NoCursor => "null".to_owned(),
                _ => format!("\"{cursor}\""),
            };
            let body = format!(r#"{{"cursor":{cursor},"orders":[{}]}}"#, orders.join(","));
            ([(CONTENT_TYPE, "application/json")], body).into_response()
        }
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn ask<T>(shared: &ReceiverShared, question: impl FnOnce(oneshot::Sender<T>) -> Ask) -> Option<T> {
    let (reply, answer) = oneshot::channel();
    shared.asks.send(question(reply)).await.ok()?;
    answer.await.ok()
}

fn numbers(range: &str) -> Option<(u64, u64)> {
    let (from, to) = range.split_once('-')?;
    Some((from.parse().ok()?, to.parse().ok()?))
}

fn malformed(why: &'static str) -> Response {
    (StatusCode::BAD_REQUEST, why).into_response()
}

fn json(status: StatusCode, value: &serde_json::Value) -> Response {
    (status, axum::Json(value)).into_response()
}
