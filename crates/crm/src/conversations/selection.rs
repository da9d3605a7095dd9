//! Which conversations, as SQL. Each filter has an index that is sorted by activity, and one of them is walked, newest first, until
//! the page is full; who waits is walked by how long, longest first. The others are looked up on the way, in their own indexes: all have one order, so the places that are looked
//! at lie side by side, and the row itself is read of what is in all of them. Which one is walked is decided here and not left to
//! SQLite's planner.

use store::Value;

use super::list::{ConversationFilter, View};
use crate::id::{ChannelId, ContactId, MemberId, OrganizationId, StageId};
use crate::query::Query;
use crate::work::Work;

pub(super) const STAGE: &str = "conversations_stage";
pub(super) const CHANNEL: &str = "conversations_channel";

/// What is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Walk {
    Found,
    Tag(i64),
    Agent(MemberId),
    Index(&'static str),
}

/// The conversations of a view; `mine` is the caller's own where they are a member.
pub(super) struct Selection<'f> {
    filter: &'f ConversationFilter,
    view: View,
    mine: Option<MemberId>,
    /// One after the other; a pipeline is the stages that it has.
    stages: Vec<StageId>,
    pub(super) after: Option<(i64, ContactId)>,
    /// Only this member's and nobody's.
    pub(super) of_or_nobodys: Option<MemberId>,
}

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SortedBy {
    /// The table that is walked.
    pub table: &'static str,
    pub column: &'static str,
    pub descending: bool,
}

impl SortedBy {
    pub(super) fn direction(self) -> &'static str {
        if self.descending { "DESC" } else { "ASC" }
    }
}

impl<'f> Selection<'f> {
    pub(super) fn new(w: &Work<'_, '_>, filter: &'f ConversationFilter, view: View, mine: Option<MemberId>) -> Self {
        let of_pipeline = filter.pipeline.and_then(|id| w.setup.pipeline(id));
        let stages = match (filter.stage, filter.pipeline) {
            (Some(stage), None) => vec![stage],
            (Some(stage), Some(_)) if of_pipeline.is_some_and(|p| p.stages.iter().any(|s| s.id == stage)) => {
                vec![stage]
            }
            (None, Some(_)) => of_pipeline.map(|p| p.stages.iter().map(|stage| stage.id).collect()).unwrap_or_default(),
            _ => Vec::new(),
        };
        let mine = mine.filter(|_| view == View::Mine);
        Selection { filter, view, mine, stages, after: None, of_or_nobodys: None }
    }

    /// Nothing can be in it.
    pub(super) fn is_empty(&self) -> bool {
        (self.stages.is_empty() && (self.filter.stage.is_some() || self.filter.pipeline.is_some()))
            || self.filter.among.as_ref().is_some_and(Vec::is_empty)
            || (self.view == View::Mine && self.mine.is_none())
    }

    /// The narrowest first.
    fn walk(&self) -> Walk {
        let filter = self.filter;
        match self.view {
            _ if filter.among.is_some() => Walk::Found,
            View::Unread => Walk::Index("conversations_unread"),
            View::Waiting => Walk::Index("conversations_waiting"),
            _ if filter.blocked => Walk::Index("conversations_blocked"),
            _ => match (filter.tag, self.mine.or(filter.agent)) {
                (Some(tag), _) => Walk::Tag(tag),
                (None, Some(agent)) => Walk::Agent(agent),
                (None, None) if !self.stages.is_empty() => Walk::Index(STAGE),
                (None, None) if self.view == View::Unassigned => Walk::Index("conversations_unassigned"),
                (None, None) if filter.channel.is_some() => Walk::Index(CHANNEL),
                (None, None) => Walk::Index("conversations_activity"),
            },
        }
    }

