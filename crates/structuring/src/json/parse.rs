//! The reader: RFC 8259 and nothing more.

use super::number::{MAX_NUMBER, Number, scan};
use super::{Json, Object};
use std::borrow::Cow;

/// Levels of nesting that [`Json::parse`] reads.
pub const DEFAULT_MAX_DEPTH: usize = 128;
/// The reader recurses; this bounds its stack whatever the caller asks for.
const HARD_MAX_DEPTH: usize = 512;

/// What to do with characters that JSON can spell and databases cannot keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `\u0000`, lone surrogates and invalid UTF-8 are errors: for callers who can be told.
    Strict,
    /// They become U+FFFD: for what comes from outside and must not be lost.
    Lenient,
}

/// What was wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    Syntax,
    UnexpectedEnd,
    TrailingData,
    TooDeep,
    NumberTooLong,
    InvalidUtf8,
    NullCharacter,
    LoneSurrogate,
    ControlCharacter,
}

impl ErrorKind {
    /// The stable word for it.
    pub fn code(self) -> &'static str {
        match self {
            ErrorKind::Syntax => "syntax",
            ErrorKind::UnexpectedEnd => "unexpected_end",
            ErrorKind::TrailingData => "trailing_data",
            ErrorKind::TooDeep => "too_deep",
            ErrorKind::NumberTooLong => "number_too_long",
            ErrorKind::InvalidUtf8 => "invalid_utf8",
            ErrorKind::NullCharacter => "null_character",
            ErrorKind::LoneSurrogate => "lone_surrogate",
            ErrorKind::ControlCharacter => "control_character",
        }
    }
}

/// Why a text is not JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at line {line}, column {column}")]
pub struct ParseError {
    pub kind: ErrorKind,
    /// In bytes from the start (of the repaired text where [`Mode::Lenient`] had invalid UTF-8 to repair).
    pub offset: usize,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    pub message: String,
}

pub(super) fn parse(bytes: &[u8], mode: Mode, max_depth: usize) -> Result<Json, ParseError> {
    let text = match mode {
        Mode::Lenient => String::from_utf8_lossy(bytes),
        Mode::Strict => Cow::Borrowed(std::str::from_utf8(bytes).map_err(|error| {
            locate(bytes, error.valid_up_to(), ErrorKind::InvalidUtf8, "these bytes are not UTF-8".to_owned())
        })?),
    };
    let mut reader =
        Reader { text: &text, bytes: text.as_bytes(), at: 0, mode, depth_left: max_depth.min(HARD_MAX_DEPTH) };
    if text.starts_with('\u{feff}') {
        reader.at = 3;
    }
    reader.whole().map_err(|(kind, message)| locate(text.as_bytes(), reader.at, kind, message))
}

#[cold]
fn locate(bytes: &[u8], offset: usize, kind: ErrorKind, message: String) -> ParseError {
    let before = &bytes[..offset.min(bytes.len())];
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    ParseError {
        kind,
        offset,
        line: 1 + before.iter().filter(|byte| **byte == b'\n').count(),
        column: 1 + before[line_start..].iter().filter(|byte| **byte & 0xc0 != 0x80).count(),
        message,
    }
}

type Outcome<T> = Result<T, (ErrorKind, String)>;

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    mode: Mode,
    depth_left: usize,
}

