//! Erasing a person: nothing of them is in any table of the database nor below the media directory, and nobody else notices.

use std::collections::BTreeSet;
use std::path::Path;

use api::ApiOptions;
use crm::erasure::{self, Erases, TABLES};
use crm::id::{ChannelId, ContactId, EventId, MessageId, WebhookId};
use crm::leases;
use crm::members::Role;
use crm::outbox::{self, Fate};
use crm::{Caller, Crm};
use providers::media_store::MediaStore;
use serde_json::{Value, json};
use store::{Priority, Tx, params};
use uuid::Uuid;

use crate::browser::Browser;
use crate::client;
use crate::meta::{Line, contact_of, messages_of, payload, seconds};
use crate::visitor::Visitor;
use crate::world::{Server, UPSERT, World, each, text};

const ZORA: &str = "56955501234";
const BEA: &str = "56955509999";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n contenido-privado";

/// Each is in the database, or below the media directory, before the erasure.
const OF_ZORA: &[&str] = &[
    "zoraida",
    "quispecahuana",
    "955501234",
    "correo-zq",
    "xilofonista",
    "murcielago",
    "ornitorrinco",
    "ardilla-programada",
    "recibo-secreto",
    "contenido-privado",
    "tortugapolis",
    "12345678",
    "zanahoria",
    "folio-oculto",
    "trato-xyzzy",
    "porque-se-mudo",
    "evento-intimo",
    "borrador-tierno",
    "usuario-zq",
    "pagina-zq",
    "eco-de-zq",
    "dato-dudoso",
    "pregunta-zq",
    "sobra-zq",
    "temprano-zq",
    "juntos-zq",
];

fn ok(reply: client::Reply) -> Value {
    assert!(reply.status < 300, "{}: {}", reply.status, reply.text());
    if reply.text().is_empty() { Value::Null } else { reply.json() }
}

fn erase(w: &World, contact: &str) -> Value {
    ok(w.post(&format!("/api/v1/contacts/{contact}/erase"), json!({"confirm": contact})))
}

/// What the worker does, to the end, by a program that was just started for each piece; how many pieces it took.
fn run(w: &World, between: impl Fn(usize)) -> usize {
    let now = w.now();
    for pieces in 1.. {
        let caller = Caller::system(w.here.organization);
        let crm = Crm::open_with_clock(w.db.clone(), std::sync::Arc::new(move || now)).unwrap();
        let piece = w.server().wait_for(async move { crm.write_in_background(&caller, erasure::piece).await.unwrap() });
        if !piece.more {
            return pieces;
        }
        between(pieces);
    }
    unreachable!()
}

/// All tables that there are, the engine's own left out.
fn schema(w: &World) -> Vec<String> {
    let sql = if w.is_postgres() {
        "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    } else {
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
           AND name NOT LIKE 'search\\_words%' ESCAPE '\\' AND name <> 'search_terms'"
    };
    let read = move |tx: &mut Tx<'_>| -> Result<Vec<String>, store::Error> {
        tx.query(sql, params![])?.iter().map(|row| row.at(0)).collect()
    };
    let mut tables = w.db.read_blocking(Priority::Interactive, read).unwrap();
    tables.retain(|table| !["schema_migrations", "search_words", "event_sequence_base"].contains(&table.as_str()));
    tables.sort();
    tables
}

/// Every row of every table as text in lower case, bytes as they are read.
fn everything(w: &World) -> Vec<(String, String)> {
    let mut tables = schema(w);
    // The words, wherever they are indexed.
    tables.push(if w.is_postgres() { "search_words" } else { "search_terms" }.to_owned());
    let postgres = w.is_postgres();
    let read = move |tx: &mut Tx<'_>| -> Result<Vec<(String, String)>, store::Error> {
        let mut all = Vec::new();
        for table in &tables {
            if postgres {
                for row in tx.query(&format!("SELECT CAST(t AS TEXT) FROM {table} t"), params![])? {
                    all.push((table.clone(), unhex(&row.at::<String>(0)?)));
                }
                continue;
            }
            for row in tx.query(&format!("SELECT * FROM {table}"), params![])? {
                let mut line = String::new();
                for column in row.columns().map(str::to_owned).collect::<Vec<_>>() {
                    match row.value(&column) {
                        Some(store::Value::Bytes(bytes)) => line.push_str(&String::from_utf8_lossy(bytes)),
                        Some(value) => line.push_str(&format!("{value:?}")),
                        None => {}
                    }
                    line.push('|');
                }
                all.push((table.clone(), line));
            }
        }
        Ok(all)
    };
    let rows = w.db.read_blocking(Priority::Interactive, read).unwrap();
    rows.into_iter().map(|(table, row)| (table, row.to_lowercase())).collect()
}

