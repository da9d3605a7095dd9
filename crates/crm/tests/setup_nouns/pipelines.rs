use crm::changes::{Removed, Users};
use crm::channels::{self, ChannelPatch, DefaultStage};
use crm::contacts::Contact;
use crm::id::{PipelineId, StageId};
use crm::pipelines::{self, NewPipeline, NewStage, Outcome, Pipeline, PipelinePatch, StagePatch};
use crm::tickets::{self, Ticket, TicketStatus};
use store::params;
use uuid::Uuid;

use crate::world::{World, each, message, wrong};

fn stage(name: &str, outcome: Outcome) -> NewStage {
    NewStage { name: name.to_owned(), description: None, outcome }
}

fn support() -> NewPipeline {
    NewPipeline {
        name: "Soporte".to_owned(),
        description: Some("  Reclamos ".to_owned()),
        position: None,
        stages: vec![stage("Abierto", Outcome::Open), stage("Resuelto", Outcome::Won)],
    }
}

fn make(world: &World, new: NewPipeline) -> crm::Result<Pipeline> {
    world.write(move |w| pipelines::create(w, &new))
}

fn drop_stage(world: &World, pipeline: PipelineId, id: StageId, users: Users<Uuid>) -> crm::Result<Removed> {
    world.write(move |w| pipelines::remove_stage(w, pipeline, id, None, users))
}

fn board(world: &World, id: PipelineId) -> Vec<(String, i64)> {
    world.setup(move |setup| {
        let stages = &setup.pipeline(id).unwrap().stages;
        stages.iter().map(|stage| (stage.name.clone(), stage.position)).collect()
    })
}

fn names(world: &World) -> Vec<(String, i64)> {
    world.setup(|setup| setup.pipelines.iter().map(|pipeline| (pipeline.name.clone(), pipeline.position)).collect())
}

fn listed(wanted: &[&str]) -> Vec<(String, i64)> {
    wanted.iter().enumerate().map(|(at, name)| ((*name).to_owned(), at as i64)).collect()
}

#[test]
fn a_pipeline_comes_with_its_stages_and_positions_close_up() {
    each(|world| {
        let made = make(world, support()).unwrap();
        assert_eq!((made.position, made.description.as_deref()), (1, Some("Reclamos")));
        make(world, NewPipeline { name: "Primera".to_owned(), position: Some(0), ..support() }).unwrap();
        assert_eq!(names(world), listed(&["Primera", "Ventas", "Soporte"]));
        let first = PipelinePatch { position: Some(0), name: Some("Ayuda".to_owned()), ..PipelinePatch::default() };
        let moved = world.write(move |w| pipelines::update(w, made.id, &first)).unwrap();
        assert_eq!(
            (moved.position, moved.name.as_str(), moved.version),
            (0, "Ayuda", 3),
            "moved once by the one before"
        );
        assert_eq!(names(world), listed(&["Ayuda", "Primera", "Ventas"]));
        let version = moved.version;
        let same = PipelinePatch { position: Some(0), if_version: Some(version), ..PipelinePatch::default() };
        assert_eq!(world.write(move |w| pipelines::update(w, made.id, &same)).unwrap().version, version);
    });
}

#[test]
fn what_is_wrong_is_said_at_once() {
    each(|world| {
        let bad = NewPipeline {
            name: " ".to_owned(),
            description: Some("x".repeat(2001)),
            position: None,
            stages: vec![stage("Bien", Outcome::Open), stage("", Outcome::Lost)],
        };
        assert_eq!(wrong(make(world, bad)), "/name required, /description too_long, /stages/1/name required");
        assert_eq!(wrong(make(world, NewPipeline { stages: Vec::new(), ..support() })), "/stages required");
        let many = (0..101).map(|n| stage(&format!("{n}"), Outcome::Open)).collect();
        assert_eq!(wrong(make(world, NewPipeline { stages: many, ..support() })), "/stages too_many");
    });
}

