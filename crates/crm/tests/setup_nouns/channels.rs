use crm::Problems;
use crm::channels::{
    self, Channel, ChannelDetails, ChannelPatch, ChannelSecrets, ChannelType, DefaultStage, NewChannel, SealedSecrets,
};
use crm::id::{ChannelId, StageId};
use serde_json::json;

use crate::world::{World, each, message, playground, wrong};

#[expect(clippy::unnecessary_wraps, reason = "said, and said to be this")]
fn said<T: ToOwned + ?Sized>(value: &T) -> Option<Option<T::Owned>> {
    Some(Some(value.to_owned()))
}

fn whatsapp(world: &World) -> NewChannel {
    NewChannel {
        id: world.write(|w| Ok(w.new_id())).unwrap(),
        channel_type: ChannelType::Whatsapp,
        name: "Ventas".to_owned(),
        country: None,
        details: ChannelDetails {
            phone_number: said("9 5550 1234"),
            phone_number_id: said("106540352242922"),
            waba_id: said("102290129340398"),
            ..ChannelDetails::default()
        },
        secrets: Some(b"sealed".to_vec()),
        default_stage: DefaultStage::First,
        reopen_within_hours: 24,
    }
}

fn of_type(world: &World, channel_type: ChannelType, details: ChannelDetails) -> NewChannel {
    NewChannel { channel_type, details, secrets: None, ..whatsapp(world) }
}

fn make(world: &World, new: NewChannel) -> crm::Result<Channel> {
    world.write(move |w| channels::create(w, &new))
}

/// Each has a simulator in the server's memory.
#[test]
fn there_are_only_so_many_playgrounds() {
    each(|world| {
        let id = || world.write(|w| Ok(w.new_id())).unwrap();
        let made: Vec<_> = (0..channels::MOST_PLAYGROUNDS)
            .map(|n| make(world, playground(id(), &format!("+56 2 2345 670{n}"))).unwrap().id)
            .collect();
        let (one_more, too_many) = (playground(id(), "+56 2 2345 6799"), id());
        let refused = make(world, NewChannel { id: too_many, ..one_more.clone() });
        assert!(matches!(&refused, Err(crm::Error::Conflict { code: "limit_reached", .. })), "{refused:?}");
        // Of another type there may be more, elsewhere as well, and here once one is put away.
        make(world, whatsapp(world)).unwrap();
        let elsewhere = playground(id(), "+56 2 2345 6701");
        world.write_elsewhere(move |w| channels::create(w, &elsewhere)).unwrap();
        let first = made[0];
        world.write(move |w| channels::remove(w, first, None, false)).unwrap();
        make(world, one_more).unwrap();
        let played = world.write(|w| channels::all_playgrounds(w.tx)).unwrap();
        let here = |organization| played.iter().filter(|(of, id)| *of == organization && *id != first).count();
        assert_eq!(here(world.here.organization_id), channels::MOST_PLAYGROUNDS);
        assert_eq!(played.len(), channels::MOST_PLAYGROUNDS + 1);
    });
}

fn change(world: &World, id: ChannelId, patch: ChannelPatch) -> crm::Result<Channel> {
    world.write(move |w| channels::update(w, id, &patch))
}

#[test]
fn each_type_has_its_own_members() {
    each(|world| {
        let cloud = make(world, whatsapp(world)).unwrap();
        assert_eq!(
            (cloud.phone.as_deref(), cloud.country.as_str(), cloud.has_secrets),
            (Some("+56955501234"), "CL", true)
        );
        assert_eq!((cloud.settings["waba_id"].as_str(), cloud.status.as_str()), (Some("102290129340398"), "unchecked"));
        let qr = make(world, of_type(world, ChannelType::WebWhatsapp, ChannelDetails::default())).unwrap();
        assert_eq!((qr.phone, qr.status.as_str(), qr.has_secrets), (None, "unpaired", false));
        let origins =
            ["https://Shop.example/".to_owned(), "http://localhost:3000".to_owned(), "https://shop.example".to_owned()];
        let chat = ChannelDetails { allowed_origins: said(&origins[..]), ..ChannelDetails::default() };
        let chat = make(world, of_type(world, ChannelType::Webchat, chat)).unwrap();
        assert_eq!(chat.settings["allowed_origins"], json!(["https://shop.example", "http://localhost:3000"]));

        let first = world.stages()[0];
        let view =
            world.setup(move |setup| serde_json::to_value(channels::view(setup, setup.channel(cloud.id).unwrap())));
        let view = view.unwrap();
        assert_eq!(
            (view["type"].as_str(), view["default_stage_id"].as_str()),
            (Some("whatsapp"), Some(&*first.to_string()))
        );
        assert!(!view.to_string().contains("sealed"));
        assert_eq!(world.recorded().iter().filter(|change| *change == "channel created").count(), 3);
    });
}

