//! The first transaction: the person is nobody's from here on.

use serde_json::json;
use store::params;

use super::tables::{Erases, TABLES, of_person};
use super::{COLUMNS, Counts, Erasure, add, get};
use crate::changes;
use crate::contacts::{self, Contact};
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::id::{ContactId, CustomerId, ErasureId};
use crate::scheduled;
use crate::search;
use crate::tickets::{self, Ticket, TicketStatus};
use crate::work::Work;

/// Shortest text that remembered answers and calls are searched for: what is shorter is in those of others too.
const SHORTEST_SOUGHT: usize = 6;

/// Erases the person whom a contact is of, with all of their contacts. `confirm` says the contact once more. Of one who is erased
/// the receipt. 409 `merge_unfinished` while messages move between them and somebody else.
pub fn begin(w: &mut Work<'_, '_>, id: ContactId, confirm: ContactId) -> Result<Erasure> {
    let organization = w.caller.organization;
    let stored = Contact::as_stored(w.tx, organization, id)?.ok_or_else(|| Error::not_found("contact"))?;
    if confirm != id {
        let message = "Say the contact's id once more: what is erased comes back from nowhere.";
        return Err(Error::invalid("/confirm", "invalid_value", message));
    }
    let customer = stored.customer_id;
    if stored.is_erased() {
        return of_customer(w, customer)?.ok_or_else(|| Error::Internal("an erased contact without a receipt".into()));
    }
    let unfinished = format!(
        "SELECT 1 AS one FROM merges m{} WHERE m.status IN ('moving', 'undoing') AND m.organization_id = $1
           AND (m.contact_id IN {{contacts}} OR m.merged_id IN {{contacts}}) LIMIT 1",
        w.tx.dialect().indexed_by("merges_unfinished")
    );
    let moving = w.tx.query_opt(&of_person(&unfinished), params![organization, customer])?;
    if moving.is_some() {
        let message = "Messages of this person's last merge are still on their way; try again in a moment.";
        return Err(Error::conflict("merge_unfinished", message));
    }
    let erasure: ErasureId = w.new_id();
    let inserted = w.tx.execute(
        "INSERT INTO erasures (organization_id, id, customer_id, contact_id, step, counts, actor, started_at)
         VALUES ($1, $2, $3, $4, 'quotes', '{}', $5, $6)
         ON CONFLICT (organization_id, customer_id) DO NOTHING",
        params![organization, erasure, customer, id, w.caller.actor.to_string(), w.now],
    )?;
    if inserted == 0 {
        return of_customer(w, customer)?.ok_or_else(|| Error::Internal("a receipt vanished".into()));
    }
    let sought = sought(w, customer)?;
    let people = contacts_of(w, customer)?;
    let mut counts = Counts::new();
    cancel(w, customer, &mut counts)?;
    close_tickets(w, customer, &mut counts)?;
    go_through_tables(w, customer, &mut counts)?;
    empty_contacts(w, customer, &people, &mut counts)?;
    w.tx.execute(
        "UPDATE erasures SET counts = $3, sought = $4 WHERE organization_id = $1 AND id = $2",
        params![organization, erasure, json!(counts).to_string(), json!(sought).to_string()],
    )?;
    for person in people.iter().filter(|person| person.merged_into.is_none()) {
        let aliases: Vec<ContactId> =
            people.iter().filter(|other| other.merged_into == Some(person.id)).map(|other| other.id).collect();
        let data = json!({"erasure_id": erasure, "customer_id": customer, "merged_contact_ids": aliases});
        events::record(w, Fact::new(Topic::ContactErased).contact(person.id).data(data))?;
    }
    changes::record(
        w,
        "erasure",
        erasure,
        "created",
        json!({"customer_id": customer, "contacts": people.len()}),
        None,
    )?;
    get(w, erasure)
}

fn of_customer(w: &mut Work<'_, '_>, customer: CustomerId) -> Result<Option<Erasure>> {
    let sql = format!("SELECT {COLUMNS} FROM erasures WHERE organization_id = $1 AND customer_id = $2");
    w.tx.query_opt(&sql, params![w.caller.organization, customer])?.as_ref().map(Erasure::from_row).transpose()
}

fn contacts_of(w: &mut Work<'_, '_>, customer: CustomerId) -> Result<Vec<Contact>> {
    let sql = format!(
        "SELECT {} FROM contacts c WHERE c.organization_id = $1 AND c.customer_id = $2 ORDER BY c.id",
        contacts::COLUMNS
    );
    w.tx.query(&sql, params![w.caller.organization, customer])?.iter().map(Contact::from_row).collect()
}

/// What the person is told by where nothing names the contact: ids, numbers, addresses, values that identify. No names: others have
/// the same.
fn sought(w: &mut Work<'_, '_>, customer: CustomerId) -> Result<Vec<String>> {
    let mut sought = vec![customer.to_string()];
    let mut more: Vec<Option<String>> = Vec::new();
    for contact in contacts_of(w, customer)? {
        sought.push(contact.id.to_string());
        more.extend([contact.phone, contact.email, contact.external_user_id, contact.wa_id, contact.username]);
    }
    let rows = w.tx.query(
        &of_person(
            "SELECT value FROM contact_identifiers WHERE organization_id = $1 AND contact_id IN {contacts}
             UNION SELECT value FROM customer_identifiers WHERE organization_id = $1 AND customer_id = $2",
        ),
        params![w.caller.organization, customer],
    )?;
    for row in &rows {
        more.push(Some(row.at(0)?));
    }
    let more = more.into_iter().flatten().map(|text| text.trim_start_matches('+').to_owned());
    sought.extend(more.filter(|text| text.chars().count() >= SHORTEST_SOUGHT));
    sought.sort();
    sought.dedup();
    Ok(sought)
}

