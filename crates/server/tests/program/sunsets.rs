use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::world::{Server, fails, init, ok, recado, stderr, stdout, text};

const CONTACTS: &str = "/api/public/whatsapp/contact/contacts";
/// So far away that no machine's clock is there.
const LATER: &str = "note-send=9000-01-31,whatsapp-contacts=9000-01-31,ai-message=9000-01-31";

fn with_input(arguments: &[&str], input: &str) -> Output {
    let mut child =
        recado(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may have ended without reading.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const OLD: &str = r#"{"to_phone": "9 5550 1234", "from_phone": "+56 2 2555 0100", "note": "x",
                     "meta_data": {"n": 123456789012345678901234567890}}"#;

#[test]
fn translate_reads_one_request_or_one_a_line() {
    let translate = ["translate", "note-send", "--channel", "whatsapp:+56225550100"];
    let one = with_input(&translate, OLD);
    assert!(one.status.success(), "{}", stderr(&one));
    assert!(stdout(&one).contains(r#""n":123456789012345678901234567890"#), "{}", stdout(&one));
    let answer = &lines(&one)[0];
    assert_eq!((&answer["method"], &answer["path"]), (&json!("POST"), &json!("/api/public/customer/upsert/info")));
    assert_eq!(answer["body"]["contact_phone_number"], "+56955501234", "read as of the number's country");
    let flat = OLD.replace('\n', " ");
    let many = with_input(&translate, &format!("{flat}\n\n{{\"note\":\"x\"}}\nnonsense\n{flat}\n"));
    assert_eq!((many.status.code(), stderr(&many).contains("2 of 4")), (Some(1), true), "{}", stderr(&many));
    let answers = lines(&many);
    assert_eq!((answers.len(), &answers[0], &answers[3]), (4, answer, answer));
    assert_eq!((&answers[1]["line"], &answers[2]["line"]), (&json!(3), &json!(4)));
    assert_eq!(answers[1]["errors"][0]["pointer"], "/to_phone");
    assert_eq!(answers[2]["errors"][0]["code"], "malformed_json");
    let bad_first = with_input(&translate, &format!("nonsense\n{flat}\n"));
    assert_eq!((lines(&bad_first).len(), bad_first.status.code()), (2, Some(1)));
    assert_eq!(lines(&bad_first)[1], *answer);
    assert_eq!(with_input(&translate, "").status.code(), Some(2));
    let by_id = [
        "translate",
        "note-send",
        "--channel",
        "web-whatsapp:+56933334444",
        "--channel",
        "whatsapp:106540352242922:CL",
    ];
    let body = r#"{"to_phone":"955501234","from_phone":106540352242922,"note":"x","meta_data":{}}"#;
    assert_eq!(lines(&with_input(&by_id, body))[0]["body"]["channel_phone_number"], "106540352242922");
    let reads = with_input(&["translate", "whatsapp-contacts", "--data-dir", "/nowhere/at/all"], "{\"days\": 3}");
    assert_eq!(lines(&reads)[0]["path"], "/api/public/contacts?days=3&channel_type=whatsapp%2Cweb-whatsapp");
    assert!(fails(2, &["translate", "upsert"]).contains("note-send"));
    assert!(fails(2, &["translate", "note-send", "--channel", "fax:1"]).contains("whatsapp:+56222345678:CL"));
    assert!(fails(2, &["translate", "note-send", "--data-dir", "/nowhere/at/all"]).contains("--channel"));
}

#[test]
fn translate_takes_the_channels_of_the_database() {
    let directory = tempfile::tempdir().unwrap();
    let key = init(directory.path());
    let server = Server::start(directory.path(), &[]);
    let channel = json!({"type": "web-whatsapp", "name": "Ventas", "phone_number": "+56225550100"});
    assert_eq!(server.post("/api/v1/channels", &key, &channel).0, 201);
    // Beside the running server.
    let translated = with_input(&["translate", "note-send", "--data-dir", text(directory.path())], OLD);
    assert_eq!(lines(&translated)[0]["body"]["channel"], "web-whatsapp", "{}", stderr(&translated));
}

fn counted(data_dir: &Path, operation: &str) -> Value {
    let listed = ok(&["sunsets", "--data-dir", text(data_dir), "--sunsets-announced", LATER, "--json"]);
    let listed: Vec<Value> = serde_json::from_str(&listed).unwrap();
    listed.into_iter().find(|row| row["operation"] == operation).unwrap()
}

#[test]
fn an_orderly_stop_writes_the_counts_and_a_job_can_watch_them() {
    let directory = tempfile::tempdir().unwrap();
    let key = init(directory.path());
    let data = ["--data-dir", text(directory.path()), "--sunsets-announced", LATER];
    let watch = |days: &'static str| [&["sunsets"], &data[..], &["--fail-within", days]].concat();
    ok(&watch("4000000"));
    let server = Server::start(directory.path(), &data[2..]);
    for _ in 0..3 {
        let (status, _) = server.call("GET", CONTACTS, &[("x-api-key", &key), ("user-agent", "caja/1.0")], "");
        assert_eq!(status, 200);
    }
    server.stop();
    let row = counted(directory.path(), "whatsapp-contacts");
    assert_eq!((&row["calls"]["last_30_days"], &row["phase"]), (&json!(3), &json!("planned")));
    assert_eq!(row["callers"][0]["user_agent"], "caja/1.0");
    let table = ok(&[&["sunsets"], &data[..]].concat());
    for part in ["9001-01-31", "3 / 3 / 3", "caja/1.0", "Óptica Sol"] {
        assert!(table.contains(part), "{part}\n{table}");
    }
    ok(&watch("30"));
    let said = fails(3, &watch("4000000"));
    assert!(said.contains("whatsapp-contacts, removed on 9001-01-31, was called 3 times"), "{said}");
    assert!(!said.contains("note-send"), "{said}");
    let named = [&["sunsets"], &data[..], &["--organization", "Óptica Sol"]].concat();
    assert!(ok(&named).contains("3 / 3 / 3"));
}

#[test]
fn a_kill_loses_counts_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let key = init(directory.path());
    let mut server = Server::start(directory.path(), &["--sunsets-announced", LATER]);
    let channel = json!({"type": "web-whatsapp", "name": "Ventas", "phone_number": "+56225550100"});
    server.post("/api/v1/channels", &key, &channel);
    let send = |server: &Server, n: u32| {
        let mut old: Value = serde_json::from_str(OLD).unwrap();
        old["to_phone"] = json!(format!("+5695550{n:04}"));
        assert_eq!(server.post("/api/public/whatsapp/message/note/send", &key, &old).0, 201);
    };
    let calls = || counted(directory.path(), "note-send")["calls"]["last_30_days"].as_i64().unwrap();
    (0..5).for_each(|n| send(&server, n));
    // Written by itself, within seconds.
    let started = Instant::now();
    while calls() < 5 {
        assert!(started.elapsed() < Duration::from_secs(60), "only {} calls are written", calls());
        std::thread::sleep(Duration::from_millis(200));
    }
    (5..8).for_each(|n| send(&server, n));
    server.signal("KILL");
    server.wait(Duration::from_secs(10));
    let server = Server::start(directory.path(), &["--sunsets-announced", LATER]);
    let (_, found) = server.get("/api/public/contacts/search?phone=5695550", &key);
    assert_eq!(found.as_array().unwrap().len(), 8);
    assert!((5..=8).contains(&calls()), "{}", calls());
}

#[test]
fn the_operator_announces_later_never_earlier() {
    let directory = tempfile::tempdir().unwrap();
    let key = init(directory.path());
    let dir = text(directory.path());
    let said = fails(2, &["serve", "--data-dir", dir, "--sunsets-announced", "note-send=2026-11-21"]);
    assert!(said.contains("--sunsets-announced") && said.contains("2026-11-22"), "{said}");
    let mut serve = recado(&["serve", "--data-dir", dir]);
    let output = serve.env("RECADO_SUNSETS_ANNOUNCED", "note-send=soon").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("RECADO_SUNSETS_ANNOUNCED"), "{}", stderr(&output));
    let file = directory.path().join("recado.toml");
    std::fs::write(&file, "sunsets_announced = \"notes=2027-01-31\"\n").unwrap();
    let said = fails(2, &["serve", "--data-dir", dir]);
    assert!(said.contains("`sunsets_announced` in") && said.contains("note-send"), "{said}");
    // Today, whatever day that is: the log says so once the server runs.
    let today = crm::sunsets::date_of(crm::Timestamp::now());
    std::fs::write(&file, format!("sunsets_announced = \"note-send={today}\"\n")).unwrap();
    let server = Server::start(directory.path(), &[]);
    let started = Instant::now();
    loop {
        let (_, log) = server.get("/api/v1/events?topic=operation.deprecated", &key);
        let events = log["data"].as_array().unwrap();
        if let Some(event) = events.iter().find(|event| event["data"]["operation"] == "note-send") {
            assert_eq!(event["data"]["announced_on"], today.to_string());
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "no event: {log}");
        std::thread::sleep(Duration::from_millis(50));
    }
    let listed: Vec<Value> = serde_json::from_str(&ok(&["sunsets", "--data-dir", dir, "--json"])).unwrap();
    let row = listed.iter().find(|row| row["operation"] == "note-send").unwrap();
    assert_eq!((&row["announced_on"], &row["phase"]), (&json!(today.to_string()), &json!("announced")));
}
