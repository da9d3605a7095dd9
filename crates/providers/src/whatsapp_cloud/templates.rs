//! Templates at WhatsApp: read by pages, made, changed, deleted.

use crm::templates::Fetched;
use hyper::Method;
use serde_json::{Value, json};

use super::{CALL_WITHIN, CallError, Graph, escaped, id, text};

const FIELDS: &str = "id,name,language,status,category,components,parameter_format,quality_score,rejected_reason";
const PAGE: usize = 100;

#[derive(Debug, Clone, PartialEq)]
pub struct TemplatePage {
    pub templates: Vec<Fetched>,
    /// For the next page; none: that was the last one.
    pub after: Option<String>,
}

impl Graph {
    pub async fn templates(&self, after: Option<&str>) -> Result<TemplatePage, CallError> {
        let mut path = format!("{}/message_templates?fields={FIELDS}&limit={PAGE}", self.account.waba_id);
        if let Some(after) = after {
            path.push_str(&format!("&after={}", escaped(after)));
        }
        let answer = self.get(&path).await?;
        let templates = answer.get("data").and_then(Value::as_array).into_iter().flatten().filter_map(read).collect();
        // The cursor is there on the last page too; what says that there is more is `next`.
        let more = answer.pointer("/paging/next").is_some();
        let after = answer.pointer("/paging/cursors/after").and_then(Value::as_str).filter(|_| more);
        Ok(TemplatePage { templates, after: after.map(str::to_owned) })
    }

    /// One by its id, as it is now.
    pub async fn template(&self, provider_id: &str) -> Result<Fetched, CallError> {
        let answer = self.get(&format!("{provider_id}?fields={FIELDS}")).await?;
        read(&answer).ok_or(CallError::Foreign { status: 200 })
    }

    /// Hands a new one in; answers its id and status.
    pub async fn create_template(&self, body: &Value) -> Result<(String, String), CallError> {
        let path = format!("{}/message_templates", self.account.waba_id);
        let answer = self.call(Method::POST, &path, Some(body), CALL_WITHIN).await?;
        let provider_id = id(&answer, "id").ok_or(CallError::Foreign { status: 200 })?;
        Ok((provider_id, text(&answer, "status").unwrap_or_else(|| "PENDING".to_owned())))
    }

    /// Changes its components, and its category where one is given; it waits for approval again.
    pub async fn edit_template(
        &self,
        provider_id: &str,
        components: &Value,
        category: Option<&str>,
    ) -> Result<(), CallError> {
        let mut body = json!({"components": components});
        if let Some(category) = category {
            body["category"] = json!(category);
        }
        self.call(Method::POST, provider_id, Some(&body), CALL_WITHIN).await.map(drop)
    }

    /// In one language; the others of its name stay.
    pub async fn delete_template(&self, name: &str, provider_id: &str) -> Result<(), CallError> {
        let (name, provider_id) = (escaped(name), escaped(provider_id));
        let path = format!("{}/message_templates?name={name}&hsm_id={provider_id}", self.account.waba_id);
        self.call(Method::DELETE, &path, None, CALL_WITHIN).await.map(drop)
    }
}

/// One that lacks its id or name is left out.
fn read(template: &Value) -> Option<Fetched> {
    let word = |member: &str| text(template, member);
    Some(Fetched {
        provider_id: id(template, "id")?,
        name: word("name")?,
        language: word("language")?,
        status: word("status").unwrap_or_else(|| "PENDING".to_owned()),
        category: word("category").unwrap_or_default(),
        parameter_format: word("parameter_format").unwrap_or_else(|| "POSITIONAL".to_owned()),
        components: template.get("components").cloned().unwrap_or_else(|| json!([])),
        quality: template.pointer("/quality_score/score").and_then(Value::as_str).map(str::to_owned),
        reason: word("rejected_reason").filter(|reason| reason != "NONE"),
    })
}
