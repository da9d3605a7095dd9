//! `/hooks/whatsapp/{channel}`: who may call, what becomes of each thing a payload can say, twice and out of order.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::client;
use crate::meta::{Line, SECRET, contact_of, messages_of, payload, seconds, text_of};
use crate::world::{World, each, text};

const ANA: &str = "56955501234";

fn bodies(w: &World, contact: &str) -> Vec<String> {
    messages_of(w, contact).iter().map(|message| text(&message["body"])).collect()
}

#[test]
fn the_handshake_wants_the_channels_token() {
    each(|w| {
        let line = Line::open(w, 1);
        let ask = |query: &str| w.raw("", "GET", &format!("{}?{query}", line.path()), &[], None);
        let good = ask("hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge=1158201444");
        assert_eq!((good.status, good.text().as_str()), (200, "1158201444"));
        assert!(good.header("content-type").unwrap().starts_with("text/plain"));
        for bad in [
            "hub.mode=subscribe&hub.verify_token=verify-m&hub.challenge=1",
            "hub.mode=unsubscribe&hub.verify_token=verify-me&hub.challenge=1",
            "hub.mode=subscribe&hub.challenge=1",
            "",
        ] {
            assert_eq!(ask(bad).status, 403, "{bad}");
        }
        for nobody in [w.here.playground.as_str(), "0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f", "x"] {
            let path =
                format!("/hooks/whatsapp/{nobody}?hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge=1");
            assert_eq!(w.raw("", "GET", &path, &[], None).status, 404, "{nobody}");
            assert_eq!(w.raw("", "POST", &path, &[], Some(b"{}")).status, 404, "{nobody}");
        }
        let patch = json!({"verify_token": "another"});
        assert_eq!(w.patch(&format!("/api/v1/channels/{}", line.channel), patch).status, 200);
        assert_eq!(ask("hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge=1").status, 403);
        assert_eq!(ask("hub.mode=subscribe&hub.verify_token=another&hub.challenge=1").status, 200);
    });
}

/// A body that cannot be anybody's is not asked for.
#[test]
fn who_has_no_signature_or_no_channel_sends_no_body() {
    each(|w| {
        let line = Line::open(w, 1);
        let asked = |path: &str, signature: &str| {
            let mut stream = TcpStream::connect(w.address()).unwrap();
            write!(
                stream,
                "POST {path} HTTP/1.1\r\nhost: {}\r\n{signature}content-length: 4000000\r\nexpect: 100-continue\r\n\r\n",
                w.address()
            )
            .unwrap();
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).unwrap();
            String::from_utf8_lossy(&answer[9..]).into_owned()
        };
        let good = format!("x-hub-signature-256: sha256={}\r\n", "0".repeat(64));
        let nobody = "/hooks/whatsapp/00000000-0000-7000-8000-000000000000";
        assert_eq!(asked(&line.path(), ""), "401");
        assert_eq!(asked(&line.path(), "x-hub-signature-256: sha256=00\r\n"), "401");
        assert_eq!(asked(nobody, &good), "404");
        assert_eq!(asked("/hooks/whatsapp/x", &good), "404");
        assert_eq!(asked(&line.path(), &good), "100");
    });
}

#[test]
fn the_signature_is_over_the_bytes_as_they_came() {
    each(|w| {
        let line = Line::open(w, 1);
        let at = seconds(w);
        let message = line.text(ANA, "esc", at, "Mañana 😀").to_string();
        let escaped: String = message
            .chars()
            .flat_map(|c| {
                let mut units = [0; 2];
                let plain = c.is_ascii().then(|| c.to_string());
                let escape = |units: &[u16]| units.iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
                plain.unwrap_or_else(|| escape(c.encode_utf16(&mut units))).chars().collect::<Vec<_>>()
            })
            .collect();
        assert!(escaped.is_ascii() && escaped.contains("\\ud83d\\ude00"));
        let post = |body: &[u8], signature: &str| {
            let headers = [("x-hub-signature-256", signature)];
            client::send(w.address(), "POST", &line.path(), &headers, Some(body)).unwrap()
        };
        let before = w.counts();
        let signed = providers::whatsapp_cloud::sign(SECRET, escaped.as_bytes());
        for (body, signature) in [
            (message.as_bytes(), signed.as_str()),
            (escaped.as_bytes(), ""),
            (escaped.as_bytes(), "sha256=00"),
            (escaped.as_bytes(), &providers::whatsapp_cloud::sign("another", escaped.as_bytes())),
        ] {
            assert_eq!(post(body, signature).status, 401, "{signature}");
        }
        assert_eq!(w.counts(), before);
        let taken = post(escaped.as_bytes(), &signed);
        assert_eq!((taken.status, &taken.json()["received"]), (200, &json!(1)), "{}", taken.text());
        assert_eq!(bodies(w, &contact_of(w, ANA)), ["Mañana 😀"]);
        // Signed, and no payload: nothing is kept, and it is said.
        for bad in ["", "x", "[]", "\"x\""] {
            assert_eq!(
                post(bad.as_bytes(), &providers::whatsapp_cloud::sign(SECRET, bad.as_bytes())).status,
                400,
                "{bad}"
            );
        }
        let large = vec![b' '; 4 * 1024 * 1024 + 1];
        assert_eq!(post(&large, &providers::whatsapp_cloud::sign(SECRET, &large)).status, 413);
    });
}

