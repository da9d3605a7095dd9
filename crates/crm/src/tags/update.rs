//! Renaming and recolouring a tag.

use store::params;

use super::{Tag, Variant, exists, find_by_name, get, read_value};
use crate::changes::{Changes, check_version};
use crate::error::{Error, Problems, Result};
use crate::work::Work;

/// None leaves as it is. What a tag may be put on never changes: it may be there already.
#[derive(Debug, Clone, Default)]
pub struct TagPatch {
    pub value: Option<String>,
    pub variant: Option<Variant>,
    pub if_version: Option<i64>,
}

/// 409 `tag_exists` where another one has that name.
pub fn update(w: &mut Work<'_, '_>, id: i64, patch: &TagPatch) -> Result<Tag> {
    let mut tag = get(w, id)?;
    check_version(patch.if_version, tag.version)?;
    let mut changes = Changes::default();
    if let Some(value) = &patch.value {
        let mut problems = Problems::default();
        let (value, key) = read_value(value, "/value", &mut problems);
        problems.check()?;
        if let Some(other) = find_by_name(w, tag.entity_type, &key)?.filter(|other| other.id != id) {
            return Err(exists(&other));
        }
        changes.set("value", &mut tag.value, value);
    }
    if let Some(variant) = patch.variant {
        changes.set("variant", &mut tag.variant, variant);
    }
    if changes.is_empty() {
        return Ok(tag);
    }
    tag.version += 1;
    let written = w.tx.execute(
        "UPDATE tags SET value = $3, value_key = $4, variant = $5, version = $6 WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id, tag.value, crate::text::fold(&tag.value), tag.variant, tag.version],
    )?;
    if written != 1 {
        return Err(Error::Internal("a tag vanished within its own transaction".into()));
    }
    changes.record(w, "tag", id)?;
    Ok(tag)
}
