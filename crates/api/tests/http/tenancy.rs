//! Ids of another organization are like ids that are nobody's, on every route.

use serde_json::{Value, json};

use crate::client::Reply;
use crate::conventions::{is_of_a_session, operations};
use crate::redact::wrong;
use crate::world::{PHONE_ID, PLAYGROUND, UPSERT, WHATSAPP, World, each, text};

/// Things of the other organization.
fn theirs(w: &World) -> (String, String) {
    let body = json!({"channel": "playground", "channel_phone_number": PLAYGROUND, "contact_phone_number": "+5511987654321",
                      "stageId": w.there.stages[0], "contact_name": "Bia Souza"});
    let reply = w.raw(&w.there.key, "POST", UPSERT, &[], Some(body.to_string().as_bytes()));
    assert_eq!(reply.status, 201, "{}", reply.text());
    let contact = text(&reply.json()["id"]);
    let info = w.raw(&w.there.key, "GET", &format!("/api/public/contact/{contact}/info"), &[], None).json();
    (contact, text(&info["active_ticket"]["id"]))
}

/// A review, a rule, a run of structuring and a proposal of the other organization.
fn structured(w: &World) -> [String; 3] {
    let send = |method: &str, path: &str, body: Value| {
        let reply = w.raw(&w.there.key, method, path, &[], Some(body.to_string().as_bytes()));
        assert!(reply.status < 300, "{}", reply.text());
        reply.json()
    };
    send(
        "POST",
        "/api/v1/custom_fields",
        json!({"key": "causa", "name": "Causa", "type": "select", "options": ["Infância", "Outra"]}),
    );
    let record = |phone: &str| {
        send(
            "POST",
            UPSERT,
            json!({"channel": "playground", "channel_phone_number": PLAYGROUND, "contact_phone_number": phone,
                                    "meta_data": {"q4": "Infância"}}),
        );
        let reviews = w.raw(&w.there.key, "GET", "/api/v1/structuring/reviews", &[], None).json();
        text(&reviews["data"][0]["id"])
    };
    let decided = record("+5511987654322");
    let decide = format!("/api/v1/structuring/reviews/{decided}/decide");
    let rule = text(&send("POST", &decide, json!({"decision": "accept"}))["rule"]["id"]);
    let review = record("+5511987654323");
    let organization = w.there.organization;
    let proposal = w.work(move |w| {
        let id: crm::id::ProposalId = w.new_id();
        let now = w.now;
        w.tx.execute(
            "INSERT INTO unknown_keys (organization_id, key, id, status, contacts, type, options, first_seen_at, last_seen_at,
                                       filled)
             VALUES ($1, 'chave', $2, 'proposed', 20, 'text', '[]', $3, $3, 0)",
            store::params![organization, id, now],
        )?;
        Ok(id.to_string())
    });
    [review, rule, proposal]
}

/// A merge of the other organization: of their contact with one of another channel.
fn merged(w: &World, contact: &str) -> String {
    let send = |path: &str, body: Value| {
        let reply = w.raw(&w.there.key, "POST", path, &[], Some(body.to_string().as_bytes()));
        assert!(reply.status < 300, "{}", reply.text());
        reply.json()
    };
    let visitor = json!({"channel": "webchat", "channel_id": w.there.webchat, "external_user_id": "v-1"});
    let visitor = send(UPSERT, visitor);
    text(&send(&format!("/api/v1/contacts/{contact}/merge"), json!({"contact_id": visitor["id"]}))["id"])
}

