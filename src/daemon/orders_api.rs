//! The listener that other programs send orders to. Whatever is wrong with it, packing goes on.

use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::cannot_listen;
use crate::config::Config;
use crate::config::keys::ApiKeys;
use crate::web::{self, CertificateError, OrdersDoor, ServerCertificate};

/// How often it is tried again to open it, and looked whether its certificate was renewed.
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
    #[error(transparent)]
    Certificate(#[from] UnfitPair),
    /// The system has no address or no randomness for it.
    #[error("the system has not what it takes: {0}")]
    System(#[from] std::io::Error),
}

/// A certificate and its key that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file} {why}; see `parceld check`", file = file.display())]
struct UnfitPair {
    /// Which of the two files.
    file: PathBuf,
    /// What is wrong with it.
    why: CertificateError,
}

/// What a file is known by: device, inode, size, and when it was written and changed, in seconds and nanoseconds.
type FileStamp = (u64, u64, u64, [i64; 4]);

/// The files of the certificate and of its key, and how they were when a pair was last read from them.
#[derive(Debug)]
struct CertificatePair {
    certificate: PathBuf,
    key: PathBuf,
    seen: [Option<FileStamp>; 2],
}

impl CertificatePair {
    /// Reads the first pair.
    fn open(certificate: &Path, key: &Path) -> Result<(Self, ServerCertificate), UnfitPair> {
        let pair = Self { certificate: certificate.to_owned(), key: key.to_owned(), seen: [None; 2] };
        // Before they are read, so that what is written meanwhile is seen the next time.
        let seen = pair.stamps();
        let first = pair.read()?;
        Ok((Self { seen, ..pair }, first))
    }

    /// The pair, where it is another one than was read last. One that is half written does not fit, and is read again the
    /// next time.
    fn renewed(&mut self) -> Result<Option<ServerCertificate>, UnfitPair> {
        let now = self.stamps();
        if now == self.seen {
            return Ok(None);
        }
        let read = self.read()?;
        self.seen = now;
        Ok(Some(read))
    }

    fn read(&self) -> Result<ServerCertificate, UnfitPair> {
        ServerCertificate::read(&self.certificate, &self.key).map_err(|why| {
            let of = if matches!(why, CertificateError::Key(_)) { &self.key } else { &self.certificate };
            UnfitPair { file: of.clone(), why }
        })
    }

    fn stamps(&self) -> [Option<FileStamp>; 2] {
        [&self.certificate, &self.key].map(|file| stamp(file))
    }
}

fn stamp(file: &Path) -> Option<FileStamp> {
    let found = std::fs::metadata(file).ok()?;
    let times = [found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()];
    Some((found.dev(), found.ino(), found.size(), times))
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
                let certificate = certificate.map(|(pair, first)| {
                    let (renewed, certificate) = watch::channel(first);
                    tokio::spawn(renew(pair, renewed));
                    certificate
                });
                return web::serve_orders(listener, router, certificate).await;
            }
            Err(shut) => {
                let why = shut.to_string();
                if said.as_ref() != Some(&why) {
                    match shut {
                        ApiShut::Certificate(_) => {
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

/// Hands on the certificate whenever another pair lies there. One that cannot be used leaves the last one in use, and the log
/// says so, once.
async fn renew(mut pair: CertificatePair, renewed: watch::Sender<ServerCertificate>) {
    let mut said = None;
    loop {
        tokio::time::sleep(AGAIN).await;
        match pair.renewed() {
            Ok(Some(certificate)) => {
                tracing::info!("the new certificate of [api] is in use");
                renewed.send_replace(certificate);
                said = None;
            }
            // Whatever was wrong is as it was before.
            Ok(None) => said = None,
            Err(unfit) if said.as_ref() == Some(&unfit) => {}
            Err(unfit) => {
                let why = unfit.to_string();
                tracing::error!(why, "[api] goes on with the certificate before; this one is tried again every 10 s");
                said = Some(unfit);
            }
        }
    }
}

/// What is served, and where.
type OpenApi = (TcpListener, SocketAddr, axum::Router, Option<(CertificatePair, ServerCertificate)>);

async fn open(api: &ApiKeys, door: &OrdersDoor) -> Result<OpenApi, ApiShut> {
    let certificate = api.certificate().map(|(file, key)| CertificatePair::open(file, key)).transpose()?;
    let failed = |why| ApiShut::Address { address: api.listen, why };
    let listener = TcpListener::bind(api.listen).await.map_err(failed)?;
    let address = listener.local_addr()?;
    let router = web::orders_router(door.clone(), api.token_file.clone())?;
    Ok((listener, address, router, certificate))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};
    use tempfile::TempDir;

    use super::*;

    /// Another pair, as text.
    fn made() -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let certificate = CertificateParams::new(["station.example".to_owned()]).expect("names").self_signed(&key);
        (certificate.expect("a certificate").pem(), key.serialize_pem())
    }

    #[test]
    fn a_pair_is_read_again_when_it_is_another_one_and_fits() {
        let dir = TempDir::new().expect("a folder");
        let (file, key) = (dir.path().join("api.pem"), dir.path().join("api.key"));
        let put = |path: &Path, text: &str| {
            std::fs::write(dir.path().join("aside"), text).expect("written");
            std::fs::rename(dir.path().join("aside"), path).expect("renamed");
        };
        assert!(
            CertificatePair::open(&file, &key).is_err(),
            "nothing is served in clear where the files are not there"
        );
        let (old, new) = (made(), made());
        put(&file, &old.0);
        put(&key, &old.1);
        let (mut pair, _) = CertificatePair::open(&file, &key).expect("a pair");
        assert!(matches!(pair.renewed(), Ok(None)));
        put(&key, &new.1);
        for _ in 0..2 {
            let unfit = pair.renewed().expect_err("half of it");
            assert_eq!(
                unfit.to_string(),
                format!("{} is not the key of the certificate; see `parceld check`", key.display())
            );
        }
        put(&file, &new.0[..new.0.len() / 2]);
        assert!(pair.renewed().is_err(), "not all of it");
        put(&file, &new.0);
        assert!(matches!(pair.renewed(), Ok(Some(_))));
        assert!(matches!(pair.renewed(), Ok(None)));
        std::fs::remove_file(&key).expect("removed");
        assert!(pair.renewed().is_err());
        put(&key, &new.1);
        assert!(pair.renewed().is_ok());
    }
}
