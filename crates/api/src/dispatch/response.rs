//! The answer as HTTP.

use std::io::SeekFrom;

use axum::body::Body;
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::{Response, StatusCode};
use providers::whatsapp_cloud::file_body;
use tokio::io::AsyncSeekExt;

use crate::answer::{Answer, FilePart};
use crate::input::Style;
use crate::problem::Problem;
use crate::stream::StreamBody;

async fn open(part: &FilePart) -> std::io::Result<tokio::fs::File> {
    let mut file = tokio::fs::File::open(&part.path).await?;
    if part.from > 0 {
        file.seek(SeekFrom::Start(part.from)).await?;
    }
    Ok(file)
}

pub(super) async fn response(
    mut answer: Answer,
    extra: Vec<(&'static str, String)>,
    request_id: &str,
) -> Response<Body> {
    let mut body = match answer.stream.take() {
        Some(stream) => Body::new(StreamBody::new(stream)),
        None => Body::from(std::mem::take(&mut answer.body)),
    };
    if let Some(part) = answer.file.take() {
        match open(&part).await {
            Ok(file) => body = Body::new(file_body(file, part.length)),
            Err(error) => {
                tracing::error!(%error, request_id, "a file that is kept cannot be read");
                answer = Problem::internal(error).into_answer(Style::Strict, request_id);
                body = Body::from(std::mem::take(&mut answer.body));
            }
        }
    }
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if !matches!(answer.status, 204 | 304) {
        headers.insert("content-type", HeaderValue::from_static(answer.content_type));
    }
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert("cache-control", HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-request-id", id);
    }
    for (name, value) in extra.into_iter().chain(answer.headers) {
        match HeaderValue::from_str(&value) {
            // Links may be several; everything else is said once.
            Ok(value) if name == "link" => {
                headers.append(HeaderName::from_static(name), value);
            }
            Ok(value) => {
                headers.insert(HeaderName::from_static(name), value);
            }
            Err(error) => tracing::error!(%error, name, "a header of ours is not valid"),
        }
    }
    response
}