#[test]
fn everything_that_is_missing_or_wrong_is_said_at_once() {
    each(|world| {
        let bare = NewChannel { secrets: None, details: ChannelDetails::default(), ..whatsapp(world) };
        assert_eq!(
            wrong(make(world, bare)),
            "/phone_number required, /phone_number_id required, /waba_id required, /access_token required"
        );
        let bad = NewChannel {
            name: "\u{7}".to_owned(),
            country: Some("ZZ".to_owned()),
            details: ChannelDetails {
                phone_number: said("+1"),
                phone_number_id: said("+56955501234"),
                waba_id: said("12345678901234567890"),
                graph_base_url: said("http://graph.example"),
                graph_version: said("26"),
                messages_per_second: None,
                allowed_origins: said(&["https://a.example".to_owned()][..]),
                widget: None,
            },
            default_stage: DefaultStage::Stage(StageId::default()),
            reopen_within_hours: 8761,
            ..whatsapp(world)
        };
        assert_eq!(
            wrong(make(world, bad)),
            "/country unknown_country, /name invalid, /phone_number invalid_phone, /phone_number_id invalid_value, \
             /waba_id invalid_value, /graph_base_url invalid_url, /graph_version invalid_value, \
             /allowed_origins not_of_this_type, /default_stage_id unknown_reference, /reopen_within_hours out_of_range"
        );
        let chat = ChannelDetails {
            allowed_origins: said(&["shop.example".to_owned(), "https://a.example/x".to_owned()][..]),
            phone_number: said("9 5550 1234"),
            ..ChannelDetails::default()
        };
        assert_eq!(
            wrong(make(world, of_type(world, ChannelType::Webchat, chat))),
            "/phone_number not_of_this_type, /allowed_origins/0 invalid_origin, /allowed_origins/1 invalid_origin"
        );
        let theirs = world.write_elsewhere(|w| Ok(w.setup.pipelines[0].stages[0].id)).unwrap();
        let foreign = NewChannel { default_stage: DefaultStage::Stage(theirs), ..whatsapp(world) };
        assert_eq!(wrong(make(world, foreign)), "/default_stage_id unknown_reference");
    });
}

#[test]
fn one_number_is_one_channel_of_a_type() {
    each(|world| {
        let first = make(world, whatsapp(world)).unwrap();
        let again = NewChannel {
            details: ChannelDetails { phone_number_id: said("1"), ..whatsapp(world).details },
            ..whatsapp(world)
        };
        assert!(message(make(world, again)).contains("has this number already"));
        let same_id = ChannelDetails { phone_number: said("9 5550 9999"), ..whatsapp(world).details };
        let same_id = NewChannel { details: same_id, ..whatsapp(world) };
        assert!(message(make(world, same_id)).contains("has this phone number id already"));
        // Of another type, or in another organization, it is another way in.
        let qr = ChannelDetails { phone_number: said("+56 9 5550 1234"), ..ChannelDetails::default() };
        make(world, of_type(world, ChannelType::WebWhatsapp, qr)).unwrap();
        let (id, new) = (first.id, whatsapp(world));
        let theirs = NewChannel { country: Some("CL".to_owned()), ..new };
        world.write_elsewhere(move |w| channels::create(w, &theirs)).unwrap();
        // And once the channel is gone the number is free.
        world.write(move |w| channels::remove(w, id, None, false)).unwrap();
        make(world, whatsapp(world)).unwrap();
    });
}