    /// `SELECT <columns> …` without an end: one arm, or one a stage where those are walked.
    pub(super) fn query(&self, w: &Work<'_, '_>, columns: &str) -> Query {
        let walk = self.walk();
        let mut query: Option<Query> = None;
        if walk == Walk::Index(STAGE) {
            for stage in &self.stages {
                self.arm(w, columns, walk, std::slice::from_ref(stage), &mut query);
            }
        } else {
            self.arm(w, columns, walk, &self.stages, &mut query);
        }
        query.unwrap_or_else(|| Query::new(format!("SELECT {columns} FROM conversations v WHERE 1 = "), 0))
    }

    /// What of the other filters has an index in the order of the walk. None where the walk reads the row anyway.
    fn steps(&self, walk: Walk, stages: &[StageId]) -> Vec<Step> {
        if matches!(walk, Walk::Found) || matches!(walk, Walk::Index(index) if index != STAGE && index != CHANNEL) {
            return Vec::new();
        }
        let filter = self.filter;
        let mut steps = Vec::new();
        if let Some(tag) = filter.tag.filter(|tag| walk != Walk::Tag(*tag)) {
            steps.push(Step::tag(tag));
        }
        let agents = [self.mine, filter.agent].into_iter().flatten();
        steps.extend(agents.filter(|agent| walk != Walk::Agent(*agent)).map(Step::agent));
        if let ([stage], true) = (stages, walk != Walk::Index(STAGE)) {
            steps.push(Step::stage(*stage));
        }
        if let Some(channel) = filter.channel.filter(|_| walk != Walk::Index(CHANNEL)) {
            steps.push(Step::channel(channel));
        }
        steps
    }

    pub(super) fn sorted_by(&self) -> SortedBy {
        if self.view == View::Waiting {
            return SortedBy { table: "v", column: "waiting_since", descending: false };
        }
        let walk = self.walk();
        let stages = self.stages.get(..1).filter(|_| walk == Walk::Index(STAGE)).unwrap_or(&self.stages);
        let (table, column) = match walk {
            Walk::Tag(_) | Walk::Agent(_) => ("o", "activity_at"),
            _ if self.steps(walk, stages).is_empty() => ("v", "last_activity_at"),
            _ => ("o", "last_activity_at"),
        };
        SortedBy { table, column, descending: true }
    }

