//! Taking a body in: whole, onto the disk, or only so that its sender hears the answer.

use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::http::request::Parts;
use bytes::Bytes;
use crm::{Caller, FieldError};
use http_body_util::{BodyExt, Limited};
use providers::media_store::{StoreError, Stored};

use crate::app::App;
use crate::limits::{BODY_SECONDS, DRAIN_SECONDS, DRAINED, FILE_SECONDS};
use crate::problem::Problem;

pub(crate) async fn read_body(parts: &Parts, body: &mut Body, most: usize) -> Result<Bytes, Problem> {
    let too_large = || {
        let detail = format!("The body is larger than {most} bytes.");
        Problem::new(413, "body_too_large", detail).header("connection", "close")
    };
    let declared =
        parts.headers.get("content-length").and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<u64>().ok());
    if declared.is_some_and(|length| length > most as u64) {
        return Err(too_large());
    }
    let collected = Limited::new(body, most).collect();
    match tokio::time::timeout(Duration::from_secs(BODY_SECONDS), collected).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Problem::invalid(vec![FieldError::new("", "malformed_body", "The body broke off.")])),
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
