//! The files of the web UI, which are part of the program, and its pages: the paths that it knows, and whatever else a browser asks
//! for that is nobody's, where the browser's side says so. A program gets no page for a mistake in a path.

use std::sync::LazyLock;

use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::answer::Answer;

/// A file of `ui/dist`, and the same compressed where that is smaller.
struct File {
    /// Without a slash at its beginning.
    path: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

/// By path; empty where the UI was not built.
static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/ui_files.rs"));

/// What the entity tag of each file begins with.
static TAGS: LazyLock<Vec<String>> = LazyLock::new(|| FILES.iter().map(|file| tag_of(file.plain)).collect());

const INDEX: &str = "index.html";
/// Below it the names carry a hash of the contents.
const HASHED: &str = "assets/";

/// First parts of the paths of pages, as `ui/src/app.tsx` has them.
const PAGES: &[&str] = &[
    "",
    "index.html",
    "api-keys",
    "board",
    "channels",
    "inbox",
    "invite",
    "login",
    "playground",
    "reports",
    "reset",
    "reviews",
    "settings",
    "setup",
    "templates",
    "welcome",
];

/// First parts of paths that are never a page of the UI, in either case and behind however many slashes: a mistake in a path is told
/// as one, to browsers too.
const NOT_PAGES: &[&str] =
    &["api", "hooks", "webchat", "webchat.js", "docs", "healthz", "readyz", "metrics", "openapi.json"];

/// Nothing from elsewhere, nothing inline, in nobody's frame. `data:` and `blob:` are pictures and recordings that the
/// page itself made.
pub const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
                       media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
                       frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// What is shown where the program was built without it.
const NOT_BUILT: File = File {
    path: INDEX,
    plain: b"<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Recado</title>\n\
             <h1>The web UI is not part of this program</h1>\n<p>It was built without it. <code>make ui</code> makes the UI, and \
             the next build takes it in; <code>make run</code> does both.</p>\n\
             <p>The API is here all the same: <a href=\"/docs\">its reference</a>.</p>\n</html>\n",
    brotli: None,
    gzip: None,
};

/// What is shown in place of every page to who would sign in over plain HTTP from another machine.
const IN_CLEAR: &str = include_str!("ui/in_clear.html");

/// The answer for a path that no operation has; none where it is not the UI's. `in_clear`: no page that asks for a password.
pub fn answer(method: &Method, path: &str, headers: &HeaderMap, in_clear: bool) -> Option<Answer> {
    if method != Method::GET && method != Method::HEAD {
        return None;
    }
    let path = path.strip_prefix('/')?;
    let (first, last) = (path.split('/').next().unwrap_or(""), path.rsplit('/').next().unwrap_or(""));
    match FILES.binary_search_by_key(&path, |file| file.path) {
        Ok(at) if !(in_clear && path == INDEX) => return Some(file(at, headers)),
        _ => {}
    }
    let named = path.trim_start_matches('/').split('/').next().unwrap_or("");
    let is_none = NOT_PAGES.iter().any(|known| known.eq_ignore_ascii_case(named));
    if is_none || path.starts_with(HASHED) || (last.contains('.') && path != INDEX) {
        return None;
    }
    let is_known = PAGES.contains(&first) && (!first.is_empty() || path.is_empty());
    if headers.contains_key("x-api-key") || !(is_known || wants_a_page(headers)) {
        return None;
    }
    if in_clear {
        let page = Bytes::from_static(IN_CLEAR.as_bytes());
        return Some(guarded(Answer::bytes(403, media_type(INDEX), page).header("cache-control", "no-store")));
    }
    match FILES.binary_search_by_key(&INDEX, |file| file.path) {
        Ok(at) => Some(file(at, headers)),
        Err(_) => Some(guarded(Answer::bytes(404, media_type(NOT_BUILT.path), Bytes::from_static(NOT_BUILT.plain)))),
    }
}

/// Browsers name HTML where they go to a page; programs that take anything do not.
fn wants_a_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all("accept").iter().filter_map(|value| value.to_str().ok());
    accepted
        .flat_map(|list| list.split(','))
        .any(|one| one.split(';').next().is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("text/html")))
}

