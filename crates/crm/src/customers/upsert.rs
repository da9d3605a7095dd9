//! The main job: a customer pushed in from outside becomes a contact with its fields, metadata, ticket and agent, in
//! one transaction or not at all.

use super::apply::{Applied, apply};
use super::identify::{Who, find_or_begin};
use super::strangers;
use super::structured::Structured;
use crate::contacts::{self, Contact, Leaving};
use crate::error::{Error, FieldError, Problems, Result};
use crate::id::{ChannelId, MemberId, StageId};
use crate::messages;
use crate::setup::Setup;
use crate::tickets::{self, Ticket};
use crate::work::Work;

#[derive(Debug)]
pub struct Upsert {
    pub channel: ChannelId,
    pub who: Who,
    pub structured: Structured,
    pub stage: Option<StageId>,
    pub agent: Option<MemberId>,
    /// Written on the timeline; nothing is sent.
    pub note: Option<String>,
}

#[derive(Debug)]
pub struct Upserted {
    pub contact: Contact,
    pub created: bool,
    pub applied: Applied,
    pub ticket: Option<Ticket>,
}

impl Upsert {
    /// What the request names must be there, each with the pointer that C1 has for it.
    pub fn check(&self, setup: &Setup, problems: &mut Problems) {
        check_stage(setup, self.stage, "/stageId", problems);
        check_agent(setup, self.agent, "/agentId", problems);
    }
}

pub fn check_stage(setup: &Setup, stage: Option<StageId>, pointer: &str, problems: &mut Problems) {
    if let Some(id) = stage
        && setup.stage(id).is_none()
    {
        problems.add(FieldError::unknown_reference(pointer, "stage", id));
    }
}

pub fn check_agent(setup: &Setup, agent: Option<MemberId>, pointer: &str, problems: &mut Problems) {
    if let Some(id) = agent
        && !setup.member(id).is_some_and(|member| member.active)
    {
        problems.add(FieldError::unknown_reference(pointer, "active team member", id));
    }
}

pub fn upsert(w: &mut Work<'_, '_>, input: &Upsert) -> Result<Upserted> {
    let setup = w.setup.clone();
    let mut problems = Problems::default();
    input.check(&setup, &mut problems);
    problems.check()?;
    let channel = setup
        .channel(input.channel)
        .filter(|channel| !channel.archived)
        .ok_or_else(|| Error::invalid("/channel", "unknown_reference", "This channel has been removed."))?;
    let found = find_or_begin(w, channel, &input.who)?;
    strangers::refuse(w, &found, &input.who, &input.structured)?;
    let mut contact = found.contact;
    let applied = apply(w, &mut contact, &input.structured, "/meta_data", found.created)?;
    let mut ticket = None;
    let mut opened = false;
    if let Some(stage) = input.stage {
        let placed = tickets::place(w, &mut contact, stage, input.agent, found.created)?;
        (ticket, opened) = (Some(placed.ticket), placed.opened);
    }
    if let Some(agent) = input.agent {
        let open = match &ticket {
            Some(ticket) => Some(ticket.clone()),
            None if found.created => None,
            None => tickets::open_ticket_of(w, contact.id)?,
        };
        let assigned = match opened {
            true => contacts::opened_for(w, &contact, open, agent)?,
            false => contacts::assign(w, &contact, open, agent, Leaving::Nobody)?,
        };
        ticket = assigned.ticket.or(ticket);
    }
    if let Some(note) = &input.note {
        messages::add_note(w, &contact, ticket.as_ref().map(|t| t.id), note)?;
    }
    Ok(Upserted { contact, created: found.created, applied, ticket })
}
