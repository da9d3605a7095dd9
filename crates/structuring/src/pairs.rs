//! Names and values that stand beside each other: `[{"name": …, "value": …}]`, `{"question": …, "answer": …}`, the titles
//! of a form's own definition.

use crate::flatten::MAX_LEAVES;
use crate::known::KNOWN;
use crate::lists::said_by_turns;
use crate::{Json, json, keys, lexicon};
use rustc_hash::FxHashMap;

/// What a question is called for people.
pub(crate) const LABEL_KEYS: &[&str] = &[
    "label",
    "question",
    "title",
    "field_label",
    "question_text",
    "questionText",
    "column_name",
    "field_name",
    "pregunta",
    "pergunta",
    "etiqueta",
    "display_name",
    "fieldLabel",
    "Label",
    "Question",
];

pub(crate) const NAME_KEYS: &[&str] = &[
    "name",
    "key",
    "label",
    "question",
    "title",
    "field_name",
    "column_name",
    "field",
    "pregunta",
    "pergunta",
    "nombre",
    "nome",
    "campo",
    "fieldName",
    "fieldname",
    "columnName",
    "field_label",
    "question_text",
    "display_name",
    "property",
    "attribute",
    "k",
    "etiqueta",
    "Name",
    "Key",
    "Label",
    "Question",
    "Field",
    "questionText",
    "custom_field_name",
    "customFieldName",
    "parameter",
    "qid",
    "column_id",
    "ref",
    "code",
    "slug",
    "id",
    "questionTitle",
    "fieldLabel",
    "heading",
    "header",
    "concepto",
    "dato",
    "atributo",
    "variable",
    "param",
    "prompt",
    "column",
    "columna",
    "coluna",
    "pregunta_texto",
    "question_label",
    "questionLabel",
    "questionName",
    "question_name",
    "attribute_name",
    "attributeName",
    "property_name",
    "propertyName",
    "parameter_name",
    "field_title",
    "fieldTitle",
    "caption",
    "query",
    "q",
    "item",
    "encabezado",
    "titulo",
    "rotulo",
    "descriptor",
    "medio",
    "meio",
    "system",
];

const VALUE_KEYS: &[&str] = &[
    "value",
    "values",
    "answer",
    "answers",
    "string_value",
    "text",
    "respuesta",
    "resposta",
    "valor",
    "response",
    "fieldValue",
    "field_value",
    "stringValue",
    "answer_text",
    "answerText",
    "v",
    "Value",
    "Values",
    "Answer",
    "Response",
    "content",
    "userData",
    "selected",
    "response_text",
    "answerValue",
    "val",
    "data_value",
    "dato_valor",
    "answerDetails",
    "answer_details",
    "answer_value",
    "field_response",
    "reply",
    "entry",
    "a",
    "ans",
    "input",
    "userInput",
    "user_input",
    "user_answer",
    "userAnswer",
    "contenido",
    "conteudo",
    "result",
    "resultado",
    "choice",
    "chosen",
    "selection",
    "seleccion",
    "eleccion",
    "escolha",
    "selected_option",
    "raw",
    "raw_value",
    "rawValue",
    "text_value",
    "textValue",
    "attribute_value",
    "attributeValue",
    "property_value",
    "dato",
];

/// Members of a name/value pair that only number or type it.
pub(crate) const PLUMBING: &[&str] = &[
    "id",
    "column_id",
    "field_id",
    "type",
    "ref",
    "field_code",
    "enum_id",
    "enum_code",
    "questionId",
    "question_id",
    "code",
    "fieldId",
    "columnId",
    "index",
    "position",
    "order",
    "field_type",
    "display_key",
    "display_value",
    "required",
    "hidden",
    "_id",
    "uuid",
    "fieldType",
    "primary",
    "enum",
    "is_computed",
];

/// `{"value": x}` is x.
pub(crate) fn only_value(object: &json::Object) -> Option<&Json> {
    if object.len() == 1 { object.get("value") } else { None }
}

