//! Reading the rules. The list is the export: `import` takes the same shape.

use super::{COLUMNS, Rule, RuleStanding, RuleType};
use crate::error::Result;
use crate::id::RuleId;
use crate::page::{Page, PageRequest, bad_cursor};
use crate::query::Query;
use crate::work::Work;

#[derive(Debug, Clone, Default)]
pub struct RuleFilter {
    pub rule_type: Option<RuleType>,
    pub standing: Option<RuleStanding>,
    pub source: Option<String>,
    /// Key of a field.
    pub key: Option<String>,
}

/// Oldest first; the cursor is the last id.
pub fn page(w: &mut Work<'_, '_>, filter: &RuleFilter, page: &PageRequest) -> Result<Page<Rule>> {
    let after: RuleId = match &page.cursor {
        None => RuleId::default(),
        Some(cursor) => cursor.parse().map_err(|_| bad_cursor())?,
    };
    let sql = format!("SELECT {COLUMNS} FROM structuring_rules WHERE organization_id = ");
    let mut query = Query::new(sql, w.caller.organization);
    query.and("id > ", after);
    query.and_if("type = ", &filter.rule_type);
    query.and_if("standing = ", &filter.standing);
    query.and_if("source = ", &filter.source);
    query.and_if("field_key = ", &filter.key);
    query.push(" ORDER BY id LIMIT ", i64::from(page.limit) + 1);
    let rows = w.tx.query(query.sql(), &query.params())?;
    let rules = rows.iter().map(Rule::from_row).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_surplus(rules, page.limit, |rule| rule.id.to_string()))
}
