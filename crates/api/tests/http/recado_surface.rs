//! `/api/v1`: contacts, tickets, notes, timeline.

use serde_json::{Value, json};

use crate::redact::{redact, wrong};
use crate::world::{each, text};

#[test]
fn a_contact_shown_and_changed() {
    each(|w| {
        let (contact, _) = w.ticket("+56955501234");
        let path = format!("/api/v1/contacts/{contact}");
        let shown = w.get(&path);
        let tag = shown.header("etag").unwrap().to_owned();
        let mut body = redact(&shown.json());
        assert_eq!(body["open_ticket"]["status"], "open");
        body["open_ticket"] = Value::Null;
        assert_eq!(
            body,
            json!({"id": "<id>", "customer_id": "<id>", "channel_id": "<id>", "platform": "playground", "name": null,
                   "name_source": null, "phone": "+56955501234", "phone_source": null, "email": null, "email_source": null, "external_user_id": null,
                   "stage_id": "<id>", "chat_status": "ATTENDED", "blocked": false, "assistant_paused": false, "is_chat_read": true,
                   "username": null, "opted_out_at": null, "service_window_ends_at": null, "last_inbound_at": null,
                   "last_message_at": null, "created_at": "<time>", "updated_at": "<time>", "metadata": {},
                   "custom_fields": [], "tags": [], "agents": [], "open_ticket": null})
        );
        let change = |tag: &str, body: Value| w.call("PATCH", &path, &[("if-match", tag)], Some(&body));
        let changed = change(
            &tag,
            json!({"name": "Ana Rojas", "email": "ANA@example.com", "custom_fields": {"ciudad": "Osorno"}}),
        );
        assert_eq!(changed.status, 200, "{}", changed.text());
        let answer = changed.json();
        assert_eq!(
            (&answer["name"], &answer["email"], &answer["name_source"]),
            (&json!("Ana Rojas"), &json!("ana@example.com"), &json!("explicit"))
        );
        let stale = change(&tag, json!({"name": "Otra"}));
        assert_eq!((stale.status, &stale.json()["code"]), (412, &json!("precondition_failed")));
        assert_eq!(stale.header("etag"), changed.header("etag"), "the tag that would match");
        assert_eq!(change("\"nonsense\"", json!({"name": "Otra"})).status, 412);
        assert_eq!(change("*", json!({"name": "Ana R."})).status, 200);
        let cleared = w.patch(&path, json!({"name": null, "email": null, "custom_fields": {"ciudad": null}})).json();
        assert_eq!(
            (&cleared["name"], &cleared["email"], &cleared["custom_fields"]),
            (&Value::Null, &Value::Null, &json!([]))
        );
        let events = w.last_sequence();
        w.patch(&path, json!({}));
        w.patch(&path, json!({"blocked": false, "name": null}));
        assert!(w.topics(events).is_empty());
        let reply = w.patch(&path, json!({"name": 5, "blocked": null, "email": "x", "custom_fields": {"nope": 1, "ingreso": "x"}, "phone": "1"}));
        let found = wrong(&reply.json());
        for expected in [
            "/name invalid_type",
            "/blocked invalid_type",
            "/email invalid_email",
            "/custom_fields/nope unknown_reference",
            "/phone invalid_phone",
        ] {
            assert!(found.contains(&expected.to_owned()), "{expected} in {found:?}");
        }
        assert!(found.iter().any(|error| error.starts_with("/custom_fields/ingreso ")), "{found:?}");
        assert_eq!(reply.json().get("statusCode"), None);
    });
}

#[test]
fn what_changed_between_a_reading_and_a_change_is_told() {
    each(|w| {
        let contact = w.contact("+56955501234");
        let path = format!("/api/v1/contacts/{contact}");
        let tag = w.get(&path).header("etag").unwrap().to_owned();
        w.upsert("+56955501234", json!({"custom_field_values": [{"key": "ciudad", "value": "Osorno"}]}));
        let stale = w.call("PATCH", &path, &[("if-match", &tag)], Some(&json!({"custom_fields": {"ciudad": "Ancud"}})));
        assert_eq!(stale.status, 412, "only a field has changed since");
        for list in ["contacts?stage_id=", "contacts?channel_id=", "tickets?pipeline_id=", "tickets?agent_id="] {
            let reply = w.get(&format!("/api/v1/{list}0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f"));
            assert_eq!(
                (reply.status, &reply.json()["errors"][0]["code"]),
                (400, &json!("unknown_reference")),
                "{list}"
            );
        }
    });
}

