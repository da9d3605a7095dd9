//! What a provider tells of a channel, its account and its templates by itself.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use store::params;

use super::incoming::News;
use crate::channels::Channel;
use crate::error::Result;
use crate::events::{self, Fact, Topic};
use crate::templates;
use crate::work::Work;

/// Whether it is news: the same once more is none, nor is what is older than what was told of the same thing. Providers repeat
/// for days what was not acknowledged, and an old restriction must not stop what has been reinstated since.
pub(super) fn hear(w: &mut Work<'_, '_>, channel: &Channel, news: &News) -> Result<bool> {
    if !is_newest(w, channel, news)? {
        return Ok(false);
    }
    let organization = w.caller.organization;
    let row = w.tx.query_one(
        "SELECT health, status FROM channels WHERE organization_id = $1 AND id = $2",
        params![organization, channel.id],
    )?;
    let mut health: Map<String, Value> = serde_json::from_str(row.text("health")?).unwrap_or_default();
    let before: String = row.at(1)?;
    let told: Value = serde_json::from_str(&news.data).unwrap_or(Value::Null);
    if let Some(notice) = templates::Notice::read(&news.field, &told) {
        templates::notice(w, channel.id, &notice)?;
    }
    health.insert(news.field.clone(), told.clone());
    w.tx.execute(
        "UPDATE channels SET health = $3 WHERE organization_id = $1 AND id = $2",
        params![organization, channel.id, Value::Object(health).to_string()],
    )?;
    let mut data = json!({"channel_id": channel.id, "field": news.field, "told": told, "status": before});
    let mut previous = json!({});
    if let Some(status) = news.status.filter(|status| *status != before) {
        w.tx.execute(
            "UPDATE channels SET status = $3, version = version + 1, updated_at = $4
             WHERE organization_id = $1 AND id = $2",
            params![organization, channel.id, status, w.now],
        )?;
        w.bump_revision()?;
        w.reload_setup()?;
        data["status"] = json!(status);
        previous = json!({"status": before});
    }
    let fact = Fact::new(Topic::ChannelStatus).subject(json!({"channel_id": channel.id}));
    events::record(w, fact.data(data).previous(previous))?;
    Ok(true)
}

fn is_newest(w: &mut Work<'_, '_>, channel: &Channel, news: &News) -> Result<bool> {
    // A clock that is far ahead would make everything after it old.
    let at = news.at.filter(|at| *at <= w.now.plus_seconds(3600)).unwrap_or(w.now);
    let hash: [u8; 32] = Sha256::digest(news.data.as_bytes()).into();
    let known = w.tx.query_opt(
        "SELECT told_at, hash FROM channel_news
         WHERE organization_id = $1 AND channel_id = $2 AND field = $3 AND about = $4",
        params![w.caller.organization, channel.id, news.field, news.about],
    )?;
    let mut same = false;
    if let Some(known) = known {
        if at < known.at(0)? {
            return Ok(false);
        }
        same = known.at::<Vec<u8>>(1)? == hash;
    }
    w.tx.execute(
        "INSERT INTO channel_news (organization_id, channel_id, field, about, told_at, hash) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (organization_id, channel_id, field, about) DO UPDATE
           SET told_at = excluded.told_at, hash = excluded.hash",
        params![w.caller.organization, channel.id, news.field, news.about, at, &hash[..]],
    )?;
    Ok(!same)
}
