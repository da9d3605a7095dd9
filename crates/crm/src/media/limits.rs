//! Which files WhatsApp takes and sends, by type: size and media type. Source: Meta's page of supported media types.

use super::MediaType;

const KB: u64 = 1024;
const MB: u64 = 1024 * KB;

/// Bytes of a file of this type, at most. Stickers that move may have five times as much; which one moves only its bytes say.
pub fn most_bytes(media_type: MediaType) -> u64 {
    match media_type {
        MediaType::Image => 5 * MB,
        MediaType::Video | MediaType::Audio => 16 * MB,
        MediaType::Document => 100 * MB,
        MediaType::Sticker => 500 * KB,
    }
}

/// Bytes of a file that a visitor of a web chat sends.
pub const MOST_VISITOR_BYTES: u64 = 10 * MB;

/// Media types that may go out as this; empty: any.
pub fn types_of(media_type: MediaType) -> &'static [&'static str] {
    match media_type {
        MediaType::Image => &["image/jpeg", "image/png"],
        MediaType::Video => &["video/mp4", "video/3gpp"],
        MediaType::Audio => &["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus"],
        MediaType::Document => &[],
        MediaType::Sticker => &["image/webp"],
    }
}

/// What a file of this media type goes out as, if nobody says otherwise.
pub fn usual_type(mime: &str) -> MediaType {
    let known = [MediaType::Image, MediaType::Video, MediaType::Audio, MediaType::Sticker];
    let takes = |media_type: &MediaType| types_of(*media_type).contains(&essence(mime).as_str());
    known.into_iter().find(takes).unwrap_or(MediaType::Document)
}

/// `image/jpeg` of `image/JPEG; charset=x`.
pub fn essence(mime: &str) -> String {
    mime.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// Whether a browser may show it in its place: what cannot carry a script.
pub fn is_safe_inline(mime: &str) -> bool {
    const SAFE: &[&str] = &[
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/gif",
        "video/mp4",
        "video/3gpp",
        "audio/aac",
        "audio/amr",
        "audio/mpeg",
        "audio/mp4",
        "audio/ogg",
        "audio/opus",
    ];
    SAFE.contains(&essence(mime).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_goes_out_as() {
        assert_eq!(usual_type("image/JPEG; q=1"), MediaType::Image);
        assert_eq!(usual_type("image/webp"), MediaType::Sticker);
        assert_eq!(usual_type("image/svg+xml"), MediaType::Document);
        assert_eq!(usual_type("audio/ogg; codecs=opus"), MediaType::Audio);
        assert!(!is_safe_inline("image/svg+xml") && !is_safe_inline("text/html") && is_safe_inline("image/png"));
    }
}