/// What PostgreSQL writes as `\\x…` besides what it is.
fn unhex(row: &str) -> String {
    let mut text = row.to_owned();
    for part in row.split("\\x").skip(1) {
        let hex: String = part.chars().take_while(char::is_ascii_hexdigit).collect();
        let bytes: Vec<u8> =
            (0..hex.len() / 2).filter_map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).ok()).collect();
        text.push_str(&String::from_utf8_lossy(&bytes));
    }
    text
}

fn below(directory: &Path) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap()) {
        if entry.file_type().unwrap().is_dir() {
            all.extend(below(&entry.path()));
        } else {
            let bytes = std::fs::read(entry.path()).unwrap();
            let said = format!("{} {}", entry.path().display(), String::from_utf8_lossy(&bytes)).to_lowercase();
            all.push(("media directory".to_owned(), said));
        }
    }
    all
}

fn let_age(directory: &Path) {
    for entry in std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap()) {
        if entry.file_type().unwrap().is_dir() {
            let_age(&entry.path());
        } else {
            let file = std::fs::File::options().write(true).open(entry.path()).unwrap();
            file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(86_400)).unwrap();
        }
    }
}

/// Where each is found.
fn found(all: &[(String, String)], what: &str) -> BTreeSet<String> {
    all.iter().filter(|(_, row)| row.contains(what)).map(|(table, _)| table.clone()).collect()
}

#[test]
fn every_table_is_decided_about() {
    each(|w| {
        let mut decided: Vec<String> = TABLES.iter().map(|(table, _)| (*table).to_owned()).collect();
        decided.sort();
        assert_eq!(
            schema(w),
            decided,
            "left: the schema's; right: crm's erasure::TABLES says what an erasure does with each"
        );
    });
}

/// Somebody of whom there is something in every table that has anything of people.
struct Zora {
    line: Line,
    /// On WhatsApp.
    contact: String,
    /// On the web chat, the same customer's.
    on_page: String,
    /// Another person, whom she was taken for once.
    bea: String,
    visitor: Visitor,
}

fn deliver(w: &World, line: &Line, payload: &Value) {
    assert_eq!(line.deliver(w, payload).status, 200);
}

