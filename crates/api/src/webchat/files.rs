//! Files of a visitor's conversation. One that goes up is a message at once: there is no upload that belongs to nobody.

use crm::id::MediaId;
use crm::media::{MOST_VISITOR_BYTES, MediaType, Upload};
use crm::webchat::{self, Said};

use super::messages::{CLIENT_ID, write};
use super::session::unknown;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{SHORT, Text};
use crate::problem::Problem;
use crate::v1::media::{declared, serve};

/// As long as WhatsApp has it: what comes by one channel may be passed on by another.
const CAPTION: Text = Text { max: 1024 };

/// The same for every type.
pub fn limit(_: &[(String, String)], _: Option<&str>) -> u64 {
    MOST_VISITOR_BYTES
}

#[derive(Debug)]
pub struct UploadQuery {
    client_id: String,
    file_name: Option<String>,
    caption: Option<String>,
}

impl Input for UploadQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let client_id = f.required("client_id", CLIENT_ID, "The browser's own id of the message.");
        let file_name = f.optional("file_name", SHORT, "As it is called there.");
        let caption = f.optional("caption", CAPTION, "What is said with it.");
        Some(UploadQuery { client_id: client_id?, file_name, caption })
    }
}

pub async fn upload(call: Call) -> Result<Answer, Problem> {
    let query: UploadQuery = call.read_query()?;
    let file = call.file.clone().ok_or_else(|| Problem::internal("an upload without its file"))?;
    let mime = declared(call.content_type.as_deref());
    let upload = Upload {
        channel: call.visit()?.channel,
        media_type: MediaType::of_upload(&mime),
        mime,
        file_name: query.file_name,
        path: file.path,
        sha256: file.sha256,
        size: i64::try_from(file.size).unwrap_or(i64::MAX),
    };
    write(&call, query.client_id, Said::File { upload, caption: query.caption }).await
}

/// A file of a message that the visitor may read; any other is not there.
pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: MediaId = call.id("id", "file")?;
    let (token, channel) = call.token()?;
    let found = call
        .read(move |w| {
            let Some(visitor) = webchat::by_token(w, channel, &token)? else { return Ok(None) };
            Ok(Some(webchat::file(w, &visitor, id)?))
        })
        .await?;
    let media = found.ok_or_else(unknown)?.ok_or_else(|| crm::Error::not_found("file"))?;
    serve(&call, media, true).await
}