impl Reader<'_> {
    fn whole(&mut self) -> Outcome<Json> {
        let value = self.value()?;
        self.space();
        if self.at < self.bytes.len() {
            return Err((ErrorKind::TrailingData, "there is more after the end of the value".to_owned()));
        }
        Ok(value)
    }

    fn space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    #[cold]
    fn unexpected<T>(&self, wanted: &str) -> Outcome<T> {
        Err(match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            None => (ErrorKind::UnexpectedEnd, format!("the text ends where {wanted} should be")),
            Some(found) => (ErrorKind::Syntax, format!("{found:?} stands where {wanted} should be")),
        })
    }

    fn value(&mut self) -> Outcome<Json> {
        self.space();
        match self.bytes.get(self.at) {
            Some(b'"') => self.string().map(Json::String),
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            _ => self.unexpected("a value"),
        }
    }

    fn word(&mut self, word: &str, value: Json) -> Outcome<Json> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return self.unexpected("a value");
        }
        self.at += word.len();
        Ok(value)
    }

    fn nested(&mut self, read: fn(&mut Self) -> Outcome<Json>) -> Outcome<Json> {
        if self.depth_left == 0 {
            return Err((ErrorKind::TooDeep, "the value is nested too deeply".to_owned()));
        }
        self.depth_left -= 1;
        self.at += 1;
        let value = read(self)?;
        self.depth_left += 1;
        Ok(value)
    }

    fn array(&mut self) -> Outcome<Json> {
        let mut items = Vec::new();
        self.space();
        if self.bytes.get(self.at) == Some(&b']') {
            self.at += 1;
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value()?);
            self.space();
            match self.bytes.get(self.at) {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Json::Array(items));
                }
                _ => return self.unexpected("',' or ']'"),
            }
        }
    }

    fn object(&mut self) -> Outcome<Json> {
        let mut members = Vec::new();
        self.space();
        if self.bytes.get(self.at) == Some(&b'}') {
            self.at += 1;
            return Ok(Json::Object(Object(members)));
        }
        loop {
            self.space();
            if self.bytes.get(self.at) != Some(&b'"') {
                return self.unexpected("a key in double quotes");
            }
            let key = self.string()?;
            self.space();
            if self.bytes.get(self.at) != Some(&b':') {
                return self.unexpected("':'");
            }
            self.at += 1;
            members.push((key, self.value()?));
            self.space();
            match self.bytes.get(self.at) {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Json::Object(Object(members)));
                }
                _ => return self.unexpected("',' or '}'"),
            }
        }
    }

    fn number(&mut self) -> Outcome<Json> {
        let rest = &self.bytes[self.at..];
        let Some(length) = scan(rest) else {
            return Err((ErrorKind::Syntax, "this is not a JSON number".to_owned()));
        };
        if length > MAX_NUMBER {
            return Err((ErrorKind::NumberTooLong, format!("a number has more than {MAX_NUMBER} characters")));
        }
        if matches!(rest.get(length), Some(b'0'..=b'9' | b'.' | b'-' | b'+' | b'_' | b'a'..=b'z' | b'A'..=b'Z')) {
            return Err((ErrorKind::Syntax, "this is not a JSON number".to_owned()));
        }
        let token = &self.text[self.at..self.at + length];
        self.at += length;
        Ok(Json::Number(Number(token.into())))
    }

    /// `self.at` stands on the opening quote.
    fn string(&mut self) -> Outcome<String> {
        self.at += 1;
        let mut from = self.at;
        let mut value = String::new();
        loop {
            let rest = &self.bytes[self.at..];
            let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).unwrap_or(rest.len());
            self.at += plain;
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    let tail = &self.text[from..self.at];
                    self.at += 1;
                    if value.is_empty() {
                        return Ok(tail.to_owned());
                    }
                    value.push_str(tail);
                    return Ok(value);
                }
                Some(b'\\') => {
                    value.push_str(&self.text[from..self.at]);
                    value.push(self.escape()?);
                    from = self.at;
                }
                Some(_) => {
                    return Err((ErrorKind::ControlCharacter, "a control character must be escaped".to_owned()));
                }
                None => return self.unexpected("the end of a string"),
            }
        }
    }

    /// `self.at` stands on the backslash.
    fn escape(&mut self) -> Outcome<char> {
        let start = self.at;
        self.at += 2;
        let plain = match self.bytes.get(start + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(start),
            _ => {
                self.at = start + 1;
                return self.unexpected("an escape");
            }
        };
        Ok(plain)
    }

    fn unicode(&mut self, start: usize) -> Outcome<char> {
        let Some(first) = self.four_digits(start + 2) else {
            self.at = start;
            return Err((ErrorKind::Syntax, "\\u needs four hexadecimal digits".to_owned()));
        };
        self.at = start + 6;
        if first == 0 {
            return self.unkeepable(start, ErrorKind::NullCharacter, "U+0000 cannot be kept");
        }
        if let Some(character) = char::from_u32(first) {
            return Ok(character);
        }
        if first < 0xdc00
            && self.bytes.get(start + 6..start + 8) == Some(b"\\u")
            && let Some(second @ 0xdc00..=0xdfff) = self.four_digits(start + 8)
            && let Some(character) = char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00))
        {
            self.at = start + 12;
            return Ok(character);
        }
        self.unkeepable(start, ErrorKind::LoneSurrogate, "half of a surrogate pair stands alone")
    }

    fn unkeepable(&mut self, start: usize, kind: ErrorKind, message: &str) -> Outcome<char> {
        match self.mode {
            Mode::Lenient => Ok('\u{fffd}'),
            Mode::Strict => {
                self.at = start;
                Err((kind, message.to_owned()))
            }
        }
    }

    fn four_digits(&self, from: usize) -> Option<u32> {
        self.bytes
            .get(from..from + 4)?
            .iter()
            .try_fold(0, |value, byte| Some(value * 16 + char::from(*byte).to_digit(16)?))
    }
}
