//! Every shape becomes leaves: objects, name/value arrays, JSON inside strings, vCards, `Key: value` lines.

use crate::json::escape_pointer;
use crate::known::KNOWN;
use crate::pairs::{LABEL_KEYS, NAME_KEYS, PLUMBING, Pair, answered, collect_titles, only_value, pairs};
use crate::{Json, Warning, json};
use crate::{keys, lexicon, shapes};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cell::OnceCell;

/// Bytes of keys and texts that are read, levels, leaves, bytes scanned of one text.
pub const MAX_BYTES: usize = 64 * 1024;
pub const MAX_DEPTH: usize = 16;
pub const MAX_LEAVES: usize = 512;
pub const MAX_TEXT: usize = 8 * 1024;

/// One value with the way to it.
#[derive(Clone, Debug)]
pub(crate) struct Leaf<'a> {
    pub path: Vec<Cow<'a, str>>,
    /// What the segment at a place of the path is called for people, where the path has only a number for it.
    pub alias: Option<(usize, Cow<'a, str>)>,
    pub pointer: String,
    pub value: Cow<'a, Json>,
    /// Made from a part of another leaf's text: that leaf and the characters from–to.
    pub part: Option<Part>,
    /// Beyond a limit: kept, not read.
    pub unread: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub owner: usize,
    /// Characters from–to in the owner's text; nothing for members of a list.
    pub span: Option<(usize, usize)>,
    /// All parts together are the whole value: when all are used, the value is.
    pub divides: bool,
    /// The text may say more beside it.
    pub loose: bool,
}

impl Leaf<'_> {
    /// The path as it is read: with what people call its parts.
    pub fn read_path(&self) -> Vec<&str> {
        let mut path: Vec<&str> = self.path.iter().map(AsRef::as_ref).collect();
        if let Some((at, alias)) = &self.alias
            && let Some(segment) = path.get_mut(*at)
        {
            *segment = alias.as_ref();
        }
        path
    }

    /// The path as it is read, its segments joined by U+0001.
    pub fn name_path(&self, name: &mut String) {
        name.clear();
        for (at, segment) in self.path.iter().enumerate() {
            if at > 0 {
                name.push('\u{1}');
            }
            let alias = self.alias.as_ref().filter(|(place, _)| *place == at);
            name.push_str(alias.map_or(segment, |(_, alias)| alias));
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self.value.as_ref() {
            Json::String(text) => Some(text),
            Json::Number(number) => Some(number.as_str()),
            _ => None,
        }
    }
}

pub(crate) struct Flat<'a> {
    pub leaves: Vec<Leaf<'a>>,
    pub warnings: Vec<Warning>,
    /// Units of work done, for the test of linearity.
    pub steps: usize,
}

pub(crate) fn flatten(data: &Json) -> Flat<'_> {
    let mut walk = Walk {
        flat: Flat { leaves: Vec::with_capacity(12), warnings: Vec::new(), steps: 0 },
        bytes: 0,
        path: Vec::new(),
        alias: None,
        root: data,
        titles: OnceCell::new(),
        pointer: String::with_capacity(64),
    };
    walk.value(Cow::Borrowed(data), 0);
    let Walk { mut flat, .. } = walk;
    for at in 0..flat.leaves.len() {
        if flat.leaves.len() < MAX_LEAVES && !flat.leaves[at].unread {
            let parts = shapes::parts(&flat.leaves[at], at, &mut flat.steps);
            flat.leaves.extend(parts.into_iter().take(MAX_LEAVES));
        }
    }
    flat
}

struct Walk<'a> {
    flat: Flat<'a>,
    bytes: usize,
    path: Vec<Cow<'a, str>>,
    alias: Option<(usize, Cow<'a, str>)>,
    root: &'a Json,
    titles: OnceCell<FxHashMap<&'a str, &'a str>>,
    pointer: String,
}

