//! Addresses on the web.

use crate::email::is_domain;

/// Reads one address and gives it a scheme: `www.a.example` → `https://www.a.example`. Nothing for texts and e-mails.
pub(crate) fn read(text: &str) -> Option<String> {
    let text = text.trim();
    // No host is without a dot.
    if text.len() > 2048
        || !text.as_bytes().contains(&b'.')
        || text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>'))
    {
        return None;
    }
    let begins = |scheme: &str| text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
    let (scheme, rest) = if begins("https://") {
        ("https://", &text[8..])
    } else if begins("http://") {
        ("http://", &text[7..])
    } else if text.contains("://") {
        return None;
    } else {
        ("", text)
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = &rest[..end];
    let host =
        authority.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(authority, |(host, _)| host);
    if host.contains('@') || !is_domain(&host.to_lowercase()) {
        return None;
    }
    if scheme.is_empty() {
        // A bare name with no path is a site only where its end looks like one; "v1.2" and "Sr.Juan" do not.
        let last = host.rsplit('.').next().unwrap_or("");
        let plausible = last.len() <= 12
            && host.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-'));
        let capital = host.starts_with("WWW.") || host.bytes().all(|b| !b.is_ascii_lowercase());
        return (plausible || capital).then(|| format!("https://{text}"));
    }
    Some(format!("{scheme}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn addresses_get_a_scheme() {
        for (text, wanted) in [
            ("https://a.example/x?y=1", Some("https://a.example/x?y=1")),
            ("HTTP://A.example", Some("http://A.example")),
            ("www.scottretail.example", Some("https://www.scottretail.example")),
            ("bluebird.example.com", Some("https://bluebird.example.com")),
            ("a@b.example", None),
            ("Sr.Juan", None),
            ("12.345", None),
            ("hello world.com", None),
            ("ftp://a.example", None),
        ] {
            assert_eq!(read(text).as_deref(), wanted, "{text}");
        }
    }
}