/// A template, a file and a message of the other organization.
fn sent(w: &World, contact: &str) -> [String; 3] {
    let (channel, contact): (crm::id::ChannelId, crm::id::ContactId) =
        (w.there.whatsapp.parse().unwrap(), contact.parse().unwrap());
    let there = crm::Caller::system(w.there.organization);
    let made = w.crm.write_blocking(&there, move |w| {
        let fetched = crm::templates::Fetched {
            provider_id: "77001".to_owned(),
            name: "pedido".to_owned(),
            language: "pt_BR".to_owned(),
            status: "APPROVED".to_owned(),
            category: "UTILITY".to_owned(),
            parameter_format: "POSITIONAL".to_owned(),
            components: json!([{"type": "BODY", "text": "Olá"}]),
            quality: None,
            reason: None,
        };
        let template = crm::templates::put(w, channel, &fetched)?.id;
        let upload = crm::media::Upload {
            channel,
            media_type: crm::media::MediaType::Image,
            mime: "image/png".to_owned(),
            file_name: None,
            path: "a/b".to_owned(),
            sha256: "00".repeat(32),
            size: 3,
        };
        let media = crm::media::uploaded(w, &upload)?.id;
        let (organization, now) = (w.organization(), w.now);
        let message: crm::id::MessageId = w.new_id();
        w.tx.execute(
            "INSERT INTO messages (organization_id, id, contact_id, channel_id, direction, type, body, status, actor, sent_at,
                                   created_at)
             VALUES ($1, $2, $3, $4, 'outbound', 'image', 'x', 'failed', 'system', $5, $5)",
            store::params![organization, message, contact, channel, now],
        )?;
        Ok([template.to_string(), media.to_string(), message.to_string()])
    });
    made.unwrap()
}

/// A scheduled message of the other organization.
fn scheduled(w: &World) -> String {
    let body = json!({"phone": "+5511987654329", "channel_id": w.there.web_whatsapp, "text": "Olá",
                      "scheduled_at": "2027-01-01T12:00:00Z"});
    let reply = w.raw(&w.there.key, "POST", "/api/v1/scheduled_messages", &[], Some(body.to_string().as_bytes()));
    assert_eq!(reply.status, 201, "{}", reply.text());
    text(&reply.json()["id"])
}

/// A body that says everything that the operation asks for, as well as can be without knowing it.
fn body(operation: &Value) -> Value {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let Some(members) = schema["properties"].as_object() else { return json!({}) };
    let required: Vec<&str> =
        schema["required"].as_array().map_or(Vec::new(), |r| r.iter().filter_map(Value::as_str).collect());
    let value = |schema: &Value| match (&schema["type"], &schema["enum"]) {
        (_, Value::Array(words)) => words[0].clone(),
        (Value::String(kind), _) if kind == "object" => json!({}),
        (Value::String(kind), _) if kind == "array" => json!([]),
        (Value::String(kind), _) if kind == "integer" => json!(1),
        (Value::String(kind), _) if kind == "boolean" => json!(false),
        _ if schema["format"] == "uuid" => json!("0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f"),
        _ => json!("x"),
    };
    members
        .iter()
        .filter(|(name, _)| required.contains(&name.as_str()))
        .map(|(name, schema)| (name.clone(), value(schema)))
        .collect()
}

fn outcome(reply: &Reply) -> (u16, Value, Vec<String>) {
    (reply.status, reply.json()["code"].clone(), wrong(&reply.json()))
}

