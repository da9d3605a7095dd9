//! hit@1 of labels and option words in another language: `labels FILE.jsonl`, lines of `{kind, targets, sources}`.

use std::collections::BTreeMap;
use structuring::eval::{match_labels, match_option};
use structuring::json::Mode;
use structuring::{Definition, Definitions, FieldType, Json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("a file of label pairs")?;
    let verbose = std::env::args().nth(2).is_some();
    let mut counts: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for line in std::fs::read_to_string(path)?.lines().filter(|line| !line.trim().is_empty()) {
        let record = Json::parse(line.as_bytes(), Mode::Strict)?;
        let kind = record.get("kind").and_then(Json::as_str).unwrap_or("").to_owned();
        let list = |key: &str| record.get(key).and_then(Json::as_array).unwrap_or(&[]).to_vec();
        let text = |json: &Json, key: &str| json.get(key).and_then(Json::as_str).unwrap_or("").to_owned();
        if kind == "options" {
            let options: Vec<String> = list("options").iter().filter_map(|o| o.as_str().map(str::to_owned)).collect();
            for pair in list("values") {
                let hit = match_option(&options, &text(&pair, "value")).map(|at| options[at].clone())
                    == Some(text(&pair, "gold"));
                let count = counts.entry(kind.clone()).or_default();
                count.0 += u32::from(hit);
                count.1 += 1;
            }
            continue;
        }
        let targets = list("targets");
        let definitions = Definitions::compile(
            1,
            targets
                .iter()
                .map(|target| Definition {
                    key: text(target, "key"),
                    name: text(target, "name"),
                    field_type: FieldType::Text,
                    options: Vec::new(),
                    currency: None,
                    description: None,
                })
                .collect(),
        );
        for source in list("sources") {
            let (label, gold) = (text(&source, "label"), text(&source, "gold"));
            let answer = match_labels(&definitions, &label);
            let same_name = |key: &str| definitions.get(key).map(|definition| definition.name.clone());
            let hit = answer.as_deref() == Some(gold.as_str())
                || answer.as_deref().and_then(same_name) == same_name(&gold) && answer.is_some();
            if !hit && verbose {
                println!("{kind}: {label} -> {answer:?}, not {gold}");
            }
            let count = counts.entry(kind.clone()).or_default();
            count.0 += u32::from(hit);
            count.1 += 1;
        }
    }
    for (kind, (hits, all)) in counts {
        println!("{kind}: hit@1 {:.3} ({hits} of {all})", f64::from(hits) / f64::from(all));
    }
    Ok(())
}
