//! What happened with a contact and with a ticket, in both directions.

use serde_json::{Value, json};

use crate::world::{World, each, text};

/// All entries, page by page.
fn walk(w: &World, path: &str, order: &str, limit: usize, from: Option<&str>) -> Vec<Value> {
    let mut entries = Vec::new();
    let mut cursor = from.map(str::to_owned);
    loop {
        let at = cursor.map_or(String::new(), |cursor| format!("&cursor={cursor}"));
        let page = w.get(&format!("{path}?order={order}&limit={limit}{at}"));
        assert_eq!(page.status, 200, "{}", page.text());
        let page = page.json();
        entries.extend(page["data"].as_array().unwrap().clone());
        cursor = page["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return entries;
        }
    }
}

fn what(entry: &Value) -> String {
    match entry["type"].as_str().unwrap() {
        "message" => text(&entry["message"]["body"]),
        _ => text(&entry["event"]["topic"]),
    }
}

#[test]
fn of_a_contact_and_of_its_tickets() {
    each(|w| {
        let (contact, first) = w.ticket("+56955501234");
        w.wait(1);
        let note = |text: &str| {
            let reply = w.post(&format!("/api/v1/contacts/{contact}/notes"), json!({"text": text}));
            assert_eq!(reply.status, 201);
            w.wait(1);
        };
        note("uno");
        let ticket = |id: &str, verb: &str, body: Value| {
            let reply = w.post(&format!("/api/v1/tickets/{id}/{verb}"), body);
            assert_eq!(reply.status, 200, "{}", reply.text());
            w.wait(1);
        };
        ticket(&first, "assign", json!({"agent_id": w.here.agent}));
        ticket(&first, "move", json!({"stage_id": w.here.stages[1]}));
        ticket(&first, "close", json!({"outcome": "won"}));
        w.inbound(&contact, "Hola", 0);
        w.wait(1);
        let opened = w.post("/api/v1/tickets", json!({"contact_id": contact, "stage_id": w.here.stages[0]}));
        assert_eq!(opened.status, 201, "{}", opened.text());
        let second = text(&opened.json()["id"]);
        w.wait(1);
        note("dos");
        let other = w.ticket("+56955505678");
        let path = format!("/api/v1/contacts/{contact}/timeline");
        let oldest = walk(w, &path, "asc", 200, None);
        let told: Vec<String> = oldest.iter().map(what).collect();
        assert_eq!(
            told,
            [
                "contact.created",
                "ticket.created",
                "uno",
                "agent.assigned",
                "stage.changed",
                "ticket.closed",
                "Hola",
                "ticket.created",
                "dos"
            ]
        );
        for limit in [1, 2, 3, 200] {
            assert_eq!(walk(w, &path, "asc", limit, None), oldest, "{limit}");
            let mut newest = walk(w, &path, "desc", limit, None);
            newest.reverse();
            assert_eq!(newest, oldest, "{limit}");
        }
        // From any entry on, either way; the ones of one instant included.
        for (n, entry) in oldest.iter().enumerate() {
            let cursor = entry["cursor"].as_str();
            assert_eq!(walk(w, &path, "asc", 2, cursor), oldest[n + 1..], "{n}");
            let mut before = walk(w, &path, "desc", 2, cursor);
            before.reverse();
            assert_eq!(before, oldest[..n], "{n}");
        }
        let of = |ticket: &str| -> Vec<String> {
            walk(w, &format!("/api/v1/tickets/{ticket}/timeline"), "asc", 2, None).iter().map(what).collect()
        };
        assert_eq!(of(&first), ["ticket.created", "uno", "agent.assigned", "stage.changed", "ticket.closed"]);
        assert_eq!(of(&second), ["ticket.created", "dos"]);
        assert_eq!(of(&other.1), ["ticket.created"]);
        let reply = w.get(&format!("{path}?order=sideways"));
        assert_eq!(reply.status, 400, "{}", reply.text());
    });
}

#[test]
fn a_contact_that_was_merged_is_in_its_successors_timeline() {
    each(|w| {
        let (older, newer) = (w.contact("+56955501001"), w.contact("+56955501002"));
        let ids = [older.parse::<crm::id::ContactId>().unwrap(), newer.parse().unwrap()];
        w.work(move |w| {
            let organization = w.organization();
            w.tx.execute(
                "UPDATE contacts SET merged_into = $2 WHERE organization_id = $1 AND id = $3",
                store::params![organization, ids[0], ids[1]],
            )?;
            Ok(())
        });
        let told = walk(w, &format!("/api/v1/contacts/{older}/timeline"), "asc", 1, None);
        let about: Vec<&Value> = told.iter().map(|entry| &entry["event"]["subject"]["contact_id"]).collect();
        assert_eq!(about, [&json!(older), &json!(newer)]);
    });
}

/// What was said in a ticket while its contact was one with another stays with the other when they are parted, and in the ticket's
/// history.
#[test]
fn a_ticket_keeps_what_was_said_in_it_while_two_were_one() {
    each(|w| {
        let (older, newer) = (w.contact("+56955501001"), w.contact("+56955501002"));
        let opened = w.post("/api/v1/tickets", json!({"contact_id": newer, "stage_id": w.here.stages[0]}));
        let ticket = text(&opened.json()["id"]);
        let said = || -> Vec<String> {
            let told = walk(w, &format!("/api/v1/tickets/{ticket}/timeline"), "asc", 1, None);
            told.iter().filter(|entry| entry["type"] == "message").map(what).collect()
        };
        let note = |contact: &str, text: &str| {
            let reply = w.post(&format!("/api/v1/contacts/{contact}/notes"), json!({"text": text}));
            assert_eq!(reply.status, 201, "{}", reply.text());
            w.wait(1);
        };
        note(&newer, "antes");
        let merge = |one: &str, other: &str| {
            let merged = w.post(&format!("/api/v1/contacts/{one}/merge"), json!({"contact_id": other}));
            assert_eq!(merged.status, 200, "{}", merged.text());
            text(&merged.json()["id"])
        };
        let first = merge(&older, &newer);
        note(&older, "entretanto");
        assert_eq!(said(), ["antes", "entretanto"]);
        let undone = w.post(&format!("/api/v1/merges/{first}/undo"), json!({}));
        assert_eq!(undone.status, 200, "{}", undone.text());
        note(&newer, "después");
        assert_eq!(said(), ["antes", "entretanto", "después"]);
        // The other goes on to be a third.
        merge(&w.contact("+56955501003"), &older);
        assert_eq!(said(), ["antes", "entretanto", "después"]);
    });
}
