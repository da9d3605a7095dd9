//! One thing done with many conversations: each stands or falls by itself.

use store::params;

use super::mark_read;
use crate::access::Scope;
use crate::contacts::{self, Contact, Leaving};
use crate::customers::{check_agent, check_stage};
use crate::error::{Error, Problems, Result};
use crate::events::{self, Fact, Topic};
use crate::id::{ContactId, MemberId, StageId};
use crate::messages::Message;
use crate::pipelines::Outcome;
use crate::tickets;
use crate::work::Work;

/// One transaction, and others wait.
pub const MOST_AT_ONCE: usize = 100;

#[derive(Debug, Clone)]
pub enum Bulk {
    Assign(MemberId),
    /// Takes one agent off, or all of them.
    Unassign(Option<MemberId>),
    Move {
        stage: StageId,
        reason: Option<String>,
    },
    Close {
        outcome: Outcome,
        reason: Option<String>,
    },
    Tag(i64),
    Untag(i64),
    Read,
}

impl Bulk {
    /// What it needs beside what the operation itself does.
    pub fn scope(&self) -> Scope {
        match self {
            Bulk::Assign(_) | Bulk::Unassign(_) | Bulk::Tag(_) | Bulk::Untag(_) => Scope::ContactsWrite,
            Bulk::Move { .. } | Bulk::Close { .. } => Scope::TicketsWrite,
            Bulk::Read => Scope::MessagesWrite,
        }
    }
}

#[derive(Debug, Default)]
pub struct Outcomes {
    pub done: Vec<ContactId>,
    pub failed: Vec<Failed>,
    /// Of each conversation that was read now its newest message, by which its sender can be told.
    pub read: Vec<Message>,
}

#[derive(Debug)]
pub struct Failed {
    pub id: ContactId,
    pub code: &'static str,
    pub message: String,
}

pub fn bulk(w: &mut Work<'_, '_>, ids: &[ContactId], what: &Bulk) -> Result<Outcomes> {
    let scope = what.scope();
    if !w.setup.scopes_of(w.caller.actor).is_some_and(|scopes| scopes.contains(scope)) {
        return Err(Error::Forbidden(scope));
    }
    check(w, what)?;
    let mut outcomes = Outcomes::default();
    for id in ids {
        match w.savepoint(|w| one(w, *id, what)) {
            Ok(read) => {
                outcomes.done.push(*id);
                outcomes.read.extend(read);
            }
            // The whole of it is run again, or has failed.
            Err(error @ (Error::Store(_) | Error::Internal(_))) => return Err(error),
            Err(error) => {
                let (code, message) = (error.code(), error.to_string());
                let message = match error {
                    Error::NotFound { what, .. } => format!("There is no such {what}."),
                    Error::Invalid(errors) => {
                        errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join(" ")
                    }
                    _ => message,
                };
                outcomes.failed.push(Failed { id: *id, code, message });
            }
        }
    }
    Ok(outcomes)
}

/// What is wrong for one is wrong for all.
fn check(w: &mut Work<'_, '_>, what: &Bulk) -> Result<()> {
    let setup = w.setup.clone();
    let mut problems = Problems::default();
    match what {
        Bulk::Assign(member) => check_agent(&setup, Some(*member), "/member_id", &mut problems),
        Bulk::Move { stage, .. } => check_stage(&setup, Some(*stage), "/stage_id", &mut problems),
        Bulk::Tag(tag) | Bulk::Untag(tag) => contacts::check_tag(w, *tag, "/tag_id", &mut problems)?,
        Bulk::Unassign(_) | Bulk::Close { .. } | Bulk::Read => {}
    }
    problems.check()
}

/// Of `read` the newest message that was read now.
fn one(w: &mut Work<'_, '_>, id: ContactId, what: &Bulk) -> Result<Option<Message>> {
    let done = match what {
        Bulk::Read => return mark_read(w, id, None).map(|read| read.newest),
        Bulk::Assign(member) => {
            let contact = Contact::get(w, id)?;
            let ticket = tickets::open_ticket_of(w, contact.id)?;
            contacts::assign(w, &contact, ticket, *member, Leaving::Nobody).map(drop)
        }
        Bulk::Unassign(member) => {
            let contact = Contact::get(w, id)?;
            unassign(w, &contact, *member).map(drop)
        }
        Bulk::Move { stage, reason } => {
            let mut contact = Contact::get(w, id)?;
            let setup = w.setup.clone();
            let target = setup.stage(*stage).ok_or_else(|| Error::not_found("stage"))?;
            let ticket = open_ticket(w, &contact)?;
            tickets::move_to(w, &mut contact, ticket, target, reason.as_deref()).map(drop)
        }
        Bulk::Close { outcome, reason } => {
            let contact = Contact::get(w, id)?;
            let ticket = open_ticket(w, &contact)?;
            tickets::close(w, ticket, *outcome, reason.as_deref()).map(drop)
        }
        Bulk::Tag(tag) => {
            let contact = Contact::get(w, id)?;
            contacts::put_tag(w, &contact, *tag, true)
        }
        Bulk::Untag(tag) => {
            let contact = Contact::get(w, id)?;
            contacts::put_tag(w, &contact, *tag, false)
        }
    };
    done.map(|()| None)
}

fn open_ticket(w: &mut Work<'_, '_>, contact: &Contact) -> Result<tickets::Ticket> {
    tickets::open_ticket_of(w, contact.id)?
        .ok_or_else(|| Error::NotFound { code: "no_open_ticket", what: "open ticket of this contact".to_owned() })
}

/// The open ticket is nobody's then either, if it was theirs, and answered.
pub(crate) fn unassign(
    w: &mut Work<'_, '_>,
    contact: &Contact,
    member: Option<MemberId>,
) -> Result<Option<tickets::Ticket>> {
    let rows = w.tx.query(
        "DELETE FROM contact_agents WHERE organization_id = $1 AND contact_id = $2 AND ($3 OR member_id = $4)
         RETURNING member_id",
        params![w.caller.organization, contact.id, member.is_none(), member],
    )?;
    let removed = rows.iter().map(|row| row.at(0)).collect::<std::result::Result<Vec<MemberId>, _>>()?;
    let (mut before, mut freed) = (None, None);
    if let Some(mut ticket) = tickets::open_ticket_of(w, contact.id)?
        && let Some(agent) = ticket.agent_id
        && member.is_none_or(|member| member == agent)
    {
        before = Some(agent);
        tickets::assign_agent(w, &mut ticket, None)?;
        freed = Some(ticket);
    }
    if removed.is_empty() && before.is_none() {
        return Ok(None);
    }
    super::labels_changed(w, contact.id)?;
    let data = serde_json::json!({"agent_id": null});
    let previous = serde_json::json!({"ticket_agent_id": before, "removed_agents": removed});
    events::record(w, Fact::new(Topic::AgentAssigned).contact(contact.id).data(data).previous(previous))?;
    Ok(freed)
}
