//! The template that a request means, ready to be sent on a channel.

use super::{COLUMNS, Definition, Template, Values, fill};
use crate::channels::Channel;
use crate::error::{FieldError, Problems, Result};
use crate::id::TemplateId;
use crate::messages::{Content, TemplateContent};
use crate::query::Query;
use crate::work::Work;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// Ours, or what WhatsApp calls it.
    Id(String),
    Name {
        name: String,
        language: Option<String>,
    },
}

/// Content to be queued, and the text that is read of it here.
#[derive(Debug, Clone, PartialEq)]
pub struct Usable {
    pub template: TemplateId,
    pub content: Content,
    pub text: String,
}

/// The template filled in, with what is wrong said where the request names the template and its values. On a channel that has no templates of its own it goes as text. 400 with everything that is wrong:
/// unknown, not approved, each variable by its name.
pub fn usable(
    w: &mut Work<'_, '_>,
    channel: &Channel,
    reference: &Reference,
    values: &Values,
    template_at: &str,
    values_at: &str,
) -> Result<Usable> {
    let mut problems = Problems::default();
    let found = find(w, channel, reference, template_at, &mut problems)?;
    let Some(template) = found else {
        problems.check()?;
        return Err(crate::Error::Internal("a template that is neither there nor wrong".into()));
    };
    let filled = fill(&template.definition(), values, values_at, &mut problems);
    problems.check()?;
    let Some(filled) = filled else {
        return Err(crate::Error::Internal("a template that is neither filled nor wrong".into()));
    };
    let id = template.id;
    let content = if channel.speaks_cloud() {
        Content::Template(TemplateContent {
            name: template.name,
            language: template.language,
            category: template.category,
            components: filled.components,
        })
    } else {
        Content::text(filled.text.clone())
    };
    Ok(Usable { template: id, content, text: filled.text })
}

/// What the template wants that a request means: for whoever looks for values before the transaction. 400 as [`usable`].
pub fn definition_of(
    w: &mut Work<'_, '_>,
    channel: &Channel,
    reference: &Reference,
    template_at: &str,
) -> Result<Definition> {
    let mut problems = Problems::default();
    let found = find(w, channel, reference, template_at, &mut problems)?;
    problems.check()?;
    let internal = || crate::Error::Internal("a template that is neither there nor wrong".into());
    found.map(|template| template.definition()).ok_or_else(internal)
}

fn find(
    w: &mut Work<'_, '_>,
    channel: &Channel,
    reference: &Reference,
    at: &str,
    problems: &mut Problems,
) -> Result<Option<Template>> {
    let own = channel.speaks_cloud();
    let mut query = Query::new(
        format!("SELECT {COLUMNS} FROM templates t WHERE NOT t.removed AND t.organization_id = "),
        w.caller.organization,
    );
    if own {
        query.and("t.channel_id = ", channel.id);
    }
    let shown = match reference {
        Reference::Id(id) => {
            match id.parse::<TemplateId>() {
                Ok(id) => query.and("t.id = ", id),
                Err(_) => query.and("t.provider_id = ", id),
            };
            id.clone()
        }
        Reference::Name { name, language } => {
            query.and("t.name = ", name).and_if("t.language = ", language);
            language.as_ref().map_or_else(|| name.clone(), |language| format!("{name} ({language})"))
        }
    };
    query.text(" ORDER BY t.name, t.language, t.id LIMIT 50");
    let rows = w.tx.query(query.sql(), &query.params())?;
    let found = rows.iter().map(Template::from_row).collect::<Result<Vec<_>>>()?;
    if found.is_empty() {
        problems.add(FieldError::unknown_reference(at, "approved template", shown));
        return Ok(None);
    }
    let statuses: Vec<String> = found.iter().map(|template| template.status.to_ascii_lowercase()).collect();
    let mut approved: Vec<Template> = found.into_iter().filter(Template::is_approved).collect();
    if approved.is_empty() {
        let message = format!("This template is not approved: it is {}.", statuses.join(", "));
        problems.add(FieldError::new(at, "template_not_approved", message));
        return Ok(None);
    }
    // Of several languages that of the organization, as a whole (`es_CL`) or by its first part.
    let wanted = w.setup.organization.language.to_ascii_lowercase().replace('-', "_");
    let distance = |template: &Template| {
        let language = template.language.to_ascii_lowercase().replace('-', "_");
        let first = |text: &str| text.split('_').next().map(str::to_owned);
        if language == wanted { 0 } else { 1 + i32::from(first(&language) != first(&wanted)) }
    };
    approved.sort_by_key(distance);
    Ok(Some(approved.swap_remove(0)))
}
