//! The page of the station and its API, for a browser on the same machine.
//!
//! It shows what the packer sees, what was decided and why, and what waits for the uplink; in the demo also the virtual
//! devices. It answers loopback without a sign-in, so it believes nobody else: a foreign `Host` is refused (DNS
//! rebinding), and whatever changes something must come from the page itself. It sends no CORS header, keeps nothing in
//! caches and holds no state: it asks the loop, and passes on what the loop published. Its connections are bounded in number
//! and time.
//!
//! On a listener of its own, other programs send orders (`orders`): they show a token, and cross the network encrypted.

pub mod accept;
mod api;
mod bench;
mod desk;
mod door;
mod guard;
mod guests;
mod import;
mod live;
mod orders;
#[cfg(test)]
mod orders_tests;
mod page;
#[cfg(test)]
mod page_tests;
mod patient;
mod seldom;
mod serve;
#[cfg(test)]
mod tests;
mod tls;

use std::net::SocketAddr;

use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};

pub use bench::request;
pub use desk::{AskedQuestion, BenchAct, BenchCall, BenchDesk, Desk, Frame, LabelCode, PrintedLabel, Question};
pub use door::{DoorRefusal, OrderWishes, OrdersDoor, SentOrders};
pub use orders::{SHORTEST_TOKEN, TokenError, orders_router, read_tokens};
pub use serve::{serve, serve_orders};
pub use tls::{CertificateError, ServerCertificate};

/// Largest request body in bytes: sixteen times the longest scan in JSON, and small enough to be held.
const BODY_LIMIT: usize = 64 * 1024;

/// Every route. `listen` is the address the socket is bound to (its real port): it decides which `Host` is believed.
pub fn router(desk: Desk, listen: SocketAddr) -> axum::Router {
    let guard = guard::HostGuard::new(listen);
    let takes_file = post(import::import);
    axum::Router::new()
        .route("/", get(page::index))
        .route("/{file}", get(page::file))
        .route("/frame.png", get(live::frame))
        .route("/live", get(live::live))
        .route("/api/orders", get(api::orders))
        .route("/api/parcels", get(api::parcels))
        .route("/api/parcels/{n}", get(api::parcel))
        .route("/api/today", get(api::today))
        .route("/api/manifests", get(api::manifests))
        .route("/api/outbox", get(api::outbox))
        .route("/api/bench/{act}", post(bench::act))
        .route(import::IMPORT, takes_file)
        .route("/api/labels", get(bench::labels))
        .route("/api/labels/{file}", get(bench::label))
        .route("/api/received", get(bench::received))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(guard, guard::check))
        .with_state(live::Shared { desk })
}
