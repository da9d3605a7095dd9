//! How a web chat's widget looks and behaves, as it is sent in.

use crm::webchat::{Hours, Language, PreChatField, PreChatKind, Side, Users, Widget};

use crate::input::{Fields, Input, Style};
use crate::kinds::{Flag, List, Text, Whole, nested};
use crate::one_of;

const SHORT: Text = Text { max: 60 };
const LINE: Text = Text { max: 500 };
const TIME: Text = Text { max: 5 };

#[derive(Debug)]
pub struct WidgetInput(pub Widget);

impl Input for WidgetInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let usual = Widget::default();
        let title = f.nullable("title", SHORT, "At its head.").flatten();
        let greeting = f.nullable("greeting", LINE, "Above the conversation.").flatten();
        let away = f.nullable("away", LINE, "At its head outside of the hours.").flatten();
        let color = f.nullable("color", Text { max: 7 }, "Such as #0f6b5c.").flatten();
        let position = f.optional("position", one_of!(Side), "The corner that it sits in (right).");
        let languages = List { of: one_of!(Language), max: 3 };
        let languages =
            f.optional("languages", languages, "What it may speak; the first where the browser wants none of them.");
        let pre_chat = List { of: nested::<FieldInput>(Style::Strict), max: 10 };
        let pre_chat = f.optional("pre_chat", pre_chat, "What is asked before the first message.");
        let hours = List { of: nested::<HoursInput>(Style::Strict), max: 21 };
        let hours = f.optional("hours", hours, "When somebody is there, by the organization's clock; none: always.");
        let about = "Whether a user whom the page names without a signature is taken as a claim, or refused (claimed).";
        let users = f.optional("users", one_of!(Users), about);
        Some(WidgetInput(Widget {
            title,
            greeting,
            away,
            color,
            position: position.unwrap_or(usual.position),
            languages: languages.unwrap_or(usual.languages),
            pre_chat: pre_chat.unwrap_or_default().into_iter().map(|field| field.0).collect(),
            hours: hours.unwrap_or_default().into_iter().map(|hours| hours.0).collect(),
            users: users.unwrap_or(usual.users),
        }))
    }
}

#[derive(Debug)]
struct FieldInput(PreChatField);

impl Input for FieldInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let key = f.required(
            "key",
            SHORT,
            "What the value is called in the contact's data, such as `email` or `order_number`.",
        );
        let label =
            f.nullable("label", SHORT, "What the visitor reads; null for the usual word of its type.").flatten();
        let kind = f.required("type", one_of!(PreChatKind), "");
        let required = f.optional("required", Flag, "").unwrap_or(false);
        Some(FieldInput(PreChatField { key: key?, label, kind: kind?, required }))
    }
}

#[derive(Debug)]
struct HoursInput(Hours);

impl Input for HoursInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let days = f.required("days", List { of: Whole { min: 1, max: 7 }, max: 7 }, "1 is Monday, 7 is Sunday.");
        let from = f.required("from", TIME, "Such as 09:00.");
        let to = f.required("to", TIME, "Such as 18:30; 24:00 is midnight.");
        Some(HoursInput(Hours { days: days?, from: from?, to: to? }))
    }
}
