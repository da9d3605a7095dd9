//! The JSON tree: RFC 8259 and nothing more, nothing lost.

use structuring::Json;
use structuring::json::{ErrorKind, Mode, Number, Object};

fn strict(text: &str) -> Result<Json, ErrorKind> {
    Json::parse(text.as_bytes(), Mode::Strict).map_err(|error| error.kind)
}

#[test]
fn what_is_json_reads_back_as_it_was_written() {
    for text in [
        "null",
        "true",
        "-0",
        "0.10",
        "1E+400",
        "12345678901234567890",
        "\"\"",
        "[]",
        "{}",
        "[1,[2,[3]]]",
        r#"{"b":1,"a":2,"b":3}"#,
        r#""é \" \\ \n \u0001 𝄞""#,
    ] {
        assert_eq!(strict(text).unwrap().to_string(), text);
    }
    assert_eq!(strict(" { \"a\" : [ 1 , 2 ] } \n").unwrap().to_string(), r#"{"a":[1,2]}"#);
    assert_eq!(strict(r#""\ud834\udd1e\/\b""#).unwrap().as_str(), Some("𝄞/\u{8}"));
}

#[test]
fn what_is_not_json_is_refused_with_its_place() {
    for (text, kind) in [
        ("", ErrorKind::UnexpectedEnd),
        ("NaN", ErrorKind::Syntax),
        ("Infinity", ErrorKind::Syntax),
        ("[1,]", ErrorKind::Syntax),
        ("{\"a\":1,}", ErrorKind::Syntax),
        ("{a:1}", ErrorKind::Syntax),
        ("// no\n1", ErrorKind::Syntax),
        ("01", ErrorKind::Syntax),
        ("+1", ErrorKind::Syntax),
        (".5", ErrorKind::Syntax),
        ("1.", ErrorKind::Syntax),
        ("1e", ErrorKind::Syntax),
        ("0x10", ErrorKind::Syntax),
        ("-", ErrorKind::Syntax),
        ("'a'", ErrorKind::Syntax),
        ("\"a", ErrorKind::UnexpectedEnd),
        ("[1", ErrorKind::UnexpectedEnd),
        ("1 2", ErrorKind::TrailingData),
        ("\"\t\"", ErrorKind::ControlCharacter),
        ("\"\\x\"", ErrorKind::Syntax),
        ("\"\\u12\"", ErrorKind::Syntax),
        ("tru", ErrorKind::Syntax),
        ("\"\\u0000\"", ErrorKind::NullCharacter),
        ("\"\\ud800\"", ErrorKind::LoneSurrogate),
        ("\"\\udc00\\ud800\"", ErrorKind::LoneSurrogate),
    ] {
        assert_eq!(strict(text), Err(kind), "{text}");
    }
    let error = Json::parse("{\n  \"é\": x}".as_bytes(), Mode::Strict).unwrap_err();
    assert_eq!((error.offset, error.line, error.column), (10, 2, 8));
    assert_eq!(Json::parse(b"\"\xff\"", Mode::Strict).unwrap_err().kind, ErrorKind::InvalidUtf8);
    assert_eq!(strict(&"9".repeat(401)), Err(ErrorKind::NumberTooLong));
    assert!(strict(&"9".repeat(400)).is_ok());
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(strict(&nested(128)).is_ok());
    let error = Json::parse(nested(129).as_bytes(), Mode::Strict).unwrap_err();
    assert_eq!(error.kind.code(), "too_deep");
    assert_eq!(
        Json::parse_with_depth(nested(100_000).as_bytes(), Mode::Strict, 1_000_000).unwrap_err().kind,
        ErrorKind::TooDeep
    );
}

#[test]
fn from_outside_what_cannot_be_kept_becomes_a_replacement() {
    let lenient = |bytes: &[u8]| Json::parse(bytes, Mode::Lenient).unwrap();
    assert_eq!(lenient(br#""a\u0000b""#).as_str(), Some("a\u{fffd}b"));
    assert_eq!(lenient(br#""\ud800x""#).as_str(), Some("\u{fffd}x"));
    assert_eq!(lenient(br#""\ud800\ud834\udd1e""#).as_str(), Some("\u{fffd}𝄞"));
    assert_eq!(lenient(b"\"a\xffb\"").as_str(), Some("a\u{fffd}b"));
}

#[test]
fn objects_keep_order_and_duplicates() {
    let mut object = strict(r#"{"a":1,"b":2,"a":3}"#).unwrap().into_object().unwrap();
    assert_eq!(object.get("a"), Some(&Json::from(3)));
    assert_eq!(object.has_duplicate(), Some("a"));
    object.dedupe();
    assert_eq!(Json::from(object.clone()).to_string(), r#"{"a":3,"b":2}"#);
    assert_eq!(object.insert("a", 4), Some(Json::from(3)));
    assert_eq!(object.replace("z", 1), None);
    assert_eq!(object.remove("a"), Some(Json::from(4)));
    assert_eq!(object.keys().collect::<Vec<_>>(), ["b"]);
    let many: Object = (0..40).map(|at| (format!("k{}", at % 39), Json::from(at))).collect();
    assert_eq!(many.has_duplicate(), Some("k0"));
}

#[test]
fn numbers_are_what_was_written() {
    let big = strict("12345678901234567890").unwrap();
    assert_eq!(serde_json::to_string(&big).unwrap(), "12345678901234567890");
    assert_eq!(serde_json::to_string(&strict("[1.10,-0,1e3]").unwrap()).unwrap(), "[1.10,-0,1e3]");
    let back: Json = serde_json::from_str(r#"{"n":1.10,"n":123456789012345678901}"#).unwrap();
    assert_eq!(back.to_string(), r#"{"n":1.10,"n":123456789012345678901}"#);
    assert_eq!(big.as_i64(), None);
    assert_eq!(strict("42").unwrap().as_i64(), Some(42));
    assert_eq!(Number::from_f64(0.5).unwrap().as_str(), "0.5");
    assert_eq!(Number::from_f64(f64::NAN), None);
    assert_eq!(Number::parse("1,5"), None);
    assert_eq!(Json::from(3.0).to_string(), "3");
}

#[test]
fn pointers_walk() {
    let json = strict(r#"{"a":[{"b/c":1,"m~n":2,"":3}]}"#).unwrap();
    for (pointer, wanted) in [("/a/0/b~1c", "1"), ("/a/0/m~0n", "2"), ("/a/0/", "3")] {
        assert_eq!(json.pointer(pointer).unwrap().to_string(), wanted);
    }
    assert_eq!(json.pointer(""), Some(&json));
    for missing in ["a", "/b", "/a/00", "/a/1", "/a/-", "/a/0/b~1c/x"] {
        assert_eq!(json.pointer(missing), None, "{missing}");
    }
}
