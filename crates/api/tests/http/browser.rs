//! Members who sign in: a cookie and a token, as a browser's page keeps them.

use std::net::SocketAddr;
use std::sync::LazyLock;

use crm::Caller;
use crm::id::{MemberId, OrganizationId};
use crm::members::{self, MemberPatch, NewMember, Role};
use serde_json::{Value, json};

use crate::client::{self, Reply};
use crate::world::{World, text};

pub const PASSWORD: &str = "caballo correcto batería";

/// Its hash, which takes a while.
pub static HASH: LazyLock<String> = LazyLock::new(|| api::password::hash(PASSWORD).unwrap());

pub struct Browser {
    pub address: SocketAddr,
    pub cookie: String,
    pub csrf: String,
    pub session: Value,
}

/// The value of the session's cookie in an answer.
pub fn cookie_of(reply: &Reply) -> String {
    let set = reply.header("set-cookie").unwrap_or_else(|| panic!("no cookie: {}", reply.text()));
    set.strip_prefix("recado_session=").unwrap().split(';').next().unwrap().to_owned()
}

pub fn anonymous(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Reply {
    let mut all = vec![("content-type", "application/json")];
    all.extend_from_slice(headers);
    let body = body.map(Value::to_string);
    client::send(address, method, path, &all, body.as_ref().map(String::as_bytes)).unwrap()
}

pub fn try_to_sign_in(w: &World, body: Value) -> Reply {
    anonymous(w.address(), "POST", "/api/v1/session", &[], Some(&body))
}

impl Browser {
    pub fn of(address: SocketAddr, reply: &Reply) -> Browser {
        assert_eq!(reply.status, 201, "{}", reply.text());
        let session = reply.json();
        Browser { address, cookie: cookie_of(reply), csrf: text(&session["csrf_token"]), session }
    }

    pub fn sign_in(w: &World, email: &str) -> Browser {
        Browser::of(w.address(), &try_to_sign_in(w, json!({"email": email, "password": PASSWORD})))
    }

    /// With exactly these headers beside the cookie.
    pub fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Reply {
        let cookie = format!("other=1; recado_session={}", self.cookie);
        let mut all = vec![("cookie", &*cookie)];
        all.extend_from_slice(headers);
        anonymous(self.address, method, path, &all, body)
    }

    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        self.raw(method, path, &[("x-csrf-token", &self.csrf)], body)
    }

    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None)
    }

    pub fn post(&self, path: &str, body: Value) -> Reply {
        self.send("POST", path, Some(&body))
    }

    pub fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, None)
    }

    /// Whether it still gets in.
    pub fn is_in(&self) -> bool {
        let reply = self.get("/api/v1/session");
        assert!(matches!(reply.status, 200 | 401), "{}", reply.text());
        reply.status == 200
    }
}

impl World {
    fn work_in<T: Send + 'static>(
        &self,
        organization: OrganizationId,
        f: impl Fn(&mut crm::Work<'_, '_>) -> crm::Result<T> + Send + 'static,
    ) -> T {
        self.crm.write_blocking(&Caller::system(organization), f).unwrap()
    }

    /// Somebody with [`PASSWORD`].
    pub fn member(&self, organization: OrganizationId, email: &str, role: Role) -> MemberId {
        let new = NewMember {
            name: Some("Mara Montes".to_owned()),
            email: email.to_owned(),
            role,
            password_hash: Some(HASH.clone()),
            ..NewMember::default()
        };
        self.work_in(organization, move |w| members::create(w, &new)).id
    }

    pub fn change_member(&self, id: MemberId, patch: MemberPatch) {
        self.work_in(self.here.organization, move |w| members::update(w, id, &patch));
    }
}
