//! The inbox's list. Each filter has an index that is sorted by activity, and one of them is walked, newest first, until the
//! page is full; the others are looked up in the rows on the way. Which one is decided here and not left to SQLite's planner.

use super::show::{Conversation, show_all};
use crate::error::Result;
use crate::id::{ChannelId, ContactId, MemberId, PipelineId, StageId};
use crate::page::{Page, PageRequest, bad_cursor};
use crate::query::Query;
use crate::time::Timestamp;
use crate::wire_enum;
use crate::work::Work;

wire_enum! {
    pub enum View {
        All = "all",
        /// Those whose agent the caller is.
        Mine = "mine",
        /// Nobody's.
        Unassigned = "unassigned",
        /// With messages that nobody has read.
        Unread = "unread",
        /// Whose person waits for an answer.
        Waiting = "waiting",
    }
}

#[derive(Debug, Clone, Default)]
pub struct ConversationFilter {
    pub channel: Option<ChannelId>,
    /// Of the open ticket.
    pub pipeline: Option<PipelineId>,
    pub stage: Option<StageId>,
    pub tag: Option<i64>,
    pub agent: Option<MemberId>,
    /// Only blocked ones; otherwise only others.
    pub blocked: bool,
    /// Only those, few: what a search found.
    pub among: Option<Vec<ContactId>>,
}

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
    after: Option<(i64, ContactId)>,
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
        Selection { filter, view, mine, stages, after: None }
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
                (None, None) if !self.stages.is_empty() => Walk::Index("conversations_stage"),
                (None, None) if self.view == View::Unassigned => Walk::Index("conversations_unassigned"),
                (None, None) if filter.channel.is_some() => Walk::Index("conversations_channel"),
                (None, None) => Walk::Index("conversations_activity"),
            },
        }
    }

    /// `SELECT <columns> …` without an end: one arm, or one a stage where those are walked.
    pub(super) fn query(&self, w: &Work<'_, '_>, columns: &str) -> Query {
        let walk = self.walk();
        let mut query: Option<Query> = None;
        if walk == Walk::Index("conversations_stage") {
            for stage in &self.stages {
                self.arm(w, columns, walk, std::slice::from_ref(stage), &mut query);
            }
        } else {
            self.arm(w, columns, walk, &self.stages, &mut query);
        }
        query.unwrap_or_else(|| Query::new(format!("SELECT {columns} FROM conversations v WHERE 1 = "), 0))
    }

    fn arm(&self, w: &Work<'_, '_>, columns: &str, walk: Walk, stages: &[StageId], all: &mut Option<Query>) {
        let organization = w.caller.organization;
        let hint = |index: &str| w.tx.dialect().indexed_by(index);
        let joined = |table: &str, column: &str, index: &str| {
            format!(
                "SELECT {columns} FROM {table} o{} CROSS JOIN conversations v
                 WHERE v.organization_id = o.organization_id AND v.contact_id = o.contact_id
                   AND o.activity_at IS NOT NULL AND o.{column} = ",
                hint(index)
            )
        };
        let begin = |text: String, value: store::Value, all: &mut Option<Query>| match all {
            Some(query) => {
                query.text(" UNION ALL ").push(&text, value);
            }
            None => *all = Some(Query::new(text, value)),
        };
        match walk {
            Walk::Tag(tag) => {
                begin(joined("contact_tags", "tag_id", "contact_tags_activity"), store::Value::Int(tag), all);
            }
            Walk::Agent(agent) => {
                begin(
                    joined("contact_agents", "member_id", "contact_agents_activity"),
                    store::Value::Uuid(agent.0),
                    all,
                );
            }
            Walk::Index(index) => {
                let text = format!("SELECT {columns} FROM conversations v{} WHERE v.organization_id = ", hint(index));
                begin(text, store::Value::Uuid(organization.0), all);
            }
            Walk::Found => {
                let text = format!("SELECT {columns} FROM conversations v WHERE v.organization_id = ");
                begin(text, store::Value::Uuid(organization.0), all);
            }
        }
        let Some(query) = all else { return };
        let (table, key) = match walk {
            Walk::Tag(_) | Walk::Agent(_) => {
                query.and("o.organization_id = ", organization);
                ("o", "o.activity_at")
            }
            _ => ("v", "v.last_activity_at"),
        };
        if let Some((at, id)) = self.after {
            query.and(&format!("({key}, {table}.contact_id) < ("), at).push(", ", id).text(")");
        }
        query.text(match self.view {
            View::Unread => " AND v.unread > 0",
            View::Waiting => " AND v.waiting_since IS NOT NULL",
            View::Unassigned => " AND v.agents = 0",
            View::All | View::Mine => "",
        });
        query.text(if self.filter.blocked { " AND v.blocked" } else { " AND NOT v.blocked" });
        query.and_if("v.channel_id = ", &self.filter.channel);
        if let Some((first, others)) = stages.split_first() {
            match others {
                [] => query.and("v.stage_id = ", *first),
                others => {
                    query.and("v.stage_id IN (", *first);
                    others.iter().for_each(|stage| _ = query.push(", ", *stage));
                    query.text(")")
                }
            };
        }
        if let Some(tag) = self.filter.tag.filter(|_| !matches!(walk, Walk::Tag(_))) {
            label(query, "contact_tags", "tag_id", organization, store::Value::Int(tag));
        }
        for agent in [self.mine, self.filter.agent].into_iter().flatten() {
            if walk != Walk::Agent(agent) {
                label(query, "contact_agents", "member_id", organization, store::Value::Uuid(agent.0));
            }
        }
        if let Some((first, others)) = self.filter.among.as_ref().and_then(|among| among.split_first()) {
            query.and("v.contact_id IN (", *first);
            others.iter().for_each(|id| _ = query.push(", ", *id));
            query.text(")");
        }
    }
}

