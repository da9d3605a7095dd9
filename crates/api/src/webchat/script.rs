//! The widget itself, built from `webchat/` into the program.

use std::sync::LazyLock;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

/// The script and the same with gzip; none where the program was built without.
static SCRIPT: Option<(&[u8], &[u8])> = include!(concat!(env!("OUT_DIR"), "/webchat_script.rs"));

static TAG: LazyLock<String> = LazyLock::new(|| {
    let hash = Sha256::digest(SCRIPT.map_or(&b""[..], |(plain, _)| plain));
    hash[..12].iter().map(|byte| format!("{byte:02x}")).collect()
});

/// What a page gets whose Recado was built without the widget: it says so where the page's developer looks.
const NOT_BUILT: &str =
    "console.error(\"Recado webchat: this server was built without the widget; `make webchat` makes it.\");\n";

pub async fn script(call: Call) -> Result<Answer, Problem> {
    let Some((plain, packed)) = SCRIPT else {
        return Ok(shared(Answer::bytes(200, TYPE, Bytes::from_static(NOT_BUILT.as_bytes()))));
    };
    let gzip = call.accepts_gzip;
    let tag = format!("\"{}{}\"", *TAG, if gzip { "-gzip" } else { "" });
    let fresh = call.if_none_match.as_deref().is_some_and(|known| known.contains(&tag));
    let body = if fresh {
        &b""[..]
    } else if gzip {
        packed
    } else {
        plain
    };
    let answer = Answer::bytes(if fresh { 304 } else { 200 }, TYPE, Bytes::from_static(body));
    let answer =
        answer.header("etag", tag).header("vary", "accept-encoding").header("cache-control", "public, max-age=300");
    Ok(shared(if gzip && !fresh { answer.header("content-encoding", "gzip") } else { answer }))
}

const TYPE: &str = "text/javascript; charset=utf-8";

/// Any page may load it; what it then may do the channel's origins say.
fn shared(answer: Answer) -> Answer {
    answer.header("access-control-allow-origin", "*").header("cross-origin-resource-policy", "cross-origin")
}
