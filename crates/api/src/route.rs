//! What the route table is made of: one row per operation, with everything that is true of it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crm::Scope;
use crm::members::Role;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;

use crate::answer::{Answer, EVENT_STREAM, JSON};
use crate::call::Call;
use crate::input::{Fields, Input, Style};
use crate::lifecycle::{self, Sunset};
use crate::problem::Problem;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }

    pub fn has_body(self) -> bool {
        matches!(self, Method::Post | Method::Put | Method::Patch)
    }

    /// Whether an `Idempotency-Key` is honoured.
    pub fn remembers(self) -> bool {
        self.has_body()
    }
}

/// From the query and the declared content type.
pub type FileLimit = fn(&[(String, String)], Option<&str>) -> u64;

pub type Running = Pin<Box<dyn Future<Output = Result<Answer, Problem>> + Send>>;
pub type Handler = Arc<dyn Fn(Call) -> Running + Send + Sync>;

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody: health, documents.
    Public,
    /// Whoever signed the body; the handler checks it.
    Signed,
    /// A visitor of a web chat; the door looks at its page and its token.
    Visitor,
    /// Anybody on a page of ours, with a body: signing in. The handler checks what comes.
    Open,
    /// A member who is signed in, about themselves; no key.
    Session,
    /// A key with this scope, or a member who is signed in and whose role has it.
    Key(Scope),
}

/// One possible 2xx answer.
pub struct Success {
    pub status: u16,
    pub about: &'static str,
    pub media: &'static str,
    pub schema: fn(&mut SchemaGenerator) -> Value,
}

pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub style: Style,
    pub access: Access,
    pub handler: Handler,
    pub sunset: Option<&'static Sunset>,
    /// Unique; for generated clients.
    pub operation_id: &'static str,
    pub tag: &'static str,
    pub summary: &'static str,
    pub description: &'static str,
    pub query: Option<fn(&mut Fields<'_>)>,
    pub body: Option<fn(&mut Fields<'_>)>,
    /// The body may be left out whole.
    pub body_is_optional: bool,
    /// The body is a file: it is streamed to disk, at most so many bytes by query and content type.
    pub file: Option<FileLimit>,
    /// Types of bodies that are taken beside JSON.
    pub forms: &'static [&'static str],
    /// The body is an array of objects.
    pub records: bool,
    /// Whether the key may come as `?x-api-key=` as well.
    pub key_in_query: bool,
    pub successes: Vec<Success>,
    /// Statuses beyond those that every operation has.
    pub problems: Vec<u16>,
}

