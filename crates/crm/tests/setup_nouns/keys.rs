use crm::access::{Actor, Caller};
use crm::id::ApiKeyId;
use crm::keys::{self, ApiKey, KeyPatch, NewKey};
use crm::page::PageRequest;

use crate::world::{World, each, wrong};

fn key(name: &str, scopes: &[&str], hash: u8) -> NewKey {
    NewKey {
        name: name.to_owned(),
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        hash: [hash; 32],
        hint: "rk_12345".to_owned(),
    }
}

fn make(world: &World, new: NewKey) -> crm::Result<ApiKey> {
    world.write(move |w| keys::create(w, &new))
}

fn with_key(world: &World, id: ApiKeyId) -> Caller {
    Caller { actor: Actor::ApiKey(id), ..Caller::system(world.here.organization_id) }
}

#[test]
fn a_key_is_made_listed_changed_and_revoked() {
    each(|world| {
        let made = make(world, key("Tienda", &["tickets:read", "contacts:write"], 7)).unwrap();
        assert_eq!((made.scopes.as_slice(), made.hint.as_str()), (&["contacts:write", "tickets:read"][..], "rk_12345"));
        assert!(world.setup(|setup| setup.key(&[7; 32]).is_some()));
        let all = world.write(|w| keys::page(w, &PageRequest { limit: 10, cursor: None })).unwrap();
        assert_eq!(all.data.iter().map(|key| key.name.as_str()).collect::<Vec<_>>(), ["First key", "Tienda"]);

        let patch = KeyPatch { name: Some("Web".to_owned()), scopes: Some(vec!["*".to_owned()]), if_version: Some(1) };
        let changed = world.write(move |w| keys::update(w, made.id, &patch)).unwrap();
        assert_eq!((changed.name.as_str(), changed.scopes.as_slice(), changed.version), ("Web", &["*"][..], 2));

        assert_eq!(wrong(world.write(move |w| keys::revoke(w, made.id, Some(1)))), "precondition_failed");
        world.write(move |w| keys::revoke(w, made.id, Some(2))).unwrap();
        assert!(world.setup(|setup| setup.key(&[7; 32]).is_none()));
        assert_eq!(wrong(world.write(move |w| keys::get(w, made.id))), "not_found");
        assert_eq!(world.recorded().last().unwrap(), "api_key revoked");
    });
}

#[test]
fn scopes_are_known_and_nobody_hands_on_more_than_they_have() {
    each(|world| {
        assert_eq!(wrong(make(world, key(" ", &[], 7))), "/name required, /scopes required");
        let unknown = make(world, key("A", &["contacts:read", "contacts:delete", "ADMIN"], 7));
        assert_eq!(wrong(unknown), "/scopes/1 unknown_scope, /scopes/2 unknown_scope");

        let admin = make(world, key("Admin", &["admin", "contacts:read"], 8)).unwrap();
        let by_admin =
            |new: NewKey| world.crm.write_blocking(&with_key(world, admin.id), move |w| keys::create(w, &new));
        assert!(by_admin(key("Lectura", &["contacts:read"], 9)).is_ok());
        assert_eq!(wrong(by_admin(key("Todo", &["*"], 10))), "forbidden");
        assert_eq!(wrong(by_admin(key("Más", &["contacts:write"], 11))), "forbidden");
        let raised = KeyPatch { scopes: Some(vec!["*".to_owned()]), ..KeyPatch::default() };
        let own = world.crm.write_blocking(&with_key(world, admin.id), move |w| keys::update(w, admin.id, &raised));
        assert_eq!(wrong(own), "forbidden");
    });
}

#[test]
fn keys_of_others_are_not_there() {
    each(|world| {
        let stranger = world.elsewhere.api_key_id;
        assert_eq!(wrong(world.write(move |w| keys::get(w, stranger))), "not_found");
        assert_eq!(wrong(world.write(move |w| keys::revoke(w, stranger, None))), "not_found");
        let patch = KeyPatch { name: Some("Mía".to_owned()), ..KeyPatch::default() };
        assert_eq!(wrong(world.write(move |w| keys::update(w, stranger, &patch))), "not_found");
    });
}
