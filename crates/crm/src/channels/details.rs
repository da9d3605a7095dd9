//! What belongs to a channel of each type, and how it must look.

use serde_json::{Value, json};

use super::origin::{read_origin, read_service_url};
use super::{Channel, ChannelType};
use crate::checks;
use crate::error::{FieldError, Problems};
use crate::webchat::Widget;

/// At most so many origins may embed one web chat.
const MOST_ORIGINS: usize = 100;
/// The most that WhatsApp lets any number send.
const MOST_PER_SECOND: i64 = 1000;
/// Longest id of Meta's that is taken, in digits: what fits a 64-bit number.
const ID_DIGITS: usize = 19;

/// None: not said. An inner none: said to be none.
#[derive(Debug, Clone, Default)]
pub struct ChannelDetails {
    /// The organization's own number; national forms are read as of the channel's country.
    pub phone_number: Option<Option<String>>,
    /// Cloud API: digits.
    pub phone_number_id: Option<Option<String>>,
    /// Cloud API: digits.
    pub waba_id: Option<Option<String>>,
    /// `https`, or anything on this machine (the simulator). None: Meta's.
    pub graph_base_url: Option<Option<String>>,
    /// Such as `v26.0`. None: the one this program was made for.
    pub graph_version: Option<Option<String>>,
    /// Cloud API: what the number may send. None: 80.
    pub messages_per_second: Option<Option<i64>>,
    /// Scheme, host and port of the pages that may embed the web chat.
    pub allowed_origins: Option<Option<Vec<String>>>,
    /// Web chat: how its widget looks and behaves.
    pub widget: Option<Option<Widget>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Need {
    Required,
    Optional,
}

fn need(channel_type: ChannelType, member: &str) -> Option<Need> {
    use ChannelType::{Playground, WebWhatsapp, Webchat, Whatsapp};
    match (channel_type, member) {
        (Whatsapp, "phone_number" | "phone_number_id" | "waba_id") => Some(Need::Required),
        (Whatsapp, "graph_base_url" | "graph_version" | "messages_per_second") | (WebWhatsapp, "phone_number") => {
            Some(Need::Optional)
        }
        (Webchat, "widget") => Some(Need::Optional),
        (Webchat, "allowed_origins") | (Playground, "phone_number") => Some(Need::Required),
        _ => None,
    }
}

enum Verdict<'a, T> {
    Leave,
    Remove,
    Set(&'a T),
}

/// Puts the details onto a channel; notes what is missing, wrong, or of another type.
pub(super) fn apply(details: &ChannelDetails, channel: &mut Channel, problems: &mut Problems) {
    let mut settle = Settle { channel_type: channel.channel_type, problems };
    match settle.verdict("phone_number", &details.phone_number, channel.phone.is_some()) {
        Verdict::Leave => {}
        Verdict::Remove => channel.phone = None,
        Verdict::Set(text) => {
            // An own number that is kept as it was where this one is refused.
            if let Some(phone) = checks::phone(text, &channel.country, "/phone_number", settle.problems) {
                channel.phone = Some(phone);
            }
        }
    }
    match settle.verdict("phone_number_id", &details.phone_number_id, channel.phone_number_id.is_some()) {
        Verdict::Leave => {}
        Verdict::Remove => channel.phone_number_id = None,
        Verdict::Set(text) => channel.phone_number_id = Some(settle.digits("phone_number_id", text)),
    }
    settle.setting(channel, "waba_id", &details.waba_id, |settle, text| Some(json!(settle.digits("waba_id", text))));
    settle.setting(channel, "graph_base_url", &details.graph_base_url, |settle, text| {
        let url = read_service_url(text);
        if url.is_none() {
            let message =
                "This must be an https:// address without query, or one on this machine (http://127.0.0.1:…).";
            settle.problems.add(FieldError::new("/graph_base_url", "invalid_url", message));
        }
        url.map(Value::from)
    });
    settle.setting(channel, "graph_version", &details.graph_version, |settle, text| {
        let sound = text.strip_prefix('v').and_then(|text| text.split_once('.')).is_some_and(|(major, minor)| {
            [major, minor].iter().all(|part| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
        });
        if !sound {
            let message = "This must be a version of the Graph API, such as v26.0.";
            settle.problems.add(FieldError::new("/graph_version", "invalid_value", message));
        }
        Some(json!(text))
    });
    settle.setting(channel, "messages_per_second", &details.messages_per_second, |settle, number| {
        if !(1..=MOST_PER_SECOND).contains(number) {
            let message = format!("This must be a whole number from 1 to {MOST_PER_SECOND}.");
            settle.problems.add(FieldError::new("/messages_per_second", "out_of_range", message));
        }
        Some(json!(number))
    });
    settle.setting(channel, "allowed_origins", &details.allowed_origins, |settle, list| Some(settle.origins(list)));
    settle.setting(channel, "widget", &details.widget, |settle, widget| {
        widget.check(settle.problems);
        Some(json!(widget))
    });
}

struct Settle<'p> {
    channel_type: ChannelType,
    problems: &'p mut Problems,
}

impl Settle<'_> {
    fn verdict<'a, T>(&mut self, member: &str, given: &'a Option<Option<T>>, there: bool) -> Verdict<'a, T> {
        let pointer = format!("/{member}");
        match (need(self.channel_type, member), given) {
            (None, Some(Some(_))) => {
                let message = format!("A channel of type {} has no {member}.", self.channel_type);
                self.problems.add(FieldError::new(pointer, "not_of_this_type", message));
                Verdict::Leave
            }
            (Some(_), Some(Some(value))) => Verdict::Set(value),
            (Some(Need::Required), given) if given.is_some() || !there => {
                let message = format!("A channel of type {} needs its {member}.", self.channel_type);
                self.problems.add(FieldError::new(pointer, "required", message));
                Verdict::Leave
            }
            (Some(Need::Optional), Some(None)) => Verdict::Remove,
            _ => Verdict::Leave,
        }
    }

    fn setting<T>(
        &mut self,
        channel: &mut Channel,
        member: &'static str,
        given: &Option<Option<T>>,
        read: impl FnOnce(&mut Self, &T) -> Option<Value>,
    ) {
        match self.verdict(member, given, channel.settings.contains_key(member)) {
            Verdict::Leave => {}
            Verdict::Remove => {
                channel.settings.remove(member);
            }
            Verdict::Set(value) => {
                if let Some(value) = read(self, value) {
                    channel.settings.insert(member.to_owned(), value);
                }
            }
        }
    }

    /// An id of Meta's: a number, as the API answers it in one place, and as text in another.
    fn digits(&mut self, member: &str, text: &str) -> String {
        let text = text.trim();
        let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        if !digits || !(1..=ID_DIGITS).contains(&text.len()) {
            let message = format!("This must be the id that Meta shows: 1 to {ID_DIGITS} digits, not a phone number.");
            self.problems.add(FieldError::new(format!("/{member}"), "invalid_value", message));
        }
        text.to_owned()
    }

    fn origins(&mut self, list: &[String]) -> Value {
        if list.is_empty() || list.len() > MOST_ORIGINS {
            let message = format!("Name 1 to {MOST_ORIGINS} origins, such as https://shop.example.");
            let code = if list.is_empty() { "required" } else { "too_many" };
            self.problems.add(FieldError::new("/allowed_origins", code, message));
        }
        let mut origins: Vec<String> = Vec::new();
        for (at, text) in list.iter().take(MOST_ORIGINS).enumerate() {
            match read_origin(text) {
                Some(origin) if origins.contains(&origin) => {}
                Some(origin) => origins.push(origin),
                None => {
                    let message = "This must be an origin: http:// or https://, a host (*. before it for all below), perhaps a port, and nothing after it.";
                    self.problems.add(FieldError::new(format!("/allowed_origins/{at}"), "invalid_origin", message));
                }
            }
        }
        json!(origins)
    }
}
