//! Who calls, and what they may do.

use std::sync::Arc;

use crate::id::{ApiKeyId, ContactId, MemberId, OrganizationId};

/// What an API key may do. `*` in a key's list means all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    ContactsRead,
    ContactsWrite,
    TicketsRead,
    TicketsWrite,
    MessagesRead,
    MessagesWrite,
    EventsRead,
    EventsWrite,
    /// Channels, pipelines, custom fields, tags, members: their reading.
    SetupRead,
    SetupWrite,
    /// Members and API keys.
    Admin,
    /// The owners' affairs: making, changing and removing owners.
    Owner,
}

impl Scope {
    pub const ALL: [Scope; 12] = [
        Scope::ContactsRead,
        Scope::ContactsWrite,
        Scope::TicketsRead,
        Scope::TicketsWrite,
        Scope::MessagesRead,
        Scope::MessagesWrite,
        Scope::EventsRead,
        Scope::EventsWrite,
        Scope::SetupRead,
        Scope::SetupWrite,
        Scope::Admin,
        Scope::Owner,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Scope::ContactsRead => "contacts:read",
            Scope::ContactsWrite => "contacts:write",
            Scope::TicketsRead => "tickets:read",
            Scope::TicketsWrite => "tickets:write",
            Scope::MessagesRead => "messages:read",
            Scope::MessagesWrite => "messages:write",
            Scope::EventsRead => "events:read",
            Scope::EventsWrite => "events:write",
            Scope::SetupRead => "setup:read",
            Scope::SetupWrite => "setup:write",
            Scope::Admin => "admin",
            Scope::Owner => "owner",
        }
    }

    pub fn from_name(name: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u32);

impl Scopes {
    pub const EVERYTHING: Scopes = Scopes(u32::MAX);

    pub fn of(scopes: impl IntoIterator<Item = Scope>) -> Self {
        Scopes(scopes.into_iter().fold(0, |bits, scope| bits | 1 << scope as u32))
    }

    pub fn contains(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u32) != 0
    }

    /// `["*"]` for everything, else the names.
    pub fn names(self) -> Vec<&'static str> {
        if self == Scopes::EVERYTHING {
            return vec!["*"];
        }
        Scope::ALL.into_iter().filter(|scope| self.contains(*scope)).map(Scope::name).collect()
    }

    /// Names that are not scopes are left out: they can only come from a newer version's row.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut scopes = Vec::new();
        for name in names {
            if name == "*" {
                return Scopes::EVERYTHING;
            }
            scopes.extend(Scope::from_name(name));
        }
        Scopes::of(scopes)
    }
}

/// Who did something. Stored as text: `api_key:<uuid>`, `member:<uuid>`, `contact:<uuid>`, `system`, `assistant`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    ApiKey(ApiKeyId),
    Member(MemberId),
    Contact(ContactId),
    Assistant,
    System,
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Actor::ApiKey(id) => write!(f, "api_key:{id}"),
            Actor::Member(id) => write!(f, "member:{id}"),
            Actor::Contact(id) => write!(f, "contact:{id}"),
            Actor::Assistant => f.write_str("assistant"),
            Actor::System => f.write_str("system"),
        }
    }
}

impl Actor {
    /// From the stored form; none of one that a newer version wrote.
    pub(crate) fn from_stored(stored: &str) -> Option<Actor> {
        match actor_parts(stored) {
            ("api_key", Some(id)) => id.parse().ok().map(Actor::ApiKey),
            ("member", Some(id)) => id.parse().ok().map(Actor::Member),
            ("contact", Some(id)) => id.parse().ok().map(Actor::Contact),
            ("assistant", None) => Some(Actor::Assistant),
            ("system", None) => Some(Actor::System),
            _ => None,
        }
    }
}

/// Splits the stored form into type and id.
pub fn actor_parts(stored: &str) -> (&str, Option<&str>) {
    match stored.split_once(':') {
        Some((kind, id)) => (kind, Some(id)),
        None => (stored, None),
    }
}

/// One authenticated request.
#[derive(Debug, Clone)]
pub struct Caller {
    pub organization: OrganizationId,
    pub actor: Actor,
    /// What the operation needs; checked again where the organization's set-up moved since the key was looked up.
    pub scope: Option<Scope>,
    pub request_id: Arc<str>,
}

impl Caller {
    /// The program itself: the command line, the demo, jobs.
    pub fn system(organization: OrganizationId) -> Self {
        Caller { organization, actor: Actor::System, scope: None, request_id: "system".into() }
    }
}
