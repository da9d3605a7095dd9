//! Killed while it deletes what is old: what went is counted once, what is left goes after the next start, nothing else does.

use std::sync::Arc;

use crm::contacts::Contact;
use crm::id::{ContactId, OrganizationId};
use crm::retention::{RetentionPatch, update};
use crm::{Caller, Crm, Timestamp, messages};

use super::*;

const OLD: i64 = 600;
const YOUNG: i64 = 50;
const KILLS: usize = 3;

/// A business whose clock stood at that time.
fn crm_at(db: &Db, at: Timestamp) -> Crm {
    Crm::open_with_clock(db.clone(), Arc::new(move || at)).unwrap()
}

/// So many notes about a person, with what the log tells of them.
fn notes(crm: &Crm, caller: &Caller, contact: ContactId, count: i64, text: &str) {
    let text = text.to_owned();
    crm.write_blocking(caller, move |w| {
        let contact = Contact::get(w, contact)?;
        for n in 0..count {
            messages::add_note(w, &contact, None, &format!("{text} {n}"))?;
        }
        Ok(())
    })
    .unwrap();
}

fn retention_survives(data: &Data) {
    let made = data.init();
    let organization: OrganizationId = made["organization_id"].as_str().unwrap().parse().unwrap();
    let key = made["api_key"].as_str().unwrap().to_owned();
    let program = data.serve();
    let channel = json!({"type": "playground", "name": "Pruebas", "phone_number": NUMBER});
    let sent = |path: &str, body: Value| {
        let reply = Sent { path: path.to_owned(), body, idempotency: None }.to(program.address, &key).unwrap();
        assert!(reply.status < 300, "{}", reply.text());
        reply.json()
    };
    sent("/api/v1/channels", channel);
    let person = |phone: &str| -> ContactId {
        let body = json!({"channel": "playground", "channel_phone_number": NUMBER, "contact_phone_number": phone});
        sent(UPSERT, body)["id"].as_str().unwrap().parse().unwrap()
    };
    let contacts: Vec<ContactId> = (0..10).map(|n| person(&format!("+569555100{n:02}"))).collect();
    program.kill();
    let caller = Caller::system(organization);
    data.look(|db| {
        // The set-up is as old as what was written then.
        let back = |tx: &mut store::Tx<'_>| -> Result<u64, store::Error> {
            tx.execute("UPDATE events SET occurred_at = occurred_at - $1", params![41 * 86_400_000_000_i64])
        };
        db.write_blocking(Priority::Interactive, back).unwrap();
        let long_ago = crm_at(db, Timestamp::now().plus_days(-40));
        for contact in &contacts {
            notes(&long_ago, &caller, *contact, OLD / 10, "viejo");
        }
        let now = crm_at(db, Timestamp::now());
        notes(&now, &caller, contacts[0], YOUNG, "nuevo");
        // Wanted long ago: the program begins with it at once.
        let patch = RetentionPatch { messages_days: Some(Some(30)), ..RetentionPatch::default() };
        long_ago.write_blocking(&caller, move |w| update(w, &patch)).unwrap();
    });
    let left = "SELECT count(*) AS n FROM messages";
    let told = "SELECT count(*) AS n FROM events WHERE topic = 'note.created' AND data LIKE '%viejo%'";
    let midway = Mutex::new(0);
    for kill in 0..KILLS {
        let program = data.serve();
        thread::sleep(Duration::from_millis(60 + random_bits() % 200));
        program.kill();
        data.look(|db| {
            let counted = "SELECT coalesce(max(messages), 0) AS n FROM retention_runs";
            assert_eq!(number(db, left) + number(db, counted), OLD + YOUNG, "after kill {kill}");
            let half = "SELECT count(*) AS n FROM conversations v WHERE v.spoken AND NOT EXISTS
              (SELECT 1 FROM messages m WHERE m.organization_id = v.organization_id AND m.contact_id = v.contact_id)";
            assert_eq!(number(db, half), 0, "after kill {kill}: a conversation of messages that are gone");
            *midway.lock().unwrap() += i64::from((YOUNG + 1..OLD + YOUNG).contains(&number(db, left)));
        });
    }
    println!("{} of {KILLS} kills met it midway", midway.lock().unwrap());
    let program = data.serve();
    let until = Instant::now() + Duration::from_secs(300);
    let run = loop {
        let headers = [("x-api-key", key.as_str())];
        let now = client::send(program.address, "GET", "/api/v1/retention", &headers, None).unwrap().json();
        if now["last_run"]["finished_at"].is_string() {
            break now["last_run"].clone();
        }
        assert!(Instant::now() < until, "it does not end: {now}");
        thread::sleep(Duration::from_millis(100));
    };
    program.kill();
    assert_eq!(run["messages"], OLD, "each is counted once");
    data.look(|db| {
        assert_eq!((number(db, left), number(db, told)), (YOUNG, 0));
        let kept = "SELECT count(*) AS n FROM events WHERE topic = 'note.created' AND data LIKE '%nuevo%'";
        assert_eq!(number(db, kept), YOUNG);
        let entries = "SELECT count(*) AS n FROM events WHERE topic = 'setup.changed' AND data LIKE '%\"ran\"%'";
        assert_eq!(number(db, entries), 1, "one entry for the run");
        assert_eq!(number(db, "SELECT count(*) AS n FROM conversations WHERE spoken"), 1);
    });
}

#[test]
fn retention_survives_a_kill_sqlite() {
    retention_survives(&Data { directory: tempfile::tempdir().unwrap(), postgres: None });
}

#[test]
fn retention_survives_a_kill_postgres() {
    retention_survives(&Data { directory: tempfile::tempdir().unwrap(), postgres: Some(fresh_postgres()) });
}