fn zora(w: &World, server: &Server) -> Zora {
    let line = Line::open(w, 1);
    let now = seconds(w);
    ok(w.post("/api/webhooks", json!({"url": "https://93.184.215.14/", "topics": ["*"]})));
    deliver(w, &line, &line.text(BEA, "b1", now - 90, "hola de otra"));
    deliver(w, &line, &line.text(ZORA, "z1", now - 80, "Soy Zoraida, xilofonista"));
    let (contact, bea) = (contact_of(w, ZORA), contact_of(w, BEA));
    // Of her and Bea one was made once, and she wrote while they were: that stays with Bea, who was here before.
    let merge = ok(w.post(&format!("/api/v1/contacts/{contact}/merge"), json!({"contact_id": bea})));
    w.wait(5);
    deliver(w, &line, &line.text(ZORA, "z2", now + 4, "juntos-zq"));
    w.wait(5);
    ok(w.post(&format!("/api/v1/merges/{}/undo", text(&merge["id"])), json!({})));
    w.wait(120);
    // An integration knows her well, and asked twice.
    let record = json!({"channel": "whatsapp", "channel_phone_number": line.phone_number_id, "contact_phone_number": ZORA,
        "contact_name": "Zoraida Quispecahuana", "contact_email": "correo-zq@example.com", "note": "Vive con un murcielago",
        "stageId": w.here.stages[0], "meta_data": {"q9": "zanahoria azul", "ciudad": "Tortugapolis"},
        "custom_field_values": [{"key": "rut", "value": "12345678-5"}]});
    for _ in 0..2 {
        ok(w.call("POST", UPSERT, &[("idempotency-key", "lead-1")], Some(&record)));
    }
    ok(w.call(
        "POST",
        &format!("/api/public/channels/whatsapp/+{ZORA}/tags"),
        &[("idempotency-key", "lead-2")],
        Some(&json!({"tags": ["vip"]})),
    ));
    let ticket = text(&w.info(&contact)["active_ticket"]["id"]);
    ok(w.post(
        "/api/public/ticket/metadata",
        json!({"ticket_id": ticket, "metadata": {"otro": "folio-oculto", "folio": 7}}),
    ));
    ok(w.patch(&format!("/api/v1/tickets/{ticket}"), json!({"add_tag_ids": [w.here.urgent]})));
    ok(w.post(&format!("/api/v1/tickets/{ticket}/close"), json!({"outcome": "lost", "reason": "porque-se-mudo"})));
    w.wait(5);
    deliver(w, &line, &line.text(ZORA, "z3", seconds(w), "otra vez"));
    ok(w.post(
        &format!("/api/public/ticket/open/whatsapp/{}", line.phone_number_id),
        json!({"to_phone_number": ZORA, "stage_id": w.here.stages[1], "integration_data": {"integrationDealId": "trato-xyzzy"}}),
    ));
    ok(w.post(&format!("/api/public/contact/{contact}/assign-team-member/{}", w.here.agent), json!({})));
    ok(w.post(
        "/api/v1/events",
        json!({"event": "visited", "properties": {"que": "evento-intimo"}, "contact": {"aiContactId": contact},
               "channel": {"channelId": line.channel}}),
    ));
    // The team wrote to her; it waits to be sent.
    ok(w.post("/api/v1/messages", json!({"contact_id": contact, "text": "Le mando un ornitorrinco"})));
    let later = json!({"contact_id": contact, "text": "ardilla-programada",
                       "scheduled_at": w.now().plus_seconds(3600).to_string()});
    ok(w.post("/api/v1/scheduled_messages", later));
    let reaction = json!({"from": ZORA, "id": "wamid.r", "timestamp": seconds(w).to_string(), "type": "reaction",
                          "reaction": {"message_id": "wamid.z1", "emoji": "👍"}});
    deliver(w, &line, &line.says(vec![reaction]));
    w.member(w.here.organization, "mara@example.com", Role::Agent);
    let browser = Browser::sign_in(w, "mara@example.com");
    let draft = json!({"text": "borrador-tierno"});
    ok(browser.send("PUT", &format!("/api/v1/conversations/{contact}/draft"), Some(&draft)));
    // On a page she sent a file.
    let visitor = Visitor::at(server, &w.here.webchat, json!({"page_url": "https://shop.example.com/pagina-zq"}));
    let sent = visitor.send(
        "POST",
        "files?client_id=f-1&file_name=recibo-secreto.png",
        &[("content-type", "image/png")],
        Some(PNG),
    );
    assert_eq!(sent.status, 201, "{}", sent.text());
    let on_page = text(&w.get("/api/v1/conversations").json()["data"][0]["id"]);
    ok(w.post(&format!("/api/v1/contacts/{contact}/merge"), json!({"contact_id": on_page})));
    beside_the_api(w, &line, &contact, &on_page, &ticket);
    Zora { line, contact, on_page, bea, visitor }
}

