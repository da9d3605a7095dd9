//! The migration guides: their examples are run as they stand, against a running server.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::world::{World, each, text};

const GUIDES: [(&str, &str); 3] = [
    ("note-send", include_str!("../../../../docs/migrations/note-send.md")),
    ("whatsapp-contacts", include_str!("../../../../docs/migrations/whatsapp-contacts.md")),
    ("ai-message", include_str!("../../../../docs/migrations/ai-message.md")),
];

/// The fenced blocks of a language, in order.
fn blocks(guide: &str, language: &str) -> Vec<String> {
    let parts = guide.split("```").collect::<Vec<_>>();
    let fenced = parts.iter().skip(1).step_by(2);
    fenced.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).map(str::to_owned).collect()
}

/// What a program prints; fails where it fails.
fn run(w: &World, contact: &str, language: &str, code: &str) -> String {
    let (program, arguments): (&str, &[&str]) = match language {
        "sh" => ("sh", &["-c"]),
        "js" => ("node", &["--input-type=module", "-e"]),
        _ => ("python3", &["-c"]),
    };
    let ran = Command::new(program)
        .args(arguments)
        .arg(code)
        .env("RECADO", format!("http://{}", w.address()))
        .env("RECADO_KEY", &w.here.key)
        .env("RECADO_CONTACT", contact)
        .env("PYTHONUTF8", "1")
        .env_remove("http_proxy")
        .env_remove("HTTP_PROXY")
        .env("no_proxy", "127.0.0.1")
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{program} is needed for this test: {error}"));
    assert!(ran.status.success(), "{language}: {}\n{code}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap().trim().to_owned()
}

/// The ids that an answer shows, a line each.
fn ids(operation: &str, printed: &str) -> String {
    let answer: Value = serde_json::from_str(printed).unwrap();
    let list = match operation {
        "note-send" => return text(answer.get("aiContactId").unwrap_or(&answer["id"])),
        _ => answer.get("messages").unwrap_or(&answer).clone(),
    };
    list.as_array().unwrap().iter().map(|item| text(&item["id"])).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_examples_run_and_old_and_new_do_the_same() {
    each(|w| {
        let channel = json!({"type": "whatsapp", "name": "Ventas", "phone_number": "+56 2 2555 0100",
                             "phone_number_id": "106540352240000", "waba_id": "102290129340398", "access_token": "x",
                             "app_secret": "x", "verify_token": "x"});
        let made = w.post("/api/v1/channels", channel);
        assert_eq!(made.status, 201, "{}", made.text());
        let mut contact = String::new();
        for (operation, guide) in GUIDES {
            let mut shown = Vec::new();
            for language in ["sh", "js", "python"] {
                let examples = blocks(guide, language);
                assert_eq!(examples.len(), 2, "{operation}: before and after in {language}");
                for example in &examples {
                    let printed = run(w, &contact, language, example);
                    shown.push(if language == "sh" { ids(operation, &printed) } else { printed });
                }
            }
            shown.dedup();
            assert_eq!(shown.len(), 1, "{operation}: {shown:?}");
            assert!(!shown[0].is_empty(), "{operation}");
            if operation == "note-send" {
                contact = shown[0].clone();
                assert_eq!(w.number("SELECT count(*) AS n FROM messages WHERE direction = 'note'"), 6);
                for n in 0..3 {
                    w.inbound(&contact, "Hola", 100 - n);
                }
            }
        }
    });
}

#[test]
fn each_guide_is_served_where_the_headers_point() {
    each(|w| {
        let listed = w.get("/api/v1/sunsets").json();
        let rows = listed["data"].as_array().unwrap();
        assert_eq!(rows.len(), GUIDES.len());
        for row in rows {
            let page = w.get(row["guide"].as_str().unwrap());
            assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
            let successor = text(&row["successors"][0]);
            assert!(page.text().contains(&successor), "{successor}");
        }
        assert_eq!(w.get("/docs/migrations/nothing").status, 404);
    });
}
