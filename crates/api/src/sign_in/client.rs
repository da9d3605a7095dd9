//! Where a request comes from, as far as signing in minds: the cookie, the page that sent it, the address.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::header::HeaderMap;
use axum::http::request::Parts;

use super::token;
use crate::address::{self, Peer};
use crate::app::App;
use crate::problem::Problem;
use crate::route::Method;

pub const COOKIE: &str = "recado_session";
/// By https: a browser takes a cookie of such a name only from this very host, and from no neighbour below the same domain
/// (<https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#name-the-__host-prefix>).
pub const HOST_COOKIE: &str = "__Host-recado_session";

#[derive(Debug, Clone)]
pub struct Client {
    pub address: IpAddr,
    pub user_agent: Option<String>,
    /// Whether the browser came by https.
    pub secure: bool,
    /// Whether a password of theirs goes over a network in clear: by plain HTTP, from another machine, and of no network that
    /// the operator trusts so far.
    pub in_clear: bool,
    /// What the session's cookie is called there.
    pub cookie: &'static str,
    /// What it holds.
    pub token: Option<String>,
}

impl Default for Client {
    fn default() -> Self {
        Client {
            address: Ipv6Addr::UNSPECIFIED.into(),
            user_agent: None,
            secure: false,
            in_clear: false,
            cookie: COOKIE,
            token: None,
        }
    }
}

impl Client {
    pub fn of(app: &App, parts: &Parts) -> Client {
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let trusted = &app.options.trusted_proxies;
        let by_proxy = parts.extensions.get::<Peer>().is_some_and(|peer| trusted.contains(peer.0));
        let forwarded_https =
            by_proxy && text("x-forwarded-proto").is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
        let address = address::of(parts, trusted);
        let secure = forwarded_https || app.origin().starts_with("https://");
        // Without a connection it is a call within the process.
        let goes_over_a_network = parts.extensions.get::<Peer>().is_some() && !address.is_loopback();
        // Who goes to this machine's own address past the proxy has no https, whatever public_url says.
        let cookie = if secure && !text("host").is_some_and(is_this_machine) { HOST_COOKIE } else { COOKIE };
        Client {
            address,
            user_agent: text("user-agent").map(str::to_owned),
            secure,
            in_clear: !secure && goes_over_a_network && !app.options.plain_sign_in_from.contains(address),
            cookie,
            token: token_in(&parts.headers, cookie),
        }
    }

    /// Before a password is looked at.
    pub fn check_not_in_clear(&self) -> Result<(), Problem> {
        if !self.in_clear {
            return Ok(());
        }
        let detail = "Nobody signs in over plain HTTP from another machine: everybody on the way could read the password. Put a reverse \
                      proxy with https before the server and set public_url (and trusted_proxies), go through a tunnel to its own \
                      address, or name a network that you trust in plain_sign_in_from.";
        Err(Problem::new(403, "insecure_sign_in", detail))
    }

    /// For `Set-Cookie`.
    pub fn set_cookie(&self, token: &str, seconds: i64) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        let name = self.cookie;
        format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
    }

    pub fn remove_cookie(&self) -> String {
        self.set_cookie("", 0)
    }
}

/// A `Host` that is a loopback address, or its name.
fn is_this_machine(host: &str) -> bool {
    let name =
        host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(n, _)| n);
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn token_in(headers: &HeaderMap, cookie: &str) -> Option<String> {
    let lines = headers.get_all("cookie").iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == cookie)?;
    (value.len() == token::LENGTH).then(|| value.to_owned())
}

/// That a page of ours sent it. A browser says where a request comes from; what is no browser need not.
pub fn check_origin(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let foreign = || {
        let detail = "This request comes from a page of another origin. Set public_url where the server is reached by another name.";
        Problem::new(403, "foreign_origin", detail)
    };
    if text("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return Err(foreign());
    }
    if !headers.contains_key("origin") {
        return Ok(());
    }
    let origin = text("origin").ok_or_else(foreign)?;
    let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
    let known = origin == app.origin()
        || (!authority.is_empty() && text("host").is_some_and(|host| host.eq_ignore_ascii_case(authority)));
    if known { Ok(()) } else { Err(foreign()) }
}

/// What a session must bring along with a change, so that no other page makes it.
pub fn check_page(app: &App, method: Method, headers: &HeaderMap, cookie: &str) -> Result<(), Problem> {
    if method == Method::Get {
        return Ok(());
    }
    check_origin(app, headers)?;
    let given = headers.get("x-csrf-token").and_then(|value| value.to_str().ok()).unwrap_or("");
    if token::same(given, &token::csrf(cookie)) {
        return Ok(());
    }
    let detail = "Send the csrf_token of GET /api/v1/session in the header X-CSRF-Token.";
    Err(Problem::new(403, "csrf", detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_by_its_names() {
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:8080", "[::1]:8080", "[::1]"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["crm.example.com", "crm.example.com:443", "localhost.example.com", "10.0.0.1:80", ""] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
