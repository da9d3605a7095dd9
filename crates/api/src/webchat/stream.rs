//! A visitor's stream: what the log has of its conversation after a place, then what comes. Each frame is a message as it is
//! now, under the `id:` of its last event, so that a client which resumes there misses nothing; a message that comes twice is
//! the same message. What was handed to the connection is delivered.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use crm::conversations;
use crm::events::{EventFilter, Topic, head, list};
use crm::id::{ChannelId, ContactId, MessageId};
use crm::messages::{Direction, MessageStatus};
use crm::webchat::{self, Visitor};
use crm::{Caller, FieldError};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::door::may_stay;
use super::room::{Room, Rooms};
use super::session::unknown;
use super::view;
use crate::answer::Answer;
use crate::app::App;
use crate::call::Call;
use crate::problem::Problem;
use crate::stream::{Hold, heartbeat, opening, passing};

/// Streams of one visitor: tabs.
const TABS: usize = 10;
/// Events of one look.
const PAGE: u32 = 100;
/// So many signs of life between two looks at who the visitor is: contacts are joined, tokens expire.
const BEATS: u32 = 4;

pub struct VisitorStream {
    app: Arc<App>,
    caller: Caller,
    channel: ChannelId,
    /// Of the page, which may be taken off the channel's list.
    origin: Option<String>,
    token: [u8; 32],
    visitor: Visitor,
    contact: Option<ContactId>,
    /// In the visitor's own room, and in its contact's.
    own: Room,
    other: Option<Room>,
    /// Keeps the log of the organization tailed.
    _hold: Hold,
    /// Everything up to here was sent, or is none of the visitor's.
    position: i64,
    ready: VecDeque<Bytes>,
    /// Handed over with what is ready, and not written down yet.
    delivering: Vec<MessageId>,
    quiet_until: Instant,
    beats: u32,
    /// The log has more than was looked at.
    behind: bool,
    ended: bool,
}

impl fmt::Debug for VisitorStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VisitorStream").field("position", &self.position).finish_non_exhaustive()
    }
}

pub async fn stream(call: Call) -> Result<Answer, Problem> {
    let resumed = match call.last_event_id.as_deref().map(str::trim) {
        None | Some("") => None,
        Some(id) => Some(id.parse::<i64>().ok().filter(|sequence| *sequence >= 0).ok_or_else(|| {
            let message = "Expected the `cursor` of the messages, or the `id` of an event of this stream.";
            Problem::invalid(vec![FieldError::new("Last-Event-ID", "invalid_header", message)])
        })?),
    };
    let (token, channel) = call.token()?;
    let visitor = call.visitor().await?;
    let rooms: Arc<Rooms> = call.app.hub.rooms.clone();
    if rooms.people(visitor.id.0) >= TABS {
        let detail = "This visitor has as many streams open as it may.";
        return Err(Problem::new(429, "too_many_streams", detail).header("retry-after", "30"));
    }
    // Before the log is looked at: whatever comes from now on wakes.
    let own = rooms.enter(visitor.id.0);
    let (found, last) = call.read(move |w| Ok((webchat::by_token(w, channel, &token)?, head(w.tx)?))).await?;
    let visitor = found.ok_or_else(unknown)?;
    let hold = call.app.hub.hold(call.caller.organization, call.visit()?.address, last)?;
    // Further than the log: a backup was restored.
    let ahead = resumed.is_some_and(|resumed| resumed > last);
    let position = resumed.unwrap_or(last).min(last);
    let turn = visitor.id.0.as_u128() as u64;
    let mut ready = VecDeque::from([opening(1000 + turn % 2000, position)]);
    if ahead {
        ready.push_back(passing("reset", &json!({"cursor": position.to_string()})));
    }
    let quiet_until = Instant::now() + call.app.hub.heartbeat();
    let mut stream = VisitorStream {
        caller: call.caller.clone(),
        app: call.app.clone(),
        channel,
        origin: call.visit()?.origin.clone(),
        token,
        visitor,
        contact: None,
        own,
        other: None,
        _hold: hold,
        position,
        ready,
        delivering: Vec::new(),
        quiet_until,
        beats: 0,
        behind: false,
        ended: false,
    };
    stream.meet().await?;
    stream.catch_up().await?;
    Ok(Answer::stream(crate::stream::Stream::Visitor(Box::new(stream))))
}

impl VisitorStream {
    /// Who the visitor is by now; its end where its token is nobody's, the channel is gone, or the page is not allowed any more.
    async fn meet(&mut self) -> Result<(), Problem> {
        let (channel, token) = (self.channel, self.token);
        let found = self
            .app
            .crm
            .read(&self.caller, move |w| {
                let Some(visitor) = webchat::by_token(w, channel, &token)? else { return Ok(None) };
                let contact = webchat::sees(w, &visitor)?;
                Ok(Some((visitor, contact, w.setup.clone())))
            })
            .await?;
        let found = found.filter(|(_, _, setup)| may_stay(setup, channel, self.origin.as_deref()));
        let Some((visitor, contact, _)) = found else {
            self.ended = true;
            return Ok(());
        };
        self.visitor = visitor;
        if self.contact != contact {
            self.contact = contact;
            self.other = contact.map(|contact| self.app.hub.rooms.enter(contact.0));
        }
        Ok(())
    }

