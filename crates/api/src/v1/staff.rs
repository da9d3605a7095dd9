//! Rows of the route table: the organization itself, who works there, who calls.

use crm::Scope::{Admin, SetupRead, SetupWrite};
use crm::changes::Removed;
use crm::page::Page;

use super::{api_keys, assignment, members, organization, paging, removal, retention};
use crate::route::{Route, delete, get, patch, post};

pub fn table() -> Vec<Route> {
    const ORGANIZATION: &str = "Organization";
    vec![
        get("/api/v1/organization", organization::show)
            .scope(SetupRead)
            .named("v1GetOrganization", ORGANIZATION, "The organization of the key")
            .answers::<crm::organizations::Organization>(200, "The organization, with its version as `ETag`."),
        patch("/api/v1/organization", organization::update)
            .scope(SetupWrite)
            .named("v1UpdateOrganization", ORGANIZATION, "Change the organization")
            .body::<organization::UpdateInput>()
            .answers::<crm::organizations::Organization>(200, "The organization."),
        get("/api/v1/assignment", assignment::show)
            .scope(SetupRead)
            .named("v1GetAssignment", ORGANIZATION, "Who gets tickets that are nobody's")
            .about("And how it stands: what waits for somebody, and who of those who take part may get the next one.")
            .answers::<assignment::AssignmentView>(200, "With its version as `ETag`."),
        patch("/api/v1/assignment", assignment::update)
            .scope(SetupWrite)
            .named("v1UpdateAssignment", ORGANIZATION, "Change who gets tickets that are nobody's")
            .about("For tickets that are opened from now on. A contact's own agent, and an `agentId` in the call that opens the \
                    ticket, always come first.")
            .body::<assignment::UpdateInput>()
            .answers::<assignment::AssignmentView>(200, "As it is now."),
        get("/api/v1/retention", retention::show)
            .scope(SetupRead)
            .named("v1GetRetention", ORGANIZATION, "What is deleted once it is old")
            .about("After how many days what goes, when the next run begins, and what the last one deleted.")
            .answers::<crm::retention::Retention>(200, "With its version as `ETag`."),
        patch("/api/v1/retention", retention::update)
            .scope(Admin)
            .named("v1UpdateRetention", ORGANIZATION, "Change what is deleted once it is old")
            .about("The first run by the new rules begins an hour later, and then there is one each day. What a run deleted is in \
                    no place but backups.")
            .body::<retention::RetentionInput>()
            .answers::<crm::retention::Retention>(200, "As it is now."),
        post("/api/v1/retention/preview", retention::preview)
            .scope(Admin)
            .named("v1PreviewRetention", ORGANIZATION, "Count what rules would delete")
            .about("Of the rules that there are, with these changes; nothing is changed. Counting ends at 100 000 of each.")
            .body::<retention::RetentionInput>()
            .answers::<crm::retention::Preview>(200, "How many of what."),
        post("/api/v1/retention/run", retention::run)
            .scope(Admin)
            .named("v1RunRetention", ORGANIZATION, "Delete what is old now")
            .about("Begins the next run within a minute. 409 `nothing_to_delete` where no rule deletes anything.")
            .answers::<crm::retention::Retention>(200, "As it stands."),
        get("/api/v1/members", members::list)
            .scope(SetupRead)
            .named("v1ListMembers", ORGANIZATION, "Members, oldest first")
            .query::<members::MembersQuery>()
            .answers::<Page<members::MemberView>>(200, "One page."),
        post("/api/v1/members", members::create)
            .scope(Admin)
            .named("v1CreateMember", ORGANIZATION, "Take a member on")
            .about("Without a password: the member cannot log in before one is set.")
            .body::<members::CreateInput>()
            .answers::<members::MemberView>(201, "The member."),
        get("/api/v1/members/{id}", members::show)
            .scope(SetupRead)
            .named("v1GetMember", ORGANIZATION, "One member")
            .answers::<members::MemberView>(200, "The member, with its version as `ETag`."),
        patch("/api/v1/members/{id}", members::update)
            .scope(Admin)
            .named("v1UpdateMember", ORGANIZATION, "Change a member")
            .body::<members::UpdateInput>()
            .answers::<members::MemberView>(200, "The member."),
        delete("/api/v1/members/{id}", members::delete)
            .scope(Admin)
            .named("v1RemoveMember", ORGANIZATION, "Deactivate a member")
            .about("With tickets or contacts in hand only where they go to another member, or stay as they are.")
            .query::<removal::MoveOrArchive>()
            .answers::<Removed>(200, "Deactivated; how many contacts moved."),
        get("/api/v1/api_keys", api_keys::list)
            .scope(Admin)
            .named("v1ListApiKeys", ORGANIZATION, "API keys, oldest first")
            .query::<paging::PageQuery>()
            .answers::<Page<crm::keys::ApiKey>>(200, "One page."),
        post("/api/v1/api_keys", api_keys::create)
            .scope(Admin)
            .named("v1CreateApiKey", ORGANIZATION, "Make an API key")
            .about("Its secret is in this answer only.")
            .body::<api_keys::CreateInput>()
            .answers::<api_keys::CreatedKey>(201, "The key."),
        get("/api/v1/api_keys/{id}", api_keys::show)
            .scope(Admin)
            .named("v1GetApiKey", ORGANIZATION, "One API key")
            .answers::<crm::keys::ApiKey>(200, "The key without its secret, with its version as `ETag`."),
        patch("/api/v1/api_keys/{id}", api_keys::update)
            .scope(Admin)
            .named("v1UpdateApiKey", ORGANIZATION, "Change an API key's name or scopes")
            .body::<api_keys::UpdateInput>()
            .answers::<crm::keys::ApiKey>(200, "The key."),
        delete("/api/v1/api_keys/{id}", api_keys::revoke)
            .scope(Admin)
            .named("v1RevokeApiKey", ORGANIZATION, "Revoke an API key")
            .about("For good, from its very next request on.")
            .answers::<api_keys::RevokedKey>(200, "Revoked."),
    ]
}
