//! Bringing what the provider has into what is kept: page by page, and at the end whatever no page had is gone.

use serde_json::{Value, json};
use store::params;
use uuid::Uuid;

use crate::changes;
use crate::error::Result;
use crate::id::{ChannelId, TemplateId};
use crate::work::Work;

/// A template as the provider answers it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    pub provider_id: String,
    pub name: String,
    pub language: String,
    pub status: String,
    pub category: String,
    pub parameter_format: String,
    pub components: Value,
    pub quality: Option<String>,
    pub reason: Option<String>,
}

/// Writes one page; how many of it are new or other than before.
pub fn page(w: &mut Work<'_, '_>, channel: ChannelId, run: Uuid, fetched: &[Fetched]) -> Result<usize> {
    let mut changed = 0;
    for template in fetched {
        changed += usize::from(write(w, channel, Some(run), template)?);
    }
    Ok(changed)
}

/// Writes one; whether it is new or other than before.
pub(super) fn write(w: &mut Work<'_, '_>, channel: ChannelId, run: Option<Uuid>, template: &Fetched) -> Result<bool> {
    let id: TemplateId = w.new_id();
    let before = w.tx.query_opt(
        "SELECT name, language, status, category, parameter_format, components, quality, reason, removed FROM templates
         WHERE organization_id = $1 AND channel_id = $2 AND provider_id = $3",
        params![w.caller.organization, channel, template.provider_id],
    )?;
    let components = template.components.to_string();
    let same = match &before {
        None => false,
        Some(row) => {
            !row.at::<bool>(8)?
                && row.at::<String>(0)? == template.name
                && row.at::<String>(1)? == template.language
                && row.at::<String>(2)? == template.status
                && row.at::<String>(3)? == template.category
                && row.at::<String>(4)? == template.parameter_format
                && row.at::<String>(5)? == components
                && row.at::<Option<String>>(6)? == template.quality
                && row.at::<Option<String>>(7)? == template.reason
        }
    };
    w.tx.execute(
        "INSERT INTO templates (organization_id, id, channel_id, provider_id, name, language, status, category, parameter_format,
                                components, quality, reason, sync_id, removed, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)
         ON CONFLICT (organization_id, channel_id, provider_id) DO UPDATE
           SET name = excluded.name, language = excluded.language, status = excluded.status, category = excluded.category,
               parameter_format = excluded.parameter_format, components = excluded.components, quality = excluded.quality,
               reason = excluded.reason, sync_id = coalesce(excluded.sync_id, templates.sync_id), removed = excluded.removed,
               updated_at = CASE WHEN $16 THEN templates.updated_at ELSE excluded.updated_at END",
        params![
            w.caller.organization,
            id,
            channel,
            template.provider_id,
            template.name,
            template.language,
            template.status,
            template.category,
            template.parameter_format,
            components,
            template.quality,
            template.reason,
            run,
            false,
            w.now,
            same
        ],
    )?;
    Ok(!same)
}

/// After the last page: how many are gone at the provider.
pub fn finish(w: &mut Work<'_, '_>, channel: ChannelId, run: Uuid, changed: usize) -> Result<u64> {
    let gone = w.tx.execute(
        "UPDATE templates SET removed = $4, updated_at = $5
         WHERE organization_id = $1 AND channel_id = $2 AND sync_id IS DISTINCT FROM $3 AND removed <> $4",
        params![w.caller.organization, channel, run, true, w.now],
    )?;
    if changed > 0 || gone > 0 {
        let details = json!({"channel_id": channel, "changed": changed, "removed": gone});
        changes::record(w, "templates", channel, "synchronised", details, None)?;
    }
    Ok(gone)
}
