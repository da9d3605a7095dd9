//! Operations that go away: phases by date, headers read by somebody else's parsers, warnings, 410, rehearsal.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use api::ApiOptions;
use api::lifecycle::Announcements;
use serde_json::{Value, json};

use crate::client::{self, Reply};
use crate::redact::wrong;
use crate::world::{Server, UPSERT, WHATSAPP, World, each, text};

const NOTE: &str = "/api/public/whatsapp/message/note/send";
const CONTACTS: &str = "/api/public/whatsapp/contact/contacts";
const PREVIEW: &str = "recado-preview-date";

/// Midnight UTC of a day such as `2027-08-31`, as the HTTP date parser has it.
fn midnight(day: &str) -> SystemTime {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (month, of_month) = (day[5..7].parse::<usize>().unwrap(), &day[8..10]);
    let text = format!("Thu, {of_month} {} {} 00:00:00 GMT", months[month - 1], &day[..4]);
    // The parser wants a weekday, and checks it.
    let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    weekdays.iter().find_map(|weekday| httpdate::parse_http_date(&text.replace("Thu", weekday)).ok()).unwrap()
}

fn days_between(from: &str, to: &str) -> i64 {
    (midnight(to).duration_since(midnight(from)).unwrap().as_secs() / 86_400) as i64
}

/// RFC 8288: `<target>; name="value"…`, the target a URI reference of RFC 3986.
fn link(value: &str) -> (String, Vec<(String, String)>) {
    let (target, rest) = value.strip_prefix('<').unwrap().split_once('>').unwrap();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    assert!(!target.is_empty() && target.chars().all(allowed), "{value}");
    for (at, _) in target.match_indices('%') {
        assert!(target[at + 1..at + 3].bytes().all(|b| b.is_ascii_hexdigit()), "{value}");
    }
    let parameters = rest.split(';').skip(1).map(|parameter| {
        let (name, value) = parameter.trim().split_once('=').unwrap();
        let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap();
        (name.to_owned(), value.to_owned())
    });
    (target.to_owned(), parameters.collect())
}

/// Targets of a relation.
fn links(reply: &Reply, relation: &str) -> Vec<String> {
    let all = reply.all("link").into_iter().map(link);
    all.filter(|(_, parameters)| parameters[0] == ("rel".to_owned(), relation.to_owned())).map(|(to, _)| to).collect()
}

fn check_headers(reply: &Reply, announced: &str, removed: &str) {
    let deprecation: sfv::Item = sfv::Parser::new(reply.header("deprecation").unwrap()).parse().unwrap();
    let since = deprecation.bare_item.as_date().unwrap().unix_seconds();
    let since = UNIX_EPOCH + Duration::from_secs(i64::from(since) as u64);
    assert_eq!((since, deprecation.params.len()), (midnight(announced), 0));
    let sunset = reply.header("sunset").unwrap();
    assert_eq!(httpdate::parse_http_date(sunset).unwrap(), midnight(removed));
    assert_eq!(httpdate::fmt_http_date(midnight(removed)), sunset, "in the one spelling that may be sent");
    assert_eq!(reply.all("sunset").len() + reply.all("deprecation").len(), 2, "each once");
    assert_eq!(links(reply, "deprecation"), links(reply, "sunset"));
}

fn no_headers(reply: &Reply) {
    for name in ["deprecation", "sunset", "link", "recado-warning"] {
        assert_eq!(reply.header(name), None, "{name}");
    }
}

