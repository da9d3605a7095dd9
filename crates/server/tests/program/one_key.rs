//! One key for all nodes of a database, and one directory of files.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use store::testing::{Fresh, fresh_postgres};

use crate::world::{Server, fails, init, recado, stderr, text};

fn program(database: &Fresh, command: &str, directory: &Path) -> Command {
    let mut program = recado(&[command, "--data-dir", text(directory), "--log", "warn"]);
    program.env("RECADO_DATABASE_URL", database.url());
    program
}

fn serve(database: &Fresh, directory: &Path) -> Command {
    let mut program = program(database, "serve", directory);
    program.args(["--listen", "127.0.0.1:0"]);
    program
}

/// An organization; answers its API key.
fn make(database: &Fresh, directory: &Path) -> String {
    let made = program(database, "init", directory)
        .args(["--organization", "Óptica Sol", "--country", "CL", "--owner-email", "ana@example.com"])
        .args(["--owner-password", "correct horse", "--json"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", stderr(&made));
    serde_json::from_slice::<Value>(&made.stdout).unwrap()["api_key"].as_str().unwrap().to_owned()
}

/// What it said when it ended by itself.
fn refused(command: &mut Command) -> String {
    let output: Output = command.stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    stderr(&output)
}

#[test]
fn a_second_node_with_a_key_of_its_own_does_not_start() {
    let (database, directory) = (fresh_postgres(), tempfile::tempdir().unwrap());
    let [one, two] = ["one", "two"].map(|node| directory.path().join(node));
    make(&database, &one);
    let first = Server::spawn(&mut serve(&database, &one));
    // Nothing is sealed yet. Without a key it makes none, with another it does not go on.
    let said = refused(&mut serve(&database, &two));
    assert!(said.contains("is missing") && said.contains("RECADO_SECRET_KEY"), "{said}");
    assert!(!two.join("secret.key").exists());
    let said = refused(serve(&database, &two).env("RECADO_SECRET_KEY", "08".repeat(32)));
    assert!(said.contains("another key"), "{said}");
    fs::copy(one.join("secret.key"), two.join("secret.key")).unwrap();
    let second = Server::spawn(&mut serve(&database, &two));
    assert_eq!(second.call("GET", "/readyz", &[], "").0, 200);
    drop(first);
}

#[test]
fn a_start_with_another_key_is_refused_until_it_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let key = init(directory.path());
    let server = Server::start(directory.path(), &[]);
    let chat = json!({"type": "webchat", "name": "Sitio", "allowed_origins": ["https://shop.example.com"]});
    let channel = server.post("/api/v1/channels", &key, &chat).1["id"].as_str().unwrap().to_owned();
    server.stop();
    let data_dir = text(directory.path());
    fs::write(directory.path().join("secret.key"), [9; 32]).unwrap();
    let serve = ["serve", "--data-dir", data_dir, "--listen", "127.0.0.1:0"];
    let said = fails(1, &serve);
    assert!(said.contains("another key") && said.contains("--new-secret-key"), "{said}");
    fails(3, &["doctor", "--data-dir", data_dir]);
    let server = Server::start(directory.path(), &["--new-secret-key"]);
    assert_eq!(server.get(&format!("/api/v1/channels/{channel}"), &key).0, 200);
    server.stop();
    // From then on that one is the key.
    Server::start(directory.path(), &[]).stop();
}

#[test]
fn nodes_share_one_directory_of_files_or_are_told_so() {
    let (database, directory) = (fresh_postgres(), tempfile::tempdir().unwrap());
    let [one, two, shared] = ["one", "two", "shared"].map(|name| directory.path().join(name));
    let key = make(&database, &one);
    let node = |own: &Path, media: Option<&Path>| {
        let mut command = serve(&database, own);
        command.env("RECADO_SECRET_KEY", "07".repeat(32));
        command.args(media.into_iter().flat_map(|media| ["--media-dir", text(media)]));
        Server::spawn(&mut command)
    };
    let first = node(&one, Some(&shared));
    let (_, channel) = first.post("/api/v1/channels", &key, &json!({"type": "web-whatsapp", "name": "QR"}));
    let path = format!("/api/v1/media?channel_id={}", channel["id"].as_str().unwrap());
    let headers = [("x-api-key", key.as_str()), ("content-type", "image/png")];
    let (status, media) = first.call("POST", &path, &headers, "bytes of a picture");
    assert_eq!(status, 201, "{media}");
    let media: Value = serde_json::from_str(&media).unwrap();
    let file = format!("/api/v1/media/{}", media["id"].as_str().unwrap());
    let warnings = |server: &Server| server.get("/readyz", &key).1["warnings"].as_array().unwrap().clone();
    let shown = |server: &Server| server.call("GET", &file, &[("x-api-key", &key)], "");
    assert_eq!(shown(&first), (200, "bytes of a picture".to_owned()));

    let second = node(&two, Some(&shared));
    assert_eq!((shown(&second).0, warnings(&second), warnings(&first)), (200, vec![], vec![]));
    second.stop();

    let second = node(&two, None);
    let said = warnings(&second);
    assert!(said.len() == 1 && said[0].as_str().unwrap().contains("media_dir"), "{said:?}");
    let (status, answer) = shown(&second);
    assert!(status == 409 && answer.contains("media_not_here"), "{status} {answer}");
}
