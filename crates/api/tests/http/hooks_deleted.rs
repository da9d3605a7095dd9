//! What a person deletes on WhatsApp is gone here too: its text, and its files whether they were fetched or not.

use crm::id::MessageId;
use crm::media::{self, Called, Fetch};
use serde_json::{Value, json};
use store::{Priority, Tx};

use crate::meta::{Line, contact_of, messages_of, payload, seconds};
use crate::world::{World, each, text};

const ANA: &str = "56955501234";

fn image(line: &Line, id: &str, at: i64) -> Value {
    line.says(vec![json!({"from": ANA, "id": format!("wamid.{id}"), "timestamp": at.to_string(), "type": "image",
                          "image": {"mime_type": "image/jpeg", "id": format!("77{id}"), "caption": "yo"}})])
}

fn revoke(line: &Line, id: &str, at: i64) -> Value {
    let revoke = json!({"original_message_id": format!("wamid.{id}")});
    line.says(vec![json!({"from": ANA, "id": format!("wamid.d{id}"), "timestamp": at.to_string(), "type": "revoke",
                          "revoke": revoke})])
}

/// What is pending is fetched, as a worker does; how many that were.
fn fetch(w: &World) -> usize {
    let now = w.now();
    let claim = move |tx: &mut Tx<'_>| media::claim_pending(tx, Called { playgrounds: true, whatsapp: true }, now, 100);
    let claimed = w.db.write_claim_blocking(Priority::Interactive, claim).unwrap();
    let count = claimed.len();
    w.work(move |w| {
        claimed.iter().try_for_each(|(organization, file)| {
            let fetch = Fetch::Stored {
                path: format!("{organization}/{}", file.id),
                sha256: "ab".repeat(32),
                size: 3,
                mime: None,
            };
            media::fetched(w, file, &fetch)
        })
    });
    count
}

fn gone(w: &World) -> Vec<String> {
    let take = |tx: &mut store::Tx<'_>| {
        let files = media::list_gone(tx, &(crm::id::OrganizationId::default(), String::new()), 10)?;
        media::strike_gone(tx, &files)?;
        Ok::<_, crm::Error>(files.into_iter().map(|(_, path)| path).collect())
    };
    w.db.write_blocking(Priority::Interactive, take).unwrap()
}

#[test]
fn what_was_deleted_takes_its_files_along() {
    each(|w| {
        let line = Line::open(w, 1);
        let at = seconds(w) - 100;
        line.deliver(w, &image(&line, "1", at));
        line.deliver(w, &image(&line, "2", at + 1));
        assert_eq!(fetch(w), 2);
        let contact = contact_of(w, ANA);
        let shown = |n: usize| {
            let id = text(&messages_of(w, &contact)[n]["id"]);
            w.get(&format!("/api/v1/messages/{id}")).json()
        };
        let before = shown(0);
        let url = text(&before["attachments"][0]["url"]);
        let file = text(&before["attachments"][0]["id"]);
        assert_ne!(w.get(&url).status, 404);
        line.deliver(w, &revoke(&line, "1", at + 2));
        let after = shown(0);
        assert_eq!((&after["body"], &after["attachments"]), (&json!(""), &json!([])), "{after}");
        assert_eq!(w.get(&url).status, 404);
        let path = format!("{}/{file}", w.here.organization);
        assert_eq!((gone(w), gone(w).len()), (vec![path], 0), "its bytes are to go, once");
        assert_eq!(shown(1)["attachments"].as_array().unwrap().len(), 1, "the other's stays");
        // Not fetched yet: never is. The same where the deletion comes first.
        line.deliver(w, &image(&line, "3", at + 3));
        line.deliver(w, &revoke(&line, "3", at + 4));
        line.deliver(w, &revoke(&line, "4", at + 6));
        line.deliver(w, &image(&line, "4", at + 5));
        line.deliver(w, &image(&line, "3", at + 3));
        assert_eq!(
            (fetch(w), shown(2)["attachments"].clone(), shown(3)["attachments"].clone()),
            (0, json!([]), json!([]))
        );
        assert!(gone(w).is_empty());
    });
}

/// One that is being fetched while it is deleted.
#[test]
fn what_was_being_fetched_when_it_was_deleted_is_not_kept() {
    each(|w| {
        let line = Line::open(w, 1);
        let at = seconds(w) - 100;
        line.deliver(w, &image(&line, "1", at));
        let now = w.now();
        let claim =
            move |tx: &mut Tx<'_>| media::claim_pending(tx, Called { playgrounds: true, whatsapp: true }, now, 1);
        let (_, file) = w.db.write_claim_blocking(Priority::Interactive, claim).unwrap().remove(0);
        line.deliver(w, &revoke(&line, "1", at + 1));
        let fetch = Fetch::Stored { path: "x".to_owned(), sha256: "ab".repeat(32), size: 3, mime: None };
        w.work(move |w| media::fetched(w, &file, &fetch));
        assert_eq!(w.number("SELECT count(*) AS n FROM media"), 0);
    });
}

#[test]
fn what_the_team_sent_on_stays_the_teams_own() {
    each(|w| {
        let line = Line::open(w, 1);
        let at = seconds(w) - 100;
        line.deliver(w, &image(&line, "1", at));
        fetch(w);
        let contact = contact_of(w, ANA);
        let first = || {
            let id = text(&messages_of(w, &contact)[0]["id"]);
            w.get(&format!("/api/v1/messages/{id}")).json()
        };
        let file = text(&first()["attachments"][0]["id"]);
        let sent = w.post("/api/v1/messages", json!({"contact_id": contact, "image": {"media_id": file}}));
        assert_eq!(sent.status, 201, "{}", sent.text());
        let sent = text(&sent.json()["id"]);
        line.deliver(w, &revoke(&line, "1", at + 1));
        assert_eq!(first()["attachments"], json!([]));
        let attached = || w.get(&format!("/api/v1/messages/{sent}")).json()["attachments"].clone();
        assert_eq!(attached()[0]["id"], json!(file));
        assert!(gone(w).is_empty());
        // And is gone where the team deletes that as well, on its phone.
        let message: MessageId = sent.parse().unwrap();
        w.work(move |w| crm::messages::accepted(w, message, "wamid.out").map(|_| ()));
        let echo = json!({"from": "15550783881", "to": ANA, "id": "wamid.dout", "timestamp": (at + 2).to_string(),
                          "type": "revoke", "revoke": {"original_message_id": "wamid.out"}});
        line.deliver(w, &payload(vec![line.change_of("smb_message_echoes", json!({"message_echoes": [echo]}))]));
        assert_eq!((attached(), gone(w).len()), (json!([]), 1));
    });
}
