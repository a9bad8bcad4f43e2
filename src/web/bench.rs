//! The virtual bench: hands on the devices, the labels that came out, the receiver. Only where there is one.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::oneshot;

use super::api::{PATIENCE, failure};
use super::live::Shared;
use super::{BenchAct, BenchCall};

/// Longest code a person types into the page, in bytes; scanners are bounded by the station.
const CODE_LIMIT: usize = 512;

/// Heaviest thing put on the virtual scale: a tonne.
const GRAMS_LIMIT: u32 = 1_000_000;

const PRINTER_FAULTS: &[&str] = &["none", "paper_out", "head_open", "off"];
const SCALE_FAULTS: &[&str] = &["none", "silent", "off"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Load {
    grams: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LabelIndex {
    #[serde(default)]
    index: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    fault: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cable {
    up: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// `POST /api/bench/{act}`: 204 when done; 400, 404, 409 or 503 with `{"error"}`.
pub(super) async fn act(State(shared): State<Shared>, Path(name): Path<String>, body: Bytes) -> Response {
    let Some(bench) = &shared.desk.bench else { return StatusCode::NOT_FOUND.into_response() };
    let act = match parse(&name, &body) {
        Ok(Some(act)) => act,
        Ok(None) => return failure(StatusCode::NOT_FOUND, "the bench has no such act"),
        Err(why) => return failure(StatusCode::BAD_REQUEST, why),
    };
    let (reply, done) = oneshot::channel();
    if bench.acts.try_send(BenchCall { act, reply }).is_err() {
        return failure(StatusCode::SERVICE_UNAVAILABLE, "the bench is busy; try again");
    }
    match tokio::time::timeout(PATIENCE, done).await {
        Ok(Ok(Ok(()))) => StatusCode::NO_CONTENT.into_response(),
        Ok(Ok(Err(why))) => failure(StatusCode::CONFLICT, why),
        Ok(Err(_)) | Err(_) => failure(StatusCode::SERVICE_UNAVAILABLE, "the bench did not answer; try again"),
    }
}

/// The act of this name; nothing when there is no such name.
fn parse(name: &str, body: &[u8]) -> Result<Option<BenchAct>, String> {
    Ok(Some(match name {
        "scan" => BenchAct::Scan(code(read::<Code>(body)?.text)?),
        "command" => BenchAct::Command(code(read::<Code>(body)?.text)?),
        "put" => BenchAct::Put { grams: grams(read::<Load>(body)?.grams)? },
        "put-order" => read::<Nothing>(body).map(|_| BenchAct::PutOrder)?,
        "lift" => read::<Nothing>(body).map(|_| BenchAct::Lift)?,
        "scan-label" => BenchAct::ScanLabel { index: read::<LabelIndex>(body)?.index },
        "printer" => BenchAct::Printer { fault: fault(read::<Fault>(body)?.fault, PRINTER_FAULTS)? },
        "scale" => BenchAct::Scale { fault: fault(read::<Fault>(body)?.fault, SCALE_FAULTS)? },
        "network" => BenchAct::Network { up: read::<Cable>(body)?.up },
        _ => return Ok(None),
    }))
}

/// How the page asks for an act: its name, and the body. What `act` reads.
pub fn request(act: &BenchAct) -> serde_json::Value {
    match act {
        BenchAct::Scan(text) => json!(["scan", { "text": text }]),
        BenchAct::Command(text) => json!(["command", { "text": text }]),
        BenchAct::Put { grams } => json!(["put", { "grams": grams }]),
        BenchAct::PutOrder => json!(["put-order", {}]),
        BenchAct::Lift => json!(["lift", {}]),
        BenchAct::ScanLabel { index } => json!(["scan-label", { "index": index }]),
        BenchAct::Printer { fault } => json!(["printer", { "fault": fault }]),
        BenchAct::Scale { fault } => json!(["scale", { "fault": fault }]),
        BenchAct::Network { up } => json!(["network", { "up": up }]),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| format!("body is not what this act takes: {error}"))
}

fn code(text: String) -> Result<String, String> {
    match text.len() {
        1..=CODE_LIMIT if !text.contains(char::is_control) => Ok(text),
        _ => Err(format!("a code is 1 to {CODE_LIMIT} printable characters")),
    }
}

fn grams(grams: u32) -> Result<u32, String> {
    if grams <= GRAMS_LIMIT { Ok(grams) } else { Err(format!("put at most {GRAMS_LIMIT} g on the scale")) }
}

fn fault(fault: String, known: &[&str]) -> Result<String, String> {
    if known.contains(&fault.as_str()) { Ok(fault) } else { Err(format!("fault is one of {}", known.join(", "))) }
}

/// `[{name, index}]`, newest first.
pub(super) async fn labels(State(shared): State<Shared>) -> Response {
    let Some(bench) = &shared.desk.bench else { return StatusCode::NOT_FOUND.into_response() };
    let labels = bench.labels.borrow();
    let list: Vec<_> = labels.iter().map(|label| json!({ "name": label.name, "index": label.index })).collect();
    Json(list).into_response()
}

/// `/api/labels/7.png`: the picture; `/api/labels/7.zpl`: the bytes.
pub(super) async fn label(State(shared): State<Shared>, Path(file): Path<String>) -> Response {
    let found = shared.desk.bench.as_ref().and_then(|bench| {
        let (index, kind) = file.split_once('.')?;
        let index: u64 = index.parse().ok()?;
        let labels = bench.labels.borrow();
        let label = labels.iter().find(|label| label.index == index)?;
        match kind {
            "png" => Some(([(header::CONTENT_TYPE, "image/png")], Vec::clone(&label.png))),
            "zpl" => Some(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], Vec::clone(&label.zpl))),
            _ => None,
        }
    });
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response)
}

pub(super) async fn received(State(shared): State<Shared>) -> Response {
    match &shared.desk.bench {
        Some(bench) => {
            let value = bench.received.borrow().clone();
            Json(serde_json::Value::clone(&value)).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