/// Every day at noon, from the day before the announcement to a month after the end.
fn walk(w: &World, announced: &str, warns: &str, removed: &str) {
    let announcements = Announcements::read(&format!("whatsapp-contacts={announced}")).unwrap();
    let server = Server::start(&w.crm, ApiOptions { announcements, ..ApiOptions::default() });
    w.wait_until(&format!("{announced}T12:00:00Z"));
    w.wait(-86_400);
    let (mut phases, mut today) = (Vec::new(), String::new());
    for _ in 0..400 {
        let before = std::mem::replace(&mut today, w.now().to_string()[..10].to_owned());
        assert!(before < today, "a day each time");
        let path = format!("{CONTACTS}?days=7");
        let reply = client::send(server.address, "GET", &path, &[("x-api-key", &w.here.key)], None).unwrap();
        // Days of four digits' years sort as their texts do.
        let phase = match &today {
            day if day.as_str() >= removed => "removed",
            day if day.as_str() >= warns => "warning",
            day if day.as_str() >= announced => "announced",
            _ => "planned",
        };
        match phase {
            "planned" => no_headers(&reply),
            _ => check_headers(&reply, announced, removed),
        }
        assert_eq!(reply.status, if phase == "removed" { 410 } else { 200 }, "{today}");
        let warning = reply.header("recado-warning").map(|text| serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(warning.is_some(), phase == "warning", "{today}");
        if let Some(warning) = warning {
            assert_eq!(warning["days_left"], days_between(&today, removed), "{today}");
            assert_eq!(warning["sunset"], removed);
        }
        phases.push(phase);
        w.wait(86_400);
    }
    phases.dedup();
    assert_eq!(phases, ["planned", "announced", "warning", "removed"]);
}

#[test]
fn day_by_day_over_thirteen_months_from_the_last_of_august() {
    each(|w| walk(w, "2027-08-31", "2028-02-29", "2028-08-31"));
}

#[test]
fn day_by_day_from_the_29th_of_february() {
    each(|w| walk(w, "2028-02-29", "2028-08-29", "2029-02-28"));
}

fn note(w: &World) -> Value {
    json!({"to_phone": "9 5550 1234", "from_phone": WHATSAPP, "note": "Ñandú: llamar 📞", "contact_name": "Ana Rojas",
           "stage_id": w.here.stages[1], "meta_data": {"ciudad": "Osorno"}})
}

fn on(w: &World, day: &str, body: &Value) -> Reply {
    w.call("POST", NOTE, &[(PREVIEW, day)], Some(body))
}

#[test]
fn a_warning_carries_the_callers_own_request_ready_to_run() {
    each(|w| {
        let announced = on(w, "2027-05-21", &note(w));
        assert_eq!((announced.status, announced.json().get("warnings")), (201, None));
        let reply = on(w, "2027-05-22", &note(w));
        assert_eq!((reply.status, reply.header(PREVIEW)), (201, Some("2027-05-22")));
        let answer = reply.json();
        assert_eq!(answer["status"], "ok");
        let [warning] = answer["warnings"].as_array().unwrap().as_slice() else { panic!("{answer}") };
        assert_eq!(
            (&warning["code"], &warning["sunset"], &warning["days_left"], &warning["guide"]),
            (&json!("deprecated_operation"), &json!("2027-11-22"), &json!(184), &json!("/docs/migrations/note-send"))
        );
        let message = text(&warning["message"]);
        assert!(message.contains(NOTE) && message.contains("184 days"), "{message}");
        let replacement = &warning["replacement"];
        assert_eq!(
            *replacement,
            json!({"method": "POST", "path": UPSERT, "body": {
                "channel": "whatsapp", "channel_phone_number": WHATSAPP, "contact_phone_number": "+56955501234",
                "contact_name": "Ana Rojas", "stageId": w.here.stages[1], "note": "Ñandú: llamar 📞",
                "meta_data": {"ciudad": "Osorno"}}})
        );
        let run = w.call("POST", replacement["path"].as_str().unwrap(), &[], Some(&replacement["body"]));
        assert_eq!((run.status, &run.json()["id"]), (200, &answer["aiContactId"]));
        let last = on(w, "2027-11-21", &note(w)).json();
        assert!(text(&last["warnings"][0]["message"]).contains("in 1 day."), "{last}");
        // Numbers are as they were written.
        let raw = format!(
            r#"{{"to_phone":"+56955501234","from_phone":"{WHATSAPP}","note":"x","meta_data":{{"n":123456789012345678901234567890,"m":1.50}}}}"#
        );
        let reply = w.raw(&w.here.key, "POST", NOTE, &[(PREVIEW, "2027-06-01")], Some(raw.as_bytes()));
        assert!(reply.text().contains(r#""n":123456789012345678901234567890,"m":1.50"#), "{}", reply.text());
        // Who calls in vain has to move as well.
        let refused = on(w, "2027-06-01", &json!({"note": "x"}));
        assert_eq!((refused.status, &refused.json()["warnings"][0]["replacement"]), (400, &Value::Null));
        assert_eq!(wrong(&refused.json()), ["/from_phone required", "/meta_data required", "/to_phone required"]);
        check_headers(&refused, "2026-11-22", "2027-11-22");
    });
}

#[test]
fn a_removed_operation_says_what_to_send_and_touches_nothing() {
    each(|w| {
        w.contact("+56955501234");
        let (counts, metrics) = (w.counts(), w.db.metrics());
        let body = note(w);
        let reply = on(w, "2027-11-22", &body);
        let problem = reply.json();
        assert_eq!((reply.status, &problem["code"]), (410, &json!("operation_removed")), "{problem}");
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        check_headers(&reply, "2026-11-22", "2027-11-22");
        assert_eq!((&problem["sunset"], &problem["statusCode"]), (&json!("2027-11-22"), &json!(410)));
        assert_eq!(problem["guide"], links(&reply, "deprecation")[0]);
        assert_eq!(problem["successors"][0], UPSERT);
        assert_eq!(links(&reply, "successor-version")[0], UPSERT);
        assert_eq!(links(&reply, "successor-version").len(), 3);
        assert_eq!(problem["replacement"]["body"]["contact_phone_number"], "+56955501234");
        let again = w.call("GET", &format!("{CONTACTS}?days=3"), &[(PREVIEW, "2027-11-26")], None).json();
        assert_eq!(
            again["replacement"],
            json!({"method": "GET", "path": "/api/public/contacts?days=3&channel_type=whatsapp%2Cweb-whatsapp", "body": null})
        );
        let after = w.db.metrics();
        assert_eq!((after.reads, after.closures), (metrics.reads, metrics.closures), "the database was not asked");
        for untranslatable in [&b"{"[..], b"", b"[]", b"{}", br#"{"from_phone":"+1"}"#] {
            let reply = w.raw(&w.here.key, "POST", NOTE, &[(PREVIEW, "2028-01-01")], Some(untranslatable));
            assert_eq!((reply.status, &reply.json()["replacement"]), (410, &Value::Null));
        }
        let reply = w.call("POST", NOTE, &[(PREVIEW, "2028-01-01"), ("content-type", "text/plain")], Some(&body));
        assert_eq!(reply.status, 410);
        // A stage is no channel: whether it is there the successor says.
        let mut unknown = body.clone();
        unknown["stage_id"] = json!(w.there.stages[0]);
        assert_eq!(on(w, "2028-01-01", &unknown).json()["replacement"]["body"]["stageId"], w.there.stages[0]);
        assert_eq!(w.counts(), counts);
        let run = w.call("POST", UPSERT, &[], Some(&problem["replacement"]["body"]));
        assert_eq!(run.status, 201, "{}", run.text());
    });
}

#[test]
fn what_is_answered_first() {
    each(|w| {
        let gone = [(PREVIEW, "2027-11-22")];
        assert_eq!(client::send(w.address(), "POST", NOTE, &gone, Some(b"{}")).unwrap().status, 401);
        let narrow = w.key_with(&["tickets:write"], 91);
        assert_eq!(w.raw(&narrow, "POST", NOTE, &gone, Some(b"{}")).status, 403);
        assert_eq!(w.raw(&w.here.key, "POST", NOTE, &gone, Some(b"{}")).status, 410);
        let large = vec![b' '; 1024 * 1024 + 1];
        assert_eq!(w.raw(&w.here.key, "POST", NOTE, &gone, Some(&large)).status, 413);
        assert_eq!(w.raw(&w.here.key, "DELETE", NOTE, &gone, None).status, 405);
        let keyed = [gone[0], ("idempotency-key", "ñ")];
        assert_eq!(w.raw(&w.here.key, "POST", NOTE, &keyed, Some(b"{}")).status, 410);
    });
}

#[test]
fn any_call_can_be_rehearsed_and_a_bad_date_is_refused() {
    each(|w| {
        for path in ["/api/public/tags", "/api/v1/tags", "/healthz", "/docs"] {
            let reply = w.call("GET", path, &[(PREVIEW, "2027-06-01")], None);
            assert_eq!((reply.status, reply.header(PREVIEW)), (200, Some("2027-06-01")), "{path}");
            for bad in ["2027-6-1", "2027-02-30", "tomorrow", "", "2027-06-01T00:00:00Z"] {
                let reply = w.call("GET", path, &[(PREVIEW, bad)], None);
                assert_eq!((reply.status, reply.header(PREVIEW)), (400, None), "{path} {bad:?}");
                assert_eq!(wrong(&reply.json()), ["Recado-Preview-Date invalid_header"]);
            }
        }
        let nowhere = w.call("GET", "/api/public/nothing", &[(PREVIEW, "2027-06-01")], None);
        assert_eq!((nowhere.status, nowhere.header(PREVIEW)), (404, Some("2027-06-01")));
        let twice = [(PREVIEW, "2027-06-01"), (PREVIEW, "2027-06-02")];
        assert_eq!(w.call("GET", "/api/public/tags", &twice, None).status, 400);
        assert_eq!(
            w.call("POST", NOTE, &[(PREVIEW, "x")], Some(&note(w))).status,
            400,
            "also where it decides the 410"
        );
        assert_eq!(client::send(w.address(), "POST", NOTE, &[(PREVIEW, "x")], None).unwrap().status, 401);
        // Before the announcement nothing shows, and no stored time moves.
        no_headers(&on(w, "2026-11-21", &note(w)));
        let listed = w.call("GET", "/api/v1/sunsets", &[(PREVIEW, "2026-11-23")], None).json();
        let phases: Vec<&Value> = listed["data"].as_array().unwrap().iter().map(|row| &row["phase"]).collect();
        assert_eq!(phases, ["planned", "announced", "planned"], "by name: ai-message, note-send, whatsapp-contacts");
        let ahead = w.call("POST", NOTE, &[(PREVIEW, "2027-06-01")], Some(&note(w))).json();
        let contact = w.info(ahead["aiContactId"].as_str().unwrap());
        assert!(text(&contact["created_at"]) <= w.now().to_string());
    });
}

#[test]
fn headers_and_warnings_are_made_anew_for_a_remembered_answer() {
    each(|w| {
        let send = |day: Option<&str>| {
            let mut headers = vec![("idempotency-key", "once")];
            headers.extend(day.map(|day| (PREVIEW, day)));
            w.call("POST", NOTE, &headers, Some(&note(w)))
        };
        let first = send(None);
        assert_eq!((first.status, first.json().get("warnings")), (201, None));
        let counts = w.counts();
        let warned = send(Some("2027-06-01"));
        assert_eq!((warned.status, warned.header("idempotency-replayed")), (201, Some("true")));
        assert_eq!(warned.json()["warnings"].as_array().map(Vec::len), Some(1));
        assert_eq!(warned.json()["aiContactId"], first.json()["aiContactId"]);
        assert_eq!(send(Some("2027-11-22")).status, 410, "the end comes before what is remembered");
        let plain = send(None);
        assert_eq!((&plain.body, plain.header("idempotency-replayed")), (&first.body, Some("true")));
        // Of a warned first call the answer is remembered without the warning.
        let other = |day: &str| {
            let headers = [("idempotency-key", "twice"), (PREVIEW, day)];
            w.call("POST", NOTE, &headers, Some(&note(w))).json()["warnings"].as_array().map(Vec::len)
        };
        assert_eq!((other("2027-06-01"), other("2027-06-02"), other("2027-01-01")), (Some(1), Some(1), None));
        assert_eq!(w.counts()["messages"], counts["messages"] + 1);
    });
}

#[test]
fn the_operators_dates_are_everywhere() {
    each(|w| {
        let announcements = Announcements::read("note-send=2027-01-31").unwrap();
        let server = Server::start(&w.crm, ApiOptions { announcements, ..ApiOptions::default() });
        let call = |method: &str, path: &str, day: &str, body: Option<&[u8]>| {
            let headers = [("x-api-key", w.here.key.as_str()), ("content-type", "application/json"), (PREVIEW, day)];
            client::send(server.address, method, path, &headers, body).unwrap()
        };
        let body = note(w).to_string();
        no_headers(&call("POST", NOTE, "2027-01-30", Some(body.as_bytes())));
        check_headers(&call("POST", NOTE, "2027-01-31", Some(body.as_bytes())), "2027-01-31", "2028-01-31");
        assert_eq!(call("POST", NOTE, "2028-01-30", Some(body.as_bytes())).status, 201);
        assert_eq!(call("POST", NOTE, "2028-01-31", Some(body.as_bytes())).status, 410);
        let document = call("GET", "/openapi.json", "2027-01-31", None).json();
        assert_eq!(document["paths"][NOTE]["post"]["x-sunset"], "2028-01-31");
        let listed = call("GET", "/api/v1/sunsets", "2027-08-01", None).json();
        assert_eq!(
            (&listed["data"][1]["phase"], &listed["data"][1]["warns_from"]),
            (&json!("warning"), &json!("2027-07-31"))
        );
    });
}

#[test]
fn a_channel_that_another_server_made_is_known_at_the_end_too() {
    each(|w| {
        let body = json!({"to_phone": "+56955501234", "from_phone": "+56944445555", "note": "x", "meta_data": {}});
        assert_eq!(on(w, "2028-01-01", &body).json()["replacement"], Value::Null);
        let other = w.restarted();
        let channel = json!({"type": "web-whatsapp", "name": "Nuevo", "phone_number": "+56944445555"}).to_string();
        let headers = [("x-api-key", w.here.key.as_str()), ("content-type", "application/json")];
        let made = client::send(other.address, "POST", "/api/v1/channels", &headers, Some(channel.as_bytes())).unwrap();
        assert_eq!(made.status, 201, "{}", made.text());
        assert_eq!(on(w, "2028-01-01", &body).json()["replacement"]["body"]["channel"], "web-whatsapp");
    });
}
