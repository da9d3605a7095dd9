//! All that comes out of records, for a change that should change nothing: `outcomes FILE.jsonl…`.
//!
//! Prints the whole outcome of each record with the places of its values; again with values given explicitly, and with
//! rules made of its own places.

use std::io::Write;
use structuring::eval::Record;
use structuring::{
    Definitions, Explicit, Json, Learnt, Mapping, OptionWord, Request, Standing, Target, structure_counted,
    structure_with_places,
};

fn whole(
    definitions: &Definitions,
    country: Option<&str>,
    data: &Json,
    learnt: &Learnt,
    explicit: &Explicit,
) -> (String, structuring::Outcome, Vec<Option<structuring::Place>>) {
    let request = Request { definitions, learnt, source: "outcomes", country, data, explicit };
    let (outcome, places) = structure_with_places(&request);
    let (_, steps) = structure_counted(&request);
    (format!("{outcome:?} {places:?} {steps}"), outcome, places)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for file in std::env::args().skip(1) {
        for line in std::fs::read_to_string(&file)?.lines().filter(|line| !line.trim().is_empty()) {
            let Ok(record) = Record::read(line) else { continue };
            let definitions = Definitions::compile(1, record.definitions.clone());
            let country = record.country.as_deref();
            let (nothing, nobody) = (Learnt::default(), Explicit::default());
            let (text, outcome, places) = whole(&definitions, country, &record.data, &nothing, &nobody);
            writeln!(out, "# {file} {}\n{text}", record.id)?;
            writeln!(out, "{:?}", record.weighed())?;
            let explicit = Explicit {
                phone: Some("+56955501234".to_owned()),
                email: outcome.placed(&Target::Email).and_then(|it| it.value.as_str().map(str::to_uppercase)),
                name: None,
                fields: outcome
                    .placements
                    .iter()
                    .filter_map(|it| Some((it.target.key()?.to_owned(), it.value.clone())))
                    .take(1)
                    .collect(),
            };
            let (text, ..) = whole(&definitions, country, &record.data, &nothing, &explicit);
            writeln!(out, "{text}")?;
            let mut learnt = Learnt::default();
            let targets: Vec<&Target> = outcome.placements.iter().map(|it| &it.target).collect();
            for (at, place) in places.iter().flatten().enumerate() {
                let standing = [Standing::Confirmed, Standing::Denied, Standing::Learned][at % 3];
                let target = targets[(at + usize::from(at % 2 == 0)) % targets.len()].clone();
                let (source, path, kind) = ("outcomes".to_owned(), place.path.clone(), place.kind);
                learnt.add(Mapping { source, path, kind, target, standing });
            }
            for definition in definitions.iter().filter(|definition| definition.options.len() > 1) {
                for (word, standing) in [("si", Standing::Confirmed), ("otro", Standing::Denied)] {
                    let (field, option) = (definition.key.clone(), definition.options[1].clone());
                    learnt.add_word(OptionWord { field, word: word.to_owned(), option, standing });
                }
            }
            let (text, ..) = whole(&definitions, country, &record.data, &learnt, &nobody);
            writeln!(out, "{text}")?;
        }
    }
    Ok(())
}
