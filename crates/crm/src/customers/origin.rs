//! Where a structured value stood in its record: kept with the value, for the rule that a decision makes and for putting
//! back what was taken.

use structuring::json::{Mode, Object};
use structuring::{Json, Place, Source, ValueKind};

/// Longest value that is kept to be put back, in bytes of JSON.
const LONGEST_TAKEN: usize = 4096;

#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// RFC 6901, into the data of the request.
    pub pointer: String,
    /// Characters from–to where only a part of a text was used.
    pub span: Option<(usize, usize)>,
    /// Path and kind as rules have them; none where nothing could be found there.
    pub place: Option<(String, ValueKind)>,
    /// A mapping of the path would take this value, and nothing more.
    pub whole: bool,
    /// What stood there, if the value took it out of the rest.
    pub taken: Option<Json>,
}

impl Origin {
    pub fn new(source: &Source, place: Option<Place>) -> Origin {
        let (place, whole, taken) = match place {
            Some(Place { path, kind, whole, taken }) => (Some((path, kind)), whole, taken),
            None => (None, false, None),
        };
        let taken = taken.filter(|value| value.to_string().len() <= LONGEST_TAKEN);
        Origin { pointer: source.pointer.clone(), span: source.span, place, whole, taken }
    }

    /// The key it would have in the metadata.
    pub fn rest_key(&self) -> Option<String> {
        let (path, _) = self.place.as_ref()?;
        let key = path.split('/').filter(|segment| !segment.is_empty()).collect::<Vec<_>>().join("_");
        Some(if key.is_empty() { "value".to_owned() } else { key })
    }

    fn json(&self) -> Json {
        let mut object = Object::new();
        object.push("pointer", self.pointer.as_str());
        if let Some((from, to)) = self.span {
            object.push("span", Json::Array(vec![Json::from(from as i64), Json::from(to as i64)]));
        }
        if let Some((path, kind)) = &self.place {
            object.push("path", path.as_str());
            object.push("kind", kind.name());
        }
        object.push("whole", self.whole);
        if let Some(taken) = &self.taken {
            object.push("taken", taken.clone());
        }
        object.into()
    }

    /// The stored form of several.
    pub fn to_json(origins: &[Origin]) -> Json {
        Json::Array(origins.iter().map(Origin::json).collect())
    }

    pub fn parse(stored: &str) -> Vec<Origin> {
        Json::parse(stored.as_bytes(), Mode::Lenient).map_or_else(|_| Vec::new(), |json| Origin::from_json(&json))
    }

    /// None of what cannot be read: an older row says less.
    pub fn from_json(json: &Json) -> Vec<Origin> {
        json.as_array().unwrap_or_default().iter().filter_map(Origin::read).collect()
    }

    fn read(json: &Json) -> Option<Origin> {
        let text = |key: &str| json.get(key).and_then(Json::as_str);
        let place = text("path").zip(text("kind").and_then(ValueKind::from_name));
        Some(Origin {
            pointer: text("pointer")?.to_owned(),
            span: json.get("span").and_then(span),
            place: place.map(|(path, kind)| (path.to_owned(), kind)),
            whole: json.get("whole").and_then(Json::as_bool).unwrap_or(false),
            taken: json.get("taken").cloned(),
        })
    }
}

pub(crate) fn span(json: &Json) -> Option<(usize, usize)> {
    let [from, to] = json.as_array()? else { return None };
    Some((usize::try_from(from.as_i64()?).ok()?, usize::try_from(to.as_i64()?).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again() {
        let origins = vec![
            Origin {
                pointer: "/a~1b/0".into(),
                span: Some((3, 9)),
                place: Some(("a_b".into(), ValueKind::Text)),
                whole: false,
                taken: None,
            },
            Origin {
                pointer: "/n".into(),
                span: None,
                place: Some(("x/n".into(), ValueKind::Number)),
                whole: true,
                taken: Some(Json::parse(b"12345678901234567890.10", Mode::Lenient).unwrap()),
            },
        ];
        assert_eq!(Origin::parse(&Origin::to_json(&origins).to_string()), origins);
        assert_eq!(origins[1].rest_key().as_deref(), Some("x_n"));
        assert_eq!(Origin::parse("[{\"old\":1}]"), []);
    }
}
