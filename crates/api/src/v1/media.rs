//! Files of messages: taken in for sending, and given out.

use std::fmt::Write as _;
use std::io::ErrorKind;

use crm::FieldError;
use crm::id::{ChannelId, MediaId};
use crm::media::{
    self, Media, MediaState, MediaType, Upload, essence, is_safe_inline, most_bytes, types_of, usual_type,
};

use super::messages::attachment;
use crate::answer::{Answer, FilePart};
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Flag, SHORT, id};
use crate::one_of;
use crate::problem::Problem;

const OCTETS: &str = "application/octet-stream";

#[derive(Debug)]
pub struct UploadQuery {
    channel: ChannelId,
    media_type: Option<MediaType>,
    file_name: Option<String>,
}

impl Input for UploadQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let channel = f.required("channel_id", id::<ChannelId>(), "The channel it is to go out by.");
        let about = "What it goes out as; by itself as its media type usually does.";
        let media_type = f.optional("type", one_of!(MediaType), about);
        let file_name = f.optional("file_name", SHORT, "As the person sees it, of a document.");
        Some(UploadQuery { channel: channel?, media_type, file_name })
    }
}

pub(crate) fn declared(content_type: Option<&str>) -> String {
    content_type.map(essence).filter(|mime| mime.contains('/')).unwrap_or_else(|| OCTETS.to_owned())
}

/// Bytes that an upload may have, before the first of them is taken.
pub fn limit(query: &[(String, String)], content_type: Option<&str>) -> u64 {
    let said = query.iter().rev().find(|(name, _)| name == "type").and_then(|(_, word)| MediaType::from_name(word));
    most_bytes(said.unwrap_or_else(|| usual_type(&declared(content_type))))
}

/// The body is the file; its `Content-Type` is what it is.
pub async fn upload(call: Call) -> Result<Answer, Problem> {
    let query: UploadQuery = call.read_query()?;
    let file = call.file.clone().ok_or_else(|| Problem::internal("an upload without its file"))?;
    let mime = declared(call.content_type.as_deref());
    let media_type = query.media_type.unwrap_or_else(|| usual_type(&mime));
    let taken = types_of(media_type);
    let mut problems = Vec::new();
    if !taken.is_empty() && !taken.contains(&mime.as_str()) {
        let message = format!("WhatsApp takes a file of type {media_type} as {}, not as {mime}.", taken.join(", "));
        problems.push(FieldError::new("Content-Type", "wrong_media_type", message));
    }
    if file.size > most_bytes(media_type) {
        let message = format!("A file of type {media_type} has at most {} bytes.", most_bytes(media_type));
        problems.push(FieldError::new("", "too_large", message));
    }
    call.prepare(|setup| {
        let mut problems = problems.clone();
        if setup.channel(query.channel).is_none_or(|channel| channel.archived) {
            problems.push(FieldError::unknown_reference("?channel_id", "channel", query.channel));
        }
        if problems.is_empty() { Ok(()) } else { Err(Problem::invalid(problems)) }
    })
    .await?;
    let upload = Upload {
        channel: query.channel,
        media_type,
        mime,
        file_name: query.file_name,
        path: file.path,
        sha256: file.sha256,
        size: i64::try_from(file.size).unwrap_or(i64::MAX),
    };
    call.write(move |w| media::uploaded(w, &upload), |media, _| Answer::json(201, &attachment(media))).await
}

#[derive(Debug)]
pub struct DownloadQuery {
    download: bool,
}

impl Input for DownloadQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let about = "To be saved, whatever its type.";
        Some(DownloadQuery { download: f.optional("download", Flag, about).unwrap_or(false) })
    }
}

/// What people send may be anything: only types that cannot carry a script are shown in place, and all of it sandboxed.
pub async fn show(call: Call) -> Result<Answer, Problem> {
    let query: DownloadQuery = call.read_query()?;
    let id: MediaId = call.id("id", "media")?;
    let media = call.read(move |w| media::get(w, id)).await?;
    serve(&call, media, !query.download).await
}

