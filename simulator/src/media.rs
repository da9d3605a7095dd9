//! Media that were uploaded or received: kept in memory, found by id, fetched by an address that ends.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

const DAY_MS: i64 = 24 * 3600 * 1000;
/// How long an address of a medium can be used.
pub(crate) const ADDRESS_SECONDS: i64 = 300;
/// What one upload may hold, whatever its type.
pub(crate) const LARGEST: usize = 100 << 20;

const MIB: usize = 1 << 20;

/// What WhatsApp takes: type of message, MIME types, bytes.
const TYPES: &[(&str, &[&str], usize)] = &[
    ("image", &["image/jpeg", "image/png"], 5 * MIB),
    ("video", &["video/mp4", "video/3gpp"], 16 * MIB),
    ("audio", &["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus"], 16 * MIB),
    ("sticker", &["image/webp"], 500 << 10),
    (
        "document",
        &[
            "application/pdf",
            "text/plain",
            "text/csv",
            "application/msword",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.ms-excel",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ],
        LARGEST,
    ),
];

/// `audio/ogg` of `audio/ogg; codecs=opus`
pub(crate) fn plain(mime: &str) -> String {
    mime.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// The type of message that a MIME type goes with, and how large it may be. Documents may be anything.
pub(crate) fn class(mime: &str) -> Option<(&'static str, usize)> {
    let mime = plain(mime);
    TYPES.iter().find(|(_, mimes, _)| mimes.contains(&mime.as_str())).map(|(class, _, most)| (*class, *most))
}

/// All MIME types of an upload, for the error that lists them.
pub(crate) fn all_types() -> String {
    TYPES.iter().flat_map(|(_, mimes, _)| mimes.iter().copied()).collect::<Vec<_>>().join(", ")
}

#[derive(Debug, Clone)]
pub(crate) struct Medium {
    pub(crate) number: String,
    pub(crate) mime: String,
    pub(crate) bytes: Bytes,
    pub(crate) sha256: [u8; 32],
    pub(crate) until_ms: i64,
}

impl Medium {
    /// As webhooks have it.
    pub(crate) fn sha256_base64(&self) -> String {
        STANDARD.encode(self.sha256)
    }

    /// As the answer to the question for the address has it.
    pub(crate) fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[derive(Debug)]
pub(crate) struct Media {
    /// Bytes of all together; the oldest go first.
    most: usize,
    by_id: BTreeMap<String, Medium>,
    order: std::collections::VecDeque<String>,
    held: usize,
}

impl Media {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, by_id: BTreeMap::new(), order: std::collections::VecDeque::new(), held: 0 }
    }

    /// Uploaded media are there for 30 days, received ones for 7.
    pub(crate) fn put(&mut self, id: &str, number: &str, mime: &str, bytes: Bytes, now_ms: i64, uploaded: bool) {
        let days = if uploaded { 30 } else { 7 };
        self.held += bytes.len();
        let sha256 = Sha256::digest(&bytes).into();
        let medium = Medium {
            number: number.to_owned(),
            mime: mime.to_owned(),
            bytes,
            sha256,
            until_ms: now_ms + days * DAY_MS,
        };
        self.by_id.insert(id.to_owned(), medium);
        self.order.push_back(id.to_owned());
        while self.held > self.most {
            let Some(oldest) = self.order.pop_front() else { break };
            self.remove(&oldest);
        }
    }

    pub(crate) fn get(&self, id: &str, now_ms: i64) -> Option<&Medium> {
        self.by_id.get(id).filter(|medium| now_ms < medium.until_ms)
    }

    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let Some(medium) = self.by_id.remove(id) else { return false };
        self.held -= medium.bytes.len();
        true
    }
}

/// A small valid file for inbound messages that bring none of their own: type of message to MIME type and bytes.
pub(crate) fn sample(kind: &str) -> (&'static str, Bytes) {
    match kind {
        "image" => ("image/png", Bytes::from_static(PNG)),
        "sticker" => ("image/webp", Bytes::from_static(WEBP)),
        "video" => ("video/mp4", Bytes::from_static(MP4)),
        "audio" => ("audio/ogg; codecs=opus", Bytes::from_static(OGG)),
        _ => ("application/pdf", Bytes::from_static(PDF)),
    }
}

/// One grey pixel.
const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8,
    0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 0x0a, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0x68, 0, 0, 0, 0x82,
    0, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];
/// One pixel, lossless.
const WEBP: &[u8] = &[
    b'R', b'I', b'F', b'F', 0x1a, 0, 0, 0, b'W', b'E', b'B', b'P', b'V', b'P', b'8', b'L', 0x0d, 0, 0, 0, 0x2f, 0, 0,
    0, 0x10, 0x07, 0x10, 0x11, 0x11, 0x88, 0x88, 0xfe, 0x07, 0,
];
/// A file type box and an empty media box: recognised as a film, shows none.
const MP4: &[u8] = &[
    0, 0, 0, 0x18, b'f', b't', b'y', b'p', b'i', b's', b'o', b'm', 0, 0, 0x02, 0, b'i', b's', b'o', b'm', b'm', b'p',
    b'4', b'2', 0, 0, 0, 0x08, b'm', b'd', b'a', b't',
];
/// A page with the head of an Opus stream: recognised as a voice note, plays silence.
const OGG: &[u8] = &[
    b'O', b'g', b'g', b'S', 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x1c, 0x9f, 0xf5, 0xd9, 1, 19, b'O',
    b'p', b'u', b's', b'H', b'e', b'a', b'd', 1, 1, 0x38, 0x01, 0x80, 0xbb, 0, 0, 0, 0, 0,
];
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>\
endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mime_types_belong_to_a_class() {
        assert_eq!(class("image/jpeg"), Some(("image", 5 * MIB)));
        assert_eq!(class("audio/ogg; codecs=opus"), Some(("audio", 16 * MIB)));
        assert_eq!(class("IMAGE/WEBP"), Some(("sticker", 500 << 10)));
        assert_eq!(class("application/x-msdownload"), None);
    }

    #[test]
    fn media_end() {
        let mut media = Media::new(2 * PNG.len());
        media.put("1", "n", "image/png", Bytes::from_static(PNG), 0, false);
        assert!(media.get("1", 7 * DAY_MS - 1).is_some());
        assert!(media.get("1", 7 * DAY_MS).is_none());
        assert!(media.remove("1"));
        assert!(!media.remove("1"));
        assert_eq!(media.held, 0);
        for id in ["2", "3", "4"] {
            media.put(id, "n", "image/png", Bytes::from_static(PNG), 0, false);
        }
        assert_eq!(["2", "3", "4"].map(|id| media.get(id, 0).is_some()), [false, true, true]);
    }
}
