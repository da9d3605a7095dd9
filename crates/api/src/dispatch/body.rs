//! Taking a body in: whole, onto the disk, or only so that its sender hears the answer.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::http::request::Parts;
use bytes::Bytes;
use crm::{Caller, FieldError};
use http_body_util::BodyExt;
use providers::media_store::{StoreError, Stored};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::app::App;
use crate::limits::{BODY_SECONDS, DRAIN_SECONDS, DRAINED, FILE_SECONDS};
use crate::problem::Problem;

pub(crate) async fn read_body(parts: &Parts, body: &mut Body, most: usize) -> Result<Bytes, Problem> {
    read(parts, body, most, |_| Ok(())).await
}

/// The same of somebody who is not known before it is read, and room for it, to be kept as long as it is. All who send such
/// bodies share the room, in KiB, so that they cannot fill the memory together; each takes of it what has come, not what it
/// says will come.
pub(crate) async fn read_into(
    room: &Arc<Semaphore>,
    parts: &Parts,
    body: &mut Body,
    most: usize,
) -> Result<(Bytes, Option<OwnedSemaphorePermit>), Problem> {
    let mut held: Option<OwnedSemaphorePermit> = None;
    let read = read(parts, body, most, |size| {
        let wanted = size.div_ceil(1024) - held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = room.clone().try_acquire_many_owned(wanted as u32).map_err(|_| no_room())?;
        match &mut held {
            Some(held) => held.merge(more),
            None => held = Some(more),
        }
        Ok(())
    })
    .await?;
    Ok((read, held))
}

fn no_room() -> Problem {
    let detail = "Too many large bodies are being read at once; nothing was changed. Send it again.";
    Problem::new(503, "overloaded", detail).header("retry-after", "5").header("connection", "close")
}

/// `grows` is asked with the size so far before each piece is kept.
async fn read(
    parts: &Parts,
    body: &mut Body,
    most: usize,
    mut grows: impl FnMut(usize) -> Result<(), Problem>,
) -> Result<Bytes, Problem> {
    let too_large = || {
        let detail = format!("The body is larger than {most} bytes.");
        Problem::new(413, "body_too_large", detail).header("connection", "close")
    };
    let declared =
        parts.headers.get("content-length").and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<u64>().ok());
    if declared.is_some_and(|length| length > most as u64) {
        return Err(too_large());
    }
    let whole = async {
        let (mut pieces, mut size) = (Vec::new(), 0);
        while let Some(frame) = body.frame().await {
            let broke_off = |_| Problem::invalid(vec![FieldError::new("", "malformed_body", "The body broke off.")]);
            let Ok(piece) = frame.map_err(broke_off)?.into_data() else { continue };
            size += piece.len();
            if size > most {
                return Err(too_large());
            }
            grows(size)?;
            pieces.push(piece);
        }
        // Nearly always it came in one piece.
        Ok(match pieces.len() {
            1 => pieces.swap_remove(0),
            _ => Bytes::from(pieces.concat()),
        })
    };
    match tokio::time::timeout(Duration::from_secs(BODY_SECONDS), whole).await {
        Ok(read) => read,
        Err(_) => {
            let detail = format!("The body did not arrive within {BODY_SECONDS} seconds.");
            Err(Problem::new(408, "body_timeout", detail).header("connection", "close"))
        }
    }
}

/// Streams a body to disk, with its limit.
pub(crate) async fn take_file(
    app: &App,
    caller: &Caller,
    most: u64,
    parts: &Parts,
    body: &mut Body,
) -> Result<Stored, Problem> {
    let too_large = || {
        let detail = format!("A file of this type has at most {most} bytes.");
        Problem::new(413, "body_too_large", detail).header("connection", "close")
    };
    let media = app.media()?;
    let declared =
        parts.headers.get("content-length").and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<u64>().ok());
    if declared.is_some_and(|length| length > most) {
        return Err(too_large());
    }
    let receive = async {
        let mut incoming = media.create(most).await.map_err(StoreError::Io)?;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| StoreError::Io(std::io::Error::other(error)))?;
            if let Some(data) = frame.data_ref() {
                incoming.write(data).await?;
            }
        }
        incoming.finish(caller.organization).await
    };
    match tokio::time::timeout(Duration::from_secs(FILE_SECONDS), receive).await {
        Ok(Ok(stored)) if stored.size == 0 => {
            Err(Problem::invalid(vec![FieldError::new("", "required", "The body must be the file; it is empty.")]))
        }
        Ok(Ok(stored)) => Ok(stored),
        Ok(Err(StoreError::TooLarge(_))) => Err(too_large()),
        Ok(Err(StoreError::Io(error))) if error.get_ref().is_some_and(|inner| inner.is::<axum::Error>()) => {
            Err(Problem::invalid(vec![FieldError::new("", "malformed_body", "The body broke off.")]))
        }
        Ok(Err(StoreError::Io(error))) => {
            let detail = "The file cannot be kept right now; nothing was changed. Try again.";
            Err(Problem::new(503, "disk_unavailable", detail).because(error).header("retry-after", "10"))
        }
        Err(_) => {
            let detail = format!("The file did not arrive within {FILE_SECONDS} seconds.");
            Err(Problem::new(408, "body_timeout", detail).header("connection", "close"))
        }
    }
}

/// Takes in what is left of a refused body, within bounds: a client that is still sending when the connection closes sees
/// a broken pipe and never the answer. One that waits to be asked for its body just gets the answer.
pub(super) async fn drain(parts: &Parts, body: &mut Body) {
    if body.is_end_stream() || parts.headers.contains_key("expect") {
        return;
    }
    let rest = async {
        let mut taken = 0;
        while let Some(Ok(frame)) = body.frame().await {
            taken += frame.data_ref().map_or(0, Bytes::len);
            if taken > DRAINED {
                return;
            }
        }
    };
    // Whatever comes of it, the answer stands.
    let _ = tokio::time::timeout(Duration::from_secs(DRAIN_SECONDS), rest).await;
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn parts() -> Parts {
        Request::new(()).into_parts().0
    }

    #[tokio::test]
    async fn bodies_of_strangers_share_a_room() {
        let room = Arc::new(Semaphore::new(5));
        let read = |size: usize| {
            let room = room.clone();
            async move { read_into(&room, &parts(), &mut Body::from(vec![b'x'; size]), 8 * 1024).await }
        };
        let (body, held) = read(2049).await.unwrap();
        assert_eq!((body.len(), room.available_permits()), (2049, 2));
        let refused = read(3 * 1024).await.unwrap_err();
        assert_eq!((refused.status, refused.code), (503, "overloaded"));
        assert_eq!(read(2 * 1024).await.unwrap().0.len(), 2 * 1024);
        drop(held);
        assert_eq!(read(5 * 1024).await.unwrap().0.len(), 5 * 1024);
        assert_eq!(read(9 * 1024).await.unwrap_err().status, 413);
        assert_eq!((read(0).await.unwrap().0.len(), room.available_permits()), (0, 5));
    }
}
