//! Templates: kept, listed by pages, made, edited, deleted, reviewed.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::call::Call;
use super::error::GraphError;
use super::{Result, template_shape};
use crate::knobs::Review;
use crate::webhook::queue::{Change, Part};
use crate::world::{Refused, World};

/// Of an account that is not verified.
const MOST: usize = 250;
const PAGE: usize = 25;
const LARGEST_PAGE: usize = 1000;

/// Where a template can be.
pub(crate) const STATUSES: &[&str] = &[
    "APPROVED",
    "ARCHIVED",
    "DELETED",
    "DISABLED",
    "FLAGGED",
    "IN_APPEAL",
    "LIMIT_EXCEEDED",
    "LOCKED",
    "PAUSED",
    "PENDING",
    "PENDING_DELETION",
    "REINSTATED",
    "REJECTED",
    "UNARCHIVED",
];

#[derive(Debug, Clone)]
pub(crate) struct Template {
    pub(crate) id: String,
    pub(crate) waba: String,
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) category: String,
    pub(crate) named: bool,
    pub(crate) components: Vec<Value>,
    pub(crate) status: String,
    pub(crate) quality: String,
    /// Since when (seconds since 1970).
    pub(crate) quality_at: i64,
    pub(crate) rejected_reason: String,
}

impl Template {
    fn json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "language": self.language,
            "category": self.category,
            "parameter_format": if self.named { "NAMED" } else { "POSITIONAL" },
            "components": self.components,
            "status": self.status,
            "quality_score": {"score": self.quality, "date": self.quality_at},
            "rejected_reason": self.rejected_reason,
        })
    }

    fn about(&self) -> Map<String, Value> {
        let id = self.id.parse::<u64>().unwrap_or_default();
        let mut about = Map::new();
        about.insert("message_template_id".to_owned(), json!(id));
        about.insert("message_template_name".to_owned(), json!(self.name));
        about.insert("message_template_language".to_owned(), json!(self.language));
        about
    }
}

/// Usual fields of a list.
const USUAL: &[&str] = &["id", "name", "language", "category", "parameter_format", "components", "status"];

#[derive(Debug, Default)]
pub(crate) struct Templates {
    by_id: BTreeMap<String, Template>,
    /// Ids as they were made.
    order: Vec<String>,
}

impl Templates {
    pub(crate) fn get(&self, id: &str) -> Option<&Template> {
        self.by_id.get(id)
    }

    pub(crate) fn find(&self, waba: &str, name: &str, language: &str) -> Option<&Template> {
        self.by_id.values().find(|known| known.waba == waba && known.name == name && known.language == language)
    }

    pub(crate) fn of<'a>(&'a self, waba: &'a str) -> impl Iterator<Item = &'a Template> + 'a {
        self.order.iter().filter_map(|id| self.by_id.get(id)).filter(move |template| template.waba == waba)
    }

    fn put(&mut self, template: Template) {
        self.order.push(template.id.clone());
        self.by_id.insert(template.id.clone(), template);
    }

    fn remove(&mut self, id: &str) -> Option<Template> {
        self.order.retain(|known| known != id);
        self.by_id.remove(id)
    }
}

pub(super) fn dispatch(world: &mut World, call: &Call, waba: &str) -> Result {
    match call.method {
        Method::GET => list(world, call, waba),
        Method::POST => create(world, call, waba),
        Method::DELETE => delete(world, call, waba),
        _ => Err(GraphError::no_such_object(call.method.as_str(), waba)),
    }
}

pub(super) fn one(world: &mut World, call: &Call, id: &str, rest: &[&str]) -> Result {
    match (call.method.clone(), rest) {
        (Method::GET, []) => {
            let template = world.templates.get(id).map(Template::json).unwrap_or_default();
            Ok(Answer::json(call.chosen(template, USUAL)))
        }
        (Method::POST, []) => edit(world, call, id),
        (Method::POST, ["unpause"]) => {
            if world.templates.get(id).is_none_or(|template| template.status != "PAUSED") {
                return Err(GraphError::template(
                    2_388_039,
                    "Template state",
                    "Only a paused template can be unpaused.",
                ));
            }
            let _ = set_status(world, id, "APPROVED", None);
            Ok(Answer::success())
        }
        _ => Err(GraphError::no_such_object(call.method.as_str(), id)),
    }
}

