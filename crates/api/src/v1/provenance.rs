//! Where a contact's values came from, and taking them back.

use crm::contacts::ValueSource;
use crm::id::{ContactId, StructuringId};
use crm::provenance::{self, Left, Provenance, StructuredValue, Undid, Undo, Undone, Which};
use crm::{Setup, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use structuring::Json;

use super::events::{ActorView, actor};
use super::reviews::{OriginView, TARGET, origin, read_target};
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Flag, SHORT, Text, id};
use crate::problem::Problem;

#[derive(Debug, Serialize, JsonSchema)]
pub struct ReplacedView {
    #[schemars(with = "Value")]
    pub value: Json,
    /// Who had said it.
    pub source: Option<ValueSource>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ProvenanceView {
    /// What `undo` takes.
    pub structuring_id: StructuringId,
    pub request_id: String,
    /// Who sent the record.
    pub actor: ActorView,
    /// The feed: the `source` of the API key.
    pub source: String,
    /// Name and revision of the engine.
    pub engine: String,
    /// How it was found.
    pub method: String,
    /// 0–1
    pub confidence: f64,
    /// JSON pointers into the data of the request.
    pub pointers: Vec<String>,
    /// From and to, in characters, where only a part of a text was used.
    pub span: Option<(usize, usize)>,
    /// The same with path and kind, as rules have them.
    pub origins: Vec<OriginView>,
    pub replaced: Option<ReplacedView>,
    pub at: Timestamp,
    /// Whether `undo` would take it back: nobody has said or confirmed it since.
    pub undoable: bool,
}

fn provenance_view(found: &Provenance) -> ProvenanceView {
    ProvenanceView {
        structuring_id: found.structuring_id,
        request_id: found.request_id.clone(),
        actor: actor(&found.actor),
        source: found.source.clone(),
        engine: found.engine.clone(),
        method: found.method.clone(),
        confidence: found.confidence,
        pointers: found.pointers.clone(),
        span: found.span,
        origins: found.origins.iter().map(origin).collect(),
        replaced: found.replaced.clone().map(|(value, source)| ReplacedView { value, source }),
        at: found.at,
        undoable: found.undoable,
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct StructuredValueView {
    /// `phone`, `email`, `name` or `field`
    pub target: &'static str,
    /// Key of the field.
    pub key: Option<String>,
    #[schemars(with = "Value")]
    pub value: Json,
    /// Who said it: `explicit` (API), `member`, `inferred`, `channel`; null of a phone.
    pub source: Option<ValueSource>,
    /// Null where structuring did not read it.
    pub provenance: Option<ProvenanceView>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ContactStructuring {
    pub contact_id: ContactId,
    /// Name, e-mail, phone and custom fields, those that have a value.
    pub values: Vec<StructuredValueView>,
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: ContactId = call.id("id", "contact")?;
    let (contact, values) = call.read(move |w| provenance::of_contact(w, id)).await?;
    let value = |value: &StructuredValue| StructuredValueView {
        target: value.target.word(),
        key: value.target.key().map(str::to_owned),
        value: value.value.clone(),
        source: value.source,
        provenance: value.provenance.as_ref().map(provenance_view),
    };
    Answer::json(200, &ContactStructuring { contact_id: contact.id, values: values.iter().map(value).collect() })
}

#[derive(Debug)]
pub struct UndoInput(Undo);

impl Input for UndoInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let run = f.optional("structuring_id", id::<StructuringId>(), "Of the provenance of a value.");
        let request = f.optional("request_id", Text { max: 128 }, "Instead of it: everything of one request.");
        let target = f.optional("target", TARGET, "Only this value; all of them without it.");
        let key = f.optional("key", SHORT, "Key of the field, with the target `field`.");
        let never = f.optional("never", Flag, "Also teaches that these keys never mean this.");
        let target = read_target(f, target, key);
        let which = match (run, request) {
            (Some(id), None) => Which::Run(id),
            (None, Some(id)) => Which::Request(id),
            (None, None) => {
                if f.problems.is_empty() && !f.describes() {
                    f.problem(
                        "structuring_id",
                        "required",
                        "Say what is to be undone: `structuring_id` or `request_id`.",
                    );
                }
                return None;
            }
            (Some(_), Some(_)) => {
                f.problem("request_id", "invalid_value", "Either `structuring_id` or `request_id`, not both.");
                return None;
            }
        };
        Some(UndoInput(Undo { which, target, never: never.unwrap_or(false) }))
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct UndidView {
    pub structuring_id: StructuringId,
    pub contact_id: ContactId,
    /// `phone`, `email`, `name` or `field`
    pub target: &'static str,
    pub key: Option<String>,
    pub outcome: Undone,
    /// Why it was left.
    pub left: Option<Left>,
    /// When it had been undone before.
    pub undone_at: Option<Timestamp>,
    pub undone_by: Option<ActorView>,
    /// What stands now.
    #[schemars(with = "Value")]
    pub value: Option<Json>,
}

fn undid(value: &Undid) -> UndidView {
    let (undone_at, by) = value.before.clone().unzip();
    UndidView {
        structuring_id: value.structuring_id,
        contact_id: value.contact_id,
        target: value.target.word(),
        key: value.target.key().map(str::to_owned),
        outcome: value.outcome,
        left: value.left,
        undone_at,
        undone_by: by.as_deref().map(actor),
        value: value.value.clone(),
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct UndoneAnswer {
    pub values: Vec<UndidView>,
}

pub async fn undo(call: Call) -> Result<Answer, Problem> {
    let UndoInput(undo) = call.read_body()?;
    call.write(
        move |w| provenance::undo(w, &undo),
        |done, _: &Setup| Answer::json(200, &UndoneAnswer { values: done.iter().map(undid).collect() }),
    )
    .await
}
