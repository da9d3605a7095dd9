use serde_json::Value;

use crate::world::{Server, fails, init, ok, text};

#[test]
fn members_are_managed_beside_the_server() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = text(directory.path());
    let key = init(directory.path());
    let server = Server::start(directory.path(), &[]);
    let add = [
        "member",
        "add",
        "--data-dir",
        data_dir,
        "--name",
        "Luz Soto",
        "--email",
        "luz@example.com",
        "--role",
        "admin",
    ];
    assert!(ok(&add).contains("Password  "));
    assert!(fails(1, &add).contains("e-mail"));
    let wrong = ["member", "add", "--data-dir", data_dir, "--name", "x", "--email", "nobody"];
    assert!(fails(2, &wrong).contains("--email: "));
    fails(2, &["member", "add", "--data-dir", data_dir, "--name", "x", "--email", "x@example.com", "--role", "king"]);
    let (_, members) = server.get("/api/public/team-members/all", &key);
    assert_eq!(members.as_array().unwrap().len(), 2);
    let list = ok(&["member", "list", "--data-dir", data_dir]);
    assert!(list.contains("luz@example.com") && list.contains("admin"), "{list}");

    let reset = ["member", "reset-password", "--data-dir", data_dir, "LUZ@example.com"];
    assert_ne!(ok(&reset), ok(&reset), "each password is another");
    let printed = ok(&[&reset[..], &["--password", "one of my own"]].concat());
    assert!(!printed.contains("Password"), "{printed}");
    fails(2, &[&reset[..], &["--password", "short"]].concat());

    fails(1, &["member", "reset-totp", "--data-dir", data_dir, "luz@example.com"]);
    ok(&["member", "deactivate", "--data-dir", data_dir, "luz@example.com"]);
    let (_, members) = server.get("/api/public/team-members/all", &key);
    assert_eq!(members.as_array().unwrap().len(), 1);
    let said = fails(1, &["member", "deactivate", "--data-dir", data_dir, "ana@example.com"]);
    assert!(said.contains("last owner"), "{said}");
    assert!(fails(1, &["member", "deactivate", "--data-dir", data_dir, "who@example.com"]).contains("member list"));
}

#[test]
fn keys_are_managed_beside_the_server() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = text(directory.path());
    init(directory.path());
    let server = Server::start(directory.path(), &[]);
    let create = ["key", "create", "--data-dir", data_dir, "--name", "Tienda", "--scopes", "setup:read", "--json"];
    let made: Value = serde_json::from_str(&ok(&create)).unwrap();
    let (id, key) = (made["id"].as_str().unwrap(), made["api_key"].as_str().unwrap());
    assert_eq!(server.get("/api/public/tags", key).0, 200);
    assert_eq!(server.get("/api/v1/tickets", key).0, 403);
    let list = ok(&["key", "list", "--data-dir", data_dir]);
    assert!(list.contains("Tienda") && list.contains("setup:read") && !list.contains(key), "{list}");
    assert!(ok(&["key", "revoke", "--data-dir", data_dir, id]).contains("Tienda"));
    assert_eq!(server.get("/api/public/tags", key).0, 401);
    fails(2, &["key", "revoke", "--data-dir", data_dir, id]);
    let said = fails(2, &["key", "create", "--data-dir", data_dir, "--name", "x", "--scopes", "tickets:raed"]);
    assert!(said.contains("--scopes: ") && said.contains("tickets:read"), "{said}");
}