#[test]
fn pages_of_contacts_hold_still() {
    each(|w| {
        let ids: Vec<String> = (0..7).map(|n| w.contact(&format!("+5695550100{n}"))).collect();
        let mut seen: Vec<String> = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = w.get(&format!("/api/v1/contacts?limit=3{cursor}")).json();
            seen.extend(page["data"].as_array().unwrap().iter().map(|contact| text(&contact["id"])));
            w.contact(&format!("+5695559{:04}", seen.len()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let expected: Vec<String> = ids.iter().rev().cloned().collect();
        assert_eq!(seen, expected, "newest first, each once");
        let found = w.get("/api/v1/contacts?q=501003").json();
        assert_eq!(found["data"].as_array().unwrap().len(), 1);
        for bad in ["cursor=x", "cursor=1~2", "limit=201", "limit=x", "page=1"] {
            assert_eq!(w.get(&format!("/api/v1/contacts?{bad}")).status, 400, "{bad}");
        }
    });
}

#[test]
fn a_tickets_life() {
    each(|w| {
        let contact = w.contact("+56955501234");
        let stages = &w.here.stages;
        let create = || {
            w.post("/api/v1/tickets", json!({"contact_id": contact, "stage_id": stages[0], "agent_id": w.here.agent}))
        };
        let made = create();
        assert_eq!(made.status, 201, "{}", made.text());
        let ticket = text(&made.json()["id"]);
        assert_eq!(
            redact(&made.json()),
            json!({"id": "<id>", "contact_id": "<id>", "pipeline_id": "<id>", "stage_id": "<id>", "stage_since": "<time>",
                   "status": "open", "outcome": null, "reason": null, "agent_id": "<id>", "amount": null, "currency": null,
                   "metadata": {}, "integration_data": null, "custom_fields": [], "tags": [], "created_at": "<time>",
                   "updated_at": "<time>", "closed_at": null})
        );
        assert_eq!((create().status, create().json()["id"].clone()), (200, json!(ticket)), "the open one, not another");
        let act = |what: &str, body: Value| w.post(&format!("/api/v1/tickets/{ticket}/{what}"), body);
        let tag = w.get(&format!("/api/v1/tickets/{ticket}")).header("etag").unwrap().to_owned();
        assert_eq!(act("move", json!({"stage_id": stages[1]})).json()["stage_id"], json!(stages[1]));
        let stale = w.call(
            "POST",
            &format!("/api/v1/tickets/{ticket}/move"),
            &[("if-match", &tag)],
            Some(&json!({"stage_id": stages[2]})),
        );
        assert_eq!(stale.status, 412);
        let patched = w.patch(
            &format!("/api/v1/tickets/{ticket}"),
            json!({"amount": "12.50", "currency": "USD", "metadata": {"folio": 3, "x": 1}}),
        );
        assert_eq!(
            (&patched.json()["amount"], &patched.json()["metadata"]),
            (&json!("12.50"), &json!({"x": 1})),
            "{}",
            patched.text()
        );
        let reply =
            w.patch(&format!("/api/v1/tickets/{ticket}"), json!({"amount": "x", "metadata": {"folio": "y"}, "z": 1}));
        let found = wrong(&reply.json());
        assert!(found.len() == 3 && found.contains(&"/z unknown_key".to_owned()), "{found:?}");
        assert_eq!(
            wrong(&w.patch(&format!("/api/v1/tickets/{ticket}"), json!({"currency": "USD"})).json()),
            ["/amount required"]
        );
        assert_eq!(act("assign", json!({"agent_id": null})).json()["agent_id"], Value::Null);
        assert_eq!(wrong(&act("assign", json!({})).json()), ["/agent_id required"]);
        assert_eq!(act("close", json!({"outcome": "open"})).status, 400);
        let closed = act("close", json!({"outcome": "lost", "reason": "precio"})).json();
        assert_eq!(
            (&closed["status"], &closed["outcome"], &closed["reason"]),
            (&json!("closed"), &json!("lost"), &json!("precio"))
        );
        assert_eq!(act("close", json!({"outcome": "lost"})).status, 200, "closed so already");
        assert_eq!(act("close", json!({"outcome": "won"})).json()["code"], "ticket_closed");
        assert_eq!(act("move", json!({"stage_id": stages[0]})).json()["code"], "ticket_closed");
        assert_eq!(w.call("POST", &format!("/api/v1/tickets/{ticket}/reopen"), &[], None).json()["status"], "open");
        act("move", json!({"stage_id": stages[3], "reason": "pagó"}));
        let reopened = act("reopen", json!({}));
        assert_eq!(
            (&reopened.json()["status"], &reopened.json()["stage_id"]),
            (&json!("open"), &json!(stages[0])),
            "a won stage is none to be open in"
        );
        act("close", json!({"outcome": "lost"}));
        let second = text(&create().json()["id"]);
        let refused = act("reopen", json!({}));
        assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("ticket_open")));
        let list = |query: &str| w.get(&format!("/api/v1/tickets?{query}")).json()["data"].as_array().unwrap().len();
        assert_eq!((list(""), list("status=open"), list(&format!("contact_id={contact}&status=closed"))), (2, 1, 1));
        assert_eq!(w.get("/api/v1/tickets?status=open").json()["data"][0]["id"], json!(second));
        assert_eq!(w.get("/api/v1/tickets?limit=1").json()["next_cursor"], json!(second));
    });
}

