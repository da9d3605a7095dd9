use serde_json::Value;

use crate::world::{Server, fails, init, ok, text};

#[test]
fn prints_json_and_a_second_time_makes_a_second_organization() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = [
        "init",
        "--data-dir",
        text(directory.path()),
        "--organization",
        "Mi Tienda",
        "--country",
        "cl",
        "--owner-email",
        "ana@example.com",
        "--owner-password",
        "correct horse",
        "--json",
    ];
    let first: Value = serde_json::from_str(&ok(&arguments)).unwrap();
    let second: Value = serde_json::from_str(&ok(&arguments)).unwrap();
    let members: Vec<&String> = first.as_object().unwrap().keys().collect();
    assert_eq!(members, ["api_key", "organization_id", "owner_id"]);
    for member in members {
        assert_ne!(first[member], second[member]);
    }
    let server = Server::start(directory.path(), &[]);
    for made in [&first, &second] {
        let (status, organization) = server.get("/api/v1/organization", made["api_key"].as_str().unwrap());
        assert_eq!((status, &organization["id"]), (200, &made["organization_id"]));
        assert_eq!(organization["currency"], "CLP");
    }
    // With two of them a command has to be told which.
    let said = fails(2, &["member", "list", "--data-dir", text(directory.path())]);
    assert!(said.contains("--organization"), "{said}");
}

#[test]
fn says_what_is_wrong_with_which_argument() {
    let directory = tempfile::tempdir().unwrap();
    let base = ["init", "--data-dir", text(directory.path()), "--organization", "x"];
    let with = |more: &[&str]| fails(2, &[&base[..], more].concat());
    let said = with(&["--country", "XX", "--owner-email", "nobody", "--owner-password", "correct horse"]);
    assert!(said.contains("--country: ") && said.contains("--owner-email: "), "{said}");
    let said = with(&["--country", "CL", "--owner-email", "a@example.com", "--owner-password", "short"]);
    assert!(said.contains("10 characters"), "{said}");
    assert!(with(&["--country", "CL"]).contains("--owner-email"));
}

#[test]
fn the_secret_key_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    init(directory.path());
    drop(Server::start(directory.path(), &[]));
    for name in ["secret.key", "recado.db"] {
        let mode = std::fs::metadata(directory.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}
