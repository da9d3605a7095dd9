use serde_json::json;
use store::{Priority, params};

use crate::http::each;

#[test]
fn a_keys_secret_is_answered_once_and_works_until_it_is_revoked() {
    each(|world| {
        let new = json!({"name": "Web", "scopes": ["setup:read"]});
        let send = || world.send(&world.here, "POST", "/api/v1/api_keys", &[("idempotency-key", "k1")], Some(&new));
        let made = send();
        let secret = made.body["key"].as_str().unwrap().to_owned();
        assert!(secret.starts_with(made.body["hint"].as_str().unwrap()), "{}", made.body);
        let path = format!("/api/v1/api_keys/{}", made.id());
        assert!(world.get(&path).body.get("key").is_none());
        assert!(!world.get("/api/v1/api_keys").body.to_string().contains(&secret));

        // A repetition that lost the answer gets the same one; the database has it sealed.
        let again = send();
        assert_eq!((again.status, again.header("idempotency-replayed")), (201, Some("true")));
        assert_eq!(again.body["key"].as_str(), Some(&*secret));
        let stored = world.db.read_blocking(Priority::Interactive, |tx| -> Result<Vec<Vec<u8>>, store::Error> {
            tx.query("SELECT body FROM idempotency", params![])?.iter().map(|row| row.at(0)).collect()
        });
        let plain = secret.as_bytes();
        assert!(stored.unwrap().iter().all(|body| !body.windows(plain.len()).any(|part| part == plain)));

        assert_eq!(world.send(&secret, "GET", "/api/v1/tags", &[], None).status, 200);
        let forbidden = world.send(&secret, "POST", "/api/v1/tags", &[], Some(&json!({"value": "x"})));
        assert_eq!(forbidden.problem(), (403, "forbidden"));
        world.patch(&path, json!({"scopes": ["setup:write"]}));
        assert_eq!(world.send(&secret, "GET", "/api/v1/tags", &[], None).problem(), (403, "forbidden"));
        assert_eq!(world.delete(&path).body, json!({"id": made.id(), "revoked": true}));
        assert_eq!(world.send(&secret, "POST", "/api/v1/tags", &[], Some(&json!({"value": "x"}))).status, 401);
    });
}

#[test]
fn members_and_keys_are_for_admins_and_nobody_rises_by_them() {
    each(|world| {
        let builder = world.key(&["setup:read", "setup:write"]);
        let member = json!({"name": "Luis", "email": "luis@example.com"});
        assert_eq!(world.send(&builder, "POST", "/api/v1/members", &[], Some(&member)).problem(), (403, "forbidden"));
        assert_eq!(world.send(&builder, "GET", "/api/v1/members", &[], None).status, 200);
        assert_eq!(world.send(&builder, "GET", "/api/v1/api_keys", &[], None).problem(), (403, "forbidden"));

        let admin = world.key(&["admin"]);
        for scopes in [json!(["*"]), json!(["admin", "contacts:read"])] {
            let new = json!({"name": "Todo", "scopes": scopes});
            let refused = world.send(&admin, "POST", "/api/v1/api_keys", &[], Some(&new));
            assert_eq!(refused.problem(), (403, "forbidden"), "{}", refused.body);
        }
        let owner = json!({"name": "Luis", "email": "luis@example.com", "role": "owner"});
        assert_eq!(world.send(&admin, "POST", "/api/v1/members", &[], Some(&owner)).problem(), (409, "owners_only"));
        let unknown = json!({"name": "x", "scopes": ["setup:read", "all"]});
        assert_eq!(world.post("/api/v1/api_keys", unknown).wrong(), ["/scopes/1 unknown_scope"]);
        let none = json!({"name": "x", "scopes": []});
        assert_eq!(world.post("/api/v1/api_keys", none).wrong(), ["/scopes required"]);
    });
}
