use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::json;

use crate::world::{Server, fails, init, ok, text};

fn tag(server: &Server, key: &str, value: &str) {
    assert_eq!(server.post("/api/v1/tags", key, &json!({"value": value})).0, 201);
}

fn tags(server: &Server, key: &str) -> Vec<String> {
    let (_, page) = server.get("/api/v1/tags", key);
    page["data"].as_array().unwrap().iter().map(|tag| tag["value"].as_str().unwrap().to_owned()).collect()
}

fn names(directory: &Path) -> Vec<String> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_copy_beside_the_server_and_back_again() {
    let directory = tempfile::tempdir().unwrap();
    let (old, new) = (directory.path().join("old"), directory.path().join("new"));
    let copy = directory.path().join("copy.db");
    let key = init(&old);
    let server = Server::start(&old, &[]);
    tag(&server, &key, "before");
    let printed = ok(&["backup", "--data-dir", text(&old), "--to", text(&copy)]);
    assert!(printed.contains(text(&copy)) && printed.contains("key file is not in it"), "{printed}");
    tag(&server, &key, "after");
    let said = fails(2, &["backup", "--data-dir", text(&old), "--to", text(&copy)]);
    assert!(said.contains("exists already"), "{said}");

    // Not under a running server, not over a database, and not from what is no backup.
    let said = fails(1, &["restore", "--data-dir", text(&old), text(&copy)]);
    assert!(said.contains("running"), "{said}");
    server.stop();
    let said = fails(1, &["restore", "--data-dir", text(&old), text(&copy)]);
    assert!(said.contains("--force"), "{said}");
    let garbage = directory.path().join("garbage.db");
    fs::write(&garbage, "x".repeat(10_000)).unwrap();
    let said = fails(1, &["restore", "--data-dir", text(&new), text(&garbage)]);
    assert!(said.contains("garbage.db is not a sound database"), "{said}");
    assert!(!names(&new).iter().any(|name| name.contains("recado.db")), "{:?}", names(&new));

    let printed = ok(&["restore", "--data-dir", text(&new), text(&copy)]);
    assert!(printed.contains("old key file"), "{printed}");
    fs::copy(old.join("secret.key"), new.join("secret.key")).unwrap();
    let server = Server::start(&new, &[]);
    assert_eq!(tags(&server, &key), ["before"]);
    server.stop();

    // Over a database: the old one is kept aside, and is whole.
    ok(&["restore", "--data-dir", text(&old), "--force", text(&copy)]);
    let server = Server::start(&old, &[]);
    assert_eq!(tags(&server, &key), ["before"]);
    server.stop();
    for name in names(&old).iter().filter(|name| name.starts_with("recado.db-")) {
        fs::remove_file(old.join(name)).unwrap();
    }
    for name in names(&old).iter().filter(|name| name.contains(".before-restore-")) {
        // With the log beside it, where it has one.
        let end =
            name.strip_prefix("recado.db.before-restore-").unwrap().split_once('-').map(|(_, end)| format!("-{end}"));
        fs::rename(old.join(name), old.join(format!("recado.db{}", end.unwrap_or_default()))).unwrap();
    }
    let server = Server::start(&old, &[]);
    assert_eq!(tags(&server, &key), ["before", "after"]);
}

#[test]
fn without_a_name_it_goes_to_the_backup_directory() {
    let directory = tempfile::tempdir().unwrap();
    init(directory.path());
    ok(&["backup", "--data-dir", text(directory.path())]);
    let made = names(&directory.path().join("backups"));
    assert!(matches!(made.as_slice(), [name] if name.starts_with("recado-2") && name.ends_with("Z.db")), "{made:?}");
    let said = fails(2, &["backup", "--data-dir", text(directory.path()), "--database-url", "postgres://a@b/c"]);
    assert!(said.contains("pg_dump"), "{said}");
    let said = fails(2, &["backup", "--data-dir", "/nowhere"]);
    assert!(said.contains("recado init"), "{said}");
}