/// The file's bytes, or the part of them that is asked for; in place only where that is `inline` and its type cannot carry a script.
pub(crate) async fn serve(call: &Call, media: Media, inline: bool) -> Result<Answer, Problem> {
    if media.state != MediaState::Stored {
        let why = media.error.map(|why| format!(": {why}")).unwrap_or_default();
        let message = format!("This file is not here: it is {}{why}.", media.state);
        return Err(crm::Error::conflict("media_not_stored", message).into());
    }
    let path = media.path.as_deref().and_then(|path| call.app.media().ok()?.path(path));
    let path = path.ok_or_else(|| Problem::internal("a stored file without a path"))?;
    let size = match tokio::fs::metadata(&path).await {
        Ok(data) => data.len(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(not_here()),
        Err(error) => return Err(Problem::internal(error)),
    };
    let mime = media.mime.as_deref().map(essence).unwrap_or_else(|| OCTETS.to_owned());
    let inline = is_safe_inline(&mime) && inline;
    let mut answer = Answer::bytes(200, OCTETS, Default::default());
    answer.file = Some(FilePart { path: path.clone(), from: 0, length: size });
    if let Some(range) = call.range.as_deref().and_then(|text| range(text, size)) {
        let Some((from, to)) = range else {
            return Err(Problem::new(416, "range_not_satisfiable", format!("This file has {size} bytes."))
                .header("content-range", format!("bytes */{size}")));
        };
        answer.status = 206;
        answer.file = Some(FilePart { path, from, length: to - from + 1 });
        answer = answer.header("content-range", format!("bytes {from}-{to}/{size}"));
    }
    let disposition = if inline { "inline" } else { "attachment" };
    let name = media.file_name.clone().unwrap_or_else(|| format!("{}.{}", media.id, extension(&mime)));
    Ok(answer
        .header("content-type", if inline { mime } else { OCTETS.to_owned() })
        .header("content-disposition", format!("{disposition}; {}", file_name(&name)))
        .header("content-security-policy", "sandbox; default-src 'none'")
        .header("cross-origin-resource-policy", "same-origin")
        .header("cache-control", "private, max-age=3600")
        .header("accept-ranges", "bytes"))
}

/// Its row is there, its bytes are not: another node took them in, or the directory was not restored with the database.
fn not_here() -> Problem {
    let message = "This file is not in the media directory of the server that answered. Its operator gives all servers of a \
                   database the same media_dir, or restores the directory.";
    crm::Error::conflict("media_not_here", message).into()
}

/// One range of bytes, first and last. None: no range that is understood, so the whole. Some none: beyond the file.
fn range(text: &str, size: u64) -> Option<Option<(u64, u64)>> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let (from, to) = match (first.trim(), last.trim()) {
        ("", "") => return None,
        ("", suffix) => {
            let suffix: u64 = suffix.parse().ok()?;
            (size.saturating_sub(suffix), size.saturating_sub(1))
        }
        (first, "") => (first.parse().ok()?, size.saturating_sub(1)),
        (first, last) => (first.parse().ok()?, last.parse::<u64>().ok()?.min(size.saturating_sub(1))),
    };
    Some((from <= to && from < size).then_some((from, to)))
}

/// For old readers in ASCII, for others as RFC 8187 has it.
fn file_name(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '/') || c == ' ' { c } else { '_' })
        .collect();
    let mut escaped = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    format!("filename=\"{plain}\"; filename*=UTF-8''{escaped}")
}

fn extension(mime: &str) -> &'static str {
    match mime {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/webp" => "webp",
        "video/mp4" => "mp4",
        "video/3gpp" => "3gp",
        "audio/ogg" | "audio/opus" => "ogg",
        "audio/mpeg" => "mp3",
        "audio/mp4" => "m4a",
        "audio/aac" => "aac",
        "audio/amr" => "amr",
        "application/pdf" => "pdf",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        assert_eq!(range("bytes=0-3", 10), Some(Some((0, 3))));
        assert_eq!(range("bytes=4-", 10), Some(Some((4, 9))));
        assert_eq!(range("bytes=-3", 10), Some(Some((7, 9))));
        assert_eq!(range("bytes=-30", 10), Some(Some((0, 9))));
        assert_eq!(range("bytes=8-99", 10), Some(Some((8, 9))));
        assert_eq!(range("bytes=10-", 10), Some(None));
        assert_eq!(range("bytes=5-4", 10), Some(None));
        for whole in ["", "bytes=", "bytes=-", "bytes=a-b", "bytes=0-1,3-4", "items=0-1"] {
            assert_eq!(range(whole, 10), None, "{whole}");
        }
    }

    #[test]
    fn names_cannot_leave_their_header() {
        assert_eq!(file_name("año \"1\".pdf"), "filename=\"a_o _1_.pdf\"; filename*=UTF-8''a%C3%B1o%20%221%22.pdf");
    }
}