#[test]
fn stages_are_added_moved_and_changed() {
    each(|world| {
        let id = make(world, support()).unwrap().id;
        let added =
            world.write(move |w| pipelines::add_stage(w, id, &stage("Espera", Outcome::Open), Some(1))).unwrap();
        assert_eq!(board(world, id), listed(&["Abierto", "Espera", "Resuelto"]));
        let last =
            StagePatch { position: Some(9), description: Some(Some("Algo".to_owned())), ..StagePatch::default() };
        let moved = world.write(move |w| pipelines::update_stage(w, id, added.id, &last)).unwrap();
        assert_eq!((moved.position, moved.description.as_deref()), (2, Some("Algo")));
        assert_eq!(board(world, id), listed(&["Abierto", "Resuelto", "Espera"]));

        let contact = world.contact(world.channel(), "9 5550 0001");
        world.ticket(&contact, added.id, None);
        let won = || StagePatch { outcome: Some(Outcome::Won), ..StagePatch::default() };
        assert_eq!(wrong(world.write(move |w| pipelines::update_stage(w, id, added.id, &won()))), "in_use");
        let other = world.stages()[0];
        assert_eq!(wrong(world.write(move |w| pipelines::update_stage(w, id, other, &won()))), "not_found");
        let stale = StagePatch { if_version: Some(1), ..won() };
        assert_eq!(
            wrong(world.write(move |w| pipelines::update_stage(w, id, added.id, &stale))),
            "precondition_failed"
        );
    });
}

#[test]
fn a_stage_in_use_says_so_and_moves_what_is_in_it() {
    each(|world| {
        let sales = world.setup(|setup| setup.pipelines[0].id);
        let [new, talk, _, won, _] = world.stages().try_into().unwrap();
        let channel = world.channel();
        let default = ChannelPatch { default_stage: Some(DefaultStage::Stage(new)), ..ChannelPatch::default() };
        world.write(move |w| channels::update(w, channel, &default)).unwrap();
        let first = world.contact(channel, "9 5550 0001");
        let second = world.contact(channel, "9 5550 0002");
        let open = world.ticket(&first, new, None).id;
        let closed = world.ticket(&second, new, None);
        world.write(move |w| tickets::close(w, closed.clone(), Outcome::Lost, None)).unwrap();

        let refused = message(drop_stage(world, sales, new, Users::Refuse));
        assert!(refused.starts_with("This stage is in use: 1 open ticket, 1 closed ticket, 1 channel. "), "{refused}");
        assert_eq!(wrong(drop_stage(world, sales, new, Users::Move(new.0))), "?move_to invalid_value");
        assert_eq!(wrong(drop_stage(world, sales, new, Users::Move(Uuid::nil()))), "?move_to unknown_reference");
        let theirs = world.write_elsewhere(|w| Ok(w.setup.pipelines[0].stages[0].id.0)).unwrap();
        assert_eq!(wrong(drop_stage(world, sales, new, Users::Move(theirs))), "?move_to unknown_reference");

        let removed = drop_stage(world, sales, new, Users::Move(sales.0)).unwrap();
        assert_eq!((removed.archived, removed.moved), (true, 1), "the closed ticket keeps naming it");
        assert_eq!(world.write(move |w| Ticket::get(w, open)).unwrap().stage_id, talk);
        assert_eq!(world.setup(move |s| s.channel(channel).unwrap().default_stage), DefaultStage::Stage(talk));
        assert_eq!(board(world, sales), listed(&["En conversación", "Propuesta", "Ganado", "Perdido"]));
        assert_eq!(wrong(drop_stage(world, sales, new, Users::Archive)), "not_found");

        // A stage that closes closes; then nothing names the one that was left.
        let removed = drop_stage(world, sales, talk, Users::Move(won.0)).unwrap();
        assert_eq!((removed.archived, removed.moved), (false, 1));
        let ticket = world.write(move |w| Ticket::get(w, open)).unwrap();
        assert_eq!((ticket.status, ticket.outcome), (TicketStatus::Closed, Some(Outcome::Won)));
    });
}

#[test]
fn an_archived_stage_keeps_its_tickets() {
    each(|world| {
        let sales = world.setup(|setup| setup.pipelines[0].id);
        let [new, talk, ..] = world.stages()[..] else { panic!("stages") };
        let channel = world.channel();
        let default = ChannelPatch { default_stage: Some(DefaultStage::Stage(new)), ..ChannelPatch::default() };
        world.write(move |w| channels::update(w, channel, &default)).unwrap();
        let contact = world.contact(channel, "9 5550 0001");
        let ticket = world.ticket(&contact, new, None).id;
        let removed = drop_stage(world, sales, new, Users::Archive).unwrap();
        assert_eq!((removed.archived, removed.moved), (true, 0));
        assert_eq!(world.setup(move |s| s.channel(channel).unwrap().default_stage), DefaultStage::First);
        let moved = world.write(move |w| {
            let mut contact = Contact::get(w, contact.id)?;
            let setup = w.setup.clone();
            let ticket = Ticket::get(w, ticket)?;
            tickets::move_to(w, &mut contact, ticket, setup.stage(talk).unwrap(), None)
        });
        assert_eq!(moved.unwrap().stage_id, talk, "a ticket there can still be moved out");
    });
}

