//! The door for files of orders that come over HTTP: one at a time, whole before anything is read of it, and answered once.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::timeout;

/// How long one waits for the file before it.
const TURN: Duration = Duration::from_secs(10);
/// How long the bytes of a file may be on their way.
const BODY: Duration = Duration::from_secs(60);
/// How long nothing of them may come.
const SILENCE: Duration = Duration::from_secs(5);
/// How long a request with a file may take: its turn, its bytes, and the reading of [`OrdersDoor::READING`].
pub(super) const WHOLE: Duration = TURN.saturating_add(BODY).saturating_add(OrdersDoor::READING).saturating_add(TURN);

/// Longest name of a shop or a format, in characters.
pub(super) const LONGEST_NAME: usize = 100;

/// Whether this can be the name of a shop or a format: one line, with nothing around it that cannot be seen.
pub(super) fn is_name(text: &str) -> bool {
    text.chars().count() <= LONGEST_NAME && !text.contains(char::is_control) && text.trim() == text
}

/// Where files of orders go.
#[derive(Debug, Clone)]
pub struct OrdersDoor {
    files: mpsc::Sender<SentOrders>,
    place: Arc<Semaphore>,
    most: usize,
}

/// A file of orders on its way in.
#[derive(Debug)]
pub struct SentOrders {
    /// Its bytes; all of them.
    pub bytes: Vec<u8>,
    /// What is said of it.
    pub wishes: OrderWishes,
    /// Where the answer goes: what `parceld orders import --json` says, with `rejects`, the reject file as text or `null`,
    /// unless each order is named.
    pub reply: oneshot::Sender<Result<Value, DoorRefusal>>,
    /// Held until the answer is there, also where nobody waits for it any more.
    pub place: OwnedSemaphorePermit,
}

/// What is said of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderWishes {
    /// What it is called.
    pub name: String,
    /// Whose file it is; known by its header without.
    pub format: Option<String>,
    /// Shop of the orders that name none.
    pub shop: Option<String>,
    /// Nothing is taken in.
    pub dry_run: bool,
    /// For a program: the answer names each order, and has no reject file.
    pub each: bool,
}

/// Why a file was not read, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DoorRefusal {
    /// Another one is being read.
    Busy,
    /// The station takes nothing now, or the reading ended before all of it was in.
    Again(String),
    /// It cannot be read, or whoever read it ended over it: nothing of it is taken in.
    Unread(String),
    /// It is larger than so many bytes.
    TooLarge(usize),
    /// Its bytes did not come in time.
    TooSlow,
    /// Its bytes ended early.
    Broken,
}

impl DoorRefusal {
    /// The status of the answer.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Busy | Self::Again(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unread(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Broken => StatusCode::BAD_REQUEST,
        }
    }

    /// In words for a person.
    pub fn said(&self) -> String {
        match self {
            Self::Busy => "another file of orders is being read; send it again in a moment".to_owned(),
            Self::Again(why) => format!("not all of it is taken in: {why}; send it again, what is here already stays"),
            Self::Unread(why) => format!("it could not be read, and nothing of it is taken in: {why}"),
            Self::TooLarge(most) => format!("it is larger than {} MiB; split it", most >> 20),
            Self::TooSlow => {
                "it did not come whole within a minute, or nothing of it came for 5 s; send it again, or split it"
                    .to_owned()
            }
            Self::Broken => "it did not come whole; send it again".to_owned(),
        }
    }
}

impl OrdersDoor {
    /// How long a file may be read and taken in: whoever waits gives up then. Its reading is ended, and what was
    /// taken in by then stays.
    pub const READING: Duration = Duration::from_secs(600);

    /// A door for files of so many bytes, and where they come out.
    pub fn new(most: usize) -> (Self, mpsc::Receiver<SentOrders>) {
        let (files, sent) = mpsc::channel(1);
        (Self { files, place: Arc::new(Semaphore::new(1)), most }, sent)
    }

    /// Takes the file that is the body of a request, and waits for what is said of it.
    pub(super) async fn bring(&self, body: Request<Body>, wishes: OrderWishes) -> Result<Value, DoorRefusal> {
        // What says that it is too large need not come first.
        let length: Option<u64> =
            body.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        if length.is_some_and(|length| length > self.most as u64) {
            return Err(DoorRefusal::TooLarge(self.most));
        }
        let place = timeout(TURN, self.place.clone().acquire_owned()).await;
        let Ok(Ok(place)) = place else { return Err(DoorRefusal::Busy) };
        let bytes =
            timeout(BODY, whole(body.into_body(), length, self.most)).await.map_err(|_| DoorRefusal::TooSlow)??;
        let (reply, answer) = oneshot::channel();
        let stopping = |_| DoorRefusal::Again("the station is stopping".to_owned());
        self.files.send(SentOrders { bytes, wishes, reply, place }).await.map_err(|_| stopping(()))?;
        answer.await.unwrap_or_else(|_| Err(stopping(())))
    }
}

/// Everything of a body, in one piece. `length` is what it says of itself.
async fn whole(mut body: Body, length: Option<u64>, most: usize) -> Result<Vec<u8>, DoorRefusal> {
    let said = length.and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    let mut bytes = Vec::with_capacity(said.min(most));
    loop {
        let frame = poll_fn(|context| Pin::new(&mut body).poll_frame(context));
        let frame = match timeout(SILENCE, frame).await {
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(_))) => return Err(DoorRefusal::Broken),
            Ok(None) => return Ok(bytes),
            Err(_) => return Err(DoorRefusal::TooSlow),
        };
        let Ok(data) = frame.into_data() else { continue };
        if data.len() > most - bytes.len() {
            return Err(DoorRefusal::TooLarge(most));
        }
        bytes.extend_from_slice(&data);
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::task::{Context, Poll};

    use axum::body::Bytes;
    use hyper::body::Frame;
    use tokio::time::{Interval, interval};

    use super::*;

    /// So many bytes, one at each tick.
    struct SlowBody(usize, Interval);

    impl HttpBody for SlowBody {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            if self.0 == 0 {
                return Poll::Ready(None);
            }
            self.1.poll_tick(context).map(|_| {
                self.0 -= 1;
                Some(Ok(Frame::data(Bytes::from_static(b"x"))))
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_is_taken_as_long_as_something_of_it_comes_and_it_is_small_enough() {
        let slow = |count, every: Duration| Body::new(SlowBody(count, interval(every)));
        let slowly = SILENCE - Duration::from_secs(1);
        assert_eq!(whole(slow(10, slowly), Some(10), 10).await, Ok(vec![b'x'; 10]));
        assert_eq!(whole(slow(10, slowly), None, 10).await, Ok(vec![b'x'; 10]));
        assert_eq!(whole(slow(11, slowly), Some(1), 10).await, Err(DoorRefusal::TooLarge(10)));
        let silent = SILENCE + Duration::from_secs(1);
        assert_eq!(whole(slow(2, silent), Some(2), 10).await, Err(DoorRefusal::TooSlow));
    }
}