/// What takes a worker, a model, a slip or a race to be there.
fn beside_the_api(w: &World, line: &Line, contact: &str, on_page: &str, ticket: &str) {
    while w.server().wait_for(crm::webhooks::relay(&w.crm)).unwrap().more {}
    let ids = [contact, on_page].map(|id| id.parse::<ContactId>().unwrap());
    let (ticket, channel): (Uuid, Uuid) = (ticket.parse().unwrap(), line.channel.parse().unwrap());
    let webchat: Uuid = w.here.webchat.parse().unwrap();
    w.work(move |w| {
        let (organization, now) = (w.organization(), w.now);
        let row = w.tx.query_one(
            "SELECT e.id, h.id, e.topic FROM events e, webhooks h WHERE e.contact_id = $1 AND e.topic = 'message.received' LIMIT 1",
            params![ids[0]],
        )?;
        let (event, endpoint, topic): (EventId, WebhookId, String) = (row.at(0)?, row.at(1)?, row.at(2)?);
        let id: Uuid = w.new_id();
        w.tx.execute(
            "INSERT INTO webhook_calls (organization_id, id, endpoint_id, event_id, topic, attempt, outcome, status, answer,
               started_at, duration_ms) VALUES ($1, $2, $3, $4, $5, 1, 'delivered', 200, 'eco-de-zq', $6, 1)",
            params![organization, id, endpoint, event, topic, now],
        )?;
        w.tx.execute(
            "INSERT INTO reviews (organization_id, id, contact_id, target, field_key, value, value_key, source, pointers, confidence,
               method, reason, status, created_at)
             VALUES ($1, $2, $3, 'field', 'ciudad', '\"dato-dudoso\"', 'dato', 'c1', '[]', 0.5, 'm', 'r', 'pending', $4)",
            params![organization, id, ids[0], now],
        )?;
        w.tx.execute(
            "INSERT INTO merge_proposals (organization_id, contact_id, kind, value, customer_id, actor, created_at)
             SELECT $1, $2, 'email', 'correo-zq@example.com', c.customer_id, 'system', $3 FROM contacts c WHERE c.id <> $2 LIMIT 1",
            params![organization, ids[0], now],
        )?;
        w.tx.execute(
            "INSERT INTO structuring_questions (organization_id, contact_id, digest, source, record, request_id, status, attempts,
               claims, claimed, lapses, review_count, created_at)
             VALUES ($1, $2, 1, 'c1', '{\"data\":\"pregunta-zq\"}', 'r', 'waiting', 0, 0, FALSE, 0, 0, $3)",
            params![organization, ids[0], now],
        )?;
        w.tx.execute(
            "INSERT INTO early_updates (organization_id, channel_id, provider_id, kind, data, happened_at, created_at)
             VALUES ($1, $2, 'wamid.x', 'edit', $3, $4, $4)",
            params![organization, channel, format!("{{\"temprano-zq\":\"{ZORA}\"}}"), now],
        )?;
        w.tx.execute(
            "INSERT INTO hook_leftovers (organization_id, hash, channel_id, reason, raw, created_at) VALUES ($1, $2, $3, 'r', $4, $5)",
            params![organization, &[7u8; 32][..], channel, format!("sobra-zq of {ZORA}"), now],
        )?;
        w.tx.execute(
            "INSERT INTO assignment_queue (organization_id, ticket_id) VALUES ($1, $2)",
            params![organization, ticket],
        )?;
        // A page that has signed her in called her so on another browser, which said nothing yet.
        w.tx.execute(
            "INSERT INTO contact_identifiers (organization_id, channel_id, kind, value, contact_id, actor, created_at)
             VALUES ($1, $2, 'external_user_id', 'usuario-zq-77', $3, 'system', $4)",
            params![organization, webchat, ids[1], now],
        )?;
        w.tx.execute(
            "INSERT INTO webchat_visitors (organization_id, id, channel_id, token_hash, user_id, signed, introduced, created_at,
               seen_at, expires_at) VALUES ($1, $2, $3, $4, 'usuario-zq-77', $5, $5, $6, $6, $6)",
            params![organization, id, webchat, &[9u8; 32][..], false, now],
        )?;
        let media: Uuid = w.tx.query_one("SELECT id FROM media WHERE state = 'stored'", params![])?.at(0)?;
        w.tx.execute(
            "INSERT INTO media_uploads (organization_id, media_id, channel_id, provider_media_id, uploaded_at)
             VALUES ($1, $2, $3, 'm', $4)",
            params![organization, media, webchat, now],
        )?;
        Ok(())
    });
}

