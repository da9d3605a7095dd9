//! The accept loop: bounded connections, bounded header times, a graceful end.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tower_service::Service;

use crate::App;
use crate::address::Peer;

/// How long running requests may take once the end was asked for.
const GRACE: Duration = Duration::from_secs(20);
const CONNECTIONS: usize = 16_384;
const HEADER_BYTES: usize = 64 * 1024;

/// How long a client is waited for. Neither bounds how long an answer may go on: a stream has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Whoever has not sent the headers by then is cut off; also how long an idle connection is kept.
    pub headers: Duration,
    /// Whoever takes nothing of an answer for so long is cut off: it holds a place and the answer in memory.
    pub taking: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience { headers: Duration::from_secs(75), taking: Duration::from_secs(30) }
    }
}

fn patient(stream: TcpStream, patience: Patience) -> Pin<Box<TimeoutStream<TcpStream>>> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(patience.taking));
    Box::pin(stream)
}

/// Serves until `stop` resolves, then lets what runs finish.
pub async fn serve(app: Arc<App>, listener: TcpListener, stop: impl Future<Output = ()>) {
    let (hub, patience) = (app.hub.clone(), app.options.patience);
    let tailing = tokio::spawn(crate::stream::run(hub.clone()));
    let passing = tokio::spawn(crate::stream::run_passing(hub.clone()));
    let presence = tokio::spawn(crate::stream::run_presence(hub.clone()));
    let router = crate::router(app);
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let accepted = async {
            let place = places.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file handles, most likely: wait rather than spin.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer.ip()));
            router.clone().call(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(patience.headers)
            .max_buf_size(HEADER_BYTES)
            .serve_connection(TokioIo::new(patient(stream, patience)), service);
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection ended badly");
            }
        });
    }
    drop(listener);
    // Streams never finish by themselves.
    hub.close();
    if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
    tailing.abort();
    passing.abort();
    presence.abort();
}
