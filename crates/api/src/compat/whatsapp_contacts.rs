//! C8, deprecated: contacts on WhatsApp, of either kind. Carried out as its translation to C4.

use crm::FieldError;
use crm::contacts::MOST_CONTACTS;
use crm::page::PageRequest;

use super::contacts::page_query;
use crate::input::{Fields, Input};
use crate::kinds::Whole;
use crate::lifecycle::{Known, Old, Replacement, Sunset, as_it_is};
use crate::route::Method;

const CONTACTS: &str = "/api/public/contacts";
/// Without `days`: the most that C4 takes.
const ALL_DAYS: i64 = 365;

pub static SUNSET: Sunset = Sunset {
    operation: "whatsapp-contacts",
    announced_on: (2026, 11, 26),
    successors: &[CONTACTS],
    guide: include_str!("../../../../docs/migrations/whatsapp-contacts.md"),
    translate,
    answer: as_it_is,
    names: &[],
};

#[derive(Debug)]
pub struct WhatsappContactsQuery {
    days: Option<i64>,
    page: PageRequest,
}

impl Input for WhatsappContactsQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let days = f.optional(
            "days",
            Whole { min: 1, max: ALL_DAYS },
            "Active (last message, else made) within so many days; without it 365.",
        );
        Some(WhatsappContactsQuery { days, page: page_query(f, MOST_CONTACTS, MOST_CONTACTS) })
    }
}

/// The query of C4 that does what this one asked for.
fn translate(old: &Old<'_>, _: &Known<'_>) -> Result<Replacement, Vec<FieldError>> {
    let (query, problems) = old.read::<WhatsappContactsQuery>();
    let Some(query) = query.filter(|_| problems.is_empty()) else { return Err(problems) };
    let limit = Some(query.page.limit).filter(|limit| *limit != MOST_CONTACTS);
    Ok(Replacement::new(Method::Get, CONTACTS)
        .query("days", query.days.unwrap_or(ALL_DAYS))
        .query("channel_type", "whatsapp,web-whatsapp")
        .query_if("limit", limit)
        .query_if("cursor", query.page.cursor))
}
