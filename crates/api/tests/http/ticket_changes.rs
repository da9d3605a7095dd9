//! C20 and C21: metadata and amount of a ticket, and which ticket is meant.

use serde_json::{Value, json};

use crate::redact::wrong;
use crate::silence::each_silent;
use crate::world::{PHONE_ID, UPSERT, text};

const METADATA: &str = "/api/public/ticket/metadata";
const AMOUNT: &str = "/api/public/ticket/amount";
const NOBODY: &str = "0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f";

#[test]
fn which_ticket_is_meant() {
    each_silent(|w| {
        let (contact, ticket) = w.ticket("+56955501234");
        let bystander = w.contact("+56955509999");
        for (path, more) in [(METADATA, json!({"metadata": {"a": 1}})), (AMOUNT, json!({"amount": 5}))] {
            let call = |named: Value| {
                let mut body = more.clone();
                body.as_object_mut().unwrap().extend(named.as_object().unwrap().clone());
                w.post(path, body)
            };
            for named in [
                json!({"ticket_id": ticket}),
                json!({"ai_contact_id": contact}),
                json!({"contact_number": "9 5550 1234"}),
                json!({"contact_number": 56955501234_i64}),
            ] {
                let reply = call(named.clone());
                assert_eq!((reply.status, reply.json()), (201, json!({"status": "ok"})), "{path} {named}");
            }
            for (named, expected) in [
                (json!({}), "/ticket_id required"),
                (json!({"ticket_id": ticket, "ai_contact_id": contact}), "/ticket_id too_many"),
                (json!({"ai_contact_id": contact, "contact_number": "+56955501234"}), "/ai_contact_id too_many"),
                (json!({"ticket_id": NOBODY}), "/ticket_id unknown_reference"),
                (json!({"ai_contact_id": NOBODY}), "/ai_contact_id unknown_reference"),
                (json!({"contact_number": "+56955500000"}), "/contact_number unknown_reference"),
                (json!({"contact_number": "12"}), "/contact_number invalid_phone"),
                (json!({"ticket_id": "x"}), "/ticket_id invalid_uuid"),
                (json!({"ticket_id": ticket, "allow_closed_ticket": "perhaps"}), "/allow_closed_ticket invalid_type"),
            ] {
                let reply = call(named.clone());
                assert_eq!((reply.status, wrong(&reply.json())), (400, vec![expected.to_owned()]), "{path} {named}");
            }
            let reply = call(json!({"ai_contact_id": bystander}));
            assert_eq!((reply.status, &reply.json()["code"]), (404, &json!("no_open_ticket")));
            let reply = call(json!({"ai_contact_id": bystander, "allow_closed_ticket": true}));
            assert_eq!((reply.status, &reply.json()["code"]), (404, &json!("no_open_ticket")));
        }
        w.upsert("+56955501234", json!({"stageId": w.here.stages[3]}));
        for (path, more) in [(METADATA, json!({"metadata": {"b": 1}})), (AMOUNT, json!({"amount": 6}))] {
            let call = |named: Value| {
                let mut body = more.clone();
                body.as_object_mut().unwrap().extend(named.as_object().unwrap().clone());
                w.post(path, body)
            };
            let reply = call(json!({"ticket_id": ticket}));
            assert_eq!((reply.status, &reply.json()["code"]), (409, &json!("ticket_closed")));
            assert_eq!(call(json!({"ai_contact_id": contact})).json()["code"], "no_open_ticket");
            assert_eq!(call(json!({"ticket_id": ticket, "allow_closed_ticket": true})).status, 201);
            assert_eq!(call(json!({"contact_number": "+56955501234", "allow_closed_ticket": true})).status, 201);
        }
        let closed = w.info(&contact)["last_closed_ticket"].clone();
        assert_eq!((&closed["metadata"], &closed["amount"]), (&json!({"a": 1, "b": 1}), &json!("6")));
    });
}

