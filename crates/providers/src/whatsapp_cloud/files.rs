//! Files: brought to WhatsApp, and fetched from it. Always streamed, never whole in memory.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::Method;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use tokio::fs::File;
use tokio::io::{AsyncRead, ReadBuf};

use super::{CallError, Graph, id, pieces, text};
use crate::http::{Answer, Payload, Policy, Request};
use crate::target::Target;

/// A hundred megabytes over a slow line.
const TRANSFER_WITHIN: Duration = Duration::from_secs(300);
const CHUNK: usize = 64 * 1024;
/// Where Meta keeps files. The host that the channel itself calls is taken too: that is how a simulator is used.
const HOSTS: &[&str] = &["facebook.com", "fbcdn.net", "fbsbx.com", "whatsapp.net", "whatsapp.com"];

/// A file of ours on its way out.
#[derive(Debug, Clone)]
pub struct UploadFile {
    pub path: PathBuf,
    pub size: u64,
    pub mime: String,
    pub file_name: String,
}

/// What WhatsApp says of a file that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileAtProvider {
    pub url: String,
    pub mime: Option<String>,
    /// Hexadecimal or base64.
    pub sha256: Option<String>,
    pub size: Option<u64>,
}

impl Graph {
    /// Brings a file to WhatsApp; answers what it is called there, for 30 days.
    pub async fn upload(&self, file: &UploadFile) -> Result<String, CallError> {
        let boundary = format!("recado-{}", uuid::Uuid::new_v4().simple());
        let name = header_text(&file.file_name);
        let mime = header_text(&file.mime);
        let head = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n\
             --{boundary}\r\ncontent-disposition: form-data; name=\"type\"\r\n\r\n{mime}\r\n\
             --{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             content-type: {mime}\r\n\r\n"
        );
        let tail = format!("\r\n--{boundary}--\r\n");
        let length = head.len() as u64 + file.size + tail.len() as u64;
        let opened = File::open(&file.path).await.map_err(|error| CallError::File(error.to_string()))?;
        let path = format!("{}/media", self.account.phone_number_id);
        let mut request = Request::new(Method::POST, self.address(&path)?, TRANSFER_WITHIN);
        request.headers = self.headers()?;
        let content_type = HeaderValue::from_str(&format!("multipart/form-data; boundary={boundary}"));
        request.headers.insert(CONTENT_TYPE, content_type.map_err(|error| CallError::Setup(error.to_string()))?);
        request.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        request.body = pieces(head.into(), file_body(opened, file.size), tail.into());
        let answer = self.answered(request).await?;
        id(&answer, "id").ok_or(CallError::Foreign { status: 200 })
    }

    /// Where a file can be fetched from, for five minutes.
    pub async fn resolve(&self, media: &str) -> Result<FileAtProvider, CallError> {
        let path = format!("{media}?phone_number_id={}", self.account.phone_number_id);
        let answer = self.get(&path).await?;
        Ok(FileAtProvider {
            url: text(&answer, "url").ok_or(CallError::Foreign { status: 200 })?,
            mime: text(&answer, "mime_type"),
            sha256: text(&answer, "sha256"),
            size: answer
                .get("file_size")
                .and_then(|size| size.as_u64().or_else(|| size.as_str().and_then(|text| text.parse().ok()))),
        })
    }

    /// Begins to fetch it; the body of the answer is the file.
    pub async fn download(&self, file: &FileAtProvider) -> Result<Answer, CallError> {
        let to = Target::parse(&file.url).map_err(CallError::Setup)?;
        let own = self.address("")?;
        let known = |host: &str| HOSTS.iter().any(|end| host == *end || host.ends_with(&format!(".{end}")));
        if !(known(&to.host().to_ascii_lowercase()) || (to.host() == own.host() && to.port() == own.port())) {
            return Err(CallError::Setup(format!("files are not fetched from {}", to.host())));
        }
        let mut request = Request::new(Method::GET, to, TRANSFER_WITHIN);
        request.headers = self.headers()?;
        request.redirects = 2;
        let answer = self.http.send(Policy::Outbound, request).await?;
        match answer.status {
            200 => Ok(answer),
            status => match super::read(answer).await {
                Err(error @ CallError::Graph { .. }) => Err(error),
                _ => Err(CallError::Foreign { status }),
            },
        }
    }
}

/// What may stand in a header of a part.
fn header_text(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || c == '"' || c == '\\' { '_' } else { c }).take(200).collect()
}

/// A file's first bytes, so many, as a body.
pub fn file_body(file: File, size: u64) -> Payload {
    FileBody { file, left: size, buffer: vec![0; CHUNK] }.boxed_unsync()
}

struct FileBody {
    file: File,
    left: u64,
    buffer: Vec<u8>,
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let FileBody { file, left, buffer } = self.get_mut();
        if *left == 0 {
            return Poll::Ready(None);
        }
        let most = buffer.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
        let mut read = ReadBuf::new(&mut buffer[..most]);
        match Pin::new(file).poll_read(cx, &mut read) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Err(error)) => Poll::Ready(Some(Err(error))),
            Poll::Ready(Ok(())) if read.filled().is_empty() => {
                let cut = io::Error::new(io::ErrorKind::UnexpectedEof, "the file is shorter than it was");
                Poll::Ready(Some(Err(cut)))
            }
            Poll::Ready(Ok(())) => {
                *left -= read.filled().len() as u64;
                let bytes = BytesMut::from(read.filled()).freeze();
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }
}

/// One body after another.
pub(super) struct Chain(VecDeque<Payload>);

impl Chain {
    pub(super) fn new(bodies: impl Into<VecDeque<Payload>>) -> Chain {
        Chain(bodies.into())
    }
}

impl Body for Chain {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let bodies = &mut self.get_mut().0;
        while let Some(first) = bodies.front_mut() {
            match Pin::new(first).poll_frame(cx) {
                Poll::Ready(None) => {
                    bodies.pop_front();
                }
                other => return other,
            }
        }
        Poll::Ready(None)
    }

    fn size_hint(&self) -> SizeHint {
        let exact: Option<u64> = self.0.iter().map(|body| body.size_hint().exact()).sum();
        exact.map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}
