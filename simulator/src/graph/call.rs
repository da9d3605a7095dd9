//! A request of the Graph API, taken apart: version, path, token, parameters.

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, RANGE};
use axum::http::{HeaderMap, Method, Request};
use bytes::Bytes;
use http_body_util::{BodyDataStream, BodyExt as _, Limited};
use multer::Multipart;
use serde_json::{Map, Value, json};

use super::error::GraphError;

/// What a body may hold that is no upload.
const PLAIN_BYTES: usize = 1 << 20;
/// Field names and the like beside the file.
const AROUND_A_FILE: usize = 64 * 1024;

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// The whole path.
    pub(crate) path: String,
    /// The path without the version.
    pub(crate) segments: Vec<String>,
    /// Of query, form and JSON together, as Meta takes them; the body wins.
    pub(crate) parameters: Map<String, Value>,
    pub(crate) query: Map<String, Value>,
    pub(crate) file: Option<File>,
    /// The body as it is, of uploads in pieces.
    pub(crate) raw: Bytes,
    pub(crate) token: Option<String>,
    /// `Host`, so that addresses in answers lead back here.
    pub(crate) host: Option<String>,
    pub(crate) range: Option<String>,
    pub(crate) file_offset: Option<usize>,
}

#[derive(Debug)]
pub(crate) struct File {
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: Bytes,
}

impl Call {
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).and_then(Value::as_str)
    }

    /// The `fields` that were asked for; none: the usual ones.
    pub(crate) fn fields(&self) -> Option<Vec<String>> {
        let fields = self.text("fields")?;
        Some(fields.split(',').map(|field| field.trim().to_owned()).filter(|field| !field.is_empty()).collect())
    }

    /// Only what was asked for of an object, and its id, as Meta answers.
    pub(crate) fn chosen(&self, object: Value, usual: &[&str]) -> Value {
        let Value::Object(object) = object else { return object };
        let fields = self.fields();
        let wanted = |key: &str| match &fields {
            Some(fields) => key == "id" || fields.iter().any(|field| field == key),
            None => usual.is_empty() || usual.contains(&key),
        };
        Value::Object(object.into_iter().filter(|(key, _)| wanted(key)).collect())
    }

    /// `largest`: bytes of a file.
    ///
    /// # Errors
    /// 100 where the body cannot be read or is too large.
    pub(crate) async fn read(request: Request<Body>, largest: usize) -> Result<Self, Box<(Self, GraphError)>> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path().to_owned();
        let mut segments: Vec<String> = path.split('/').filter(|s| !s.is_empty()).map(unescaped).collect();
        if segments.first().is_some_and(|first| is_version(first)) {
            segments.remove(0);
        }
        let query: Map<String, Value> = form_urlencoded::parse(parts.uri.query().unwrap_or("").as_bytes())
            .map(|(name, value)| (name.into_owned(), json!(value)))
            .collect();
        let mut call = Self {
            method: parts.method.clone(),
            path,
            segments,
            parameters: query.clone(),
            token: token(&parts.headers, &query),
            query,
            file: None,
            raw: Bytes::new(),
            host: text(&parts.headers, HOST.as_str()),
            range: text(&parts.headers, RANGE.as_str()),
            file_offset: text(&parts.headers, "file_offset").and_then(|offset| offset.parse().ok()),
        };
        call.parameters.remove("access_token");
        let content_type = text(&parts.headers, CONTENT_TYPE.as_str()).unwrap_or_default();
        if let Ok(boundary) = multer::parse_boundary(&content_type) {
            let body = BodyDataStream::new(Limited::new(body, largest + AROUND_A_FILE));
            return match call.read_form(Multipart::new(body, boundary)).await {
                Ok(()) => Ok(call),
                Err(error) => Err(Box::new((call, error))),
            };
        }
        let most =
            if call.segments.first().is_some_and(|first| first.starts_with("upload:")) { largest } else { PLAIN_BYTES };
        let Ok(bytes) = Limited::new(body, most).collect().await else {
            let error = GraphError::parameter("The request is too large, or ended early");
            return Err(Box::new((call, error)));
        };
        call.raw = bytes.to_bytes();
        match call.read_plain(&content_type.to_ascii_lowercase()) {
            Ok(()) => Ok(call),
            Err(error) => Err(Box::new((call, error))),
        }
    }

    async fn read_form(&mut self, mut form: Multipart<'_>) -> Result<(), GraphError> {
        let bad = |_| GraphError::parameter("The multipart body cannot be read, or the file is too large");
        while let Some(field) = form.next_field().await.map_err(bad)? {
            let name = field.name().unwrap_or_default().to_owned();
            let content_type = field.content_type().map(ToString::to_string);
            let is_file = name == "file" || field.file_name().is_some();
            let bytes = field.bytes().await.map_err(bad)?;
            if is_file {
                self.file = Some(File { content_type, bytes });
            } else {
                self.parameters.insert(name, json!(String::from_utf8_lossy(&bytes)));
            }
        }
        Ok(())
    }

    fn read_plain(&mut self, content_type: &str) -> Result<(), GraphError> {
        let is_upload = self.segments.first().is_some_and(|first| first.starts_with("upload:"));
        if self.raw.is_empty() || is_upload {
            return Ok(());
        }
        if content_type.starts_with("application/x-www-form-urlencoded") {
            for (name, value) in form_urlencoded::parse(&self.raw) {
                // Objects come as JSON in a form.
                let value = match value.as_bytes().first() {
                    Some(b'{' | b'[') => serde_json::from_str(&value).unwrap_or_else(|_| json!(value)),
                    _ => json!(value),
                };
                self.parameters.insert(name.into_owned(), value);
            }
            return Ok(());
        }
        match serde_json::from_slice(&self.raw) {
            Ok(Value::Object(object)) => {
                self.parameters.extend(object);
                Ok(())
            }
            Ok(_) => Err(GraphError::parameter("The body must be a JSON object")),
            Err(error) => Err(GraphError::parameter(&format!("The body is not JSON: {error}"))),
        }
    }
}

/// `v26.0`
fn is_version(segment: &str) -> bool {
    let Some((major, minor)) = segment.strip_prefix('v').and_then(|rest| rest.split_once('.')) else { return false };
    !major.is_empty()
        && !minor.is_empty()
        && major.bytes().all(|b| b.is_ascii_digit())
        && minor.bytes().all(|b| b.is_ascii_digit())
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// `Bearer …`, for uploads in pieces also `OAuth …`; or the parameter.
fn token(headers: &HeaderMap, query: &Map<String, Value>) -> Option<String> {
    let header = text(headers, AUTHORIZATION.as_str());
    let of_header = header.as_deref().and_then(|value| value.split_once(' ')).and_then(|(scheme, token)| {
        (scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("oauth")).then(|| token.trim().to_owned())
    });
    of_header
        .or_else(|| query.get("access_token").and_then(Value::as_str).map(str::to_owned))
        .filter(|token| !token.is_empty())
}

fn unescaped(segment: &str) -> String {
    // `upload:` often comes as `upload%3A`.
    segment.replace("%3A", ":").replace("%3a", ":").replace("%3D", "=").replace("%3d", "=")
}
