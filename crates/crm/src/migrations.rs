//! Every schema change there ever was, in order. A released one is never edited.

use store::Migration;

macro_rules! migrations {
    ($($number:literal $name:literal $folder:literal),* $(,)?) => {
        pub const ALL: &[Migration] = &[$(Migration {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!("../migrations/", $folder, "/sqlite.sql")),
            postgres: include_str!(concat!("../migrations/", $folder, "/postgres.sql")),
        }),*];
    };
}

migrations! {
    1 "initial" "0001_initial",
    2 "sunsets" "0002_sunsets",
    3 "reviews" "0003_reviews",
    4 "leases" "0004_leases",
    5 "inbound" "0005_inbound",
    6 "outbound" "0006_outbound",
    7 "timelines" "0007_timelines",
    8 "webhooks" "0008_webhooks",
    9 "sign_in" "0009_sign_in",
    10 "inbox" "0010_inbox",
    12 "webchat" "0012_webchat",
    13 "audit" "0013_audit",
    14 "terms_and_threshold" "0014_terms_and_threshold",
    15 "said_by_people" "0015_said_by_people",
    16 "reset_links" "0016_reset_links",
    17 "audit_of_credentials" "0017_audit_of_credentials",
    18 "fewer_entries" "0018_fewer_entries",
    19 "assignment" "0019_assignment",
    20 "retention" "0020_retention",
    21 "structuring_model" "0021_structuring_model",
    22 "news_and_gone_files" "0022_news_and_gone_files",
    23 "numbers_of_messages" "0023_numbers_of_messages",
    24 "installation" "0024_installation",
    25 "scheduled_messages" "0025_scheduled_messages",
    26 "settled_and_erased" "0026_settled_and_erased",
    27 "numbers_told_of" "0027_numbers_told_of",
}

