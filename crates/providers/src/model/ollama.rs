//! `POST {base}/api/chat`, as Ollama documents it (<https://github.com/ollama/ollama/blob/main/docs/api.md>); the schema goes into
//! `format`.

use serde_json::{Value, json};
use structuring::model::Prompt;

use super::{Before, Call, Line, Told, bearer, count, turns};

pub(super) fn call(line: &Line, prompt: &Prompt, before: Option<Before<'_>>) -> Call {
    let mut messages = vec![json!({"role": "system", "content": prompt.instructions})];
    messages.extend(turns(prompt, before.as_ref()));
    let format = if line.strict { prompt.schema.clone() } else { json!("json") };
    let body = json!({
        "model": line.model,
        "messages": messages,
        "stream": false,
        "format": format,
        "options": {"temperature": 0},
    });
    Call { path: "/api/chat", headers: bearer(line), body }
}

pub(super) fn told(body: &Value) -> Option<Told> {
    let text = body.pointer("/message/content")?.as_str()?.to_owned();
    Some(Told { text, tokens: count(body, ["prompt_eval_count", "eval_count"]) })
}
