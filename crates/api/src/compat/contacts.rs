//! Contacts: C2, C3, C4, C11.

use crm::access::Actor;
use crm::channels::ChannelType;
use crm::contacts::{
    self, Contact, ContactFilter, Detail, FieldFilter, Leaving, MOST_CONTACTS, detail, recent, with_open_tickets,
};
use crm::customers::{Applied, Structured};
use crm::fields::Entity;
use crm::id::{ContactId, MemberId, PipelineId, StageId, TicketId};
use crm::page::PageRequest;
use crm::{FieldError, Setup, tickets};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use structuring::json::Object;
use structuring::{Explicit, Json};

use super::record;
use super::views::{self, ContactDetail, ContactObject, StructuringObject};
use super::wait::{First, WaitQuery, answered};
use crate::answer::Answer;
use crate::call::{Call, complete};
use crate::input::{Fields, Input};
use crate::kinds::{Flag, SHORT, Text, Whole, id};
use crate::one_of;
use crate::problem::Problem;

/// C2
pub async fn info(call: Call) -> Result<Answer, Problem> {
    let id: ContactId = call.id("aiContactId", "contact")?;
    let (found, setup) = call.read(move |w| Ok((detail(w, id)?, w.setup.clone()))).await?;
    Answer::json(200, &views::detail(&setup, &found)?)
}

/// A contact after its metadata changed. The last message is there for keys that may read messages (`messages:read`), tickets with
/// `tickets:read`, tags and team with `contacts:read`; null or empty for others.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UpdatedContact {
    #[serde(flatten)]
    pub contact: ContactDetail,
    #[schemars(with = "StructuringObject")]
    pub structuring: Box<RawValue>,
}

/// Documentation of C3's body; the handler takes any object.
#[derive(Debug)]
pub struct UpdateMetadataInput;

impl Input for UpdateMetadataInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        f.optional(
            "metadata",
            crate::kinds::AnyObject,
            "Keys and values; null removes a key. Or leave it out and send the keys at the top level.",
        );
        f.rest();
        Some(UpdateMetadataInput)
    }
}

pub async fn update_metadata(call: Call) -> Result<Answer, Problem> {
    let WaitQuery(wait) = call.read_query()?;
    let id: ContactId = call.id("aiContactId", "contact")?;
    let object = call.object()?;
    if let Some(key) = object.has_duplicate() {
        let message = format!("`{key}` is there twice; send it once.");
        return Err(Problem::invalid(vec![FieldError::new("", "duplicate_key", message)]));
    }
    // All under `metadata`, if that is the only key and an object; else every key is metadata itself.
    let data = match object.get("metadata") {
        Some(Json::Object(inner)) if object.len() == 1 => inner.clone(),
        _ => object,
    };
    let contact = call.read(move |w| Contact::get(w, id)).await?;
    let structured = metadata_of(&call, &contact, data);
    change_metadata(&call, 201, contact.id, structured, wait).await
}

/// Structures metadata for a contact that is there; an explicit null removes its key.
pub fn metadata_of(call: &Call, contact: &Contact, data: Object) -> Structured {
    let setup = &call.setup;
    let country = setup.channel(contact.channel_id).map_or(setup.organization.country.as_str(), |c| c.country.as_str());
    let (said, removed) = record::removals(data);
    let mut structured = record::structured(setup, &call.source(), country, said, Explicit::default());
    structured.removed = removed;
    structured
}

pub async fn change_metadata(
    call: &Call,
    status: u16,
    id: ContactId,
    structured: Structured,
    wait: bool,
) -> Result<Answer, Problem> {
    let structured = std::sync::Arc::new(structured);
    let (read, first) = (structured.clone(), First::default());
    let (shown, written) = (read.clone(), first.clone());
    let actor = call.caller.actor;
    let answer = call
        .write(
            move |w| {
                let mut contact = Contact::get(w, id)?;
                let applied = contacts::update_metadata(w, &mut contact, &structured)?;
                Ok((applied, detail(w, id)?))
            },
            move |(applied, found): &(Applied, Detail), setup: &Setup| {
                if wait && applied.asked.is_some() {
                    written.put(applied.clone());
                }
                let structuring = views::structuring(&shown.outcome, applied)?;
                Answer::json(status, &updated(setup, actor, found, structuring)?)
            },
        )
        .await?;
    let Some(mut applied) = first.take() else { return Ok(answer) };
    let run = answered(call, &mut applied).await?;
    let (found, setup) = call.read(move |w| Ok((detail(w, id)?, w.setup.clone()))).await?;
    let structuring = views::improved(&read.outcome, &applied, run.as_ref())?;
    Answer::json(status, &updated(&setup, actor, &found, structuring)?)
}