fn file(at: usize, headers: &HeaderMap) -> Answer {
    let file = &FILES[at];
    let (encoding, body) = best(file, headers);
    // Each form has a tag of its own, as HTTP wants of strong ones.
    let tag = match encoding {
        Some(encoding) => format!("\"{}-{encoding}\"", TAGS[at]),
        None => format!("\"{}\"", TAGS[at]),
    };
    let known = headers.get("if-none-match").and_then(|value| value.to_str().ok()).unwrap_or("");
    let fresh = known.split(',').any(|known| known.trim().trim_start_matches("W/") == tag);
    let kept = if file.path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let answer = match fresh {
        true => Answer::bytes(304, media_type(file.path), Bytes::new()),
        false => Answer::bytes(200, media_type(file.path), Bytes::from_static(body)),
    };
    let answer = answer.header("etag", tag).header("cache-control", kept).header("vary", "accept-encoding");
    let answer = match encoding {
        Some(encoding) if !fresh => answer.header("content-encoding", encoding),
        _ => answer,
    };
    guarded(answer)
}

/// With what a browser has to hold to.
fn guarded(answer: Answer) -> Answer {
    answer
        .header("content-security-policy", CSP)
        .header("referrer-policy", "same-origin")
        .header("x-frame-options", "DENY")
        .header("cross-origin-opener-policy", "same-origin")
        .header("cross-origin-resource-policy", "same-origin")
        .header("permissions-policy", "camera=(), geolocation=(), payment=(), usb=(), microphone=(self)")
}

/// The smallest form that the client takes.
fn best(file: &File, headers: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    let accepted = headers.get("accept-encoding").and_then(|value| value.to_str().ok()).unwrap_or("");
    match (file.brotli, file.gzip) {
        (Some(brotli), _) if takes(accepted, "br") => (Some("br"), brotli),
        (_, Some(gzip)) if takes(accepted, "gzip") => (Some("gzip"), gzip),
        _ => (None, file.plain),
    }
}

/// Whether an encoding is named, and not with a weight of nought.
fn takes(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|part| {
        let mut words = part.split(';').map(str::trim);
        let named = words.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        named && !words.any(|word| matches!(word.strip_prefix("q=").map(str::parse), Some(Ok(0.0))))
    })
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "wav" => "audio/wav",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn tag_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..12].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_of_nought_is_a_refusal() {
        assert!(takes("gzip, deflate, br, zstd", "br"));
        assert!(takes("br;q=0.5", "br") && takes("GZIP", "gzip"));
        assert!(!takes("gzip, br;q=0", "br") && !takes("br; q=0.000", "br"));
        assert!(!takes("", "br") && !takes("brotli", "br"));
    }

    #[test]
    fn the_smallest_form_that_is_taken() {
        let file = File { path: "a.js", plain: b"plain", brotli: Some(b"b"), gzip: Some(b"gz") };
        let with = |accepted: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("accept-encoding", accepted.parse().unwrap());
            best(&file, &headers)
        };
        assert_eq!(with("gzip, br"), (Some("br"), &b"b"[..]));
        assert_eq!(with("gzip"), (Some("gzip"), &b"gz"[..]));
        assert_eq!(with("zstd"), (None, &b"plain"[..]));
    }

    #[test]
    fn every_page_of_the_ui_is_known() {
        let app = include_str!("../../../ui/src/app.tsx");
        let paths = app.split("path=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let mut seen = 0;
        for path in paths.filter(|path| *path != "*") {
            let first = path.trim_start_matches('/').split('/').next().unwrap_or("");
            assert!(PAGES.contains(&first), "{path}");
            seen += 1;
        }
        assert!(seen > 10, "{seen}");
    }

    #[test]
    fn what_is_embedded_can_be_found() {
        assert!(FILES.is_sorted_by_key(|file| file.path));
        assert!(
            FILES.iter().all(|file| !file.path.starts_with('/') && media_type(file.path) != "application/octet-stream")
        );
    }
}
