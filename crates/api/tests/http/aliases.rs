//! Who turned out to be another is asked for by either id, in every list too.

use serde_json::json;

use crate::world::each;

#[test]
fn lists_by_contact_know_every_name_of_theirs() {
    each(|w| {
        let (older, _) = w.ticket("+56955501234");
        let (younger, _) = w.ticket("+56955501235");
        // Something to decide of the younger.
        w.upsert("+56955501235", json!({"meta_data": {"ciudad": "Lima"}}));
        let before = w.last_sequence();
        let merged = w.post(&format!("/api/v1/contacts/{younger}/merge"), json!({"contact_id": older}));
        assert_eq!(merged.status, 200, "{}", merged.text());
        w.settled();
        let read = |path: &str, id: &str| {
            let reply = w.get(&format!("{path}contact_id={id}"));
            assert_eq!(reply.status, 200, "{}", reply.text());
            reply.json()["data"].clone()
        };
        for path in ["/api/v1/tickets?", "/api/v1/events?limit=1000&", "/api/v1/structuring/reviews?"] {
            let all = read(path, &older);
            assert_eq!(read(path, &younger), all, "{path}");
        }
        assert_eq!(read("/api/v1/tickets?", &younger).as_array().unwrap().len(), 2);
        // Of both, before and after.
        let events = read("/api/v1/events?limit=1000&", &older);
        let events = events.as_array().unwrap();
        let of = |id: &str| events.iter().filter(|event| event["subject"]["contact_id"] == *id).count();
        assert!(of(&older) > 0 && of(&younger) > 0);
        assert!(events.iter().any(|event| event["sequence"].as_i64().unwrap() > before));
        for path in ["/api/v1/tickets?", "/api/v1/events?", "/api/v1/structuring/reviews?"] {
            let nobody = w.get(&format!("{path}contact_id={}", w.here.pipeline));
            let code = nobody.json()["errors"][0]["code"].clone();
            assert_eq!((nobody.status, code), (400, json!("unknown_reference")), "{path}: {}", nobody.text());
        }
    });
}