fn list(world: &World, call: &Call, waba: &str) -> Result {
    let matches = |template: &&Template| {
        let same = |key: &str, value: &str| {
            call.text(key).is_none_or(|wanted| wanted.split(',').any(|one| one.trim().eq_ignore_ascii_case(value)))
        };
        let content = || serde_json::to_string(&template.components).unwrap_or_default();
        same("name", &template.name)
            && same("status", &template.status)
            && same("category", &template.category)
            && same("language", &template.language)
            && call.text("name_or_content").is_none_or(|part| template.name.contains(part) || content().contains(part))
    };
    let all: Vec<&Template> = world.templates.of(waba).filter(matches).collect();
    let limit = match call.parameters.get("limit") {
        None => PAGE,
        Some(limit) => crate::webhook::inbound::index_of(limit)
            .filter(|limit| *limit > 0)
            .ok_or_else(|| GraphError::parameter("Param limit must be a positive number"))?
            .min(LARGEST_PAGE),
    };
    let place = |cursor: &str| {
        let id = cursor_id(cursor);
        all.iter().position(|template| Some(&template.id) == id.as_ref())
    };
    let bad = || GraphError::parameter("Invalid cursor");
    let (from, to) = match (call.text("after"), call.text("before")) {
        (Some(after), _) => {
            let from = place(after).ok_or_else(bad)? + 1;
            (from, (from + limit).min(all.len()))
        }
        (None, Some(before)) => {
            let to = place(before).ok_or_else(bad)?;
            (to.saturating_sub(limit), to)
        }
        (None, None) => (0, limit.min(all.len())),
    };
    let page = &all[from..to];
    let data: Vec<Value> = page.iter().map(|template| call.chosen(template.json(), USUAL)).collect();
    let mut answer = json!({"data": data});
    if call.parameters.contains_key("summary") {
        answer["summary"] = json!({
            "total_count": all.len(),
            "message_template_count": world.templates.of(waba).count(),
            "message_template_limit": MOST,
            "are_translations_complete": true,
        });
    }
    if let (Some(first), Some(last)) = (page.first(), page.last()) {
        let mut paging = json!({"cursors": {"before": cursor(&first.id), "after": cursor(&last.id)}});
        // `next` is there only when something follows: that is how readers know where to stop.
        if to < all.len() {
            paging["next"] = json!(address(world, call, "after", &last.id));
        }
        if from > 0 {
            paging["previous"] = json!(address(world, call, "before", &first.id));
        }
        answer["paging"] = paging;
    }
    Ok(Answer::json(answer))
}

fn cursor(id: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(id)
}

