//! One connection: the name is resolved, every address is checked, and exactly what was checked is connected to. A name
//! that resolves to something else a moment later gains nothing.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tower_service::Service;

use crate::http::Resolver;
use crate::networks::Networks;
use crate::target;

/// Addresses of one name that are tried.
const MOST_ADDRESSES: usize = 4;

/// Why there is no connection. Nothing was sent.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum ConnectError {
    /// The address stays out of it: what a name of the inside stands for is nobody else's to learn.
    #[error("{host} leads to an address that is not on the public internet")]
    Refused { host: String },
    #[error("the name {host} does not resolve: {why}")]
    Unresolved { host: String, why: String },
    #[error("no connection: {0}")]
    Unreachable(String),
    #[error("no secure connection: {0}")]
    Tls(String),
    #[error("no connection within {} s", .0.as_secs())]
    TimedOut(Duration),
}

#[derive(Clone)]
pub(crate) struct Connector(pub(crate) Arc<Rules>);

pub(crate) struct Rules {
    pub(crate) networks: Networks,
    pub(crate) resolver: Resolver,
    pub(crate) tls: Tls,
    pub(crate) within: Duration,
    /// Bytes that the kernel takes in for a connection before they are read; none: as it sees fit, which is megabytes.
    pub(crate) receives: Option<u32>,
}

impl Rules {
    /// The addresses of a host, if all of them may be called.
    pub(crate) async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, ConnectError> {
        let unresolved = |why: String| ConnectError::Unresolved { host: host.to_owned(), why };
        let found = match host.parse() {
            Ok(address) => vec![address],
            Err(_) => (self.resolver)(host).await.map_err(|error| unresolved(error.to_string()))?,
        };
        if found.iter().any(|address| !self.networks.permit(*address)) {
            return Err(ConnectError::Refused { host: host.to_owned() });
        }
        if found.is_empty() { Err(unresolved("it has no address".to_owned())) } else { Ok(found) }
    }

    async fn connect(&self, uri: &Uri) -> Result<Stream, ConnectError> {
        let host = target::host(uri);
        let mut failure = ConnectError::Unreachable("it has no address".to_owned());
        for address in self.resolve(host).await?.into_iter().take(MOST_ADDRESSES) {
            match self.open(SocketAddr::new(address, target::port(uri))).await {
                Ok(stream) => return self.secure(stream, uri, host).await,
                Err(error) => failure = ConnectError::Unreachable(error.to_string()),
            }
        }
        Err(failure)
    }

    async fn open(&self, to: SocketAddr) -> io::Result<TcpStream> {
        let socket = if to.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        if let Some(bytes) = self.receives {
            socket.set_recv_buffer_size(bytes)?;
        }
        socket.connect(to).await
    }

    async fn secure(&self, stream: TcpStream, uri: &Uri, host: &str) -> Result<Stream, ConnectError> {
        let failed = |error: &dyn std::fmt::Display| ConnectError::Tls(error.to_string());
        stream.set_nodelay(true).map_err(|error| ConnectError::Unreachable(error.to_string()))?;
        if uri.scheme_str() != Some("https") {
            return Ok(Stream::Plain(stream));
        }
        let name = ServerName::try_from(host.to_owned()).map_err(|error| failed(&error))?;
        let config = self.tls.config().map_err(ConnectError::Tls)?;
        let connected = TlsConnector::from(config).connect(name, stream).await;
        Ok(Stream::Secure(Box::new(connected.map_err(|error| failed(&error))?)))
    }
}

/// Trusts the system's certificate authorities, read when they are first needed.
#[derive(Clone, Default)]
pub(crate) struct Tls(Arc<OnceLock<Result<Arc<ClientConfig>, String>>>);

impl Tls {
    fn config(&self) -> Result<Arc<ClientConfig>, String> {
        self.0.get_or_init(trusting_the_system).clone()
    }
}

fn trusting_the_system() -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err("this machine has no certificate authorities; install them (Debian: ca-certificates)".to_owned());
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// The machine's own resolver.
pub(crate) fn system_resolver() -> Resolver {
    Arc::new(|host: &str| {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<TokioIo<Stream>, ConnectError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let rules = self.0.clone();
        Box::pin(async move {
            let connecting = timeout(rules.within, rules.connect(&uri)).await;
            connecting.unwrap_or(Err(ConnectError::TimedOut(rules.within))).map(TokioIo::new)
        })
    }
}

pub(crate) enum Stream {
    Plain(TcpStream),
    Secure(Box<TlsStream<TcpStream>>),
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, into),
            Stream::Secure(stream) => Pin::new(stream).poll_read(cx, into),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Secure(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
            Stream::Secure(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        matches!(self, Stream::Plain(_))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Secure(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Secure(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