#[test]
fn nothing_of_them_is_left_in_any_table_nor_any_file() {
    each(|w| {
        let directory = tempfile::tempdir().unwrap();
        let store = MediaStore::open(directory.path()).unwrap();
        let server = Server::start(&w.crm, ApiOptions { media: Some(store.clone()), ..ApiOptions::default() });
        let zora = zora(w, &server);
        let mut before = everything(w);
        before.extend(below(directory.path()));
        for what in OF_ZORA {
            assert!(!found(&before, what).is_empty(), "{what} is nowhere: the test does not test it");
        }
        let bea = || {
            let mut info = w.info(&zora.bea);
            info["last_message_content"].take();
            let said = messages_of(w, &zora.bea);
            (info, said.iter().map(|message| text(&message["body"])).collect::<Vec<_>>())
        };
        let bea_before = bea();
        assert_eq!(bea_before.1, ["hola de otra", "juntos-zq"]);
        let report = w.get("/api/v1/reports/messages?group=channel").json();

        let path = format!("/api/v1/contacts/{}/erase", zora.contact);
        for (wrong, body) in [("missing", json!({})), ("another", json!({"confirm": zora.bea}))] {
            assert_eq!(w.post(&path, body).status, 400, "{wrong}");
        }
        let key = w.key_with(&["contacts:read", "contacts:write", "messages:write", "setup:write"], 9);
        let confirm = json!({"confirm": zora.contact}).to_string();
        assert_eq!(w.raw(&key, "POST", &path, &[], Some(confirm.as_bytes())).status, 403);
        assert_eq!(w.raw(&w.there.key, "POST", &path, &[], Some(confirm.as_bytes())).status, 404);

        // What is exported is what is known of her, and nothing of others.
        assert_eq!(w.raw(&key, "GET", &format!("/api/v1/contacts/{}/export", zora.contact), &[], None).status, 403);
        let export = ok(w.get(&format!("/api/v1/contacts/{}/export", zora.contact)));
        assert_eq!((&export["cut"], export["kept"]["contacts"].as_array().map(Vec::len)), (&json!([]), Some(2)));
        let said = export.to_string().to_lowercase();
        // What names no contact, and bytes of files, are not in it.
        let apart = ["contenido-privado", "usuario-zq", "eco-de-zq", "sobra-zq", "temprano-zq", "juntos-zq"];
        for what in OF_ZORA.iter().filter(|what| !apart.contains(what)) {
            assert!(said.contains(what), "{what} is not exported");
        }
        assert!(!said.contains("hola de otra") && !said.contains("token_hash"));
        let of = |table: &str| export["kept"][table][0].clone();
        assert_eq!(
            (&of("contacts")["blocked"], &of("tickets")["metadata"]["otro"]),
            (&json!(false), &json!("folio-oculto"))
        );

        let before_log = w.last_sequence();
        let receipt = erase(w, &zora.contact);
        assert_eq!((&receipt["status"], &receipt["finished_at"]), (&json!("running"), &Value::Null), "{receipt}");
        let topics = w.topics(before_log);
        assert_eq!(topics.iter().filter(|topic| *topic == "contact.erased").count(), 2, "{topics:?}");
        let audit = ok(w.get("/api/v1/audit?thing=erasure"));
        assert_eq!(audit["data"][0]["thing_id"], receipt["id"], "who asked for it is in the audit log");
        // Gone for everybody at once, on both channels.
        for id in [&zora.contact, &zora.on_page] {
            assert_eq!(w.get(&format!("/api/v1/contacts/{id}")).status, 404);
            assert_eq!(w.get(&format!("/api/public/contact/{id}/info")).status, 404);
            assert_eq!(w.get(&format!("/api/v1/conversations/{id}")).status, 404);
            assert_eq!(w.post(&format!("/api/v1/contacts/{id}/notes"), json!({"text": "x"})).status, 404);
        }
        assert_eq!(zora.visitor.get("messages").status, 401, "the page is a stranger's");
        run(w, |_| {});
        let_age(directory.path());
        server.wait_for(async {
            let paths = w.db.read(Priority::Interactive, |tx| {
                crm::media::list_gone(tx, &(crm::id::OrganizationId::default(), String::new()), 100)
            });
            for (_, path) in paths.await.unwrap() {
                assert!(workers::media::forget_file(&w.crm, &store, &path).await);
            }
        });

        let mut after = everything(w);
        after.extend(below(directory.path()));
        for what in OF_ZORA {
            assert_eq!(found(&after, what), BTreeSet::new(), "{what} is still there");
        }
        // The person was in every table that has anything of people: a new one has to be filled above.
        let receipt = ok(w.get(&format!("/api/v1/erasures/{}", text(&receipt["id"]))));
        assert_eq!(receipt["status"], "done");
        let told: BTreeSet<&str> =
            receipt["overwritten"].as_object().unwrap().iter().map(|(table, _)| table.as_str()).collect();
        let with_another = ["search_documents", "media_uses", "media_uploads"];
        let meant: BTreeSet<&str> = TABLES
            .iter()
            .filter(|(table, erases)| !matches!(erases, Erases::Nothing(_)) && !with_another.contains(table))
            .map(|(table, _)| *table)
            .collect();
        assert_eq!(told, meant, "left: what the receipt tells of; right: what erasure::TABLES says");
        assert!(found(&[("receipt".to_owned(), receipt.to_string())], "56955").is_empty());

        assert_eq!(w.number("SELECT count(*) AS n FROM scheduled_messages WHERE status <> 'cancelled'"), 0);

        // Twice is as once, by either id, and nothing is told twice.
        let log = w.last_sequence();
        assert_eq!(erase(w, &zora.contact), receipt);
        assert_eq!(erase(w, &zora.on_page), receipt);
        assert_eq!((ok(w.get("/api/v1/erasures"))["data"].clone(), w.topics(log)), (json!([receipt]), vec![]));
        assert_eq!(w.raw(&w.there.key, "GET", "/api/v1/erasures", &[], None).json()["data"], json!([]));

        // Nobody else is another, and what reports count is what it was.
        assert_eq!(bea(), (bea_before.0, vec!["hola de otra".to_owned(), String::new()]));
        assert_eq!(w.get("/api/v1/reports/messages?group=channel").json(), report);
        assert_eq!(w.get("/api/v1/search?q=xilofonista").json()["messages"], json!([]));
        // What is read of the log says that something was, and what receivers are still to get says who is erased.
        let log = w.get("/api/v1/events?limit=1000").json();
        let log = log["data"].as_array().unwrap();
        let of_her = |event: &&Value| event["subject"]["contact_id"] == json!(zora.contact);
        assert!(log.iter().filter(of_her).any(|event| event["data"] == json!({"erased": true})));
        assert!(log.iter().filter(of_her).any(|event| event["data"]["reason"] == json!("erased")));
        while server.wait_for(crm::webhooks::relay(&w.crm)).unwrap().more {}
        let bodies = everything(w).into_iter().filter(|(table, _)| table == "webhook_bodies");
        assert!(bodies.clone().any(|(_, body)| body.contains("contact.erased") && body.contains(&zora.contact)));
        assert!(bodies.into_iter().all(|(_, body)| OF_ZORA.iter().all(|what| !body.contains(what))));

        // Who comes again is somebody new.
        deliver(w, &zora.line, &zora.line.text(ZORA, "z9", seconds(w), "de nuevo"));
        let again = contact_of(w, ZORA);
        assert!(again != zora.contact && again != zora.on_page);
        let said: Vec<String> = messages_of(w, &again).iter().map(|message| text(&message["body"])).collect();
        assert_eq!((said, w.info(&again)["metadata"].clone()), (vec!["de nuevo".to_owned()], json!({})));
    });
}