fn cursor_id(cursor: &str) -> Option<String> {
    use base64::Engine as _;
    String::from_utf8(base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()
}

fn address(world: &World, call: &Call, way: &str, id: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in &call.query {
        if !["after", "before", "access_token"].contains(&name.as_str()) {
            query.append_pair(name, value.as_str().unwrap_or_default());
        }
    }
    query.append_pair(way, &cursor(id));
    format!("{}{}?{}", super::medium::base(world, call), call.path, query.finish())
}

fn create(world: &mut World, call: &Call, waba: &str) -> Result {
    let shape = template_shape::check(&call.parameters)?;
    let known = world.templates.find(waba, &shape.name, &shape.language);
    if known.is_some() {
        return Err(GraphError::template(
            2_388_024,
            "Content in this language already exists",
            format!("There is already {} content for this template.", shape.language),
        ));
    }
    if world.templates.of(waba).count() >= MOST {
        return Err(GraphError::template(2_388_019, "Template limit", format!("There are {MOST} templates already.")));
    }
    let id = world.random.object_id();
    let template = Template {
        id: id.clone(),
        waba: waba.to_owned(),
        name: shape.name,
        language: shape.language,
        category: shape.category.clone(),
        named: shape.named,
        components: shape.components,
        status: "PENDING".to_owned(),
        quality: "UNKNOWN".to_owned(),
        quality_at: world.now_ms().div_euclid(1000),
        rejected_reason: "NONE".to_owned(),
    };
    world.templates.put(template);
    review(world, &id);
    // Whatever the review comes to, and however soon: the answer says PENDING, the webhook says the rest.
    Ok(Answer::json(json!({"id": id, "status": "PENDING", "category": shape.category})))
}

fn edit(world: &mut World, call: &Call, id: &str) -> Result {
    let Some(template) = world.templates.get(id) else {
        return Err(GraphError::no_such_object("POST", id));
    };
    if !matches!(template.status.as_str(), "APPROVED" | "REJECTED" | "PAUSED") {
        let text = format!("A template that is {} cannot be edited.", template.status);
        return Err(GraphError::template(2_388_039, "Template state", text));
    }
    let mut whole = call.parameters.clone();
    whole.insert("name".to_owned(), json!(template.name));
    whole.insert("language".to_owned(), json!(template.language));
    let category = call.text("category").unwrap_or(&template.category).to_owned();
    if category != template.category && template.status == "APPROVED" {
        return Err(GraphError::template(2_388_039, "Template state", "The category of an approved template stays."));
    }
    whole.insert("category".to_owned(), json!(category));
    let format = if template.named { "NAMED" } else { "POSITIONAL" };
    whole.entry("parameter_format").or_insert_with(|| json!(format));
    if !whole.contains_key("components") {
        whole.insert("components".to_owned(), json!(template.components));
    }
    let shape = template_shape::check(&whole)?;
    if let Some(template) = world.templates.by_id.get_mut(id) {
        template.components = shape.components;
        template.category = shape.category;
        template.named = shape.named;
        template.status = "PENDING".to_owned();
    }
    review(world, id);
    Ok(Answer::success())
}

fn delete(world: &mut World, call: &Call, waba: &str) -> Result {
    let by_id = call.text("hsm_id");
    let Some(name) = call.text("name") else {
        return Err(GraphError::parameter("The parameter name is required."));
    };
    let doomed: Vec<String> = world
        .templates
        .of(waba)
        .filter(|template| template.name == name && by_id.is_none_or(|id| template.id == id))
        .map(|template| template.id.clone())
        .collect();
    if doomed.is_empty() {
        let error =
            GraphError::template(2_593_002, "Message template not found", format!("There is no template {name}."));
        return Err(error.with_status(404));
    }
    for id in doomed {
        if let Some(template) = world.templates.remove(&id) {
            tell_status(world, &template, "DELETED", None, world.now_ms());
        }
    }
    Ok(Answer::success())
}

/// What the knobs say about new templates. Without a wait it is decided at once, so that the next call sees it.
fn review(world: &mut World, id: &str) {
    let decided = match world.knobs.template_review {
        Review::Wait => return,
        Review::Approve => "APPROVED",
        Review::Reject => "REJECTED",
    };
    let after = i64::try_from(world.knobs.template_review_after_ms).unwrap_or(i64::MAX);
    let due = world.now_ms().saturating_add(after);
    world.reviews.insert((due, id.to_owned()), decided);
    world.review_what_is_due();
}

/// Puts a template elsewhere, and says so by webhook.
pub(crate) fn set_status(
    world: &mut World,
    id: &str,
    status: &str,
    reason: Option<&str>,
) -> std::result::Result<(), Refused> {
    if !STATUSES.contains(&status) {
        return Err(Refused(format!("the status of a template is one of {}", STATUSES.join(", "))));
    }
    let now = world.now_ms();
    let Some(template) = world.templates.by_id.get_mut(id) else {
        return Err(Refused(format!("there is no template {id}")));
    };
    // Two events name a change, not a state.
    template.status = if matches!(status, "REINSTATED" | "UNARCHIVED") { "APPROVED" } else { status }.to_owned();
    template.rejected_reason =
        if status == "REJECTED" { reason.unwrap_or("INVALID_FORMAT") } else { "NONE" }.to_owned();
    let template = template.clone();
    tell_status(world, &template, status, reason, now);
    if status == "DELETED" {
        world.templates.remove(id);
    }
    Ok(())
}

fn tell_status(world: &mut World, template: &Template, event: &str, reason: Option<&str>, due_ms: i64) {
    let mut value = template.about();
    value.insert("event".to_owned(), json!(event));
    value.insert("message_template_category".to_owned(), json!(template.category));
    let reason = match event {
        "DELETED" => Value::Null,
        "REJECTED" => json!(reason.unwrap_or("INVALID_FORMAT")),
        _ => json!(reason.unwrap_or("NONE")),
    };
    value.insert("reason".to_owned(), reason.clone());
    match event {
        "REJECTED" => {
            let rejection = json!({"reason": "The simulator was told to reject it.", "recommendation": "Change it."});
            value.insert("rejection_info".to_owned(), rejection);
        }
        "PAUSED" => {
            let text = "The template was paused because of its low quality.";
            value.insert("other_info".to_owned(), json!({"title": "FIRST_PAUSE", "description": text}));
        }
        "DISABLED" => {
            let text = "The template was disabled because of its low quality.";
            value.insert("other_info".to_owned(), json!({"title": "DISABLED", "description": text}));
            let date = due_ms.div_euclid(1000).to_string();
            value.insert("disable_info".to_owned(), json!({"disable_date": date}));
        }
        _ => {}
    }
    tell(world, template, "message_template_status_update", value, due_ms);
}

/// GREEN, YELLOW, RED or UNKNOWN.
pub(crate) fn set_quality(world: &mut World, id: &str, quality: &str) -> std::result::Result<(), Refused> {
    if !["GREEN", "YELLOW", "RED", "UNKNOWN"].contains(&quality) {
        return Err(Refused("the quality of a template is GREEN, YELLOW, RED or UNKNOWN".to_owned()));
    }
    let now = world.now_ms();
    let Some(template) = world.templates.by_id.get_mut(id) else {
        return Err(Refused(format!("there is no template {id}")));
    };
    let before = std::mem::replace(&mut template.quality, quality.to_owned());
    template.quality_at = now.div_euclid(1000);
    let template = template.clone();
    let mut value = template.about();
    value.insert("previous_quality_score".to_owned(), json!(before));
    value.insert("new_quality_score".to_owned(), json!(quality));
    tell(world, &template, "message_template_quality_update", value, now);
    Ok(())
}

/// Meta puts templates into other categories by itself.
pub(crate) fn set_category(world: &mut World, id: &str, category: &str) -> std::result::Result<(), Refused> {
    if !template_shape::CATEGORIES.contains(&category) {
        return Err(Refused(format!("a category is one of {}", template_shape::CATEGORIES.join(", "))));
    }
    let Some(template) = world.templates.by_id.get_mut(id) else {
        return Err(Refused(format!("there is no template {id}")));
    };
    let before = std::mem::replace(&mut template.category, category.to_owned());
    let template = template.clone();
    let mut value = template.about();
    value.insert("previous_category".to_owned(), json!(before));
    value.insert("new_category".to_owned(), json!(category));
    let now = world.now_ms();
    tell(world, &template, "template_category_update", value, now);
    Ok(())
}

fn tell(world: &mut World, template: &Template, field: &str, value: Map<String, Value>, due_ms: i64) {
    let change = Change {
        waba: template.waba.clone(),
        field: field.to_owned(),
        metadata: Value::Null,
        part: Part::Whole(Value::Object(value)),
        about: None,
    };
    world.queue.tell(due_ms, change);
}
