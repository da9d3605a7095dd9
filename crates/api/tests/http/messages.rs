//! C6 and C7: what was said, by page and by conversation.

use serde_json::json;

use crate::redact::{redact, wrong};
use crate::world::{PLAYGROUND, each};

#[test]
fn pages_of_fifty_oldest_first() {
    each(|w| {
        let contact = w.contact("+56955501234");
        w.upsert("+56955501234", json!({"note": "No es un mensaje"}));
        for n in 0..51 {
            w.inbound(&contact, &format!("mensaje {n}"), 1000 - n);
        }
        let page = |n: &str| w.get(&format!("/api/public/contact/v2/{contact}/messages?page={n}"));
        let first = page("1").json();
        assert_eq!((&first["page"], &first["hasMore"], &first["total"]), (&json!(1), &json!(true), &json!(51)));
        assert_eq!(
            redact(&first["messages"][0]),
            json!({"id": "<id>", "body": "mensaje 0", "created_at": "<time>", "direction": "INBOUND", "from": "+56955501234",
                   "to": PLAYGROUND, "type": "text", "status": "received"})
        );
        assert_eq!(w.get(&format!("/api/public/contact/v2/{contact}/messages")).json(), first);
        let second = page("2").json();
        assert_eq!((second["messages"].as_array().unwrap().len(), &second["hasMore"]), (1, &json!(false)));
        assert_eq!(second["messages"][0]["body"], "mensaje 50");
        let past = page("999").json();
        assert_eq!((&past["messages"], &past["hasMore"], &past["page"]), (&json!([]), &json!(false), &json!(999)));
        for bad in ["0", "-1", "x", "1.5", "99999999999999999999"] {
            let reply = page(bad);
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec!["?page out_of_range".to_owned()]), "{bad}");
        }
        assert_eq!(w.get("/api/public/contact/v2/x/messages").status, 404);
    });
}

#[test]
fn a_silence_of_a_day_starts_a_new_conversation() {
    each(|w| {
        let contact = w.contact("+56955501234");
        let day = 86_400;
        for (body, ago) in [("uno", 5 * day), ("dos", 4 * day + 1), ("tres", 3 * day + 1), ("cuatro", 2 * day)] {
            w.inbound(&contact, body, ago);
        }
        let list = |query: &str| w.get(&format!("/api/public/contact/{contact}/conversations{query}")).json();
        let bodies = |found: &serde_json::Value| -> Vec<Vec<String>> {
            let of = |one: &serde_json::Value| {
                one["messages"].as_array().unwrap().iter().map(|m| m["body"].as_str().unwrap().to_owned()).collect()
            };
            found.as_array().unwrap().iter().map(of).collect()
        };
        let all = list("");
        // From dos to tres it is a day to the second; from tres to cuatro a second more.
        assert_eq!(bodies(&all), [vec!["uno", "dos"], vec!["tres"], vec!["cuatro"]]);
        let mut first = redact(&all[0]);
        first["messages"] = json!([]);
        assert_eq!(
            first,
            json!({"conversation_id": "<id>", "conversation_date": "<time>", "stage_id": "<id>",
                   "conversation_channel": "Canal playground", "platform": "playground", "messages": []})
        );
        assert_eq!(all[0]["conversation_id"], all[0]["messages"][0]["id"]);
        assert_eq!(bodies(&list("?daysBack=4")), [vec!["tres"], vec!["cuatro"]]);
        let page = w.get(&format!("/api/public/contact/{contact}/conversations?limit=3"));
        assert_eq!(bodies(&page.json()), [vec!["uno", "dos"], vec!["tres"]]);
        let next = page.header("link").unwrap().strip_prefix("<?").unwrap().split('>').next().unwrap().to_owned();
        assert_eq!(bodies(&list(&format!("?{next}"))), [vec!["cuatro"]]);
        for bad in ["daysBack=0", "daysBack=x", "cursor=x", "limit=0"] {
            assert_eq!(w.get(&format!("/api/public/contact/{contact}/conversations?{bad}")).status, 400, "{bad}");
        }
    });
}
