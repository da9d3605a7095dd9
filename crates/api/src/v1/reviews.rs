//! Values that structuring was not sure of, and what people decide about them.

use crm::contacts::ValueSource;
use crm::customers::Origin;
use crm::fields::{Entity, NewField, TYPE_NAMES};
use crm::id::{ChannelId, ContactId, CustomerId, ReviewId, StructuringId};
use crm::page::{Page, PageRequest};
use crm::reviews::{
    self, Choice, Decided, Decision, MOST_AT_ONCE, Order, Reason, Refused, Review, ReviewFilter, Status,
};
use crm::{FieldError, Setup, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use structuring::{FieldType, Json, Target};

use super::events::{ActorView, actor};
use super::paging::page;
use super::rules::{RuleBrief, RuleView, brief, view as rule_view};
use crate::answer::Answer;
use crate::call::Call;
use crate::compat::views::{platform, raw};
use crate::input::{Fields, Input, Style};
use crate::kinds::{Anything, CURRENCY, Flag, LONG, List, OneOf, SHORT, Text, id, nested};
use crate::one_of;
use crate::problem::Problem;

/// The words of targets.
pub const TARGETS: &[&str] = &["phone", "email", "name", "field"];
pub const TARGET: OneOf<&'static str> =
    OneOf { words: TARGETS, read: |word| TARGETS.iter().copied().find(|known| *known == word) };

/// Where in the data a value stood.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OriginView {
    /// JSON pointer into the data of the request.
    pub pointer: String,
    /// From and to, in characters, where only a part of a text was used.
    pub span: Option<(usize, usize)>,
    /// As rules have it.
    pub path: Option<String>,
    /// The kind of value: `phone`, `email`, `url`, `date`, `number`, `boolean`, `text`, `object`
    pub kind: Option<&'static str>,
}

pub fn origin(origin: &Origin) -> OriginView {
    let (path, kind) = origin.place.clone().unzip();
    OriginView { pointer: origin.pointer.clone(), span: origin.span, path, kind: kind.map(|kind| kind.name()) }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ReviewContact {
    pub id: ContactId,
    pub customer_id: CustomerId,
    pub channel_id: ChannelId,
    /// Type of the channel.
    pub platform: &'static str,
    pub name: Option<String>,
    /// E.164
    pub phone: Option<String>,
    pub email: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct CurrentView {
    #[schemars(with = "Value")]
    pub value: Json,
    /// Who said it: `explicit` (API), `member`, `inferred`, `channel`; null of a phone.
    pub source: Option<ValueSource>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ReviewView {
    pub id: ReviewId,
    pub contact: ReviewContact,
    /// `phone`, `email`, `name` or `field`
    pub target: &'static str,
    /// Key of the field.
    pub key: Option<String>,
    /// What was read.
    #[schemars(with = "Value")]
    pub value: Json,
    /// What stands there now.
    pub current: Option<CurrentView>,
    pub origins: Vec<OriginView>,
    /// The feed that the record came from: the `source` of its API key.
    pub source: String,
    /// 0–1
    pub confidence: f64,
    /// How it was found.
    pub method: String,
    pub reason: Reason,
    /// What `always` would teach; null where no rule can be made of it.
    pub rule: Option<RuleBrief>,
    pub status: Status,
    /// What was decided.
    #[schemars(with = "Option<Map<String, Value>>")]
    pub decision: Option<Box<RawValue>>,
    pub structuring_id: Option<StructuringId>,
    pub request_id: Option<String>,
    pub created_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    pub decided_by: Option<ActorView>,
}

fn view(setup: &Setup, review: &Review) -> Result<ReviewView, Problem> {
    let whose = &review.contact;
    Ok(ReviewView {
        id: review.id,
        contact: ReviewContact {
            id: whose.id,
            customer_id: whose.customer_id,
            channel_id: whose.channel_id,
            platform: platform(setup.channel(whose.channel_id)),
            name: whose.name.clone(),
            phone: whose.phone.clone(),
            email: whose.email.clone(),
        },
        target: review.target.word(),
        key: review.target.key().map(str::to_owned),
        value: review.value.clone(),
        current: review.current.clone().map(|(value, source)| CurrentView { value, source }),
        origins: review.origins.iter().map(origin).collect(),
        source: review.source.clone(),
        confidence: (review.confidence * 100.0).round() / 100.0,
        method: review.method.clone(),
        reason: review.reason,
        rule: review.rule().as_ref().map(brief),
        status: review.status,
        decision: review.decision.as_deref().map(raw).transpose()?,
        structuring_id: review.structuring_id,
        request_id: review.request_id.clone(),
        created_at: review.created_at,
        decided_at: review.decided_at,
        decided_by: review.decided_by.as_deref().map(actor),
    })
}

#[derive(Debug)]
pub struct ReviewsQuery {
    filter: ReviewFilter,
    page: PageRequest,
}

impl Input for ReviewsQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let status = f.optional("status", one_of!(Status), "By itself pending.");
        let contact = f.optional("contact_id", id::<ContactId>(), "");
        let target = f.optional("target", TARGET, "");
        let field = f.optional("field", SHORT, "Key of a custom field.");
        let reason = f.optional("reason", one_of!(Reason), "");
        let source = f.optional("source", SHORT, "The feed.");
        let order = f.optional("order", one_of!(Order), "By itself newest.");
        let filter = ReviewFilter {
            status: status.unwrap_or(Status::Pending),
            contact,
            target,
            field,
            reason,
            source,
            order: order.unwrap_or(Order::Newest),
        };
        Some(ReviewsQuery { filter, page: page(f) })
    }
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let query: ReviewsQuery = call.read_query()?;
    let (found, setup) =
        call.read(move |w| Ok((reviews::page(w, &query.filter, &query.page)?, w.setup.clone()))).await?;
    let data = found.data.iter().map(|review| view(&setup, review)).collect::<Result<_, _>>()?;
    Answer::json(200, &Page::<ReviewView> { data, next_cursor: found.next_cursor })
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: ReviewId = call.id("id", "review")?;
    let (found, setup) = call.read(move |w| Ok((reviews::get(w, id)?, w.setup.clone()))).await?;
    Answer::json(200, &view(&setup, &found)?)
}

#[derive(Debug)]
pub struct DoubtInput(Target);

impl Input for DoubtInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let target = f.required("target", TARGET, "");
        let key = f.optional("key", SHORT, "Key of the field, with the target `field`.");
        Some(DoubtInput(read_target(f, target, key)?))
    }
}

