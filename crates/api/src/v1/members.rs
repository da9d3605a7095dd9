//! People who work here.

use crm::Setup;
use crm::changes::Users;
use crm::id::MemberId;
use crm::members::{
    Availability, Member, MemberPatch, NewMember, Role, create as take_on, get, remove, update as change,
};
use crm::page::{Page, PageRequest, is_placed, placed};

use schemars::JsonSchema;
use serde::Serialize;

use super::paging::page;
use super::removal::MoveOrArchive;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Email, Flag, PhoneText, Text};
use crate::one_of;
use crate::problem::Problem;

const NAME: Text = Text { max: 100 };

#[derive(Debug, Serialize, JsonSchema)]
pub struct MemberView {
    #[serde(flatten)]
    pub member: Member,
    /// Whether a page of theirs was connected within the last minute, here or on another node. `availability` says what they
    /// want to be taken for then.
    pub present: bool,
}

fn view(present: &[MemberId], member: &Member) -> MemberView {
    MemberView { member: member.clone(), present: present.binary_search(&member.id).is_ok() }
}

fn answer(status: u16, present: &[MemberId], member: &Member) -> Result<Answer, Problem> {
    Ok(Answer::json(status, &view(present, member))?.etag(member.version))
}

fn present(call: &Call) -> Vec<MemberId> {
    call.app.hub.present(call.caller.organization)
}

#[derive(Debug)]
pub struct MembersQuery {
    active: Option<bool>,
    page: PageRequest,
}

impl Input for MembersQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let active = f.optional("active", Flag, "Only those who work here, or only those who left.");
        Some(MembersQuery { active, page: page(f) })
    }
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let query: MembersQuery = call.read_query()?;
    let setup = call.read(|w| Ok(w.setup.clone())).await?;
    let members = setup.members.iter().filter(|member| query.active.is_none_or(|active| member.active == active));
    let key = |member: &&Member| placed(member.created_at.micros(), member.id);
    let present = present(&call);
    let view = |member: &Member| view(&present, member);
    Answer::json(200, &Page::<MemberView>::of_sorted(members, &query.page, is_placed, key, view)?)
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: MemberId = call.id("id", "member")?;
    let setup = call.read(|w| Ok(w.setup.clone())).await?;
    answer(200, &present(&call), get(&setup, id)?)
}

#[derive(Debug)]
pub struct CreateInput(NewMember);

impl Input for CreateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let name = f.optional("name", NAME, "Needed unless first and last name are given.");
        let first_name = f.optional("first_name", NAME, "By itself: the first word of the name.");
        let last_name = f.optional("last_name", NAME, "By itself: what follows it.");
        let email = f.required("email", Email, "Unique within the organization; what a member logs in with.");
        let phone = f.optional("phone", PhoneText, "National forms are read as of the organization's country.");
        let role = f.optional("role", one_of!(Role), "By itself: agent.");
        let availability = f.optional(
            "availability",
            one_of!(Availability),
            "By itself: online. Shown only while they are `present`.",
        );
        Some(CreateInput(NewMember {
            name,
            first_name,
            last_name,
            email: email?,
            phone,
            role: role.unwrap_or_default(),
            availability: availability.unwrap_or_default(),
            password_hash: None,
        }))
    }
}

pub async fn create(call: Call) -> Result<Answer, Problem> {
    let CreateInput(new) = call.read_body()?;
    let present = present(&call);
    call.write(move |w| take_on(w, &new), move |member, _: &Setup| answer(201, &present, member)).await
}

#[derive(Debug)]
pub struct UpdateInput(MemberPatch);

impl Input for UpdateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(UpdateInput(MemberPatch {
            name: f.optional("name", NAME, "Splits into first and last name where those are not given."),
            first_name: f.optional("first_name", NAME, ""),
            last_name: f.optional("last_name", NAME, ""),
            email: f.optional("email", Email, ""),
            phone: f.nullable("phone", PhoneText, ""),
            role: f.optional("role", one_of!(Role), ""),
            availability: f.optional("availability", one_of!(Availability), ""),
            active: f.optional("active", Flag, "False only while nothing is in the member's hands; see DELETE."),
            if_version: None,
        }))
    }
}

pub async fn update(call: Call) -> Result<Answer, Problem> {
    let id: MemberId = call.id("id", "member")?;
    let UpdateInput(mut patch) = call.read_body()?;
    patch.if_version = call.if_version()?;
    let present = present(&call);
    call.write(move |w| change(w, id, &patch), move |member, _: &Setup| answer(200, &present, member)).await
}

pub async fn delete(call: Call) -> Result<Answer, Problem> {
    let id: MemberId = call.id("id", "member")?;
    let MoveOrArchive(users) = call.read_query()?;
    let version = call.if_version()?;
    let users = match users {
        Users::Move(to) => Users::Move(MemberId(to)),
        Users::Archive => Users::Archive,
        Users::Refuse => Users::Refuse,
    };
    call.write(move |w| remove(w, id, version, users), |removed, _: &Setup| Answer::json(200, removed)).await
}