#[test]
fn every_route_with_ids_in_its_path() {
    each(|w| {
        let (contact, ticket) = theirs(w);
        let [review, rule, proposal] = structured(w);
        let merge = merged(w, &contact);
        let hook = json!({"url": "https://93.184.215.14/"}).to_string();
        let webhook = w.raw(&w.there.key, "POST", "/api/v1/webhooks", &[], Some(hook.as_bytes())).json();
        let webhook = text(&webhook["id"]);
        let [template, media, message] = sent(w, &contact);
        let scheduled = scheduled(w);
        let made = |path: &str, body: Value| {
            let reply = w.raw(&w.there.key, "POST", path, &[], Some(body.to_string().as_bytes()));
            assert_eq!(reply.status, 201, "{path}: {}", reply.text());
            text(&reply.json()["id"])
        };
        let reply = made("/api/v1/canned_replies", json!({"shortcut": "oi", "text": "Olá"}));
        let invitation = made("/api/v1/invitations", json!({"email": "bia@example.com", "role": "agent"}));
        let api_key = made("/api/v1/api_keys", json!({"name": "Chave", "scopes": ["contacts:read"]}));
        let before = w.counts();
        let there = w.there.clone();
        let mut walked = 0;
        for kind in [
            "contact",
            "ticket",
            "channel",
            "pipeline",
            "stage",
            "member",
            "review",
            "rule",
            "proposal",
            "merge",
            "webhook",
            "template",
            "media",
            "message",
            "scheduled message",
            "canned reply",
            "invitation",
            "API key",
            "organization",
        ] {
            let foreign = match kind {
                "contact" => contact.clone(),
                "ticket" => ticket.clone(),
                "channel" => there.web_whatsapp.clone(),
                "pipeline" => there.pipeline.clone(),
                "stage" => there.stages[0].clone(),
                "member" => there.agent.clone(),
                "review" => review.clone(),
                "rule" => rule.clone(),
                "proposal" => proposal.clone(),
                "merge" => merge.clone(),
                "webhook" => webhook.clone(),
                "template" => template.clone(),
                "media" => media.clone(),
                "message" => message.clone(),
                "scheduled message" => scheduled.clone(),
                "canned reply" => reply.clone(),
                "invitation" => invitation.clone(),
                "API key" => api_key.clone(),
                _ => there.organization.to_string(),
            };
            let fill = |id: &str| {
                let id = id.to_owned();
                move |name: &str| match name {
                    "channelType" => "playground".to_owned(),
                    "platformIdentifier" => "+5511987654321".to_owned(),
                    _ => id.clone(),
                }
            };
            let with_foreign = operations(fill(&foreign));
            let with_nobodys = operations(fill("0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f"));
            for ((method, path, operation), (_, nobodys, _)) in with_foreign.into_iter().zip(with_nobodys) {
                let has_id = operation["parameters"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|p| p["in"] == "path" && p["name"] != "channelType");
                // Sessions of others have a test of their own.
                if !has_id || is_of_a_session(&operation) {
                    continue;
                }
                walked += 1;
                let body = body(&operation).to_string();
                let body = (method != "GET").then_some(body.as_bytes());
                let foreign = w.raw(&w.here.key, &method, &path, &[], body);
                let unknown = w.raw(&w.here.key, &method, &nobodys, &[], body);
                assert!(matches!(foreign.status, 400 | 404), "{method} {path}: {} {}", foreign.status, foreign.text());
                assert_eq!(outcome(&foreign), outcome(&unknown), "{method} {path}");
            }
        }
        assert!(walked > 100, "{walked}");
        assert_eq!(w.counts(), before, "nothing of theirs or ours changed");
    });
}

