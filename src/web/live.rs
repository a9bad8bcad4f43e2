//! The packer's screen as it changes.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_core::Stream;
use tokio::sync::{mpsc, watch};

use super::{Desk, Frame, PrintedLabel};

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

/// Server-sent events: the view at once and whenever it changes or a virtual label comes out, with `version`, and
/// `bench`: whether there is a virtual one.
pub(super) async fn live(State(shared): State<Shared>) -> Response {
    let (newest, events) = mpsc::channel(1);
    tokio::spawn(follow(shared.desk, newest));
    Sse::new(Events(events)).keep_alive(KeepAlive::default()).into_response()
}

/// Sends the newest frame whenever the client has taken the one before. A slow client skips frames; it has no backlog.
async fn follow(desk: Desk, newest: mpsc::Sender<Event>) {
    let (mut frames, mut labels, bench) = (desk.frames, desk.labels, desk.bench.is_some());
    while let Ok(room) = newest.reserve().await {
        let frame = Arc::clone(&frames.borrow_and_update());
        room.send(event(&frame, bench));
        let changed = tokio::select! {
            changed = frames.changed() => changed.is_ok(),
            () = printed(&mut labels) => true,
            () = newest.closed() => false,
        };
        if !changed {
            break;
        }
    }
}

/// Until the virtual printer has printed another label; for ever where there is none.
async fn printed(labels: &mut Option<watch::Receiver<Arc<Vec<PrintedLabel>>>>) {
    if let Some(labels) = labels
        && labels.changed().await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

fn event(frame: &Frame, bench: bool) -> Event {
    let mut data = frame.view.clone();
    if let Some(fields) = data.as_object_mut() {
        fields.insert("version".into(), frame.version.into());
        fields.insert("bench".into(), bench.into());
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
