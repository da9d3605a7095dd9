//! The evaluation format: one record a line in, one prediction a line out.

use crate::json::{Mode, Object, ParseError};
use crate::{Definition, Definitions, Explicit, FieldType, Json, Learnt, Outcome, Request, Target, structure};

/// One record of the evaluation format.
pub struct Record {
    pub id: String,
    pub definitions: Vec<Definition>,
    pub country: Option<String>,
    pub data: Json,
    /// What should come out: `phone`, `email`, `name`, `fields`, `rest`; null where the record does not say.
    pub gold: Json,
}

/// Why a line is not a record.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error(transparent)]
    Json(#[from] ParseError),
    #[error("a record needs {0}")]
    Missing(&'static str),
}

impl Record {
    /// Reads one line: `id`, `channel_country`, `definitions`, `meta_data`, and `gold` where it is there.
    pub fn read(line: &str) -> Result<Record, RecordError> {
        let json = Json::parse(line.as_bytes(), Mode::Lenient)?;
        let text = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
        let list = json.get("definitions").and_then(Json::as_array).ok_or(RecordError::Missing("definitions"))?;
        let definitions = list
            .iter()
            .map(definition)
            .collect::<Option<Vec<_>>>()
            .ok_or(RecordError::Missing("key, name and type of each definition"))?;
        Ok(Record {
            id: text("id").ok_or(RecordError::Missing("an id"))?,
            definitions,
            country: text("channel_country"),
            data: json.get("meta_data").cloned().ok_or(RecordError::Missing("meta_data"))?,
            gold: json.get("gold").cloned().unwrap_or_default(),
        })
    }

    /// Runs the engine over the record, nothing learnt and nothing explicit.
    pub fn structure(&self) -> Outcome {
        self.ask(structure)
    }

    /// What the second look has to weigh in the record: target, value, model (0 person, 1 field, 2 text), features.
    pub fn weighed(&self) -> Vec<(Target, Json, u8, Vec<f32>)> {
        let all = self.ask(crate::structure::weighed);
        all.into_iter().map(|weighed| (weighed.target, weighed.value, weighed.model as u8, weighed.features)).collect()
    }

    fn ask<T>(&self, question: impl FnOnce(&Request<'_>) -> T) -> T {
        let definitions = Definitions::compile(1, self.definitions.clone());
        question(&Request {
            definitions: &definitions,
            learnt: &Learnt::default(),
            source: "evaluation",
            country: self.country.as_deref(),
            data: &self.data,
            explicit: &Explicit::default(),
        })
    }

    /// The prediction `score.py` reads: `{id, phone, email, name, fields, rest}`.
    pub fn predict(&self) -> Json {
        prediction(&self.id, &self.structure())
    }
}

fn definition(json: &Json) -> Option<Definition> {
    let text = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
    let options = json.get("options").and_then(Json::as_array).unwrap_or(&[]);
    Some(Definition {
        key: text("key")?,
        name: text("name")?,
        field_type: FieldType::from_name(&text("type")?)?,
        options: options.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        currency: text("currency"),
        description: text("description"),
    })
}

/// An outcome in the prediction format.
pub fn prediction(id: &str, outcome: &Outcome) -> Json {
    let slot = |target: &Target| outcome.placed(target).map(|placement| placement.value.clone()).unwrap_or_default();
    let mut fields = Object::new();
    for placement in &outcome.placements {
        if let Some(key) = placement.target.key() {
            fields.push(key, placement.value.clone());
        }
    }
    let mut prediction = Object::new();
    prediction.push("id", id);
    prediction.push("phone", slot(&Target::Phone));
    prediction.push("email", slot(&Target::Email));
    prediction.push("name", slot(&Target::Name));
    prediction.push("fields", fields);
    prediction.push("rest", outcome.rest.iter().cloned().collect::<Object>());
    Json::Object(prediction)
}

/// What a person may read about an outcome: one line a placement (value, sources, method, confidence), then the rest.
pub fn explain(outcome: &Outcome) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for placement in &outcome.placements {
        let target =
            placement.target.key().map_or_else(|| placement.target.word().to_owned(), |key| format!("field {key}"));
        let sources: Vec<String> = placement
            .sources
            .iter()
            .map(|source| {
                source
                    .span
                    .map_or_else(|| source.pointer.clone(), |(from, to)| format!("{} [{from}–{to}]", source.pointer))
            })
            .collect();
        let method = serde_json::to_value(placement.method)
            .ok()
            .and_then(|word| word.as_str().map(str::to_owned))
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "{target} = {} from {} ({method}, {:.2})",
            placement.value,
            sources.join(", "),
            placement.confidence
        );
        for other in &placement.alternatives {
            let _ = writeln!(
                text,
                "    or {} from {} for {} ({:.2})",
                other.value,
                other.pointer,
                other.target.key().unwrap_or(other.target.word()),
                other.confidence
            );
        }
    }
    for (key, value) in &outcome.rest {
        let _ = writeln!(text, "rest {key} = {value}");
    }
    for item in &outcome.review {
        let reason = serde_json::to_value(item.reason)
            .ok()
            .and_then(|word| word.as_str().map(str::to_owned))
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "review {} = {} ({reason}, {:.2})",
            item.target.key().unwrap_or(item.target.word()),
            item.value,
            item.confidence
        );
    }
    for warning in &outcome.warnings {
        let _ = writeln!(text, "warning {} at {}: {}", warning.code, warning.pointer, warning.message);
    }
    text
}

/// Labels alone: for each label the key of the field it names best. Measures vocabulary and vectors without values.
pub fn match_labels(definitions: &Definitions, label: &str) -> Option<String> {
    crate::compiled::best_field(definitions, label)
        .and_then(|at| definitions.fields.get(at))
        .map(|field| field.definition.key.clone())
}

/// Option words alone: the place of the option a word means best.
pub fn match_option(options: &[String], word: &str) -> Option<usize> {
    crate::options::nearest(&crate::offers::Choices::new(options), word)
}
