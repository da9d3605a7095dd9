//! The compatibility surface: paths, spellings and shapes of existing integrations, kept exactly.

pub mod ai_messages;
pub mod channels;
pub mod contacts;
pub mod conversations;
pub mod customers;
pub mod data_send;
pub mod events;
pub mod messages;
pub mod note_send;
pub mod pipelines;
pub mod record;
pub mod scheduled;
pub mod search;
pub mod session_message;
pub mod tags;
pub mod team;
pub mod template_send;
pub mod templates;
pub mod ticket_changes;
pub mod tickets;
pub mod views;
mod wait;
pub mod web_message_send;
pub mod webchat;
pub mod webhooks;
pub mod whatsapp_contacts;
