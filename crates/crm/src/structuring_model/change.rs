//! Changing where the model is and what it may cost.

use serde_json::json;
use store::params;

use super::{Kind, Mode, ModelEndpoint, get, with_key};
use crate::access::{Scope, Scopes};
use crate::changes::{Changes, check_version};
use crate::error::{FieldError, Problems, Result};
use crate::keys;
use crate::work::Work;

/// None leaves as it is.
#[derive(Debug, Clone, Default)]
pub struct ModelPatch {
    pub mode: Option<Mode>,
    pub kind: Option<Kind>,
    /// Looked at by the caller: that it is an address, and none that is not to be called.
    pub base_url: Option<String>,
    pub model: Option<String>,
    /// Sealed; inner none: forget it.
    pub api_key: Option<Option<Vec<u8>>>,
    pub masked: Option<bool>,
    pub strict: Option<bool>,
    pub calls_per_day: Option<i64>,
    pub tokens_per_day: Option<i64>,
    pub timeout_seconds: Option<i64>,
    pub if_version: Option<i64>,
}

/// A key is for the place that it was given for: with another one it is forgotten, unless it is given anew. So nobody who may set
/// an address, but does not know the key, has it sent to one of theirs. 403 where the caller may not read what is sent. Starts afresh where it is another endpoint.
pub fn change(w: &mut Work<'_, '_>, patch: &ModelPatch) -> Result<ModelEndpoint> {
    let (before, kept) = with_key(w)?;
    check_version(patch.if_version, before.version)?;
    let mut now = before.clone();
    let mut changes = Changes::default();
    changes.set("mode", &mut now.mode, patch.mode.unwrap_or(before.mode));
    changes.set("kind", &mut now.kind, patch.kind.unwrap_or(before.kind));
    changes.set("base_url", &mut now.base_url, patch.base_url.clone().or(before.base_url.clone()));
    changes.set("model", &mut now.model, patch.model.clone().or(before.model.clone()));
    changes.set("masked", &mut now.masked, patch.masked.unwrap_or(before.masked));
    changes.set("strict", &mut now.strict, patch.strict.unwrap_or(before.strict));
    changes.set("calls_per_day", &mut now.calls_per_day, patch.calls_per_day.unwrap_or(before.calls_per_day));
    changes.set("tokens_per_day", &mut now.tokens_per_day, patch.tokens_per_day.unwrap_or(before.tokens_per_day));
    changes.set("timeout_seconds", &mut now.timeout_seconds, patch.timeout_seconds.unwrap_or(before.timeout_seconds));
    let moved = now.base_url != before.base_url || now.kind != before.kind;
    let key = match &patch.api_key {
        Some(given) => given.clone(),
        None if moved => None,
        None => kept.clone(),
    };
    if key != kept {
        // Whether there is one; never which.
        changes.note("api_key", json!(key.is_some()), json!(kept.is_some()));
    }
    if opens(&before, &now, patch) {
        keys::check_handed_on(w, Scopes::of([Scope::ContactsRead]))?;
    }
    let mut problems = Problems::default();
    if now.mode != Mode::Off {
        for (pointer, value) in [("/base_url", &now.base_url), ("/model", &now.model)] {
            if value.is_none() {
                problems.add(FieldError::new(pointer, "required", "A model that is to be asked needs this."));
            }
        }
    }
    problems.check()?;
    if changes.is_empty() {
        return Ok(before);
    }
    let afresh = moved || key != kept || now.model != before.model;
    if afresh {
        (now.state.failures, now.state.paused_until, now.state.last_error) = (0, None, None);
        now.state.last_error_at = None;
    }
    w.tx.execute(
        "INSERT INTO structuring_models (organization_id, mode, kind, base_url, model, api_key, masked, strict, calls_per_day,
           tokens_per_day, timeout_seconds, failures, paused_until, version, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 1, $12)
         ON CONFLICT (organization_id) DO UPDATE SET mode = excluded.mode, kind = excluded.kind, base_url = excluded.base_url,
           model = excluded.model, api_key = excluded.api_key, masked = excluded.masked, strict = excluded.strict,
           calls_per_day = excluded.calls_per_day, tokens_per_day = excluded.tokens_per_day,
           timeout_seconds = excluded.timeout_seconds, version = structuring_models.version + 1,
           updated_at = excluded.updated_at",
        params![
            w.caller.organization,
            now.mode,
            now.kind,
            now.base_url,
            now.model,
            key,
            now.masked,
            now.strict,
            now.calls_per_day,
            now.tokens_per_day,
            now.timeout_seconds,
            w.now
        ],
    )?;
    if afresh {
        w.tx.execute(
            "UPDATE structuring_models SET failures = 0, paused_until = 0, last_error = NULL, last_error_at = NULL
             WHERE organization_id = $1",
            params![w.caller.organization],
        )?;
    }
    if now.mode == Mode::Off && before.mode != Mode::Off {
        give_up_what_waits(w)?;
    }
    w.bump_revision()?;
    let organization = w.caller.organization;
    changes.record(w, "structuring_model", organization)?;
    w.reload_setup()?;
    get(w)
}

/// Whether records go where they did not go before, or more of them: to another address or another account, at all, or unmasked.
/// That is for who may read them; to stop it, or to send less, is not.
fn opens(before: &ModelEndpoint, now: &ModelEndpoint, patch: &ModelPatch) -> bool {
    (&now.base_url, now.kind) != (&before.base_url, before.kind)
        || matches!(patch.api_key, Some(Some(_)))
        || now.mode != before.mode && now.mode != Mode::Off
        || before.masked && !now.masked
}

/// Nothing is sent any more: what was to be asked is not kept either.
fn give_up_what_waits(w: &mut Work<'_, '_>) -> Result<()> {
    w.tx.execute(
        "UPDATE structuring_questions SET status = 'failed', due_at = NULL, record = '', finished_at = $2
         WHERE organization_id = $1 AND due_at IS NOT NULL",
        params![w.caller.organization, w.now],
    )?;
    Ok(())
}
