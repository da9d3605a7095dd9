//! Deciding. The claim of the review, what it writes, what it takes back, what it teaches and the events are one
//! transaction. Of two at once one is first; the other finds its own decision made, or a conflict.

use serde_json::json;
use store::params;
use structuring::json::Object;
use structuring::{FieldType, Json, Target};

use super::typed::{as_it_stood, typed};
use super::{Reason, Review, Status, get};
use crate::access::Scope;
use crate::contacts::{Contact, ValueSource};
use crate::customers::{Correction, field_of, is_identified_by};
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::fields::{self, NewField};
use crate::id::{ContactId, ReviewId, StructuringId};
use crate::provenance::{self, Run};
use crate::rules::{Lesson, Rule, Says, find, teach, vote_against};
use crate::wire_enum;
use crate::work::Work;

wire_enum! {
    pub enum Decision {
        /// This value is right.
        Accept = "accept",
        /// It is, and so is what stands at that path in every record of this source.
        Always = "always",
        /// Another value is right, or the value belongs elsewhere.
        Correct = "correct",
        /// This value is wrong.
        Reject = "reject",
        /// It is, and that path of this source never means this.
        Never = "never",
        /// The value belongs in a field that is not there yet.
        MakeField = "make_field",
    }
}

#[derive(Debug, Clone)]
pub struct Choice {
    pub decision: Decision,
    /// Of `correct`, and of `make_field` where what was read is not it: as it came, read as the target wants it.
    pub value: Option<Json>,
    /// Of `correct`: where it belongs.
    pub target: Option<Target>,
    /// Of `make_field`.
    pub field: Option<NewField>,
    /// Whether to replace what a person or an integration said since the review was made.
    pub overwrite: bool,
}

#[derive(Debug)]
pub struct Decided {
    pub review: Review,
    /// The rule about its path that stands now.
    pub rule: Option<Rule>,
}

impl Choice {
    fn status(&self) -> Status {
        match self.decision {
            Decision::Accept | Decision::Always => Status::Accepted,
            Decision::Correct | Decision::MakeField => Status::Corrected,
            Decision::Reject | Decision::Never => Status::Rejected,
        }
    }

    /// What tells one decision from another.
    fn text(&self) -> String {
        let mut text = Object::new();
        text.push("decision", self.decision.name());
        if let Some(target) = &self.target {
            text.push("target", target.word());
            text.push("key", target.key().map(str::to_owned));
        }
        if let Some(value) = &self.value {
            text.push("value", value.clone());
        }
        if let Some(field) = &self.field {
            text.push("field", field.key.clone().unwrap_or_else(|| structuring::snake_key(&field.name)));
        }
        Json::from(text).to_string()
    }
}

/// 409 `already_decided`, `changed_since`, `no_rule`, `field_gone`, `no_longer_fits`.
pub fn decide(w: &mut Work<'_, '_>, id: ReviewId, choice: &Choice) -> Result<Decided> {
    let text = choice.text();
    let claimed = w.tx.execute(
        "UPDATE reviews SET status = $3, decision = $4, decided_at = $5, decided_by = $6
         WHERE organization_id = $1 AND id = $2 AND status = 'pending'",
        params![w.caller.organization, id, choice.status(), text, w.now, w.caller.actor.to_string()],
    )?;
    let review = get(w, id)?;
    if claimed == 0 {
        return again(w, review, &text);
    }
    let contact = Contact::get(w, review.contact.id)?;
    let mut desk = Desk { review: &review, choice, correction: Correction::of(contact), taught: None };
    match choice.decision {
        Decision::Accept | Decision::Always => desk.accept(w)?,
        Decision::Reject | Decision::Never => desk.reject(w)?,
        Decision::Correct => desk.correct(w)?,
        Decision::MakeField => desk.make_field(w)?,
    }
    let Desk { correction, taught, .. } = desk;
    let contact = correction.finish(w, json!({"review_id": id}))?;
    tell(w, contact.id, &review, &text)?;
    let rule = match taught {
        Some(says) => find(w, &says)?,
        None => None,
    };
    Ok(Decided { review: get(w, id)?, rule })
}

/// A review that was decided before.
fn again(w: &mut Work<'_, '_>, review: Review, text: &str) -> Result<Decided> {
    if review.decision.as_deref() == Some(text) {
        let rule = match review.rule() {
            Some(says) => find(w, &says)?,
            None => None,
        };
        return Ok(Decided { review, rule });
    }
    let message = format!(
        "This was decided already: {}. A value that stands is changed at the contact, or taken back with undo.",
        review.status
    );
    Err(Error::conflict("already_decided", message))
}

