//! The receiver's port and connections, which can be cut.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;

use super::Switches;

/// A listening port, or its number kept while the cable is pulled.
pub(super) struct Port {
    addr: SocketAddr,
    socket: Socket,
    unplugged: watch::Receiver<bool>,
    cuts: watch::Sender<u64>,
    #[cfg(test)]
    tls: Option<tokio_rustls::TlsAcceptor>,
}

enum Socket {
    Listening(TcpListener),
    /// Bound and not listening: connections are refused, and nobody else gets the number.
    Bound(TcpSocket),
    /// Somebody else got it in between.
    Lost,
}

impl Port {
    pub(super) async fn open(addr: SocketAddr, switches: &Switches) -> io::Result<Self> {
        let listener = TcpListener::bind(addr).await?;
        Ok(Self {
            addr: listener.local_addr()?,
            socket: Socket::Listening(listener),
            unplugged: switches.unplugged.subscribe(),
            cuts: switches.cuts.clone(),
            #[cfg(test)]
            tls: None,
        })
    }

    #[cfg(test)]
    pub(super) fn with_tls(mut self, tls: tokio_rustls::TlsAcceptor) -> Self {
        self.tls = Some(tls);
        self
    }

    pub(super) fn addr(&self) -> SocketAddr {
        self.addr
    }

    fn unplug(&mut self) {
        self.socket = Socket::Lost;
        if let Ok(socket) = bound(self.addr) {
            self.socket = Socket::Bound(socket);
        }
    }

    async fn plug(&mut self) {
        while !matches!(self.socket, Socket::Listening(_)) {
            let listener = match std::mem::replace(&mut self.socket, Socket::Lost) {
                Socket::Bound(socket) => socket.listen(64),
                Socket::Listening(listener) => Ok(listener),
                Socket::Lost => bound(self.addr).and_then(|socket| socket.listen(64)),
            };
            match listener {
                Ok(listener) => self.socket = Socket::Listening(listener),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    async fn open_wire(&self, stream: tokio::net::TcpStream) -> io::Result<Wire> {
        let mut cuts = self.cuts.subscribe();
        let cut = Box::pin(async move {
            // The end of the receiver is a cut too.
            let _ = cuts.changed().await;
        });
        stream.set_nodelay(true)?;
        #[cfg(test)]
        if let Some(tls) = &self.tls {
            let inner = Box::new(tls.accept(stream).await?);
            return Ok(Wire { inner, cut, is_cut: false });
        }
        Ok(Wire { inner: Box::new(stream), cut, is_cut: false })
    }
}

fn bound(addr: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    Ok(socket)
}

impl axum::serve::Listener for Port {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        loop {
            if *self.unplugged.borrow_and_update() {
                self.unplug();
                if self.unplugged.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
                continue;
            }
            self.plug().await;
            let Socket::Listening(listener) = &self.socket else { continue };
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = self.unplugged.changed() => continue,
            };
            let opened = match accepted {
                Ok((stream, from)) => self.open_wire(stream).await.map(|wire| (wire, from)),
                Err(error) => Err(error),
            };
            match opened {
                Ok(wire) => return wire,
                Err(error) => tracing::debug!(%error, "a connection came to nothing"),
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.addr)
    }
}

trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

/// A connection that ends for both sides when it is cut.
pub(super) struct Wire {
    inner: Box<dyn Duplex>,
    cut: Pin<Box<dyn Future<Output = ()> + Send>>,
    is_cut: bool,
}

impl Wire {
    fn whole(&mut self, cx: &mut Context<'_>) -> io::Result<&mut Box<dyn Duplex>> {
        self.is_cut = self.is_cut || self.cut.as_mut().poll(cx).is_ready();
        if self.is_cut { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(&mut self.inner) }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.whole(cx) {
            Ok(inner) => Pin::new(inner).poll_read(cx, buf),
            Err(error) => Poll::Ready(Err(error)),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.whole(cx) {
            Ok(inner) => Pin::new(inner).poll_write(cx, bytes),
            Err(error) => Poll::Ready(Err(error)),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.whole(cx) {
            Ok(inner) => Pin::new(inner).poll_flush(cx),
            Err(error) => Poll::Ready(Err(error)),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
