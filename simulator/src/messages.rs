//! Every message that went either way, by its id, and whose 24 hours are open.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use crate::bounded::Ring;

const DAY_MS: i64 = 24 * 3600 * 1000;

/// A message that the business sent and that was accepted. What was refused is in the list of requests only.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sent {
    /// `wamid.…`
    pub id: String,
    pub phone_number_id: String,
    /// The recipient as the business wrote it: a number or a business-scoped user id.
    pub to: String,
    /// The person's number, where they have one.
    pub phone: Option<String>,
    pub user_id: Option<String>,
    /// `text`, `image`, `template`, …
    pub kind: String,
    /// The whole request as it came.
    pub body: Value,
    pub biz_opaque_callback_data: Option<String>,
    /// `accepted`, then the last status of which a webhook was made: `sent`, `delivered`, `read`, `played`, `failed`.
    pub status: &'static str,
    /// The code it failed with.
    pub error: Option<i64>,
    /// The sender never saw the answer: the connection was cut after the message was accepted.
    pub answer_cut: bool,
    /// Milliseconds since 1970.
    pub at_ms: i64,
}

/// What is needed of a message later, whichever way it went.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) number: String,
    pub(crate) person: usize,
    pub(crate) way: Way,
}

#[derive(Debug, Clone)]
pub(crate) enum Way {
    /// The person wrote it; whether the business marked it as read.
    In {
        read: bool,
    },
    Out(Box<Out>),
}

#[derive(Debug, Clone)]
pub(crate) struct Out {
    pub(crate) sent: Sent,
    /// Of a template: its category in small letters.
    pub(crate) category: Option<String>,
    /// Of a template: its buttons, as they were then.
    pub(crate) buttons: Value,
    pub(crate) pricing_type: &'static str,
    pub(crate) by_user_id: bool,
}

#[derive(Debug)]
pub(crate) struct Messages {
    known: HashMap<String, Known>,
    order: Ring<String>,
    /// How many sends were accepted.
    sent: usize,
    /// By number and person.
    talks: HashMap<(String, usize), Talk>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Talk {
    last_inbound_ms: Option<i64>,
    free_until_ms: Option<i64>,
}

impl Talk {
    pub(crate) fn is_open(&self, now_ms: i64) -> bool {
        self.last_inbound_ms.is_some_and(|at| now_ms < at + DAY_MS) || self.is_free(now_ms)
    }

    /// Within the 72 hours after an advertisement.
    pub(crate) fn is_free(&self, now_ms: i64) -> bool {
        self.free_until_ms.is_some_and(|until| now_ms < until)
    }
}

impl Messages {
    /// How many messages are remembered, and how much they may hold; the oldest go first.
    pub(crate) fn new(most: usize, most_bytes: usize) -> Self {
        Self { known: HashMap::new(), order: Ring::new(most, most_bytes), sent: 0, talks: HashMap::new() }
    }

    /// `weight`: bytes of its body.
    pub(crate) fn add(&mut self, id: &str, known: Known, weight: usize) {
        self.sent += usize::from(matches!(known.way, Way::Out(_)));
        self.known.insert(id.to_owned(), known);
        for gone in self.order.push(id.to_owned(), weight) {
            self.known.remove(&gone);
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Known> {
        self.known.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Known> {
        self.known.get_mut(id)
    }

    pub(crate) fn out_mut(&mut self, id: &str) -> Option<&mut Out> {
        match self.known.get_mut(id) {
            Some(Known { way: Way::Out(out), .. }) => Some(out),
            _ => None,
        }
    }

    /// Oldest first.
    pub(crate) fn sent(&self) -> impl Iterator<Item = &Sent> {
        self.order.iter().filter_map(|id| match self.known.get(id) {
            Some(Known { way: Way::Out(out), .. }) => Some(&out.sent),
            _ => None,
        })
    }

    pub(crate) fn sent_count(&self) -> usize {
        self.sent
    }

    pub(crate) fn talk(&self, number: &str, person: usize) -> Talk {
        self.talks.get(&(number.to_owned(), person)).copied().unwrap_or_default()
    }

    /// The person wrote: the window opens anew.
    pub(crate) fn wrote(&mut self, number: &str, person: usize, at_ms: i64, by_advertisement: bool) {
        let talk = self.talks.entry((number.to_owned(), person)).or_default();
        talk.last_inbound_ms = talk.last_inbound_ms.max(Some(at_ms));
        if by_advertisement {
            talk.free_until_ms = Some(at_ms + 3 * DAY_MS);
        }
    }
}
