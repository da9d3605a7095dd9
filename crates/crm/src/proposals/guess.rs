//! What the values of a key look like.

use structuring::json::Object;
use structuring::{FieldType, Json, ValueKind, learnt_key};

/// Most options that are still a choice.
const MOST_OPTIONS: usize = 8;
/// Longest option, in characters.
const LONGEST_OPTION: usize = 40;

/// The type of a field for these values, and the options of a select; none where they fit no field: objects and lists.
/// Nine of ten must be of the type; an option is one that at least two people have.
pub(super) fn guess(values: &[Json], country: &str) -> Option<(FieldType, Vec<String>)> {
    let kinds: Vec<ValueKind> = values.iter().filter_map(|value| kind(value, country)).collect();
    let most = |wanted: ValueKind| {
        kinds.iter().filter(|kind| **kind == wanted).count() * 10 >= values.len() * 9 && !values.is_empty()
    };
    if kinds.iter().filter(|kind| **kind == ValueKind::Object).count() * 10 > values.len() {
        return None;
    }
    let typed = [
        (ValueKind::Email, FieldType::Email),
        (ValueKind::Url, FieldType::Url),
        (ValueKind::Date, FieldType::Date),
        (ValueKind::Phone, FieldType::Phone),
        (ValueKind::Boolean, FieldType::Boolean),
        (ValueKind::Number, FieldType::Number),
    ];
    let Some((_, field_type)) = typed.into_iter().find(|(kind, _)| most(*kind)) else {
        return Some(choice(values).map_or((FieldType::Text, Vec::new()), |options| (FieldType::Select, options)));
    };
    let signs = |value: &Json| value.as_str().is_some_and(|text| text.contains(['$', '€', '£']));
    let money =
        field_type == FieldType::Number && values.iter().filter(|value| signs(value)).count() * 2 > values.len();
    // `0123` and `F-12` are codes: as numbers they would lose their zero, or their letter.
    let coded = |value: &Json| {
        value
            .as_str()
            .is_some_and(|text| text.len() > 1 && (text.starts_with('0') || text.starts_with(char::is_alphabetic)))
    };
    Some(match field_type {
        FieldType::Number if money => (FieldType::Currency, Vec::new()),
        FieldType::Number if values.iter().any(coded) => (FieldType::Text, Vec::new()),
        other => (other, Vec::new()),
    })
}

fn kind(value: &Json, country: &str) -> Option<ValueKind> {
    if matches!(value, Json::Array(_) | Json::Object(_)) {
        return Some(ValueKind::Object);
    }
    let data: Object = [("x".to_owned(), value.clone())].into_iter().collect();
    learnt_key(&data.into(), "/x", Some(country)).map(|(_, kind)| kind)
}

/// The few words that the values are, as each was spelt first.
fn choice(values: &[Json]) -> Option<Vec<String>> {
    let mut options: Vec<(String, String, usize)> = Vec::new();
    for value in values {
        let text = value.as_str()?.trim();
        let folded = structuring::fold(text);
        if folded.is_empty() || text.chars().count() > LONGEST_OPTION {
            return None;
        }
        let few = options.len() < MOST_OPTIONS;
        match options.iter_mut().find(|(known, ..)| *known == folded) {
            Some((.., count)) => *count += 1,
            None if few => options.push((folded, text.to_owned(), 1)),
            None => return None,
        }
    }
    let sound = options.len() > 1 && options.iter().all(|(.., count)| *count > 1);
    sound.then(|| options.into_iter().map(|(_, text, _)| text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Option<(FieldType, Vec<String>)> {
        let values: Vec<Json> = values
            .iter()
            .map(|text| Json::parse(text.as_bytes(), structuring::json::Mode::Lenient).unwrap_or(Json::from(*text)))
            .collect();
        guess(&values, "CL")
    }

    #[test]
    fn types_are_read_off_values() {
        let plain = |field_type| Some((field_type, Vec::new()));
        assert_eq!(of(&["31/12/1990", "1985-03-14", "1 de mayo de 2001"]), plain(FieldType::Date));
        assert_eq!(of(&["3", "14", "1.250"]), plain(FieldType::Number));
        assert_eq!(of(&["$ 10.000", "$ 2.500", "$ 990"]), plain(FieldType::Currency));
        assert_eq!(of(&["0123", "0456", "7890"]), plain(FieldType::Text));
        assert_eq!(of(&["F-12", "F-13", "F-7"]), plain(FieldType::Text));
        assert_eq!(of(&["12 kg", "3,5 kg"]), plain(FieldType::Number));
        assert_eq!(of(&["sí", "no", "no"]), plain(FieldType::Boolean));
        assert_eq!(of(&["ana@example.com", "eva@example.com"]), plain(FieldType::Email));
        assert_eq!(of(&["https://example.com/a", "https://example.org"]), plain(FieldType::Url));
        assert_eq!(of(&["+56 9 5550 1234", "+56955501235"]), plain(FieldType::Phone));
        assert_eq!(of(&["[1]", "{\"a\":1}"]), None);
        let select = (FieldType::Select, vec!["Rojo".to_owned(), "Azul".to_owned()]);
        assert_eq!(of(&["Rojo", "Azul", "rojo", "AZUL", "Rojo"]), Some(select));
        // A word that one person alone has is nobody's option.
        assert_eq!(of(&["Rojo", "Azul", "rojo", "Ana Soto"]), plain(FieldType::Text));
        assert_eq!(of(&["siempre", "siempre"]), plain(FieldType::Text), "one word is no choice");
    }
}