#[test]
fn a_first_message_makes_contact_ticket_and_event_once() {
    each(|w| {
        let line = Line::open(w, 1);
        let at = seconds(w) - 5;
        let mut hello = line.text(ANA, "1", at, "Hola, ¿tienen hora?");
        hello["entry"][0]["changes"][0]["value"]["contacts"] =
            json!([{"profile": {"name": "Ana Rojas", "username": "@anarojas"}, "wa_id": ANA}]);
        let from = w.last_sequence();
        assert_eq!(line.deliver(w, &hello).status, 200);
        assert_eq!(w.topics(from), ["contact.created", "ticket.created", "message.received"]);
        let again = line.deliver(w, &hello).json();
        assert_eq!((&again["received"], &again["known"]), (&json!(0), &json!(1)));
        assert_eq!(w.topics(from).len(), 3, "nothing is told twice");
        let contact = contact_of(w, ANA);
        let info = w.info(&contact);
        assert_eq!(
            (&info["name"], &info["chat_status"], &info["is_chat_read"], &info["last_message_content"]),
            (&json!("Ana Rojas"), &json!("UNATTENDED"), &json!(false), &json!("Hola, ¿tienen hora?"))
        );
        assert_eq!(info["active_ticket"]["current_stage_id"], json!(w.here.stages[0]));
        let ends = crm::Timestamp::parse_utc(info["service_window_ends_at"].as_str().unwrap()).unwrap();
        assert_eq!(ends.micros() / 1_000_000, at + 24 * 3600, "24 h from the person's own time");
        let log = w.get(&format!("/api/v1/events?after={from}&topic=message.received")).json();
        let data = &log["data"][0]["data"];
        for (name, wanted) in [
            ("contact_id", json!(contact)),
            ("message_body", json!("Hola, ¿tienen hora?")),
            ("platform", json!("whatsapp")),
            ("direction", json!("inbound")),
            ("contact_name", json!("Ana Rojas")),
            ("fromNumber", json!(ANA)),
            ("messageType", json!("text")),
            ("stageId", json!(w.here.stages[0])),
        ] {
            assert_eq!(data[name], wanted, "{name}");
        }
        assert_eq!(log["data"][0]["actor"], json!({"type": "contact", "id": contact}));
        // The window is a thing of this channel: a text may go now.
        let identity = w.get(&format!("/api/v1/contacts/{contact}/identity")).json();
        let kinds: Vec<&str> =
            identity["identifiers"].as_array().unwrap().iter().map(|i| i["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["phone", "wa_id", "username", "phone"]);
    });
}

#[test]
fn a_closed_ticket_is_followed_by_a_new_one_or_opened_again() {
    each(|w| {
        let line = Line::open(w, 1);
        let at = seconds(w);
        line.deliver(w, &line.text(ANA, "1", at, "uno"));
        let contact = contact_of(w, ANA);
        w.post(&format!("/api/public/contact/{contact}/assign-team-member/{}", w.here.agent), json!({}));
        let first = text(&w.info(&contact)["active_ticket"]["id"]);
        let close = |ticket: &str| w.post(&format!("/api/v1/tickets/{ticket}/close"), json!({"outcome": "won"}));
        assert_eq!(close(&first).status, 200);
        line.deliver(w, &line.text(ANA, "2", at + 1, "dos"));
        let info = w.info(&contact);
        let second = text(&info["active_ticket"]["id"]);
        assert_ne!(second, first);
        assert_eq!(info["chat_status"], "UNATTENDED");
        let ticket = w.get(&format!("/api/v1/tickets/{second}")).json();
        assert!(ticket.to_string().contains(&w.here.agent), "whoever looked after them goes on: {ticket}");
        w.patch(&format!("/api/v1/channels/{}", line.channel), json!({"reopen_within_hours": 1}));
        close(&second);
        line.deliver(w, &line.text(ANA, "3", at + 2, "tres"));
        assert_eq!(w.info(&contact)["active_ticket"]["id"], json!(second));
        w.patch(&format!("/api/v1/channels/{}", line.channel), json!({"default_stage_id": null}));
        close(&second);
        line.deliver(w, &line.text(ANA, "4", at + 3, "cuatro"));
        assert_eq!(w.info(&contact)["active_ticket"], Value::Null);
        assert_eq!(bodies(w, &contact), ["uno", "dos", "tres", "cuatro"]);
    });
}

#[test]
fn every_type_is_shown_and_its_files_are_to_be_fetched() {
    each(|w| {
        let line = Line::open(w, 1);
        let at = seconds(w) - 100;
        let sha = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
        let image =
            json!({"mime_type": "image/jpeg", "sha256": sha, "id": "100", "caption": "Mi perro", "url": "https://x"});
        let document = json!({"mime_type": "application/pdf", "sha256": sha, "id": "103", "filename": "receta.pdf"});
        let cases: Vec<(&str, Value, &str)> = vec![
            ("image", image, "Mi perro"),
            ("video", json!({"mime_type": "video/mp4", "sha256": sha, "id": "101"}), ""),
            ("audio", json!({"mime_type": "audio/ogg; codecs=opus", "sha256": sha, "id": "102", "voice": true}), ""),
            ("document", document, "receta.pdf"),
            ("sticker", json!({"mime_type": "image/webp", "sha256": sha, "id": "104", "animated": false}), ""),
            ("location", json!({"latitude": -33.45, "longitude": -70.66, "name": "Plaza"}), "Plaza"),
            ("contacts", json!([{"name": {"formatted_name": "Luis Soto"}, "phones": []}]), "Luis Soto"),
            ("interactive", json!({"type": "list_reply", "list_reply": {"id": "a", "title": "Martes"}}), "Martes"),
            ("button", json!({"payload": "SI", "text": "Sí, confirmo"}), "Sí, confirmo"),
            (
                "order",
                json!({"catalog_id": "1", "product_items": [{"product_retailer_id": "sku-1", "quantity": 2}]}),
                "2 × sku-1",
            ),
            ("unsupported", json!({"type": "poll_creation"}), "[poll_creation]"),
            ("hologram", json!({"depth": 3}), "[hologram]"),
        ];
        let messages = cases.iter().enumerate().map(|(n, (kind, object, _))| {
            json!({"from": ANA, "id": format!("wamid.t{n}"), "timestamp": (at + n as i64).to_string(), "type": kind, *kind: object})
        });
        let taken = line.deliver(w, &line.says(messages.collect())).json();
        assert_eq!(taken["received"], json!(cases.len()), "{taken}");
        let found = messages_of(w, &contact_of(w, ANA));
        for ((kind, _, body), message) in cases.iter().zip(&found) {
            assert_eq!((&message["type"], &message["body"]), (&json!(kind), &json!(body)));
        }
        assert_eq!(w.number("SELECT count(*) AS n FROM media WHERE state = 'pending'"), 5);
        let hex = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        assert_eq!(w.number(&format!("SELECT count(*) AS n FROM media WHERE sha256 = '{hex}'")), 5);
        assert_eq!(w.number("SELECT count(*) AS n FROM messages WHERE payload LIKE '%https://x%'"), 0);
        assert_eq!(w.number("SELECT count(*) AS n FROM messages WHERE payload LIKE '%depth%'"), 1, "kept raw");
    });
}

#[test]
fn what_happens_to_a_message_may_come_before_it() {
    each(|w| {
        let line = Line::open(w, 1);
        let at = seconds(w) - 100;
        let of = |id: &str, at: i64, kind: &str, object: Value| {
            line.says(vec![json!({"from": ANA, "id": format!("wamid.{id}"), "timestamp": at.to_string(), "type": kind, kind: object})])
        };
        let edited =
            json!({"original_message_id": "wamid.1", "message": {"type": "text", "text": {"body": "a las cinco"}}});
        let hello = line.text(ANA, "1", at, "a las cuatro");
        let heart = of("r1", at + 3, "reaction", json!({"message_id": "wamid.1", "emoji": "❤️"}));
        let thumb = of("r0", at + 2, "reaction", json!({"message_id": "wamid.1", "emoji": "👍"}));
        let edit = of("e1", at + 4, "edit", edited);
        for payload in [&heart, &edit, &thumb, &hello, &heart, &edit, &hello] {
            assert_eq!(line.deliver(w, payload).status, 200);
        }
        let contact = contact_of(w, ANA);
        assert_eq!(bodies(w, &contact), ["a las cinco"]);
        assert_eq!(w.number("SELECT count(*) AS n FROM reactions WHERE emoji = '❤️'"), 1, "the latest counts");
        assert_eq!(w.number("SELECT count(*) AS n FROM early_updates"), 0);
        line.deliver(w, &of("r2", at + 6, "reaction", json!({"message_id": "wamid.1"})));
        line.deliver(w, &heart);
        assert_eq!(w.number("SELECT count(*) AS n FROM reactions WHERE emoji = ''"), 1, "taken off");
        line.deliver(w, &of("d1", at + 7, "revoke", json!({"original_message_id": "wamid.1"})));
        line.deliver(w, &edit);
        assert_eq!(bodies(w, &contact), [""], "a deletion is final");
    });
}

#[test]
fn statuses_only_go_up_in_whatever_order_they_come() {
    each(|w| {
        let line = Line::open(w, 1);
        let at = seconds(w);
        line.deliver(w, &line.text(ANA, "1", at, "hola"));
        let contact = contact_of(w, ANA);
        let queued = |wamid: Option<&'static str>| {
            let contact = contact.clone();
            w.work(move |w| {
                let contact = crm::contacts::Contact::get(w, contact.parse().unwrap())?;
                let id: crm::id::MessageId = w.new_id();
                let (organization, now) = (w.organization(), w.now);
                w.tx.execute(
                    "INSERT INTO messages (organization_id, id, contact_id, channel_id, direction, type, body, status, actor,
                                           sent_at, created_at, provider_id)
                     VALUES ($1, $2, $3, $4, 'outbound', 'text', 'va', 'sending', 'system', $5, $5, $6)",
                    store::params![organization, id, contact.id, contact.channel_id, now, wamid],
                )?;
                Ok(id.to_string())
            })
        };
        let state = |id: &str| {
            let found = messages_of(w, &contact);
            text(&found.iter().find(|message| message["id"] == id).unwrap()["status"])
        };
        // Every order of the ladder ends at its top, each twice.
        let ladder = ["sent", "delivered", "read", "played"];
        for (n, order) in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]].iter().enumerate() {
            let wamid: &'static str = Box::leak(format!("wamid.out{n}").into_boxed_str());
            let id = queued(Some(wamid));
            for step in order.iter().flat_map(|step| [step, step]) {
                assert_eq!(line.deliver(w, &line.status(wamid, ladder[*step], at + *step as i64)).status, 200);
            }
            assert_eq!(state(&id), "played", "{order:?}");
        }
        // Failed is final, and says why.
        let id = queued(Some("wamid.f"));
        let mut failed = line.status("wamid.f", "failed", at);
        failed["entry"][0]["changes"][0]["value"]["statuses"][0]["errors"] = json!([{"code": 131_026, "title": "Message undeliverable", "error_data": {"details": "No WhatsApp account"}}]);
        for payload in [&line.status("wamid.f", "delivered", at), &failed, &line.status("wamid.f", "read", at + 1)] {
            line.deliver(w, payload);
        }
        assert_eq!(state(&id), "failed");
        let code =
            "SELECT count(*) AS n FROM messages WHERE error_code = '131026' AND error_details = 'No WhatsApp account'";
        assert_eq!(w.number(code), 1);
        // Before the answer to the sending: kept, and applied once the message is called so.
        let id = queued(None);
        line.deliver(w, &line.status("wamid.early", "read", at + 2));
        line.deliver(w, &line.status("wamid.early", "delivered", at + 1));
        assert_eq!(state(&id), "sending");
        let message = id.parse().unwrap();
        w.work(move |w| crm::messages::accepted(w, message, "wamid.early").map(|_| ()));
        assert_eq!(state(&id), "read");
        // No answer ever came: the message's own id, which went out with it, comes back.
        let id = queued(None);
        let mut told = line.status("wamid.lost", "delivered", at);
        told["entry"][0]["changes"][0]["value"]["statuses"][0]["biz_opaque_callback_data"] = json!(id);
        line.deliver(w, &told);
        line.deliver(w, &line.status("wamid.lost", "read", at));
        assert_eq!(state(&id), "read");
        assert_eq!(w.number("SELECT count(*) AS n FROM early_updates"), 0);
    });
}

