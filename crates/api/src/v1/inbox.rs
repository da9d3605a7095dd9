//! Rows of the route table: the inbox.

use crm::Scope::{ContactsWrite, MessagesRead, MessagesWrite};
use crm::page::Page;

use super::conversations;
use crate::route::{Route, get, post};

pub fn table() -> Vec<Route> {
    const INBOX: &str = "Inbox";
    vec![
        get("/api/v1/conversations", conversations::list)
            .scope(MessagesRead)
            .named("v1ListConversations", INBOX, "The inbox, newest activity first")
            .about("A conversation is a contact with a message or an open ticket; its id is the contact's.")
            .query::<conversations::ConversationsQuery>()
            .answers::<Page<conversations::ConversationView>>(200, "One page.")
            .refuses(&[409]),
        get("/api/v1/conversations/counts", conversations::counts)
            .scope(MessagesRead)
            .named("v1CountConversations", INBOX, "How many each view of the inbox has")
            .query::<conversations::Narrowing>()
            .answers::<conversations::CountsView>(200, "Counted up to 1000."),
        get("/api/v1/conversations/{id}", conversations::show)
            .scope(MessagesRead)
            .named("v1GetConversation", INBOX, "One conversation")
            .answers::<conversations::ConversationView>(200, "The conversation."),
        post("/api/v1/conversations/{id}/read", conversations::read)
            .scope(MessagesWrite)
            .named("v1ReadConversation", INBOX, "Mark a conversation as read, for the team")
            .about("What was read never goes back: of two agents, the one who has seen more counts. The person is told, where the channel can.")
            .body::<conversations::ReadInput>()
            .answers::<conversations::ConversationView>(200, "The conversation."),
        post("/api/v1/conversations/{id}/unread", conversations::unread)
            .scope(MessagesWrite)
            .named("v1UnreadConversation", INBOX, "Have somebody look at a conversation again")
            .answers::<conversations::ConversationView>(200, "The conversation."),
        post("/api/v1/conversations/{id}/block", conversations::block)
            .scope(ContactsWrite)
            .named("v1BlockConversation", INBOX, "Block a contact: nothing is sent to them")
            .answers::<conversations::ConversationView>(200, "The conversation."),
        post("/api/v1/conversations/{id}/unblock", conversations::unblock)
            .scope(ContactsWrite)
            .named("v1UnblockConversation", INBOX, "Unblock a contact")
            .answers::<conversations::ConversationView>(200, "The conversation."),
    ]
}