/// The number of the newest schema this program knows; an existing database below it is migrated by `Crm::open`.
pub fn newest_schema() -> u32 {
    ALL.last().map_or(0, |migration| migration.number)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use store::testing::each_engine;
    use store::{Db, Migration, Priority, Tx, params};
    use uuid::Uuid;

    use super::ALL;
    use crate::audit::{AuditFilter, audit};
    use crate::contacts::Contact;
    use crate::events::{self, EventFilter};
    use crate::id::{ContactId, OrganizationId};
    use crate::page::PageRequest;
    use crate::{Caller, Crm};

    /// What a program had whose newest schema was this.
    fn up_to(number: u32) -> &'static [Migration] {
        &ALL[..ALL.partition_point(|migration| migration.number <= number)]
    }

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    const HERE: Uuid = Uuid::from_u128(1);
    const CONTACT: Uuid = Uuid::from_u128(5);
    const AT: i64 = 1_700_000_000_000_000;

    fn write(db: &Db, rows: impl Fn(&mut Tx<'_>) -> Result<(), store::Error> + Send + 'static) {
        db.write_blocking(Priority::Interactive, rows).unwrap();
    }

    /// A person who wrote, and whose answer waits, as the first schema had them.
    fn of_the_first_schema(tx: &mut Tx<'_>) -> Result<(), store::Error> {
        tx.execute(
            "INSERT INTO organizations (id, name, country, time_zone, currency, language, revision, version, created_at)
             VALUES ($1, 'Tienda', 'CL', 'America/Santiago', 'CLP', 'es', 1, 1, $2)",
            params![HERE, AT],
        )?;
        tx.execute(
            "INSERT INTO members (organization_id, id, name, first_name, last_name, email, role, availability, active, version,
                created_at, updated_at)
             VALUES ($1, $2, 'Olga', 'Olga', '', 'olga@example.com', 'owner', 'online', TRUE, 1, $3, $3)",
            params![HERE, id(2), AT],
        )?;
        tx.execute(
            "INSERT INTO channels (organization_id, id, type, name, country, phone, settings, default_stage_rule,
                reopen_within_hours, status, archived, version, created_at, updated_at)
             VALUES ($1, $2, 'playground', 'Patio', 'CL', '+56223456789', '{}', 'first', 0, 'ready', FALSE, 1, $3, $3)",
            params![HERE, id(3), AT],
        )?;
        tx.execute(
            "INSERT INTO customers (organization_id, id, created_at) VALUES ($1, $2, $3)",
            params![HERE, id(4), AT],
        )?;
        tx.execute(
            "INSERT INTO contacts (organization_id, id, customer_id, channel_id, name, phone, metadata, name_key, email_key,
                chat_status, blocked, is_chat_read, last_message_at, last_inbound_at, version, created_at, updated_at)
             VALUES ($1, $2, $3, $4, 'Ana', '+56955500001', '{}', 'ana', '', 'UNATTENDED', FALSE, FALSE, $5, $5, 1, $5, $5)",
            params![HERE, CONTACT, id(4), id(3), AT],
        )?;
        for (message, direction, status, later) in [(6, "inbound", "received", 0), (7, "outbound", "queued", 1)] {
            tx.execute(
                "INSERT INTO messages (organization_id, id, contact_id, channel_id, direction, type, body, status, actor, sent_at,
                    created_at)
                 VALUES ($1, $2, $3, $4, $5, 'text', 'Hola', $6, 'system', $7, $7)",
                params![HERE, id(message), CONTACT, id(3), direction, status, AT + later],
            )?;
        }
        two_who_wait(tx)
    }

    /// One of them with a ticket that was closed since.
    fn two_who_wait(tx: &mut Tx<'_>) -> Result<(), store::Error> {
        tx.execute(
            "INSERT INTO pipelines (organization_id, id, name, position, archived, version, created_at, updated_at)
             VALUES ($1, $2, 'Ventas', 0, FALSE, 1, $3, $3)",
            params![HERE, id(30), AT],
        )?;
        tx.execute(
            "INSERT INTO stages (organization_id, id, pipeline_id, name, outcome, position, archived, version, created_at, updated_at)
             VALUES ($1, $2, $3, 'Ganado', 'won', 0, FALSE, 1, $4, $4)",
            params![HERE, id(31), id(30), AT],
        )?;
        for n in [40, 50] {
            tx.execute(
                "INSERT INTO customers (organization_id, id, created_at) VALUES ($1, $2, $3)",
                params![HERE, id(n), AT],
            )?;
            tx.execute(
                "INSERT INTO contacts (organization_id, id, customer_id, channel_id, name, metadata, name_key, email_key,
                    chat_status, blocked, is_chat_read, last_message_at, last_inbound_at, version, created_at, updated_at)
                 VALUES ($1, $2, $3, $4, 'Eva', '{}', 'eva', '', 'UNATTENDED', FALSE, TRUE, $5, $5, 1, $5, $5)",
                params![HERE, id(n + 1), id(n), id(3), AT],
            )?;
            tx.execute(
                "INSERT INTO messages (organization_id, id, contact_id, channel_id, direction, type, body, status, actor, sent_at,
                    created_at)
                 VALUES ($1, $2, $3, $4, 'inbound', 'text', 'Hola', 'received', 'system', $5, $5)",
                params![HERE, id(n + 2), id(n + 1), id(3), AT],
            )?;
        }
        tx.execute(
            "INSERT INTO tickets (organization_id, id, contact_id, pipeline_id, stage_id, status, outcome, metadata, stage_since,
                version, created_at, updated_at, closed_at)
             VALUES ($1, $2, $3, $4, $5, 'closed', 'won', '{}', $6, 1, $6, $6, $7)",
            params![HERE, id(53), id(51), id(30), id(31), AT, AT + 5],
        )?;
        Ok(())
    }

    /// `{noun, change}` and what more, as it was written before there was a column for the audit log alone.
    fn log(
        tx: &mut Tx<'_>,
        sequence: i64,
        noun: &str,
        more: &Value,
        previous: Option<Value>,
    ) -> Result<(), store::Error> {
        let about = id(100 + sequence as u128);
        let mut data = json!({"noun": noun, "id": about, "change": "updated"});
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let subject = json!({(format!("{noun}_id")): about}).to_string();
        tx.execute(
            "INSERT INTO events (sequence, organization_id, id, topic, occurred_at, actor, subject, data, previous, request_id)
             VALUES ($1, $2, $3, 'setup.changed', $4, 'system', $5, $6, $7, 'r')",
            params![sequence, HERE, id(200 + sequence as u128), AT, subject, data.to_string(), previous.map(|p| p.to_string())],
        )?;
        Ok(())
    }

    /// Everything of today runs over rows of the first schema, and over the log as it was before 0013.
    #[test]
    fn a_database_with_data_is_brought_up_to_date() {
        each_engine(|db| {
            db.migrate(up_to(1)).unwrap();
            write(db, of_the_first_schema);
            db.migrate(up_to(12)).unwrap();
            let before: [(&str, Value, Option<Value>); 8] = [
                (
                    "session",
                    json!({"member_id": id(2), "by": "password", "user_agent": "F", "address": "192.0.2.1"}),
                    None,
                ),
                ("invitation", json!({"email": "eva@example.com", "role": "agent"}), None),
                ("invitation", json!({}), Some(json!({"email": "eva@example.com", "role": "agent"}))),
                ("member", json!({"changed": {"totp": true}}), Some(json!({"totp": false}))),
                ("member", json!({"changed": {"totp": false}}), Some(json!({"totp": true}))),
                ("member", json!({"changed": {"password": true}}), None),
                ("member", json!({"changed": {"role": "admin"}}), Some(json!({"role": "agent"}))),
                ("tag", json!({"changed": {"value": "\"changed\":{\"totp\":true}"}}), Some(json!({"value": "vip"}))),
            ];
            let rows = before.clone();
            write(db, move |tx| {
                for (sequence, (noun, more, previous)) in (1..).zip(rows.clone()) {
                    log(tx, sequence, noun, &more, previous)?;
                }
                Ok(())
            });
            let crm = Crm::open(db.clone()).unwrap();
            assert_eq!(db.migrate(ALL).unwrap().applied, Vec::<u32>::new());

            let caller = Caller::system(OrganizationId(HERE));
            let (listed, audited, contact, counts) = crm
                .write_blocking(&caller, |w| {
                    let listed = events::list(w, &EventFilter::default(), 0, 100)?.events;
                    let audited = audit(w, &AuditFilter::default(), &PageRequest { limit: 100, cursor: None })?.data;
                    let contact = Contact::find(w.tx, w.caller.organization, ContactId(CONTACT))?;
                    let row = w.tx.query_one(
                        "SELECT (SELECT unread FROM conversations WHERE contact_id = $1),
                                (SELECT count(*) FROM outbox WHERE due_at IS NOT NULL)",
                        params![CONTACT],
                    )?;
                    let waits =
                        w.tx.query("SELECT contact_id FROM conversations WHERE waiting_since IS NOT NULL", params![])?;
                    let waits = waits.iter().map(|row| row.at(0)).collect::<Result<Vec<Uuid>, _>>()?;
                    assert_eq!(waits, [id(41)], "whose ticket was closed waits no more");
                    Ok((listed, audited, contact, [row.at::<i64>(0)?, row.at::<i64>(1)?]))
                })
                .unwrap();
            assert_eq!(contact.unwrap().name.as_deref(), Some("Ana"));
            assert_eq!(counts, [1, 1]);

            let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            let rest = |text: &str| {
                let mut data = parsed(text);
                for plain in ["noun", "id", "change"] {
                    assert!(data.as_object_mut().unwrap().remove(plain).is_some(), "{plain} of {text}");
                }
                data
            };
            let told: Vec<_> =
                listed.iter().map(|event| (rest(&event.data), event.previous.as_deref().map(parsed))).collect();
            let kept = |at: usize| (before[at].1.clone(), before[at].2.clone());
            let nothing = (json!({}), None);
            let of_session = (json!({"member_id": id(2)}), None);
            let [empty1, empty2, empty3, empty4, empty5] = [(); 5].map(|()| nothing.clone());
            assert_eq!(told, [of_session, empty1, empty2, empty3, empty4, empty5, kept(6), kept(7)]);
            let audits: Vec<_> = audited.iter().rev().map(|entry| entry.audit.as_deref().map(parsed)).collect();
            let invited = json!({"email": "eva@example.com", "role": "agent"});
            assert_eq!(
                audits,
                [
                    Some(json!({"by": "password", "user_agent": "F", "address": "192.0.2.1"})),
                    Some(invited.clone()),
                    Some(invited),
                    Some(json!({"changed": {"totp": true}})),
                    Some(json!({"changed": {"totp": false}})),
                    Some(json!({"changed": {"password": true}})),
                    None,
                    None,
                ]
            );
        });
    }
}