pub async fn doubt(call: Call) -> Result<Answer, Problem> {
    let contact: ContactId = call.id("id", "contact")?;
    let DoubtInput(target) = call.read_body()?;
    call.write(move |w| reviews::doubt(w, contact, &target), |review, setup| Answer::json(200, &view(setup, review)?))
        .await
}

/// A target of its word and the key of its field, which go together.
pub fn read_target(f: &mut Fields<'_>, target: Option<&'static str>, key: Option<String>) -> Option<Target> {
    match (target, key) {
        (Some("field"), Some(key)) => Some(Target::Field(key)),
        (Some("field"), None) => {
            f.problem("key", "required", "Say which field: its key.");
            None
        }
        (_, Some(_)) => {
            f.problem("key", "invalid_value", "A key goes with the target `field`.");
            None
        }
        (Some(word), None) => crm::rules::target_of(word, ""),
        (None, None) => None,
    }
}

/// A field that is made of a review.
#[derive(Debug)]
struct MadeField(NewField);

impl Input for MadeField {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let key = f.optional("key", Text { max: 64 }, "snake_case; by itself made from the name. Never changes.");
        let name = f.required("name", Text { max: 100 }, "");
        let of = OneOf { words: TYPE_NAMES, read: FieldType::from_name };
        let field_type = f.required("type", of, "");
        let options = List { of: Text { max: 200 }, max: 500 };
        let options = f.optional("options", options, "Of select and multi_select, in order.");
        let currency = f.optional("currency", CURRENCY, "Of currency; by itself the organization's.");
        let description = f.optional("description", LONG, "For people, and for structuring.");
        Some(MadeField(NewField {
            key,
            name: name?,
            entity: Entity::Customer,
            field_type: field_type?,
            options: options.unwrap_or_default(),
            currency,
            description,
            required: false,
            identifier: false,
            position: None,
        }))
    }
}

#[derive(Debug)]
pub struct DecideInput(Choice);

