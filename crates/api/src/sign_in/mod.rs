//! Members who sign in with a browser: a cookie in place of a key.

pub mod account;
pub mod attempts;
pub mod client;
pub mod invitations;
pub mod password;
pub mod reset_links;
pub mod second_factor;
pub mod session;
pub mod sessions;
pub mod setup;
pub mod token;
pub mod totp;
pub mod view;

use crm::Scope::Admin;
use crm::page::Page;

use crate::route::{Route, delete, get, patch, post};
use crate::v1::audit;
use crate::v1::paging::PageQuery;

const TAG: &str = "Signing in";

pub fn table() -> Vec<Route> {
    let mut table = in_and_out();
    table.extend(own());
    table.extend(others());
    table
}

fn in_and_out() -> Vec<Route> {
    vec![
        get("/api/v1/setup", setup::show)
            .named("v1GetSetup", TAG, "Whether an organization is still to be set up")
            .answers::<setup::SetupView>(200, "What the first page shows."),
        post("/api/v1/setup", setup::create)
            .open()
            .named("v1SetUp", TAG, "Set up the first organization, and sign in as its owner")
            .about("With the one-time token that the server prints when it starts without an organization.")
            .body::<setup::SetupInput>()
            .answers::<view::SessionView>(201, "Signed in; the cookie is `recado_session`.")
            .refuses(&[401, 409]),
        post("/api/v1/session", session::create)
            .open()
            .named("v1SignIn", TAG, "Sign in")
            .about(
                "401 `code_required`: the password is right, and a code of the second factor, or a recovery code, is wanted as \
                 well. 409 `choose_organization`: right in several, which `organizations` lists. 429 after failures, per address \
                 and per account.",
            )
            .body::<session::SignInInput>()
            .answers::<view::SessionView>(201, "Signed in; the cookie is `recado_session`.")
            .refuses(&[401, 409, 429]),
        get("/api/v1/session", session::show)
            .session()
            .named("v1GetSession", TAG, "Who is signed in")
            .answers::<view::SessionView>(200, "The member, and what they may do."),
        delete("/api/v1/session", session::delete)
            .session()
            .named("v1SignOut", TAG, "Sign out")
            .answers::<()>(204, "Signed out; the cookie is gone."),
        post("/api/v1/invitations/look", invitations::look)
            .open()
            .named("v1LookAtInvitation", TAG, "What an invitation is to")
            .body::<invitations::LookInput>()
            .answers::<invitations::LookView>(200, "An open invitation."),
        post("/api/v1/invitations/accept", invitations::accept)
            .open()
            .named("v1AcceptInvitation", TAG, "Become a member, and sign in")
            .body::<invitations::AcceptInput>()
            .answers::<view::SessionView>(201, "Signed in; the cookie is `recado_session`.")
            .refuses(&[409]),
        post("/api/v1/reset_links/look", reset_links::look)
            .open()
            .named("v1LookAtResetLink", TAG, "Whose password a link sets")
            .body::<reset_links::LookInput>()
            .answers::<reset_links::LookView>(200, "An open link.")
            .refuses(&[429]),
        post("/api/v1/reset_links/accept", reset_links::accept)
            .open()
            .named("v1AcceptResetLink", TAG, "Set a password by a link, and sign in")
            .about(
                "All sessions of the member end. 401 `code_required`: the second factor stays, and a code of it, or a recovery \
                 code, is wanted as well.",
            )
            .body::<reset_links::AcceptInput>()
            .answers::<view::SessionView>(201, "Signed in; the cookie is `recado_session`.")
            .refuses(&[401, 429]),
    ]
}