fn updated(setup: &Setup, actor: Actor, found: &Detail, structuring: Box<RawValue>) -> Result<UpdatedContact, Problem> {
    let scopes = setup.scopes_of(actor).unwrap_or_default();
    Ok(UpdatedContact { contact: views::seen_by(views::detail(setup, found)?, scopes), structuring })
}

/// C4's query.
#[derive(Debug)]
pub struct RecentQuery {
    /// None where it is wrong, which is a problem of its own.
    pub days: Option<i64>,
    pub stage: Option<StageId>,
    pub pipeline: Option<PipelineId>,
    pub field_key: Option<String>,
    pub field_value: Option<String>,
    pub entity: Option<Entity>,
    pub channel_types: Vec<ChannelType>,
    pub page: PageRequest,
}

/// Comma-separated; empty where nothing is said.
fn channel_types(f: &mut Fields<'_>) -> Vec<ChannelType> {
    let about = "Only contacts on channels of these types, separated by commas, such as whatsapp,web-whatsapp.";
    let Some(words) = f.optional("channel_type", SHORT, about) else { return Vec::new() };
    let types = words.split(',').map(|word| ChannelType::from_name(word.trim()));
    let Some(types) = types.collect() else {
        let known = ChannelType::NAMES.join(", ");
        f.problem("channel_type", "invalid_value", format!("Expected one or more of {known}, separated by commas."));
        return Vec::new();
    };
    types
}

pub fn page_query(f: &mut Fields<'_>, most: u32, default: u32) -> PageRequest {
    let limit = f.optional("limit", Whole { min: 1, max: i64::from(most) }, "Rows of this page, at most.");
    let cursor = f.optional("cursor", SHORT, "Where the last page ended.");
    PageRequest { limit: limit.map_or(default, |l| l as u32), cursor }
}

impl Input for RecentQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let days =
            f.required("days", Whole { min: 1, max: 365 }, "Active (last message, else made) within so many days.");
        let stage = f.optional("stage_id", id(), "");
        let pipeline = f.optional("pipeline_id", id(), "");
        let field_key =
            f.optional("custom_field_key", SHORT, "With custom_field_value: only contacts with that value.");
        let field_value = f.optional("custom_field_value", Text { max: 1000 }, "");
        let entity = f.optional("custom_field_entity", one_of!(Entity), "Whose field: customer (default) or ticket.");
        let said = |f: &Fields<'_>, name: &str| f.problems.iter().any(|problem| problem.pointer.ends_with(name));
        let wrong = said(f, "custom_field_key") || said(f, "custom_field_value");
        if field_key.is_some() != field_value.is_some() && !wrong && !f.describes() {
            let missing = if field_key.is_some() { "custom_field_value" } else { "custom_field_key" };
            f.problem(missing, "required", "custom_field_key and custom_field_value go together.");
        }
        let channel_types = channel_types(f);
        let page = page_query(f, MOST_CONTACTS, MOST_CONTACTS);
        Some(RecentQuery { days, stage, pipeline, field_key, field_value, entity, channel_types, page })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ActiveTicket {
    pub id: TicketId,
    pub current_stage_id: StageId,
}

/// A contact in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ListedContact {
    #[serde(flatten)]
    pub contact: ContactObject,
    pub active_ticket_v2: Option<ActiveTicket>,
}

/// C4
pub async fn list(call: Call) -> Result<Answer, Problem> {
    let (filter, page) = call.prepare(|setup| filter_of(setup, &call)).await?;
    listed(&call, filter, page).await
}

