//! The variables of a template, filled from a record that nobody made for it. A variable takes what is under its own name, or
//! under the word it follows in the text; else what structuring is sure of. What is not found stays open, and [`fill`](super::fill)
//! says which that is.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use structuring::json::{Object, escape_pointer};
use structuring::{
    Definitions, Explicit, FieldType, Flag, Json, Learnt, Method, Placement, Request, Target, snake_key, structure,
};

use super::definition::{ButtonKind, Definition, Header, Text};
use super::{HeaderValue, Values, Variables};

/// At and above, what structuring found is put into a text that goes to somebody.
const SURE: f32 = 0.85;

/// Words after which a text names the person that it goes to.
const GREETINGS: [&str; 16] = [
    "hola",
    "ola",
    "oi",
    "hi",
    "hello",
    "hey",
    "dear",
    "estimado",
    "estimada",
    "querido",
    "querida",
    "caro",
    "cara",
    "prezado",
    "prezada",
    "bienvenido",
];

/// A variable, and where its value was.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// As the template has it; `buttons.0` of a button's address.
    pub name: String,
    pub value: String,
    /// JSON pointers into the record.
    pub source: Vec<String>,
    pub method: Method,
}

/// A variable that wants a value.
struct Wanted {
    name: String,
    /// What its value may be called in a record.
    labels: Vec<String>,
    /// What it is about, where the template says so.
    word: Option<String>,
    greets: bool,
    /// What structuring is asked for, once a record has none of the labels: the whole engine runs for it.
    target: OnceLock<Option<Target>>,
}

impl Wanted {
    fn new(name: String, labels: Vec<String>, word: Option<String>, greets: bool) -> Wanted {
        Wanted { name, labels, word, greets, target: OnceLock::new() }
    }

    /// One of the person's own values, or what the word stands for.
    fn target(&self) -> Option<Target> {
        let find = || {
            if self.greets {
                return Some(Target::Name);
            }
            let word = self.word.clone()?;
            person_of(&word).or(Some(Target::Field(word)))
        };
        self.target.get_or_init(find).clone()
    }
}

/// What a template wants filled; read once, for as many records as there are.
pub struct Blanks {
    wanted: Vec<Wanted>,
    /// The first of them are the header's, those up to `texts` the body's, then come the buttons'.
    headers: usize,
    texts: usize,
}

impl Blanks {
    pub fn of(definition: &Definition) -> Blanks {
        let mut wanted = match &definition.header {
            Some(Header::Text(text)) => wanted_of(text, definition.named),
            _ => Vec::new(),
        };
        let headers = wanted.len();
        wanted.extend(wanted_of(&definition.body, definition.named));
        let texts = wanted.len();
        for (index, button) in definition.buttons.iter().enumerate() {
            if matches!(button.kind, ButtonKind::OpenUrl | ButtonKind::CopyCode) {
                let labels = vec![format!("button_{index}"), snake_key(&button.text)];
                wanted.push(Wanted::new(format!("buttons.{index}"), labels, None, false));
            }
        }
        Blanks { wanted, headers, texts }
    }

    pub fn fill(&self, data: &Object, country: Option<&str>) -> (Values, Vec<Found>) {
        let found = search(&self.wanted, data, country);
        let mut values = Values::default();
        let mut named = BTreeMap::new();
        for (at, one) in found.iter().enumerate() {
            let Some(one) = one else { continue };
            if at < self.headers {
                values.header = Some(HeaderValue::Text(one.value.clone()));
            } else if at < self.texts {
                named.insert(one.name.clone(), one.value.clone());
            } else if let Some(index) = one.name.strip_prefix("buttons.").and_then(|index| index.parse().ok()) {
                values.buttons.insert(index, one.value.clone());
            }
        }
        values.variables = Variables::Named(named);
        (values, found.into_iter().flatten().collect())
    }
}

fn wanted_of(text: &Text, named: bool) -> Vec<Wanted> {
    let of = |name: &String| {
        let mut labels = vec![snake_key(name)];
        if named {
            let word = labels.first().cloned();
            return Wanted::new(name.clone(), labels, word, false);
        }
        let before = word_before(&text.text, name);
        let greets = before.as_deref().is_some_and(|word| GREETINGS.contains(&word));
        let word = before.filter(|word| !greets && word.chars().count() > 2);
        labels.extend(["variable", "var", "param"].map(|prefix| format!("{prefix}_{name}")));
        labels.extend(word.clone());
        Wanted::new(name.clone(), labels, word, greets)
    };
    text.variables.iter().map(of).collect()
}

/// The word that stands right before a variable, as a key.
fn word_before(text: &str, name: &str) -> Option<String> {
    let mut rest = text;
    let mut read = String::new();
    while let Some((before, after)) = rest.split_once("{{") {
        read.push_str(before);
        let (found, end) = after.split_once("}}")?;
        if found.trim() == name {
            let line = read.lines().next_back()?;
            let word = line.rsplit(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty())?;
            return Some(snake_key(word));
        }
        // What another variable says is no word of the template.
        read.push_str(". ");
        rest = end;
    }
    None
}