/// What a member does about themselves.
fn own() -> Vec<Route> {
    vec![
        get("/api/v1/sessions", sessions::list)
            .session()
            .named("v1ListSessions", TAG, "Where one is signed in")
            .answers::<sessions::SessionsView>(200, "The last used first."),
        delete("/api/v1/sessions", sessions::delete_others)
            .session()
            .named("v1EndOtherSessions", TAG, "Sign out everywhere else")
            .answers::<()>(204, "Only this session is left."),
        delete("/api/v1/sessions/{id}", sessions::delete)
            .session()
            .named("v1EndSession", TAG, "Sign out somewhere")
            .answers::<()>(204, "That session is over."),
        patch("/api/v1/session/member", account::update)
            .session()
            .named("v1UpdateOwnMember", TAG, "Change one's own name, availability and preferences")
            .body::<account::UpdateInput>()
            .answers::<view::SessionView>(200, "The member."),
        post("/api/v1/session/password", account::change_password)
            .session()
            .named("v1ChangeOwnPassword", TAG, "Change one's own password")
            .about("All other sessions end.")
            .body::<account::PasswordInput>()
            .answers::<()>(204, "Changed.")
            .refuses(&[429]),
        post("/api/v1/session/totp", second_factor::begin)
            .session()
            .named("v1BeginTotp", TAG, "Set up a second factor")
            .about("It is asked for once a first code has confirmed it.")
            .body::<second_factor::BeginInput>()
            .answers::<second_factor::BegunView>(200, "For the app that makes the codes.")
            .refuses(&[429]),
        post("/api/v1/session/totp/confirm", second_factor::confirm)
            .session()
            .named("v1ConfirmTotp", TAG, "Confirm the second factor by a first code")
            .body::<second_factor::ConfirmInput>()
            .answers::<second_factor::ConfirmedView>(200, "Codes for when the app is lost; shown this once.")
            .refuses(&[429]),
        delete("/api/v1/session/totp", second_factor::remove)
            .session()
            .named("v1RemoveTotp", TAG, "Do without a second factor")
            .body::<second_factor::RemoveInput>()
            .answers::<()>(204, "Removed.")
            .refuses(&[429]),
    ]
}

/// What admins do about others.
fn others() -> Vec<Route> {
    vec![
        get("/api/v1/invitations", invitations::list)
            .scope(Admin)
            .named("v1ListInvitations", TAG, "Open invitations")
            .query::<PageQuery>()
            .answers::<Page<crm::invitations::Invitation>>(200, "One page, oldest first."),
        post("/api/v1/invitations", invitations::create)
            .scope(Admin)
            .named("v1Invite", TAG, "Invite somebody to become a member")
            .about("Nothing is sent: pass the link on. One for the same address takes the place of the one before.")
            .body::<invitations::CreateInput>()
            .answers::<invitations::InvitedView>(201, "The invitation; its link is in this answer only."),
        delete("/api/v1/invitations/{id}", invitations::withdraw)
            .scope(Admin)
            .named("v1WithdrawInvitation", TAG, "Withdraw an invitation")
            .answers::<()>(204, "Its link is dead."),
        post("/api/v1/members/{id}/reset_link", reset_links::create)
            .scope(Admin)
            .named("v1MakeResetLink", TAG, "Let a member set a password anew")
            .about(
                "For who has none yet, forgot it, or lost the second factor. Nothing is sent: pass the link on. It is good once \
                 and for a day, takes the place of the one before, and changes nothing until it is followed. Of owners by \
                 owners; not for oneself.",
            )
            .body::<reset_links::CreateInput>()
            .answers::<reset_links::MadeView>(201, "The link is in this answer only."),
        delete("/api/v1/members/{id}/reset_link", reset_links::withdraw)
            .scope(Admin)
            .named("v1WithdrawResetLink", TAG, "Withdraw a member's reset link")
            .answers::<()>(204, "It is dead."),
        get("/api/v1/audit", audit::list)
            .scope(Admin)
            .named("v1Audit", TAG, "Who changed what")
            .query::<audit::AuditQuery>()
            .answers::<Page<audit::EntryView>>(
                200,
                "One page, newest first; with a filter it may be short, and more come after it.",
            ),
    ]
}
