//! Who changed what.

use crm::Setup;
use crm::access::actor_parts;
use crm::audit::{AuditFilter, Entry, audit};
use crm::id::EventId;
use crm::page::{Page, PageRequest};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::paging::page;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::Text;
use crate::problem::Problem;

#[derive(Debug)]
pub struct AuditQuery {
    filter: AuditFilter,
    page: PageRequest,
}

impl Input for AuditQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let actor = f.optional("actor", Text { max: 64 }, "`member:<id>`, `api_key:<id>` or `system`.");
        let about = "A noun (`channel`, `member`, `api_key`, `session`, …), or one thing: `channel:<id>`.";
        let thing = f.optional("thing", Text { max: 100 }, about);
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        let (noun, id) = match thing.as_deref().map(|thing| thing.split_once(':').unwrap_or((thing, ""))) {
            Some((noun, id)) if plain(noun) && plain(id) => {
                (Some(noun.to_owned()), (!id.is_empty()).then(|| id.to_owned()))
            }
            Some(_) => {
                f.problem("thing", "invalid", "Expected a noun such as channel, or a noun and an id: channel:<id>.");
                (None, None)
            }
            None => (None, None),
        };
        Some(AuditQuery { filter: AuditFilter { actor, noun, id }, page: page(f) })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct AuditActor {
    /// `member`, `api_key` or `system`
    #[serde(rename = "type")]
    pub kind: String,
    pub id: Option<String>,
    /// Of a member.
    pub name: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct EntryView {
    pub id: EventId,
    pub sequence: i64,
    pub at: crm::Timestamp,
    pub actor: AuditActor,
    /// What kind of thing it is.
    pub thing: String,
    /// A number of tags, else a UUID.
    pub thing_id: String,
    /// `created`, `updated`, `deleted`, `archived`, `revoked`, `accepted`
    pub change: String,
    /// What is known of it besides, such as `changed`; of signing in, second factors, passwords and invitations more than the
    /// event tells.
    pub details: Map<String, Value>,
    /// What the changed members were before.
    pub previous: Option<Map<String, Value>>,
    pub request_id: String,
}

fn view(entry: &Entry, setup: &Setup) -> Result<EntryView, Problem> {
    let event = &entry.event;
    let read = |text: &str| serde_json::from_str::<Map<String, Value>>(text).map_err(Problem::internal);
    let mut details = read(&event.data)?;
    details.extend(entry.audit.as_deref().map(read).transpose()?.into_iter().flatten());
    let mut take = |name: &str| match details.remove(name) {
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let (thing, thing_id, change) = (take("noun"), take("id"), take("change"));
    let (kind, id) = actor_parts(&event.actor);
    let member = id.and_then(|id| id.parse().ok()).and_then(|id| setup.member(id)).filter(|_| kind == "member");
    Ok(EntryView {
        id: event.id,
        sequence: event.sequence,
        at: event.occurred_at,
        actor: AuditActor {
            kind: kind.to_owned(),
            id: id.map(str::to_owned),
            name: member.map(|member| member.name.clone()),
        },
        thing,
        thing_id,
        change,
        details,
        previous: event.previous.as_deref().map(read).transpose()?,
        request_id: event.request_id.clone(),
    })
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let AuditQuery { filter, page } = call.read_query()?;
    let (found, setup) = call.read(move |w| Ok((audit(w, &filter, &page)?, w.setup.clone()))).await?;
    let data = found.data.iter().map(|entry| view(entry, &setup)).collect::<Result<_, _>>()?;
    Answer::json(200, &Page::<EntryView> { data, next_cursor: found.next_cursor })
}
