//! C9, deprecated: all messages of a contact as one array. Carried out as its translation to C6.

use crm::FieldError;
use crm::id::MessageId;
use crm::messages::MOST_MESSAGES;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::answer::Answer;
use crate::input::{Fields, Input};
use crate::kinds::{Whole, id};
use crate::lifecycle::{Known, Old, Replacement, Sunset};
use crate::problem::Problem;
use crate::route::Method;

const MESSAGES: &str = "/api/public/contact/v2/{aiContactId}/messages";

pub static SUNSET: Sunset = Sunset {
    operation: "ai-message",
    announced_on: (2026, 11, 26),
    successors: &[MESSAGES],
    guide: include_str!("../../../../docs/migrations/ai-message.md"),
    translate,
    answer,
    names: &[],
};

#[derive(Debug)]
pub struct AiMessagesQuery {
    limit: Option<i64>,
    cursor: Option<MessageId>,
}

impl Input for AiMessagesQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let limit =
            f.optional("limit", Whole { min: 1, max: MOST_MESSAGES }, "Messages of one answer, at most (10 000).");
        let cursor = f.optional("cursor", id::<MessageId>(), "The last message of the answer before.");
        Some(AiMessagesQuery { limit, cursor })
    }
}

/// The request to C6 that does what this one asked for.
fn translate(old: &Old<'_>, _: &Known<'_>) -> Result<Replacement, Vec<FieldError>> {
    let (query, problems) = old.read::<AiMessagesQuery>();
    let Some(query) = query.filter(|_| problems.is_empty()) else { return Err(problems) };
    Ok(Replacement::new(Method::Get, MESSAGES)
        .param("aiContactId", old.param("aiContactId"))
        .query("limit", query.limit.unwrap_or(MOST_MESSAGES))
        .query_if("cursor", query.cursor))
}

/// What C6's answer has of it.
#[derive(Deserialize)]
struct Page {
    messages: Box<RawValue>,
}

fn answer(page: Answer) -> Result<Answer, Problem> {
    let Page { messages } = serde_json::from_slice(&page.body).map_err(Problem::internal)?;
    page.with_json(200, &messages)
}