fn tell(w: &mut Work<'_, '_>, contact: ContactId, review: &Review, decision: &str) -> Result<()> {
    let mut data = Object::new();
    data.push("target", review.target.word());
    data.push("key", review.target.key().map(str::to_owned));
    data.push("decision", super::json(decision));
    let fact = Fact::new(Topic::ReviewDecided).contact(contact).subject(json!({"review_id": review.id}));
    events::record(w, fact.data(Json::from(data)).previous(json!({"status": "pending"})))?;
    Ok(())
}

/// Reviews of values that were taken back are decided with it.
pub(crate) fn close_undone(
    w: &mut Work<'_, '_>,
    contact: ContactId,
    structuring: StructuringId,
    target: &Target,
) -> Result<()> {
    let text = Json::from([("decision".to_owned(), Json::from("reject"))].into_iter().collect::<Object>()).to_string();
    let rows = w.tx.query(
        "UPDATE reviews SET status = 'rejected', decision = $6, decided_at = $7, decided_by = $8
         WHERE organization_id = $1 AND contact_id = $2 AND structuring_id = $3 AND target = $4 AND field_key = $5
           AND status = 'pending' AND reason IN ('low_confidence', 'doubted') RETURNING id",
        params![
            w.caller.organization,
            contact,
            structuring,
            target.word(),
            target.key().unwrap_or_default(),
            text,
            w.now,
            w.caller.actor.to_string()
        ],
    )?;
    for row in &rows {
        let review = get(w, row.at(0)?)?;
        tell(w, contact, &review, &text)?;
    }
    Ok(())
}

struct Desk<'a> {
    review: &'a Review,
    choice: &'a Choice,
    correction: Correction,
    /// The mapping that was taught.
    taught: Option<Says>,
}

