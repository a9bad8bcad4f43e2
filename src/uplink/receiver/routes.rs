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

use super::ledger::{Append, Ask, Outcome, Position};
use super::{Fault, Switches};

/// Above what a station may send: 256 KiB, or one event alone.
const MAX_BODY: usize = 1 << 20;

#[derive(Clone)]
struct Shared {
    asks: mpsc::Sender<Ask>,
    switches: Switches,
    token: Option<String>,
}

pub(super) fn router(asks: mpsc::Sender<Ask>, switches: Switches, token: Option<String>) -> Router {
    let shared = Shared { asks, switches, token };
    Router::new()
        .route("/v1/stations/{station}/head", get(head))
        .route("/v1/stations/{station}/{incarnation}/events/{range}", put(append))
        .route("/v1/stations/{station}/orders", get(orders))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(shared.clone(), gate))
        .with_state(shared)
}

/// The faults that meet every request, and the token.
async fn gate(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let mut faults = shared.switches.fault.subscribe();
    let fault = *faults.borrow_and_update();
    match fault {
        Fault::Refuse(status) => return refusal(status).into_response(),
        Fault::Busy(status, seconds) => {
            return (refusal(status), [(RETRY_AFTER, seconds.to_string())]).into_response();
        }
        Fault::CaptivePortal => return Html("<html><title>Sign in to Warehouse-Guest</title></html>").into_response(),
        Fault::Hang => {
            std::future::pending::<()>().await;
        }
        Fault::None
        | Fault::LoseAnswer
        | Fault::RejectSeq(_)
        | Fault::Unconfirmed
        | Fault::OtherHead
        | Fault::NoCursor => {}
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

async fn head(State(shared): State<Shared>, Path(station): Path<String>) -> Response {
    let fault = *shared.switches.fault.borrow();
    if fault == Fault::OtherHead {
        let head = serde_json::json!({"incarnation": "elsewhere", "seq": 812, "confirmed": 800});
        return json(StatusCode::OK, &head);
    }
    let confirm = fault != Fault::Unconfirmed;
    match ask(&shared, |reply| Ask::Head { station, confirm, reply }).await {
        Some(Position { incarnation, seq, confirmed }) => {
            json(StatusCode::OK, &serde_json::json!({"incarnation": incarnation, "seq": seq, "confirmed": confirmed}))
        }
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn append(
    State(shared): State<Shared>,
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
    let reject = if let Fault::RejectSeq(seq) = fault { Some(seq) } else { None };
    let confirm = fault != Fault::Unconfirmed;
    let append = Append { station, incarnation, from, to, body, reject, confirm };
    let outcome = ask(&shared, |reply| Ask::Append { append, reply }).await;
    if fault == Fault::LoseAnswer && matches!(outcome, Some(Outcome::Taken(_))) {
        shared.switches.cut();
    }
    match outcome {
        Some(
            Outcome::Taken(Position { incarnation, seq, confirmed })
            | Outcome::Known(Position { incarnation, seq, confirmed }),
        ) => json(StatusCode::OK, &serde_json::json!({"incarnation": incarnation, "seq": seq, "confirmed": confirmed})),
        Some(Outcome::Moved(Position { incarnation, seq, .. })) => {
            json(StatusCode::PRECONDITION_FAILED, &serde_json::json!({"incarnation": incarnation, "seq": seq}))
        }
        Some(Outcome::Conflict) => StatusCode::CONFLICT.into_response(),
        Some(Outcome::Malformed(why)) => malformed(why),
        Some(Outcome::Rejected) => (StatusCode::UNPROCESSABLE_ENTITY, "an event is not wanted").into_response(),
        Some(Outcome::Broken(why)) => (StatusCode::INSUFFICIENT_STORAGE, why).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

#[derive(Deserialize)]
struct Cursor {
    #[serde(default)]
    cursor: String,
}

async fn orders(State(shared): State<Shared>, Path(_station): Path<String>, Query(query): Query<Cursor>) -> Response {
    match ask(&shared, |reply| Ask::Orders { cursor: query.cursor, reply }).await {
        Some((cursor, orders)) => {
            let cursor = match *shared.switches.fault.borrow() {
                Fault::NoCursor => "null".to_owned(),
                _ => format!("\"{cursor}\""),
            };
            let body = format!(r#"{{"cursor":{cursor},"orders":[{}]}}"#, orders.join(","));
            ([(CONTENT_TYPE, "application/json")], body).into_response()
        }
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn ask<T>(shared: &Shared, question: impl FnOnce(oneshot::Sender<T>) -> Ask) -> Option<T> {
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