#[test]
fn a_large_conversation_goes_in_pieces_whatever_happens_between() {
    each(|w| {
        let line = Line::open(w, 1);
        deliver(w, &line, &line.text(ZORA, "z1", seconds(w) - 50, "primera"));
        let contact = contact_of(w, ZORA);
        let (id, channel): (ContactId, ChannelId) = (contact.parse().unwrap(), line.channel.parse().unwrap());
        w.work(move |w| {
            let (organization, now) = (w.organization(), w.now);
            for n in 0..600 {
                let message: MessageId = w.new_id();
                w.tx.execute(
                    "INSERT INTO messages (organization_id, id, contact_id, channel_id, direction, type, body, status, actor, sent_at,
                                           created_at)
                     VALUES ($1, $2, $3, $4, 'inbound', 'text', 'xilofonista', 'received', 'system', $5, $5)",
                    params![organization, message, id, channel, now.micros() + n],
                )?;
            }
            Ok(())
        });
        let receipt = erase(w, &contact);
        let path = format!("/api/v1/erasures/{}", text(&receipt["id"]));
        let overwritten = || ok(w.get(&path))["overwritten"]["messages"].as_i64().unwrap_or(0);
        let pieces = run(w, |n| {
            if n == 1 {
                // She writes while it goes on.
                deliver(w, &line, &line.text(ZORA, "z2", seconds(w), "de nuevo"));
            }
            assert!(overwritten() <= 601);
        });
        assert_eq!((overwritten(), ok(w.get(&path))["status"].clone()), (601, json!("done")), "in {pieces} pieces");
        assert_eq!(w.number("SELECT count(*) AS n FROM messages WHERE body = 'xilofonista' OR body = 'primera'"), 0);
        assert_eq!(w.number("SELECT count(*) AS n FROM erasures WHERE sought IS NOT NULL OR finished_at IS NULL"), 0);
        if pieces > 1 {
            let again = contact_of(w, ZORA);
            assert_eq!(messages_of(w, &again).len(), 1);
        }
    });
}

