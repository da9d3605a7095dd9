//! A stream as the body of an answer: it is asked for more only when the connection takes more.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame};

use super::Listener;
use crate::webchat::VisitorStream;

/// What is streamed.
#[derive(Debug)]
pub enum Stream {
    /// The event log, for whoever has a key.
    Log(Box<Listener>),
    /// One conversation, for its visitor.
    Visitor(Box<VisitorStream>),
}

type Step = Pin<Box<dyn Future<Output = (Stream, Option<Bytes>)> + Send>>;

/// Ends where the stream does; dropping it frees the stream's place.
pub struct StreamBody(Option<Step>);

impl StreamBody {
    pub fn new(stream: Stream) -> StreamBody {
        StreamBody(Some(step(stream)))
    }
}

fn step(mut stream: Stream) -> Step {
    Box::pin(async move {
        let bytes = match &mut stream {
            Stream::Log(listener) => listener.next().await,
            Stream::Visitor(visitor) => visitor.next().await,
        };
        (stream, bytes)
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
        let (stream, bytes) = ready!(running.as_mut().poll(context));
        self.0 = bytes.as_ref().map(|_| step(stream));
        Poll::Ready(bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}