impl Desk<'_> {
    fn accept(&mut self, w: &mut Work<'_, '_>) -> Result<()> {
        let review = self.review;
        let rule = review.rule();
        if self.choice.decision == Decision::Always && rule.is_none() {
            let message = "No rule can be made of this: the value was a piece of a text, or joined from several keys. \
                           Accept it by itself.";
            return Err(Error::conflict("no_rule", message));
        }
        let value = match typed(w, &self.correction.contact, &review.target, &review.value) {
            Err(Error::Invalid(_)) => {
                let message = "The field has changed since: this is no value of it any more. Correct or reject it.";
                return Err(Error::conflict("no_longer_fits", message));
            }
            typed => typed?,
        };
        self.write(w, &review.target, &value)?;
        self.correction.take(&review.origins)?;
        if let Some(says) = rule {
            let always = self.choice.decision == Decision::Always;
            teach(w, &says, if always { Lesson::Confirm } else { Lesson::Vote })?;
            self.taught = Some(says);
        }
        Ok(())
    }

    fn reject(&mut self, w: &mut Work<'_, '_>) -> Result<()> {
        self.take_back(w)?;
        if self.choice.decision == Decision::Never {
            return self.deny(w);
        }
        match self.review.rule() {
            Some(says) => vote_against(w, &says),
            None => Ok(()),
        }
    }

    fn correct(&mut self, w: &mut Work<'_, '_>) -> Result<()> {
        let review = self.review;
        let elsewhere = self.choice.target.clone().filter(|target| *target != review.target);
        let target = elsewhere.clone().unwrap_or_else(|| review.target.clone());
        let said = match &self.choice.value {
            Some(value) => value.clone(),
            None if elsewhere.is_some() => as_it_stood(review),
            None => return Err(Error::invalid("/value", "required", "Say which value is right, or where it belongs.")),
        };
        let value = typed(w, &self.correction.contact, &target, &said)?;
        if elsewhere.is_none() {
            self.write(w, &target, &value)?;
            self.correction.take(&review.origins)?;
            return self.teach_word(w, &target, &value);
        }
        self.take_back(w)?;
        self.write(w, &target, &value)?;
        self.correction.take(&review.origins)?;
        self.deny(w)?;
        self.confirm(w, &target)
    }

    fn make_field(&mut self, w: &mut Work<'_, '_>) -> Result<()> {
        let may = w.setup.scopes_of(w.caller.actor).is_some_and(|scopes| scopes.contains(Scope::SetupWrite));
        if !may {
            return Err(Error::Forbidden(Scope::SetupWrite));
        }
        let Some(new) = &self.choice.field else {
            return Err(Error::invalid("/field", "required", "Say which field is to be made."));
        };
        let field = fields::create(w, new).map_err(|error| below(error, "/field"))?;
        let target = Target::Field(field.key);
        let said = self.choice.value.clone().unwrap_or_else(|| as_it_stood(self.review));
        let value = typed(w, &self.correction.contact, &target, &said)?;
        self.take_back(w)?;
        self.write(w, &target, &value)?;
        self.correction.take(&self.review.origins)?;
        self.deny(w)?;
        self.confirm(w, &target)
    }

    /// Writes what was decided, unless somebody has said something else since.
    fn write(&mut self, w: &mut Work<'_, '_>, target: &Target, value: &Json) -> Result<()> {
        if !self.choice.overwrite
            && let Some(current) = self.correction.current(w, target)?
            && current.value != *value
        {
            let known = if *target == self.review.target { self.review.known.as_ref() } else { None };
            let by_phone =
                w.setup.channel(self.correction.contact.channel_id).is_none_or(|c| c.channel_type.by_phone());
            let firm = match target {
                // A phone channel's own number stays whatever is decided.
                Target::Phone => !by_phone && said(w, &self.correction, &current.value)?,
                _ => current.is_firm(),
            };
            if firm && known != Some(&current.value) {
                let message = "Somebody has set this since, as `current` of the review shows. Send `overwrite` to replace \
                               it, or reject this.";
                return Err(Error::conflict("changed_since", message));
            }
        }
        let source = match w.caller.actor {
            crate::Actor::Member(_) => ValueSource::Member,
            _ => ValueSource::Explicit,
        };
        let read = (*target == self.review.target).then_some(self.review.structuring_id).flatten();
        self.correction.put(w, target, value, source, read)
    }

    /// Takes back what the run wrote, if it still stands; what it had read stays in the metadata.
    fn take_back(&mut self, w: &mut Work<'_, '_>) -> Result<()> {
        let review = self.review;
        if let (Some(id), Reason::LowConfidence | Reason::Doubted) = (review.structuring_id, review.reason) {
            let sql = format!(
                "SELECT {} FROM structurings s WHERE s.organization_id = $1 AND s.id = $2",
                provenance::COLUMNS
            );
            let row = w.tx.query_opt(&sql, params![w.caller.organization, id])?;
            if let Some(run) = row.as_ref().map(Run::from_row).transpose()?
                && let Some(at) = run.placements.iter().position(|placed| placed.target == review.target)
            {
                provenance::take_back(w, &mut self.correction, &run, at)?;
            }
        }
        self.correction.keep(&review.origins)
    }

    fn deny(&mut self, w: &mut Work<'_, '_>) -> Result<()> {
        provenance::deny(w, &self.review.source, &self.review.target, &self.review.origins)?;
        self.taught = self.review.rule();
        Ok(())
    }

    /// The path leads there from now on.
    fn confirm(&mut self, w: &mut Work<'_, '_>, to: &Target) -> Result<()> {
        if let Some(Says::Mapping { source, path, kind, .. }) = self.review.rule() {
            let says = Says::Mapping { source, path, kind, target: to.clone() };
            teach(w, &says, Lesson::Confirm)?;
            self.taught = Some(says);
        }
        Ok(())
    }

    /// The word that was read means the option that was chosen.
    fn teach_word(&mut self, w: &mut Work<'_, '_>, target: &Target, value: &Json) -> Result<()> {
        let [origin] = self.review.origins.as_slice() else { return Ok(()) };
        let Some(key) = target.key() else { return Ok(()) };
        let setup = w.setup.clone();
        let of_options = |kind| matches!(kind, FieldType::Select | FieldType::MultiSelect);
        let chosen = match value {
            Json::Array(items) if items.len() == 1 => items[0].as_str(),
            one => one.as_str(),
        };
        if let (Some(word), Some(option)) = (origin.taken.as_ref().and_then(Json::as_str), chosen)
            && of_options(field_of(&setup, key)?.field_type)
        {
            let says =
                Says::OptionWord { field: key.to_owned(), word: structuring::fold(word), option: option.to_owned() };
            teach(w, &says, Lesson::Confirm)?;
            self.taught = Some(says);
        }
        Ok(())
    }
}

/// Whether somebody said that the phone is the customer's.
fn said(w: &mut Work<'_, '_>, correction: &Correction, phone: &Json) -> Result<bool> {
    is_identified_by(w, &correction.contact, "phone", phone.as_str().unwrap_or_default())
}

/// The same problems, of a member of the body.
fn below(error: Error, member: &str) -> Error {
    match error {
        Error::Invalid(mut errors) => {
            for error in &mut errors {
                error.pointer.insert_str(0, member);
            }
            Error::Invalid(errors)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_told_apart_by_what_they_say() {
        let choice = |decision, value: Option<&str>, overwrite| Choice {
            decision,
            value: value.map(Json::from),
            target: None,
            field: None,
            overwrite,
        };
        let accept = choice(Decision::Accept, None, false);
        assert_eq!(accept.text(), choice(Decision::Accept, None, true).text());
        assert_ne!(accept.text(), choice(Decision::Always, None, false).text());
        let ana = choice(Decision::Correct, Some("Ana"), false);
        assert_ne!(ana.text(), choice(Decision::Correct, Some("Eva"), false).text());
    }
}
