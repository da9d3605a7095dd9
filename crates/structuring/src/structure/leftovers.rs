//! What the scores left over: names in two parts, keys that say nothing, tick boxes, "when?", brand and model.

use super::Desk;
use crate::key::Party;
use crate::known::KNOWN;
use crate::lexicon::{Set, set};
use crate::{FieldType, Json, Method, Target, score, values};
use std::sync::LazyLock;

static PLACED: LazyLock<Set> =
    LazyLock::new(|| set(&["CITY", "NEIGH", "DISTRICT", "STATE", "ADDRESS", "VENUE", "SITELOC"]));
static DESTIN: LazyLock<Set> = LazyLock::new(|| set(&["DESTIN"]));
static DATE: LazyLock<Set> = LazyLock::new(|| set(&["DATE"]));

impl Desk<'_> {
    /// {"solicita": "Brenda Chávez", "cel_solicita": …}, {"falar_com": "Everaldo Paz", "cel_everaldo": …}, `bchavez@`: under a
    /// key that nobody knows, whoever the person's number or address is called after.
    pub(super) fn named_by_reach(&mut self) {
        if self.filled(&Target::Name) {
            return;
        }
        let known = &*KNOWN;
        let reach = known.phone.or(&known.email).or(&known.number);
        let mut called: Vec<String> = Vec::new();
        let mut mailbox = String::new();
        for placement in &self.outcome.placements {
            if !matches!(placement.target, Target::Phone | Target::Email) {
                continue;
            }
            if placement.target == Target::Email
                && let Some((local, _)) = placement.value.as_str().and_then(|address| address.split_once('@'))
            {
                mailbox = local.to_ascii_lowercase();
            }
            let Some(source) = placement.sources.first() else { continue };
            let Some(leaf) = self.readings.iter().position(|reading| reading.leaf().pointer == source.pointer) else {
                continue;
            };
            for word in crate::keys::words(&self.keys[leaf].key.snake) {
                let plain = crate::lexicon::find(std::slice::from_ref(&word))
                    .iter()
                    .any(|hit| hit.concepts.iter().any(|concept| reach.has(*concept)));
                if word.len() > 2 && !plain && !crate::lexicon::is_noise(&word) {
                    called.push(word);
                }
            }
        }
        if called.is_empty() && mailbox.is_empty() {
            return;
        }
        let alike = |a: &str, b: &str| {
            let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
            same >= 5 || same >= 3 && same == a.len().min(b.len())
        };
        let mut found: Vec<(usize, String)> = Vec::new();
        for (leaf, reading) in self.readings.iter().enumerate().take(64) {
            let key = &self.keys[leaf].key;
            let text = reading.text().unwrap_or("");
            if self.taken[leaf]
                || !reading.is_string()
                || text.len() > 80
                || key.party == Party::To
                || crate::names::is_company(text)
                || reading.leaf().part.as_ref().is_some_and(|part| part.divides)
            {
                continue;
            }
            let bare = crate::names::undoctored(text);
            // {"sindico", "cel sindico"}: the very same word says as much of the name as of the number.
            let own: Vec<String> = crate::keys::words(&key.snake).into_iter().filter(|word| word.len() > 2).collect();
            let same = !own.is_empty() && own.iter().all(|word| called.contains(word));
            let least = if same { 0.5 } else { 0.6 };
            if crate::names::likeness(bare) < least || !same && !key.concepts().and(&known.others).is_empty() {
                continue;
            }
            let name = crate::names::tidy(bare);
            let words = crate::keys::fold(&name);
            let by_key = crate::keys::words(&key.snake).iter().any(|word| {
                word.len() > 2 && !crate::lexicon::is_noise(word) && called.iter().any(|other| alike(word, other))
            });
            let by_name = words.split(' ').any(|word| word.len() > 2 && called.iter().any(|other| other == word));
            let by_mail = words.split(' ').any(|word| word.len() > 3 && mailbox.contains(word));
            if by_key || by_name || by_mail {
                found.push((leaf, name));
            }
        }
        if let [(leaf, name)] = found.as_slice()
            && !self.denied(*leaf, &Target::Name)
        {
            let (leaf, name) = (*leaf, Json::from(name.as_str()));
            self.place(Target::Name, name, &[leaf], 0.84, Method::Pattern);
        }
    }

    /// `{"child": {"first", "last"}}`: the other parts of a name that a field was given the first part of.
    pub(super) fn whole_names(&mut self) {
        let known = &*KNOWN;
        fn parent(pointer: &str) -> &str {
            pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
        }
        for at in 0..self.outcome.placements.len() {
            let [source] = self.outcome.placements[at].sources.as_slice() else { continue };
            let (Some(_), Some(value)) =
                (self.outcome.placements[at].target.key(), self.outcome.placements[at].value.as_str())
            else {
                continue;
            };
            let tail = |leaf: usize| self.keys[leaf].key.tail.concepts;
            let Some(first) = (0..self.readings.len())
                .find(|leaf| tail(*leaf).meets(&known.first) && self.readings[*leaf].leaf().pointer == source.pointer)
            else {
                continue;
            };
            let last = (0..self.readings.len()).find(|leaf| {
                *leaf != first
                    && !self.taken[*leaf]
                    && tail(*leaf).meets(&known.last)
                    && parent(&self.readings[*leaf].leaf().pointer) == parent(&source.pointer)
                    && self.readings[*leaf].likeness() > 0.1
            });
            let Some((leaf, family)) = last.and_then(|leaf| Some((leaf, self.readings[leaf].text()?))) else {
                continue;
            };
            let whole = crate::names::collapse(&format!("{value} {family}"));
            let more = self.source(leaf);
            self.taken[leaf] = true;
            let placement = &mut self.outcome.placements[at];
            placement.value = Json::from(whole);
            placement.sources.push(more);
        }
    }

    /// The person's name, where a field asks for just that one: the bride's of a wedding, the one responsible.
    pub(super) fn named_twice(&mut self) {
        let Some(name) = self.outcome.placed(&Target::Name).filter(|name| name.method != Method::Explicit) else {
            return;
        };
        let [source] = name.sources.as_slice() else { return };
        let (value, confidence) = (name.value.clone(), name.confidence);
        let Some(leaf) = (0..self.readings.len()).find(|leaf| {
            let own = self.readings[*leaf].leaf();
            own.pointer == source.pointer && own.part.is_none()
        }) else {
            return;
        };
        let key = &self.keys[leaf].key;
        let field = self.request.definitions.fields.iter().zip(&self.keys[leaf].scores).find(|(field, score)| {
            let pupil = field.concepts.meets(&KNOWN.dependant) && key.concepts().meets(&KNOWN.dependant);
            let role = field.roles.meets(&key.concepts()) || pupil;
            let text = field.definition.field_type == FieldType::Text && !field.is_paper();
            text && role && score.fused >= 0.85 && !score.excluded
        });
        let Some((field, _)) = field else { return };
        let target = Target::Field(field.definition.key.clone());
        if !self.filled(&target) && !self.denied(leaf, &target) {
            self.place(target, value, &[leaf], confidence.min(0.9), Method::Lexicon);
        }
    }

    /// Columns of tick boxes: the key is an option, the value a yes.
    pub(super) fn ticked(&mut self) {
        let fields = &self.request.definitions.fields;
        let mut chosen: Vec<(usize, Vec<(usize, usize)>)> = Vec::new();
        for leaf in 0..self.readings.len() {
            let reading = &self.readings[leaf];
            if self.taken[leaf] || reading.leaf().unread || reading.boolean() != Some(true) || reading.is_prose() {
                continue;
            }
            let key = &self.keys[leaf].key;
            let Some(said) = crate::options::Said::new(&key.snake.replace('_', " ")) else { continue };
            let mut fitting = fields.iter().enumerate().filter_map(|(at, field)| {
                let open = !field.choices.is_empty() && !self.has(&field.definition.key);
                let option = if open { crate::options::choose(&field.choices, &said, self.steps) } else { None };
                option.filter(|option| option.quality >= 0.93).map(|option| (at, option.option))
            });
            let (Some((at, option)), None) = (fitting.next(), fitting.next()) else { continue };
            match chosen.iter_mut().find(|(field, _)| *field == at) {
                Some((_, list)) => list.push((leaf, option)),
                None => chosen.push((at, vec![(leaf, option)])),
            }
        }
        // {"extras": ["GPS", "Silla infantil"]}: what a list names is wanted.
        for leaf in 0..self.readings.len() {
            let reading = &self.readings[leaf];
            let listed =
                reading.leaf().part.as_ref().is_some_and(|part| part.span.is_none() && !part.loose && !part.divides);
            let Some(text) = reading.text().filter(|text| listed && reading.is_string() && text.len() <= 40) else {
                continue;
            };
            let named = self.request.definitions.scored(&[text]);
            let mut fitting = fields.iter().zip(&named.scores).filter(|(field, score)| {
                field.definition.field_type == FieldType::Boolean && score.fused >= 0.9 && !score.excluded
            });
            let (Some((field, _)), None) = (fitting.next(), fitting.next()) else { continue };
            let target = Target::Field(field.definition.key.clone());
            if !self.filled(&target)
                && !self.denied(leaf, &target)
                && self.keys[leaf].key.concepts().and(&KNOWN.others).is_empty()
            {
                self.place(target, Json::Bool(true), &[leaf], 0.74, Method::Pattern);
            }
        }
        for (at, list) in chosen {
            let field = &fields[at];
            let target = Target::Field(field.definition.key.clone());
            let text = |option: usize| field.choices[option].text.as_str();
            let leaves: Vec<usize> = list.iter().map(|(leaf, _)| *leaf).collect();
            let value = match (field.definition.field_type, list.as_slice()) {
                (FieldType::Select, [(_, option)]) => Json::from(text(*option)),
                (FieldType::MultiSelect, _) => {
                    Json::from(list.iter().map(|(_, option)| text(*option)).collect::<Vec<_>>())
                }
                _ => continue,
            };
            if !leaves.iter().any(|leaf| self.denied(*leaf, &target)) {
                self.place(target, value, &leaves, 0.74, Method::Pattern);
            }
        }
    }

    /// "When?": the one date that is still to be said.
    pub(super) fn when(&mut self) {
        let fields = &self.request.definitions.fields;
        let mut open = fields.iter().filter(|field| {
            field.definition.field_type == FieldType::Date
                && !field.concepts.meets(&KNOWN.past)
                && !self.has(&field.definition.key)
        });
        let (Some(field), None) = (open.next(), open.next()) else { return };
        // A field that is just "Date" takes the one date of what is to come.
        let plain = field.concepts.without(&KNOWN.qualifiers).is_empty();
        let coming = |leaf: &usize| {
            let reading = &self.readings[*leaf];
            let key = &self.keys[*leaf].key;
            !self.taken[*leaf]
                && reading.leaf().part.is_none()
                && key.concepts().meets(&KNOWN.coming)
                && !key.concepts().meets(&KNOWN.past)
                && reading.date().is_some()
        };
        let only = {
            let mut fitting = (0..self.readings.len()).filter(coming);
            fitting.next().filter(|_| plain && fitting.next().is_none())
        };
        let asks = |leaf: &usize| {
            let reading = &self.readings[*leaf];
            !self.taken[*leaf] && reading.date().is_some_and(|date| !date.stamp) && {
                let path = reading.leaf().read_path();
                let words = crate::keys::words(path.last().copied().unwrap_or(""));
                words.len() <= 4 && words.iter().any(|word| matches!(word.as_str(), "cuando" | "quando" | "when"))
            }
        };
        // A key that is just "date", once, where nothing else is a date.
        let bare = |leaf: &usize| {
            let reading = &self.readings[*leaf];
            let key = &self.keys[*leaf].key;
            let dated = reading.leaf().part.is_none() && !self.taken[*leaf];
            dated && key.tail.concepts.meets(&DATE) && reading.date().is_some_and(|date| !date.stamp) && {
                let said = key.concepts().without(&DATE).without(&KNOWN.vague).without(&KNOWN.subject);
                said.is_empty() && key.unknown == 0
            }
        };
        let alone = {
            let mut fitting = (0..self.readings.len()).filter(bare);
            fitting.next().filter(|_| fitting.next().is_none())
        };
        let Some(leaf) = (0..self.readings.len()).find(asks).or(only).or(alone) else { return };
        let Some(date) = self.readings[leaf].date() else { return };
        let target = Target::Field(field.definition.key.clone());
        if !self.denied(leaf, &target) {
            self.place(target, Json::from(date.day.to_string()), &[leaf], 0.72, Method::Pattern);
        }
    }

    /// "Where?": the one place that is still to be said.
    pub(super) fn place_asked(&mut self) {
        let asked = |leaf: &usize| {
            let reading = &self.readings[*leaf];
            let text = reading.text().unwrap_or("");
            let told = !self.taken[*leaf]
                && reading.leaf().part.is_none()
                && reading.is_string()
                && (3..=60).contains(&text.len())
                && text.starts_with(char::is_uppercase)
                && reading.date().is_none()
                && reading.phone().is_none()
                && !text.contains('@');
            told && {
                let path = reading.leaf().read_path();
                let words = crate::keys::words(path.last().copied().unwrap_or(""));
                words.len() <= 2
                    && words
                        .last()
                        .is_some_and(|word| matches!(word.as_str(), "onde" | "donde" | "where" | "adonde" | "aonde"))
            }
        };
        let mut keys = (0..self.readings.len()).filter(asked);
        let (Some(leaf), None) = (keys.next(), keys.next()) else { return };
        let path = self.readings[leaf].leaf().read_path();
        let words = crate::keys::words(path.last().copied().unwrap_or(""));
        let to = words.iter().any(|word| matches!(word.as_str(), "pra" | "para" | "a" | "adonde" | "aonde" | "to"));
        let about = if to { PLACED.or(&DESTIN) } else { *PLACED };
        let mut open = self.request.definitions.fields.iter().filter(|field| {
            field.definition.field_type == FieldType::Text
                && field.concepts.meets(&about)
                && !self.has(&field.definition.key)
        });
        let (Some(field), None) = (open.next(), open.next()) else { return };
        let target = Target::Field(field.definition.key.clone());
        let value = Json::from(self.readings[leaf].text().unwrap_or(""));
        if !self.denied(leaf, &target) {
            self.place(target, value, &[leaf], 0.7, Method::Pattern);
        }
    }

    /// Keys that say nothing: a value that is exactly one field's option, an id that proves itself.
    pub(super) fn by_value(&mut self) {
        let fields = &self.request.definitions.fields;
        let mut open = self.open();
        for leaf in 0..self.readings.len() {
            let reading = &self.readings[leaf];
            let key = &self.keys[leaf].key;
            let vague = key.unknown == 0 && key.tail.concepts.without(&KNOWN.vague).is_empty();
            // A key of words nobody knows: only a telling value, and less sure.
            let unknown = key.tail.concepts.is_empty() && key.context.and(&KNOWN.others).is_empty();
            // Under a key that means something else: only an option of one field written out, of the person's own.
            let elsewhere = !(key.opaque || vague || unknown);
            if self.taken[leaf]
                || reading.leaf().part.is_some()
                || elsewhere && (!key.concepts().and(&KNOWN.others).is_empty() || key.tail.negated)
                || reading.is_prose()
            {
                continue;
            }
            // A note that says more than the option stays whole; what it says is read in it.
            let says_more = key.tail.concepts.meets(&KNOWN.notes)
                && reading.text().is_some_and(|text| {
                    text.contains(' ') && text.bytes().any(|b| b.is_ascii_digit()) || text.split(' ').nth(2).is_some()
                });
            if says_more || key.is_a_title() {
                continue;
            }
            // Numbers, dates and addresses under unknown keys choose nothing.
            let word = reading.text().is_none_or(|text| {
                text.len() <= 60 && text.bytes().any(|b| b.is_ascii_alphabetic()) && !text.contains('@')
            });
            if !word && reading.id().is_none() && !key.opaque {
                continue;
            }
            let mut found: Vec<(usize, Json, f32)> = Vec::new();
            for (at, field) in fields.iter().enumerate() {
                if !open[at] {
                    continue;
                }
                let select = matches!(field.definition.field_type, FieldType::Select | FieldType::MultiSelect);
                let proven = field.definition.field_type == FieldType::Text
                    && reading.id().is_some_and(|id| score::id_concepts(id).meets(&field.concepts));
                // Money with its mark, a date: for the one field of that type.
                let marked = key.opaque
                    && match field.definition.field_type {
                        FieldType::Number => {
                            let own = field.concepts.without(&KNOWN.qualifiers);
                            reading.units().iter().any(|concept| own.has(*concept))
                        }
                        FieldType::Currency => reading.text().is_some_and(|text| text.contains(['$', '€', '£'])),
                        FieldType::Date => reading.date().is_some_and(|date| !date.stamp),
                        _ => false,
                    };
                if marked && let Some((value, _)) = values::typed(field, reading, self.request.learnt, self.country) {
                    found.push((at, value, 0.62));
                    continue;
                }
                // Only what is written out counts there, and most values are no field's option.
                let short = || reading.text().unwrap_or("").len() < 4;
                if elsewhere && select && (short() || !values::may_be_written(field, reading, self.request.learnt)) {
                    continue;
                }
                if (select || proven)
                    && let Some((value, own)) = values::typed(field, reading, self.request.learnt, self.country)
                    && (proven || own >= 0.84)
                {
                    let text = reading.text().unwrap_or("");
                    let said = text.len() > 3 && text.split_whitespace().count() <= 3;
                    let short = text.len() < 4 && !(key.opaque || vague);
                    if !proven && (short || own < 0.93 && !said) {
                        continue;
                    }
                    if elsewhere && (proven || own < 0.96 || text.len() < 4 || self.keys[leaf].scores[at].excluded) {
                        continue;
                    }
                    let told = match (key.opaque || vague, own >= 0.93) {
                        _ if elsewhere => 0.6,
                        (true, true) => 0.8,
                        (_, true) => 0.7,
                        _ => 0.62,
                    };
                    found.push((at, value, if proven { 0.88 } else { told }));
                }
            }
            let [(at, value, confidence)] = found.as_slice() else { continue };
            let target = Target::Field(fields[*at].definition.key.clone());
            if !self.denied(leaf, &target) {
                self.place(target, value.clone(), &[leaf], *confidence, Method::Pattern);
                open = self.open();
            }
        }
    }

    /// Columns without names: who stands before the number or the address is whose they are.
    pub(super) fn heads_the_row(&mut self) {
        if self.filled(&Target::Name) {
            return;
        }
        let reached = [Target::Phone, Target::Email].iter().find_map(|target| {
            let placed = self.outcome.placed(target).filter(|placed| placed.method == Method::Pattern)?;
            let pointer = &placed.sources.first()?.pointer;
            (0..self.readings.len())
                .find(|leaf| self.keys[*leaf].key.opaque && self.readings[*leaf].leaf().pointer == *pointer)
        });
        let Some(reached) = reached else { return };
        let named = |leaf: &usize| {
            let reading = &self.readings[*leaf];
            let text = reading.text().unwrap_or("");
            let proper = |word: &str| {
                word.starts_with(char::is_uppercase)
                    || matches!(word, "de" | "del" | "la" | "da" | "do" | "dos" | "das")
            };
            !self.taken[*leaf]
                && self.keys[*leaf].key.opaque
                && reading.is_string()
                && reading.leaf().part.is_none()
                && (2..=5).contains(&text.split_whitespace().count())
                && text.split_whitespace().all(proper)
                && reading.likeness() >= 0.5
                && !crate::names::is_company(text)
        };
        let mut fitting = (0..self.readings.len()).filter(named);
        let (Some(leaf), None) = (fitting.next(), fitting.next()) else { return };
        if leaf < reached && !self.denied(leaf, &Target::Name) {
            let name = crate::names::tidy(self.readings[leaf].text().unwrap_or(""));
            self.place(Target::Name, Json::from(name), &[leaf], 0.7, Method::Pattern);
        }
    }

    /// `marca` and `modelo` in two keys fill one field about a vehicle or a device.
    pub(super) fn brand_and_model(&mut self) {
        let known = &*KNOWN;
        let vehicle = |leaf: usize| self.keys[leaf].key.tail.concepts;
        let brand = (0..self.readings.len()).find(|leaf| {
            vehicle(*leaf).meets(&known.brand)
                && !vehicle(*leaf).meets(&known.made)
                && (!self.taken[*leaf] || self.fills_vehicle(*leaf))
        });
        let Some(brand) = brand.filter(|leaf| self.readings[*leaf].is_string()) else { return };
        let parent = |leaf: usize| self.readings[leaf].leaf().pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
        let field = self.request.definitions.fields.iter().find(|field| {
            field.definition.field_type == FieldType::Text
                && field.concepts.meets(&known.made)
                && !field.concepts.meets(&known.ids.or(&known.brand).or(&known.carline))
        });
        let Some(field) = field else { return };
        // Where the brand has a field of its own, the model stands alone.
        let apart =
            self.request.definitions.fields.iter().any(|other| {
                other.concepts.meets(&known.brand) && !other.concepts.meets(&known.made.or(&known.carline))
            });
        if apart {
            return;
        }
        let target = Target::Field(field.definition.key.clone());
        let beside = |leaf: &usize| {
            let concepts = vehicle(*leaf);
            let year = self.readings[*leaf].text().is_some_and(|text| {
                text.len() == 4 && text.starts_with(['1', '2']) && text.bytes().all(|b| b.is_ascii_digit())
            });
            *leaf != brand
                && (concepts.meets(&known.carline) || concepts.meets(&known.made))
                && parent(*leaf) == parent(brand)
                && self.readings[*leaf].is_string()
                && !year
        };
        let placed = self
            .outcome
            .placed(&target)
            .map(|placement| placement.sources.iter().map(|source| source.pointer.clone()).collect::<Vec<_>>());
        let model = match &placed {
            Some(sources) => {
                let used = |leaf: usize| sources.contains(&self.readings[leaf].leaf().pointer);
                (0..self.readings.len()).find(|leaf| beside(leaf) && (used(*leaf) || used(brand) && !self.taken[*leaf]))
            }
            None => (0..self.readings.len()).find(|leaf| beside(leaf) && !self.taken[*leaf]),
        };
        let Some(model) = model else { return };
        let (Some(first), Some(second)) = (self.readings[brand].text(), self.readings[model].text()) else { return };
        let value = if crate::keys::fold(second).starts_with(&crate::keys::fold(first)) {
            second.to_owned()
        } else {
            format!("{first} {second}")
        };
        self.outcome.placements.retain(|placement| placement.target != target);
        self.place(target, Json::from(value), &[brand, model], 0.86, Method::Lexicon);
    }

    /// Whether a leaf is all that a field about a vehicle was filled with so far.
    fn fills_vehicle(&self, leaf: usize) -> bool {
        let pointer = &self.readings[leaf].leaf().pointer;
        self.outcome.placements.iter().any(|placement| {
            placement.sources.len() == 1
                && placement.sources[0].pointer == *pointer
                && self.request.definitions.fields.iter().any(|field| {
                    Some(field.definition.key.as_str()) == placement.target.key() && field.concepts.meets(&KNOWN.made)
                })
        })
    }
}