fn search(wanted: &[Wanted], data: &Object, country: Option<&str>) -> Vec<Option<Found>> {
    let named: Vec<Option<Found>> = wanted.iter().map(|one| under_its_name(one, data)).collect();
    let targets: Vec<Option<Target>> =
        wanted.iter().zip(&named).map(|(one, found)| if found.is_some() { None } else { one.target() }).collect();
    if targets.iter().all(Option::is_none) {
        return named;
    }
    let mut fields: Vec<structuring::Definition> = Vec::new();
    for key in targets.iter().flatten().filter_map(Target::key) {
        if !fields.iter().any(|field| field.key == key) {
            fields.push(structuring::Definition {
                key: key.to_owned(),
                name: key.replace('_', " "),
                field_type: FieldType::Text,
                options: Vec::new(),
                currency: None,
                description: None,
            });
        }
    }
    let outcome = run(&Json::Object(data.clone()), fields, country);
    let fill = |((one, named), target): ((&Wanted, Option<Found>), Option<Target>)| {
        let Some(target) = target else { return named };
        let placed = sure(&outcome, &target)?;
        let source = placed.sources.iter().map(|source| source.pointer.clone()).collect();
        Some(Found { name: one.name.clone(), value: text_of(&placed.value)?, source, method: placed.method })
    };
    wanted.iter().zip(named).zip(targets).map(fill).collect()
}

fn under_its_name(one: &Wanted, data: &Object) -> Option<Found> {
    one.labels.iter().find_map(|label| {
        let (key, value) = data.iter().rfind(|(key, _)| snake_key(key) == *label)?;
        let mut pointer = String::new();
        escape_pointer(&mut pointer, key);
        Some(Found { name: one.name.clone(), value: text_of(value)?, source: vec![pointer], method: Method::Exact })
    })
}

/// Which of a person's own values a word asks for: what structuring would take a record of that word for.
fn person_of(key: &str) -> Option<Target> {
    let samples =
        [(Target::Name, "Ana Rojas Soto"), (Target::Email, "ana@example.com"), (Target::Phone, "+56955501234")];
    samples.into_iter().find_map(|(target, sample)| {
        let mut record = Object::new();
        record.push(key, sample);
        let outcome = run(&Json::Object(record), Vec::new(), None);
        let by_its_word = |placed: &&Placement| matches!(placed.method, Method::Exact | Method::Lexicon);
        outcome.placed(&target).filter(by_its_word).map(|_| target.clone())
    })
}

fn run(record: &Json, fields: Vec<structuring::Definition>, country: Option<&str>) -> structuring::Outcome {
    structure(&Request {
        definitions: &Definitions::compile(0, fields),
        learnt: &Learnt::default(),
        source: "",
        country,
        data: record,
        explicit: &Explicit::default(),
    })
}

fn sure<'o>(outcome: &'o structuring::Outcome, target: &Target) -> Option<&'o Placement> {
    outcome.placed(target).filter(|placed| placed.confidence >= SURE && !placed.flags.contains(&Flag::Ambiguous))
}

/// On one line: WhatsApp takes no other.
fn text_of(value: &Json) -> Option<String> {
    let text = match value {
        Json::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Json::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filled(body: &str, named: bool, data: serde_json::Value) -> Vec<(String, String, Vec<String>)> {
        let definition = Definition::read(&json!([{"type": "BODY", "text": body}]), named);
        let data = Json::from(&data).into_object().unwrap();
        let (_, found) = Blanks::of(&definition).fill(&data, Some("CL"));
        found.into_iter().map(|found| (found.name, found.value, found.source)).collect()
    }

    fn one(name: &str, value: &str, at: &str) -> (String, String, Vec<String>) {
        (name.to_owned(), value.to_owned(), vec![at.to_owned()])
    }

    #[test]
    fn by_name_by_word_and_by_what_structuring_is_sure_of() {
        let data = json!({"Nombre completo": "Ana Rojas", "telefono": "+56955501234", "Pedido": 77});
        assert_eq!(
            filled("Hola {{1}}, tu pedido {{2}} va en camino.", false, data.clone()),
            [one("1", "Ana Rojas", "/Nombre completo"), one("2", "77", "/Pedido")]
        );
        assert_eq!(
            filled("Hola {{nombre}}, tu pedido {{pedido}} va.", true, data),
            [one("nombre", "Ana Rojas", "/Nombre completo"), one("pedido", "77", "/Pedido")]
        );
        assert_eq!(
            filled("Para {{1}}: {{2}}", false, json!({"1": " a \n b ", "variable_2": "c"})),
            [one("1", "a b", "/1"), one("2", "c", "/variable_2")]
        );
    }

    #[test]
    fn what_is_not_there_stays_open() {
        assert!(filled("Tu saldo es {{1}}.", false, json!({"telefono": "+56955501234"})).is_empty());
        assert!(filled("Hola {{1}}", false, json!({"color": "azul"})).is_empty());
    }
}