#[test]
fn a_patch_changes_what_it_names() {
    each(|world| {
        let id = make(world, whatsapp(world)).unwrap().id;
        let patch = ChannelPatch {
            name: Some("Otro".to_owned()),
            details: ChannelDetails { graph_base_url: said("http://127.0.0.1:9100/"), ..ChannelDetails::default() },
            default_stage: Some(DefaultStage::None),
            reopen_within_hours: Some(0),
            sends_token: true,
            if_version: Some(1),
            ..ChannelPatch::default()
        };
        let changed = change(world, id, patch).unwrap();
        assert_eq!((changed.name.as_str(), changed.version, changed.default_stage), ("Otro", 2, DefaultStage::None));
        assert_eq!(changed.settings["graph_base_url"], "http://127.0.0.1:9100");
        assert_eq!(changed.settings["waba_id"], "102290129340398");
        assert!(changed.has_secrets);

        let gone = ChannelDetails { graph_base_url: Some(None), ..ChannelDetails::default() };
        let changed =
            change(world, id, ChannelPatch { details: gone, sends_token: true, ..ChannelPatch::default() }).unwrap();
        assert!(!changed.settings.contains_key("graph_base_url"));
        let required = ChannelDetails { waba_id: Some(None), phone_number: Some(None), ..ChannelDetails::default() };
        let patch = ChannelPatch { details: required, ..ChannelPatch::default() };
        assert_eq!(wrong(change(world, id, patch)), "/phone_number required, /waba_id required");
        assert_eq!(change(world, id, ChannelPatch::default()).unwrap().version, 3);
        let stranger = world.write_elsewhere(|w| Ok(w.new_id::<ChannelId>())).unwrap();
        assert_eq!(wrong(change(world, stranger, ChannelPatch::default())), "not_found");
    });
}

#[test]
fn secrets_are_replaced_only_from_what_they_were_made_of() {
    each(|world| {
        let id = make(world, whatsapp(world)).unwrap().id;
        let stored = |world: &World| world.write(move |w| channels::sealed_secrets(w, id)).unwrap();
        assert_eq!(stored(world), Some(b"sealed".to_vec()));
        let secrets = |based_on| Some(SealedSecrets { sealed: b"anew".to_vec(), based_on: Some(based_on) });
        let changed = change(world, id, ChannelPatch { secrets: secrets(1), ..ChannelPatch::default() }).unwrap();
        assert_eq!((changed.version, stored(world)), (2, Some(b"anew".to_vec())));
        let late = change(world, id, ChannelPatch { secrets: secrets(1), ..ChannelPatch::default() });
        assert_eq!(wrong(late), "precondition_failed");
        assert_eq!(world.write_elsewhere(move |w| channels::sealed_secrets(w, id)).unwrap(), None);
    });
}

#[test]
fn a_channel_with_contacts_is_only_put_out_of_sight() {
    each(|world| {
        let id = world.channel();
        let contact = world.contact(id, "9 5550 0001");
        let remove = |archive| world.write(move |w| channels::remove(w, id, None, archive));
        assert!(message(remove(false)).starts_with("This channel is in use: 1 contact. "));
        assert!(remove(true).unwrap().archived);
        assert_eq!(wrong(remove(true)), "not_found");
        assert!(world.write(move |w| crm::contacts::Contact::get(w, contact.id)).is_ok());
        // Its number may have another channel.
        let again = playground(world.write(|w| Ok(w.new_id())).unwrap(), "+56 2 2345 6789");
        assert!(world.write(move |w| channels::create(w, &again)).is_ok());
        assert_eq!(world.recorded()[5..], ["channel archived", "channel created"]);
    });
}

#[test]
fn plain_secrets_are_checked_and_never_printed() {
    let secrets = ChannelSecrets {
        access_token: Some("EAAtoken".to_owned()),
        app_secret: Some("a b".to_owned()),
        ..ChannelSecrets::default()
    };
    let mut problems = Problems::default();
    secrets.check(ChannelType::Whatsapp, true, &mut problems);
    secrets.check(ChannelType::Webchat, true, &mut problems);
    let found: Vec<String> = problems.0.iter().map(|e| format!("{} {}", e.pointer, e.code)).collect();
    assert_eq!(
        found,
        [
            "/app_secret invalid_value",
            "/verify_token required",
            "/access_token not_of_this_type",
            "/app_secret not_of_this_type"
        ]
    );
    let shown = format!("{secrets:?}");
    assert!(!shown.contains("EAAtoken") && shown.contains("access_token"));
    let kept = ChannelSecrets { verify_token: Some("v".to_owned()), ..ChannelSecrets::default() };
    assert_eq!(secrets.or(kept).verify_token.as_deref(), Some("v"));
}