fn route<F, R>(method: Method, path: &'static str, handler: F) -> Route
where
    F: Fn(Call) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Answer, Problem>> + Send + 'static,
{
    let style = if path.starts_with("/api/v1/") { Style::Strict } else { Style::Compatible };
    Route {
        method,
        path,
        style,
        access: Access::Public,
        handler: Arc::new(move |call| Box::pin(handler(call))),
        sunset: None,
        operation_id: "",
        tag: "",
        summary: "",
        description: "",
        query: None,
        body: None,
        body_is_optional: false,
        file: None,
        forms: &[],
        records: false,
        key_in_query: false,
        successes: Vec::new(),
        problems: Vec::new(),
    }
}

macro_rules! methods {
    ($($name:ident $method:ident),*) => {$(
        pub fn $name<F, R>(path: &'static str, handler: F) -> Route
        where
            F: Fn(Call) -> R + Send + Sync + 'static,
            R: Future<Output = Result<Answer, Problem>> + Send + 'static,
        {
            route(Method::$method, path, handler)
        }
    )*};
}
methods! { get Get, post Post, put Put, patch Patch, delete Delete }

/// An operation that goes away: carried out as its translation, at its successor. Wants the successor's scope.
pub fn deprecated(method: Method, path: &'static str, sunset: &'static Sunset) -> Route {
    let mut route = route(method, path, move |call| lifecycle::run(call, method, sunset));
    route.sunset = Some(sunset);
    route
}

impl Route {
    pub fn scope(mut self, scope: Scope) -> Self {
        self.access = Access::Key(scope);
        self
    }

    pub fn open(mut self) -> Self {
        self.access = Access::Open;
        self
    }

    pub fn session(mut self) -> Self {
        self.access = Access::Session;
        self
    }

    /// Whether a member of this role may call it.
    pub fn permits(&self, role: Role) -> bool {
        match self.access {
            Access::Key(scope) => role.scopes().contains(scope),
            Access::Public | Access::Signed | Access::Open | Access::Session | Access::Visitor => true,
        }
    }

    /// Whether an `Idempotency-Key` is honoured.
    pub fn remembers(&self) -> bool {
        self.method.remembers() && matches!(self.access, Access::Key(_))
    }

    /// Whether it has nothing to read a body for: what comes all the same is a mistake.
    pub fn takes_nothing(&self) -> bool {
        self.style == Style::Strict && self.method.has_body() && self.body.is_none() && self.file.is_none()
    }

    /// Comes with a signature of its bytes instead of a key.
    pub fn signed(mut self) -> Self {
        self.access = Access::Signed;
        self
    }

    /// Called by pages of others.
    pub fn for_visitors(mut self) -> Self {
        self.access = Access::Visitor;
        self.style = Style::Strict;
        self
    }

    /// For the rows of the compatibility surface that live under `/api/v1`.
    pub fn compatible(mut self) -> Self {
        self.style = Style::Compatible;
        self
    }

    pub fn named(mut self, operation_id: &'static str, tag: &'static str, summary: &'static str) -> Self {
        self.operation_id = operation_id;
        self.tag = tag;
        self.summary = summary;
        self
    }

    pub fn about(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    pub fn query<T: Input>(mut self) -> Self {
        self.query = Some(|fields| {
            let _ = T::read(fields);
        });
        self
    }

    pub fn body<T: Input>(mut self) -> Self {
        self.body = Some(|fields| {
            let _ = T::read(fields);
        });
        self
    }

    /// Its handler reads a body that is not there as one with nothing in it.
    pub fn or_no_body(mut self) -> Self {
        self.body_is_optional = true;
        self
    }

    /// Takes the body as a form too, of these types; its handler reads it with [`crate::form`].
    pub fn forms(mut self, types: &'static [&'static str]) -> Self {
        self.forms = types;
        self
    }

    pub fn records(mut self) -> Self {
        self.records = true;
        self
    }

    pub fn key_in_query(mut self) -> Self {
        self.key_in_query = true;
        self
    }

    pub fn file(mut self, limit: FileLimit) -> Self {
        self.file = Some(limit);
        self
    }

    pub fn answers<T: JsonSchema>(mut self, status: u16, about: &'static str) -> Self {
        let schema = |generator: &mut SchemaGenerator| generator.subschema_for::<T>().to_value();
        self.successes.push(Success { status, about, media: JSON, schema });
        self
    }

    /// The same as CSV, for whoever asks for it.
    pub fn or_csv(mut self) -> Self {
        let schema = |_: &mut SchemaGenerator| serde_json::json!({"type": "string"});
        self.successes.push(Success { status: 200, about: "", media: "text/csv", schema });
        self
    }

    /// Server-Sent Events, each with a `T` as its data.
    pub fn streams<T: JsonSchema>(mut self, about: &'static str) -> Self {
        // What a whole stream is no schema says; what its parts are does the description.
        let schema = |generator: &mut SchemaGenerator| {
            let data = generator.subschema_for::<T>().to_value();
            serde_json::json!({"type": "string", "contentMediaType": EVENT_STREAM, "x-data": data})
        };
        self.successes.push(Success { status: 200, about, media: EVENT_STREAM, schema });
        self
    }

    /// Answers bytes of any type.
    pub fn answers_bytes(mut self, status: u16, about: &'static str) -> Self {
        let schema = |_: &mut SchemaGenerator| Value::Null;
        self.successes.push(Success { status, about, media: "*/*", schema });
        self
    }

    pub fn refuses(mut self, statuses: &[u16]) -> Self {
        self.problems.extend_from_slice(statuses);
        self
    }
}
