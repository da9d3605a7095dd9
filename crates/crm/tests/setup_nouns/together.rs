//! Many at once: what each of them checked must still be true when it is written.

use crm::access::Caller;
use crm::members::{self, MemberPatch, NewMember, Role};
use crm::pipelines::{self, PipelinePatch};
use crm::tags::{self, EntityType};
use crm::{Result, Work};

use crate::world::{World, each, wrong};

/// Does it so many times at once, and answers what came of each.
fn at_once<T: Send + 'static>(
    world: &World,
    times: usize,
    f: impl Fn(usize, &mut Work<'_, '_>) -> Result<T> + Clone + Send + Sync + 'static,
) -> Vec<Result<T>> {
    let caller = Caller::system(world.here.organization_id);
    std::thread::scope(|scope| {
        let one = |n: usize| {
            let (f, caller) = (f.clone(), caller.clone());
            scope.spawn(move || world.crm.write_blocking(&caller, move |w| f(n, w)))
        };
        let threads: Vec<_> = (0..times).map(one).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn one_address_is_one_member() {
    each(|world| {
        let new =
            NewMember { name: Some("Ana".to_owned()), email: "ana@example.com".to_owned(), ..NewMember::default() };
        let results = at_once(world, 8, move |_, w| members::create(w, &new));
        let (made, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        assert_eq!((made.len(), refused.len()), (1, 7));
        assert!(refused.into_iter().all(|result| wrong(result) == "email_taken"));
    });
}

#[test]
fn of_two_owners_who_both_step_down_one_stays() {
    each(|world| {
        let second = NewMember {
            name: Some("Segunda".to_owned()),
            email: "segunda@example.com".to_owned(),
            role: Role::Owner,
            ..NewMember::default()
        };
        let owners = [world.here.owner_id, world.write(move |w| members::create(w, &second)).unwrap().id];
        let down = MemberPatch { role: Some(Role::Agent), ..MemberPatch::default() };
        let results = at_once(world, 2, move |n, w| members::update(w, owners[n], &down));
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        let left = world.setup(|setup| setup.members.iter().filter(|member| member.role == Role::Owner).count());
        assert_eq!(left, 1);
    });
}

#[test]
fn one_name_is_one_tag() {
    each(|world| {
        let results = at_once(world, 8, |_, w| tags::find_or_create_by_name(w, EntityType::Contact, "Nueva"));
        let tags: Vec<_> = results.into_iter().map(Result::unwrap).collect();
        assert_eq!(tags.iter().filter(|(_, created)| *created).count(), 1);
        assert!(tags.iter().all(|(tag, _)| tag.id == tags[0].0.id));
    });
}

#[test]
fn positions_stay_without_gaps() {
    each(|world| {
        let created = at_once(world, 6, |n, w| {
            let stages = vec![pipelines::NewStage {
                name: "A".to_owned(),
                description: None,
                outcome: pipelines::Outcome::Open,
            }];
            let new =
                pipelines::NewPipeline { name: format!("P {n}"), description: None, position: Some(n as i64), stages };
            pipelines::create(w, &new)
        });
        let ids: Vec<_> = created.into_iter().map(|pipeline| pipeline.unwrap().id).collect();
        let moved = at_once(world, 6, move |n, w| {
            let patch = PipelinePatch { position: Some(5 - n as i64), ..PipelinePatch::default() };
            pipelines::update(w, ids[n], &patch)
        });
        assert!(moved.iter().all(Result::is_ok));
        let positions = world.setup(|setup| setup.pipelines.iter().map(|p| p.position).collect::<Vec<_>>());
        assert_eq!(positions, [0, 1, 2, 3, 4, 5, 6]);
    });
}
