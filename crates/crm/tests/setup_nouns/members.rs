use crm::access::{Actor, Caller};
use crm::changes::Users;
use crm::id::MemberId;
use crm::members::{self, Availability, Member, MemberPatch, NewMember, Role};
use crm::tickets::Ticket;
use store::params;

use crate::world::{World, each, message, wrong};

fn agent(name: &str, email: &str) -> NewMember {
    NewMember { name: Some(name.to_owned()), email: email.to_owned(), ..NewMember::default() }
}

fn hire(world: &World, new: NewMember) -> crm::Result<Member> {
    world.write(move |w| members::create(w, &new))
}

fn change(world: &World, id: MemberId, patch: MemberPatch) -> crm::Result<Member> {
    world.write(move |w| members::update(w, id, &patch))
}

fn let_go(world: &World, id: MemberId, users: Users<MemberId>) -> crm::Result<crm::changes::Removed> {
    world.write(move |w| members::remove(w, id, None, users))
}

#[test]
fn names_split_and_numbers_are_read() {
    each(|world| {
        let mut new = agent("  María   José Pérez ", "Maria@Example.com");
        new.phone = Some("9 5550 1234".to_owned());
        let maria = hire(world, new).unwrap();
        assert_eq!(
            [maria.name.as_str(), &maria.first_name, &maria.last_name, &maria.email, maria.phone.as_deref().unwrap()],
            ["María José Pérez", "María", "José Pérez", "maria@example.com", "+56955501234"]
        );
        let parts = NewMember {
            first_name: Some("Ana María".to_owned()),
            last_name: Some("Soto".to_owned()),
            email: "ana@example.com".to_owned(),
            ..NewMember::default()
        };
        assert_eq!(hire(world, parts).unwrap().name, "Ana María Soto");
        let renamed =
            change(world, maria.id, MemberPatch { last_name: Some("Pérez Soto".to_owned()), ..MemberPatch::default() });
        let renamed = renamed.unwrap();
        assert_eq!((renamed.name.as_str(), renamed.version), ("María Pérez Soto", 2));
        let away = MemberPatch {
            availability: Some(Availability::Away),
            phone: Some(None),
            if_version: Some(2),
            ..MemberPatch::default()
        };
        let away = change(world, maria.id, away).unwrap();
        assert_eq!((away.availability, away.phone), (Availability::Away, None));
    });
}

#[test]
fn what_is_wrong_is_said_at_once() {
    each(|world| {
        let bad = NewMember { email: "no address".to_owned(), phone: Some("12".to_owned()), ..NewMember::default() };
        assert_eq!(wrong(hire(world, bad)), "/name required, /phone invalid_phone, /email invalid_email");
        assert_eq!(wrong(hire(world, agent("Otra", "DUENA@example.com"))), "email_taken");
        let ana = hire(world, agent("Ana", "ana@example.com")).unwrap();
        let taken = MemberPatch { email: Some("duena@example.com".to_owned()), ..MemberPatch::default() };
        assert_eq!(wrong(change(world, ana.id, taken)), "email_taken");
        let stale = MemberPatch { name: Some("Ana B".to_owned()), if_version: Some(7), ..MemberPatch::default() };
        assert_eq!(wrong(change(world, ana.id, stale)), "precondition_failed");
        // The same address in another organization is somebody else's business.
        assert!(world.write_elsewhere(|w| members::create(w, &agent("Ana", "ana@example.com"))).is_ok());
    });
}

#[test]
fn the_last_owner_stays() {
    each(|world| {
        let owner = world.here.owner_id;
        let demoted = || MemberPatch { role: Some(Role::Admin), ..MemberPatch::default() };
        let inactive = || MemberPatch { active: Some(false), ..MemberPatch::default() };
        assert_eq!(wrong(change(world, owner, demoted())), "last_owner");
        assert_eq!(wrong(change(world, owner, inactive())), "last_owner");
        assert_eq!(wrong(let_go(world, owner, Users::Archive)), "last_owner");
        let second = hire(world, NewMember { role: Role::Owner, ..agent("Segunda", "segunda@example.com") }).unwrap();
        change(world, owner, demoted()).unwrap();
        assert_eq!(wrong(let_go(world, second.id, Users::Refuse)), "last_owner");
    });
}

