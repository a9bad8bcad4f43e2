//! The listener that other programs send orders to.

use std::net::SocketAddr;

use tokio::net::TcpListener;

use super::SetupError;
use crate::config::Config;
use crate::web::{self, OrdersDoor, ServerCertificate};

/// An address that was taken, and what is served there.
#[derive(Debug)]
pub struct OrdersListener {
    listener: TcpListener,
    certificate: Option<ServerCertificate>,
    tokens: std::path::PathBuf,
}

/// Takes the address of `[api]`, before anything else is begun; `None` where there is none.
///
/// # Errors
/// [`SetupError::ListenForOrders`]: another program has the address, or this machine does not.
/// [`SetupError::Certificate`]: the certificate cannot be used.
pub async fn listen_for_orders(config: &Config) -> Result<Option<OrdersListener>, SetupError> {
    let Some(api) = &config.api else { return Ok(None) };
    let certificate = match api.certificate() {
        Some((certificate, key)) => Some(ServerCertificate::read(certificate, key)?),
        None => None,
    };
    let failed = |why| SetupError::ListenForOrders { address: api.listen, why };
    let listener = TcpListener::bind(api.listen).await.map_err(failed)?;
    Ok(Some(OrdersListener { listener, certificate, tokens: api.token_file.clone() }))
}

impl OrdersListener {
    /// Serves it until the program ends. Where it listens.
    ///
    /// # Errors
    /// The system has no address or no randomness for it.
    pub fn serve(self, door: OrdersDoor) -> std::io::Result<SocketAddr> {
        let Self { listener, certificate, tokens } = self;
        let bound = listener.local_addr()?;
        let router = web::orders_router(door, tokens)?;
        tokio::spawn(web::serve_orders(listener, router, certificate));
        Ok(bound)
    }
}
