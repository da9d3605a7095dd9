use crm::page::PageRequest;
use crm::tags::{self, EntityType, NewTag, Tag, TagPatch, Variant};

use crate::world::{World, each, message, wrong};

fn make(world: &World, value: &str, entity_type: EntityType) -> crm::Result<Tag> {
    let new = NewTag { value: value.to_owned(), variant: None, entity_type };
    world.write(move |w| tags::create(w, &new))
}

#[test]
fn a_name_is_one_tag_however_it_is_written() {
    each(|world| {
        let vip = make(world, "  Atención   VIP ", EntityType::Contact).unwrap();
        assert_eq!((vip.id, vip.value.as_str(), vip.version), (1, "Atención VIP", 1));
        assert_eq!(vip.variant, Variant::of_value("atencion vip"));
        assert_eq!(wrong(make(world, "ATENCION VIP", EntityType::Contact)), "tag_exists");
        assert_eq!(make(world, "Atención VIP", EntityType::Ticket).unwrap().id, 2, "of tickets it is another one");
        assert_eq!(wrong(make(world, " ", EntityType::Contact)), "/value required");
        assert_eq!(wrong(make(world, &"x".repeat(101), EntityType::Contact)), "/value too_long");
        assert!(make(world, &"ñ".repeat(100), EntityType::Contact).is_ok());

        let found = world.write(|w| tags::find_or_create_by_name(w, EntityType::Contact, "atención vip")).unwrap();
        assert_eq!((found.0.id, found.1), (1, false));
        let made = world.write(|w| tags::find_or_create_by_name(w, EntityType::Contact, "Nueva")).unwrap();
        assert!(made.1 && made.0.id == 4);
        // Every organization counts for itself.
        let theirs = world.write_elsewhere(|w| tags::find_or_create_by_name(w, EntityType::Contact, "Atención VIP"));
        assert_eq!(theirs.map(|(tag, created)| (tag.id, created)).unwrap(), (1, true));
    });
}

#[test]
fn renaming_and_recolouring() {
    each(|world| {
        let first = make(world, "Uno", EntityType::Contact).unwrap();
        make(world, "Dos", EntityType::Contact).unwrap();
        let patch = TagPatch { value: Some("UNO".to_owned()), variant: Some(Variant::Pink), if_version: Some(1) };
        let changed = world.write(move |w| tags::update(w, first.id, &patch)).unwrap();
        assert_eq!((changed.value.as_str(), changed.variant, changed.version), ("UNO", Variant::Pink, 2));
        let taken = TagPatch { value: Some("dós".to_owned()), ..TagPatch::default() };
        assert_eq!(wrong(world.write(move |w| tags::update(w, first.id, &taken))), "tag_exists");
        let stale = TagPatch { value: Some("Tres".to_owned()), if_version: Some(1), ..TagPatch::default() };
        assert_eq!(wrong(world.write(move |w| tags::update(w, first.id, &stale))), "precondition_failed");
        assert_eq!(wrong(world.write(|w| tags::update(w, 99, &TagPatch::default()))), "not_found");
        assert_eq!(wrong(world.write_elsewhere(|w| tags::get(w, 2))), "not_found");
    });
}

#[test]
fn a_tag_in_use_goes_only_by_force_and_its_number_with_it() {
    each(|world| {
        let tag = make(world, "Uno", EntityType::Contact).unwrap().id;
        let channel = world.channel();
        let contact = world.contact(channel, "9 5550 0001");
        let tagged = contact.clone();
        world.write(move |w| crm::contacts::replace_tags(w, &tagged, &[tag])).unwrap();
        let refused = message(world.write(move |w| tags::delete(w, tag, None, false)));
        assert_eq!(refused, "This tag is in use: 1 contact. Delete it with force=true to take it off all of them.");
        let gone = world.write(move |w| tags::delete(w, tag, None, true)).unwrap();
        assert_eq!((gone.contacts, gone.tickets), (1, 0));
        assert!(world.write(move |w| crm::contacts::tags_of(w, contact.id)).unwrap().is_empty());
        assert_eq!(wrong(world.write(move |w| tags::delete(w, tag, None, true))), "not_found");
        assert_eq!(make(world, "Uno", EntityType::Contact).unwrap().id, 2);
        let changes = world.recorded();
        assert_eq!(changes[changes.len() - 3..], ["channel created", "tag deleted", "tag created"]);
    });
}

#[test]
fn pages_follow_each_other() {
    each(|world| {
        for n in 0..5 {
            make(world, &format!("tag {n}"), EntityType::Contact).unwrap();
        }
        let (mut cursor, mut seen) = (None, Vec::new());
        loop {
            let request = PageRequest { limit: 2, cursor: cursor.take() };
            let page = world.write(move |w| tags::page(w, &request)).unwrap();
            seen.extend(page.data.iter().map(|tag| tag.id));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, [1, 2, 3, 4, 5]);
        let bad = PageRequest { limit: 2, cursor: Some("x".to_owned()) };
        assert_eq!(wrong(world.write(move |w| tags::page(w, &bad))), "?cursor invalid_cursor");
    });
}
