//! The inbox's list: newest activity first; of who waits, the longest first.

use super::selection::Selection;
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

fn page_query(w: &Work<'_, '_>, selection: &Selection<'_>, limit: i64) -> Query {
    let sorted = selection.sorted_by();
    let (table, key, direction) = (sorted.table, sorted.column, sorted.direction());
    let mut query = selection.query(w, &format!("{table}.contact_id AS contact_id, {table}.{key} AS sorted_at"));
    query.push(&format!(" ORDER BY sorted_at {direction}, contact_id {direction} LIMIT "), limit);
    query
}

/// Newest activity first, cursor `<micros>~<id>`; of who waits, the longest first, cursor `w<micros>~<id>`: one of another order
/// would leave some out, and is refused. Whoever begins to wait meanwhile comes at the end, so no page misses anybody by that.
pub fn list(
    w: &mut Work<'_, '_>,
    filter: &ConversationFilter,
    view: View,
    mine: Option<MemberId>,
    page: &PageRequest,
) -> Result<Page<Conversation>> {
    let mut selection = Selection::new(w, filter, view, mine);
    selection.after = page.cursor.as_deref().map(|cursor| parse_cursor(cursor, view)).transpose()?;
    if selection.is_empty() {
        return Ok(Page { data: Vec::new(), next_cursor: None });
    }
    let query = page_query(w, &selection, i64::from(page.limit) + 1);
    let mut found: Vec<(ContactId, Timestamp)> = Vec::new();
    for row in w.tx.query(query.sql(), &query.params())? {
        found.push((row.at(0)?, row.at(1)?));
    }
    let found = Page::from_surplus(found, page.limit, |(id, at)| format!("{}{}~{id}", mark(view), at.micros()));
    let ids: Vec<ContactId> = found.data.iter().map(|(id, _)| *id).collect();
    Ok(Page { data: show_all(w, &ids)?, next_cursor: found.next_cursor })
}

fn mark(view: View) -> &'static str {
    if view == View::Waiting { "w" } else { "" }
}

fn parse_cursor(cursor: &str, view: View) -> Result<(i64, ContactId)> {
    let cursor = cursor.strip_prefix(mark(view)).ok_or_else(bad_cursor)?;
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
    use super::super::selection::{CHANNEL, STAGE};
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
        let mut intersections = 0;
        for (what, plan) in plans {
            // `v.stage_id IN (…)` is a list in memory, `EXISTS` a look-up by the whole key.
            let sorts = plan.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY"));
            let scans = plan.iter().any(|step| step.starts_with("SCAN "));
            assert!(!sorts && !scans, "{what}: {plan:#?}");
            // Where an index by tag, agent, stage or channel is walked, the row is read last.
            let by = ["contact_tags", "contact_agents", STAGE, CHANNEL];
            if by.iter().any(|index| plan[0].starts_with("SEARCH o ") && plan[0].contains(index)) {
                let (row, looked_up) = plan.split_last().unwrap();
                assert!(row.starts_with("SEARCH v USING PRIMARY KEY"), "{what}: {plan:#?}");
                assert!(looked_up.iter().all(|step| step.contains("USING COVERING INDEX")), "{what}: {plan:#?}");
                intersections += looked_up.len() - 1;
            }
        }
        assert!(intersections > 100, "{intersections}");
    }
}
