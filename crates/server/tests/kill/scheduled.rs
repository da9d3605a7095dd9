//! Killed while it sends what is due: each message goes once, and is told of once.

use std::sync::Arc;

use crm::id::{ChannelId, ContactId, OrganizationId};
use crm::messages::Addressee;
use crm::scheduled::{NewScheduled, Places, Recipient, What, create};
use crm::{Caller, Crm, Timestamp};

use super::*;

const DUE: i64 = 300;
const KILLS: usize = 3;
const OWN: &str = "+56933334444";

fn scheduled_survives(data: &Data) {
    let made = data.init();
    let organization: OrganizationId = made["organization_id"].as_str().unwrap().parse().unwrap();
    let key = made["api_key"].as_str().unwrap().to_owned();
    let program = data.serve();
    let sent = |path: &str, body: Value| {
        let reply = Sent { path: path.to_owned(), body, idempotency: None }.to(program.address, &key).unwrap();
        assert!(reply.status < 300, "{}", reply.text());
        reply.json()
    };
    // What is queued there stays queued: nobody has paired it.
    let channel = json!({"type": "web-whatsapp", "name": "Tienda", "phone_number": OWN});
    let channel = sent("/api/v1/channels", channel);
    let channel: ChannelId = channel["id"].as_str().or(channel["channel"]["id"].as_str()).unwrap().parse().unwrap();
    let person = |n: i64| -> ContactId {
        let body = json!({"channel": "web-whatsapp", "channel_phone_number": OWN, "contact_phone_number": format!("+569555100{n:02}")});
        sent(UPSERT, body)["id"].as_str().unwrap().parse().unwrap()
    };
    let contacts: Vec<ContactId> = (0..10).map(person).collect();
    program.kill();
    let caller = Caller::system(organization);
    data.look(|db| {
        // Scheduled an hour ago, for ten minutes later: due as soon as there is a server.
        let then = Timestamp::now().plus_seconds(-3600);
        let crm = Crm::open_with_clock(db.clone(), Arc::new(move || then)).unwrap();
        let contacts = contacts.clone();
        crm.write_blocking(&caller, move |w| {
            for n in 0..DUE {
                let to = Recipient::Known(Addressee::Contact { id: contacts[(n % 10) as usize], by: None });
                let what = What::Text { text: format!("recordatorio {n}"), preview_url: false };
                let at = w.now.plus_seconds(600 + n);
                let places = Places { contact: "", at: "", template: "", values: "", template_by: "" };
                let created = create(w, &NewScheduled { to, what, at, places })?;
                assert_eq!(created.message.channel_id, channel);
            }
            Ok(())
        })
        .unwrap();
    });
    let waiting = "SELECT count(*) AS n FROM scheduled_messages WHERE status = 'scheduled'";
    let check = |db: &Db, when: &str| {
        let went = DUE - number(db, waiting);
        for (what, sql) in [
            (
                "sent",
                "SELECT count(*) AS n FROM scheduled_messages s JOIN messages m ON m.id = s.message_id
                      WHERE s.status = 'sent' AND m.contact_id = s.contact_id",
            ),
            ("a message", "SELECT count(DISTINCT body) AS n FROM messages WHERE direction = 'outbound'"),
            ("one message", "SELECT count(*) AS n FROM messages WHERE direction = 'outbound'"),
            ("queued", "SELECT count(*) AS n FROM outbox"),
            ("told", "SELECT count(*) AS n FROM events WHERE topic = 'scheduled_message.sent'"),
        ] {
            assert_eq!(number(db, sql), went, "{when}: {what}");
        }
        went
    };
    let midway = Mutex::new(0);
    for kill in 0..KILLS {
        let program = data.serve();
        thread::sleep(Duration::from_millis(random_bits() % 150));
        program.kill();
        data.look(|db| {
            // As time would: on PostgreSQL whoever died holds the lease for some seconds.
            let lapse = |tx: &mut store::Tx<'_>| tx.execute("UPDATE leases SET until = 0", params![]);
            db.write_blocking(Priority::Interactive, lapse).unwrap();
            let went = check(db, &format!("after kill {kill}"));
            *midway.lock().unwrap() += i64::from((1..DUE).contains(&went));
        });
    }
    println!("{} of {KILLS} kills met it midway", midway.lock().unwrap());
    let program = data.serve();
    let until = Instant::now() + Duration::from_secs(300);
    let path = "/api/v1/scheduled_messages?status=scheduled&limit=1";
    while !client::send(program.address, "GET", path, &[("x-api-key", key.as_str())], None)
        .unwrap()
        .text()
        .contains("\"data\":[]")
    {
        assert!(Instant::now() < until, "it does not end");
        thread::sleep(Duration::from_millis(50));
    }
    program.kill();
    data.look(|db| assert_eq!(check(db, "at the end"), DUE));
}

#[test]
fn scheduled_messages_survive_a_kill_sqlite() {
    scheduled_survives(&Data { directory: tempfile::tempdir().unwrap(), postgres: None });
}

#[test]
fn scheduled_messages_survive_a_kill_postgres() {
    scheduled_survives(&Data { directory: tempfile::tempdir().unwrap(), postgres: Some(fresh_postgres()) });
}