#[test]
fn the_doctor_finds_nothing_or_says_what() {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let data_dir = text(directory.path());
    let key = init(directory.path());
    let server = Server::start(directory.path(), &[]);
    let channel = json!({
        "type": "whatsapp", "name": "x", "phone_number": "+56955500100", "phone_number_id": "1055", "waba_id": "2055",
        "access_token": "a", "app_secret": "b", "verify_token": "c",
    });
    assert_eq!(server.post("/api/v1/channels", &key, &channel).0, 201);
    let printed = ok(&["doctor", "--data-dir", data_dir]);
    assert!(!printed.contains("PROBLEM"), "{printed}");
    server.stop();

    let key_file = directory.path().join("secret.key");
    fs::set_permissions(&key_file, fs::Permissions::from_mode(0o644)).unwrap();
    fails(3, &["doctor", "--data-dir", data_dir]);
    fs::write(&key_file, [7; 32]).unwrap();
    fs::set_permissions(&key_file, fs::Permissions::from_mode(0o600)).unwrap();
    fails(3, &["doctor", "--data-dir", data_dir]);
    fs::remove_file(&key_file).unwrap();
    fails(3, &["doctor", "--data-dir", data_dir]);
    // A page of the file overwritten.
    let path = directory.path().join("recado.db");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0xAA);
    fs::write(&path, bytes).unwrap();
    fails(3, &["doctor", "--data-dir", data_dir]);
}

#[test]
fn a_restore_that_is_cut_off_loses_nothing_and_is_finished_by_the_next() {
    let directory = tempfile::tempdir().unwrap();
    let (data_dir, copy) = (directory.path().join("data"), directory.path().join("copy.db"));
    let key = init(&data_dir);
    let mut server = Server::start(&data_dir, &[]);
    ok(&["backup", "--data-dir", text(&data_dir), "--to", text(&copy)]);
    tag(&server, &key, "only in the log");
    // Killed: its log is not empty.
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    let aside = data_dir.join("recado.db.before-restore-20260101T000000Z");
    assert!(fs::metadata(data_dir.join("recado.db-wal")).unwrap().len() > 0);
    fs::rename(data_dir.join("recado.db"), &aside).unwrap();
    fs::copy(&copy, data_dir.join("recado.db.restoring")).unwrap();

    let said = fails(1, &["serve", "--data-dir", text(&data_dir), "--listen", "127.0.0.1:0"]);
    assert!(said.contains("cut off") && said.contains("recado restore"), "{said}");
    let again = ["--organization", "Otra", "--country", "CL", "--owner-email", "b@example.com"];
    let again: Vec<&str> =
        ["init", "--data-dir", text(&data_dir), "--owner-password", "correct horse"].into_iter().chain(again).collect();
    assert!(fails(1, &again).contains("cut off"));

    let printed = ok(&["restore", "--data-dir", text(&data_dir), text(&copy)]);
    assert!(printed.contains(text(&aside)), "{printed}");
    let server = Server::start(&data_dir, &[]);
    assert_eq!(tags(&server, &key), Vec::<String>::new());
    server.stop();
    // What was put aside has what only its log had.
    for name in names(&data_dir).iter().filter(|name| name.starts_with("recado.db") && !name.contains("before")) {
        fs::remove_file(data_dir.join(name)).unwrap();
    }
    for end in ["", "-wal", "-shm"] {
        let _ = fs::rename(
            data_dir.join(format!("recado.db.before-restore-20260101T000000Z{end}")),
            data_dir.join(format!("recado.db{end}")),
        );
    }
    let server = Server::start(&data_dir, &[]);
    assert_eq!(tags(&server, &key), ["only in the log"]);
}

#[test]
fn a_restore_writes_the_old_log_into_its_file_first() {
    let directory = tempfile::tempdir().unwrap();
    let (data_dir, copy) = (directory.path().join("data"), directory.path().join("copy.db"));
    let key = init(&data_dir);
    let mut server = Server::start(&data_dir, &[]);
    ok(&["backup", "--data-dir", text(&data_dir), "--to", text(&copy)]);
    tag(&server, &key, "only in the log");
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    ok(&["restore", "--data-dir", text(&data_dir), "--force", text(&copy)]);
    let aside =
        names(&data_dir).into_iter().find(|name| name.contains("before-restore") && name.ends_with('Z')).unwrap();
    // The file alone, without any log.
    fs::remove_file(data_dir.join("recado.db")).unwrap();
    fs::rename(data_dir.join(&aside), data_dir.join("recado.db")).unwrap();
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(data_dir.join(format!("{aside}{end}")));
    }
    let server = Server::start(&data_dir, &[]);
    assert_eq!(tags(&server, &key), ["only in the log"]);
}

#[test]
fn what_is_wrong_with_a_place_is_said_of_that_place() {
    let directory = tempfile::tempdir().unwrap();
    init(directory.path());
    let to = "/nonexistent/copy.db";
    let said = fails(1, &["backup", "--data-dir", text(directory.path()), "--to", to]);
    assert!(said.contains(&format!("cannot write the copy {to}")) && !said.contains("not available"), "{said}");
    let file = directory.path().join("recado.db");
    let said = fails(2, &["doctor", "--data-dir", text(&file)]);
    assert!(said.contains("--data-dir") && said.contains("is not a directory"), "{said}");
}
