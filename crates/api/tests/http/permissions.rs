//! Who may call what: every operation by every role, and by keys, against docs/permissions.md.

use crm::members::Role;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::conventions::operations;
use crate::world::{each, text};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/permissions.md");
const MARK: &str =
    "<!-- From here on made from the route table: RECADO_WRITE_DOCS=1 and the test `permissions` write it anew. -->\n";

/// As the route table has it.
fn table() -> String {
    let mut rows =
        String::from("| operation | key's scope | owner | admin | agent |\n| --- | --- | --- | --- | --- |\n");
    for (method, path, operation) in operations(|name| format!("{{{name}}}")) {
        let mark = |role: Role| {
            let roles = operation["x-roles"].as_array();
            let may = roles.is_none_or(|roles| roles.contains(&json!(role.name())));
            if may { "yes" } else { "no" }
        };
        let (scope, roles) = match (&operation["security"], operation["x-scope"].as_str()) {
            (_, Some(scope)) => (format!("`{scope}`"), [Role::Owner, Role::Admin, Role::Agent].map(mark)),
            (Value::Array(ways), None) if ways.is_empty() => ("anybody".to_owned(), ["yes"; 3]),
            _ => ("no key".to_owned(), ["yes"; 3]),
        };
        rows.push_str(&format!("| `{method} {path}` | {scope} | {} |\n", roles.join(" | ")));
    }
    rows
}

#[test]
fn the_page_is_that_of_the_route_table() {
    let page = std::fs::read_to_string(DOCUMENT).unwrap();
    let (about, rows) = page.split_once(MARK).unwrap();
    let made = format!("\n{}", table());
    if std::env::var_os("RECADO_WRITE_DOCS").is_some() {
        std::fs::write(DOCUMENT, format!("{about}{MARK}{made}")).unwrap();
        return;
    }
    assert!(
        rows == made,
        "docs/permissions.md is out of date; RECADO_WRITE_DOCS=1 writes it anew: look at the difference"
    );
}

/// Streams go on until somebody leaves; what a member does about themselves would end the walk.
fn walked(operation: &Value) -> bool {
    operation["x-scope"].is_string() && operation["responses"]["200"]["content"]["text/event-stream"].is_null()
}

#[test]
fn every_operation_by_every_role() {
    each(|w| {
        let page = std::fs::read_to_string(DOCUMENT).unwrap();
        let roles = [("owner", Role::Owner), ("admin", Role::Admin), ("agent", Role::Agent)];
        let browsers = roles.map(|(name, role)| {
            let email = format!("{name}@example.com");
            w.member(w.here.organization, &email, role);
            Browser::sign_in(w, &email)
        });
        let names = operations(|name| format!("{{{name}}}"));
        let any = |name: &str| match name {
            "channelType" => "whatsapp".to_owned(),
            "tag_id" => "4711".to_owned(),
            _ => "0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f".to_owned(),
        };
        let mut refusals = 0;
        for ((method, name, _), (_, path, operation)) in names.into_iter().zip(operations(any)) {
            let row = page.lines().find(|line| line.starts_with(&format!("| `{method} {name}` |")));
            let row: Vec<&str> =
                row.unwrap_or_else(|| panic!("{method} {name} is not in the page")).split(" | ").collect();
            let body = (method != "GET").then(|| json!({}));
            if operation["security"] == json!([{"session": []}]) {
                let by_key = w.call(&method, &path, &[], body.as_ref());
                assert_eq!(by_key.status, 401, "{method} {name} is nothing for keys");
                continue;
            }
            if !walked(&operation) {
                continue;
            }
            let by_key = w.call(&method, &path, &[], body.as_ref());
            assert!(!matches!(by_key.status, 401 | 403), "{method} {name}: a key with all scopes: {}", by_key.text());
            for (browser, said) in browsers.iter().zip(&row[2..5]) {
                let reply = browser.send(&method, &path, body.as_ref());
                let may = said.trim_end_matches(" |") == "yes";
                assert_eq!(reply.status != 403, may, "{method} {name}: {}", reply.text());
                assert_ne!(reply.status, 401, "{method} {name}");
                refusals += usize::from(!may);
            }
        }
        assert!(refusals > 30, "{refusals}");
    });
}

#[test]
fn no_key_carries_an_admin_into_the_owners_affairs() {
    each(|w| {
        let id = w.member(w.here.organization, "admin@example.com", Role::Admin);
        let admin = Browser::sign_in(w, "admin@example.com");
        let make = |scopes: Value| admin.post("/api/v1/api_keys", json!({"name": "Escalera", "scopes": scopes}));
        for scopes in [json!(["*"]), json!(["admin", "owner"])] {
            let refused = make(scopes);
            assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("forbidden")), "{}", refused.text());
        }
        // The most that an admin can hand on.
        let may: Vec<Value> = admin.session["permissions"].as_array().unwrap().clone();
        assert!(may.contains(&json!("admin")) && !may.contains(&json!("owner")));
        let made = make(json!(may));
        assert_eq!(made.status, 201, "{}", made.text());
        let key = text(&made.json()["key"]);
        let send =
            |method: &str, path: &str, body: Value| w.raw(&key, method, path, &[], Some(body.to_string().as_bytes()));
        let invitation = json!({"email": "nueva@example.com", "role": "owner"});
        let member = json!({"name": "Nueva", "email": "nueva@example.com", "role": "owner"});
        let (own, owner) = (format!("/api/v1/members/{id}"), format!("/api/v1/members/{}", w.here.owner));
        for reply in [
            send("PATCH", &own, json!({"role": "owner"})),
            send("PATCH", &owner, json!({"role": "agent"})),
            send("DELETE", &owner, json!({})),
            send("POST", "/api/v1/members", member.clone()),
            send("POST", "/api/v1/invitations", invitation),
        ] {
            assert_eq!((reply.status, &reply.json()["code"]), (409, &json!("owners_only")), "{}", reply.text());
        }
        // A key that an owner made has it, and may give it.
        assert_eq!(w.post("/api/v1/members", member).status, 201);
    });
}

#[test]
fn no_admin_touches_a_key_of_the_owners() {
    each(|w| {
        let admins = w.key_with(&["admin", "setup:read"], 50);
        let ids: Vec<String> = w.get("/api/v1/api_keys").json()["data"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|key| key["scopes"] == json!(["*"]))
            .map(|key| format!("/api/v1/api_keys/{}", text(&key["id"])))
            .collect();
        let [root] = ids.as_slice() else { panic!("{ids:?}") };
        let send = |method: &str, path: &str, body: Option<&Value>| {
            let body = body.map(Value::to_string);
            w.raw(&admins, method, path, &[], body.as_ref().map(String::as_bytes))
        };
        for reply in [
            send("PATCH", root, Some(&json!({"scopes": ["admin"]}))),
            send("PATCH", root, Some(&json!({"name": "Mía"}))),
            send("DELETE", root, None),
        ] {
            assert_eq!((reply.status, &reply.json()["code"]), (409, &json!("owners_only")), "{}", reply.text());
        }
        assert_eq!(w.get(root).json()["scopes"], json!(["*"]));
        // Any other key is theirs to keep, and the owners' own is the owners'.
        let other = w.post("/api/v1/api_keys", json!({"name": "Otra", "scopes": ["setup:read"]})).json();
        let other = format!("/api/v1/api_keys/{}", text(&other["id"]));
        assert_eq!(send("PATCH", &other, Some(&json!({"name": "Nueva"}))).status, 200);
        assert_eq!(send("DELETE", &other, None).status, 200);
        assert_eq!(w.patch(root, json!({"name": "Raíz"})).status, 200);
    });
}
