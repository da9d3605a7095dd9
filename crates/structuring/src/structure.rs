//! The call, step by step.

mod leftovers;
mod running;
mod second_look;

use crate::assign::{Edge, assign};
use crate::compiled::{Field, Scored};
use crate::flatten::{self, Flat};
use crate::known::KNOWN;
use crate::learnt::{self, Standing};
use crate::reading::Reading;
use crate::score::{self, ALONE, APART, Fit, SUGGEST, THRESHOLD};
use crate::slots::{self, Candidate, Person};
use crate::steps::Steps;
use crate::text_phones::find_phones;
use crate::{
    Alternative, Flag, Json, Method, Outcome, Place, Placement, Request, ReviewItem, ReviewReason, Source, Target,
    Warning, rest, values,
};
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;
use std::sync::Arc;

pub(crate) use second_look::Weighed;

/// Name and revision of the engine; changes whenever the same data could come out differently.
pub const ENGINE: &str = "embedded/10";

/// Below this a value stays in the rest, with a suggestion.
const PLACE: f32 = 0.5;
/// From here a value is written.
const SURE: f32 = 0.85;

/// Turns any JSON into placements, a rest and what a person should look at. Pure: no I/O, no clock.
pub fn structure(request: &Request<'_>) -> Outcome {
    structure_counted(request).0
}

/// As [`structure`], with the units of work it took: what the test of linear time compares.
pub fn structure_counted(request: &Request<'_>) -> (Outcome, usize) {
    run(request, |_| ()).0
}

/// As [`structure`], with the place of each source of what was found in the record: those of the placements, in order, then
/// those of the review. What was given explicitly has none.
pub fn structure_with_places(request: &Request<'_>) -> (Outcome, Vec<Option<Place>>) {
    let (outcome, places, ()) = structure_and_look(request, |_| ());
    (outcome, places)
}

/// As [`structure_with_places`], with a look at the record as it was left.
pub(crate) fn structure_and_look<T>(
    request: &Request<'_>,
    look: impl FnOnce(&Desk<'_>) -> T,
) -> (Outcome, Vec<Option<Place>>, T) {
    let ((outcome, _), (places, looked)) = run(request, |desk| {
        let found = desk.outcome.placements.iter().filter(|placement| placement.method != Method::Explicit);
        let sources = found.flat_map(|placement| &placement.sources);
        let sources = sources.chain(desk.outcome.review.iter().flat_map(|item| &item.sources));
        (learnt::places_of(&desk.readings, sources), look(desk))
    });
    (outcome, places, looked)
}

/// What the second look weighs in a record: what it is taught with.
pub(crate) fn weighed(request: &Request<'_>) -> Vec<Weighed> {
    on_desk(request, |mut desk| {
        desk.by_rule();
        let mut all = desk.weighed();
        // Texts with a name that is announced too, as if it were not.
        let open = !desk.filled(&Target::Name);
        desk.free_text();
        if open {
            all.extend(desk.text_names());
        }
        all
    })
}

fn run<T>(request: &Request<'_>, look: impl FnOnce(&Desk<'_>) -> T) -> ((Outcome, usize), T) {
    on_desk(request, |mut desk| {
        desk.by_rule();
        desk.second_look();
        // Whom a number is called after that only the second look took for one's own.
        desk.named_by_reach();
        desk.free_text();
        desk.second_reading();
        desk.finish();
        let looked = look(&desk);
        ((desk.outcome, desk.steps.total()), looked)
    })
}

fn on_desk<T>(request: &Request<'_>, work: impl FnOnce(Desk<'_>) -> T) -> T {
    let Flat { leaves, warnings, steps } = flatten::flatten(request.data);
    let upper = |code: &'_ str| code.bytes().any(|byte| byte.is_ascii_lowercase()).then(|| code.to_ascii_uppercase());
    let spelt = request.country.and_then(upper);
    let country = spelt.as_deref().or(request.country);
    let counted = Steps::default();
    counted.add(steps + leaves.len() * (1 + request.definitions.len()));
    let readings: Vec<Reading<'_>> = leaves.iter().map(|leaf| Reading::new(leaf, country, &counted)).collect();
    let mut name = String::with_capacity(64);
    let mut scored = |leaf: &flatten::Leaf<'_>| {
        leaf.name_path(&mut name);
        request.definitions.scored_as(&name, || crate::key::Key::of_path(&leaf.read_path()))
    };
    let mut keys: Vec<Arc<Scored>> = leaves.iter().map(&mut scored).collect();
    read_as_order(request, &leaves, &mut keys);
    work(Desk {
        request,
        country,
        readings,
        keys,
        taken: vec![false; leaves.len()],
        outcome: Outcome { placements: Vec::with_capacity(8), engine: ENGINE, warnings, ..Outcome::default() },
        steps: &counted,
    })
}