/// What waits to be sent never is. What is being sent right now arrives, and nobody writes down that it did.
fn cancel(w: &mut Work<'_, '_>, customer: CustomerId, counts: &mut Counts) -> Result<()> {
    w.tx.execute(
        &of_person(
            "UPDATE messages SET status = 'cancelled' WHERE organization_id = $1 AND status IN ('queued', 'unknown')
               AND id IN (SELECT o.message_id FROM outbox o WHERE o.organization_id = $1 AND o.contact_id IN {contacts})",
        ),
        params![w.caller.organization, customer],
    )?;
    let gone = w.tx.execute(
        &of_person("DELETE FROM outbox WHERE organization_id = $1 AND contact_id IN {contacts}"),
        params![w.caller.organization, customer],
    )?;
    add(counts, "outbox", gone);
    let waiting = w.tx.query(
        &of_person(
            "SELECT id FROM scheduled_messages WHERE organization_id = $1 AND contact_id IN {contacts} AND status = 'scheduled'
             ORDER BY id",
        ),
        params![w.caller.organization, customer],
    )?;
    for row in &waiting {
        scheduled::cancel(w, row.at(0)?)?;
    }
    Ok(())
}

/// Where they stand, when, and how much it was stays: what reports count.
fn close_tickets(w: &mut Work<'_, '_>, customer: CustomerId, counts: &mut Counts) -> Result<()> {
    let sql = format!(
        "SELECT {} FROM tickets t WHERE t.organization_id = $1 AND t.contact_id IN {{contacts}} AND t.status = 'open' ORDER BY t.id",
        tickets::COLUMNS
    );
    for row in w.tx.query(&of_person(&sql), params![w.caller.organization, customer])? {
        let mut ticket = Ticket::from_row(&row)?;
        ticket.status = TicketStatus::Closed;
        ticket.reason = Some(tickets::ERASED.to_owned());
        ticket.closed_at = Some(w.now);
        tickets::save(w, &mut ticket)?;
        let data = json!({"ticket": ticket.snapshot(), "reason": ticket.reason});
        let fact = Fact::new(Topic::TicketClosed).contact(ticket.contact_id).ticket(ticket.id).data(data);
        events::record(w, fact.previous(json!({"status": "open"})))?;
    }
    let emptied = w.tx.execute(
        &of_person(
            "UPDATE tickets SET metadata = '{}', integration_data = NULL,
               reason = CASE WHEN outcome IS NULL AND reason IN ('merged', 'erased') THEN reason END, version = version + 1
             WHERE organization_id = $1 AND contact_id IN {contacts}",
        ),
        params![w.caller.organization, customer],
    )?;
    add(counts, "tickets", emptied);
    Ok(())
}

fn go_through_tables(w: &mut Work<'_, '_>, customer: CustomerId, counts: &mut Counts) -> Result<()> {
    let organization = w.caller.organization;
    let visitors = w.tx.execute(
        &of_person("DELETE FROM webchat_visitors WHERE organization_id = $1 AND contact_id IN {contacts}"),
        params![organization, customer],
    )?;
    add(counts, "webchat_visitors", visitors);
    for (table, erases) in TABLES {
        let sql = match erases {
            Erases::Rows(which) => format!("DELETE FROM {table} WHERE organization_id = $1 AND ({which})"),
            Erases::Blanks { which, set } => {
                format!("UPDATE {table} SET {set} WHERE organization_id = $1 AND ({which})")
            }
            Erases::Apart(_) | Erases::Nothing(_) => continue,
        };
        let rows = if sql.contains("$3") {
            w.tx.execute(&of_person(&sql), params![organization, customer, w.now])?
        } else {
            w.tx.execute(&of_person(&sql), params![organization, customer])?
        };
        add(counts, table, rows);
    }
    Ok(())
}

fn empty_contacts(w: &mut Work<'_, '_>, customer: CustomerId, people: &[Contact], counts: &mut Counts) -> Result<()> {
    for person in people {
        search::forget(w, person.id.0)?;
    }
    let emptied = w.tx.execute(
        "UPDATE contacts SET name = NULL, name_source = NULL, phone = NULL, phone_source = NULL, email = NULL, email_source = NULL,
           external_user_id = NULL, wa_id = NULL, username = NULL, metadata = '{}', name_key = '', email_key = '', stage_id = NULL,
           chat_status = 'CLOSED', is_chat_read = true, opted_out_at = NULL, preference_at = NULL, merged_into = $3,
           version = version + 1, updated_at = $4
         WHERE organization_id = $1 AND customer_id = $2",
        params![w.caller.organization, customer, contacts::NOBODY, w.now],
    )?;
    add(counts, "contacts", emptied);
    Ok(())
}