impl Input for DecideInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let about = "`accept`: the value is right. `always`: it is, and so is what that key holds in every record of this \
                     source. `correct`: `value` is right, or the value belongs to `target`. `reject`: it is wrong. `never`: it \
                     is, and that key of this source never means this. `make_field`: it belongs in a new `field`.";
        let decision = f.required("decision", one_of!(Decision), about);
        let value = f.optional("value", Anything, "Of `correct` and `make_field`; read as the target wants it.");
        let target = f.optional("target", TARGET, "Of `correct`: where the value belongs.");
        let key = f.optional("key", SHORT, "Of `correct`: key of the field, with the target `field`.");
        let field = f.optional("field", nested::<MadeField>(Style::Strict), "Of `make_field`; needs `setup:write`.");
        let overwrite =
            f.optional("overwrite", Flag, "Replaces what a person or an integration said since the review was made.");
        let target = read_target(f, target, key);
        let decision = decision?;
        if decision != Decision::Correct && target.is_some() {
            f.problem("target", "invalid_value", "Only `correct` takes a target.");
        }
        if !matches!(decision, Decision::Correct | Decision::MakeField) && value.is_some() {
            f.problem("value", "invalid_value", "Only `correct` and `make_field` take a value.");
        }
        if (decision == Decision::MakeField) != field.is_some() && f.problems.is_empty() {
            f.problem("field", "invalid_value", "`make_field` takes a field, and nothing else does.");
        }
        let field = field.map(|MadeField(new)| new);
        Some(DecideInput(Choice { decision, value, target, field, overwrite: overwrite.unwrap_or(false) }))
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct DecidedView {
    pub review: ReviewView,
    /// The rule about this key that stands now: what was taught, or how many votes it has.
    pub rule: Option<RuleView>,
}

fn decided(setup: &Setup, done: &Decided) -> Result<DecidedView, Problem> {
    Ok(DecidedView { review: view(setup, &done.review)?, rule: done.rule.as_ref().map(rule_view) })
}

pub async fn decide(call: Call) -> Result<Answer, Problem> {
    let id: ReviewId = call.id("id", "review")?;
    let DecideInput(choice) = call.read_body()?;
    call.write(move |w| reviews::decide(w, id, &choice), |done, setup| Answer::json(200, &decided(setup, done)?)).await
}

/// One of many decisions.
#[derive(Debug)]
struct Item(ReviewId, Choice);

impl Input for Item {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let id = f.required("id", id::<ReviewId>(), "Of the review.");
        let DecideInput(choice) = DecideInput::read(f)?;
        Some(Item(id?, choice))
    }
}

#[derive(Debug)]
pub struct DecideManyInput(Vec<Item>);

impl Input for DecideManyInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let items = List { of: nested::<Item>(Style::Strict), max: MOST_AT_ONCE };
        Some(DecideManyInput(f.required("items", items, "Each stands or falls by itself.")?))
    }
}

/// What is wrong with one of them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RefusedView {
    pub code: &'static str,
    pub detail: String,
    pub errors: Vec<RefusedPart>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct RefusedPart {
    /// Into the item.
    pub pointer: String,
    pub code: &'static str,
    pub message: String,
}

fn refused(why: &Refused) -> RefusedView {
    let part = |error: &FieldError| RefusedPart {
        pointer: error.pointer.clone(),
        code: error.code,
        message: error.message.clone(),
    };
    RefusedView { code: why.code, detail: why.message.clone(), errors: why.errors.iter().map(part).collect() }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct DecidedItem {
    pub id: ReviewId,
    /// Whether the decision stands now.
    pub done: bool,
    pub review: Option<ReviewView>,
    pub rule: Option<RuleView>,
    pub error: Option<RefusedView>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct DecidedMany {
    /// In the order of the request.
    pub items: Vec<DecidedItem>,
}

pub async fn decide_many(call: Call) -> Result<Answer, Problem> {
    let DecideManyInput(items) = call.read_body()?;
    let items: Vec<(ReviewId, Choice)> = items.into_iter().map(|Item(id, choice)| (id, choice)).collect();
    call.write(
        move |w| reviews::decide_many(w, &items),
        |done, setup| {
            let item = |(id, result): &(ReviewId, Result<Decided, Refused>)| -> Result<DecidedItem, Problem> {
                let shown = result.as_ref().ok().map(|done| decided(setup, done)).transpose()?;
                let (review, rule) = shown.map(|shown| (shown.review, shown.rule)).unzip();
                let error = result.as_ref().err().map(refused);
                Ok(DecidedItem { id: *id, done: error.is_none(), review, rule: rule.flatten(), error })
            };
            Answer::json(200, &DecidedMany { items: done.iter().map(item).collect::<Result<_, _>>()? })
        },
    )
    .await
}
