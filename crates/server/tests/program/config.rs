use std::fs;

use crate::world::{Server, fails, init, ok, recado, stderr, text};

#[test]
fn a_file_in_the_data_directory_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let key = init(directory.path());
    fs::write(directory.path().join("recado.toml"), "rate_limit = \"1/h\"\nlog = \"error\"\n").unwrap();
    let server = Server::start(directory.path(), &[]);
    assert_eq!(server.get("/api/public/tags", &key).0, 200);
    assert_eq!(server.get("/api/public/tags", &key).0, 429);
    drop(server);
    // The variable wins over the file, and the flag over both.
    let arguments = ["serve", "--data-dir", text(directory.path()), "--listen", "127.0.0.1:0"];
    let server = Server::spawn(recado(&arguments).env("RECADO_RATE_LIMIT", "100/s"));
    for _ in 0..3 {
        assert_eq!(server.get("/api/public/tags", &key).0, 200);
    }
    drop(server);
    let server =
        Server::spawn(recado(&[&arguments[..], &["--rate-limit", "1/m"]].concat()).env("RECADO_RATE_LIMIT", "100/s"));
    assert_eq!(server.get("/api/public/tags", &key).0, 200);
    assert_eq!(server.get("/api/public/tags", &key).0, 429);
}

#[test]
fn a_key_that_is_none_is_refused_with_the_nearest_that_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("recado.toml");
    fs::write(&path, "listn = \"127.0.0.1:1\"\n").unwrap();
    let said = fails(2, &["serve", "--data-dir", text(directory.path())]);
    assert!(said.contains("`listn`") && said.contains(text(&path)) && said.contains("`listen`"), "{said}");
    fs::write(&path, "listen = \"nowhere\"\n").unwrap();
    let said = fails(2, &["serve", "--data-dir", text(directory.path())]);
    assert!(said.contains(&format!("`listen` in {}", path.display())), "{said}");
    fs::write(&path, "listen = \n").unwrap();
    assert!(fails(2, &["serve", "--data-dir", text(directory.path())]).contains("line 1"));
    let said = fails(2, &["serve", "--config", "/nowhere/recado.toml"]);
    assert!(said.contains("/nowhere/recado.toml"), "{said}");
}

#[test]
fn wrong_usage_ends_with_2_and_help_with_0() {
    fails(2, &["serve", "--no-such-flag"]);
    fails(2, &["serve", "--log-format", "xml"]);
    fails(2, &["serve", "--database-url", "mysql://a:hunter2@b/c"]);
    fails(2, &[]);
    assert!(ok(&["--help"]).contains("recado serve --demo"));
    assert!(ok(&["serve", "--help"]).contains("RECADO_LISTEN"));
    assert!(ok(&["version"]).starts_with("recado "));
    let document: serde_json::Value = serde_json::from_str(&ok(&["openapi"])).unwrap();
    assert!(document["paths"]["/api/public/customer/upsert/info"].is_object());
}

#[test]
fn log_lines_may_be_json() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["serve", "--data-dir", text(directory.path()), "--listen", "127.0.0.1:0", "--log-format", "json"];
    let mut command = recado(&arguments);
    command.stderr(std::process::Stdio::piped());
    let mut server = Server::spawn(&mut command);
    let mut said = server.child.stderr.take().unwrap();
    server.stop();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut said, &mut text).unwrap();
    assert!(text.lines().count() > 0);
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["level"], "INFO");
    }
}

#[test]
fn structure_reads_records_and_explains() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("records.jsonl");
    let record = serde_json::json!({
        "id": "one", "channel_country": "CL", "definitions": [{"key": "comuna", "name": "Comuna", "type": "text"}],
        "meta_data": {"Nombre": "Ana Soto", "celular": "9 5550 1234", "comuna": "Macul"},
    });
    fs::write(&path, format!("{record}\n\n")).unwrap();
    let prediction: serde_json::Value = serde_json::from_str(&ok(&["structure", text(&path)])).unwrap();
    assert_eq!((&prediction["id"], &prediction["phone"]), (&"one".into(), &"+56955501234".into()));
    assert_eq!(prediction["fields"]["comuna"], "Macul");
    assert!(ok(&["structure", "--explain", text(&path)]).contains("/celular"));
    fs::write(&path, "{}\n").unwrap();
    let output = recado(&["structure", text(&path)]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("line 1"));
}
