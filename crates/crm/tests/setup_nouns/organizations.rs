use crm::organizations::{self, OrganizationPatch};
use crm::pipelines::Outcome;

use crate::world::{each, organization, wrong};

#[test]
fn a_new_organization_can_be_worked_with_at_once() {
    each(|world| {
        world.setup(|setup| {
            let organization = &setup.organization;
            assert_eq!(
                [&organization.country, &organization.currency, &organization.time_zone, &organization.language],
                ["CL", "CLP", "America/Santiago", "es"]
            );
            let owner = &setup.members[0];
            assert_eq!((owner.name.as_str(), owner.email.as_str()), ("Duena", "duena@example.com"));
            assert!(owner.active && owner.role == crm::members::Role::Owner);
            let pipeline = &setup.pipelines[0];
            assert_eq!(pipeline.name, "Ventas");
            let outcomes: Vec<Outcome> = pipeline.stages.iter().map(|stage| stage.outcome).collect();
            assert_eq!(outcomes, [Outcome::Open, Outcome::Open, Outcome::Open, Outcome::Won, Outcome::Lost]);
            assert!(setup.key(&[1; 32]).is_some_and(|grant| grant.scopes == crm::Scopes::EVERYTHING));
            assert!(setup.key(&[2; 32]).is_none());
        });
        let other = world.write_elsewhere(|w| Ok((w.setup.pipelines[0].name.clone(), w.setup.organization.clone())));
        let (pipeline, other) = other.unwrap();
        assert_eq!((pipeline.as_str(), other.currency.as_str(), other.language.as_str()), ("Vendas", "BRL", "pt"));
        assert_eq!(world.recorded(), ["organization created", "member created", "api_key created", "pipeline created"]);
    });
}

#[test]
fn everything_wrong_with_a_new_one_is_said_at_once() {
    each(|world| {
        let mut new = organization(" ", "XX", 3);
        new.time_zone = Some("Chile/Santiago".to_owned());
        new.currency = Some("PESO".to_owned());
        new.language = Some("fr".to_owned());
        new.owner_email = "ana arroba example punto com".to_owned();
        assert_eq!(
            wrong(world.crm.create_organization_blocking(new)),
            "/name required, /country unknown_country, /time_zone unknown_time_zone, /currency unknown_currency, \
             /language unknown_language, /owner_email invalid_email"
        );
        let mut twin = organization("Aquí", "us", 4);
        twin.time_zone = Some("america/chicago".to_owned());
        let twin = world.crm.create_organization_blocking(twin).unwrap();
        assert_ne!(twin.organization_id, world.here.organization_id);
    });
}

#[test]
fn only_what_is_named_changes() {
    each(|world| {
        let before = world.revision(world.here.organization_id);
        let patch = OrganizationPatch { country: Some("mx".to_owned()), ..OrganizationPatch::default() };
        let changed = world.write(move |w| organizations::update(w, &patch)).unwrap();
        assert_eq!((changed.country.as_str(), changed.currency.as_str(), changed.version), ("MX", "CLP", 2));
        assert!(world.revision(world.here.organization_id) > before);

        let same =
            OrganizationPatch { country: Some("MX".to_owned()), if_version: Some(2), ..OrganizationPatch::default() };
        assert_eq!(world.write(move |w| organizations::update(w, &same)).unwrap().version, 2);
        let stale =
            OrganizationPatch { name: Some("Otra".to_owned()), if_version: Some(1), ..OrganizationPatch::default() };
        assert_eq!(wrong(world.write(move |w| organizations::update(w, &stale))), "precondition_failed");
        let bad = OrganizationPatch {
            currency: Some("usdd".to_owned()),
            time_zone: Some(String::new()),
            ..OrganizationPatch::default()
        };
        assert_eq!(
            wrong(world.write(move |w| organizations::update(w, &bad))),
            "/time_zone unknown_time_zone, /currency unknown_currency"
        );
        let uf = OrganizationPatch { currency: Some("clf".to_owned()), ..OrganizationPatch::default() };
        assert_eq!(world.write(move |w| organizations::update(w, &uf)).unwrap().currency, "UF");
        assert_eq!(world.recorded().iter().filter(|change| *change == "organization updated").count(), 2);
    });
}
