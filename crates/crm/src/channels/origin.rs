//! Addresses that a channel is told: who may embed it, whom it calls. Stricter than a browser reads them: whatever could
//! be taken for another host by somebody is refused.

/// `Https://Shop.Example:443` → `https://shop.example`: scheme, host and port as browsers send them in `Origin`.
///
/// `https://*.shop.example` stands for every name below `shop.example`, and not for that itself.
pub(super) fn read_origin(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_suffix('/').unwrap_or(text);
    if let Some((scheme, rest)) = text.split_once("://*.") {
        let below = read_origin(&format!("{scheme}://{rest}"))?;
        let (scheme, host) = below.split_once("://")?;
        let name = host.split(':').next()?;
        // All of a top-level domain is nobody's, and what is below a number is nothing.
        let sound = name.contains('.') && !name.starts_with('[') && name.parse::<std::net::Ipv4Addr>().is_err();
        return (sound && !rest.starts_with("*.")).then(|| format!("{scheme}://*.{host}"));
    }
    let address = Address::read(text)?;
    if !address.path.is_empty() {
        return None;
    }
    Some(address.base())
}

/// Whether an `Origin` as a browser sends it is one of these.
pub fn is_allowed(allowed: &[&str], origin: &str) -> bool {
    // `Null` of a file, and what is no origin, read as none.
    let Some(given) = read_origin(origin).filter(|given| !given.contains('*')) else { return false };
    allowed.iter().any(|allowed| match allowed.split_once("://*.") {
        None => *allowed == given,
        Some((scheme, below)) => given
            .strip_prefix(scheme)
            .and_then(|rest| rest.strip_prefix("://"))
            .and_then(|host| host.strip_suffix(below))
            .is_some_and(|label| label.len() > 1 && label.ends_with('.')),
    })
}

/// The base of a service that is called with a token: `https`, or any on this machine. Without the slash at its end.
pub(super) fn read_service_url(text: &str) -> Option<String> {
    let text = text.trim();
    let address = Address::read(text.strip_suffix('/').unwrap_or(text))?;
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'~');
    let path = address.path;
    if !path.bytes().all(sound) || path.contains("//") || path.split('/').any(|part| matches!(part, "." | "..")) {
        return None;
    }
    (address.secure || address.is_loopback()).then(|| format!("{}{path}", address.base()))
}

struct Address<'a> {
    secure: bool,
    /// In lower case; IPv6 within its brackets.
    host: String,
    port: Option<u16>,
    path: &'a str,
}

impl<'a> Address<'a> {
    fn read(text: &'a str) -> Option<Address<'a>> {
        if text.len() > 2048 {
            return None;
        }
        let (scheme, rest) = text.split_once("://")?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((v6, rest)) => {
                let address: std::net::Ipv6Addr = v6.parse().ok()?;
                let port = if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) };
                (format!("[{address}]"), port)
            }
            None => {
                let (host, port) =
                    authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
                (is_host(host).then(|| host.to_ascii_lowercase())?, port)
            }
        };
        let port = match port {
            None => None,
            Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => Some(text.parse::<u16>().ok()?),
            Some(_) => return None,
        };
        let usual = if secure { 443 } else { 80 };
        Some(Address { secure, host, port: port.filter(|port| *port != usual), path })
    }

    fn base(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        match self.port {
            Some(port) => format!("{scheme}://{}:{port}", self.host),
            None => format!("{scheme}://{}", self.host),
        }
    }

    fn is_loopback(&self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        self.host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

/// Names of letters (ASCII: an international name in its `xn--` form), digits and dashes, between dots.
fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last_is_number = host.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    host.len() <= 253
        && host.split('.').all(label)
        // 127.1 and 0x7f.1 are addresses to a browser; only the plain form of four numbers is taken.
        && (!last_is_number || host.parse::<std::net::Ipv4Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_what_browsers_send() {
        for (text, wanted) in [
            ("https://shop.example", Some("https://shop.example")),
            ("Https://Shop.Example:443/", Some("https://shop.example")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("http://[::1]:8080", Some("http://[::1]:8080")),
            ("https://xn--caf-dma.example", Some("https://xn--caf-dma.example")),
            ("https://shop.example/path", None),
            ("https://user@shop.example", None),
            ("https://shop.example?x=1", None),
            ("https://*.example", None),
            ("https://*.Shop.example:443", Some("https://*.shop.example")),
            ("http://*.shop.example:8080", Some("http://*.shop.example:8080")),
            ("https://*.*.shop.example", None),
            ("https://a.*.example", None),
            ("https://*.127.0.0.1", None),
            ("https://*shop.example", None),
            ("https://shop.example:99999", None),
            ("https://shop.example:", None),
            ("https://", None),
            ("https://a..b", None),
            ("file:///x", None),
            ("shop.example", None),
            ("null", None),
            ("*", None),
        ] {
            assert_eq!(read_origin(text).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn a_star_stands_for_what_is_below() {
        let allowed = ["https://shop.example", "https://*.shop.example", "http://*.shop.example:8080"];
        for origin in [
            "https://shop.example",
            "https://www.shop.example",
            "https://a.b.shop.example",
            "http://a.shop.example:8080",
        ] {
            assert!(is_allowed(&allowed, origin), "{origin}");
        }
        for origin in [
            "http://shop.example",
            "https://shop.example:8443",
            "https://evilshop.example",
            "https://shop.example.evil.example",
            "https://.shop.example",
            "https://*.shop.example",
            "http://a.shop.example",
            "null",
            "",
        ] {
            assert!(!is_allowed(&allowed, origin), "{origin}");
        }
    }

    #[test]
    fn a_token_goes_out_encrypted_or_stays_on_this_machine() {
        for (text, wanted) in [
            ("https://graph.facebook.com", Some("https://graph.facebook.com")),
            ("https://proxy.example/graph/", Some("https://proxy.example/graph")),
            ("http://127.0.0.1:9100", Some("http://127.0.0.1:9100")),
            ("http://[::1]:9100/graph", Some("http://[::1]:9100/graph")),
            ("http://localhost:9100", Some("http://localhost:9100")),
            ("http://graph.facebook.com", None),
            ("http://127.0.0.1.example.com", None),
            ("http://127.1", None),
            ("https://proxy.example/a/../b", None),
            ("https://proxy.example/a?b", None),
            ("https://proxy.example/a#b", None),
        ] {
            assert_eq!(read_service_url(text).as_deref(), wanted, "{text}");
        }
    }
}
