//! The Recado surface: `/api/v1`. One style throughout: snake_case, plural nouns, cursor pages, `PATCH`, `ETag`.

mod contacts;
pub mod events;
mod notes;
mod paging;
mod tickets;
mod timeline;

use crm::Scope::{ContactsRead, ContactsWrite, MessagesRead, TicketsRead, TicketsWrite};
use crm::page::Page;

use crate::route::{Route, get, patch, post};

pub fn table() -> Vec<Route> {
    const PEOPLE: &str = "Customers and contacts";
    vec![
        get("/api/v1/contacts", contacts::list)
            .scope(ContactsRead)
            .named("v1ListContacts", PEOPLE, "Contacts, newest activity first")
            .query::<contacts::ContactsQuery>()
            .answers::<Page<contacts::ContactView>>(200, "One page."),
        get("/api/v1/contacts/{id}", contacts::show)
            .scope(ContactsRead)
            .named("v1GetContact", PEOPLE, "One contact")
            .answers::<contacts::ContactFull>(200, "The contact, with its version as `ETag`."),
        patch("/api/v1/contacts/{id}", contacts::update)
            .scope(ContactsWrite)
            .named("v1UpdateContact", PEOPLE, "Change a contact")
            .body::<contacts::UpdateInput>()
            .answers::<contacts::ContactFull>(200, "The contact."),
        get("/api/v1/contacts/{id}/identity", contacts::identity)
            .scope(ContactsRead)
            .named("v1ContactIdentity", PEOPLE, "Why this contact is who it is")
            .about("Every identifier, who said so, when, and which rule joined it.")
            .answers::<contacts::IdentityView>(200, "The identifiers."),
        get("/api/v1/contacts/{id}/messages", notes::messages)
            .scope(MessagesRead)
            .named("v1ContactMessages", "Messages", "A contact's messages, oldest first")
            .query::<notes::MessagesQuery>()
            .answers::<Page<notes::MessageView>>(200, "One page."),
        post("/api/v1/contacts/{id}/notes", notes::create)
            .scope(ContactsWrite)
            .named("v1CreateNote", "Messages", "Write a note on a contact's timeline")
            .about("Nothing is sent to the person.")
            .body::<notes::NoteInput>()
            .answers::<notes::MessageView>(201, "The note."),
        get("/api/v1/contacts/{id}/timeline", timeline::list)
            .scope(ContactsRead)
            .named("v1ContactTimeline", PEOPLE, "What happened with a contact, newest first")
            .query::<paging::PageQuery>()
            .answers::<Page<timeline::EntryView>>(200, "One page."),
        get("/api/v1/tickets", tickets::list)
            .scope(TicketsRead)
            .named("v1ListTickets", "Tickets", "Tickets, newest first")
            .query::<tickets::TicketsQuery>()
            .answers::<Page<tickets::TicketView>>(200, "One page."),
        post("/api/v1/tickets", tickets::create)
            .scope(TicketsWrite)
            .named("v1OpenTicket", "Tickets", "Open a ticket for a contact, or move its open one")
            .body::<tickets::CreateInput>()
            .answers::<tickets::TicketView>(201, "Opened.")
            .answers::<tickets::TicketView>(200, "The open ticket was moved."),
        get("/api/v1/tickets/{id}", tickets::show)
            .scope(TicketsRead)
            .named("v1GetTicket", "Tickets", "One ticket")
            .answers::<tickets::TicketView>(200, "The ticket, with its version as `ETag`."),
        patch("/api/v1/tickets/{id}", tickets::update)
            .scope(TicketsWrite)
            .named("v1UpdateTicket", "Tickets", "Change a ticket's amount or metadata")
            .body::<tickets::UpdateInput>()
            .answers::<tickets::TicketView>(200, "The ticket."),
        post("/api/v1/tickets/{id}/move", tickets::move_ticket)
            .scope(TicketsWrite)
            .named("v1MoveTicket", "Tickets", "Move a ticket to another stage")
            .about("A move to a won or lost stage closes it.")
            .body::<tickets::MoveInput>()
            .answers::<tickets::TicketView>(200, "The ticket."),
        post("/api/v1/tickets/{id}/close", tickets::close)
            .scope(TicketsWrite)
            .named("v1CloseTicket", "Tickets", "Close a ticket where it stands")
            .body::<tickets::CloseInput>()
            .answers::<tickets::TicketView>(200, "The ticket."),
        post("/api/v1/tickets/{id}/reopen", tickets::reopen)
            .scope(TicketsWrite)
            .named("v1ReopenTicket", "Tickets", "Open a closed ticket again")
            .answers::<tickets::TicketView>(200, "The ticket."),
        post("/api/v1/tickets/{id}/assign", tickets::assign)
            .scope(TicketsWrite)
            .named("v1AssignTicket", "Tickets", "Give a ticket to a member, or to nobody")
            .body::<tickets::AssignInput>()
            .answers::<tickets::TicketView>(200, "The ticket."),
    ]
}