#[test]
fn what_is_being_sent_meanwhile_is_written_down_of_nobody() {
    each(|w| {
        let line = Line::open(w, 1);
        let now = seconds(w);
        deliver(w, &line, &line.text(ZORA, "z1", now - 50, "hola"));
        let contact = contact_of(w, ZORA);
        let send = |body: &str| -> MessageId {
            text(&ok(w.post("/api/v1/messages", json!({"contact_id": contact, "text": body})))["id"]).parse().unwrap()
        };
        let (first, second) = (send("uno"), send("dos"));
        let lease =
            w.db.write_claim_blocking(Priority::Interactive, |tx: &mut Tx<'_>| {
                leases::claim(tx, "outbound", "a worker", 60)
            })
            .unwrap()
            .unwrap();
        let channel: ChannelId = line.channel.parse().unwrap();
        let taking = lease.clone();
        let taken = w.work(move |w| outbox::claim(w, &taking, channel, 10, &|_, _| 0)).unwrap();
        assert_eq!(taken.send.len(), 1);
        erase(w, &contact);
        let log = w.last_sequence();
        // The provider took the first; then tells of it, and of the second, which nobody sent.
        w.work(move |w| {
            let fate = Fate::Accepted { provider_id: "wamid.zq".to_owned(), wa_id: Some(ZORA.to_owned()) };
            outbox::settle(w, &lease, first, &fate)
        });
        for (name, id) in [("zq", first), ("zq2", second)] {
            let status = json!({"id": format!("wamid.{name}"), "status": "delivered", "timestamp": now.to_string(),
                                "recipient_id": ZORA, "biz_opaque_callback_data": id.to_string()});
            deliver(w, &line, &payload(vec![line.change(json!({"statuses": [status]}))]));
        }
        // She takes back what she wrote.
        run(w, |_| {});
        assert_eq!(w.topics(log), [""; 0], "nothing is told of her");
        let statuses = |status: &str| {
            w.number(&format!(
                "SELECT count(*) AS n FROM messages WHERE direction = 'outbound' AND status = '{status}'"
            ))
        };
        assert_eq!((statuses("sent"), statuses("cancelled")), (1, 1));
        assert_eq!(w.number("SELECT count(*) AS n FROM outbox"), 0);
        assert_eq!(w.number("SELECT count(*) AS n FROM messages WHERE provider_id IS NOT NULL"), 0);
        assert!(found(&everything(w), ZORA).is_empty());
    });
}

#[test]
fn while_a_merge_is_under_way_it_waits() {
    each(|w| {
        let line = Line::open(w, 1);
        for (n, phone) in [(1, ZORA), (2, BEA)] {
            deliver(w, &line, &line.text(phone, &n.to_string(), seconds(w) - 100 + n, "hola"));
        }
        let (zora, bea) = (contact_of(w, ZORA), contact_of(w, BEA));
        let merge = ok(w.post(&format!("/api/v1/contacts/{zora}/merge"), json!({"contact_id": bea})));
        let set = |status: &'static str| {
            w.work(move |w| Ok(w.tx.execute("UPDATE merges SET status = $1", params![status])?));
        };
        set("moving");
        let refused = w.post(&format!("/api/v1/contacts/{zora}/erase"), json!({"confirm": zora}));
        assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("merge_unfinished")));
        set("done");
        // By the id of the one that is an alias by now; and there is nothing to make two of any more.
        erase(w, &bea);
        run(w, |_| {});
        assert_eq!(w.get(&format!("/api/v1/contacts/{zora}")).status, 404);
        let undo = w.post(&format!("/api/v1/merges/{}/undo", text(&merge["id"])), json!({}));
        assert_eq!((undo.status, &undo.json()["code"]), (409, &json!("contact_gone")));
        assert!(found(&everything(w), BEA).is_empty());
    });
}
