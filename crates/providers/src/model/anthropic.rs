//! `POST {base}/v1/messages`, as Anthropic documents it (<https://docs.anthropic.com/en/api/messages>), without tools; the schema
//! goes into `output_config.format`.

use hyper::header::HeaderName;
use serde_json::{Value, json};
use structuring::model::Prompt;

use super::{Before, Call, Line, Told, count, turns};

const VERSION: &str = "2023-06-01";
/// An answer needs far less.
const MAX_TOKENS: u32 = 4096;

pub(super) fn call(line: &Line, prompt: &Prompt, before: Option<Before<'_>>) -> Call {
    let mut body = json!({
        "model": line.model,
        "max_tokens": MAX_TOKENS,
        "system": prompt.instructions,
        "messages": turns(prompt, before.as_ref()),
    });
    if line.strict {
        body["output_config"] = json!({"format": {"type": "json_schema", "schema": prompt.schema}});
    }
    let mut headers = vec![(HeaderName::from_static("anthropic-version"), VERSION.to_owned())];
    headers.extend(line.key.as_ref().map(|key| (HeaderName::from_static("x-api-key"), key.clone())));
    // The base of some proxies has the version in it already.
    let path = if line.base_url.trim_end_matches('/').ends_with("/v1") { "/messages" } else { "/v1/messages" };
    Call { path, headers, body }
}

pub(super) fn told(body: &Value) -> Option<Told> {
    let parts = body.get("content")?.as_array()?;
    let texts = parts.iter().filter(|part| part["type"] == "text").filter_map(|part| part["text"].as_str());
    let usage = body.get("usage").unwrap_or(&Value::Null);
    Some(Told { text: texts.collect(), tokens: count(usage, ["input_tokens", "output_tokens"]) })
}
