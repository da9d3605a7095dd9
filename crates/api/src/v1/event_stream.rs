//! The event log as it happens: Server-Sent Events.

use crm::FieldError;
use crm::contacts::Contact;
use crm::events::EventFilter;

use super::events::filter;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::Whole;
use crate::problem::Problem;
use crate::stream::Stream;

#[derive(Debug)]
pub struct StreamQuery {
    pub after: Option<i64>,
    pub filter: EventFilter,
}

impl Input for StreamQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let about = "Begin with the first event after this sequence; `Last-Event-ID` goes before it. Without either: from now on.";
        let after = f.optional("after", Whole { min: 0, max: i64::MAX }, about);
        Some(StreamQuery { after, filter: filter(f) })
    }
}

pub async fn stream(call: Call) -> Result<Answer, Problem> {
    let mut query: StreamQuery = call.read_query()?;
    let resumed = match call.last_event_id.as_deref().map(str::trim) {
        None | Some("") => None,
        Some(id) => Some(id.parse().ok().filter(|sequence| *sequence >= 0).ok_or_else(|| {
            let message = "Expected the `id` of an event of this stream, a whole number.";
            Problem::invalid(vec![FieldError::new("Last-Event-ID", "invalid_header", message)])
        })?),
    };
    if let Some(id) = query.filter.contact {
        query.filter.contact = Some(call.read(move |w| Contact::meant(w, id)).await?);
    }
    let listener = call
        .app
        .hub
        .join(&call.caller, call.session.map(|known| known.id), query.filter, resumed.or(query.after))
        .await?;
    Ok(Answer::stream(Stream::Log(Box::new(listener))))
}
