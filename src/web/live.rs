//! The packer's screen as it changes.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_core::Stream;
use serde_json::Value;
use tokio::sync::{mpsc, watch};

use super::{Desk, Frame, page};

/// What every handler gets.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    pub(super) desk: Desk,
}

/// The picture. Its ETag is the frame's version.
pub(super) async fn frame(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    let frame = Arc::clone(&shared.desk.frames.borrow());
    let tag = format!("\"{}\"", frame.version);
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, "image/png")], frame.png().to_vec()).into_response()
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Server-sent events: the view at once and whenever it changes, with `version`; `bench`, what is shown of the virtual bench,
/// or `null`; and with the first one and with each new language `says`, the page's own words.
pub(super) async fn live(State(shared): State<Shared>) -> Response {
    let (newest, events) = mpsc::channel(1);
    tokio::spawn(follow(shared.desk, newest));
    Sse::new(Events(events)).keep_alive(KeepAlive::default()).into_response()
}

/// Sends the newest frame whenever the client has taken the one before. A slow client skips frames; it has no backlog.
async fn follow(desk: Desk, newest: mpsc::Sender<Event>) {
    let (mut frames, mut bench) = (desk.frames, desk.bench.map(|bench| bench.shown));
    let mut said = None;
    while let Ok(room) = newest.reserve().await {
        let frame = Arc::clone(&frames.borrow_and_update());
        let shown = bench.as_mut().map(|shown| Arc::clone(&shown.borrow_and_update()));
        let language = Some(frame.shown.language.clone());
        let says = (said != language).then(|| page::says(&frame.words));
        said = language;
        room.send(event(&frame, says, shown.as_deref()));
        let changed = tokio::select! {
            changed = frames.changed() => changed.is_ok(),
            () = moved(&mut bench) => true,
            () = newest.closed() => false,
        };
        if !changed {
            break;
        }
    }
}

/// Until something else is shown of the virtual bench; for ever where there is none.
async fn moved(bench: &mut Option<watch::Receiver<Arc<Value>>>) {
    if let Some(shown) = bench
        && shown.changed().await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

fn event(frame: &Frame, says: Option<Value>, bench: Option<&Value>) -> Event {
    let mut data = frame.view.clone();
    if let Some(fields) = data.as_object_mut() {
        fields.insert("version".into(), frame.version.into());
        fields.extend(says.map(|says| ("says".to_owned(), says)));
        fields.insert("bench".into(), bench.cloned().unwrap_or_default());
    }
    Event::default().data(data.to_string())
}

/// The receiving end as a stream.
struct Events(mpsc::Receiver<Event>);

impl Stream for Events {
    type Item = Result<Event, std::convert::Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|event| event.map(Ok))
    }
}
