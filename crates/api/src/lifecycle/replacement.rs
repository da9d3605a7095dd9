//! The request that does at the successor what the old one asked for.

use std::fmt::Display;

use structuring::Json;
use structuring::json::Object;

use crate::route::Method;

/// One request, ready to run; also what the old operation is carried out as.
#[derive(Debug, Clone, PartialEq)]
pub struct Replacement {
    pub(crate) method: Method,
    /// As it stands in the route table.
    pub(crate) path: &'static str,
    pub(crate) params: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Option<Object>,
}

impl Replacement {
    pub(crate) fn new(method: Method, path: &'static str) -> Self {
        Replacement { method, path, params: Vec::new(), query: Vec::new(), body: None }
    }

    /// What stands for `{name}` in the path.
    pub fn param(mut self, name: &str, value: impl Into<String>) -> Self {
        self.params.push((name.to_owned(), value.into()));
        self
    }

    pub fn query(mut self, name: &str, value: impl Display) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    pub fn query_if(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    pub fn body(mut self, body: Object) -> Self {
        self.body = Some(body);
        self
    }

    /// Path and query.
    pub fn target(&self) -> String {
        let mut target = fill(self.path, &self.params);
        if !self.query.is_empty() {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(&self.query);
            target.push('?');
            target.push_str(&query.finish());
        }
        target
    }

    /// `{method, path, body}`; the body is null where there is none. Numbers are as they were written.
    pub fn json(&self) -> Json {
        let mut json = Object::new();
        json.push("method", self.method.name());
        json.push("path", self.target());
        json.push("body", self.body.clone().map_or(Json::Null, Json::Object));
        Json::Object(json)
    }
}

/// A path of the route table with its parameters filled in. One that is not known stays as `%7Bname%7D`: braces may not
/// stand in a URI.
pub(crate) fn fill(path: &str, params: &[(String, String)]) -> String {
    let mut filled = String::with_capacity(path.len());
    for (at, segment) in path.split('/').enumerate() {
        if at > 0 {
            filled.push('/');
        }
        let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let value = name.and_then(|name| params.iter().find(|(known, _)| known == name));
        encode(value.map_or(segment, |(_, value)| value), &mut filled);
    }
    filled
}

/// Percent-encodes everything but the unreserved characters of RFC 3986 §2.3.
fn encode(segment: &str, into: &mut String) {
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            into.push(char::from(byte));
        } else {
            into.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_filled_and_nothing_in_them_escapes() {
        let replacement = Replacement::new(Method::Get, "/api/x/{id}/y/{other}")
            .param("id", "a b/../ñ?")
            .query("q", "1&2")
            .query_if("none", None::<i64>);
        assert_eq!(replacement.target(), "/api/x/a%20b%2F..%2F%C3%B1%3F/y/%7Bother%7D?q=1%262");
        assert_eq!(
            replacement.json().to_string(),
            r#"{"method":"GET","path":"/api/x/a%20b%2F..%2F%C3%B1%3F/y/%7Bother%7D?q=1%262","body":null}"#
        );
    }
}
