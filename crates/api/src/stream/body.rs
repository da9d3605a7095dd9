//! A listener as the body of an answer: it is asked for more only when the connection takes more.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame};

use super::Listener;

type Step = Pin<Box<dyn Future<Output = (Listener, Option<Bytes>)> + Send>>;

/// Ends where the listener does; dropping it frees the listener's place.
pub struct StreamBody(Option<Step>);

impl StreamBody {
    pub fn new(listener: Listener) -> StreamBody {
        StreamBody(Some(step(listener)))
    }
}

fn step(mut listener: Listener) -> Step {
    Box::pin(async move {
        let bytes = listener.next().await;
        (listener, bytes)
    })
}

impl Body for StreamBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(running) = &mut self.0 else { return Poll::Ready(None) };
        let (listener, bytes) = ready!(running.as_mut().poll(context));
        self.0 = bytes.as_ref().map(|_| step(listener));
        Poll::Ready(bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}