fn label(query: &mut Query, table: &str, column: &str, organization: crate::id::OrganizationId, value: store::Value) {
    query.and(&format!("EXISTS (SELECT 1 FROM {table} l WHERE l.organization_id = "), organization);
    query.text(" AND l.contact_id = v.contact_id").and(&format!("l.{column} = "), value).text(")");
}

fn page_query(w: &Work<'_, '_>, selection: &Selection<'_>, limit: i64) -> Query {
    let sorted_by = match selection.walk() {
        Walk::Tag(_) | Walk::Agent(_) => "o.contact_id AS contact_id, o.activity_at AS activity_at",
        _ => "v.contact_id AS contact_id, v.last_activity_at AS activity_at",
    };
    let mut query = selection.query(w, sorted_by);
    query.push(" ORDER BY activity_at DESC, contact_id DESC LIMIT ", limit);
    query
}

/// Newest activity first. The cursor is `<micros>~<id>`.
pub fn list(
    w: &mut Work<'_, '_>,
    filter: &ConversationFilter,
    view: View,
    mine: Option<MemberId>,
    page: &PageRequest,
) -> Result<Page<Conversation>> {
    let mut selection = Selection::new(w, filter, view, mine);
    selection.after = page.cursor.as_deref().map(parse_cursor).transpose()?;
    if selection.is_empty() {
        return Ok(Page { data: Vec::new(), next_cursor: None });
    }
    let query = page_query(w, &selection, i64::from(page.limit) + 1);
    let mut found: Vec<(ContactId, Timestamp)> = Vec::new();
    for row in w.tx.query(query.sql(), &query.params())? {
        found.push((row.at(0)?, row.at(1)?));
    }
    let found = Page::from_surplus(found, page.limit, |(id, at)| format!("{}~{id}", at.micros()));
    let ids: Vec<ContactId> = found.data.iter().map(|(id, _)| *id).collect();
    Ok(Page { data: show_all(w, &ids)?, next_cursor: found.next_cursor })
}

fn parse_cursor(cursor: &str) -> Result<(i64, ContactId)> {
    let (at, id) = cursor.split_once('~').ok_or_else(bad_cursor)?;
    Ok((at.parse().map_err(|_| bad_cursor())?, id.parse().map_err(|_| bad_cursor())?))
}

/// The plan of each view with each filter, as SQLite tells it: for the test that pins them.
#[cfg(test)]
pub(super) fn plan_of(
    w: &mut Work<'_, '_>,
    filter: &ConversationFilter,
    view: View,
    mine: Option<MemberId>,
    after: Option<(i64, ContactId)>,
) -> Result<Vec<String>> {
    let mut selection = Selection::new(w, filter, view, mine);
    selection.after = after;
    let query = page_query(w, &selection, 51);
    let rows = w.tx.query(&format!("EXPLAIN QUERY PLAN {}", query.sql()), &query.params())?;
    rows.iter().map(|row| Ok(row.text("detail")?.to_owned())).collect()
}

/// How many there are, at most.
pub(super) fn count(w: &mut Work<'_, '_>, selection: &Selection<'_>, most: i64) -> Result<i64> {
    if selection.is_empty() {
        return Ok(0);
    }
    let mut query = selection.query(w, "1 AS one");
    query.push(" LIMIT ", most);
    let sql = format!("SELECT count(*) AS n FROM ({}) AS found", query.sql());
    let row = w.tx.query_one(&sql, &query.params())?;
    Ok(row.at(0)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Caller;
    use crate::organizations::NewOrganization;
    use crate::work::Crm;

    /// Every view with every set of filters walks an index in the order of the list: nothing is sorted, nothing read whole.
    #[test]
    fn plans() {
        let fresh = store::testing::fresh_sqlite();
        let crm = Crm::open(fresh.clone()).unwrap();
        let new = NewOrganization {
            name: "Aquí".to_owned(),
            country: "CL".to_owned(),
            time_zone: None,
            currency: None,
            language: None,
            owner_name: None,
            owner_email: "ana@example.com".to_owned(),
            owner_password_hash: None,
            key_hash: [1; 32],
            key_hint: "rk_".to_owned(),
        };
        let made = crm.create_organization_blocking(new).unwrap();
        let plans = move |w: &mut Work<'_, '_>| {
            let mut plans = Vec::new();
            let (pipeline, stage) = (w.setup.pipelines[0].id, w.setup.pipelines[0].stages[0].id);
            let member = w.setup.members[0].id;
            for view in View::ALL {
                for bits in 0..64 {
                    let on = |bit: usize| bits & (1 << bit) != 0;
                    let filter = ConversationFilter {
                        channel: on(0).then(|| ChannelId(uuid::Uuid::nil())),
                        pipeline: on(1).then_some(pipeline),
                        stage: on(2).then_some(stage),
                        tag: on(3).then_some(1),
                        agent: on(4).then_some(member),
                        blocked: on(5),
                        among: None,
                    };
                    for after in [None, Some((1, ContactId(uuid::Uuid::nil())))] {
                        let plan = plan_of(w, &filter, *view, Some(member), after)?;
                        plans.push((format!("{view} {filter:?} {after:?}"), plan));
                    }
                }
            }
            Ok(plans)
        };
        let plans = crm.write_blocking(&Caller::system(made.organization_id), plans).unwrap();
        assert_eq!(plans.len(), 5 * 64 * 2);
        for (what, plan) in plans {
            // `v.stage_id IN (…)` is a list in memory, `EXISTS` a look-up by the whole key.
            let sorts = plan.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY"));
            let scans = plan.iter().any(|step| step.starts_with("SCAN "));
            assert!(!sorts && !scans, "{what}: {plan:#?}");
        }
    }
}