#[test]
fn a_pipeline_keeps_a_stage_and_goes_with_all_of_them() {
    each(|world| {
        let made = make(world, support()).unwrap();
        let (id, first, last) = (made.id, made.stages[0].id, made.stages[1].id);
        drop_stage(world, id, last, Users::Refuse).unwrap();
        assert_eq!(wrong(drop_stage(world, id, first, Users::Refuse)), "last_stage");

        let contact = world.contact(world.channel(), "9 5550 0001");
        let ticket = world.ticket(&contact, first, None).id;
        let remove = |users| world.write(move |w| pipelines::remove(w, id, None, users));
        assert_eq!(wrong(remove(Users::Refuse)), "in_use");
        assert_eq!(wrong(remove(Users::Move(id.0))), "?move_to invalid_value");
        let sales = world.setup(|setup| setup.pipelines[0].id);
        assert_eq!(remove(Users::Move(sales.0)).unwrap(), Removed { archived: false, moved: 1 });
        let ticket = world.write(move |w| Ticket::get(w, ticket)).unwrap();
        assert_eq!((ticket.pipeline_id, ticket.stage_id), (sales, world.stages()[0]));
        assert_eq!(wrong(remove(Users::Archive)), "not_found");
        assert_eq!(names(world), listed(&["Ventas"]));
        let stranger = world.write_elsewhere(|w| Ok(w.setup.pipelines[0].id)).unwrap();
        assert_eq!(wrong(world.write(move |w| pipelines::remove(w, stranger, None, Users::Archive))), "not_found");
    });
}

#[test]
fn more_than_a_thousand_are_not_moved_at_once() {
    each(|world| {
        let sales = world.setup(|setup| setup.pipelines[0].id);
        let [new, talk, ..] = world.stages()[..] else { panic!("stages") };
        let contact = world.contact(world.channel(), "9 5550 0001");
        let ticket = world.ticket(&contact, new, None);
        // A thousand further contacts, each with a copy of that ticket.
        world
            .write(move |w| {
                let organization = w.organization();
                for _ in 0..1000 {
                    let (contact_id, ticket_id): (Uuid, Uuid) = (w.new_id(), w.new_id());
                    w.tx.execute(
                        "INSERT INTO contacts (organization_id, id, customer_id, channel_id, metadata, name_key, email_key,
                            chat_status, blocked, is_chat_read, version, created_at, updated_at)
                         SELECT organization_id, $3, customer_id, channel_id, metadata, name_key, email_key, chat_status, blocked,
                            is_chat_read, version, created_at, updated_at
                         FROM contacts WHERE organization_id = $1 AND id = $2",
                        params![organization, ticket.contact_id, contact_id],
                    )?;
                    w.tx.execute(
                        "INSERT INTO tickets (organization_id, id, contact_id, pipeline_id, stage_id, status, metadata,
                            stage_since, version, created_at, updated_at)
                         SELECT organization_id, $3, $4, pipeline_id, stage_id, status, metadata, stage_since, version, created_at,
                            updated_at
                         FROM tickets WHERE organization_id = $1 AND id = $2",
                        params![organization, ticket.id, ticket_id, contact_id],
                    )?;
                }
                Ok(())
            })
            .unwrap();
        assert_eq!(wrong(drop_stage(world, sales, new, Users::Move(talk.0))), "too_many_to_move");
        let ticket = ticket.id;
        world
            .write(move |w| {
                let organization = w.organization();
                Ok(w.tx.execute(
                    "DELETE FROM tickets WHERE organization_id = $1 AND id = $2",
                    params![organization, ticket],
                )?)
            })
            .unwrap();
        assert_eq!(
            drop_stage(world, sales, new, Users::Move(talk.0)).unwrap(),
            Removed { archived: false, moved: 1000 }
        );
    });
}
