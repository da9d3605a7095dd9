//! Reading templates.

use store::params;

use super::{COLUMNS, Template};
use crate::channels::ChannelType;
use crate::error::{Error, Result};
use crate::id::{ChannelId, TemplateId};
use crate::page::{Page, PageRequest, bad_cursor};
use crate::query::Query;
use crate::work::Work;

#[derive(Debug, Clone, Default)]
pub struct TemplateFilter {
    pub channel: Option<ChannelId>,
    pub channel_type: Option<ChannelType>,
    pub name: Option<String>,
    pub status: Option<String>,
    pub category: Option<String>,
    pub language: Option<String>,
}

fn filtered(select: &str, w: &Work<'_, '_>, filter: &TemplateFilter) -> Query {
    let mut query = Query::new(
        format!(
            "SELECT {select} FROM templates t JOIN channels c ON c.organization_id = t.organization_id AND c.id = t.channel_id
             WHERE NOT t.removed AND NOT c.archived AND t.organization_id = "
        ),
        w.caller.organization,
    );
    query.and_if("t.channel_id = ", &filter.channel).and_if("c.type = ", &filter.channel_type);
    query.and_if("t.name = ", &filter.name).and_if("t.status = ", &filter.status);
    query.and_if("t.category = ", &filter.category).and_if("t.language = ", &filter.language);
    query
}

/// By name, language, id; the cursor is the three.
pub fn browse(w: &mut Work<'_, '_>, filter: &TemplateFilter, page: &PageRequest) -> Result<Page<Template>> {
    let mut query = filtered(COLUMNS, w, filter);
    if let Some(cursor) = &page.cursor {
        let mut parts = cursor.splitn(3, '~');
        let (Some(id), Some(language), Some(name)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(bad_cursor());
        };
        let id: TemplateId = id.parse().map_err(|_| bad_cursor())?;
        query.and("(t.name, t.language, t.id) > (", name).push(", ", language).push(", ", id).text(")");
    }
    query.push(" ORDER BY t.name, t.language, t.id LIMIT ", i64::from(page.limit) + 1);
    let rows = w.tx.query(query.sql(), &query.params())?;
    let templates = rows.iter().map(Template::from_row).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_surplus(templates, page.limit, |t| format!("{}~{}~{}", t.id, t.language, t.name)))
}

/// One numbered page and whether there are more.
pub fn page_of(w: &mut Work<'_, '_>, filter: &TemplateFilter, page: i64, size: i64) -> Result<(Vec<Template>, bool)> {
    let mut query = filtered(COLUMNS, w, filter);
    query.push(" ORDER BY t.name, t.language, t.id LIMIT ", size.saturating_add(1));
    query.push(" OFFSET ", page.saturating_sub(1).saturating_mul(size));
    let rows = w.tx.query(query.sql(), &query.params())?;
    let mut templates = rows.iter().map(Template::from_row).collect::<Result<Vec<_>>>()?;
    let more = templates.len() as i64 > size;
    templates.truncate(size as usize);
    Ok((templates, more))
}

/// By its id, or 404.
pub fn get(w: &mut Work<'_, '_>, id: TemplateId) -> Result<Template> {
    let sql = format!("SELECT {COLUMNS} FROM templates t WHERE t.organization_id = $1 AND t.id = $2 AND NOT t.removed");
    let row = w.tx.query_opt(&sql, params![w.caller.organization, id])?;
    Template::from_row(&row.ok_or_else(|| Error::not_found("template"))?)
}
