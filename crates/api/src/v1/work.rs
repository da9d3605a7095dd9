//! Rows of the route table: what is worked with: contacts, tickets, what is said of them.

use crm::Scope::{Admin, ContactsRead, ContactsWrite, MessagesRead, TicketsRead, TicketsWrite};
use crm::page::Page;

use super::{contacts, erasures, merges, messages, notes, structuring, tickets, timeline};
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
        post("/api/v1/contacts/{id}/merge_proposals/dismiss", merges::dismiss_proposal)
            .scope(ContactsWrite)
            .named("v1DismissMergeProposal", PEOPLE, "Say that two who share an identifier are not one person")
            .about("The same identifier of the same customer is not proposed again. Twice is as once.")
            .body::<merges::DismissInput>()
            .answers::<()>(204, "Put away."),
        post("/api/v1/contacts/{id}/merge", merges::create)
            .scope(ContactsWrite)
            .named("v1MergeContacts", PEOPLE, "Say that two contacts are one person")
            .about(
                "The older contact stays. On one channel everything of the other moves to it, and the other's id answers as it; \
                 contacts of two channels stay and become one customer's. Again it answers the merge that is there.",
            )
            .body::<merges::MergeInput>()
            .answers::<merges::MergeView>(200, "The merge; its `id` undoes it."),
        post("/api/v1/merges/{id}/undo", merges::undo)
            .scope(ContactsWrite)
            .named("v1UndoMerge", PEOPLE, "Make two contacts of one again")
            .about("What the merge moved goes back, exactly that; what came since stays.")
            .answers::<merges::MergeView>(200, "The merge, undone."),
        post("/api/v1/contacts/{id}/erase", erasures::create)
            .scope(Admin)
            .named("v1EraseContact", PEOPLE, "Erase a person everywhere")
            .about(
                "All contacts of the customer, on every channel: names, numbers, fields, metadata, messages with their files, notes, \
                 drafts, what structuring found, the log, what was sent to webhooks and is kept. They are nobody's at once, what \
                 waits to be sent to them never is, and whoever comes again is a new contact; what there is much of is overwritten \
                 in pieces, which the receipt shows. Ids, times and numbers stay. Again it answers the receipt. 409 `merge_unfinished` \
                 while messages still move between them and somebody else. What receivers, backups and WhatsApp have is theirs to erase.",
            )
            .body::<erasures::EraseInput>()
            .answers::<erasures::ErasureView>(200, "The receipt, as far as it is."),
        get("/api/v1/contacts/{id}/export", erasures::export)
            .scope(Admin)
            .named("v1ExportContact", PEOPLE, "All that is kept of a person")
            .about("Of all contacts of the customer, table by table as it is kept: what an erasure would overwrite.")
            .answers::<erasures::ExportView>(200, "Everything, but for the bytes of files."),
        get("/api/v1/erasures", erasures::list)
            .scope(Admin)
            .named("v1ListErasures", PEOPLE, "Receipts of people who were erased, newest first")
            .query::<erasures::ErasuresQuery>()
            .answers::<Page<erasures::ErasureView>>(200, "One page."),
        get("/api/v1/erasures/{id}", erasures::show)
            .scope(Admin)
            .named("v1GetErasure", PEOPLE, "A receipt")
            .answers::<erasures::ErasureView>(200, "The receipt."),
        post("/api/v1/contacts/{id}/assistant", contacts::assistant)
            .scope(ContactsWrite)
            .named("v1PauseAssistant", PEOPLE, "Keep assistants from answering a contact, or let them again")
            .body::<contacts::AssistantInput>()
            .answers::<contacts::ContactFull>(200, "The contact."),
        get("/api/v1/contacts/{id}/messages", notes::messages)
            .scope(MessagesRead)
            .named("v1ContactMessages", "Messages", "A contact's messages, oldest first")
            .query::<notes::MessagesQuery>()
            .answers::<Page<messages::MessageView>>(200, "One page."),
        post("/api/v1/contacts/{id}/notes", notes::create)
            .scope(ContactsWrite)
            .named("v1CreateNote", "Messages", "Write a note on a contact's timeline")
            .about("Nothing is sent to the person.")
            .body::<notes::NoteInput>()
            .answers::<messages::MessageView>(201, "The note."),
        get("/api/v1/contacts/{id}/timeline", timeline::contact)
            .scope(MessagesRead)
            .named("v1ContactTimeline", PEOPLE, "What happened with a contact")
            .about("Messages and notes, and the events of the log; of contacts that were merged into it, too.")
            .query::<timeline::TimelineQuery>()
            .answers::<Page<timeline::EntryView>>(200, "One page."),
        post("/api/v1/structuring/preview", structuring::preview)
            .scope(ContactsRead)
            .named("v1PreviewStructuring", PEOPLE, "What structuring would make of a record")
            .about("Writes nothing. With `definitions` in the body, fields can be tried before they are made.")
            .body::<structuring::PreviewInput>()
            .answers::<structuring::PreviewAnswer>(200, "What would be written, and what would be kept as metadata."),
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
            .named("v1UpdateTicket", "Tickets", "Change a ticket's amount, metadata or tags")
            .body::<tickets::UpdateInput>()
            .answers::<tickets::TicketView>(200, "The ticket."),
        get("/api/v1/tickets/{id}/timeline", timeline::ticket)
            .scope(MessagesRead)
            .named("v1TicketTimeline", "Tickets", "What happened with a ticket")
            .about("Messages and notes, and the events of the log, that belong to the ticket.")
            .query::<timeline::TimelineQuery>()
            .answers::<Page<timeline::EntryView>>(200, "One page."),
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
            .about("Where it stands, or in another stage. Needs no body. One that is open stays as it is.")
            .body::<tickets::ReopenInput>()
            .or_no_body()
            .answers::<tickets::TicketView>(200, "The ticket."),
        post("/api/v1/tickets/{id}/assign", tickets::assign)
            .scope(TicketsWrite)
            .named("v1AssignTicket", "Tickets", "Give a ticket to a member, or to nobody")
            .body::<tickets::AssignInput>()
            .answers::<tickets::TicketView>(200, "The ticket."),
    ]
}
