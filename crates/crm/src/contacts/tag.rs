//! Tags on contacts and on their open tickets.

use std::collections::HashSet;

use serde_json::json;
use store::params;

use super::Contact;
use crate::conversations;
use crate::error::{Error, FieldError, Problems, Result};
use crate::events::{self, Fact, Topic};
use crate::id::ContactId;
use crate::tags::{self, EntityType, Tag};
use crate::text::fold;
use crate::tickets::{self, Ticket};
use crate::work::Work;

pub fn tags_of(w: &mut Work<'_, '_>, contact: ContactId) -> Result<Vec<Tag>> {
    let sql = format!(
        "SELECT {} FROM contact_tags ct JOIN tags g ON g.organization_id = ct.organization_id AND g.id = ct.tag_id
         WHERE ct.organization_id = $1 AND ct.contact_id = $2 ORDER BY g.id",
        tags::COLUMNS
    );
    w.tx.query(&sql, params![w.caller.organization, contact])?.iter().map(Tag::from_row).collect()
}

/// C13: the contact has these tags and no others then. Unknown ids and TICKET tags are refused, nothing changed.
pub fn replace_tags(w: &mut Work<'_, '_>, contact: &Contact, ids: &[i64]) -> Result<usize> {
    let mut problems = Problems::default();
    let mut wanted = Vec::new();
    for (at, &id) in ids.iter().enumerate() {
        let pointer = format!("/tagsIds/{at}");
        match tags::find(w, id)? {
            None => problems.add(FieldError::unknown_reference(pointer, "tag", id)),
            Some(tag) if tag.entity_type != EntityType::Contact => {
                let message = format!("Tag {id} is for tickets; a contact takes only tags with entity_type CONTACT.");
                problems.add(FieldError::new(pointer, "wrong_entity_type", message));
            }
            Some(tag) if !wanted.contains(&tag.id) => wanted.push(tag.id),
            Some(_) => {}
        }
    }
    problems.check()?;
    let before: Vec<i64> = tags_of(w, contact.id)?.iter().map(|tag| tag.id).collect();
    for id in before.iter().filter(|id| !wanted.contains(id)) {
        w.tx.execute(
            "DELETE FROM contact_tags WHERE organization_id = $1 AND contact_id = $2 AND tag_id = $3",
            params![w.caller.organization, contact.id, *id],
        )?;
    }
    for id in wanted.iter().filter(|id| !before.contains(id)) {
        insert_contact_tag(w, contact.id, *id)?;
    }
    let mut sorted = wanted.clone();
    sorted.sort_unstable();
    if sorted != before {
        conversations::labels_changed(w, contact.id)?;
        record_tags(w, contact.id, &before, &sorted)?;
    }
    Ok(wanted.len())
}

/// Whether it is there, and for contacts.
pub(crate) fn check_tag(w: &mut Work<'_, '_>, id: i64, pointer: &str, problems: &mut Problems) -> Result<()> {
    match tags::find(w, id)? {
        None => problems.add(FieldError::unknown_reference(pointer, "tag", id)),
        Some(tag) if tag.entity_type != EntityType::Contact => {
            let message = format!("Tag {id} is for tickets; a contact takes only tags with entity_type CONTACT.");
            problems.add(FieldError::new(pointer, "wrong_entity_type", message));
        }
        Some(_) => {}
    }
    Ok(())
}

/// Puts one tag on, or takes it off; the others stay. It must have been checked.
pub(crate) fn put_tag(w: &mut Work<'_, '_>, contact: &Contact, id: i64, on: bool) -> Result<()> {
    let before: Vec<i64> = tags_of(w, contact.id)?.iter().map(|tag| tag.id).collect();
    if before.contains(&id) == on {
        return Ok(());
    }
    let mut after = before.clone();
    if on {
        insert_contact_tag(w, contact.id, id)?;
        after.push(id);
        after.sort_unstable();
    } else {
        w.tx.execute(
            "DELETE FROM contact_tags WHERE organization_id = $1 AND contact_id = $2 AND tag_id = $3",
            params![w.caller.organization, contact.id, id],
        )?;
        after.retain(|known| *known != id);
    }
    conversations::labels_changed(w, contact.id)?;
    record_tags(w, contact.id, &before, &after)
}