#[test]
fn one_bad_item_does_not_cost_the_others() {
    each(|w| {
        let (line, other) = (Line::open(w, 1), Line::open(w, 2));
        let foreign = Line::with_secret(w, 3, "another-secret");
        let at = seconds(w);
        let stranger = Line { channel: line.channel.clone(), phone_number_id: "999999999999".to_owned() };
        let changes = vec![
            line.change(
                json!({"messages": [text_of(ANA, "1", at, "uno"), {"type": "text"}, 7, text_of(ANA, "2", at, "dos")]}),
            ),
            line.change_of("moon_phase", json!({"phase": "full"})),
            json!({"field": "messages"}),
            other.change(json!({"messages": [text_of("56955509999", "3", at, "al otro número")]})),
            stranger.change(json!({"messages": [text_of("56955508888", "4", at, "a nadie")]})),
            foreign.change(json!({"messages": [text_of("56955507777", "5", at, "con otro secreto")]})),
        ];
        let from = w.last_sequence();
        let taken = line.deliver(w, &payload(changes)).json();
        assert_eq!((&taken["received"], &taken["kept"]), (&json!(3), &json!(6)), "{taken}");
        assert_eq!(bodies(w, &contact_of(w, ANA)), ["uno", "dos"]);
        let there = contact_of(w, "56955509999");
        assert_eq!(bodies(w, &there), ["al otro número"]);
        let channel = w.get(&format!("/api/v1/contacts/{there}")).json()["channel_id"].clone();
        assert_eq!(channel, json!(other.channel));
        for nobody in ["56955508888", "56955507777"] {
            assert_eq!(w.get(&format!("/api/public/contacts/search?phone={nobody}")).json(), json!([]));
        }
        assert_eq!(w.topics(from).iter().filter(|topic| *topic == "channel.status").count(), 2);
        assert_eq!(w.number("SELECT count(*) AS n FROM hook_leftovers"), 6);
    });
}

