//! Payloads of every shape, as they are read: nothing fails, and each thing becomes what it is.

#![expect(clippy::unwrap_used, reason = "all of this is tests")]

#[path = "../examples/fuzz_webhook.rs"]
mod fuzzer;

use std::collections::BTreeMap;

use crm::messages::{Incoming, Item, MessageStatus, Reactor, Way, What};
use providers::whatsapp_cloud::webhook::{Unreadable, read};

fn all() -> Vec<Item> {
    let lines = fuzzer::SHAPES.lines().filter(|line| !line.is_empty());
    lines.flat_map(|line| read(line.as_bytes()).unwrap()).map(|routed| routed.item).collect()
}

fn messages() -> Vec<Incoming> {
    let message = |item| if let Item::Message(message) = item { Some(*message) } else { None };
    all().into_iter().filter_map(message).collect()
}

#[test]
fn every_shape_becomes_what_it_is() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for item in all() {
        let what = match item {
            Item::Message(message) => match message.way {
                Way::Received => "received",
                Way::Echo => "echo",
                Way::Notice(_) => "notice",
            },
            Item::Status(..) => "status",
            Item::Change(_) => "change",
            Item::Identity { .. } => "identity",
            Item::Preference { .. } => "preference",
            Item::News(_) => "news",
            Item::Leftover(_) => "leftover",
        };
        *counts.entry(what).or_default() += 1;
    }
    let wanted = BTreeMap::from([
        ("received", 32),
        ("echo", 1),
        ("notice", 4),
        ("status", 10),
        ("change", 9),
        ("identity", 1),
        ("preference", 3),
        ("news", 37),
        ("leftover", 13),
    ]);
    assert_eq!(counts, wanted);
}

#[test]
fn people_are_found_by_their_ids_and_never_by_position() {
    let found = messages();
    let of = |id: &str| found.iter().find(|message| message.provider_id == id).unwrap_or_else(|| panic!("{id}"));
    let name = |id: &str| of(id).person.name.as_deref();
    assert_eq!((name("wamid.W3"), name("wamid.W4")), (Some("A"), Some("B")));
    let by_id = &of("wamid.W2").person;
    assert_eq!((by_id.phone.as_ref(), by_id.bsuid.as_deref()), (None, Some("US.13491208655302741918")));
    let echo = of("wamid.E1");
    assert_eq!((echo.person.wa_id.as_deref(), &echo.way), (Some("16505551234"), &Way::Echo));
    let Way::Notice(new) = &of("wamid.S1").way else { panic!("a new number is a notice") };
    assert_eq!(new.wa_id.as_deref(), Some("16505559876"));
    let Way::Notice(new) = &of("wamid.S4").way else { panic!("a new identity key is a notice") };
    assert!(!new.is_somebody(), "and says no new id");
    let (name, username) = (found[0].person.name.as_deref(), found[0].person.username.as_deref());
    assert_eq!((name, username), (Some("Ana Rojas"), Some("anarojas")));
}

#[test]
fn bodies_and_riders() {
    let found = messages();
    let with = |body: &str| found.iter().find(|message| message.body == body).unwrap_or_else(|| panic!("{body}"));
    assert_eq!(with("Does it come in another colour?").payload, None, "a plain text has nothing else");
    let reply = with("Mañana 😀");
    assert_eq!(reply.reply_to.as_deref(), Some("wamid.Q"));
    assert!(with("from the ad").payload.as_deref().is_some_and(|payload| payload.contains("ctwa_clid")));
    let image = with("Mi perro");
    assert_eq!(image.files.len(), 1);
    let file = &image.files[0];
    assert_eq!((file.provider_media_id.as_str(), file.mime.as_deref()), ("1003383421387256", Some("image/jpeg")));
    assert!(image.payload.as_deref().is_some_and(|payload| !payload.contains("lookaside")));
    for body in [
        "Philz Coffee, 101 Forest Ave",
        "37.4, -122.1",
        "Bea Soto",
        "Cancel",
        "Priority",
        "Sent",
        "Unsubscribe",
        "Love these!",
        "1 × a",
        "[poll_creation]",
        "[unsupported]",
        "[unknown]",
        "from the future",
    ] {
        with(body);
    }
}

#[test]
fn statuses_and_changes() {
    let mut failures = Vec::new();
    let mut changes = Vec::new();
    for item in all() {
        match item {
            Item::Status(update, person) if update.message_id.is_some() => {
                assert_eq!(update.status, MessageStatus::Sent);
                assert!(update.pricing.as_deref().is_some_and(|pricing| pricing.contains("marketing")));
                assert!(person.phone.is_some() && person.bsuid.is_some());
            }
            Item::Status(update, _) => failures.extend(update.failure),
            Item::Change(change) => changes.push(change.what),
            _ => {}
        }
    }
    assert_eq!((failures[0].code.as_str(), failures[0].details.as_deref()), ("131026", Some("incapable")));
    assert_eq!(failures[1].code, "0");
    let taken_off =
        |what: &&What| matches!(what, What::Reaction { reactor: Reactor::Contact, emoji } if emoji.is_empty());
    assert_eq!(changes.iter().filter(taken_off).count(), 2);
    let ours = |what: &&What| matches!(what, What::Reaction { reactor: Reactor::Business, .. });
    assert_eq!(changes.iter().filter(ours).count(), 1);
    assert_eq!(changes.iter().filter(|what| matches!(what, What::Deletion)).count(), 2);
}

#[test]
fn what_is_no_json_object_is_said_to_be_none() {
    for bad in ["", "x", "[]", "7", "{"] {
        assert_eq!(read(bad.as_bytes()).unwrap_err(), Unreadable::NotJson, "{bad}");
    }
    // What no JSON may have is replaced, not refused: lone surrogates and U+0000.
    let odd = r#"{"entry":[{"id":"1","changes":[{"field":"messages","value":{"messages":[
        {"from":"56955501234","id":"wamid.1","timestamp":"1","type":"text","text":{"body":"a\u0000b\ud800c"}}]}}]}]}"#;
    let found = read(odd.as_bytes()).unwrap();
    assert!(matches!(&found[0].item, Item::Message(message) if message.body == "a\u{fffd}b\u{fffd}c"));
}

#[test]
fn mutated_payloads_do_not_panic() {
    assert_eq!(fuzzer::fuzz(fuzzer::SEED, |runs| runs < 3000).unwrap(), 3000);
}