#[test]
fn notes_and_the_timeline() {
    each(|w| {
        let (contact, _) = w.ticket("+56955501234");
        let path = format!("/api/v1/contacts/{contact}/notes");
        let note = w.post(&path, json!({"text": "Prefiere la tarde"}));
        assert_eq!(note.status, 201, "{}", note.text());
        assert_eq!(
            redact(&note.json()),
            json!({"id": "<id>", "contact_id": "<id>", "channel_id": "<id>", "ticket_id": "<id>", "direction": "note", "type": "text",
                   "body": "Prefiere la tarde", "status": "stored", "actor": {"type": "api_key", "id": "<id>"},
                   "content": null, "error": null, "attachments": [], "reactions": [], "reply_to": null, "provider_id": null,
                   "source": null, "sent_at": "<time>", "created_at": "<time>", "accepted_at": null, "delivered_at": null,
                   "read_at": null, "played_at": null, "failed_at": null, "edited_at": null, "deleted_at": null})
        );
        for (body, expected) in [
            (json!({}), "/text required"),
            (json!({"text": null}), "/text required"),
            (json!({"text": "x".repeat(4097)}), "/text too_long"),
            (json!({"text": "x", "body": "y"}), "/body unknown_key"),
        ] {
            let reply = w.post(&path, body.clone());
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec![expected.to_owned()]), "{body}");
        }
        w.wait(5);
        w.inbound(&contact, "Hola", 0);
        let timeline = format!("/api/v1/contacts/{contact}/timeline");
        let all = w.get(&timeline).json();
        let entries = all["data"].as_array().unwrap();
        assert!(entries.len() >= 4, "{all}");
        let mut paged = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = w.get(&format!("{timeline}?limit=1{cursor}")).json();
            paged.extend(page["data"].as_array().unwrap().clone());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(&paged, entries, "page by page the same");
        let said = w.get(&format!("/api/v1/contacts/{contact}/messages")).json();
        assert_eq!(
            (said["data"].as_array().unwrap().len(), &said["data"][0]["body"]),
            (1, &json!("Hola")),
            "notes are not messages"
        );
        for bad in ["cursor=x", "cursor=1~x", "cursor=x~x", "limit=0", "x=1"] {
            assert_eq!(w.get(&format!("{timeline}?{bad}")).status, 400, "{bad}");
        }
    });
}