    fn arm(&self, w: &Work<'_, '_>, columns: &str, walk: Walk, stages: &[StageId], all: &mut Option<Query>) {
        let organization = w.caller.organization;
        let hint = |index: &str| w.tx.dialect().indexed_by(index);
        let steps = self.steps(walk, stages);
        let sorted = self.sorted_by();
        let (walked, key) = (sorted.table, sorted.column);
        let joined = |table: &str, index: &str| {
            let mut text = format!("SELECT {columns} FROM {table} {walked}{}", hint(index));
            for (n, step) in steps.iter().enumerate() {
                text.push_str(&format!(" CROSS JOIN {} s{n}{}", step.table, hint(step.index)));
            }
            let row = " CROSS JOIN conversations v WHERE v.organization_id = o.organization_id AND v.contact_id = o.contact_id AND ";
            text.push_str(if walked == "o" { row } else { " WHERE " });
            text
        };
        let (text, value) = match walk {
            Walk::Tag(tag) => {
                let text = joined("contact_tags", "contact_tags_activity");
                (text + "o.activity_at IS NOT NULL AND o.tag_id = ", Value::Int(tag))
            }
            Walk::Agent(agent) => {
                let text = joined("contact_agents", "contact_agents_activity");
                (text + "o.activity_at IS NOT NULL AND o.member_id = ", Value::Uuid(agent.0))
            }
            Walk::Index(index) => {
                let text = joined("conversations", index);
                (text + &format!("{walked}.organization_id = "), Value::Uuid(organization.0))
            }
            Walk::Found => {
                let text = format!("SELECT {columns} FROM conversations v WHERE v.organization_id = ");
                (text, Value::Uuid(organization.0))
            }
        };
        match all {
            Some(query) => {
                query.text(" UNION ALL ").push(&text, value);
            }
            None => *all = Some(Query::new(text, value)),
        }
        let Some(query) = all else { return };
        if matches!(walk, Walk::Tag(_) | Walk::Agent(_)) {
            query.and("o.organization_id = ", organization);
        }
        if let Some((at, id)) = self.after {
            let further = if sorted.descending { '<' } else { '>' };
            query.and(&format!("({walked}.{key}, {walked}.contact_id) {further} ("), at).push(", ", id).text(")");
        }
        for (n, step) in steps.iter().enumerate() {
            query.and(&format!("s{n}.organization_id = "), organization);
            query.and(&format!("s{n}.{} = ", step.column), step.value.clone());
            query.text(&format!(" AND s{n}.{} = o.{key} AND s{n}.contact_id = o.contact_id", step.key));
        }
        query.text(match self.view {
            View::Unread => " AND v.unread > 0",
            View::Waiting => " AND v.waiting_since IS NOT NULL",
            View::Unassigned => " AND v.agents = 0",
            View::All | View::Mine => "",
        });
        query.text(if self.filter.blocked { " AND v.blocked" } else { " AND NOT v.blocked" });
        if let Some(member) = self.of_or_nobodys {
            query.text(" AND (v.agents = 0 OR EXISTS (SELECT 1 FROM contact_agents h WHERE h.organization_id = v.organization_id");
            query.and("h.contact_id = v.contact_id AND h.member_id = ", member).text("))");
        }
        let looked_up =
            |table: &str, column: &str| steps.iter().any(|step| step.table == table && step.column == column);
        if !looked_up("conversations", "channel_id") {
            let of = if walk == Walk::Index(CHANNEL) { walked } else { "v" };
            query.and_if(&format!("{of}.channel_id = "), &self.filter.channel);
        }
        match stages {
            [] => {}
            _ if looked_up("conversations", "stage_id") => {}
            [stage] => {
                let of = if walk == Walk::Index(STAGE) { walked } else { "v" };
                query.and(&format!("{of}.stage_id = "), *stage);
            }
            [first, others @ ..] => {
                query.and("v.stage_id IN (", *first);
                others.iter().for_each(|stage| _ = query.push(", ", *stage));
                query.text(")");
            }
        }
        if !steps.is_empty() || matches!(walk, Walk::Tag(_) | Walk::Agent(_)) {
            return;
        }
        if let Some(tag) = self.filter.tag {
            label(query, "contact_tags", "tag_id", organization, Value::Int(tag));
        }
        for agent in [self.mine, self.filter.agent].into_iter().flatten() {
            label(query, "contact_agents", "member_id", organization, Value::Uuid(agent.0));
        }
        if let Some((first, others)) = self.filter.among.as_ref().and_then(|among| among.split_first()) {
            query.and("v.contact_id IN (", *first);
            others.iter().for_each(|id| _ = query.push(", ", *id));
            query.text(")");
        }
    }
}

/// A filter that is looked up by its value, the activity and the contact: one entry of an index, or none.
struct Step {
    table: &'static str,
    column: &'static str,
    index: &'static str,
    key: &'static str,
    value: Value,
}

impl Step {
    fn tag(tag: i64) -> Step {
        let index = "contact_tags_activity";
        Step { table: "contact_tags", column: "tag_id", index, key: "activity_at", value: Value::Int(tag) }
    }

    fn agent(agent: MemberId) -> Step {
        let index = "contact_agents_activity";
        Step { table: "contact_agents", column: "member_id", index, key: "activity_at", value: Value::Uuid(agent.0) }
    }

    fn stage(stage: StageId) -> Step {
        let value = Value::Uuid(stage.0);
        Step { table: "conversations", column: "stage_id", index: STAGE, key: "last_activity_at", value }
    }

    fn channel(channel: ChannelId) -> Step {
        let value = Value::Uuid(channel.0);
        Step { table: "conversations", column: "channel_id", index: CHANNEL, key: "last_activity_at", value }
    }
}

fn label(query: &mut Query, table: &str, column: &str, organization: OrganizationId, value: Value) {
    query.and(&format!("EXISTS (SELECT 1 FROM {table} l WHERE l.organization_id = "), organization);
    query.text(" AND l.contact_id = v.contact_id").and(&format!("l.{column} = "), value).text(")");
}
