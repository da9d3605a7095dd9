//! What became of a message of ours.

use crm::messages::{Failure, MessageStatus, Person, StatusUpdate};
use structuring::Json;

use super::errors::rule_of;
use super::people::named;
use super::reading::{clipped, instant, provider_id, said};
use super::webhook::list;

pub(super) fn read_status(status: &Json, people: &[Person]) -> Option<(StatusUpdate, Person)> {
    let told = match status.get("status")?.as_str()? {
        "sent" => MessageStatus::Sent,
        "delivered" => MessageStatus::Delivered,
        "read" => MessageStatus::Read,
        "played" => MessageStatus::Played,
        "failed" => MessageStatus::Failed,
        _ => return None,
    };
    let group = status.get("recipient_type").and_then(Json::as_str) == Some("group");
    let person = if group {
        Person::default()
    } else {
        named(status, "recipient_id", "recipient_user_id", "parent_recipient_user_id", people)
    };
    let update = StatusUpdate {
        provider_id: provider_id(status.get("id"))?,
        message_id: status.get("biz_opaque_callback_data").and_then(Json::as_str).and_then(|id| id.trim().parse().ok()),
        status: told,
        at: instant(status.get("timestamp")).unwrap_or_default(),
        failure: (told == MessageStatus::Failed).then(|| failure(list(status, "errors").first())),
        pricing: status.get("pricing").filter(|p| p.as_object().is_some()).map(|p| clipped(p, 2000)),
    };
    Some((update, person))
}

/// The first of the errors is the reason.
fn failure(error: Option<&Json>) -> Failure {
    let Some(error) = error else { return Failure { code: "0".to_owned(), ..Failure::default() } };
    let code = error.get("code");
    let listed = code.and_then(Json::as_i64);
    let number = listed.map(|code| code.to_string());
    Failure {
        code: number.or_else(|| said(code, 20)).unwrap_or_else(|| "0".to_owned()),
        title: said(error.get("title").or(error.get("message")), 300),
        details: said(error.pointer("/error_data/details").or(error.get("details")), 2000),
        advice: listed.map(|code| rule_of(code).advice.to_owned()),
    }
}