impl<'a> Walk<'a> {
    fn value(&mut self, value: Cow<'a, Json>, depth: usize) {
        self.flat.steps += 1;
        let nested = matches!(value.as_ref(), Json::Object(_) | Json::Array(_));
        if self.flat.leaves.len() >= MAX_LEAVES || self.bytes > MAX_BYTES || (depth > MAX_DEPTH && nested) {
            let limit = if depth > MAX_DEPTH && nested { "depth" } else { "size" };
            return self.unread(value, limit);
        }
        match value {
            Cow::Borrowed(Json::Object(object)) => {
                if let Some(only) = only_value(object) {
                    return self.deeper("value", Cow::Borrowed(only), depth, false);
                }
                if let Some(day) = day_in_parts(object) {
                    return self.scalar(Cow::Owned(Json::from(day)), depth);
                }
                if let Some((answer, label, text)) = answered(object) {
                    return self.answered(object, answer, label, text, depth);
                }
                if let Some((row, headers, cells)) = one_row(object) {
                    return self.row(object, row, headers, cells, depth);
                }
                let role = self.role_said(object);
                let outer = self.alias.clone();
                if let Some(role) = role {
                    self.alias = Some((self.path.len() - 1, role));
                }
                for (key, member) in object {
                    // {"entry": {"3": "…"}, "labels": {"3": "Phone"}}: the number has a name elsewhere.
                    let title =
                        if key.bytes().next().is_some_and(|b| b.is_ascii_digit()) { self.title_of(key) } else { None };
                    let title = title.filter(|title| member.as_str() != Some(title));
                    let before = self.alias.clone();
                    if let Some(title) = title {
                        self.alias = Some((self.path.len(), Cow::Borrowed(title)));
                    }
                    self.deeper(key, Cow::Borrowed(member), depth, true);
                    self.alias = before;
                }
                self.alias = outer;
            }
            Cow::Owned(Json::Object(object)) => {
                if let Some(only) = only_value(&object) {
                    return self.deeper("value", Cow::Owned(only.clone()), depth, false);
                }
                for (key, member) in object {
                    self.deeper(key, Cow::Owned(member), depth, true);
                }
            }
            Cow::Borrowed(Json::Array(items)) => self.array(Items::Borrowed(items), depth),
            Cow::Owned(Json::Array(items)) => self.array(Items::Owned(items), depth),
            Cow::Borrowed(Json::Null) | Cow::Owned(Json::Null) => {}
            scalar => self.scalar(scalar, depth),
        }
    }

    /// `{"nk1": {"rel": "spouse", "phone": …}}`: what an object says of whose it is, is as good as its key.
    fn role_said(&self, object: &'a json::Object) -> Option<Cow<'a, str>> {
        const SAYS: &[&str] = &[
            "relationship",
            "relation",
            "relacion",
            "relacao",
            "parentesco",
            "vinculo",
            "rel",
            "rol",
            "role",
            "papel",
        ];
        if object.len() > 12 {
            return None;
        }
        let text = SAYS.iter().find_map(|key| object.get(key)?.as_str()).filter(|text| text.len() <= 40)?;
        let (last, words) = (self.path.last()?, keys::words(text));
        let theirs = |words: &[String]| {
            let hits = lexicon::find(words);
            hits.iter().any(|hit| hit.concepts.iter().any(|concept| KNOWN.others.has(*concept)))
        };
        let own = KNOWN.manager.or(&KNOWN.subject);
        let named =
            lexicon::find(&keys::words(last)).iter().any(|hit| hit.concepts.iter().any(|concept| own.has(*concept)));
        (words.len() <= 5 && theirs(&words) && !named && !theirs(&keys::words(last)))
            .then(|| Cow::Owned(format!("{last} {text}")))
    }

    /// `{"text": "Full name", "answer": "Ana"}`: the question is what the answer's key says, and no value.
    fn answered(&mut self, object: &'a json::Object, answer: &str, label: &str, text: &'a str, depth: usize) {
        for (key, member) in object {
            let before = self.alias.clone();
            if key == answer {
                self.alias = Some((self.path.len(), Cow::Borrowed(text)));
            }
            let from = self.flat.leaves.len();
            self.deeper(key, Cow::Borrowed(member), depth, true);
            if key == label
                && let Some(leaf) = self.flat.leaves.get_mut(from)
            {
                leaf.unread = true;
            }
            self.alias = before;
        }
    }

    /// `{"columns": ["Name", "Phone"], "row": ["Ana", "…"]}`: each cell under its column.
    fn row(&mut self, object: &'a json::Object, row: &str, headers: &'a [Json], cells: &'a [Json], depth: usize) {
        for (key, member) in object {
            if key != row {
                if member.as_array().is_none_or(|list| !std::ptr::eq(list, headers)) {
                    self.deeper(key, Cow::Borrowed(member), depth, true);
                }
                continue;
            }
            let length = self.pointer.len();
            escape_pointer(&mut self.pointer, key);
            if member.as_array().is_some_and(|list| !std::ptr::eq(list, cells)) {
                escape_pointer(&mut self.pointer, "0");
            }
            for (at, (header, cell)) in headers.iter().zip(cells).enumerate() {
                let place = self.pointer.len();
                escape_pointer(&mut self.pointer, &at.to_string());
                self.path.push(Cow::Borrowed(header.as_str().unwrap_or("")));
                self.value(Cow::Borrowed(cell), depth + 2);
                self.path.pop();
                self.pointer.truncate(place);
            }
            self.pointer.truncate(length);
        }
    }

    /// What a form's definition in the same data calls the question with this id.
    fn title_of(&self, id: &str) -> Option<&'a str> {
        self.titles
            .get_or_init(|| {
                let mut titles = FxHashMap::default();
                collect_titles(self.root, &mut titles, 0);
                titles
            })
            .get(id)
            .copied()
    }