fn filter_of(setup: &Setup, call: &Call) -> Result<(ContactFilter, PageRequest), Problem> {
    let mut fields = Fields::query(&call.query, call.style);
    let query = RecentQuery::read(&mut fields);
    let mut problems = fields.finish();
    let Some(query) = query else { return Err(Problem::invalid(problems)) };
    if let Some(id) = query.stage.filter(|id| setup.stage(*id).is_none()) {
        problems.push(FieldError::unknown_reference("?stage_id", "stage", id));
    }
    if let Some(id) = query.pipeline.filter(|id| setup.pipeline(*id).is_none()) {
        problems.push(FieldError::unknown_reference("?pipeline_id", "pipeline", id));
    }
    let mut field = None;
    if let (Some(key), Some(value)) = (&query.field_key, &query.field_value) {
        let entity = query.entity.unwrap_or(Entity::Customer);
        match setup.field(entity, key) {
            None => problems.push(FieldError::unknown_reference("?custom_field_key", &format!("{entity} field"), key)),
            Some(defined) => {
                let country = Some(setup.organization.country.as_str());
                // Read as the field reads it, so that 1.000 finds 1000; what it cannot read is compared as text.
                let typed =
                    structuring::read_value(&crm::setup::definition_of(defined), &Json::from(value.as_str()), country);
                let value = typed.unwrap_or_else(|_| Json::from(value.as_str()));
                field = Some(FieldFilter { field: defined.id, entity, value_key: crm::customers::value_key(&value) });
            }
        }
    }
    let since = query.days.map(|days| call.app.crm.now().plus_days(-days));
    let filter = ContactFilter {
        since,
        stage: query.stage,
        pipeline: query.pipeline,
        channel_types: query.channel_types,
        field,
        ..Default::default()
    };
    complete(Some((filter, query.page)), problems)
}

/// The array of C4, and so of C8, with a link to the rest where there is more.
pub async fn listed(call: &Call, filter: ContactFilter, page: PageRequest) -> Result<Answer, Problem> {
    let (rows, open, setup) = call
        .read(move |w| {
            let rows = recent(w, &filter, &page)?;
            let open = with_open_tickets(w, &rows.data)?;
            Ok((rows, open, w.setup.clone()))
        })
        .await?;
    let contacts: Vec<ListedContact> = rows
        .data
        .iter()
        .map(|contact| ListedContact {
            contact: views::contact(&setup, contact),
            active_ticket_v2: open
                .get(&contact.id)
                .map(|&(id, current_stage_id)| ActiveTicket { id, current_stage_id }),
        })
        .collect();
    let answer = Answer::json(200, &contacts)?;
    Ok(match rows.next_cursor {
        Some(cursor) => answer.header("link", next_link(call, &cursor)),
        None => answer,
    })
}

/// The same query with another cursor.
pub fn next_link(call: &Call, cursor: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in call.query.iter().filter(|(name, _)| name != "cursor") {
        query.append_pair(name, value);
    }
    query.append_pair("cursor", cursor);
    format!("<?{}>; rel=\"next\"", query.finish())
}

#[derive(Debug)]
pub struct AssignQuery {
    pub remove_existing: bool,
}

impl Input for AssignQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let remove = f.optional("removeExistingAgents", Flag, "Whether the member is the only agent then.");
        Some(AssignQuery { remove_existing: remove.unwrap_or(false) })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct AssignedAnswer {
    pub success: bool,
    pub message: &'static str,
}

/// C11
pub async fn assign(call: Call) -> Result<Answer, Problem> {
    let query: AssignQuery = call.read_query()?;
    let contact: ContactId = call.id("aiContactId", "contact")?;
    let member: MemberId = call.id("teamMemberId", "team member")?;
    call.write(
        move |w| {
            if !w.setup.member(member).is_some_and(|m| m.active) {
                return Err(crm::Error::not_found("team member"));
            }
            let contact = Contact::get(w, contact)?;
            let open = tickets::open_ticket_of(w, contact.id)?;
            let leaving = if query.remove_existing { Leaving::Everybody } else { Leaving::Nobody };
            contacts::assign(w, &contact, open, member, leaving)?;
            Ok(())
        },
        |(), _| Answer::json(201, &AssignedAnswer { success: true, message: "Team member assigned successfully" }),
    )
    .await
}
