//! Where a call goes: an address of http or https.

use hyper::Uri;

/// Longest address that is taken, in bytes.
const LONGEST: usize = 2048;

/// An absolute http or https address with a host and without user or password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target(Uri);

impl Target {
    /// What is wrong, as a sentence about the address.
    pub fn parse(text: &str) -> Result<Target, String> {
        let wrong = || "Expected an address such as https://example.com/hook.".to_owned();
        if text.len() > LONGEST {
            return Err(format!("At most {LONGEST} bytes."));
        }
        // A fragment is for browsers; it would be sent to nobody.
        if text.contains('#') {
            return Err("Leave out what comes after the `#`: it is never sent.".to_owned());
        }
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err("Expected an address that begins with https:// or http://.".to_owned());
        }
        let authority = uri.authority().ok_or_else(wrong)?;
        if authority.as_str().contains('@') {
            return Err("An address with a user or a password in it is not called; take them out.".to_owned());
        }
        // A port that is no number is not a port to `http`, but stays in the authority.
        let shown = authority.as_str().strip_prefix(authority.host()).unwrap_or("");
        if authority.host().is_empty() || (!shown.is_empty() && authority.port_u16().is_none_or(|port| port == 0)) {
            return Err(wrong());
        }
        Ok(Target(uri))
    }

    pub(crate) fn uri(&self) -> &Uri {
        &self.0
    }

    /// Without the brackets of an IPv6 address.
    pub fn host(&self) -> &str {
        host(&self.0)
    }

    pub fn port(&self) -> u16 {
        port(&self.0)
    }

    /// Where a redirect leads from here.
    pub(crate) fn follow(&self, location: &str) -> Result<Target, String> {
        if location.contains("://") {
            return Target::parse(location.split('#').next().unwrap_or(""));
        }
        let scheme = self.0.scheme_str().unwrap_or("https");
        if let Some(rest) = location.strip_prefix("//") {
            return Target::parse(&format!("{scheme}://{rest}"));
        }
        let authority = self.0.authority().map_or("", |authority| authority.as_str());
        let path = if location.starts_with('/') {
            location.to_owned()
        } else {
            let base = self.0.path();
            format!("{}{location}", &base[..=base.rfind('/').unwrap_or(0)])
        };
        Target::parse(&format!("{scheme}://{authority}{path}"))
    }

    /// Whether what is secret to the one is not to be told to the other.
    pub(crate) fn same_origin(&self, other: &Target) -> bool {
        self.0.scheme() == other.0.scheme()
            && self.host().eq_ignore_ascii_case(other.host())
            && self.port() == other.port()
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

pub(crate) fn host(uri: &Uri) -> &str {
    uri.host().unwrap_or("").trim_start_matches('[').trim_end_matches(']')
}

pub(crate) fn port(uri: &Uri) -> u16 {
    uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_addresses_of_the_web() {
        for sound in ["https://example.com", "http://example.com:8080/a?b=c", "http://[::1]:80/", "https://10.0.0.1/x"]
        {
            assert!(Target::parse(sound).is_ok(), "{sound}");
        }
        for wrong in [
            "",
            "example.com/hook",
            "/hook",
            "ftp://example.com",
            "file:///etc/passwd",
            "https://",
            "https://ana:secret@example.com",
            "https://example.com@10.0.0.1/",
            "https://example.com/#a",
            "https://example.com:0/",
            "https://example.com:99999/",
            "https://example.com:port/",
            "https://exa mple.com/",
            "https://example.com/a\r\nx: y",
        ] {
            assert!(Target::parse(wrong).is_err(), "{wrong:?}");
        }
        assert!(Target::parse(&format!("https://example.com/{}", "a".repeat(2048))).is_err());
    }

    #[test]
    fn redirects_lead_on() {
        let from = Target::parse("https://example.com/a/b?c").unwrap();
        let to = |location| from.follow(location).map(|target| target.to_string());
        assert_eq!(to("/x").unwrap(), "https://example.com/x");
        assert_eq!(to("d").unwrap(), "https://example.com/a/d");
        assert_eq!(to("//other.example/x").unwrap(), "https://other.example/x");
        assert_eq!(to("http://169.254.169.254/#y").unwrap(), "http://169.254.169.254/");
        assert!(to("javascript://x").is_err() && to("file:///x").is_err());
        assert!(from.same_origin(&Target::parse("https://EXAMPLE.com:443/z").unwrap()));
        assert!(!from.same_origin(&Target::parse("http://example.com:443/z").unwrap()));
    }
}