#[test]
fn what_the_business_writes_on_its_phone_is_outbound() {
    each(|w| {
        let line = Line::open(w, 1);
        let at = seconds(w);
        line.deliver(w, &line.text(ANA, "1", at - 1, "hola"));
        let echo = json!({"from": "15550783881", "to": ANA, "id": "wamid.echo", "timestamp": at.to_string(), "type": "text",
                          "text": {"body": "desde el teléfono"}});
        let echo = payload(vec![line.change_of("smb_message_echoes", json!({"message_echoes": [echo]}))]);
        let from = w.last_sequence();
        for _ in 0..2 {
            assert_eq!(line.deliver(w, &echo).status, 200);
        }
        assert_eq!(w.topics(from), ["message.sent"]);
        let contact = contact_of(w, ANA);
        let found = messages_of(w, &contact);
        assert_eq!((&found[1]["direction"], &found[1]["status"]), (&json!("OUTBOUND"), &json!("sent")));
        assert_eq!(w.info(&contact)["chat_status"], "ATTENDED");
        line.deliver(w, &line.status("wamid.echo", "read", at + 1));
        assert_eq!(messages_of(w, &contact)[1]["status"], "read");
    });
}

#[test]
fn preferences_and_news_of_the_account() {
    each(|w| {
        let line = Line::open(w, 1);
        let at = seconds(w);
        line.deliver(w, &line.text(ANA, "1", at, "hola"));
        let contact = contact_of(w, ANA);
        let says = |value: &str, at: i64| {
            let preference = json!({"wa_id": ANA, "category": "marketing_messages", "value": value, "timestamp": at});
            payload(vec![line.change_of("user_preferences", json!({"user_preferences": [preference]}))])
        };
        let opted_out = || w.info(&contact)["opted_out_at"].clone();
        line.deliver(w, &says("stop", at + 1));
        assert!(opted_out().is_string());
        line.deliver(w, &says("resume", at + 2));
        line.deliver(w, &says("stop", at + 1));
        assert_eq!(opted_out(), Value::Null, "what is older changes nothing");
        let quality = |to: &str| json!({"field": "phone_number_quality_update", "value": {"display_phone_number": "15550783881", "event": to}});
        let disabled = json!({"field": "account_update", "value": {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}});
        let from = w.last_sequence();
        for change in [quality("FLAGGED"), quality("FLAGGED"), disabled.clone(), disabled] {
            line.deliver(w, &payload(vec![change]));
        }
        // The account's other channel in this world has another secret, so it hears nothing of it.
        assert_eq!(w.topics(from), ["channel.status", "channel.status"]);
        let channel = w.get(&format!("/api/v1/channels/{}", line.channel)).json();
        assert_eq!(channel["status"], "disabled");
    });
}
