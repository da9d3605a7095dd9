//! The accept loop. A response can ask that its connection is cut instead of answered.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::Request;
use axum::{Router, routing};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::control;
use crate::graph::{Cut, handle};
use crate::world::Shared;

/// `steered`: with what steers it, without a secret.
pub(crate) fn router(shared: Arc<Shared>, steered: bool) -> Router {
    let router = match steered {
        true => Router::new().nest("/_simulator", control::router()).route("/", routing::get(control::hello)),
        false => Router::new(),
    };
    router.fallback(handle).layer(DefaultBodyLimit::disable()).with_state(shared)
}

/// Runs until it is aborted; its connections end with it.
pub(crate) async fn run(listener: TcpListener, router: Router, most: usize) {
    let places = Arc::new(Semaphore::new(most));
    let mut connections = JoinSet::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // Without it small answers may wait for an acknowledgement; nothing breaks.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let router = router.clone();
            async move {
                let response = router.oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {});
                // An error here closes the connection without a byte.
                if response.extensions().get::<Cut>().is_some() { Err(CutOnPurpose) } else { Ok(response) }
            }
        });
        connections.spawn(async move {
            let _place = place;
            let served = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(Duration::from_secs(75))
                .serve_connection(TokioIo::new(stream), service);
            if let Err(error) = served.await {
                tracing::debug!(%error, "a connection ended");
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the connection is cut on purpose")]
struct CutOnPurpose;