/// A shop's order often does not say that it is one: `number`, `total`, `date_created` at the top of a record with billing,
/// shipping and payment are the order's.
fn read_as_order(request: &Request<'_>, leaves: &[flatten::Leaf<'_>], keys: &mut [Arc<Scored>]) {
    let traits = keys
        .iter()
        .fold(crate::lexicon::Set::default(), |all, scored| all.or(&scored.key.concepts()))
        .and(&KNOWN.order_traits);
    if traits.count() < 3 {
        return;
    }
    // {"id": 450789469, "name": "#1201"}: the name is the number that people know.
    let called = |leaf: &flatten::Leaf<'_>, key: &crate::key::Key| {
        leaf.path.len() == 1
            && key.tail.concepts.meets(&KNOWN.name)
            && key.tail.words == 1
            && leaf.text().is_some_and(|text| {
                text.len() <= 20 && text.contains(|c: char| c.is_ascii_digit()) && !text.contains([' ', '@'])
            })
    };
    // The number is what people know an order by; the id stands for it where there is none.
    let numbered = leaves.iter().zip(keys.iter()).any(|(leaf, scored)| {
        leaf.path.len() == 1 && scored.key.tail.concepts.meets(&KNOWN.number) || called(leaf, &scored.key)
    });
    let aspects = if numbered { KNOWN.order_aspects.without(&KNOWN.id) } else { KNOWN.order_aspects };
    for (leaf, scored) in leaves.iter().zip(keys) {
        let key = &scored.key;
        if called(leaf, key) {
            *scored = request.definitions.scored(&["order", "number"]);
        } else if leaf.path.len() == 1
            && !key.tail.concepts.is_empty()
            && key.tail.concepts.without(&aspects).is_empty()
            && key.unknown == 0
        {
            *scored = request.definitions.scored(&["order", leaf.path[0].as_ref()]);
        }
    }
}

/// The edges that may be assigned: above the threshold, or alone on both sides and of a type the value proves.
fn worth(fits: &[(Edge, Fit)], fields: &[Field]) -> Vec<Edge> {
    let top = |pick: fn(&Edge) -> usize| fits.iter().map(|(edge, _)| pick(edge)).max().map_or(0, |top| top + 1);
    // The best and the next best score of each leaf and of each field.
    let mut leaves = vec![(0.0_f32, 0.0_f32); top(|edge| edge.leaf)];
    let mut columns = vec![(0.0_f32, 0.0_f32); top(|edge| edge.field)];
    for (edge, fit) in fits {
        for best in [&mut leaves[edge.leaf], &mut columns[edge.field]] {
            if fit.score > best.0 {
                *best = (fit.score, best.0);
            } else {
                best.1 = best.1.max(fit.score);
            }
        }
    }
    let alone = |edge: &Edge, fit: &Fit| {
        let apart = |(best, next): (f32, f32)| fit.score >= best && next < fit.score - APART;
        let least = if fields[edge.field].is_typed() { ALONE } else { SUGGEST + 0.03 };
        fit.score >= least && apart(leaves[edge.leaf]) && apart(columns[edge.field])
    };
    fits.iter()
        .filter(|(edge, fit)| fit.score >= THRESHOLD || alone(edge, fit))
        .map(|(edge, fit)| Edge { gain: (fit.score - THRESHOLD + 0.02).max(0.01), ..*edge })
        .collect()
}

/// The record while it is worked on.
pub(crate) struct Desk<'a> {
    pub(crate) request: &'a Request<'a>,
    pub(crate) country: Option<&'a str>,
    pub(crate) readings: Vec<Reading<'a>>,
    keys: Vec<Arc<Scored>>,
    pub(crate) taken: Vec<bool>,
    pub(crate) outcome: Outcome,
    pub(crate) steps: &'a Steps,
}

