//! One template at a time: made or changed here, or told about by the provider.

use serde_json::{Value, json};
use store::params;

use super::sync::{Fetched, write};
use super::{COLUMNS, Template};
use crate::changes;
use crate::error::{Error, Result};
use crate::id::{ChannelId, TemplateId};
use crate::work::Work;

/// Of what a provider says, in characters.
const LONGEST_REASON: usize = 500;

/// What a webhook tells of a template. None: not told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notice {
    pub provider_id: String,
    /// `APPROVED`, `REJECTED`, `PAUSED`, …
    pub status: Option<String>,
    pub quality: Option<String>,
    pub category: Option<String>,
    pub reason: Option<String>,
}

impl Notice {
    /// From the value of a webhook's field; none where it is about something else.
    pub fn read(field: &str, value: &Value) -> Option<Notice> {
        let word = |member: &str| value.get(member).and_then(Value::as_str).filter(|word| !word.is_empty());
        let id = value.get("message_template_id")?;
        let provider_id = id.as_str().map(str::to_owned).or_else(|| id.as_u64().map(|number| number.to_string()))?;
        let mut notice = Notice { provider_id, ..Notice::default() };
        match field {
            "message_template_status_update" => {
                notice.status = word("event").map(str::to_owned);
                let rejection = value.pointer("/rejection_info/reason").and_then(Value::as_str);
                let reason = rejection.or_else(|| word("reason")).filter(|reason| *reason != "NONE");
                notice.reason = reason.map(|reason| reason.chars().take(LONGEST_REASON).collect());
            }
            "message_template_quality_update" => notice.quality = word("new_quality_score").map(str::to_owned),
            "template_category_update" => notice.category = word("new_category").map(str::to_owned),
            _ => return None,
        }
        Some(notice)
    }
}

/// Applies it, to the channel's template of that id; whether anything changed. One that is not kept yet comes with the next
/// synchronisation.
pub fn notice(w: &mut Work<'_, '_>, channel: ChannelId, notice: &Notice) -> Result<bool> {
    let Some(before) = of_provider(w, channel, &notice.provider_id)? else { return Ok(false) };
    // What a provider calls what happened to it is not always what it then is.
    let status = notice.status.as_deref().map(|event| match event {
        "REINSTATED" | "UNARCHIVED" => "APPROVED",
        "FLAGGED" => before.status.as_str(),
        other => other,
    });
    let gone = status == Some("DELETED");
    let changed = w.tx.execute(
        "UPDATE templates SET status = coalesce($4, status), quality = coalesce($5, quality), category = coalesce($6, category),
            reason = CASE WHEN $4 IS NULL THEN reason ELSE $7 END, removed = $8, updated_at = $9
         WHERE organization_id = $1 AND channel_id = $2 AND provider_id = $3
           AND (status <> coalesce($4, status) OR quality IS DISTINCT FROM coalesce($5, quality)
                OR category <> coalesce($6, category) OR removed <> $8)",
        params![
            w.caller.organization,
            channel,
            notice.provider_id,
            status,
            notice.quality,
            notice.category,
            notice.reason,
            gone,
            w.now
        ],
    )?;
    if changed == 0 {
        return Ok(false);
    }
    let details = json!({"name": before.name, "language": before.language, "status": status, "quality": notice.quality,
                         "category": notice.category, "reason": notice.reason});
    let previous = json!({"status": before.status, "quality": before.quality, "category": before.category});
    changes::record(w, "template", before.id, "updated", details, Some(previous))?;
    Ok(true)
}

fn of_provider(w: &mut Work<'_, '_>, channel: ChannelId, provider_id: &str) -> Result<Option<Template>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM templates t WHERE t.organization_id = $1 AND t.channel_id = $2 AND t.provider_id = $3"
    );
    let row = w.tx.query_opt(&sql, params![w.caller.organization, channel, provider_id])?;
    row.as_ref().map(Template::from_row).transpose()
}

/// Keeps one that was just made or changed at the provider.
pub fn put(w: &mut Work<'_, '_>, channel: ChannelId, fetched: &Fetched) -> Result<Template> {
    let known = of_provider(w, channel, &fetched.provider_id)?.is_some();
    write(w, channel, None, fetched)?;
    let template = of_provider(w, channel, &fetched.provider_id)?
        .ok_or_else(|| Error::Internal("a template vanished within its own transaction".into()))?;
    let details = json!({"name": template.name, "language": template.language, "status": template.status});
    changes::record(w, "template", template.id, if known { "updated" } else { "created" }, details, None)?;
    Ok(template)
}

/// Puts out of sight what was deleted at the provider.
pub fn delete(w: &mut Work<'_, '_>, id: TemplateId) -> Result<()> {
    w.tx.execute(
        "UPDATE templates SET removed = $3, updated_at = $4 WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id, true, w.now],
    )?;
    changes::record(w, "template", id, "deleted", json!({}), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webhooks_about_templates_are_read() {
        let value = json!({"event": "REJECTED", "message_template_id": 594_425_479, "message_template_name": "x",
                           "message_template_language": "en-US", "reason": "NONE", "rejection_info": {"reason": "Too vague"}});
        let notice = Notice::read("message_template_status_update", &value).unwrap();
        assert_eq!((notice.provider_id.as_str(), notice.status.as_deref()), ("594425479", Some("REJECTED")));
        assert_eq!(notice.reason.as_deref(), Some("Too vague"));
        let value = json!({"message_template_id": "1", "new_quality_score": "RED"});
        assert_eq!(Notice::read("message_template_quality_update", &value).unwrap().quality.as_deref(), Some("RED"));
        let value = json!({"message_template_id": "1", "new_category": "MARKETING"});
        assert_eq!(Notice::read("template_category_update", &value).unwrap().category.as_deref(), Some("MARKETING"));
        assert_eq!(Notice::read("account_update", &value), None);
        assert_eq!(Notice::read("message_template_status_update", &json!({"event": "APPROVED"})), None);
    }
}