#[test]
fn what_is_wrong_with_an_organization_is_told_at_once() {
    each(|w| {
        let body = json!({"country": "ZZ", "currency": "XXQ", "time_zone": "Mars/Base", "language": "la",
                          "structuring_threshold": 1.5, "colour": 1});
        let reply = w.patch("/api/v1/organization", body);
        let expected = [
            "/colour unknown_key",
            "/country unknown_country",
            "/currency unknown_currency",
            "/language invalid_value",
            "/structuring_threshold out_of_range",
            "/time_zone unknown_time_zone",
        ];
        assert_eq!(
            (reply.status, wrong(&reply.json())),
            (400, expected.map(str::to_owned).to_vec()),
            "{}",
            reply.text()
        );
    });
}

#[test]
fn an_operation_without_a_body_takes_none() {
    each(|w| {
        let contact = w.contact("+56955501234");
        w.inbound(&contact, "hola", 10);
        let sent = w.post("/api/v1/messages", json!({"contact_id": contact, "text": "hola"}));
        assert_eq!(sent.status, 201, "{}", sent.text());
        let message = format!("/api/v1/messages/{}", text(&sent.json()["id"]));
        let path = format!("{message}/discard");
        let refused = w.post(&path, json!({"reason": "no"}));
        assert_eq!((refused.status, wrong(&refused.json())), (400, vec!["/reason unknown_key".to_owned()]));
        assert_eq!(w.raw(&w.here.key, "POST", &path, &[], Some(b"[1]")).status, 400);
        assert_eq!(w.get(&message).json()["status"], json!("queued"), "nothing was done");
        assert_eq!(w.post(&path, json!({})).status, 200);
    });
}

#[test]
fn a_cursor_that_no_page_gave_is_refused() {
    each(|w| {
        let stages = format!("pipelines/{}/stages", w.here.pipeline);
        let lists =
            ["pipelines", &stages, "members", "channels", "custom_fields", "webhooks", "sunsets", "api_keys", "tags"];
        for list in lists {
            for cursor in ["x", "~", "9.9", "0000000000000000003.x"] {
                let reply = w.get(&format!("/api/v1/{list}?cursor={cursor}"));
                let told = (reply.status, wrong(&reply.json()));
                assert_eq!(told, (400, vec!["?cursor invalid_cursor".to_owned()]), "{list} {cursor}");
            }
            let first = w.get(&format!("/api/v1/{list}?limit=1")).json();
            if let Some(next) = first["next_cursor"].as_str() {
                let second = w.get(&format!("/api/v1/{list}?limit=1&cursor={next}"));
                assert_eq!((second.status, second.json()["data"].as_array().map(Vec::len)), (200, Some(1)), "{list}");
            }
        }
    });
}

#[test]
fn when_a_key_was_last_used() {
    each(|w| {
        let key = w.key_with(&["contacts:read"], 9);
        let shown = || {
            let keys = w.get("/api/v1/api_keys").json();
            let found = keys["data"].as_array().unwrap().iter().find(|found| found["name"] == "Llave").cloned();
            found.unwrap()["last_used_at"].as_str().map(str::to_owned)
        };
        let chore = || w.server().wait_for(w.server().app.write_counts()).unwrap();
        let call = || assert_eq!(w.raw(&key, "GET", "/api/v1/contacts", &[], None).status, 200);
        chore();
        assert_eq!(shown(), None);
        call();
        assert_eq!(shown(), None, "no call waits for it");
        chore();
        let first = shown().unwrap();
        // Within the minute it is not worth a write.
        w.wait(20);
        call();
        chore();
        assert_eq!(shown().as_deref(), Some(&*first));
        w.wait(60);
        chore();
        assert_eq!(shown().as_deref(), Some(&*first), "it was used no more");
        call();
        chore();
        assert!(shown().unwrap() > first);
        // What was refused was no use of it.
        let now = shown();
        w.wait(100);
        assert_eq!(w.raw(&key, "GET", "/api/v1/members", &[], None).status, 403);
        chore();
        assert_eq!(shown(), now);
    });
}