#[test]
fn of_several_contacts_with_a_number_the_one_with_an_open_ticket() {
    each_silent(|w| {
        let cloud =
            json!({"channel": "whatsapp", "channel_phone_number": PHONE_ID, "contact_phone_number": "+56955501234"});
        let (older, ticket) = w.ticket("+56955501234");
        let newer = text(&w.post(UPSERT, cloud).json()["id"]);
        w.inbound(&newer, "Hola", 0);
        w.post(AMOUNT, json!({"contact_number": "+56955501234", "amount": 7}));
        assert_eq!(w.info(&older)["active_ticket"]["amount"], "7");
        w.post(&format!("/api/v1/tickets/{ticket}/close"), json!({"outcome": "lost"}));
        let reply = w.post(AMOUNT, json!({"contact_number": "+56955501234", "amount": 8, "allow_closed_ticket": true}));
        assert_eq!(reply.json()["code"], "no_open_ticket", "then latest activity: that one never had a ticket");
    });
}

#[test]
fn metadata_is_merged_by_key_and_fields_are_filled_by_exact_key() {
    each_silent(|w| {
        let (contact, ticket) = w.ticket("+56955501234");
        let merge = |metadata: Value| w.post(METADATA, json!({"ticket_id": ticket, "metadata": metadata}));
        assert_eq!(merge(json!({"Folio": 12, "Nro Pedido": {"a": 1}, "foliado": 3, "igual": "x"})).status, 201);
        let shown = w.info(&contact)["active_ticket"]["metadata"].clone();
        assert_eq!(shown, json!({"nro_pedido": {"a": 1}, "foliado": 3, "igual": "x"}));
        let events = w.last_sequence();
        merge(json!({"igual": "x", "folio": 12, "foliado": ""}));
        assert!(w.topics(events).is_empty(), "nothing changed, nothing is told");
        merge(json!({"nro_pedido": {"b": 2}, "foliado": null, "folio": null, "never": null}));
        assert_eq!(w.info(&contact)["active_ticket"]["metadata"], json!({"nro_pedido": {"b": 2}, "igual": "x"}));
        assert_eq!(w.get(&format!("/api/v1/tickets/{ticket}")).json()["custom_fields"], json!([]));
        let reply = merge(json!({"folio": "sin número", "otro": 1}));
        assert_eq!((reply.status, wrong(&reply.json()).len()), (400, 1), "{}", reply.text());
        let nobody = "0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f";
        let reply = w.post(METADATA, json!({"ticket_id": nobody, "metadata": {"folio": "sin número"}}));
        assert_eq!(wrong(&reply.json()), ["/metadata/folio invalid_value", "/ticket_id unknown_reference"]);
        let reply = w.post(AMOUNT, json!({"ai_contact_id": nobody, "amount": -1}));
        assert_eq!(wrong(&reply.json()), ["/ai_contact_id unknown_reference", "/amount out_of_range"]);
        // Of keys that fold alike the last one alone counts, a null as well as a value.
        let raw = |metadata: &str| {
            let body = format!(r#"{{"ticket_id":"{ticket}","metadata":{metadata}}}"#);
            assert_eq!(w.raw(&w.here.key, "POST", METADATA, &[], Some(body.as_bytes())).status, 201);
        };
        raw(r#"{"Monto": 1, "monto": 2, "seña": null, "Sena": "x", "luz": "y", "Luz": null}"#);
        let shown = w.info(&contact)["active_ticket"]["metadata"].clone();
        assert_eq!((&shown["monto"], &shown["sena"], &shown["luz"]), (&json!(2), &json!("x"), &json!(null)));
        let events = w.last_sequence();
        raw(r#"{"Monto": 1, "monto": 2}"#);
        assert!(w.topics(events).is_empty(), "it is two already");
        merge(json!({"monto": null, "sena": null}));
        let reply = merge(json!({"texto": "x".repeat(300_000)}));
        assert_eq!(wrong(&reply.json()), ["/metadata too_large"]);
        let exact = format!(r#"{{"ticket_id":"{ticket}","metadata":{{"n":1e400,"d":0.10}}}}"#);
        assert_eq!(w.raw(&w.here.key, "POST", METADATA, &[], Some(exact.as_bytes())).status, 201);
        let shown = w.get(&format!("/api/public/contact/{contact}/info")).text();
        assert!(shown.contains("\"n\":1e400,\"d\":0.10"), "{shown}");
        assert_eq!(wrong(&w.post(METADATA, json!({"ticket_id": ticket})).json()), ["/metadata required"]);
    });
}

#[test]
fn a_field_made_a_moment_ago_is_known() {
    each_silent(|w| {
        let (_, ticket) = w.ticket("+56955501234");
        let field = json!({"key": "patente", "name": "Patente", "entity": "ticket", "type": "text"});
        let reply = w.post("/api/v1/custom_fields", field);
        assert_eq!(reply.status, 201, "{}", reply.text());
        w.post(METADATA, json!({"ticket_id": ticket, "metadata": {"patente": "ABCD-12"}}));
        let shown = w.get(&format!("/api/v1/tickets/{ticket}")).json();
        assert_eq!((&shown["metadata"], &shown["custom_fields"][0]["value"]), (&json!({}), &json!("ABCD-12")));
    });
}

#[test]
fn money_is_decimal_and_never_a_float() {
    each_silent(|w| {
        let (contact, ticket) = w.ticket("+56955501234");
        let send = |amount: &str, currency: &str| {
            let currency = if currency.is_empty() { String::new() } else { format!(r#","currency":"{currency}""#) };
            let body = format!(r#"{{"ticket_id":"{ticket}","amount":{amount}{currency}}}"#);
            w.raw(&w.here.key, "POST", AMOUNT, &[], Some(body.as_bytes()))
        };
        let shown = || {
            let ticket = w.info(&contact)["active_ticket"].clone();
            format!("{} {}", text(&ticket["amount"]), text(&ticket["currency"]))
        };
        for (amount, currency, expected) in [
            ("125000", "", "125000 CLP"),
            ("0.30", "USD", "0.30 USD"),
            ("\"1250.50\"", "", "1250.50 USD"),
            ("1.005e3", "USD", "1005.00 USD"),
            ("38123.4567", "UF", "38123.4567 UF"),
            ("90071992547409.93", "usd", ""),
            ("0", "CLP", "0 CLP"),
            ("9007199254740.93", "USD", "9007199254740.93 USD"),
            ("1990.00", "CLP", "1990 CLP"),
        ] {
            let reply = send(amount, currency);
            if expected.is_empty() {
                assert_eq!(wrong(&reply.json()), ["/amount out_of_range"], "{amount}");
            } else {
                assert_eq!((reply.status, shown().as_str()), (201, expected), "{amount} {currency}: {}", reply.text());
            }
        }
        let before = shown();
        for (amount, currency, expected) in [
            ("0.1", "CLP", "/amount too_many_decimals"),
            // What 0.1 + 0.2 is as a float.
            ("0.30000000000000004", "USD", "/amount too_many_decimals"),
            ("1.00001", "UF", "/amount too_many_decimals"),
            ("0.5", "", "/amount too_many_decimals"),
            ("1e400", "CLP", "/amount out_of_range"),
            ("1e-400", "CLP", "/amount too_many_decimals"),
            ("-1", "CLP", "/amount out_of_range"),
            // Not a thousand with a separator: a point is a decimal point.
            ("\"1.990\"", "CLP", "/amount too_many_decimals"),
            ("\"1,5\"", "USD", "/amount invalid_number"),
            ("\"mucho\"", "USD", "/amount invalid_number"),
            ("true", "USD", "/amount invalid_type"),
            ("[]", "USD", "/amount invalid_type"),
            ("null", "USD", "/amount required"),
            ("5", "XXX", "/currency invalid_currency"),
            ("5", "pesos", "/currency too_long"),
        ] {
            let reply = send(amount, currency);
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec![expected.to_owned()]), "{amount} {currency}");
        }
        assert_eq!(shown(), before);
        let reply = w.raw(&w.here.key, "POST", AMOUNT, &[], Some(br#"{"amount":0.5,"currency":"CLP"}"#));
        assert_eq!(wrong(&reply.json()), ["/amount too_many_decimals", "/ticket_id required"], "all at once");
    });
}