/// What became of each name of C14.
#[derive(Debug, Default)]
pub struct TaggedByName {
    pub created: Vec<Tag>,
    pub assigned: Vec<Tag>,
    /// Names of TICKET tags while no ticket is open, and unknown ones where there may be no more tags.
    pub not_assigned: Vec<String>,
}

/// C14: unknown names become CONTACT tags. A name that is a TICKET tag (and no CONTACT tag) needs an open ticket.
pub fn add_by_name(w: &mut Work<'_, '_>, contact: &Contact, names: &[String]) -> Result<TaggedByName> {
    let mut result = TaggedByName::default();
    let mut open: Option<Option<Ticket>> = None;
    let before: Vec<i64> = tags_of(w, contact.id)?.iter().map(|tag| tag.id).collect();
    let mut after = before.clone();
    let mut on_ticket: Vec<i64> = Vec::new();
    let mut said = HashSet::new();
    for name in names {
        // Said twice, in whatever spelling, it is one tag.
        if !said.insert(fold(name)) {
            continue;
        }
        if let Some(tag) = tags::find_by_name(w, EntityType::Contact, name)? {
            assign_contact_tag(w, contact, &tag, &mut after)?;
            result.assigned.push(tag);
        } else if let Some(tag) = tags::find_by_name(w, EntityType::Ticket, name)? {
            if open.is_none() {
                open = Some(tickets::open_ticket_of(w, contact.id)?);
            }
            match open.as_ref().and_then(Option::as_ref) {
                None => result.not_assigned.push(name.clone()),
                Some(ticket) => {
                    if tickets::insert_tag(w, ticket, tag.id)? {
                        on_ticket.push(tag.id);
                    }
                    result.assigned.push(tag);
                }
            }
        } else if tags::is_full(w)? {
            result.not_assigned.push(name.clone());
        } else {
            let (tag, created) = tags::find_or_create_by_name(w, EntityType::Contact, name)?;
            assign_contact_tag(w, contact, &tag, &mut after)?;
            if created {
                result.created.push(tag.clone());
            }
            result.assigned.push(tag);
        }
    }
    if after != before {
        conversations::labels_changed(w, contact.id)?;
        record_tags(w, contact.id, &before, &after)?;
    }
    if let (false, Some(Some(ticket))) = (on_ticket.is_empty(), open) {
        record_ticket_tags(w, &ticket, &on_ticket)?;
    }
    Ok(result)
}

fn assign_contact_tag(w: &mut Work<'_, '_>, contact: &Contact, tag: &Tag, after: &mut Vec<i64>) -> Result<()> {
    if !after.contains(&tag.id) {
        insert_contact_tag(w, contact.id, tag.id)?;
        after.push(tag.id);
    }
    Ok(())
}

fn insert_contact_tag(w: &mut Work<'_, '_>, contact: ContactId, tag: i64) -> Result<()> {
    w.tx.execute(
        "INSERT INTO contact_tags (organization_id, contact_id, tag_id, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (organization_id, contact_id, tag_id) DO NOTHING",
        params![w.caller.organization, contact, tag, w.now],
    )?;
    Ok(())
}

fn record_tags(w: &mut Work<'_, '_>, contact: ContactId, before: &[i64], after: &[i64]) -> Result<()> {
    let fact = Fact::new(Topic::ContactUpdated).contact(contact).data(json!({"tags": after}));
    events::record(w, fact.previous(json!({"tags": before})))?;
    Ok(())
}

fn record_ticket_tags(w: &mut Work<'_, '_>, ticket: &Ticket, added: &[i64]) -> Result<()> {
    let after: Vec<i64> = tickets::tags_of_ticket(w, ticket.id)?.iter().map(|tag| tag.id).collect();
    let before: Vec<i64> = after.iter().copied().filter(|id| !added.contains(id)).collect();
    tickets::record_update(w, ticket, json!({"tags": after}), json!({"tags": before}))
}

/// For a caller that named somebody who is not there.
pub fn unknown_contact(identifier: &str) -> Error {
    Error::NotFound { code: "not_found", what: format!("contact {identifier} on this kind of channel") }
}
