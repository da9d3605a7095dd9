//! `POST {base}/chat/completions`, as OpenAI documents it (<https://platform.openai.com/docs/api-reference/chat>) and as vLLM,
//! llama.cpp, LM Studio, OpenRouter and many others have it. No sampling parameters: newer models refuse them.

use serde_json::{Value, json};
use structuring::model::Prompt;

use super::{Before, Call, Line, Told, bearer, count, turns};

pub(super) fn call(line: &Line, prompt: &Prompt, before: Option<Before<'_>>) -> Call {
    let mut messages = vec![json!({"role": "system", "content": prompt.instructions})];
    messages.extend(turns(prompt, before.as_ref()));
    let format = match line.strict {
        true => json!({"type": "json_schema",
                       "json_schema": {"name": "placements", "strict": true, "schema": prompt.schema}}),
        false => json!({"type": "json_object"}),
    };
    let body = json!({"model": line.model, "messages": messages, "response_format": format});
    Call { path: "/chat/completions", headers: bearer(line), body }
}

pub(super) fn told(body: &Value) -> Option<Told> {
    let text = body.pointer("/choices/0/message/content")?.as_str()?.to_owned();
    let usage = body.get("usage").unwrap_or(&Value::Null);
    Some(Told { text, tokens: count(usage, ["prompt_tokens", "completion_tokens"]) })
}