impl Desk<'_> {
    /// What rules and scores place, surest first.
    fn by_rule(&mut self) {
        self.explicit();
        self.learnt();
        self.person();
        self.fields();
        self.named_twice();
        self.whole_names();
        self.named_by_reach();
        self.by_value();
        self.heads_the_row();
        self.ticked();
        self.when();
        self.place_asked();
        self.brand_and_model();
    }

    fn filled(&self, target: &Target) -> bool {
        self.outcome.placements.iter().any(|placement| placement.target == *target)
    }

    /// Whether something fills the field of this key.
    fn has(&self, key: &str) -> bool {
        self.outcome.placements.iter().any(|placement| placement.target.key() == Some(key))
    }

    /// Which fields nothing fills yet.
    fn open(&self) -> Vec<bool> {
        let keys = self.outcome.placements.iter().filter_map(|placement| placement.target.key());
        let filled: Vec<(u64, &str)> = keys.map(|key| (FxBuildHasher.hash_one(key), key)).collect();
        let fields = &self.request.definitions.fields;
        let fills = |field: &Field, (hash, key): &(u64, &str)| *hash == field.hash && *key == field.definition.key;
        fields.iter().map(|field| !filled.iter().any(|filled| fills(field, filled))).collect()
    }

    fn source(&self, leaf: usize) -> Source {
        let leaf = self.readings[leaf].leaf();
        Source { pointer: leaf.pointer.clone(), span: leaf.part.as_ref().and_then(|part| part.span) }
    }

    fn place(&mut self, target: Target, value: Json, leaves: &[usize], confidence: f32, method: Method) {
        let sources = leaves.iter().map(|leaf| self.source(*leaf)).collect();
        leaves.iter().for_each(|leaf| self.taken[*leaf] = true);
        self.outcome.placements.push(Placement {
            target,
            value,
            sources,
            confidence,
            method,
            alternatives: Vec::new(),
            flags: Vec::new(),
        });
    }

    fn explicit(&mut self) {
        let explicit = self.request.explicit;
        for (target, value) in
            [(Target::Phone, &explicit.phone), (Target::Email, &explicit.email), (Target::Name, &explicit.name)]
        {
            if let Some(value) = value {
                self.place(target, Json::from(value.as_str()), &[], 1.0, Method::Explicit);
            }
        }
        for (key, value) in &explicit.fields {
            self.place(Target::Field(key.clone()), value.clone(), &[], 1.0, Method::Explicit);
        }
    }

    /// Decisions of the organization about a path: confirmed and learned ones place, denied ones forbid.
    fn learnt(&mut self) {
        if self.request.learnt.is_empty() {
            return;
        }
        for leaf in 0..self.readings.len() {
            let path = crate::learnt::path_of(self.readings[leaf].leaf());
            let kind = crate::learnt::kind_of(&self.readings[leaf]);
            let best = self
                .request
                .learnt
                .of_path(&path)
                .iter()
                .filter(|mapping| {
                    mapping.source == self.request.source
                        && mapping.kind == kind
                        && mapping.standing != Standing::Denied
                })
                .min_by_key(|mapping| mapping.standing != Standing::Confirmed);
            let Some(mapping) =
                best.filter(|mapping| !self.denied(leaf, &mapping.target) && !self.filled(&mapping.target))
            else {
                continue;
            };
            let reading = &self.readings[leaf];
            let value = match &mapping.target {
                Target::Phone => reading.phone().map(|(phone, _, _)| Json::from(phone.as_str())),
                Target::Email => reading.email().map(Json::from),
                Target::Name => {
                    reading.text().filter(|_| reading.is_string()).map(|text| Json::from(crate::names::tidy(text)))
                }
                Target::Field(key) => {
                    let field = self.request.definitions.fields.iter().find(|field| field.definition.key == *key);
                    field
                        .and_then(|field| values::typed(field, reading, self.request.learnt, self.country))
                        .map(|(value, _)| value)
                }
            };
            let confidence = if mapping.standing == Standing::Confirmed { 0.99 } else { 0.93 };
            if let Some(value) = value {
                self.place(mapping.target.clone(), value, &[leaf], confidence, Method::Learned);
            }
        }
    }

    pub(crate) fn denied(&self, leaf: usize, target: &Target) -> bool {
        if self.request.learnt.is_empty() {
            return false;
        }
        let path = crate::learnt::path_of(self.readings[leaf].leaf());
        let kind = crate::learnt::kind_of(&self.readings[leaf]);
        self.request.learnt.of_path(&path).iter().any(|mapping| {
            mapping.standing == Standing::Denied
                && mapping.source == self.request.source
                && mapping.kind == kind
                && mapping.target == *target
        })
    }

    fn person(&mut self) {
        let Person { phones, emails, names, echoes } =
            slots::find(self.request.definitions, &self.keys, &self.readings, self.country);
        for (target, candidates) in [(Target::Phone, phones), (Target::Email, emails), (Target::Name, names)] {
            self.slot(target, candidates);
        }
        if let Some(name) = self.outcome.placed(&Target::Name)
            && name.method != Method::Explicit
        {
            echoes.into_iter().for_each(|leaf| self.taken[leaf] = true);
        }
    }

    fn slot(&mut self, target: Target, candidates: Vec<Candidate>) {
        let candidates: Vec<Candidate> = candidates
            .into_iter()
            .filter(|candidate| !candidate.leaves.iter().any(|leaf| self.taken[*leaf] || self.denied(*leaf, &target)))
            .collect();
        if let Some(at) = self.outcome.placements.iter().position(|placement| placement.target == target) {
            return self.compare(at, &candidates);
        }
        let Some(best) = candidates.first() else { return };
        // The same value said twice is one source more, not a rival.
        let leaves: Vec<usize> = best.leaves.clone();
        let mut rivals: Vec<Alternative> = Vec::new();
        for other in &candidates[1..] {
            if other.value != best.value {
                let leaf = other.leaves[0];
                rivals.push(Alternative {
                    target: target.clone(),
                    value: other.value.as_str().into(),
                    pointer: self.source(leaf).pointer,
                    confidence: other.confidence,
                });
            }
        }
        rivals.truncate(3);
        // E.164 has at most 15 digits: a text with more holds another number, which stays in the rest with it.
        let crowded = |leaf: &usize| {
            let text = self.readings[*leaf].leaf().text().unwrap_or("");
            target == Target::Phone && text.bytes().filter(u8::is_ascii_digit).count() > 15
        };
        let crowded: Vec<usize> = leaves.iter().copied().filter(crowded).collect();
        let tied = candidates[1..].iter().any(|other| other.value != best.value && other.as_good_as(best))
            || !crowded.is_empty();
        self.place(target.clone(), Json::from(best.value.as_str()), &leaves, best.confidence, best.method);
        crowded.iter().for_each(|leaf| self.taken[*leaf] = false);
        // "call me after 6 - 720.555.0162": what else it says stays.
        for &leaf in leaves.iter().filter(|_| target == Target::Phone) {
            let text = self.readings[leaf].leaf().text().unwrap_or("");
            let words = text.split_whitespace().filter(|word| word.chars().all(char::is_alphabetic)).count();
            self.taken[leaf] &= words < 3;
        }
        // "Melina Paz (socia: …)", "Gwen Prosser (export desk)": what else it says stays.
        for &leaf in leaves.iter().filter(|_| target == Target::Name) {
            let text = self.readings[leaf].leaf().text().unwrap_or("");
            if self.readings[leaf].leaf().part.is_none()
                && let Some(span) = crate::names::noted(text)
                && text[span.1..].contains([':', ',']) | text[span.1..].contains(|c: char| c.is_ascii_digit())
            {
                let span = crate::shapes::chars(text, span);
                self.taken[leaf] = false;
                if let Some(source) = self.outcome.placements.last_mut().and_then(|placed| placed.sources.first_mut()) {
                    source.span = Some(span);
                }
            }
        }
        let (value, whose) = (best.value.clone(), best.whose());
        for &leaf in &crowded {
            let text = crate::shapes::clip(self.readings[leaf].leaf().text().unwrap_or(""));
            let pointer = self.source(leaf).pointer;
            let numbers = find_phones(text, &crate::scan::words(text), self.country);
            let others = numbers.into_iter().filter(|(number, ..)| *number != value);
            rivals.extend(others.map(|(number, _, confidence)| Alternative {
                target: target.clone(),
                value: number.into(),
                pointer: pointer.clone(),
                confidence,
            }));
        }
        for other in candidates[1..].iter().filter(|other| other.value == value && other.whose() == whose) {
            other.leaves.iter().for_each(|leaf| self.taken[*leaf] = true);
        }
        if let Some(placement) = self.outcome.placements.last_mut() {
            placement.alternatives = rivals;
            if tied {
                placement.flags.push(Flag::Ambiguous);
            }
        }
    }

    /// The target was given (or learnt): what the data says either agrees and is used up, or is for a person to see.
    fn compare(&mut self, at: usize, candidates: &[Candidate]) {
        let Some(best) = candidates.first() else { return };
        let given = self.outcome.placements[at].value.as_str().unwrap_or("").to_owned();
        let alike = crate::keys::fold(&given) == crate::keys::fold(&best.value);
        let sources: Vec<Source> = best.leaves.iter().map(|leaf| self.source(*leaf)).collect();
        if alike {
            best.leaves.iter().for_each(|leaf| self.taken[*leaf] = true);
            self.outcome.placements[at].sources.extend(sources);
        } else {
            let target = self.outcome.placements[at].target.clone();
            self.outcome.placements[at].flags.push(Flag::Conflict);
            self.outcome.review.push(ReviewItem {
                target,
                value: best.value.as_str().into(),
                sources,
                confidence: best.confidence,
                method: best.method,
                reason: ReviewReason::Conflict,
            });
        }
    }

    /// Leaves and fields by their scores, assigned at best.
    fn fields(&mut self) {
        let fields = &self.request.definitions.fields;
        let open = self.open();
        let mut fits: Vec<(Edge, Fit)> = Vec::new();
        let all: Vec<u32> = (0_u32..).take(fields.len()).collect();
        for leaf in 0..self.readings.len() {
            let reading = &self.readings[leaf];
            // Members of lists are for contact points; the list itself is what a field takes.
            let member = reading.leaf().part.as_ref().is_some_and(|part| part.span.is_none() && !part.loose);
            if self.taken[leaf] || reading.leaf().unread || member {
                continue;
            }
            let scored = &self.keys[leaf];
            let likely = if score::speaks(reading) { &all } else { &scored.hopeful[..] };
            let likely = likely.iter().filter_map(|at| usize::try_from(*at).ok()).filter(|at| open[*at]);
            for (at, field) in likely.map(|at| (at, &fields[at])) {
                if let Some(fit) = score::fit(scored, at, field, reading, self.request.learnt, self.country)
                    && (self.request.learnt.is_empty()
                        || !self.denied(leaf, &Target::Field(field.definition.key.clone())))
                {
                    fits.push((Edge { leaf, field: at, gain: fit.score - THRESHOLD + 0.02 }, fit));
                }
            }
        }
        let edges = worth(&fits, fields);
        self.steps.add(edges.len());
        for edge in assign(&edges) {
            let Some((_, fit)) = fits.iter().find(|(other, _)| other.leaf == edge.leaf && other.field == edge.field)
            else {
                continue;
            };
            let (value, mut confidence, method) = (fit.value.clone(), fit.confidence.max(PLACE + 0.02), fit.method);
            let target = |field: usize| Target::Field(fields[field].definition.key.clone());
            let mut others: Vec<&(Edge, Fit)> =
                fits.iter().filter(|(other, _)| (other.leaf == edge.leaf) != (other.field == edge.field)).collect();
            others.sort_by(|a, b| b.1.confidence.total_cmp(&a.1.confidence));
            let alternatives: Vec<Alternative> = others
                .into_iter()
                .take(3)
                .map(|(other, fit)| Alternative {
                    target: target(other.field),
                    value: fit.value.clone(),
                    pointer: self.readings[other.leaf].leaf().pointer.clone(),
                    confidence: fit.confidence,
                })
                .collect();
            let close = alternatives.first().is_some_and(|other| other.confidence > confidence - 0.04)
                && method != Method::Exact;
            if close {
                confidence = (confidence - 0.06).max(PLACE);
            }
            self.place(target(edge.field), value, &[edge.leaf], confidence, method);
            if let Some(placement) = self.outcome.placements.last_mut() {
                placement.alternatives = alternatives;
                if close {
                    placement.flags.push(Flag::Ambiguous);
                }
            }
        }
        for (edge, fit) in fits {
            let key = fields[edge.field].definition.key.as_str();
            if (SUGGEST..THRESHOLD).contains(&fit.score)
                && !self.taken[edge.leaf]
                && !self.has(key)
                && !self.outcome.review.iter().any(|item| item.target.key() == Some(key))
            {
                let target = Target::Field(key.to_owned());
                let sources = vec![self.source(edge.leaf)];
                let confidence = fit.confidence.min(PLACE - 0.01);
                self.outcome.review.push(ReviewItem {
                    target,
                    value: fit.value,
                    sources,
                    confidence,
                    method: fit.method,
                    reason: ReviewReason::Suggestion,
                });
            }
        }
    }

    fn finish(&mut self) {
        for placement in &self.outcome.placements {
            if (PLACE..SURE).contains(&placement.confidence) {
                self.outcome.review.push(ReviewItem {
                    target: placement.target.clone(),
                    value: placement.value.clone(),
                    sources: placement.sources.clone(),
                    confidence: placement.confidence,
                    method: placement.method,
                    reason: ReviewReason::Unsure,
                });
            }
        }
        if self.steps.spent() {
            self.outcome.warnings.push(Warning {
                code: "structuring_limit",
                message:
                    "more options of fields than are looked at for one record; some values were not compared with them"
                        .to_owned(),
                pointer: String::new(),
            });
        }
        let (rest, warnings) = rest::rest(&self.readings, &self.taken, self.request.data);
        self.outcome.rest = rest;
        self.outcome.warnings.extend(warnings);
    }
}