/// The answer's key, the question's key and the question of an object that holds both.
pub(crate) fn answered(object: &json::Object) -> Option<(&'static str, &'static str, &str)> {
    const ANSWERS: &[&str] = &["answer", "response", "respuesta", "resposta", "value"];
    const QUESTIONS: &[&str] = &["question", "label", "pregunta", "pergunta", "field_label", "text"];
    if object.len() > 12 {
        return None;
    }
    let answer = ANSWERS.iter().find(|key| object.contains_key(key))?;
    let (label, text) = QUESTIONS.iter().find_map(|key| Some((*key, object.get(key)?.as_str()?)))?;
    // {"value": 1200, "text": "…"} is an amount with a note.
    let plain = *answer == "value" && matches!(label, "text");
    (!plain && !text.trim().is_empty() && text.len() <= 300).then_some((*answer, label, text))
}

/// Questions of form definitions by their id: `[{"id": "abc", "title": "What is your name?"}]`.
pub(crate) fn collect_titles<'a>(data: &'a Json, titles: &mut FxHashMap<&'a str, &'a str>, depth: usize) {
    if depth > 6 || titles.len() > MAX_LEAVES {
        return;
    }
    match data {
        Json::Object(object) => {
            for (key, value) in object {
                // {"labels": {"3": "Phone"}}
                let map = matches!(
                    key.as_str(),
                    "labels" | "field_labels" | "titles" | "questions" | "fieldLabels" | "headers"
                );
                for (id, title) in value.as_object().filter(|_| map).into_iter().flatten() {
                    if let Some(title) = title.as_str().filter(|title| !title.trim().is_empty() && title.len() <= 300) {
                        titles.entry(id).or_insert(title);
                    }
                }
                collect_titles(value, titles, depth + 1);
            }
        }
        Json::Array(items) => {
            for item in items.iter().take(MAX_LEAVES) {
                let Some(object) = item.as_object() else { continue };
                let valued = ["value", "values", "answer"].iter().any(|key| object.contains_key(key));
                let title = LABEL_KEYS.iter().find_map(|key| object.get(key)?.as_str());
                if let (false, Some(title)) = (valued, title) {
                    for id in ["id", "ref", "key", "qid", "name"].iter().filter_map(|key| object.get(key)?.as_str()) {
                        titles.entry(id).or_insert(title);
                    }
                }
                collect_titles(item, titles, depth + 1);
            }
        }
        _ => {}
    }
}

pub(crate) struct Pair {
    pub name: String,
    pub name_key: String,
    pub value_key: String,
}

/// The pairs of an array whose every item names itself and holds a value.
pub(crate) fn pairs(items: &[Json]) -> Option<Vec<Pair>> {
    let mut any_value = false;
    // [{"label": "mobile", "value": …}] alone is an object with a note of its kind.
    if let [only] = items
        && let Some(kind) = only.get("label").or_else(|| only.get("type")).and_then(Json::as_str)
        && only.get("name").is_none()
        && matches!(
            kind.to_ascii_lowercase().as_str(),
            "mobile" | "work" | "home" | "other" | "main" | "personal" | "primary"
        )
    {
        return None;
    }
    let pairs: Option<Vec<Pair>> = items
        .iter()
        .map(|item| {
            let object = item.as_object()?;
            if object.len() > 12 {
                return None;
            }
            // {"medio": "Celular", "dato": "…"}: what reaches whom, and by which way.
            let ways = ["medio", "meio"].iter().filter(|_| object.contains_key("dato"));
            let (name_key, name) = ways.chain(NAME_KEYS).find_map(|key| Some((*key, name_text(object.get(key)?)?)))?;
            let typed = object.get("type").and_then(Json::as_str);
            let value_key = VALUE_KEYS
                .iter()
                .copied()
                .find(|key| *key != name_key && object.contains_key(key))
                .or_else(|| typed.filter(|key| *key != name_key && object.contains_key(key)))?;
            any_value = any_value || object.get(value_key).is_some_and(|value| !value.is_null());
            // {"system": "phone", "use": "mobile"}: both say which it is.
            let purpose = object.get("use").and_then(Json::as_str).filter(|_| name_key == "system");
            let name = purpose.map_or_else(|| name.to_owned(), |purpose| format!("{name} {purpose}"));
            Some(Pair { name, name_key: name_key.to_owned(), value_key: value_key.to_owned() })
        })
        .collect();
    pairs.filter(|_| any_value).or_else(|| labelled_column(items))
}