    fn scalar(&mut self, value: Cow<'a, Json>, depth: usize) {
        if let Json::String(text) = value.as_ref() {
            let trimmed = text.trim();
            if trimmed.is_empty() {
                return;
            }
            if text.len() > MAX_TEXT {
                self.warn("size", "a text is longer than what is scanned of it");
            }
            if trimmed.starts_with('{')
                && trimmed.ends_with('}')
                && text.len() <= MAX_BYTES
                && let Ok(inner @ Json::Object(_)) =
                    Json::parse_with_depth(trimmed.as_bytes(), json::Mode::Lenient, MAX_DEPTH)
            {
                return self.value(Cow::Owned(inner), depth + 1);
            }
            self.bytes += text.len().min(MAX_TEXT);
        } else {
            self.bytes += 8;
        }
        self.push(value, false);
    }

    fn deeper(&mut self, key: impl Into<Cow<'a, str>>, value: Cow<'a, Json>, depth: usize, named: bool) {
        let key = key.into();
        let length = self.pointer.len();
        escape_pointer(&mut self.pointer, &key);
        self.bytes += key.len().min(MAX_TEXT);
        if named {
            self.path.push(key);
        }
        self.value(value, depth + 1);
        if named {
            self.path.pop();
        }
        self.pointer.truncate(length);
    }

    fn array(&mut self, items: Items<'a>, depth: usize) {
        let slice = items.slice();
        if slice.is_empty() {
            return;
        }
        if slice.len() <= MAX_LEAVES
            && let Some(pairs) = pairs(slice)
        {
            return self.pairs(items, &pairs, depth);
        }
        if slice.len() == 1 {
            return match items {
                Items::Borrowed(items) => self.deeper("0", Cow::Borrowed(&items[0]), depth, false),
                Items::Owned(mut items) => {
                    if let Some(item) = items.pop() {
                        self.deeper("0", Cow::Owned(item), depth, false);
                    }
                }
            };
        }
        self.bytes += slice.iter().map(|item| item.as_str().map_or(8, str::len)).sum::<usize>().min(MAX_TEXT);
        let whole = match items {
            Items::Borrowed(_) if depth == 0 => return,
            Items::Borrowed(items) => Cow::Owned(Json::Array(items.to_vec())),
            Items::Owned(items) => Cow::Owned(Json::Array(items)),
        };
        self.push(whole, false);
    }

