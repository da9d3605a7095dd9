//! One try of a webhook: signed as Standard Webhooks has it (<https://www.standardwebhooks.com>, specification 1.0), sent,
//! and what came of it.

use std::time::{Duration, Instant, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use base64::engine::{DecodePaddingMode, general_purpose};
use bytes::Bytes;
use hyper::Method;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT};
use ring::hmac;

use crate::http::{Answer, Http, HttpError, Policy, Request, payload};
use crate::target::Target;

const PREFIX: &str = "whsec_";
/// Bytes of a secret.
const SHORTEST: usize = 16;
const LONGEST: usize = 256;
const MADE: usize = 32;
/// What an answer may have and still be read to its end, and what is kept of it, in bytes.
const MOST_READ: usize = 64 * 1024;
const MOST_KEPT: usize = 4 * 1024;

/// What signs; both sides know it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// Never what it is.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// 256 random bits.
    pub fn random() -> Result<Secret, getrandom::Error> {
        let mut bytes = vec![0u8; MADE];
        getrandom::fill(&mut bytes)?;
        Ok(Secret(bytes))
    }

    /// `whsec_` and base64 is what it stands for; any other text is its own bytes. What is wrong, as a sentence.
    pub fn read(text: &str) -> Result<Secret, String> {
        // With or without padding: both are around.
        const LENIENT: GeneralPurpose = GeneralPurpose::new(
            &base64::alphabet::STANDARD,
            GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
        );
        let bytes = match text.strip_prefix(PREFIX) {
            Some(encoded) => LENIENT
                .decode(encoded)
                .map_err(|_| "Expected base64 after whsec_, or a text without whsec_.".to_owned())?,
            None => text.as_bytes().to_vec(),
        };
        if (SHORTEST..=LONGEST).contains(&bytes.len()) {
            Ok(Secret(bytes))
        } else {
            Err(format!("Expected {SHORTEST} to {LONGEST} bytes, or their base64 after whsec_; found {}.", bytes.len()))
        }
    }

    pub fn from_bytes(bytes: Vec<u8>) -> Secret {
        Secret(bytes)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// As receivers take it.
    pub fn shown(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// `v1,…` over id, time and body.
    fn sign(&self, id: &str, timestamp: u64, body: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &self.0));
        context.update(format!("{id}.{timestamp}.").as_bytes());
        context.update(body);
        format!("v1,{}", general_purpose::STANDARD.encode(context.sign()))
    }
}

/// What is sent, and how it is signed.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub url: String,
    /// The event's: the same on every try.
    pub id: String,
    pub body: Bytes,
    /// Each signs; during a rotation there are two.
    pub secrets: Vec<Secret>,
    pub within: Duration,
}

/// What came of it. An answer counts from its status line on: what is too long or too slow after that is cut.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// None: there was no answer, and `error` says why.
    pub status: Option<u16>,
    pub error: Option<String>,
    /// The first 4 KiB of the body, U+FFFD for what is no text.
    pub answer: Option<String>,
    /// It sent more than anybody reads, and was hung up on.
    pub floods: bool,
    /// Seconds.
    pub retry_after: Option<i64>,
    pub took: Duration,
}

impl Outcome {
    pub fn is_delivered(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Sends it once; never follows a redirect.
pub async fn deliver(http: &Http, delivery: &Delivery) -> Outcome {
    let started = Instant::now();
    let mut outcome = match send(http, delivery).await {
        Ok(answer) => {
            let (status, retry_after) = (answer.status, retry_after(&answer.headers));
            let (answer, floods) = beginning(answer).await;
            Outcome { status: Some(status), retry_after, answer: Some(answer), floods, ..Outcome::default() }
        }
        Err(error) => Outcome { error: Some(error.to_string()), ..Outcome::default() },
    };
    outcome.took = started.elapsed();
    outcome
}

async fn send(http: &Http, delivery: &Delivery) -> Result<Answer, HttpError> {
    let to = Target::parse(&delivery.url).map_err(HttpError::Refused)?;
    let mut request = Request::new(Method::POST, to, delivery.within);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let signatures: Vec<String> =
        delivery.secrets.iter().map(|secret| secret.sign(&delivery.id, now, &delivery.body)).collect();
    let headers = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (USER_AGENT, concat!("Recado/", env!("CARGO_PKG_VERSION")).to_owned()),
        (HeaderName::from_static("webhook-id"), delivery.id.clone()),
        (HeaderName::from_static("webhook-timestamp"), now.to_string()),
        (HeaderName::from_static("webhook-signature"), signatures.join(" ")),
    ];
    for (name, value) in headers {
        let value = HeaderValue::try_from(value).map_err(|error| HttpError::Refused(error.to_string()))?;
        request.headers.insert(name, value);
    }
    request.body = payload(delivery.body.clone());
    http.send(Policy::Webhooks, request).await
}

/// Of the body; whether there is more than is read.
async fn beginning(mut answer: Answer) -> (String, bool) {
    let (mut kept, mut read) = (Vec::new(), 0);
    while read <= MOST_READ
        && let Ok(Some(chunk)) = answer.chunk().await
    {
        read += chunk.len();
        kept.extend_from_slice(&chunk[..chunk.len().min(MOST_KEPT - kept.len())]);
    }
    // U+0000 is text that a database refuses.
    (String::from_utf8_lossy(&kept).replace('\0', "\u{fffd}"), read > MOST_READ)
}

/// In seconds, or a date.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<i64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(i64::from(seconds));
    }
    let left = httpdate::parse_http_date(text).ok()?.duration_since(SystemTime::now()).ok()?;
    i64::try_from(left.as_secs()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own documentation and of its libraries' tests.
    #[test]
    fn signs_as_the_specification_does() {
        let secret = Secret::read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn secrets_of_callers() {
        let given = Secret::read("sixteen letters!").unwrap();
        assert_eq!(given.bytes(), b"sixteen letters!");
        assert_eq!(Secret::read(&given.shown()).unwrap(), given);
        assert_eq!(Secret::read(given.shown().trim_end_matches('=')).unwrap(), given);
        let made = Secret::random().unwrap();
        assert_eq!((Secret::read(&made.shown()).unwrap(), made.bytes().len()), (made.clone(), 32));
        let long = "x".repeat(257);
        for wrong in ["fifteen letters", long.as_str(), "whsec_", "whsec_c2hvcnQ=", "whsec_not base64!!!!!!!!!!!!!!"] {
            assert!(Secret::read(wrong).is_err(), "{wrong}");
        }
        assert_eq!(format!("{made:?}"), "Secret");
    }

    #[test]
    fn seconds_or_a_date() {
        let after = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            retry_after(&headers)
        };
        assert_eq!((after("120"), after("soon"), after("-1")), (Some(120), None, None));
        assert_eq!(after("Sun, 06 Nov 1994 08:49:37 GMT"), None);
        let later = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(3600));
        assert!(after(&later).is_some_and(|seconds| (3590..=3600).contains(&seconds)));
    }
}