/// Two columns of whatever name, of which one holds what forms ask: `[{"rotulo": "Nome", "dado": "Ana"}, …]`.
fn labelled_column(items: &[Json]) -> Option<Vec<Pair>> {
    let columns = |item: &Json| -> Option<(String, String)> {
        let mut telling = item.as_object()?.iter().map(|(key, _)| key).filter(|key| !PLUMBING.contains(key));
        let both = (telling.next()?.to_owned(), telling.next()?.to_owned());
        telling.next().is_none().then_some(both)
    };
    let (first, second) = columns(items.first().filter(|_| items.len() > 1)?)?;
    // Who says what is a conversation.
    let repeats = |column: &str| {
        let mut said: Vec<&str> = items.iter().filter_map(|item| item.get(column)?.as_str()).collect();
        let all = said.len();
        said.sort_unstable();
        said.dedup();
        said.len() * 2 <= all
    };
    if said_by_turns(items) || items.len() > 3 && (repeats(&first) || repeats(&second)) {
        return None;
    }
    if !items.iter().all(|item| columns(item).is_some_and(|other| other.0 == first && other.1 == second)) {
        return None;
    }
    let reach = KNOWN.phone.or(&KNOWN.email).or(&KNOWN.name).or(&KNOWN.first);
    let labels = |column: &str| {
        let (mut known, mut person) = (0, false);
        let mut seen: Vec<&str> = Vec::new();
        for item in items.iter().take(60) {
            let label = item.get(column).and_then(Json::as_str)?;
            if label.len() > 80 || seen.contains(&label) {
                return None;
            }
            seen.push(label);
            let hits = lexicon::find(&keys::words(label));
            let about = hits.iter().flat_map(|hit| hit.concepts);
            known += usize::from(!hits.is_empty());
            person |= about.clone().any(|concept| reach.has(*concept));
        }
        (person && known * 5 >= seen.len() * 3).then_some(known)
    };
    let (name, value) = match (labels(&first), labels(&second)) {
        (Some(_), None) => (first, second),
        (None, Some(_)) => (second, first),
        _ => return None,
    };
    let pair = |item: &Json| {
        let name_text = item.get(&name)?.as_str()?.to_owned();
        Some(Pair { name: name_text, name_key: name.clone(), value_key: value.clone() })
    };
    items.iter().map(pair).collect()
}

/// Questions and answers in the lists that members of a list hold: pages, sections, steps of a survey. Each with its
/// pointer below the list.
pub(crate) fn answers_within(items: &[Json]) -> Vec<(String, &Json, String)> {
    let mut found = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let Some(object) = item.as_object().filter(|object| object.len() <= 12) else { return Vec::new() };
        let mut holds = false;
        for (key, value) in object {
            let Some((list, pairs)) = value.as_array().and_then(|list| Some((list, pairs(list)?))) else { continue };
            // Names of things bought and their attributes are pairs too; questions have answers of their own.
            if !pairs.iter().all(|pair| pair.value_key.starts_with(['a', 'r']) || pair.value_key.starts_with("val")) {
                continue;
            }
            holds = true;
            for (place, pair) in pairs.into_iter().enumerate() {
                let mut pointer = format!("/{at}");
                json::escape_pointer(&mut pointer, key);
                pointer.push_str(&format!("/{place}"));
                json::escape_pointer(&mut pointer, &pair.value_key);
                let mut value = list[place].as_object().and_then(|object| object.get(&pair.value_key));
                loop {
                    match value {
                        Some(Json::Array(list)) if list.len() == 1 => {
                            pointer.push_str("/0");
                            value = list.first();
                        }
                        Some(Json::Object(inner)) if inner.len() == 1 => {
                            let only = inner.iter().next();
                            if let Some((key, _)) = only {
                                json::escape_pointer(&mut pointer, key);
                            }
                            value = only.map(|(_, value)| value);
                        }
                        _ => break,
                    }
                }
                if let Some(value @ (Json::String(_) | Json::Number(_) | Json::Bool(_))) = value {
                    found.push((pair.name, value, pointer));
                }
            }
        }
        if !holds {
            return Vec::new();
        }
    }
    found
}

/// The name itself, or the telling member of an object that stands for it.
fn name_text(value: &Json) -> Option<&str> {
    match value {
        Json::String(text) if !text.trim().is_empty() && text.len() <= 300 => Some(text),
        Json::Object(object) => ["title", "label", "name", "question", "ref", "key"]
            .iter()
            .find_map(|key| object.get(key)?.as_str())
            .filter(|text| !text.trim().is_empty()),
        _ => None,
    }
}
