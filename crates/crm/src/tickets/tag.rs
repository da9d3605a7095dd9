//! Tags of a ticket.

use serde_json::json;
use store::params;

use super::{Ticket, record_update, save};
use crate::error::{FieldError, Problems, Result};
use crate::id::TicketId;
use crate::tags::{self, EntityType, Tag};
use crate::work::Work;

pub fn tags_of_ticket(w: &mut Work<'_, '_>, ticket: TicketId) -> Result<Vec<Tag>> {
    let sql = format!(
        "SELECT {} FROM ticket_tags tt JOIN tags g ON g.organization_id = tt.organization_id AND g.id = tt.tag_id
         WHERE tt.organization_id = $1 AND tt.ticket_id = $2 ORDER BY g.id",
        tags::COLUMNS
    );
    w.tx.query(&sql, params![w.caller.organization, ticket])?.iter().map(Tag::from_row).collect()
}

/// Puts some on and takes others off; those that are not named stay, so that two who do it at once do not undo each other.
/// 400 where a tag is not there, or is for contacts; nothing is changed then. Whether anything is another now.
pub fn change_tags(w: &mut Work<'_, '_>, ticket: &mut Ticket, add: &[i64], remove: &[i64]) -> Result<bool> {
    let mut problems = Problems::default();
    for (name, ids) in [("add_tag_ids", add), ("remove_tag_ids", remove)] {
        for (at, &id) in ids.iter().enumerate() {
            let pointer = format!("/{name}/{at}");
            match tags::find(w, id)? {
                None => problems.add(FieldError::unknown_reference(pointer, "tag", id)),
                Some(tag) if tag.entity_type != EntityType::Ticket => {
                    let message =
                        format!("Tag {id} is for contacts; a ticket takes only tags with entity_type TICKET.");
                    problems.add(FieldError::new(pointer, "wrong_entity_type", message));
                }
                Some(_) => {}
            }
        }
    }
    problems.check()?;
    let ids = |tags: Vec<Tag>| tags.iter().map(|tag| tag.id).collect::<Vec<i64>>();
    let before = ids(tags_of_ticket(w, ticket.id)?);
    for id in add {
        insert_tag(w, ticket, *id)?;
    }
    for id in remove {
        w.tx.execute(
            "DELETE FROM ticket_tags WHERE organization_id = $1 AND ticket_id = $2 AND tag_id = $3",
            params![w.caller.organization, ticket.id, *id],
        )?;
    }
    let after = ids(tags_of_ticket(w, ticket.id)?);
    if after == before {
        return Ok(false);
    }
    save(w, ticket)?;
    record_update(w, ticket, json!({"tags": after}), json!({"tags": before}))?;
    Ok(true)
}

/// Answers whether the ticket did not have it.
pub(crate) fn insert_tag(w: &mut Work<'_, '_>, ticket: &Ticket, tag: i64) -> Result<bool> {
    let inserted = w.tx.execute(
        "INSERT INTO ticket_tags (organization_id, ticket_id, tag_id, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (organization_id, ticket_id, tag_id) DO NOTHING",
        params![w.caller.organization, ticket.id, tag, w.now],
    )?;
    Ok(inserted == 1)
}
