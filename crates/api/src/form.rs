//! Bodies that are forms: what a page or a form tool posts, as an object of texts.

use bytes::Bytes;
use crm::FieldError;
use http_body_util::{BodyDataStream, Full};
use structuring::json::Object;

use crate::call::object_of;
use crate::problem::Problem;

pub const URLENCODED: &str = "application/x-www-form-urlencoded";
pub const MULTIPART: &str = "multipart/form-data";

/// Members of a form, at most.
const MOST: usize = 512;

/// The body as an object: JSON, or a form of one of these types. Of members with one name the last counts. A file in a form is
/// refused: it would be lost.
pub async fn object(body: &Bytes, content_type: Option<&str>, forms: &[&str]) -> Result<Object, Problem> {
    let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        URLENCODED if forms.contains(&URLENCODED) => {
            let pairs = form_urlencoded::parse(body).map(|(name, value)| (name.into_owned(), value.into_owned()));
            collect(pairs)
        }
        MULTIPART if forms.contains(&MULTIPART) => multipart(body, content_type.unwrap_or_default()).await,
        _ => object_of(body, content_type),
    }
}

/// What two sendings of one form have in common: of each part name, file's name, type and bytes, each with its length. None where
/// it is no such form, or cannot be read. Every sending has another boundary, so that its bytes are others.
pub async fn essence_of_parts(body: &Bytes, content_type: Option<&str>) -> Option<Vec<u8>> {
    let boundary = multer::parse_boundary(content_type?).ok()?;
    let mut parts = multer::Multipart::new(BodyDataStream::new(Full::new(body.clone())), boundary);
    let mut essence = Vec::with_capacity(body.len());
    let mut put = |bytes: &[u8]| {
        essence.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        essence.extend_from_slice(bytes);
    };
    for _ in 0..MOST {
        let Some(part) = parts.next_field().await.ok()? else { return Some(essence) };
        put(part.name().unwrap_or_default().as_bytes());
        put(part.file_name().unwrap_or_default().as_bytes());
        put(part.content_type().map(|mime| mime.essence_str().to_owned()).unwrap_or_default().as_bytes());
        put(&part.bytes().await.ok()?);
    }
    None
}

async fn multipart(body: &Bytes, content_type: &str) -> Result<Object, Problem> {
    let malformed =
        |error: multer::Error| Problem::invalid(vec![FieldError::new("", "malformed_body", error.to_string())]);
    let boundary = multer::parse_boundary(content_type).map_err(malformed)?;
    let mut parts = multer::Multipart::new(BodyDataStream::new(Full::new(body.clone())), boundary);
    let mut pairs = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(malformed)? {
        let name = part.name().unwrap_or_default().to_owned();
        if part.file_name().is_some() {
            let text = "Files are not taken here; leave this one out.";
            let at = format!("/{}", name.chars().take(100).collect::<String>());
            return Err(Problem::invalid(vec![FieldError::new(at, "unexpected_file", text)]));
        }
        if pairs.len() == MOST {
            return Err(too_many());
        }
        pairs.push((name, part.text().await.map_err(malformed)?));
    }
    collect(pairs.into_iter())
}

fn collect(pairs: impl Iterator<Item = (String, String)>) -> Result<Object, Problem> {
    let mut object = Object::new();
    for (count, (name, value)) in pairs.enumerate() {
        if count == MOST {
            return Err(too_many());
        }
        if name.contains('\0') || value.contains('\0') {
            let text = "U+0000 is not allowed in a form.";
            return Err(Problem::invalid(vec![FieldError::new("", "control_character", text)]));
        }
        object.remove(&name);
        object.push(name, value);
    }
    Ok(object)
}

fn too_many() -> Problem {
    Problem::invalid(vec![FieldError::new("", "too_many", format!("A form has at most {MOST} members."))])
}
