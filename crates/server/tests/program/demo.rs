use std::process::Command;

use serde_json::Value;

use crate::world::{Server, fails, text};

/// What it printed about itself: the key, and the call to be pasted.
fn printed(rest: &str) -> (String, String) {
    let key = rest.lines().find_map(|line| line.trim().strip_prefix("API key")).unwrap();
    let key = key.split_whitespace().next().unwrap().to_owned();
    let call = rest.find("curl ").map(|at| rest[at..].to_owned()).unwrap();
    (key, call)
}

fn count(server: &Server, key: &str) -> usize {
    let (status, contacts) = server.get("/api/public/contacts?days=60", key);
    assert_eq!(status, 200);
    contacts.as_array().unwrap().len()
}

#[test]
fn twice_the_same_clinic_and_the_printed_call_works() {
    let directory = tempfile::tempdir().unwrap();
    let first = Server::start(directory.path(), &["--demo"]);
    let address = first.address.clone();
    // The key is the same in every demo, so it may stand here.
    let key = "rk_cmVjYWRvIGRlbW86IGV2ZXJ5Ym9keSBrbm93cyBpdCE";
    assert_eq!(count(&first, key), 150);
    for (path, members) in [
        ("/api/v1/pipelines", 2),
        ("/api/v1/members", 4),
        ("/api/v1/custom_fields", 14),
        ("/api/v1/tags", 10),
        ("/api/v1/channels", 4),
    ] {
        let (_, page) = first.get(path, key);
        assert_eq!(page["data"].as_array().unwrap().len(), members, "{path}");
    }
    let (_, tickets) = first.get("/api/v1/tickets?limit=200", key);
    let outcomes: Vec<&Value> = tickets["data"].as_array().unwrap().iter().map(|ticket| &ticket["outcome"]).collect();
    for outcome in ["won", "lost"] {
        assert!(outcomes.iter().filter(|found| found.as_str() == Some(outcome)).count() > 5, "{outcome}");
    }
    let (_, organization) = first.get("/api/v1/organization", key);
    let (told, _) = printed(&first.stop());
    assert_eq!(told, key);

    let second = Server::start(directory.path(), &["--demo"]);
    assert_eq!(second.get("/api/v1/organization", key).1, organization, "found, not made again");
    assert_eq!(count(&second, key), 150);
    let address_now = second.address.clone();
    let (_, call) = printed(&second.stop());
    assert!(call.contains(&address_now) && (address_now == address || !call.contains(&address)));

    // As pasted, at the address it is served at now.
    let third = Server::start(directory.path(), &["--demo"]);
    let call = call.replace(&address_now, &third.address);
    for created in [true, false] {
        let output = Command::new("sh").args(["-c", &call]).output().unwrap();
        assert!(output.status.success());
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&answer["created"], &answer["phone"]), (&created.into(), &"+56955507788".into()), "{answer}");
        assert!(answer["structuring"]["placements"].as_array().unwrap().len() >= 5, "{answer}");
    }
    assert_eq!(count(&third, key), 151);
}

#[test]
fn a_key_that_everybody_knows_stays_on_this_machine() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = text(directory.path());
    let said = fails(2, &["serve", "--demo", "--data-dir", data_dir, "--listen", "0.0.0.0:0"]);
    assert!(said.contains("this machine only"), "{said}");
    fails(
        2,
        &["serve", "--demo", "--data-dir", data_dir, "--listen", "127.0.0.1:0", "--public-url", "https://a.example"],
    );
    Server::start(directory.path(), &["--demo"]).stop();
    // Nor without --demo, as long as the key opens something.
    let said =
        fails(2, &["serve", "--data-dir", data_dir, "--listen", "127.0.0.1:0", "--public-url", "https://a.example"]);
    assert!(said.contains("recado key revoke"), "{said}");
    let remedy = |said: &str| {
        let command = said.rsplit_once("first: recado ").unwrap().1.trim().to_owned();
        crate::world::ok(&command.split(' ').collect::<Vec<_>>());
    };
    remedy(&said);
    // Each of its members has a password that everybody knows.
    for _ in 0..4 {
        let public = ["serve", "--data-dir", data_dir, "--listen", "127.0.0.1:0", "--public-url", "https://a.example"];
        let said = fails(2, &public);
        assert!(said.contains("recado member reset-password"), "{said}");
        remedy(&said);
    }
    Server::start(directory.path(), &["--public-url", "https://a.example"]).stop();
}
