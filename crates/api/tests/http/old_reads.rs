//! C8 and C9, deprecated from the day they came: lists that are their successors' lists.

use serde_json::{Value, json};

use crate::redact::wrong;
use crate::world::{UPSERT, WEB_WHATSAPP, WHATSAPP, World, each, text};

const CONTACTS: &str = "/api/public/whatsapp/contact/contacts";

fn on_channel(w: &World, channel: &str, number: &str, phone: &str) -> String {
    let body = json!({"channel": channel, "channel_phone_number": number, "contact_phone_number": phone});
    text(&w.post(UPSERT, body).json()["id"])
}

fn ids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| text(&item["id"])).collect()
}

#[test]
fn c8_lists_contacts_on_whatsapp_of_both_kinds() {
    each(|w| {
        let cloud = on_channel(w, "whatsapp", WHATSAPP, "+56955500001");
        let web = on_channel(w, "web-whatsapp", WEB_WHATSAPP, "+56955500002");
        w.contact("+56955500003");
        w.inbound(&cloud, "Hola", 60);
        w.inbound(&web, "Hola", 40 * 86_400);
        let all = w.get(CONTACTS);
        assert_eq!((all.status, ids(&all.json())), (200, vec![cloud.clone(), web.clone()]), "newest message first");
        assert_eq!(ids(&w.get(&format!("{CONTACTS}?days=30")).json()), [cloud.as_str()]);
        let successor = w.get("/api/public/contacts?days=365&channel_type=whatsapp,web-whatsapp");
        assert_eq!(successor.body, all.body);
        assert_eq!(ids(&w.get("/api/public/contacts?days=365&channel_type=web-whatsapp").json()), [web.as_str()]);
        assert_eq!(ids(&w.get("/api/public/contacts?days=365").json()).len(), 3);
        assert_eq!(
            wrong(&w.get("/api/public/contacts?days=1&channel_type=fax").json()),
            ["?channel_type invalid_value"]
        );
        for (query, bad) in [
            ("days=0", "?days out_of_range"),
            ("days=366", "?days out_of_range"),
            ("cursor=x", "?cursor invalid_cursor"),
        ] {
            let reply = w.get(&format!("{CONTACTS}?{query}"));
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec![bad.to_owned()]), "{query}");
        }
        // Page by page, by the link.
        let first = w.get(&format!("{CONTACTS}?limit=1"));
        let next = first.all("link").into_iter().find(|link| link.contains("rel=\"next\"")).unwrap().to_owned();
        let query = next.strip_prefix('<').unwrap().split('>').next().unwrap().to_owned();
        let second = w.get(&format!("{CONTACTS}{query}"));
        assert_eq!((ids(&first.json()), ids(&second.json())), (vec![cloud], vec![web]));
        assert!(!second.all("link").iter().any(|link| link.contains("next")));
        let theirs = w.raw(&w.there.key, "GET", CONTACTS, &[], None);
        assert_eq!(theirs.json(), json!([]));
    });
}

#[test]
fn c9_answers_all_messages_as_one_array() {
    each(|w| {
        let contact = w.contact("+56955500001");
        let path = format!("/api/public/ai-message/{contact}");
        assert_eq!(w.get(&path).json(), json!([]));
        for n in 0..70 {
            w.inbound(&contact, &format!("Mensaje {n}"), 1000 - n);
        }
        let all = w.get(&path);
        let list = all.json();
        assert_eq!((all.status, list.as_array().unwrap().len()), (200, 70));
        assert_eq!((&list[0]["body"], &list[69]["body"]), (&json!("Mensaje 0"), &json!("Mensaje 69")), "oldest first");
        let pages = format!("/api/public/contact/v2/{contact}/messages");
        let paged: Vec<Value> = (1..=2)
            .flat_map(|page| w.get(&format!("{pages}?page={page}")).json()["messages"].as_array().unwrap().clone())
            .collect();
        assert_eq!(list, Value::Array(paged), "the same as page by page");
        // The successor's `limit` and `cursor`.
        let first = w.get(&format!("{pages}?limit=40")).json();
        assert_eq!(
            (first["messages"].as_array().unwrap().len(), &first["hasMore"], &first["total"]),
            (40, &json!(true), &json!(70))
        );
        assert_eq!(first["nextCursor"], first["messages"][39]["id"]);
        let second = w.get(&format!("{pages}?limit=40&cursor={}", text(&first["nextCursor"]))).json();
        assert_eq!(
            (ids(&second["messages"]).len(), &second["hasMore"], &second["nextCursor"]),
            (30, &json!(false), &Value::Null)
        );
        assert_eq!([ids(&first["messages"]), ids(&second["messages"])].concat(), ids(&list));
        let plain = w.get(&pages);
        assert_eq!((plain.header("link"), &plain.json()["page"]), (None, &json!(1)), "as ever without them");
        assert_eq!(
            wrong(&w.get(&format!("{pages}?page=2&cursor={}", text(&first["nextCursor"]))).json()),
            ["?cursor invalid_value"]
        );
        // By the link of the old one.
        let part = w.get(&format!("{path}?limit=50"));
        let next = part.all("link").into_iter().find(|link| link.contains("rel=\"next\"")).unwrap().to_owned();
        let query = next.strip_prefix('<').unwrap().split('>').next().unwrap().to_owned();
        let rest = w.get(&format!("{path}{query}"));
        assert_eq!([ids(&part.json()), ids(&rest.json())].concat(), ids(&list));
        // The successor of this very resource.
        let successor = format!("<{pages}>; rel=\"successor-version\"");
        assert!(all.all("link").contains(&successor.as_str()), "{:?}", all.all("link"));
        for nobody in ["0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f", "x"] {
            assert_eq!(w.get(&format!("/api/public/ai-message/{nobody}")).status, 404);
        }
        assert_eq!(w.raw(&w.there.key, "GET", &path, &[], None).status, 404);
        assert_eq!(wrong(&w.get(&format!("{path}?limit=0")).json()), ["?limit out_of_range"]);
    });
}
