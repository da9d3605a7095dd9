//! Webhooks: what happened, told to the receiver.

pub(crate) mod account;
pub(crate) mod body;
pub(crate) mod deliver;
pub(crate) mod inbound;
pub(crate) mod queue;
pub(crate) mod status;

use axum::http::Uri;

/// The address of a receiver, checked.
///
/// # Errors
/// A sentence, where webhooks could not be sent there.
pub(crate) fn target(url: &str) -> Result<Uri, String> {
    let uri: Uri = url.parse().map_err(|_| format!("{url:?} is not a URL"))?;
    match uri.scheme_str() {
        Some("http") if uri.host().is_some() => Ok(uri),
        Some("https") => Err(format!(
            "webhooks go over plain http:// only, to this machine or one beside it; {url:?} would need TLS"
        )),
        _ => Err(format!("{url:?} does not begin with http:// and a host")),
    }
}