    /// Reads name/value pairs as a map.
    fn pairs(&mut self, items: Items<'a>, pairs: &[Pair], depth: usize) {
        let slice = items.slice();
        for (at, pair) in pairs.iter().enumerate() {
            let Some(object) = slice[at].as_object() else { continue };
            let length = self.pointer.len();
            escape_pointer(&mut self.pointer, &at.to_string());
            self.path.push(Cow::Owned(pair.name.clone()));
            let alias_before = self.alias.clone();
            if let Some(alias) = self.alias_of(object, pair) {
                self.alias = Some((self.path.len() - 1, Cow::Owned(alias)));
            }
            self.bytes += pair.name.len().min(MAX_TEXT);
            let mut plain = object.get(&pair.value_key);
            let value_length = self.pointer.len();
            escape_pointer(&mut self.pointer, &pair.value_key);
            while let Some(Json::Array(list)) = plain
                && let [only] = list.as_slice()
            {
                escape_pointer(&mut self.pointer, "0");
                plain = Some(only);
            }
            // {"answerDetails": {"textQuestionAnswer": {"answer": "Percy"}}}
            while let Some(Json::Object(inner)) = plain
                && pair.value_key.starts_with("answer")
                && inner.len() == 1
                && let Some((key, only)) = inner.iter().next()
            {
                escape_pointer(&mut self.pointer, key);
                plain = Some(only);
            }
            if let Some(Json::Object(inner)) = plain
                && inner.contains_key("value")
                && inner.keys().all(|key| key == "value" || PLUMBING.contains(&key))
            {
                escape_pointer(&mut self.pointer, "value");
                plain = inner.get("value");
            }
            if let Some(value) = plain {
                self.value(Cow::Owned(value.clone()), depth + 2);
            }
            self.pointer.truncate(value_length);
            for (key, value) in object {
                let named = [NAME_KEYS, LABEL_KEYS].iter().any(|names| names.contains(&key.as_str()));
                let spoken = named && pair.name_key != "label" && key != "name" && value.as_str().is_some();
                if *key != pair.name_key && *key != pair.value_key && !spoken && !PLUMBING.contains(&key.as_str()) {
                    self.deeper(key.clone(), Cow::Owned(value.clone()), depth + 1, true);
                }
            }
            self.path.pop();
            self.alias = alias_before;
            self.pointer.truncate(length);
        }
    }

    /// What people call a pair whose name is a number or an id.
    fn alias_of(&self, object: &json::Object, pair: &Pair) -> Option<String> {
        let words = keys::words(&pair.name);
        if !words.iter().all(|word| lexicon::is_noise(word)) && !lexicon::find(&words).is_empty() {
            return None;
        }
        let own = LABEL_KEYS
            .iter()
            .filter(|key| **key != pair.name_key && **key != pair.value_key)
            .find_map(|key| object.get(key)?.as_str().filter(|text| !text.trim().is_empty() && text.len() <= 300));
        let by_id = || {
            let field = object.get(&pair.name_key).and_then(Json::as_object);
            let id = field.and_then(|field| field.get("id")).or_else(|| object.get("id")).and_then(Json::as_str);
            id.into_iter().chain([pair.name.as_str()]).find_map(|id| self.title_of(id))
        };
        own.or_else(by_id).map(str::to_owned)
    }

    fn push(&mut self, value: Cow<'a, Json>, unread: bool) {
        self.flat.leaves.push(Leaf {
            path: self.path.clone(),
            alias: self.alias.clone(),
            pointer: self.pointer.clone(),
            value,
            part: None,
            unread,
        });
    }

    fn unread(&mut self, value: Cow<'a, Json>, limit: &str) {
        if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) {
            return;
        }
        let message = if limit == "depth" { "nested deeper than what is read" } else { "more data than what is read" };
        self.warn(limit, message);
        self.push(value, true);
    }

    fn warn(&mut self, _limit: &str, message: &str) {
        if !self.flat.warnings.iter().any(|warning| warning.message.starts_with(message)) {
            self.flat.warnings.push(Warning {
                code: "structuring_limit",
                pointer: self.pointer.clone(),
                message: format!("{message}; it is kept whole"),
            });
        }
    }
}

