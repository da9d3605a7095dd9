//! Scheduled messages: a template or a text that goes out at a time of its own. Until then it is a row here; when its time has
//! come the row becomes a message in the outbox, in one transaction, or fails and says why.

mod change;
mod create;
mod due;
mod forget;
mod list;
mod plan;

pub use change::{cancel, reschedule};
pub use create::{Created, NewScheduled, Places, Recipient, check_time, create};
pub(crate) use due::count_of;
pub use due::{Sent, send_due, with_due};
pub(crate) use forget::forget_old;
pub use list::{Filter, Order, get, list};
pub use plan::What;

use serde_json::{Value, json};
use store::{Row, params};

use self::plan::Plan;
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::id::{ChannelId, ContactId, MessageId, ScheduledMessageId, TemplateId};
use crate::messages::Failure;
use crate::time::Timestamp;
use crate::wire_enum;
use crate::work::Work;

wire_enum! {
    pub enum ScheduledStatus {
        /// Waits for its time.
        Scheduled = "scheduled",
        /// Its time came, and it was queued as a message; what became of that says the message.
        Sent = "sent",
        /// Its time came, and it could not go.
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

#[derive(Debug, Clone)]
pub struct ScheduledMessage {
    pub id: ScheduledMessageId,
    pub contact_id: ContactId,
    pub channel_id: ChannelId,
    pub status: ScheduledStatus,
    pub scheduled_at: Timestamp,
    /// None: a text.
    pub template: Option<TemplateName>,
    /// The text, as the person reads it; of one that was sent the message's, while that is kept.
    pub body: Option<String>,
    /// Which of the person's numbers, E.164; none: whichever they wrote from last, then.
    pub to: Option<String>,
    /// What it became.
    pub message_id: Option<MessageId>,
    pub failure: Option<Failure>,
    /// Who scheduled it: stored form of [`crate::Actor`].
    pub actor: String,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// When it was sent, failed or was cancelled.
    pub done_at: Option<Timestamp>,
}

#[derive(Debug, Clone)]
pub struct TemplateName {
    pub id: TemplateId,
    pub name: String,
    pub language: String,
}

const COLUMNS: &str = "s.id, s.contact_id, s.channel_id, s.status, s.scheduled_at, s.template_id, t.name, t.language, s.content, \
     m.body, s.message_id, s.failure, s.actor, s.version, s.created_at, s.updated_at, s.done_at";
const FROM: &str = "scheduled_messages s
     LEFT JOIN templates t ON t.organization_id = s.organization_id AND t.id = s.template_id
     LEFT JOIN messages m ON m.organization_id = s.organization_id AND m.id = s.message_id";

impl ScheduledMessage {
    fn from_row(row: &Row) -> Result<ScheduledMessage> {
        let id: Option<TemplateId> = row.at(5)?;
        let names: (Option<String>, Option<String>) = (row.at(6)?, row.at(7)?);
        let plan = Plan::stored(row.text("content")?);
        let failure: Option<String> = row.at(11)?;
        let broken = |error| Error::Internal(format!("the failure of a scheduled message: {error}"));
        Ok(ScheduledMessage {
            id: row.at(0)?,
            contact_id: row.at(1)?,
            channel_id: row.at(2)?,
            status: row.at(3)?,
            scheduled_at: row.at(4)?,
            template: id.map(|id| TemplateName {
                id,
                name: names.0.unwrap_or_default(),
                language: names.1.unwrap_or_default(),
            }),
            body: match &plan {
                Some(plan) => Some(plan.text().to_owned()),
                None => row.at(9)?,
            },
            to: plan.and_then(|plan| plan.to),
            message_id: row.at(10)?,
            failure: failure.map(|text| serde_json::from_str(&text)).transpose().map_err(broken)?,
            actor: row.at(12)?,
            version: row.at(13)?,
            created_at: row.at(14)?,
            updated_at: row.at(15)?,
            done_at: row.at(16)?,
        })
    }

    /// What the log says of it: nothing of what is written in it, which is at one place only.
    fn snapshot(&self) -> Value {
        json!({
            "id": self.id,
            "contact_id": self.contact_id,
            "channel_id": self.channel_id,
            "template_id": self.template.as_ref().map(|template| template.id),
            "status": self.status,
            "scheduled_at": self.scheduled_at,
            "message_id": self.message_id,
            "error": self.failure,
        })
    }

    fn fact(&self, topic: Topic) -> Fact {
        let mut subject = json!({"scheduled_message_id": self.id, "channel_id": self.channel_id});
        if let Some(message) = self.message_id {
            subject["message_id"] = json!(message);
        }
        Fact::new(topic).contact(self.contact_id).subject(subject).data(json!({"scheduled_message": self.snapshot()}))
    }
}

/// The end of one that waits. Content goes where a message has it from now on.
#[derive(Debug, Clone)]
enum End {
    Sent(MessageId),
    Failed(Failure),
    Cancelled,
}

/// Writes it and its event. Whoever ends it at the same time meets this on the row: one of the two ends it, and the other
/// finds it ended.
fn end(w: &mut Work<'_, '_>, id: ScheduledMessageId, end: &End) -> Result<ScheduledMessage> {
    let (status, topic, message, failure) = match end {
        End::Sent(message) => (ScheduledStatus::Sent, Topic::ScheduledMessageSent, Some(*message), None),
        End::Failed(failure) => (ScheduledStatus::Failed, Topic::ScheduledMessageFailed, None, Some(json!(failure))),
        End::Cancelled => (ScheduledStatus::Cancelled, Topic::ScheduledMessageCancelled, None, None),
    };
    let sent = message.is_some();
    let ended = w.tx.execute(
        "UPDATE scheduled_messages SET status = $3, message_id = $4, failure = $5, done_at = $6, updated_at = $6,
           version = version + 1, content = CASE WHEN $7 THEN '{}' ELSE content END,
           fingerprint = CASE WHEN $7 THEN fingerprint END
         WHERE organization_id = $1 AND id = $2 AND status = 'scheduled'",
        params![w.caller.organization, id, status, message, failure.map(|failure| failure.to_string()), w.now, sent],
    )?;
    if ended == 0 {
        // It was read as waiting in this very transaction: another ended it since, so this is to be run again.
        return Err(store::Error::Conflict.into());
    }
    let scheduled = get(w, id)?;
    let fact = scheduled.fact(topic).previous(json!({"status": ScheduledStatus::Scheduled}));
    events::record(w, fact)?;
    Ok(scheduled)
}
