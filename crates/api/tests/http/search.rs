//! Finding people and messages by words: any spelling, only one's own, and nothing that is written is ever read as a query.

use serde_json::{Value, json};

use crate::meta::{Line, contact_of, seconds, text_of};
use crate::world::{World, each, text};

fn encoded(q: &str) -> String {
    q.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

fn find(w: &World, q: &str) -> Value {
    let reply = w.get(&format!("/api/v1/search?q={}", encoded(q)));
    assert_eq!(reply.status, 200, "{q}: {}", reply.text());
    reply.json()
}

fn names(w: &World, q: &str) -> Vec<String> {
    let found = find(w, q);
    found["contacts"].as_array().unwrap().iter().map(|contact| text(&contact["name"])).collect()
}

fn snippets(w: &World, q: &str) -> Vec<String> {
    let found = find(w, q);
    found["messages"].as_array().unwrap().iter().map(|message| text(&message["snippet"])).collect()
}

fn inbox(w: &World, q: &str) -> Vec<String> {
    let reply = w.get(&format!("/api/v1/conversations?q={}", encoded(q)));
    assert_eq!(reply.status, 200, "{q}: {}", reply.text());
    reply.json()["data"].as_array().unwrap().iter().map(|found| text(&found["id"])).collect()
}

#[test]
fn people_by_name_phone_and_mail() {
    each(|w| {
        let person = |phone: &str, name: &str, email: &str| {
            let reply = w.upsert(phone, json!({"contact_name": name, "contact_email": email}));
            assert_eq!(reply.status, 201, "{}", reply.text());
            text(&reply.json()["id"])
        };
        let ana = person("+56955501234", "Ana Núñez", "ana.nunez@example.com");
        person("+56955505678", "Ana María Pérez", "amp@example.org");
        person("+56955509999", "Óscar Nuñoa", "oscar@example.com");
        assert_eq!(names(w, "nunez"), ["Ana Núñez"]);
        assert_eq!(names(w, "NÚÑ ana"), ["Ana Núñez"]);
        assert_eq!(names(w, "nun"), ["Óscar Nuñoa", "Ana Núñez"], "the newest first");
        assert_eq!(names(w, "ana"), ["Ana María Pérez", "Ana Núñez"]);
        for phone in ["+56 9 5550 1234", "955501234", "(9) 5550-1234", "1234", "5501", "09 5550 1234", "0123"] {
            assert_eq!(names(w, phone), ["Ana Núñez"], "{phone}");
        }
        assert_eq!(names(w, "ana 1234"), ["Ana Núñez"]);
        assert_eq!(
            (names(w, "ana.nunez@exa"), names(w, "example.org")),
            (vec!["Ana Núñez".into()], vec!["Ana María Pérez".to_owned()])
        );
        for nothing in ["zzz", "a", "99991", "🙂", "ana nobody"] {
            assert_eq!(names(w, nothing), [""; 0], "{nothing}");
        }
        // Another name, and the old one is nobody's.
        assert_eq!(w.patch(&format!("/api/v1/contacts/{ana}"), json!({"name": "Beatriz"})).status, 200);
        assert_eq!((names(w, "beat"), names(w, "nunez")), (vec!["Beatriz".to_owned()], vec!["Beatriz".to_owned()]));
        assert_eq!(w.patch(&format!("/api/v1/contacts/{ana}"), json!({"email": null})).status, 200);
        assert_eq!(names(w, "nunez"), [""; 0]);
        let ticket = w.post("/api/v1/tickets", json!({"contact_id": ana, "stage_id": w.here.stages[0]})).json();
        let found = find(w, "beatriz");
        assert_eq!(
            (&found["tickets"][0]["id"], &found["tickets"][0]["contact_name"]),
            (&ticket["id"], &json!("Beatriz"))
        );
        let theirs = w.raw(&w.there.key, "GET", "/api/v1/search?q=beatriz", &[], None);
        assert_eq!(theirs.json(), json!({"contacts": [], "messages": [], "tickets": []}));
        assert_eq!(w.get("/api/v1/search").status, 400);
        assert_eq!(w.get("/api/v1/search?q=ana&limit=0").status, 400);
    });
}

#[test]
fn messages_by_their_words() {
    each(|w| {
        let line = Line::open(w, 1);
        let now = seconds(w);
        let said = |id: &str, body: &str| text_of("56955501234", id, now, body);
        let all =
            [("1", "¿Me envían el PRESUPUESTO de ortodoncia?"), ("2", "presupuesto por favor"), ("3", "Gracias 🙂")];
        line.deliver(w, &line.says(all.iter().map(|(id, body)| said(id, body)).collect()));
        let ana = contact_of(w, "56955501234");
        assert_eq!(snippets(w, "presupuesto"), ["presupuesto por favor", "¿Me envían el PRESUPUESTO de ortodoncia?"]);
        assert_eq!(snippets(w, "ortodoncia presup"), ["¿Me envían el PRESUPUESTO de ortodoncia?"]);
        assert_eq!(snippets(w, "envian"), ["¿Me envían el PRESUPUESTO de ortodoncia?"]);
        // Only the last word may be only begun, and of three letters at least.
        assert_eq!(
            (snippets(w, "presup ortodoncia").len(), snippets(w, "gr").len(), snippets(w, "gra").len()),
            (0, 0, 1)
        );
        assert_eq!(snippets(w, "presup ").len(), 0, "it was ended");
        assert_eq!(find(w, "gracias")["messages"][0]["contact_id"], json!(ana));
        assert_eq!(
            (inbox(w, "ortodoncia"), inbox(w, "1234"), inbox(w, "zzz")),
            (vec![ana.clone()], vec![ana.clone()], vec![])
        );
        let counts = w.get("/api/v1/conversations/counts?q=ortodoncia").json();
        assert_eq!((&counts["all"], &counts["unread"]), (&json!(1), &json!(1)));
        let note = w.post(&format!("/api/v1/contacts/{ana}/notes"), json!({"text": "Alérgica a la penicilina"}));
        assert_eq!(note.status, 201);
        assert_eq!(snippets(w, "alergica"), ["Alérgica a la penicilina"]);
        // What was edited is found by what it says now; what was deleted, by nothing.
        let changed = |kind: &str, more: Value| {
            let mut message = json!({"from": "56955501234", "id": format!("wamid.{kind}"), "timestamp": (now + 9).to_string(), "type": kind});
            message.as_object_mut().unwrap().insert(kind.to_owned(), more);
            line.deliver(w, &line.says(vec![message]))
        };
        changed(
            "edit",
            json!({"original_message_id": "wamid.2", "message": {"type": "text", "text": {"body": "una corona"}}}),
        );
        changed("revoke", json!({"original_message_id": "wamid.3"}));
        assert_eq!((snippets(w, "corona").len(), snippets(w, "gracias").len()), (1, 0), "{}", find(w, "presupuesto"));
        assert_eq!(snippets(w, "presupuesto").len(), 1);
    });
}

#[test]
fn nothing_that_is_looked_for_is_a_query() {
    each(|w| {
        w.upsert("+56955501234", json!({"contact_name": "Near Not"}));
        let long = "x".repeat(199);
        let many = "ab ".repeat(60);
        for hostile in [
            "\"",
            "'",
            "\"near",
            "near*",
            "*",
            "near OR",
            "NEAR(near not)",
            "near AND not",
            "NOT near",
            "words:near",
            "^near",
            "-near",
            "near & !not",
            "near | not",
            "near <-> not",
            "near:*",
            "':*",
            "\\",
            "%",
            "_",
            "near\u{0}",
            "; DROP TABLE contacts; --",
            "{near}",
            "\u{feff}near",
            "near\u{301}",
            "𝐧𝐞𝐚𝐫",
            "ＮＥＡＲ",
            &long,
            &many,
        ] {
            let reply = w.get(&format!("/api/v1/search?q={}", encoded(hostile)));
            assert!(matches!(reply.status, 200 | 400), "{hostile}: {}", reply.text());
            let reply = w.get(&format!("/api/v1/conversations?q={}", encoded(hostile)));
            assert!(matches!(reply.status, 200 | 400), "{hostile}: {}", reply.text());
        }
        assert_eq!(names(w, "near AND not"), [""; 0], "a word is a word");
        assert_eq!(names(w, "\"near\" * not"), ["Near Not"]);
    });
}

#[test]
fn what_was_there_before_there_was_a_search() {
    each(|w| {
        let old = w.contact("+56955501234");
        w.patch(&format!("/api/v1/contacts/{old}"), json!({"name": "Antigua"}));
        w.post(&format!("/api/v1/contacts/{old}/notes"), json!({"text": "de antes"}));
        w.work(|w| {
            let organization = w.organization();
            let rows = w.tx.query("DELETE FROM search_documents RETURNING number", store::params![])?;
            for row in rows {
                w.tx.dialect().remove_words(w.tx, "search_words", row.at(0)?)?;
            }
            for kind in ["contact", "message"] {
                w.tx.execute(
                    "INSERT INTO search_backlog (organization_id, kind) VALUES ($1, $2)",
                    store::params![organization, kind],
                )?;
            }
            Ok(())
        });
        assert_eq!((names(w, "antigua").len(), snippets(w, "antes").len()), (0, 0));
        w.server().wait_for(async { while crm::search::catch_up(&w.crm).await.unwrap() {} });
        assert_eq!((names(w, "antigua").len(), snippets(w, "antes").len()), (1, 1));
        assert_eq!(w.number("SELECT count(*) AS n FROM search_backlog"), 0);
    });
}

#[test]
fn a_beginning_that_many_words_have() {
    each(|w| {
        let line = Line::open(w, 1);
        let now = seconds(w);
        // 40 messages of ten words each that begin alike, and the same word in every one of them.
        let all: Vec<Value> = (0..40)
            .map(|n| {
                let words: Vec<String> = (0..10).map(|m| format!("pre{n:02}{m}")).collect();
                text_of("56955501234", &n.to_string(), now, &format!("presupuesto {} n{n}", words.join(" ")))
            })
            .collect();
        line.deliver(w, &line.says(all));
        let last = line.text("56955501234", "last", now, "un pre");
        line.deliver(w, &last);
        // The word itself first of all, and as many as are asked for; each is found by what it goes on with.
        assert_eq!((snippets(w, "pre").len(), snippets(w, "pre")[0].as_str()), (20, "un pre"));
        assert_eq!(snippets(w, "presu").len(), 20);
        assert_eq!(snippets(w, "n7 pre07").len(), 1);
        assert_eq!(snippets(w, "n7 presup").len(), 1, "also where the other word is rare");
        assert_eq!((snippets(w, "pre399").len(), snippets(w, "pre400").len()), (1, 0));
        assert_eq!(inbox(w, "presup").len(), 1);
    });
}

#[test]
fn a_key_finds_what_it_may_read() {
    each(|w| {
        let (contact, _) = w.ticket("+56955501234");
        w.upsert("+56955501234", json!({"contact_name": "Ana Zamora", "contact_email": "ana@example.com"}));
        w.post(&format!("/api/v1/contacts/{contact}/notes"), json!({"text": "zamora llama mañana"}));
        let found = |scopes: &[&str], bits: u8| {
            let key = w.key_with(scopes, bits);
            let reply = w.raw(&key, "GET", "/api/v1/search?q=zamora", &[], None);
            assert_eq!(reply.status, 200, "{}", reply.text());
            ["contacts", "messages", "tickets"].map(|kind| reply.json()[kind].as_array().unwrap().len())
        };
        assert_eq!(found(&["messages:read", "contacts:read", "tickets:read"], 50), [1, 1, 1]);
        assert_eq!(found(&["messages:read"], 51), [0, 1, 0]);
        assert_eq!(found(&["messages:read", "tickets:read"], 52), [0, 1, 1]);
        let key = w.key_with(&["messages:read"], 53);
        for report in ["resolution", "funnel"] {
            let reply = w.raw(&key, "GET", &format!("/api/v1/reports/{report}"), &[], None);
            assert_eq!(reply.status, 403, "{report} tells of tickets");
        }
    });
}