/// The key of the one row of a table, its headers and its cells.
fn one_row(object: &json::Object) -> Option<(&str, &[Json], &[Json])> {
    const HEADERS: &[&str] =
        &["columns", "headers", "header", "cols", "columnas", "colunas", "encabezados", "cabecalho"];
    const ROWS: &[&str] = &["row", "rows", "values", "fila", "filas", "linha", "linhas", "cells", "data", "record"];
    let headers = HEADERS.iter().find_map(|key| object.get(key)?.as_array())?;
    let named = |header: &Json| header.as_str().is_some_and(|text| !text.trim().is_empty() && text.len() <= 120);
    if headers.len() < 2 || headers.len() > MAX_LEAVES || !headers.iter().all(named) {
        return None;
    }
    ROWS.iter().find_map(|key| {
        let mut cells = object.get(key)?.as_array()?;
        if let [Json::Array(only)] = cells {
            cells = only;
        }
        let plain = cells.iter().all(|cell| !matches!(cell, Json::Array(_) | Json::Object(_)));
        (plain && cells.len() == headers.len()).then_some((*key, headers, cells))
    })
}

enum Items<'a> {
    Borrowed(&'a [Json]),
    Owned(Vec<Json>),
}

impl Items<'_> {
    fn slice(&self) -> &[Json] {
        match self {
            Items::Borrowed(items) => items,
            Items::Owned(items) => items,
        }
    }
}

/// `{"day": "17", "month": "10", "year": "2026"}`: forms that ask for a date in three boxes.
fn day_in_parts(object: &json::Object) -> Option<String> {
    if object.len() != 3 {
        return None;
    }
    let part = |names: &[&str]| -> Option<u32> {
        let value = names.iter().find_map(|name| object.get(name))?;
        value
            .as_str()
            .map_or_else(|| value.as_i64().and_then(|n| u32::try_from(n).ok()), |text| text.trim().parse().ok())
    };
    let day = part(&["day", "dia", "Day", "d"]).filter(|day| (1..=31).contains(day))?;
    let month = part(&["month", "mes", "Month", "m"]).filter(|month| (1..=12).contains(month))?;
    let year = part(&["year", "ano", "anio", "año", "Year", "y"]).filter(|year| (1900..=2100).contains(year))?;
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(text: &str) -> Vec<String> {
        let data = Json::parse(text.as_bytes(), json::Mode::Strict).unwrap();
        flatten(&data)
            .leaves
            .iter()
            .filter(|leaf| leaf.part.is_none())
            .map(|leaf| format!("{}={}@{}", leaf.path.join("/"), leaf.value, leaf.pointer))
            .collect()
    }

    #[test]
    fn shapes_become_leaves() {
        assert_eq!(leaves(r#"{"a":{"b":1,"c":null,"d":""}}"#), ["a/b=1@/a/b"]);
        assert_eq!(
            leaves(r#"{"f":[{"name":"x","values":["1"]},{"name":"y","values":["2"]}]}"#),
            ["f/x=\"1\"@/f/0/values/0", "f/y=\"2\"@/f/1/values/0"]
        );
        assert_eq!(
            leaves(r#"{"columns":["Guardian","Yrs"],"rows":[["Dale",10]],"n":1}"#),
            ["Guardian=\"Dale\"@/rows/0/0", "Yrs=10@/rows/0/1", "n=1@/n"]
        );
        assert_eq!(leaves(r#"{"p":{"first":{"value":"Ana"}}}"#), ["p/first=\"Ana\"@/p/first/value"]);
        assert_eq!(leaves(r#"{"d":"{\"n\":\"Ana\"}"}"#), ["d/n=\"Ana\"@/d/n"]);
        assert_eq!(
            leaves(r#"{"t":["a","b"],"o":[{"x":1}],"m":[{"x":1},{"x":2}]}"#),
            ["t=[\"a\",\"b\"]@/t", "o/x=1@/o/0/x", "m=[{\"x\":1},{\"x\":2}]@/m"]
        );
        assert_eq!(
            leaves(r#"{"c":[{"field_id":1,"field_name":"Tel","values":[{"value":"5","enum_code":"WORK"}]}]}"#),
            ["c/Tel=\"5\"@/c/0/values/0/value"]
        );
        assert_eq!(
            leaves(
                r#"{"answers":[{"field":{"id":"a","ref":"name"},"type":"text","text":"Jo"},{"field":{"ref":"mail"},"type":"email","email":"j@x.example"}]}"#
            ),
            ["answers/name=\"Jo\"@/answers/0/text", "answers/mail=\"j@x.example\"@/answers/1/email"]
        );
    }
}