#[test]
fn an_admin_leaves_the_owners_affairs_alone() {
    each(|world| {
        let admin = hire(world, NewMember { role: Role::Admin, ..agent("Admin", "admin@example.com") }).unwrap();
        let agent_member = hire(world, agent("Agente", "agente@example.com")).unwrap();
        let as_member =
            |id: MemberId| Caller { actor: Actor::Member(id), ..Caller::system(world.here.organization_id) };
        let owner = world.here.owner_id;
        let by_admin = world.crm.write_blocking(&as_member(admin.id), move |w| {
            members::create(w, &NewMember { role: Role::Owner, ..agent("Nueva", "nueva@example.com") })
        });
        assert_eq!(wrong(by_admin), "owners_only");
        let by_admin =
            world.crm.write_blocking(&as_member(admin.id), move |w| members::set_password(w, owner, "x", None));
        assert_eq!(wrong(by_admin), "owners_only");
        let patch = MemberPatch { role: Some(Role::Admin), ..MemberPatch::default() };
        let by_admin = world.crm.write_blocking(&as_member(admin.id), move |w| members::update(w, owner, &patch));
        assert_eq!(wrong(by_admin), "owners_only");
        // Nobody gives a role that can do more than they can.
        let by_agent = world.crm.write_blocking(&as_member(agent_member.id), move |w| {
            members::create(w, &NewMember { role: Role::Admin, ..agent("Nueva", "nueva@example.com") })
        });
        assert_eq!(wrong(by_agent), "forbidden");
        let by_owner = world.crm.write_blocking(&as_member(owner), move |w| {
            members::create(w, &NewMember { role: Role::Owner, ..agent("Nueva", "nueva@example.com") })
        });
        assert!(by_owner.is_ok());
    });
}

#[test]
fn who_leaves_hands_over() {
    each(|world| {
        let ana = hire(world, agent("Ana", "ana@example.com")).unwrap().id;
        let luis = hire(world, agent("Luis", "luis@example.com")).unwrap().id;
        let gone = hire(world, agent("Ida", "ida@example.com")).unwrap().id;
        let_go(world, gone, Users::Refuse).unwrap();
        let (channel, stage) = (world.channel(), world.stages()[0]);
        let first = world.contact(channel, "9 5550 0001");
        let second = world.contact(channel, "9 5550 0002");
        let tickets = [world.ticket(&first, stage, Some(ana)), world.ticket(&second, stage, Some(luis))];
        world.write(move |w| crm::contacts::assign(w, &second, None, ana, crm::contacts::Leaving::Nobody)).unwrap();

        let refused = let_go(world, ana, Users::Refuse);
        assert!(message(refused).starts_with("This member is in use: 1 open ticket, 2 assigned contacts. "));
        let inactive = MemberPatch { active: Some(false), ..MemberPatch::default() };
        assert_eq!(wrong(change(world, ana, inactive)), "in_use");
        for to in [ana, gone] {
            assert_eq!(wrong(let_go(world, ana, Users::Move(to))), "?move_to invalid_value");
        }
        let elsewhere = world.elsewhere.owner_id;
        assert_eq!(wrong(let_go(world, ana, Users::Move(elsewhere))), "?move_to unknown_reference");

        let duena = world.here.owner_id;
        let removed = let_go(world, ana, Users::Move(duena)).unwrap();
        assert_eq!((removed.archived, removed.moved), (true, 2));
        let tickets = tickets.map(|ticket| ticket.id);
        let agents = |world: &World| tickets.map(|id| world.write(move |w| Ticket::get(w, id)).unwrap().agent_id);
        assert_eq!(agents(world), [Some(duena), Some(luis)], "what was Luis's stays his");
        let left = world.write(move |w| {
            let organization = w.organization();
            let sql = "SELECT count(*) AS n FROM contact_agents WHERE organization_id = $1 AND member_id = $2";
            Ok(w.tx.query_one(sql, params![organization, ana])?.get::<i64>("n")?)
        });
        assert_eq!(left.unwrap(), 0);
        assert!(world.setup(move |setup| setup.member(ana).is_some_and(|member| !member.active)));
        assert_eq!(let_go(world, ana, Users::Refuse).unwrap().moved, 0, "a second time changes nothing");

        // Somebody who came back is a colleague again; what is not handed over is nobody's.
        let back = MemberPatch { active: Some(true), ..MemberPatch::default() };
        assert!(change(world, ana, back).unwrap().active);
        let_go(world, luis, Users::Archive).unwrap();
        assert_eq!(agents(world), [Some(duena), None]);
    });
}

#[test]
fn members_of_others_are_not_there() {
    each(|world| {
        let stranger = world.elsewhere.owner_id;
        let patch = MemberPatch { name: Some("Yo".to_owned()), ..MemberPatch::default() };
        assert_eq!(wrong(change(world, stranger, patch)), "not_found");
        assert_eq!(wrong(let_go(world, stranger, Users::Archive)), "not_found");
        assert_eq!(wrong(world.write(move |w| members::set_password(w, stranger, "x", None))), "not_found");
        let owner = world.here.owner_id;
        world.write(move |w| members::set_password(w, owner, "another", None)).unwrap();
        assert!(world.setup(|setup| members::find_by_email(setup, " DUENA@example.com ").is_some()));
    });
}
