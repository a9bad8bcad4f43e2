//! The listener that other programs send orders to. Whatever is wrong with it, packing goes on.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::net::TcpListener;

use super::cannot_listen;
use crate::config::Config;
use crate::config::keys::ApiKeys;
use crate::web::{self, CertificateError, OrdersDoor, ServerCertificate};

/// How often it is tried again to open it.
const AGAIN: Duration = Duration::from_secs(10);
/// Threads that read files of tokens, at most.
const READERS: usize = 4;

/// Why it is not open.
#[derive(Debug, thiserror::Error)]
enum ApiShut {
    /// The address: another program has it, or this machine does not (yet).
    #[error(
        "listen on {address}: {}; stop it, write another address or port into [api] listen, or plug the network in",
        cannot_listen(why)
    )]
    Address {
        /// Which.
        address: SocketAddr,
        /// Why; it is said in other words.
        why: std::io::Error,
    },
    /// The certificate, or its key.
    #[error("{file} {why}; see `parceld check`")]
    Certificate {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        why: CertificateError,
    },
    /// The system has no address or no randomness for it.
    #[error("the system has not what it takes: {0}")]
    System(#[from] std::io::Error),
}

/// Serves `[api]`, where there is one, until the program ends: on a thread of its own, because the loop waits for no
/// handshake. While it cannot be opened the log says why, once, and it is tried again every ten seconds: a network comes up
/// late, and a certificate is renewed.
pub fn serve_orders_api(config: &Config, door: OrdersDoor) {
    let Some(api) = config.api.clone() else { return };
    let thread = std::thread::Builder::new().name("api".to_owned()).spawn(move || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        match runtime.enable_all().max_blocking_threads(READERS).build() {
            Ok(runtime) => runtime.block_on(serve(&api, &door)),
            Err(error) => tracing::error!(%error, "[api] takes no orders until the service is started again"),
        }
    });
    if let Err(error) = thread {
        tracing::error!(%error, "[api] takes no orders until the service is started again");
    }
}

async fn serve(api: &ApiKeys, door: &OrdersDoor) {
    let mut said = None;
    loop {
        match open(api, door).await {
            Ok((listener, address, router, certificate)) => {
                tracing::info!(%address, "other programs can send orders");
                return web::serve_orders(listener, router, certificate).await;
            }
            Err(shut) => {
                let why = shut.to_string();
                if said.as_ref() != Some(&why) {
                    match shut {
                        ApiShut::Certificate { .. } => {
                            tracing::error!(why, "[api] takes no orders; it is tried again every 10 s");
                        }
                        ApiShut::Address { .. } | ApiShut::System(_) => {
                            tracing::warn!(why, "[api] takes no orders; it is tried again every 10 s");
                        }
                    }
                    said = Some(why);
                }
            }
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// What is served, and where.
type OpenApi = (TcpListener, SocketAddr, axum::Router, Option<ServerCertificate>);

async fn open(api: &ApiKeys, door: &OrdersDoor) -> Result<OpenApi, ApiShut> {
    let certificate = match api.certificate() {
        Some((file, key)) => Some(ServerCertificate::read(file, key).map_err(|why| {
            let of = if matches!(why, CertificateError::Key(_)) { key } else { file };
            ApiShut::Certificate { file: of.to_owned(), why }
        })?),
        None => None,
    };
    let failed = |why| ApiShut::Address { address: api.listen, why };
    let listener = TcpListener::bind(api.listen).await.map_err(failed)?;
    let address = listener.local_addr()?;
    let router = web::orders_router(door.clone(), api.token_file.clone())?;
    Ok((listener, address, router, certificate))
}
