//! Rows of the route table: the inbox.

use crm::Scope::{ContactsWrite, MessagesRead, MessagesWrite, SetupRead, SetupWrite, TicketsRead};
use crm::page::Page;

use super::{canned_replies, conversation_team, conversations, reports, search};
use crate::route::{Route, delete, get, patch, post, put};

pub fn table() -> Vec<Route> {
    const INBOX: &str = "Inbox";
    const REPORTS: &str = "Reports";
    vec![
        get("/api/v1/conversations", conversations::list)
            .scope(MessagesRead)
            .named("v1ListConversations", INBOX, "The inbox, newest activity first; of those who wait, the longest first")
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
        post("/api/v1/conversations/{id}/typing", conversation_team::typing)
            .scope(MessagesWrite)
            .named("v1TypingInConversation", INBOX, "Show the team that one types")
            .about("A frame `typing` on the live streams of the organization, and nowhere else.")
            .body::<conversation_team::TypingInput>()
            .answers::<()>(204, "Told.")
            .refuses(&[409]),
        post("/api/v1/conversations/{id}/viewing", conversation_team::viewing)
            .scope(MessagesRead)
            .named("v1ViewingConversation", INBOX, "Show the team that one looks at a conversation")
            .about("A frame `viewing` on the live streams of the organization, and nowhere else.")
            .answers::<()>(204, "Told.")
            .refuses(&[409]),
        put("/api/v1/conversations/{id}/draft", conversation_team::put_draft)
            .scope(MessagesWrite)
            .named("v1PutDraft", INBOX, "Keep what a member has written and not sent")
            .about("One a member and conversation; nobody else sees it.")
            .body::<conversation_team::DraftInput>()
            .answers::<conversation_team::DraftView>(200, "The draft."),
        delete("/api/v1/conversations/{id}/draft", conversation_team::delete_draft)
            .scope(MessagesWrite)
            .named("v1DeleteDraft", INBOX, "Forget a draft")
            .answers::<()>(204, "Gone.")
            .refuses(&[409]),
        post("/api/v1/conversations/bulk", conversation_team::bulk)
            .scope(MessagesWrite)
            .named("v1BulkConversations", INBOX, "Do one thing with many conversations")
            .about(
                "Each by itself: those that cannot be done are told, and the others stand. `assign`, `unassign`, `tag` and `untag` \
                 want `contacts:write` as well, `move` and `close` want `tickets:write`.",
            )
            .body::<conversation_team::BulkInput>()
            .answers::<conversation_team::BulkAnswer>(200, "What became of each."),
        get("/api/v1/search", search::search)
            .scope(MessagesRead)
            .named("v1Search", INBOX, "Find people, messages and tickets by words")
            .about("Contacts only with the scope `contacts:read` as well, tickets only with `tickets:read`.")
            .query::<search::SearchQuery>()
            .answers::<search::FoundView>(200, "What was found."),
        get("/api/v1/canned_replies", canned_replies::list)
            .scope(SetupRead)
            .named("v1ListCannedReplies", INBOX, "Canned replies, by shortcut")
            .query::<canned_replies::CannedRepliesQuery>()
            .answers::<Page<crm::canned::CannedReply>>(200, "One page."),
        post("/api/v1/canned_replies", canned_replies::create)
            .scope(SetupWrite)
            .named("v1CreateCannedReply", INBOX, "Make a canned reply")
            .body::<canned_replies::CreateInput>()
            .answers::<crm::canned::CannedReply>(201, "The canned reply."),
        get("/api/v1/canned_replies/{id}", canned_replies::show)
            .scope(SetupRead)
            .named("v1GetCannedReply", INBOX, "One canned reply")
            .answers::<crm::canned::CannedReply>(200, "The canned reply, with its version as `ETag`."),
        patch("/api/v1/canned_replies/{id}", canned_replies::update)
            .scope(SetupWrite)
            .named("v1UpdateCannedReply", INBOX, "Change a canned reply")
            .body::<canned_replies::UpdateInput>()
            .answers::<crm::canned::CannedReply>(200, "The canned reply."),
        delete("/api/v1/canned_replies/{id}", canned_replies::delete)
            .scope(SetupWrite)
            .named("v1DeleteCannedReply", INBOX, "Delete a canned reply")
            .answers::<()>(204, "Gone."),
        get("/api/v1/reports/first_response", reports::first_response)
            .scope(MessagesRead)
            .named("v1ReportFirstResponse", REPORTS, "How long first answers took")
            .about("By when they were given; one a ticket. `Accept: text/csv` gives a file.")
            .query::<reports::ReportQuery>()
            .answers::<crm::reports::Table>(200, "The report.")
            .or_csv(),
        get("/api/v1/reports/resolution", reports::resolution)
            .scope(TicketsRead)
            .named("v1ReportResolution", REPORTS, "How long tickets were open")
            .about("Of those that closed in that time. `Accept: text/csv` gives a file.")
            .query::<reports::ReportQuery>()
            .answers::<crm::reports::Table>(200, "The report.")
            .or_csv(),
        get("/api/v1/reports/waiting", reports::waiting)
            .scope(MessagesRead)
            .named("v1ReportWaiting", REPORTS, "Who waits for an answer now")
            .about("`from` and `to` do not count. `Accept: text/csv` gives a file.")
            .query::<reports::ReportQuery>()
            .answers::<crm::reports::Table>(200, "The report.")
            .or_csv(),
        get("/api/v1/reports/messages", reports::messages)
            .scope(MessagesRead)
            .named("v1ReportMessages", REPORTS, "How much is said, and when")
            .about("Notes and reactions left out. `Accept: text/csv` gives a file.")
            .query::<reports::ReportQuery>()
            .answers::<crm::reports::Table>(200, "The report.")
            .or_csv(),
        get("/api/v1/reports/funnel", reports::funnel)
            .scope(TicketsRead)
            .named("v1ReportFunnel", REPORTS, "How far the tickets of a pipeline get")
            .about("Of those that were opened in that time. `Accept: text/csv` gives a file.")
            .query::<reports::ReportQuery>()
            .answers::<crm::reports::Table>(200, "The report.")
            .or_csv(),
    ]
}