#[test]
fn ids_in_bodies_and_queries() {
    each(|w| {
        let (contact, ticket) = theirs(w);
        let (own, own_ticket) = w.ticket("+56955501234");
        let nobody = "0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f".to_owned();
        let there = &w.there;
        let check = |send: &dyn Fn(&str) -> Reply, foreign: &str| {
            let (theirs, unknown) = (send(foreign), send(&nobody));
            assert_eq!(outcome(&theirs), outcome(&unknown));
            assert_eq!((theirs.status, wrong(&theirs.json()).len()), (400, 1), "{}", theirs.text());
            assert!(wrong(&theirs.json())[0].ends_with(" unknown_reference"), "{}", theirs.text());
        };
        check(&|id| w.upsert("+56955501234", json!({"stageId": id})), &there.stages[0]);
        check(&|id| w.upsert("+56955501234", json!({"agentId": id})), &there.agent);
        check(
            &|id| w.post(UPSERT, json!({"channel": "webchat", "channel_id": id, "external_user_id": "x"})),
            &there.webchat,
        );
        check(&|id| w.post("/api/public/ticket/amount", json!({"ticket_id": id, "amount": 1})), &ticket);
        check(&|id| w.post("/api/public/ticket/metadata", json!({"ai_contact_id": id, "metadata": {}})), &contact);
        check(&|id| w.get(&format!("/api/public/contacts?days=1&stage_id={id}")), &there.stages[0]);
        check(&|id| w.get(&format!("/api/public/contacts?days=1&pipeline_id={id}")), &there.pipeline);
        check(&|id| w.post("/api/v1/tickets", json!({"contact_id": id, "stage_id": w.here.stages[0]})), &contact);
        check(&|id| w.post("/api/v1/tickets", json!({"contact_id": own, "stage_id": id})), &there.stages[0]);
        check(
            &|id| w.post("/api/v1/tickets", json!({"contact_id": own, "stage_id": w.here.stages[0], "agent_id": id})),
            &there.agent,
        );
        check(&|id| w.post(&format!("/api/v1/tickets/{own_ticket}/move"), json!({"stage_id": id})), &there.stages[1]);
        check(&|id| w.post(&format!("/api/v1/contacts/{own}/merge"), json!({"contact_id": id})), &contact);
        check(&|id| w.post(&format!("/api/v1/tickets/{own_ticket}/assign"), json!({"agent_id": id})), &there.agent);
        check(&|id| w.patch("/api/v1/assignment", json!({"member_ids": [id]})), &there.agent);
        let [template, media, _] = sent(w, &contact);
        let whatsapp =
            json!({"channel": "whatsapp", "channel_phone_number": WHATSAPP, "contact_phone_number": "+56955501234"});
        let person = text(&w.post(UPSERT, whatsapp).json()["id"]);
        w.inbound(&person, "hola", 60);
        check(&|id| w.post("/api/v1/messages", json!({"contact_id": person, "image": {"media_id": id}})), &media);
        check(
            &|id| {
                let body = json!({"phone": "+56955501234", "from_phone_number": WHATSAPP, "template_id": id});
                w.post("/api/public/whatsapp/message/send", body)
            },
            &template,
        );
        check(
            &|id| {
                let path = format!("/api/public/whatsapp/message/send/template/{id}?from-phone-number={PHONE_ID}");
                w.post(&path, json!({"telefono": "+56955501234"}))
            },
            &template,
        );
        let scheduled_at = "2027-01-01T12:00:00Z";
        let plan = |to: Value| {
            let mut body = json!({"text": "Hola", "scheduled_at": scheduled_at});
            body.as_object_mut().unwrap().extend(to.as_object().unwrap().clone());
            w.post("/api/v1/scheduled_messages", body)
        };
        check(&|id| plan(json!({"contact_id": id})), &contact);
        check(&|id| plan(json!({"phone": "+56955501234", "channel_id": id})), &there.web_whatsapp);
        let programmed = |identifier: &str, template: &str, channel: &str| {
            w.post(
                "/api/public/whatsapp/message/programmed/create",
                json!({"contactIdentifier": identifier, "templateId": template, "channelId": channel, "channel": "whatsapp",
                       "scheduledDate": scheduled_at}),
            )
        };
        let (nobodys, ours) = ("+56955501239", w.here.whatsapp.clone());
        check(&|id| programmed(nobodys, id, &ours), &template);
        check(&|id| programmed(nobodys, "1", id), &there.whatsapp);
        check(&|id| programmed(id, "1", &ours), &contact);
        let [review, ..] = structured(w);
        let runs = w.raw(&there.key, "GET", &format!("/api/v1/structuring/reviews/{review}"), &[], None).json();
        let run = text(&runs["structuring_id"]);
        let before = w.counts();
        check(&|id| w.post("/api/v1/structuring/undo", json!({"structuring_id": id})), &run);
        let bulk = |id: &str| {
            w.post("/api/v1/structuring/reviews/decide", json!({"items": [{"id": id, "decision": "never"}]})).json()["items"][0]
                ["error"]["code"]
                .clone()
        };
        assert_eq!((bulk(&review), bulk(&nobody)), (json!("not_found"), json!("not_found")));
        for list in ["structuring/reviews", "tickets", "events", "scheduled_messages"] {
            check(&|id| w.get(&format!("/api/v1/{list}?contact_id={id}")), &contact);
        }
        let event = |contact: Value, channel: Value| {
            w.post("/api/v1/events", json!({"event": "e", "properties": {}, "contact": contact, "channel": channel}))
        };
        check(&|id| event(json!({"aiContactId": id}), json!({"channelId": w.here.playground})), &contact);
        check(&|id| event(json!({"phone": "+56955501234"}), json!({"channelId": id})), &there.playground);
        assert_eq!(w.get("/api/public/contacts/search?phone=11987654321").json(), json!([]));
        let reply = w.post("/api/public/ticket/amount", json!({"contact_number": "+5511987654321", "amount": 1}));
        assert_eq!(wrong(&reply.json()), ["/contact_number unknown_reference"]);
        assert_eq!(w.counts(), before);
    });
}