    /// A page of what the log has after the position.
    async fn catch_up(&mut self) -> Result<(), Problem> {
        self.behind = false;
        let Some(contact) = self.contact else { return Ok(()) };
        let (visitor, after) = (self.visitor.clone(), self.position);
        let topics = vec![
            Topic::MessageReceived,
            Topic::MessageSent,
            Topic::MessageStatus,
            Topic::ContactUpdated,
            Topic::ContactMerged,
        ];
        let filter = EventFilter { topics, contact: Some(contact), ticket: None };
        let (found, seen, last, more, setup, joined) = self
            .app
            .crm
            .read(&self.caller, move |w| {
                let listed = list(w, &filter, after, PAGE)?;
                // Of each message its last event: what it is now.
                let mut told: Vec<(i64, MessageId)> = Vec::new();
                let mut looked = false;
                let joined = webchat::sees(w, &visitor)? != Some(contact)
                    || listed.events.iter().any(|event| event.topic == Topic::ContactMerged.name());
                for event in &listed.events {
                    // The team read, or something else of the contact changed.
                    looked |= event.topic == Topic::ContactUpdated.name() && event.data.contains("\"is_chat_read\"");
                    let subject: Value = serde_json::from_str(&event.subject).unwrap_or_default();
                    let id = subject.get("message_id").and_then(Value::as_str).and_then(|id| id.parse().ok());
                    let Some(id) = id else { continue };
                    told.retain(|(_, known)| *known != id);
                    told.push((event.sequence, id));
                }
                let ids: Vec<MessageId> = told.iter().map(|(_, id)| *id).collect();
                let messages = webchat::of_ids(w, &visitor, &ids)?;
                let place = |id: MessageId| told.iter().find(|(_, told)| *told == id).map_or(0, |(at, _)| *at);
                let found: Vec<_> =
                    messages.into_iter().map(|(message, extras)| (place(message.id), message, extras)).collect();
                let seen = if looked { conversations::read_up_to(w, contact)? } else { None };
                Ok((found, seen, listed.last_sequence, listed.more, w.setup.clone(), joined))
            })
            .await?;
        if !may_stay(&setup, self.channel, self.origin.as_deref()) {
            self.ended = true;
            return Ok(());
        }
        if joined {
            // What was said under another name of the contact's has its events there.
            self.position = last.max(self.position);
            self.meet().await?;
            self.ready.push_back(passing("reset", &json!({"cursor": self.position.to_string()})));
            return Ok(());
        }
        // Before the messages, whose ids move the reader's place behind it; and without one, for it may be told again.
        if let Some(seen) = seen {
            self.ready.push_back(passing("seen", &json!({"up_to": seen})));
        }
        for (sequence, message, extras) in &found {
            if message.direction == Direction::Outbound && message.status == MessageStatus::Sent {
                self.delivering.push(message.id);
            }
            let shown = view::message(&setup, &self.visitor, message, extras);
            let data = serde_json::to_string(&shown).map_err(Problem::internal)?;
            self.ready.push_back(format!("id: {sequence}\nevent: message\ndata: {data}\n\n").into());
        }
        self.position = last.max(self.position);
        self.behind = more;
        Ok(())
    }

    /// The next bytes; none at the end.
    pub async fn next(&mut self) -> Option<Bytes> {
        loop {
            if self.app.hub.is_closing() || (self.ended && self.ready.is_empty()) {
                return None;
            }
            if let Some(bytes) = self.ready.pop_front() {
                self.quiet_until = Instant::now() + self.app.hub.heartbeat();
                return Some(bytes);
            }
            // The connection took all there was, or it would not ask for more.
            self.deliver().await;
            let more = if self.behind { self.catch_up().await } else { self.wait().await };
            if let Err(problem) = more {
                tracing::debug!(code = problem.code, cause = problem.cause(), "a visitor's stream ended");
                return None;
            }
        }
    }

    async fn wait(&mut self) -> Result<(), Problem> {
        let quiet_until = self.quiet_until;
        let other = self.other.as_mut().map(|room| &mut room.news);
        let changed = async {
            match other {
                Some(news) => _ = news.changed().await,
                None => std::future::pending().await,
            }
        };
        let (mut own, mut news, mut beat) = (false, false, false);
        tokio::select! {
            _ = self.own.news.changed() => own = true,
            () = changed => news = true,
            () = sleep_until(quiet_until) => beat = true,
        }
        if beat {
            self.beats += 1;
            self.ready.push_back(heartbeat(self.position));
        }
        if own || self.beats >= BEATS {
            self.beats = 0;
            self.meet().await?;
        }
        if news && let Some(room) = &mut self.other {
            let told = room.news.borrow_and_update().clone();
            if let Some((count, frame)) = told.passing
                && count == told.count
            {
                self.ready.push_back(frame);
            }
        }
        self.catch_up().await
    }

    async fn deliver(&mut self) {
        if self.delivering.is_empty() {
            return;
        }
        let (channel, ids) = (self.channel, std::mem::take(&mut self.delivering));
        let write = self.app.crm.write_in_background(&self.caller, move |w| webchat::delivered(w, channel, &ids));
        if let Err(error) = write.await {
            // It stays sent until somebody reads it.
            tracing::debug!(%error, "could not write down that messages were delivered");
        }
    }
}
