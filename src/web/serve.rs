//! Connections to the page, and to where orders are sent: bounded in number and in time, and taken as long as the program runs.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::accept::Acceptor;
use super::door;
use super::guests::{Doing, GuestId, Guests};
use super::import::IMPORT;
use super::orders::ORDERS;
use super::patient::PatientStream;
use super::seldom::SaidSeldom;
use super::tls::ServerCertificate;

/// How much of a request that was answered already is taken, and left unread: twice the largest file.
const UNREAD: usize = 128 << 20;
/// It is taken in parts of so many bytes.
const PART: usize = 16 << 10;

/// How long a client may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For the head of a request, and between two of them.
    pub(super) head: Duration,
    /// For the body of a request and its answer, longer than the loop is waited for; and for what a client still sends when it
    /// is answered.
    pub(super) body: Duration,
    /// For taking something of an answer.
    pub(super) answer: Duration,
    /// The same as `body` of a request that brings a file of orders.
    pub(super) file: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            body: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            file: door::WHOLE,
        }
    }
}

/// What connections tell the one who takes them.
type Turns = mpsc::Sender<(GuestId, Doing)>;

/// What is served, and how.
#[derive(Debug)]
pub(super) struct ServedAs {
    /// Its name in the log.
    pub(super) what: &'static str,
    /// With a certificate everything is encrypted; each connection by the newest.
    pub(super) certificate: Option<watch::Receiver<ServerCertificate>>,
}

/// Serves the page for ever.
pub async fn serve(listener: TcpListener, router: Router) {
    serve_within(Patience::default(), listener, router, ServedAs { what: "page", certificate: None }).await;
}

/// Serves `/v1/orders` for ever. The certificate may be renewed meanwhile.
pub async fn serve_orders(
    listener: TcpListener,
    router: Router,
    certificate: Option<watch::Receiver<ServerCertificate>>,
) {
    serve_within(Patience::default(), listener, router, ServedAs { what: "api", certificate }).await;
}

/// The same, with other times.
pub(super) async fn serve_within(patience: Patience, listener: TcpListener, router: Router, served: ServedAs) {
    let mut acceptor = Acceptor::of(served.what);
    let untrusting = Arc::new(SaidSeldom::default());
    let (mut guests, mut tasks) = (Guests::default(), JoinSet::new());
    let mut handles: BTreeMap<GuestId, AbortHandle> = BTreeMap::new();
    let (turns, mut turned) = mpsc::channel(64);
    let mut newest: GuestId = 0;
    loop {
        let goes = tokio::select! {
            (stream, from) = acceptor.next(|| listener.accept()) => {
                newest += 1;
                let stream = PatientStream::new(stream, patience.answer);
                let tls = served.certificate.as_ref().map(|now| TlsAcceptor::from(now.borrow().config.clone()));
                let (router, turns, untrusting) = (router.clone(), turns.clone(), untrusting.clone());
                handles.insert(newest, tasks.spawn(async move {
                    let Some(tls) = tls else { return answer(newest, stream, patience, router, turns).await };
                    match timeout(patience.head, tls.accept(stream)).await {
                        Ok(Ok(stream)) => answer(newest, stream, patience, router, turns).await,
                        // Who only looks whether somebody listens says nothing that is wrong.
                        Ok(Err(error)) if error.kind() == ErrorKind::InvalidData && untrusting.is_due() => tracing::warn!(
                            of = served.what,
                            %error,
                            "a program speaks no TLS here, or does not trust the certificate; it is said once a minute"
                        ),
                        _ => {}
                    }
                }));
                guests.come(newest, SocketAddr::ip(&from))
            }
            Some((id, doing)) = turned.recv() => guests.turn_to(id, doing),
            Some(_) = tasks.join_next() => {
                handles.retain(|id, handle| {
                    let stays = !handle.is_finished();
                    if !stays {
                        guests.leave(*id);
                    }
                    stays
                });
                None
            }
        };
        if let Some(id) = goes {
            guests.leave(id);
            if let Some(handle) = handles.remove(&id) {
                tracing::debug!(id, "a connection gives way to a newer one");
                handle.abort();
            }
        }
    }
}

/// One connection, until its client or its time is at an end.
async fn answer(
    id: GuestId,
    stream: impl AsyncRead + AsyncWrite + Unpin,
    patience: Patience,
    router: Router,
    turns: Turns,
) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let whole = if brings_file(&request) { patience.file } else { patience.body };
        let (answer, turns) = (router.call(request), turns.clone());
        Box::pin(async move {
            let _ = turns.send((id, Doing::Asking)).await;
            let response = timeout(whole, answer).await;
            let response: Response = match response {
                Ok(answered) => answered?,
                Err(_) => (StatusCode::REQUEST_TIMEOUT, "the request did not come whole in time").into_response(),
            };
            let _ = turns.send((id, if watches(&response) { Doing::Watching } else { Doing::Nothing })).await;
            Ok::<_, std::convert::Infallible>(response)
        })
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.head);
    let mut connection = http.serve_connection(TokioIo::new(stream), service);
    // A client that breaks off, or is not in time, is no matter.
    let _ = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let _ = timeout(patience.body, farewell(connection.into_parts().io.into_inner())).await;
}

/// Says that nothing more comes, and lets the client end what it says: a connection that is closed while bytes of it are
/// unread is reset, and a client that is still sending a file may then never see why it was refused.
async fn farewell(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<()> {
    stream.shutdown().await?;
    let (mut part, mut left) = (vec![0; PART], UNREAD);
    while left > 0 {
        match stream.read(&mut part).await? {
            0 => break,
            read => left = left.saturating_sub(read),
        }
    }
    Ok(())
}

/// Whether a request brings a file of orders, which has times of its own.
fn brings_file(request: &hyper::Request<Incoming>) -> bool {
    request.method() == Method::POST && [IMPORT, ORDERS].contains(&request.uri().path())
}

/// Whether an answer is the screen as it changes.
fn watches(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE) == Some(&HeaderValue::from_static("text/event-stream"))
}
