//! Making a tag.

use serde_json::json;
use store::params;

use super::{EntityType, MOST_TAGS, Tag, Variant, exists, find_by_name, read_value};
use crate::changes::record;
use crate::error::{Error, Problems, Result};
use crate::work::Work;

#[derive(Debug, Clone)]
pub struct NewTag {
    /// 1–100 characters.
    pub value: String,
    /// None: a colour that belongs to the name.
    pub variant: Option<Variant>,
    pub entity_type: EntityType,
}

/// 409 `tag_exists` where there is one of that name on that kind of thing, `limit_reached` where there are [`MOST_TAGS`].
pub fn create(w: &mut Work<'_, '_>, new: &NewTag) -> Result<Tag> {
    let mut problems = Problems::default();
    let (value, key) = read_value(&new.value, "/value", &mut problems);
    problems.check()?;
    let variant = new.variant.unwrap_or_else(|| Variant::of_value(&value));
    let (tag, created) = insert(w, new.entity_type, value, &key, variant)?;
    if created { Ok(tag) } else { Err(exists(&tag)) }
}

/// The tag of that name, made with the name's own colour where there is none; and whether it was made. The name is at
/// fault under the pointer `/tags`, as in C14.
pub fn find_or_create_by_name(w: &mut Work<'_, '_>, entity_type: EntityType, name: &str) -> Result<(Tag, bool)> {
    let mut problems = Problems::default();
    let (value, key) = read_value(name, "/tags", &mut problems);
    problems.check()?;
    let variant = Variant::of_value(&value);
    insert(w, entity_type, value, &key, variant)
}

/// Whether there may be no more of them. Of two at once both may be told that there is room for one.
pub fn is_full(w: &mut Work<'_, '_>) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM tags WHERE organization_id = $1 ORDER BY id LIMIT 1 OFFSET $2";
    Ok(w.tx.query_opt(sql, params![w.caller.organization, MOST_TAGS - 1])?.is_some())
}

/// Looks before it writes: nearly every name is there already, and each attempt to insert would use up a number and
/// queue behind the counter's row. Two who make the same one at once meet on the unique index; one is run again.
fn insert(
    w: &mut Work<'_, '_>,
    entity_type: EntityType,
    value: String,
    key: &str,
    variant: Variant,
) -> Result<(Tag, bool)> {
    if let Some(tag) = find_by_name(w, entity_type, key)? {
        return Ok((tag, false));
    }
    if is_full(w)? {
        let message = format!("At most {MOST_TAGS} tags are there; delete some first.");
        return Err(Error::conflict("limit_reached", message));
    }
    let id = w.next_number("tags")?;
    let inserted = w.tx.execute(
        "INSERT INTO tags (organization_id, id, value, value_key, variant, entity_type, version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, 1, $7) ON CONFLICT (organization_id, entity_type, value_key) DO NOTHING",
        params![w.caller.organization, id, value, key, variant, entity_type, w.now],
    )?;
    if inserted == 0 {
        let tag = find_by_name(w, entity_type, key)?
            .ok_or_else(|| Error::Internal("a tag is in the way and cannot be seen".into()))?;
        return Ok((tag, false));
    }
    let tag = Tag { id, value, variant, entity_type, version: 1, created_at: w.now };
    record(w, "tag", id, "created", json!({"tag": tag}), None)?;
    Ok((tag, true))
}
